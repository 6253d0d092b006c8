"""The facts of the playbook, each with its question, in the order in which to ask for them."""

from __future__ import annotations

from typing import Final

from incidentkit.model.facts import Duration, Flag, Number
from incidentkit.model.vocabulary import Vocabulary, Worse
from incidentkit.policy.situation import SINCE_LAST_UPDATE, UNACKNOWLEDGED_FOR, UNRESOLVED_FOR

# The key questions of section 1, in their order.
USERS_AFFECTED: Final = Number(
    "users_affected", question="How many users are affected?", unit="users", minimum=0, worse=Worse.HIGHER
)
DATA_AT_RISK: Final = Flag("data_at_risk", question="Is data at risk?")
SECURITY_COMPROMISED: Final = Flag("security_compromised", question="Is security compromised?")
CAN_CONTAIN: Final = Flag("can_contain", question="Can we contain the issue?", worse=Worse.LOWER)
EXTERNAL_HELP_NEEDED: Final = Flag("external_help_needed", question="Do we need external help?")

# The examples of the severity table.
PRODUCTION_DOWN: Final = Flag("production_down", question="Is production down?")
DATA_LOST: Final = Flag("data_lost", question="Has data been lost or corrupted?")
MAJOR_FEATURE_BROKEN: Final = Flag("major_feature_broken", question="Is a major feature broken?")
MINOR_FEATURE_ISSUE: Final = Flag("minor_feature_issue", question="Is there an issue with a minor feature?")
PARTIAL_FUNCTIONALITY: Final = Flag("partial_functionality", question="Does something work only in part?")
COSMETIC_ONLY: Final = Flag(
    "cosmetic_only", question="Is it cosmetic only, or an error in the documentation?", worse=Worse.LOWER
)

# What the rollback criteria and the decision trees ask for besides.
ERROR_RATE: Final = Number(
    "error_rate", question="What share of requests fails?", minimum=0, maximum=1, worse=Worse.HIGHER
)
DEGRADATION: Final = Number(
    "degradation", question="By what share has performance degraded?", minimum=0, maximum=1, worse=Worse.HIGHER
)
CORE_FUNCTIONALITY: Final = Flag("core_functionality", question="Is it impacting core functionality?")
TIME_TO_FIX: Final = Duration("time_to_fix", question="How long will a fix take?", worse=Worse.HIGHER)
ROLLBACK_SAFE: Final = Flag("rollback_safe", question="Is rollback safe?", worse=Worse.LOWER)

# What else speaks for rolling back, or for a hotfix instead.
UNRELATED_ISSUES: Final = Flag("unrelated_issues", question="Are there several unrelated issues?")
WELL_UNDERSTOOD: Final = Flag("well_understood", question="Is the issue well understood?", worse=Worse.LOWER)
SIMPLE_FIX: Final = Flag("simple_fix", question="Is the fix simple?", worse=Worse.LOWER)
ROLLBACK_SIDE_EFFECTS: Final = Flag("rollback_side_effects", question="Would a rollback have side effects?")
PARTLY_MITIGATED: Final = Flag("partly_mitigated", question="Is it partly mitigated already?", worse=Worse.LOWER)

# What level 4 of the escalation path asks for besides.
MAJOR_IMPACT: Final = Flag("major_impact", question="Is the impact major, for the law or in public?")

# What the scenarios are about, and what their steps and those of a configuration change depend on: "if safe", "if
# needed", "if possible".
DATABASE_DOWN: Final = Flag("database_down", question="Is the production database down?")
RESTART_SAFE: Final = Flag("restart_safe", question="Is it safe to restart the database?", worse=Worse.LOWER)
FAILOVER_NEEDED: Final = Flag("failover_needed", question="Is a failover to the replica needed?")
RATE_LIMIT_EXCEEDED: Final = Flag("rate_limit_exceeded", question="Is the rate limit of an API exceeded?")
SCALING_POSSIBLE: Final = Flag("scaling_possible", question="Is it possible to scale horizontally?", worse=Worse.LOWER)
PAYMENTS_FAILING: Final = Flag("payments_failing", question="Does the processing of payments fail?")
RETRIES_NEEDED: Final = Flag("retries_needed", question="Is retry logic needed?")
RELOAD_NEEDED: Final = Flag("reload_needed", question="Do services have to be reloaded?")

VOCABULARY: Final = Vocabulary(
    USERS_AFFECTED,
    DATA_AT_RISK,
    SECURITY_COMPROMISED,
    CAN_CONTAIN,
    EXTERNAL_HELP_NEEDED,
    PRODUCTION_DOWN,
    DATA_LOST,
    CORE_FUNCTIONALITY,
    MAJOR_FEATURE_BROKEN,
    ERROR_RATE,
    DEGRADATION,
    MINOR_FEATURE_ISSUE,
    PARTIAL_FUNCTIONALITY,
    COSMETIC_ONLY,
    TIME_TO_FIX,
    ROLLBACK_SAFE,
    UNRELATED_ISSUES,
    WELL_UNDERSTOOD,
    SIMPLE_FIX,
    ROLLBACK_SIDE_EFFECTS,
    PARTLY_MITIGATED,
    MAJOR_IMPACT,
    DATABASE_DOWN,
    RESTART_SAFE,
    FAILOVER_NEEDED,
    RATE_LIMIT_EXCEEDED,
    SCALING_POSSIBLE,
    PAYMENTS_FAILING,
    RETRIES_NEEDED,
    RELOAD_NEEDED,
    UNRESOLVED_FOR,
    UNACKNOWLEDGED_FOR,
    SINCE_LAST_UPDATE,
)
"""The facts of the playbook, in the order in which to ask for them: the key questions come first."""
