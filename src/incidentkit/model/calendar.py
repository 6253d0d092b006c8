"""Support time: the hours in which somebody is there, in one zone's wall-clock time, and deadlines counted on them.

A clock time that the zone skips means the moment of the change; one that it has twice opens at the first and closes at
the second, so that no support time is lost. Lengths are real lengths: an opening over a change is an hour shorter or
longer than the clock says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from typing import Final
from zoneinfo import ZoneInfo

from attrs import field, frozen

from incidentkit.errors import CalendarInvalid, shown
from incidentkit.model.vocabulary import aware

DAY: Final = timedelta(days=1)


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
_HOURS: Final = re.compile(r"(?P<days>\S+) (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")


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

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Read ``Mon-Fri 09:00-17:30`` or ``Mon,Wed 22:00-06:00``; `CalendarInvalid` for anything else."""
        match = _HOURS.fullmatch(text)
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
    several = (hours,) if isinstance(hours, str | Hours) else hours
    return tuple(Hours.parse(each) if isinstance(each, str) else each for each in several)


def _dates(dates: Iterable[date]) -> frozenset[date]:
    return frozenset(dates)


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
        if not any(hours.days for hours in self.hours):
            raise CalendarInvalid(f"calendar {self.name!r} never opens: it has no hours")
        if any(type(day) is not date for day in self.holidays):
            raise CalendarInvalid(f"calendar {self.name!r}: a holiday is a date, not {shown(self.holidays)}")
        zone_of(self.zone)

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there at that moment; an opening includes its start and not its end."""
        at = aware("at", at)
        return next(self._openings(at))[0] <= at

    def after(self, start: datetime, length: timedelta | WorkingDays) -> datetime:
        """The moment, in UTC, at which so much support time has passed since ``start``."""
        moment = aware("start", start).astimezone(UTC)
        if isinstance(length, WorkingDays):
            return self._working_days_after(moment, length.days)
        if length <= timedelta():
            raise CalendarInvalid(f"support time is counted forwards: {shown(length)} is not above zero")
        for opens, closes in self._openings(moment):
            begin = max(opens, moment)
            if begin + length <= closes:
                return begin + length
            length -= closes - begin
        raise AssertionError("openings have no end")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much support time lies between two moments; nothing, if the end comes first."""
        start, end = aware("start", start).astimezone(UTC), aware("end", end).astimezone(UTC)
        total = timedelta()
        for opens, closes in self._openings(start):
            if opens >= end:
                break
            total += min(closes, end) - max(opens, start)
        return total if start < end else timedelta()

    def _working_days_after(self, moment: datetime, days: int) -> datetime:
        """The same clock time so many working days later, or the next opening where it is closed then."""
        zone = zone_of(self.zone)
        begin = max(moment, next(self._openings(moment))[0]).astimezone(zone)
        day = begin.date()
        while days:
            day = self._next_day(day)
            days -= any(True for _ in self._spans(day))
        due = instant(datetime.combine(day, begin.time()), zone)
        return max(due, next(self._openings(due))[0])

    def _openings(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The openings that end after a moment, in UTC, in order, joined where they meet. Without end."""
        day = aware("moment", moment).astimezone(zone_of(self.zone)).date() - 2 * DAY
        current: tuple[datetime, datetime] | None = None
        while True:
            for opens, closes in self._spans(day):
                if current is not None and opens <= current[1]:
                    current = (current[0], max(current[1], closes))
                    continue
                if current is not None and current[1] > moment:
                    yield current
                current = (opens, closes)
            day = self._next_day(day)

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

    def _next_day(self, day: date) -> date:
        try:
            return day + DAY
        except OverflowError:
            raise CalendarInvalid(f"calendar {self.name!r} does not reach so far: there is no year 10000") from None


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
    if early.astimezone(zone).replace(tzinfo=None) == local:
        return late if last else early
    while late - early > timedelta(microseconds=1):
        middle = early + (late - early) / 2
        early, late = (middle, late) if middle.astimezone(zone).replace(tzinfo=None) < local else (early, middle)
    return late
