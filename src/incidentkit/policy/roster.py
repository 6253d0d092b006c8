"""The roster: who is on call through a stretch of time, worked out from everything that has a say in it.

Each thing paints over what was there: layers from the lowest to the highest, then overrides in their order, then
temporary schedules.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime
from typing import Final

from attrs import define, evolve, frozen

from incidentkit.policy.override import Override, TemporarySchedule, exchanged
from incidentkit.policy.participant import People
from incidentkit.policy.rotation import Rotation
from incidentkit.policy.swap import Swapped


@frozen
class Duty:
    """Who is on call, and by which turn or shift: where that changes, one shift ends and another begins."""

    people: People = ()
    origin: Hashable = None


NOBODY: Final = Duty()
"""The duty while nobody is on call."""


@define
class Roster:
    """Who is on call through a stretch of time: a duty from each moment of ``starts`` until the next."""

    starts: list[datetime]
    end: datetime
    duties: list[Duty]

    def paint(self, start: datetime, end: datetime, change: Callable[[Duty], Duty]) -> None:
        """Change the duties in a range, as far as it lies inside."""
        start, end = max(start, self.starts[0]), min(end, self.end)
        if start < end:
            first, last = self._cut(start), self._cut(end)
            self.duties[first:last] = map(change, self.duties[first:last])

    def _cut(self, at: datetime) -> int:
        """The place of the duty that begins at a moment, which it does from now on."""
        place = bisect_left(self.starts, at)
        if at < self.end and (place == len(self.starts) or self.starts[place] != at):
            self.starts.insert(place, at)
            self.duties.insert(place, self.duties[place - 1])
        return place

    def joined(self) -> Roster:
        """The same without cuts between equal duties."""
        places = [n for n, duty in enumerate(self.duties) if n == 0 or duty != self.duties[n - 1]]
        return Roster([self.starts[n] for n in places], self.end, [self.duties[n] for n in places])

    def stretches(self) -> Iterator[tuple[datetime, datetime, Duty]]:
        """Its duties, each with its start and its end."""
        return zip(self.starts, [*self.starts[1:], self.end], self.duties, strict=True)


def roster(
    layers: Iterable[Rotation],
    swapped: Swapped,
    overrides: Iterable[Override],
    temporary: Iterable[TemporarySchedule],
    start: datetime,
    end: datetime,
) -> Roster:
    """The roster from a moment until another."""
    filled = Roster([start], end, [NOBODY])
    for layer in layers:
        for begin, until, number in layer.pieces(start, end):
            filled.paint(begin, until, _put(Duty(_taken_by(layer, number, swapped), (layer.name, number))))
    for override in overrides:
        filled.paint(override.start, override.end, _applied(override))
    for schedule in temporary:
        filled.paint(schedule.start, schedule.end, _put(NOBODY))
        for shift in schedule.shifts:
            filled.paint(shift.start, shift.end, _put(Duty(shift.people, shift)))
    return filled.joined()


def _taken_by(layer: Rotation, number: int, swapped: Swapped) -> People:
    people = layer.people(number)
    exchange = swapped.get((layer.name, number))
    return people if exchange is None else exchanged(people, *exchange)


def _put(duty: Duty) -> Callable[[Duty], Duty]:
    return lambda _: duty


def _applied(override: Override) -> Callable[[Duty], Duty]:
    def change(duty: Duty) -> Duty:
        people = override.applied(duty.people)
        return evolve(duty, people=people) if people else NOBODY

    return change
