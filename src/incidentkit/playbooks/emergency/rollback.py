"""When to roll back: the three lists, and the tree between them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incidentkit.model.lifecycle import Status
from incidentkit.playbooks.emergency.facts import (
    DATA_LOST,
    DEGRADATION,
    ERROR_RATE,
    MAJOR_FEATURE_BROKEN,
    PARTLY_MITIGATED,
    PRODUCTION_DOWN,
    ROLLBACK_SIDE_EFFECTS,
    SECURITY_COMPROMISED,
    SIMPLE_FIX,
    TIME_TO_FIX,
    UNRELATED_ISSUES,
    WELL_UNDERSTOOD,
)
from incidentkit.playbooks.emergency.trees import ATTEMPT_HOTFIX, MITIGATE, ROLL_BACK
from incidentkit.policy.advice import Course
from incidentkit.policy.rollback import Criterion, RollbackPolicy
from incidentkit.policy.situation import STATUS

QUICK: Final = timedelta(minutes=30) > TIME_TO_FIX
"""What the lists mean by quickly: what the tree asks first, "Can we fix in < 30 min?"."""

_IMMEDIATE: Final = "When to Rollback, Immediate Rollback"
_CONSIDER: Final = "When to Rollback, Consider Rollback"
_INSTEAD: Final = "When to Rollback, Hotfix Instead"

ROLLBACK: Final = RollbackPolicy(
    immediate=(
        Criterion(PRODUCTION_DOWN, because="Production completely down", source=_IMMEDIATE),
        Criterion(DATA_LOST, because="Data corruption detected", source=_IMMEDIATE),
        Criterion(SECURITY_COMPROMISED, because="Security breach identified", source=_IMMEDIATE),
        Criterion(ERROR_RATE > 0.10, because="Error rate > 10%", source=_IMMEDIATE),
    ),
    tree="rollback-or-hotfix",
    conclusions={
        str(ATTEMPT_HOTFIX): Course.HOTFIX,
        str(ROLL_BACK): Course.ROLL_BACK,
        str(MITIGATE): Course.MITIGATE,
    },
    consider=(
        Criterion(MAJOR_FEATURE_BROKEN, because="Major feature completely broken", source=_CONSIDER),
        Criterion(DEGRADATION > 0.50, because="Performance degradation > 50%", source=_CONSIDER),
        Criterion(UNRELATED_ISSUES, because="Multiple unrelated issues", source=_CONSIDER),
        Criterion(~QUICK, because="Unable to fix quickly", source=_CONSIDER),
    ),
    hotfix_instead=(
        Criterion(WELL_UNDERSTOOD, because="Issue is well understood", source=_INSTEAD),
        Criterion(SIMPLE_FIX & QUICK, because="Fix is simple and quick", source=_INSTEAD),
        Criterion(ROLLBACK_SIDE_EFFECTS, because="Rollback has side effects", source=_INSTEAD),
        # While it is monitored it is mitigated, which the log knows; of anything before that people have to tell.
        Criterion(
            PARTLY_MITIGATED | STATUS.is_(Status.MONITORING), because="Already partially mitigated", source=_INSTEAD
        ),
    ),
)
"""Rollback Procedures, "When to Rollback", with the tree "Rollback vs Hotfix?"."""
