"""Strategies for the logs of incidents that a desk attended to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import evolve
from hypothesis import strategies as st

from incidentkit.errors import IncidentkitError
from incidentkit.model.action import Outcome
from incidentkit.model.events import ActionEnded, ActionStarted, Event
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import Incident
from incidentkit.policy.action import Action
from incidentkit.policy.directory import Directory
from incidentkit.policy.planning import plan, settle
from incidentkit.policy.playbook import Playbook
from incidentkit.testing.calendar import shifted
from incidentkit.testing.commands import Scene, scenes
from incidentkit.testing.directory import directories
from incidentkit.testing.identity import PEOPLE
from incidentkit.testing.incident import commands_in, declarations
from incidentkit.testing.playbook import playbooks

_PASSING: Final = st.sampled_from([timedelta(), timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=2)])
_LEASE: Final = timedelta(seconds=90)


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
