"""Chains of attempts: how far each has come, by what the log says was tried, and what is its turn next."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen

from incidentkit.model.action import NOBODY, ActionKey, Outcome
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.progress import InForce, Tried
from incidentkit.policy.directory import Directory
from incidentkit.policy.obligation import Backoff, Obligation

LONGEST_ASK: Final = timedelta(minutes=1)
"""For how long people wait for an on-call system, from the first try on."""


@frozen
class Chain:
    """How far the attempts to reach one person for an obligation have come."""

    obligation: Obligation
    person: PersonId
    """Whom to reach; of a question, which system to ask, as its recipient is written."""
    key: ActionKey | None
    """What to try; `None` once nothing is left to try."""
    at: datetime
    """When to try it, or since when nothing is left."""
    reached: bool = False
    """Whether nothing is left because the person knows, or the service does what it does."""

    @property
    def over(self) -> datetime | None:
        """Since when, or from when on, nobody waits for it any more; `None` while it goes on."""
        return self.at if self.key is None else None

    @property
    def pages(self) -> bool:
        """Whether a person is to come, and not only to know."""
        return self.obligation.personal


@frozen
class Question(Chain):
    """How far an on-call system has come to say whom to reach."""

    given_up: datetime | None = None
    """From when on people do not wait for it, though it is tried again; `None` before the first try."""
    answered: bool = False
    """Whether it has an answer, and be it that it failed for good."""
    found: tuple[PersonId, ...] = ()
    """Whom the system has named in this generation, known or not, whenever it was asked."""

    @property
    def over(self) -> datetime | None:
        """Since when, or from when on, nobody waits for it any more; `None` before it was asked."""
        return self.given_up

    @property
    def pages(self) -> bool:
        """A system is asked, and nobody reached."""
        return False


@frozen
class Chains:
    """The chains of an incident, and where its people are reached, as they stand at a moment."""

    incident: Incident
    directory: Directory
    now: datetime

    def of(self, obligation: Obligation, instance: InForce, which: str, people: Iterable[PersonId]) -> Iterator[Chain]:
        """The chains of an obligation that asks for something, for each of these people whom it may reach."""
        start = instance.since if obligation.due is None else instance.due_since
        if start is None or not obligation.links:
            return
        for person in (PersonId(NOBODY),) if obligation.acts else people:
            if not obligation.personal or person not in {*self.incident.acknowledged, *self.incident.declined}:
                arm, begin = self._starts(obligation, instance, person, start)
                yield self._held(self._chain(obligation, which, person, arm, begin))
            elif person in self.incident.declined:
                yield Chain(obligation, person, None, self.incident.declined[person])
        yield from map(self._held, self.questions(obligation, instance, which))

    def questions(self, obligation: Obligation, instance: InForce, which: str) -> Iterator[Question]:
        """How far the questions to on-call systems have come; asked anew whenever the level is brought in anew."""
        tried, again = self.incident.progress.tried, self._called_again(obligation, instance)
        for recipient in obligation.asked:
            keys = [ActionKey(obligation.id, which, recipient, arm, 0) for arm in range(len(again) + 1)]
            named = (who for key in keys if key in tried for who in tried[key].found)
            found, key = tuple(dict.fromkeys(named)), keys[-1]
            if key not in tried:
                yield Question(obligation, PersonId(recipient), key, max([instance.since, *again]), found=found)
            else:
                yield _question(obligation, key, tried[key], found)

    def _held(self, chain: Chain) -> Chain:
        """A chain that reaches people no sooner than a snooze ends, and not in maintenance of the present severity.

        The later of its time and now counts: what could not be tried before maintenance began waits as well.
        """
        if chain.key is None or not chain.obligation.personal:
            return chain
        at = max(chain.at, self.incident.snoozed_until or chain.at)
        until = self.directory.held_until(self.incident.severity.key, max(at, self.now))
        held = at if until is None else until
        return chain if held == chain.at else evolve(chain, at=held)

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
        if latest.attempt >= len(obligation.links):  # the chain was longer when this was tried
            return Chain(obligation, person, None, tried.lease_until if tried.ended is None else tried.ended)
        enough = obligation.suffices or obligation.acts or self._escalates(person)
        known_at = self._known_at(latest) if enough else None
        if known_at is not None:
            return Chain(obligation, person, None, known_at, reached=True)
        again, at = _next_try(obligation, latest, tried)
        if again and self._reaches(obligation, latest):
            return Chain(obligation, person, latest, at)
        if obligation.acts and tried.outcome is not Outcome.FAILED:  # it may be done, and another would do it twice
            return Chain(obligation, person, None, at)
        following = self._attempt(obligation, evolve(latest, attempt=latest.attempt + 1), at)
        return self._not_sooner(following)

    def _known_at(self, latest: ActionKey) -> datetime | None:
        """When the person learned of it by this attempt or one before, whose answer may have come late."""
        keys = (*(evolve(latest, attempt=each) for each in range(latest.attempt)), latest)
        tries = map(self.incident.progress.tried.get, keys)
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
        if key is None or chain.obligation.acts:
            return chain
        for before in range(key.attempt - 1, -1, -1):
            tried = self.incident.progress.tried.get(evolve(key, attempt=before))
            if tried is not None and links[before].method == links[key.attempt].method:
                between = sum((link.wait or timedelta() for link in links[before : key.attempt]), timedelta())
                return evolve(chain, at=max(chain.at, _begun(links[before].wait, tried) + between))
        return chain

    def apart(self, chains: Sequence[Chain], ended: Sequence[Chain] = ()) -> Iterator[Chain]:
        """The chains, of which no two call a person by the same method at once, who may be on several levels.

        A method that had its turn for one level, also in a chain that has ended, has its wait before it has its turn
        for another. What is tried once more, because it may have failed, waits for no other level, and goes before what
        is tried for the first time.
        """
        tried = self.incident.progress.tried
        paging = [chain for chain in (*chains, *ended) if chain.pages]
        several = {who for who, count in Counter(chain.person for chain in paging).items() if count > 1}
        calls: defaultdict[tuple[PersonId, str], dict[str, datetime]] = defaultdict(dict)
        for chain in paging:
            if chain.person in several:
                for method, until in self._calls(chain):
                    calls[chain.person, method][chain.obligation.id] = until
        for chain in sorted(chains, key=lambda each: each.key not in tried):
            key, level = chain.key, chain.obligation
            if key is None or not chain.pages or chain.person not in several:
                yield chain
                continue
            begun = calls[chain.person, level.chain[key.attempt].method]
            others = () if key in tried else (begun[each] for each in begun if each != level.id)
            at = max([chain.at, *others])
            if at <= self.now:
                begun[level.id] = self.now + level.rest(key.attempt)
            yield evolve(chain, at=at)

    def _calls(self, chain: Chain) -> Iterator[tuple[str, datetime]]:
        """The methods that had their turn in a chain, in order, and until when each has its wait."""
        level, links = chain.obligation, chain.obligation.chain
        for key, tried in self.incident.progress.tried.items():
            is_of_it = (key.obligation, key.person) == (level.id, chain.person) and key.attempt < len(links)
            if is_of_it and tried.outcome not in (Outcome.FAILED, Outcome.POSTPONED):
                yield links[key.attempt].method, tried.latest + level.rest(key.attempt)

    def _reaches(self, obligation: Obligation, key: ActionKey) -> bool:
        """Whether the person can be reached by the method of an attempt; an act reaches no person."""
        if obligation.acts:
            return True
        return self.directory.contact(key.person, obligation.chain[key.attempt].method) is not None

    def _attempt(self, obligation: Obligation, key: ActionKey, at: datetime) -> Chain:
        """The first attempt from that of the key on by whose method the person can be reached."""
        person = PersonId(key.person)
        for index in range(key.attempt, len(obligation.links)):
            attempt = key if index == key.attempt else evolve(key, attempt=index)
            if self._reaches(obligation, attempt):
                return Chain(obligation, person, attempt, at)
        return Chain(obligation, person, None, at)


def _next_try(obligation: Obligation, key: ActionKey, tried: Tried) -> tuple[bool, datetime]:
    """Whether the same action comes next, or else the attempt after it; and when.

    Waits run from the first try that was made, so downtime shifts a chain and never hurries it; a try that begins when
    its wait is over begins it anew, unless it ends without having reached anybody for certain. A try that came out
    unknown, and one whose lease has run out, are the same: it is tried again under the same key until its wait ends.
    """
    wait = obligation.links[key.attempt].wait
    ended = tried.lease_until if tried.ended is None else tried.ended
    if tried.outcome is Outcome.FAILED:
        return False, ended
    over = ended if wait is None else tried.first + wait
    moving_on = over + (_begun(wait, tried) - tried.first)
    if tried.outcome is Outcome.SUCCEEDED or tried.tries > obligation.backoff.retries:
        return False, max(moving_on, ended)
    again = again_at(obligation.backoff, key, tried)
    return (True, again) if wait is None or again < over else (False, moving_on)


def _begun(wait: timedelta | None, tried: Tried) -> datetime:
    """Since when the wait of an attempt runs: from its first try, or from a late one that may have reached somebody."""
    late = wait is not None and tried.latest >= tried.first + wait and tried.outcome in (None, Outcome.SUCCEEDED)
    return tried.latest if late else tried.first


def again_at(backoff: Backoff, key: ActionKey, tried: Tried) -> datetime:
    """When to try what was not done once more: no sooner than its lease, the backoff and the provider let it."""
    again = tried.lease_until if tried.ended is None else tried.ended + backoff.delay(key, tried.tries)
    return max(again, tried.retry_at or again)


def _question(obligation: Obligation, key: ActionKey, tried: Tried, found: tuple[PersonId, ...]) -> Question:
    """How far a question has come that was asked.

    It is tried again like any other action. But people wait for it no longer than a minute from the first try on, and
    not even that when it has failed for the time being and no other try comes within that minute.
    """
    ended = tried.lease_until if tried.ended is None else tried.ended
    system = PersonId(key.person)
    if tried.outcome in (Outcome.SUCCEEDED, Outcome.FAILED):
        return Question(obligation, system, None, ended, given_up=ended, answered=True, found=found)
    given_up, left = tried.first + LONGEST_ASK, tried.tries <= obligation.backoff.retries
    again = again_at(obligation.backoff, key, tried) if left else None
    if tried.outcome is Outcome.POSTPONED and (again is None or again >= given_up):
        given_up = min(ended, given_up)
    at = given_up if again is None else again
    return Question(obligation, system, None if again is None else key, at, given_up=given_up, found=found)
