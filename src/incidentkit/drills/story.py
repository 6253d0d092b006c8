"""What happened in a drill: line by line while it does, and how it came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from incidentkit.model.durations import duration_text
from incidentkit.model.incident import Incident
from incidentkit.model.timeline import Timeline
from incidentkit.policy.planning import OpenQuestion, Owed
from incidentkit.providers.pager import SendPage
from incidentkit.text.document import Block, Bullets, Document, Heading, Paragraph, Table, flat
from incidentkit.text.plain import to_plain


class Kind(StrEnum):
    """What a line of a story is about."""

    SAID = "said"
    """Somebody declared it, acknowledged, declined, or did something about it."""
    WANTED = "wanted"
    """Something that the playbook wants came into force."""
    OVERDUE = "overdue"
    """The time for something ran out."""
    PAGED = "paged"
    """A page was sent."""
    TOLD = "told"
    """Somebody was reminded of something, or told what they need not come for."""
    DONE = "done"
    """A channel was opened, a message posted, the public told, or a ticket opened."""
    TROUBLE = "trouble"
    """A page was not sent or cannot be, or nobody knows whether it was; or nobody could be asked who is on call."""
    EXHAUSTED = "exhausted"
    """Nobody is left to page, and nobody has acknowledged."""


@frozen(kw_only=True)
class Line:
    """Something that happened: when, to whom or by whom, what, and why."""

    kind: Kind
    at: datetime
    after: timedelta
    """Since the drill began."""
    who: str
    """A person or several; empty if it is about nobody."""
    what: str
    why: str = ""

    @property
    def offset(self) -> str:
        """The time since the drill began, as ``+00:05`` in hours and minutes."""
        minutes = self.after // timedelta(minutes=1)
        return f"+{minutes // 60:02}:{minutes % 60:02}"

    def __str__(self) -> str:
        """All of it in one line of text: what people wrote must not look like lines of the story."""
        said = f"{': '.join(filter(None, (self.who, self.what)))}{f' ({self.why})' if self.why else ''}"
        return f"{self.offset}  {flat(said)}"


@frozen(kw_only=True)
class Story:
    """All that happened in a drill, and how it came out; printed, a text for people.

    The same drill tells the same story, to the last event of the incident.
    """

    lines: tuple[Line, ...] = field(repr=False)
    incident: Incident
    """As it was when the drill ended, with its whole log."""
    ended_at: datetime
    pages: tuple[SendPage, ...] = field(repr=False)
    """What reached people, in order. A page that was dropped on the way reached nobody and is not here."""
    owed: tuple[Owed, ...] = field(repr=False)
    """What was left to people when the drill ended."""
    questions: tuple[OpenQuestion, ...] = field(repr=False)
    """What nobody knew, and what it held up."""
    exhausted_at: datetime | None
    """When nobody was left to page though nobody had acknowledged; `None` if that never was so."""

    @property
    def exhausted(self) -> bool:
        """Whether every chain of pages came to its end with nobody having acknowledged."""
        return self.exhausted_at is not None

    @property
    def acknowledged(self) -> bool:
        """Whether anybody ever acknowledged."""
        return self.incident.metrics.time_to_acknowledge is not None

    @property
    def timeline(self) -> Timeline:
        """The log of the incident."""
        return self.incident.timeline

    @property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many pages reached each person by each method."""
        return Counter((str(page.person), page.method) for page in self.pages)

    def to_document(self) -> Document:
        """How it came out: how long everything took, how many pages there were, and what is left to people."""
        return Document([*self._lengths(), *self._pages(), *self._left()])

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
        if not self.pages:
            yield Paragraph("Nobody was paged.")
            return
        methods = dict.fromkeys(page.method for page in self.pages)
        people = dict.fromkeys(str(page.person) for page in self.pages)
        counts = self.counts
        rows = [(who, [counts.get((who, method), 0) for method in methods]) for who in people]
        rows.append(("all", [sum(column) for column in zip(*(row for _, row in rows), strict=True)]))
        yield Table(("person", *methods, "all"), [(who, *map(str, row), str(sum(row))) for who, row in rows])

    def _left(self) -> Iterator[Block]:
        yield Heading("Left to people")
        items = [*map(_owed, self.owed), *map(_question, self.questions)]
        yield Bullets(items) if items else Paragraph("Nothing.")
        if self.exhausted_at is not None:
            since = duration_text(self.exhausted_at - self.incident.declared_at)
            yield Paragraph(f"{IN_VAIN}, {since} after the declaration.")

    def __str__(self) -> str:
        return "\n".join([*map(str, self.lines), "", to_plain(self.to_document())])


IN_VAIN: Final = "Paging was exhausted: nobody was left to page, and nobody had acknowledged"
"""How the line and the document say that an escalation came to its end."""


def _length(length: timedelta | None) -> str:
    return "never" if length is None else duration_text(length)


def _owed(owed: Owed) -> str:
    people = ", ".join(owed.people) or "nobody was found"
    return f"{owed.obligation} ({people}){f': {owed.because}' if owed.because else ''}"


def _question(question: OpenQuestion) -> str:
    return f"{question.fact.question} Without an answer, this waits: {', '.join(question.holds_up)}"
