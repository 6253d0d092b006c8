"""Rollback Procedures: how to go back to a version that ran before."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incidentkit.playbooks.emergency.facts import (
    DATA_LOST,
    ERROR_RATE,
    PRODUCTION_DOWN,
    ROLLBACK_SAFE,
    SECURITY_COMPROMISED,
)
from incidentkit.playbooks.emergency.notices import NOTICE
from incidentkit.playbooks.emergency.rollback import QUICK
from incidentkit.playbooks.emergency.runbooks.mitigation import SETTLING
from incidentkit.playbooks.emergency.runbooks.owners import COMMANDER, COMMUNICATIONS, LEAD
from incidentkit.policy.parameter import Parameter
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.step import Check, Instruct, Use

_SOURCE: Final = "Rollback Procedures, Rollback Commands"

ROLL_BACK_VERSION: Final = Runbook(
    "rollback",
    [
        Use(
            "target",
            "deploy_tool.history",
            {"environment": "production"},
            what="Check rollback target",
            source=_SOURCE,
        ),
        Use(
            "rollback",
            "deploy_tool.rollback",
            {"version": "{version}", "environment": "production"},
            what="Perform rollback",
            confirmed_by=COMMANDER,
            source=_SOURCE,
        ),
        Check(
            "health",
            "health_check.check",
            {"environment": "production"},
            what="Verify rollback",
            patience=SETTLING,
            source=_SOURCE,
        ),
        # The playbook watches for a quarter of an hour, in one call. That would keep a place of the tool busy for so
        # long, and a desk that is killed meanwhile would have its lease run out before anybody watched again. So the
        # dashboard of the last minute is looked at every minute: that ends as soon as it is not well any more, and goes
        # on where it was whoever is killed.
        Check(
            "monitor",
            "metrics.dashboard",
            {"last": timedelta(minutes=1)},
            what="Monitor metrics",
            every=timedelta(minutes=1),
            patience=SETTLING,
            lasting=timedelta(minutes=15),
            source=_SOURCE,
        ),
        Instruct("stakeholders", what="Notify stakeholders", owner=COMMUNICATIONS, source=_SOURCE),
        Instruct("status page", what="Update status page", owner=COMMUNICATIONS, source=_SOURCE),
    ],
    owner=LEAD,
    what="Go back to a version that ran before, and watch it",
    parameters=[Parameter(name="version", question="Which version is to run again?")],
    fits=PRODUCTION_DOWN | DATA_LOST | SECURITY_COMPROMISED | (ERROR_RATE > 0.10) | (~QUICK & ROLLBACK_SAFE),
    notice=NOTICE,
    source=_SOURCE,
)
""""Rollback Commands". It fits by the immediate criteria, and where the tree says so."""
