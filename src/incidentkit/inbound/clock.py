"""Times and dates as people write them, read one after another: what is said once holds until it is said anew."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import Final

from attrs import frozen

from incidentkit.inbound.notes import Notes
from incidentkit.inbound.warning import Unclear
from incidentkit.inbound.zone import DOUBTFUL_ZONE, STRANGE_ZONE, ZONE, is_ambiguous, zone_of

MOST_BACK: Final = timedelta(hours=6)
"""How much earlier than the entry before it a time without a date may be; if it is more, it is of the next day."""

MOST_FALLEN: Final = timedelta(hours=12)
"""How much earlier each entry may be than the one before it where the latest stands first."""

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Years of which post-mortems are."""

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DATE: Final = (
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?\s+)?"
    r"(?:(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?!\d)"
    rf"|(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s+(?P<y2>\d{{4}})(?![\d:]))?"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<m3>{_MONTH})(?:,?\s+(?P<y3>\d{{4}})(?![\d:]))?)"
)
_SAYS_TIME: Final = (
    r"(?=\s*(?:\Z|[:|,;)\]](?:\s|\Z)|[-\u2013\u2014]+(?:\s|\Z|\d{1,2}[:.]\d\d)"
    rf"|[/(]\s*\d{{1,2}}[:.]\d\d|\(?(?-i:{ZONE})|[ap]\.?m\b))"
)
"""What stands behind a time with a dot, which could be an amount or a version as well."""


def _expression(behind_dotted: str) -> re.Pattern[str]:
    """A date, a time or both; behind a time with a dot stands what is given."""
    dotted = rf"\d{{2}}(?=\.\d{{2}}(?!\d){behind_dotted})"
    time = (
        rf"(?:(?P<h1>\d{{1,2}}(?=:)|{dotted})[:.](?P<n1>\d{{2}})(?::(?P<s1>\d{{2}})(?:[.,]\d{{1,9}})?)?(?!\d|:\d)"
        r"(?:\s?(?P<p1>[ap])\.?m\b\.?)?|(?P<h2>\d{1,2})\s?(?P<p2>[ap])\.?m\b\.?)"
    )
    join = rf"(?:T|,?\s+(?:at\s+)?(?:[-\u2013]\s+)?)(?=\d{{1,2}}:\d\d|{dotted}|\d{{1,2}}\s?[ap]\.?m\b)"
    return re.compile(rf"(?:{_DATE}(?:{join})?)?(?:{time}(?:\s?\(?(?P<zone>(?-i:{ZONE}))\)?)?)?", re.IGNORECASE)


def _unreadable(behind_dotted: str) -> re.Pattern[str]:
    """What looks like a date or a time and cannot be told."""
    dotted = r"\d{2}\.\d{2}(?!\d)"
    return re.compile(
        r"(?P<about>(?:ca|approx|circa|around|about|roughly)\b\.?|~)?\s*"
        r"(?:(?P<day>[\d?]{4}(?:[-/.][\dmdy?]{1,4}){2,3}"
        r"|\d{1,2}(?P<mark>[-/.])\d{1,2}(?P=mark)(?:(?:19|20)\d\d|\d\d(?=,?\s+\d{1,2}[:.]\d\d))(?!\d)"
        r"|\d{1,2}/\d{1,2}(?=,?\s+\d{1,2}:\d\d))(?:(?:T|,?\s+(?:at\s+)?)[\dh?]{1,2}[:.][\dm?]{2}(?::\d\d)?)?"
        rf"|[\d?]{{1,2}}:[\dhm?]{{2}}(?:[:.][\d?]{{2}})?|(?=[\d.]*\?)[\d?]{{1,2}}\.[\d?]{{2}}"
        rf"|(?(about){dotted}|{dotted}{behind_dotted}))"
        rf"(?:\s?[ap]\.?m\b\.?)?(?:\s\(?(?P<zone>(?-i:{ZONE}))\)?)?",
        re.IGNORECASE,
    )


class Dots(StrEnum):
    """Whether times are read that have a dot in place of a colon."""

    NEVER = "never"
    IF_SAID = "if said"
    """Where what stands behind them says that they are times."""
    ALWAYS = "always"


_BEHIND_DOTTED: Final = {Dots.NEVER: r"(?!)", Dots.IF_SAID: _SAYS_TIME, Dots.ALWAYS: ""}
_EXPRESSIONS: Final = {dots: _expression(behind) for dots, behind in _BEHIND_DOTTED.items()}
_UNREADABLE: Final = {dots: _unreadable(behind) for dots, behind in _BEHIND_DOTTED.items()}

_DAY: Final = re.compile(_DATE, re.IGNORECASE)
_DAY_INSIDE: Final = re.compile(rf"(?<![\w-])(?:{_DATE})", re.IGNORECASE)

_STRANGE: Final = re.compile(rf"{STRANGE_ZONE}|\?+(?!\w)")
"""What makes a time uncertain, behind it."""

_DOUBTFUL: Final = re.compile(DOUBTFUL_ZONE)

_DOTTED: Final = re.compile(r"(?:[01]\d|2[0-3])\.[0-5]\d(?![\d.,%])")
_COLON: Final = re.compile(rf"(?:{_DATE},?\s+)?\d{{1,2}}:\d\d", re.IGNORECASE)

_GOES_ON: Final = re.compile(r"[\w%]|[.,:]\d")
"""What stands behind digits that are no time: ``10.20.30.40``, ``12.50%``."""

_UNTIL: Final = re.compile(
    r"\s*(?:[-/\N{EN DASH}\N{EM DASH}]|to|until)\s*(?:\d{1,2}:\d{2}|(?P<dotted>\d{2}\.\d{2}))(?!\d)", re.IGNORECASE
)
_AGAIN: Final = re.compile(r"\s*\([^()]*\d[:.]\d\d[^()]*\)")
_SEPARATOR: Final = re.compile(r"\s*(?:[-:|,.\N{EN DASH}\N{EM DASH}]+(?=\s|\Z))?\s*")


@frozen(kw_only=True)
class Reckoned:
    """A time at the beginning of some words."""

    at: datetime | None
    when: str
    """Its words, if it cannot be told exactly."""
    end: int
    """Where the rest of the words begins."""


class Clock:
    """Reads times in the order of a document."""

    def __init__(self, notes: Notes, zone: tzinfo | None, years: frozenset[int] = frozenset()) -> None:
        self._notes = notes
        self._zone = zone
        self._years = years
        self._today: date | None = None
        self._last: datetime | None = None
        self._dots = Dots.IF_SAID
        self._falls = False

    def of_form(self) -> None:
        """The times that follow are as the playbook's form has them: with a date and a colon, or words."""
        self._dots = Dots.NEVER

    def survey(self, several: Iterable[str]) -> None:
        """Look at how all entries of a section begin, before they are read: at dots in times, and which comes first."""
        if self._dots is Dots.NEVER:
            return
        heads = [words[:200].lstrip() for words in several]
        has_dots = not any(map(_COLON.match, heads)) and sum(bool(_DOTTED.match(each)) for each in heads) > 1
        self._dots = Dots.ALWAYS if has_dots else Dots.IF_SAID
        timed = [(found, moment) for each in heads if (found := self._read(each)) and (moment := _time(found))]
        today = [datetime.combine(date.min, moment) for _, moment in timed]
        steps = [earlier - later for earlier, later in pairwise(today)]
        is_dated = any(_has_date(found) for found, _ in timed[1:])
        self._falls = len(steps) > 1 and not is_dated and all(timedelta() <= each <= MOST_FALLEN for each in steps)

    def zone(self, name: str, line: int) -> None:
        """The times that follow are in that zone."""
        if name and (zone := zone_of(name)):
            self._zone = zone
            self._ambiguous(name, line)

    def day(self, words: str) -> None:
        """The times that follow are of the date in these words, if there is one with its year."""
        for found in _DAY_INSIDE.finditer(words[:1_000]):
            if found["y1"] or found["y2"] or found["y3"]:
                self._today, self._last = _date(found, None) or self._today, None
                return

    def is_day(self, words: str) -> bool:
        """Whether the words are a date and nothing else."""
        return len(words) < 100 and bool(_DAY.fullmatch(words.strip()))

    def is_strange_day(self, words: str) -> bool:
        """Whether the words are a date that cannot be told, and nothing else."""
        found = self._unreadable(words.strip()) if len(words) < 100 else None
        return bool(found and found["day"] and found[0] == words.strip())

    def begins(self, words: str) -> bool:
        """Whether the words begin with a time, be it readable or not."""
        head = words[:200]
        return bool(self._read(head) or self._unreadable(head))

    def exactly(self, words: str, line: int) -> datetime | None:
        """The time that these words are, all of them; `None` if they are none."""
        said = words.strip()
        found = self._read(said)
        return self._at(found, line) if found and found.end() == len(said) else None

    def reckon(self, words: str, line: int) -> Reckoned | None:
        """The time with which these words begin; `None` if they begin with none."""
        head = words[:200]
        found, unreadable = self._read(head), self._unreadable(head)
        if found and (again := _again(head, found)):
            at = self._at(found, line)
            self._notes.warn(Unclear.SPAN, line, head[: again.end()])
            if at is None:
                return Reckoned(at=None, when=head[: again.end()].strip(), end=_after(words, again.end()))
            is_again = head[found.end() : again.end()].lstrip().startswith("(")
            if is_again:
                self._notes.grasp(head[: found.end()])
            return Reckoned(at=at, when="", end=_after(words, found.end()) if is_again else 0)
        end = max(found.end() if found else 0, unreadable.end() if unreadable else 0)
        if not end or _GOES_ON.match(head, end):
            return None
        strange = _STRANGE.match(head, end)
        if found and found.end() == end and not strange:
            at = self._at(found, line)
        else:
            end, at = strange.end() if strange else end, None
            self._notes.warn(Unclear.TIME, line, head[:end])
            if unreadable and unreadable["day"]:
                self._today = self._last = None
            self.day(head[:end])
        if doubtful := _DOUBTFUL.match(head, end):
            self._notes.warn(Unclear.ZONE, line, head[: doubtful.end()])
        if at is not None:
            self._notes.grasp(head[:end])
        return Reckoned(at=at, when="" if at else head[:end].strip(), end=_after(words, end))

    def _at(self, found: re.Match[str], line: int) -> datetime | None:
        """The moment; `None` with a warning if it cannot be told."""
        said = found[0].strip()
        day = self._day(found, line)
        moment = _time(found)
        if moment is None or day is None:
            has_date = _has_date(found)
            if has_date:
                self._today, self._last = day, None
            if moment is None or has_date:
                self._notes.warn(Unclear.TIME, line, said)
            else:
                self._notes.warn(Unclear.NO_DATE, line, said)
            return None
        local = datetime.combine(day, moment)
        if not _has_date(found) and self._last and local < self._last:
            if self._last - local > MOST_BACK and not self._falls:
                local += timedelta(days=1)
                self._notes.warn(Unclear.NEXT_DAY, line, said)
            else:
                self._notes.warn(Unclear.ORDER, line, said)
        self._today, self._last = local.date(), local
        at = local.replace(tzinfo=self._zone_of(found, line))
        if at.utcoffset() != at.replace(fold=1).utcoffset():
            self._notes.warn(Unclear.CHANGED_CLOCKS, line, said)
        return at.astimezone(UTC)

    def _read(self, head: str) -> re.Match[str] | None:
        """What is a date, a time or both, and nothing that merely begins like one."""
        found = _EXPRESSIONS[self._dots].match(head)
        if found and found["zone"] and (_is_end(found) or not zone_of(found["zone"])):
            found = _EXPRESSIONS[self._dots].match(head[: found.start("zone")])
        if not found or not found[0].strip() or _GOES_ON.match(head, found.end()):
            return None
        return found

    def _unreadable(self, head: str) -> re.Match[str] | None:
        found = _UNREADABLE[self._dots].match(head)
        if found and found["zone"] and not zone_of(found["zone"]):
            return _UNREADABLE[self._dots].match(head[: found.start("zone")])
        return found

    def _zone_of(self, found: re.Match[str], line: int) -> tzinfo:
        name = found["zone"]
        zone = zone_of(name) if name else self._zone
        if name:
            self._ambiguous(name, line)
        if zone is None:
            self._notes.warn(Unclear.NO_ZONE, line, found[0].strip())
            self._zone = zone = UTC
        return zone

    def _ambiguous(self, name: str, line: int) -> None:
        if is_ambiguous(name):
            self._notes.warn(Unclear.ZONE, line, name)

    def _day(self, found: re.Match[str], line: int) -> date | None:
        if not _has_date(found):
            return self._today
        if found["y1"] or found["y2"] or found["y3"]:
            return _date(found, None)
        self._notes.warn(Unclear.NO_YEAR, line, found[0].strip())
        return _date(found, next(iter(self._years))) if len(self._years) == 1 else None


def years_in(text: str) -> frozenset[int]:
    """The years of all dates in a text that have one."""
    return frozenset(day.year for day in _dates(text))


def date_of(words: str) -> date | None:
    """The date that these words are; `None` if they are none, or have no year."""
    found = _DAY.fullmatch(words.strip()) if len(words) < 100 else None
    return _date(found, None) if found else None


def is_date(words: str) -> bool:
    """Whether these words look like a date, with or without a year."""
    return len(words) < 100 and bool(_DAY.fullmatch(words.strip()))


def _dates(text: str) -> Iterator[date]:
    for found in _DAY_INSIDE.finditer(text):
        if day := _date(found, None):
            yield day


def _again(head: str, found: re.Match[str]) -> re.Match[str] | None:
    """Another time behind a time; one with a dot only if the first has one."""
    until = _UNTIL.match(head, found.end())
    if until and (not until["dotted"] or "." in found[0]):
        return until
    return _AGAIN.match(head, found.end())


def _is_end(found: re.Match[str]) -> bool:
    """Whether what could be a zone is a later time of the same day: ``10:00-10:30``."""
    end = re.fullmatch(r"-(\d\d):?(\d\d)", found["zone"])
    begin = _time(found)
    return bool(end and begin and not found["s1"] and (begin.hour, begin.minute) < (int(end[1]), int(end[2])))


def _after(words: str, end: int) -> int:
    separator = _SEPARATOR.match(words, end)
    return separator.end() if separator else end


def _has_date(found: re.Match[str]) -> bool:
    return any(found[name] for name in ("m1", "m2", "m3"))


def _date(found: re.Match[str], year: int | None) -> date | None:
    for number in "123":
        if month := found[f"m{number}"]:
            said = found[f"y{number}"] or year
            whole = int(month) if month.isdecimal() else _MONTHS.index(month[:3].lower()) + 1
            try:
                day = date(int(said or 0), whole, int(found[f"d{number}"]))
            except ValueError:
                return None
            return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
    return None


def _time(found: re.Match[str]) -> time | None:
    """The time of day; `None` if there is none of that kind, such as 17:14pm."""
    hour, half = found["h1"] or found["h2"], found["p1"] or found["p2"]
    if hour is None:
        return None
    whole = int(hour)
    if half and not 1 <= whole <= 12:
        return None
    if half:
        whole = whole % 12 + (12 if half.lower() == "p" else 0)
    try:
        return time(whole, int(found["n1"] or 0), int(found["s1"] or 0))
    except ValueError:
        return None
