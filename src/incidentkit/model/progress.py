"""What planning needs to know of a log: which obligations are in force, and what was tried for them.

It is kept for what can still matter. What belongs to an earlier generation is dropped at a reopening, so planning costs
the open questions and not the length of the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from attrs import define, evolve, field, frozen

from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.assessment import Value
from incidentkit.model.events import ActionEnded, ActionStarted, Became, FellDue, Fulfilled, Joined, Waived
from incidentkit.model.identity import PersonId
from incidentkit.model.runs import Runs

ONCE: Final = "once"
"""The instance of what happens once in the life of an incident, however often it is reopened."""

EVIDENCE_HOLD: Final = "evidence hold"
"""The obligation by which a playbook holds the evidence of an incident, once and until a person lifts that."""

CONFIDENTIAL: Final = "confidential"
"""The obligation by which a playbook restricts an incident, once and until a person lifts that."""

InstanceKey: TypeAlias = tuple[str, str]
"""An obligation, and which of its instances."""

ChainKey: TypeAlias = tuple[str, str, str]
"""An obligation, its instance, and the person that the chain of attempts is to reach."""


@frozen
class InForce:
    """An obligation that came into force."""

    since: datetime
    """At what moment it did."""
    people: tuple[PersonId, ...]
    """Whom it was about at that moment."""
    place: int
    """Where it stands in the order of what came into force and what was acknowledged."""
    due_since: datetime | None = None
    """When its time ran out; `None` before that."""
    joined: Mapping[PersonId, datetime] = field(factory=dict[PersonId, datetime])
    """Who of them came later, and when."""


@frozen
class Tried:
    """What is known of the tries of one action."""

    tries: int
    first: datetime
    """When the first try started."""
    latest: datetime
    """When the latest try started."""
    lease_until: datetime
    """Until when the latest try may still be under way, if it has not ended."""
    outcome: Outcome | None = None
    """Of the latest try; `None` while it may be under way."""
    ended: datetime | None = None
    retry_at: datetime | None = None
    """Before when there is no point in another try, if the provider said so."""
    found: tuple[PersonId, ...] = ()
    """Whom the answer named, if it was asked for people."""
    earlier: bool = False
    """Whether a try before the latest may have reached somebody."""
    readings: Mapping[str, Value] = field(factory=dict[str, Value], hash=False)
    """What a tool answered the latest try."""
    former: tuple[str, ...] | None = None
    """What a tool said was so before the latest try; `None` if it did not say."""
    problem: str = ""
    """What went wrong with it."""

    @property
    def reached(self) -> bool:
        """Whether any try has reached somebody, or may have."""
        return self.earlier or self.outcome not in (Outcome.FAILED, Outcome.POSTPONED)


@frozen
class Arming:
    """How often a person was armed again, and when that was last learned of."""

    count: int
    at: datetime | None
    """`None` if that was in an earlier generation, and makes nobody wait."""


@frozen
class Settled:
    """What somebody said of something that is owed: that it is done, or that it will not be."""

    done: bool
    """Whether it is done; otherwise it is waived."""
    generation: int
    """In which it was said."""
    at: datetime
    by: PersonId
    words: str
    updates: int
    """How many updates had been written by then in that generation."""
    public_updates: int
    """How many of them had words for the public."""


@frozen
class Mark:
    """Where something stands in the order of the log, where no two things are equal, and when that was learned of."""

    place: int
    at: datetime


@define
class Progress:
    """The part of an incident's state that only planning reads."""

    in_force: dict[InstanceKey, InForce] = field(factory=dict[InstanceKey, InForce])
    latest: dict[ChainKey, ActionKey] = field(factory=dict[ChainKey, ActionKey])
    """The action that each chain has come to."""
    tried: dict[ActionKey, Tried] = field(factory=dict[ActionKey, Tried])
    armings: dict[PersonId, Arming] = field(factory=dict[PersonId, Arming])
    """Who was armed again: reached for anew, because an acknowledgement does not stand any more."""
    acknowledged: dict[PersonId, Mark] = field(factory=dict[PersonId, Mark])
    """The acknowledgements that stand."""
    acknowledgements: int = 0
    """How many were given, whether they stand or not."""
    let_go: int = 0
    """How often somebody declined who had it."""
    escalations: dict[str, tuple[Mark, ...]] = field(factory=dict[str, tuple[Mark, ...]])
    """When somebody brought in each level."""
    settled: dict[str, Settled] = field(factory=dict[str, Settled])
    """What is done or waived, by obligation, and be it that it was said in an earlier generation."""
    generation: int = 1
    lifted_place: int = 0
    """Where it stands in the order that a restriction was lifted last."""
    updates: int = 0
    """How many updates were written in this generation."""
    public_updates: int = 0
    """How many of them had words for the public while it was not restricted, be it that these were taken out later."""
    estimates: int = 0
    """How many of them said when it may be over."""
    raises: int = 0
    """How often the severity was raised."""
    raised_place: int = 0
    """Where the latest of that stands in the order."""
    places: int = 0
    """How many places there are so far."""
    lifted_hold_place: int = 0
    """Where it stands in the order that a hold on evidence was lifted last."""
    runs: Runs = field(factory=Runs)

    def copy(self) -> Progress:
        """A copy that can change without changing this one."""
        return Progress(
            self.in_force.copy(),
            self.latest.copy(),
            self.tried.copy(),
            self.armings.copy(),
            self.acknowledged.copy(),
            self.acknowledgements,
            self.let_go,
            self.escalations.copy(),
            self.settled.copy(),
            self.generation,
            self.lifted_place,
            self.updates,
            self.public_updates,
            self.estimates,
            self.raises,
            self.raised_place,
            self.places,
            self.lifted_hold_place,
            self.runs.copy(),
        )

    def became(self, event: Became) -> None:
        """An obligation came into force; a second time changes nothing."""
        key = (event.obligation, event.instance)
        self.places += 1
        self.in_force.setdefault(key, InForce(event.at, event.people, self.places))

    def acknowledge(self, person: PersonId, at: datetime) -> None:
        """A person has it."""
        self.places += 1
        self.acknowledgements += 1
        self.acknowledged[person] = Mark(self.places, at)

    def decline(self, person: PersonId) -> None:
        """A person will not come; if they had it, they do not any more."""
        if self.acknowledged.pop(person, None) is not None:
            self.let_go += 1

    def escalated(self, level: str, at: datetime) -> None:
        """Somebody brought in a level."""
        self.places += 1
        self.escalations[level] = (*self.escalations.get(level, ()), Mark(self.places, at))

    def settle(self, event: Fulfilled | Waived) -> None:
        """Something that is owed is done, or will not be."""
        done = isinstance(event, Fulfilled)
        words = event.note if isinstance(event, Fulfilled) else event.reason
        told = (self.updates, self.public_updates)
        self.settled[event.obligation] = Settled(done, self.generation, event.at, event.by, words, *told)

    def said(self, obligation: str, *, done: bool) -> bool:
        """Whether it was said of an obligation in this generation that it is done, or that it will not be.

        That it is done is said of what was there by then: of an update that came later it can be said once more.
        """
        settled = self.settled.get(obligation)
        if settled is None or settled.done is not done or settled.generation != self.generation:
            return False
        return not done or settled.updates == self.updates

    def lifted(self) -> None:
        """Everybody may know of it, by what was in force until then."""
        self.places += 1
        self.lifted_place = self.places

    def lifted_hold(self) -> None:
        """Evidence need not be kept any longer that was held by what was in force until then."""
        self.places += 1
        self.lifted_hold_place = self.places

    @property
    def held(self) -> bool:
        """Whether the playbook holds its evidence, and nobody has lifted that since."""
        said = self.in_force.get((EVIDENCE_HOLD, ONCE))
        return said is not None and said.place > self.lifted_hold_place

    @property
    def restricted(self) -> bool:
        """Whether the playbook restricted it, and nobody has lifted that since."""
        said = self.in_force.get((CONFIDENTIAL, ONCE))
        return said is not None and said.place > self.lifted_place

    def raised(self) -> None:
        """It is more severe than it was."""
        self.places += 1
        self.raises += 1
        self.raised_place = self.places

    def fell_due(self, event: FellDue) -> None:
        """Its time ran out, which no later event undoes."""
        key = (event.obligation, event.instance)
        if (instance := self.in_force.get(key)) is not None and instance.due_since is None:
            self.in_force[key] = evolve(instance, due_since=event.at)

    def join(self, event: Joined) -> None:
        """It is about more people; whoever it was about already stays where they are."""
        key = (event.obligation, event.instance)
        if (instance := self.in_force.get(key)) is not None:
            new = [person for person in event.people if person not in instance.people]
            joined = {**instance.joined, **dict.fromkeys(new, event.at)}
            self.in_force[key] = evolve(instance, people=(*instance.people, *new), joined=joined)

    def started(self, event: ActionStarted) -> None:
        """A try began."""
        key = event.action
        earlier = self.tried.get(key)
        if earlier is None:
            self.tried[key] = Tried(1, event.at, event.at, event.lease_until)
        else:
            tries, first = earlier.tries + 1, earlier.first
            self.tried[key] = Tried(tries, first, event.at, event.lease_until, earlier=earlier.reached)
        self.latest[key.obligation, key.instance, key.person] = key

    def ended(self, event: ActionEnded) -> None:
        """A try ended. An answer that comes after a definite one, or for what is finished, changes nothing."""
        tried = self.tried.get(event.action)
        if tried is None or tried.outcome in (Outcome.SUCCEEDED, Outcome.FAILED):
            return
        ending = (event.outcome, event.recorded_at, event.retry_at, event.found)
        start = (tried.tries, tried.first, tried.latest, tried.lease_until)
        self.tried[event.action] = Tried(*start, *ending, tried.earlier, event.readings, event.former, event.problem)

    def rearm(self, person: PersonId, at: datetime) -> None:
        """The person is to be reached for again."""
        earlier = self.armings.get(person)
        self.armings[person] = Arming(1 if earlier is None else earlier.count + 1, at)
        self.acknowledged.pop(person, None)

    def tries(self, obligation: str) -> int:
        """How often anything was tried for an obligation."""
        return sum(tried.tries for key, tried in self.tried.items() if key.obligation == obligation)

    def chains(self, obligations: Iterable[str], instance: str) -> int:
        """How many chains there are for these obligations, counted again whenever one began, or is needed, anew.

        It only grows within a generation: levels, people, armings, refusals and escalations come and never go.
        """
        reached = [self.in_force.get((obligation, instance)) for obligation in obligations]
        people = sum(1 + len(each.people) for each in reached if each is not None)
        armed = sum(each.count for each in self.armings.values())
        return people + armed + self.let_go + sum(map(len, self.escalations.values()))

    def begin_generation(self) -> None:
        """Forget what only mattered to an earlier generation."""
        self.acknowledged.clear()
        self.escalations.clear()
        self.armings = {person: Arming(each.count, None) for person, each in self.armings.items()}
        self.acknowledgements = self.let_go = self.raises = self.raised_place = 0
        self.updates = self.public_updates = self.estimates = 0
        self.generation += 1
        for instance in (*self.in_force,):
            if instance[1] != ONCE:
                del self.in_force[instance]
        for chain in (*self.latest,):
            if chain[1] != ONCE:
                del self.latest[chain]
        for action in (*self.tried,):
            if action.instance != ONCE:
                del self.tried[action]
