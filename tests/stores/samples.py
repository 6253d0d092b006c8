"""A clock, and a few incidents and events, for tests of stores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import define

from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.events import ActionEnded, Noted, Redacted
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.model.incident import Incident
from incidentkit.playbooks.emergency import SEV_1

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
INC_1 = IncidentId("INC-1")
NEVER = datetime(1999, 1, 1, tzinfo=UTC)
"""A ``recorded_at`` that no store may keep."""


def t(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@define
class SetClock:
    """A clock that stands where it was put."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


def declared(incident: str = INC_1, **details: Any) -> Incident:
    said: dict[str, Any] = {"title": "Checkout fails", "at": START, "by": "ada", "severity": SEV_1}
    return Incident.declare(incident, **{**said, **details})


def noted(text: str, incident: str = INC_1) -> Noted:
    return Noted(incident=IncidentId(incident), at=START, by=PersonId("ada"), recorded_at=NEVER, text=text)


def redacted(event: int, incident: str = INC_1) -> Redacted:
    return Redacted(incident=IncidentId(incident), at=START, by=PersonId("ada"), recorded_at=NEVER, event=event)


def ended(incident: str = INC_1) -> ActionEnded:
    action = ActionKey("level-1", "1", "ada")
    desk = PersonId("desk")
    return ActionEnded(
        incident=IncidentId(incident), at=START, by=desk, recorded_at=NEVER, action=action, outcome=Outcome.SUCCEEDED
    )
