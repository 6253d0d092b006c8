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
