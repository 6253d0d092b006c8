"""iCalendar files: read back with the library that wrote them, and line by line where others would stumble."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from incidentkit import EMERGENCY, Incident
from incidentkit.drills import practice_directory
from incidentkit.errors import FieldInvalid, ScheduleInvalid
from incidentkit.model.identity import PersonId
from incidentkit.policy.meeting import VACANT, Attendee, Meeting, meeting
from incidentkit.policy.override import Replacement
from incidentkit.policy.schedule import Schedule
from incidentkit.render.calendar import meeting_to_ical, to_ical
from incidentkit.testing import names, schedules, texts
from tests.policy.rota import weekly

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def read(text: str) -> list[tuple[str, datetime, datetime, str]]:
    """The events of a file: identity, start, end, summary."""
    calendar: Any = Calendar.from_ical(text)
    return [(str(event["UID"]), event.start, event.end, str(event["SUMMARY"])) for event in calendar.walk("VEVENT")]


@settings(max_examples=settings().max_examples // 5)
@given(schedules(), names(), st.timedeltas(timedelta(), 90 * DAY))
def test_a_file_reads_back_with_every_shift(schedule: Schedule, name: str, after: timedelta) -> None:
    start = schedule.layers[0].begins + after
    events = read(to_ical(schedule, start=start, end=start + 30 * DAY, name=name))
    shifts = schedule.shifts(start, start + 30 * DAY)
    assert [(begin, end) for _, begin, end, _ in events] == [
        (shift.start.replace(microsecond=0), shift.end.replace(microsecond=0)) for shift in shifts
    ]
    assert len({uid for uid, *_ in events}) == len(events)


def test_events_are_in_utc_and_have_what_the_format_asks_for() -> None:
    text = to_ical(Schedule(weekly()), start=START, end=START + DAY, name="payments", names={"ada": "Ada; L, C."})
    lines = text.split("\r\n")
    assert lines[:4] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//incidentkit//on-call schedules//EN",
        "X-WR-CALNAME:payments",
    ]
    assert {"DTSTART:20260302T090000Z", "DTEND:20260309T090000Z", "DTSTAMP:20260302T090000Z"} <= {*lines}
    assert r"SUMMARY:payments: Ada\; L\, C." in lines


def test_hostile_names_stay_text() -> None:
    name = "x\r\nEND:VEVENT\r\nATTACH:https://evil.example"
    (event,) = read(to_ical(Schedule(weekly()), start=START, end=START + DAY, name="a", names={"ada": name}))
    assert event[3].replace("\r\n", "\n") == f"a: {name}".replace("\r\n", "\n")
    assert "\r\nATTACH" not in to_ical(Schedule(weekly()), start=START, end=START + DAY, names={"ada": name})


def test_an_event_stays_the_same_in_another_range_and_when_somebody_else_takes_the_shift() -> None:
    schedule = Schedule(weekly())
    everything = {uid: summary for uid, _, _, summary in read(to_ical(schedule, start=START, end=START + 28 * DAY))}
    ((part, *_),) = read(to_ical(schedule, start=START + 10 * DAY, end=START + 11 * DAY))
    stand_in = Replacement(start=START, end=START + 28 * DAY, person=PersonId("grace"), by=PersonId("zoe"))
    ((other, *_, summary),) = read(
        to_ical(Schedule(weekly(), overrides=[stand_in]), start=START + 10 * DAY, end=START + 11 * DAY)
    )
    assert everything[part] == "On call: grace"
    assert (other, summary) == (part, "On call: zoe")


def test_the_stamp_is_when_the_file_was_written() -> None:
    at = datetime(2026, 1, 1, 12, 0, 0, 7, tzinfo=UTC)
    text = to_ical(Schedule(weekly()), start=START, end=START + DAY, stamp=at)
    assert "DTSTAMP:20260101T120000Z" in text
    with pytest.raises(FieldInvalid, match=r"^stamp: "):
        to_ical(Schedule(weekly()), start=START, end=START + DAY, stamp=datetime(2026, 1, 1))


def test_a_range_without_length_is_refused() -> None:
    with pytest.raises(ScheduleInvalid, match=r"^end: "):
        to_ical(Schedule(weekly()), start=START, end=START)


# Meetings


def planned(*attendees: Attendee, title: str = "Checkout returns 500") -> Meeting:
    incident = Incident.declare("inc-7", title=title, at=START, by="noor", severity=EMERGENCY.scheme.severities[0])
    usual = meeting(incident.acknowledge(at=START, by="noor"), EMERGENCY, practice_directory(), start=START + DAY)
    return evolve(usual, attendees=(*usual.attendees, *attendees))


def event_of(text: str) -> Any:
    calendar: Any = Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    return event


def test_a_meeting_invites_whoever_has_an_address() -> None:
    event = event_of(meeting_to_ical(planned(), organizer="noor@example.com"))
    assert (event.start, event.end) == (START + DAY, START + DAY + timedelta(hours=1))
    assert str(event["SUMMARY"]) == "Post-mortem: Checkout returns 500"
    assert "Root cause analysis" in str(event["DESCRIPTION"])
    assert str(event["ORGANIZER"]) == "mailto:noor@example.com"
    assert str(event["ATTENDEE"]).startswith("mailto:noor@")
    assert event["ATTENDEE"].params["CN"] == "Noor Haddad"


def test_it_is_stamped_with_what_is_known_and_never_with_the_clock_or_the_future() -> None:
    assert "\r\nDTSTAMP:20260302T090000Z\r\n" in meeting_to_ical(planned())
    assert "\r\nDTSTAMP:20260302T100000Z\r\n" in meeting_to_ical(planned(), stamp=START + timedelta(hours=1))


def test_its_description_reads_well_in_any_letters() -> None:
    guest = Attendee(name="Zoë", roles=("guest",))
    lines = str(event_of(meeting_to_ical(planned(guest)))["DESCRIPTION"]).split("\n")
    assert lines[:2] == ["Agenda (times are UTC):", "- 09:00 Timeline review, 10min"]
    assert "- Noor Haddad (incident responder)" in lines
    assert "- Zoë (guest), of whom no mail address is known" in lines
    assert lines[-4:] == [VACANT, "- engineering lead", "- product manager", "- customer support"]
    assert not any("  " in line or "--" in line for line in lines)


def test_without_an_organizer_nobody_is_asked_to_answer() -> None:
    text = meeting_to_ical(planned())
    assert "METHOD:PUBLISH" in text
    assert "ATTENDEE" not in text


def test_a_meeting_that_is_moved_stays_the_same() -> None:
    first = event_of(meeting_to_ical(planned()))
    later = event_of(meeting_to_ical(evolve(planned(), start=START + 2 * DAY), moved=1))
    assert first["UID"] == later["UID"]
    assert (first["SEQUENCE"], later["SEQUENCE"]) == (0, 1)


@given(texts(blank=False), names())
def test_nothing_hostile_becomes_a_line_of_its_own(title: str, name: str) -> None:
    attendee = Attendee(name=name, roles=("guest",), address="guest@example.com")
    text = meeting_to_ical(planned(attendee, title=title), organizer="noor@example.com")
    event = event_of(text)
    assert str(event["SUMMARY"]).splitlines() == f"Post-mortem: {title}".splitlines()
    assert [str(each) for each in event["ATTENDEE"]][-1] == "mailto:guest@example.com"
    assert text.count("ATTENDEE") == 2


@pytest.mark.parametrize(
    "address", ["noor", "noor@", "a@b@c", "a@b\r\nATTENDEE:mailto:x@y", "a@b,c@d", "<a@b>", 'a"@b', "", "a b@c"]
)
def test_what_is_no_mail_address(address: str) -> None:
    with pytest.raises(FieldInvalid, match=r"^organizer: |is no mail address"):
        meeting_to_ical(planned(Attendee(name="x", roles=(), address=address or "x")), organizer=address or "x")


def test_how_often_it_was_moved_is_a_count() -> None:
    with pytest.raises(FieldInvalid, match=r"^moved: "):
        meeting_to_ical(planned(), moved=-1)
