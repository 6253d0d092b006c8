"""When an incident began and when it was over, as far as a label says so: ``Started: 14:23``, ``Resolved: 15:10``."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from incidentkit.inbound.clock import Clock
from incidentkit.inbound.notes import Notes
from incidentkit.inbound.warning import Unclear

_WHAT: Final = r"(?:the\s+)?(?:(?:incident|impact|outage|issue|problem|disruption|downtime)\s+)?(?:was\s+|is\s+)?"
_WHEN: Final = r"(?:\s+(?:time|at|on|date|of\s+(?:incident|impact|outage)))*"
_BEGINNING: Final = re.compile(rf"{_WHAT}(?:start(?:ed|s)?|began|begins?|beginning){_WHEN}", re.IGNORECASE)
_END: Final = re.compile(
    rf"{_WHAT}(?:end(?:ed|s)?|over|resol(?:ved|ution)|restored|recovered|closed){_WHEN}", re.IGNORECASE
)


class Bounds:
    """Compares the beginning with the end, whichever is said first."""

    def __init__(self, notes: Notes, clock: Clock) -> None:
        self._notes = notes
        self._clock = clock
        self._began: datetime | None = None
        self._ended: datetime | None = None

    def said(self, label: str, words: str, line: int) -> None:
        """A label and its words, which are a time if the label is about a bound."""
        if (_BEGINNING.fullmatch(label) or _END.fullmatch(label)) and (at := self._clock.exactly(words, line)):
            self.at(label, at, line)

    def at(self, label: str, at: datetime, line: int) -> None:
        """A time with its label; the first beginning and the first end count."""
        if _BEGINNING.fullmatch(label):
            is_second, self._began = self._ended is not None and self._began is None, self._began or at
        elif _END.fullmatch(label):
            is_second, self._ended = self._began is not None and self._ended is None, self._ended or at
        else:
            return
        if is_second and self._began and self._ended and self._ended < self._began:
            self._notes.warn(Unclear.BACKWARDS, line, f"{label} {at:%Y-%m-%d %H:%M} UTC")
