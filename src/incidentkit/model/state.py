"""The fold: from the events of an incident to where it stands. It never reads policy.

`State` is what the fold carries along. It changes in place while a log is replayed, and is copied before every other
event, so nobody outside ever sees it change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final

from attrs import define, evolve, field, fields

from incidentkit.errors import IncidentkitError, LogInvalid, TimesContradict
from incidentkit.model.events import (
    Acknowledged,
    Assessed,
    Cancelled,
    Closed,
    Declared,
    Declined,
    Event,
    Linked,
    Merged,
    Mitigated,
    MitigationStarted,
    Noted,
    Overtaken,
    Redacted,
    Regressed,
    Reopened,
    Resolved,
    Restricted,
    RestrictionLifted,
    RoleAssigned,
    SeverityChanged,
    Snoozed,
    StartCorrected,
    Summarized,
    TimeCorrected,
    Unacknowledged,
    Value,
)
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.model.lifecycle import TABLE, Status
from incidentkit.model.people import Role
from incidentkit.model.severity import Severity


@define(eq=True, repr=False)
class State:
    """Where an incident stands after some of its events; see `incidentkit.model.incident.Incident` for the meaning."""

    id: IncidentId
    title: str
    playbook: str
    declared_at: datetime
    started_at: datetime
    status: Status
    since: datetime
    generation: int
    generation_at: datetime
    severity: Severity[Any]
    possible: frozenset[Severity[Any]]
    floor: Severity[Any] | None
    """The severity that was last certain or set by a person: from then on only a person goes below it."""
    severity_at: datetime
    facts: Mapping[str, Value]
    recorded_at: datetime
    roles: dict[Role, PersonId] = field(factory=dict[Role, PersonId])
    acknowledged: dict[PersonId, datetime] = field(factory=dict[PersonId, datetime])
    declined: dict[PersonId, datetime] = field(factory=dict[PersonId, datetime])
    first_acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    time_in: dict[Status, timedelta] = field(factory=dict[Status, timedelta])
    """How long it was in each status that it has left, over all generations."""
    snoozed_until: datetime | None = None
    restricted: bool = False
    links: list[Linked] = field(factory=list[Linked])
    public_summary: str = ""
    merged_into: IncidentId | None = None
    waivers: Mapping[str, str] = field(factory=dict[str, str])

    def twin(self) -> State:
        """A copy that can change without changing this one."""
        state = State(*_VALUES(self))
        state.roles, state.time_in, state.links = self.roles.copy(), self.time_in.copy(), self.links.copy()
        state.acknowledged, state.declined = self.acknowledged.copy(), self.declined.copy()
        return state


_VALUES: Final = attrgetter(*(attribute.name for attribute in fields(State)))
"""Every value of a state in the order of its fields: a copy by the constructor costs an eighth of `copy.copy`."""


def begin(event: Declared) -> State:
    """The state after the first event."""
    started_at = event.at if event.started_at is None else event.started_at
    _check_started(started_at, event.at)
    assessment = event.assessment
    possible = frozenset(assessment.possible)
    return State(
        id=event.incident,
        title=event.title,
        playbook=event.playbook,
        declared_at=event.at,
        started_at=started_at,
        status=Status.INVESTIGATING,
        since=event.at,
        generation=1,
        generation_at=event.at,
        severity=assessment.severity,
        possible=possible,
        floor=assessment.severity if event.chosen or len(possible) == 1 else None,
        severity_at=event.at,
        facts=assessment.facts,
        recorded_at=event.recorded_at,
    )


def after(state: State, event: Event) -> State:
    """The state after one more event; the one given stays as it is."""
    state = state.twin()
    FOLD[type(event)](state, event)
    state.recorded_at = event.recorded_at
    return state


def replay(events: Iterable[Event]) -> State:
    """The state after all of these events; `LogInvalid` if they are not the log of one incident.

    Where the log says later that an event happened at another time, that time counts.
    """
    log = _corrected([*events])
    state = _first(log)
    recorded_at = state.recorded_at
    for index in range(1, len(log)):
        event = log[index]
        if event.incident != state.id or event.recorded_at < recorded_at:
            raise LogInvalid(index, _misplaced(event, state))
        try:
            FOLD[type(event)](state, event)
        except KeyError:
            raise LogInvalid(index, f"'{event.tag}' cannot happen to an incident that is {state.status}") from None
        except IncidentkitError as error:
            raise LogInvalid(index, f"'{event.tag}': {error}") from None
        recorded_at = state.recorded_at = event.recorded_at
    return state


def _corrected(log: list[Event]) -> list[Event]:
    """The log with each event at the time at which it really happened."""
    corrections = [(index, event) for index, event in enumerate(log) if isinstance(event, TimeCorrected)]
    for index, correction in corrections:
        if not 0 <= correction.event < index:
            raise LogInvalid(index, f"it corrects event {correction.event}, which is not before it")
        log[correction.event] = evolve(log[correction.event], at=correction.happened_at)
    if corrections and isinstance(log[0], Declared) and any(isinstance(event, StartCorrected) for event in log):
        log[0] = evolve(log[0], started_at=None)  # a start that was corrected contradicts no corrected declaration
    return log


def _first(log: list[Event]) -> State:
    if not log or not isinstance(log[0], Declared):
        raise LogInvalid(0, "the log of an incident begins with its declaration")
    try:
        return begin(log[0])
    except TimesContradict as error:
        raise LogInvalid(0, str(error)) from None


def _misplaced(event: Event, state: State) -> str:
    if event.incident != state.id:
        return f"it is of the incident {event.incident}, and the log of {state.id}"
    return f"it was recorded at {event.recorded_at}, before the event that precedes it"


def _move(state: State, command: str, event: Event) -> None:
    """Go where the table says; it has no answer, a `KeyError`, for what cannot happen."""
    result = TABLE[command][state.status]
    if not isinstance(result, Status):
        raise KeyError(command)
    if event.at < state.since:
        raise TimesContradict(f"{event.at} is before {state.since}, since when it is {state.status}")
    spent = event.at - state.since
    state.time_in[state.status] = state.time_in.get(state.status, timedelta()) + spent
    state.status = result
    state.since = event.at


def _assess(state: State, event: Assessed) -> None:
    """Raise at once; go below what was certain, or set by a person, never (a triage keeps its facts all the same)."""
    floor = state.floor
    possible = frozenset(each if floor is None else max(each, floor) for each in event.assessment.possible)
    state.facts = event.assessment.facts
    if max(possible) != state.severity:
        state.severity_at = event.at
    state.severity = max(possible)
    state.possible = possible
    if len(event.assessment.possible) == 1:
        state.floor = state.severity


def _change_severity(state: State, event: SeverityChanged) -> None:
    state.severity = event.severity
    state.possible = frozenset((event.severity,))
    state.floor = event.severity
    state.severity_at = event.at


def _acknowledge(state: State, event: Acknowledged) -> None:
    _check_declared(state, event.at)
    state.acknowledged[event.by] = event.at
    state.declined.pop(event.by, None)
    if state.first_acknowledged_at is None or event.at < state.first_acknowledged_at:
        state.first_acknowledged_at = event.at


def _decline(state: State, event: Declined) -> None:
    state.declined[event.by] = event.at
    state.acknowledged.pop(event.by, None)


def _unacknowledge(state: State, event: Unacknowledged) -> None:
    state.acknowledged.pop(event.by, None)


def _assign(state: State, event: RoleAssigned) -> None:
    state.roles[event.role] = event.to


def _nothing(state: State, event: Event) -> None:
    """It is in the log, and changes nothing."""


def _summarize(state: State, event: Summarized) -> None:
    state.public_summary = event.text


def _start_mitigation(state: State, event: MitigationStarted) -> None:
    _move(state, "start_mitigation", event)


def _mitigate(state: State, event: Mitigated) -> None:
    _move(state, "mitigated", event)
    state.mitigated_at = event.at


def _regress(state: State, event: Regressed) -> None:
    _move(state, "regressed", event)
    state.mitigated_at = None


def _resolve(state: State, event: Resolved) -> None:
    _move(state, "resolve", event)
    state.resolved_at = event.at
    state.mitigated_at = state.mitigated_at or event.at
    state.snoozed_until = None


def _reopen(state: State, event: Reopened) -> None:
    _move(state, "reopen", event)
    state.generation += 1
    state.generation_at = event.at
    state.acknowledged.clear()
    state.declined.clear()
    state.mitigated_at = state.resolved_at = state.merged_into = None
    state.waivers = {}


def _close(state: State, event: Closed) -> None:
    _move(state, "close", event)
    state.waivers = event.waivers


def _cancel(state: State, event: Cancelled) -> None:
    _move(state, "cancel", event)
    state.snoozed_until = None


def _merge(state: State, event: Merged) -> None:
    _move(state, "merge", event)
    state.merged_into = event.into
    state.snoozed_until = None


def _snooze(state: State, event: Snoozed) -> None:
    state.snoozed_until = event.until


def _restrict(state: State, event: Restricted) -> None:
    state.restricted = True


def _lift(state: State, event: RestrictionLifted) -> None:
    state.restricted = False


def _link(state: State, event: Linked) -> None:
    state.links.append(event)


def _correct_start(state: State, event: StartCorrected) -> None:
    _check_started(event.started_at, state.declared_at)
    state.started_at = event.started_at


def _check_declared(state: State, at: datetime) -> None:
    if at < state.declared_at:
        raise TimesContradict(f"{at} is before {state.declared_at}, when it was declared")


def _check_started(started_at: datetime, declared_at: datetime) -> None:
    if started_at > declared_at:
        raise TimesContradict(f"it started at {started_at}, and was declared at {declared_at}")


FOLD: Final[Mapping[type[Any], Callable[[State, Any], None]]] = {
    Assessed: _assess,
    SeverityChanged: _change_severity,
    Acknowledged: _acknowledge,
    Declined: _decline,
    Unacknowledged: _unacknowledge,
    RoleAssigned: _assign,
    Noted: _nothing,
    Summarized: _summarize,
    MitigationStarted: _start_mitigation,
    Mitigated: _mitigate,
    Regressed: _regress,
    Resolved: _resolve,
    Reopened: _reopen,
    Closed: _close,
    Cancelled: _cancel,
    Merged: _merge,
    Snoozed: _snooze,
    Restricted: _restrict,
    RestrictionLifted: _lift,
    Linked: _link,
    StartCorrected: _correct_start,
    TimeCorrected: _nothing,
    Redacted: _nothing,
    Overtaken: _nothing,
}
"""What each kind of event does to the state; none is a second declaration, which would be another incident's."""
