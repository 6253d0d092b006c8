"""Strategies for lengths of time, support calendars, targets, severities and their schemes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from incidentkit import Severity, SeverityScheme, SupportCalendar, Target, Targets, WorkingDays
from incidentkit.model.calendar import Hours, Weekday
from incidentkit.model.severity import Label

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

TEXTS: Final = st.sampled_from(
    [
        "",
        "Large",
        'say "no"',
        "it's",
        "a\nb\tc",
        "\r\n",
        " ",
        "Größe",
        "緊急",
        "срочно",
        "عاجل",
        "🚨",
        "\\",
        "\x7f\x00",
        "# = [x]",
    ]
)
KEYS: Final = TEXTS.filter(str.strip) | st.text(min_size=1, max_size=8).filter(str.strip)
"""Keys of severities and names of calendars: any text that is not blank."""

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

MOMENTS: Final = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))

LENGTHS: Final = st.timedeltas(MICROSECOND, timedelta(days=20)) | st.sampled_from(
    [MICROSECOND, timedelta(minutes=15), timedelta(hours=1), timedelta(days=1), timedelta(days=365)]
)

WORKING_DAYS: Final = st.builds(WorkingDays, st.integers(1, 10) | st.integers(1, 1000))

LABELS: Final[st.SearchStrategy[Label]] = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(TEXTS, max_size=3).map(tuple),
    st.dictionaries(TEXTS, TEXTS, max_size=3),
)

LABEL_TABLES: Final = st.dictionaries(TEXTS, LABELS, max_size=3)


def hours(*, overnight: bool = True) -> st.SearchStrategy[Hours]:
    """Hours on some days of the week; they may end on the next day, or where they began."""
    days = st.frozensets(st.sampled_from(Weekday), min_size=1)
    anywhere = st.builds(Hours, days, CLOCK_TIMES, CLOCK_TIMES)
    if overnight:
        return anywhere | st.builds(Hours, days, st.just(time(0)), st.just(time(0)))
    return anywhere.filter(lambda each: each.opens < each.closes)


def calendars(
    *,
    name: st.SearchStrategy[str] = KEYS,
    zone: st.SearchStrategy[str] = st.sampled_from(ZONES),  # noqa: B008  # strategies are values
    holidays: st.SearchStrategy[date] = st.dates(date(1990, 1, 1), date(2030, 1, 1)),  # noqa: B008
    overnight: bool = True,
) -> st.SearchStrategy[SupportCalendar]:
    """Calendars with up to three kinds of hours and up to five holidays."""
    return st.builds(
        SupportCalendar,
        name,
        zone=zone,
        hours=st.lists(hours(overnight=overnight), min_size=1, max_size=3),
        holidays=st.frozensets(holidays, max_size=5),
    )


def single_targets(known: tuple[SupportCalendar, ...] = ()) -> st.SearchStrategy[Target]:
    """Targets on wall time, or on one of these calendars."""
    on_wall_time = st.builds(Target, LENGTHS, repeats=st.booleans())
    if not known:
        return on_wall_time
    on_calendar = st.builds(Target, LENGTHS | WORKING_DAYS, st.sampled_from(known), repeats=st.booleans())
    return on_wall_time | on_calendar


def targets(known: tuple[SupportCalendar, ...] = ()) -> st.SearchStrategy[Targets]:
    """None to all of the five clocks."""
    clocks: Any = {name: single_targets(known) for name in Targets.names()}
    return st.fixed_dictionaries({}, optional=clocks).map(lambda chosen: Targets(**chosen))


def severities(
    key: st.SearchStrategy[str] = KEYS, known: tuple[SupportCalendar, ...] = ()
) -> st.SearchStrategy[Severity[Any]]:
    """Severities in no scheme yet."""
    return st.builds(Severity[Any], key, name=TEXTS, criteria=TEXTS, targets=targets(known), labels=LABEL_TABLES)


@st.composite
def ordered_schemes(draw: st.DrawFn) -> SeverityScheme[Any]:
    """Schemes of two to seven severities of which nothing is said but their order."""
    return SeverityScheme(*draw(st.lists(KEYS, min_size=2, max_size=7, unique=True)), name=draw(TEXTS))


@st.composite
def schemes(draw: st.DrawFn) -> SeverityScheme[Any]:
    """Schemes that say all there is to say; their targets share up to two calendars."""
    known = tuple(draw(st.lists(calendars(), max_size=2, unique_by=lambda each: each.name)))
    rows = draw(st.lists(severities(known=known), min_size=2, max_size=7, unique_by=lambda each: each.key))
    return SeverityScheme(*rows, name=draw(TEXTS), labels=draw(LABEL_TABLES))
