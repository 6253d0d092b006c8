"""What a store keeps of an incident beside its log, and what an append makes of it: one meaning for every store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import reduce
from typing import Final

from attrs import Attribute, evolve, field, frozen

from incidentkit.errors import IncidentExists, LogInvalid, StaleVersion, UnknownIncident
from incidentkit.model.events import (
    Assessed,
    Declared,
    Event,
    Labelled,
    Redacted,
    SeverityChanged,
    TimeCorrected,
    Unlabelled,
)
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status, consequence
from incidentkit.model.state import without_redacted
from incidentkit.providers.records import LogRecord
from incidentkit.providers.store import Append, FindIncidents, check_key
from incidentkit.providers.words import is_said, words_in, words_of

CHANGING: Final = (Assessed, SeverityChanged, TimeCorrected, Redacted)
"""The events of which only the whole log tells what they change; all of them are rare."""


def _fits(entry: object, attribute: Attribute[str], key: str) -> None:
    """The field holds the key of a severity by which every store can find an incident."""
    check_key(attribute.name, key)


@frozen(kw_only=True)
class Entry:
    """What a store keeps of an incident beside its log: what it is found by, and when it is looked at."""

    version: int
    """The number of events in the log."""
    recorded_at: datetime
    """When the last of them was recorded."""
    kept_at: datetime
    """When this was kept, by the store's clock; unlike what was recorded it goes back when the clock does."""
    status: Status
    severity: str = field(validator=_fits)
    """The key of its severity."""
    declared_at: datetime
    labels: Mapping[str, str] = field(hash=False)
    wake_at: datetime | None
    planned_with: str
    done: bool


@frozen(kw_only=True)
class Addition:
    """What a store keeps after an append."""

    entry: Entry
    events: tuple[Event, ...]
    """Those to add, as they are recorded."""
    rewritten: Mapping[int, Event]
    """Those that were there before and are without words from now on, by their places in the log, from 0."""
    words: frozenset[str]
    """The words of those to add, and where something is rewritten those of the whole log."""
    lost: frozenset[str]
    """The words that are nowhere in the log any more."""


def appended(request: Append, had: Entry | None, now: datetime, log: Callable[[], tuple[Event, ...]]) -> Addition:
    """What a store keeps after an append.

    ``had`` is what it had of the incident, `None` for nothing; ``log`` reads the events that it had, and is seldom
    called. What is left to the store is to do it in one step. Raises what `IncidentStore.append` raises.
    """
    version = 0 if had is None else had.version
    _check_version(request, version)
    _check_log(request, version)
    recorded_at = now if had is None else max(now, had.recorded_at)
    events = tuple(evolve(event, recorded_at=recorded_at) for event in request.events)
    if not any(isinstance(event, CHANGING) for event in events):
        entry = _entry(request, had, events, now)
        return Addition(entry=entry, events=events, rewritten={}, words=words_of(events), lost=frozenset())
    before = () if had is None else log()
    whole = tuple(without_redacted((*before, *events)))
    entry = known_by(Incident.replay(whole), _entry(request, had, events, now))
    rewritten = {place: whole[place] for place, event in enumerate(before) if whole[place] is not event}
    words = words_of(whole)
    return Addition(
        entry=entry, events=whole[version:], rewritten=rewritten, words=words, lost=words_of(before) - words
    )


def known_by(incident: Incident, entry: Entry) -> Entry:
    """The entry by what the whole log says."""
    return evolve(
        entry,
        status=incident.status,
        severity=incident.severity.key,
        declared_at=incident.declared_at,
        labels=dict(incident.labels),
    )


def restored(record: LogRecord, log: tuple[Event, ...] | None, now: datetime) -> Addition | None:
    """What a store keeps after it took in a log, with the times in it; `None` if it has that log already.

    A log that is said to be done, though somebody is at work on the incident, is planned anew at once; what was only
    practised is done whatever its status. ``log`` is what it has of the incident. Raises what `KeepsRecords.take_in`
    raises of a log.
    """
    incident, events = Incident.replay(record.events), record.events
    if log is not None:
        if log == events:
            return None
        raise IncidentExists(incident.id)
    plan = (record.wake_at, record.planned_with, record.done)
    if record.done and incident.status in ACTIVE and not incident.practice:
        # Nobody would look at it again, and who says so may have been wrong, or have had another playbook.
        plan = (now, "", False)
    wake_at, planned_with, done = plan
    entry = Entry(
        version=len(events),
        recorded_at=events[-1].recorded_at,
        kept_at=now,
        status=incident.status,
        severity=incident.severity.key,
        declared_at=incident.declared_at,
        labels=dict(incident.labels),
        wake_at=wake_at,
        planned_with=planned_with,
        done=done,
    )
    return Addition(entry=entry, events=events, rewritten={}, words=words_of(events), lost=frozenset())


def is_sought(request: FindIncidents, entry: Entry, words: Iterable[str]) -> bool:
    """Whether an incident is all of what is asked for; ``words`` are those of its log, if they are asked for."""
    return (
        (request.statuses is None or entry.status in request.statuses)
        and (request.severities is None or entry.severity in request.severities)
        and (request.since is None or request.since <= entry.declared_at)
        and (request.before is None or entry.declared_at < request.before)
        and request.labels.items() <= entry.labels.items()
        and (not request.text or is_said(words_in(request.text), words))
    )


def _entry(request: Append, had: Entry | None, events: tuple[Event, ...], now: datetime) -> Entry:
    """What is kept of an incident, if nothing among the events needs the whole log."""
    version = 0 if had is None else had.version
    plan = (request.wake_at, request.planned_with, request.done)
    if request.expected_version is None and had is not None:
        times = (had.wake_at, request.wake_at or now)
        plan = (min(time for time in times if time is not None), had.planned_with, False)
    wake_at, planned_with, done = plan
    if had is None:
        declared = events[0]
        assert isinstance(declared, Declared)  # which `_check_log` has seen to
        status, severity, declared_at = Status.INVESTIGATING, declared.assessment.severity.key, declared.at
    else:
        status, severity, declared_at = had.status, had.severity, had.declared_at
    return Entry(
        version=version + len(events),
        recorded_at=events[-1].recorded_at if events or had is None else had.recorded_at,
        kept_at=now,
        status=reduce(_moved, events, status),
        severity=severity,
        declared_at=declared_at,
        labels=reduce(_labelled, events, {} if had is None else had.labels),
        wake_at=wake_at,
        planned_with=planned_with,
        done=done,
    )


def _check_version(request: Append, version: int) -> None:
    expected = request.expected_version
    if expected == 0 < version:
        raise IncidentExists(request.incident)
    if expected != 0 == version:
        raise UnknownIncident(request.incident)
    if expected is not None and expected != version:
        raise StaleVersion(request.incident, "append", expected, version)


def _check_log(request: Append, version: int) -> None:
    if not version and not request.events:
        raise LogInvalid(0, "the log of an incident begins with its declaration")
    for index, event in enumerate(request.events, version):
        if event.incident != request.incident:
            raise LogInvalid(index, f"it is of the incident {event.incident}, and the log of {request.incident}")
        if isinstance(event, Declared) != (index == 0):
            raise LogInvalid(index, "the log of an incident begins with its declaration, and has no other")


def _moved(status: Status, event: Event) -> Status:
    """The status after an event, by the table of the lifecycle."""
    result = consequence(event.row, status) if event.row else None
    return result if isinstance(result, Status) else status


def _labelled(labels: Mapping[str, str], event: Event) -> Mapping[str, str]:
    """The labels after an event."""
    match event:
        case Declared():
            return dict(event.labels)
        case Labelled():
            return {**labels, event.name: event.value}
        case Unlabelled():
            return {name: value for name, value in labels.items() if name != event.name}
        case _:
            return labels
