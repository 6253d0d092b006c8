"""Strategies for what plans follow from: contact chains, escalation policies, obligations, playbooks, and logs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import evolve
from hypothesis import strategies as st

from incidentkit.errors import IncidentkitError
from incidentkit.model.action import Outcome
from incidentkit.model.conditions import ALWAYS, NEVER, Condition
from incidentkit.model.events import ActionEnded, ActionStarted, Event
from incidentkit.model.facts import Clock, SeverityFact
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Status
from incidentkit.model.targets import Target
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.action import Action
from incidentkit.policy.directory import Directory
from incidentkit.policy.escalation import ANYBODY, EVERYBODY, WATCHED, ContactChain, EscalationPolicy, Level, quorum
from incidentkit.policy.obligation import Attempt, Backoff, Obligation, Recurrence
from incidentkit.policy.planning import plan, settle
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.response import ResponsePolicy
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.situation import (
    ACKNOWLEDGED,
    OVER,
    STATUS,
    UNACKNOWLEDGED_FOR,
    UNRESOLVED_FOR,
    severity_of,
    worst_severity_of,
)
from incidentkit.testing.calendar import shifted
from incidentkit.testing.commands import Scene, scenes
from incidentkit.testing.conditions import comparisons
from incidentkit.testing.directory import METHODS, directories, recipients
from incidentkit.testing.identity import PEOPLE, texts
from incidentkit.testing.incident import commands_in, declarations
from incidentkit.testing.rules import RULES

_MINUTES: Final = st.sampled_from([timedelta(minutes=each) for each in (1, 2, 5, 10, 30)])
_DELAYS: Final = st.sampled_from([timedelta(seconds=10), timedelta(seconds=30), timedelta(minutes=2)])
_GRACES: Final = st.sampled_from([timedelta(), timedelta(seconds=10), timedelta(minutes=1)])
_PASSING: Final = st.sampled_from([timedelta(), timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=2)])
_REASONS: Final = st.just("") | texts(blank=False)
_LEASE: Final = timedelta(seconds=90)

BACKOFFS: Final = st.builds(Backoff, st.lists(_DELAYS, max_size=3), jitter=st.sampled_from([0, 0.1, 1]))

UNTIL: Final[st.SearchStrategy[Condition]] = st.sampled_from([ANYBODY, EVERYBODY, quorum(2), quorum(3), NEVER])
"""Who has to acknowledge."""


def contact_chains(*, methods: Sequence[str] = METHODS) -> st.SearchStrategy[ContactChain]:
    """Chains of one to three attempts by these methods, for one to three rounds."""
    attempts = st.lists(st.builds(Attempt, st.sampled_from(methods), _MINUTES), min_size=1, max_size=3)
    return st.builds(ContactChain, attempts, rounds=st.integers(1, 3))


def situations(rules: SeverityRules[Any]) -> st.SearchStrategy[Condition]:
    """Conditions on an incident: what its rules ask for, its clocks, its status and its severity."""
    asked = [fact for fact in rules.vocabulary.values() if not isinstance(fact, Clock | SeverityFact)]
    severities = st.sampled_from(rules.scheme.severities)
    leaves: list[st.SearchStrategy[Condition]] = [
        _MINUTES.map(UNRESOLVED_FOR.__ge__),
        _MINUTES.map(UNACKNOWLEDGED_FOR.__ge__),
        severities.map(severity_of(rules.scheme).__ge__),
        severities.map(worst_severity_of(rules.scheme).is_),
        st.sampled_from(Status).map(STATUS.is_),
        st.sampled_from([ALWAYS, ACKNOWLEDGED]),
        *([comparisons(Vocabulary(*asked))] if asked else []),
    ]
    leaf = st.one_of(leaves)
    opposite = leaf.map(lambda each: ~each)
    return leaf | opposite | st.tuples(leaf, leaf | opposite, st.booleans()).map(_joined)


def _joined(parts: tuple[Condition, Condition, bool]) -> Condition:
    one, other, both = parts
    return one & other if both else one | other


def _has_no_clock(condition: Condition) -> bool:
    return not any(isinstance(fact, Clock) for fact in condition.mentioned)


def _applying(rules: SeverityRules[Any]) -> st.SearchStrategy[Condition]:
    return st.just(ALWAYS) | situations(rules).filter(_has_no_clock)


def escalation_policies(
    directory: Directory, *, rules: SeverityRules[Any] = RULES, methods: Sequence[str] = METHODS
) -> st.SearchStrategy[EscalationPolicy]:
    """Policies of one to four levels for these people, with every answer to who stops them.

    Their conditions are on the facts and severities of ``rules``, on clocks and on the status. Levels end with any
    acknowledgement, with everybody's, with a quorum, which may be more than there are people, or with none.
    """
    parts: dict[str, st.SearchStrategy[Any]] = {
        "to": st.lists(recipients(directory), min_size=1, max_size=2),
        "when": st.just(ALWAYS) | _MINUTES.map(UNRESOLVED_FOR.__ge__) | situations(rules),
        "until": UNTIL,
        "acknowledgers": st.just([]) | st.just([]) | st.lists(recipients(directory), min_size=1, max_size=2),
        "because": _REASONS,
    }
    levels = st.lists(st.fixed_dictionaries(parts), min_size=1, max_size=4).map(_levels)
    return st.builds(
        EscalationPolicy,
        levels=levels,
        contact=contact_chains(methods=methods),
        applies=_applying(rules),
        until=st.sampled_from([OVER, OVER, NEVER]),
        held=st.sampled_from([WATCHED, WATCHED, NEVER]),
        cumulative=st.booleans(),
        backoff=BACKOFFS,
        grace=_GRACES,
        acknowledgement_expires_after=st.none() | _MINUTES,
        fallback=st.lists(recipients(directory), max_size=1),
        waits=st.booleans(),
        catch_all=st.lists(recipients(directory), max_size=1),
        hand_over=_notices(methods),
        raise_notice=_notices(methods),
        stand_down=_notices(methods),
    )


def _notices(methods: Sequence[str]) -> st.SearchStrategy[Sequence[Attempt]]:
    return st.lists(st.builds(Attempt, st.sampled_from(methods), _MINUTES), max_size=2)


def _levels(drawn: Sequence[dict[str, Any]]) -> list[Level]:
    return [
        Level(f"level {place}", recipients=each["to"], **{name: part for name, part in each.items() if name != "to"})
        for place, each in enumerate(drawn, start=1)
    ]


def obligations(
    id: str, directory: Directory, *, rules: SeverityRules[Any] = RULES, methods: Sequence[str] = METHODS
) -> st.SearchStrategy[Obligation]:
    """Obligations of every kind under that id: with a clock and without, for people and for nobody, tried or owed.

    The parameters are those of `escalation_policies`.
    """
    attempts = st.lists(st.builds(Attempt, st.sampled_from(methods), _MINUTES), max_size=3)
    last = st.builds(Attempt, st.sampled_from(methods)).map(lambda each: [each])
    return st.builds(
        Obligation,
        id=st.just(id),
        when=situations(rules),
        applies=_applying(rules),
        until=situations(rules) | UNTIL,
        held=st.sampled_from([NEVER, NEVER, WATCHED]),
        recipients=st.lists(recipients(directory), max_size=2),
        due=st.none() | _MINUTES.map(Target),
        chain=attempts | st.tuples(attempts, last).map(lambda parts: [*parts[0], *parts[1]]),
        backoff=BACKOFFS,
        recurrence=st.sampled_from([Recurrence.ONCE, Recurrence.PER_GENERATION, Recurrence.PER_RAISE]),
        personal=st.booleans(),
        grace=_GRACES,
        outlives=st.booleans(),
        suffices=st.booleans(),
        because=_REASONS,
    )


def playbooks(
    directory: Directory, *, rules: SeverityRules[Any] = RULES, methods: Sequence[str] = METHODS
) -> st.SearchStrategy[Playbook]:
    """Playbooks for these people: an escalation, or the clocks of the severities, or both, or neither.

    The parameters are those of `escalation_policies`.
    """
    reminders = st.lists(st.builds(Attempt, st.sampled_from(methods), _MINUTES), max_size=2)
    return st.builds(
        Playbook,
        name=st.just("playbook"),
        rules=st.just(rules),
        escalation=st.none() | escalation_policies(directory, rules=rules, methods=methods),
        response=st.none() | st.builds(ResponsePolicy, owner=recipients(directory), reminders=reminders),
    )


def attended(
    playbook: Playbook | None = None,
    directory: Directory | None = None,
    *,
    at: datetime | None = None,
    people: st.SearchStrategy[str] = PEOPLE,
    most: int = 12,
) -> st.SearchStrategy[Incident]:
    """Incidents that a desk attended to: its decisions and what it tried stand in their logs, between commands.

    ``playbook`` and ``directory`` say what it decides and whom it tries to reach; both are drawn if not given. What it
    tries comes out in every way, and some of it never. ``at``, ``people`` and ``most`` are those of `incidents`.
    """
    where = directories(people=people) if directory is None else st.just(directory)

    def pair(known: Directory) -> st.SearchStrategy[tuple[Playbook, Directory]]:
        return st.tuples(playbooks(known) if playbook is None else st.just(playbook), st.just(known))

    pairs = where.flatmap(pair)
    return pairs.flatmap(lambda pair: _attended(*pair, at, people, most))


@st.composite
def _attended(
    draw: st.DrawFn,
    playbook: Playbook,
    directory: Directory,
    at: datetime | None,
    people: st.SearchStrategy[str],
    most: int,
) -> Incident:
    scene = draw(scenes(at, playbook.rules, people, version=1))
    incident = draw(declarations(at=scene.at, rules=playbook.rules, people=people))
    now = incident.as_of
    for looks in draw(st.lists(st.booleans(), max_size=most)):
        now = shifted(now, draw(_PASSING))
        if looks:
            incident = _looked_at(draw, incident, playbook, directory, now)
        else:
            incident = _told(draw, incident, playbook, directory, evolve(scene, at=now, version=incident.version))
    return incident


def _told(draw: st.DrawFn, incident: Incident, playbook: Playbook, directory: Directory, scene: Scene) -> Incident:
    """The incident after a command, and after what was due before it."""
    settled = incident.extended(stamped(settle(incident, playbook, directory, before=scene.at), scene.at))
    try:
        return settled.apply(draw(commands_in(settled, scene)), recorded_at=scene.at)
    except IncidentkitError:
        return incident


def _looked_at(
    draw: st.DrawFn, incident: Incident, playbook: Playbook, directory: Directory, now: datetime
) -> Incident:
    """The incident after a desk planned it, claimed what was due, and perhaps heard what came of it."""
    planned = plan(incident, playbook, directory, now=now)
    log: list[Event] = [*stamped(planned.decisions, now), *(claimed(incident, each, now) for each in planned.due)]
    for action in planned.due:
        outcome = draw(st.none() | st.sampled_from(Outcome))
        if outcome is not None:
            log.append(answered(incident, action, now, outcome))
    return incident.extended(log)


def stamped(events: Sequence[Any], now: datetime) -> list[Event]:
    """The events as a store records them."""
    return [evolve(event, recorded_at=now) for event in events]


def claimed(incident: Incident, action: Action, now: datetime, lease: timedelta = _LEASE) -> Event:
    """The event by which a desk takes an action on."""
    common: dict[str, Any] = {"incident": incident.id, "at": now, "by": PersonId("desk"), "recorded_at": now}
    return ActionStarted(**common, action=action.key, lease_until=now + lease, because=action.because)


def answered(
    incident: Incident,
    action: Action,
    now: datetime,
    outcome: Outcome,
    retry_at: datetime | None = None,
    found: Sequence[PersonId] = (),
) -> Event:
    """The event by which a desk records what came of an action."""
    common: dict[str, Any] = {"incident": incident.id, "at": now, "by": PersonId("desk"), "recorded_at": now}
    return ActionEnded(**common, action=action.key, outcome=outcome, retry_at=retry_at, found=(*found,))
