"""The parts of which a post-mortem consists: its impact, its timeline, its measures, its action items."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from attrs import field, frozen
from attrs.validators import instance_of, optional

from incidentkit.errors import FieldInvalid, expect, shown
from incidentkit.model.identity import checked_text, checked_title, moment
from incidentkit.text.document import Block, Document, Line, Paragraph, Words, flat, line

Prose = str | Document | Iterable[Block]
"""What a section can be made of: text, whose empty lines part its paragraphs, or blocks."""


def prose(words: Prose) -> Document:
    """The document that these words make."""
    if isinstance(words, Document):
        return words
    if not isinstance(words, str):
        wrong = partial(FieldInvalid, "prose")
        return Document(expect(Iterable, words, wrong, "a section is text or a list of blocks"))
    return Document(Paragraph(each) for each in map(flat, words.split("\n\n")) if each)


NOTHING: Final = prose("")
"""A section in which nothing is written."""


def words_in(words: Line) -> str:
    """The words of a line, without how they are shown."""
    return "".join(part.text for part in words)


def _to_the_second(at: datetime | None) -> datetime | None:
    """A time as people write it, in UTC."""
    return None if at is None else moment("at", at).replace(microsecond=0)


def _said(words: Words) -> Line:
    said = line(flat(words) if isinstance(words, str) else words)
    checked_title("words", words_in(said))
    return said


def _text(text: str) -> str:
    return flat(checked_text("text", text))


def names(several: Iterable[str]) -> tuple[str, ...]:
    """Names as a list; a single text is none."""
    if isinstance(several, str):
        raise FieldInvalid("names", f"a list of names, not the text {shown(several)}")
    return tuple(flat(checked_title("a name", name)) for name in several)


@frozen(kw_only=True)
class Impact:
    """What it did to users (playbook, section 6)."""

    users: str = field(default="", converter=_text)
    """How many users felt it, as a number or a percentage."""
    started_at: datetime | None = field(default=None, converter=_to_the_second)
    ended_at: datetime | None = field(default=None, converter=_to_the_second)
    lasted: str = field(default="", converter=_text)
    """How long it lasted, in words, where nobody knows from when to when."""
    services: tuple[str, ...] = field(default=(), converter=names)
    data_loss: str = field(default="", converter=_text)
    """Whether data were lost, and which."""
    details: Document = field(default=NOTHING, converter=prose)
    """What else there is to say."""

    def __attrs_post_init__(self) -> None:
        if self.started_at and self.ended_at and self.ended_at < self.started_at:
            raise FieldInvalid("ended_at", f"it ended at {self.ended_at}, before it began at {self.started_at}")
        if self.lasted and (self.started_at or self.ended_at):
            raise FieldInvalid("lasted", "it is said from when to when it lasted: leave out how long")


@frozen(kw_only=True)
class Entry:
    """Something that happened, on the timeline."""

    what: Line = field(converter=_said)
    at: datetime | None = field(default=None, converter=_to_the_second)
    """When, in UTC and to the second; `None` if that cannot be told."""
    when: str = field(default="", converter=_text)
    """When, in words, where it cannot be told exactly; otherwise empty."""
    details: Document = field(default=NOTHING, converter=prose)
    """What else there is to say of it."""

    def __attrs_post_init__(self) -> None:
        if self.at is not None and self.when:
            raise FieldInvalid("when", f"the time is known, {self.at}: leave out the words {shown(self.when)}")


@frozen(kw_only=True)
class Measure:
    """How long something took."""

    what: str = field(converter=_text)
    """Such as "Time to resolve", or "Time in SEV-1"."""
    took: timedelta | None = field(default=None, validator=optional(instance_of(timedelta)))
    """`None` if that cannot be told."""
    words: str = field(default="", converter=_text)
    """What is said of it where the length cannot be told; otherwise empty."""
    target: str = field(default="", converter=_text)
    """How long it may have taken, such as "15min"; empty if nothing was promised."""
    missed: bool = field(default=False, validator=instance_of(bool))
    """Whether it took longer than that."""

    def __attrs_post_init__(self) -> None:
        checked_title("what is measured", self.what)
        if self.took is not None and (self.words or self.took < timedelta()):
            raise FieldInvalid("took", f"a length that is not negative, without words, not {self.took} {self.words}")


def _is_day(item: object, attribute: object, value: date | None) -> None:
    if isinstance(value, datetime) or not isinstance(value, date | None):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise FieldInvalid("due", f"a date, not {shown(value)}")


@frozen(kw_only=True)
class ActionItem:
    """Something to do, so that it does not happen again or does less harm."""

    what: Line = field(converter=_said)
    owner: str = field(default="", converter=_text)
    """Who does it; empty if nobody was named."""
    due: date | None = field(default=None, validator=_is_day)
    done: bool = field(default=False, validator=instance_of(bool))
    group: str = field(default="", converter=_text)
    """The heading under which it stands among the action items; empty if under none."""

    def __attrs_post_init__(self) -> None:
        if " - " in f" {self.owner} ":
            raise FieldInvalid(
                "owner", f"{shown(self.owner)} has ' - ', which parts it from the date: write it otherwise"
            )


@frozen
class Section:
    """What a document says under a heading that is not one of the playbook's."""

    heading: str = field(converter=_text)
    body: Document = field(default=NOTHING, converter=prose)
