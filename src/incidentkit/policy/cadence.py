"""How often a rotation hands over, counted on the clock on the wall: so a change of the clocks moves no hand-over."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import frozen

from incidentkit.errors import ScheduleInvalid, expect, shown
from incidentkit.model.calendar import Weekday


class Unit(StrEnum):
    """What a cadence counts."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


MOST: Final = {Unit.HOUR: 8_760, Unit.DAY: 365, Unit.WEEK: 52, Unit.MONTH: 12}
"""The longest turns that there are: about a year, in each unit."""

_LENGTHS: Final = {Unit.HOUR: timedelta(hours=1), Unit.DAY: timedelta(days=1), Unit.WEEK: timedelta(days=7)}
_TEXT: Final = re.compile(r"(?P<count>[0-9]{1,9}) (?P<unit>hour|day|week|month)s?(?: on (?P<on>[A-Za-z]+|[0-9]{1,9}))?")
_WEEKDAYS: Final = {str(day): day for day in Weekday}


@frozen(kw_only=True)
class Cadence:
    """So many hours, days, weeks or months, the last two with a day if wanted: ``1 week on Mon``, ``1 month on 31``.

    Without a day it is the one on which the rotation starts. A month that is too short hands over on its last day, and
    the next one on the day itself again.
    """

    count: int
    unit: Unit
    on: Weekday | int | None = None
    """A `Weekday` for weeks, a day of the month for months."""

    def __attrs_post_init__(self) -> None:
        unit = expect(Unit, self.unit, ScheduleInvalid, "a turn is counted in a Unit, such as Unit.WEEK")
        if type(self.count) is not int or not 1 <= self.count <= MOST[unit]:
            raise ScheduleInvalid(f"a turn takes 1 to {MOST[unit]} {unit}s, not {shown(self.count)}")
        if self.on is not None and not self._is_day(self.on):
            raise ScheduleInvalid(
                "weeks hand over on a day of the week, months on a day from 1 to 31, and others say no day:"
                f" not {unit}s on {shown(self.on)}"
            )

    def _is_day(self, on: object) -> bool:
        if self.unit is Unit.WEEK:
            return type(on) is Weekday
        return self.unit is Unit.MONTH and type(on) is int and 1 <= on <= 31

    @classmethod
    def parse(cls, text: str) -> Cadence:
        """Read what `str` writes; `ScheduleInvalid` for anything else."""
        match = _TEXT.fullmatch(expect(str, text, ScheduleInvalid, "how often is text such as '1 week on Mon'"))
        if match is None:
            raise ScheduleInvalid(
                f"{shown(text)} is not how often: write it like '1 week on Mon', '12 hours', '1 day' or '1 month on 31'"
            )
        on = match["on"] or ""
        day = int(on) if on.isdecimal() else _WEEKDAYS.get(on)
        if on and day is None:
            raise ScheduleInvalid(f"{shown(on)} is no day of the week: write one of {', '.join(_WEEKDAYS)}")
        return cls(count=int(match["count"]), unit=Unit(match["unit"]), on=day)

    def to_form(self) -> str:
        """Its text, which is also how documents hold it."""
        return str(self)

    @classmethod
    def from_form(cls, form: str) -> Cadence:
        """The cadence that a document describes."""
        return cls.parse(form)

    def __str__(self) -> str:
        on = "" if self.on is None else f" on {self.on}"
        return f"{self.count} {self.unit}{'s' if self.count > 1 else ''}{on}"

    @property
    def length(self) -> timedelta | None:
        """How long a turn is by a clock that nobody changes; `None` for months."""
        return None if self.unit is Unit.MONTH else self.count * _LENGTHS[self.unit]

    def handover(self, starts: datetime, number: int) -> datetime:
        """The clock time at which a turn begins, of a rotation that starts at a clock time.

        Turn 0 begins at the latest hand-over that is not after the start: the rotation enters in the middle of it.
        """
        if self.length is not None:
            return self._origin(starts) + number * self.length
        months = self._first_month(starts) + number * self.count
        return datetime.combine(self._day_in(starts, months), starts.time())

    def number(self, starts: datetime, clock: datetime) -> int:
        """The turn that has begun at a clock time, and not ended."""
        if self.length is not None:
            return (clock - self._origin(starts)) // self.length
        number = (clock.year * 12 + clock.month - 1 - self._first_month(starts)) // self.count
        return number if self.handover(starts, number) <= clock else number - 1

    def _origin(self, starts: datetime) -> datetime:
        days = 0 if self.on is None else (starts.weekday() - self.on) % 7
        return starts - timedelta(days=days)

    def _first_month(self, starts: datetime) -> int:
        months = starts.year * 12 + starts.month - 1
        return months if self._day_in(starts, months) <= starts.date() else months - 1

    def _day_in(self, starts: datetime, months: int) -> date:
        """The day of hand-over in a month, which is counted from the year 0."""
        year, month = divmod(months, 12)
        wanted = starts.day if self.on is None else self.on
        return date(year, month + 1, min(wanted, monthrange(year, month + 1)[1]))
