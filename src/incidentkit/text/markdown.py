"""Markdown: CommonMark with the tables and task lists of GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from string import punctuation
from typing import Final, assert_never
from unicodedata import category

from incidentkit.text.document import (
    Block,
    Bullets,
    Checklist,
    Code,
    CodeBlock,
    Document,
    Heading,
    Inline,
    Line,
    Link,
    Paragraph,
    Steps,
    Strong,
    Table,
    Text,
    address,
    blocks_of,
    flat,
    printable,
    printable_lines,
    spaced,
)

_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>&|~$]")
"""Characters that may mean something wherever they stand."""

_OPENING: Final = re.compile(r"^(?:([-+=#:])|([0-9]{1,9})([.)]))")
"""What means something at the beginning of a line."""


def to_markdown(document: Document) -> str:
    """The document as Markdown, its blocks parted by empty lines; `FieldInvalid` for what is no document."""
    blocks = ([*_block(block)] for block in blocks_of(document))
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def markdown_line(line: Line) -> str:
    """A line as Markdown that means its words and nothing else, also at the beginning of a line."""
    return _OPENING.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", _inside(line))


def _inside(line: Line) -> str:
    return "".join(_pieces(line)).strip()


def _pieces(line: Line) -> Iterator[str]:
    """The parts of a line one by one. Strong words whose marks would not be seen as such are only words."""
    parts = [*_together(line)]
    written = [_inline(part) for part in parts]
    for before, part, words, behind in zip(("", *written), parts, written, (*written[1:], ""), strict=False):
        is_bare = isinstance(part, Strong) and not (_is_seen(before[-1:], words[2]) and _is_seen(behind[:1], words[-3]))
        yield words[2:-2] if is_bare else words


def _is_seen(outside: str, inside: str) -> bool:
    """Whether a mark is one between these: beside punctuation only if a space, punctuation or nothing is outside."""
    is_parted = not outside or outside.isspace() or outside in punctuation or category(outside)[0] == "P"
    return is_parted or category(inside)[0] not in "PS"


def _together(line: Line) -> Iterator[Inline]:
    """The parts in which anything stands, neighbours of one kind as one: their marks would run into each other."""
    for kind, several in groupby(filter(_inline, line), type):
        if kind is Link:
            yield from several
        else:
            yield kind("".join(part.text for part in several))


def escaped(text: str) -> str:
    """Text in which nothing is Markdown any more."""
    return _SPECIAL.sub(r"\\\g<0>", printable(text))


def _inline(part: Text | Strong | Code | Link) -> str:
    match part:
        case Text(text=text):
            return escaped(spaced(text))
        case Strong(text=text):
            words = escaped(flat(text))
            return f"**{words}**" if words else ""
        case Code(text=text):
            return _code(flat(text))
        case Link(text=text, url=url):
            return f"[{escaped(flat(text)) or 'link'}](<{_ENTITY.sub('&amp;', address(url))}>)"
        case _:
            assert_never(part)


_ENTITY: Final = re.compile(r"&(?=#?\w+;)")
"""What would begin the name of another character, in an address too."""


def _code(code: str) -> str:
    """A code span, fenced by more backticks than it has in a row."""
    if not code:
        return ""
    fence = "`" * (1 + max(map(len, re.findall("`+", code)), default=0))
    space = " " if code[0] == "`" or code[-1] == "`" else ""
    return f"{fence}{space}{code}{space}{fence}"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(line=line, level=level):
            words = re.sub(r"(^|\s)(#+)$", r"\1\\\2", _inside(line))  # a row of # at the end would only close it
            yield f"{'#' * min(max(level, 1), 6)} {words}".rstrip()
        case Paragraph(line=line):
            yield markdown_line(line)
        case Bullets(items=items):
            yield from (f"- {markdown_line(item)}" for item in items)
        case Steps(items=items):
            yield from (f"{number}. {markdown_line(item)}" for number, item in enumerate(items, start=1))
        case Checklist(tasks=tasks):
            yield from (f"- [{'x' if done else ' '}] {markdown_line(item)}" for done, item in tasks)
        case Table():
            yield from _table(block)
        case CodeBlock(code=code, language=language):
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
            yield f"{fence}{re.sub(r'[^A-Za-z0-9_+-]', '', language)}"
            yield from printable_lines(code).splitlines()
            yield fence
        case _:
            assert_never(block)


def _table(table: Table) -> Iterator[str]:
    if not table.grid[0]:
        return
    header, *rows = (f"| {' | '.join(map(_cell, row))} |" for row in table.grid)
    yield header
    yield f"|{'---|' * len(table.grid[0])}"
    yield from rows


def _cell(line: Line) -> str:
    """A line inside a table, where a bar ends the cell even within code, also behind a backslash."""
    parts = [*_together(line)]
    pieces = zip(parts, _pieces(line), strict=True)
    words = (piece.replace("|", r"\|") if isinstance(part, Code) else piece for part, piece in pieces)
    return re.sub(r"(?<!\\)\|", r"\\|", "".join(words).strip())
