"""Stretches of time: shifts, in which somebody is on call, and gaps, in which nobody is. Neither includes its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import field, frozen

from incidentkit.errors import ScheduleInvalid
from incidentkit.model.identity import moment
from incidentkit.policy.participant import People, people_of


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


@frozen
class Gap:
    """Nobody is on call from a moment on, until another."""

    start: datetime
    end: datetime
