"""What a desk does, written once: load, plan, record, perform. Nothing here touches the world.

Flows ask for effects, and a driver carries them out: `Desk` one after the other, `AsyncDesk` awaiting them. The log is
the lock: decisions and claims are appended at the version that was read, so of two desks one is first, and the other
reads again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from attrs import evolve, frozen

from incidentkit.desk.charter import Charter
from incidentkit.desk.effects import Attempt, Call, Flow, Spawn
from incidentkit.desk.notices import Audited, Decided, Ended, Failed, Planned, Recorded, Started
from incidentkit.errors import CommandInvalid, IncidentkitError, ProviderError, StaleVersion
from incidentkit.model.action import Outcome
from incidentkit.model.commands import Command
from incidentkit.model.events import (
    ActionEnded,
    ActionStarted,
    Became,
    Event,
    FellDue,
    Overtaken,
    Redacted,
    TimeCorrected,
)
from incidentkit.model.identity import IncidentId, keepable
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.model.severity import Severity
from incidentkit.model.triage import Triage
from incidentkit.model.vocabulary import FactSource
from incidentkit.policy.planning import Action, Plan, Step, plan, preview, settle
from incidentkit.providers.answer import Receipt
from incidentkit.providers.store import Append, Audit, FindDue, FindForgotten
from incidentkit.text.document import Document, Table
from incidentkit.text.plain import to_plain

PATIENCE: Final = 50
"""How often a command is tried again because somebody else wrote to the log meanwhile."""


HORIZON: Final = timedelta(hours=24)
"""How far ahead the summary of a command looks."""


@frozen
class Result:
    """What came of a command."""

    incident: Incident
    event: Event
    """What the log says of it."""
    changed: bool
    """Whether it took effect; if not, it came too late or said what was so already."""
    summary: str
    """What it means: what will happen next if nobody does anything, computed from the plan."""


@frozen
class Preview:
    """What will happen to an incident within some time if nobody does anything; printed, a table."""

    steps: tuple[Step, ...]

    def to_table(self) -> Table:
        """A line for each decision and action."""
        rows: list[tuple[str, str]] = []
        for step in self.steps:
            when = f"{step.at:%Y-%m-%d %H:%M:%S}"
            rows += [(when, str(decision)) for decision in step.decisions]
            rows += [(when, action.because) for action in step.actions]
        return Table(("UTC", "what"), rows)

    def __str__(self) -> str:
        return to_plain(Document([self.to_table()]))


def declaration(
    charter: Charter,
    *,
    id: str,
    title: str,
    by: str,
    facts: FactSource | None,
    triage: Triage[Any] | None,
    severity: Severity[Any] | None,
    at: datetime | None,
    started_at: datetime | None,
) -> Callable[[datetime], Incident]:
    """What makes an incident, once it is given the time; without a severity or a triage, of which facts make one."""

    def make(now: datetime) -> Incident:
        given = triage
        if severity is None and triage is None:
            given = charter.first.triage({} if facts is None else facts, at=now)
        elif facts is not None:
            raise CommandInvalid(f"{id}: an incident is declared with facts, with a triage or with a chosen severity")
        return Incident.declare(
            id,
            title=title,
            at=now if at is None else at,
            by=by,
            triage=given,
            severity=severity,
            started_at=started_at,
            playbook=charter.first,
            recorded_at=now,
        )

    return make


def declare(charter: Charter, make: Callable[[datetime], Incident]) -> Flow[Incident]:
    """Begin an incident, which is made by what is given the time."""
    now: datetime = yield Call(charter.store.now)
    incident = make(now)
    request = Append(
        incident=incident.id,
        events=incident.timeline.events,
        expected_version=0,
        wake_at=now,
        planned_with=charter.planned_with,
    )
    stored: tuple[Event, ...] = yield Call(partial(charter.store.append, request))
    charter.tell(Recorded(incident.id, stored[0]))
    return Incident.replay(stored)


def load(charter: Charter, incident: str) -> Flow[Incident]:
    """Read an incident."""
    events: tuple[Event, ...] = yield Call(partial(charter.store.load, incident))
    return Incident.replay(events)


def submit(charter: Charter, incident: str, make: Callable[[datetime], Command]) -> Flow[Result]:
    """Record a command, after the decisions that were due before it."""
    tries = 0
    while True:
        before = yield from load(charter, incident)
        now: datetime = yield Call(charter.store.now)
        now = max(now, before.as_of)
        command = make(now)
        playbook = charter.playbook_of(before)
        decisions = settle(before, playbook, charter.directory, before=now)
        settled = before.extended(decisions)
        events = (*decisions, settled.apply(command, recorded_at=now).timeline[-1])
        try:
            after = yield from _append(charter, before, events, wake_at=now)
        except StaleVersion:
            tries += 1
            if tries == PATIENCE:
                raise
            continue
        _tell_decisions(charter, decisions)
        event = after.timeline[-1]
        charter.tell(Recorded(after.id, event))
        return Result(after, event, not isinstance(event, Overtaken), _summary(charter, after, event, now))


def tick(charter: Charter, limit: int) -> Flow[int]:
    """Look at every incident that is due, and begin what is to be done; gives how many there were."""
    request = FindDue(charter.planned_with, limit)
    due: tuple[IncidentId, ...] = yield Call(partial(charter.store.due, request))
    for incident in due:
        try:
            yield from attend(charter, incident)
        except StaleVersion:
            continue  # somebody else was first, and it stays due if there is anything left
        except IncidentkitError as error:
            charter.tell(Failed(incident, error))
    return len(due)


def attend(charter: Charter, incident: str) -> Flow[None]:
    """Plan one incident, record what was decided and claimed, and begin the actions that were claimed."""
    before = yield from load(charter, incident)
    now: datetime = yield Call(charter.store.now)
    now = max(now, before.as_of)
    planned = _plan(charter, before, now)
    claims = [_claim(charter, before, action, now) for action in planned.due]
    after = before.extended(_stamped([*planned.decisions, *claims], now))
    following = _plan(charter, after, now)
    done = following.wake_at is None and not following.due and after.status not in ACTIVE
    yield from _append(charter, before, (*planned.decisions, *claims), wake_at=following.wake_at, done=done)
    _tell_decisions(charter, planned.decisions)
    charter.tell(Planned(before.id, planned))
    for action in planned.due:
        yield Spawn(perform(charter, before.id, action))


def perform(charter: Charter, incident: IncidentId, action: Action) -> Flow[None]:
    """Do an action that was claimed, and record what came of it whatever else happened."""
    charter.tell(Started(incident, action))
    method = action.request.method
    pager = charter.toolbox.pagers.get(method)
    if pager is None:
        ended = _Ending(Outcome.FAILED, f"no pager for {method} is in the toolbox: somebody has to do it")
    else:
        try:
            call = partial(pager.page, action.request)
            ended = _ending((yield Attempt(f"pagers[{method!r}]", call, charter.deadline)))
        except Exception as error:  # noqa: BLE001  # whatever a provider raises is an outcome, and is recorded as one
            ended = _ending_of(error)
    now: datetime = yield Call(charter.store.now)
    event = ActionEnded(
        incident=incident,
        at=now,
        by=charter.by,
        recorded_at=now,
        action=action.key,
        outcome=ended.outcome,
        problem=ended.problem,
        reference=ended.reference,
        retry_at=None if ended.retry_after is None else now + ended.retry_after,
    )
    request = Append(incident=incident, events=(event,), expected_version=None, planned_with=charter.planned_with)
    yield Call(partial(charter.store.append, request))
    charter.tell(Ended(incident, action, ended.outcome, ended.problem))


def foresee(charter: Charter, incident: str, within: timedelta) -> Flow[Preview]:
    """What will happen to an incident if nobody does anything."""
    loaded = yield from load(charter, incident)
    now: datetime = yield Call(charter.store.now)
    steps = preview(loaded, charter.playbook_of(loaded), charter.directory, now=now, until=now + within)
    return Preview(tuple(steps))


def audit(charter: Charter, request: FindForgotten) -> Flow[Audit]:
    """Find what has been forgotten."""
    audited: Audit = yield Call(partial(charter.store.audit, request))
    charter.tell(Audited(audited.incidents_open, audited.forgotten))
    return audited


@frozen
class _Ending:
    """What came of a try, before it has a time."""

    outcome: Outcome
    problem: str = ""
    reference: str = ""
    retry_after: timedelta | None = None


def _ending(answer: object) -> _Ending:
    """What came of a try that was answered."""
    if isinstance(answer, Receipt):
        return _Ending(Outcome.SUCCEEDED, reference=keepable(answer.reference))
    return _Ending(Outcome.UNKNOWN, f"answered with {type(answer).__name__} and not with a Receipt")


def _ending_of(error: Exception) -> _Ending:
    """What came of a try that raised. What is not a provider's error shows its class alone: it may hold secrets."""
    if not isinstance(error, ProviderError):
        return _Ending(Outcome.UNKNOWN, f"raised {type(error).__name__}, which is no ProviderError")
    problem = keepable(str(error))
    if error.outcome_unknown:
        return _Ending(Outcome.UNKNOWN, problem)
    if error.transient:
        return _Ending(Outcome.POSTPONED, problem, retry_after=getattr(error, "retry_after", None))
    return _Ending(Outcome.FAILED, problem)


def _plan(charter: Charter, incident: Incident, now: datetime) -> Plan:
    playbook = charter.playbook_of(incident)
    return plan(incident, playbook, charter.directory, now=now, namespace=charter.namespace)


def _claim(charter: Charter, incident: Incident, action: Action, now: datetime) -> ActionStarted:
    """The event by which this desk takes an action on."""
    return ActionStarted(
        incident=incident.id,
        at=now,
        by=charter.by,
        recorded_at=now,
        action=action.key,
        lease_until=now + charter.lease,
        because=keepable(action.because),
    )


def _stamped(events: Iterable[Event], now: datetime) -> list[Event]:
    """The events as the store will record them, if its clock stands still meanwhile."""
    return [evolve(event, recorded_at=now) for event in events]


def _append(
    charter: Charter, before: Incident, events: tuple[Event, ...], *, wake_at: datetime | None, done: bool = False
) -> Flow[Incident]:
    """Add to the log that was read, and give the incident that it is the log of now."""
    request = Append(
        incident=before.id,
        events=events,
        expected_version=before.version,
        wake_at=wake_at,
        planned_with=charter.planned_with,
        done=done,
    )
    stored: tuple[Event, ...] = yield Call(partial(charter.store.append, request))
    if any(isinstance(event, TimeCorrected | Redacted) for event in stored):
        return (yield from load(charter, before.id))
    return before.extended(stored)


def _tell_decisions(charter: Charter, decisions: Iterable[Became | FellDue]) -> None:
    for decision in decisions:
        charter.tell(Decided(decision.incident, decision))


def _summary(charter: Charter, incident: Incident, event: Event, now: datetime) -> str:
    """What was recorded, and who will be reached next and when, if nobody does anything."""
    playbook = charter.playbook_of(incident)
    steps = preview(incident, playbook, charter.directory, now=now, until=now + HORIZON)
    step = next((step for step in steps if step.actions), None)
    if step is None:
        return f"{event}; nobody else is paged."
    actions = "; ".join(action.because for action in step.actions)
    return f"{event}; if nothing else happens, at {step.at:%Y-%m-%d %H:%M} UTC: {actions}."
