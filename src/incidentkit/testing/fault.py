"""Strategies for what systems suffer from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from hypothesis import strategies as st

from incidentkit.drills.fault import Fault, Outage
from incidentkit.testing.choice import chosen_words


def _minutes(least: int, most: int) -> st.SearchStrategy[timedelta]:
    return st.integers(least, most).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def _outages(draw: st.DrawFn, kinds: Sequence[Fault]) -> Outage:
    fault = draw(st.sampled_from(kinds))
    return Outage(
        fault,
        begins=draw(st.just(timedelta()) | _minutes(0, 90)),
        lasts=draw(st.none() | _minutes(1, 90)),
        every=draw(st.just(1) | st.integers(1, 4)),
        after=draw(st.none() | _minutes(1, 30)) if fault in Outage.TIMED else None,
    )


def faults(*, kinds: Iterable[Fault | str] = (*Fault,), most: int = 2) -> st.SearchStrategy[tuple[Outage, ...]]:
    """What a system may suffer from, as a drill and `Faulty` take it: up to ``most`` outages, or none.

    They begin within an hour and a half, last as long or for good, and befall every request or up to every fourth.
    ``kinds`` are the faults that are drawn, each by itself or by its word; `FieldInvalid` for a word that is none. A
    system shrinks towards none at all.
    """
    return st.lists(_outages(chosen_words("kinds", Fault, kinds)), max_size=most).map(tuple)
