"""Strategies for incidents by legal histories, and for the events that happen in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import evolve
from hypothesis import strategies as st

from incidentkit.errors import IncidentkitError
from incidentkit.model.commands import (
    Acknowledge,
    Assign,
    Command,
    Fulfil,
    HandOver,
    Label,
    LiftRestriction,
    Restrict,
    TakeBack,
    Unacknowledge,
    Unlabel,
)
from incidentkit.model.events import Event
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Consequence, Effect, Status, consequence
from incidentkit.policy.rules import SeverityRules
from incidentkit.testing.calendar import shifted
from incidentkit.testing.commands import LABELS, PARTS, VALUES, Scene, of_kind, scenes
from incidentkit.testing.identity import PEOPLE, names, texts
from incidentkit.testing.rules import RULES

_PASSING: Final = st.sampled_from([timedelta(), timedelta(minutes=1), timedelta(minutes=17), timedelta(hours=5)])
_EARLIER: Final = st.sampled_from([timedelta(), timedelta(), timedelta(minutes=4)])


def declarations(
    *,
    at: datetime | None = None,
    rules: SeverityRules[Any] = RULES,
    people: st.SearchStrategy[str] = PEOPLE,
) -> st.SearchStrategy[Incident]:
    """Incidents that have just been declared, by a triage of ``rules`` or with a severity that a person chose.

    The parameters are those of `incidents`.
    """
    return scenes(at, rules, people, version=1).flatmap(_declarations)


def histories(
    *,
    at: datetime | None = None,
    rules: SeverityRules[Any] = RULES,
    people: st.SearchStrategy[str] = PEOPLE,
    most: int = 12,
) -> st.SearchStrategy[tuple[Incident, ...]]:
    """Histories of one incident: as it was declared, and as it was after each command.

    The parameters are those of `incidents`.
    """
    return scenes(at, rules, people, version=1).flatmap(lambda where: _histories(where, most))


def incidents(
    *,
    at: datetime | None = None,
    rules: SeverityRules[Any] = RULES,
    people: st.SearchStrategy[str] = PEOPLE,
    most: int = 12,
) -> st.SearchStrategy[Incident]:
    """Incidents in every status, each after a history that the library allows.

    ``at`` is when the incident is declared, drawn if not given; what follows happens within the next ``most`` times
    five hours. Triages and severities fit ``rules``, which are the emergency playbook's by default. ``people`` draws
    who declares, acknowledges and gets roles. ``most`` is how many commands are tried; what turns out to be impossible
    is left out.
    """
    return histories(at=at, rules=rules, people=people, most=most).map(lambda history: history[-1])


def events(*, rules: SeverityRules[Any] = RULES, people: st.SearchStrategy[str] = PEOPLE) -> st.SearchStrategy[Event]:
    """Events of every kind that commands become, from legal histories; the parameters are those of `incidents`."""
    return incidents(rules=rules, people=people, most=20).flatmap(_events)


def _events(incident: Incident) -> st.SearchStrategy[Event]:
    """The latest event of each kind."""
    return st.sampled_from([*{event.tag: event for event in incident.timeline}.values()][::-1])


@st.composite
def _declarations(draw: st.DrawFn, scene: Scene) -> Incident:
    triage = draw(st.none() | scene.triages)
    return Incident.declare(
        draw(names()),
        title=draw(texts(blank=False)),
        at=scene.at,
        by=draw(scene.people),
        triage=triage,
        severity=None if triage is not None else draw(scene.severities),
        started_at=draw(st.none() | scene.near(0, -10, -2880)),
        recorded_at=draw(st.none() | scene.near(0, 90)),
        playbook=draw(texts()),
        number=draw(st.none() | st.integers(1, 2_000)),
        labels=draw(st.none() | st.dictionaries(LABELS, VALUES, max_size=2)),
    )


@st.composite
def _histories(draw: st.DrawFn, scene: Scene, most: int) -> tuple[Incident, ...]:
    history = [draw(_declarations(scene))]
    now = scene.at
    end = draw(st.sampled_from(Status))  # without it, the statuses that are easily left would hardly ever be the last
    for _ in range(draw(st.integers(0, most))):
        if history[-1].status is end is not Status.INVESTIGATING:
            break
        now = shifted(now, draw(_PASSING))
        incident = history[-1]
        happened_at = max(incident.since, shifted(now, -draw(_EARLIER)))
        present = evolve(scene, at=happened_at, version=incident.version)
        command = draw(commands_in(incident, present))
        try:
            history.append(incident.apply(command, recorded_at=draw(st.none() | st.just(now))))
        except IncidentkitError:
            continue
    return tuple(history)


def commands_in(incident: Incident, scene: Scene) -> st.SearchStrategy[Command]:
    """Commands that the status of this incident allows, most of which mean something for it."""
    return _KINDS[incident.status].flatmap(lambda kind: _commands(kind, incident, scene))


def _kinds(status: Status) -> st.SearchStrategy[type[Command]]:
    """Kinds of commands that a status allows: every second one moves the incident, to each status as often."""
    by_consequence: dict[Consequence, list[type[Command]]] = {}
    for kind in PARTS:
        if (result := consequence(kind.tag, status)) is not None:
            by_consequence.setdefault(result, []).append(kind)
    moves = st.sampled_from([kinds for result, kinds in by_consequence.items() if isinstance(result, Status)])
    others = [kind for result, kinds in by_consequence.items() if isinstance(result, Effect) for kind in kinds]
    return st.sampled_from(others) | moves.flatmap(st.sampled_from)


def _commands(kind: type[Command], incident: Incident, scene: Scene) -> st.SearchStrategy[Command]:
    """Commands of a kind; one that takes something back comes after it, and an acknowledgement from who gave it."""
    if kind in _TAKES_BACK:
        what, is_there = _TAKES_BACK[kind]
        if not is_there(incident):
            return of_kind(what, scene)
    if kind is Unacknowledge:
        return of_kind(kind, evolve(scene, people=st.sampled_from([*incident.acknowledged])))
    return of_kind(kind, scene)


_TAKES_BACK: Final[Mapping[type[Command], tuple[type[Command], Callable[[Incident], object]]]] = {
    HandOver: (Assign, lambda incident: incident.roles),
    LiftRestriction: (Restrict, lambda incident: incident.restricted),
    Unlabel: (Label, lambda incident: incident.labels),
    TakeBack: (Fulfil, lambda incident: incident.progress.settled),
    Unacknowledge: (Acknowledge, lambda incident: incident.acknowledged),
}
"""What has to be said before something takes it back, and whether it was."""


_KINDS: Final = {status: _kinds(status) for status in Status}
