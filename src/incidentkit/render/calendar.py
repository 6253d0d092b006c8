"""iCalendar files: on-call schedules, and meetings.

The one module that imports ``icalendar``, which the extra ``ical`` brings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from icalendar import Calendar, Event, vCalAddress, vText

from incidentkit.errors import FieldInvalid, shown
from incidentkit.model.identity import checked_name, checked_text, moment
from incidentkit.policy.meeting import VACANT, Attendee, Meeting
from incidentkit.policy.schedule import Schedule
from incidentkit.policy.shift import Shift
from incidentkit.text.document import flat

_ADDRESS: Final = re.compile(r"[^@\s<>,;:\"\\()\[\]]+@[^@\s<>,;:\"\\()\[\]]+")
"""Something that is written where mail goes to."""


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
    calendar = _calendar("on-call schedules")
    calendar.add("x-wr-calname", checked_name("name", name))
    written = None if stamp is None else moment("stamp", stamp)
    for shift in schedule.shifts(start, end):
        people = ", ".join(checked_text("names", names.get(person, person)) for person in shift.people)
        calendar.add_component(_event(shift, name, people, shift.start if written is None else written))
    return _text(calendar)


def meeting_to_ical(meeting: Meeting, *, organizer: str = "", stamp: datetime | None = None, moved: int = 0) -> str:
    """A meeting as the text of an iCalendar file (RFC 5545), in UTC: an invitation for all who have a mail address.

    ``organizer`` is a mail address; without one it is an event, and nobody is asked to answer. ``stamp`` is when the
    file is written; if not given, when the latest event happened that the meeting was planned from. ``moved`` counts
    how often it was changed, by which programs tell a later version from an earlier one.

    Raises `FieldInvalid` for what is no mail address, no time or no count.
    """
    if type(moved) is not int or moved < 0:
        raise FieldInvalid("moved", f"how often a meeting was changed is counted from 0, not {shown(moved)}")
    calendar = _calendar("meetings")
    calendar.add("method", "REQUEST" if organizer else "PUBLISH")
    event: Any = Event()
    event.add("uid", f"{sha256(meeting.uid.encode()).hexdigest()[:40]}@incidentkit")
    event.add("sequence", moved)
    event.add("dtstamp", meeting.as_of if stamp is None else moment("stamp", stamp).replace(microsecond=0))
    event.add("dtstart", meeting.start)
    event.add("dtend", meeting.end)
    event.add("summary", meeting.title)
    event.add("description", "\n".join(_description(meeting)))
    if organizer:
        event.add("organizer", vCalAddress(f"mailto:{_address('organizer', organizer)}"), encode=0)
        for attendee in meeting.attendees:
            if attendee.address:
                event.add("attendee", _attendee(attendee), encode=0)
    calendar.add_component(event)
    return _text(calendar)


def _description(meeting: Meeting) -> Iterator[str]:
    """What it is about, in lines that read well in any letters: calendars keep neither columns nor headings."""
    yield "Agenda (times are UTC):"
    yield from (f"- {start} {flat(what)}, {length}" for start, what, length in meeting.timed())
    yield ""
    yield "Attendees:"
    yield from (f"- {flat(str(each))}" for each in meeting.attendees)
    if meeting.vacant:
        yield ""
        yield VACANT
        yield from (f"- {flat(each)}" for each in meeting.vacant)


def _attendee(attendee: Attendee) -> Any:
    address: Any = vCalAddress(f"mailto:{_address(f'the mail address of {attendee.name!r}', attendee.address)}")
    address.params["CN"] = vText(attendee.name.replace('"', "'"))  # a parameter has no way to write one (RFC 5545, 3.2)
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    address.params["RSVP"] = vText("TRUE")
    return address


def _address(what: str, address: str) -> str:
    """A mail address that is nothing else: no second one, no header, no line."""
    if not _ADDRESS.fullmatch(checked_name(what, address)):
        raise FieldInvalid(what, f"{shown(address)} is no mail address")
    return address


def _calendar(what: str) -> Any:
    calendar: Any = Calendar()  # its methods are typed in part only
    calendar.add("prodid", f"-//incidentkit//{what}//EN")
    calendar.add("version", "2.0")
    return calendar


def _text(calendar: Any) -> str:
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
