"""What people say of runs at a desk: what cannot be confirmed is refused, with what to do instead."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incidentkit import Directory, Playbook
from incidentkit.desk import Desk, Toolbox
from incidentkit.drills import ManualClock
from incidentkit.errors import CommandInvalid, MayNotConfirm
from incidentkit.memory import MemoryDeployments, MemoryPager, MemoryStore
from incidentkit.model.commands import CancelRunbook, Confirm, Fulfil, StartRunbook, UndoRunbook
from incidentkit.policy.directory import Person
from incidentkit.policy.recipient import role
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.step import Instruct, Use
from incidentkit.providers.deployments import Deployment
from incidentkit.testing.rules import RULES

BACK = Runbook(
    "back",
    [Use("rollback", "deploy_tool.rollback", {"version": "2.4.0"}), Instruct("tell")],
    owner=role("technical lead"),
)
PEOPLE = Directory(
    people={name: Person(id=name, contacts={"push": name}) for name in ("ada", "grace")},
    roles={"technical lead": ("grace",)},
)


class Response:
    """An incident in which the runbook was started."""

    def __init__(self) -> None:
        self.clock = ManualClock(datetime(2026, 3, 2, 14, 23, tzinfo=UTC))
        releases = [Deployment(version="2.4.0"), Deployment(version="2.5.0")]
        deployments = MemoryDeployments(releases, clock=self.clock)
        toolbox = Toolbox(pagers={"push": MemoryPager()}, deploy_tool=deployments)
        book = Playbook(name="shop", rules=RULES, runbooks=[BACK])
        self.desk = Desk(book, PEOPLE, toolbox, MemoryStore(clock=self.clock), places=0)
        self.desk.declare("Checkout fails", by="ada", severity=RULES.scheme.severities[0], id="INC-1")
        self.say(StartRunbook, "back")

    def say(self, kind: type[Any], *given: Any, by: str = "grace", **more: Any) -> None:
        """What somebody says, and what follows from it."""
        self.desk.submit("INC-1", kind(*given, at=self.clock(), by=by, **more))
        while self.desk.tick():
            pass


def test_what_is_undone_is_confirmed_by_the_name_of_its_undoing() -> None:
    response = Response()
    response.say(Confirm, "back #1", "rollback")
    response.say(UndoRunbook, "back #1", reason="it was not the release")
    with pytest.raises(CommandInvalid, match="not at its turn: it is being undone, so confirm 'rollback//undo'"):
        response.say(Confirm, "back #1", "rollback", attempt=2)
    response.say(Confirm, "back #1", "rollback//undo")
    with pytest.raises(CommandInvalid, match="rollback of back #1 is not at its turn: the run has ended"):
        response.say(Confirm, "back #1", "rollback", attempt=2)


def test_a_step_of_a_run_that_is_cancelled_is_confirmed_once_that_is_resumed() -> None:
    response = Response()
    response.say(CancelRunbook, "back #1", reason="wait")
    with pytest.raises(CommandInvalid, match="the run is cancelled, and has to be resumed before that"):
        response.say(Confirm, "back #1", "rollback")


def test_whoever_may_not_confirm_a_step_learns_who_may_or_that_it_is_not_at_its_turn() -> None:
    response = Response()
    with pytest.raises(MayNotConfirm, match=r"confirmed by role technical lead \(grace\), and not by 'ada'"):
        response.say(Confirm, "back #1", "rollback", by="ada")
    with pytest.raises(CommandInvalid, match="tell of back #1 is not at its turn: see how far the run has come"):
        response.say(Confirm, "back #1", "tell")
    response.say(Confirm, "back #1", "rollback")
    response.say(Fulfil, "back #1/tell")
