"""Zones behind times in post-mortems that others wrote: known ones are read, and all else keeps its words."""

from __future__ import annotations

import pytest

from incidentkit.inbound.postmortem import read_postmortem
from incidentkit.inbound.warning import Oddity, Unclear
from incidentkit.policy.account import words_in


def read(said: str) -> tuple[str, list[Oddity | Unclear]]:
    """The one entry of a timeline of 2026-03-02, and what is warned of."""
    result = read_postmortem(f"# 2026-03-02, T\n\n## Timeline\n\n- {said}\n", zone="UTC")
    (entry,) = result.postmortem.timeline
    when = f"{entry.at:%d %H:%M}" if entry.at else entry.when
    return f"{when} | {words_in(entry.what)}", [each.code for each in result.warnings]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("10:00 CEST deploy", "02 08:00 | deploy"),
        ("10:00Z deploy", "02 10:00 | deploy"),
        ("10:00 PT: deploy", "02 18:00 | deploy"),
        ("10:00 PT - deploy", "02 18:00 | deploy"),
        ("10:00 (PT) deploy", "02 18:00 | deploy"),
        ("10:00 PT", "02 18:00 | 10:00 PT"),
        ("10:00 UTC+2 deploy", "02 08:00 | deploy"),
        ("10:00 UTC +02:00 deploy", "02 08:00 | deploy"),
        ("10:00 GMT +1: deploy", "02 09:00 | deploy"),
        ("10:00 -0700 deploy", "02 17:00 | deploy"),
        ("2026-03-02T10:00:00+1000 deploy", "02 00:00 | deploy"),
        ("10:00 +14:00 deploy", "01 20:00 | deploy"),
        ("10:00 US/Eastern deploy", "02 15:00 | deploy"),
        ("10:00 America/Port-au-Prince deploy", "02 15:00 | deploy"),
    ],
)
def test_a_known_zone_is_that_of_its_time(said: str, expected: str) -> None:
    assert read(said) == (expected, [])


@pytest.mark.parametrize(
    "words", ["+2000 requests/s arrive", "API/Frontend errors", "Ada/Bob look", "Read/Write is off", "US/EU traffic"]
)
def test_words_behind_a_time_are_no_zone(words: str) -> None:
    assert read(f"10:00 {words}") == (f"02 10:00 | {words}", [])


@pytest.mark.parametrize(
    "words", ["-1000 pods died", "WEST wing is down", "CT scan failed", "PT Barnum calls", "Z axis", "SGT Miller calls"]
)
def test_words_that_could_be_a_zone_stay_words_with_a_warning(words: str) -> None:
    assert read(f"10:00 {words}") == (f"02 10:00 | {words}", [Unclear.ZONE])


def test_an_amount_behind_utc_stays_with_the_words() -> None:
    assert read("10:00 UTC +5 replicas") == ("02 10:00 | +5 replicas", [Unclear.ZONE])


@pytest.mark.parametrize("zone", ["+25:00", "UTC+25", "Europe/Berln", "XYZT"])
def test_a_zone_that_does_not_exist_leaves_the_time_in_words(zone: str) -> None:
    said = f"10:00{'' if zone.startswith('+') else ' '}{zone}"
    assert read(f"{said} x") == (f"{said} | x", [Unclear.TIME])


@pytest.mark.parametrize("span", ["10:00-10:30", "10:00 -11:00", "05:00-07:00"])
def test_a_later_time_behind_a_dash_is_the_end_of_a_span(span: str) -> None:
    assert read(f"{span} x") == (f"02 {span[:5]} | {span} x", [Unclear.SPAN])


def test_a_zone_is_said_in_capitals_before_any_words() -> None:
    document = "# T\n\n## Timeline\n\nAll times are in PT unless noted.\n\n- 2026-03-02 10:00 x\n"
    (entry,) = read_postmortem(document).postmortem.timeline
    assert f"{entry.at:%H:%M}" == "18:00"
