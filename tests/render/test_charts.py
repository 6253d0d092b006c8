"""Charts over many incidents: what they show, and in which words."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve

from incidentkit.errors import FieldInvalid
from incidentkit.model.metrics import Summary
from incidentkit.model.record import Group, TrackRecord
from incidentkit.render.charts import Length, length_chart
from incidentkit.text.plain import plain_line


def group(month: int, severity: str, minutes: int, year: int = 2026) -> Group:
    taken = Summary(3, timedelta(minutes=minutes), timedelta(minutes=2 * minutes))
    return Group(
        month=date(year, month, 1), severity=severity, count=3, acknowledge=taken, mitigate=None, resolve=taken
    )


RECORD = TrackRecord((group(1, "SEV-1", 40), group(1, "SEV-2", 90), group(2, "SEV-1", 30)))


def test_it_says_in_words_what_it_shows() -> None:
    assert length_chart(RECORD).alternative == (
        "How long it took to resolve, medians by month and severity: "
        "2026-01 SEV-1 40min, 2026-01 SEV-2 1h30min, 2026-02 SEV-1 30min."
    )


def test_months_and_severities_stand_in_it() -> None:
    svg = length_chart(RECORD).svg
    for words in ("2026-01", "2026-02", "SEV-1", "SEV-2", "minutes to resolve"):
        assert f">{words}<" in svg


def test_a_month_in_which_nothing_is_known_keeps_its_place_in_all_charts() -> None:
    unknown = Group(month=date(2026, 4, 1), severity="SEV-2", count=1, acknowledge=None, mitigate=None, resolve=None)
    known = Summary(1, timedelta(minutes=4), timedelta(minutes=4))
    record = TrackRecord((group(1, "SEV-1", 40), evolve(unknown, acknowledge=known), group(5, "SEV-1", 30)))
    for length in (Length.ACKNOWLEDGE, Length.RESOLVE):
        svg = length_chart(record, length).svg
        assert re.findall(r">(2026-\d\d|SEV-\d)<", svg) == [
            *("2026-01", "2026-02", "2026-03", "2026-04", "2026-05"),
            *("SEV-1", "SEV-2"),
        ]


def test_the_caption_says_which_chart_it_is() -> None:
    captions = {length: plain_line(length_chart(RECORD, length).caption) for length in Length}
    assert captions[Length.ACKNOWLEDGE].startswith("How long it took to acknowledge, by month and severity: medians")
    assert len({*captions.values()}) == len(Length)


def test_what_is_no_track_record_is_refused() -> None:
    given: Any = [RECORD.groups[0]]
    with pytest.raises(FieldInvalid, match=r"^record: .* such as track_record\(incidents\), not "):
        length_chart(given)


def test_it_takes_the_colours_of_the_page() -> None:
    assert "var(--ink)" in length_chart(RECORD).svg


@pytest.mark.parametrize(
    ("minutes", "unit"), [(30, "minutes"), (60 * 3, "hours"), (60 * 24 * 5, "days"), (0, "minutes")]
)
def test_lengths_are_told_in_a_fitting_unit(minutes: int, unit: str) -> None:
    assert f">{unit} to resolve<" in length_chart(TrackRecord((group(1, "SEV-1", minutes),))).svg


def test_of_what_never_happened_it_says_so() -> None:
    picture = length_chart(RECORD, Length.MITIGATE)
    assert picture.alternative == "How long it took to mitigate: of no incident is that known."


def test_the_last_two_years_are_shown() -> None:
    many = TrackRecord(tuple(group(month, "SEV-1", 30, year) for year in (2024, 2025, 2026) for month in range(1, 13)))
    words = length_chart(many).alternative
    assert "2024-12" not in words
    assert "2025-01" in words


def test_names_of_severities_stay_words() -> None:
    assert "<script" not in length_chart(TrackRecord((group(1, "<script>", 30),))).svg
