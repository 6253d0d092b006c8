"""The two decision trees."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incidentkit.playbooks.emergency.facts import (
    CORE_FUNCTIONALITY,
    DEGRADATION,
    ERROR_RATE,
    MAJOR_FEATURE_BROKEN,
    MINOR_FEATURE_ISSUE,
    PARTIAL_FUNCTIONALITY,
    PRODUCTION_DOWN,
    ROLLBACK_SAFE,
    TIME_TO_FIX,
    USERS_AFFECTED,
)
from incidentkit.playbooks.emergency.severities import SEV_1, SEV_2, SEV_3, SEV_4
from incidentkit.policy.question import Conclusion, ask
from incidentkit.policy.tree import DecisionTree

CORE_IMPACT: Final = (
    PRODUCTION_DOWN | CORE_FUNCTIONALITY | MAJOR_FEATURE_BROKEN | (ERROR_RATE > 0.10) | (DEGRADATION > 0.50)
)
"""What the first tree means by core functionality, in terms of facts."""

USER_IMPACT: Final = (USERS_AFFECTED > 0) | CORE_IMPACT | MINOR_FEATURE_ISSUE | PARTIAL_FUNCTIONALITY
"""What the first tree means by affected users, in terms of facts."""

MONITOR_CLOSELY: Final = Conclusion("Monitor closely")
MINOR: Final = Conclusion(severities=(SEV_3, SEV_4))
FIX_THEN_DOCUMENT: Final = Conclusion("Fix then document")
DECLARE: Final = Conclusion("DECLARE INCIDENT", (SEV_1, SEV_2))

DECLARATION: Final = DecisionTree(
    "Should I Declare an Incident?",
    ask(
        "Are users affected?",
        USER_IMPACT,
        no=MONITOR_CLOSELY,
        yes=ask(
            "Is it impacting core functionality?",
            CORE_IMPACT,
            no=MINOR,
            yes=ask(
                "Can we fix quickly (< 15 min)?",
                timedelta(minutes=15) > TIME_TO_FIX,
                yes=FIX_THEN_DOCUMENT,
                no=DECLARE,
            ),
        ),
    ),
)
"""Decision Trees, "Should I Declare an Incident?"."""

ATTEMPT_HOTFIX: Final = Conclusion("Attempt hotfix")
ROLL_BACK: Final = Conclusion("Rollback")
MITIGATE: Final = Conclusion("Mitigate with feature flags + plan fix")

ROLLBACK_OR_HOTFIX: Final = DecisionTree(
    "Rollback vs Hotfix?",
    ask(
        "Can we fix in < 30 min?",
        timedelta(minutes=30) > TIME_TO_FIX,
        yes=ATTEMPT_HOTFIX,
        no=ask("Is rollback safe?", ROLLBACK_SAFE, yes=ROLL_BACK, no=MITIGATE, unsure=MITIGATE),
    ),
)
"""Decision Trees, "Rollback vs Hotfix?"."""
