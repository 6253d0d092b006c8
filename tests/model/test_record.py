"""The track record: many incidents summed up by month and severity."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import EMERGENCY, Incident, Severity, SeverityScheme, Status
from incidentkit.convert import from_json, to_json, to_plain
from incidentkit.errors import DocumentInvalid
from incidentkit.model.commands import Merge
from incidentkit.model.events import Declared
from incidentkit.model.metrics import Summary, summarize
from incidentkit.model.record import TrackRecord, track_record
from incidentkit.testing import incidents

SEV_1, SEV_2, *_ = EMERGENCY.scheme.severities
MARCH, APRIL = datetime(2026, 3, 31, 23, 50, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def resolved(id: str, at: datetime, after: int, severity: Severity[Any] = SEV_1) -> Incident:
    new = Incident.declare(id, title="Down", at=at, by="ada", severity=severity)
    acknowledged = new.acknowledge(at=at + minutes(2), by="ada")
    return acknowledged.resolve(at=at + minutes(after), by="ada")


def test_incidents_count_for_the_month_of_their_declaration_and_the_severity_they_have() -> None:
    several = [
        resolved("INC-1", APRIL, 10),
        resolved("INC-2", MARCH, 20, SEV_2),
        resolved("INC-3", MARCH, 30),
        resolved("INC-4", MARCH, 50),
        Incident.declare("INC-5", title="Slow", at=APRIL, by="ada", severity=SEV_2),
    ]
    record = track_record(several)
    assert [(each.month, each.severity, each.count) for each in record.groups] == [
        (date(2026, 3, 1), "SEV-1", 2),
        (date(2026, 3, 1), "SEV-2", 1),
        (date(2026, 4, 1), "SEV-1", 1),
        (date(2026, 4, 1), "SEV-2", 1),
    ]
    assert record.groups[0].resolve == Summary(2, minutes(40), minutes(50))
    assert (record.groups[3].acknowledge, record.groups[3].resolve) == (None, None)
    assert str(record).splitlines()[2:4] == [
        "2026-03  SEV-1     2          2min (2min)     40min (50min)  40min (50min)",
        "2026-03  SEV-2     1          2min (2min)     20min (20min)  20min (20min)",
    ]


def test_the_table_says_of_how_many_incidents_a_length_is_known_and_what_its_brackets_are() -> None:
    never = Incident.declare("INC-2", title="Slow", at=MARCH, by="ada", severity=SEV_1)
    lines = str(track_record([resolved("INC-1", MARCH, 20), never])).splitlines()
    assert lines[2].split("  ")[-1] == "20min (20min), 1 of 2"
    assert "medians, with the 90th percentile in brackets" in lines[-1]
    assert str(TrackRecord(())) == "No incident counts."


def test_json_has_lengths_in_words_and_in_seconds() -> None:
    summary = Summary(2, minutes(90), timedelta(seconds=7200.5))
    assert to_plain(summary) == {
        "count": 2,
        "median": "1h30min",
        "median_seconds": 5400.0,
        "percentile_90": "2h500ms",
        "percentile_90_seconds": 7200.5,
    }
    assert from_json('{"count": 2, "median": "1h30min", "percentile_90": "2h500ms"}', Summary) == summary


@pytest.mark.parametrize("key", ["median_seconds", "percentile_90_seconds"])
def test_seconds_that_contradict_the_words_are_refused(key: str) -> None:
    with pytest.raises(DocumentInvalid, match=r"60\.0 seconds long"):
        from_json(f'{{"count": 2, "median": "1min", "percentile_90": "1min", "{key}": 61}}', Summary)


def test_severities_of_one_key_are_one_though_the_scheme_has_changed() -> None:
    former, later = SeverityScheme("P1", "P2", "P3")["P1"], SeverityScheme("P0", "P1", "P2")["P1"]
    several = [resolved("INC-1", MARCH, 30, former), resolved("INC-2", MARCH, 40, later)]
    (group,) = track_record(several).groups
    assert (group.severity, group.count) == ("P1", 2)


def test_what_was_none_counts_for_nothing() -> None:
    new = Incident.declare("INC-1", title="Down", at=MARCH, by="ada", severity=SEV_1)
    merged = new.apply(Merge(at=MARCH, by="ada", into="INC-2"))
    declared, *rest = resolved("INC-3", MARCH, 20).timeline
    assert isinstance(declared, Declared)
    practice = Incident.replay([evolve(declared, practice=True), *rest])
    assert track_record([merged, practice]) == TrackRecord(())


@given(st.lists(incidents(), max_size=5))
def test_every_incident_counts_once_and_for_its_own_length(several: list[Incident]) -> None:
    record = track_record(several)
    counting = [each for each in several if each.status is not Status.CANCELLED and not each.practice]
    expected = Counter((each.declared_at.date().replace(day=1), each.severity.key) for each in counting)
    assert {(each.month, each.severity): each.count for each in record.groups} == expected
    for group in record.groups:
        own = [
            each.metrics
            for each in counting
            if (each.declared_at.date().replace(day=1), each.severity.key) == (group.month, group.severity)
        ]
        assert group.mitigate == summarize(own, lambda each: each.time_to_mitigate)
    assert from_json(to_json(record), TrackRecord) == record
