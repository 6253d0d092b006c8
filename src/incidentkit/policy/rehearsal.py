"""What a runbook would do, step by step, without doing any of it; and how far the runs of an incident have come."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve, frozen

from incidentkit.errors import FieldInvalid
from incidentkit.model.conditions import ALWAYS
from incidentkit.model.identity import PersonId, moment
from incidentkit.model.incident import Incident
from incidentkit.model.runs import Run
from incidentkit.policy.directory import Directory
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.shelf import SAMPLE_KEY, Placed
from incidentkit.policy.step import Check, Decide, Failure, Include, Use
from incidentkit.policy.stride import WAITING, Stage, Stride
from incidentkit.policy.view import View
from incidentkit.text.document import Document, Table
from incidentkit.text.plain import to_plain

ANSWERS: Final = {True: "yes", False: "no: skipped", None: "not known"}
"""How a guard stands, in words."""


@frozen(kw_only=True)
class Rehearsed:
    """A step, and what would be done."""

    step: str
    what: str
    does: str
    """What a tool would be asked, as the playbook would write it; or who would do what."""
    guard: str
    """What it depends on, and how that stands now; empty if it depends on nothing."""
    confirmed_by: tuple[PersonId, ...]
    """Who has to say so before each try; empty if nobody has to."""
    undone_by: str
    """The operations that would undo it; empty if none does."""
    missing: str
    """The slot that has no tool; empty if nothing is missing."""


@frozen
class Rehearsal:
    """What a runbook would do; printed, a table."""

    runbook: str
    steps: tuple[Rehearsed, ...]

    @property
    def missing(self) -> Mapping[str, str]:
        """The slots that have no tool, by the steps that need them."""
        return {each.step: each.missing for each in self.steps if each.missing}

    def to_table(self) -> Table:
        """A line for each step."""
        rows = [(each.step, each.does, each.guard, ", ".join(each.confirmed_by), each.missing) for each in self.steps]
        return Table(("step", "does", "only if", "confirmed by", "missing"), rows)

    def __iter__(self) -> Iterator[Rehearsed]:
        return iter(self.steps)

    def __str__(self) -> str:
        return to_plain(Document([self.to_table()]))


def dry_run(
    incident: Incident,
    playbook: Playbook,
    directory: Directory,
    runbook: str,
    parameters: Mapping[str, object],
    *,
    now: datetime,
    slots: Collection[str] | None = None,
) -> Rehearsal:
    """What a runbook would do in an incident; ``slots`` are those that have tools, `None` if that does not matter.

    Raises `UnknownRunbook` and `ParametersInvalid`.
    """
    now = max(moment("now", now), incident.as_of)
    shelf, severity = playbook.shelf, incident.severity.key
    values = shelf.values(runbook, parameters, incident.id, severity)
    view = View(incident, playbook, directory, now)
    placed = shelf.placed(runbook, values, incident.id, severity)
    return Rehearsal(runbook, tuple(_rehearsed(each, view, slots) for each in placed))


def dry_run_without_incident(playbook: Playbook, runbook: str) -> Rehearsal:
    """What a runbook does, with its parameters in braces; raises `UnknownRunbook`."""
    return Rehearsal(runbook, tuple(map(_described, playbook.shelf.rehearsed(runbook))))


def _described(placed: Placed) -> Rehearsed:
    """A step by itself: its guard, and who confirms it, as the runbook names them."""
    step, tool = placed.step, placed.operation
    confirming = placed.confirmed_by if isinstance(step, Use) and step.is_confirmed else ()
    return Rehearsed(
        step=placed.name,
        what=placed.words,
        does=_does(placed),
        guard="" if step.when == ALWAYS else str(step.when),
        confirmed_by=tuple(map(PersonId, map(str, confirming))),
        undone_by="" if tool is None else ", ".join(f"{tool.slot}.{each}" for each in tool.undone_by),
        missing="",
    )


def _rehearsed(placed: Placed, view: View, slots: Collection[str] | None) -> Rehearsed:
    """A step in an incident: how its guard stands, the people who confirm it, and whether its tool is there."""
    step, tool = _described(placed), placed.operation
    answer = ANSWERS[placed.step.when.evaluate(view.present)]
    return evolve(
        step,
        guard=step.guard and f"{step.guard} ({answer})",
        confirmed_by=view.audience.found(placed.confirmed_by, view.now) if step.confirmed_by else (),
        missing="" if tool is None or slots is None or tool.slot in slots else tool.slot,
    )


def _does(placed: Placed) -> str:
    step = placed.step
    match step:
        case Use() | Check():
            words = f"${step.tool.tool.variable} {_arguments(placed)}".rstrip()
            return words if isinstance(step, Use) else f"{words}{_repeated(step)}"
        case Include(runbook=runbook):
            return f"go through {runbook}"
        case Decide():
            return f"{placed.owner} answers: {step.fact.question}"
        case _:
            return f"{placed.owner}: {placed.words}"


def _arguments(placed: Placed) -> str:
    """The command line; of what cannot be asked with names of parameters instead of values, what is known of it."""
    assert isinstance(placed.step, Use | Check)
    try:
        return " ".join(placed.step.tool.arguments_of(placed.request(SAMPLE_KEY)))
    except (FieldInvalid, TypeError):
        given = " ".join(f"{name}={value}" for name, value in placed.step.arguments.items())
        return f"{placed.step.tool.words[0]} {given}"


def _repeated(step: Check) -> str:
    """How long something is checked, if more than once."""
    patience = f", until it is well, for {step.patience}" if step.patience else ""
    lasting = f", well for {step.lasting}" if step.lasting else ""
    return f"{patience}{lasting}, every {step.every}" if patience or lasting else ""


@frozen
class RunReport:
    """A run, and how it stands with its steps; printed, a table."""

    run: Run
    steps: tuple[Stride, ...]
    """Its steps in their order, then those that are being undone."""

    @property
    def waiting(self) -> tuple[Stride, ...]:
        """The steps that wait for people; none of those that are stopped."""
        return tuple(each for each in self.steps if each.stage in WAITING)

    def to_table(self) -> Table:
        """A line for each step."""
        rows = [(each.name, str(each.stage), _since(each), _next(each), each.because) for each in self.steps]
        return Table((self.run.name, str(self.run.standing), "since, UTC", "next", "because"), rows)

    def __str__(self) -> str:
        return to_plain(Document([self.to_table()]))


def runs_of(incident: Incident, playbook: Playbook, directory: Directory, *, now: datetime) -> Sequence[RunReport]:
    """The runs of an incident in the order in which they were started, and how they stand by a moment."""
    view = View(incident, playbook, directory, max(moment("now", now), incident.as_of))
    return tuple(RunReport(each.run, each.steps) for each in view.courses)


def _since(stride: Stride) -> str:
    return "" if stride.stage in (Stage.LATER, Stage.STOPPED) else f"{stride.since:%Y-%m-%d %H:%M}"


def _next(stride: Stride) -> str:
    """Which try is next, and when, if that is settled."""
    if stride.stage is Stage.TRYING and stride.key is not None and stride.at is not None:
        is_same_day = stride.at.date() == stride.since.date()
        return f"try {stride.attempt} at {stride.at:{'%H:%M' if is_same_day else '%Y-%m-%d %H:%M'}}"
    waits = stride.stage is Stage.UNCONFIRMED or (stride.stage is Stage.FAILED and stride.on_failure is Failure.WAIT)
    return f"try {stride.attempt}" if waits else ""
