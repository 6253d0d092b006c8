"""An incident that was only practised: people may write to it, and nobody is paged for it, whatever they write."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from incidentkit.convert import from_json, to_json
from incidentkit.model.commands import Acknowledge, Command, Escalate, Note, Reopen, Resolve
from incidentkit.model.events import Declared
from incidentkit.model.incident import Incident
from incidentkit.playbooks.emergency import SEV_1
from incidentkit.policy.planning import plan, preview, settle
from incidentkit.providers.records import LogRecord
from incidentkit.providers.store import FindForgotten
from tests.desk.test_desk import DIRECTORY, PLAYBOOK, START, Scene, exhaust, t


@pytest.fixture(params=["Desk", "AsyncDesk"])
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(request.param)


def practised() -> Incident:
    incident = Incident.declare(
        "DRILL-1", title="Checkout fails", at=START, by="ada", severity=SEV_1, playbook=PLAYBOOK.reference
    )
    (declared,) = incident.timeline
    assert isinstance(declared, Declared)
    return Incident.replay([evolve(declared, practice=True)])


def test_no_plan_wants_anything_for_it() -> None:
    incident, later = practised(), t(600)
    planned = plan(incident, PLAYBOOK, DIRECTORY, now=later)
    assert (planned.decisions, planned.due, planned.owed, planned.wake_at) == ((), (), (), None)
    assert settle(incident, PLAYBOOK, DIRECTORY, before=later) == ()
    assert [*preview(incident, PLAYBOOK, DIRECTORY, now=START, until=later)] == []


def test_it_is_written_and_read_as_practice() -> None:
    incident = practised()
    assert from_json(to_json(incident), Incident).practice
    assert str(incident.timeline[0]).startswith("declared for practice: ")
    assert not Incident.declare("INC-1", title="x", at=START, by="ada", severity=SEV_1).practice


@pytest.mark.parametrize("planned_with", ["", "anything"])
def test_nobody_is_paged_for_it_whatever_is_said_about_it(scene: Scene, planned_with: str) -> None:
    scene.store.take_in(LogRecord(events=practised().timeline.events, planned_with=planned_with))
    desk: Any = scene.desk()
    commands: list[Command] = [
        Note("nobody woke up", at=START, by="ada"),
        Acknowledge(at=START, by="ada"),
        Escalate("second", at=START, by="ada"),
        Resolve(at=START, by="ada"),
        Reopen(at=START, by="ada", reason="once more"),
    ]
    for command in commands:
        scene.clock.advance(timedelta(hours=1))
        assert desk.submit("DRILL-1", command).summary.endswith("nobody is paged in the 24 hours that follow.")
        exhaust(desk)
    scene.clock.advance(timedelta(days=3))
    assert exhaust(desk) == 0
    assert scene.pager.pages == []
    assert scene.store.audit(FindForgotten(timedelta())).incidents_open == 0
    assert [event.tag for event in scene.log("DRILL-1")] == [
        *("declared", "noted", "acknowledged", "escalated", "resolved", "reopened")
    ]
