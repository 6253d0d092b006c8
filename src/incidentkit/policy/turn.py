"""What becomes true by itself: the decisions that follow from a log when nothing but time goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeAlias

from attrs import evolve, frozen

from incidentkit.errors import SchemeInvalid
from incidentkit.model.conditions import ALWAYS
from incidentkit.model.durations import duration_text
from incidentkit.model.events import AcknowledgementExpired, Became, Decision, FellDue, Joined, RunEnded, Skipped
from incidentkit.model.identity import PersonId, keepable
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.model.progress import InForce
from incidentkit.model.runs import Run
from incidentkit.policy.announcement import FINISHED
from incidentkit.policy.chain import Question
from incidentkit.policy.moment import first_moment, later, next_change
from incidentkit.policy.obligation import Expiry, Obligation
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.view import View

PLANNER: Final = PersonId("incidentkit")
"""Who the log says decided: whichever desk it was, the decision is the same."""

Moment: TypeAlias = Callable[[datetime], "datetime | None"]
"""From a moment, that or the next one at which something is so."""


@frozen
class Turn:
    """Something that becomes true at a moment, and the decision that says so."""

    at: datetime
    decision: Callable[[datetime], Decision]
    last: bool = False
    """Whether it may not be so any more once everything else is decided that becomes true at that moment."""


def _turn(at: datetime | None, decision: Callable[[datetime], Decision], *, last: bool = False) -> Iterator[Turn]:
    """It becomes true at that moment, if there is one."""
    if at is not None:
        yield Turn(at, decision, last)


@frozen
class Turns:
    """What becomes true next, now or later, as long as nobody does anything."""

    view: View

    def __iter__(self) -> Iterator[Turn]:
        yield from self._of_obligations()
        yield from self._of_acknowledgements()
        yield from self._of_runs()

    def _of_obligations(self) -> Iterator[Turn]:
        """What comes into force or falls due, and who joins."""
        for obligation, instance in self.view.awake:
            if instance is None:
                at, decision = self._comes_into_force_at(obligation), partial(self._coming_into_force, obligation)
                yield from _turn(at, decision, last=bool(obligation.after))
                if obligation.is_decided:
                    yield from _turn(self._is_skipped_at(obligation), partial(self._skipping, obligation))
                continue
            yield from _turn(self._falls_due_at(obligation, instance), partial(self._falling_due, obligation))
            yield from self._next_joining(obligation, instance)

    def _comes_into_force_at(self, obligation: Obligation) -> datetime | None:
        if obligation.presupposes and not self.view.acted(obligation.presupposes):
            return None
        begin, past = self._may_begin_at(obligation), self.view.seen(obligation, self.view.past)
        when, hindered = obligation.when, obligation.hindered
        if obligation.calls(self.view.incident):
            when, hindered = ALWAYS, obligation.until
        elif obligation.applies.evaluate(past) is False:
            return None
        moment = partial(first_moment, when, hindered, past)
        if not obligation.waits or obligation.asked:  # for whom, an on-call system has to say first
            return None if begin is None else moment(begin)
        people = partial(self.view.audience.people, obligation)
        return self._somebody_at(moment, begin, people, (*obligation.recipients, *obligation.fallback))

    def _somebody_at(
        self,
        moment: Moment,
        begin: datetime | None,
        people: Callable[[datetime], Sequence[PersonId]],
        recipients: Sequence[Recipient],
    ) -> datetime | None:
        """The first such moment at which somebody is found; of those to come, the first at which to look again."""
        while begin is not None:
            at = moment(begin)
            if at is None or at > self.view.now or people(at):
                return at
            begin = self.view.directory.next_change(recipients, at)
        return None

    def _may_begin_at(self, obligation: Obligation) -> datetime | None:
        """From when on it can come into force; `None` while it comes after chains that go on."""
        as_of = self.view.incident.as_of
        if not obligation.after:
            return as_of if obligation.not_before is None else max(as_of, obligation.not_before)
        before = [(each, instance) for each, instance in self.view.awake if each.id in obligation.after and instance]
        facts = [self.view.about(each, instance, self.view.past) for each, instance in before]
        at: datetime | None = as_of
        while at is not None:
            known = list(zip(before, (later(each, at) for each in facts), strict=True))
            end = self._end(obligation, [pair for pair, then in known if pair[0].until.evaluate(then) is not True])
            changes = (next_change(each.until, then) for (each, _), then in known)
            change = min(filter(None, changes), default=None)
            if end is not None and (change is None or max(at, end) < change):
                return max(at, end)
            at = change  # then something else asks, and by what it asks for all may have ended before anybody looked
        return None

    def _end(self, obligation: Obligation, before: Sequence[tuple[Obligation, InForce]]) -> datetime | None:
        """When the chains of what it comes after were all at their end; `None` if one goes on or reached its person."""
        chains = [chain for each, instance in before for chain in self.view.chains_of(each, instance)]
        if not before or any(chain.over is None or chain.reached for chain in chains):
            return None
        ends = [chain.over or chain.at for chain in (*chains, *self.view.latest_chains(obligation))]
        return max([*(instance.since for _, instance in before), *ends])

    def _falls_due_at(self, obligation: Obligation, instance: InForce) -> datetime | None:
        end = None if instance.due_since is not None else deadline(obligation, instance)
        if end is None:
            return None
        return first_moment(ALWAYS, obligation.until, self.view.about(obligation, instance, self.view.past), end)

    def _next_joining(self, obligation: Obligation, instance: InForce) -> Iterator[Turn]:
        """Who joins next. One at a time, because whoever is named by a system may come on call at the same moment."""
        shift = _turn(self._is_joined_at(obligation, instance), partial(self._joining, obligation, instance))
        if obligation.asked:
            turns = [*shift, *self._of_answers(obligation, instance)]
            yield from sorted(turns, key=lambda turn: turn.at)[:1]
        else:
            yield from shift

    def _is_joined_at(self, obligation: Obligation, instance: InForce) -> datetime | None:
        """When somebody else is on call while it still asks for something, and new people may come."""
        audience = self.view.audience
        if not obligation.follows or not audience.may_join(obligation, instance):
            return None
        facts = self.view.about(obligation, instance, self.view.past)
        moment = partial(first_moment, ALWAYS, obligation.hindered, facts)
        new = partial(audience.new, obligation, instance)
        return self._somebody_at(moment, self.view.incident.as_of, new, obligation.recipients)

    def _of_answers(self, obligation: Obligation, instance: InForce) -> Iterator[Turn]:
        """Whom on-call systems named joins; if all were asked in vain and nobody is there, the fallback does."""
        view = self.view
        facts, as_of = view.about(obligation, instance, view.past), view.incident.as_of
        moment = partial(first_moment, ALWAYS, obligation.until, facts)
        questions = view.questions(obligation, instance)
        named = [(each, people) for each in questions if (people := view.named(each, instance))]
        for question, people in named:
            yield from _turn(moment(as_of), partial(self._joining_as_named, obligation, question, people))
        if instance.people or named or not obligation.fallback or not all(each.over for each in questions):
            return
        begin = max([as_of, *(each.over for each in questions if each.over is not None)])
        found = partial(view.audience.found, obligation.fallback)
        at = self._somebody_at(moment, begin, found, obligation.fallback)
        yield from _turn(at, partial(self._joining_instead, obligation))

    def _of_acknowledgements(self) -> Iterator[Turn]:
        """Which of them expire."""
        incident, past, expiry = self.view.incident, self.view.past, self.view.playbook.expiry
        if expiry is None or incident.status not in ACTIVE or not self._may_expire(expiry):
            return
        for person, mark in incident.progress.acknowledged.items():
            begin = max(mark.at + expiry.after, incident.as_of)
            at = first_moment(ALWAYS, expiry.hindered, past, begin)
            yield from _turn(at, partial(self._expiring, person, expiry))

    def _is_skipped_at(self, obligation: Obligation) -> datetime | None:
        """When its turn comes and it is not to be done, if it is not settled by then."""
        begin, past = self._may_begin_at(obligation), self.view.seen(obligation, self.view.past)
        return None if begin is None else first_moment(~obligation.when, obligation.until, past, begin)

    def _of_runs(self) -> Iterator[Turn]:
        """Which runs have come to their end."""
        courses = () if FINISHED.evaluate(self.view.past) else self.view.courses
        for course in courses:
            if course.ended is not None:
                at, because = course.ended
                yield from _turn(max(at, self.view.incident.as_of), partial(self._ending, course.run, because))

    def _may_expire(self, expiry: Expiry) -> bool:
        """Whether they can expire: also when the policy does not apply any more, but has brought people in."""
        reached = any(each.id in expiry.levels and instance is not None for each, instance in self.view.awake)
        return reached or expiry.applies.evaluate(self.view.past) is not False

    def _coming_into_force(self, obligation: Obligation, at: datetime) -> Decision:
        people = self.view.audience.people(obligation, at)
        because = self._reason(obligation, at, people)
        return Became(**self._said(at), **self._which(obligation), people=people, because=because)

    def _falling_due(self, obligation: Obligation, at: datetime) -> Decision:
        because = f"not done within {'' if obligation.due is None else evolve(obligation.due, repeats=False)}"
        return FellDue(**self._said(at), **self._which(obligation), because=because)

    def _joining(self, obligation: Obligation, instance: InForce, at: datetime) -> Decision:
        people = self.view.audience.new(obligation, instance, at)
        because = f"their shift {'is over' if obligation.relieves else 'has begun'}"
        return Joined(**self._said(at), **self._which(obligation), people=people, because=because)

    def _joining_as_named(
        self, obligation: Obligation, question: Question, people: tuple[PersonId, ...], at: datetime
    ) -> Decision:
        because = keepable(f"{question.person} named them")
        return Joined(**self._said(at), **self._which(obligation), people=people, because=because)

    def _joining_instead(self, obligation: Obligation, at: datetime) -> Decision:
        people = self.view.audience.found(obligation.fallback, at)
        because = keepable(f"{', '.join(obligation.asked)} named nobody who is known, or did not answer")
        return Joined(**self._said(at), **self._which(obligation), people=people, because=because)

    def _skipping(self, obligation: Obligation, at: datetime) -> Decision:
        grounds = (~obligation.when).grounds(self.view.seen(obligation, self.view.past.later(at)))
        return Skipped(**self._said(at), obligation=obligation.id, because=keepable(str(grounds)))

    def _ending(self, run: Run, because: str, at: datetime) -> Decision:
        return RunEnded(**self._said(at), run=run.name, because=keepable(because))

    def _expiring(self, person: PersonId, expiry: Expiry, at: datetime) -> Decision:
        because = f"it was given {duration_text(expiry.after)} ago or more"
        return AcknowledgementExpired(**self._said(at), person=person, because=because)

    def _said(self, at: datetime) -> dict[str, Any]:
        """What every decision has."""
        return {"incident": self.view.incident.id, "at": at, "by": PLANNER, "recorded_at": at}

    def _which(self, obligation: Obligation) -> dict[str, Any]:
        return {"obligation": obligation.id, "instance": self.view.instances[obligation.id]}

    def _reason(self, obligation: Obligation, at: datetime, people: Sequence[PersonId]) -> str:
        """Why it came into force: what the playbook says, and what made it true; and why for nobody, or for others."""
        known, called = self.view.seen(obligation, self.view.past.later(at)), obligation.calls(self.view.incident)
        grounds = obligation.when.grounds(known)
        made_true = "somebody asked for it" if called else "" if grounds == ALWAYS else str(grounds)
        wanted = self.view.audience.found(obligation.recipients, at)
        missing = "" if wanted or obligation.asked or not obligation.recipients else "nobody was found"
        asked = f"asking {', '.join(obligation.asked)}" if obligation.asked else ""
        instead = f", so {', '.join(people)} instead" if missing and people else ""
        return keepable("; ".join(filter(None, (obligation.because, made_true, asked, missing + instead))) or "always")


def deadline(obligation: Obligation, instance: InForce) -> datetime | None:
    """When its time runs out; `None` if never, be it because that is beyond the calendar."""
    try:
        return None if obligation.due is None else obligation.due.deadline(instance.since)
    except SchemeInvalid:
        return None
