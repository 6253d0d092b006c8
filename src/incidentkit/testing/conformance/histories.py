"""Incidents for checks of stores, and what is appended to their logs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from incidentkit.model.events import Acknowledged, Declared, Event, Labelled, Noted, Redacted, Resolved
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.model.incident import Incident
from incidentkit.playbooks.emergency import SEV_2
from incidentkit.providers.store import Append, FindDue, FindIncidents
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.samples import NASTY
from incidentkit.testing.conformance.stage import Stage

ADA: Final = PersonId("ada")
NEVER: Final = datetime(1999, 1, 1, 7, 6, 5, 432_109, tzinfo=UTC)
"""A ``recorded_at`` that no store may keep."""
PLANNED: Final = "book-1"
"""What everything here was planned with."""
HOUR: Final = timedelta(hours=1)


def declaration(incident: str, **details: Any) -> Declared:
    """The event with which an incident begins."""
    said: dict[str, Any] = {"title": "Checkout returns 500", "by": "ada", "severity": SEV_2, "at": NEVER}
    declared = Incident.declare(incident, **{**said, **details}).timeline.events[0]
    assert isinstance(declared, Declared)
    return declared


def _happened(incident: str) -> dict[str, Any]:
    return {"incident": IncidentId(incident), "at": NEVER, "by": ADA, "recorded_at": NEVER}


def noted(incident: str, text: str) -> Noted:
    """That somebody wrote something down."""
    return Noted(**_happened(incident), text=text)


def redacted(incident: str, event: int) -> Redacted:
    """That the words of an event are taken out."""
    return Redacted(**_happened(incident), event=event)


def story(incident: str) -> tuple[Event, ...]:
    """A log with events of several kinds, and words that people and attackers write."""
    words = (noted(incident, text) for text in NASTY)
    return (
        declaration(incident, title="Größe 緊急 👩‍🚒", labels={"service": "checkout", "地域": "東京"}),
        Acknowledged(**_happened(incident)),
        *words,
        Labelled(**_happened(incident), name="team", value="payments"),
        Resolved(**_happened(incident), note="rolled back\nto 1.4.2"),
    )


def append_to(incident: str, *events: Event, version: int | None, **plan: Any) -> Append:
    """The request to add events to a log."""
    return Append(incident=IncidentId(incident), events=events, expected_version=version, **plan)


def begin(stage: Stage, incident: str, *, plan: dict[str, Any] | None = None, **details: Any) -> None:
    """Let an incident begin."""
    stage.call("append", append_to(incident, declaration(incident, **details), version=0, **(plan or {})))


def now(stage: Stage) -> datetime:
    """The time by the clock of the store."""
    moment = stage.call("now")
    if not isinstance(moment, datetime) or moment.utcoffset() != timedelta():
        raise Untold(f"now() gave {moment!r}, which is no time in UTC")
    return moment.astimezone(UTC)


def log_of(stage: Stage, incident: str) -> tuple[Event, ...]:
    """The log of an incident, as it is loaded."""
    return tuple(stage.call("load", incident))


def due(stage: Stage, planned_with: str = PLANNED, limit: int = 100) -> list[str]:
    """The incidents that must be looked at now."""
    return [*stage.call("due", FindDue(planned_with, limit))]


def found(stage: Stage, **wanted: Any) -> list[str]:
    """The incidents that are like that."""
    asked: dict[str, Any] = {"limit": 100, **wanted}
    return [*stage.call("find", FindIncidents(**asked))]
