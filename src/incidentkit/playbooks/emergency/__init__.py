"""The Emergency Response Playbook as data: facts, severities, rules, trees, escalation, messages, lists, runbooks.

Every rule names the section and the line that it comes from. Where the playbook gives an example for a severity, the
example is a fact; where it gives a figure (error rate above 10 %, degradation above 50 %), the figure is a threshold.
"""

from __future__ import annotations

from incidentkit.playbooks.emergency.checklists import COMMUNICATED as COMMUNICATED
from incidentkit.playbooks.emergency.checklists import DURING as DURING
from incidentkit.playbooks.emergency.checklists import PHASES as PHASES
from incidentkit.playbooks.emergency.checklists import SEV_1_CHECKLIST as SEV_1_CHECKLIST
from incidentkit.playbooks.emergency.clocks import RESPONSE as RESPONSE
from incidentkit.playbooks.emergency.clocks import REVIEW as REVIEW
from incidentkit.playbooks.emergency.communication import COMMUNICATION as COMMUNICATION
from incidentkit.playbooks.emergency.escalation import ESCALATION as ESCALATION
from incidentkit.playbooks.emergency.facts import CAN_CONTAIN as CAN_CONTAIN
from incidentkit.playbooks.emergency.facts import CORE_FUNCTIONALITY as CORE_FUNCTIONALITY
from incidentkit.playbooks.emergency.facts import COSMETIC_ONLY as COSMETIC_ONLY
from incidentkit.playbooks.emergency.facts import DATA_AT_RISK as DATA_AT_RISK
from incidentkit.playbooks.emergency.facts import DATA_LOST as DATA_LOST
from incidentkit.playbooks.emergency.facts import DATABASE_DOWN as DATABASE_DOWN
from incidentkit.playbooks.emergency.facts import DEGRADATION as DEGRADATION
from incidentkit.playbooks.emergency.facts import ERROR_RATE as ERROR_RATE
from incidentkit.playbooks.emergency.facts import EXTERNAL_HELP_NEEDED as EXTERNAL_HELP_NEEDED
from incidentkit.playbooks.emergency.facts import FAILOVER_NEEDED as FAILOVER_NEEDED
from incidentkit.playbooks.emergency.facts import MAJOR_FEATURE_BROKEN as MAJOR_FEATURE_BROKEN
from incidentkit.playbooks.emergency.facts import MAJOR_IMPACT as MAJOR_IMPACT
from incidentkit.playbooks.emergency.facts import MINOR_FEATURE_ISSUE as MINOR_FEATURE_ISSUE
from incidentkit.playbooks.emergency.facts import PARTIAL_FUNCTIONALITY as PARTIAL_FUNCTIONALITY
from incidentkit.playbooks.emergency.facts import PARTLY_MITIGATED as PARTLY_MITIGATED
from incidentkit.playbooks.emergency.facts import PAYMENTS_FAILING as PAYMENTS_FAILING
from incidentkit.playbooks.emergency.facts import PRODUCTION_DOWN as PRODUCTION_DOWN
from incidentkit.playbooks.emergency.facts import RATE_LIMIT_EXCEEDED as RATE_LIMIT_EXCEEDED
from incidentkit.playbooks.emergency.facts import RELOAD_NEEDED as RELOAD_NEEDED
from incidentkit.playbooks.emergency.facts import RESTART_SAFE as RESTART_SAFE
from incidentkit.playbooks.emergency.facts import RETRIES_NEEDED as RETRIES_NEEDED
from incidentkit.playbooks.emergency.facts import ROLLBACK_SAFE as ROLLBACK_SAFE
from incidentkit.playbooks.emergency.facts import ROLLBACK_SIDE_EFFECTS as ROLLBACK_SIDE_EFFECTS
from incidentkit.playbooks.emergency.facts import SCALING_POSSIBLE as SCALING_POSSIBLE
from incidentkit.playbooks.emergency.facts import SECURITY_COMPROMISED as SECURITY_COMPROMISED
from incidentkit.playbooks.emergency.facts import SIMPLE_FIX as SIMPLE_FIX
from incidentkit.playbooks.emergency.facts import TIME_TO_FIX as TIME_TO_FIX
from incidentkit.playbooks.emergency.facts import UNRELATED_ISSUES as UNRELATED_ISSUES
from incidentkit.playbooks.emergency.facts import USERS_AFFECTED as USERS_AFFECTED
from incidentkit.playbooks.emergency.facts import VOCABULARY as VOCABULARY
from incidentkit.playbooks.emergency.facts import WELL_UNDERSTOOD as WELL_UNDERSTOOD
from incidentkit.playbooks.emergency.messages import ANNOUNCEMENT as ANNOUNCEMENT
from incidentkit.playbooks.emergency.messages import INITIAL_ALERT as INITIAL_ALERT
from incidentkit.playbooks.emergency.messages import PROGRESS_UPDATE as PROGRESS_UPDATE
from incidentkit.playbooks.emergency.messages import PUBLIC_MERGER as PUBLIC_MERGER
from incidentkit.playbooks.emergency.messages import PUBLIC_NOTICE as PUBLIC_NOTICE
from incidentkit.playbooks.emergency.messages import PUBLIC_RESOLUTION as PUBLIC_RESOLUTION
from incidentkit.playbooks.emergency.messages import PUBLIC_UPDATE as PUBLIC_UPDATE
from incidentkit.playbooks.emergency.messages import RESOLUTION_NOTICE as RESOLUTION_NOTICE
from incidentkit.playbooks.emergency.notices import NOTICE as NOTICE
from incidentkit.playbooks.emergency.notices import REMINDERS as REMINDERS
from incidentkit.playbooks.emergency.playbook import EMERGENCY as EMERGENCY
from incidentkit.playbooks.emergency.preservation import PRESERVATION as PRESERVATION
from incidentkit.playbooks.emergency.rollback import QUICK as QUICK
from incidentkit.playbooks.emergency.rollback import ROLLBACK as ROLLBACK
from incidentkit.playbooks.emergency.rules import RULES as RULES
from incidentkit.playbooks.emergency.runbooks import RUNBOOKS as RUNBOOKS
from incidentkit.playbooks.emergency.runbooks.assessment import ASSESS as ASSESS
from incidentkit.playbooks.emergency.runbooks.investigation import GATHER_EVIDENCE as GATHER_EVIDENCE
from incidentkit.playbooks.emergency.runbooks.mitigation import MITIGATIONS as MITIGATIONS
from incidentkit.playbooks.emergency.runbooks.mitigation import VERIFY_MITIGATION as VERIFY_MITIGATION
from incidentkit.playbooks.emergency.runbooks.resolution import CHANGE_CONFIGURATION as CHANGE_CONFIGURATION
from incidentkit.playbooks.emergency.runbooks.resolution import HOTFIX as HOTFIX
from incidentkit.playbooks.emergency.runbooks.resolution import VERIFY_RESOLUTION as VERIFY_RESOLUTION
from incidentkit.playbooks.emergency.runbooks.rollback import ROLL_BACK_VERSION as ROLL_BACK_VERSION
from incidentkit.playbooks.emergency.runbooks.scenarios import API_RATE_LIMIT_EXCEEDED as API_RATE_LIMIT_EXCEEDED
from incidentkit.playbooks.emergency.runbooks.scenarios import PAYMENT_PROCESSING_FAILED as PAYMENT_PROCESSING_FAILED
from incidentkit.playbooks.emergency.runbooks.scenarios import PRODUCTION_DATABASE_DOWN as PRODUCTION_DATABASE_DOWN
from incidentkit.playbooks.emergency.runbooks.scenarios import SCENARIOS as SCENARIOS
from incidentkit.playbooks.emergency.runbooks.scenarios import SECURITY_BREACH_SUSPECTED as SECURITY_BREACH_SUSPECTED
from incidentkit.playbooks.emergency.severities import ORDINARY as ORDINARY
from incidentkit.playbooks.emergency.severities import SCHEME as SCHEME
from incidentkit.playbooks.emergency.severities import SEV_1 as SEV_1
from incidentkit.playbooks.emergency.severities import SEV_2 as SEV_2
from incidentkit.playbooks.emergency.severities import SEV_3 as SEV_3
from incidentkit.playbooks.emergency.severities import SEV_4 as SEV_4
from incidentkit.playbooks.emergency.severities import SEVERITY as SEVERITY
from incidentkit.playbooks.emergency.severities import UPDATES as UPDATES
from incidentkit.playbooks.emergency.severities import URGENT as URGENT
from incidentkit.playbooks.emergency.severities import WORST_SEVERITY as WORST_SEVERITY
from incidentkit.playbooks.emergency.trees import ATTEMPT_HOTFIX as ATTEMPT_HOTFIX
from incidentkit.playbooks.emergency.trees import CORE_IMPACT as CORE_IMPACT
from incidentkit.playbooks.emergency.trees import DECLARATION as DECLARATION
from incidentkit.playbooks.emergency.trees import DECLARE as DECLARE
from incidentkit.playbooks.emergency.trees import FIX_THEN_DOCUMENT as FIX_THEN_DOCUMENT
from incidentkit.playbooks.emergency.trees import MINOR as MINOR
from incidentkit.playbooks.emergency.trees import MITIGATE as MITIGATE
from incidentkit.playbooks.emergency.trees import MONITOR_CLOSELY as MONITOR_CLOSELY
from incidentkit.playbooks.emergency.trees import ROLL_BACK as ROLL_BACK
from incidentkit.playbooks.emergency.trees import ROLLBACK_OR_HOTFIX as ROLLBACK_OR_HOTFIX
from incidentkit.playbooks.emergency.trees import USER_IMPACT as USER_IMPACT
from incidentkit.policy.situation import SINCE_LAST_UPDATE as SINCE_LAST_UPDATE
from incidentkit.policy.situation import UNACKNOWLEDGED_FOR as UNACKNOWLEDGED_FOR
from incidentkit.policy.situation import UNRESOLVED_FOR as UNRESOLVED_FOR

__all__ = [
    "ANNOUNCEMENT",
    "API_RATE_LIMIT_EXCEEDED",
    "ASSESS",
    "ATTEMPT_HOTFIX",
    "CAN_CONTAIN",
    "CHANGE_CONFIGURATION",
    "COMMUNICATED",
    "COMMUNICATION",
    "CORE_FUNCTIONALITY",
    "CORE_IMPACT",
    "COSMETIC_ONLY",
    "DATABASE_DOWN",
    "DATA_AT_RISK",
    "DATA_LOST",
    "DECLARATION",
    "DECLARE",
    "DEGRADATION",
    "DURING",
    "EMERGENCY",
    "ERROR_RATE",
    "ESCALATION",
    "EXTERNAL_HELP_NEEDED",
    "FAILOVER_NEEDED",
    "FIX_THEN_DOCUMENT",
    "GATHER_EVIDENCE",
    "HOTFIX",
    "INITIAL_ALERT",
    "MAJOR_FEATURE_BROKEN",
    "MAJOR_IMPACT",
    "MINOR",
    "MINOR_FEATURE_ISSUE",
    "MITIGATE",
    "MITIGATIONS",
    "MONITOR_CLOSELY",
    "NOTICE",
    "ORDINARY",
    "PARTIAL_FUNCTIONALITY",
    "PARTLY_MITIGATED",
    "PAYMENTS_FAILING",
    "PAYMENT_PROCESSING_FAILED",
    "PHASES",
    "PRESERVATION",
    "PRODUCTION_DATABASE_DOWN",
    "PRODUCTION_DOWN",
    "PROGRESS_UPDATE",
    "PUBLIC_MERGER",
    "PUBLIC_NOTICE",
    "PUBLIC_RESOLUTION",
    "PUBLIC_UPDATE",
    "QUICK",
    "RATE_LIMIT_EXCEEDED",
    "RELOAD_NEEDED",
    "REMINDERS",
    "RESOLUTION_NOTICE",
    "RESPONSE",
    "RESTART_SAFE",
    "RETRIES_NEEDED",
    "REVIEW",
    "ROLLBACK",
    "ROLLBACK_OR_HOTFIX",
    "ROLLBACK_SAFE",
    "ROLLBACK_SIDE_EFFECTS",
    "ROLL_BACK",
    "ROLL_BACK_VERSION",
    "RULES",
    "RUNBOOKS",
    "SCALING_POSSIBLE",
    "SCENARIOS",
    "SCHEME",
    "SECURITY_BREACH_SUSPECTED",
    "SECURITY_COMPROMISED",
    "SEVERITY",
    "SEV_1",
    "SEV_1_CHECKLIST",
    "SEV_2",
    "SEV_3",
    "SEV_4",
    "SIMPLE_FIX",
    "SINCE_LAST_UPDATE",
    "TIME_TO_FIX",
    "UNACKNOWLEDGED_FOR",
    "UNRELATED_ISSUES",
    "UNRESOLVED_FOR",
    "UPDATES",
    "URGENT",
    "USERS_AFFECTED",
    "USER_IMPACT",
    "VERIFY_MITIGATION",
    "VERIFY_RESOLUTION",
    "VOCABULARY",
    "WELL_UNDERSTOOD",
    "WORST_SEVERITY",
]
