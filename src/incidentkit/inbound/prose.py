"""Blocks of Markdown as the document that they make; what a document cannot hold is flattened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from incidentkit.inbound import markdown_tree as tree
from incidentkit.inbound.markdown_tree import line_parts
from incidentkit.inbound.notes import Notes
from incidentkit.inbound.placeholder import is_placeholder
from incidentkit.inbound.warning import Unclear
from incidentkit.inbound.wording import Part, Parts, joined, words_of_parts
from incidentkit.model.identity import LONGEST_TEXT
from incidentkit.policy.account import words_in
from incidentkit.text.document import (
    Block,
    Bullets,
    Checklist,
    Code,
    CodeBlock,
    Document,
    Heading,
    Line,
    Link,
    Paragraph,
    Steps,
    Strong,
    Table,
    Text,
    printable_lines,
)
from incidentkit.text.markdown import markdown_line
from incidentkit.text.plain import plain_line


def line_of(parts: Iterable[Part]) -> Line:
    """The parts as one line, which Markdown can hold as it is: where marks would not be seen as such, they are left."""
    line = joined(part.inline for part in parts)
    if _holds(line):
        return line
    weaker = joined(Text(part.text) if isinstance(part, Strong) else part for part in line)
    return weaker if _holds(weaker) else joined(Text(_spoken(part)) for part in line)


def _holds(line: Line) -> bool:
    if all(isinstance(part, Text) for part in line):
        return True
    return joined(part.inline for part in line_parts(markdown_line(line))) == line


def _spoken(part: Text | Strong | Code | Link) -> str:
    return f"{part.text} ({part.url})" if isinstance(part, Link) and part.url != part.text else part.text


def shortened(line: Line, number: int, notes: Notes) -> Line:
    """The line, up to the length that a text may have; the rest is told."""
    said = words_in(line)
    if len(said) <= LONGEST_TEXT:
        return line
    notes.warn(Unclear.LONG, number, said[LONGEST_TEXT:])
    return joined([Text(said[:LONGEST_TEXT])])


def plain_of(parts: Iterable[Part], number: int, notes: Notes) -> str:
    """The parts as text, with addresses behind their words."""
    return short_text(plain_line(line_of(parts)), number, notes)


def short_text(words: str, number: int, notes: Notes) -> str:
    """The words in one line, up to the length that a text may have; the rest is told."""
    return words_in(shortened(joined([Text(words)]), number, notes))


def document_of(blocks: Sequence[tree.Block], notes: Notes, *, highest: int = 3) -> Document:
    """The document that these blocks make, its headings of that level at the highest, and without placeholders."""
    composer = Composer(notes, highest)
    composer.add(blocks)
    return composer.document


class Composer:
    """Writes a document block by block. Lists that would be one list in Markdown are one."""

    def __init__(self, notes: Notes, highest: int = 3) -> None:
        self._notes = notes
        self._highest = highest
        self._blocks: list[Block] = []

    @property
    def document(self) -> Document:
        """What has been written."""
        return Document(self._blocks)

    def add(self, blocks: Iterable[tree.Block]) -> None:
        """Write these blocks."""
        for block in blocks:
            match block:
                case tree.Heading(level=level, parts=parts):
                    if line := line_of(parts):
                        self._blocks.append(Heading(line, min(max(level, self._highest), 6)))
                case tree.Words(line=at, parts=parts):
                    if line := self._filled(at, parts):
                        self._push(Paragraph(line))
                case tree.Rows(rows=rows):
                    self._table(rows)
                case tree.Commands():
                    self._code(block)
                case tree.Items(items=items):
                    for item in items:
                        self._item(item)

    def heading(self, words: str) -> None:
        """Write a heading of the highest level."""
        if line := joined([Text(words)]):
            self._blocks.append(Heading(line, self._highest))

    def item(self, line: Line, *, done: bool | None = None, number: int | None = None) -> None:
        """Write an item of a list, if there is anything in it."""
        if line:
            self._push(_list_of(line, done, number))

    def push(self, blocks: Iterable[Block]) -> None:
        """Write blocks that are made already."""
        for block in blocks:
            self._push(block)

    def _filled(self, at: int, parts: Parts) -> Line:
        """The line; empty if it is a placeholder, which is told."""
        if is_placeholder(parts):
            self._notes.warn(Unclear.PLACEHOLDER, at, words_of_parts(parts))
            return ()
        return line_of(parts)

    def _push(self, block: Block) -> None:
        match self._blocks[-1:], block:
            case [Bullets(items=items)], Bullets(items=more):
                self._blocks[-1:] = [Bullets((*items, *more))]
            case [Steps(items=items)], Steps(items=more):
                self._blocks[-1:] = [Steps((*items, *more))]
            case [Checklist(tasks=tasks)], Checklist(tasks=more):
                self._blocks[-1:] = [Checklist((*tasks, *more))]
            case _:
                self._blocks.append(block)

    def _item(self, item: tree.Item) -> None:
        """An item: its first words are one, and what else stands in it comes after it."""
        match item.blocks:
            case (tree.Words() | tree.Heading() as first, *rest):
                line = self._filled(first.line, first.parts)
                self.item(line, done=item.done, number=item.number)
            case rest:
                pass
        for block in rest:
            if isinstance(block, tree.Words | tree.Heading):
                self.item(self._filled(block.line, block.parts), number=item.number)
            else:
                self.add([block])

    def _table(self, rows: Sequence[Sequence[tree.Words]]) -> None:
        header, *others = [[line_of(cell.parts) for cell in row] for row in rows]
        if any(cell for row in (header, *others) for cell in row):
            self._blocks.append(Table(header, others))

    def _code(self, block: tree.Commands) -> None:
        code = printable_lines(block.code).rstrip("\n")
        if code.strip():
            language = re.sub(r"[^A-Za-z0-9_+-]", "", block.language.split(" ")[0])
            self._blocks.append(CodeBlock(code, language))


def _list_of(line: Line, done: bool | None, number: int | None) -> Bullets | Steps | Checklist:
    if done is not None:
        return Checklist([(done, line)])
    return Bullets([line]) if number is None else Steps([line])
