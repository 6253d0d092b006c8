"""Incidents: one more command, a whole log from the beginning, and a log that has become long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, TypeAlias

from attrs import frozen

from benchmarks.histories import attended, declared, history
from benchmarks.measure import Calls, Row
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.commands import StartMitigation
from incidentkit.model.events import (
    Acknowledged,
    ActionEnded,
    ActionStarted,
    Assessed,
    Became,
    Declined,
    Event,
    Mitigated,
    MitigationStarted,
    Noted,
    Regressed,
    Reopened,
    Resolved,
    RoleAssigned,
    SeverityChanged,
    Unacknowledged,
)
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Status
from incidentkit.model.people import Role
from incidentkit.model.severity import Severity
from incidentkit.model.timeline import Timeline
from incidentkit.playbooks.emergency import SCHEME

COUNT: Final = 64

LONG: Final = 1_000
"""Events of a log that is replayed."""

INVESTIGATING, MITIGATING, MONITORING, RESOLVED, *_ = Status

NOTHING: Final = timedelta()

RANKS: Final = {severity.key: severity.rank for severity in SCHEME}


@frozen(kw_only=True)
class Ten:
    """An incident in ten fields, with a counter in place of a log."""

    id: str
    title: str
    playbook: str
    status: Status
    since: datetime
    severity: Severity[Any]
    declared_at: datetime
    started_at: datetime
    recorded_at: datetime
    version: int

    def start_mitigation(self, at: datetime) -> Ten:
        """The next one. It checks nothing, and makes no event: this is the constructor alone."""
        return Ten(
            id=self.id,
            title=self.title,
            playbook=self.playbook,
            status=MITIGATING,
            since=at,
            severity=self.severity,
            declared_at=self.declared_at,
            started_at=self.started_at,
            recorded_at=at,
            version=self.version + 1,
        )


def _ten(incident: Incident) -> Ten:
    return Ten(
        id=incident.id,
        title=incident.title,
        playbook=incident.playbook,
        status=incident.status,
        since=incident.since,
        severity=incident.severity,
        declared_at=incident.declared_at,
        started_at=incident.started_at,
        recorded_at=incident.timeline[-1].recorded_at,
        version=incident.version,
    )


Asked: TypeAlias = tuple[Incident, StartMitigation]


def _by_constructor(given: tuple[Ten, StartMitigation]) -> Ten:
    incident, command = given
    return incident.start_mitigation(command.at)


def _applied(given: Asked) -> Incident:
    incident, command = given
    return incident.apply(command)


def _by_shortcut(given: Asked) -> Incident:
    incident, command = given
    return incident.start_mitigation(at=command.at, by=command.by)


def _transitions() -> list[Row]:
    random = Random(20_260_302)
    incidents = [declared(random) for _ in range(COUNT)]
    asked: list[Asked] = [
        (each, StartMitigation(at=each.since + timedelta(minutes=random.randint(0, 30)), by="ada"))
        for each in incidents
    ]
    hand = Calls(function=_by_constructor, inputs=[(_ten(incident), command) for incident, command in asked])
    return [
        Row(
            name="transition",
            work="apply(StartMitigation), with its event; by hand a constructor",
            hand=hand,
            ours=Calls(function=_applied, inputs=asked, read=_ten),
            limit=4.0,
        ),
        Row(
            name="transition-shortcut",
            work="start_mitigation(at, by), with its event; by hand a constructor",
            hand=hand,
            ours=Calls(function=_by_shortcut, inputs=asked, read=_ten),
        ),
    ]


Reading: TypeAlias = tuple[
    Status, Mapping[Status, timedelta], Mapping[PersonId, datetime], Mapping[Role, PersonId], Severity[Any]
]
"""What readers ask first: where it stands, how long in each status, who has it, who plays which part, how bad it is."""


def fold_by_hand(events: Sequence[Any]) -> Reading:
    """One loop with locals over a log that was checked when it was written; the commonest kinds first."""
    declaration = events[0]
    status, since = INVESTIGATING, declaration.at
    severity = declaration.assessment.severity
    settled = declaration.chosen or len(declaration.assessment.possible) == 1
    time_in: dict[Status, timedelta] = {}
    acknowledged: dict[PersonId, datetime] = {}
    roles: dict[Role, PersonId] = {}
    for event in events:
        kind = type(event)  # pyright: ignore[reportUnknownVariableType]  # of anything, on purpose
        if kind is Noted:
            continue
        if kind is Acknowledged:
            acknowledged[event.by] = event.at
        elif kind is RoleAssigned:
            roles[event.role] = event.to
        elif kind is MitigationStarted or kind is Regressed:
            time_in[status] = time_in.get(status, NOTHING) + (event.at - since)
            status, since = MITIGATING, event.at
        elif kind is Assessed:
            assessed = event.assessment.severity
            if not settled or RANKS[assessed.key] > RANKS[severity.key]:
                severity, settled = assessed, len(event.assessment.possible) == 1
        elif kind is Mitigated:
            time_in[status] = time_in.get(status, NOTHING) + (event.at - since)
            status, since = MONITORING, event.at
        elif kind is Resolved:
            time_in[status] = time_in.get(status, NOTHING) + (event.at - since)
            status, since = RESOLVED, event.at
        elif kind is Reopened:
            time_in[status] = time_in.get(status, NOTHING) + (event.at - since)
            status, since = INVESTIGATING, event.at
            acknowledged = {}
        elif kind is SeverityChanged:
            severity, settled = event.severity, True
        elif kind is Declined or kind is Unacknowledged:
            acknowledged.pop(event.by, None)
    return status, {status: spent for status, spent in time_in.items() if spent}, acknowledged, roles, severity


def reading(incident: Incident) -> Reading:
    """The same of ours."""
    time_in = {status: spent for status, spent in incident.metrics.time_in.items() if spent}
    return incident.status, time_in, incident.acknowledged, incident.roles, incident.severity


def _replays() -> Row:
    random = Random(20_260_303)
    logs = [history(random, LONG).timeline.events for _ in range(4)]
    return Row(
        name="replay",
        work="Incident.replay(1,000 events), all their checks included",
        hand=Calls(function=fold_by_hand, inputs=logs),
        ours=Calls(function=Incident.replay, inputs=logs, read=reading),
        limit=3.0,
    )


Attended: TypeAlias = tuple[Reading, Mapping[Any, datetime], Mapping[ActionKey, tuple[int, datetime, Outcome | None]]]
"""Besides, what is in force since when, and of each action the number of its tries, the first one, and how it ended."""


def attended_by_hand(events: Sequence[Any]) -> Attended:
    """`fold_by_hand`, and what a desk wrote; what belongs to a generation goes with it."""
    in_force: dict[tuple[str, str], tuple[datetime, Sequence[PersonId]]] = {}
    latest: dict[tuple[str, str, str], ActionKey] = {}
    tried: dict[ActionKey, tuple[int, datetime, Outcome | None]] = {}
    others: list[Any] = []
    for event in events:
        kind = type(event)  # pyright: ignore[reportUnknownVariableType]  # of anything, on purpose
        if kind is ActionStarted:
            key = event.action
            before = tried.get(key)
            tried[key] = (1, event.at, None) if before is None else (before[0] + 1, before[1], None)
            latest[key.obligation, key.instance, key.person] = key
        elif kind is ActionEnded:
            tries, first, outcome = tried[event.action]
            if outcome is not Outcome.SUCCEEDED and outcome is not Outcome.FAILED:
                tried[event.action] = (tries, first, event.outcome)
        elif kind is Became:
            in_force.setdefault((event.obligation, event.instance), (event.at, event.people))
        else:
            others.append(event)
            if kind is Reopened:
                in_force, latest, tried = {}, {}, {}
    return fold_by_hand(others), {key: since for key, (since, _) in in_force.items()}, tried


def _attended(incident: Incident) -> Attended:
    in_force, tried = incident.progress.in_force, incident.progress.tried
    return (
        reading(incident),
        {key: each.since for key, each in in_force.items()},
        {key: (each.tries, each.first, each.outcome) for key, each in tried.items()},
    )


def _desks_replays() -> Row:
    random = Random(20_260_305)
    logs = [attended(random, LONG).timeline.events for _ in range(4)]
    return Row(
        name="fold-desk",
        work="Incident.replay(1,000 events), half of them written by a desk",
        hand=Calls(function=attended_by_hand, inputs=logs),
        ours=Calls(function=Incident.replay, inputs=logs, read=_attended),
    )


Longer: TypeAlias = tuple[Timeline, Event]


def _append(given: Longer) -> Timeline:
    timeline, event = given
    return timeline.append(event)


def _newest(timeline: Timeline) -> Event:
    return timeline[-1]


def _timelines() -> Row:
    events = history(Random(20_260_304), LONG).timeline.events

    def grown(length: int) -> Timeline:
        """Event by event, which is how a timeline becomes long."""
        timeline = Timeline(events[:1])
        for place in range(1, length):
            timeline = timeline.append(events[place % LONG])
        return timeline

    short, long = grown(20), grown(10_000)
    return Row(
        name="timeline",
        work="append to a timeline of 10,000, beside append to one of 20",
        hand=Calls(function=_append, inputs=[(short, event) for event in events[:COUNT]], read=_newest),
        ours=Calls(function=_append, inputs=[(long, event) for event in events[:COUNT]], read=_newest),
        limit=1.3,
    )


def rows() -> list[Row]:
    """A command, a replay and an append."""
    return [*_transitions(), _replays(), _desks_replays(), _timelines()]
