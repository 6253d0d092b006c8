"""All of it as one value."""

from __future__ import annotations

from typing import Final

from incidentkit.playbooks.emergency.checklists import DURING, PHASES, SEV_1_CHECKLIST
from incidentkit.playbooks.emergency.clocks import RESPONSE, REVIEW
from incidentkit.playbooks.emergency.communication import COMMUNICATION
from incidentkit.playbooks.emergency.escalation import ESCALATION
from incidentkit.playbooks.emergency.preservation import PRESERVATION
from incidentkit.playbooks.emergency.rollback import ROLLBACK
from incidentkit.playbooks.emergency.rules import RULES
from incidentkit.playbooks.emergency.runbooks import RUNBOOKS
from incidentkit.playbooks.emergency.trees import DECLARATION, ROLLBACK_OR_HOTFIX
from incidentkit.policy.playbook import Playbook

EMERGENCY: Final = Playbook(
    name="emergency",
    rules=RULES,
    trees={"declaration": DECLARATION, "rollback-or-hotfix": ROLLBACK_OR_HOTFIX},
    escalation=ESCALATION,
    communication=COMMUNICATION,
    response=RESPONSE,
    checklists=(PHASES, DURING, SEV_1_CHECKLIST),
    review=REVIEW,
    rollback=ROLLBACK,
    preservation=PRESERVATION,
    runbooks=RUNBOOKS,
)
"""The Emergency Response Playbook."""
