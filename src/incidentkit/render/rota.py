"""Who is on call, as a picture: a lane for each person, with their shifts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from incidentkit.model.identity import checked_name
from incidentkit.policy.schedule import Schedule
from incidentkit.render.lanes import Bar, Lane, Lanes, Shade
from incidentkit.render.picture import Picture

NOBODY = "nobody"
"""What the lane is called of times in which nobody is on call."""


def on_call_calendar(
    schedule: Schedule,
    *,
    start: datetime,
    end: datetime,
    name: str = "On call",
    names: Mapping[str, str] = MappingProxyType({}),
) -> Picture:
    """The shifts in a range, which may have begun before it.

    ``name`` is what the calendar is called, ``names`` what people are called instead of their ids. Raises what
    `Schedule.shifts` raises, and `FieldInvalid` for a name that is none.
    """
    called = checked_name("name", name)
    bars: dict[str, list[Bar]] = {}
    shifts = schedule.shifts(start, end)
    for shift in shifts:
        for person in shift.people:
            who = names.get(person, person)
            bars.setdefault(who, []).append(Bar(start=shift.start, end=shift.end, kind="on call", shade=Shade.ACCENT))
    lanes = [Lane(name=who, bars=several) for who, several in bars.items()] or [Lane(name=NOBODY)]
    people = ", ".join(bars) or NOBODY
    words = f"{called}, from {start:%Y-%m-%d} to {end:%Y-%m-%d}, in {len(shifts)} shifts: {people}."
    return Picture(
        svg=Lanes(lanes, start=start, end=end).to_svg(),
        alternative=words,
        caption=f"{called}, from {start:%Y-%m-%d} to {end:%Y-%m-%d}. Times are UTC.",
    )
