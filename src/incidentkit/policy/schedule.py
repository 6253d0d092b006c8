"""On-call schedules: who is on call at a moment, by layers of rotations and by what changes them for a while.

A schedule is a value. It works out who is on call a year at a time, when it is first asked about that year, and then
looks it up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from itertools import pairwise, takewhile
from typing import Any, Final, TypeVar

from attrs import evolve, field, frozen

from incidentkit.errors import ScheduleInvalid, expect, nearest, shown
from incidentkit.model.calendar import zone_of
from incidentkit.model.identity import PersonId, moment
from incidentkit.policy.load import Load, load_of
from incidentkit.policy.override import Addition, Override, Removal, Replacement, TemporarySchedule
from incidentkit.policy.participant import People
from incidentkit.policy.roster import roster
from incidentkit.policy.rotation import LATEST, Rotation, answerable
from incidentkit.policy.shift import Gap, Shift, check_order
from incidentkit.policy.swap import Swap, Swapped, swapped
from incidentkit.policy.timetable import Timetable

T = TypeVar("T")

LONGEST: Final = timedelta(days=20 * 366)
"""The longest range about which a schedule answers at once."""

AHEAD: Final = timedelta(days=5 * 366)
"""How far it looks for a shift to come."""

MOST_LAYERS: Final = 50
"""How many rotations may make one schedule."""


def _row_of(name: str, kind: Any, values: Iterable[T]) -> tuple[T, ...]:
    with ScheduleInvalid.within(name):
        several = tuple(expect(Iterable, values, ScheduleInvalid, f"{name} are a list"))
    for index, each in enumerate(several):
        with ScheduleInvalid.within(f"{name}[{index}]"):
            expect(kind, each, ScheduleInvalid, f"{name} are made of another class")
    return several


def _layers(layers: Rotation | Iterable[Rotation]) -> tuple[Rotation, ...]:
    return _row_of("layers", Rotation, (layers,) if isinstance(layers, Rotation) else layers)


def _overrides(overrides: Iterable[Override]) -> tuple[Override, ...]:
    return _row_of("overrides", Addition | Removal | Replacement, overrides)


def _swaps(swaps: Iterable[Swap]) -> tuple[Swap, ...]:
    return _row_of("swaps", Swap, swaps)


def _temporary(temporary: Iterable[TemporarySchedule]) -> tuple[TemporarySchedule, ...]:
    return _row_of("temporary", TemporarySchedule, temporary)


@frozen
class Schedule:
    """Who is on call, and when. `ScheduleInvalid` for whatever does not fit together."""

    layers: tuple[Rotation, ...] = field(converter=_layers)
    """From the lowest to the highest: where a higher one has somebody, those below it have nobody."""
    overrides: tuple[Override, ...] = field(default=(), converter=_overrides, kw_only=True)
    """What differs for a stretch of time, in the order in which it is applied."""
    swaps: tuple[Swap, ...] = field(default=(), converter=_swaps, kw_only=True)
    temporary: tuple[TemporarySchedule, ...] = field(default=(), converter=_temporary, kw_only=True)
    """What stands in for everything else for a stretch of time."""

    def __attrs_post_init__(self) -> None:
        if not 1 <= len(self.layers) <= MOST_LAYERS:
            problem = f"a schedule has 1 to {MOST_LAYERS} layers, not {len(self.layers)}: name a rotation or more"
            raise ScheduleInvalid(problem, "layers")
        _check_names(self.layers)
        _check_covered(self.layers)
        _check_overlaps(self.temporary)
        _ = self._swapped

    def on_call(self, at: datetime) -> People:
        """Who is on call at a moment, the first to be asked first; nobody is an empty tuple.

        Raises `ScheduleInvalid` for moments before 1970 and after 2199.
        """
        if type(at) is not datetime or at.tzinfo is not UTC:
            at = moment("at", at)
        year = self._timetable[at.year]
        return year.duties[bisect_right(year.starts, at) - 1].people

    def next_change(self, after: datetime) -> datetime | None:
        """When other people are on call next, be it nobody; `None` if they stay the same for five years.

        Raises `ScheduleInvalid` as `on_call` does.
        """
        after = answerable("after", after)
        people = self.on_call(after)
        for number in range(after.year, min(after.year + AHEAD.days // 366, LATEST.year - 1) + 1):
            year = self._timetable[number]
            for place in range(bisect_right(year.starts, after), len(year.starts)):
                if year.duties[place].people != people:
                    return year.starts[place]
        return None

    def shifts(self, start: datetime, end: datetime) -> tuple[Shift, ...]:
        """The shifts in a range, in order; those that reach beyond it in full.

        A shift ends where other people are on call, and where a turn ends, though the next one may be the same
        person's. Raises `ScheduleInvalid` for a range without length or of more than twenty years.
        """
        start, end = _range(start, end)
        return tuple(takewhile(lambda shift: shift.start < end, self._timetable.shifts_after(start)))

    def next_shift(self, person: str, after: datetime) -> Shift | None:
        """The person's first shift that starts later than a moment; `None` if there is none for five years.

        Raises `ScheduleInvalid` for somebody whom the schedule never names: that is a slip, or another schedule.
        """
        after = answerable("after", after)
        named = dict.fromkeys(each for _, each in self.mentioned())
        if person not in named:
            hint = nearest(str(person), named)
            raise ScheduleInvalid(f"nobody is called {shown(person)} in this schedule. {hint}".rstrip(), "person")
        until = min(after, LATEST - AHEAD) + AHEAD
        coming = takewhile(lambda shift: shift.start < until, self._timetable.shifts_after(after))
        return next((each for each in coming if each.start > after and person in each.people), None)

    def gaps(self, start: datetime, end: datetime) -> tuple[Gap, ...]:
        """When nobody is on call in a range, no further than the range goes; raises what `shifts` raises."""
        shifts = self.shifts(start, end)
        start, end = _range(start, end)
        ends, starts = [start, *(shift.end for shift in shifts)], [*(shift.start for shift in shifts), end]
        return tuple(Gap(left, right) for left, right in zip(ends, starts, strict=True) if left < right)

    def load(self, start: datetime, end: datetime, *, zone: str) -> Mapping[PersonId, Load]:
        """How much of a range falls to each person, with nights and weekends by the clock of a zone.

        It is one zone for everybody, so where layers follow the sun, ask once for each zone, and look at its people.
        """
        shifts = self.shifts(start, end)
        start, end = _range(start, end)
        with ScheduleInvalid.within("zone"):
            clock = zone_of(zone)
        parts = (evolve(each, start=max(start, each.start), end=min(end, each.end)) for each in shifts)
        return load_of(parts, clock)

    def mentioned(self) -> Iterator[tuple[str, PersonId]]:
        """Everybody whom it names, with the place, such as ``layers[0].participants[1]``."""
        rows = {"layers": self.layers, "overrides": self.overrides, "swaps": self.swaps, "temporary": self.temporary}
        for name, row in rows.items():
            for index, each in enumerate(row):
                yield from ((f"{name}[{index}].{place}", person) for place, person in each.mentioned())

    @cached_property
    def _swapped(self) -> Swapped:
        return swapped(self.swaps, {layer.name: layer for layer in self.layers})

    @cached_property
    def _timetable(self) -> Timetable:
        return Timetable(partial(roster, self.layers, self._swapped, self.overrides, self.temporary))


def _check_names(layers: Iterable[Rotation]) -> None:
    met: set[str] = set()
    for index, layer in enumerate(layers):
        if layer.name in met:
            raise ScheduleInvalid(f"a layer is called {shown(layer.name)} already", f"layers[{index}].name")
        met.add(layer.name)


def _check_covered(layers: tuple[Rotation, ...]) -> None:
    """Refuse a layer in which nobody is ever on call, because one above it is always there."""
    for index, layer in enumerate(layers):
        for above in layers[index + 1 :]:
            if above.hours is None and above.begins <= layer.begins:
                raise ScheduleInvalid(
                    f"nobody is ever on call here: the layer {shown(above.name)} above it is there at all hours. Put it"
                    " below this one, or give it hours",
                    f"layers[{index}]",
                )


def _check_overlaps(temporary: Iterable[TemporarySchedule]) -> None:
    places = sorted(enumerate(temporary), key=lambda placed: placed[1].start)
    for (_, one), (index, other) in pairwise(places):
        if other.start < one.end:
            problem = "it starts before another temporary schedule ends: make one of the two, or shorten one"
            raise ScheduleInvalid(problem, f"temporary[{index}].start")


def _range(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    start, end = answerable("start", start), answerable("end", end)
    check_order(start, end)
    if end - start > LONGEST:
        raise ScheduleInvalid(f"a schedule answers for {LONGEST.days} days at once: ask for one part at a time", "end")
    return start, end
