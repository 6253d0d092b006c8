"""By whose word the evidence of an incident is held."""

from __future__ import annotations

from incidentkit.model.events import Became, Held, HoldLifted
from incidentkit.model.incident import Incident
from incidentkit.model.progress import EVIDENCE_HOLD


def hold_of(incident: Incident) -> str:
    """Since when its evidence is held, and why, in words; empty if it is not held."""
    if not incident.evidence_held:
        return ""
    first: Held | Became | None = None
    for event in reversed(incident.timeline.events):
        if isinstance(event, HoldLifted):
            break
        if isinstance(event, Held) or (isinstance(event, Became) and event.obligation == EVIDENCE_HOLD):
            first = event
    assert first is not None  # or nothing would hold it
    why = f"by {first.by}, because {first.reason}" if isinstance(first, Held) else "because the playbook wants it"
    return f"held since {first.at:%Y-%m-%d %H:%M} UTC, {why}"
