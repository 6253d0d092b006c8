"""The clock to turn by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import Incident
from incidentkit.errors import CommandInvalid, FieldInvalid
from incidentkit.testing import ManualClock, incidents, moments

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@given(moments(), st.lists(st.timedeltas(timedelta(), timedelta(days=400))))
def test_what_passes_adds_up(start: datetime, steps: list[timedelta]) -> None:
    clock = ManualClock(start)
    for step in steps:
        assert clock.advance(step) == clock()
    assert clock() == start + sum(steps, timedelta())


@given(moments(), moments())
def test_it_is_set_forwards_and_backwards(start: datetime, present: datetime) -> None:
    clock = ManualClock(start)
    assert clock.set(present) == clock() == present


def test_it_stands_still_by_itself() -> None:
    clock = ManualClock(NOON)
    assert clock() is clock()
    assert repr(clock) == "<manual clock at 2026-03-02T12:00:00+00:00>"


def test_it_shows_utc_whatever_zone_it_is_set_in() -> None:
    clock = ManualClock(NOON.astimezone(timezone(timedelta(hours=2))))
    assert clock().tzinfo is UTC
    assert clock.set(NOON.astimezone(timezone(-timedelta(hours=3)))).tzinfo is UTC
    assert clock() == NOON


@given(incidents(at=NOON))
def test_it_stands_where_code_asks_for_the_time(incident: Incident) -> None:
    now: Callable[[], datetime] = ManualClock(incident.since)
    assert incident.note("seen", at=now(), by="ada").timeline[-1].at == incident.since


@pytest.mark.parametrize("value", [datetime(2026, 3, 2), date(2026, 3, 2), "2026-03-02T12:00:00Z", 0, None])
def test_what_is_no_moment_with_a_zone_is_refused(value: Any) -> None:
    with pytest.raises(FieldInvalid, match=r"^start: .* is not a datetime with a time zone$"):
        ManualClock(value)
    clock = ManualClock(NOON)
    with pytest.raises(FieldInvalid, match=r"^present: .* is not a datetime with a time zone$"):
        clock.set(value)
    assert clock() == NOON


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-timedelta(microseconds=1), r"advances by zero or more, not by .*; set\(\) also turns it back"),
        (timedelta.max, "after 2026-03-02 12:00:00.00:00 is no moment: years end with 9999"),
        (60, "a clock advances by a timedelta, not 60"),
        (None, "a clock advances by a timedelta, not None"),
    ],
)
def test_it_does_not_advance_by_nonsense(value: Any, message: str) -> None:
    clock = ManualClock(NOON)
    with pytest.raises(CommandInvalid, match=message):
        clock.advance(value)
    assert clock() == NOON
