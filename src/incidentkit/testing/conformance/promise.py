"""What a check raises: that a promise is broken, or that nobody could see whether it is."""

from __future__ import annotations

from unittest import SkipTest

from incidentkit.testing.conformance.level import Level


class PromiseBroken(AssertionError):
    """A provider does not keep a promise; the message is the promise, and what was seen instead."""

    def __init__(self, check: str, level: Level, promise: str, seen: str) -> None:
        self.check = check
        self.level = level
        self.promise = promise
        self.seen = seen
        super().__init__(check, level, promise, seen)

    def __str__(self) -> str:
        return f"{self.promise} Seen: {self.seen}"


class Untold(SkipTest):
    """Whether a promise is kept could not be seen, and why. To pytest and unittest the test was skipped."""
