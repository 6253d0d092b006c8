"""Events as rows have them: JSON, and the version of the form that it is in."""

from __future__ import annotations

from typing import Any

from incidentkit.convert import from_json, to_json
from incidentkit.errors import DocumentInvalid, StoreDamaged, StoreTooNew
from incidentkit.model.events import Event
from incidentkit.model.incident import SCHEMA

_EVENT: Any = Event


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
