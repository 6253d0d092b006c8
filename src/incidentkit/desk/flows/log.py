"""Reading the log of an incident, and adding to it at the version that was read: the log is the lock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from attrs import evolve

from incidentkit.desk.charter import Charter
from incidentkit.desk.effects import Call, Flow
from incidentkit.desk.flows.playbooks import recall
from incidentkit.desk.notices import Decided
from incidentkit.model.events import Decision, Event
from incidentkit.model.incident import Incident
from incidentkit.model.state import looks_back
from incidentkit.providers.store import Append


def load(charter: Charter, incident: str) -> Flow[Incident]:
    """Read an incident, and its playbook if this desk does not have it."""
    events: tuple[Event, ...] = yield Call(partial(charter.store.load, incident))
    loaded = Incident.replay(events)
    yield from recall(charter, loaded.playbook)
    return loaded


def reload(charter: Charter, known: Incident) -> Flow[Incident]:
    """Read an incident that was read before: only what its log has had since is folded."""
    events: tuple[Event, ...] = yield Call(partial(charter.store.load, known.id))
    since = events[known.version :]
    return Incident.replay(events) if looks_back(since) else known.extended(since)


def stamped(events: Iterable[Event], now: datetime) -> list[Event]:
    """The events as the store will record them, if its clock stands still meanwhile."""
    return [evolve(event, recorded_at=now) for event in events]


def append(
    charter: Charter, before: Incident, events: tuple[Event, ...], *, wake_at: datetime | None, done: bool = False
) -> Flow[Incident]:
    """Add to the log that was read, tell what was decided, and give the incident that it is the log of now."""
    request = Append(
        incident=before.id,
        events=events,
        expected_version=before.version,
        wake_at=wake_at,
        planned_with=charter.planned_with,
        done=done,
    )
    stored: tuple[Event, ...] = yield Call(partial(charter.store.append, request))
    for event in stored:
        if isinstance(event, Decision):
            charter.tell(Decided(event.incident, event))
    if looks_back(stored):
        return (yield from load(charter, before.id))
    return before.extended(stored)
