"""Drills that are kept in a database, to be looked at later."""

from __future__ import annotations

from pathlib import Path

import pytest

from incidentkit.cli import drill
from incidentkit.drills import Drill, Story
from tests.cli.invocation import Invoke

ASLEEP = ("drill", "--asleep", "all", "--for", "20min")


def test_a_drill_is_kept_and_found_again(invoke: Invoke, database: str) -> None:
    kept, without = invoke(*ASLEEP, "--database", database), invoke(*ASLEEP)
    assert (kept.status, kept.err) == (without.status, "")
    line = f"It is kept as DRILL-1 in {database}, and no desk pages for it.\n"
    assert kept.out.count(line) == 1
    assert kept.out.replace(line, "") == without.out
    assert "DRILL-1  investigating  SEV-1     2026-03-02 02:10" in invoke("list", database).out
    assert "respond/SEV-1 is overdue" in invoke("show", database, "DRILL-1", "--timeline").out
    assert invoke("export", database).out.count("\n") == 2


def test_no_desk_pages_for_a_drill_that_is_kept(invoke: Invoke, database: str, tmp_path: Path) -> None:
    invoke(*ASLEEP, "--database", database)
    assert invoke("tick", database, "--practice").out == "Nothing was due.\n"
    copy, other = str(tmp_path / "copy.jsonl"), f"sqlite:///{tmp_path / 'other.db'}"
    invoke("export", database, copy)
    invoke("import", other, copy)
    assert invoke("tick", other, "--practice").out == "Nothing was due.\n"


def test_a_drill_that_does_not_come_to_its_end_leaves_nothing(
    invoke: Invoke, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: Drill, tell: object) -> Story:
        raise KeyboardInterrupt

    def as_it_is(drill: Drill, *, everybody_asleep: bool, idle: bool) -> Drill:
        return drill

    with monkeypatch.context() as broken:
        broken.setattr(drill, "usual", as_it_is)
        broken.setattr(Drill, "run", killed)
        assert invoke(*ASLEEP, "--database", database).status == 130
    invoke("migrate", database)
    assert invoke("list", database, "--all").out == "No incident is like that.\n"


def test_drills_are_kept_apart_from_incidents_and_from_one_another(invoke: Invoke, database: str) -> None:
    invoke("declare", database, "Checkout returns 500")
    before = invoke("export", database).out
    done = invoke(*ASLEEP, "--database", database)
    assert (done.status, done.out) == (2, "")
    assert "it has 1 incident already, and drills are kept apart from real ones: name a new database" in done.err
    assert invoke("export", database).out == before
