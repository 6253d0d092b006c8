"""Laws that severity rules and decision trees keep, whatever else they say.

Checks by example and proofs ask for the same laws, and name them by the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Law(StrEnum):
    """A law of rules and trees. A word keeps its meaning for ever, so that checks can name those they leave out."""

    TOTAL = "total"
    KNOWN = "known"
    DETERMINISTIC = "deterministic"
    MONOTONE = "monotone"
    ALIVE = "alive"
    UNSHADOWED = "unshadowed"
    THRESHOLDS = "thresholds"
    ASKED_ONCE = "asked once"

    @property
    def meaning(self) -> str:
        """What it says, in one sentence."""
        return _MEANING[self]


_MEANING: Final[Mapping[Law, str]] = {
    Law.TOTAL: "Every complete set of facts is decided.",
    Law.KNOWN: "No condition is unknown and nothing is left to ask once every fact is known.",
    Law.DETERMINISTIC: "The same facts get the same answer, in whatever order and form they are given.",
    Law.MONOTONE: "A fact that gets worse makes nothing milder.",
    Law.ALIVE: "Every condition can come true.",
    Law.UNSHADOWED: "Every rule that can come true decides for some facts, and every conclusion is reached by some.",
    Law.THRESHOLDS: "Passing each threshold changes for some facts which rule decides, or which way is taken.",
    Law.ASKED_ONCE: "No question is asked whose answer the answers before it have given already.",
}
