"""Chains of attempts: how far each has come, by what the log says was tried, and what is its turn next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen

from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.progress import InForce, Tried
from incidentkit.policy.directory import Directory
from incidentkit.policy.obligation import Backoff, Obligation

LONGEST_ASK: Final = timedelta(minutes=1)
"""After which an on-call system that does not answer is given up, from the first try on: people wait for it."""


@frozen
class Chain:
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


@frozen
class Chains:
    """The chains of an incident, and where its people are reached, as they stand at a moment."""

    incident: Incident
    directory: Directory
    now: datetime

    def of(self, obligation: Obligation, instance: InForce, which: str) -> Iterator[Chain]:
        """The chains of an obligation that asks for something, for each person whom it may reach."""
        start = instance.since if obligation.due is None else instance.due_since
        if start is None or not obligation.chain:
            return
        for person in instance.people:
            if not obligation.personal or person not in {*self.incident.acknowledged, *self.incident.declined}:
                arm, begin = self._starts(obligation, instance, person, start)
                yield self._held(self._chain(obligation, which, person, arm, begin))
            elif person in self.incident.declined:
                yield Chain(obligation, person, None, self.incident.declined[person])
        yield from map(self._held, self.asks(obligation, instance, which))

    def asks(self, obligation: Obligation, instance: InForce, which: str) -> Iterator[Chain]:
        """How far the questions to on-call systems have come; asked anew whenever the level is brought in anew."""
        progress, again = self.incident.progress, self._called_again(obligation, instance)
        for recipient in obligation.asked:
            person = PersonId(recipient)
            latest = progress.latest.get((obligation.id, which, person))
            if latest is None or latest.arm != len(again):
                key = ActionKey(obligation.id, which, person, len(again), 0)
                yield Chain(obligation, person, key, max([instance.since, *again]))
                continue
            tried = progress.tried[latest]
            next_try, at = _next_ask(obligation.backoff, latest, tried)
            found = tried.found if tried.outcome in (Outcome.SUCCEEDED, Outcome.FAILED) else None
            yield Chain(obligation, person, latest if next_try else None, at, found=found)

    def _held(self, chain: Chain) -> Chain:
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

    def _called_again(self, obligation: Obligation, instance: InForce) -> list[datetime]:
        """When people brought it in once it was in force."""
        return [mark.at for mark in obligation.calls(self.incident) if mark.place > instance.place]

    def _chain(self, obligation: Obligation, which: str, person: PersonId, arm: int, begin: datetime) -> Chain:
        progress = self.incident.progress
        latest = progress.latest.get((obligation.id, which, person))
        if latest is None or latest.arm != arm:
            return self._attempt(obligation, ActionKey(obligation.id, which, person, arm, 0), begin)
        tried = progress.tried[latest]
        if latest.attempt >= len(obligation.chain):  # the chain was longer when this was tried
            return Chain(obligation, person, None, tried.lease_until if tried.ended is None else tried.ended)
        known_at = self._known_at(latest) if obligation.suffices or self._escalates(person) else None
        if known_at is not None:
            return Chain(obligation, person, None, known_at, reached=True)
        again, at = _next_try(obligation, latest, tried)
        if again and self._reaches(obligation, latest):
            return Chain(obligation, person, latest, at)
        following = self._attempt(obligation, evolve(latest, attempt=latest.attempt + 1), at)
        return self._not_sooner(following)

    def _known_at(self, latest: ActionKey) -> datetime | None:
        """When the person learned of it by this attempt or one before, whose answer may have come late."""
        tries = (self.incident.progress.tried.get(evolve(latest, attempt=each)) for each in range(latest.attempt + 1))
        return next((each.ended for each in tries if each is not None and each.outcome is Outcome.SUCCEEDED), None)

    def _escalates(self, person: PersonId) -> bool:
        known = self.directory.people.get(person)
        return known is not None and known.escalates

    def _not_sooner(self, chain: Chain) -> Chain:
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

    def _reaches(self, obligation: Obligation, key: ActionKey) -> bool:
        """Whether the person can be reached by the method of an attempt."""
        return self.directory.contact(key.person, obligation.chain[key.attempt].method) is not None

    def _attempt(self, obligation: Obligation, key: ActionKey, at: datetime) -> Chain:
        """The first attempt from that of the key on by whose method the person can be reached."""
        person = PersonId(key.person)
        for index in range(key.attempt, len(obligation.chain)):
            attempt = evolve(key, attempt=index)
            if self._reaches(obligation, attempt):
                return Chain(obligation, person, attempt, at)
        return Chain(obligation, person, None, at)


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
