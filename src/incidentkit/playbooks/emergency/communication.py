"""Whom to tell what, where and on which occasion."""

from __future__ import annotations

from typing import Final

from incidentkit.playbooks.emergency.facts import SECURITY_COMPROMISED
from incidentkit.playbooks.emergency.messages import (
    ANNOUNCEMENT,
    INITIAL_ALERT,
    PROGRESS_UPDATE,
    PUBLIC_MERGER,
    PUBLIC_NOTICE,
    PUBLIC_RESOLUTION,
    PUBLIC_UPDATE,
    RESOLUTION_NOTICE,
)
from incidentkit.playbooks.emergency.notices import NOTICE
from incidentkit.playbooks.emergency.severities import ORDINARY, URGENT
from incidentkit.policy.act import ActKind
from incidentkit.policy.communication import Announcement, CommunicationPolicy, Occasion
from incidentkit.policy.recipient import role

COMMUNICATION: Final = CommunicationPolicy(
    owner=role("communications lead"),
    templates={
        "announcement": ANNOUNCEMENT,
        "initial alert": INITIAL_ALERT,
        "progress update": PROGRESS_UPDATE,
        "resolution notice": RESOLUTION_NOTICE,
        "public notice": PUBLIC_NOTICE,
        "public update": PUBLIC_UPDATE,
        "public resolution": PUBLIC_RESOLUTION,
        "public merger": PUBLIC_MERGER,
    },
    announcements=(
        Announcement(
            name="commander",
            template="announcement",
            to=role("incident commander"),
            applies=URGENT,
            confidential=True,
            because="You are incident commander",
            source="2. Communicate, SEV-1 & SEV-2, 2",
        ),
        Announcement(
            name="channel",
            acts=[ActKind.OPEN_CHANNEL] * 3,
            applies=URGENT,
            because="the channel of the incident",
            source="2. Communicate, SEV-1 & SEV-2, 3",
        ),
        Announcement(
            name="private channel",
            acts=[ActKind.OPEN_PRIVATE_CHANNEL] * 3,
            applies=URGENT,
            confidential=True,
            because="the channel of the incident, for those who must know",
            source="2. Communicate, SEV-1 & SEV-2, 3",
        ),
        Announcement(
            name="status page",
            template="public notice",
            acts=ActKind.PUBLISH,
            applies=URGENT,
            source="2. Communicate, SEV-1 & SEV-2, 4",
        ),
        Announcement(
            name="stakeholders",
            template="initial alert",
            to=role("stakeholders"),
            applies=URGENT,
            because="You are a stakeholder",
            source="2. Communicate, SEV-1 & SEV-2, 5",
        ),
        Announcement(
            name="announcement",
            template="announcement",
            acts=ActKind.POST,
            applies=URGENT,
            confidential=True,
            because="what those who come to the channel read first",
            source="2. Communicate, Communication Template",
        ),
        Announcement(
            name="ticket",
            template="announcement",
            acts=ActKind.OPEN_TICKET,
            applies=ORDINARY,
            because="the ticket of the incident",
            source="2. Communicate, SEV-3 & SEV-4",
        ),
        Announcement(
            name="team",
            template="announcement",
            to=role("team"),
            applies=ORDINARY,
            because="You are of the team",
            source="2. Communicate, SEV-3 & SEV-4",
        ),
        Announcement(
            name="update",
            template="progress update",
            acts=ActKind.POST,
            on=Occasion.UPDATED,
            confidential=True,
            source="Communication Templates, Progress Update",
        ),
        Announcement(
            name="public update",
            template="public update",
            acts=ActKind.PUBLISH,
            on=Occasion.UPDATED,
            source="Communication Templates, Progress Update",
        ),
        Announcement(
            name="resolution",
            template="resolution notice",
            acts=ActKind.POST,
            on=Occasion.OVER,
            confidential=True,
            source="Communication Templates, Resolution Notice",
        ),
        Announcement(
            name="public resolution",
            template="public resolution",
            acts=ActKind.PUBLISH,
            on=Occasion.OVER,
            source="Communication Templates, Resolution Notice",
        ),
        Announcement(
            name="public merger",
            template="public merger",
            acts=ActKind.PUBLISH,
            on=Occasion.MERGED,
            source="2. Communicate, SEV-1 & SEV-2, 4",
        ),
        Announcement(
            name="stakeholders, resolution",
            template="resolution notice",
            to=role("stakeholders"),
            on=Occasion.OVER,
            after=("stakeholders",),
            because="You are a stakeholder",
            source="Communication Templates, Resolution Notice",
        ),
        Announcement(
            name="ticket, closed",
            template="resolution notice",
            acts=ActKind.CLOSE_TICKET,
            on=Occasion.FINISHED,
            source="Communication Templates, Resolution Notice",
        ),
        Announcement(name="channel, closed", acts=ActKind.CLOSE_CHANNEL, on=Occasion.FINISHED, confidential=True),
        Announcement(
            name="private channel, closed",
            acts=ActKind.CLOSE_PRIVATE_CHANNEL,
            on=Occasion.FINISHED,
            confidential=True,
        ),
    ),
    notice=NOTICE,
    reminders=("push",),
    restricted=SECURITY_COMPROMISED.is_(True),
    guardians=(role("security lead"), role("legal adviser")),
)
"""Section 2, and the scenario "Security Breach Suspected"."""
