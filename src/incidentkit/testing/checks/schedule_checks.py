"""Checks of on-call schedules: always somebody, no more than are meant, and everybody equally long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property, partial
from types import NoneType
from typing import Final

from attrs import evolve, frozen

from incidentkit.errors import FieldInvalid, expect, shown
from incidentkit.model.calendar import zone_of
from incidentkit.model.durations import duration_text
from incidentkit.model.identity import PersonId, moment
from incidentkit.policy.directory import Directory
from incidentkit.policy.directory_checks import is_idle
from incidentkit.policy.finding import Code
from incidentkit.policy.law import Law, left_out
from incidentkit.policy.load import Load
from incidentkit.policy.participant import Participant
from incidentkit.policy.rotation import LATEST, Rotation
from incidentkit.policy.schedule import LONGEST, Schedule
from incidentkit.policy.shift import Shift
from incidentkit.testing.checks.breach import Breach, hold
from incidentkit.testing.checks.stretches import first, gap_breach, others, times
from incidentkit.testing.checks.traceback import ON_PURPOSE
from incidentkit.text.document import Table

__tracebackhide__: Final = ON_PURPOSE

YEAR: Final = timedelta(days=366)
"""How far a schedule is looked at unless told otherwise, and how far the days are on which clocks change."""

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


def check_schedule(
    schedule: Schedule,
    directory: Directory | None = None,
    *,
    start: datetime,
    within: timedelta = YEAR,
    people: int | None = None,
    apart: timedelta | None = None,
    allow: Iterable[str] = (),
) -> None:
    """Raise `LawsBroken` if a schedule has gaps, too many people at once, idle overrides, or unfair rotations.

    It is looked at from ``start`` on for as long as ``within`` says, and on the days in the year to come on which the
    clocks of its zones change. ``people`` is how many may be on call at once: as many as take a turn together if not
    given. ``apart`` is by how much the time of two people of one rotation may differ, overrides and swaps left aside:
    by the longest turn if not given. With a directory, everybody who is named is in it and can be reached. What the
    linter finds as well is told with its code; ``allow`` leaves laws and codes out, by the words that the report has
    for them.

    Raises `ScheduleInvalid` for a time for which schedules do not answer, and `FieldInvalid` for another argument.
    """
    expect(Schedule, schedule, partial(FieldInvalid, "schedule"), "a Schedule is checked")
    expect(Directory | NoneType, directory, partial(FieldInvalid, "directory"), "people are in a Directory")
    if type(within) is not timedelta or not timedelta() < within <= LONGEST:
        raise FieldInvalid(
            "within", f"a schedule is looked at for {LONGEST.days} days at the most, not {shown(within)}"
        )
    if people is not None and (type(people) is not int or people < 1):
        raise FieldInvalid("people", f"one person or more is on call, not {shown(people)}")
    if apart is not None and (type(apart) is not timedelta or apart < timedelta()):
        raise FieldInvalid("apart", f"it is no time or more, not {shown(apart)}")
    allowed = left_out(allow, OF_SCHEDULES, "check_schedule")
    case = ScheduleCase(
        schedule=schedule,
        directory=directory,
        start=moment("start", start),
        within=within,
        people=people,
        apart=apart,
    )
    breaches = (breach for check in CHECKS for breach in check(case))
    hold("the schedule", (each for each in breaches if each.law not in allowed))


@frozen(kw_only=True, slots=False)
class ScheduleCase:
    """A schedule that is checked, and how far it is looked at."""

    schedule: Schedule
    directory: Directory | None
    start: datetime
    within: timedelta
    people: int | None
    apart: timedelta | None

    @property
    def end(self) -> datetime:
        """Until when all of it is looked at."""
        return min(self.start + self.within, LATEST - _HOUR)

    @property
    def most(self) -> int:
        """How many are meant to be on call at once."""
        if self.people is not None:
            return self.people
        rows = (row for layer in self.schedule.layers for row in _rows(layer))
        return max(len(participant.people) for row in rows for participant in row)

    @cached_property
    def spans(self) -> Sequence[tuple[datetime, datetime]]:
        """What is looked at: all of the time, then days of clock changes that come later; what adjoins is one."""
        spans = [(self.start, self.end)]
        for at in (each for each in self.changes if each >= self.end and each + 2 * _DAY < LATEST):
            since, until = spans[-1]
            spans[-1:] = [(since, at + 2 * _DAY)] if at <= until else [(since, until), (at, at + 2 * _DAY)]
        return spans

    @cached_property
    def changes(self) -> Sequence[datetime]:
        """The beginnings of the days of the year to come on which clocks change, in UTC."""
        clocks = {zone_of(layer.zone) for layer in self.schedule.layers}
        days = (self.start + number * _DAY for number in range(YEAR.days) if self.start + (number + 1) * _DAY < LATEST)
        return [
            day
            for day in days
            if any(day.astimezone(each).utcoffset() != (day + _DAY).astimezone(each).utcoffset() for each in clocks)
        ]

    def is_near_change(self, moment: datetime) -> bool:
        """Whether clocks change on the day of a moment, or on one beside it."""
        return any(moment - 2 * _DAY <= at <= moment + _DAY for at in self.changes)

    @property
    def zone(self) -> str:
        """The zone by whose clock times are told."""
        return self.schedule.layers[0].zone


def _gaps(case: ScheduleCase) -> Iterator[Breach]:
    """Time in which nobody is on call."""
    gaps = [gap for span in case.spans for gap in case.schedule.gaps(*span)]
    if gaps:
        near = sum(case.is_near_change(gap.start) or case.is_near_change(gap.end) for gap in gaps)
        clocks = f" Near a change of the clocks: {near} of {len(gaps)}." if near else ""
        yield gap_breach(gaps, case.zone, where="gaps", who="Nobody is on call", note=clocks)


def _crowds(case: ScheduleCase) -> Iterator[Breach]:
    """Time in which more people are on call than are meant to be."""
    shifts = [shift for span in case.spans for shift in case.schedule.shifts(*span) if len(shift.people) > case.most]
    if shifts:
        several = "1 person is" if case.most == 1 else f"{case.most} people are"
        what = f"More people are on call than are meant to be, {times(shifts)}: {several} at the most."
        yield Breach(law=Law.ALONE, where="shifts", what=what, table=first(shifts, case.zone), rest=others(shifts))


def _rows(layer: Rotation) -> Iterator[Sequence[Participant]]:
    """Who takes turns, from each change of the participants on."""
    yield layer.participants
    yield from (change.participants for change in layer.changes)


def _unfair(case: ScheduleCase) -> Iterator[Breach]:
    """Rotations of which some people have more than others, as far as they take turns all the time."""
    plain = evolve(case.schedule, overrides=(), swaps=(), temporary=())
    loads = plain.load(case.start, case.end, zone="UTC")
    everybody = [_throughout(layer, case.end) for layer in plain.layers]
    for place, layer in enumerate(plain.layers):
        others = {person for index, people in enumerate(everybody) if index != place for person in people}
        mine = {person: loads.get(person, Load()) for person in everybody[place] if person not in others}
        held = {person: load.time for person, load in mine.items()}
        bound = _longest_turn(layer, case.start) if case.apart is None else case.apart
        if held and max(held.values()) - min(held.values()) > bound:
            most, least = max(held, key=lambda who: held[who]), min(held, key=lambda who: held[who])
            differ = duration_text(held[most] - held[least])
            rows = [(who, duration_text(load.time), str(load.nights), str(load.weekends)) for who, load in mine.items()]
            yield Breach(
                law=Law.FAIR,
                where=f"layers[{place}]",
                what=f"{most} is on call {differ} longer than {least}; {duration_text(bound)} is meant at the most.",
                table=Table(("who", "on call for", "nights", "weekends"), rows),
            )


def _throughout(layer: Rotation, end: datetime) -> list[PersonId]:
    """The people who take turns in a rotation from its beginning until a moment."""
    later = [change.participants for change in layer.changes if change.since < end]
    rows = [{person for each in row for person in each.people} for row in (layer.participants, *later)]
    return [
        person
        for person in dict.fromkeys(who for each in layer.participants for who in each.people)
        if all(person in row for row in rows)
    ]


def _longest_turn(layer: Rotation, start: datetime) -> timedelta:
    """The longest of some turns, and an hour more for clocks that are put back."""
    turn = layer.turn_at(start) or layer.turn(0)
    turns = (layer.turn(turn.number + number) for number in range(3))
    return max(turn.end - turn.start for turn in turns) + _HOUR


def _idle_overrides(case: ScheduleCase) -> Iterator[Breach]:
    """Overrides that change nothing."""
    for index, each in enumerate(case.schedule.overrides):
        if each.start < case.end and case.start < each.end and is_idle(case.schedule, index, case.start):
            stretch = Shift(start=each.start, end=each.end, people=[each.person])
            what = f"The override of {each.person} changes nothing: are its times and its people right?"
            yield Breach(
                law=Code.IDLE_OVERRIDE, where=f"overrides[{index}]", what=what, table=first([stretch], case.zone)
            )


def _unreachable(case: ScheduleCase) -> Iterator[Breach]:
    """People whom the directory does not know, or knows no way to reach."""
    if case.directory is None:
        return
    people = case.directory.people
    places: dict[PersonId, str] = {}
    for path, person in case.schedule.mentioned():
        places.setdefault(person, path)
    for person, path in places.items():
        if person not in people:
            what = f"The directory does not know {person}."
            yield Breach(law=Code.UNKNOWN_RECIPIENT, where=path, what=what)
        elif not people[person].contacts:
            what = f"The directory has no way to reach {person}."
            yield Breach(law=Code.NO_METHOD, where=path, what=what)


CHECKS: Final[tuple[Callable[[ScheduleCase], Iterator[Breach]], ...]] = (
    _gaps,
    _crowds,
    _unfair,
    _idle_overrides,
    _unreachable,
)
"""What is looked for in every schedule."""

OF_SCHEDULES: Final[frozenset[Law | Code]] = frozenset(
    {Code.GAP, Code.IDLE_OVERRIDE, Code.UNKNOWN_RECIPIENT, Code.NO_METHOD, Law.ALONE, Law.FAIR}
)
"""The laws of schedules, with the codes of the linter."""
