"""An incident as its playbook sees it at a moment: what is known, in force, and how far its chains have come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from attrs import evolve, frozen

from incidentkit.model.action import NOBODY, Outcome
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.model.progress import InForce, Mark, Settled
from incidentkit.model.runs import Run
from incidentkit.model.vocabulary import Facts
from incidentkit.policy.act import CLOSING
from incidentkit.policy.audience import Audience
from incidentkit.policy.chain import Chain, Chains, Question
from incidentkit.policy.course import Course
from incidentkit.policy.demand import demands
from incidentkit.policy.directory import Directory
from incidentkit.policy.follow_up import follow_ups
from incidentkit.policy.moment import next_change
from incidentkit.policy.obligation import Obligation, Recurrence
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.situation import (
    ACKNOWLEDGEMENTS,
    BROUGHT_ABOUT,
    OUTSTANDING,
    SAID_DONE,
    UNCERTAIN,
    WAIVED,
    situation,
)
from incidentkit.policy.stride import Stage, Stride

MAY_HAVE_WORKED: Final = frozenset({None, Outcome.SUCCEEDED, Outcome.UNKNOWN})
"""The outcomes of a try that may have done what it was for; `None` is that it is under way."""


NOT_KNOWN: Final = frozenset({None, Outcome.UNKNOWN})
"""The outcomes of a try of which nobody knows whether it did what it was for."""


@frozen(slots=False)
class View:
    """An incident as its playbook sees it at a moment."""

    incident: Incident
    playbook: Playbook
    directory: Directory
    now: datetime

    @cached_property
    def audience(self) -> Audience:
        """Who is meant."""
        return Audience(self.incident, self.playbook, self.directory)

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
    def courses(self) -> tuple[Course, ...]:
        """How far the runs have come, but for those whose runbook the playbook does not have any more."""
        known = (run for run in self.incident.runs.values() if run.runbook in self.playbook.shelf)
        return tuple(map(self._course, known))

    def _course(self, run: Run) -> Course:
        placed = self.playbook.shelf.placed(run.runbook, run.parameters, self.incident.id, run.severity)
        return Course(self.incident, run, placed, self.audience, self.present, self.now)

    @cached_property
    def strides(self) -> Mapping[str, tuple[Course, Stride]]:
        """The steps that are at their turn, by what they are called as obligations."""
        return {stride.id: (course, stride) for course in self.courses for stride in course.current}

    @cached_property
    def obligations(self) -> tuple[Obligation, ...]:
        """What the playbook wants, what the runs of its runbooks want now, and the action items."""
        demanded = (each for course in self.courses for each in demands(course))
        return (*self.playbook.obligations, *demanded, *follow_ups(self.incident, self.playbook))

    def is_for_tool(self, obligation: Obligation) -> bool:
        """Whether a tool brings it about; of what that waits for, another obligation tells."""
        found = self.strides.get(obligation.id)
        return found is not None and found[1].operation is not None

    def seen(self, obligation: Obligation, facts: Facts) -> Facts:
        """What is known, and in the run that an obligation is a step of."""
        found = self.strides.get(obligation.id)
        return facts if found is None else found[0].seen(facts)

    @cached_property
    def awake(self) -> tuple[tuple[Obligation, InForce | None], ...]:
        """The obligations that can ask for something, with the present instance of those that came into force."""
        in_force, active = self.incident.progress.in_force, self.incident.status in ACTIVE
        obligations = (each for each in self.obligations if active or each.outlives)
        return tuple((each, in_force.get((each.id, self.instances[each.id]))) for each in obligations)

    @cached_property
    def unmet(self) -> tuple[tuple[Obligation, InForce], ...]:
        """The obligations in force that ask for something now."""
        return tuple((obligation, instance) for obligation, instance, facts in self._in_force if facts is None)

    def resumptions(self) -> Iterator[datetime]:
        """When obligations in force that ask for nothing now will ask for something again, by time alone."""
        for obligation, _, facts in self._in_force:
            at = None if facts is None else next_change(obligation.until, facts)
            shift = self.directory.next_change(obligation.recipients, self.now) if obligation.relieves else None
            yield from filter(None, (at, shift))

    @cached_property
    def _in_force(self) -> tuple[tuple[Obligation, InForce, Facts | None], ...]:
        """The obligations in force, those that ask for nothing now with the facts that make it so."""
        in_force: list[tuple[Obligation, InForce, Facts | None]] = []
        for obligation, instance in self.awake:
            if instance is not None:
                facts = self.about(obligation, instance, self.present)
                asks = obligation.until.evaluate(facts) is not True and self._concerns_anybody(obligation, instance)
                in_force.append((obligation, instance, None if asks else facts))
        return tuple(in_force)

    def about(self, obligation: Obligation, instance: InForce, facts: Facts) -> Facts:
        """What is known, and of this instance in particular.

        Whom the directory does not know has nothing: a misspelt name must not stop the pages. Nor does anybody wait for
        those whom it does not know any more, as long as there is somebody else.
        """
        known, asked, has_it = self.directory.people, instance.people, self._has_it
        if obligation.acknowledgers:
            asked = self.audience.found(obligation.acknowledgers, instance.since)
        counted = self._counted(obligation, instance, asked, has_it)
        there = [person for person in asked if person in known] or asked
        outstanding = sum(person not in has_it for person in there) + self._unnamed(obligation, instance)
        outstanding = outstanding or int(not asked)  # where nobody is found, nobody has acknowledged
        own = {ACKNOWLEDGEMENTS.name: counted, OUTSTANDING.name: outstanding, **self._said(obligation)}
        return Facts(facts.vocabulary, {**facts.values, **own}, facts.possible, facts.started, facts.at)

    @cached_property
    def _has_it(self) -> Mapping[PersonId, Mark]:
        """Whose acknowledgements count of those whom the directory knows."""
        known = self.directory.people
        return {person: mark for person, mark in self.incident.progress.acknowledged.items() if person in known}

    def _counted(
        self, obligation: Obligation, instance: InForce, asked: Collection[PersonId], has_it: Mapping[PersonId, Mark]
    ) -> int:
        """How many acknowledgements count for it.

        Once it is brought in again, those from before do not answer that. But whoever has it cannot say so again, so
        they count together with the first one that is given after that.
        """
        begun, others = instance.place, not obligation.acknowledgers
        places = [mark.place for who, mark in has_it.items() if who in asked or (others and mark.place > begun)]
        again = max((mark.place for mark in obligation.calls(self.incident)), default=0)
        is_answered = again < begun or max(places, default=0) > again
        return len(places) if is_answered else 0

    def _said(self, obligation: Obligation) -> dict[str, Any]:
        """What people said of it, in this generation if it is one of that, and whether actions brought it about.

        That an update was told says nothing of the next one; that updates are waived does.
        """
        settled, progress = self.settled(obligation), self.incident.progress
        is_done = settled is not None and settled.done
        if settled is not None and obligation.recurrence is Recurrence.PER_UPDATE:
            is_done = is_done and settled.updates == progress.updates
        if settled is not None and obligation.recurrence is Recurrence.PER_PUBLIC_UPDATE:
            is_done = is_done and settled.public_updates == progress.public_updates
        is_waived = obligation.id in self.incident.waivers if settled is None else not settled.done
        return {
            SAID_DONE.name: is_done,
            WAIVED.name: is_waived,
            BROUGHT_ABOUT.name: any(map(self._is_done, obligation.done_by)),
            UNCERTAIN.name: not NOT_KNOWN.isdisjoint(self._outcomes.get(obligation.id, ())),
        }

    def settled(self, obligation: Obligation) -> Settled | None:
        """What people said of an obligation that is owed: in this generation, or whenever if it is owed once."""
        return self._settled(obligation.id, once=obligation.recurrence is Recurrence.ONCE)

    def _settled(self, obligation: str, *, once: bool) -> Settled | None:
        settled = self.incident.progress.settled.get(obligation)
        if settled is None or not ((once and settled.done) or settled.generation == self.incident.generation):
            return None
        return settled

    def _is_done(self, obligation: str) -> bool:
        """Whether one of its actions has succeeded, or people said that it is done."""
        return Outcome.SUCCEEDED in self._outcomes.get(obligation, ()) or self._is_said_to_be_done(obligation)

    def acted(self, obligations: Iterable[str]) -> bool:
        """Whether anything was done for one of these that may have worked, or may do so yet, be it by hand."""
        return any(
            not MAY_HAVE_WORKED.isdisjoint(self._outcomes.get(id, ())) or self._is_said_to_be_done(id)
            for id in obligations
        )

    def _is_said_to_be_done(self, obligation: str) -> bool:
        settled = self._settled(obligation, once=False)
        return settled is not None and settled.done

    @cached_property
    def _outcomes(self) -> Mapping[str, set[Outcome | None]]:
        """How the latest tries of actions came out, by their obligations; `None` for those that are under way."""
        outcomes: dict[str, set[Outcome | None]] = {}
        for key, tried in self.incident.progress.tried.items():
            outcomes.setdefault(key.obligation, set()).add(tried.outcome)
        return outcomes

    def _unnamed(self, obligation: Obligation, instance: InForce) -> int:
        """How many more there are to acknowledge, one at the least, as long as not everybody is known who is meant.

        That is so before the last on-call system has answered and whom it named has joined.
        """
        questions = self.questions(obligation, instance) if obligation.asked else ()
        return sum(len(self.named(each, instance)) or int(not each.answered) for each in questions)

    def questions(self, obligation: Obligation, instance: InForce) -> tuple[Question, ...]:
        """How far the questions to on-call systems have come."""
        return tuple(self._chains.questions(obligation, instance, self.instances[obligation.id]))

    def named(self, question: Question, instance: InForce) -> tuple[PersonId, ...]:
        """Whom a system named who can be reached and is not there yet."""
        return tuple(who for who in question.found if who in self.directory.people and who not in instance.people)

    def _concerns_anybody(self, obligation: Obligation, instance: InForce) -> bool:
        return not obligation.relieves or bool(self.concerned(obligation, instance))

    def concerned(self, obligation: Obligation, instance: InForce) -> tuple[PersonId, ...]:
        """Those of its people whom it still concerns: a hand-over, only who has it to hand over."""
        if not obligation.relieves:
            return instance.people
        relieved = self.audience.found(obligation.recipients, self.now)
        return tuple(person for person in instance.people if person in relieved)

    @cached_property
    def instances(self) -> Mapping[str, str]:
        """Which instance each obligation is at.

        What comes once for every set of chains begins anew when there are more of them, but not before what it began
        for the last set has come to its end: otherwise every new chain would put off those pages.
        """
        names = {each.id: each.instance(self.incident) for each in self.obligations}
        for obligation in self.playbook.obligations:
            latest = self._latest(obligation)
            if latest is not None and any(
                chain.over is None or chain.over > self.now for chain in self.latest_chains(obligation)
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

    def latest_chains(self, obligation: Obligation) -> tuple[Chain, ...]:
        """The chains of that instance."""
        latest = self._latest(obligation)
        if latest is None:
            return ()
        instance = self.incident.progress.in_force[obligation.id, latest]
        return tuple(self._chains.of(obligation, instance, latest, instance.people))

    @cached_property
    def chains(self) -> tuple[Chain, ...]:
        """The chains of everything that asks for something."""
        asking = [chain for obligation, instance in self.unmet for chain in self.chains_of(obligation, instance)]
        return tuple(self._closing_last([*self._chains.apart(asking, [*self._ended()])]))

    def _closing_last(self, chains: Sequence[Chain]) -> Iterator[Chain]:
        """The chains, of which none closes the channel before the last post is there, which would open it again."""
        posts = [chain.at for chain in chains if chain.key is not None and _posts_in_channel(chain)]
        later = self.now + timedelta.resolution
        for chain in chains:
            if posts and chain.key is not None and _closes_channel(chain):
                yield evolve(chain, at=max(chain.at, later, *posts))
            else:
                yield chain

    def _ended(self) -> Iterator[Chain]:
        """The chains that have ended of what asks for something and comes anew for the chains that there are now."""
        for obligation in self.playbook.obligations:
            latest = self._latest(obligation)
            if latest is not None and latest != self.instances[obligation.id]:
                instance = self.incident.progress.in_force[obligation.id, latest]
                if obligation.until.evaluate(self.about(obligation, instance, self.present)) is not True:
                    yield from self.latest_chains(obligation)

    def chains_of(self, obligation: Obligation, instance: InForce) -> Iterator[Chain]:
        """The chains of the present instance of an obligation, if that asks for something."""
        which, people = self.instances[obligation.id], self.concerned(obligation, instance)
        if self.is_for_tool(obligation):
            return _chain_of(obligation, self.strides[obligation.id][1])
        return self._chains.of(obligation, instance, which, people)

    @cached_property
    def _chains(self) -> Chains:
        return Chains(self.incident, self.directory, self.now)


def _chain_of(obligation: Obligation, stride: Stride) -> Iterator[Chain]:
    """What a tool is asked next for a step, if it waits for nobody."""
    if stride.stage is Stage.TRYING:
        yield Chain(obligation, PersonId(NOBODY), stride.key, stride.since if stride.at is None else stride.at)


def _posts_in_channel(chain: Chain) -> bool:
    return any(act.in_own_channel for act in chain.obligation.acts)


def _closes_channel(chain: Chain) -> bool:
    return any(act.kind in CLOSING for act in chain.obligation.acts)
