"""How long incidents took, from the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incidentkit import EMERGENCY, Incident
from incidentkit.providers.store import Append
from incidentkit.stores import SqlStore
from tests.cli.invocation import Invoke

AT = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'incidents.db'}"
    new = Incident.declare("INC-1", title="Down", at=AT, by="ada", severity=EMERGENCY.scheme.severities[0])
    over = new.acknowledge(at=AT + timedelta(minutes=4), by="ada").resolve(at=AT + timedelta(hours=1), by="ada")
    with SqlStore(address) as store:
        store.append(Append(incident=over.id, expected_version=0, events=over.timeline.events, wake_at=None))
    return address


def test_a_table_of_medians(invoke: Invoke, database: str) -> None:
    done = invoke("metrics", database)
    assert (done.status, done.err) == (0, "")
    assert done.lines[0].split("  ")[0] == "month"
    assert done.lines[2].split() == ["2026-03", "SEV-1", "1", "4min", "(4min)", "1h", "(1h)", "1h", "(1h)"]


def test_the_same_of_a_file_that_was_exported(invoke: Invoke, database: str, tmp_path: Path) -> None:
    file = tmp_path / "exported.jsonl"
    assert invoke("export", database, str(file)).status == 0
    assert invoke("metrics", str(file)).out == invoke("metrics", database).out


def test_json_has_lengths_as_text_and_in_seconds(invoke: Invoke, database: str) -> None:
    (group,) = json.loads(invoke("metrics", database, "--json").out)["groups"]
    assert (group["month"], group["severity"], group["count"]) == ("2026-03-01", "SEV-1", 1)
    assert group["resolve"] == {
        "count": 1,
        "median": "1h",
        "median_seconds": 3600.0,
        "percentile_90": "1h",
        "percentile_90_seconds": 3600.0,
    }


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        (("--since", "2026-03-02"), True),
        (("--since", "2026-03-03"), False),
        (("--before", "2026-03-03T00:00+00:00"), True),
        (("--before", "2026-03-02"), False),
        (("--severity", "SEV-2", "--severity", "SEV-1"), True),
        (("--severity", "SEV-2"), False),
    ],
)
def test_only_what_is_asked_for_counts(
    invoke: Invoke, database: str, tmp_path: Path, options: tuple[str, ...], counts: bool
) -> None:
    file = tmp_path / "exported.jsonl"
    assert invoke("export", database, str(file)).status == 0
    for source in (database, str(file)):
        done = invoke("metrics", source, *options)
        assert (done.status, done.err) == (0, "")
        assert (done.lines == ["No incident counts."]) is not counts


def test_a_length_of_time_before_the_calendar_begins_is_refused(invoke: Invoke, database: str) -> None:
    done = invoke("metrics", database, "--since", "90000000h")
    assert (done.status, done.out) == (2, "")
    assert "before the beginning of the calendar" in done.err


def test_nothing_counts(invoke: Invoke, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    assert invoke("metrics", str(empty)).lines == ["No incident counts."]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nothing", "line 1"),
        ('{"kind":"log"}', "line 1"),
        ('{"tag":"log","schema":1,"events":[]}', "line 1"),
    ],
)
def test_a_file_that_is_no_export_is_one_line_and_exit_status_two(
    invoke: Invoke, tmp_path: Path, line: str, problem: str
) -> None:
    file = tmp_path / "other.jsonl"
    file.write_text(line)
    done = invoke("metrics", str(file))
    assert (done.status, done.out) == (2, "")
    assert problem in done.err
    assert len(done.err.splitlines()) == 1


def test_a_file_that_is_not_there(invoke: Invoke, tmp_path: Path) -> None:
    done = invoke("metrics", str(tmp_path / "none.jsonl"))
    assert (done.status, done.out) == (2, "")
    assert "No such file" in done.err


def test_a_page_has_charts_and_the_table(invoke: Invoke, database: str, tmp_path: Path) -> None:
    page = tmp_path / "metrics.html"
    done = invoke("metrics", database, "--page", str(page))
    assert (done.status, done.err) == (0, "")
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 3
    assert "2026-03 SEV-1 1h" in text
    assert "<h1>How long incidents took</h1>" in text
