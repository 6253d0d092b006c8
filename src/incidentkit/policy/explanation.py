"""Explaining an escalation: who would be paged when and through what if nobody does anything, and why nobody else is.

What is found is computed by `outlook`, `obstacle` and `omission`; here it is put together, and told in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from attrs import frozen

from incidentkit.errors import CommandInvalid, FieldInvalid, UnknownRecipient, shown
from incidentkit.model.calendar import zone_of
from incidentkit.model.durations import duration_text
from incidentkit.model.identity import PersonId, moment
from incidentkit.model.incident import Incident
from incidentkit.model.severity import Severity
from incidentkit.model.vocabulary import FactSource
from incidentkit.policy.directory import Directory
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.obstacle import NotReached as NotReached
from incidentkit.policy.obstacle import Obstacle as Obstacle
from incidentkit.policy.obstacle import not_reached
from incidentkit.policy.omission import LeftOut as LeftOut
from incidentkit.policy.omission import Omissions
from incidentkit.policy.omission import Reason as Reason
from incidentkit.policy.omission import Skipped as Skipped
from incidentkit.policy.outlook import Asked as Asked
from incidentkit.policy.outlook import Outlook
from incidentkit.policy.outlook import Page as Page
from incidentkit.policy.outlook import Reached as Reached
from incidentkit.policy.planning import OpenQuestion, Owed
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import Recipient, RecipientKind
from incidentkit.policy.turn import PLANNER
from incidentkit.providers.pager import Purpose
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
    exhausted: bool = False
    """Whether that is still so at the end: it is active, nobody has it, and no level has anybody left to page."""
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
    """That of the playbook which the incident has, declared under it or moved to it; empty if its log names none."""

    @property
    def totals(self) -> Mapping[PersonId, int]:
        """How often each person is told something, whoever is first coming first."""
        return Counter(page.person for page in self.pages)

    def to_document(self, zone: str = "UTC") -> Document:
        """For people, with times on the clock of a zone and their offset, which UTC needs none of.

        Raises `CalendarInvalid` for no zone.
        """
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
    outlook = Outlook(incident, playbook, directory, start, end)
    omissions = Omissions(outlook)
    snoozed = incident.snoozed_until
    return Explanation(
        incident=incident.id,
        title=incident.title,
        severity=str(incident.severity),
        start=start,
        end=end,
        pages=tuple(outlook.pages()),
        asked=tuple(outlook.asked()),
        reached=tuple(outlook.reached()),
        not_reached=tuple(not_reached(outlook)),
        left_out=tuple(omissions.left_out()),
        skipped=tuple(omissions.skipped()),
        questions=outlook.planned.questions,
        snoozed_until=None if snoozed is None or snoozed <= start else snoozed,
        maintenance=tuple(outlook.maintenance()),
        exhausted_at=outlook.exhausted_at(),
        exhausted=outlook.exhausted(),
        escalates=playbook.escalation is not None,
        owed=outlook.planned.owed,
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


@frozen
class _Telling:
    """An explanation in words, on the clock of a zone."""

    told: Explanation
    clock: ZoneInfo
    zone: str

    def blocks(self) -> Iterator[Block]:
        """What holds for the whole time, then a table for each part that has anything to say, then what is left."""
        told = self.told
        yield Heading(f"{told.incident}: who is paged if nobody does anything", level=1)
        yield Paragraph(f"{told.severity}, {told.title}")
        span = duration_text(told.end - told.start)
        yield Paragraph(f"From {self._time(told.start)} for {span}, by the clock of {self.zone}")
        if told.asked_for is not None:
            asked = self._time(told.asked_for)
            yield Paragraph(f"That is later than was asked for, {asked}: the log goes up to there.")
        if told.declared_under not in ("", told.playbook):
            under = f"and not by {told.declared_under}, which the incident has"
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
        """A time on that clock, to the minute where no second is said; beside UTC an offset says which one it is."""
        clock = at.astimezone(self.clock)
        shown = clock.replace(tzinfo=None) if self.zone == "UTC" else clock
        return shown.isoformat(sep=" ", timespec="seconds" if at.second else "minutes")

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
            tense = "is" if told.exhausted else "was"
            yield f"At {self._time(told.exhausted_at)} {left}: paging {tense} exhausted."
        elif any(page.purpose is Purpose.PAGE for page in told.pages):
            yield "Paging is not exhausted in this time."
        elif told.pages:
            yield "Nobody is paged in this time."


def _titled(title: str, header: Row, rows: Iterator[Row]) -> Iterator[Block]:
    """A table under its title; nothing at all without rows."""
    if several := [*rows]:
        yield Heading(title)
        yield Table(header, several)
