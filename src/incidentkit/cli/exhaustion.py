"""Whether everybody was paged in vain."""

from __future__ import annotations

from datetime import datetime

from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.policy.escalation import EXHAUSTED


def exhausted_since(incident: Incident) -> datetime | None:
    """When its paging was exhausted last since it was declared or reopened; `None` if it was not."""
    in_force = incident.progress.in_force.items()
    return max((each.since for (name, _), each in in_force if name == EXHAUSTED), default=None)


def is_left_alone(incident: Incident) -> bool:
    """Whether its paging was exhausted, and still nobody has it."""
    return incident.status in ACTIVE and not incident.acknowledged and exhausted_since(incident) is not None
