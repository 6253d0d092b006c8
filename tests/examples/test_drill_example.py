"""The program that puts the emergency playbook to many bad nights."""

from __future__ import annotations

import re
from functools import cache

from tests.examples.program import EXAMPLES, printed_by

PROGRAM = EXAMPLES / "drill" / "drill.py"


@cache
def run() -> str:
    return printed_by(PROGRAM)


def rows(severity: str) -> list[list[str]]:
    table = run().partition(f"\n{severity}\n-----\n")[2].partition("Paging was exhausted")[0]
    return [re.split(r"\s{2,}", line) for line in table.splitlines()[3:] if line]


def test_every_night_is_tried_under_every_fault() -> None:
    assert len(rows("SEV-1")) == len(rows("SEV-2")) == 20


def test_an_answer_after_seven_minutes_is_seven_minutes() -> None:
    assert rows("SEV-1")[0] == ["noor answers", "everything works", "7min", "6"]


def test_a_second_level_that_answers_comes_after_half_an_hour() -> None:
    assert ["noor sleeps, mika answers", "everything works", "34min", "21"] in rows("SEV-2")


def test_paging_is_exhausted_when_nobody_is_awake_or_the_only_one_declines() -> None:
    nights = {severity: [row[0] for row in rows(severity) if len(row) == 5] for severity in ("SEV-1", "SEV-2")}
    assert nights["SEV-1"] == ["everybody sleeps"] * 4
    assert nights["SEV-2"] == ["noor declines, mika answers"] * 4 + ["everybody sleeps"] * 4


def heard(trouble: str) -> list[str]:
    table = run().partition("What people hear of a SEV-1\n")[2]
    (line,) = [line for line in table.splitlines() if line.startswith(f"{trouble} ")]
    return re.split(r"\s{2,}", line)[1:]


def test_everybody_is_told_at_once_where_everything_works() -> None:
    assert heard("everything works") == ["0min", "0min", "0min", "180min"]


def test_a_status_page_that_comes_back_in_time_is_written_to() -> None:
    assert heard("no status page for 20min") == ["0min", "24min", "0min", "180min"]


def test_a_status_page_that_is_ill_to_the_end_keeps_the_incident_open() -> None:
    assert heard("no status page for 1h") == ["0min", "never", "0min", "open: SEV-1/status page updated"]
