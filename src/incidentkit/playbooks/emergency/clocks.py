"""Who answers for the response times, and for the review."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incidentkit.playbooks.emergency.facts import USERS_AFFECTED
from incidentkit.playbooks.emergency.notices import NOTICE, REMINDERS
from incidentkit.policy.recipient import role
from incidentkit.policy.response import ResponsePolicy
from incidentkit.policy.review import Invitation, ReviewPolicy, Topic

RESPONSE: Final = ResponsePolicy(owner=role("incident commander"), reminders=REMINDERS)
"""The response times of the severity table, and the target of section 5."""

REVIEW: Final = ReviewPolicy(
    owner=role("incident commander"),
    reminders=NOTICE,
    questions=(
        "What changed recently?",
        "When did the issue start?",
        "What's different from normal behavior?",
        "Are there patterns in the errors?",
        "What do logs tell us?",
    ),
    agenda=(
        Topic("Timeline review", timedelta(minutes=10)),
        Topic("Root cause analysis", timedelta(minutes=15)),
        Topic("What went well", timedelta(minutes=10)),
        Topic("What could be better", timedelta(minutes=15)),
        Topic("Action items", timedelta(minutes=10)),
    ),
    invited=(
        Invitation(role("engineering lead")),
        Invitation(role("product manager")),
        Invitation(role("customer support"), USERS_AFFECTED > 0),
    ),
)
"""Section 6, for every incident, with the questions of section 4."""
