"""The fold: from the events of an incident to where it stands. It never reads policy.

`State` is what the fold carries along. It changes in place while events are folded, and is copied before, so nobody
outside ever sees it change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter, length_hint
from typing import Any, Final

from attrs import define, evolve, field, fields

from incidentkit.errors import (
    CommandInvalid,
    IncidentkitError,
    LogInvalid,
    TimesContradict,
    shown,
)
from incidentkit.model.assessment import Value
from incidentkit.model.events import (
    REDACTED,
    Acknowledged,
    AcknowledgementExpired,
    ActionEnded,
    ActionItemAdded,
    ActionStarted,
    Answered,
    Assessed,
    Became,
    Cancelled,
    Closed,
    Confirmed,
    Decision,
    Declared,
    Declined,
    Escalated,
    Event,
    FellDue,
    Fulfilled,
    Held,
    HoldLifted,
    Joined,
    Labelled,
    Linked,
    Merged,
    Mitigated,
    MitigationStarted,
    Noted,
    Overtaken,
    PlaybookChanged,
    Redacted,
    Regressed,
    Reopened,
    Resolved,
    Restricted,
    RestrictionLifted,
    RoleAssigned,
    RunbookCancelled,
    RunbookResumed,
    RunbookStarted,
    RunbookUndone,
    RunEnded,
    SeverityChanged,
    Skipped,
    Snoozed,
    StartCorrected,
    Summarized,
    TakenBack,
    TakenOver,
    TimeCorrected,
    Unacknowledged,
    Unlabelled,
    Updated,
    Waived,
    wordless,
)
from incidentkit.model.happening import MOST_LABELS
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.model.lifecycle import TABLE, Effect, Status
from incidentkit.model.people import Role
from incidentkit.model.progress import Progress
from incidentkit.model.runs import Runs
from incidentkit.model.severity import Severity

NOTHING: Final = timedelta()


@define(eq=True, repr=False)
class State:
    """Where an incident stands after some of its events; see `incidentkit.model.incident.Incident` for the meaning."""

    id: IncidentId
    title: str
    playbook: str
    number: int | None
    declared_at: datetime
    started_at: datetime
    status: Status
    since: datetime
    moved_by: PersonId
    """Who moved it to that status."""
    generation: int
    generation_at: datetime
    severity: Severity[Any]
    possible: tuple[Severity[Any], ...]
    """Worst first."""
    floor: Severity[Any] | None
    """The severity that was last certain or set by a person: from then on only a person goes below it."""
    severity_at: datetime
    facts: Mapping[str, Value]
    recorded_at: datetime
    taken_over_by: tuple[str, ...] = ()
    roles: dict[Role, PersonId] = field(factory=dict[Role, PersonId])
    acknowledged: dict[PersonId, datetime] = field(factory=dict[PersonId, datetime])
    declined: dict[PersonId, datetime] = field(factory=dict[PersonId, datetime])
    first_acknowledged_at: datetime | None = None
    acknowledged_in_generation: frozenset[PersonId] = frozenset()
    """Who has acknowledged this generation, and be it that they took it back."""
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    time_in: dict[Status, timedelta] = field(factory=dict[Status, timedelta])
    """How long it was in each status that it has left, over all generations."""
    snoozed_until: datetime | None = None
    restricted: bool | None = None
    """Whether somebody said so, or said that it is not; `None` before anybody said either."""
    lifted_at: datetime | None = None
    """When the log learned of it that the restriction was lifted, the last time."""
    held: bool | None = None
    """Whether somebody said that evidence is held, or said that it is not; `None` before anybody said either."""
    links: list[Linked] = field(factory=list[Linked])
    labels: dict[str, str] = field(factory=dict[str, str])
    action_items: dict[str, ActionItemAdded] = field(factory=dict[str, ActionItemAdded])
    public_summary: str = ""
    summarized_at: datetime | None = None
    """When the log learned of what the public may read."""
    updates: int = 0
    """How many were written, over all generations."""
    latest_update: Updated | None = None
    merged_into: IncidentId | None = None
    waivers: Mapping[str, str] = field(factory=dict[str, str])
    progress: Progress = field(factory=Progress)
    """What planning reads."""

    def twin(self, changing: Iterable[str]) -> State:
        """A copy that can change without changing this one, if these are all the fields whose value changes itself."""
        state = State(*_VALUES(self))
        for name in changing:
            setattr(state, name, getattr(self, name).copy())
        return state


_VALUES: Final = attrgetter(*(attribute.name for attribute in fields(State)))
"""Every value of a state in the order of its fields: a copy by the constructor costs an eighth of `copy.copy`."""


MOST_ACTION_ITEMS: Final = 200
"""Action items that an incident may have."""


def begin(event: Declared) -> State:
    """The state after the first event."""
    started_at = event.at if event.started_at is None else event.started_at
    _check_started(event.incident, started_at, event.at)
    assessment = event.assessment
    return State(
        id=event.incident,
        title=event.title,
        playbook=event.playbook,
        number=event.number,
        declared_at=event.at,
        started_at=started_at,
        status=Status.INVESTIGATING,
        since=event.at,
        moved_by=event.by,
        generation=1,
        generation_at=event.at,
        severity=assessment.severity,
        possible=assessment.possible,
        floor=assessment.severity if event.chosen or len(assessment.possible) == 1 else None,
        severity_at=event.at,
        facts=assessment.facts,
        recorded_at=event.recorded_at,
        labels=dict(event.labels),
    )


def after(state: State, event: Event) -> State:
    """The state after one more event, which its command was allowed to become; the one given stays as it is."""
    kind = type(event)
    state = state.twin(_CHANGES[kind])
    fold = _FOLD[kind]
    if fold is not None:
        fold(state, event)
    state.recorded_at = event.recorded_at
    return state


def extended(state: State, events: Sequence[Event], version: int) -> State:
    """The state after more events of the log, which had so many; `LogInvalid` if one of them does not fit."""
    state = state.twin({name for event in events for name in _CHANGES.get(type(event), ())})
    _fold_in(state, events, version)
    return state


def _not_possible(event: Event, state: State) -> str:
    return f"'{getattr(event, 'tag', shown(event))}': an incident that is {state.status} allows none"


def replay(events: Iterable[Event]) -> State:
    """The state after all of these events; `LogInvalid` if they are not the log of one incident.

    Where the log says later that an event happened at another time, that time counts. What the table of the lifecycle
    does not allow did not happen.
    """
    log = _corrected([*events])
    state = _begun(log)
    _fold_in(state, log[1:], 1)
    return state


def _fold_in(state: State, events: Sequence[Event], first: int) -> None:
    """Change a state by events, the first of which is at that place in the log; `LogInvalid` if one does not fit."""
    incident, recorded_at, status = state.id, state.recorded_at, state.status
    possible = _POSSIBLE[status]
    rest = iter(events)
    for event in rest:
        try:
            fold = possible[type(event)]
            learned_at = event.recorded_at
            if learned_at < recorded_at or event.incident != incident:
                raise TimesContradict(_misplaced(event, state))
            recorded_at = learned_at
            if fold is None:
                continue
            fold(state, event)
        except (KeyError, IncidentkitError) as error:
            index = first + len(events) - length_hint(rest) - 1
            problem = _not_possible(event, state) if isinstance(error, KeyError) else f"'{event.tag}': {error}"
            raise LogInvalid(index, problem) from None
        if state.status is not status:
            status = state.status
            possible = _POSSIBLE[status]
    state.recorded_at = recorded_at


def _begun(log: list[Event]) -> State:
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


_LOOKING_BACK: Final = frozenset({TimeCorrected, Redacted})
"""The kinds of events that say something of earlier ones."""


def looks_back(events: Iterable[Event]) -> bool:
    """Whether one of these events says something of earlier ones, so that all have to be folded anew."""
    return not _LOOKING_BACK.isdisjoint(map(type, events))


def without_redacted(log: Iterable[Event]) -> list[Event]:
    """The log without the words that it says were taken out."""
    events = [*log]
    for event in events:
        if isinstance(event, Redacted) and event.event < len(events):
            events[event.event] = wordless(events[event.event])
    return events


def _corrected(log: list[Event]) -> list[Event]:
    """The log with each event at the time at which it really happened; words that were taken out must not be there."""
    if not looks_back(log):
        return log
    said = log.copy()
    for index, event in enumerate(said):
        if not isinstance(event, TimeCorrected | Redacted):
            continue
        if event.event >= index:
            raise LogInvalid(index, f"'{event.tag}': event {shown(event.event)} is not before it")
        if isinstance(said[event.event], Decision | TakenOver | ActionStarted | ActionEnded):
            raise LogInvalid(index, f"'{event.tag}': event {event.event} is a desk's own, which nobody corrects")
        if isinstance(event, TimeCorrected):
            log[event.event] = evolve(log[event.event], at=event.happened_at)
        elif wordless(said[event.event]) != said[event.event]:
            raise LogInvalid(event.event, f"its words are still there, and event {index} took them out: store it again")
    if isinstance(log[0], Declared) and any(isinstance(event, StartCorrected) for event in log):
        log[0] = evolve(log[0], started_at=None)  # a start that was corrected contradicts no corrected declaration
    return log


def _move(state: State, event: Event) -> None:
    """Go where the table says."""
    at, since, status, time_in = event.at, state.since, state.status, state.time_in
    if at < since:
        raise TimesContradict(
            f"{state.id} is {status} since {since}: '{event.tag}' at {at} came before."
            " If the earlier time is wrong, correct it first."
        )
    time_in[status] = time_in.get(status, NOTHING) + (at - since)
    state.status = _MOVES[type(event)][status]
    state.since = at
    state.moved_by = event.by


def _assess(state: State, event: Assessed) -> None:
    """Raise at once; go below what was certain, or set by a person, never (a triage keeps its facts all the same)."""
    if event.at < state.declared_at:
        raise _too_early(state, event)
    assessment, floor = event.assessment, state.floor
    possible = assessment.possible
    _ = possible[0] < state.severity  # which raises `SchemesDiffer` for one of another scheme
    if floor is not None and possible[-1] < floor:
        possible = (*[each for each in possible[:-1] if each > floor], floor)
    severity = possible[0]
    if severity != state.severity:
        state.severity_at = event.at
        if severity > state.severity:
            state.progress.raised()
    state.facts = assessment.facts
    state.severity = severity
    state.possible = possible
    if len(assessment.possible) == 1:
        state.floor = severity


def _change_severity(state: State, event: SeverityChanged) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    if event.severity < state.severity and not event.reason.strip():
        raise CommandInvalid(
            f"{state.id}: a severity is lowered with a reason, from {state.severity} to {event.severity}"
        )
    if event.severity > state.severity:
        state.progress.raised()
    state.severity = state.floor = event.severity
    state.possible = (event.severity,)
    state.severity_at = event.at


def _change_playbook(state: State, event: PlaybookChanged) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    state.playbook = event.playbook
    state.taken_over_by = ()


def _take_over(state: State, event: TakenOver) -> None:
    if event.missing == state.playbook and event.playbook not in state.taken_over_by:
        state.taken_over_by = (*state.taken_over_by, event.playbook)


def _acknowledge(state: State, event: Acknowledged) -> None:
    if event.at < state.generation_at:
        raise _too_early(state, event)
    state.acknowledged[event.by] = event.at
    state.declined.pop(event.by, None)
    state.acknowledged_in_generation |= {event.by}
    state.progress.acknowledge(event.by, event.recorded_at)
    if state.first_acknowledged_at is None or event.at < state.first_acknowledged_at:
        state.first_acknowledged_at = event.at


def _decline(state: State, event: Declined) -> None:
    if event.at < state.generation_at:
        raise _too_early(state, event)
    state.declined[event.by] = event.at
    state.acknowledged.pop(event.by, None)
    state.progress.decline(event.by)


def _unacknowledge(state: State, event: Unacknowledged) -> None:
    if event.at < state.generation_at:
        raise _too_early(state, event)
    state.acknowledged.pop(event.by, None)
    state.progress.rearm(event.by, event.recorded_at)


def _assign(state: State, event: RoleAssigned) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    state.roles[event.role] = event.to


def _summarize(state: State, event: Summarized) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    state.public_summary = _for_the_public(event.text, "")
    state.summarized_at = event.recorded_at


def _for_the_public(text: str, instead: str) -> str:
    """What was written for the public; if it was taken out, something else instead of its mark."""
    return instead if text == REDACTED else text


def _update(state: State, event: Updated) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    state.updates += 1
    state.progress.updates += 1
    state.progress.estimates += bool(event.eta.strip())
    state.latest_update = event
    if event.public.strip() and not (state.restricted or state.progress.restricted):
        state.progress.public_updates += 1
        state.public_summary = _for_the_public(event.public, state.public_summary)
        state.summarized_at = event.recorded_at


def _settle(state: State, event: Fulfilled | Waived) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    state.progress.settle(event)


def _take_back(state: State, event: TakenBack) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    state.progress.settled.pop(event.obligation, None)


def _mitigate(state: State, event: Mitigated) -> None:
    _move(state, event)
    state.mitigated_at = event.at


def _regress(state: State, event: Regressed) -> None:
    _move(state, event)
    state.mitigated_at = None


def _resolve(state: State, event: Resolved) -> None:
    _move(state, event)
    state.resolved_at = event.at
    state.mitigated_at = state.mitigated_at or event.at
    state.snoozed_until = None


def _reopen(state: State, event: Reopened) -> None:
    _move(state, event)
    state.generation += 1
    state.generation_at = event.at
    state.acknowledged, state.declined = {}, {}
    state.acknowledged_in_generation = frozenset()
    state.progress.begin_generation()
    state.mitigated_at = state.resolved_at = state.merged_into = None
    state.waivers = {}


def _close(state: State, event: Closed) -> None:
    _move(state, event)
    state.waivers = event.waivers


def _cancel(state: State, event: Cancelled) -> None:
    _move(state, event)
    state.snoozed_until = None


def _merge(state: State, event: Merged) -> None:
    if event.into == state.id:
        raise CommandInvalid(f"{state.id} cannot be merged into itself")
    _move(state, event)
    state.merged_into = event.into
    state.snoozed_until = None


def _snooze(state: State, event: Snoozed) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    if event.until <= event.at:
        raise TimesContradict(f"{state.id}: snoozed at {event.at} until {event.until} would be over at once")
    state.snoozed_until = event.until


def _escalate(state: State, event: Escalated) -> None:
    if event.at < state.generation_at:
        raise _too_early(state, event)
    state.progress.escalated(event.level, event.recorded_at)


def _restrict(state: State, event: Restricted) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    state.restricted = True


def _lift(state: State, event: RestrictionLifted) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    state.restricted = False
    state.lifted_at = event.recorded_at
    state.progress.lifted()


def _link(state: State, event: Linked) -> None:
    state.links.append(event)


def _label(state: State, event: Labelled) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    if len(state.labels) >= MOST_LABELS and event.name not in state.labels:
        raise CommandInvalid(
            f"{state.id} has {MOST_LABELS} labels, which is the most. Remove one before {shown(event.name)} is set"
        )
    state.labels[event.name] = event.value


def _unlabel(state: State, event: Unlabelled) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    state.labels.pop(event.name, None)


def _add_action_item(state: State, event: ActionItemAdded) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    if event.name in state.action_items:
        problem = f"{state.id} has an action item {shown(event.name)} already: waive it, and add another"
        raise CommandInvalid(f"{problem} under another name")
    if len(state.action_items) >= MOST_ACTION_ITEMS:
        raise CommandInvalid(f"{state.id} has {MOST_ACTION_ITEMS} action items, which is the most")
    state.action_items[event.name] = event


def _look_back(state: State, event: TimeCorrected | Redacted) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)


def _correct_start(state: State, event: StartCorrected) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    _check_started(state.id, event.started_at, state.declared_at)
    state.started_at = event.started_at


def _too_early(state: State, event: Event) -> TimesContradict:
    """Only what is written down about the past may lie before the declaration, or before the last reopening."""
    began = "was declared" if event.at < state.declared_at else "was reopened"
    since = state.declared_at if event.at < state.declared_at else state.generation_at
    return TimesContradict(f"{state.id} {began} at {since}: '{event.tag}' at {event.at} came before")


def _check_started(incident: IncidentId, started_at: datetime, declared_at: datetime) -> None:
    if started_at > declared_at:
        raise TimesContradict(f"{incident} was declared at {declared_at}, so it did not start at {started_at}")


def _of_run(change: Callable[[Runs, Any], None]) -> Callable[[State, Any], None]:
    """What an event does that says something of a runbook."""

    def fold(state: State, event: Event) -> None:
        if event.at < state.declared_at:
            raise _too_early(state, event)
        change(state.progress.runs, event)

    return fold


def _start_run(state: State, event: RunbookStarted) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    state.progress.runs.start(event, state.severity.key)


def _confirm(state: State, event: Confirmed) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    progress = state.progress
    step = progress.runs[event.run].step(event.step)
    progress.places += 1
    progress.runs.confirm(event, progress.tries(step), progress.places)


def _hold(state: State, event: Held) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    state.held = True


def _lift_hold(state: State, event: HoldLifted) -> None:
    if event.at < state.declared_at:
        raise _too_early(state, event)
    state.held = False
    state.progress.lifted_hold()


def _skip(state: State, event: Skipped) -> None:
    state.progress.runs.skip(event)


def _end_run(state: State, event: RunEnded) -> None:
    state.progress.runs.end(event)


def _became(state: State, event: Became) -> None:
    state.progress.became(event)


def _fell_due(state: State, event: FellDue) -> None:
    state.progress.fell_due(event)


def _join(state: State, event: Joined) -> None:
    state.progress.join(event)


def _expire(state: State, event: AcknowledgementExpired) -> None:
    state.acknowledged.pop(event.person, None)
    state.progress.rearm(event.person, event.at)


def _action_started(state: State, event: ActionStarted) -> None:
    state.progress.started(event)


def _action_ended(state: State, event: ActionEnded) -> None:
    state.progress.ended(event)
    if event.opened is not None:
        common: dict[str, Any] = {name: getattr(event, name) for name in ("incident", "at", "by", "recorded_at")}
        state.links.append(Linked(**common, what=event.opened, reference=event.reference, url=event.url))


_FOLD: Final[Mapping[type[Any], Callable[[State, Any], None] | None]] = {
    Assessed: _assess,
    SeverityChanged: _change_severity,
    PlaybookChanged: _change_playbook,
    Acknowledged: _acknowledge,
    Declined: _decline,
    Unacknowledged: _unacknowledge,
    RoleAssigned: _assign,
    Noted: None,
    Summarized: _summarize,
    Updated: _update,
    Fulfilled: _settle,
    TakenBack: _take_back,
    Waived: _settle,
    MitigationStarted: _move,
    Mitigated: _mitigate,
    Regressed: _regress,
    Resolved: _resolve,
    Reopened: _reopen,
    Closed: _close,
    Cancelled: _cancel,
    Merged: _merge,
    Snoozed: _snooze,
    Escalated: _escalate,
    Restricted: _restrict,
    RestrictionLifted: _lift,
    Linked: _link,
    Labelled: _label,
    Unlabelled: _unlabel,
    ActionItemAdded: _add_action_item,
    StartCorrected: _correct_start,
    TimeCorrected: _look_back,
    Redacted: _look_back,
    RunbookStarted: _start_run,
    RunbookCancelled: _of_run(Runs.cancel),
    RunbookResumed: _of_run(Runs.resume),
    RunbookUndone: _of_run(Runs.undo),
    Confirmed: _confirm,
    Answered: _of_run(Runs.answer),
    Held: _hold,
    HoldLifted: _lift_hold,
    Overtaken: None,
    Became: _became,
    FellDue: _fell_due,
    Joined: _join,
    AcknowledgementExpired: _expire,
    Skipped: _skip,
    RunEnded: _end_run,
    ActionStarted: _action_started,
    ActionEnded: _action_ended,
    TakenOver: _take_over,
}
"""What each kind of event does to the state, if anything; none is a second declaration, which would be another's."""

_MOVES: Final[Mapping[type[Any], Mapping[Status, Status]]] = {
    kind: {start: end for start, end in TABLE.get(kind.row, {}).items() if isinstance(end, Status)} for kind in _FOLD
}
"""Where each kind of event takes an incident, from each status."""

_CHANGES: Final[Mapping[type[Any], tuple[str, ...]]] = {
    **{kind: ("time_in",) if moves else () for kind, moves in _MOVES.items()},
    Acknowledged: ("acknowledged", "declined", "progress"),
    Declined: ("acknowledged", "declined", "progress"),
    Unacknowledged: ("acknowledged", "progress"),
    Reopened: ("time_in", "progress"),
    Assessed: ("progress",),
    SeverityChanged: ("progress",),
    Escalated: ("progress",),
    RestrictionLifted: ("progress",),
    RoleAssigned: ("roles",),
    Linked: ("links",),
    Labelled: ("labels",),
    Unlabelled: ("labels",),
    ActionItemAdded: ("action_items",),
    Became: ("progress",),
    FellDue: ("progress",),
    Joined: ("progress",),
    AcknowledgementExpired: ("acknowledged", "progress"),
    ActionStarted: ("progress",),
    ActionEnded: ("progress", "links"),
    Updated: ("progress",),
    Fulfilled: ("progress",),
    TakenBack: ("progress",),
    Waived: ("progress",),
    RunbookStarted: ("progress",),
    RunbookCancelled: ("progress",),
    RunbookResumed: ("progress",),
    RunbookUndone: ("progress",),
    Confirmed: ("progress",),
    Answered: ("progress",),
    HoldLifted: ("progress",),
    Skipped: ("progress",),
    RunEnded: ("progress",),
}
"""The fields whose value each kind of event changes, rather than to put another one in its place."""

_POSSIBLE: Final[Mapping[Status, Mapping[type[Any], Callable[[State, Any], None] | None]]] = {
    status: {
        kind: fold
        for kind, fold in _FOLD.items()
        if not kind.row or TABLE[kind.row].get(status, Effect.OVERTAKEN) is not Effect.OVERTAKEN
    }
    for status in Status
}
"""What can happen in each status, and what it does."""
