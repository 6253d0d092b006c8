"""Lengths of time in words: ``31 minutes``, ``4h 33m``, ``1 day 2 hours``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from incidentkit.model.durations import parse_duration

_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds", "w": "weeks"}

_PART: Final = re.compile(
    r"(\d{1,6}(?:\.\d{1,3})?)\s?(weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b\.?", re.IGNORECASE
)
_TIGHT: Final = re.compile(r"(?<=\d)([dhm])(?=\d)", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\s*(?:,|and)?\s*", re.IGNORECASE)


def length_of(words: str) -> timedelta | None:
    """The length that these words say exactly; `None` if they do not."""
    try:
        return parse_duration(words)
    except ValueError:
        pass
    said, at, whole = _TIGHT.sub(r"\1 ", words.strip()), 0, timedelta()
    while len(said) < 100 and (part := _PART.match(said, at)):
        whole += timedelta(**{_UNITS[part[2][0].lower()]: float(part[1])})
        at = part.end()
        if at == len(said):
            return whole
        if (between := _BETWEEN.match(said, at)) and between.end() > at:
            at = between.end()
        else:
            break
    return None
