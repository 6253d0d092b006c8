"""Time zones as people name them: abbreviations, offsets, and names of the IANA database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

_HOURS: Final[Mapping[str, float]] = {
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "WET": 0,
    "WEST": 1,
    "CET": 1,
    "CEST": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "EST": -5,
    "EDT": -4,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "AKST": -9,
    "AKDT": -8,
    "JST": 9,
    "KST": 9,
    "SGT": 8,
    "HKT": 8,
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
    "BRT": -3,
}
"""Hours east of Greenwich of the abbreviations that mean one zone."""

_AMBIGUOUS: Final[Mapping[str, float]] = {"BST": 1, "CST": -6, "IST": 5.5}
"""Those that mean several: British Summer Time, Central Standard Time of America, India Standard Time."""

_PLACES: Final[Mapping[str, str]] = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
"""Those that mean the time of a place, in summer and in winter."""

ZONE: Final = (
    r"(?:(?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d{2})?"
    r"|[+-]\d{2}:?\d{2}"
    r"|"
    + "|".join(sorted((*_HOURS, *_AMBIGUOUS, *_PLACES), key=len, reverse=True))
    + r"|[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?"
    r")(?![A-Za-z0-9_])"
)
"""A regular expression for a zone: ``CET``, ``UTC+2``, ``-0700``, ``Europe/Berlin``."""

_OFFSET: Final = re.compile(r"(?:UTC|GMT)?\s?([+-])(\d{1,2})(?::?(\d{2}))?")

_SAID: Final = re.compile(
    rf"\b(?:times?(?:stamps?)?(?:\s+zone)?|dates?)\b(?:\s+(?:are|is|given|shown|stated|listed|approximate|below))*"
    rf"\s*(?:in|[:(])?\s*\(?({ZONE})\)?",
    re.IGNORECASE,
)

_ONLY: Final = re.compile(rf"\W*(?:all\s+)?{_SAID.pattern}(?:\s+time)?\W*", re.IGNORECASE)

_NAMED: Final = re.compile(rf"(?<![\w+-])({ZONE})")


def zone_of(name: str) -> tzinfo | None:
    """The zone of that name; `None` if there is none."""
    if hours := {**_HOURS, **_AMBIGUOUS}.get(name.upper()):
        return timezone(timedelta(hours=hours))
    if name.upper() in _HOURS:
        return UTC
    if offset := _OFFSET.fullmatch(name):
        sign, whole, minutes = offset.groups()
        span = timedelta(hours=int(whole), minutes=int(minutes or 0))
        return timezone(span if sign == "+" else -span) if span < timedelta(hours=24) else None
    try:
        return ZoneInfo(_PLACES.get(name.upper(), name))
    except (LookupError, ValueError, OSError):
        return None


def is_ambiguous(name: str) -> bool:
    """Whether several zones are called that."""
    return name.upper() in _AMBIGUOUS


def zone_said(words: str) -> str:
    """The zone in which a sentence, or the header of a column, says that times are; empty if it does not."""
    said = _SAID.search(words[:500])
    return said[1] if said else ""


def says_only_zone(words: str) -> bool:
    """Whether a sentence says nothing else."""
    return len(words) < 200 and bool(_ONLY.fullmatch(words))


def zone_in(words: str) -> str:
    """The first zone that is named in a few words, in capitals as zones are written; empty if none is."""
    named = _NAMED.search(words[:500])
    return named[1] if named else ""
