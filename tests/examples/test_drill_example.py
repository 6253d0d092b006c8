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
    table = run().partition(f"{severity}\n-----\n")[2].partition("Paging was exhausted")[0]
    return [re.split(r"\s{2,}", line) for line in table.splitlines()[3:] if line]


def test_every_night_is_tried_under_every_fault() -> None:
    assert len(rows("SEV-1")) == len(rows("SEV-2")) == 20


def test_an_answer_after_seven_minutes_is_seven_minutes() -> None:
    assert rows("SEV-1")[0] == ["noor answers", "everything works", "7min", "9"]


def test_a_second_level_that_answers_comes_after_half_an_hour() -> None:
    assert ["noor sleeps, mika answers", "everything works", "34min", "24"] in rows("SEV-2")


def test_paging_is_exhausted_when_nobody_is_awake_or_the_only_one_declines() -> None:
    nights = {severity: [row[0] for row in rows(severity) if len(row) == 5] for severity in ("SEV-1", "SEV-2")}
    assert nights["SEV-1"] == ["everybody sleeps"] * 4
    assert nights["SEV-2"] == ["noor declines, mika answers"] * 4 + ["everybody sleeps"] * 4
