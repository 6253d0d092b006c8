"""iCalendar files of on-call schedules. The one module that imports ``icalendar``, which the extra ``ical`` brings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from icalendar import Calendar, Event

from incidentkit.model.identity import checked_name, checked_text, moment
from incidentkit.policy.schedule import Schedule
from incidentkit.policy.shift import Shift


def to_ical(
    schedule: Schedule,
    *,
    start: datetime,
    end: datetime,
    name: str = "On call",
    names: Mapping[str, str] = MappingProxyType({}),
    stamp: datetime | None = None,
) -> str:
    """The shifts in a range as the text of an iCalendar file (RFC 5545), in UTC.

    ``name`` is the calendar's title, ``names`` what people are called instead of their ids. An event is identified by
    the calendar's name and the start of its shift: so it is the same in every export, whatever the range, and stays the
    same when somebody else takes the shift. ``stamp`` is when the file is written, from which programs tell a later
    version of an event; without it each event is stamped with its start.

    Raises what `Schedule.shifts` raises, and `FieldInvalid` for texts and times that are none.
    """
    calendar: Any = Calendar()  # its methods are typed in part only
    calendar.add("prodid", "-//incidentkit//on-call schedules//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", checked_name("name", name))
    written = None if stamp is None else moment("stamp", stamp)
    for shift in schedule.shifts(start, end):
        people = ", ".join(checked_text("names", names.get(person, person)) for person in shift.people)
        calendar.add_component(_event(shift, name, people, shift.start if written is None else written))
    text: bytes = calendar.to_ical()
    return text.decode()


def _event(shift: Shift, name: str, people: str, stamp: datetime) -> Any:
    event: Any = Event()
    identity = sha256(f"{shift.start.isoformat()} {name}".encode()).hexdigest()
    event.add("uid", f"{identity[:40]}@incidentkit")
    event.add("dtstamp", stamp.replace(microsecond=0))
    event.add("dtstart", shift.start)
    event.add("dtend", shift.end)
    event.add("summary", f"{name}: {people}")
    return event
