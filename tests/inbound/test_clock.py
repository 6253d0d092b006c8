"""Times in post-mortems that others wrote: amounts are none, and no day is guessed without a warning."""

from __future__ import annotations

import pytest

from incidentkit.inbound.postmortem import read_postmortem
from incidentkit.inbound.warning import Oddity, Unclear
from incidentkit.policy.account import words_in


def read(*said: str, zone: str = "UTC") -> tuple[list[str], list[tuple[int, Oddity | Unclear]]]:
    """The entries of a timeline of 2026-03-02, and what is warned of, by the number of the entry."""
    lines = "".join(f"- {each}\n" for each in said)
    result = read_postmortem(f"# 2026-03-02, T\n\n## Timeline\n\n{lines}", zone=zone)
    assert read_postmortem(result.postmortem.to_markdown()).postmortem == result.postmortem
    entries = [
        f"{f'{each.at:%d %H:%M}' if each.at else each.when} | {words_in(each.what)}"
        for each in result.postmortem.timeline
    ]
    return entries, [(each.line - 4, each.code) for each in result.warnings]


def test_a_version_is_no_time() -> None:
    assert read("14:00 deploy begins", "1.24 is rolled back", "14:30 fine") == (
        ["02 14:00 | deploy begins", " | 1.24 is rolled back", "02 14:30 | fine"],
        [],
    )


@pytest.mark.parametrize(
    "amount", ["12.50 EUR lost", "2.50 more", "12.50% of all", "10.20.30.40 is down", "1.2.34 is out"]
)
def test_an_amount_is_no_time(amount: str) -> None:
    assert read("10:00 a", amount) == (["02 10:00 | a", f" | {amount}"], [])


def test_an_amount_behind_a_date_or_a_time_is_none_either() -> None:
    assert read("10:00 - 12.50 EUR lost", "2026-03-03 12.50 EUR lost") == (
        ["02 10:00 | 12.50 EUR lost", "2026-03-03 12.50 | EUR lost"],
        [(2, Unclear.TIME)],
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("14.43 - a", "02 14:43 | a"),
        ("14.43: a", "02 14:43 | a"),
        ("14.43 CET a", "02 13:43 | a"),
        ("02.43 pm a", "02 14:43 | a"),
        ("2026-03-03 14.43", "03 14:43 | 2026-03-03 14.43"),
    ],
)
def test_a_time_with_a_dot_is_one_if_what_follows_says_so(said: str, expected: str) -> None:
    assert read("10:00 b", said) == (["02 10:00 | b", expected], [])


def test_a_time_with_a_dot_is_one_among_others_with_dots() -> None:
    assert read("14.00 a", "14.10 b", "ca. 14.20 c") == (
        ["02 14:00 | a", "02 14:10 | b", "ca. 14.20 | c"],
        [(3, Unclear.TIME)],
    )
    assert read("14.00 a", "14:10 b")[0] == [" | 14.00 a", "02 14:10 | b"]


def test_the_next_day_is_not_begun_without_a_warning() -> None:
    assert read("18:00 a", "09:00 b") == (["02 18:00 | a", "03 09:00 | b"], [(2, Unclear.NEXT_DAY)])


@pytest.mark.parametrize("dot", [":", "."])
def test_where_the_latest_stands_first_no_day_is_begun(dot: str) -> None:
    said = (each.replace(":", dot) for each in ("18:00 a", "10:00 b", "09:50 c"))
    assert read(*said) == (
        ["02 18:00 | a", "02 10:00 | b", "02 09:50 | c"],
        [(2, Unclear.ORDER), (3, Unclear.ORDER)],
    )


def test_an_hour_that_is_there_twice_or_not_at_all_is_told() -> None:
    assert read("2026-10-25 02:30 a", "03:30 b", "2026-03-29 02:30 c", "03:30 d", zone="Europe/Berlin") == (
        ["25 00:30 | a", "25 02:30 | b", "29 01:30 | c", "29 01:30 | d"],
        [(1, Unclear.CHANGED_CLOCKS), (3, Unclear.CHANGED_CLOCKS)],
    )


@pytest.mark.parametrize(
    "said", ["03/04/2026 10:00", "04.03.2026 12:00", "04.03.26, 12:00", "03/04 10:00", "04.03.2026"]
)
def test_a_date_that_is_not_understood_is_told_and_forgets_the_one_before_it(said: str) -> None:
    assert read("2026-03-01 09:00 a", f"{said} b", "11:00 c") == (
        ["01 09:00 | a", f"{said} | b", "11:00 | c"],
        [(2, Unclear.TIME), (3, Unclear.NO_DATE)],
    )


def test_times_below_a_date_that_is_not_understood_have_none() -> None:
    result = read_postmortem("# 2026-03-02, T\n\n## Timeline\n\n### 04.03.2026\n\n- 10:00 a\n", zone="UTC")
    assert [each.when for each in result.postmortem.timeline] == ["10:00"]
    assert [each.code for each in result.warnings] == [Unclear.TIME, Unclear.OUTSIDE, Unclear.NO_DATE]


def test_a_fraction_is_no_date() -> None:
    assert read("10:00 a", "3/4 of all servers") == (["02 10:00 | a", " | 3/4 of all servers"], [])


@pytest.mark.parametrize("said", ["10:00?", "2026-03-02 10:00?", "2 March 2026 10:00?", "10:0?"])
def test_a_question_mark_makes_a_time_inexact(said: str) -> None:
    assert read(f"{said} a") == ([f"{said} | a"], [(1, Unclear.TIME)])


@pytest.mark.parametrize("span", ["10:00/10:05", "10.00-10.05", "10:00 / 10:05"])
def test_two_times_are_a_span(span: str) -> None:
    assert read(f"{span} a") == ([f"02 10:00 | {span} a"], [(1, Unclear.SPAN)])
