"""The severity rules: the severity table, and what the rest of the playbook says about severity."""

from __future__ import annotations

from typing import Final

from incidentkit.model.conditions import ALWAYS
from incidentkit.playbooks.emergency.facts import (
    CORE_FUNCTIONALITY,
    COSMETIC_ONLY,
    DATA_AT_RISK,
    DATA_LOST,
    DEGRADATION,
    ERROR_RATE,
    MAJOR_FEATURE_BROKEN,
    MINOR_FEATURE_ISSUE,
    PARTIAL_FUNCTIONALITY,
    PRODUCTION_DOWN,
    SECURITY_COMPROMISED,
    USERS_AFFECTED,
    VOCABULARY,
)
from incidentkit.playbooks.emergency.severities import SEV_1, SEV_2, SEV_3, SEV_4
from incidentkit.policy.rules import SeverityRules, when

RULES: Final = SeverityRules(
    when(PRODUCTION_DOWN, SEV_1, because="production down", source="Incident Severity Levels, SEV-1"),
    when(DATA_LOST, SEV_1, because="data loss", source="Incident Severity Levels, SEV-1"),
    when(
        DATA_AT_RISK,
        SEV_1,
        because="data integrity comes first",
        source="1. Assess, key questions; 3. Mitigate, priority 1",
    ),
    when(SECURITY_COMPROMISED, SEV_1, because="security breach", source="Incident Severity Levels, SEV-1"),
    when(MAJOR_FEATURE_BROKEN, SEV_2, because="major feature broken", source="Incident Severity Levels, SEV-2"),
    when(
        CORE_FUNCTIONALITY, SEV_2, because="core functionality", source="Should I Declare an Incident?, SEV-1 or SEV-2"
    ),
    when(ERROR_RATE > 0.10, SEV_2, because="error rate > 10%", source="When to Rollback, immediate rollback"),
    when(
        DEGRADATION > 0.50,
        SEV_2,
        because="significant degradation, > 50%",
        source="Incident Severity Levels, SEV-2; When to Rollback",
    ),
    when(MINOR_FEATURE_ISSUE, SEV_3, because="minor feature issue", source="Incident Severity Levels, SEV-3"),
    when(PARTIAL_FUNCTIONALITY, SEV_3, because="partial functionality", source="Incident Severity Levels, SEV-3"),
    when(
        COSMETIC_ONLY, SEV_4, because="cosmetic issue or documentation error", source="Incident Severity Levels, SEV-4"
    ),
    when(
        USERS_AFFECTED > 0, SEV_3, because="users are affected", source="Should I Declare an Incident?, SEV-3 or SEV-4"
    ),
    otherwise=when(ALWAYS, SEV_4, because="nothing worse is known", source="Incident Severity Levels, SEV-4"),
    vocabulary=VOCABULARY,
)
"""The severity table and what the rest of the playbook says about severity. Data and security come first."""
