"""Every runbook of the emergency playbook from its start to its end, by a desk and the people who answer it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentkit import EMERGENCY
from incidentkit.adapters import CommandTools
from incidentkit.errors import ProviderUnavailable, RequestInvalid
from incidentkit.memory import Trouble
from incidentkit.model.commands import Answer, Assess, Confirm, UndoRunbook
from incidentkit.model.runs import RunStanding
from incidentkit.policy.step import Check, Failure, Use
from incidentkit.policy.stride import Stage
from incidentkit.providers.tools import TOOLS, operation
from tests.adapters.recorder import Recorder
from tests.playbooks.document import DOCUMENT, GIVEN, WATCHED, written
from tests.playbooks.response import MINUTE, PARAMETERS, PROCEDURES, Response

NAMES = [each.name for each in EMERGENCY.runbooks]


def tool_steps(runbook: str) -> list[str]:
    """The steps of a runbook that ask a tool, in their order."""
    return [each.name for each in EMERGENCY.shelf.rehearsed(runbook) if isinstance(each.step, Use | Check)]


STEPS = [(runbook, number, step) for runbook in NAMES for number, step in enumerate(tool_steps(runbook), 1)]


def asked(response: Response) -> list[str]:
    """What tools were asked, word by word; of what was checked again and again, once."""
    lines = [f"{name} {shlex.join(operation(name).arguments_of(request))}" for name, request in response.calls]
    return [line for place, line in enumerate(lines) if line not in lines[place - 1 : place]]


def expected(runbook: str) -> list[str]:
    """What a runbook asks tools, by its data."""
    values = PROCEDURES.shelf.values(runbook, PARAMETERS.get(runbook, {}), "INC-1", "SEV-1")
    placed = PROCEDURES.shelf.placed(runbook, values, "INC-1", "SEV-1")
    return [
        f"{each.step.operation} {shlex.join(each.step.tool.arguments_of(each.request('0' * 64)))}"
        for each in placed
        if isinstance(each.step, Use | Check)
    ]


@pytest.mark.parametrize("runbook", NAMES)
def test_every_runbook_comes_to_its_end(runbook: str) -> None:
    response = Response()
    report = response.ended(response.start(runbook))
    assert {each.stage for each in report.steps} == {Stage.DONE}
    assert asked(response) == expected(runbook)


def test_the_whole_playbook_goes_through_a_runbook_beside_all_else_that_it_wants() -> None:
    response = Response(EMERGENCY)
    response.ended(response.start("rollback"))
    assert asked(response) == expected("rollback")
    assert len(response.calls) == 4 + 15  # the dashboard, each minute, for a quarter of an hour


@pytest.mark.parametrize(("runbook", "number", "step"), STEPS)
def test_a_step_that_fails_waits_or_lets_the_next_begin_and_the_run_ends(runbook: str, number: int, step: str) -> None:
    calm, response = Response(), Response(faults={number: RequestInvalid("no", provider="tool", operation="ask")})
    calm.ended(calm.start(runbook))
    run = response.start(runbook)
    report = response.ended(run)
    failed = next(each for each in report.steps if each.name == step)
    placed = failed.placed.step
    if isinstance(placed, Check):
        assert failed.stage is Stage.DONE  # it was checked again, a minute later
        assert len(response.said) == len(calm.said)
    elif isinstance(placed, Use) and placed.on_failure is Failure.GO_ON:
        assert failed.stage is Stage.FAILED
        assert len(response.said) == len(calm.said)
    else:
        assert failed.stage is Stage.DONE
        retries = [each for each in response.said if isinstance(each, Confirm) and each.attempt == 2]
        assert [each.step for each in retries] == [step]
    assert asked(response) == asked(calm)
    assert not response.faults


@pytest.mark.parametrize("runbook", NAMES)
def test_a_desk_that_is_killed_between_any_two_steps_asks_no_tool_twice(runbook: str) -> None:
    calm, killed = Response(), Response(crashing=True)
    calm.ended(calm.start(runbook))
    report = killed.ended(killed.start(runbook))
    assert {each.stage for each in report.steps} == {Stage.DONE}
    assert killed.calls == calm.calls  # with their keys


@pytest.mark.parametrize(("runbook", "number", "step"), STEPS)
def test_what_a_tool_cannot_do_for_the_time_being_is_tried_again_or_confirmed_again(
    runbook: str, number: int, step: str
) -> None:
    response = Response(faults={number: ProviderUnavailable("down", provider="tool", operation="ask")})
    report = response.ended(response.start(runbook))
    assert {each.stage for each in report.steps} == {Stage.DONE}
    again = [each for each in response.said if isinstance(each, Confirm) and each.attempt == 2]
    assert [each.step for each in again] == ([step] if destroys(runbook, step) else [])


def destroys(runbook: str, name: str) -> bool:
    step = EMERGENCY.shelf.step(runbook, name)
    return isinstance(step, Use) and step.is_destructive


def test_what_depends_on_an_answer_is_skipped_if_that_is_no() -> None:
    response = Response()
    run = response.start("production database down")
    response.work()
    for fact in ("restart_safe", "failover_needed"):
        response.say(Answer, run, fact, False, by="noor")
    report = response.ended(run)
    skipped = [each.name for each in report.steps if each.stage is Stage.SKIPPED]
    assert skipped == ["restart", "failover"]
    assert [name for name, _ in response.calls] == ["database.status", "database.replica_status", "health_check.check"]


def test_a_mitigation_that_does_not_work_is_not_taken_to_have_worked() -> None:
    response = Response()
    response.tools.production.add(Trouble(name="no stock", lasts=lambda: True, error_rate=0.3))
    run = response.start("disable feature")
    for _ in range(10):
        response.work()
        response.clock.set(response.clock() + MINUTE)
    stages = {each.name: each.stage for each in response.report(run).steps}
    assert (stages["disable"], stages["verify/health"]) == (Stage.DONE, Stage.FAILED)
    assert response.incident.runs[run].standing is RunStanding.RUNNING


def test_a_mitigation_is_seen_once_it_has_worked() -> None:
    response = Response()
    flags = response.tools.feature_flag_tool
    response.tools.production.add(Trouble(name="slow search", lasts=lambda: "search" in flags.on, error_rate=0.3))
    report = response.ended(response.start("disable feature"))
    assert {each.stage for each in report.steps} == {Stage.DONE}


def test_nothing_is_destroyed_once_security_is_compromised() -> None:
    response = Response()
    run = response.start("production database down")
    response.say(Assess, PROCEDURES.triage({"security_compromised": True}), by="noor")
    response.work()
    assert response.incident.evidence_held
    stages = {each.name: each.stage for each in response.report(run).steps}
    assert stages["restart"] is Stage.HELD
    assert [name for name, _ in response.calls] == ["database.status"]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from([*NAMES[1:6], "API rate limit exceeded", "payment processing failed"]), max_size=4))
def test_undoing_a_row_of_mitigations_leaves_the_tools_as_they_were(runbooks: list[str]) -> None:
    response = Response()
    before = response.state()
    runs: list[str] = []
    for runbook in runbooks:
        runs.append(response.start(runbook))
        response.ended(runs[-1])
    for run in reversed(runs):
        response.say(UndoRunbook, run, reason="it is fixed", by="noor")
        response.ended(run)
    assert response.state() == before


@pytest.mark.parametrize("runbook", NAMES)
def test_programs_are_run_as_the_document_writes_its_commands(runbook: str, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    program = recorder.program()
    tools = CommandTools({tool.variable: [program, tool.variable] for tool in TOOLS})
    response = Response(slots={**tools.slots()})
    response.ended(response.start(runbook, **GIVEN.get(runbook, {})))
    commands = [WATCHED[1] if line == WATCHED[0] else written(line) for line in DOCUMENT[runbook] if line[0] == "$"]
    assert [[f"${run['argv'][0]}", *run["argv"][1:]] for run in recorder.runs] == commands
