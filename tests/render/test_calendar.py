"""iCalendar files: read back with the library that wrote them, and line by line where others would stumble."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from incidentkit.errors import FieldInvalid, ScheduleInvalid
from incidentkit.model.identity import PersonId
from incidentkit.policy.override import Replacement
from incidentkit.policy.schedule import Schedule
from incidentkit.render.calendar import to_ical
from incidentkit.testing import names, schedules
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
