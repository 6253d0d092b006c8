"""What is true of every plan and of every log that follows from plans, whatever happens.

Each law is named after the fact that it states. It reads logs in its own way, never by what planning keeps of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any, Final, TypeAlias

from attrs import define, evolve, field, frozen

from incidentkit import Facts, Incident
from incidentkit.errors import UnknownRecipient
from incidentkit.model.action import NOBODY, ActionKey, Outcome
from incidentkit.model.events import (
    Acknowledged,
    AcknowledgementExpired,
    ActionEnded,
    ActionStarted,
    Assessed,
    Became,
    Decision,
    Declined,
    Escalated,
    Event,
    FellDue,
    Joined,
    Reopened,
    RunEnded,
    SeverityChanged,
    Skipped,
    Unacknowledged,
    Updated,
)
from incidentkit.model.identity import PersonId
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.policy.act import ActKind
from incidentkit.policy.chain import LONGEST_ASK
from incidentkit.policy.escalation import EXHAUSTED
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.obligation import LEVEL, SHORTEST_REST, Attempt, Backoff, Expiry, Obligation, Recurrence
from incidentkit.policy.recipient import Recipient, schedule
from incidentkit.policy.situation import ACKNOWLEDGEMENTS, OUTSTANDING, UNCERTAIN, situation
from incidentkit.providers.chat import CloseChannel, OpenChannel, PostMessage
from incidentkit.providers.on_call import FindOnCall
from incidentkit.providers.pager import SendPage
from incidentkit.providers.status_page import PublishStatus
from incidentkit.providers.tracker import CloseTicket, OpenTicket
from incidentkit.testing.planning import claimed, stamped
from tests.policy.simulation import HORIZON, START, Answer, Look, Planner, Simulation, World, simulated

MOMENT: Final = timedelta.resolution

_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)
"""Of what happened in an earlier generation only how often counts."""


@frozen(slots=False)
class Case:
    """A planner in a world, with what comes of it under several kinds of desks."""

    planner: Planner
    world: World

    @cached_property
    def woken(self) -> Simulation:
        """A desk that is woken at exactly every ``wake_at``."""
        return simulated(self.planner, evolve(self.world, extra=(), naps=()))

    @cached_property
    def restless(self) -> Simulation:
        """A desk that wakes at other times too."""
        return simulated(self.planner, evolve(self.world, naps=()))

    @cached_property
    def drowsy(self) -> Simulation:
        """A desk that was down for some time."""
        return simulated(self.planner, self.world)

    @cached_property
    def absent(self) -> Simulation:
        """No desk at all, until the end: only commands are recorded."""
        return simulated(self.planner, evolve(self.world, extra=(), naps=()), looking=False)

    @property
    def attentive(self) -> tuple[Simulation, ...]:
        """Those in which a desk was there."""
        return (self.woken, self.drowsy)

    @cached_property
    def obligations(self) -> Mapping[str, Obligation]:
        """What the playbook wants, by id."""
        return {each.id: each for each in self.world.playbook.obligations}

    def facts(self, incident: Incident, at: datetime) -> Facts:
        """What is known of an incident at a moment."""
        book = self.world.playbook
        return situation(incident, book.situations, book.scheme, at, known=self.world.directory.people)

    def reads(self, simulation: Simulation) -> Iterator[Reading]:
        """The log, event by event, each with what the log said before."""
        incident = self.world.declared
        ledger = _read(incident)
        for event in simulation.incident.timeline.events[incident.version :]:
            yield Reading(self, incident, ledger, event)
            after = incident.extended([event])
            ledger.note(event, raised=after.severity > incident.severity)
            incident = after

    def starts(self, simulation: Simulation) -> Iterator[Reading]:
        """Those of which the event is the start of a try."""
        return (each for each in self.reads(simulation) if isinstance(each.event, ActionStarted))


@frozen
class InForce:
    """An obligation that came into force, as the log says."""

    place: int
    since: datetime
    people: tuple[str, ...]
    joined: Mapping[str, datetime] = field(factory=dict[str, datetime])
    """Who came later."""


@define
class Try:
    """One try of an action."""

    start: datetime
    lease_until: datetime
    ended: datetime | None = None
    outcome: Outcome | None = None
    retry_at: datetime | None = None
    found: tuple[str, ...] = ()


_Instance: TypeAlias = tuple[str, str]


@define
class Ledger:
    """What a log says so far, read naively: nothing is ever forgotten."""

    place: int = 0
    generation: int = 1
    standing: dict[str, int] = field(factory=dict[str, int])
    """The place in the log of each acknowledgement that stands."""
    declined: set[str] = field(factory=set[str])
    taken_back: dict[str, list[datetime]] = field(factory=dict[str, list[datetime]])
    """When acknowledgements ended, taken back or expired."""
    heard_at: dict[str, datetime] = field(factory=dict[str, datetime])
    """When the log learned of each acknowledgement that stands."""
    acknowledgements: int = 0
    """How many were given in this generation."""
    let_go: int = 0
    """How often somebody declined who had it, in this generation."""
    updates: int = 0
    """How many updates were written in this generation."""
    public_updates: int = 0
    escalations: dict[str, list[tuple[int, datetime]]] = field(factory=dict[str, list[tuple[int, datetime]]])
    raised: list[int] = field(factory=list[int])
    """Where in the log the severity was raised."""
    in_force: dict[_Instance, InForce] = field(factory=dict[_Instance, InForce])
    overdue: dict[_Instance, datetime] = field(factory=dict[_Instance, datetime])
    tries: dict[ActionKey, list[Try]] = field(factory=dict[ActionKey, list[Try]])

    def note(self, event: Event, *, raised: bool) -> None:
        """Read one more event, and whether it raised the severity."""
        self.place += 1
        if raised:
            self.raised.append(self.place)
        match event:
            case Acknowledged(by=by):
                self.heard_at[by] = event.recorded_at
                self.acknowledgements += 1
                self.standing[by] = self.place
                self.declined.discard(by)
            case Declined(by=by):
                self.let_go += self.standing.pop(by, None) is not None
                self.declined.add(by)
            case Unacknowledged(by=by):
                self.standing.pop(by, None)
                self.taken_back.setdefault(by, []).append(event.recorded_at)
            case AcknowledgementExpired(person=by):
                self.standing.pop(by, None)
                self.taken_back.setdefault(by, []).append(event.at)
            case Escalated(level=level):
                self.escalations.setdefault(level, []).append((self.place, event.recorded_at))
            case Updated():
                self.updates += 1
                self.public_updates += bool(event.public.strip())
            case Reopened():
                self.generation += 1
                self.escalations.clear()
                self.raised.clear()
                self.acknowledgements = self.let_go = self.updates = self.public_updates = 0
                self.taken_back = {
                    who: [datetime.min.replace(tzinfo=UTC)] * len(at) for who, at in self.taken_back.items()
                }
                self.standing.clear()
                self.declined.clear()
            case Became():
                self.in_force[event.obligation, event.instance] = InForce(self.place, event.at, event.people)
            case Joined():
                key = event.obligation, event.instance
                was = self.in_force[key]
                new: dict[str, datetime] = dict.fromkeys(event.people, event.at)
                self.in_force[key] = evolve(was, people=(*was.people, *new), joined={**was.joined, **new})
            case FellDue():
                self.overdue[event.obligation, event.instance] = event.at
            case ActionStarted(action=key):
                self.tries.setdefault(key, []).append(Try(event.at, event.lease_until))
            case ActionEnded(action=key):
                self._ended(self.tries[key][-1], event)
            case _:
                pass

    def is_uncertain(self, obligation: str) -> bool:
        """Whether it is not known of an action of the present generation, or of all, whether it was done."""
        present = ("once", str(self.generation))
        mine = (key for key in self.tries if key.obligation == obligation and key.instance.split(".")[0] in present)
        return any(self.tries[key][-1].outcome in (None, Outcome.UNKNOWN) for key in mine)

    def _ended(self, latest: Try, event: ActionEnded) -> None:
        if latest.outcome not in (Outcome.SUCCEEDED, Outcome.FAILED):
            latest.ended, latest.outcome, latest.retry_at = event.recorded_at, event.outcome, event.retry_at
            latest.found = event.found

    def instance(self, obligation: Obligation) -> _Instance:
        """Which instance of an obligation is the present one."""
        match obligation.recurrence:
            case Recurrence.ONCE:
                return obligation.id, "once"
            case Recurrence.PER_GENERATION:
                return obligation.id, str(self.generation)
            case Recurrence.PER_RAISE:
                return obligation.id, f"{self.generation}.{len(self.raised)}"
            case Recurrence.PER_ACKNOWLEDGEMENT:
                return obligation.id, f"{self.generation}.{self.acknowledgements}"
            case Recurrence.PER_UPDATE:
                return obligation.id, f"{self.generation}.{self.updates}"
            case Recurrence.PER_PUBLIC_UPDATE:
                return obligation.id, f"{self.generation}.{self.public_updates}"
            case Recurrence.PER_EXHAUSTION:
                levels = [key for key in self.in_force if key[0] in obligation.after or key[0].startswith(LEVEL)]
                reached = [self.in_force[key] for key in levels if key[1] == str(self.generation)]
                armed = sum(map(len, self.taken_back.values())) + sum(map(len, self.escalations.values()))
                chains = armed + self.let_go + sum(1 + len(each.people) for each in reached)
                return obligation.id, f"{self.generation}.{chains}"

    def running(self, obligation: Obligation) -> _Instance:
        """Which instance goes on: the latest, of what comes once for every set of chains."""
        if obligation.recurrence is not Recurrence.PER_EXHAUSTION:
            return self.instance(obligation)
        reached = [each for each in self.in_force if each[0] == obligation.id]
        latest = [each for each in reached if each[1].partition(".")[0] == str(self.generation)]
        return latest[-1] if latest else self.instance(obligation)

    def arm(self, obligation: Obligation, person: str) -> list[datetime]:
        """When a chain was started anew."""
        in_force = self.in_force[self.running(obligation)]
        escalated = [at for place, at in self.escalations.get(obligation.level, ()) if place > in_force.place]
        ended = [at + obligation.grace for at in self.taken_back.get(person, ())] if obligation.personal else []
        return [*escalated, *ended]

    def asked(self, obligation: Obligation, instance: _Instance) -> dict[ActionKey, list[Try]]:
        """The tries of each question to an on-call system that is the present one."""
        place = self.in_force[instance].place
        arm = sum(1 for at, _ in self.escalations.get(obligation.level, ()) if at > place)
        keys = [ActionKey(*instance, each, arm, 0) for each in obligation.asked]
        return {key: self.tries.get(key, []) for key in keys}

    def earlier(self, key: ActionKey) -> list[ActionKey]:
        """The keys of the same chain that were tried, in order."""
        chain = (key.obligation, key.instance, key.person)
        return [each for each in self.tries if (each.obligation, each.instance, each.person) == chain]


@frozen
class Reading:
    """An event, with what the log said before it."""

    case: Case
    before: Incident
    ledger: Ledger
    event: Any

    @property
    def key(self) -> ActionKey:
        """What is tried."""
        key: ActionKey = self.event.action
        return key

    @property
    def obligation(self) -> Obligation:
        """What for."""
        return self.case.obligations[self.key.obligation]

    @property
    def in_force(self) -> InForce:
        """Since when, and for whom."""
        return self.ledger.in_force[self.key.obligation, self.key.instance]

    def met(self, at: datetime) -> bool:
        """Whether the obligation asks for nothing."""
        return met(self.case, self.before, self.ledger, self.obligation, self.in_force, at)


def met(
    case: Case, incident: Incident, ledger: Ledger, obligation: Obligation, in_force: InForce, at: datetime
) -> bool:
    """Whether an obligation asks for nothing at a moment, with acknowledgements counted by their place in the log."""
    facts = case.facts(incident, at)
    known = case.world.directory.people
    asked: Sequence[str] = in_force.people
    again = max([place for place, _ in ledger.escalations.get(obligation.level, [])], default=0)
    standing = {who: place for who, place in ledger.standing.items() if who in known}
    counted = [who for who, place in standing.items() if place > in_force.place]
    if obligation.acknowledgers:
        asked, counted = _meant(case, incident, obligation.acknowledgers, in_force.since), []
    counted += [who for who in standing if who in asked and who not in counted]
    if again > in_force.place and not any(standing[who] > again for who in counted):
        counted = []
    there = [who for who in asked if who in known] or asked
    outstanding = [who for who in there if who not in standing]
    outstanding += ["somebody"] * _unnamed(case, ledger, obligation, ledger.running(obligation), in_force)
    outstanding = outstanding or ["somebody"] * (not there)
    own = {ACKNOWLEDGEMENTS.name: len(counted), OUTSTANDING.name: len(outstanding)}
    own[UNCERTAIN.name] = ledger.is_uncertain(obligation.id)
    return obligation.until.evaluate(evolve(facts, values={**facts.values, **own})) is True


def _unnamed(case: Case, ledger: Ledger, obligation: Obligation, instance: _Instance, in_force: InForce) -> int:
    """How many are missing at the least before everybody is known who is meant."""
    missing = 0
    for key, tries in ledger.asked(obligation, instance).items():
        answered = tries and tries[-1].outcome in (Outcome.SUCCEEDED, Outcome.FAILED)
        missing += len(_named(case, ledger, key, in_force)) or int(not answered)
    return missing


def _named(case: Case, ledger: Ledger, key: ActionKey, in_force: InForce) -> list[str]:
    """Whom an on-call system has ever named who can join."""
    found = [who for each in ledger.earlier(key) for who in ledger.tries[each][-1].found]
    known = case.world.directory.people
    return [*dict.fromkeys(who for who in found if who in known and who not in in_force.people)]


def _reaches(case: Case, obligation: Obligation, person: str, attempt: int) -> bool:
    """Whether somebody has the method of an attempt; what is done for everybody at once reaches no person."""
    link = obligation.links[attempt]
    return not isinstance(link, Attempt) or case.world.directory.contact(person, link.method) is not None


def _is_given_up(obligation: Obligation, key: ActionKey, tries: Sequence[Try], at: datetime) -> bool:
    """Whether a question was answered, or nobody waits for it any more."""
    if not tries:
        return False
    latest, backoff, over = tries[-1], obligation.backoff, tries[0].start + LONGEST_ASK
    if latest.outcome in (Outcome.SUCCEEDED, Outcome.FAILED) or at >= over:
        return True
    if latest.outcome is not Outcome.POSTPONED or latest.ended is None:
        return False
    again = latest.ended + backoff.delay(key, len(tries)) if len(tries) <= backoff.retries else over
    return max(filter(None, [again, latest.retry_at])) >= over


def _meant(case: Case, incident: Incident, recipients: Sequence[Recipient], at: datetime) -> list[str]:
    """Whom the directory finds at a moment."""
    known = [each for each in recipients if each.kind not in ("those", "relieved")]
    found: list[str] = []
    for each in known:
        with suppress(UnknownRecipient):
            found += case.world.directory.find(each, incident.roles, at=at)
    return found


def _involved(case: Case, incident: Incident, ledger: Ledger, who: str) -> list[str]:
    """Whom the log has involved: paged and not known to be unreachable, or at work before the severity was raised."""
    if who == "acknowledged":
        return [each for each, place in ledger.standing.items() if place < max(ledger.raised, default=0)]
    generation = str(ledger.generation)
    return [
        key.person
        for key, tries in ledger.tries.items()
        if case.obligations[key.obligation].personal
        and not case.obligations[key.obligation].outlives
        and key.instance.partition(".")[0] in ("once", generation)
        and any(each.outcome not in (Outcome.FAILED, Outcome.POSTPONED) for each in tries)
        and key.person != incident.moved_by
    ]


def _relieved(case: Case, incident: Incident, ledger: Ledger, shift: Recipient, at: datetime) -> list[str]:
    """Who was on call when they acknowledged, if somebody is on call now and nobody of those has acknowledged."""
    now = {*_meant(case, incident, [shift], at)}
    if not now or now & {*ledger.standing}:
        return []
    return [who for who in ledger.standing if who in _meant(case, incident, [shift], ledger.heard_at[who])]


def _people(case: Case, incident: Incident, ledger: Ledger, obligation: Obligation, at: datetime) -> list[str]:
    """Whom an obligation is about, if it comes into force at a moment."""
    involved = [each.name for each in obligation.recipients if each.kind == "those"]
    found = _meant(case, incident, obligation.recipients, at)
    known = case.world.directory.people
    found += [who for each in involved for who in _involved(case, incident, ledger, each) if who in known]
    shifts = [schedule(each.name) for each in obligation.recipients if each.kind == "relieved"]
    still = _meant(case, incident, shifts, at)
    found += [who for each in shifts for who in _relieved(case, incident, ledger, each, at) if who not in still]
    if obligation.asked:
        return found
    return found or _meant(case, incident, obligation.fallback, at)


def _is_finished(case: Case, incident: Incident, ledger: Ledger, obligation: Obligation, at: datetime) -> bool:
    """Whether nothing is left to try for a level that is in force."""
    instance = ledger.running(obligation)
    if obligation.asked and not all(
        _is_given_up(obligation, key, tries, at) for key, tries in ledger.asked(obligation, instance).items()
    ):
        return False
    for person in ledger.in_force[instance].people:
        started, chain = ledger.arm(obligation, person), obligation.chain
        ways = [place for place, _ in enumerate(chain) if _reaches(case, obligation, person, place)]
        if person in {*ledger.standing, *ledger.declined}:
            continue
        if not ways:
            if started and at < max(started):
                return False
            continue
        tried = [each for each in ledger.tries if (each.obligation, each.instance, each.person) == (*instance, person)]
        latest = max((each for each in tried if each.arm == len(started)), key=lambda each: each.attempt, default=None)
        if latest is None or any(place > latest.attempt for place in ways):
            return False
        tries, wait = ledger.tries[latest], chain[latest.attempt].wait
        assert wait is not None
        over, latest_end = _wait_is_over(tries, wait), tries[-1].ended or tries[-1].lease_until
        if tries[-1].outcome is Outcome.SUCCEEDED or len(tries) > obligation.backoff.retries:
            over = max(over, latest_end)
        if tries[-1].outcome is not Outcome.FAILED and at < over:
            return False
    return True


def ledger_of(incident: Incident) -> Ledger:
    """What the whole log of an incident says; laws ask for the same one again and again, and change none."""
    if id(incident) not in _LEDGERS:
        if len(_LEDGERS) > 2_000:
            _LEDGERS.clear()
        _LEDGERS[id(incident)] = (incident, _read(incident))
    return _LEDGERS[id(incident)][1]


_LEDGERS: Final[dict[int, tuple[Incident, Ledger]]] = {}
"""With its incident, so that no other one gets its identity meanwhile."""


def _read(incident: Incident) -> Ledger:
    ledger, events = Ledger(), incident.timeline.events
    for place, event in enumerate(events[1:], start=1):
        raised = False
        if isinstance(event, Assessed | SeverityChanged):
            before = Incident.replay(events[:place])
            raised = before.extended([event]).severity > before.severity
        ledger.note(event, raised=raised)
    return ledger


# Plans


def the_same_log_and_the_same_now_give_the_same_plan(case: Case) -> None:
    world = case.world
    for look in case.drowsy.looks[::3]:
        replayed = Incident.replay(look.before.timeline.events)
        assert case.planner.plan(replayed, world.playbook, world.directory, now=look.at) == look.plan


def planning_twice_decides_and_does_nothing_more(case: Case) -> None:
    """But that after a retry that came later than its wait, the next attempt is due with it: none of both is lost."""
    world = case.world
    for look in case.drowsy.looks:
        claims = [claimed(look.before, each, look.at, timedelta(days=1)) for each in look.plan.due]
        after = look.before.extended([*stamped(look.plan.decisions, look.at), *claims])
        again = case.planner.plan(after, world.playbook, world.directory, now=look.at)
        assert not again.decisions
        ledger = ledger_of(after)
        for each in again.due:
            latest = ledger.earlier(each.key)[-1]
            wait = case.obligations[latest.obligation].links[latest.attempt].wait
            assert wait is not None
            assert len(ledger.tries[latest]) > 1
            assert look.at >= ledger.tries[latest][0].start + wait


def waking_more_often_changes_nothing(case: Case) -> None:
    assert case.restless.incident.timeline.events == case.woken.incident.timeline.events


def it_wakes_later_than_now(case: Case) -> None:
    for simulation in (*case.attentive, case.absent):
        assert all(each.plan.wake_at is None or each.plan.wake_at > each.at for each in simulation.looks)


def what_is_due_is_listed_by_time_and_each_once(case: Case) -> None:
    for look in case.drowsy.looks:
        times = [each.due_at for each in look.plan.due]
        assert times == sorted(times)
        assert not times or times[-1] <= look.at
        assert len({each.key for each in look.plan.due}) == len(times)
        in_force = look.before.extended(look.plan.decisions).progress.in_force
        for each in look.plan.due:
            came = in_force[each.key.obligation, each.key.instance].joined.get(PersonId(each.key.person))
            assert came is None or each.due_at >= came


def the_preview_is_what_happens_if_nobody_reacts(case: Case) -> None:
    world = case.world
    told = (each.outcome for each in world.answers if each.outcome in {Outcome.FAILED, Outcome.UNKNOWN})
    outcome = next(told, Outcome.SUCCEEDED)
    alone = evolve(world, commands=(), extra=(), naps=(), answers=(Answer(outcome),))
    happened = simulated(case.planner, alone).incident.timeline.events[world.declared.version :]
    steps = [
        *case.planner.preview(
            world.declared,
            world.playbook,
            world.directory,
            now=world.declared.as_of,
            until=START + HORIZON,
            outcome=outcome,
        )
    ]
    assert [each for step in steps for each in step.decisions] == [
        each for each in happened if isinstance(each, Decision)
    ]
    assert [(step.at, each.key) for step in steps for each in step.actions] == [
        (each.at, each.action) for each in happened if isinstance(each, ActionStarted)
    ]


# Decisions


def _decisions(simulation: Simulation) -> list[Decision]:
    log = simulation.incident.timeline.events[simulation.world.declared.version :]
    return [each for each in log if isinstance(each, Decision)]


def settling_before_commands_loses_no_decision(case: Case) -> None:
    def said(event: Decision) -> tuple[Any, ...]:
        told = [getattr(event, name, ()) for name in ("obligation", "instance", "people", "person")]
        return event.tag, event.at, *told

    assert [said(each) for each in _foreseeable(case, case.absent)] == [
        said(each) for each in _foreseeable(case, case.woken)
    ]


def _foreseeable(case: Case, simulation: Simulation) -> Iterator[Decision]:
    """The decisions that depend on no outcome: without a desk nobody is paged, so nobody was paged in vain."""
    for each in _decisions(simulation):
        if isinstance(each, Skipped | RunEnded):  # a step comes after another, and so after what came of that
            continue
        obligation = None if isinstance(each, AcknowledgementExpired) else case.obligations[each.obligation]
        if obligation is None:
            yield each
        elif isinstance(each, Joined):
            if not obligation.asked:
                yield each
        elif not (
            obligation.after or obligation.presupposes or any(who.kind == "those" for who in obligation.recipients)
        ):
            yield each


def decisions_stand_in_order_and_never_before_the_log(case: Case) -> None:
    for simulation in (*case.attentive, case.absent):
        for decided in simulation.decided:
            times = [each.at for each in decided.decisions]
            assert times == sorted(times)
            assert not times or times[0] >= decided.before.as_of
        assert all(each.at <= each.recorded_at for each in simulation.incident.timeline if isinstance(each, Decision))


def it_comes_into_force_once_and_falls_due_once_after_that(case: Case) -> None:
    for simulation in (*case.attentive, case.absent):
        for reading in case.reads(simulation):
            event, ledger = reading.event, reading.ledger
            if isinstance(event, Became | FellDue):
                instance = event.obligation, event.instance
                assert instance == ledger.instance(case.obligations[event.obligation])
                assert (instance in ledger.in_force) == isinstance(event, FellDue)
                assert instance not in ledger.overdue


def it_comes_into_force_at_the_first_moment_at_which_it_should(case: Case) -> None:
    for simulation in (*case.attentive, case.absent):
        for decided in simulation.decided:
            before = decided.before
            for event in decided.decisions:
                if isinstance(event, Became):
                    obligation = case.obligations[event.obligation]
                    assert _wanted(case, obligation, before, event.at)
                    if event.at > before.as_of and not obligation.after:
                        assert not _wanted(case, obligation, before, event.at - MOMENT)
                before = before.extended([event])


def _wanted(case: Case, obligation: Obligation, incident: Incident, at: datetime) -> bool:
    facts, ledger = case.facts(incident, at), ledger_of(incident)
    of_itself = (
        obligation.when.evaluate(facts) is True
        and obligation.applies.evaluate(facts) is not False
        and obligation.held.evaluate(facts) is not True
    )
    asking = [each for each, _, _ in _asking(case, incident, ledger, at) if each.id in obligation.after]
    return (
        (of_itself or obligation.level in ledger.escalations)
        and obligation.until.evaluate(facts) is not True
        and (incident.status in ACTIVE or obligation.outlives)
        and (not obligation.waits or bool(obligation.asked) or bool(_people(case, incident, ledger, obligation, at)))
        and bool(asking or not obligation.after)
        and all(_is_finished(case, incident, ledger, each, at) for each in asking)
        and (not obligation.after or _is_over(case, incident, ledger, obligation, at))
        and (not obligation.presupposes or _was_acted(ledger, obligation.presupposes))
    )


def _was_acted(ledger: Ledger, obligations: Sequence[str]) -> bool:
    """Whether an action of one of these may have done what it was for, in this generation if it is of one."""
    now = ("once", str(ledger.generation))
    latest = [
        tries[-1].outcome
        for key, tries in ledger.tries.items()
        if key.obligation in obligations and key.instance.partition(".")[0] in now
    ]
    return any(each not in (Outcome.FAILED, Outcome.POSTPONED) for each in latest)


def _is_over(case: Case, incident: Incident, ledger: Ledger, obligation: Obligation, at: datetime) -> bool:
    """Whether nothing is left to try of what it began for an earlier set of chains."""
    if ledger.running(obligation) not in ledger.in_force:
        return True
    return _is_finished(case, incident, ledger, obligation, at)


def nothing_that_should_be_in_force_is_left_out(case: Case) -> None:
    for look in case.drowsy.looks:
        if not look.plan.decisions:
            ledger = ledger_of(look.before)
            for obligation in case.world.playbook.obligations:
                known = ledger.instance(obligation) in ledger.in_force
                trying = {action.key.obligation for action in look.plan.due} & {obligation.id, *obligation.after}
                assert known or trying or not _wanted(case, obligation, look.before, look.at)


def it_falls_due_at_the_first_moment_after_its_time_at_which_it_is_not_met(case: Case) -> None:
    for simulation in (*case.attentive, case.absent):
        for decided in simulation.decided:
            incident = decided.before
            for event in decided.decisions:
                if isinstance(event, FellDue):
                    obligation = case.obligations[event.obligation]
                    assert obligation.due is not None
                    ledger = ledger_of(incident)
                    in_force = ledger.in_force[event.obligation, event.instance]
                    deadline = obligation.due.deadline(in_force.since)
                    assert event.at >= deadline
                    assert not met(case, incident, ledger, obligation, in_force, event.at)
                    if event.at > max(deadline, incident.as_of):
                        assert met(case, incident, ledger, obligation, in_force, event.at - MOMENT)
                incident = incident.extended([event])


def nothing_that_is_overdue_is_left_out(case: Case) -> None:
    for look in case.drowsy.looks:
        if not look.plan.decisions:
            ledger = ledger_of(look.before)
            for obligation, instance, in_force in _asking(case, look.before, ledger, look.at):
                if obligation.due is not None and instance not in ledger.overdue:
                    assert look.at < obligation.due.deadline(in_force.since)


def _asking(
    case: Case, incident: Incident, ledger: Ledger, at: datetime
) -> Iterator[tuple[Obligation, _Instance, InForce]]:
    """The obligations in force that are not met."""
    for obligation in case.world.playbook.obligations:
        instance = ledger.running(obligation)
        in_force = ledger.in_force.get(instance)
        if (
            in_force is not None
            and (incident.status in ACTIVE or obligation.outlives)
            and not met(case, incident, ledger, obligation, in_force, at)
        ):
            yield obligation, instance, in_force


def what_is_latched_stays_until_the_generation_ends(case: Case) -> None:
    incident = case.world.declared
    for event in case.drowsy.incident.timeline.events[incident.version :]:
        earlier, incident = incident, incident.extended([event])
        for instance, was in earlier.progress.in_force.items():
            if instance[1] in ("once", str(incident.generation)):
                now = incident.progress.in_force[instance]
                assert (now.since, now.people[: len(was.people)]) == (was.since, was.people)
                assert was.due_since in (None, now.due_since)


def whatever_a_desk_writes_has_a_reason(case: Case) -> None:
    for event in case.drowsy.incident.timeline:
        if isinstance(event, Decision | ActionStarted):
            assert event.because.strip()
    for look in case.drowsy.looks:
        for each in look.plan.due:
            assert each.because.strip()
            assert not isinstance(each.request, SendPage) or each.request.reason.strip()


def whom_it_is_about_is_settled_by_the_directory_and_the_log_of_that_moment(case: Case) -> None:
    known = case.world.directory.people
    for simulation in case.attentive:
        for decided in simulation.decided:
            for at, together in groupby(decided.decisions, key=lambda event: event.at):
                before = decided.before.extended(each for each in decided.decisions if each.at < at)
                for event in together:
                    if isinstance(event, Became):
                        obligation, ledger = case.obligations[event.obligation], ledger_of(before)
                        assert [*event.people] == [*dict.fromkeys(_people(case, before, ledger, obligation, at))]
                        assert all(each in known for each in event.people)


def whoever_comes_on_call_joins_what_nobody_has_taken(case: Case) -> None:
    for simulation in case.attentive:
        for reading in case.reads(simulation):
            event = reading.event
            if isinstance(event, Joined):
                obligation = case.obligations[event.obligation]
                in_force = reading.ledger.in_force[event.obligation, event.instance]
                joining = [_newly_on_call(case, reading.before, obligation, in_force, event.at)]
                if obligation.asked:
                    joining += _joining_by_answers(case, reading.before, reading.ledger, obligation, event.at)
                assert [*event.people] in joining
                assert event.people
                assert not met(case, reading.before, reading.ledger, obligation, in_force, event.at)
                held = obligation.held.evaluate(case.facts(reading.before, event.at)) is True
                assert not held or [*event.people] in joining[1:]


def nobody_who_comes_on_call_is_left_out(case: Case) -> None:
    for look in case.drowsy.looks:
        if not look.plan.decisions:
            for obligation, _, in_force in _asking(case, look.before, ledger_of(look.before), look.at):
                held = obligation.held.evaluate(case.facts(look.before, look.at)) is True
                follows = obligation.follows and not held
                assert not follows or not _newly_on_call(case, look.before, obligation, in_force, look.at)


def nobody_whom_a_system_named_and_no_fallback_is_left_out(case: Case) -> None:
    for look in case.drowsy.looks:
        if not look.plan.decisions:
            ledger = ledger_of(look.before)
            for obligation, _, _ in _asking(case, look.before, ledger, look.at):
                if obligation.asked:
                    assert not any(_joining_by_answers(case, look.before, ledger, obligation, look.at))


def _joining_by_answers(
    case: Case, incident: Incident, ledger: Ledger, obligation: Obligation, at: datetime
) -> list[list[str]]:
    """Whom each on-call system named who is not there yet; the fallback, if all were asked in vain."""
    instance = ledger.running(obligation)
    in_force, asks = ledger.in_force[instance], ledger.asked(obligation, instance).items()
    named = [people for key, _ in asks if (people := _named(case, ledger, key, in_force))]
    in_vain = not named and not in_force.people and all(_is_given_up(obligation, key, tries, at) for key, tries in asks)
    return [[*dict.fromkeys(_meant(case, incident, obligation.fallback, at))]] if in_vain else named


def _newly_on_call(
    case: Case, incident: Incident, obligation: Obligation, in_force: InForce, at: datetime
) -> list[str]:
    on_call = [each for each in obligation.recipients if each.kind == "schedule"]
    relieved = [schedule(each.name) for each in obligation.recipients if each.kind == "relieved"]
    found = _meant(case, incident, on_call, at)
    still, ledger = _meant(case, incident, relieved, at), ledger_of(incident)
    found += [who for each in relieved for who in _relieved(case, incident, ledger, each, at) if who not in still]
    return [who for who in dict.fromkeys(found) if who not in in_force.people]


def acknowledgements_expire_at_the_first_moment_at_which_they_should(case: Case) -> None:
    expiry = case.world.playbook.expiry
    for simulation in (*case.attentive, case.absent):
        for reading in case.reads(simulation):
            if isinstance(reading.event, AcknowledgementExpired):
                assert expiry is not None
                person, at, ledger = reading.event.person, reading.event.at, reading.ledger
                assert person in ledger.standing
                assert at >= ledger.heard_at[person] + expiry.after
                assert _may_expire(case, reading.before, ledger, expiry, at)
                assert expiry.hindered.evaluate(case.facts(reading.before, at)) is not True


def no_acknowledgement_counts_for_longer_than_it_may(case: Case) -> None:
    expiry = case.world.playbook.expiry
    for look in case.drowsy.looks:
        if expiry is None or look.plan.decisions or look.before.status not in ACTIVE:
            continue
        ledger, facts = ledger_of(look.before), case.facts(look.before, look.at)
        if _may_expire(case, look.before, ledger, expiry, look.at) and expiry.hindered.evaluate(facts) is not True:
            assert all(look.at < ledger.heard_at[each] + expiry.after for each in ledger.standing)


def _may_expire(case: Case, incident: Incident, ledger: Ledger, expiry: Expiry, at: datetime) -> bool:
    """Whether the policy applies, or has brought somebody in."""
    reached = any((level, str(ledger.generation)) in ledger.in_force for level in expiry.levels)
    return reached or expiry.applies.evaluate(case.facts(incident, at)) is not False


# Tries


def nobody_is_tried_while_their_own_answer_stands(case: Case) -> None:
    for simulation in case.attentive:
        for each in case.starts(simulation):
            if each.obligation.personal:
                assert each.key.person not in {*each.ledger.standing, *each.ledger.declined}


def nothing_is_tried_after_the_end_but_what_outlives_it(case: Case) -> None:
    for simulation in case.attentive:
        for each in case.starts(simulation):
            assert each.before.status in ACTIVE or each.obligation.outlives


def nothing_is_tried_that_is_not_asked_for(case: Case) -> None:
    for simulation in case.attentive:
        for each in case.starts(simulation):
            instance = each.ledger.running(each.obligation)
            assert (each.key.obligation, each.key.instance) == instance
            assert each.event.at >= each.in_force.since
            meant = (NOBODY,) if each.obligation.acts else (*each.in_force.people, *each.obligation.asked)
            assert each.key.person in meant
            assert each.event.at >= each.in_force.joined.get(each.key.person, each.in_force.since)
            assert not each.met(each.event.at)
            assert each.obligation.due is None or each.event.at >= each.ledger.overdue[instance]
            assert not each.obligation.relieves or each.key.person in each.ledger.standing


def who_is_tried_can_be_reached_that_way(case: Case) -> None:
    """And what reaches no person is asked only where an obligation has acts, of the kind that the act is of."""
    for look in case.drowsy.looks:
        for action in look.plan.due:
            obligation, person, request = case.obligations[action.key.obligation], action.key.person, action.request
            if isinstance(request, FindOnCall):
                assert f"on-call {request.schedule}" == person
                assert person in obligation.asked
            elif isinstance(request, SendPage):
                method = obligation.chain[action.key.attempt].method
                assert (request.method, request.person) == (method, person)
                assert request.address == case.world.directory.contact(person, method)
            else:
                assert type(request) is _REQUESTS[obligation.acts[action.key.attempt].kind]


_REQUESTS: Final = {
    ActKind.OPEN_CHANNEL: OpenChannel,
    ActKind.OPEN_PRIVATE_CHANNEL: OpenChannel,
    ActKind.POST: PostMessage,
    ActKind.CLOSE_CHANNEL: CloseChannel,
    ActKind.PUBLISH: PublishStatus,
    ActKind.OPEN_TICKET: OpenTicket,
    ActKind.CLOSE_TICKET: CloseTicket,
}
"""What is asked of a provider for each kind of act."""


def a_chain_begins_with_the_first_attempt_and_goes_on_one_by_one(case: Case) -> None:
    for simulation in case.attentive:
        for each in case.starts(simulation):
            key = each.key
            before = [earlier.attempt for earlier in each.ledger.earlier(key) if earlier.arm == key.arm]
            begin = max(before, default=-1)
            assert key.attempt >= begin
            for attempt in range(begin + 1, key.attempt):
                assert not _reaches(case, each.obligation, key.person, attempt)
            assert all(earlier.arm <= key.arm for earlier in each.ledger.earlier(key))


def only_who_takes_an_acknowledgement_back_is_armed_again_and_not_before_the_grace(case: Case) -> None:
    for simulation in case.attentive:
        for each in case.starts(simulation):
            started = each.ledger.arm(each.obligation, each.key.person)
            assert each.key.arm == len(started)
            if started and not [key for key in each.ledger.earlier(each.key) if key.arm == each.key.arm]:
                assert each.event.at >= max(started)


def tries_of_one_action_never_overlap(case: Case) -> None:
    for simulation in case.attentive:
        for each in case.starts(simulation):
            for earlier in each.ledger.tries.get(each.key, [])[-1:]:
                assert earlier.ended is not None or each.event.at >= earlier.lease_until


def what_succeeded_or_failed_is_not_tried_again(case: Case) -> None:
    for simulation in case.attentive:
        for each in case.starts(simulation):
            for earlier in each.ledger.tries.get(each.key, []):
                assert earlier.outcome not in (Outcome.SUCCEEDED, Outcome.FAILED)


def _succeeded(each: Reading) -> bool:
    keys = [key for key in each.ledger.earlier(each.key) if key.arm == each.key.arm]
    return any(tried.outcome is Outcome.SUCCEEDED for key in keys for tried in each.ledger.tries[key])


def an_action_is_tried_again_as_often_and_as_late_as_the_backoff_says(case: Case) -> None:
    for simulation in case.attentive:
        for each in case.starts(simulation):
            tries, backoff = each.ledger.tries.get(each.key, []), each.obligation.backoff
            assert not (each.obligation.suffices or each.obligation.acts) or not _succeeded(each)
            if not tries:
                continue
            assert len(tries) <= backoff.retries
            latest = tries[-1]
            if latest.ended is not None:
                assert each.event.at >= latest.ended + _delay(backoff, len(tries))
                assert latest.retry_at is None or each.event.at >= latest.retry_at


def _delay(backoff: Backoff, tries: int) -> timedelta:
    """How long to wait at the least before the next try after so many."""
    return [*backoff.delays, *[backoff.delays[-1]] * backoff.repeats][tries - 1]


def a_retry_is_due_before_its_wait_is_over(case: Case) -> None:
    for look in case.drowsy.looks:
        tries = ledger_of(look.before).tries if look.plan.due else {}
        for action in look.plan.due:
            wait = case.obligations[action.key.obligation].links[action.key.attempt].wait
            asks = isinstance(action.request, FindOnCall)
            if action.key in tries and wait is not None and not asks:
                assert action.due_at < tries[action.key][0].start + wait


def _next_attempts(case: Case, simulation: Simulation) -> Iterator[tuple[Reading, ActionKey, list[Try]]]:
    """The first try of each attempt that is not the first of its chain, with the attempt before and its tries."""
    for each in case.starts(simulation):
        same = [key for key in each.ledger.earlier(each.key) if key.arm == each.key.arm]
        if same and each.key not in same:
            yield each, same[-1], each.ledger.tries[same[-1]]


def the_next_attempt_waits_from_the_first_try_of_the_one_before(case: Case) -> None:
    for simulation in case.attentive:
        for each, before, tries in _next_attempts(case, simulation):
            wait = each.obligation.links[before.attempt].wait
            if wait is None:  # an act, which may have been done as long as it has not failed for good
                assert tries[-1].outcome is Outcome.FAILED
            elif tries[-1].outcome is not Outcome.FAILED:
                assert each.event.at >= _wait_is_over(tries, wait)


def _wait_is_over(tries: Sequence[Try], wait: timedelta) -> datetime:
    """When: what is tried when its wait is over, because no desk was there, has its wait all the same."""
    over, latest = tries[0].start + wait, tries[-1]
    return latest.start + wait if latest.start >= over and latest.outcome in (None, Outcome.SUCCEEDED) else over


def what_may_have_failed_is_tried_again_before_the_next_attempt(case: Case) -> None:
    for simulation in case.attentive:
        for each, before, tries in _next_attempts(case, simulation):
            latest, backoff = tries[-1], each.obligation.backoff
            if latest.outcome in (Outcome.SUCCEEDED, Outcome.FAILED) or len(tries) > backoff.retries:
                continue
            wait = each.obligation.links[before.attempt].wait
            assert wait is not None
            again = latest.lease_until
            if latest.ended is not None:
                again = latest.ended + _delay(backoff, len(tries)) * (1 + backoff.jitter)
            assert max(filter(None, [again, latest.retry_at])) >= tries[0].start + wait


def a_definite_failure_makes_another_method_due_at_once_and_no_round(case: Case) -> None:
    for look in case.drowsy.looks:
        ledger = ledger_of(look.before)
        for action in look.plan.due:
            same = [key for key in ledger.earlier(action.key) if key.arm == action.key.arm]
            if same and action.key not in same and ledger.tries[same[-1]][-1].outcome is Outcome.FAILED:
                ended = ledger.tries[same[-1]][-1].ended
                again = _again(case, ledger, action.key)
                apart = _apart(case, look.before, ledger, action.key, look.at)
                assert action.due_at == max(filter(None, [ended, again, *apart]))


def a_method_comes_again_only_when_all_between_have_had_their_time(case: Case) -> None:
    for simulation in case.attentive:
        for each, _, _ in _next_attempts(case, simulation):
            again = _again(case, each.ledger, each.key)
            assert again is None or each.event.at >= again


def _again(case: Case, ledger: Ledger, key: ActionKey) -> datetime | None:
    """When a method that had its turn may come again; `None` for one that had none, and for what is no method."""
    chain = case.obligations[key.obligation].chain
    if not chain:
        return None
    same = [each for each in ledger.earlier(key) if each.arm == key.arm and each.attempt < key.attempt]
    turns = [each for each in same if chain[each.attempt].method == chain[key.attempt].method]
    if not turns:
        return None
    wait, *others = [each.wait or timedelta() for each in chain[turns[-1].attempt : key.attempt]]
    return _wait_is_over(ledger.tries[turns[-1]], wait) + sum(others, timedelta())


def nobody_is_called_by_one_method_for_two_levels_at_once(case: Case) -> None:
    for simulation in case.attentive:
        for each in case.starts(simulation):
            if each.obligation.personal and each.key not in each.ledger.tries:
                apart = _apart(case, each.before, each.ledger, each.key, each.event.at)
                assert each.event.at >= max(apart, default=each.event.at)


def _apart(case: Case, incident: Incident, ledger: Ledger, key: ActionKey, at: datetime) -> Iterator[datetime]:
    """Until when the method of an attempt leaves its person alone, who was called by it for other levels."""
    mine, now = case.obligations[key.obligation], ("once", str(ledger.generation))
    if not mine.personal or key.person in mine.asked:
        return
    for level, _, in_force in _asking(case, incident, ledger, at):
        if not level.personal or level == mine or key.person not in in_force.people:
            continue
        for other, tries in ledger.tries.items():
            of_it = (other.obligation, other.person) == (level.id, key.person) and other.instance.split(".")[0] in now
            if of_it and tries[-1].outcome not in (Outcome.FAILED, Outcome.POSTPONED):
                link, earlier = level.chain[other.attempt], level.chain[max(other.attempt - 1, 0)]
                if link.method == mine.chain[key.attempt].method:
                    yield tries[-1].start + (link.wait or earlier.wait or SHORTEST_REST)


# Maintenance


def nobody_is_paged_in_maintenance_of_the_severity_as_it_is_then(case: Case) -> None:
    for simulation in case.attentive:
        for each in case.starts(simulation):
            assert not each.obligation.personal or not _covering(case, each.before, each.event.at)


def maintenance_holds_pages_and_nothing_else_and_not_for_longer(case: Case) -> None:
    world = case.world
    if not world.directory.maintenance:
        return
    without = evolve(world.directory, maintenance=())
    for look in case.drowsy.looks:
        free = case.planner.plan(look.before, world.playbook, without, now=look.at)
        held = [each for each in free.due if case.obligations[each.key.obligation].personal]
        covering = _covering(case, look.before, look.at)
        assert look.plan.decisions == free.decisions
        assert look.plan.owed == free.owed
        assert look.plan.questions == free.questions
        assert look.plan.due == tuple(each for each in free.due if not covering or each not in held)
        if covering and held:
            assert look.plan.wake_at is not None
            assert look.plan.wake_at <= max(each.ends for each in world.directory.maintenance)


def _covering(case: Case, incident: Incident, at: datetime) -> list[Maintenance]:
    """The windows that hold pages for an incident at a moment."""
    windows, key = case.world.directory.maintenance, incident.severity.key
    return [each for each in windows if each.starts <= at and not each.ends <= at and key in each.severities]


# What is left


def what_is_asked_for_is_tried_or_waited_for_or_left_to_somebody(case: Case) -> None:
    for look in case.drowsy.looks:
        if look.plan.decisions:
            continue
        ledger = ledger_of(look.before)
        owed = {(each.obligation, each.instance) for each in look.plan.owed}
        due = {(each.key.obligation, each.key.instance) for each in look.plan.due}
        asking = {instance: each for each, instance, _ in _asking(case, look.before, ledger, look.at)}
        assert owed <= {*asking}
        if look.plan.wake_at is None:
            left = {instance for instance, each in asking.items() if not each.suffices and not each.after}
            assert left <= owed | due


def who_has_it_is_not_called_unreachable(case: Case) -> None:
    for look in case.drowsy.looks:
        if look.plan.decisions:
            continue
        ledger = ledger_of(look.before)
        for each in look.plan.owed:
            if case.obligations[each.obligation].personal and case.obligations[each.obligation].chain:
                reachable = [who for who in each.people if who not in ledger.standing]
                assert [*each.people] == reachable or {*each.people} <= {*ledger.standing}


def a_question_is_about_what_can_still_come_into_force(case: Case) -> None:
    for look in case.drowsy.looks:
        if look.plan.decisions:
            continue
        ledger, facts = ledger_of(look.before), case.facts(look.before, look.at)
        held_up = {
            each.id
            for each in case.world.playbook.obligations
            if (look.before.status in ACTIVE or each.outlives)
            and ledger.instance(each) not in ledger.in_force
            and each.applies.evaluate(facts) is not False
            and each.until.evaluate(facts) is not True
            and each.held.evaluate(facts) is not True
            and each.when.evaluate(facts) is None
        }
        assert {id for question in look.plan.questions for id in question.holds_up} == held_up
        assert all(question.fact.name not in facts.values for question in look.plan.questions)


Law: TypeAlias = Callable[[Case], None]

LAWS: Final[tuple[Law, ...]] = (
    the_same_log_and_the_same_now_give_the_same_plan,
    planning_twice_decides_and_does_nothing_more,
    waking_more_often_changes_nothing,
    it_wakes_later_than_now,
    what_is_due_is_listed_by_time_and_each_once,
    the_preview_is_what_happens_if_nobody_reacts,
    settling_before_commands_loses_no_decision,
    decisions_stand_in_order_and_never_before_the_log,
    it_comes_into_force_once_and_falls_due_once_after_that,
    it_comes_into_force_at_the_first_moment_at_which_it_should,
    nothing_that_should_be_in_force_is_left_out,
    it_falls_due_at_the_first_moment_after_its_time_at_which_it_is_not_met,
    nothing_that_is_overdue_is_left_out,
    what_is_latched_stays_until_the_generation_ends,
    whatever_a_desk_writes_has_a_reason,
    whom_it_is_about_is_settled_by_the_directory_and_the_log_of_that_moment,
    whoever_comes_on_call_joins_what_nobody_has_taken,
    nobody_who_comes_on_call_is_left_out,
    nobody_whom_a_system_named_and_no_fallback_is_left_out,
    acknowledgements_expire_at_the_first_moment_at_which_they_should,
    no_acknowledgement_counts_for_longer_than_it_may,
    nobody_is_tried_while_their_own_answer_stands,
    nothing_is_tried_after_the_end_but_what_outlives_it,
    nothing_is_tried_that_is_not_asked_for,
    who_is_tried_can_be_reached_that_way,
    a_chain_begins_with_the_first_attempt_and_goes_on_one_by_one,
    only_who_takes_an_acknowledgement_back_is_armed_again_and_not_before_the_grace,
    tries_of_one_action_never_overlap,
    what_succeeded_or_failed_is_not_tried_again,
    an_action_is_tried_again_as_often_and_as_late_as_the_backoff_says,
    a_retry_is_due_before_its_wait_is_over,
    the_next_attempt_waits_from_the_first_try_of_the_one_before,
    what_may_have_failed_is_tried_again_before_the_next_attempt,
    a_definite_failure_makes_another_method_due_at_once_and_no_round,
    a_method_comes_again_only_when_all_between_have_had_their_time,
    nobody_is_called_by_one_method_for_two_levels_at_once,
    nobody_is_paged_in_maintenance_of_the_severity_as_it_is_then,
    maintenance_holds_pages_and_nothing_else_and_not_for_longer,
    what_is_asked_for_is_tried_or_waited_for_or_left_to_somebody,
    who_has_it_is_not_called_unreachable,
    a_question_is_about_what_can_still_come_into_force,
)
"""Every law, in the order of this file."""


def reached(case: Case) -> dict[str, bool]:
    """What came about in a case, to see that laws are not held by nothing."""
    simulation = case.woken
    log = simulation.incident.timeline.events
    tries: dict[ActionKey, list[ActionStarted]] = {}
    ended: set[ActionKey] = set()
    expired = False
    for event in log:
        if isinstance(event, ActionStarted):
            earlier = tries.setdefault(event.action, [])
            expired = expired or (bool(earlier) and event.action not in ended)
            earlier.append(event)
            ended.discard(event.action)
        elif isinstance(event, ActionEnded):
            ended.add(event.action)
    outcomes = {event.outcome for event in log if isinstance(event, ActionEnded)}
    return {
        "level 2": any(isinstance(event, Became) and event.obligation == "page/level 2" for event in log),
        "retry": any(len(each) > 1 for each in tries.values()),
        "reopening": any(isinstance(event, Reopened) for event in log),
        "unknown outcome": Outcome.UNKNOWN in outcomes,
        "expired lease": expired,
        "re-armed": any(key.arm for key in tries),
        "overdue": any(isinstance(event, FellDue) for event in log),
        "second attempt": any(key.attempt for key in tries),
        "expired acknowledgement": any(isinstance(event, AcknowledgementExpired) for event in log),
        "escalation by hand": any(isinstance(event, Escalated) for event in log),
        "exhausted": any(isinstance(event, Became) and event.obligation == EXHAUSTED for event in log),
        "catch-all": any(key.obligation == EXHAUSTED for key in tries),
        "shift change": any(isinstance(event, Joined) and "shift" in event.because for event in log),
        "named by an on-call system": any(isinstance(event, Joined) and "named them" in event.because for event in log),
        "on-call system in vain": any(isinstance(event, Joined) and "did not answer" in event.because for event in log),
        "raise notice": any(key.obligation == "severity raised" for key in tries),
        "hand-over": any(key.obligation == "hand over" for key in tries),
        "stand-down": any(key.obligation == "stand down" for key in tries),
        "quorum": _quorum(case),
        "act": any(not key.person for key in tries),
        "second act": any(not key.person and key.attempt for key in tries),
        "after what it presupposes": any(key.obligation == "tell/end" for key in tries),
        "second update": any(key.obligation == "tell/update" and key.instance == "1.2" for key in tries),
        "called for two levels": any(key.obligation == "page/both" for key in tries),
        "maintenance": any(_holds(case, look) for look in simulation.looks),
        "downtime": case.drowsy.incident.timeline.events != log,
    }


def _holds(case: Case, look: Look) -> bool:
    """Whether somebody would be paged at that moment if it were not for maintenance."""
    if look.plan.decisions or not _covering(case, look.before, look.at):
        return False
    without = evolve(case.world.directory, maintenance=())
    return case.planner.plan(look.before, case.world.playbook, without, now=look.at).due != look.plan.due


def _quorum(case: Case) -> bool:
    """Whether a quorum of two or more was there, for an obligation that several had to acknowledge."""
    for reading in case.reads(case.woken):
        if isinstance(reading.event, Acknowledged):
            ledger = ledger_of(reading.before.extended([reading.event]))
            for (name, _), in_force in ledger.in_force.items():
                leaves = [str(each) for each in case.obligations[name].until.leaves]
                counted = [
                    who for who, place in ledger.standing.items() if who in in_force.people or place > in_force.place
                ]
                if any(f"{ACKNOWLEDGEMENTS.name} >= {count}" in leaves for count in range(2, len(counted) + 1)):
                    return True
    return False
