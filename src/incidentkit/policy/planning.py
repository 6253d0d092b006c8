"""The planner: from an incident, a playbook, a directory and a moment to what must happen next.

It compares what the playbook wants with what the log says was done. So nothing is scheduled in memory: an action is due
because its obligation is in force and its key is not in the log, and a crash loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import evolve, frozen

from incidentkit.model.action import Outcome
from incidentkit.model.conditions import Condition
from incidentkit.model.events import ActionEnded, ActionStarted, Decision, Event
from incidentkit.model.identity import PersonId, moment
from incidentkit.model.incident import Incident
from incidentkit.model.vocabulary import AnyFact, Facts
from incidentkit.policy.action import Action, Actions
from incidentkit.policy.chain import Question
from incidentkit.policy.directory import Directory
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.posting import opened_by
from incidentkit.policy.turn import PLANNER, Turn, Turns, deadline
from incidentkit.policy.view import View
from incidentkit.providers.pager import Purpose

LONGEST_TRY: Final = timedelta(minutes=2)
"""How long a previewed try is taken to hold its lease."""

LAST_TRY: Final = datetime.max.replace(tzinfo=UTC) - LONGEST_TRY
"""After which a preview ends with the first try: its lease would end beyond the calendar."""


@frozen(kw_only=True)
class OpenQuestion:
    """A fact that nobody knows yet and that holds something up."""

    fact: AnyFact
    holds_up: tuple[str, ...]
    """The obligations that cannot come into force before it is known."""


@frozen(kw_only=True)
class Owed:
    """What is left to people: an obligation in force that no further attempt will bring about."""

    obligation: str
    instance: str
    people: tuple[PersonId, ...]
    """Who owes it, or who could not be reached; empty if nobody was found."""
    since: datetime
    due_at: datetime | None
    because: str


@frozen(kw_only=True)
class Plan:
    """What must happen next, by what is known at a moment."""

    decisions: tuple[Decision, ...]
    """What has become true and is not in the log yet, in the order in which it did."""
    due: tuple[Action, ...]
    """What to do now, the longest due first."""
    questions: tuple[OpenQuestion, ...]
    owed: tuple[Owed, ...]
    wake_at: datetime | None
    """When to plan again though nothing happens, later than now; `None` if time alone changes nothing."""


NOTHING: Final = Plan(decisions=(), due=(), questions=(), owed=(), wake_at=None)
"""What must happen to an incident that was only practised."""


def plan(incident: Incident, playbook: Playbook, directory: Directory, *, now: datetime, namespace: str = "") -> Plan:
    """What must happen next; nothing, if it was only practised.

    A ``now`` before the latest event of the log is taken for the time of that event. ``namespace`` tells installations
    apart that share a provider; it is part of what identifies an action there.
    """
    if incident.practice:
        return NOTHING
    now = max(moment("now", now), incident.as_of)
    decisions, view, turns = _decided(View(incident, playbook, directory, now))
    actions = Actions(view, namespace)
    due = [actions.of(chain, chain.key) for chain in view.chains if chain.key is not None and chain.at <= now]
    return Plan(
        decisions=decisions,
        due=tuple(sorted(due, key=lambda action: action.due_at)),
        questions=tuple(_questions(view)),
        owed=tuple(_owed(view)),
        wake_at=_wake_at(view, turns),
    )


def decided(incident: Incident, playbook: Playbook, directory: Directory, *, now: datetime) -> tuple[Decision, ...]:
    """The decisions of a plan, without all else."""
    if incident.practice:
        return ()
    return _decided(View(incident, playbook, directory, max(moment("now", now), incident.as_of)))[0]


def due_at(incident: Incident, playbook: Playbook, directory: Directory, *, now: datetime) -> datetime | None:
    """When to plan next: ``now`` if a plan of now has anything to do, else when that says to wake; without all else."""
    if incident.practice:
        return None
    now = max(moment("now", now), incident.as_of)
    _, view, turns = _decided(View(incident, playbook, directory, now))
    is_due = any(chain.key is not None and chain.at <= now for chain in view.chains)
    return now if is_due else _wake_at(view, turns)


def settle(incident: Incident, playbook: Playbook, directory: Directory, *, before: datetime) -> tuple[Decision, ...]:
    """The decisions that are due before a moment, to be written to the log ahead of what happened at that moment."""
    before = moment("before", before)
    if before <= incident.as_of:
        return ()
    return decided(incident, playbook, directory, now=before - timedelta.resolution)


@frozen(kw_only=True)
class Step:
    """A moment of a preview: what would be decided and done then."""

    at: datetime
    decisions: tuple[Decision, ...]
    actions: tuple[Action, ...]


def preview(
    incident: Incident,
    playbook: Playbook,
    directory: Directory,
    *,
    now: datetime,
    until: datetime,
    outcome: Outcome = Outcome.SUCCEEDED,
) -> Iterator[Step]:
    """What will happen up to a moment if nobody does anything, and every action comes out like this.

    Whom an on-call system will name nobody can know: it is taken to name nobody. Where the calendar ends, it ends too.
    """
    begin = max(moment("now", now), incident.as_of)
    return _steps(incident, playbook, directory, begin, moment("until", until), outcome)


def _steps(
    incident: Incident, playbook: Playbook, directory: Directory, begin: datetime, until: datetime, outcome: Outcome
) -> Iterator[Step]:
    at: datetime | None = begin
    while at is not None and at <= until:
        planned = plan(incident, playbook, directory, now=at)
        if planned.decisions or planned.due:
            yield Step(at=at, decisions=planned.decisions, actions=planned.due)
        if planned.due and at > LAST_TRY:
            return
        done = (event for action in planned.due for event in performed(incident, action, at, outcome))
        incident = incident.extended([*planned.decisions, *done])
        at = at if planned.due else planned.wake_at


def performed(incident: Incident, action: Action, at: datetime, outcome: Outcome) -> Iterator[Event]:
    """The two events that an action leaves which takes no time."""
    common: dict[str, Any] = {"incident": incident.id, "at": at, "by": PLANNER, "recorded_at": at}
    yield ActionStarted(**common, action=action.key, lease_until=at + LONGEST_TRY)
    opened = opened_by(action.request) if outcome is Outcome.SUCCEEDED else None
    reference = "" if opened is None else f"its {opened}"
    yield ActionEnded(**common, action=action.key, outcome=outcome, opened=opened, reference=reference)


def _decided(view: View) -> tuple[tuple[Decision, ...], View, tuple[Turn, ...]]:
    """What has become true by the moment of a view, earliest first; the view once that is in the log; what is next."""
    decisions: list[Decision] = []
    while True:
        turns = (*Turns(view),)
        at = min((turn.at for turn in turns), default=None)
        if at is None or at > view.now:
            return tuple(decisions), view, turns
        together = [turn for turn in turns if turn.at == at]
        new = [turn.decision(at) for turn in together if not turn.last] or [turn.decision(at) for turn in together]
        decisions += new
        view = evolve(view, incident=view.incident.extended(new))


def _wake_at(view: View, turns: Iterable[Turn]) -> datetime | None:
    """When time alone changes something next, once everything is decided that has become true."""
    later = [chain.at for chain in view.chains if chain.at > view.now]
    return min([*later, *view.resumptions(), *(turn.at for turn in turns)], default=None)


def _questions(view: View) -> Iterator[OpenQuestion]:
    """The facts that hold something up, in the order in which to ask for them."""
    holds_up: dict[str, list[str]] = {}
    for obligation, instance in view.awake:
        facts = view.seen(obligation, view.present)
        if instance is None and obligation.when.evaluate(facts) is None and _may_begin(obligation, facts):
            for name in _unknown(obligation.when, facts):
                holds_up.setdefault(name, []).append(obligation.id)
    for name, fact in view.playbook.situations.items():
        if name in holds_up:
            yield OpenQuestion(fact=fact, holds_up=tuple(holds_up[name]))


def _may_begin(obligation: Obligation, facts: Facts) -> bool:
    """Whether it would come into force now if ``when`` were true."""
    return obligation.applies.evaluate(facts) is not False and obligation.hindered.evaluate(facts) is not True


def _unknown(condition: Condition, facts: Facts) -> set[str]:
    """The facts for want of which a condition that is unknown has no answer."""
    if not condition.parts:
        return {fact.name for fact in condition.mentioned}
    open_parts = (part for part in condition.parts if part.walk(facts) is None)
    return {name for part in open_parts for name in _unknown(part, facts)}


def _owed(view: View) -> Iterator[Owed]:
    """What is left to people."""
    finished: dict[str, list[PersonId]] = {}
    going_on: set[str] = set()
    for chain in view.chains:
        over = chain.over is not None and chain.over <= view.now
        if over and isinstance(chain, Question):
            continue
        done = chain.reached and chain.obligation.purpose is not Purpose.REMINDER  # of which reminding is not all
        if done or not over:
            going_on.add(chain.obligation.id)
        elif not chain.obligation.acts:
            finished.setdefault(chain.obligation.id, []).append(chain.person)
    for obligation, instance in view.unmet:
        if view.is_for_tool(obligation):
            continue
        unreached = tuple(finished.get(obligation.id, ()))
        begins_later = obligation.due is not None and instance.due_since is None and instance.people
        if unreached or not obligation.links or not (begins_later or obligation.id in going_on):
            yield Owed(
                obligation=obligation.id,
                instance=view.instances[obligation.id],
                people=unreached or view.concerned(obligation, instance),
                since=instance.since,
                due_at=deadline(obligation, instance),
                because=obligation.because,
            )
