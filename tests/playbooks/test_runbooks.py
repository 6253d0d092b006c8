"""The runbooks of the emergency playbook, held against what the written playbook says."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest

from incidentkit import ALWAYS, EMERGENCY, Condition
from incidentkit.playbooks import emergency
from incidentkit.policy.recipient import role
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.shelf import Placed
from incidentkit.policy.step import Check, Instruct, Use
from incidentkit.providers.tools import TOOLS
from tests.playbooks.document import DOCUMENT, GIVEN, OPTIONS, WATCHED, written

GUARDS: Final[dict[str, Condition]] = {
    "configuration change/reload": emergency.RELOAD_NEEDED.is_(True),
    "production database down/restart": emergency.RESTART_SAFE.is_(True),
    "production database down/failover": emergency.FAILOVER_NEEDED.is_(True),
    "API rate limit exceeded/scale": emergency.SCALING_POSSIBLE.is_(True),
    "payment processing failed/retries": emergency.RETRIES_NEEDED.is_(True),
}
"""What the document does only "if safe", "if needed" or "if possible"."""

PROSE: Final[tuple[tuple[str, str], ...]] = (
    ("1. Assess", "Key Questions and Assign Severity: facts and rules, which triage asks"),
    ("2. Communicate", "Immediate Actions and templates: the communication policy"),
    ("3. Mitigate", "Priority Order: the rules, for data; the order of the mitigations"),
    ("4. Investigate", "Root Cause Analysis: questions for the post-mortem"),
    ("6. Review", "Post-Mortem Meeting and Document: the review, and later the post-mortem"),
    ("Rollback Procedures", "When to Rollback: the rollback policy"),
    ("Emergency Contacts", "Escalation Path and Contact Methods: the escalation policy"),
    ("Security Breach Suspected", "DO NOT destroy evidence: the preservation policy"),
    ("Prevention", "Proactive Measures and Alert Fatigue Prevention: to come"),
)
"""What no runbook has, and where it is."""


def placed(name: str) -> Iterator[Placed]:
    """The steps of a runbook that do anything themselves, started as the document writes it."""
    values = EMERGENCY.shelf.values(name, GIVEN.get(name, {}), "INC-1", "SEV-1")
    for each in EMERGENCY.shelf.placed(name, values, "INC-1", "SEV-1"):
        if isinstance(each.step, Use | Check | Instruct):
            yield each


def asked(each: Placed) -> list[str]:
    """What a step asks a tool, or tells people."""
    if not isinstance(each.step, Use | Check):
        return ["#", each.step.words]
    tool = each.step.tool
    return [f"${tool.tool.variable}", *tool.arguments_of(each.request("0" * 64))]


def test_the_runbooks_are_those_of_the_document_in_its_order() -> None:
    assert [each.name for each in EMERGENCY.runbooks] == [*DOCUMENT]
    assert emergency.RUNBOOKS == EMERGENCY.runbooks


@pytest.mark.parametrize("name", DOCUMENT)
def test_the_commands_are_those_of_the_document_word_by_word_and_in_its_order(name: str) -> None:
    wanted = [WATCHED[1] if line == WATCHED[0] else written(line) for line in DOCUMENT[name]]
    assert [asked(each) for each in placed(name)] == wanted


def test_metrics_have_to_stay_well_as_long_as_the_document_watches_them() -> None:
    step = EMERGENCY.shelf.step("rollback", "monitor")
    assert isinstance(step, Check)
    assert step.lasting == timedelta(minutes=15)
    assert step.arguments == {"last": step.every}  # so that no moment is left out


def test_mitigations_stand_in_the_order_of_the_options() -> None:
    assert [each.name for each in emergency.MITIGATIONS] == [*OPTIONS]
    first = [each.steps[0].source for each in emergency.MITIGATIONS]
    assert first == [f"3. Mitigate, Quick Mitigation Options, {number}" for number in range(1, 6)]


def test_steps_depend_on_what_the_document_makes_them_depend_on() -> None:
    steps = [(f"{book.name}/{step.name}", step) for book in EMERGENCY.runbooks for step in book.steps]
    guarded = {name: str(step.when) for name, step in steps if step.when != ALWAYS}
    assert guarded == {name: str(when) for name, when in GUARDS.items()}


def _uses() -> Iterator[tuple[Runbook, Use]]:
    for book in EMERGENCY.runbooks:
        for step in book.steps:
            if isinstance(step, Use):
                yield book, step


def test_what_is_destructive_is_confirmed_by_the_incident_commander() -> None:
    destructive = {f"{book.name}/{step.name}": step for book, step in _uses() if step.is_destructive}
    assert [*destructive] == [
        "roll back deployment/rollback",
        "hotfix/deploy",
        "configuration change/reload",
        "rollback/rollback",
        "production database down/restart",
        "production database down/failover",
    ]
    assert {step.confirmed_by for step in destructive.values()} == {(role("incident commander"),)}
    assert not any(step.is_confirmed for _, step in _uses() if not step.is_destructive)


def test_mitigations_that_can_be_undone_are_temporary() -> None:
    temporary = [f"{book.name}/{step.name}" for book, step in _uses() if step.temporary]
    assert temporary == [
        "disable feature/disable",
        "scale resources/scale",
        "break circuit/break",
        "route traffic away/route away",
        "API rate limit exceeded/disable",
        "API rate limit exceeded/throttle",
        "API rate limit exceeded/scale",
        "security breach suspected/isolate",
        "payment processing failed/disable",
    ]
    assert all(step.tool.undone_by for _, step in _uses() if step.temporary)


def test_every_runbook_and_every_step_says_where_it_is_written_and_people_are_told() -> None:
    for book in EMERGENCY.runbooks:
        assert book.what
        assert book.source
        assert book.notice == emergency.NOTICE
        assert all(step.source and step.what for step in book.steps), book.name


@pytest.mark.parametrize(
    ("facts", "fitting"),
    [
        ({"security_compromised": True}, ["rollback", "security breach suspected"]),
        ({"database_down": True}, ["production database down"]),
        ({"rate_limit_exceeded": True}, ["API rate limit exceeded"]),
        ({"payments_failing": True}, ["payment processing failed"]),
        ({"error_rate": 0.11}, ["rollback"]),
        ({"error_rate": 0.1}, []),
        ({"time_to_fix": timedelta(minutes=29)}, ["hotfix"]),
        ({"time_to_fix": timedelta(minutes=30), "rollback_safe": True}, ["rollback"]),
        ({"time_to_fix": timedelta(minutes=30), "rollback_safe": False}, []),
    ],
)
def test_runbooks_fit_the_incidents_that_they_are_made_for(facts: dict[str, object], fitting: list[str]) -> None:
    known = EMERGENCY.facts(facts)
    assert [each.name for each in EMERGENCY.runbooks if each.fits.evaluate(known) is True] == fitting


def test_the_rollback_fits_by_each_immediate_criterion() -> None:
    fits = str(emergency.ROLL_BACK_VERSION.fits)
    assert all(str(each.when) in fits for each in emergency.ROLLBACK.immediate)


def test_evidence_is_held_once_security_is_compromised() -> None:
    assert EMERGENCY.preservation is emergency.PRESERVATION
    assert emergency.COMMUNICATION.guardians == emergency.PRESERVATION.guardians
    assert str(emergency.PRESERVATION.held) == "security_compromised"
    assert "DO NOT destroy evidence" in emergency.SECURITY_BREACH_SUSPECTED.what


def test_every_tool_of_the_document_is_asked_and_the_rest_is_said_elsewhere() -> None:
    lines = [line for name, lines in DOCUMENT.items() for line in lines[: 1 if name in OPTIONS else None]]
    commands, words = [[line for line in lines if line.startswith(sign)] for sign in "$#"]
    assert (len(commands), len(words)) == (45, 9)
    assert {shlex.split(line)[0] for line in commands} == {f"${tool.variable}" for tool in TOOLS}
    for section, what in PROSE:
        print(f"{section}: {what}")
