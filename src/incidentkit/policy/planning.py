"""The planner: from an incident, a playbook, a directory and a moment to what must happen next.

It compares what the playbook wants with what the log says was done. So nothing is scheduled in memory: an action is due
because its obligation is in force and its key is not in the log, and a crash loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any, Final

from attrs import evolve, frozen

from incidentkit.errors import ScheduleInvalid, SchemeInvalid, UnknownRecipient
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.conditions import ALWAYS, Condition
from incidentkit.model.durations import duration_text
from incidentkit.model.events import (
    AcknowledgementExpired,
    ActionEnded,
    ActionStarted,
    Became,
    Decision,
    Event,
    FellDue,
    Joined,
)
from incidentkit.model.identity import IncidentId, PersonId, keepable
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.model.progress import InForce, Mark, Tried
from incidentkit.model.vocabulary import AnyFact, Facts
from incidentkit.policy.directory import Directory
from incidentkit.policy.obligation import Backoff, Expiry, Obligation
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import Recipient, RecipientKind, schedule
from incidentkit.policy.situation import ACKNOWLEDGEMENTS, OUTSTANDING, situation
from incidentkit.providers.on_call import FindOnCall
from incidentkit.providers.pager import Purpose, SendPage

PLANNER: Final = PersonId("incidentkit")
"""Who the log says decided: whichever desk it was, the decision is the same."""

LONGEST_TRY: Final = timedelta(minutes=2)
"""How long a previewed try is taken to hold its lease."""

LONGEST_ASK: Final = timedelta(minutes=1)
"""After which an on-call system that does not answer is given up, from the first try on: people wait for it."""


@frozen(kw_only=True)
class Action:
    """Something to do now through a provider."""

    key: ActionKey
    due_at: datetime
    request: SendPage | FindOnCall
    because: str


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


def plan(incident: Incident, playbook: Playbook, directory: Directory, *, now: datetime, namespace: str = "") -> Plan:
    """What must happen next. A ``now`` before the latest event of the log is taken for the time of that event.

    ``namespace`` tells installations apart that share a provider; it is part of what identifies an action there.
    """
    now = max(now, incident.as_of)
    decisions, view = _decided(_View(incident, playbook, directory, now, namespace))
    due = [view.action(chain, chain.key) for chain in view.chains if chain.key is not None and chain.at <= now]
    later = [chain.at for chain in view.chains if chain.at > now]
    return Plan(
        decisions=decisions,
        due=tuple(sorted(due, key=lambda action: action.due_at)),
        questions=tuple(view.questions()),
        owed=tuple(view.owed()),
        wake_at=min([*later, *view.resumptions(), *(turn.at for turn in view.turns)], default=None),
    )


def settle(incident: Incident, playbook: Playbook, directory: Directory, *, before: datetime) -> tuple[Decision, ...]:
    """The decisions that are due before a moment, to be written to the log ahead of what happened at that moment."""
    if before <= incident.as_of:
        return ()
    decisions, _ = _decided(_View(incident, playbook, directory, before - timedelta.resolution, ""))
    return decisions


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

    Whom an on-call system will name nobody can know: it is taken to name nobody.
    """
    at: datetime | None = max(now, incident.as_of)
    while at is not None and at <= until:
        planned = plan(incident, playbook, directory, now=at)
        if planned.decisions or planned.due:
            yield Step(at=at, decisions=planned.decisions, actions=planned.due)
        done = (event for action in planned.due for event in _performed(incident, action, at, outcome))
        incident = incident.extended([*planned.decisions, *done])
        at = at if planned.due else planned.wake_at


def _performed(incident: Incident, action: Action, at: datetime, outcome: Outcome) -> Iterator[Event]:
    """The two events that an action leaves which takes no time."""
    common: dict[str, Any] = {"incident": incident.id, "at": at, "by": PLANNER, "recorded_at": at}
    yield ActionStarted(**common, action=action.key, lease_until=at + LONGEST_TRY)
    yield ActionEnded(**common, action=action.key, outcome=outcome)


def _decided(view: _View) -> tuple[tuple[Decision, ...], _View]:
    """What has become true by the moment of a view, earliest first, and the view once that is in the log."""
    decisions: list[Decision] = []
    while True:
        at = min((turn.at for turn in view.turns), default=None)
        if at is None or at > view.now:
            return tuple(decisions), view
        together = [turn for turn in view.turns if turn.at == at]
        new = [turn.decision(at) for turn in together if not turn.last] or [turn.decision(at) for turn in together]
        decisions += new
        view = evolve(view, incident=view.incident.extended(new))


@frozen
class _Turn:
    """Something that becomes true at a moment, and the decision that says so."""

    at: datetime
    decision: Callable[[datetime], Decision]
    last: bool = False
    """Whether it may not be so any more once everything else is decided that becomes true at that moment."""


def _turn(at: datetime | None, decision: Callable[[datetime], Decision], *, last: bool = False) -> Iterator[_Turn]:
    """It becomes true at that moment, if there is one."""
    if at is not None:
        yield _Turn(at, decision, last)


@frozen
class _Chain:
    """How far the attempts to reach one person for an obligation have come, or to ask one system whom to reach."""

    obligation: Obligation
    person: PersonId
    """Whom to reach; of what is asked, its recipient as text."""
    key: ActionKey | None
    """What to try; `None` once nothing is left to try."""
    at: datetime
    """When to try it, or since when nothing is left."""
    reached: bool = False
    """Whether nothing is left because the person knows, or the service does what it does."""
    found: tuple[PersonId, ...] | None = None
    """Whom the system named, known or not; `None` for a person, and while there is no answer."""

    @property
    def asks(self) -> bool:
        """Whether a system is asked, and nobody reached."""
        return self.person in self.obligation.asked


@frozen(slots=False)
class _View:
    """An incident as its playbook sees it at a moment."""

    incident: Incident
    playbook: Playbook
    directory: Directory
    now: datetime
    namespace: str

    @cached_property
    def present(self) -> Facts:
        """What is known now."""
        return self.past if self.now == self.incident.as_of else self._situation(self.now)

    @cached_property
    def past(self) -> Facts:
        """What was known when the log learned of its latest event; nothing but time has gone on since."""
        return self._situation(self.incident.as_of)

    def _situation(self, at: datetime) -> Facts:
        book = self.playbook
        return situation(self.incident, book.situations, book.scheme, at, known=self.directory.people)

    @cached_property
    def awake(self) -> tuple[tuple[Obligation, InForce | None], ...]:
        """The obligations that can ask for something, with the present instance of those that came into force."""
        in_force, active = self.incident.progress.in_force, self.incident.status in ACTIVE
        obligations = (each for each in self.playbook.obligations if active or each.outlives)
        return tuple((each, in_force.get((each.id, self._instances[each.id]))) for each in obligations)

    @cached_property
    def unmet(self) -> tuple[tuple[Obligation, InForce], ...]:
        """The obligations in force that ask for something now."""
        return tuple((obligation, instance) for obligation, instance, facts in self._in_force if facts is None)

    def resumptions(self) -> Iterator[datetime]:
        """When obligations in force that ask for nothing now will ask for something again, by time alone."""
        for obligation, _, facts in self._in_force:
            at = None if facts is None else _next_change(obligation.until, facts)
            if at is not None:
                yield at

    @cached_property
    def _in_force(self) -> tuple[tuple[Obligation, InForce, Facts | None], ...]:
        """The obligations in force, those that ask for nothing now with the facts that make it so."""
        in_force: list[tuple[Obligation, InForce, Facts | None]] = []
        for obligation, instance in self.awake:
            if instance is not None:
                facts = self._about(obligation, instance, self.present)
                in_force.append((obligation, instance, facts if obligation.until.evaluate(facts) is True else None))
        return tuple(in_force)

    def _about(self, obligation: Obligation, instance: InForce, facts: Facts) -> Facts:
        """What is known, and of this instance in particular.

        Whom the directory does not know has nothing: a misspelt name must not stop the pages.
        """
        acknowledged, known = self.incident.progress.acknowledged, self.directory.people
        begun, asked_again = instance.place, max((mark.place for mark in self._called(obligation)), default=0)
        if asked_again > begun:  # what was said before does not answer it
            acknowledged = {person: mark for person, mark in acknowledged.items() if mark.place > asked_again}
        if obligation.acknowledgers:
            asked = self._found(obligation.acknowledgers, instance.since)
            counted = sum(person in asked for person in acknowledged)
        else:
            asked = instance.people
            counted = sum(
                person in asked or (mark.place > begun and person in known) for person, mark in acknowledged.items()
            )
        outstanding = sum(person not in acknowledged for person in asked) + self._unnamed(obligation, instance)
        own = {ACKNOWLEDGEMENTS.name: counted, OUTSTANDING.name: outstanding}
        return Facts(facts.vocabulary, {**facts.values, **own}, facts.possible, facts.started, facts.at)

    @cached_property
    def turns(self) -> tuple[_Turn, ...]:
        """What turns by itself, now or later, if nothing but time goes on."""
        return (*self._turns_of_obligations(), *self._turns_of_acknowledgements())

    def _turns_of_obligations(self) -> Iterator[_Turn]:
        """What comes into force or falls due."""
        for obligation, instance in self.awake:
            if instance is None:
                at, decision = self._comes_into_force_at(obligation), partial(self._coming_into_force, obligation)
                yield from _turn(at, decision, last=bool(obligation.after))
                continue
            yield from _turn(self._falls_due_at(obligation, instance), partial(self._falling_due, obligation))
            yield from self._next_joining(obligation, instance)

    def _comes_into_force_at(self, obligation: Obligation) -> datetime | None:
        at = self._may_begin_at(obligation)
        when, hindered = obligation.when, obligation.hindered
        if self._called(obligation):
            when, hindered = ALWAYS, obligation.until
        elif obligation.applies.evaluate(self.past) is False:
            return None
        while at is not None:
            at = _first_moment(when, hindered, self.past, at)
            waits = obligation.waits and not obligation.asked  # for whom, an on-call system has to say first
            if at is None or not waits or at > self.now or self._people(obligation, at):
                return at
            at = self._next_change(obligation, at)
        return None

    def _may_begin_at(self, obligation: Obligation) -> datetime | None:
        """From when on it can come into force; `None` while it comes after chains that go on."""
        if not obligation.after:
            return self.incident.as_of
        before = [(each, instance) for each, instance in self.awake if each.id in obligation.after and instance]
        facts = [self._about(each, instance, self.past) for each, instance in before]
        at: datetime | None = self.incident.as_of
        while at is not None:
            known = list(zip(before, (_later(each, at) for each in facts), strict=True))
            end = self._end(obligation, [pair for pair, then in known if pair[0].until.evaluate(then) is not True])
            changes = (_next_change(each.until, then) for (each, _), then in known)
            change = min(filter(None, changes), default=None)
            if end is not None and (change is None or max(at, end) < change):
                return max(at, end)
            at = change  # then something else asks, and by what it asks for all may have ended before anybody looked
        return None

    def _end(self, obligation: Obligation, before: Sequence[tuple[Obligation, InForce]]) -> datetime | None:
        """When the chains of what it comes after were all at their end; `None` if one goes on or reached its person."""
        chains = [chain for each, found in before for chain in self._chains(each, found, self._instances[each.id])]
        if not before or any(chain.key is not None or chain.reached for chain in chains):
            return None
        ends = [chain.at for chain in (*chains, *self._latest_chains(obligation))]
        return max([*(instance.since for _, instance in before), *ends])

    def _called(self, obligation: Obligation) -> tuple[Mark, ...]:
        """When people brought it in."""
        return self.incident.progress.escalations.get(obligation.level, ()) if obligation.level else ()

    def _called_again(self, obligation: Obligation, instance: InForce) -> list[datetime]:
        """When people brought it in once it was in force."""
        return [mark.at for mark in self._called(obligation) if mark.place > instance.place]

    @cached_property
    def _instances(self) -> Mapping[str, str]:
        """Which instance each obligation is at.

        What comes once for every set of chains begins anew when there are more of them, but not before what it began
        for the last set has come to its end: otherwise every new chain would put off those pages.
        """
        names = {each.id: each.instance(self.incident) for each in self.playbook.obligations}
        for obligation in self.playbook.obligations:
            latest = self._latest(obligation)
            if latest is not None and any(
                chain.key is not None or chain.at > self.now for chain in self._latest_chains(obligation)
            ):
                names[obligation.id] = latest
        return names

    def _latest(self, obligation: Obligation) -> str | None:
        """The instance that came into force last, of what comes once for every set of chains."""
        if not obligation.after:
            return None
        generation = str(self.incident.generation)
        reached = [instance for id, instance in self.incident.progress.in_force if id == obligation.id]
        return next((each for each in reversed(reached) if each.partition(".")[0] == generation), None)

    def _latest_chains(self, obligation: Obligation) -> tuple[_Chain, ...]:
        """The chains of that instance."""
        latest = self._latest(obligation)
        if latest is None:
            return ()
        return tuple(self._chains(obligation, self.incident.progress.in_force[obligation.id, latest], latest))

    def _next_change(self, obligation: Obligation, after: datetime) -> datetime | None:
        """When other people are on call for it next."""
        return self.directory.next_change((*obligation.recipients, *obligation.fallback), after)

    def _falls_due_at(self, obligation: Obligation, instance: InForce) -> datetime | None:
        if obligation.due is None or instance.due_since is not None:
            return None
        deadline = _deadline(obligation, instance)
        if deadline is None:
            return None
        return _first_moment(ALWAYS, obligation.until, self._about(obligation, instance, self.past), deadline)

    def _next_joining(self, obligation: Obligation, instance: InForce) -> Iterator[_Turn]:
        """Who joins next. One at a time, because whoever is named by a system may come on call at the same moment."""
        shift = _turn(self._is_joined_at(obligation, instance), partial(self._joining, obligation, instance))
        if obligation.asked:
            turns = [*shift, *self._turns_of_answers(obligation, instance)]
            yield from sorted(turns, key=lambda turn: turn.at)[:1]
        else:
            yield from shift

    def _is_joined_at(self, obligation: Obligation, instance: InForce) -> datetime | None:
        """When somebody else is on call while it still asks for something, and new people may come."""
        if not obligation.follows or not self._may_join(obligation, instance):
            return None
        facts, moment = self._about(obligation, instance, self.past), self.incident.as_of
        at = _first_moment(ALWAYS, obligation.hindered, facts, moment)
        while at is not None and at <= self.now and not self._new(obligation, instance, at):
            change = self._next_change(obligation, at)
            at = None if change is None else _first_moment(ALWAYS, obligation.hindered, facts, change)
        return at

    def _may_join(self, obligation: Obligation, instance: InForce) -> bool:
        """Whether anybody can ever come on call who is not there yet."""
        return bool(self.directory.scheduled(obligation.recipients) - {*instance.people})

    def _new(self, obligation: Obligation, instance: InForce, at: datetime) -> tuple[PersonId, ...]:
        """Who is on call for it at a moment, and was not before."""
        on_call = [each for each in obligation.recipients if each.kind is RecipientKind.SCHEDULE]
        return tuple(person for person in self._found(on_call, at) if person not in instance.people)

    def _joining(self, obligation: Obligation, instance: InForce, at: datetime) -> Decision:
        people = self._new(obligation, instance, at)
        return Joined(**self._said(at), **self._which(obligation), people=people, because="their shift has begun")

    def _unnamed(self, obligation: Obligation, instance: InForce) -> int:
        """How many more there are to acknowledge, one at the least, as long as not everybody is known who is meant.

        That is so before the last on-call system has answered and whom it named has joined, and while nobody is there.
        """
        asks = self._asks(obligation, instance, self._instances[obligation.id]) if obligation.asked else ()
        new = sum(1 if ask.found is None else len(self._named(ask, instance)) for ask in asks)
        return new or int(bool(obligation.asked) and not instance.people)

    def _named(self, ask: _Chain, instance: InForce) -> tuple[PersonId, ...]:
        """Whom a system named who can be reached and is not there yet."""
        known = self.directory.people
        return tuple(dict.fromkeys(who for who in ask.found or () if who in known and who not in instance.people))

    def _turns_of_answers(self, obligation: Obligation, instance: InForce) -> Iterator[_Turn]:
        """Whom on-call systems named joins; if all were asked in vain and nobody is there, the fallback does."""
        facts, moment = self._about(obligation, instance, self.past), self.incident.as_of
        asks = [*self._asks(obligation, instance, self._instances[obligation.id])]
        named = [(ask, people) for ask in asks if (people := self._named(ask, instance))]
        for ask, people in named:
            at = _first_moment(ALWAYS, obligation.until, facts, max(moment, ask.at))
            yield from _turn(at, partial(self._joining_as_named, obligation, ask, people))
        if instance.people or named or any(ask.key is not None for ask in asks):
            return
        at = _first_moment(ALWAYS, obligation.until, facts, max([moment, *(ask.at for ask in asks)]))
        while at is not None and at <= self.now and not self._found(obligation.fallback, at):
            shift = self.directory.next_change(obligation.fallback, at)
            at = None if shift is None else _first_moment(ALWAYS, obligation.until, facts, shift)
        if obligation.fallback:
            yield from _turn(at, partial(self._joining_instead, obligation))

    def _joining_as_named(
        self, obligation: Obligation, ask: _Chain, people: tuple[PersonId, ...], at: datetime
    ) -> Decision:
        because = keepable(f"{ask.person} named them")
        return Joined(**self._said(at), **self._which(obligation), people=people, because=because)

    def _joining_instead(self, obligation: Obligation, at: datetime) -> Decision:
        people = self._found(obligation.fallback, at)
        because = keepable(f"{', '.join(obligation.asked)} named nobody who is known, or did not answer")
        return Joined(**self._said(at), **self._which(obligation), people=people, because=because)

    def _turns_of_acknowledgements(self) -> Iterator[_Turn]:
        """Which of them expire."""
        expiry = self.playbook.expiry
        if expiry is None or self.incident.status not in ACTIVE or expiry.applies.evaluate(self.past) is False:
            return
        for person, mark in self.incident.progress.acknowledged.items():
            begin = max(mark.at + expiry.after, self.incident.as_of)
            at = _first_moment(ALWAYS, expiry.hindered, self.past, begin)
            yield from _turn(at, partial(self._expiring, person, expiry))

    def _expiring(self, person: PersonId, expiry: Expiry, at: datetime) -> Decision:
        because = f"it was given {duration_text(expiry.after)} ago or more"
        return AcknowledgementExpired(**self._said(at), person=person, because=because)

    def _falling_due(self, obligation: Obligation, at: datetime) -> Decision:
        because = f"not done within {obligation.due}"
        return FellDue(**self._said(at), **self._which(obligation), because=because)

    def _coming_into_force(self, obligation: Obligation, at: datetime) -> Decision:
        people = self._people(obligation, at)
        because = self._reason(obligation, at, people)
        return Became(**self._said(at), **self._which(obligation), people=people, because=because)

    def _said(self, at: datetime) -> dict[str, Any]:
        """What every decision has."""
        return {"incident": self.incident.id, "at": at, "by": PLANNER, "recorded_at": at}

    def _which(self, obligation: Obligation) -> dict[str, Any]:
        return {"obligation": obligation.id, "instance": self._instances[obligation.id]}

    def _reason(self, obligation: Obligation, at: datetime, people: Sequence[PersonId]) -> str:
        """Why it came into force: what the playbook says, and what made it true; and why for nobody, or for others."""
        grounds = obligation.when.grounds(self.past.later(at))
        made_true = "somebody asked for it" if self._called(obligation) else "" if grounds == ALWAYS else str(grounds)
        wanted = self._found(obligation.recipients, at)
        missing = "" if wanted or obligation.asked or not obligation.recipients else "nobody was found"
        asked = f"asking {', '.join(obligation.asked)}" if obligation.asked else ""
        instead = f", so {', '.join(people)} instead" if missing and people else ""
        return keepable("; ".join(filter(None, (obligation.because, made_true, asked, missing + instead))) or "always")

    def _people(self, obligation: Obligation, at: datetime) -> tuple[PersonId, ...]:
        """Who it is about at a moment; the fallback only once nobody is left to ask."""
        found = self._found(obligation.recipients, at)
        return found if found or obligation.asked else self._found(obligation.fallback, at)

    def _found(self, recipients: Iterable[Recipient], at: datetime) -> tuple[PersonId, ...]:
        """Who is meant at a moment, each once; a recipient that the directory does not know any more is nobody.

        Nor is a schedule anybody at a time for which it does not answer.
        """
        people: list[PersonId] = []
        for recipient in recipients:
            if recipient.kind is RecipientKind.THOSE:
                people += (who for who in self._involved[recipient.name]() if who in self.directory.people)
            elif recipient.kind is RecipientKind.RELIEVED:
                people += self._relieved(schedule(recipient.name), at)
            else:
                with suppress(UnknownRecipient, ScheduleInvalid):
                    people += self.directory.find(recipient, self.incident.roles, at=at)
        return tuple(dict.fromkeys(people))

    @property
    def _involved(self) -> Mapping[str, Callable[[], Iterable[PersonId]]]:
        return {"paged": self._paged, "acknowledged": self._acknowledged_before_the_raise}

    def _paged(self) -> Iterator[PersonId]:
        """Whom a page reached, or may have, in this generation; not whoever ended it, who knows."""
        personal = {obligation.id for obligation in self.playbook.obligations if obligation.personal}
        for key, tried in self.incident.progress.tried.items():
            reached = tried.outcome not in (Outcome.FAILED, Outcome.POSTPONED)
            if reached and key.obligation in personal and key.person != self.incident.moved_by:
                yield PersonId(key.person)

    def _relieved(self, shift: Recipient, at: datetime) -> Iterator[PersonId]:
        """Who has it though their shift is over, as long as there is somebody to hand it over to."""
        acknowledged, on_call = self.incident.progress.acknowledged, self._found([shift], at)
        if on_call and acknowledged.keys().isdisjoint(on_call):
            for person, mark in acknowledged.items():
                if person in self._found([shift], mark.at):
                    yield person

    def _acknowledged_before_the_raise(self) -> Iterator[PersonId]:
        progress = self.incident.progress
        return (person for person, mark in progress.acknowledged.items() if mark.place < progress.raised_place)

    @cached_property
    def chains(self) -> tuple[_Chain, ...]:
        """The chains of everything that asks for something."""
        return tuple(
            chain
            for obligation, instance in self.unmet
            for chain in self._chains(obligation, instance, self._instances[obligation.id])
        )

    def _chains(self, obligation: Obligation, instance: InForce, which: str) -> Iterator[_Chain]:
        """The chains of an obligation that asks for something, for each person whom it may reach."""
        start = instance.since if obligation.due is None else instance.due_since
        if start is None or not obligation.chain:
            return
        for person in instance.people:
            if not obligation.personal or person not in {*self.incident.acknowledged, *self.incident.declined}:
                arm, begin = self._starts(obligation, instance, person, start)
                yield self._held(self._chain(obligation, which, person, arm, begin))
            elif person in self.incident.declined:
                yield _Chain(obligation, person, None, self.incident.declined[person])
        yield from map(self._held, self._asks(obligation, instance, which))

    def _asks(self, obligation: Obligation, instance: InForce, which: str) -> Iterator[_Chain]:
        """How far the questions to on-call systems have come; asked anew whenever the level is brought in anew."""
        progress, again = self.incident.progress, self._called_again(obligation, instance)
        for recipient in obligation.asked:
            person = PersonId(recipient)
            latest = progress.latest.get((obligation.id, which, person))
            if latest is None or latest.arm != len(again):
                key = ActionKey(obligation.id, which, person, len(again), 0)
                yield _Chain(obligation, person, key, max([instance.since, *again]))
                continue
            tried = progress.tried[latest]
            next_try, at = _next_ask(obligation.backoff, latest, tried)
            found = tried.found if tried.outcome in (Outcome.SUCCEEDED, Outcome.FAILED) else None
            yield _Chain(obligation, person, latest if next_try else None, at, found=found)

    def _held(self, chain: _Chain) -> _Chain:
        """A chain that reaches people no sooner than a snooze ends, and not in maintenance of the present severity.

        The later of its time and now counts: what could not be tried before maintenance began waits as well.
        """
        if chain.key is None or not chain.obligation.personal:
            return chain
        at = max(chain.at, self.incident.snoozed_until or chain.at)
        until = self.directory.held_until(self.incident.severity.key, max(at, self.now))
        return evolve(chain, at=at if until is None else until)

    def _starts(
        self, obligation: Obligation, instance: InForce, person: PersonId, start: datetime
    ) -> tuple[int, datetime]:
        """How often the chain of a person was started, and since when it goes."""
        arming = self.incident.progress.armings.get(person) if obligation.personal else None
        start = max(start, instance.joined.get(person, start))
        again = self._called_again(obligation, instance)
        arms = len(again) + (0 if arming is None else arming.count)
        if arming is not None and arming.at is not None:
            again.append(arming.at + obligation.grace)
        return arms, max([start, *again])

    def _chain(self, obligation: Obligation, which: str, person: PersonId, arm: int, begin: datetime) -> _Chain:
        progress = self.incident.progress
        latest = progress.latest.get((obligation.id, which, person))
        if latest is None or latest.arm != arm:
            return self._attempt(obligation, ActionKey(obligation.id, which, person, arm, 0), begin)
        tried = progress.tried[latest]
        if latest.attempt >= len(obligation.chain):  # the chain was longer when this was tried
            return _Chain(obligation, person, None, tried.lease_until if tried.ended is None else tried.ended)
        known_at = self._known_at(latest) if obligation.suffices or self._escalates(person) else None
        if known_at is not None:
            return _Chain(obligation, person, None, known_at, reached=True)
        again, at = _next_try(obligation, latest, tried)
        if again and self._contact(obligation, latest) is not None:
            return _Chain(obligation, person, latest, at)
        following = self._attempt(obligation, evolve(latest, attempt=latest.attempt + 1), at)
        return self._not_sooner(following)

    def _known_at(self, latest: ActionKey) -> datetime | None:
        """When the person learned of it by this attempt or one before, whose answer may have come late."""
        tries = (self.incident.progress.tried.get(evolve(latest, attempt=each)) for each in range(latest.attempt + 1))
        return next((each.ended for each in tries if each is not None and each.outcome is Outcome.SUCCEEDED), None)

    def _escalates(self, person: PersonId) -> bool:
        known = self.directory.people.get(person)
        return known is not None and known.escalates

    def _not_sooner(self, chain: _Chain) -> _Chain:
        """A method that had its turn comes again as late as if nothing had failed and nothing been left out meanwhile.

        Another method comes at once after a failure, or in place of one that the person has not. If one that had its
        turn did too, the rounds of a chain would be over at once when every method fails, and would follow each other
        the faster, the fewer methods a person has.
        """
        key, links = chain.key, chain.obligation.chain
        if key is None:
            return chain
        for before in range(key.attempt - 1, -1, -1):
            tried = self.incident.progress.tried.get(evolve(key, attempt=before))
            if tried is not None and links[before].method == links[key.attempt].method:
                between = sum((link.wait or timedelta() for link in links[before : key.attempt]), timedelta())
                return evolve(chain, at=max(chain.at, tried.first + between))
        return chain

    def _contact(self, obligation: Obligation, key: ActionKey) -> str | None:
        """Where an attempt reaches its person; `None` if it cannot any more."""
        return self.directory.contact(key.person, obligation.chain[key.attempt].method)

    def _attempt(self, obligation: Obligation, key: ActionKey, at: datetime) -> _Chain:
        """The first attempt from that of the key on by whose method the person can be reached."""
        person = PersonId(key.person)
        for index in range(key.attempt, len(obligation.chain)):
            attempt = evolve(key, attempt=index)
            if self._contact(obligation, attempt) is not None:
                return _Chain(obligation, person, attempt, at)
        return _Chain(obligation, person, None, at)

    def action(self, chain: _Chain, key: ActionKey) -> Action:
        """What to do for a chain now."""
        if chain.asks:
            return self._asking(chain, key)
        incident, person = self.incident, chain.person
        method = chain.obligation.chain[key.attempt].method
        because = chain.obligation.because or chain.obligation.id
        request = SendPage(
            key=key.digest(self.namespace, incident.id),
            incident=IncidentId(incident.id),
            person=person,
            method=method,
            address=self._contact(chain.obligation, key) or "",
            severity=incident.severity.key,
            title=incident.title,
            reason=because,
            declared_at=incident.declared_at,
            purpose=chain.obligation.purpose,
        )
        return Action(key=key, due_at=chain.at, request=request, because=f"{because}; {method} for {person}")

    def _asking(self, chain: _Chain, key: ActionKey) -> Action:
        """What to ask of an on-call system now."""
        schedule = Recipient.parse(chain.person).name
        because = f"{chain.obligation.because or chain.obligation.id}; ask who is on call for {schedule}"
        incident = IncidentId(self.incident.id)
        digest = key.digest(self.namespace, incident)
        request = FindOnCall(key=digest, incident=incident, schedule=schedule, at=self.now)
        return Action(key=key, due_at=chain.at, request=request, because=because)

    def questions(self) -> Iterator[OpenQuestion]:
        """The facts that hold something up, in the order in which to ask for them."""
        holds_up: dict[str, list[str]] = {}
        for obligation, instance in self.awake:
            if instance is None and obligation.when.evaluate(self.present) is None and self._may_begin(obligation):
                for name in _unknown(obligation.when, self.present):
                    holds_up.setdefault(name, []).append(obligation.id)
        for name, fact in self.playbook.situations.items():
            if name in holds_up:
                yield OpenQuestion(fact=fact, holds_up=tuple(holds_up[name]))

    def _may_begin(self, obligation: Obligation) -> bool:
        """Whether it would come into force now if ``when`` were true."""
        facts = self.present
        return obligation.applies.evaluate(facts) is not False and obligation.hindered.evaluate(facts) is not True

    def owed(self) -> Iterator[Owed]:
        """What is left to people."""
        finished: dict[str, list[PersonId]] = {}
        going_on: set[str] = set()
        for chain in self.chains:
            if chain.key is None and chain.at <= self.now and chain.asks:
                continue
            done = chain.reached and chain.obligation.purpose is not Purpose.REMINDER  # of which reminding is not all
            if chain.key is None and chain.at <= self.now and not done:
                finished.setdefault(chain.obligation.id, []).append(chain.person)
            else:
                going_on.add(chain.obligation.id)
        for obligation, instance in self.unmet:
            unreached = tuple(finished.get(obligation.id, ()))
            begins_later = obligation.due is not None and instance.due_since is None and instance.people
            if unreached or not obligation.chain or not (begins_later or obligation.id in going_on):
                yield Owed(
                    obligation=obligation.id,
                    instance=self._instances[obligation.id],
                    people=unreached or instance.people,
                    since=instance.since,
                    due_at=_deadline(obligation, instance),
                    because=obligation.because,
                )


def _deadline(obligation: Obligation, instance: InForce) -> datetime | None:
    """When its time runs out; `None` if never, be it because that is beyond the calendar."""
    try:
        return None if obligation.due is None else obligation.due.deadline(instance.since)
    except SchemeInvalid:
        return None


def _first_moment(when: Condition, until: Condition, facts: Facts, begin: datetime) -> datetime | None:
    """When time alone first brings it about, from ``begin`` on, that ``when`` is true and ``until`` is not."""
    assert facts.at is not None
    then = facts if begin <= facts.at else facts.later(begin)
    while (at := when.first_true(then)) is not None:
        then = _later(then, at)
        if until.evaluate(then) is not True:
            return at
        over = _next_change(until, then)
        if over is None:
            return None
        then = then.later(over)
    return None


def _later(facts: Facts, at: datetime) -> Facts:
    """What is known at a moment if nothing but time goes on."""
    return facts if at == facts.at else facts.later(at)


def _next_change(condition: Condition, facts: Facts) -> datetime | None:
    """As the method of that name, without looking at all where no clock runs."""
    return condition.next_change(facts) if facts.started.keys() & condition.vocabulary.keys() else None


def _unknown(condition: Condition, facts: Facts) -> set[str]:
    """The facts for want of which a condition that is unknown has no answer."""
    if not condition.parts:
        return {fact.name for fact in condition.mentioned}
    open_parts = (part for part in condition.parts if part.walk(facts) is None)
    return {name for part in open_parts for name in _unknown(part, facts)}


def _next_try(obligation: Obligation, key: ActionKey, tried: Tried) -> tuple[bool, datetime]:
    """Whether the same action comes next, or else the attempt after it; and when.

    Waits run from the first try that was made, so downtime shifts a chain and never hurries it. A try that came out
    unknown, and one whose lease has run out, are the same: it is tried again under the same key until its wait ends.
    """
    wait = obligation.chain[key.attempt].wait
    ended = tried.lease_until if tried.ended is None else tried.ended
    moving_on = ended if wait is None else tried.first + wait
    if tried.outcome is Outcome.FAILED:
        return False, ended
    if tried.outcome is Outcome.SUCCEEDED or tried.tries > len(obligation.backoff.delays):
        return False, max(moving_on, ended)
    again = _again(obligation.backoff, key, tried)
    return (True, again) if wait is None or again < moving_on else (False, moving_on)


def _again(backoff: Backoff, key: ActionKey, tried: Tried) -> datetime:
    """When to try what was not done once more: no sooner than its lease, the backoff and the provider let it."""
    again = tried.lease_until if tried.ended is None else tried.ended + backoff.delay(key, tried.tries)
    return max(again, tried.retry_at or again)


def _next_ask(backoff: Backoff, key: ActionKey, tried: Tried) -> tuple[bool, datetime]:
    """Whether to ask an on-call system again, and when; or else since when that is over, answered or given up.

    It is given up when no further try comes in time, but what may still be answered is waited for that long. A try that
    begins when the time is up already, because no desk was there, begins it anew.
    """
    ended = tried.lease_until if tried.ended is None else tried.ended
    if tried.outcome in (Outcome.SUCCEEDED, Outcome.FAILED):
        return False, ended
    over = tried.first + LONGEST_ASK
    if tried.latest >= over:
        over = tried.latest + LONGEST_ASK
    if tried.tries <= len(backoff.delays):
        again = _again(backoff, key, tried)
        if again < over:
            return True, again
    return False, min(ended, over) if tried.outcome is Outcome.POSTPONED else over
