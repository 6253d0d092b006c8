"""The program that ends with a post-mortem."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.program import EXAMPLES, start

PROGRAM = EXAMPLES / "database_down" / "database_down.py"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """What it prints, and the page that it writes."""
    page = tmp_path_factory.mktemp("example") / "page.html"
    done = start(PROGRAM, page)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout, page.read_text(encoding="utf-8")


def test_the_runbook_is_gone_through_to_its_end(told: tuple[str, str]) -> None:
    steps = [line.split()[:2] for line in told[0].partition("production database down #1  ended")[2].splitlines()]
    assert ["failover", "done"] in steps
    assert ["restart", "skipped"] in steps
    assert ["health", "done"] in steps


def test_what_people_have_to_write_is_told(told: tuple[str, str]) -> None:
    assert "- PMT008 Nobody has explained what caused it." in told[0]
    assert "- noor: Watch the disk of the primary" in told[0]


def test_the_page_has_all_of_it(told: tuple[str, str]) -> None:
    page = told[1]
    assert page.startswith("<!DOCTYPE html>")
    for words in ("1,800, everybody who ordered", "the replica took over", "Time to resolve", "Times are UTC"):
        assert words in page
    assert "[number/percentage]" not in page


def test_a_page_is_written_where_it_is_wanted(tmp_path: Path) -> None:
    assert start(PROGRAM, tmp_path / "no" / "page.html").returncode != 0
