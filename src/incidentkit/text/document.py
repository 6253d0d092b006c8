"""The document tree: what a text for people consists of, whoever shows it.

Everything is a frozen value. Where a line is wanted, plain `str` will do; it stays text, whatever it contains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, TypeAlias
from unicodedata import category
from urllib.parse import quote

from attrs import field, frozen

from incidentkit.errors import FieldInvalid


@frozen
class Text:
    """Words, to be shown as they are."""

    text: str


@frozen
class Strong:
    """Words that matter."""

    text: str


@frozen
class Code:
    """Words of a machine: a command, an identifier."""

    text: str


@frozen
class Link:
    """Words that lead somewhere."""

    text: str
    url: str


Inline: TypeAlias = Text | Strong | Code | Link
"""A part of a line."""

Line: TypeAlias = tuple[Inline, ...]
"""Parts that follow one another."""

Words: TypeAlias = str | Inline | Iterable[Inline]
"""What a line can be made of."""


def line(words: Words) -> Line:
    """The line that these words make."""
    if isinstance(words, str):
        return (Text(words),)
    return (words,) if isinstance(words, Text | Strong | Code | Link) else tuple(words)


def _lines(items: Iterable[Words]) -> tuple[Line, ...]:
    return tuple(map(line, items))


def _rows(rows: Iterable[Iterable[Words]]) -> tuple[tuple[Line, ...], ...]:
    return tuple(map(_lines, rows))


def _tasks(tasks: Iterable[tuple[bool, Words]]) -> tuple[tuple[bool, Line], ...]:
    return tuple((done, line(words)) for done, words in tasks)


@frozen
class Heading:
    """A title; level 1 is the document's own."""

    line: Line = field(converter=line)
    level: int = 2


@frozen
class Paragraph:
    """One line of prose, however long."""

    line: Line = field(converter=line)


@frozen
class Bullets:
    """Items in no order."""

    items: tuple[Line, ...] = field(converter=_lines)


@frozen
class Steps:
    """Items in their order, counted from one."""

    items: tuple[Line, ...] = field(converter=_lines)


@frozen
class Checklist:
    """Items that are done or not."""

    tasks: tuple[tuple[bool, Line], ...] = field(converter=_tasks)


@frozen
class Table:
    """Rows under a header; a short row is filled up, a long one widens the table."""

    header: tuple[Line, ...] = field(converter=_lines)
    rows: tuple[tuple[Line, ...], ...] = field(converter=_rows)

    @property
    def grid(self) -> tuple[tuple[Line, ...], ...]:
        """The header and the rows, all of one width."""
        every = (self.header, *self.rows)
        width = max(map(len, every))
        return tuple((*row, *((),) * (width - len(row))) for row in every)


@frozen
class CodeBlock:
    """Lines of a machine, shown to the letter."""

    code: str
    language: str = ""


Block: TypeAlias = Heading | Paragraph | Bullets | Steps | Checklist | Table | CodeBlock
"""A part of a document."""


def _blocks(blocks: Iterable[Block]) -> tuple[Block, ...]:
    return tuple(blocks)


@frozen
class Document:
    """Blocks, from top to bottom."""

    blocks: tuple[Block, ...] = field(converter=_blocks)


def not_a_document(value: object) -> str:
    """The part of a sentence that says what was given in the place of a document, and what makes one of it."""
    way = next((f": give its {each}()" for each in ("to_document", "to_table") if hasattr(value, each)), "")
    of_table = ", in Document([...])" if way.endswith("to_table()") else ""
    return f"not of {type(value).__name__}{way}{of_table}"


def blocks_of(document: object) -> tuple[Block, ...]:
    """The blocks of a document, for its writers; `FieldInvalid` for something else, whatever its type promised."""
    if not isinstance(document, Document):
        raise FieldInvalid("document", f"text for people is written of a Document, {not_a_document(document)}")
    return document.blocks


def printable(text: str) -> str:
    """Text without what no target shows alike: a control character, also one that turns the direction, is a space.

    What joins letters or emoji, or keeps letters apart, stays between them: scripts are not read without it.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or (character in JOINERS and _joins(text, index)) else " "
        for index, character in enumerate(text)
    )


JOINERS: Final = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""What stands between letters of Persian or Sinhala, and between the parts of an emoji. It has no width."""


def _joins(text: str, index: int) -> bool:
    return 0 < index < len(text) - 1 and all(category(text[each]) in _JOINED for each in (index - 1, index + 1))


_JOINED: Final = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "So", "Sk"))
"""Letters, their marks, and emoji."""


def printable_lines(code: str) -> str:
    """Lines of a machine, each printable, with their tabs."""
    return "\n".join("\t".join(map(printable, row.split("\t"))) for row in code.splitlines())


def spaced(text: str) -> str:
    """Printable text with single spaces, also at its ends, because other parts of a line may stand there."""
    return re.sub(" +", " ", printable(text))


def flat(text: str) -> str:
    """Text in one line: printable, with single spaces between its words."""
    return spaced(text).strip()


def leads(url: str) -> bool:
    """Whether an address may be followed: one of the web, or of mail. All others are shown as words."""
    return bool(_LEADS.match(address(url)))


_LEADS: Final = re.compile(r"https?://[^/?#]|mailto:[^?]", re.IGNORECASE)

_OF_ADDRESSES: Final = ":/?#[]@!$&'()*+,;=%~-._"
"""Characters that an address may have beside letters and digits."""


def address(url: str) -> str:
    """An address that ends nowhere early: what an address may not have is written as its percent codes."""
    return quote(flat(url), safe=_OF_ADDRESSES)
