"""Durations as text: every length has exactly one shortest text, and nothing is guessed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit.model.durations import PATTERN, UNITS, duration_text, parse_duration

LONGEST = timedelta.max
SHORTEST = timedelta.min


@st.composite
def written(draw: st.DrawFn) -> tuple[str, timedelta]:
    """The text of a duration as a person might write it, not always the shortest, and what it means."""
    units = draw(
        st.lists(st.sampled_from(list(UNITS)), min_size=1, unique=True).map(lambda row: sorted(row, key=[*UNITS].index))
    )
    counts = [draw(st.integers(0, 100_000)) for _ in units]
    text = "".join(f"{count:0{draw(st.integers(1, 8))}d}{unit}" for count, unit in zip(counts, units, strict=True))
    return text, sum((count * UNITS[unit] for count, unit in zip(counts, units, strict=True)), timedelta())


# Laws


@given(st.timedeltas())
def test_text_reads_back_as_the_same_duration(duration: timedelta) -> None:
    assert parse_duration(duration_text(duration)) == duration


@given(written())
def test_every_way_to_write_a_duration_reads_as_the_sum_of_its_parts(case: tuple[str, timedelta]) -> None:
    text, duration = case
    assert parse_duration(text) == duration
    assert parse_duration(f"-{text}") == -duration


@given(st.timedeltas(timedelta(microseconds=1)))
def test_text_says_each_part_in_the_largest_unit_that_holds_it(duration: timedelta) -> None:
    parts = [int(count) * UNITS[unit] for count, unit in re.findall(r"([0-9]+)([a-z]+)", duration_text(duration))]
    units = [UNITS[unit] for unit in re.findall(r"[a-z]+", duration_text(duration))]
    for position, unit in enumerate(units, start=1):
        assert sum(parts[position:], timedelta()) < unit


@given(st.timedeltas())
def test_the_pattern_matches_the_text_of_what_is_not_negative_and_nothing_else(duration: timedelta) -> None:
    assert bool(re.fullmatch(PATTERN, duration_text(duration))) is (duration >= timedelta())


@given(st.timedeltas(timedelta(microseconds=1)))
def test_text_names_no_unit_of_zero(duration: timedelta) -> None:
    assert all(int(count) > 0 for count in re.findall(r"\d+", duration_text(duration)))


@given(st.timedeltas(timedelta(microseconds=1), -SHORTEST))
def test_a_negative_duration_is_the_positive_one_with_a_sign(duration: timedelta) -> None:
    assert duration_text(-duration) == f"-{duration_text(duration)}"


@given(st.text(st.sampled_from("0123456789dhminsu- +.:PT\uff10²\n"), max_size=12) | st.text(max_size=12))
def test_any_text_is_a_duration_or_a_value_error(text: str) -> None:
    try:
        duration = parse_duration(text)
    except ValueError as error:
        assert "not a duration" in str(error) or "longer than" in str(error)
    else:
        assert parse_duration(duration_text(duration)) == duration


# Examples


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("0s", timedelta()),
        ("15min", timedelta(minutes=15)),
        ("1h30min", timedelta(hours=1, minutes=30)),
        ("2d", timedelta(days=2)),
        ("1d1h1min1s1ms1us", timedelta(days=1, hours=1, minutes=1, seconds=1, milliseconds=1, microseconds=1)),
        ("-1us", timedelta(microseconds=-1)),
        ("-2d4h", -timedelta(days=2, hours=4)),
        ("999999999d23h59min59s999ms999us", LONGEST),
        ("-999999999d", SHORTEST),
    ],
)
def test_a_duration_has_this_text(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration
    assert duration_text(duration) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("60min", "1h"),
        ("24h", "1d"),
        ("90s", "1min30s"),
        ("1500us", "1ms500us"),
        ("007min", "7min"),
        ("0d0h", "0s"),
        ("-0s", "0s"),
    ],
)
def test_one_length_has_one_text(text: str, canonical: str) -> None:
    assert duration_text(parse_duration(text)) == canonical


# Bad input


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "15",
        "min",
        "15 min",
        " 15min",
        "15min\n",
        "1.5h",
        "1h 30min",
        "+1h",
        "--1h",
        "1h-30min",
        "15m",  # a month or a minute: nothing is guessed
        "1w",
        "1H",
        "PT15M",
        "01:30",
        "\uff11h",  # a digit, but not one of ASCII
        "1" * 19 + "us",
    ],
)
def test_what_is_no_duration_is_shown_beside_one_that_is(text: str) -> None:
    message = f"{text!r} is not a duration: write it like 15min, 1h30min or 2d"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["30min1h", "1h1h", "1us1ms", "-1s1s"])
def test_units_that_come_twice_or_in_another_order_are_refused(text: str) -> None:
    message = f"{text!r} is not a duration: name each unit once, from d to us"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["1000000000d", "-1000000000d", "-999999999d1us", "999999999999999999h"])
def test_what_no_timedelta_can_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(repr(text))} is longer than 999999999 days$"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["x" * 100_000, "1h" * 100_000])
def test_hostile_text_does_not_flood_a_log(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|longer") as caught:
        parse_duration(text)
    assert len(str(caught.value)) < 200
