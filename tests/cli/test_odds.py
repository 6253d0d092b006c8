"""``incidentkit odds``: the odds of a playbook, and of another one with the same luck."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from incidentkit.cli.program import main
from incidentkit.playbooks.emergency import EMERGENCY
from tests.cli.test_drill_file import NIGHT

NIGHTS = """\
[drill]
title = "Checkout returns 500"
start = "2026-03-02T02:10:00Z"
severity = "SEV-3"
lasts = "10min"

[people.noor]
hears = 0.5

[people.noor.answers]
kind = "uniform"
least = "1min"
most = "5min"
"""


@pytest.fixture
def nights(tmp_path: Path) -> Path:
    path = tmp_path / "nights.toml"
    path.write_text(NIGHTS, encoding="utf-8")
    return path


def test_odds_are_printed_and_the_same_again(nights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["odds", str(nights), "--runs", "4", "--seed", "7"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("4 nights of emergency\n")
    assert main(["odds", str(nights), "--runs", "4", "--seed", "7"]) == 0
    assert capsys.readouterr().out == printed


def test_another_playbook_has_the_same_nights(nights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.toml"
    other.write_text(evolve(EMERGENCY, name="other").to_toml(), encoding="utf-8")
    assert main(["odds", str(nights), "--runs", "2", "--against", str(other)]) == 0
    printed = capsys.readouterr().out
    assert "It cannot be told from 2 nights which is answered sooner" in printed
    assert "2 nights of emergency\n" in printed
    assert "2 nights of other\n" in printed


def test_two_playbooks_of_one_name_are_told_apart_by_their_files(
    nights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = tmp_path / "ours.toml", tmp_path / "theirs.toml"
    ours.write_text(EMERGENCY.to_toml(), encoding="utf-8")
    theirs.write_text(evolve(EMERGENCY, checklists=()).to_toml(), encoding="utf-8")
    assert main(["odds", str(nights), "--runs", "2", "--playbook", str(ours), "--against", str(theirs)]) == 0
    headings = [line for line in capsys.readouterr().out.splitlines() if "emergency (" in line and "  " not in line]
    assert f"2 nights of emergency ({ours})" in headings
    assert f"2 nights of emergency ({theirs})" in headings
    assert f"emergency ({ours}), and emergency ({theirs}) instead" in headings


def test_of_a_copy_of_the_playbook_it_is_said_that_it_is_one(
    nights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.toml"
    copy.write_text(EMERGENCY.to_toml(), encoding="utf-8")
    assert main(["odds", str(nights), "--runs", "2"]) == 0
    alone = capsys.readouterr().out
    assert main(["odds", str(nights), "--runs", "2", "--against", str(copy)]) == 0
    said, _, printed = capsys.readouterr().out.partition("\n\n")
    assert said == f"{copy} is the same playbook as EMERGENCY, so there is nothing to compare."
    assert printed == alone


@pytest.mark.parametrize(
    ("text", "arguments", "problem"),
    [
        (NIGHTS.replace('"uniform"', '"square"'), [], "nights.toml, $.people.noor.answers: 'square' is not a kind"),
        (NIGHTS.replace("0.5", '"95%"'), [], "hears: '95%' is not a number: write 0.95, without quotation"),
        (NIGHT, [], "nights.toml, $: this is one drill, and not nights by chance"),
        (NIGHTS, ["--runs", "0"], "'0' is no number from 1 on"),
        (NIGHTS, ["--runs", "9999999"], "runs is a number from 1 to 1000000"),
        (NIGHTS, ["--against", "missing.toml"], "missing.toml: No such file"),
    ],
)
def test_bad_input_ends_with_2(
    text: str, arguments: list[str], problem: str, nights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nights.write_text(text, encoding="utf-8")
    try:
        status = main(["odds", str(nights), *arguments])
    except SystemExit as end:
        status = int(str(end.code))
    assert status == 2
    assert problem in capsys.readouterr().err
