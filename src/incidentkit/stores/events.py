"""Events as rows have them: JSON, and the version of the form that it is in."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from incidentkit.convert import from_json, to_json
from incidentkit.errors import DocumentInvalid, StoreDamaged, StoreTooNew
from incidentkit.model.events import Event
from incidentkit.model.incident import SCHEMA

Row: TypeAlias = tuple[int, int, str]
"""The place of an event in its log, the version of its form, and its body."""

_EVENT: Any = Event
_EVENTS: Any = tuple[Event, ...]


def body_of(event: Event) -> str:
    """What is kept of an event."""
    return to_json(event)


def event_of(store: str, incident: str, place: int, form: int, body: str) -> Event:
    """The event of a row; raises `StoreTooNew` and `StoreDamaged`, which say which one it is."""
    if form > SCHEMA:
        problem = f"event {place} of {incident} was written by a later release, in form {form}"
        raise StoreTooNew(store, f"{problem}; this one reads up to {SCHEMA}: update incidentkit")
    try:
        event: Event = from_json(body, _EVENT)
    except DocumentInvalid as error:
        raise StoreDamaged(store, f"event {place} of {incident} cannot be read: {error}") from None
    return event


def events_of(store: str, incident: str, rows: Sequence[Row]) -> tuple[Event, ...]:
    """The events of a log, read at once, which is quicker; one by one if that fails, which says what is wrong where."""
    if all(form <= SCHEMA for _, form, _ in rows):
        with suppress(DocumentInvalid):  # also raised for a log that is longer than a document may be
            events: tuple[Event, ...] = from_json(f"[{','.join(body for _, _, body in rows)}]", _EVENTS)
            if len(events) == len(rows):
                return events
    return tuple(event_of(store, incident, *row) for row in rows)
