"""Support time: the hours in which somebody is there, in one zone's wall-clock time, and deadlines counted on them.

A clock time that the zone skips means the moment of the change; one that it has twice opens at the first and closes at
the second, so that no support time is lost. Lengths are real lengths: an opening over a change is an hour shorter or
longer than the clock says.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from typing import Final
from zoneinfo import ZoneInfo

from attrs import field, frozen

from incidentkit.errors import CalendarInvalid, expect, shown
from incidentkit.model.vocabulary import aware

DAY: Final = timedelta(days=1)

LONGEST: Final = timedelta(days=1000)
"""Support time up to which deadlines are counted; nobody promises more, and rare hours would take for ever."""


class Weekday(IntEnum):
    """A day of the week, numbered as `datetime.date.weekday` does."""

    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6

    def __str__(self) -> str:
        return self.name.title()


_WEEKDAYS: Final = {str(day): day for day in Weekday}
_HOURS: Final = re.compile(r"(?P<days>\S*[^\s-]) (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")


@frozen
class WorkingDays:
    """A length in days on which the calendar opens: the same clock time so many working days later."""

    days: int

    def __attrs_post_init__(self) -> None:
        if type(self.days) is not int or not 1 <= self.days <= 1000:
            raise CalendarInvalid(f"working days are counted from 1 to 1000, not {shown(self.days)}")

    def __str__(self) -> str:
        return f"{self.days} working day{'s' if self.days > 1 else ''}"


@frozen
class Hours:
    """Days of the week and the clock times between which they are open: ``Mon-Fri 09:00-17:30``.

    Hours that close at or before their opening close on the next day; ``24:00`` is midnight at the end of the day.
    """

    days: frozenset[Weekday]
    opens: time
    closes: time

    def __attrs_post_init__(self) -> None:
        days = expect(frozenset, self.days, CalendarInvalid, "hours are on a frozenset of Weekday")
        if not days or any(type(day) is not Weekday for day in days):
            raise CalendarInvalid(f"hours are on one Weekday or several, not {shown(self.days)}")
        for clock in (self.opens, self.closes):
            at = expect(time, clock, CalendarInvalid, "hours open and close at a time")
            if at.tzinfo is not None or at.second or at.microsecond:
                raise CalendarInvalid(
                    f"hours open and close at a whole minute of a clock without zone, not {shown(at)}"
                )

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Read ``Mon-Fri 09:00-17:30`` or ``Mon,Wed 22:00-06:00``; `CalendarInvalid` for anything else."""
        match = _HOURS.fullmatch(expect(str, text, CalendarInvalid, "hours are written like 'Mon-Fri 09:00-17:30'"))
        try:
            if match is None:
                raise ValueError
            days = frozenset(day for part in match["days"].split(",") for day in _span(part))
            closes = time(0) if match["closes"] == "24:00" else time.fromisoformat(match["closes"])
            return cls(days, time.fromisoformat(match["opens"]), closes)
        except (ValueError, KeyError):
            raise CalendarInvalid(f"{shown(text)} are no hours: write them like 'Mon-Fri 09:00-17:30'") from None

    def to_form(self) -> str:
        """Its text, which is also how documents hold it."""
        return str(self)

    @classmethod
    def from_form(cls, form: str) -> Hours:
        """The hours that a document describes."""
        return cls.parse(form)

    def __str__(self) -> str:
        closes = f"{self.closes:%H:%M}" if self.closes != time(0) else "24:00"
        return f"{','.join(_runs(self.days))} {self.opens:%H:%M}-{closes}"


def _span(text: str) -> list[Weekday]:
    """``Mon`` or ``Mon-Fri``, also across the end of the week."""
    first, _, last = text.partition("-")
    start = _WEEKDAYS[first]
    return [Weekday((start + n) % 7) for n in range((_WEEKDAYS[last or first] - start) % 7 + 1)]


def _runs(days: Iterable[Weekday]) -> Iterator[str]:
    """The days in order, neighbours as ``Mon-Fri``."""
    run: list[Weekday] = []
    for day in [*sorted(days), None]:
        if run and (day is None or day != run[-1] + 1):
            yield str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"
            run = []
        if day is not None:
            run.append(day)


def _hours(hours: str | Hours | Iterable[str | Hours]) -> tuple[Hours, ...]:
    if isinstance(hours, str | Hours):
        return _hours([hours])
    several = expect(Iterable, hours, CalendarInvalid, "hours are written like 'Mon-Fri 09:00-17:30'")
    return tuple(each if isinstance(each, Hours) else Hours.parse(each) for each in several)


def _dates(dates: Iterable[date]) -> frozenset[date]:
    days = tuple(expect(Iterable, dates, CalendarInvalid, "holidays are dates"))
    if wrong := [day for day in days if type(day) is not date]:
        raise CalendarInvalid(f"a holiday is a date, not {shown(wrong[0])}")
    return frozenset(days)


@frozen
class SupportCalendar:
    """When support is there: hours on weekdays, less holidays, in the clock time of one zone.

    ``hours`` are `Hours` or their text, one or several; a holiday is a date on which nothing opens.
    """

    name: str
    zone: str = field(kw_only=True)
    """The name of an IANA time zone, such as ``Europe/London``."""
    hours: tuple[Hours, ...] = field(kw_only=True, converter=_hours)
    holidays: frozenset[date] = field(kw_only=True, default=frozenset[date](), converter=_dates)

    def __attrs_post_init__(self) -> None:
        if not expect(str, self.name, CalendarInvalid, "the name of a calendar is text").strip():
            raise CalendarInvalid("a calendar has a name, and not an empty one")
        if not self.hours:
            raise CalendarInvalid(f"calendar {self.name!r} never opens: it has no hours")
        zone_of(self.zone)

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there at that moment; an opening includes its start and not its end.

        Raises `FactValueInvalid` for a time without a zone, and `CalendarInvalid` for what leaves the years 1 to
        9999.
        """
        at = aware("at", at)
        with self._years():
            return next(self.openings(at))[0] <= at

    def after(self, start: datetime, length: timedelta | WorkingDays) -> datetime:
        """The moment, in UTC, at which so much support time has passed since ``start``.

        Raises `CalendarInvalid` for a length that is not above zero or is more than a thousand days, and for what
        leaves the years 1 to 9999; `FactValueInvalid` for a start without a zone.
        """
        expect(
            WorkingDays | timedelta, length, CalendarInvalid, "support time is counted in a timedelta or in WorkingDays"
        )
        if isinstance(length, timedelta) and not timedelta() < length <= LONGEST:
            raise CalendarInvalid(
                f"support time is counted forwards, by up to {LONGEST.days} days, not by {shown(length)}"
            )
        start = aware("start", start)
        with self._years():
            moment = start.astimezone(UTC)
            if isinstance(length, WorkingDays):
                return self._working_days_after(moment, length.days)
            for opens, closes in self.openings(moment):
                begin = max(opens, moment)
                if begin + length <= closes:
                    return begin + length
                length -= closes - begin
        raise AssertionError("openings have no end")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much support time lies between two moments; nothing, if the end comes first.

        Raises `CalendarInvalid` for what leaves the years 1 to 9999, and `FactValueInvalid` for a time without a zone.
        """
        start, end = aware("start", start), aware("end", end)
        total = timedelta()
        if start >= end:
            return total
        with self._years():
            start, end = start.astimezone(UTC), end.astimezone(UTC)
            for opens, closes in self.openings(start):
                if opens >= end:
                    break
                total += min(closes, end) - max(opens, start)
        return total

    @contextmanager
    def _years(self) -> Generator[None]:
        """Turn what leaves the years that a datetime can have into an error of the calendar."""
        try:
            yield
        except OverflowError:
            raise CalendarInvalid(
                f"calendar {self.name!r} counts from year 1 to year 9999, and this leaves them"
            ) from None

    def _working_days_after(self, moment: datetime, days: int) -> datetime:
        """The same clock time so many working days later, or the next opening where it is closed then."""
        zone = zone_of(self.zone)
        opens = next(self.openings(moment))[0].astimezone(zone)
        begin = max(moment, opens).astimezone(zone)
        day = opens.date()
        while days:
            day += DAY
            days -= any(True for _ in self._spans(day))
        due = instant(datetime.combine(day + (begin.date() - opens.date()), begin.time()), zone)
        return max(due, next(self.openings(due))[0])

    def openings(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The openings that end after a moment, in UTC, in order, each from where the one before ends at the earliest.

        Without end, but for the years that a datetime can have: those raise `OverflowError`.
        """
        day = moment.astimezone(zone_of(self.zone)).date() - 2 * DAY
        reached = datetime.min.replace(tzinfo=UTC)
        while True:
            for opens, closes in self._spans(day):
                begins, reached = max(opens, reached), max(closes, reached)
                if begins < closes and closes > moment:
                    yield begins, closes
            day += DAY

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The openings that start on a local day, in UTC, in order."""
        if day in self.holidays:
            return
        zone = zone_of(self.zone)
        for hours in sorted((each for each in self.hours if day.weekday() in each.days), key=lambda each: each.opens):
            opens = instant(datetime.combine(day, hours.opens), zone)
            last = day if hours.closes > hours.opens else day + DAY
            closes = instant(datetime.combine(last, hours.closes), zone, last=True)
            if opens < closes:
                yield opens, closes


def zone_of(name: str) -> ZoneInfo:
    """The IANA time zone of that name; `CalendarInvalid` if there is none on this machine."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, TypeError, LookupError):
        raise CalendarInvalid(
            f"{shown(name)} is no time zone known here: write an IANA name such as 'Europe/London'"
            " (the package tzdata brings them where the system has none)"
        ) from None


def instant(local: datetime, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """The moment of a clock time without zone, in UTC.

    Where the clock goes back the time comes twice: the first is meant, or the ``last``. Where it goes forward the time
    does not come at all: then the moment of the change is meant.
    """
    early, late = sorted(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early == late or early.astimezone(zone).replace(tzinfo=None) == local:
        return late if last else early
    while late - early > timedelta(microseconds=1):
        middle = early + (late - early) / 2
        early, late = (middle, late) if middle.astimezone(zone).replace(tzinfo=None) < local else (early, middle)
    return late
