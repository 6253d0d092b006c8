"""What people are to an incident."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A part that one person plays in the response (playbook, section 2: the team of an incident)."""

    COMMANDER = "incident commander"
    TECHNICAL_LEAD = "technical lead"
    COMMUNICATIONS_LEAD = "communications lead"
    SCRIBE = "scribe"
    SECURITY_LEAD = "security lead"
    LEGAL_ADVISER = "legal adviser"
    CUSTOMER_LIAISON = "customer liaison"
