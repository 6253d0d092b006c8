"""Laws that severity rules, decision trees, escalations and schedules keep, whatever else they say.

Checks by example and proofs ask for the same laws, and name them by the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Law(StrEnum):
    """A law of any of them. A word keeps its meaning for ever, so that checks can name those they leave out."""

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
