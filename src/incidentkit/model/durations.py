"""Lengths of time as text: ``30min``, ``1h30min``, ``2d``, exact to the microsecond."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from typing import Final

UNITS: Final = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "min": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
    "us": timedelta(microseconds=1),
}
"""The units of duration text, longest first; text names them in this order and each at most once."""

PATTERN: Final = r"(?:[0-9]{1,18}(?:min|ms|us|d|h|s))+"
"""A regular expression that matches the text of a duration that is not negative."""

_PART: Final = re.compile(r"([0-9]+)([a-z]+)")
_ORDER: Final = {unit: position for position, unit in enumerate(UNITS)}


def parse_duration(text: str) -> timedelta:
    """Read ``1h30min``; raises `ValueError` for anything else, and for what no `timedelta` can hold."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    if not re.fullmatch(PATTERN, digits):
        raise ValueError(f"{text[:60]!r} is not a duration: write it like 15min, 1h30min or 2d")
    parts = _PART.findall(digits)
    if any(_ORDER[earlier] >= _ORDER[later] for (_, earlier), (_, later) in pairwise(parts)):
        raise ValueError(f"{text[:60]!r} is not a duration: name each unit once, from {' to '.join((*UNITS,)[::5])}")
    try:
        return sign * sum((int(count) * UNITS[unit] for count, unit in parts), timedelta())
    except OverflowError:
        raise ValueError(f"{text[:60]!r} is longer than {timedelta.max.days} days") from None


def duration_text(duration: timedelta) -> str:
    """Write a duration so that `parse_duration` gives it back: the shortest form, with no unit of zero."""
    if not duration:
        return "0s"
    sign, rest, parts = ("-", -duration, []) if duration < timedelta() else ("", duration, list[str]())
    for unit, length in UNITS.items():
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count}{unit}")
    return sign + "".join(parts)
