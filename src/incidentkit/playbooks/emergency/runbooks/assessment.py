"""Section 1: what to look at first."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incidentkit.playbooks.emergency.notices import NOTICE
from incidentkit.playbooks.emergency.runbooks.owners import LEAD
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.step import Failure, Use
from incidentkit.providers.tracker import MOST_TICKETS

_SOURCE: Final = "1. Assess, Determine Severity"

ASSESS: Final = Runbook(
    "assess",
    [
        # A tool that does not answer says nothing about the next one, and there are five minutes for all of it.
        Use(
            "health",
            "health_check.check",
            {"environment": "production"},
            what="Check system health",
            on_failure=Failure.GO_ON,
            source=_SOURCE,
        ),
        Use(
            "errors",
            "metrics.errors",
            {"last": timedelta(minutes=15)},
            what="Check error rates",
            on_failure=Failure.GO_ON,
            source=_SOURCE,
        ),
        Use(
            "reports",
            "support.search_tickets",
            {"status": "open", "limit": MOST_TICKETS},
            what="Check user reports",
            on_failure=Failure.GO_ON,
            source=_SOURCE,
        ),
    ],
    owner=LEAD,
    what="Find out how severe it is",
    notice=NOTICE,
    source=_SOURCE,
)
""""Determine Severity". What is not well is a finding, and no failure."""
