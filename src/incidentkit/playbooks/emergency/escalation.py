"""The escalation path, and the contact methods."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incidentkit.playbooks.emergency.facts import DATA_LOST, MAJOR_IMPACT, SECURITY_COMPROMISED
from incidentkit.playbooks.emergency.notices import NOTICE
from incidentkit.playbooks.emergency.severities import SEV_1, SEV_2, SEVERITY, WORST_SEVERITY
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.recipient import role
from incidentkit.policy.situation import UNRESOLVED_FOR

ESCALATION: Final = EscalationPolicy(
    applies=WORST_SEVERITY >= SEV_2,
    levels=(
        Level(
            "on-call engineer",
            role("on-call engineer"),
            because="You are on call",
            source="Escalation Path, level 1",
        ),
        Level(
            "engineering manager",
            role("engineering manager"),
            UNRESOLVED_FOR >= timedelta(minutes=30),
            because="Level 2 of the escalation path",
            source="Escalation Path, level 2",
        ),
        Level(
            "executive",
            role("executive"),
            (SEVERITY >= SEV_1) | (UNRESOLVED_FOR >= timedelta(hours=1)),
            because="Level 3 of the escalation path",
            source="Escalation Path, level 3",
        ),
        Level(
            "chief and legal",
            (role("chief executive"), role("legal adviser")),
            MAJOR_IMPACT | DATA_LOST | SECURITY_COMPROMISED,
            because="Level 4 of the escalation path",
            source="Escalation Path, level 4",
        ),
    ),
    contact=ContactChain(
        (
            Attempt("push", timedelta(minutes=5)),
            Attempt("phone", timedelta(minutes=5)),
            Attempt("mail", timedelta(minutes=1)),
            Attempt("sms", timedelta(minutes=9)),
        ),
        rounds=3,
    ),
    catch_all=[role("incident commander")],
    raise_notice=NOTICE,
    stand_down=NOTICE,
)
"""Emergency Contacts: the escalation path and the contact methods.

The playbook names nobody for the case that all of them are paged in vain: it is whoever answers for the clocks.
"""
