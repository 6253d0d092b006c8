"""Targets: deadlines lie exactly as far away as they say, on wall time or on a calendar."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import SupportCalendar, Target, Targets, WorkingDays
from incidentkit.errors import FactValueInvalid, IncidentkitError, SchemeInvalid
from incidentkit.model.targets import TargetForm
from incidentkit.testing import moments, support_calendars, targets
from incidentkit.testing.calendar import LENGTHS
from incidentkit.testing.targets import single_targets

OFFICE = SupportCalendar("office", zone="Europe/Berlin", hours="Mon-Fri 09:00-17:00", holidays=[date(2026, 5, 1)])
CALENDARS = {OFFICE.name: OFFICE}
THURSDAY_NOON = datetime(2026, 4, 30, 10, 0, tzinfo=UTC)
"""Noon in Berlin, the day before a holiday."""
MINUTE = timedelta(minutes=1)


# Laws


@given(moments(), LENGTHS)
def test_wall_time_is_time_whatever_the_clock_says(start: datetime, length: timedelta) -> None:
    assert Target(length).deadline(start) - start == length


@given(support_calendars(), moments(), st.timedeltas(timedelta(microseconds=1), timedelta(days=3)))
def test_as_much_support_time_passes_as_the_target_allows(
    calendar: SupportCalendar, start: datetime, length: timedelta
) -> None:
    deadline = Target(length, calendar).deadline(start)
    assert calendar.between(start, deadline) == length


@given(st.data(), moments(), st.integers(-14 * 60, 14 * 60))
def test_a_deadline_is_in_utc_and_the_same_for_every_way_to_say_when_it_started(
    data: st.DataObject, start: datetime, offset: int
) -> None:
    target = data.draw(single_targets((OFFICE,)))
    deadline = target.deadline(start.astimezone(timezone(timedelta(minutes=offset))))
    assert deadline == target.deadline(start)
    assert deadline.tzinfo is UTC


@given(support_calendars().flatmap(lambda calendar: single_targets((calendar,))))
def test_a_form_gives_the_target_back(target: Target) -> None:
    known = {} if target.calendar is None else {target.calendar.name: target.calendar}
    assert target.to_form().target(known) == target


@given(targets((OFFICE,)))
def test_forms_name_the_clocks_that_there_are(clocks: Targets) -> None:
    forms = clocks.to_forms()
    assert Targets(**{name: form.target(CALENDARS) for name, form in forms.items()}) == clocks
    assert all(getattr(clocks, name) is None for name in Targets.names() if name not in forms)
    assert {*clocks.calendars} <= {OFFICE}


@given(
    st.text(max_size=12) | st.integers(-5, 99_999).map("{} working days".format),
    st.sampled_from(["", "office", "offices"]),
)
def test_any_form_is_a_target_or_refused_with_a_typed_error(within: str, calendar: str) -> None:
    try:
        target = TargetForm(within, calendar).target(CALENDARS)
    except SchemeInvalid as error:
        assert str(error)
    else:
        assert target.calendar is CALENDARS.get(calendar)


# Examples


def test_a_target_on_wall_time_runs_through_the_night() -> None:
    assert Target(timedelta(hours=20)).deadline(THURSDAY_NOON) == datetime(2026, 5, 1, 6, 0, tzinfo=UTC)


def test_a_target_on_a_calendar_waits_for_support() -> None:
    # Five hours until it closes, then a holiday and a weekend, and one hour of Monday. 10:00 in Berlin is 08:00 UTC.
    assert Target(timedelta(hours=6), OFFICE).deadline(THURSDAY_NOON) == datetime(2026, 5, 4, 8, 0, tzinfo=UTC)


def test_a_target_in_working_days_keeps_the_clock_time() -> None:
    assert Target(WorkingDays(1), OFFICE).deadline(THURSDAY_NOON) == datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def test_a_bare_length_is_a_target_on_wall_time() -> None:
    assert Targets(respond=timedelta(minutes=15)) == Targets(respond=Target(timedelta(minutes=15)))


def test_there_may_be_no_target_at_all() -> None:
    assert Targets().to_forms() == {}
    assert [*Targets().calendars] == []


def test_the_clocks_are_named_in_the_order_in_which_they_matter() -> None:
    assert Targets.names() == ("respond", "contain", "mitigate", "resolve", "update")


def test_targets_know_the_calendars_that_they_count_on() -> None:
    clocks = Targets(
        respond=MINUTE, resolve=Target(MINUTE, OFFICE), update=Target(WorkingDays(1), OFFICE, repeats=True)
    )
    assert [*clocks.calendars] == [OFFICE, OFFICE]


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (Target(timedelta(minutes=90)), "1h30min"),
        (Target(timedelta(hours=1), repeats=True), "every 1h"),
        (Target(timedelta(hours=4), OFFICE), "4h of office"),
        (Target(WorkingDays(1), OFFICE), "1 working day of office"),
        (Target(WorkingDays(5), OFFICE, repeats=True), "every 5 working days of office"),
    ],
)
def test_a_target_says_what_it_is(target: Target, text: str) -> None:
    assert str(target) == text


@pytest.mark.parametrize(
    ("form", "target"),
    [
        (TargetForm("90min"), Target(timedelta(minutes=90))),
        (TargetForm("1h", "office", repeats=True), Target(timedelta(hours=1), OFFICE, repeats=True)),
        (TargetForm("1 working day", "office"), Target(WorkingDays(1), OFFICE)),
        (TargetForm("1000 working days", "office"), Target(WorkingDays(1000), OFFICE)),
    ],
)
def test_a_form_describes_a_target(form: TargetForm, target: Target) -> None:
    assert form.target(CALENDARS) == target


# Bad input


@pytest.mark.parametrize("within", [timedelta(), -MINUTE, None, 15, 1.5, True, "15min", date(2026, 1, 1)])
def test_a_target_is_a_length_above_zero(within: Any) -> None:
    message = f"a target is a length of time above zero, not {within!r}"
    with pytest.raises(SchemeInvalid, match=re.escape(message)):
        Target(within)


def test_working_days_need_to_know_which_days_are_worked() -> None:
    with pytest.raises(
        SchemeInvalid, match="a target of 2 working days needs a calendar that says which days are worked"
    ):
        Target(WorkingDays(2))


@pytest.mark.parametrize("calendar", ["office", "", 0])
def test_the_calendar_of_a_target_is_a_calendar(calendar: Any) -> None:
    with pytest.raises(SchemeInvalid, match="calendar"):
        Target(MINUTE, calendar)


@pytest.mark.parametrize("repeats", ["no", 0, None])
def test_whether_a_target_repeats_is_yes_or_no(repeats: Any) -> None:
    with pytest.raises(SchemeInvalid, match="repeats"):
        Target(MINUTE, repeats=repeats)


@pytest.mark.parametrize(
    ("clock", "value"),
    [("respond", "15min"), ("contain", 0), ("mitigate", 15), ("resolve", WorkingDays(2)), ("update", OFFICE)],
)
def test_a_clock_is_a_target_or_a_length(clock: str, value: Any) -> None:
    with pytest.raises(SchemeInvalid, match="target"):
        Targets(**{clock: value})


@pytest.mark.parametrize("start", [datetime(2026, 5, 1), date(2026, 5, 1), "2026-05-01T00:00:00Z", None])
@pytest.mark.parametrize("target", [Target(MINUTE), Target(MINUTE, OFFICE), Target(WorkingDays(1), OFFICE)], ids=str)
def test_a_deadline_needs_a_moment_with_a_zone(target: Target, start: Any) -> None:
    with pytest.raises(FactValueInvalid, match=re.escape("is not a datetime with a time zone")) as caught:
        target.deadline(start)
    assert caught.value.fact == "start"


def test_support_time_is_promised_for_1000_days_at_the_most() -> None:
    with pytest.raises(SchemeInvalid, match="1000 days at the most"):
        Target(timedelta(days=1001), OFFICE)


@pytest.mark.parametrize(
    ("target", "start"),
    [
        (Target(timedelta(days=1)), datetime(9999, 12, 31, 12, tzinfo=UTC)),
        (Target(timedelta.max), THURSDAY_NOON),
        (Target(timedelta(days=1)), datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))),
        (Target(timedelta(days=1), OFFICE), datetime(9999, 12, 31, 12, tzinfo=UTC)),
        (Target(timedelta(days=1000), OFFICE), datetime(9999, 12, 30, 12, tzinfo=UTC)),
        (Target(timedelta(days=1), OFFICE), datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))),
    ],
)
def test_a_deadline_that_no_date_can_hold_is_a_typed_error(target: Target, start: datetime) -> None:
    with pytest.raises(IncidentkitError, match=r"year|1000 days"):
        target.deadline(start)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (TargetForm("1h", "offices"), "no calendar is called 'offices'. Did you mean 'office'?"),
        (TargetForm("1h", "night"), "no calendar is called 'night'."),
        (TargetForm("1 working day"), "a target of 1 working day needs a calendar that says which days are worked"),
        (TargetForm("soon"), "'soon' is not a duration: write it like 15min, 1h30min or 2d; or '2 working days'"),
        (TargetForm("30min1h"), "'30min1h' is not a duration: name each unit once, from d to us; or '2 working days'"),
        (TargetForm("0 working days", "office"), "working days are counted from 1 to 1000, not 0"),
        (TargetForm("1001 working days", "office"), "working days are counted from 1 to 1000, not 1001"),
        (TargetForm("0s"), "a target is a length of time above zero"),
        (TargetForm("-1h", "office"), "a target is a length of time above zero"),
    ],
)
def test_a_form_that_describes_no_target_is_refused(form: TargetForm, message: str) -> None:
    with pytest.raises(SchemeInvalid, match=f"^{re.escape(message)}"):
        form.target(CALENDARS)
