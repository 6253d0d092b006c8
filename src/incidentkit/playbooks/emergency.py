"""The Emergency Response Playbook as data: its facts, severities, severity rules, decision trees and messages.

Every rule names the section and the line that it comes from. Where the playbook gives an example for a severity, the
example is a fact; where it gives a figure (error rate above 10 %, degradation above 50 %), the figure is a threshold.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incidentkit.model.conditions import ALWAYS
from incidentkit.model.facts import Duration, Flag, Number
from incidentkit.model.lifecycle import Status
from incidentkit.model.severity import Severity, SeverityScheme
from incidentkit.model.targets import Target, Targets
from incidentkit.model.vocabulary import Vocabulary, Worse
from incidentkit.policy.act import Act, ActKind
from incidentkit.policy.checklist import Checklist, Item
from incidentkit.policy.communication import Announcement, CommunicationPolicy, Occasion, announced
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.question import Conclusion, ask
from incidentkit.policy.recipient import role
from incidentkit.policy.response import ResponsePolicy
from incidentkit.policy.review import ReviewPolicy
from incidentkit.policy.rules import SeverityRules, when
from incidentkit.policy.situation import (
    ASSESSED,
    BROUGHT_ABOUT,
    CHANNEL_OPEN,
    COMMANDED,
    ETA_KNOWN,
    ON_STATUS_PAGE,
    OVER,
    RESTRICTED,
    STATUS,
    TICKET_OPEN,
    severity_of,
    worst_severity_of,
)
from incidentkit.policy.situation import SINCE_LAST_UPDATE as SINCE_LAST_UPDATE
from incidentkit.policy.situation import UNACKNOWLEDGED_FOR as UNACKNOWLEDGED_FOR
from incidentkit.policy.situation import UNRESOLVED_FOR as UNRESOLVED_FOR
from incidentkit.policy.template import Section, Template
from incidentkit.policy.tree import DecisionTree

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
    UNRESOLVED_FOR,
    UNACKNOWLEDGED_FOR,
    SINCE_LAST_UPDATE,
)
"""The facts of the playbook, in the order in which to ask for them: the key questions come first."""

UPDATES: Final = Target(timedelta(minutes=15), repeats=True)
"""Section 2 and the templates: an update every 15 minutes for SEV-1 and SEV-2."""


def _targets(response: timedelta, update: Target | None = None) -> Targets:
    """The clocks of a severity; section 5 sets the response time as the target for resolving too."""
    return Targets(respond=response, resolve=response, update=update)


SEV_1, SEV_2, SEV_3, SEV_4 = SCHEME = SeverityScheme(
    Severity(
        "SEV-1",
        name="Critical",
        criteria="Production down, data loss, security breach",
        targets=_targets(timedelta(minutes=15), UPDATES),
    ),
    Severity(
        "SEV-2",
        name="High",
        criteria="Major feature broken, significant degradation",
        targets=_targets(timedelta(hours=1), UPDATES),
    ),
    Severity(
        "SEV-3",
        name="Medium",
        criteria="Minor feature issue, partial functionality",
        targets=_targets(timedelta(hours=4)),
    ),
    Severity(
        "SEV-4",
        name="Low",
        criteria="Cosmetic issues, documentation errors",
        targets=_targets(timedelta(hours=24)),
    ),
    name="emergency",
)

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

SEVERITY: Final = severity_of(SCHEME)
WORST_SEVERITY: Final = worst_severity_of(SCHEME)

MAJOR_IMPACT: Final = Flag("major_impact", question="Is the impact major, for the law or in public?")

NOTICE: Final = (Attempt("push", timedelta(minutes=3)), Attempt("sms", timedelta(minutes=3)), Attempt("mail"))
"""How people learn what they need not come for: by the first of these that works."""

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

REMINDERS: Final = (Attempt("push", timedelta(minutes=10)), Attempt("push", timedelta(minutes=10)), Attempt("push"))
"""How people are told what is overdue."""

RESPONSE: Final = ResponsePolicy(owner=role("incident commander"), reminders=REMINDERS)
"""The response times of the severity table, and the target of section 5."""

ANNOUNCEMENT: Final = Template(
    "🚨 INCIDENT: {severity} {title}",
    [
        {"Status": "{status}", "Impact": "{impact}", "Started": "{started}", "Updates": "{cadence}"},
        Section(
            "Team:",
            {
                "Incident Commander": "{commander}",
                "Technical Lead": "{technical_lead}",
                "Communications": "{communications_lead}",
            },
        ),
    ],
)
"""Section 2, "Communication Template": what is posted in the channel of the incident first."""

INITIAL_ALERT: Final = Template(
    "🚨 {severity} Production Incident",
    ["We're experiencing {title}.", "Team is investigating. Updates {cadence}.", {"Status": "{status_page}"}],
)
"""Communication Templates, "Initial Alert"."""

PROGRESS_UPDATE: Final = Template(
    "📊 {severity} Update #{update_number} - {time}",
    [{"Current Status": "{status}", "Actions Taken": "{update}", "Next Steps": "{next_steps}", "ETA": "{eta}"}],
)
"""Communication Templates, "Progress Update"."""

RESOLUTION_NOTICE: Final = Template(
    "✅ {severity} Incident Resolved - {time}",
    [
        {"Issue": "{title}", "Resolution": "{resolution}", "Duration": "{duration}", "Impact": "{impact}"},
        {"Post-mortem": "{post_mortem}"},
    ],
)
"""Communication Templates, "Resolution Notice"."""

# The playbook says to post to the status page and not what. Until somebody has written for the public, these say
# nothing about what is wrong.
PUBLIC_NOTICE: Final = Template(
    "We are investigating an issue",
    ["{public_summary}", {"Status": "{status}", "Started": "{started}", "Updates": "{cadence}"}],
)
"""What the status page says first."""

PUBLIC_UPDATE: Final = Template(
    "Update #{update_number} - {time}",
    ["{public_summary}", {"Status": "{status}", "Updates": "{cadence}"}],
)
"""What the status page says while it goes on."""

PUBLIC_RESOLUTION: Final = Template(
    "The issue is resolved - {time}",
    ["{public_summary}", {"Started": "{started}", "Duration": "{duration}"}],
)
"""What the status page says when it is over."""

URGENT: Final = WORST_SEVERITY >= SEV_2
"""Section 2, "For SEV-1 & SEV-2"."""

ORDINARY: Final = WORST_SEVERITY < SEV_2
"""Section 2, "For SEV-3 & SEV-4"."""

_ANOTHER_NAME: Final = timedelta(minutes=10)

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
            acts=(Act(ActKind.OPEN_CHANNEL, wait=_ANOTHER_NAME),) * 2 + (Act(ActKind.OPEN_CHANNEL),),
            applies=URGENT,
            because="the channel of the incident",
            source="2. Communicate, SEV-1 & SEV-2, 3",
        ),
        Announcement(
            name="private channel",
            acts=(Act(ActKind.OPEN_PRIVATE_CHANNEL, wait=_ANOTHER_NAME),) * 2 + (Act(ActKind.OPEN_PRIVATE_CHANNEL),),
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
    ),
    notice=NOTICE,
    reminders=("push",),
    restricted=SECURITY_COMPROMISED.is_(True),
    guardians=(role("security lead"), role("legal adviser")),
)
"""Section 2, and the scenario "Security Breach Suspected"."""

COMMUNICATED: Final = (CHANNEL_OPEN & (RESTRICTED | (ON_STATUS_PAGE & BROUGHT_ABOUT))) | (TICKET_OPEN & BROUGHT_ABOUT)
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
        Item(name="channel created", what="Incident channel created", met=CHANNEL_OPEN.is_(True)),
        Item(name="on-call paged", what="On-call engineer paged", done_by=("page/on-call engineer",)),
        Item(name="commander assigned", what="Incident commander assigned", met=COMMANDED.is_(True)),
        Item(name="status page updated", what="Status page updated", met=ON_STATUS_PAGE.is_(True)),
        Item(name="mitigation attempted", what="Mitigation attempted", met=~STATUS.is_(Status.INVESTIGATING)),
        Item(name="stakeholders notified", what="Stakeholders notified", done_by=(announced("stakeholders"),)),
        Item(name="logs captured", what="Logs and metrics captured", owner=role("technical lead")),
        Item(name="resolution implemented", what="Resolution implemented", met=OVER),
        Item(name="service verified", what="Service verified healthy", owner=role("technical lead"), when=OVER),
        Item(name="post-mortem scheduled", what="Post-mortem scheduled", when=OVER),
    ),
)
"""Emergency Checklist, "SEV-1 Response Checklist"."""

REVIEW: Final = ReviewPolicy(owner=role("incident commander"), reminders=NOTICE)
"""Section 6, for every incident."""

EMERGENCY: Final = Playbook(
    name="emergency",
    rules=RULES,
    trees={"declaration": DECLARATION, "rollback-or-hotfix": ROLLBACK_OR_HOTFIX},
    escalation=ESCALATION,
    communication=COMMUNICATION,
    response=RESPONSE,
    checklists=(PHASES, DURING, SEV_1_CHECKLIST),
    review=REVIEW,
)
"""The Emergency Response Playbook."""
