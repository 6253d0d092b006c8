"""Plain text: for terminals, mail and logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never
from unicodedata import east_asian_width

from incidentkit.text.document import (
    JOINERS,
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
    blocks_of,
    flat,
    printable,
)

EASILY_READ: Final = 100
"""Characters up to which a line is read at a glance, in most terminals and mails."""


def to_plain(document: Document, *, width: int | None = None) -> str:
    """The document as text, its blocks parted by empty lines. Control characters are gone, also those of terminals.

    ``width`` is for tables, in characters: one whose lines would be longer is written row by row, the name of each
    column before its cell. Raises `FieldInvalid` for what is no document.
    """
    blocks = ([*_block(block, width)] for block in blocks_of(document))
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def plain_line(line: Line) -> str:
    """A line as text; a link shows its address behind its words."""
    return flat("".join(_inline(part) for part in line))


def _inline(part: Text | Strong | Code | Link) -> str:
    match part:
        case Link(text=text, url=url):
            return f"{text} ({url})" if text != url else url
        case Text(text=text) | Strong(text=text) | Code(text=text):
            return text
        case _:
            assert_never(part)


def _block(block: Block, widest: int | None) -> Iterator[str]:
    match block:
        case Heading(line=line, level=level):
            title = plain_line(line)
            yield title
            yield ("=" if level == 1 else "-") * _width(title)
        case Paragraph(line=line):
            yield plain_line(line)
        case Bullets(items=items):
            yield from (f"- {plain_line(item)}" for item in items)
        case Steps(items=items):
            yield from (f"{number}. {plain_line(item)}" for number, item in enumerate(items, start=1))
        case Checklist(tasks=tasks):
            yield from (f"[{'x' if done else ' '}] {plain_line(item)}" for done, item in tasks)
        case Table():
            lines = [*table_lines(block)]
            fits = widest is None or not block.rows or all(_width(each) <= widest for each in lines)
            yield from lines if fits else _row_by_row(block)
        case CodeBlock(code=code):
            yield from (f"    {printable(row)}" for row in code.splitlines())
        case _:
            assert_never(block)


def table_lines(table: Table) -> Iterator[str]:
    """A table with its columns under one another, the header underlined."""
    if not table.grid[0]:
        return
    cells = [[plain_line(cell) for cell in row] for row in table.grid]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    header, *rows = (_padded(row, widths) for row in cells)
    yield header
    yield "  ".join("-" * width for width in widths)
    yield from rows


def _row_by_row(table: Table) -> Iterator[str]:
    """A line for each cell that says something, behind the name of its column, and an empty line between two rows."""
    names, *rows = [[plain_line(cell) for cell in row] for row in table.grid]
    widths = [max(map(_width, names))]
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield from (_padded([name, cell], widths) for name, cell in zip(names, row, strict=True) if cell)


def _padded(row: list[str], widths: list[int]) -> str:
    """The cells under one another; the last is not filled up, since a long one would fill all rows."""
    filled = (cell + " " * (width - _width(cell)) for cell, width in zip(row[:-1], widths, strict=False))
    return "  ".join((*filled, row[-1])).rstrip()


def _width(text: str) -> int:
    """Columns on a terminal, where characters of East Asia take two."""
    return sum(2 if east_asian_width(character) in "WF" else character not in JOINERS for character in text)
