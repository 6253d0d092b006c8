"""What an incident itself answers: facts that nobody has to be asked for, because its log knows them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from incidentkit.errors import FactValueInvalid
from incidentkit.model.conditions import Condition
from incidentkit.model.events import Linked, LinkKind
from incidentkit.model.facts import Choice, Clock, Flag, Number, SeverityFact
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.model.people import Role
from incidentkit.model.progress import CONFIDENTIAL, EVIDENCE_HOLD, ONCE
from incidentkit.model.severity import Severity, SeverityScheme
from incidentkit.model.vocabulary import Facts, Vocabulary, Worse, reading

STATUS: Final = Choice("status", question="Where does the incident stand?", options=[*Status])
"""One of `Status`; of an incident it is always known."""

ACKNOWLEDGED: Final = Flag("acknowledged", question="Has anybody acknowledged it?", worse=Worse.LOWER)
"""Anybody of the directory, since it was declared, or reopened the last time."""

UNRESOLVED_FOR: Final = Clock("unresolved_for", question="For how long has it not been resolved?")
"""Since it was declared, or reopened the last time; zero once it is over."""

UNACKNOWLEDGED_FOR: Final = Clock("unacknowledged_for", question="For how long has nobody acknowledged it?")
"""Since it was declared, or reopened the last time; zero once somebody of the directory acknowledged it."""

ACKNOWLEDGEMENTS: Final = Number(
    "acknowledgements", question="How many acknowledgements count for it?", unit="people", minimum=0
)
"""Of an obligation in force: those of its own people, and those that others of the directory gave after that."""

OUTSTANDING: Final = Number(
    "outstanding", question="How many of its people have not acknowledged it?", unit="people", minimum=0
)
"""Of an obligation in force."""

HAVE_IT: Final = Number("have_it", question="How many people of the directory have it?", unit="people", minimum=0)
"""Those whose acknowledgement stands: it was given in this generation, not taken back, and has not expired."""

RAISES: Final = Number(
    "severity_raises", question="How often was its severity raised?", unit="times", minimum=0, worse=Worse.HIGHER
)
"""Since it was declared, or reopened the last time."""

ASSESSED: Final = Flag("assessed", question="Was its severity ever certain, or set by a person?", worse=Worse.LOWER)

RESTRICTED: Final = Flag("restricted", question="May only those know of it who must?")
"""By the word of a person, or by the playbook, until somebody lifts it."""

RESTRICTED_BY_HAND: Final = Flag("restricted_by_hand", question="Has a person restricted it?")

RESTRICTION_LIFTED: Final = Flag(
    "restriction_lifted", question="Has somebody said that everybody may know of it?", worse=Worse.LOWER
)
"""Since the playbook restricted it; what was lifted before that was restricted for another reason."""

EVIDENCE_HELD: Final = Flag("evidence_held", question="Is all kept that shows what happened?")
"""By the word of a person, or by the playbook, until somebody lifts it."""

HOLD_LIFTED: Final = Flag(
    "hold_lifted", question="Has somebody said that evidence need not be kept?", worse=Worse.LOWER
)
"""Since the playbook held it; what was lifted before that was held for another reason."""

SINCE_LAST_UPDATE: Final = Clock("since_last_update", question="How long ago was the last update?")
"""Since that, or since it was declared or reopened if there was none since; zero once it is over."""

UPDATES: Final = Number("updates", question="How many updates have people written?", unit="updates", minimum=0)
"""Since it was declared, or reopened the last time."""

NEWS_FOR_ALL: Final = Flag(
    "news_for_all", question="Was the latest update written for everybody to know?", worse=Worse.LOWER
)
"""While the incident was not restricted; what was written before a restriction was lifted stays with the few."""

PUBLIC_NEWS: Final = Flag("public_news", question="Has an update words for the public?", worse=Worse.LOWER)
"""While the incident was not restricted; what was written for the public while it was stays unpublished."""

ETA_KNOWN: Final = Flag("eta_known", question="Has an update said when it may be over?", worse=Worse.LOWER)

CHANNEL_OPEN: Final = Flag("channel_open", question="Does it have a channel?", worse=Worse.LOWER)
"""One that is private, while it is restricted."""

PUBLIC_CHANNEL: Final = Flag("public_channel", question="Has it a channel that is not private?", worse=Worse.LOWER)

PRIVATE_CHANNEL: Final = Flag("private_channel", question="Has it a private channel?", worse=Worse.LOWER)

TICKET_OPEN: Final = Flag("ticket_open", question="Does it have a ticket?", worse=Worse.LOWER)

ON_STATUS_PAGE: Final = Flag("on_status_page", question="Does it have an entry on the status page?", worse=Worse.LOWER)

MERGED: Final = Flag("merged", question="Did it turn out to be the same as another one?")

COMMANDED: Final = Flag("commanded", question="Does anybody command it?", worse=Worse.LOWER)
"""Somebody was given the role of incident commander."""

SAID_DONE: Final = Flag("said_done", question="Has somebody said that it is done?", worse=Worse.LOWER)
"""Of an obligation in force."""

WAIVED: Final = Flag("waived", question="Has somebody said that it will not be done?", worse=Worse.LOWER)
"""Of an obligation in force."""

BROUGHT_ABOUT: Final = Flag("brought_about", question="Has an action brought it about?", worse=Worse.LOWER)
"""Of an obligation in force: one of those that it is done by has been acted for, or was said to be done."""

UNCERTAIN: Final = Flag("uncertain", question="May an action for it have been done, though nobody said so?")
"""Of an obligation in force."""

IN_FORCE: Final = Vocabulary(
    STATUS,
    ACKNOWLEDGED,
    HAVE_IT,
    UNRESOLVED_FOR,
    UNACKNOWLEDGED_FOR,
    RAISES,
    ACKNOWLEDGEMENTS,
    OUTSTANDING,
    ASSESSED,
    RESTRICTED,
    RESTRICTED_BY_HAND,
    RESTRICTION_LIFTED,
    EVIDENCE_HELD,
    HOLD_LIFTED,
    SINCE_LAST_UPDATE,
    UPDATES,
    NEWS_FOR_ALL,
    PUBLIC_NEWS,
    ETA_KNOWN,
    CHANNEL_OPEN,
    PUBLIC_CHANNEL,
    PRIVATE_CHANNEL,
    TICKET_OPEN,
    ON_STATUS_PAGE,
    MERGED,
    COMMANDED,
    SAID_DONE,
    WAIVED,
    BROUGHT_ABOUT,
    UNCERTAIN,
)
"""The facts that every incident answers, whatever the playbook."""

OVER: Final[Condition] = STATUS.one_of(*(status for status in Status if status not in ACTIVE))
"""It is resolved, closed or cancelled."""

WORST: Final = "worst_severity"
"""The name of the fact that is the worst severity still possible."""


def severity_of(scheme: SeverityScheme[Any]) -> SeverityFact:
    """The severity as a fact; while it is not certain, its value is the set of those still possible."""
    return SeverityFact(scheme=scheme)


def worst_severity_of(scheme: SeverityScheme[Any]) -> SeverityFact:
    """The worst severity still possible as a fact, which is always certain: what clocks and messages go by."""
    return SeverityFact(WORST, question="How severe may it be?", scheme=scheme)


def answered(scheme: SeverityScheme[Any]) -> Vocabulary:
    """Every fact that an incident under that scheme answers itself."""
    return Vocabulary(severity_of(scheme), worst_severity_of(scheme), *IN_FORCE.values())


def situation(
    incident: Incident, vocabulary: Vocabulary, scheme: SeverityScheme[Any], at: datetime, *, known: Collection[str]
) -> Facts:
    """What is known of an incident at a moment, if nothing happens until then; ``known`` are the people there are.

    Facts that the incident's latest assessment knows and the vocabulary does not, or knows with other values, are left
    out: they were said under another playbook.
    """
    values = dict(_assessed(incident.facts, vocabulary))
    values[STATUS.name] = incident.status
    values[ACKNOWLEDGED.name] = acknowledged = not incident.acknowledged_in_generation.isdisjoint(known)
    values[HAVE_IT.name] = sum(person in known for person in incident.acknowledged)
    values[RAISES.name] = incident.progress.raises
    values |= _told(incident)
    possible = _possible(incident, scheme)
    if len(possible) == 1:
        values["severity"] = next(iter(possible))
    if possible:
        values[WORST] = max(possible)
    started: dict[str, datetime] = {}
    if incident.status in ACTIVE:
        started[UNRESOLVED_FOR.name] = incident.generation_at
        if not acknowledged:
            started[UNACKNOWLEDGED_FOR.name] = incident.generation_at
        latest = incident.latest_update
        told_at = None if latest is None else latest.recorded_at
        started[SINCE_LAST_UPDATE.name] = max(incident.generation_at, told_at or incident.generation_at)
    for clock in (UNRESOLVED_FOR, UNACKNOWLEDGED_FOR, SINCE_LAST_UPDATE):
        values[clock.name] = reading(started.get(clock.name, at), at)
    unsure = {"severity": possible} if len(possible) > 1 else {}
    return Facts(vocabulary, values, unsure, started, at)


def channel_of(incident: Incident) -> Linked | None:
    """Its own channel: a private one as long as it is restricted, else the open one if it has one."""
    private = incident.linked(LinkKind.PRIVATE_CHANNEL)
    return private if incident.restricted else incident.linked(LinkKind.CHANNEL) or private


def _is_news_for_all(incident: Incident) -> bool:
    """Whether the latest update was written while everybody might know of the incident."""
    latest, lifted_at = incident.latest_update, incident.restriction_lifted_at
    if latest is None or incident.restricted:
        return False
    return lifted_at is None or latest.recorded_at > lifted_at


def _told(incident: Incident) -> dict[str, Any]:
    """What is known of who was told what, and where."""
    return {
        ASSESSED.name: incident.assessed,
        RESTRICTED.name: incident.restricted,
        RESTRICTED_BY_HAND.name: incident.restricted_by_hand,
        RESTRICTION_LIFTED.name: incident.restriction_lifted and (CONFIDENTIAL, ONCE) in incident.progress.in_force,
        EVIDENCE_HELD.name: incident.evidence_held,
        HOLD_LIFTED.name: incident.hold_lifted and (EVIDENCE_HOLD, ONCE) in incident.progress.in_force,
        UPDATES.name: incident.progress.updates,
        NEWS_FOR_ALL.name: _is_news_for_all(incident),
        PUBLIC_NEWS.name: incident.progress.public_updates > 0 and bool(incident.public_summary.strip()),
        ETA_KNOWN.name: incident.progress.estimates > 0,
        CHANNEL_OPEN.name: channel_of(incident) is not None,
        PUBLIC_CHANNEL.name: incident.linked(LinkKind.CHANNEL) is not None,
        PRIVATE_CHANNEL.name: incident.linked(LinkKind.PRIVATE_CHANNEL) is not None,
        TICKET_OPEN.name: incident.linked(LinkKind.TICKET) is not None,
        ON_STATUS_PAGE.name: incident.linked(LinkKind.STATUS_ENTRY) is not None,
        MERGED.name: incident.merged_into is not None,
        COMMANDED.name: Role.COMMANDER in incident.roles,
    }


def _assessed(facts: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[tuple[str, Any]]:
    for name, value in facts.items():
        fact = vocabulary.get(name)
        if fact is not None and name not in IN_FORCE:
            with suppress(FactValueInvalid):
                yield name, fact.check(value)


def _possible(incident: Incident, scheme: SeverityScheme[Any]) -> frozenset[Severity[Any]]:
    """The severities still possible, as the playbook's scheme has them; none under another scheme."""
    if incident.severity not in scheme:
        return frozenset()
    return frozenset(scheme[severity.key] for severity in incident.possible)
