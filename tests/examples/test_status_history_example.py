"""The program that replays what a status page published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.examples.program import EXAMPLES, printed_by, start

PROGRAM = EXAMPLES / "status_history" / "status_history.py"


def run(*arguments: str | Path) -> list[str]:
    """What it prints, but for where the charts are."""
    return printed_by(PROGRAM, *arguments).splitlines()[:-1]


IMPACTS = ("critical", "major", "minor", "none", "maintenance")


def report(*updates: tuple[str, str], window: tuple[str, str | None] | None = None, **others: Any) -> dict[str, Any]:
    """A minor incident of one day; updates are a time of that day and a word."""
    return {
        "id": "p-1",
        "title": "Pages load slowly",
        "impact": "minor",
        "impact_window": window and {"start": day(window[0]), "end": window[1] and day(window[1])},
        "updates": [{"at": day(time), "status": word, "message": "words of the page"} for time, word in updates],
        **others,
    }


def day(time: str) -> str:
    return f"2026-03-02T{time}:00Z"


def written(folder: Path, *lines: object) -> Path:
    file = folder / "page.jsonl"
    file.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return file


def times(lines: list[str]) -> dict[str, list[str]]:
    """Count, median and 90th percentile of each row of the table."""
    return {row[0]: row[1:] for line in lines if len(row := [cell for cell in line.split("  ") if cell.strip()]) == 4}


def lengths(folder: Path, *reports: dict[str, Any]) -> list[str]:
    """How long each of them took, up to five, which get an impact each, so that each has a median of its own."""
    told = [{**each, "impact": impact} for each, impact in zip(reports, IMPACTS, strict=False)]
    lines = run(written(folder, *told))
    assert lines[0] == f"{len(reports)} incidents replayed, 0 refused, 0 not resolved"
    return [times(lines)[each["impact"]][1].strip() for each in told]


def test_the_sample_has_every_impact_an_open_incident_and_two_refused_lines() -> None:
    lines = run()

    assert lines[0] == "8 incidents replayed, 2 refused, 1 not resolved"
    counts = {impact: int(cells[0]) for impact, cells in times(lines).items() if cells[0].strip().isdigit()}
    assert counts == {
        "critical": 1,
        "major": 1,
        "minor": 3,
        "none": 1,
        "maintenance": 1,
        "maintenance, the work alone": 1,
    }
    assert "- p-110 is mitigating" in lines
    refused = lines[lines.index("Refused") + 3 :]
    assert [line.partition(": p-108 ")[0] for line in refused[:1]] == ["- TimesContradict: sample.jsonl, line 8"]
    assert refused[1].startswith("- DocumentInvalid: sample.jsonl, line 9, $.updates[1].status: 'Fixed'")


def test_an_incident_lasts_from_its_first_update_to_its_last_resolution(tmp_path: Path) -> None:
    plain = report(("10:00", "Investigating"), ("10:10", "Update"), ("10:40", "Resolved"), ("12:00", "Postmortem"))
    again = report(("10:00", "Resolved"), ("10:20", "Identified"), ("10:40", "Resolved"))

    assert lengths(tmp_path, plain, again) == ["40min", "40min"]


def test_the_window_of_a_write_up_replaces_the_published_times(tmp_path: Path) -> None:
    updates = [("10:00", "Investigating"), ("10:15", "Identified"), ("10:30", "Monitoring"), ("11:00", "Resolved")]
    windows: dict[tuple[str, str | None], str] = {
        ("09:50", "10:35"): "45min",  # it ends before the resolution
        ("09:50", None): "1h10min",
        ("09:50", "11:30"): "1h40min",  # after it
        ("09:50", "10:10"): "20min",  # before it was even monitored
        ("09:20", "09:50"): "30min",  # before the first update
    }

    assert lengths(tmp_path, *(report(*updates, window=each) for each in windows)) == [*windows.values()]


def test_the_percentile_is_a_length_that_occurred(tmp_path: Path) -> None:
    several = [report(("10:00", "Investigating"), (f"10:{minutes:02}", "Resolved")) for minutes in range(1, 12)]

    cells = times(run(written(tmp_path, *several)))["minor"]

    assert [cell.strip() for cell in cells] == ["11", "6min", "10min"]


MALFORMED = (
    ("{", "$: this is not JSON"),
    ("[]", "$: [] is not a table"),
    (report(), "$: an incident without updates"),
    (report(("10:00", "Investigating"), impact="severe"), "$.impact: 'severe' is not one of critical, major"),
    (report(("10:00", "Investigating"), id=7), "$.id: 7 is not text"),
    (report(("10:00", "Resolved"), window=("10:00", "09:00")), "$.impact_window: it ends at"),
)
"""Lines that are no incident, and what is said of each."""


def test_malformed_lines_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = report(("10:00", "Investigating"), ("10:40", "Resolved"))

    lines = run(written(tmp_path, good, *(line for line, _ in MALFORMED), "", good))

    assert lines[0] == f"2 incidents replayed, {len(MALFORMED)} refused, 0 not resolved"
    assert times(lines)["minor"][1].strip() == "40min"
    for number, (told, (_, problem)) in enumerate(zip(lines[-len(MALFORMED) :], MALFORMED, strict=True), start=2):
        assert told.startswith(f"- DocumentInvalid: page.jsonl, line {number}, {problem}")


def test_an_incident_that_cannot_have_happened_so_is_refused_with_the_reason(tmp_path: Path) -> None:
    late_start = report(("10:00", "Investigating"), ("10:40", "Resolved"), window=("10:20", "10:40"))

    lines = run(written(tmp_path, late_start))

    assert lines[0] == "0 incidents replayed, 1 refused, 0 not resolved"
    assert lines[-1].startswith("- TimesContradict: page.jsonl, line 1: p-1 was declared at")


def test_a_file_that_is_not_there_is_an_error_of_usage(tmp_path: Path) -> None:
    finished = start(PROGRAM, tmp_path / "missing.jsonl")

    assert finished.returncode == 2
    assert "missing.jsonl" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_it_ends_with_a_page_of_charts(tmp_path: Path) -> None:
    page = tmp_path / "charts.html"
    assert printed_by(PROGRAM, "--page", page).endswith(f"\nThe charts are in {page}.\n")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "How long it took to resolve, medians by month and severity: 2026-02 critical 52min" in text
    assert "maintenance" not in text.partition("<table")[0]
