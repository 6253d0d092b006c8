"""What planning needs to know of the runbooks of an incident: which were started, and what people said of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import define, evolve, field, frozen

from incidentkit.errors import CommandInvalid, StaleConfirmation, UnknownRun
from incidentkit.model.assessment import Value
from incidentkit.model.identity import PersonId
from incidentkit.model.run_events import (
    Answered,
    Confirmed,
    RunbookCancelled,
    RunbookResumed,
    RunbookStarted,
    RunbookUndone,
    RunEnded,
    Skipped,
)

MOST_RUNS: Final = 1_000
"""How often runbooks can be started in one incident."""


class RunStanding(StrEnum):
    """Whether a run goes on."""

    RUNNING = "running"
    CANCELLED = "cancelled"
    """Somebody stopped it; it can be resumed."""
    ENDED = "ended"
    """Nothing is left to do; what it did can still be undone."""


@frozen(kw_only=True)
class Run:
    """A runbook that was started."""

    name: str
    """The runbook, and how often it was started by then: ``failover #1``."""
    runbook: str
    parameters: Mapping[str, Value] = field(hash=False)
    by_hand: frozenset[str]
    """The steps that people do, though a tool could."""
    since: datetime
    by: PersonId
    severity: str
    """The key of the severity that the incident had by then: what was asked with it is undone with it."""
    standing: RunStanding = RunStanding.RUNNING
    answers: Mapping[str, Value] = field(factory=dict[str, Value], hash=False)
    """What people answered in it, by fact."""
    answered: Mapping[str, datetime] = field(factory=dict[str, datetime], hash=False)
    """When the log first learned of each answer, by fact."""
    undoing: bool = False
    """Whether nothing of it is done any more, but undone."""
    undone: frozenset[str] = frozenset()
    """The steps that people asked to be undone by themselves."""
    undone_since: frozenset[str] = frozenset()
    """Those of them that they asked for after they had cancelled it, and which are undone all the same."""

    def is_undoing(self, step: str) -> bool:
        """Whether all of it is being undone already, or that step, as people asked."""
        if self.standing is RunStanding.CANCELLED:
            return step in self.undone_since
        return self.undoing or (step != "" and step in self.undone)

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing of it is begun by itself, and so nothing can be stopped."""
        match self.standing:
            case RunStanding.RUNNING:
                return False
            case RunStanding.CANCELLED:
                return not self.undone_since
            case RunStanding.ENDED:
                return not self.undone

    def step(self, name: str) -> str:
        """What a step of it is called as an obligation."""
        return f"{self.name}/{name}"


@frozen
class Confirmation:
    """Somebody said that a step may be tried."""

    attempt: int
    """Which try was meant, counted from 1."""
    by: PersonId
    at: datetime
    """When the log learned of it."""
    place: int
    """Where it stands in the order of what planning compares."""


@define
class Runs:
    """The runs of an incident, in the order in which they were started, and what was said of their steps."""

    by_name: dict[str, Run] = field(factory=dict[str, Run])
    skipped: dict[str, str] = field(factory=dict[str, str])
    """The steps that are not done, as obligations, each with the reason."""
    confirmed: dict[str, tuple[Confirmation, ...]] = field(factory=dict[str, tuple[Confirmation, ...]])
    """What was confirmed, by step; the word of one person takes nothing away from that of another."""

    def copy(self) -> Runs:
        """A copy that can change without changing this one."""
        return Runs(self.by_name.copy(), self.skipped.copy(), self.confirmed.copy())

    def next_name(self, runbook: str) -> str:
        """What a runbook that is started now is called from then on."""
        return f"{runbook} #{sum(run.runbook == runbook for run in self.by_name.values()) + 1}"

    def going_on(self, runbook: str, parameters: Mapping[str, Value]) -> str:
        """The run in which a runbook is gone through already with these parameters; empty if there is none."""
        running = (run for run in self.by_name.values() if run.standing is RunStanding.RUNNING)
        same = (run.name for run in running if (run.runbook, {**run.parameters}) == (runbook, {**parameters}))
        return next(same, "")

    def __getitem__(self, name: str) -> Run:
        try:
            return self.by_name[name]
        except (KeyError, TypeError):
            raise UnknownRun(name, self.by_name) from None

    def start(self, event: RunbookStarted, severity: str) -> None:
        """Somebody began to go through a runbook."""
        if len(self.by_name) >= MOST_RUNS:
            raise CommandInvalid(f"{event.incident}: {MOST_RUNS} runbooks were started, which is the most")
        if event.run != self.next_name(event.runbook):
            raise CommandInvalid(f"{event.incident}: the next run of {event.runbook} is not called {event.run}")
        self.by_name[event.run] = Run(
            name=event.run,
            runbook=event.runbook,
            parameters=event.parameters,
            by_hand=frozenset(event.by_hand),
            since=event.recorded_at,
            by=event.by,
            severity=severity,
        )

    def cancel(self, event: RunbookCancelled) -> None:
        """Nothing more of it is begun, and nothing more undone."""
        run = self[event.run]
        self.by_name[run.name] = evolve(run, standing=RunStanding.CANCELLED, undone_since=frozenset())

    def resume(self, event: RunbookResumed) -> None:
        """It goes on where it was."""
        self._stand(event.run, RunStanding.RUNNING)

    def end(self, event: RunEnded) -> None:
        """Nothing of it is left to do. A desk that learned too late that it goes on says nothing."""
        if event.run in self.by_name:
            self._stand(event.run, RunStanding.ENDED)

    def undo(self, event: RunbookUndone) -> None:
        """What it did, or one step, is to be undone; of one step that changes nothing of how the rest stands."""
        run = self[event.run]
        if event.step:
            since = run.undone_since | {event.step}
            self.by_name[run.name] = evolve(run, undone=run.undone | {event.step}, undone_since=since)
        else:
            self.by_name[run.name] = evolve(run, undoing=True, standing=RunStanding.RUNNING)

    def answer(self, event: Answered) -> None:
        """Somebody told what it has to know."""
        run = self[event.run]
        answered = {event.fact: event.recorded_at, **run.answered}
        self.by_name[run.name] = evolve(run, answers={**run.answers, event.fact: event.value}, answered=answered)

    def confirm(self, event: Confirmed, tries: int, place: int) -> None:
        """A step may be tried that was tried so often; `StaleConfirmation` if another try was meant."""
        step = self[event.run].step(event.step)
        if event.attempt != tries + 1:
            raise StaleConfirmation(event.run, event.step, event.attempt, tries)
        word = Confirmation(event.attempt, event.by, event.recorded_at, place)
        self.confirmed[step] = (*self.confirmed.get(step, ()), word)

    def skip(self, event: Skipped) -> None:
        """A step is not done."""
        self.skipped.setdefault(event.obligation, event.because)

    def _stand(self, name: str, standing: RunStanding) -> None:
        self.by_name[name] = evolve(self[name], standing=standing)
