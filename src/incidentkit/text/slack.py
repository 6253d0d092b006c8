"""Slack: Block Kit's rich text, whose text elements are shown literally, so that nothing people wrote calls anybody.

See Slack's reference of the rich text block. A message has 50 blocks and a header 150 characters at the most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias, assert_never

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
    leads,
    printable_lines,
    spaced,
)
from incidentkit.text.plain import plain_line, table_lines, to_plain

MOST_BLOCKS: Final = 50
"""Blocks that Slack takes in one message."""

LONGEST_TEXT: Final = 3_000
"""Characters up to which a text is shown in one piece here, the figure that Slack names for its text objects."""

Json: TypeAlias = dict[str, Any]
"""An object as JSON has it."""


def to_slack(document: Document) -> list[Json]:
    """The document as blocks of a message; what is over Slack's limits is cut, and ends in "...".

    Raises `FieldInvalid` for what is no document.
    """
    blocks = [_rich_text(element) for block in blocks_of(document) for element in _elements(block)]
    if len(blocks) > MOST_BLOCKS:
        blocks[MOST_BLOCKS - 1 :] = [_rich_text(_section((Text("..."),)))]
    return blocks


def slack_fallback(document: Document) -> str:
    """The text for notifications, beside the blocks; ``&``, ``<`` and ``>`` are escaped as Slack asks for."""
    return to_plain(document).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _rich_text(element: Json) -> Json:
    return {"type": "rich_text", "elements": [element]}


def _section(line: Line) -> Json:
    return {"type": "rich_text_section", "elements": [*_inlines(line)] or [{"type": "text", "text": " "}]}


def _list(style: str, items: Sequence[Line]) -> Iterator[Json]:
    """The list; nothing if there is nothing in it, since Slack refuses that."""
    if items:
        yield {"type": "rich_text_list", "style": style, "elements": [_section(item) for item in items]}


def _inlines(line: Line) -> Iterator[Json]:
    for part in line:
        text = _cut(spaced(part.text) if isinstance(part, Text) else flat(part.text))
        match part:
            case Link(url=url) if leads(url):
                yield {"type": "link", "url": address(url), "text": text or _cut(address(url))}
            case Link() if words := _cut(plain_line((part,))):
                yield {"type": "text", "text": words}
            case _ if not text:
                pass
            case Text() | Link():
                yield {"type": "text", "text": text}
            case Strong():
                yield {"type": "text", "text": text, "style": {"bold": True}}
            case Code():
                yield {"type": "text", "text": text, "style": {"code": True}}
            case _:
                assert_never(part)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 3]}..."


def _elements(block: Block) -> Iterator[Json]:
    match block:
        case Heading(line=line):
            yield _section(tuple(Strong(part.text) if isinstance(part, Text) else part for part in line))
        case Paragraph(line=line):
            yield _section(line)
        case Bullets(items=items):
            yield from _list("bullet", items)
        case Steps(items=items):
            yield from _list("ordered", items)
        case Checklist(tasks=tasks):
            yield from _list("bullet", [(Text("☑ " if done else "☐ "), *item) for done, item in tasks])
        case Table():
            if lines := [*table_lines(block)]:
                yield _preformatted("\n".join(lines))
        case CodeBlock(code=code):
            yield _preformatted(printable_lines(code))
        case _:
            assert_never(block)


def _preformatted(text: str) -> Json:
    return {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": _cut(text) or " "}]}
