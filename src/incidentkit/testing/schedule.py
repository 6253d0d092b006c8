"""Strategies for rotations and for on-call schedules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final

from hypothesis import strategies as st

from incidentkit.model.calendar import Weekday
from incidentkit.model.identity import PersonId
from incidentkit.policy.cadence import Cadence, Unit
from incidentkit.policy.override import Addition, Override, Removal, Replacement, TemporarySchedule
from incidentkit.policy.participant import Membership, Participant
from incidentkit.policy.rotation import Rotation
from incidentkit.policy.schedule import Schedule
from incidentkit.policy.shift import Shift
from incidentkit.policy.swap import Swap
from incidentkit.testing.calendar import CLOCK_TIMES, ZONES, hours
from incidentkit.testing.identity import PEOPLE

_FROM: Final = date(2009, 1, 1)
_DAYS: Final = st.integers(0, 17 * 365) | st.sampled_from([(date(2011, 12, 28) - _FROM).days, 5 * 365])
_LENGTHS: Final = st.timedeltas(timedelta(minutes=1), timedelta(days=40))
_NAMES: Final = ("primary", "Nächte", "follow the sun")

_CADENCES: Final = st.one_of(
    st.builds(Cadence, count=st.integers(4, 36), unit=st.just(Unit.HOUR)),
    st.builds(Cadence, count=st.integers(1, 10), unit=st.just(Unit.DAY)),
    st.builds(Cadence, count=st.integers(1, 4), unit=st.just(Unit.WEEK), on=st.none() | st.sampled_from(Weekday)),
    st.builds(Cadence, count=st.integers(1, 12), unit=st.just(Unit.MONTH), on=st.none() | st.integers(1, 31)),
)


def _participants(people: st.SearchStrategy[str]) -> st.SearchStrategy[list[Participant]]:
    groups = st.lists(people, min_size=1, max_size=2, unique=True)
    return st.lists(st.builds(Participant, groups, st.integers(1, 3)), min_size=1, max_size=4)


def _near(start: date) -> st.SearchStrategy[datetime]:
    """Moments of the two years from a date on."""
    begin = datetime(start.year, start.month, start.day, tzinfo=UTC)
    return st.timedeltas(timedelta(), timedelta(days=730)).map(begin.__add__)


@st.composite
def rotations(
    draw: st.DrawFn, *, name: str = "primary", people: st.SearchStrategy[str] = PEOPLE, restricted: bool | None = None
) -> Rotation:
    """Rotations in the zones with the oddest changes of the clock, with up to two changes of their participants.

    They start from 2009 to 2026. With ``restricted=False`` they are there at all hours, with ``True`` only at some.
    """
    starts = _FROM + timedelta(days=draw(_DAYS))
    since = draw(st.lists(_near(starts), max_size=2, unique=True))
    limited = draw(st.booleans()) if restricted is None else restricted
    return Rotation(
        name=name,
        zone=draw(st.sampled_from(ZONES)),
        starts=starts,
        every=draw(_CADENCES),
        at=draw(CLOCK_TIMES),
        participants=draw(_participants(people)),
        hours=draw(st.lists(hours(), min_size=1, max_size=2)) if limited else None,
        changes=[Membership(each, draw(_participants(people))) for each in sorted(since)],
    )


@st.composite
def _overrides(draw: st.DrawFn, start: date, people: st.SearchStrategy[str]) -> Override:
    begin = draw(_near(start))
    person, by = draw(st.lists(people, min_size=2, max_size=2, unique=True))
    kinds: list[Callable[..., Override]] = [Addition, Removal, partial(Replacement, by=PersonId(by))]
    kind: Callable[..., Override] = draw(st.sampled_from(kinds))
    return kind(start=begin, end=begin + draw(_LENGTHS), person=PersonId(person))


@st.composite
def _swaps(draw: st.DrawFn, layers: Sequence[Rotation]) -> list[Swap]:
    """No swap, or one of the first turns of a layer."""
    layer = draw(st.sampled_from(layers))
    first, second = draw(st.lists(st.integers(0, 12), min_size=2, max_size=2, unique=True))
    one, other = layer.people(first), layer.people(second)
    fits = one[0] not in other and other[0] not in one
    return [Swap(layer.name, {one[0]: first, other[0]: second})] if fits and draw(st.booleans()) else []


@st.composite
def _temporary(draw: st.DrawFn, start: date, people: st.SearchStrategy[str]) -> TemporarySchedule:
    begin = draw(_near(start))
    cuts = sorted(draw(st.lists(_LENGTHS, min_size=4, max_size=4, unique=True)))
    groups = st.lists(people, min_size=1, max_size=2, unique=True)
    shifts = [Shift(start=begin + one, end=begin + other, people=draw(groups)) for one, other in (cuts[:2], cuts[2:])]
    return TemporarySchedule(start=begin, end=begin + cuts[-1], shifts=shifts)


@st.composite
def schedules(draw: st.DrawFn, *, people: st.SearchStrategy[str] = PEOPLE) -> Schedule:
    """Schedules of one to three layers with overrides, and at times a swap and a temporary schedule.

    ``people`` draws ids, at least two different ones. What changes a schedule for a while lies in the two years after
    its lowest layer starts.
    """
    names = _NAMES[: draw(st.integers(1, 3))]
    layers = [
        draw(rotations(name=name, people=people, restricted=None if place == 0 else True))
        for place, name in enumerate(names)
    ]
    start = layers[0].starts
    return Schedule(
        layers,
        overrides=draw(st.lists(_overrides(start, people), max_size=4)),
        swaps=draw(_swaps(layers)),
        temporary=draw(st.lists(_temporary(start, people), max_size=1)),
    )
