"""What happened in a drill, and how it came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen

from incidentkit.drills.judgement import Judgement, judged
from incidentkit.drills.line import Line, offset
from incidentkit.drills.messages import Messages
from incidentkit.drills.telling import IN_VAIN
from incidentkit.memory import Delivery
from incidentkit.model.action import Outcome
from incidentkit.model.durations import duration_text
from incidentkit.model.events import ActionEnded
from incidentkit.model.incident import Incident
from incidentkit.model.timeline import Timeline
from incidentkit.policy.planning import OpenQuestion, Owed
from incidentkit.policy.standing import Blocker, Owings, Standing
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.text.document import Block, Bullets, Document, Heading, Paragraph, Table
from incidentkit.text.plain import to_plain


@frozen(kw_only=True)
class Setback:
    """Something that did not work, or of which nobody knew whether it did, and what became of it."""

    obligation: str
    person: str
    """Empty if it is for everybody."""
    tries: int
    """How often it did not work."""
    first: datetime
    last: datetime
    """The last time that it did not work."""
    done_at: datetime | None
    """When it was done after that; `None` if it never was."""


@frozen(kw_only=True)
class Story:
    """All that happened in a drill, and how it came out; printed, a text for people.

    The same drill tells the same story, to the last event of the incident.
    """

    lines: tuple[Line, ...] = field(repr=False)
    incident: Incident
    """As it was when the drill ended, with its whole log."""
    ended_at: datetime
    deliveries: tuple[Delivery, ...] = field(repr=False)
    """What reached people and when, in order. What was dropped on the way reached nobody and is not here."""
    messages: Messages = field(repr=False)
    """What could be read in the channels, on the status page and in the tickets."""
    owed: tuple[Owed, ...] = field(repr=False)
    """What was left to people when the drill ended."""
    questions: tuple[OpenQuestion, ...] = field(repr=False)
    """What nobody knew, and what it held up."""
    obligations: Owings = field(repr=False)
    """What people owed, and how it stood with it when the drill ended."""
    blockers: tuple[Blocker, ...] = field(repr=False)
    """What kept the incident open when the drill ended."""
    exhausted_at: datetime | None
    """When nobody was left to page though nobody had acknowledged; `None` if that never was so."""
    published_at: datetime | None
    """When the public could first read of it; `None` if it never could."""
    judgements: tuple[Judgement, ...] = field(default=(), repr=False)
    """What came of what was expected, in the order in which the drill expects it."""

    @property
    def pages(self) -> tuple[SendPage, ...]:
        """The pages that reached people, in order: come!"""
        return tuple(each.page for each in self.deliveries if each.page.purpose is Purpose.PAGE)

    @property
    def notices(self) -> tuple[SendPage, ...]:
        """What else reached people: reminders, what they need only know, and that they need not come any more."""
        return tuple(each.page for each in self.deliveries if each.page.purpose is not Purpose.PAGE)

    @property
    def exhausted(self) -> bool:
        """Whether every chain of pages came to its end with nobody having acknowledged."""
        return self.exhausted_at is not None

    @property
    def acknowledged(self) -> bool:
        """Whether anybody ever acknowledged."""
        return self.incident.metrics.time_to_acknowledge is not None

    @property
    def kept(self) -> bool:
        """Whether everything came about that was expected."""
        return all(each.held for each in self.judgements)

    @property
    def timeline(self) -> Timeline:
        """The log of the incident."""
        return self.incident.timeline

    @property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many pages reached each person by each method."""
        return Counter((str(page.person), page.method) for page in self.pages)

    @property
    def setbacks(self) -> tuple[Setback, ...]:
        """What did not work at once, in the order in which it first did not."""
        ended = [event for event in self.timeline if isinstance(event, ActionEnded)]
        failed: dict[tuple[str, str], list[ActionEnded]] = {}
        for event in ended:
            if event.outcome is not Outcome.SUCCEEDED:
                failed.setdefault((event.action.obligation, event.action.person), []).append(event)
        return tuple(_setback(key, tries, ended) for key, tries in failed.items())

    def to_document(self) -> Document:
        """How it came out: how long it took, whom it reached, what went wrong, what people owed, what is left.

        And last, what was expected, if anything was.
        """
        parts = (
            self._lengths(),
            self._pages(),
            self._notices(),
            self._setbacks(),
            self._standing(),
            self._left(),
            self._judgements(),
        )
        return Document([block for part in parts for block in part])

    def _lengths(self) -> Iterator[Block]:
        metrics = self.incident.metrics_at(self.ended_at)
        lengths = {
            "to acknowledge": metrics.time_to_acknowledge,
            "to mitigate": metrics.time_to_mitigate,
            "to resolve": metrics.time_to_resolve,
            "open": metrics.time_open,
        }
        yield Heading("How long it took")
        yield Table(("time", "length"), [(name, _length(length)) for name, length in lengths.items()])

    def _pages(self) -> Iterator[Block]:
        yield Heading("Pages")
        counts = self.counts
        yield _counted("person", counts) if counts else Paragraph("Nobody was paged.")

    def _notices(self) -> Iterator[Block]:
        if notices := self.notices:
            yield Heading("Told besides")
            yield _counted("person", Counter((str(each.person), str(each.purpose)) for each in notices))

    def _setbacks(self) -> Iterator[Block]:
        if setbacks := self.setbacks:
            yield Heading("Setbacks")
            rows = [
                (
                    each.obligation,
                    each.person,
                    str(each.tries),
                    self._offset(each.first),
                    self._offset(each.last),
                    "never" if each.done_at is None else self._offset(each.done_at),
                )
                for each in setbacks
            ]
            yield Table(("what", "for", "tries", "first", "last", "done"), rows)

    def _standing(self) -> Iterator[Block]:
        owed = [each for each in self.obligations if each.standing is not Standing.NOT_YET]
        if owed:
            yield Heading("What people owe")
            rows = [
                (each.words, each.what, ", ".join(each.people), self._offset(each.due_at), each.said) for each in owed
            ]
            yield Table(("standing", "what", "who", "due", "said"), rows)

    def _left(self) -> Iterator[Block]:
        yield Heading("Left to people")
        items = [*map(_owed, self.owed), *map(_question, self.questions)]
        yield Bullets(items) if items else Paragraph("Nothing.")
        if keep := [each.obligation for each in self.blockers if each.obligation]:
            yield Paragraph(f"It is not closed, because these are owed: {', '.join(keep)}.")
        if self.exhausted_at is not None:
            since = duration_text(self.exhausted_at - self.incident.declared_at)
            yield Paragraph(f"{IN_VAIN}, {since} after the declaration.")

    def _judgements(self) -> Iterator[Block]:
        if self.judgements:
            yield Heading("What was expected")
            yield judged(self.judgements)

    def _offset(self, at: datetime | None) -> str:
        return "" if at is None else offset(at - self.incident.declared_at)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.lines), "", to_plain(self.to_document())])


ALL: Final = "all"


def _counted(name: str, counts: Mapping[tuple[str, str], int]) -> Table:
    """A table of how often, by two things, each in the order in which it comes first; with sums."""
    columns = dict.fromkeys(column for _, column in counts)
    rows = [
        (row, [counts.get((row, column), 0) for column in columns]) for row in dict.fromkeys(row for row, _ in counts)
    ]
    rows.append((ALL, [sum(column) for column in zip(*(row for _, row in rows), strict=True)]))
    return Table((name, *columns, ALL), [(row, *map(str, cells), str(sum(cells))) for row, cells in rows])


def _setback(key: tuple[str, str], tries: list[ActionEnded], ended: Iterable[ActionEnded]) -> Setback:
    obligation, person = key
    later = (
        each.at
        for each in ended
        if each.outcome is Outcome.SUCCEEDED
        and (each.action.obligation, each.action.person) == key
        and each.at >= tries[0].at
    )
    return Setback(
        obligation=obligation,
        person=person,
        tries=len(tries),
        first=tries[0].at,
        last=tries[-1].at,
        done_at=next(later, None),
    )


def _length(length: timedelta | None) -> str:
    return "never" if length is None else duration_text(length)


def _owed(owed: Owed) -> str:
    people = ", ".join(owed.people) or "nobody was found"
    return f"{owed.obligation} ({people}){f': {owed.because}' if owed.because else ''}"


def _question(question: OpenQuestion) -> str:
    return f"{question.fact.question} Without an answer, this waits: {', '.join(question.holds_up)}"
