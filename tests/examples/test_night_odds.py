"""The program that compares two escalations by the same nights."""

from __future__ import annotations

from functools import cache

from tests.examples.program import EXAMPLES, printed_by


@cache
def run() -> str:
    return printed_by(EXAMPLES / "night_odds" / "night_odds.py")


def test_both_playbooks_have_as_many_nights() -> None:
    assert run().startswith("25 nights of emergency\n")
    assert "\n25 nights of sooner\n" in run()


def test_the_phone_that_rings_sooner_is_answered_sooner_and_costs_pages() -> None:
    comparison = run().partition("instead\n")[2]
    (verdict,) = [line for line in comparison.splitlines() if "is answered" in line]
    assert verdict.startswith("sooner is answered")
    (pages,) = [line for line in comparison.splitlines() if line.startswith("pages  ")]
    assert pages.endswith(" emergency")
