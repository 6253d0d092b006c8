"""``incidentkit runbook``: from looking at a runbook to undoing what it did, with real programs as tools."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.invocation import Invoke

PEOPLE = """
[people.ada.contacts]
push = "ada"
[people.grace.contacts]
push = "grace"
[roles]
"on-call engineer" = ["ada"]
"engineering manager" = ["grace"]
"executive" = []
"chief executive" = []
"legal adviser" = []
"security lead" = ["ada"]
"technical lead" = ["ada"]
"stakeholders" = []
"team" = ["ada"]
"incident commander" = ["grace"]
"communications lead" = ["grace"]
"""

RUN = "production database down #1"

TOOL = """#!{python}
import json, os, sys
with open({calls!r}, "a", encoding="utf-8") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
print("all is well")
"""

UNWELL = """#!{python}
import sys
print('{{"healthy": false}}' if "status" in sys.argv else "all is well")
"""


@pytest.fixture
def database(tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with an incident, people, and tools that write down how they are called."""
    monkeypatch.chdir(tmp_path)
    Path("people.toml").write_text(PEOPLE, encoding="utf-8")
    program = tmp_path / "tool.py"
    program.write_text(TOOL.format(python=sys.executable, calls=str(tmp_path / "calls")), encoding="utf-8")
    program.chmod(0o755)
    for variable in ("DATABASE_TOOL", "HEALTH_CHECK"):
        monkeypatch.setenv(variable, str(program))
    database = "sqlite:///incidents.db"
    assert (
        invoke("declare", database, "Database down", "--by", "ada", "--severity", "SEV-1", "--id", "INC-7").status == 0
    )
    return database


def calls() -> list[list[str]]:
    """How the tools were called."""
    return [json.loads(line) for line in Path("calls").read_text(encoding="utf-8").splitlines()]


def test_a_runbook_goes_from_a_terminal_to_its_end(database: str, invoke: Invoke) -> None:
    people = ("--directory", "people.toml")

    def say(action: str, *words: str, by: str) -> str:
        done = invoke("runbook", action, database, "INC-7", *words, "--by", by, *people)
        assert done.status == 0, done.err
        return done.out

    def tick() -> None:
        assert invoke("tick", database, *people, "--tools").status == 0

    dry = invoke("runbook", "dry-run", database, "INC-7", "production database down", *people)
    assert "$DATABASE_TOOL failover --to-replica" in dry.out
    say("start", "production database down", by="ada")
    tick()
    say("answer", RUN, "restart_safe=yes", by="ada")
    refused = invoke("runbook", "confirm", database, "INC-7", RUN, "restart", "--by", "ada", *people)
    assert (refused.status, refused.err.count("\n")) == (2, 1)
    assert "'restart' of production database down #1 is confirmed by role incident commander (grace)" in refused.err
    say("confirm", RUN, "restart", by="grace")
    tick()
    say("answer", RUN, "failover_needed=no", by="ada")
    tick()
    assert calls() == [["status"], ["restart"], ["replica-status"], ["production"]]
    status = invoke("runbook", "status", database, "INC-7", *people).out
    assert [line.split()[1] for line in status.splitlines() if line.split()[0] in ("restart", "failover")] == [
        "done",
        "skipped",
    ]
    assert status.splitlines()[0].split()[4] == "ended"


def columns(table: str, name: str) -> dict[str, str]:
    """A column of a table that was printed, by the first one; empty if it has no such column."""
    header, _, *rows = table.splitlines()
    start = header.find(name)
    return {row.split()[0]: row[start:].split("  ")[0].rstrip() for row in rows} if start >= 0 else {}


def test_a_dry_run_names_who_confirms_though_nobody_is_known(database: str, invoke: Invoke) -> None:
    dry = ("runbook", "dry-run", database, "INC-7", "production database down")
    unknown = invoke(*dry).out
    assert columns(unknown, "confirmed by") == {
        **dict.fromkeys(("status", "replica", "health"), ""),
        **dict.fromkeys(("restart", "failover"), "role incident commander"),
    }
    assert columns(invoke(*dry, "--directory", "people.toml").out, "confirmed by")["restart"] == "grace"
    vacant = PEOPLE.replace('"incident commander" = ["grace"]', '"incident commander" = []')
    Path("vacant.toml").write_text(vacant, encoding="utf-8")
    nobody = columns(invoke(*dry, "--directory", "vacant.toml").out, "confirmed by")["restart"]
    assert nobody == "role incident commander (nobody has it, and anybody may)"


def test_with_tools_it_is_told_which_are_missing(
    database: str, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEALTH_CHECK")
    words = (database, "INC-7", "production database down")
    assert columns(invoke("runbook", "dry-run", *words).out, "missing") == {}
    missing = columns(invoke("runbook", "dry-run", *words, "--tools").out, "missing")
    assert {step for step, variable in missing.items() if variable} == {"health"}
    assert missing["health"] == "HEALTH_CHECK"
    refused = invoke("runbook", "start", *words, "--tools", "--by", "ada")
    assert (refused.status, refused.out) == (2, "")
    assert refused.err == (
        "incidentkit: error: production database down: 'health' needs HEALTH_CHECK: set it in the environment, or leave"
        " the step to people with --by-hand STEP\n"
    )
    assert invoke("runbook", "status", database, "INC-7").out == "No runbook was started.\n"
    assert invoke("runbook", "start", *words, "--tools", "--by-hand", "health", "--by", "ada").status == 0


def test_a_step_that_nothing_was_there_to_do_says_what_to_do(database: str, invoke: Invoke) -> None:
    invoke("runbook", "start", database, "INC-7", "production database down", "--by", "ada")
    ticked = invoke("tick", database, "--directory", "people.toml").out
    what = "no database is in the toolbox: somebody has to do it; run with --tools, and with DATABASE_TOOL in the"
    assert f"failed ({what} environment)" in ticked
    status = columns(invoke("runbook", "status", database, "INC-7").out, "because")
    assert status["status"] == f"{what} environment"
    assert "--tools" not in status["restart"]


def test_what_tools_answered_is_printed_and_kept_in_the_status(database: str, invoke: Invoke) -> None:
    Path("tool.py").write_text(UNWELL.format(python=sys.executable), encoding="utf-8")
    invoke("runbook", "start", database, "INC-7", "production database down", "--by", "ada")
    ticked = invoke("tick", database, "--directory", "people.toml", "--tools").out
    assert f"INC-7: {RUN}/status: done, healthy=no\n" in ticked
    status = columns(invoke("runbook", "status", database, "INC-7").out, "because")
    assert status["status"] == "healthy=no"


def waiting(invoke: Invoke, database: str) -> list[str]:
    """What is shown of the runs that go on, each row in one line."""
    _, _, section = invoke("show", database, "INC-7").out.partition("\nRunbooks\n--------\n\n")
    return [" ".join(row.split()) for row in section.partition("\n\n")[0].splitlines()[2:]]


def test_an_incident_is_shown_with_the_runs_that_wait_for_people(database: str, invoke: Invoke) -> None:
    people = ("--directory", "people.toml")

    assert waiting(invoke, database) == []
    invoke("runbook", "start", database, "INC-7", "production database down", "--by", "ada", *people)
    assert waiting(invoke, database) == [f"{RUN} nobody"]
    invoke("tick", database, *people, "--tools")
    assert waiting(invoke, database) == [f"{RUN} restart an answer Is it safe to restart the database?"]
    invoke("runbook", "answer", database, "INC-7", RUN, "restart_safe=yes", "--by", "ada", *people)
    invoke("tick", database, *people, "--tools")
    assert waiting(invoke, database) == [f"{RUN} restart runbook confirm --attempt 1, by role incident commander"]
    invoke("hold", database, "INC-7", "it may have been an attack")
    assert waiting(invoke, database) == [f"{RUN} restart lift-hold it may destroy evidence, which is held"]
    invoke("lift-hold", database, "INC-7", "it was none")
    invoke("runbook", "confirm", database, "INC-7", RUN, "restart", "--by", "grace", *people)
    invoke("tick", database, *people)  # without tools
    lack = "no database is in the toolbox: somebody has to do it; run with --tools, and with DATABASE_TOOL in the"
    assert waiting(invoke, database) == [
        f"{RUN} replica runbook confirm --attempt 2, by role technical lead; or fulfil, or waive {lack} environment"
    ]
    invoke("runbook", "cancel", database, "INC-7", RUN, "we do it by hand")
    assert waiting(invoke, database) == []


def test_what_waits_in_a_run_that_is_undone_is_the_undoing_alone(
    database: str, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("FEATURE_FLAG_TOOL", "METRICS_TOOL"):
        monkeypatch.setenv(variable, str(Path("tool.py").resolve()))
    people, run = ("--directory", "people.toml"), "disable feature #1"
    invoke("runbook", "start", database, "INC-7", "disable feature", "features=search", "--by", "ada")
    invoke("tick", database, *people, "--tools")
    (forward,) = waiting(invoke, database)
    assert forward.startswith(f"{run} verify/metrics fulfil or waive, by ")
    invoke("runbook", "undo", database, "INC-7", run, "it was not that", "--by", "ada")
    invoke("tick", database, *people)  # without tools
    (undoing,) = waiting(invoke, database)
    assert undoing.startswith(f"{run} disable//undo runbook confirm --attempt 2, by ")


def test_a_confirmation_says_on_what_it_depends_where_nobody_is_known(database: str, invoke: Invoke) -> None:
    people = ("--directory", "people.toml")
    invoke("runbook", "start", database, "INC-7", "production database down", "--by", "ada")
    invoke("tick", database, *people, "--tools")
    invoke("runbook", "answer", database, "INC-7", RUN, "restart_safe=yes", "--by", "ada")
    invoke("tick", database, *people, "--tools")
    confirm = ("runbook", "confirm", database, "INC-7", RUN, "restart", "--by")
    unchecked = invoke(*confirm, "ada").out
    assert unchecked.startswith(f"confirmed try 1 of restart in {RUN}; ")
    assert unchecked.endswith(
        " It counts only if ada may confirm that step, as role incident commander may: --directory says who that is.\n"
    )
    assert "counts only" not in invoke(*confirm, "grace", *people).out


def test_a_runbook_is_shown_with_what_it_asks(invoke: Invoke) -> None:
    listed = invoke("runbook", "list").out
    assert "production database down" in listed
    shown = invoke("runbook", "show", "rollback").out
    assert "$DEPLOY_TOOL rollback --to-version={version} --environment=production" in shown


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("start", "rolback"), "no runbook is called 'rolback'"),
        (("start", "rollback"), "rollback: version: it has to be given"),
        (
            ("start", "rollback", "version=1", "verison=2"),
            "verison: there is no such parameter. Did you mean 'version'?",
        ),
        (("start", "disable feature", "features=-x"), "begins with '-'"),
        (("start", "rollback", "version=1", "--by-hand", "nothing"), "rollback has no step that is called 'nothing'"),
        (("confirm", "rollback #1", "rollback"), "nothing was started as 'rollback #1'"),
        (("cancel", "rollback #1", "because"), "nothing was started as 'rollback #1'"),
        (("answer", "rollback #1", "nothing=yes"), "no fact is called 'nothing'"),
        (("answer", "rollback #1", "status=resolved"), "no fact is called 'status'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    database: str, invoke: Invoke, arguments: tuple[str, ...], problem: str
) -> None:
    action, *words = arguments
    done = invoke("runbook", action, database, "INC-7", *words, "--by", "ada")
    assert (done.status, done.err.count("\n"), done.out) == (2, 1, "")
    assert problem in done.err
