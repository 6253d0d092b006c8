"""When nothing may be destroyed that shows what happened."""

from __future__ import annotations

from typing import Final

from incidentkit.playbooks.emergency.facts import SECURITY_COMPROMISED
from incidentkit.playbooks.emergency.notices import NOTICE
from incidentkit.policy.preservation import PreservationPolicy
from incidentkit.policy.recipient import role

PRESERVATION: Final = PreservationPolicy(
    held=SECURITY_COMPROMISED,
    guardians=(role("security lead"), role("legal adviser")),
    notice=NOTICE,
    source="Scenario: Security Breach Suspected, 6",
)
""""DO NOT destroy evidence"."""
