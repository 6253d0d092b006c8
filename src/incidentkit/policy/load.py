"""How much of being on call falls to each person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen

from incidentkit.model.calendar import DAY, Weekday, instant
from incidentkit.model.durations import duration_text
from incidentkit.model.identity import PersonId
from incidentkit.policy.shift import Shift
from incidentkit.text.number import counted

NIGHT: Final = (time(22), time(6))
"""From when to when it is night."""


@frozen(kw_only=True)
class Load:
    """What fell to a person in a range of time. A part of a night or of a weekend counts as one."""

    time: timedelta = timedelta()
    """How long they were on call, really."""
    nights: int = 0
    """Nights, from 22:00 to 06:00, in which they were on call."""
    weekends: int = 0
    """Weekends, from the beginning of Saturday to the end of Sunday, in which they were on call."""

    def __str__(self) -> str:
        return f"{duration_text(self.time)}, {counted(self.nights, 'night')}, {counted(self.weekends, 'weekend')}"


def load_of(shifts: Iterable[Shift], zone: ZoneInfo) -> dict[PersonId, Load]:
    """The load of everybody who has a shift, by the clock of one zone, whichever people live in."""
    time = defaultdict[PersonId, timedelta](timedelta)
    nights, weekends = defaultdict[PersonId, set[date]](set), defaultdict[PersonId, set[date]](set)
    for shift in shifts:
        met = {*_nights(shift, zone)}, {*_weekends(shift, zone)}
        for person in shift.people:
            time[person] += shift.end - shift.start
            nights[person] |= met[0]
            weekends[person] |= met[1]
    return {each: Load(time=time[each], nights=len(nights[each]), weekends=len(weekends[each])) for each in time}


def _days(shift: Shift, zone: ZoneInfo) -> Iterator[date]:
    """The days of a shift by the clock, and the one before them."""
    day, last = shift.start.astimezone(zone).date() - DAY, shift.end.astimezone(zone).date()
    while day <= last:
        yield day
        day += DAY


def _nights(shift: Shift, zone: ZoneInfo) -> Iterator[date]:
    """The days in whose nights the shift lies."""
    falls, breaks = NIGHT
    for day in _days(shift, zone):
        if _meets(shift, datetime.combine(day, falls), datetime.combine(day + DAY, breaks), zone):
            yield day


def _weekends(shift: Shift, zone: ZoneInfo) -> Iterator[date]:
    """The Saturdays of the weekends in which the shift lies."""
    for day in {each - (each.weekday() - Weekday.SAT) % 7 * DAY for each in _days(shift, zone)}:
        if _meets(shift, datetime.combine(day, time()), datetime.combine(day + 2 * DAY, time()), zone):
            yield day


def _meets(shift: Shift, start: datetime, end: datetime, zone: ZoneInfo) -> bool:
    """Whether some of a shift lies between two clock times; of one that comes twice, from the first to the second."""
    return max(shift.start, instant(start, zone)) < min(shift.end, instant(end, zone, last=True))
