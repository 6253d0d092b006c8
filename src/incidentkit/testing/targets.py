"""Strategies for targets: one clock, and the five that a severity may start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from incidentkit.model.calendar import SupportCalendar
from incidentkit.model.targets import Target, Targets
from incidentkit.testing.calendar import LENGTHS, WORKING_DAYS


def single_targets(calendars: Iterable[SupportCalendar] = ()) -> st.SearchStrategy[Target]:
    """Targets on wall time, and if there are any, on one of these calendars."""
    on_wall_time = st.builds(Target, LENGTHS, repeats=st.booleans())
    known = [*calendars]
    if not known:
        return on_wall_time
    return on_wall_time | st.builds(Target, LENGTHS | WORKING_DAYS, st.sampled_from(known), repeats=st.booleans())


def targets(calendars: Iterable[SupportCalendar] = ()) -> st.SearchStrategy[Targets]:
    """None to all of the clocks that a severity starts, counted on wall time or on one of these calendars."""
    known = [*calendars]
    clocks: dict[str, Any] = {name: single_targets(known) for name in Targets.names()}
    return st.fixed_dictionaries({}, optional=clocks).map(lambda chosen: Targets(**chosen))
