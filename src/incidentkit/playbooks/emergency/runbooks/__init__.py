"""The commands of the playbook, and what it tells people to do between them, as runbooks: a file for each section."""

from __future__ import annotations

from typing import Final

from incidentkit.playbooks.emergency.runbooks.assessment import ASSESS
from incidentkit.playbooks.emergency.runbooks.investigation import GATHER_EVIDENCE
from incidentkit.playbooks.emergency.runbooks.mitigation import MITIGATIONS, VERIFY_MITIGATION
from incidentkit.playbooks.emergency.runbooks.resolution import CHANGE_CONFIGURATION, HOTFIX, VERIFY_RESOLUTION
from incidentkit.playbooks.emergency.runbooks.rollback import ROLL_BACK_VERSION
from incidentkit.playbooks.emergency.runbooks.scenarios import SCENARIOS

RUNBOOKS: Final = (
    ASSESS,
    *MITIGATIONS,
    VERIFY_MITIGATION,
    GATHER_EVIDENCE,
    HOTFIX,
    CHANGE_CONFIGURATION,
    VERIFY_RESOLUTION,
    ROLL_BACK_VERSION,
    *SCENARIOS,
)
"""All of them, in the order of the playbook."""
