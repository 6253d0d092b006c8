"""Time zones as people name them: abbreviations, offsets, and names of the IANA database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
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

_WORDS: Final = frozenset((*_PLACES, "SGT", "WEST", "WET", "Z"))
"""Those that are words too: ``CT scan``, ``WEST wing``."""

_AREAS: Final = "Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific"
"""How the names of the IANA database begin."""

_LIMITED: Final = r"(?:0?\d(?::?[0-5]\d)?|1[0-3](?::?[0-5]\d)?|14(?::?00)?)(?!\d)"
"""Hours that a zone may be away from Greenwich, with or without minutes."""

_ALONE: Final = r"(?=\s*(?:\Z|[:|.,;)\]](?!\w)|[-\N{EN DASH}\N{EM DASH}]+(?:\s|\Z)))"
"""What must stand behind what could be other words too: nothing, or what parts it from them."""

ZONE: Final = (
    rf"(?:(?:UTC|GMT)[+-]{_LIMITED}"
    rf"|(?:UTC|GMT)\s[+-](?:(?=0\d|\d+:){_LIMITED}|{_LIMITED}{_ALONE})"
    r"|[+-](?:0\d:?[0-5]\d|1[0-3]:[0-5]\d|14:00)"
    rf"|(?:(?<=\d)[+-](?:1[0-3][0-5]\d|1400)|[+-](?:1[0-3][0-5]\d|1400){_ALONE})"
    r"|(?<=\d)Z"
    rf"|(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))}){_ALONE}"
    rf"|{'|'.join(sorted(({*_HOURS, *_AMBIGUOUS} - _WORDS), key=len, reverse=True))}"
    rf"|(?:{_AREAS}|US|Canada)/[A-Z][A-Za-z_]+(?:[-/+][A-Za-z0-9_]+)*"
    r")(?![\w]|:\d)"
)
"""A regular expression for a zone: ``CET``, ``UTC+2``, ``-0700``, ``Europe/Berlin``, which need not exist."""

STRANGE_ZONE: Final = (
    rf"(?:\s?\(?(?:(?!UTC|GMT|(?:{'|'.join(_WORDS)})\b)[A-Z]{{2,4}}T\b"
    rf"|(?:UTC|GMT)?[+-]\d{{2}}:\d{{2}}(?![\d:])|(?:{_AREAS})/[A-Z]\w+)|(?:(?<=UTC)|(?<=GMT))[+-]\d+)\)?"
)
"""What looks like a zone behind a time, and is none that is known."""

DOUBTFUL_ZONE: Final = (
    rf"\s\(?(?:{'|'.join(_WORDS)}|[+-]1[0-4][0-5]\d)(?!\w)|(?:(?<=UTC)|(?<=GMT))\s[+-]{_LIMITED}(?!\w)"
)
"""What could be a zone behind a time, and is read as other words."""

_OFFSET: Final = re.compile(r"(?:UTC|GMT)?\s?([+-])(\d{1,2})(?::?(\d{2}))?")

_FURTHEST: Final = timedelta(hours=14)

_SAID: Final = re.compile(
    rf"\b(?:times?(?:stamps?)?(?:\s+zone)?|dates?)\b(?:\s+(?:are|is|given|shown|stated|listed|approximate|below))*"
    rf"\s*(?:in|[:(])?\s*\(?({ZONE}|(?-i:(?:{'|'.join(_WORDS)})\b))\)?",
    re.IGNORECASE,
)

_ONLY: Final = re.compile(rf"\W*(?:all\s+)?{_SAID.pattern}(?:\s+time)?\W*", re.IGNORECASE)

_NAMED: Final = re.compile(rf"(?<![\w+-])({ZONE})")


@lru_cache(maxsize=1_000)
def zone_of(name: str) -> tzinfo | None:
    """The zone of that name; `None` if there is none."""
    if hours := {**_HOURS, **_AMBIGUOUS}.get(name.upper()):
        return timezone(timedelta(hours=hours))
    if name.upper() in _HOURS:
        return UTC
    if offset := _OFFSET.fullmatch(name):
        sign, whole, minutes = offset.groups()
        span = timedelta(hours=int(whole), minutes=int(minutes or 0))
        return timezone(span if sign == "+" else -span) if span <= _FURTHEST else None
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
    return said[1] if said and zone_of(said[1]) else ""


def says_only_zone(words: str) -> bool:
    """Whether a sentence says nothing else."""
    return len(words) < 200 and bool(_ONLY.fullmatch(words))


def zone_in(words: str) -> str:
    """The first zone that is named in a few words, in capitals as zones are written; empty if none is."""
    return next((name for name in _NAMED.findall(words[:500]) if zone_of(name)), "")
