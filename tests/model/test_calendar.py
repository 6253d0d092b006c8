"""Support calendars: compared minute by minute with a clock on the wall, then with deadlines worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from attrs import frozen
from hypothesis import assume, given
from hypothesis import strategies as st

from incidentkit import SupportCalendar, WorkingDays, convert
from incidentkit.errors import CalendarInvalid, DocumentInvalid, FactValueInvalid
from incidentkit.model.calendar import Hours, Weekday
from incidentkit.testing import moments, support_calendars
from incidentkit.testing.calendar import MICROSECOND, WORKING_DAYS, ZONES, hours

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


# A model that steps through the minutes


@frozen
class Wall:
    """Some days around a change of the clock: for each minute of UTC, what a clock on the wall shows."""

    middle: date
    minutes: list[datetime]
    clock: list[datetime]
    shows: dict[datetime, list[int]]
    """At which minutes it shows a time: one, two where it goes back, none where it goes forward."""

    def showing(self, local: datetime, *, last: bool) -> int:
        """The first or last minute that shows a time; where none does, the first that shows a later one."""
        if local in self.shows:
            return self.shows[local][-1 if last else 0]
        return next(index for index, shown in enumerate(self.clock) if shown > local)

    def open_minutes(self, calendar: SupportCalendar) -> bytearray:
        """For each minute whether support is there, as hours and holidays say."""
        there = bytearray(len(self.minutes))
        for day in (self.middle + n * DAY for n in range(-5, 6)):
            for each in calendar.hours:
                if day.weekday() in each.days and day not in calendar.holidays:
                    until = day if each.closes > each.opens else day + DAY
                    first = self.showing(datetime.combine(day, each.opens), last=False)
                    end = self.showing(datetime.combine(until, each.closes), last=True)
                    there[first:end] = b"\1" * (end - first)
        return there


@cache
def wall(zone: str, middle: date) -> Wall:
    """Two weeks around a date."""
    start = datetime.combine(middle, time(12), tzinfo=UTC) - 7 * DAY
    minutes = [start + n * MINUTE for n in range(14 * 24 * 60)]
    clock = [minute.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for minute in minutes]
    shows: dict[datetime, list[int]] = {}
    for index, local in enumerate(clock):
        shows.setdefault(local, []).append(index)
    return Wall(middle, minutes, clock, shows)


INDEXES: Final = st.integers(4 * 24 * 60, 9 * 24 * 60)
"""Minutes of a wall to ask about, so that most answers lie in it too."""

LAST: Final = 11 * 24 * 60
"""The minute of a wall up to which every opening is known, in the most eastern zone too."""

CHANGES: Final = (
    ("Europe/London", date(2024, 3, 31)),
    ("Europe/London", date(2024, 10, 27)),
    ("America/New_York", date(2024, 3, 10)),
    ("America/New_York", date(2024, 11, 3)),
    ("Australia/Lord_Howe", date(2024, 4, 7)),  # half an hour back
    ("Australia/Lord_Howe", date(2024, 10, 6)),
    ("America/Santiago", date(2024, 4, 7)),  # back at midnight: the last hour of Saturday comes twice
    ("America/Santiago", date(2024, 9, 8)),  # forward at midnight: Sunday begins at 01:00
    ("Asia/Beirut", date(2024, 3, 31)),
    ("Asia/Beirut", date(2024, 10, 27)),
    ("Antarctica/Troll", date(2024, 3, 31)),  # two hours
    ("Antarctica/Troll", date(2024, 10, 27)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that never was
    ("Asia/Kathmandu", date(2024, 6, 15)),  # no change
)


@frozen
class Case:
    """A calendar around a change of its clock."""

    calendar: SupportCalendar
    middle: date

    @property
    def wall(self) -> Wall:
        return wall(self.calendar.zone, self.middle)


@st.composite
def cases(draw: st.DrawFn, *, overnight: bool = True) -> Case:
    zone, middle = draw(st.sampled_from(CHANGES))
    near = st.integers(-4, 4).map(lambda n: middle + n * DAY)
    return Case(
        draw(support_calendars(name=st.just("support"), zone=st.just(zone), holidays=near, overnight=overnight)), middle
    )


# Laws


@given(cases(), st.lists(INDEXES, min_size=1, max_size=20))
def test_somebody_is_there_in_the_minutes_in_which_the_hours_say_so(case: Case, indexes: list[int]) -> None:
    there = case.wall.open_minutes(case.calendar)
    for index in indexes:
        assert case.calendar.is_open(case.wall.minutes[index]) is bool(there[index])


@given(cases(), INDEXES, INDEXES)
def test_support_time_is_the_number_of_minutes_in_which_somebody_is_there(case: Case, start: int, end: int) -> None:
    there, minutes = case.wall.open_minutes(case.calendar), case.wall.minutes
    assert case.calendar.between(minutes[start], minutes[end]) == sum(there[start:end]) * MINUTE


@given(cases(), INDEXES, st.integers(1, 3 * 24 * 60))
def test_a_deadline_ends_the_minute_in_which_the_support_time_is_used_up(case: Case, start: int, length: int) -> None:
    there, minutes = case.wall.open_minutes(case.calendar), case.wall.minutes
    deadline = case.calendar.after(minutes[start], length * MINUTE)
    left = length
    for index in range(start, LAST):
        left -= there[index]
        if left == 0:
            assert deadline == minutes[index] + MINUTE
            return
    assert deadline > minutes[LAST]


@given(cases(overnight=False), INDEXES, st.integers(1, 3))
def test_working_days_are_the_dates_on_which_somebody_is_there(case: Case, start: int, days: int) -> None:
    # Which date a shift past midnight belongs to is told by an example below.
    clock, open_minutes = case.wall.clock, case.wall.open_minutes(case.calendar)
    there = [index for index in range(start, LAST) if open_minutes[index]]
    assume(there)
    begin = clock[there[0]]
    worked = sorted({clock[index].date() for index in there} - {begin.date()})
    assume(days <= len(worked))
    same_time = case.wall.showing(datetime.combine(worked[days - 1], begin.time()), last=False)
    due = [index for index in there if index >= same_time]
    assume(due)
    assert case.calendar.after(case.wall.minutes[start], WorkingDays(days)) == case.wall.minutes[due[0]]


@given(support_calendars(), moments(), st.timedeltas(MICROSECOND, 5 * DAY))
def test_the_support_time_until_a_deadline_is_the_length_that_led_to_it(
    calendar: SupportCalendar, start: datetime, length: timedelta
) -> None:
    deadline = calendar.after(start, length)
    assert deadline - start >= length
    assert calendar.between(start, deadline) == length


@given(support_calendars(), moments(), st.timedeltas(MICROSECOND, 5 * DAY))
def test_a_deadline_runs_out_while_somebody_is_there(
    calendar: SupportCalendar, start: datetime, length: timedelta
) -> None:
    assert calendar.is_open(calendar.after(start, length) - MICROSECOND)


@given(support_calendars(), moments())
def test_time_passes_exactly_while_it_is_open(calendar: SupportCalendar, moment: datetime) -> None:
    passes = calendar.after(moment, MICROSECOND) == moment + MICROSECOND
    assert calendar.is_open(moment) is passes
    assert (calendar.between(moment, moment + MICROSECOND) == MICROSECOND) is passes


@given(support_calendars(), moments(), st.timedeltas(timedelta(), 5 * DAY), st.timedeltas(MICROSECOND, 5 * DAY))
def test_who_starts_later_is_due_no_earlier(
    calendar: SupportCalendar, start: datetime, wait: timedelta, length: timedelta
) -> None:
    assert calendar.after(start, length) <= calendar.after(start + wait, length)


@given(support_calendars(), moments(), st.timedeltas(MICROSECOND, 5 * DAY), st.timedeltas(MICROSECOND, 5 * DAY))
def test_lengths_add_up(calendar: SupportCalendar, start: datetime, one: timedelta, other: timedelta) -> None:
    assert calendar.after(calendar.after(start, one), other) == calendar.after(start, one + other)


@given(support_calendars(), moments(), st.timedeltas(timedelta(), 30 * DAY), st.timedeltas(timedelta(), 30 * DAY))
def test_stretches_of_support_time_add_up(
    calendar: SupportCalendar, first: datetime, one: timedelta, other: timedelta
) -> None:
    middle, last = first + one, first + one + other
    assert calendar.between(first, middle) + calendar.between(middle, last) == calendar.between(first, last)
    assert calendar.between(first, last) <= last - first
    assert calendar.between(middle, first) == timedelta()


@given(
    support_calendars(), moments(), st.timedeltas(MICROSECOND, 5 * DAY) | WORKING_DAYS, st.integers(-14 * 60, 14 * 60)
)
def test_the_zone_in_which_a_moment_is_said_does_not_matter(
    calendar: SupportCalendar, moment: datetime, length: timedelta | WorkingDays, offset: int
) -> None:
    elsewhere = moment.astimezone(timezone(timedelta(minutes=offset)))
    due = calendar.after(elsewhere, length)
    assert due == calendar.after(moment, length)
    assert due.tzinfo is UTC
    assert calendar.is_open(elsewhere) is calendar.is_open(moment)
    assert calendar.between(elsewhere, elsewhere + HOUR) == calendar.between(moment, moment + HOUR)


@given(support_calendars(), moments(), WORKING_DAYS)
def test_working_days_end_while_somebody_is_there(
    calendar: SupportCalendar, start: datetime, days: WorkingDays
) -> None:
    due = calendar.after(start, days)
    assert due > start
    assert calendar.is_open(due)


@given(support_calendars(), moments(), st.integers(1, 30), st.integers(1, 30))
def test_more_working_days_end_no_earlier(calendar: SupportCalendar, start: datetime, one: int, other: int) -> None:
    fewer, more = sorted((one, other))
    assert calendar.after(start, WorkingDays(fewer)) <= calendar.after(start, WorkingDays(more))


@given(hours(), moments(), st.timedeltas(timedelta(), 5 * DAY), st.integers(1, 5))
def test_who_starts_later_is_due_no_working_day_earlier(
    each: Hours, start: datetime, wait: timedelta, days: int
) -> None:
    # In a zone that never goes back: in the hour that comes twice, a later moment can have an earlier clock time.
    # And with the same hours on all days: the same time of a shorter day may have to wait for the next opening.
    calendar = SupportCalendar("support", zone="Asia/Kathmandu", hours=each)
    assert calendar.after(start, WorkingDays(days)) <= calendar.after(start + wait, WorkingDays(days))


@given(st.sampled_from(ZONES), moments(), st.timedeltas(MICROSECOND, 30 * DAY))
def test_round_the_clock_is_wall_time(zone: str, start: datetime, length: timedelta) -> None:
    calendar = SupportCalendar("24x7", zone=zone, hours="Mon-Sun 00:00-24:00")
    assert calendar.is_open(start)
    assert calendar.after(start, length) == start + length
    assert calendar.between(start, start + length) == length


@given(hours())
def test_the_text_of_hours_reads_back(each: Hours) -> None:
    assert Hours.parse(str(each)) == each


@given(support_calendars())
def test_calendars_survive_toml_and_json(calendar: SupportCalendar) -> None:
    assert convert.from_toml(convert.to_toml(calendar), SupportCalendar) == calendar
    assert convert.from_json(convert.to_json(calendar), SupportCalendar) == calendar


EDGES: Final = st.datetimes(datetime.min, datetime(1, 1, 8), timezones=st.just(UTC)) | st.datetimes(
    datetime(9999, 12, 24), datetime.max, timezones=st.just(UTC)
)


@given(
    support_calendars(),
    EDGES,
    st.timedeltas(MICROSECOND, 3 * DAY) | st.just(timedelta.max) | WORKING_DAYS,
    st.integers(-14, 14),
)
def test_at_both_ends_of_time_there_is_an_answer_or_a_typed_error(
    calendar: SupportCalendar, moment: datetime, length: timedelta | WorkingDays, offset: int
) -> None:
    start = moment.replace(tzinfo=timezone(timedelta(hours=offset)))
    for ask in (
        lambda: calendar.is_open(start),
        lambda: calendar.after(start, length),
        lambda: calendar.between(start, start),
        lambda: calendar.between(start, datetime(1, 1, 9, tzinfo=UTC)),
    ):
        try:
            ask()
        except (CalendarInvalid, FactValueInvalid) as error:
            assert "year" in str(error) or "1000 days" in str(error)


# Examples

OFFICE: Final = SupportCalendar(
    "office", zone="Europe/London", hours="Mon-Fri 09:00-17:00", holidays=[date(2026, 5, 4)]
)
"""Open on weekdays in London; Monday, 4 May 2026, is a holiday."""

NIGHTS: Final = SupportCalendar("nights", zone="Europe/London", hours="Mon-Fri 22:00-06:00")


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        ("2026-04-28 10:00", HOUR, "2026-04-28 11:00"),
        ("2026-04-28 10:00", 7 * HOUR, "2026-04-28 17:00"),  # as it closes is still in time
        ("2026-04-28 10:00", 7 * HOUR + MINUTE, "2026-04-29 09:01"),
        ("2026-04-28 07:00", HOUR, "2026-04-28 10:00"),  # nobody is there yet
        ("2026-04-28 17:00", HOUR, "2026-04-29 10:00"),  # nobody is there any more
        ("2026-05-01 16:00", 2 * HOUR, "2026-05-05 10:00"),  # a Friday, a weekend, a holiday
        ("2026-05-04 12:00", HOUR, "2026-05-05 10:00"),
        ("2026-04-28 10:00", 40 * HOUR, "2026-05-06 10:00"),
    ],
)
def test_a_deadline_waits_for_support(start: str, length: timedelta, due: str) -> None:
    assert OFFICE.after(london(start), length) == london(due)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-04-28 10:00", 1, "2026-04-29 10:00"),
        ("2026-04-28 10:00", 3, "2026-05-01 10:00"),
        ("2026-04-28 10:00", 4, "2026-05-05 10:00"),  # neither a weekend nor a holiday is worked
        ("2026-04-28 07:00", 1, "2026-04-29 09:00"),  # counted from the opening
        ("2026-04-28 18:00", 1, "2026-04-30 09:00"),  # that day is over
        ("2026-05-02 12:00", 1, "2026-05-06 09:00"),  # a Saturday before the holiday
        ("2026-03-27 10:00", 1, "2026-03-30 10:00"),  # the same clock time, although the clock went forward
        ("2026-10-23 10:00", 1, "2026-10-26 10:00"),  # and back
    ],
)
def test_working_days_keep_the_clock_time(start: str, days: int, due: str) -> None:
    assert OFFICE.after(london(start), WorkingDays(days)) == london(due)


def test_a_working_day_that_is_too_short_is_due_at_the_next_opening() -> None:
    calendar = SupportCalendar("c", zone="Europe/London", hours=["Mon-Thu 09:00-17:00", "Fri 09:00-12:00"])
    assert calendar.after(london("2026-04-23 15:00"), WorkingDays(1)) == london("2026-04-27 09:00")


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-04-28 23:00", "2026-04-29 23:00"),
        ("2026-04-28 02:00", "2026-04-29 02:00"),
        ("2026-05-01 23:00", "2026-05-04 23:00"),
        ("2026-05-02 02:00", "2026-05-05 02:00"),  # Saturday by the clock, and still Friday's shift
    ],
)
def test_a_working_day_is_the_one_on_which_the_shift_began(start: str, due: str) -> None:
    assert NIGHTS.after(london(start), WorkingDays(1)) == london(due)


def test_hours_past_midnight_belong_to_the_day_on_which_they_began() -> None:
    assert NIGHTS.is_open(london("2026-05-02 05:59"))  # since Friday evening
    assert not NIGHTS.is_open(london("2026-05-02 06:00"))
    assert not NIGHTS.is_open(london("2026-05-04 05:59"))  # nobody began on Sunday evening


def test_a_holiday_keeps_a_shift_from_beginning_and_not_from_ending() -> None:
    nights = SupportCalendar("nights", zone="Europe/London", hours="Mon-Fri 22:00-06:00", holidays=[date(2026, 4, 29)])
    assert nights.is_open(london("2026-04-29 03:00"))
    assert not nights.is_open(london("2026-04-29 22:00"))
    assert not nights.is_open(london("2026-04-30 03:00"))


def test_an_opening_includes_its_start_and_not_its_end() -> None:
    assert OFFICE.is_open(london("2026-04-28 09:00"))
    assert not OFFICE.is_open(london("2026-04-28 09:00") - MICROSECOND)
    assert OFFICE.is_open(london("2026-04-28 17:00") - MICROSECOND)
    assert not OFFICE.is_open(london("2026-04-28 17:00"))


@pytest.mark.parametrize(
    "texts",
    [
        ["Mon-Fri 00:00-24:00", "Sat,Sun 00:00-24:00"],
        ["Mon-Sun 09:00-09:00"],
        ["Mon-Sun 00:00-12:00", "Mon-Sun 12:00-24:00"],
    ],
)
def test_hours_that_meet_never_close(texts: list[str]) -> None:
    calendar = SupportCalendar("always", zone="America/New_York", hours=texts)
    start = datetime(2026, 3, 6, 4, 30, tzinfo=UTC)
    assert calendar.is_open(start)
    assert calendar.after(start, 10 * DAY) == start + 10 * DAY
    assert calendar.between(start, start + 400 * DAY) == 400 * DAY


def test_hours_that_overlap_count_once() -> None:
    calendar = SupportCalendar(
        "c", zone="UTC", hours=["Mon 08:00-12:00", "Mon 10:00-14:00", "Mon 11:00-11:30", "Sun 22:00-09:00"]
    )
    monday = datetime(2026, 5, 4, tzinfo=UTC)
    assert calendar.between(monday, monday + DAY) == 14 * HOUR
    assert calendar.after(monday + 11 * HOUR, 2 * HOUR) == monday + 13 * HOUR


@pytest.mark.parametrize(
    ("zone", "day", "text", "length"),
    [
        ("Europe/London", date(2024, 3, 31), "Sun 00:00-06:00", 5 * HOUR),
        ("Europe/London", date(2024, 10, 27), "Sun 00:00-06:00", 7 * HOUR),
        ("Europe/London", date(2024, 3, 31), "Sun 01:00-02:00", timedelta()),  # not there at all on that day
        ("Europe/London", date(2024, 3, 31), "Sun 01:30-03:00", HOUR),  # opens as the clock goes from 01:00 to 02:00
        ("Europe/London", date(2024, 10, 27), "Sun 01:00-01:30", timedelta(minutes=90)),  # first 01:00 to second 01:30
        ("Australia/Lord_Howe", date(2024, 4, 7), "Sun 00:00-06:00", timedelta(hours=6, minutes=30)),
        ("Australia/Lord_Howe", date(2024, 10, 6), "Sun 00:00-06:00", timedelta(hours=5, minutes=30)),
        ("America/Santiago", date(2024, 4, 6), "Sat 12:00-24:00", 13 * HOUR),  # Saturday's last hour comes twice
        ("America/Santiago", date(2024, 9, 8), "Sun 00:00-06:00", 5 * HOUR),  # there is no midnight
        ("Asia/Beirut", date(2024, 3, 30), "Sat 22:00-02:00", 3 * HOUR),
        ("Antarctica/Troll", date(2024, 10, 27), "Sun 00:00-06:00", 8 * HOUR),
        ("Pacific/Apia", date(2011, 12, 30), "Fri 09:00-17:00", timedelta()),  # there was no such Friday
    ],
)
def test_an_opening_over_a_change_of_the_clock_is_as_long_as_it_really_is(
    zone: str, day: date, text: str, length: timedelta
) -> None:
    calendar = SupportCalendar("c", zone=zone, hours=text)
    noon = datetime.combine(day, time(12), tzinfo=ZoneInfo(zone))
    assert calendar.between(noon - 14 * HOUR, noon + 22 * HOUR) == length


def test_a_day_that_the_zone_skipped_is_not_worked() -> None:
    # Samoa moved across the date line: its Thursday, 29 December 2011, is ten hours behind UTC, and the day after it,
    # a Saturday, is fourteen ahead. 10:00 on Thursday is 20:00 UTC; 10:00 on Saturday is 20:00 UTC of Friday.
    calendar = SupportCalendar("c", zone="Pacific/Apia", hours="Mon-Sun 09:00-17:00")
    thursday = datetime(2011, 12, 29, 20, 0, tzinfo=UTC)
    assert calendar.after(thursday, WorkingDays(1)) == datetime(2011, 12, 30, 20, 0, tzinfo=UTC)
    assert calendar.after(thursday, 8 * HOUR) == datetime(2011, 12, 30, 20, 0, tzinfo=UTC)


def test_hours_are_read_from_their_text() -> None:
    weekdays = frozenset({Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI})
    calendar = SupportCalendar(
        "c", zone="UTC", hours=["Mon-Fri 09:00-17:30", Hours(frozenset({Weekday.SAT}), time(10), time(0))]
    )
    assert calendar.hours == (
        Hours(weekdays, time(9), time(17, 30)),
        Hours(frozenset({Weekday.SAT}), time(10), time(0)),
    )


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Mon,Tue,Wed 22:00-06:00", "Mon-Wed 22:00-06:00"),
        ("Fri-Mon 09:00-17:00", "Mon,Fri-Sun 09:00-17:00"),
        ("Sun,Mon-Tue 09:00-24:00", "Mon-Tue,Sun 09:00-24:00"),
        ("Mon-Sun 00:00-00:00", "Mon-Sun 00:00-24:00"),
    ],
)
def test_hours_have_one_text(text: str, canonical: str) -> None:
    assert str(Hours.parse(text)) == canonical


def test_working_days_say_how_many() -> None:
    assert [str(WorkingDays(1)), str(WorkingDays(2))] == ["1 working day", "2 working days"]


def test_a_document_may_write_a_holiday_as_a_date_of_toml() -> None:
    text = 'name = "c"\nzone = "UTC"\nhours = ["Mon 09:00-17:00"]\nholidays = [2026-05-04, "2026-12-25"]\n'
    assert convert.from_toml(text, SupportCalendar).holidays == {date(2026, 5, 4), date(2026, 12, 25)}


# Bad input


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mon",
        "09:00-17:00",
        "Mon-Fri",
        "Mon-Fri 9:00-17:00",
        "Mon-Fri 09:00",
        "Mon-Fri 09:00–17:00",  # noqa: RUF001  # a dash is not a hyphen
        "mon-fri 09:00-17:00",
        "Monday 09:00-17:00",
        "Mon--Fri 09:00-17:00",
        "Mon-Wed-Fri 09:00-17:00",
        "Mon, 09:00-17:00",
        "Mon, Tue 09:00-17:00",
        "-Mon 09:00-17:00",
        "Mon- 09:00-17:00",
        "Mon 24:00-06:00",
        "Mon 09:00-24:30",
        "Mon 09:00-25:00",
        "Mon 09:60-17:00",
        "Mon \u0660\u0669:00-17:00",  # digits, but not those of ASCII
        " Mon 09:00-17:00",
        "Mon 09:00-17:00\n",
        "Mon 09:00-17:00 Tue 09:00-17:00",
    ],
)
def test_what_are_no_hours_is_shown_beside_what_are(text: str) -> None:
    message = f"{text!r} are no hours: write them like 'Mon-Fri 09:00-17:30'"
    with pytest.raises(CalendarInvalid, match=f"^{re.escape(message)}$"):
        Hours.parse(text)
    with pytest.raises(CalendarInvalid, match=f"^{re.escape(message)}$"):
        SupportCalendar("c", zone="UTC", hours=["Mon 09:00-17:00", text])


def test_hostile_hours_do_not_flood_a_log() -> None:
    with pytest.raises(CalendarInvalid) as caught:
        Hours.parse("Mon " * 100_000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("value", [None, 9, [9], [None], [("Mon", "09:00", "17:00")]])
def test_hours_are_hours_or_text(value: Any) -> None:
    with pytest.raises(CalendarInvalid, match="hours"):
        SupportCalendar("c", zone="UTC", hours=value)


@pytest.mark.parametrize("clock", [time(9, 0, 30), time(9, 0, 0, 1), time(9, tzinfo=UTC), "09:00", 9, None])
def test_hours_open_and_close_at_a_minute_of_the_wall_clock(clock: Any) -> None:
    # What their text could not say would be lost in a document.
    with pytest.raises(CalendarInvalid):
        Hours(frozenset({Weekday.MON}), clock, time(17))
    with pytest.raises(CalendarInvalid):
        Hours(frozenset({Weekday.MON}), time(8), clock)


@pytest.mark.parametrize(
    "days", [[Weekday.MON], {Weekday.MON}, frozenset({0}), frozenset({9}), frozenset({"Mon"}), "Mon", None]
)
def test_hours_are_on_weekdays(days: Any) -> None:
    with pytest.raises(CalendarInvalid):
        Hours(days, time(9), time(17))


@pytest.mark.parametrize("no_hours", [(), [], iter([])])
def test_a_calendar_without_hours_is_refused(no_hours: Any) -> None:
    with pytest.raises(CalendarInvalid, match=r"^calendar 'c' never opens: it has no hours$"):
        SupportCalendar("c", zone="UTC", hours=no_hours)


def test_hours_without_a_day_are_refused() -> None:
    with pytest.raises(CalendarInvalid):
        SupportCalendar("c", zone="UTC", hours=Hours(frozenset(), time(9), time(17)))


@pytest.mark.parametrize("name", ["", " ", "\n", None, 3])
def test_a_calendar_has_a_name(name: Any) -> None:
    # A target without a calendar names none: were there one with an empty name, documents could not tell them apart.
    with pytest.raises(CalendarInvalid, match="name"):
        SupportCalendar(name, zone="UTC", hours="Mon 09:00-17:00")


@pytest.mark.parametrize(
    "zone",
    [
        "",
        "Europe/Londn",
        "europe/london!",
        "Europe",
        "../etc/passwd",
        "/etc/localtime",
        "a\0b",
        "A" * 10_000,
        "\ud800",
        None,
        3,
        [],
    ],
)
def test_a_zone_that_is_not_known_is_shown_beside_one_that_is(zone: Any) -> None:
    with pytest.raises(
        CalendarInvalid, match="is no time zone known here: write an IANA name such as 'Europe/London'"
    ) as caught:
        SupportCalendar("c", zone=zone, hours="Mon 09:00-17:00")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("days", [["2026-05-04"], "2026-05-04", [datetime(2026, 5, 4)], [None], 20260504, [[]], None])
def test_a_holiday_is_a_date(days: Any) -> None:
    with pytest.raises(CalendarInvalid, match="holiday"):
        SupportCalendar("c", zone="UTC", hours="Mon 09:00-17:00", holidays=days)


@pytest.mark.parametrize("days", [0, -1, 1001, 1.0, True, "2", None])
def test_working_days_are_a_number_from_one_to_a_thousand(days: Any) -> None:
    with pytest.raises(
        CalendarInvalid, match=f"^working days are counted from 1 to 1000, not {re.escape(repr(days))}$"
    ):
        WorkingDays(days)


@pytest.mark.parametrize("moment", [datetime(2026, 5, 4, 12), date(2026, 5, 4), "2026-05-04T12:00:00Z", 0, None])
def test_moments_have_a_zone(moment: Any) -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    asks: dict[str, Callable[[], object]] = {
        "at": lambda: OFFICE.is_open(moment),
        "start": lambda: OFFICE.after(moment, HOUR),
        "end": lambda: OFFICE.between(noon, moment),
    }
    for name, ask in asks.items():
        with pytest.raises(FactValueInvalid, match=re.escape("is not a datetime with a time zone")) as caught:
            ask()
        assert caught.value.fact == name
    with pytest.raises(FactValueInvalid, match=r"^start: "):
        OFFICE.between(moment, noon)
    with pytest.raises(FactValueInvalid, match=r"^start: "):
        OFFICE.after(moment, WorkingDays(1))


@pytest.mark.parametrize("length", [timedelta(), -MICROSECOND, timedelta.min, 3, 3.5, "1h", None])
def test_support_time_is_counted_forwards_and_in_lengths(length: Any) -> None:
    with pytest.raises(CalendarInvalid):
        OFFICE.after(london("2026-04-28 10:00"), length)


@pytest.mark.parametrize(
    ("start", "length"),
    [
        (datetime(9999, 12, 31, 23, tzinfo=UTC), HOUR),
        (datetime(9999, 12, 30, 10, tzinfo=UTC), 100 * DAY),
        (datetime(9999, 12, 1, tzinfo=UTC), WorkingDays(1000)),
        (datetime(2026, 5, 4, tzinfo=UTC), timedelta.max),
        (datetime(1, 1, 1, tzinfo=timezone(HOUR)), HOUR),
    ],
)
def test_a_deadline_beyond_the_last_year_is_a_typed_error(start: datetime, length: timedelta | WorkingDays) -> None:
    with pytest.raises((CalendarInvalid, FactValueInvalid), match=r"year|1000 days"):
        OFFICE.after(start, length)


@pytest.mark.parametrize(
    ("plain", "path", "problem"),
    [
        ({"zone": "Mars/Olympus"}, "$", "'Mars/Olympus' is no time zone known here"),
        ({"zone": 1}, "$.zone", "1 is not text"),
        ({"hours": []}, "$", "calendar 'c' never opens"),
        ({"hours": "Mon 09:00-17:00"}, "$.hours", "'Mon 09:00-17:00' is not a list"),
        ({"hours": ["Mon 09:00-17:00", "Mon 9-17"]}, "$.hours[1]", "'Mon 9-17' are no hours: write them like"),
        ({"hours": [9]}, "$.hours[0]", "9 is not text"),
        ({"holidays": ["2026-02-30"]}, "$.holidays[0]", "day is out of range for month"),
        ({"holidays": [20260504]}, "$.holidays[0]", "20260504 is not a date"),
        (
            {"holiday": []},
            "$",
            "there is no key 'holiday' here; there are name, zone, hours, holidays. Did you mean 'holidays'?",
        ),
    ],
)
def test_a_document_that_describes_no_calendar_names_the_place(plain: dict[str, Any], path: str, problem: str) -> None:
    valid = {"name": "c", "zone": "UTC", "hours": ["Mon 09:00-17:00"]}
    with pytest.raises(DocumentInvalid, match=re.escape(problem)) as caught:
        convert.from_plain({**valid, **plain}, SupportCalendar)
    assert caught.value.path == path
