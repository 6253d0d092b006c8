"""Who answers for the response times, and for the review."""

from __future__ import annotations

from typing import Final

from incidentkit.playbooks.emergency.notices import NOTICE, REMINDERS
from incidentkit.policy.recipient import role
from incidentkit.policy.response import ResponsePolicy
from incidentkit.policy.review import ReviewPolicy

RESPONSE: Final = ResponsePolicy(owner=role("incident commander"), reminders=REMINDERS)
"""The response times of the severity table, and the target of section 5."""

REVIEW: Final = ReviewPolicy(owner=role("incident commander"), reminders=NOTICE)
"""Section 6, for every incident."""
