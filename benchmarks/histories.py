"""Inputs for the rows about incidents: histories as they happen, varied and the same in every run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, TypeAlias

from incidentkit.errors import IncidentkitError
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.commands import (
    Acknowledge,
    Assess,
    Assign,
    ChangeSeverity,
    Command,
    Decline,
    Link,
    Mitigate,
    Note,
    Regress,
    Reopen,
    Resolve,
    Snooze,
    StartMitigation,
    Summarize,
    Unacknowledge,
)
from incidentkit.model.events import ActionEnded, ActionStarted, Became, Event, LinkKind
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.people import Role
from incidentkit.playbooks.emergency import EMERGENCY, SCHEME

START: Final = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)

PEOPLE: Final = ("ada", "grace", "linus", "barbara", "edsger")

LEVELS: Final = ("on-call engineer", "engineering manager", "executive")

LEASE: Final = timedelta(seconds=90)

WORDS: Final = (
    "checkout answers 502 since the deployment of 14:05",
    "rolled back to 4.1.7, watching the error rate",
    "the database has no free connections - pool of api-3 is exhausted",
    "Störung im Zahlungsverkehr, Kunden sind informiert",
)

Making: TypeAlias = Callable[[Random, Mapping[str, Any]], Command]
"""Draws a command, given when and by whom."""


def _triage(random: Random, given: Mapping[str, Any]) -> Command:
    known = {"core_functionality": random.random() < 0.2, "minor_feature_issue": random.random() < 0.5}
    facts = {**known, "unresolved_for": timedelta(minutes=random.randint(0, 90)), "users_affected": 40}
    return Assess(EMERGENCY.triage(facts), **given)


COMMANDS: Final[Mapping[Making, int]] = {
    lambda random, given: Note(random.choice(WORDS), **given): 30,
    lambda random, given: Acknowledge(note=random.choice(("", "on it")), **given): 8,
    lambda random, given: Assign(random.choice((*Role,)), to=random.choice(PEOPLE), **given): 8,
    lambda random, given: StartMitigation(note=random.choice(("", "rolling back")), **given): 6,
    _triage: 5,
    lambda _, given: Mitigate(**given): 5,
    lambda random, given: Resolve(note=random.choice(WORDS), **given): 5,
    lambda random, given: Reopen(reason=random.choice(WORDS), **given): 5,
    lambda random, given: ChangeSeverity(random.choice(SCHEME.severities), reason=random.choice(WORDS), **given): 4,
    lambda random, given: Summarize(random.choice(WORDS), **given): 4,
    lambda random, given: Link(LinkKind.TICKET, f"OPS-{random.randint(1, 999)}", **given): 4,
    lambda random, given: Regress(reason=random.choice(WORDS), **given): 3,
    lambda _, given: Decline(reason="on a train", **given): 2,
    lambda _, given: Unacknowledge(**given): 2,
    lambda random, given: Snooze(until=given["at"] + timedelta(hours=1), reason=random.choice(WORDS), **given): 2,
}
"""What people do, and how often."""


def declared(random: Random) -> Incident:
    """An incident that has just been declared."""
    return Incident.declare(
        f"INC-{random.randint(1, 9_999)}",
        title=random.choice(WORDS),
        at=START + timedelta(seconds=random.randint(0, 86_400)),
        by=random.choice(PEOPLE),
        severity=random.choice(SCHEME.severities),
        started_at=START - timedelta(minutes=random.randint(0, 60)),
        playbook=EMERGENCY.name,
    )


def history(random: Random, events: int) -> Incident:
    """An incident with so many events of all these kinds; what its status does not allow is drawn again."""
    incident = declared(random)
    now = incident.declared_at
    while incident.version < events:
        now += _while(random)
        incident = _commanded(random, incident, now)
    return incident


def _while(random: Random) -> timedelta:
    return timedelta(seconds=random.randint(1, 900), microseconds=random.choice((0, random.randint(1, 999_999))))


def _commanded(random: Random, incident: Incident, now: datetime) -> Incident:
    """The incident after what somebody asked for; as it was, if its status does not allow that."""
    making = random.choices((*COMMANDS,), (*COMMANDS.values(),))[0]
    try:
        return incident.apply(making(random, {"at": now, "by": random.choice(PEOPLE)}))
    except IncidentkitError:
        return incident


def attended(random: Random, events: int) -> Incident:
    """An incident with so many events, half of which a desk wrote: what came into force, and what it tried."""
    incident = declared(random)
    now = incident.declared_at
    while incident.version < events:
        now += _while(random)
        if random.random() < 2 / 3:
            incident = _commanded(random, incident, now)
        else:
            incident = incident.extended(_attempted(random, incident, now))
    return incident


def _attempted(random: Random, incident: Incident, now: datetime) -> list[Event]:
    """Somebody is paged, for something that has come into force before or comes into force now."""
    common: dict[str, Any] = {"incident": incident.id, "at": now, "by": "desk", "recorded_at": now}
    which: dict[str, Any] = {"obligation": f"page/{random.choice(LEVELS)}", "instance": str(incident.generation)}
    person = PersonId(random.choice(PEOPLE))
    if (which["obligation"], which["instance"]) not in incident.progress.in_force:
        return [Became(**common, **which, people=(person,))]
    return tried(incident, ActionKey(**which, person=person, attempt=random.randint(0, 11)), now)


def tried(incident: Incident, key: ActionKey, now: datetime, outcome: Outcome = Outcome.SUCCEEDED) -> list[Event]:
    """The two events of an action that a desk tried, and that took no time."""
    common: dict[str, Any] = {"incident": incident.id, "at": now, "by": "desk", "recorded_at": now, "action": key}
    return [ActionStarted(**common, lease_until=now + LEASE), ActionEnded(**common, outcome=outcome)]
