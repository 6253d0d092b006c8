"""Markdown: CommonMark with the tables and task lists of GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, assert_never

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
    address,
    blocks_of,
    flat,
    printable,
    spaced,
)

_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>&|~$]")
"""Characters that may mean something wherever they stand."""

_OPENING: Final = re.compile(r"^(?:([-+=#:])|([0-9]{1,9})([.)]))")
"""What means something at the beginning of a line."""


def to_markdown(document: Document) -> str:
    """The document as Markdown, its blocks parted by empty lines; `FieldInvalid` for what is no document."""
    return "\n\n".join("\n".join(_block(block)) for block in blocks_of(document)) + "\n"


def markdown_line(line: Line) -> str:
    """A line as Markdown that means its words and nothing else, also at the beginning of a line."""
    return _OPENING.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", _inside(line))


def _inside(line: Line) -> str:
    return "".join(map(_inline, line)).strip()


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
            yield from code.splitlines()
            yield fence
        case _:
            assert_never(block)


def _table(table: Table) -> Iterator[str]:
    header, *rows = (f"| {' | '.join(map(_cell, row))} |" for row in table.grid)
    yield header
    yield f"|{'---|' * len(table.grid[0])}"
    yield from rows


def _cell(line: Line) -> str:
    """A line inside a table, where a bar ends the cell even within code, also behind a backslash."""
    parts = (_inline(part).replace("|", r"\|") if isinstance(part, Code) else _inline(part) for part in line)
    return re.sub(r"(?<!\\)\|", r"\\|", "".join(parts).strip())
