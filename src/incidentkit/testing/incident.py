"""Strategies for incidents by legal histories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import evolve
from hypothesis import strategies as st

from incidentkit.errors import IncidentkitError
from incidentkit.model.commands import (
    Acknowledge,
    Answer,
    Assign,
    CancelRunbook,
    Command,
    Confirm,
    Fulfil,
    HandOver,
    Hold,
    Label,
    LiftHold,
    LiftRestriction,
    Restrict,
    ResumeRunbook,
    StartRunbook,
    TakeBack,
    Unacknowledge,
    UndoRunbook,
    Unlabel,
)
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Consequence, Effect, Status, consequence
from incidentkit.model.runs import RunStanding
from incidentkit.model.severity import Severity
from incidentkit.policy.rules import SeverityRules
from incidentkit.testing.calendar import shifted
from incidentkit.testing.choice import chosen_severity, chosen_word
from incidentkit.testing.commands import LABELS, PARTS, VALUES, Scene, of_kind, scenes
from incidentkit.testing.identity import PEOPLE, names, texts
from incidentkit.testing.rules import RULES
from incidentkit.testing.shape import ANY, Shape

_PASSING: Final = st.sampled_from([timedelta(), timedelta(minutes=1), timedelta(minutes=17), timedelta(hours=5)])
_EARLIER: Final = st.sampled_from([timedelta(), timedelta(), timedelta(minutes=4)])
_NUMBERS: Final = st.none() | st.integers(1, 2_000)
_LABELS: Final = st.none() | st.dictionaries(LABELS, VALUES, max_size=2)
_LATE: Final = timedelta(minutes=90)


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
    return scenes(at, rules, people, version=1).flatmap(lambda where: _histories(where, most, ANY))


def incidents(
    *,
    at: datetime | None = None,
    rules: SeverityRules[Any] = RULES,
    people: st.SearchStrategy[str] = PEOPLE,
    most: int = 12,
    status: Status | str | None = None,
    severity: Severity[Any] | str | None = None,
    restricted: bool | None = None,
    acknowledged: bool | None = None,
    lasting: timedelta | None = None,
) -> st.SearchStrategy[Incident]:
    """Incidents in every status, each after a history that the library allows.

    ``at`` is when the incident is declared, drawn if not given; what follows happens within the next ``most`` times
    five hours. Triages and severities fit ``rules``, which are the emergency playbook's by default. ``people`` draws
    who declares, acknowledges and gets roles. ``most`` is how many commands are tried; what turns out to be impossible
    is left out.

    The others say how the incident is at the end, and are drawn if not given: its ``status``; its ``severity``, which
    is certain then; whether only those may know of it who must; whether anybody's acknowledgement stands; and how much
    time lies between its declaration and its latest event. The commands that bring that about come at the end, beside
    those that ``most`` counts.

    A status may be given by its word, and a severity by its key. Raises `FieldInvalid` for what is none of that, and
    for a severity that ``rules`` do not give.
    """
    shape = Shape(
        status=None if status is None else chosen_word("status", Status, status),
        severity=None if severity is None else chosen_severity("severity", rules.scheme, severity),
        restricted=restricted,
        acknowledged=acknowledged,
        lasting=lasting,
    ).checked(at)
    return _last(scenes(at, rules, people, version=1).flatmap(lambda scene: _histories(scene, most, shape)))


@st.composite
def _last(draw: st.DrawFn, histories: st.SearchStrategy[tuple[Incident, ...]]) -> Incident:
    """Drawn and not mapped: of what is mapped, a failing test shows all that it came from."""
    return draw(histories)[-1]


@st.composite
def _declarations(draw: st.DrawFn, scene: Scene, late: timedelta = timedelta.max) -> Incident:
    """Incidents of which the log learned no later than that."""
    triage = draw(scene.triages) if draw(st.booleans()) else None
    return Incident.declare(
        draw(names()),
        title=draw(texts(blank=False)),
        at=scene.at,
        by=draw(scene.people),
        triage=triage,
        severity=None if triage is not None else draw(scene.severities),
        started_at=draw(scene.perhaps_near(0, -10, -2880)),
        recorded_at=draw(scene.perhaps_near(0, *([90] if late >= _LATE else []))),
        playbook=draw(texts()),
        number=draw(_NUMBERS),
        labels=draw(_LABELS),
    )


@st.composite
def _histories(draw: st.DrawFn, scene: Scene, most: int, shape: Shape) -> tuple[Incident, ...]:
    history = [draw(_declarations(scene, shape.longest))]
    now, last = scene.at, shape.last(scene.at)
    # Without it, the statuses that are easily left would hardly ever be the last.
    end = draw(st.sampled_from(Status)) if shape.status is None else shape.status
    for _ in range(draw(st.integers(0, most))):
        if history[-1].status is end is not Status.INVESTIGATING:
            break
        now = min(shifted(now, draw(_PASSING)), last)
        incident = history[-1]
        happened_at = max(incident.since, shifted(now, -draw(_EARLIER)))
        present = evolve(scene, at=happened_at, version=incident.version)
        command = draw(commands_in(incident, present))
        try:
            after = incident.apply(command, recorded_at=draw(st.none() | st.just(now)))
        except IncidentkitError:
            continue
        if shape.lasting is None or (after.declared_at == scene.at and max(after.as_of, after.since) <= last):
            history.append(after)
    at = now if shape.lasting is None else last
    while (kind := shape.next_command(history[-1], at)) is not None:
        history.append(history[-1].apply(draw(_finishing(kind, history[-1], shape, evolve(scene, at=at)))))
    return tuple(history)


def _finishing(kind: type[Command], incident: Incident, shape: Shape, scene: Scene) -> st.SearchStrategy[Command]:
    """Commands of a kind that bring an incident nearer to a shape, whatever its version is."""
    scene = evolve(scene, at=max(scene.at, incident.as_of, incident.since))  # a correction may be later than the log
    if shape.severity is not None:
        scene = evolve(scene, severities=st.just(shape.severity))
    return _commands(kind, incident, scene).map(lambda command: evolve(command, based_on=None))


def commands_in(incident: Incident, scene: Scene) -> st.SearchStrategy[Command]:
    """Commands that the status of this incident allows, most of which mean something for it."""
    return _kinds_in(incident).flatmap(lambda kind: _commands(kind, incident, scene))


def _kinds_in(incident: Incident) -> st.SearchStrategy[type[Command]]:
    """Kinds of commands that its status allows; every third one says more of what was said before, if anything was."""
    kinds = _KINDS[incident.status]
    possible = [kind for kind in _COMES_AFTER if consequence(kind.tag, incident.status) is not None]
    later = [kind for kind in possible if _COMES_AFTER[kind][1](incident)]
    return kinds | st.sampled_from(later) if later else kinds


def _kinds(status: Status) -> st.SearchStrategy[type[Command]]:
    """Kinds of commands that a status allows: every second one moves the incident, to each status as often.

    Of the others every second is an acknowledgement, on which most depends.
    """
    by_consequence: dict[Consequence, list[type[Command]]] = {}
    for kind in PARTS:
        if (result := consequence(kind.tag, status)) is not None:
            by_consequence.setdefault(result, []).append(kind)
    moves = st.sampled_from([kinds for result, kinds in by_consequence.items() if isinstance(result, Status)])
    others = [kind for result, kinds in by_consequence.items() if isinstance(result, Effect) for kind in kinds]
    usual = [Acknowledge] * len(others) if Acknowledge in others else []
    return st.sampled_from(others + usual) | moves.flatmap(st.sampled_from)


def _commands(kind: type[Command], incident: Incident, scene: Scene) -> st.SearchStrategy[Command]:
    """Commands of a kind, or of the kind that has to come before it, about who and what this incident knows."""
    while kind in _COMES_AFTER:
        first, is_there = _COMES_AFTER[kind]
        if is_there(incident):
            break
        kind = first
    if kind is Unacknowledge:
        scene = evolve(scene, people=st.sampled_from([*incident.acknowledged]))
    elif runs := _runs(kind, incident):
        scene = evolve(scene, runs=st.sampled_from(runs))
    return of_kind(kind, scene)


def _runs(kind: type[Command], incident: Incident) -> list[str]:
    """The runs of which such a command can say something."""
    wanted = _STANDINGS.get(kind, frozenset(RunStanding))
    return [run.name for run in incident.progress.runs.by_name.values() if run.standing in wanted]


_STANDINGS: Final[Mapping[type[Command], frozenset[RunStanding]]] = {
    CancelRunbook: frozenset({RunStanding.RUNNING}),
    ResumeRunbook: frozenset({RunStanding.CANCELLED}),
}
"""How a run has to stand, where a command does not take every one."""


_COMES_AFTER: Final[Mapping[type[Command], tuple[type[Command], Callable[[Incident], object]]]] = {
    HandOver: (Assign, lambda incident: incident.roles),
    LiftHold: (Hold, lambda incident: incident.evidence_held),
    LiftRestriction: (Restrict, lambda incident: incident.restricted),
    Unlabel: (Label, lambda incident: incident.labels),
    TakeBack: (Fulfil, lambda incident: incident.progress.settled),
    Unacknowledge: (Acknowledge, lambda incident: incident.acknowledged),
    CancelRunbook: (StartRunbook, lambda incident: _runs(CancelRunbook, incident)),
    ResumeRunbook: (CancelRunbook, lambda incident: _runs(ResumeRunbook, incident)),
    UndoRunbook: (StartRunbook, lambda incident: _runs(UndoRunbook, incident)),
    Confirm: (StartRunbook, lambda incident: _runs(Confirm, incident)),
    Answer: (StartRunbook, lambda incident: _runs(Answer, incident)),
}
"""What has to be said before something else can be said of it, and whether it was."""


_KINDS: Final = {status: _kinds(status) for status in Status}
