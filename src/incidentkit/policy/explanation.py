"""Explaining an escalation: who would be paged when and through what if nobody does anything, and why nobody else is.

Everything here is computed from `preview` and `plan`, so it says what a desk would do and not what a policy looks like.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from incidentkit.errors import CommandInvalid, FieldInvalid, UnknownRecipient, shown
from incidentkit.model import conditions
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.calendar import zone_of
from incidentkit.model.conditions import NEVER, Condition, Constant, Not, explained
from incidentkit.model.durations import duration_text
from incidentkit.model.events import ActionEnded, ActionStarted, Became
from incidentkit.model.identity import PersonId, moment
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.model.progress import InForce
from incidentkit.model.severity import Severity
from incidentkit.model.vocabulary import AnyFact, Facts, FactSource
from incidentkit.policy.action import Action
from incidentkit.policy.directory import Directory
from incidentkit.policy.escalation import EXHAUSTED, Level
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.planning import OpenQuestion, Owed, Step, plan, preview
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import Recipient, RecipientKind
from incidentkit.policy.situation import situation
from incidentkit.policy.turn import PLANNER
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.text.document import Block, Document, Heading, Paragraph, Table
from incidentkit.text.plain import to_plain

WITHIN: Final = timedelta(hours=4)
"""How far an explanation looks ahead unless it is told."""

FARTHEST: Final = timedelta(days=366)
"""How far it looks ahead at the most."""

Row: TypeAlias = tuple[str, ...]
"""The cells of a table."""

HYPOTHETICAL: Final = "HYPOTHETICAL"
"""The id of an incident that is only thought of."""


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


class Obstacle(StrEnum):
    """What keeps a level from being reached, at the end of the time."""

    OVER = "the incident is over"
    DOES_NOT_APPLY = "the policy does not apply"
    LATER = "not yet"
    FALSE = "its condition is false"
    UNKNOWN = "its condition is unknown"
    HELD = "it is held"
    STOPPED = "what stops it is true"
    NOBODY = "nobody is found, and it waits"


@frozen(kw_only=True)
class NotReached:
    """A level that is not reached within the time."""

    level: str
    obstacle: Obstacle
    because: str
    """What the obstacle rests on, such as a comparison and the value that it had; that of a clock is of the end."""
    questions: tuple[AnyFact, ...] = ()
    """The facts for want of which its condition has no answer."""
    at: datetime | None = None
    """From when on its condition is true by time alone; `None` if that is never, or not what keeps it."""

    def __str__(self) -> str:
        return f"{self.obstacle}: {self.because}" if self.because else str(self.obstacle)


class Reason(StrEnum):
    """Why a person whom something in force is about is told nothing within the time."""

    ACKNOWLEDGED = "has acknowledged"
    DECLINED = "has declined"
    NO_METHOD = "has no contact method of the chain"
    SNOOZED = "the incident is snoozed"
    FINISHED = "everything was tried already"
    MAINTENANCE = "pages are held by maintenance"
    STOPPED = "nobody on the level is paged any more, by what stops it"
    NOTHING_DUE = "was tried before, and nothing falls due"


@frozen(kw_only=True)
class LeftOut:
    """Somebody whom something in force is about, and who is not told for it within the time."""

    person: PersonId
    obligation: str
    reason: Reason


@frozen(kw_only=True)
class Skipped:
    """Contact methods of a chain that are skipped for a person, who has others of it."""

    person: PersonId
    methods: tuple[str, ...]


@frozen(kw_only=True)
class Unknown:
    """A recipient whom the directory does not know: it counts as nobody here, while no desk begins with one."""

    recipient: Recipient
    hint: str = ""
    """The sentence that offers the nearest name, if one is near."""


@frozen(kw_only=True)
class Explanation:
    """Who is paged for an incident that nobody touches, and who is not; printed, tables in UTC."""

    incident: str
    title: str
    severity: str
    start: datetime
    end: datetime
    pages: tuple[Page, ...]
    """In their order; exactly those of `preview` up to the end."""
    asked: tuple[Asked, ...] = ()
    """The systems that were asked for the levels in force, or will be; what they will answer is taken to be nobody."""
    reached: tuple[Reached, ...]
    """The levels in force at the end, in the order of the policy."""
    not_reached: tuple[NotReached, ...]
    """All the other levels."""
    left_out: tuple[LeftOut, ...]
    skipped: tuple[Skipped, ...]
    questions: tuple[OpenQuestion, ...]
    """What holds something up at the start."""
    snoozed_until: datetime | None
    """Until when nobody is paged, if that is later than the start."""
    maintenance: tuple[Maintenance, ...]
    """Windows within the time in which nobody is paged for this severity, in their order."""
    exhausted_at: datetime | None
    """When every chain had come to its end in vain: the first time from the start on, else the last before it."""
    escalates: bool = True
    """Whether the playbook has an escalation at all: without one nobody is paged."""
    owed: tuple[Owed, ...] = ()
    """What is left to people at the start, such as a hand-over: as in the plan."""
    unknown: tuple[Unknown, ...] = ()
    """The recipients of the playbook whom the directory does not know."""
    asked_for: datetime | None = None
    """The ``now`` that was asked for, if the log goes further, so that the start is the time of its latest event."""
    playbook: str = ""
    """The reference of the playbook by which all this is."""
    declared_under: str = ""
    """That of the playbook under which the incident was declared; empty if its log names none."""

    @property
    def totals(self) -> Mapping[PersonId, int]:
        """How often each person is told something, whoever is first coming first."""
        return Counter(page.person for page in self.pages)

    def to_document(self, zone: str = "UTC") -> Document:
        """For people, with times on the clock of a zone and their offset. Raises `CalendarInvalid` for no zone."""
        return Document(_Telling(self, zone_of(zone), zone).blocks())

    def __str__(self) -> str:
        return to_plain(self.to_document())


def explain(
    incident: Incident, playbook: Playbook, directory: Directory, *, now: datetime, within: timedelta = WITHIN
) -> Explanation:
    """Who is paged in the time to come if nobody does anything and every page arrives, and who is not, and why.

    A ``now`` before the latest event of the log is taken for the time of that event, which ``asked_for`` then tells. To
    explain an earlier moment, replay the events up to it. Nothing is changed. Raises `FieldInvalid` for a time that
    does not lie within a year ahead.
    """
    now = moment("now", now)
    start = max(now, incident.as_of)
    end = _end(start, within)
    steps = tuple(preview(incident, playbook, directory, now=start, until=end))
    look = _Look(incident, playbook, directory, start, end, steps)
    planned = plan(incident, playbook, directory, now=start)
    snoozed = incident.snoozed_until
    return Explanation(
        incident=incident.id,
        title=incident.title,
        severity=str(incident.severity),
        start=start,
        end=end,
        pages=tuple(look.pages()),
        asked=tuple(look.asked()),
        reached=tuple(look.reached()),
        not_reached=tuple(look.not_reached()),
        left_out=tuple(look.left_out()),
        skipped=tuple(look.skipped()),
        questions=planned.questions,
        snoozed_until=None if snoozed is None or snoozed <= start else snoozed,
        maintenance=tuple(look.maintenance()),
        exhausted_at=look.exhausted_at(),
        escalates=playbook.escalation is not None,
        owed=planned.owed,
        unknown=tuple(_unknown(playbook, directory)),
        asked_for=now if now < start else None,
        playbook=playbook.reference,
        declared_under=incident.playbook,
    )


def explain_hypothetical(
    playbook: Playbook,
    directory: Directory,
    *,
    at: datetime,
    severity: Severity[Any] | str | None = None,
    facts: FactSource | None = None,
    within: timedelta = WITHIN,
) -> Explanation:
    """As `explain`, for an incident that would be declared at a moment, with a severity or by what is known.

    A function beside `Playbook` and no method of it: planning imports playbooks. Raises `UnknownSeverity`, what
    `Playbook.triage` raises, and `CommandInvalid` for neither or both of severity and facts.
    """
    if (severity is None) == (facts is None):
        raise CommandInvalid("how severe is it? give severity, or facts to be triaged, and not both")
    incident = Incident.declare(
        HYPOTHETICAL,
        title="an incident that is only thought of",
        at=at,
        by=PLANNER,
        severity=playbook.scheme[severity] if isinstance(severity, str) else severity,
        triage=None if facts is None else playbook.triage(facts, at=at),
        playbook=playbook,
    )
    return explain(incident, playbook, directory, now=at, within=within)


def _end(start: datetime, within: timedelta) -> datetime:
    if type(within) is not timedelta:
        raise FieldInvalid("within", f"a timedelta is expected, not {shown(within)}")
    if not timedelta() <= within <= FARTHEST:
        raise FieldInvalid("within", f"one looks ahead by no time or more, {FARTHEST.days} days at the most")
    try:
        return start + within
    except OverflowError:
        raise FieldInvalid("within", "that is beyond the end of the calendar") from None


def _unknown(playbook: Playbook, directory: Directory) -> Iterator[Unknown]:
    named = (each for each in playbook.recipients if each.kind is not RecipientKind.RELIEVED)  # by their schedule
    for recipient in named:
        try:
            directory.check((recipient,))
        except UnknownRecipient as error:
            yield Unknown(recipient=recipient, hint=error.hint)


def _page(at: datetime, action: Action, request: SendPage) -> Page:
    return Page(
        at=at,
        person=request.person,
        method=request.method,
        obligation=action.key.obligation,
        purpose=request.purpose,
        because=request.reason,
    )


@frozen(slots=False)
class _Look:
    """An incident before and after some time in which nobody does anything."""

    before: Incident
    playbook: Playbook
    directory: Directory
    start: datetime
    end: datetime
    steps: tuple[Step, ...]

    @cached_property
    def after(self) -> Incident:
        """The incident with what was decided; what was tried changes nothing that is asked of it here."""
        return self.before.extended(decision for step in self.steps for decision in step.decisions)

    @cached_property
    def facts(self) -> Facts:
        """What is known at the end."""
        book = self.playbook
        return situation(self.after, book.situations, book.scheme, self.end, known=self.directory.people)

    @cached_property
    def unknown(self) -> Mapping[str, tuple[AnyFact, ...]]:
        """The facts that hold up each obligation at the end."""
        open_ = plan(self.after, self.playbook, self.directory, now=self.end).questions
        held = {obligation for question in open_ for obligation in question.holds_up}
        return {each: tuple(question.fact for question in open_ if each in question.holds_up) for each in held}

    def pages(self) -> Iterator[Page]:
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

    @property
    def levels(self) -> Iterator[Obligation]:
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

    def reached(self) -> Iterator[Reached]:
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

    def not_reached(self) -> Iterator[NotReached]:
        return (self._obstacle(level) for level in self.levels if self.in_force(level) is None)

    def _obstacle(self, level: Obligation) -> NotReached:
        """What keeps a level from being reached: what the planner looks at, in its order."""
        facts, name = self.facts, level.level
        if self.after.status not in ACTIVE:
            return NotReached(level=name, obstacle=Obstacle.OVER, because=f"its status is {self.after.status}")
        called = bool(self.after.progress.escalations.get(name))
        if not called and level.applies.evaluate(facts) is False:
            return NotReached(level=name, obstacle=Obstacle.DOES_NOT_APPLY, because=_because(level.applies, facts))
        answer = True if called else level.when.evaluate(facts)
        if answer is False:
            return self._false(level)
        if level.until.evaluate(facts) is True:
            return NotReached(level=name, obstacle=Obstacle.STOPPED, because=_because(level.until, facts))
        if not called and level.held.evaluate(facts) is True:
            return NotReached(level=name, obstacle=Obstacle.HELD, because=_because(level.held, facts))
        if answer is None:
            return self._unknown(level)
        recipients = ", ".join(map(str, (*level.recipients, *level.fallback)))
        return NotReached(level=name, obstacle=Obstacle.NOBODY, because=recipients)

    def _false(self, level: Obligation) -> NotReached:
        at, because = level.when.first_true(self.facts), self._why_not(level)
        obstacle = Obstacle.FALSE if at is None else Obstacle.LATER
        return NotReached(level=level.level, obstacle=obstacle, because=because, at=at)

    def _unknown(self, level: Obligation) -> NotReached:
        return NotReached(
            level=level.level,
            obstacle=Obstacle.UNKNOWN,
            because=self._why_not(level),
            questions=self.unknown.get(level.id, ()),
            at=level.when.first_true(self.facts),
        )

    def _why_not(self, level: Obligation) -> str:
        """What a condition that is not true rests on; of levels that would bring it along, what is not said before."""
        answer, said = level.when.evaluate(self.facts), dict[str, None]()
        parts: list[str] = []
        for each in self._bringing(level.level):
            if each.when.evaluate(self.facts) is answer:
                new = [ground for ground in _grounds(each.when, self.facts) if ground not in said]
                said.update(dict.fromkeys(new))
                by = "" if each.name == level.level else f"by {each.name!r}, which brings it along: "
                parts += [by + "; ".join(new)] if new else []
        return "; ".join(parts)

    def _bringing(self, level: str) -> Iterator[Level]:
        """The level itself, and those after it that bring it along."""
        escalation = self.playbook.escalation
        assert escalation is not None
        levels = iter(escalation.levels)
        own = next(each for each in levels if each.name == level)
        yield own
        if escalation.cumulative:
            yield from (each for each in levels if each.when != NEVER)

    def left_out(self) -> Iterator[LeftOut]:
        told = {(action.key.obligation, action.key.person) for step in self.steps for action in step.actions}
        for obligation, instance in self._with_chains():
            for person in instance.people:
                if (obligation.id, person) not in told:
                    reason = self._reason(obligation, person)
                    if reason is not None:
                        yield LeftOut(person=person, obligation=obligation.id, reason=reason)

    def _with_chains(self) -> Iterator[tuple[Obligation, InForce]]:
        """What is in force at the end and is to reach somebody."""
        for obligation in self.playbook.obligations:
            instance = self.in_force(obligation)
            if instance is not None and obligation.chain:
                yield obligation, instance

    def _reason(self, obligation: Obligation, person: PersonId) -> Reason | None:
        """Why somebody is told nothing; `None` for what need not tell anybody, such as a clock that is not overdue."""
        incident = self.after
        if obligation.personal and person in incident.acknowledged:
            return Reason.ACKNOWLEDGED
        if obligation.personal and person in incident.declined:
            return Reason.DECLINED
        if all(self.directory.contact(person, attempt.method) is None for attempt in obligation.chain):
            return Reason.NO_METHOD
        if not obligation.personal or incident.status not in ACTIVE:
            return None
        if incident.snoozed_until is not None and incident.snoozed_until > self.end:
            return Reason.SNOOZED
        if (obligation.id, person) in self._finished:
            return Reason.FINISHED
        if (obligation.id, person) in self._told_but_for_maintenance:
            return Reason.MAINTENANCE
        chain = (obligation.id, obligation.instance(incident), person)
        # Who was never tried would be tried at once, unless the level asks for nothing. Of others that cannot be told.
        tried_before = chain in incident.progress.latest or person in incident.progress.armings
        return Reason.NOTHING_DUE if tried_before else Reason.STOPPED

    def maintenance(self) -> Iterator[Maintenance]:
        severity = self.before.severity.key
        for each in sorted(self.directory.maintenance, key=lambda each: (each.starts, each.ends)):
            if severity in each.severities and each.starts <= self.end and self.start < each.ends:
                yield each

    @cached_property
    def _told_but_for_maintenance(self) -> set[tuple[str, str]]:
        """Who would be told something within the time, and for what, if no window held it."""
        if not any(self.maintenance()):
            return set()
        directory = evolve(self.directory, maintenance=())
        steps = preview(self.before, self.playbook, directory, now=self.start, until=self.end)
        return {(action.key.obligation, action.key.person) for step in steps for action in step.actions}

    @cached_property
    def _finished(self) -> set[tuple[str, PersonId]]:
        """For whom nothing was left to try at the start."""
        owed = plan(self.before, self.playbook, self.directory, now=self.start).owed
        return {(each.obligation, person) for each in owed for person in each.people}

    def skipped(self) -> Iterator[Skipped]:
        lacking: dict[PersonId, dict[str, None]] = {}
        for obligation, instance in self._with_chains():
            methods = dict.fromkeys(attempt.method for attempt in obligation.chain)
            for person in instance.people:
                missing = [each for each in methods if self.directory.contact(person, each) is None]
                if len(missing) < len(methods):
                    lacking.setdefault(person, {}).update(dict.fromkeys(missing))
        return (Skipped(person=person, methods=tuple(missing)) for person, missing in lacking.items() if missing)

    def exhausted_at(self) -> datetime | None:
        obligations = (each for each in self.playbook.obligations if each.id == EXHAUSTED)
        at = [instance.since for each in obligations for instance in self._instances(each)]
        return next((each for each in at if each >= self.start), at[-1] if at else None)


def _answer(event: ActionEnded) -> str:
    """What an on-call system answered, by what the log says."""
    if event.outcome is Outcome.SUCCEEDED:
        return f"named {', '.join(event.found)}" if event.found else "named nobody"
    return f"{event.outcome}: {event.problem}" if event.problem else str(event.outcome)


def _because(condition: Condition, facts: Facts) -> str:
    return "; ".join(_grounds(condition, facts))


def _grounds(condition: Condition, facts: Facts) -> tuple[str, ...]:
    """The comparisons that give a condition its answer, each with what it rests on."""
    return tuple(dict.fromkeys(map(_said, _decisive(explained(condition, facts)))))


def _decisive(explanation: conditions.Explanation) -> Iterator[conditions.Explanation]:
    """The leaves for which it has its answer."""
    if not explanation.parts:
        yield explanation
    for part in explanation.parts:
        if part.answer is explanation.answer or isinstance(explanation.condition, Not):
            yield from _decisive(part)


def _said(leaf: conditions.Explanation) -> str:
    if isinstance(leaf.condition, Constant):
        return "it always is" if leaf.answer else "it never is"
    word = {True: "true", False: "false", None: "unknown"}[leaf.answer]
    then = " at the end of this time" if any(fact.tag == "clock" for fact in leaf.condition.mentioned) else ""
    return f"{leaf.condition} is {word}{f' ({leaf.because}{then})' if leaf.because else ''}"


@frozen
class _Telling:
    """An explanation in words, on the clock of a zone."""

    told: Explanation
    clock: ZoneInfo
    zone: str

    def blocks(self) -> Iterator[Block]:
        told = self.told
        yield Heading(f"{told.incident}: who is paged if nobody does anything", level=1)
        yield Paragraph(f"{told.severity}, {told.title}")
        span = duration_text(told.end - told.start)
        yield Paragraph(f"From {self._time(told.start)} for {span}, by the clock of {self.zone}")
        if told.asked_for is not None:
            asked = self._time(told.asked_for)
            yield Paragraph(f"That is later than was asked for, {asked}: the log goes up to there.")
        if told.declared_under not in ("", told.playbook):
            under = f"and not by {told.declared_under}, under which it was declared"
            yield Paragraph(f"By the playbook {told.playbook}, {under}")
        if told.snoozed_until is not None:
            yield Paragraph(f"Snoozed: nobody is paged before {self._time(told.snoozed_until)}")
        for each in told.maintenance:
            span = f"from {self._time(each.starts)} until {self._time(each.ends)}"
            yield Paragraph(f"Maintenance: nobody is paged {span}, by {each.by}: {each.reason}")
        yield from _titled("Levels that are reached", ("since", "level", "people", "why"), self._reached())
        yield from _titled("Levels that are not reached", ("level", "why not"), self._not_reached())
        yield from _titled("Who is on call is asked", ("when", "whom", "for", "answer"), self._asked())
        yield from _titled("Pages", ("when", "who", "through", "for", "why"), self._pages())
        yield from _titled("In all", ("who", "times", "from", "until", "through"), self._totals())
        yield from _titled("Not told", ("who", "for", "why not"), self._left_out())
        yield from _titled("Methods that are skipped", ("who", "has no"), self._skipped())
        yield from _titled("Recipients that are unknown", ("who", "why"), self._unknown())
        yield from _titled("Left to people", ("who", "what", "since", "due", "why"), self._owed())
        yield from _titled("Open questions", ("question", "holds up"), self._questions())
        yield from map(Paragraph, self._end())

    def _time(self, at: datetime) -> str:
        return at.astimezone(self.clock).isoformat(sep=" ", timespec="seconds")

    def _reached(self) -> Iterator[Row]:
        for each in self.told.reached:
            joined = {person: f"{person} (from {self._time(at)})" for person, at in each.joined}
            people = ", ".join(joined.get(person, person) for person in each.people)
            yield self._time(each.at), each.level, people or "nobody was found", each.because

    def _not_reached(self) -> Iterator[Row]:
        for each in self.told.not_reached:
            asked = " ".join(fact.question for fact in each.questions)
            why = f"{each.obstacle}: {asked}" if asked else str(each)
            yield each.level, why if each.at is None else f"{why}; by time alone it is true from {self._time(each.at)}"

    def _asked(self) -> Iterator[Row]:
        return ((self._time(each.at), each.recipient, each.level, each.answer) for each in self.told.asked)

    def _pages(self) -> Iterator[Row]:
        for each in self.told.pages:
            what = each.obligation if each.purpose is Purpose.PAGE else f"{each.obligation} ({each.purpose})"
            yield self._time(each.at), each.person, each.method, what, each.because

    def _totals(self) -> Iterator[Row]:
        for person, count in self.told.totals.items():
            mine = [page for page in self.told.pages if page.person == person]
            methods = ", ".join(dict.fromkeys(page.method for page in mine))
            yield person, str(count), self._time(mine[0].at), self._time(mine[-1].at), methods

    def _left_out(self) -> Iterator[Row]:
        return ((each.person, each.obligation, str(each.reason)) for each in self.told.left_out)

    def _skipped(self) -> Iterator[Row]:
        return ((each.person, ", ".join(each.methods)) for each in self.told.skipped)

    def _unknown(self) -> Iterator[Row]:
        words = "the directory does not know it."
        return ((str(each.recipient), f"{words} {each.hint}".rstrip()) for each in self.told.unknown)

    def _owed(self) -> Iterator[Row]:
        for each in self.told.owed:
            due = "" if each.due_at is None else self._time(each.due_at)
            people = ", ".join(each.people) or "nobody was found"
            yield people, each.obligation, self._time(each.since), due, each.because

    def _questions(self) -> Iterator[Row]:
        return ((each.fact.question, ", ".join(each.holds_up)) for each in self.told.questions)

    def _end(self) -> Iterator[str]:
        """What is left at the end; nothing of it is said that the explanation does not hold."""
        told = self.told
        if not told.pages:
            yield "Nobody is told anything in this time."
        if not told.escalates:
            yield "The playbook has no escalation, so it pages nobody."
        elif told.exhausted_at is not None:
            left = "nobody was left to page, and nobody had acknowledged"
            yield f"At {self._time(told.exhausted_at)} {left}: paging is exhausted."
        elif told.pages:
            yield "Paging is not exhausted in this time."


def _titled(title: str, header: Row, rows: Iterator[Row]) -> Iterator[Block]:
    """A table under its title; nothing at all without rows."""
    if several := [*rows]:
        yield Heading(title)
        yield Table(header, several)
