"""Single values in documents: flags, numbers, texts, the words of an enum, moments, days, clock times and durations.

None is coerced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from math import isfinite
from operator import attrgetter
from typing import Any, Final, TypeVar

from incidentkit.errors import DocumentInvalid, shown
from incidentkit.model.durations import duration_text, parse_duration

T = TypeVar("T")


def read_flag(value: Any, _: Any) -> bool:
    """True or false, and nothing that counts as such."""
    if type(value) is not bool:
        raise TypeError(f"{shown(value)} is not true or false")
    return value


def read_whole(value: Any, _: Any) -> int:
    """A whole number."""
    if type(value) is not int:
        raise TypeError(f"{shown(value)} is not a whole number{_meant(value, _WHOLE)}")
    return value


def read_number(value: Any, _: Any) -> float:
    """A number, which a whole number is too. What JSON cannot write is refused also where TOML or `1e999` says it."""
    if type(value) is int or (type(value) is float and isfinite(value)):
        return value
    words = "a finite number" if type(value) is float else "a number"
    raise TypeError(f"{shown(value)} is not {words}{_meant(value, _NUMERAL)}")


_WHOLE: Final = re.compile(r"-?[0-9]{1,12}")

_NUMERAL: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?%?")


def _meant(value: Any, numeral: re.Pattern[str]) -> str:
    """What to write for a number that stands there as text; empty if it is none, such as ``often``."""
    if type(value) is not str or not numeral.fullmatch(value):
        return ""
    number = Decimal(value.removesuffix("%")).scaleb(-2 if value.endswith("%") else 0)
    return f": write {number.normalize():f}, without quotation marks"


def read_text(value: Any, _: Any) -> str:
    """Text."""
    if type(value) is not str:
        raise TypeError(f"{shown(value)} is not text")
    return value


def read_word(value: Any, enum: Any) -> StrEnum:
    """One of the words of an enum."""
    words = _words(enum)
    if (word := read_text(value, str)) not in words:
        raise ValueError(f"{shown(value)} is not one of {', '.join(words)}")
    return words[word]


@cache
def _words(enum: type[StrEnum]) -> Mapping[str, StrEnum]:
    """The members by their values: to ask the enum costs ten times as much."""
    return {member.value: member for member in enum}


def read_datetime(value: Any, _: Any) -> datetime:
    """A moment, as text or as TOML has it; in UTC, whatever its zone was."""
    if isinstance(value, str):
        moment = _parsed(datetime.fromisoformat, value, "a time such as 2026-03-02T14:23:00Z")
    elif isinstance(value, datetime):
        moment = value
    else:
        raise TypeError(f"{shown(value)} is not a time")
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"{shown(value)} has no time zone: write it like 2026-03-02T14:23:00Z")
    return moment.astimezone(UTC)


_TWO: Final = tuple(f"{number:02}" for number in range(100))
"""Numbers of two digits, to put a time together: `isoformat` asks the time zone, and takes three times as long."""


def write_datetime(moment: datetime) -> str:
    """A moment in UTC, as `isoformat` writes it, but with a Z."""
    if moment.tzinfo is None:
        raise DocumentInvalid("$", f"{shown(moment)} has no time zone: it would be another moment on every machine")
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    year, part = moment.year, moment.microsecond
    return (
        f"{_TWO[year // 100]}{_TWO[year % 100]}-{_TWO[moment.month]}-{_TWO[moment.day]}"
        f"T{_TWO[moment.hour]}:{_TWO[moment.minute]}:{_TWO[moment.second]}"
        f"{f'.{_TWO[part // 10_000]}{_TWO[part // 100 % 100]}{_TWO[part % 100]}' if part else ''}Z"
    )


def read_date(value: Any, _: Any) -> date:
    """A day, as text or as TOML has it."""
    words = "a date such as 2026-03-02"
    return value if type(value) is date else _parsed(date.fromisoformat, _text(value, words), words)


def read_clock(value: Any, _: Any) -> time:
    """A time that a clock shows, as text or as TOML has it."""
    words = "a time of day such as 09:00"
    return value if type(value) is time else _parsed(time.fromisoformat, _text(value, words), words)


def write_clock(clock: time) -> str:
    """A time that a clock shows, to the minute where that says all."""
    return clock.isoformat("auto" if clock.second or clock.microsecond else "minutes")


def read_duration(value: Any, _: Any) -> timedelta:
    """A length of time, as text."""
    return parse_duration(_text(value, "a duration"))


def _parsed(read: Callable[[str], T], text: str, words: str) -> T:
    """What Python reads in a text; it may say what is wrong with a day or an hour, but not how one is written."""
    try:
        if len(text) <= _LONGEST:
            return read(text)
    except ValueError as error:
        if not str(error).startswith("Invalid isoformat string"):
            raise
    raise ValueError(f"{shown(text)} is not {words}")


_LONGEST: Final = 100
"""Characters that a time or a day may have."""


def _text(value: Any, words: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{shown(value)} is not {words}")
    return value


def write_scalar(value: Any) -> Any:
    """What documents hold as it is; anything else that has no form of its own is refused."""
    if value is None or isinstance(value, str | int | float):
        return value
    raise DocumentInvalid("$", f"{shown(value)} is of a kind that no document holds")


READ: Final[Mapping[type, Callable[[Any, Any], Any]]] = {
    bool: read_flag,
    int: read_whole,
    float: read_number,
    str: read_text,
    StrEnum: read_word,
    datetime: read_datetime,
    date: read_date,
    time: read_clock,
    timedelta: read_duration,
}
"""What reads a value of each class."""

WRITTEN: Final[Mapping[type, Callable[[Any], Any]]] = {
    StrEnum: attrgetter("_value_"),  # which `value` would ask for in Python, at ten times the cost
    datetime: write_datetime,
    date: date.isoformat,
    time: write_clock,
    timedelta: duration_text,
}
"""What writes a value of each class that documents hold as text; `write_scalar` writes the others."""
