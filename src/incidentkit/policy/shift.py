"""Stretches of time: shifts, in which somebody is on call, and gaps, in which nobody is. Neither includes its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import field, frozen

from incidentkit.errors import ScheduleInvalid
from incidentkit.model.calendar import Weekday, zone_of
from incidentkit.model.identity import moment
from incidentkit.policy.participant import People, people_of
from incidentkit.text.document import Table


def start_of(at: datetime) -> datetime:
    """The start of a stretch of time, in UTC."""
    with ScheduleInvalid.within("start"):
        return moment("start", at)


def end_of(at: datetime) -> datetime:
    """The end of a stretch of time, in UTC."""
    with ScheduleInvalid.within("end"):
        return moment("end", at)


def check_order(start: datetime, end: datetime) -> None:
    """Refuse a stretch of time that has no length."""
    if end <= start:
        raise ScheduleInvalid(
            f"it ends at {end:%Y-%m-%dT%H:%MZ}, not after its start: swap the two, or mend one", "end"
        )


def _people(people: str | Iterable[str]) -> People:
    with ScheduleInvalid.within("people"):
        return people_of(people)


@frozen(kw_only=True)
class Shift:
    """Some people are on call from a moment on, until another."""

    start: datetime = field(converter=start_of)
    end: datetime = field(converter=end_of)
    people: People = field(converter=_people)

    def __attrs_post_init__(self) -> None:
        check_order(self.start, self.end)

    def __str__(self) -> str:
        return f"{_span(self)}: {', '.join(self.people)}"


@frozen
class Gap:
    """Nobody is on call from a moment on, until another."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{_span(self)}: nobody"


def _span(stretch: Shift | Gap) -> str:
    return " to ".join(f"{_day(at)} {at:%H:%M}Z" for at in (stretch.start, stretch.end))


def _day(at: datetime) -> str:
    """The day with its name, in English whatever the locale is."""
    return f"{Weekday(at.weekday())!s} {at:%Y-%m-%d}"


def shift_table(stretches: Iterable[Shift | Gap], zone: str = "UTC") -> Table:
    """A row for each, by the clock of a zone with its offset. Raises `CalendarInvalid` for no zone."""
    clock = zone_of(zone)

    def row(each: Shift | Gap) -> tuple[str, str, str]:
        start, end = (at.astimezone(clock) for at in (each.start, each.end))
        who = ", ".join(each.people) if isinstance(each, Shift) else "nobody"
        return f"{_day(start)} {start:%H:%M %z}", f"{_day(end)} {end:%H:%M %z}", who

    return Table(("from", "until", "who"), [row(each) for each in stretches])
