"""What people say of runbooks, checked against the playbook and the people before it is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve

from incidentkit.desk.charter import Charter
from incidentkit.desk.effects import Call, Flow
from incidentkit.desk.flows.log import load, stamped
from incidentkit.errors import CommandInvalid, MayNotConfirm, ToolsMissing, UnknownStep
from incidentkit.model.commands import Answer, Command, Confirm, StartRunbook, UndoRunbook
from incidentkit.model.incident import Incident
from incidentkit.model.runs import Run, RunStanding
from incidentkit.policy.planning import decided
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.rehearsal import Rehearsal, RunReport, dry_run, runs_of
from incidentkit.policy.step import Check, Use
from incidentkit.policy.stride import UNDO, Stage
from incidentkit.policy.view import View


def rehearse(charter: Charter, incident: str, runbook: str, parameters: Mapping[str, Any]) -> Flow[Rehearsal]:
    """What a runbook would do."""
    loaded = yield from load(charter, incident)
    now: datetime = yield Call(charter.store.now)
    slots = {slot for slot, _ in charter.toolbox.slots()} if charter.performs else None
    book = charter.playbook_of(loaded)
    return dry_run(loaded, book, charter.directory, runbook, parameters, now=now, slots=slots)


def report(charter: Charter, incident: str) -> Flow[Sequence[RunReport]]:
    """How far the runs of an incident have come."""
    loaded = yield from load(charter, incident)
    clock: datetime = yield Call(charter.store.now)
    now, book = max(clock, loaded.as_of), charter.playbook_of(loaded)
    decisions = decided(loaded, book, charter.directory, now=now)
    return runs_of(loaded.extended(stamped(decisions, now)), book, charter.directory, now=now)


def understood(playbook: Playbook, incident: Incident, command: Command) -> Command:
    """The command with its values as the playbook has them.

    Raises `UnknownRunbook`, `UnknownRun`, `UnknownStep`, `UnknownFact`, `FactValueInvalid` and `ParametersInvalid` for
    what would do nothing.
    """
    match command:
        case StartRunbook(runbook=runbook, parameters=given):
            values = playbook.shelf.values(runbook, given, incident.id, incident.severity.key)
            by_tools = [each.name for each in playbook.shelf.rehearsed(runbook) if each.operation is not None]
            for name in command.by_hand:
                if name not in by_tools:
                    raise UnknownStep(runbook, name, by_tools)
            return evolve(command, parameters=values)
        case Answer(fact=name, value=value):
            _ = incident.progress.runs[command.run]
            return evolve(command, value=playbook.vocabulary[name].check(value))
        case Confirm(run=run, step=step):
            runbook = incident.progress.runs[run].runbook
            playbook.shelf.step(runbook, str(step).removesuffix(UNDO))
            return command
        case UndoRunbook(run=run, step=step) if step:
            _check_undo(playbook, incident.progress.runs[run].runbook, step)
            return command
        case _:
            return command


def _check_undo(playbook: Playbook, runbook: str, step: str) -> None:
    """Raise `CommandInvalid` for a step that no tool can undo."""
    found = playbook.shelf.step(runbook, step)
    if isinstance(found, Use | Check) and not found.tool.undone_by:
        raise CommandInvalid(f"{step}: nothing undoes {found.operation}, which people would have to do")


def check_tools(charter: Charter, playbook: Playbook, command: StartRunbook) -> None:
    """Raise `ToolsMissing` for steps that nobody here could do, before the first of them is tried."""
    if not charter.performs:
        return
    filled = {slot for slot, _ in charter.toolbox.slots()}
    missing = {
        each.name: each.operation.slot
        for each in playbook.shelf.rehearsed(command.runbook)
        if each.operation is not None and each.name not in command.by_hand and each.operation.slot not in filled
    }
    if missing:
        raise ToolsMissing(command.runbook, missing)


def _instead(view: View, run: Run, step: str) -> str:
    """Why a step is not at its turn, and what to do about that."""
    if run.standing is RunStanding.CANCELLED:
        return "the run is cancelled, and has to be resumed before that"
    if run.step(step + UNDO) in view.strides:
        return f"it is being undone, so confirm {step + UNDO!r}"
    return "the run has ended" if run.standing is RunStanding.ENDED else "see how far the run has come"


def check_confirmation(view: View, command: Confirm) -> None:
    """Raise `CommandInvalid` for a step that does not wait for it, `MayNotConfirm` for somebody else's word."""
    run = view.incident.progress.runs[command.run]
    found = view.strides.get(run.step(command.step))
    if found is None:
        raise CommandInvalid(f"{command.step} of {command.run} is not at its turn: {_instead(view, run, command.step)}")
    course, stride = found
    if stride.stage not in (Stage.UNCONFIRMED, Stage.FAILED):
        because = f": {stride.because}" if stride.because else ""
        raise CommandInvalid(
            f"{command.step} of {command.run} waits for no confirmation, it is {stride.stage}{because}"
        )
    if not course.may_confirm(stride, command.by, view.now):
        who = course.confirming(stride, view.now)
        raise MayNotConfirm(command.run, command.step, command.by, map(str, stride.placed.confirmed_by), who)
