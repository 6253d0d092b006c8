"""Values as rows have them, there and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Row

from incidentkit.errors import FieldInvalid, StoreDamaged
from incidentkit.model.events import Event
from incidentkit.model.identity import keepable
from incidentkit.model.incident import SCHEMA as FORM
from incidentkit.model.lifecycle import Status
from incidentkit.providers.entry import Entry
from incidentkit.providers.evidence import Evidence
from incidentkit.stores.events import body_of, events_of
from incidentkit.stores.tables import microseconds, moment

R = TypeVar("R")


def can_be_asked(name: object) -> bool:
    """Whether a database can be asked for it at all: no database keeps a NUL, or half of a surrogate pair."""
    return type(name) is str and keepable(name) == name


def entry_of(store: str, row: Row[Any]) -> Entry:
    """What is kept of an incident; raises `StoreDamaged` if that is not what the library wrote."""
    try:
        return _entry(row)
    except (ValueError, TypeError, OverflowError) as error:
        problem = f"what is kept of {row.id} beside its log cannot be read: {type(error).__name__}"
        raise StoreDamaged(store, problem) from None


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        version=row.version,
        recorded_at=moment(row.recorded_at),
        kept_at=moment(row.kept_at),
        status=Status(row.status),
        severity=row.severity,
        declared_at=moment(row.declared_at),
        labels=dict(json.loads(row.labels)),
        wake_at=None if row.wake_at is None else moment(row.wake_at),
        planned_with=row.planned_with,
        done=row.done,
    )


def values_of(entry: Entry) -> dict[str, Any]:
    """What is kept of an incident, as its row has it."""
    return {
        "version": entry.version,
        "recorded_at": microseconds(entry.recorded_at),
        "kept_at": microseconds(entry.kept_at),
        "status": str(entry.status),
        "severity": entry.severity,
        "declared_at": microseconds(entry.declared_at),
        "labels": json.dumps(dict(entry.labels), ensure_ascii=False),
        "wake_at": None if entry.wake_at is None else microseconds(entry.wake_at),
        "planned_with": entry.planned_with,
        "done": entry.done,
    }


def log_of(store: str, incident: str, rows: Sequence[Any]) -> tuple[Event, ...]:
    """The events of rows that are said to be a whole log."""
    if [row.place for row in rows] != [*range(rows[0].version if rows else 0)]:
        raise StoreDamaged(store, f"the log of {incident} is not whole: restore it from a copy")
    return events_of(store, incident, [(row.place, row.form, row.body) for row in rows])


def event_rows(seq: int, version: int, events: Iterable[Event]) -> list[dict[str, Any]]:
    """Events that follow a log of that version, as rows of the incident of that number."""
    return [
        {"incident": seq, "place": place, "form": FORM, "body": body_of(event)}
        for place, event in enumerate(events, version)
    ]


def record_of(store: str, make: Callable[[], R]) -> R:
    """A record of what is kept; raises `StoreDamaged` if no record can say that, because the library wrote no such."""
    try:
        return make()
    except FieldInvalid as error:
        raise StoreDamaged(store, f"something in it is not what the library wrote: {error.field}") from None


def evidence_of(row: Row[Any]) -> Evidence:
    """A piece of evidence, without its content."""
    return Evidence(
        sha256=row.sha256, name=row.name, media_type=row.media_type, size=row.size, kept_at=moment(row.kept_at)
    )
