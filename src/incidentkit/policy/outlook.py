"""The outlook of an incident: what comes of it, within some time, if nobody does anything and every page arrives.

It is computed from `preview` and `plan`, so it says what a desk would do and not what a policy looks like.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from attrs import frozen

from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.events import ActionEnded, ActionStarted, Became
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.model.progress import InForce
from incidentkit.model.vocabulary import AnyFact, Facts
from incidentkit.policy.action import Action
from incidentkit.policy.directory import Directory
from incidentkit.policy.escalation import EXHAUSTED
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.planning import Plan, Step, performed, plan, preview
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.situation import situation
from incidentkit.policy.view import View
from incidentkit.providers.pager import Purpose, SendPage


@frozen(kw_only=True)
class Page:
    """Somebody is told something: a page, or a notice, a reminder or a stand-down, as its purpose says."""

    at: datetime
    person: PersonId
    method: str
    obligation: str
    """What it is tried for, such as ``page/on-call engineer``."""
    purpose: Purpose
    because: str


@frozen(kw_only=True)
class Reached:
    """A level that has been reached at the end of the time, be it before its beginning."""

    level: str
    at: datetime
    people: tuple[PersonId, ...]
    """Who was found then, and who joined since; empty if nobody was found."""
    joined: tuple[tuple[PersonId, datetime], ...] = ()
    """Who of them joined since, because their shift began or an on-call system named them, and when."""
    because: str


@frozen(kw_only=True)
class Asked:
    """An on-call system that is asked whom a level is about, and what it answered."""

    at: datetime
    """When the question was first asked, or will be."""
    recipient: str
    """As the level names it, such as ``on-call payments``."""
    level: str
    answer: str
    """Whom it named, or why nobody; in words."""


@frozen(slots=False)
class Outlook:
    """An incident before and after some time in which nobody does anything."""

    before: Incident
    playbook: Playbook
    directory: Directory
    start: datetime
    end: datetime

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What a desk would do within the time."""
        return tuple(preview(self.before, self.playbook, self.directory, now=self.start, until=self.end))

    @cached_property
    def planned(self) -> Plan:
        """What a desk would do at the start, and what holds it up."""
        return plan(self.before, self.playbook, self.directory, now=self.start)

    @cached_property
    def after(self) -> Incident:
        """The incident with what was decided; what was tried changes nothing that is asked of it here."""
        return self.before.extended(decision for step in self.steps for decision in step.decisions)

    @cached_property
    def view(self) -> View:
        """What is in force at the end, and how far its chains have come by then."""
        incident = self.before
        for step in self.steps:
            done = [event for each in step.actions for event in performed(incident, each, step.at, Outcome.SUCCEEDED)]
            incident = incident.extended([*step.decisions, *done])
        return View(incident, self.playbook, self.directory, self.end)

    @cached_property
    def facts(self) -> Facts:
        """What is known at the end."""
        book = self.playbook
        return situation(self.after, book.situations, book.scheme, self.end, known=self.directory.people)

    @cached_property
    def held_up(self) -> Mapping[str, tuple[AnyFact, ...]]:
        """The facts that hold up each obligation at the end."""
        open_ = plan(self.after, self.playbook, self.directory, now=self.end).questions
        held = {obligation for question in open_ for obligation in question.holds_up}
        return {each: tuple(question.fact for question in open_ if each in question.holds_up) for each in held}

    @property
    def levels(self) -> Iterator[Obligation]:
        """The levels of the policy, in its order; none without an escalation."""
        return (each for each in self.playbook.obligations if each.level)

    def in_force(self, obligation: Obligation) -> InForce | None:
        """Its present instance at the end; the latest, of what comes once for every set of chains."""
        if obligation.after:
            return next(iter(self._instances(obligation)[::-1]), None)
        return self.after.progress.in_force.get((obligation.id, obligation.instance(self.after)))

    def _instances(self, obligation: Obligation) -> Sequence[InForce]:
        """All that came into force in this generation."""
        in_force, generation = self.after.progress.in_force.items(), str(self.after.generation)
        return [each for (id, which), each in in_force if id == obligation.id and which.split(".")[0] == generation]

    def with_chains(self) -> Iterator[tuple[Obligation, InForce]]:
        """What is in force at the end and is to reach somebody."""
        for obligation in self.playbook.obligations:
            instance = self.in_force(obligation)
            if instance is not None and obligation.chain:
                yield obligation, instance

    def pages(self) -> Iterator[Page]:
        """Everything that people are told, in its order."""
        for step in self.steps:
            for action in step.actions:
                if isinstance(action.request, SendPage):
                    yield _page(step.at, action, action.request)

    def asked(self) -> Iterator[Asked]:
        """What was asked for the present instances of levels goes before what will be; each question once."""
        log = self.before.timeline.events
        answers = {event.action: _answer(event) for event in log if isinstance(event, ActionEnded)}
        begun = [(event.at, event.action) for event in log if isinstance(event, ActionStarted)]
        coming = [(step.at, action.key) for step in self.steps for action in step.actions]
        first: dict[ActionKey, datetime] = {}
        for at, key in (*begun, *coming):
            first.setdefault(key, at)
        levels = {(each.id, each.instance(self.after)): each for each in self.levels}
        for key, at in first.items():
            level = levels.get((key.obligation, key.instance))
            if level is not None and key.person in level.asked:
                unanswered = "has not answered yet" if at < self.start else "what it will answer is taken to be nobody"
                answer = answers.get(key, unanswered)
                yield Asked(at=at, recipient=key.person, level=level.level, answer=answer)

    def reached(self) -> Iterator[Reached]:
        """The levels in force at the end, with whom they found and why."""
        why = {(each.obligation, each.instance): each.because for each in self.after.timeline if type(each) is Became}
        for level in self.levels:
            instance = self.in_force(level)
            if instance is not None:
                because = why.get((level.id, level.instance(self.after)), "")
                yield Reached(
                    level=level.level,
                    at=instance.since,
                    people=instance.people,
                    joined=tuple(instance.joined.items()),
                    because=because,
                )

    def maintenance(self) -> Iterator[Maintenance]:
        """The windows within the time in which pages of its severity are held, in their order."""
        severity = self.before.severity.key
        for each in sorted(self.directory.maintenance, key=lambda each: (each.starts, each.ends)):
            if severity in each.severities and each.starts <= self.end and self.start < each.ends:
                yield each

    def exhausted_at(self) -> datetime | None:
        """When every chain had come to its end in vain: the first time from the start on, else the last before it."""
        obligations = (each for each in self.playbook.obligations if each.id == EXHAUSTED)
        at = [instance.since for each in obligations for instance in self._instances(each)]
        return next((each for each in at if each >= self.start), at[-1] if at else None)

    def exhausted(self) -> bool:
        """Whether that is so at the end: it is active, nobody has it, and no level has anybody left to page."""
        levels = [chain for chain in self.view.chains if chain.obligation.level]
        if self.after.status not in ACTIVE or any(
            each.over is None or each.over > self.end or each.reached for each in levels
        ):
            return False
        exhausted = [(each, self.in_force(each)) for each in self.playbook.obligations if each.id == EXHAUSTED]
        return any(
            instance is not None and each.until.evaluate(self.view.about(each, instance, self.view.present)) is not True
            for each, instance in exhausted
        )


def _page(at: datetime, action: Action, request: SendPage) -> Page:
    return Page(
        at=at,
        person=request.person,
        method=request.method,
        obligation=action.key.obligation,
        purpose=request.purpose,
        because=request.reason,
    )


def _answer(event: ActionEnded) -> str:
    """What an on-call system answered, by what the log says."""
    if event.outcome is Outcome.SUCCEEDED:
        return f"named {', '.join(event.found)}" if event.found else "named nobody"
    return f"{event.outcome}: {event.problem}" if event.problem else str(event.outcome)
