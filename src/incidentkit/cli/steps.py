"""The steps of runbooks in tables for a terminal: what they would do, and how far they have come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from incidentkit.cli.tools import VARIABLES, advice_on_lack
from incidentkit.errors import shown
from incidentkit.model.action import NOBODY
from incidentkit.model.assessment import Value
from incidentkit.model.durations import duration_text
from incidentkit.model.incident import Incident
from incidentkit.model.progress import ONCE
from incidentkit.model.runs import RunStanding
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.rehearsal import Rehearsal, Rehearsed, RunReport, dry_run_without_incident
from incidentkit.policy.step import Decide
from incidentkit.policy.stride import Stage, Stride
from incidentkit.text.document import Table

LONGEST_READING = 60
"""Characters of a text that a tool answered which are shown."""

ANYBODY = "nobody has it, and anybody may"
"""Who confirms a step if nobody is found who is to do so."""


def runbook_table(playbook: Playbook, runbook: str) -> Table:
    """What is done in a runbook: a line for each step."""
    steps = dry_run_without_incident(playbook, runbook)
    rows = [(each.step, each.does, each.guard, ", ".join(each.confirmed_by)) for each in steps]
    return Table(("step", "does", "only if", "confirmed by"), rows)


def rehearsal_table(rehearsal: Rehearsal, playbook: Playbook, *, knows_people: bool, knows_tools: bool) -> Table:
    """What it would do in an incident: a line for each step, and what is missing where that is known.

    Where people are not known, whoever confirms a step is told as the runbook names them: it is not nobody.
    """
    named = {each.step: ", ".join(each.confirmed_by) for each in dry_run_without_incident(playbook, rehearsal.runbook)}
    header = ("step", "does", "only if", "confirmed by")
    rows = [
        (each.step, each.does, each.guard, _confirming(each, named, knows_people=knows_people)) for each in rehearsal
    ]
    if not knows_tools:
        return Table(header, rows)
    missing = [VARIABLES.get(each.missing, "") for each in rehearsal]
    return Table((*header, "missing"), [(*row, lack) for row, lack in zip(rows, missing, strict=True)])


def _confirming(step: Rehearsed, named: Mapping[str, str], *, knows_people: bool) -> str:
    recipients = named.get(step.step, "")
    if step.confirmed_by or not recipients:
        return ", ".join(step.confirmed_by)
    return f"{recipients} ({ANYBODY})" if knows_people else recipients


def run_table(report: RunReport, incident: Incident) -> Table:
    """How far a run has come: a line for each step, with what its tool answered."""
    table = report.to_table()
    rows = zip(table.rows, report.steps, strict=True)
    return Table(table.header, [(*row[:-1], because(stride, incident)) for row, stride in rows])


def running_table(reports: Iterable[RunReport], incident: Incident) -> Table | None:
    """The runs that go on, with the steps that wait for people: a line for each; `None` if none goes on."""
    going = [each for each in reports if each.run.standing is RunStanding.RUNNING]
    rows = [row for report in going for row in _waiting(report, incident) or [(report.run.name, "", "nobody")]]
    return Table(("run", "step", "waits for", "because"), rows) if rows else None


def _waiting(report: RunReport, incident: Incident) -> list[tuple[str, ...]]:
    """The steps of a run that wait for people; those that are undone, and no others, where all of it is undone."""
    run = report.run
    is_undoing = run.undoing or (not run.undone and any(each.is_undoing for each in report.steps))
    waiting = (each for each in report.waiting if not each.goes_on and (each.is_undoing or not is_undoing))
    return [(run.name, each.name, _wanted(each), because(each, incident)) for each in waiting]


def _wanted(stride: Stride) -> str:
    """What people are to do about a step, and with which command."""
    by = ", ".join(map(str, stride.placed.confirmed_by))
    match stride.stage:
        case Stage.UNKNOWN:
            return "an answer"
        case Stage.HELD:
            return "lift-hold"
        case Stage.UNCONFIRMED:
            return f"runbook confirm --attempt {stride.attempt}, by {by}"
        case Stage.FAILED:
            return f"runbook confirm --attempt {stride.attempt}, by {by}; or fulfil, or waive"
        case _ if isinstance(stride.placed.step, Decide) and not stride.is_undoing:
            return f"an answer, {stride.placed.step.fact.name}=..., by {stride.placed.owner}"
        case _:
            return f"fulfil or waive, by {stride.placed.owner}"


def because(stride: Stride, incident: Incident) -> str:
    """Why it stands so with a step, what to do about that, and what its tool answered."""
    lack = "" if stride.operation is None else advice_on_lack(stride.operation.slot, stride.because)
    key = incident.progress.latest.get((stride.id, ONCE, NOBODY))
    answered = "" if key is None else readings_text(incident.progress.tried[key].readings)
    return "; ".join(filter(None, (stride.because, lack, answered)))


def readings_text(readings: Mapping[str, Value]) -> str:
    """What a tool answered, in words."""
    return ", ".join(f"{name}={_value(value)}" for name, value in readings.items())


def _value(value: Value) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case timedelta():
            return duration_text(value)
        case str():
            return shown(value, LONGEST_READING)
        case _:
            return f"{value:g}"
