"""``incidentkit drill FILE``: a drill in a file says what it expects, and the exit status whether that came about."""

from __future__ import annotations

from pathlib import Path

import pytest

from incidentkit.cli.program import main

NIGHT = """\
title = "Checkout returns 500"
start = "2026-03-02T02:10:00Z"
severity = "SEV-2"
lasts = "20min"

[people.noor]
kind = "acknowledges"
after = "7min"

[[expectations]]
kind = "acknowledged"
within = "10min"
"""


@pytest.fixture
def night(tmp_path: Path) -> Path:
    path = tmp_path / "night.toml"
    path.write_text(NIGHT, encoding="utf-8")
    return path


def test_a_drill_that_keeps_what_it_expects_ends_with_0(night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", str(night)]) == 0
    printed = capsys.readouterr().out
    assert "20min from 2026-03-02 02:10:00 UTC on" in printed
    assert "What was expected" in printed


def test_a_drill_that_does_not_ends_with_1(night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    night.write_text(NIGHT.replace("10min", "5min"), encoding="utf-8")
    assert main(["drill", str(night)]) == 1
    assert capsys.readouterr().out.split()[-4:] == ["acknowledged", "within", "5min", "7min"]


def test_a_drill_that_expects_nothing_ends_with_1_if_paging_was_exhausted(night: Path) -> None:
    without = NIGHT.partition("[[expectations]]")[0]
    night.write_text(without.replace('kind = "acknowledges"', 'kind = "declines"'), encoding="utf-8")
    assert main(["drill", str(night)]) == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--severity", "SEV-1"], "--severity is said by"),
        (["--for", "2h"], "--for is said by"),
        (["--asleep", "noor"], "--asleep is said by"),
        (["--idle"], "--idle is said by"),
    ],
)
def test_what_the_file_says_is_not_said_besides(
    night: Path, arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drill", str(night), *arguments]) == 2
    assert problem in capsys.readouterr().err


def test_a_file_that_is_no_drill_is_refused_with_its_place(night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    night.write_text(NIGHT.replace('kind = "acknowledges"', 'kind = "snores"'), encoding="utf-8")
    assert main(["drill", str(night)]) == 2
    assert "night.toml, $.people.noor: 'snores' is not a kind known here" in capsys.readouterr().err


def test_of_nights_by_chance_it_is_said_what_has_them(night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    night.write_text(f"[drill]\n{NIGHT.partition('[people')[0]}", encoding="utf-8")
    assert main(["drill", str(night)]) == 2
    said = capsys.readouterr().err
    assert "night.toml, $: these are nights by chance, and not one drill" in said
    assert "'incidentkit odds' is for them" in said
