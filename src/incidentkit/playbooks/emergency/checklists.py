"""What people owe while it lasts: the times of the phases, what a mitigation leads to, the SEV-1 checklist."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incidentkit.model.lifecycle import Status
from incidentkit.playbooks.emergency.facts import CAN_CONTAIN, EXTERNAL_HELP_NEEDED
from incidentkit.playbooks.emergency.notices import REMINDERS
from incidentkit.playbooks.emergency.severities import ORDINARY, SEV_1, WORST_SEVERITY
from incidentkit.policy.checklist import Checklist, Item
from incidentkit.policy.communication import announced
from incidentkit.policy.recipient import role
from incidentkit.policy.situation import (
    ASSESSED,
    BROUGHT_ABOUT,
    COMMANDED,
    ETA_KNOWN,
    ON_STATUS_PAGE,
    OVER,
    PRIVATE_CHANNEL,
    PUBLIC_CHANNEL,
    RESTRICTED,
    STATUS,
    TICKET_OPEN,
)

COMMUNICATED: Final = ((PUBLIC_CHANNEL | PRIVATE_CHANNEL) & (RESTRICTED | (ON_STATUS_PAGE & BROUGHT_ABOUT))) | (
    TICKET_OPEN & BROUGHT_ABOUT
)
"""Everybody was told whom section 2 names, as far as they may know of it."""

PHASES: Final = Checklist(
    name="in time",
    owner=role("incident commander"),
    reminders=REMINDERS,
    outlives=False,
    items=(
        Item(
            name="assess",
            what="find out how severe it is",
            met=ASSESSED.is_(True),
            within=timedelta(minutes=5),
            source="1. Assess [0-5 minutes]",
        ),
        Item(
            name="communicate",
            what="tell everybody whom section 2 names",
            met=COMMUNICATED,
            done_by=(announced("stakeholders"), announced("team")),
            within=timedelta(minutes=10),
            source="2. Communicate [0-10 minutes]",
        ),
        Item(
            name="time line",
            what="say when it may be over, realistically",
            owner=role("communications lead"),
            when=ORDINARY,
            met=ETA_KNOWN.is_(True),
            source="2. Communicate, SEV-3 & SEV-4",
        ),
    ),
)
"""The times of sections 1 and 2."""

DURING: Final = Checklist(
    name="as it goes",
    owner=role("incident commander"),
    items=(
        Item(name="contain", what="contain the issue", when=CAN_CONTAIN, source="1. Assess, key questions"),
        Item(
            name="external help",
            what="get help from outside",
            when=EXTERNAL_HELP_NEEDED,
            source="1. Assess, key questions",
        ),
        Item(
            name="verify mitigation",
            what="check health, metrics and logs after the mitigation",
            owner=role("technical lead"),
            when=STATUS.is_(Status.MONITORING),
            source="3. Mitigate, Verify Mitigation",
        ),
        # A temporary step of a runbook says so itself, and is owed until it is undone or made permanent. Of mitigations
        # without a runbook the log knows no more than that there was one: this is for those.
        Item(
            name="lasting fix",
            what="revert what was a temporary mitigation, or make it permanent",
            owner=role("technical lead"),
            when=STATUS.is_(Status.MONITORING),
            source="3. Mitigate; 5. Resolve",
        ),
    ),
)
"""What the key questions and a mitigation lead to."""

SEV_1_CHECKLIST: Final = Checklist(
    name="SEV-1",
    owner=role("incident commander"),
    applies=WORST_SEVERITY >= SEV_1,
    items=(
        Item(name="severity assessed", what="Severity assessed and confirmed", met=ASSESSED.is_(True)),
        Item(name="channel created", what="Incident channel created", met=PUBLIC_CHANNEL | PRIVATE_CHANNEL),
        Item(name="on-call paged", what="On-call engineer paged", done_by=("page/on-call engineer",)),
        Item(name="commander assigned", what="Incident commander assigned", met=COMMANDED.is_(True)),
        Item(
            name="status page updated",
            what="Status page updated",
            met=ON_STATUS_PAGE | BROUGHT_ABOUT | RESTRICTED,
            done_by=(announced("status page"),),
        ),
        Item(name="mitigation attempted", what="Mitigation attempted", met=~STATUS.is_(Status.INVESTIGATING)),
        Item(
            name="stakeholders notified",
            what="Stakeholders notified",
            met=BROUGHT_ABOUT | RESTRICTED,
            done_by=(announced("stakeholders"),),
        ),
        Item(name="logs captured", what="Logs and metrics captured", owner=role("technical lead")),
        Item(name="resolution implemented", what="Resolution implemented", met=OVER),
        Item(name="service verified", what="Service verified healthy", owner=role("technical lead"), when=OVER),
        Item(name="post-mortem scheduled", what="Post-mortem scheduled", when=OVER),
    ),
)
"""Emergency Checklist, "SEV-1 Response Checklist"."""
