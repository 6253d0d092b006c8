"""Strategies for moments, lengths of time, opening hours and support calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hypothesis import strategies as st

from incidentkit.model.calendar import Hours, SupportCalendar, Weekday, WorkingDays
from incidentkit.testing.identity import texts

MICROSECOND: Final = timedelta(microseconds=1)

ZONES: Final = (
    "UTC",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",  # changes by half an hour
    "America/Santiago",  # changes at midnight
    "Asia/Beirut",  # changes at midnight too, the other way round
    "Asia/Kathmandu",  # never changes, 45 minutes off the hour
    "Antarctica/Troll",  # changes by two hours
    "Pacific/Apia",  # once skipped a day
)

CLOCK_TIMES: Final = st.sampled_from(
    [
        time(0),
        time(0, 30),
        time(1),
        time(1, 30),
        time(2),
        time(2, 30),
        time(3),
        time(9),
        time(17, 30),
        time(23),
        time(23, 30),
    ]
) | st.builds(time, st.integers(0, 23), st.integers(0, 59))
"""Times of a clock without seconds, often those at which clocks change."""

LENGTHS: Final = st.timedeltas(MICROSECOND, timedelta(days=20)) | st.sampled_from(
    [MICROSECOND, timedelta(minutes=15), timedelta(hours=1), timedelta(days=1), timedelta(days=365)]
)

WORKING_DAYS: Final = st.builds(WorkingDays, st.integers(1, 10) | st.integers(1, 1000))

_KNOWN_MOMENTS: Final = st.sampled_from(
    [
        datetime(2026, 3, 2, 14, 23, tzinfo=UTC),
        datetime(2024, 2, 29, 12, tzinfo=UTC),
        datetime(2024, 3, 31, 1, tzinfo=UTC),  # Europe loses an hour
        datetime(2024, 10, 27, 1, tzinfo=UTC),  # and has one twice
        datetime(2025, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),  # one second more than 31 bits count from 1970
    ]
)

_BEGIN: Final = datetime(1990, 1, 1, tzinfo=UTC)

_ZONES: Final = st.sampled_from(ZONES)
_HOLIDAYS: Final = st.dates(date(1990, 1, 1), date(2030, 1, 1))
_CALENDAR_NAMES: Final = texts(blank=False)


def moments() -> st.SearchStrategy[datetime]:
    """Moments in UTC from 1990 to 2038, to the microsecond; often a leap day, a change of clocks, an end of a year."""
    return _KNOWN_MOMENTS | st.timedeltas(timedelta(), timedelta(days=40 * 365)).map(_BEGIN.__add__)


def shifted(at: datetime, by: timedelta) -> datetime:
    """The moment so much later; at the ends of time, the same."""
    try:
        return at + by
    except OverflowError:
        return at


def hours(*, overnight: bool = True) -> st.SearchStrategy[Hours]:
    """Hours on some days of the week; with ``overnight``, they may end on the next day, or where they began."""
    days = st.frozensets(st.sampled_from(Weekday), min_size=1)
    if overnight:
        around_the_clock = st.builds(Hours, days, st.just(time(0)), st.just(time(0)))
        return st.builds(Hours, days, CLOCK_TIMES, CLOCK_TIMES) | around_the_clock
    clocks = st.lists(CLOCK_TIMES, min_size=2, max_size=2, unique=True)
    return st.tuples(days, clocks).map(lambda drawn: Hours(drawn[0], *sorted(drawn[1])))


def support_calendars(
    *,
    name: st.SearchStrategy[str] = _CALENDAR_NAMES,
    zone: st.SearchStrategy[str] = _ZONES,
    holidays: st.SearchStrategy[date] = _HOLIDAYS,
    overnight: bool = True,
) -> st.SearchStrategy[SupportCalendar]:
    """Support calendars with one to three kinds of hours and up to five holidays.

    ``name``, ``zone`` and ``holidays`` draw those parts; the zones are by default those with the oddest changes of the
    clock. With ``overnight=False`` all hours end on the day on which they begin.
    """
    return st.builds(
        SupportCalendar,
        name,
        zone=zone,
        hours=st.lists(hours(overnight=overnight), min_size=1, max_size=3),
        holidays=st.frozensets(holidays, max_size=5),
    )
