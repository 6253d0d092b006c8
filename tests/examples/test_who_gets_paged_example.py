"""The program that says who gets paged in the night in which the clocks go back."""

from __future__ import annotations

import re
from functools import cache

from tests.examples.program import EXAMPLES, printed_by

PROGRAM = EXAMPLES / "who_gets_paged" / "who_gets_paged.py"


@cache
def run() -> str:
    return printed_by(PROGRAM)


def rows(title: str) -> list[list[str]]:
    """The rows of the table under a title."""
    table = re.split(rf"^{title}\n-+\n\n", run(), maxsplit=1, flags=re.MULTILINE)[1].partition("\n\n")[0]
    return [re.split(r"\s{2,}", line) for line in table.splitlines()[2:]]


def pages(who: str) -> list[str]:
    """When somebody is paged, and through what."""
    return [f"{when} {through}" for when, person, through, *_ in rows("Pages") if person == who]


def test_the_shift_that_begins_in_the_repeated_hour_is_paged_at_its_second_half_past_two() -> None:
    assert "- tomas from 2026-10-24 02:30+02:00 to 2026-10-25 02:30+01:00, 1d1h" in run()
    assert pages("tomas")[0] == "2026-10-25 02:10+02:00 push"
    assert pages("noor")[:2] == ["2026-10-25 02:30+01:00 push", "2026-10-25 02:35+01:00 phone"]


def test_pages_of_the_repeated_hour_are_in_their_order() -> None:
    times = [when for when, *_ in rows("Pages")]

    assert times.index("2026-10-25 02:55+02:00") < times.index("2026-10-25 02:00+01:00")
    assert times != sorted(times)


def test_whoever_has_a_phone_only_is_called_as_often_as_others_are_paged() -> None:
    assert ["mika", "push, mail, sms"] in rows("Methods that are skipped")
    assert pages("mika") == [f"2026-10-25 02:{minute}+02:00 phone" for minute in (10, 30, 50)]


def test_levels_that_are_not_reached_say_for_want_of_what() -> None:
    ((level, why),) = rows("Levels that are not reached")

    assert level == "chief and legal"
    assert why.startswith("its condition is unknown: Is security compromised?")


def test_four_hours_later_everybody_was_paged_in_vain() -> None:
    assert "At 2026-10-25 02:10+01:00 nobody was left to page, and nobody had acknowledged: paging" in run()
    assert [who for who, *_ in rows("In all")] == ["tomas", "mika", "esther", "kwame", "noor"]


def test_the_linter_has_one_remark() -> None:
    _, _, found = run().partition("What the linter says\n--------------------\n\n")

    assert [line.split()[1] for line in found.splitlines()] == ["ESC009"]
