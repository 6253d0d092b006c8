"""What changes a schedule for a while: overrides for a person, and temporary schedules for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import ClassVar, TypeAlias

from attrs import field, frozen

from incidentkit.errors import ScheduleInvalid, expect, shown
from incidentkit.model.identity import PersonId, checked_name
from incidentkit.policy.participant import People
from incidentkit.policy.shift import Shift, check_order, end_of, start_of


def _person(person: str) -> PersonId:
    with ScheduleInvalid.within("person"):
        return PersonId(checked_name("person", person))


def _by(person: str) -> PersonId:
    with ScheduleInvalid.within("by"):
        return PersonId(checked_name("by", person))


@frozen(kw_only=True)
class _Override:
    """A stretch of time in which something is different for a person."""

    start: datetime = field(converter=start_of)
    end: datetime = field(converter=end_of)
    person: PersonId = field(converter=_person)

    def __attrs_post_init__(self) -> None:
        check_order(self.start, self.end)

    def mentioned(self) -> Iterator[tuple[str, PersonId]]:
        """Whom it names, with the field."""
        yield "person", self.person


@frozen(kw_only=True)
class Addition(_Override):
    """The person is on call too, or alone where nobody is."""

    tag: ClassVar[str] = "add"

    def applied(self, people: People) -> People:
        """Who is on call, given who would be."""
        return people if self.person in people else (*people, self.person)


@frozen(kw_only=True)
class Removal(_Override):
    """The person is not on call; nobody is, if they would be alone."""

    tag: ClassVar[str] = "remove"

    def applied(self, people: People) -> People:
        """Who is on call, given who would be."""
        return tuple(each for each in people if each != self.person)


@frozen(kw_only=True)
class Replacement(_Override):
    """Somebody else is on call where the person would be; nothing changes where they would not."""

    by: PersonId = field(converter=_by)
    tag: ClassVar[str] = "replace"

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.by == self.person:
            raise ScheduleInvalid(f"{shown(self.by)} cannot stand in for themselves: name somebody else", "by")

    def mentioned(self) -> Iterator[tuple[str, PersonId]]:
        """Whom it names, with the field."""
        yield from (("person", self.person), ("by", self.by))

    def applied(self, people: People) -> People:
        """Who is on call, given who would be."""
        return exchanged(people, self.person, self.by)


Override: TypeAlias = Addition | Removal | Replacement
"""A change for a stretch of time; of several at once, each starts from what those before it in the list left."""


def exchanged(people: People, person: PersonId, by: PersonId) -> People:
    """The people with one of them in another's place, each once."""
    return tuple(dict.fromkeys(by if each == person else each for each in people))


def _shifts(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    with ScheduleInvalid.within("shifts"):
        return tuple(expect(Iterable, shifts, ScheduleInvalid, "shifts are a list of Shift"))


@frozen(kw_only=True)
class TemporarySchedule:
    """Shifts instead of everything else in a range: of layers, swaps and overrides. Between them nobody is on call."""

    start: datetime = field(converter=start_of)
    end: datetime = field(converter=end_of)
    shifts: tuple[Shift, ...] = field(converter=_shifts)

    def __attrs_post_init__(self) -> None:
        check_order(self.start, self.end)
        if not self.shifts:
            raise ScheduleInvalid("without shifts nobody would be on call: name who is, and when", "shifts")
        for index, each in enumerate(self.shifts):
            with ScheduleInvalid.within(f"shifts[{index}]"):
                shift = expect(Shift, each, ScheduleInvalid, "a shift is a Shift")
                if shift.start < self.start or shift.end > self.end:
                    raise ScheduleInvalid("it lies partly outside of the schedule: shorten it, or widen the schedule")
        for index, (one, other) in enumerate(pairwise(self.shifts), start=1):
            if other.start < one.end:
                problem = "it starts before the shift ahead of it ends: make them one shift of several people"
                raise ScheduleInvalid(problem, f"shifts[{index}].start")

    def mentioned(self) -> Iterator[tuple[str, PersonId]]:
        """Whom it names, with the place."""
        for index, shift in enumerate(self.shifts):
            yield from ((f"shifts[{index}].people", person) for person in shift.people)
