"""Who is on call now: ten years of a rotation with an override a week, looked up beside a table that is ready."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Final

from benchmarks.cases import COUNT, SEED
from benchmarks.histories import START
from benchmarks.measure import Calls, Form, Row
from incidentkit import Rotation, Schedule
from incidentkit.model.identity import PersonId
from incidentkit.policy.override import Replacement

YEARS: Final = timedelta(days=3_650)

OVERRIDES: Final = 525


@cache
def _schedule() -> Schedule:
    random = Random(SEED)
    people = [PersonId(f"p{number}") for number in range(8)]
    overrides: list[Replacement] = []
    for _ in range(OVERRIDES):
        start = START + random.random() * YEARS
        person, by = random.sample(people, 2)
        end = start + timedelta(hours=random.randint(1, 72))
        overrides.append(Replacement(start=start, end=end, person=person, by=by))
    rotation = Rotation(
        name="primary",
        zone="Europe/London",
        starts=date(START.year, START.month, START.day) - timedelta(days=7),
        every="1 week on Mon",
        at="09:00",
        participants=people,
    )
    return Schedule(rotation, overrides=overrides)


def _moments() -> Sequence[datetime]:
    """Moments all over the ten years."""
    random = Random(SEED)
    return [START + random.random() * YEARS for _ in range(COUNT)]


def _table() -> Callable[[datetime], Sequence[str]]:
    """What a person would write: two lists, made beforehand from all shifts, and a bisection."""
    shifts = _schedule().shifts(START - timedelta(days=7), START + YEARS)
    starts, people = [shift.start for shift in shifts], [shift.people for shift in shifts]
    return lambda at: people[bisect_right(starts, at) - 1]


def _first_answer() -> Form:
    """A schedule that was never asked before."""
    made = _schedule()
    return Calls(function=lambda at: Schedule(made.layers, overrides=made.overrides).on_call(at), inputs=[START])


def rows() -> list[Row]:
    """Looked up, and worked out."""
    return [
        Row(
            name="on-call",
            work="who is on call now, by a rotation of ten years with 525 overrides",
            hand=Calls(function=_table(), inputs=_moments()),
            ours=Calls(function=_schedule().on_call, inputs=_moments()),
            limit=2.0,
        ),
        Row(
            name="on-call-first", work="the same, asked for the first time: a year is worked out", ours=_first_answer()
        ),
    ]
