"""Tools that are programs: what they are asked, word by word, and what becomes of what they answer."""

from __future__ import annotations

import asyncio
import errno
import inspect
import json
import logging
import os
import pickle
import shlex
import signal
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, get_type_hints

import pytest
from attrs import NOTHING, evolve, fields

from incidentkit.adapters import EXIT_CODES, AsyncCommandTools, CommandTools, ExitMeaning, Verdict
from incidentkit.adapters.equipment import BY_VARIABLE, LIMIT, Makers, ToolSlots
from incidentkit.adapters.exit_codes import Row
from incidentkit.adapters.process import GRACE
from incidentkit.desk import Desk
from incidentkit.errors import (
    Conflict,
    Misconfigured,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    RequestInvalid,
)
from incidentkit.model.identity import LONGEST_TEXT
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.configuration import Setting
from incidentkit.providers.database import DatabaseStatus, QueryRows, ReplicaStatus
from incidentkit.providers.deployments import Deployment, DeploymentHistory
from incidentkit.providers.health_checks import Health
from incidentkit.providers.metrics import Readings
from incidentkit.providers.tools import OPERATIONS, TOOLS, Operation, Tool, operations_of
from incidentkit.providers.tracker import FoundTickets, TicketStatus
from tests.adapters.kinds import INCIDENT, KEY, KINDS, Kind, answered, ask, diagnosed, provider_of, request_of
from tests.adapters.recorder import Recorder

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PAYMENTS: Final = "SELECT * FROM payments WHERE status='pending' LIMIT 10"

PLAYBOOK: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("$HEALTH_CHECK production", "health_check.check", {"environment": "production"}),
    ("$METRICS_TOOL errors --last=15m", "metrics.errors", {"last": 15 * MINUTE}),
    (
        "$SUPPORT_TOOL recent-tickets --status=open",
        "support.search_tickets",
        {"limit": 10, "status": TicketStatus.OPEN},
    ),
    ("$FEATURE_FLAG_TOOL disable new-checkout", "feature_flag_tool.disable", {"features": ("new-checkout",)}),
    ("$DEPLOY_TOOL rollback --to-version=2.4.0", "deploy_tool.rollback", {"version": "2.4.0"}),
    ("$ORCHESTRATOR scale --replicas=10", "orchestrator.scale", {"replicas": 10}),
    ("$SERVICE_MESH break-circuit search", "service_mesh.break_circuit", {"service": "search"}),
    ("$LOAD_BALANCER route-away web-3", "load_balancer.route_away", {"instance": "web-3"}),
    ("$METRICS_TOOL dashboard --last=5m", "metrics.dashboard", {"last": 5 * MINUTE}),
    ("$LOGGING_TOOL tail --filter=error --last=1m", "logging.tail", {"filter": "error", "last": MINUTE}),
    ("$DEPLOY_TOOL history --last=24h", "deploy_tool.history", {"last": 24 * HOUR}),
    ("$LOGGING_TOOL search --level=error --last=1h", "logging.search", {"level": "error", "last": HOUR}),
    ('$METRICS_TOOL query "error_rate" --last=2h', "metrics.query", {"query": "error_rate", "last": 2 * HOUR}),
    ("$DATABASE_TOOL status", "database.status", {}),
    ("$CLOUD_PROVIDER status", "cloud_provider.check", {}),
    ("$VCS_TOOL checkout -b hotfix/checkout-500", "vcs_tool.create_branch", {"branch": "hotfix/checkout-500"}),
    ("$TEST_RUNNER run", "test_runner.run", {}),
    (
        '$VCS_TOOL commit -m "fix: [SEV-1] resolve critical issue"',
        "vcs_tool.commit",
        {"message": "fix: [SEV-1] resolve critical issue"},
    ),
    ("$VCS_TOOL push origin hotfix/checkout-500", "vcs_tool.push", {"branch": "hotfix/checkout-500"}),
    (
        "$DEPLOY_TOOL deploy --environment=production --fast-track",
        "deploy_tool.deploy",
        {"environment": "production", "fast_track": True},
    ),
    (
        "$CONFIG_TOOL set pool=20 --environment=production",
        "config_tool.set",
        {"name": "pool", "value": "20", "environment": "production"},
    ),
    (
        "$CONFIG_TOOL get pool --environment=production",
        "config_tool.get",
        {"name": "pool", "environment": "production"},
    ),
    ("$ORCHESTRATOR restart search", "orchestrator.restart", {"service": "search"}),
    ("$SUPPORT_TOOL recent-tickets --last=15m", "support.search_tickets", {"limit": 10, "last": 15 * MINUTE}),
    (
        "$TEST_RUNNER run --suite=smoke --environment=production",
        "test_runner.run",
        {"suite": "smoke", "environment": "production"},
    ),
    ("$DEPLOY_TOOL history --environment=production", "deploy_tool.history", {"environment": "production"}),
    (
        "$DEPLOY_TOOL rollback --to-version=2.4.0 --environment=production",
        "deploy_tool.rollback",
        {"version": "2.4.0", "environment": "production"},
    ),
    ("$METRICS_TOOL watch --duration=15m", "metrics.watch", {"duration": 15 * MINUTE}),
    ("$DATABASE_TOOL restart", "database.restart", {}),
    ("$DATABASE_TOOL replica-status", "database.replica_status", {}),
    ("$DATABASE_TOOL failover --to-replica", "database.failover", {}),
    (
        "$FEATURE_FLAG_TOOL disable feature1 feature2",
        "feature_flag_tool.disable",
        {"features": ("feature1", "feature2")},
    ),
    ("$API_GATEWAY set-rate-limit --rps=100", "api_gateway.set_rate_limit", {"rps": 100}),
    ("$FIREWALL block-all checkout", "firewall.block_all", {"service": "checkout"}),
    ("$LOGGING_TOOL archive --last=48h", "logging.archive", {"last": 48 * HOUR}),
    ("$PAYMENT_PROVIDER status", "payment_provider.check", {}),
    (f'$DATABASE_TOOL query "{PAYMENTS}"', "database.query", {"sql": PAYMENTS}),
)
"""Every command of the playbook in its order, with its placeholders filled."""

EVERY_TOOL: Final = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.slot)
EVERY: Final = pytest.mark.parametrize("each", OPERATIONS, ids=lambda each: each.name)

ANY_VALUE: Final[dict[str, Any]] = {
    "last": MINUTE,
    "duration": MINUTE,
    "limit": 10,
    "query": "q",
    "features": ("f",),
    "version": "2.4.0",
    "replicas": 2,
    "service": "s",
    "instance": "i",
    "sql": "SELECT 1",
    "branch": "b",
    "message": "m",
    "name": "n",
    "value": "v",
    "rps": 1,
}
"""A value for each field that has to have one."""


def values_for(each: Operation) -> dict[str, Any]:
    """What a request for the operation has to hold."""
    needed = {field.name for field in fields(each.request) if field.default is NOTHING}
    return {name: ANY_VALUE[name] for name in needed - {"key", "incident"}}


def tools_of(kind: Kind, program: str, **terms: Any) -> CommandTools | AsyncCommandTools:
    """Every tool of the playbook, all of them that program."""
    return kind({tool.variable: [program] for tool in TOOLS}, **terms)


def script(folder: Path, text: str) -> str:
    """A program that a shell reads."""
    path = folder / "script"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("command", "name", "values"), PLAYBOOK, ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_of_the_playbook_is_run_as_it_stands_there(
    command: str, name: str, values: dict[str, Any], kind: Kind, recorder: Recorder
) -> None:
    variable, *words = shlex.split(command)
    tools = kind({variable[1:]: f"{recorder.program()} --quiet 'as {variable[1:]}'"})
    ask(tools, name, **values)
    (run,) = recorder.runs
    assert run["argv"] == ["--quiet", f"as {variable[1:]}", *words]


@EVERY
def test_every_operation_runs_the_command_line_of_the_table(each: Operation, kind: Kind, recorder: Recorder) -> None:
    request = request_of(each.name, **values_for(each))
    answer = ask(tools_of(kind, recorder.program(says="seen\n")), each.name, **values_for(each))
    (run,) = recorder.runs
    assert tuple(run["argv"]) == each.arguments_of(request)
    assert run["incident"] == INCIDENT
    assert run["key"] == (KEY if each.changes else None)
    assert type(answer) is each.answer
    assert answer.output == b"seen\n"


@EVERY_TOOL
def test_providers_have_the_methods_of_their_protocols_and_no_others(tool: Tool) -> None:
    blocking, awaited = (provider_of(tools_of(kind, "true"), tool.slot) for kind in KINDS)
    methods = [*(each.method for each in operations_of(tool.slot)), "diagnose"]
    for name in methods:
        mine, other = getattr(blocking, name), getattr(awaited, name)
        assert inspect.signature(mine) == inspect.signature(other)
        assert inspect.iscoroutinefunction(other)
        assert not inspect.iscoroutinefunction(mine)
    for provider in (blocking, awaited):
        assert {name for name in dir(provider) if not name.startswith("_")} == {*methods}


@EVERY
def test_methods_take_and_give_what_the_table_says(each: Operation) -> None:
    for kind in KINDS:
        method = getattr(provider_of(tools_of(kind, "true"), each.slot), each.method)
        hints = get_type_hints(method)
        assert hints == {"request": each.request, "return": each.answer}
        (request,) = inspect.signature(method).parameters.values()
        assert request.kind is request.POSITIONAL_ONLY


def test_slots_are_those_of_the_table() -> None:
    hints = get_type_hints(ToolSlots)
    assert hints == {tool.slot: tool.protocol for tool in TOOLS}
    assert [*hints] == [*get_type_hints(Makers)] == [tool.slot for tool in TOOLS]


def test_a_tool_that_is_not_given_has_no_provider(kind: Kind) -> None:
    assert [*kind({}).slots()] == []
    assert [*kind({"FIREWALL": "ufw"}).slots()] == ["firewall"]


def test_the_environment_names_tools(recorder: Recorder, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in BY_VARIABLE:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("DEPLOY_TOOL", f"{recorder.program()} --quiet")
    monkeypatch.setenv("FIREWALL", "  ")
    monkeypatch.setenv("DEPLOY_TOOLS", "passed over")
    tools = kind.from_environment(limit=HOUR)
    assert [*tools.slots()] == ["deploy_tool"]
    ask(tools, "deploy_tool.rollback", version="2.4.0")
    assert recorder.runs[0]["argv"] == ["--quiet", "rollback", "--to-version=2.4.0"]
    assert [*kind.from_environment({"VCS_TOOL": "git", "HOME": "/"}).slots()] == ["vcs_tool"]


def test_tools_say_which_they_are_and_keep_their_command_lines_to_themselves() -> None:
    tools = CommandTools({"DEPLOY_TOOL": "./deploy.sh --token=s3cret"})
    assert repr(tools) == "CommandTools(DEPLOY_TOOL)"
    assert repr(provider_of(tools, "deploy_tool")) == "<'./deploy.sh' of DEPLOY_TOOL>"


@pytest.mark.parametrize(
    ("commands", "problem"),
    [
        ({"DEPLOY_TOOLS": "x"}, "commands: 'DEPLOY_TOOLS' is no variable of the playbook. Did you mean 'DEPLOY_TOOL'?"),
        ({"HOME": "/root"}, "An environment is read by from_environment()"),
        ({3: "x"}, "3 is no variable of the playbook"),
        ({"DEPLOY_TOOL": "deploy 's3cret"}, "DEPLOY_TOOL: this is no command line: No closing quotation"),
        ({"DEPLOY_TOOL": " "}, "DEPLOY_TOOL: a command line begins with a program"),
        ({"DEPLOY_TOOL": []}, "DEPLOY_TOOL: a command line begins with a program"),
        ({"DEPLOY_TOOL": ["", "s3cret"]}, "DEPLOY_TOOL: a command line begins with a program"),
        ({"DEPLOY_TOOL": ["deploy", 3]}, "DEPLOY_TOOL: a command line is text, or a list of words, not 3"),
        ({"DEPLOY_TOOL": None}, "DEPLOY_TOOL: a command line is text, or a list of words, not None"),
        ({"DEPLOY_TOOL": b"deploy"}, "DEPLOY_TOOL: a command line is text, or a list of words"),
        ({"DEPLOY_TOOL": "s3cret\0"}, "DEPLOY_TOOL: a command line holds no NUL"),
        ({"DEPLOY_TOOL": ["deploy", "s3cret\ud800"]}, "DEPLOY_TOOL: a command line holds no NUL, and no half of"),
        ("DEPLOY_TOOL=x", "commands are a mapping by variable"),
    ],
)
def test_command_lines_that_make_no_sense_are_refused(commands: Any, problem: str, kind: Kind) -> None:
    with pytest.raises(Misconfigured) as refused:
        kind(commands)
    assert problem in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ({"limit": timedelta()}, "the limit of a program is a timedelta above zero"),
        ({"limit": 25}, "the limit of a program is a timedelta above zero, not 25"),
        ({"limits": {"DEPLOY_TOOL": -MINUTE}}, "the limit of a program"),
        (
            {"limits": {"DEPLOY": MINUTE}},
            "limits: 'DEPLOY' is no variable of the playbook. Did you mean",
        ),
        ({"limits": [MINUTE]}, "limits are a mapping by variable"),
        ({"grace": timedelta(-1)}, "the grace of a program"),
        ({"directory": 3}, "the directory of programs is a path, not 3"),
        ({"directory": b"/tmp"}, "the directory of programs is a path, not b'/tmp'"),
        ({"directory": "a\0b"}, "the directory of programs is a path, and 'a\\x00b' is none"),
        ({"environment": {"A": 3}}, "environment: 'A' is no variable"),
        ({"environment": {"A=B": "s3cret"}}, "environment: 'A=B' is no variable"),
        ({"environment": {"A": "s3cret\0"}}, "environment: 'A' is no variable, or its value is no text without a NUL"),
        ({"environment": ["A"]}, "an environment is a mapping of texts"),
        ({"exit_codes": {"DEPLOY_TOOL": {256: Conflict}}}, "256 is no exit code from 0 to 255"),
        ({"exit_codes": {"DEPLOY_TOOL": {True: Conflict}}}, "True is no exit code"),
        ({"exit_codes": {"DEPLOY_TOOL": {3: ValueError}}}, "exit code 3 means a Verdict, or a class of errors below"),
        ({"exit_codes": {"DEPLOY_TOOL": {3: "done"}}}, "exit code 3 means a Verdict"),
        ({"exit_codes": {"DEPLOY_TOOL": [3]}}, "what exit codes mean is a mapping by code"),
        ({"exit_codes": {"DEPLOI_TOOL": {}}}, "Did you mean 'DEPLOY_TOOL'?"),
    ],
)
def test_terms_that_make_no_sense_are_refused(terms: dict[str, Any], problem: str, kind: Kind) -> None:
    with pytest.raises(Misconfigured) as refused:
        kind({"DEPLOY_TOOL": "deploy"}, **terms)
    assert problem in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_a_term_that_there_is_not_is_refused(kind: Kind) -> None:
    terms: dict[str, Any] = {"limt": HOUR}
    with pytest.raises(TypeError, match="limt"):
        kind.from_environment({}, **terms)


def test_a_system_without_process_groups_is_refused(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "killpg")  # as on Windows
    with pytest.raises(Misconfigured, match="Windows is not supported"):
        kind({})


def test_a_program_ends_within_what_a_desk_gives_a_provider() -> None:
    deadline: timedelta = inspect.signature(Desk).parameters["deadline"].default
    assert LIMIT + GRACE + timedelta(seconds=1) < deadline


@pytest.mark.parametrize("value", ["-x", "--to-version=1"])
def test_a_value_that_would_become_an_option_is_refused(value: str, kind: Kind, recorder: Recorder) -> None:
    with pytest.raises(RequestInvalid, match="begins with '-'") as refused:
        ask(tools_of(kind, recorder.program()), "orchestrator.restart", service=value)
    assert (refused.value.provider, refused.value.operation) == ("orchestrator", "restart")
    assert recorder.runs == []


def test_values_have_no_meaning_to_any_shell(kind: Kind, recorder: Recorder) -> None:
    nasty = "$(touch pwned); `id` && x > y | z\n*?'\"\\"
    ask(tools_of(kind, recorder.program()), "vcs_tool.commit", message=nasty)
    assert recorder.runs[0]["argv"] == ["commit", "-m", nasty]


def test_a_request_for_another_operation_is_refused(kind: Kind, recorder: Recorder) -> None:
    provider = provider_of(tools_of(kind, recorder.program()), "deploy_tool")
    with pytest.raises(RequestInvalid, match=r"deploy_tool\.rollback is asked with RollBack"):
        answered(lambda: provider.rollback(request_of("database.failover")))


def test_words_longer_than_the_system_takes_are_refused(kind: Kind, recorder: Recorder) -> None:
    with pytest.raises(RequestInvalid, match="is too long for a command line"):
        ask(tools_of(kind, recorder.program()), "database.query", sql="ü" * LONGEST_TEXT)


def test_programs_run_where_and_with_what_they_are_told(kind: Kind, recorder: Recorder, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    printing = script(tmp_path, 'echo "$GREETING $INCIDENTKIT_INCIDENT $INCIDENTKIT_KEY. $PWD"')
    environment = {"GREETING": "hello", "INCIDENTKIT_KEY": "of another errand"}
    tools = tools_of(kind, "../script", directory=tmp_path / "here", environment=environment)
    assert ask(tools, "database.status").output.decode() == f"hello INC-7 . {tmp_path / 'here'}\n"
    assert diagnosed(tools, "database") == Diagnosis(healthy=True)
    assert Path(printing).exists()


def test_programs_see_the_environment_as_it_is_now(kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tools_of(kind, script(tmp_path, 'echo "$GREETING"'))
    monkeypatch.setenv("GREETING", "set later")
    assert ask(tools, "database.status").output == b"set later\n"


KINDS_OF_OPERATION: Final = {"check": "database.status", "read": "logging.search", "change": "database.restart"}


@pytest.mark.parametrize("code", [*EXIT_CODES, 3, 63, 65, 128, 129, 255])
@pytest.mark.parametrize("sort", KINDS_OF_OPERATION)
def test_exit_codes_say_what_the_table_says(code: int, sort: str, recorder: Recorder) -> None:
    meaning: ExitMeaning = getattr(EXIT_CODES.get(code, Row.of_all(ProviderError)), sort)
    name = KINDS_OF_OPERATION[sort]
    values = {"last": HOUR} if sort == "read" else {}
    tools = tools_of(CommandTools, recorder.program(says="seen\n", code=code))
    if isinstance(meaning, Verdict):
        answer = ask(tools, name, **values)
        assert answer.output == b"seen\n"
        healthy = {Verdict.HEALTHY: True, Verdict.UNHEALTHY: False, Verdict.DONE: None}[meaning]
        assert getattr(answer, "healthy", None) is healthy
        return
    with pytest.raises(ProviderError) as raised:
        ask(tools, name, **values)
    error = raised.value
    assert type(error) is meaning
    assert (f"{error.provider}.{error.operation}", error.status, error.output) == (name, code, b"seen\n")
    assert BY_VARIABLE[{"logging": "LOGGING_TOOL"}.get(error.provider, "DATABASE_TOOL")].variable in str(error)
    assert "seen" not in str(error)


@pytest.mark.parametrize(
    ("text", "of_a_read", "of_a_change", "problem"),
    [
        ("sh -c 'kill -KILL $$'", ProviderUnavailable, OutcomeUnknown, "was ended by signal 9"),
        ("sleep 100", ProviderTimeout, OutcomeUnknown, "ran for longer than 0:00:01, and was ended"),
    ],
)
def test_a_program_that_is_ended_may_have_changed_something(
    text: str,
    of_a_read: type[ProviderError],
    of_a_change: type[ProviderError],
    problem: str,
    kind: Kind,
    tmp_path: Path,
) -> None:
    tools = tools_of(kind, script(tmp_path, f"echo begun; exec {text}"), limit=timedelta(seconds=1))
    for name, expected in (("database.status", of_a_read), ("database.restart", of_a_change)):
        with pytest.raises(expected, match=problem) as raised:
            ask(tools, name)
        assert type(raised.value) is expected
        assert raised.value.output == b"begun\n"


def test_a_program_whose_end_is_lost_may_have_changed_something(kind: Kind, recorder: Recorder) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        with pytest.raises(OutcomeUnknown, match="something else here has taken how it did"):
            ask(tools_of(kind, recorder.program()), "database.restart")
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_limits_are_those_of_a_tool(kind: Kind, tmp_path: Path) -> None:
    slow = script(tmp_path, "sleep 0.5")
    limits = {"DATABASE_TOOL": timedelta(seconds=0.1)}
    tools = tools_of(kind, slow, limits=limits)
    with pytest.raises(ProviderTimeout):
        ask(tools, "database.status")
    assert ask(tools, "cloud_provider.check").healthy is True


def test_watching_takes_as_long_as_was_asked_for_besides(kind: Kind, tmp_path: Path) -> None:
    tools = tools_of(kind, script(tmp_path, "sleep 0.5"), limit=timedelta(seconds=0.2))
    assert ask(tools, "metrics.watch", duration=timedelta(seconds=5)) == Readings()
    with pytest.raises(ProviderTimeout):
        ask(tools, "metrics.dashboard", last=MINUTE)


def test_a_limit_may_be_as_long_as_one_can_be_written(kind: Kind, recorder: Recorder) -> None:
    tools = tools_of(kind, recorder.program(), limit=timedelta.max, grace=timedelta.max)
    assert ask(tools, "metrics.watch", duration=timedelta(days=10_000)) == Readings()


def test_exit_codes_can_say_something_else(kind: Kind, recorder: Recorder) -> None:
    codes = {
        "DATABASE_TOOL": {2: Verdict.UNHEALTHY, 4: NotFound, 0: Conflict},
        "LOGGING_TOOL": {1: Verdict.DONE},
        "METRICS_TOOL": {0: Verdict.HEALTHY},
    }

    def tools(code: int) -> CommandTools | AsyncCommandTools:
        return tools_of(kind, recorder.program(code=code), exit_codes=codes)

    assert ask(tools(2), "database.status").healthy is False
    assert ask(tools(1), "logging.search", last=HOUR).healthy is None
    assert ask(tools(0), "metrics.dashboard", last=HOUR).healthy is True
    with pytest.raises(NotFound, match=r"failed \(status 4\)"):
        ask(tools(4), "database.status")
    with pytest.raises(Conflict):
        ask(tools(0), "database.status")
    with pytest.raises(ProviderError):
        ask(tools(1), "deploy_tool.rollback", version="1")


MAKERS: Final[dict[str, tuple[Callable[[Path], str], str, bool]]] = {
    "not there": (lambda folder: str(folder / "nothing"), "is not found", False),
    "not in the path": (lambda _: "no-such-program-anywhere", "is not found", False),
    "a folder": (str, "may not be executed", False),
    "not executable": (lambda folder: named(folder, "text", b"#!/bin/sh\n", 0o644), "may not be executed", False),
    "no interpreter": (
        lambda folder: named(folder, "gone", b"#!/no/such\n", 0o755),
        "the interpreter in its first line is not",
        True,
    ),
    "no program": (lambda folder: named(folder, "data", b"\x00\x01", 0o755), "is no program", True),
}
"""What is no program, what is said of it, and whether it looks like one to somebody who does not run it."""


def named(folder: Path, name: str, content: bytes, mode: int) -> str:
    path = folder / name
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize("what", MAKERS)
def test_what_is_no_program_is_a_matter_of_settings(what: str, kind: Kind, tmp_path: Path) -> None:
    make, problem, diagnosis = MAKERS[what]
    program = make(tmp_path)
    tools = kind({"DEPLOY_TOOL": [program, "--token=s3cret"]})
    with pytest.raises(Misconfigured, match=problem) as raised:
        ask(tools, "deploy_tool.rollback", version="2.4.0")
    assert "DEPLOY_TOOL" in str(raised.value)
    assert Path(program).name in str(raised.value)
    assert "s3cret" not in str(raised.value)
    found = diagnosed(tools, "deploy_tool")
    assert found.healthy is diagnosis
    assert ("DEPLOY_TOOL" in found.problem) is not diagnosis
    assert "s3cret" not in found.problem


def test_a_directory_that_is_not_there_is_a_matter_of_settings(kind: Kind, tmp_path: Path) -> None:
    tools = tools_of(kind, "true", directory=tmp_path / "nowhere")
    with pytest.raises(Misconfigured, match="nowhere, which is no folder"):
        ask(tools, "database.status")
    assert "nowhere, which is no folder" in diagnosed(tools, "database").problem


def test_a_system_that_has_run_out_of_something_may_work_later(
    kind: Kind, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", full)
    with pytest.raises(ProviderUnavailable, match="could not be begun: Resource temporarily unavailable"):
        ask(tools_of(kind, recorder.program()), "database.restart")


def test_diagnosing_runs_nothing(kind: Kind, recorder: Recorder) -> None:
    tools = tools_of(kind, recorder.program())
    assert diagnosed(tools, "deploy_tool") == Diagnosis(healthy=True)
    assert recorder.runs == []


def test_a_program_is_found_in_the_path_that_it_is_given(kind: Kind, recorder: Recorder) -> None:
    program = Path(recorder.program("only-here"))
    tools = tools_of(kind, program.name, environment={"PATH": str(program.parent)})
    assert diagnosed(tools, "database").healthy
    assert ask(tools, "database.status").healthy is True
    assert not diagnosed(tools_of(kind, program.name), "database").healthy


@pytest.mark.parametrize(
    ("name", "values", "says", "expected"),
    [
        ("metrics.errors", {"last": HOUR}, '{"error_rate": 0.02}', Readings(error_rate=0.02)),
        (
            "metrics.errors",
            {"last": HOUR},
            ' {"error_rate": 1,\n "healthy": false}\n',
            Readings(healthy=False, error_rate=1),
        ),
        ("database.replica_status", {}, '{"lag": "90s"}', ReplicaStatus(healthy=True, lag=timedelta(seconds=90))),
        ("database.status", {}, '{"healthy": null, "note": "starting"}', DatabaseStatus(note="starting")),
        ("health_check.check", {}, '{"healthy": false}', Health(healthy=False)),
        (
            "database.query",
            {"sql": "SELECT 1"},
            '{"columns": ["a"], "rows": [["1"]]}',
            QueryRows(columns=("a",), rows=(("1",),)),
        ),
        (
            "deploy_tool.rollback",
            {"version": "1"},
            '{"reference": "42", "former": ["2"]}',
            Receipt(reference="42", former=("2",)),
        ),
        (
            "deploy_tool.history",
            {},
            '{"deployments": [{"version": "2", "deployed_at": "2026-03-02T14:23:00Z"}], "more": true}',
            DeploymentHistory(
                deployments=(Deployment(version="2", deployed_at=datetime(2026, 3, 2, 14, 23, tzinfo=UTC)),), more=True
            ),
        ),
        ("config_tool.get", {"name": "pool"}, "20\n", Setting(value="20")),
        ("config_tool.get", {"name": "pool"}, "two\nlines\r\n", Setting(value="two\nlines")),
        ("config_tool.get", {"name": "pool"}, "\n", Setting(value=None)),
        ("config_tool.get", {"name": "pool"}, '{"value": "20"}', Setting(value="20")),
        ("config_tool.get", {"name": "pool"}, '{"size": 20}', Setting(value='{"size": 20}')),
    ],
)
def test_answers_are_read_from_what_says_what_it_means(
    name: str, values: dict[str, Any], says: str, expected: Any, kind: Kind, recorder: Recorder
) -> None:
    answer = ask(tools_of(kind, recorder.program(says=says)), name, **values)
    assert answer == evolve(expected, output=says.encode())


@pytest.mark.parametrize(
    "says",
    [
        "",
        "all is well",
        "0.02",
        "[0.02]",
        "null",
        '{"status": "green"}',
        '{"output": "x"}',
        "{",
        '{"a": NaN}',
        "[" * 9999,
    ],
)
def test_what_may_mean_anything_is_kept_and_not_guessed_at(
    says: str, kind: Kind, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask(tools_of(kind, recorder.program(says=says)), "metrics.errors", last=HOUR)
    assert answer == Readings(output=says.encode())
    assert caplog.records == []


@pytest.mark.parametrize(
    ("says", "problem"),
    [
        ('{"error_rate": "s3cret"}', "$.error_rate has a value that it cannot have"),
        ('{"error_rate": 2}', "$.error_rate"),
        ('{"error_rate": true}', "$.error_rate"),
        ('{"error_rate": 1e999}', "$.error_rate"),
        ('{"error_rate": 0.2, "degradaton": "s3cret"}', "the answer has no 'degradaton'. Did you mean 'degradation'?"),
        ('{"error_rate": 0.2, "host": "s3cret"}', "the answer has no 'host'"),
        ('{"healthy": "s3cret"}', "$.healthy"),
    ],
)
def test_json_that_does_not_fit_is_left_out_with_a_warning(
    says: str, problem: str, kind: Kind, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask(tools_of(kind, recorder.program(says=says)), "metrics.errors", last=HOUR)
    assert answer == Readings(output=says.encode())
    (record,) = caplog.records
    assert (record.levelno, record.name) == (logging.WARNING, "incidentkit.adapters")
    assert record.getMessage().startswith("metrics.errors: ")
    assert problem in record.getMessage()
    assert "s3cret" not in record.getMessage()


@pytest.mark.parametrize("says", ['{"former": "2"}', '{"reference": 42}', '{"reference": "1", "version": "2"}'])
def test_what_was_changed_is_changed_whatever_was_said_of_it(says: str, kind: Kind, recorder: Recorder) -> None:
    answer = ask(tools_of(kind, recorder.program(says=says)), "deploy_tool.rollback", version="2")
    assert answer == Receipt(output=says.encode())


def test_the_exit_code_and_the_answer_have_to_agree_that_all_is_well(kind: Kind, recorder: Recorder) -> None:
    tools = tools_of(kind, recorder.program(says='{"healthy": true, "note": "n"}', code=1))
    assert ask(tools, "health_check.check") == Health(healthy=False, note="n", output=b'{"healthy": true, "note": "n"}')


def test_tickets_are_no_more_than_were_asked_for(kind: Kind, recorder: Recorder) -> None:
    tickets = [{"reference": str(each), "title": "t", "status": "open"} for each in range(5)]
    says = json.dumps({"tickets": tickets})
    found: FoundTickets = ask(tools_of(kind, recorder.program(says=says)), "support.search_tickets", limit=3)
    assert [each.reference for each in found.tickets] == ["0", "1", "2"]
    assert found.more
    assert not ask(tools_of(kind, recorder.program(says=says)), "support.search_tickets", limit=5).more


def test_only_the_standard_output_is_an_answer_and_both_are_kept(kind: Kind, tmp_path: Path) -> None:
    program = script(tmp_path, """echo 'a warning' >&2; sleep 0.1; echo '{"error_rate": 0.5}'""")
    answer = ask(tools_of(kind, program), "metrics.errors", last=HOUR)
    assert answer.error_rate == 0.5
    assert answer.output == b'a warning\n{"error_rate": 0.5}\n'


@pytest.mark.parametrize(("says", "output"), [(r"\377\376", b"\xff\xfe"), (r"a\000b", b"a\0b")])
def test_a_value_that_is_no_text_is_an_error_and_other_output_is_kept_as_it_is(
    says: str, output: bytes, kind: Kind, tmp_path: Path
) -> None:
    tools = tools_of(kind, script(tmp_path, f"printf '{says}'"))
    assert ask(tools, "database.status").output == output
    with pytest.raises(ProviderError, match="answered with what is no text") as raised:
        ask(tools, "config_tool.get", name="pool")
    assert raised.value.output == output


def test_an_answer_that_is_too_long_to_be_kept_is_unknown(kind: Kind, tmp_path: Path) -> None:
    tools = tools_of(kind, script(tmp_path, "head -c 1000000 /dev/zero | tr '\\0' x"))
    answer = ask(tools, "logging.search", last=HOUR)
    assert b"bytes left out" in answer.output
    assert answer.lines == ()
    with pytest.raises(ProviderError, match="answered with more than a value can be"):
        ask(tools, "config_tool.get", name="pool")


def test_errors_can_be_pickled_with_what_was_printed(kind: Kind, recorder: Recorder) -> None:
    with pytest.raises(ProviderError) as raised:
        ask(tools_of(kind, recorder.program(says="seen", code=3)), "database.restart")
    again = pickle.loads(pickle.dumps(raised.value))
    assert (str(again), again.output) == (str(raised.value), b"seen")


def test_a_call_that_is_cancelled_ends_the_program(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    program = script(tmp_path, f"trap 'rm {alive}; exit' TERM; touch {alive}; while :; do sleep 0.05; done")
    provider = provider_of(AsyncCommandTools({"TEST_RUNNER": program}), "test_runner")

    async def cancel() -> None:
        running = asyncio.create_task(provider.run(request_of("test_runner.run")))
        while not alive.exists():
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert not alive.exists()

    asyncio.run(cancel())
