"""Laws that severity rules, decision trees, escalations and schedules keep, whatever else they say.

Checks by example and proofs ask for the same laws, and name them by the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar

from incidentkit.errors import FieldInvalid, each_of, nearest, shown


class Law(StrEnum):
    """A law of any of them. A word keeps its meaning for ever, so that checks can name those they leave out by it."""

    TOTAL = "total"
    KNOWN = "known"
    DETERMINISTIC = "deterministic"
    MONOTONE = "monotone"
    ALIVE = "alive"
    UNSHADOWED = "unshadowed"
    THRESHOLDS = "thresholds"
    ASKED_ONCE = "asked once"
    PAGED = "paged"
    NO_LATER = "no later"
    PAGED_ONCE = "paged once"
    ENDS = "ends"
    CAUGHT = "caught"
    ALONE = "alone"
    FAIR = "fair"

    @property
    def meaning(self) -> str:
        """What it says, in one sentence."""
        return _MEANING[self]


L = TypeVar("L", bound=str)


def left_out(allow: Iterable[str], known: Iterable[L], asker: str) -> frozenset[L]:
    """The laws, or codes of the linter, that somebody allows by their words; each of them is its own word.

    Raises `FieldInvalid` for a word that the asker does not look for anyway, and for what is no list.
    """
    __tracebackhide__ = True
    words = each_of(str, allow, partial(FieldInvalid, "allow"), "laws are left out as a list of their words")
    found = {str(each): each for each in sorted(known)}
    for word in words:
        if word not in found:
            there_are, hint = ", ".join(map(repr, found)), nearest(word, found)
            problem = f"{asker} does not look for {shown(word)}; it looks for {there_are}. {hint}".rstrip()
            raise FieldInvalid("allow", problem)
    return frozenset(found[word] for word in words)


_MEANING: Final[Mapping[Law, str]] = {
    Law.TOTAL: "Every complete set of facts is decided.",
    Law.KNOWN: "No condition is unknown once every fact is known.",
    Law.DETERMINISTIC: "The same facts get the same answer, in whatever order and form they are given.",
    Law.MONOTONE: "A fact that gets worse makes nothing milder.",
    Law.ALIVE: "Every condition can come true.",
    Law.UNSHADOWED: "Every rule that can come true decides for some facts, and every conclusion is reached by some.",
    Law.THRESHOLDS: "Passing each threshold changes for some facts which rule decides, or which way is taken.",
    Law.ASKED_ONCE: "No question is asked whose answer the answers before it have given already.",
    Law.PAGED: "Somebody is paged for every severity that the escalation applies to, the worst being one.",
    Law.NO_LATER: "What is worse pages nobody later and reaches no level later.",
    Law.PAGED_ONCE: "No address, be it shared by two, is paged twice at the same moment by the same method.",
    Law.ENDS: "If nobody reacts, the chains come to their end within the time that is looked at.",
    Law.CAUGHT: "If nobody reacts, somebody of the catch-all is paged.",
    Law.ALONE: "No more people are on call at once than are meant to be.",
    Law.FAIR: "The people of a rotation are on call for equally long, within a bound.",
}
