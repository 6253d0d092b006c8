"""The program that asks until one severity is left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.examples.program import EXAMPLES, printed_by

PROGRAM = EXAMPLES / "triage" / "triage.py"


def run(*arguments: str, answers: str = "", program: Path = PROGRAM) -> list[str]:
    return printed_by(program, *arguments, answers=answers).splitlines()


def test_half_of_the_facts_leave_two_severities_and_the_answers_leave_one() -> None:
    lines = run()

    assert "SEV-1, not certain: SEV-2 if it turns out better" in lines
    assert "Next question: Is data at risk? (data_at_risk)" in lines
    assert lines.index("  possible: SEV-1, SEV-2") < lines.index("  possible: SEV-2") < lines.index("SEV-2")


@pytest.mark.parametrize("reported", ["{}", "{ERROR_RATE: 0.05}", "{CORE_FUNCTIONALITY: False}"])
def test_other_facts_lead_to_an_end_too(reported: str, tmp_path: Path) -> None:
    changed = tmp_path / "triage.py"
    text, count = re.subn("(?m)^REPORTED = .*$", f"REPORTED = {reported}", PROGRAM.read_text(encoding="utf-8"))
    changed.write_text(text, encoding="utf-8")

    assert count == 1
    assert "  ▶ Mitigate with feature flags + plan fix" in run(program=changed)


def test_both_trees_are_drawn_and_walked_to_a_conclusion() -> None:
    lines = run()

    assert "Are users affected? ──NO──▶ Monitor closely" in lines
    assert "Are users affected? yes, by the facts" in lines
    assert "  ▶ DECLARE INCIDENT: SEV-1 or SEV-2" in lines
    assert "Is rollback safe? ──YES──▶ Rollback" in lines
    assert "  ▶ Mitigate with feature flags + plan fix" in lines


def test_a_person_is_asked_again_after_an_answer_that_makes_no_sense() -> None:
    lines = run("--ask", answers="perhaps\nno\nno\nYES\nperhaps\nno\nyes\n")

    refused = [line for line in lines if "'perhaps'" in line]
    assert len(refused) == 2
    assert "data_at_risk" in refused[0]
    assert "'Can we fix quickly (< 15 min)?'" in refused[1]
    assert lines[-1] == "  ▶ Attempt hotfix"
    assert any(line.endswith("  possible: SEV-1") for line in lines)


def test_the_end_of_the_answers_ends_the_program_calmly() -> None:
    lines = run("--ask", answers="no\n")

    assert lines[-1] == "Stopped. While questions are open, the worst severity that is possible counts."
