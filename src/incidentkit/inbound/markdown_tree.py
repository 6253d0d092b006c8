"""Markdown as a small tree of headings, words, commands and lists.

The one module that imports ``markdown_it``, which the extra ``markdown`` brings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from attrs import frozen

from incidentkit.inbound.wording import BREAK, Part, Parts, is_readable, unescaped, without
from incidentkit.text.document import Code, Link, Strong, Text

try:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
except ModuleNotFoundError as error:
    if error.name != "markdown_it":
        raise
    problem = "Markdown is read by markdown-it-py: pip install 'incidentkit[markdown]'"
    raise ModuleNotFoundError(problem, name=error.name) from None

LONGEST_PARAGRAPH: Final = 4_000
"""Characters up to which links and emphasis are looked for in a paragraph: others are kept as they are written."""

MOST_BRACKETS: Final = 100
"""The same for brackets: the time to find out which of them are links grows with their square, and more."""

DEEPEST: Final = 60
"""How deep lists and quotes may stand in each other: a list takes two."""

_TASK: Final = re.compile(r"\[([ xX])\]\s+")

_BOX: Final = re.compile(r"\[[ xX]\]")
"""A box that is written as one, not with backslashes before its brackets."""


@frozen(kw_only=True)
class Heading:
    """A heading; level 1 is the highest."""

    line: int
    level: int
    text: str
    parts: Parts = ()
    """What it consists of, for whoever keeps more than its text."""


@frozen
class Words:
    """A paragraph, as lines of text: links with their addresses behind them."""

    line: int
    text: str
    parts: Parts = ()


@frozen
class Rows:
    """A table, its header first."""

    line: int
    rows: tuple[tuple[Words, ...], ...]

    @property
    def text(self) -> str:
        """Its rows as lines, with bars between the cells."""
        return "\n".join(" | ".join(cell.text for cell in row) for row in self.rows)


@frozen(kw_only=True)
class Commands:
    """A code block, to the letter."""

    line: int
    language: str
    code: str

    @property
    def text(self) -> str:
        """Its lines, each marked for itself: so they stay apart wherever a text is shown in one line."""
        lines = [literal(line.rstrip()) for line in self.code.split("\n") if line.strip()]
        return "\n".join([f"{self.language}:", *lines] if self.language else lines)


@frozen(kw_only=True)
class Item:
    """An item of a list, with everything that stands in it."""

    line: int
    number: int | None
    """Its number as a reader sees it; `None` for a bullet."""
    done: bool | None
    """Whether it is ticked off; `None` if it is no task."""
    blocks: tuple[Block, ...]


@frozen
class Items:
    """A list."""

    line: int
    items: tuple[Item, ...]


Block: TypeAlias = Heading | Words | Rows | Commands | Items
"""A part of a document. A quote is what stands in it."""


def literal(code: str) -> str:
    """A line of a machine between marks, as Markdown has them."""
    ticks = "`" * (max(map(len, re.findall("`+", code)), default=0) + 1)
    pad = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{ticks}{pad}{code}{pad}{ticks}"


def markdown_tree(text: str) -> tuple[Block, ...]:
    """The blocks of a CommonMark document with tables and task lists. HTML is text like any other."""
    blocks = _Parser("commonmark", {"html": False, "maxNesting": DEEPEST}).enable("table").disable("inline")
    definitions: dict[str, object] = {}
    return _Tree(iter(blocks.parse(text, definitions)), _LINES, definitions).blocks()


class _Parser(MarkdownIt):
    """Leaves addresses as they are written."""

    def normalizeLink(self, url: str) -> str:
        return url

    def normalizeLinkText(self, link: str) -> str:
        return link


_LINES: Final = _Parser("commonmark", {"html": False})
"""Reads single lines. It keeps nothing of them, so one does for all; to make one takes longer than most lines."""


class _Tree:
    """Goes once through the tokens of a document."""

    def __init__(self, tokens: Iterator[Token], lines: MarkdownIt, definitions: dict[str, object]) -> None:
        self._tokens = tokens
        self._lines = lines
        self._definitions = definitions
        self._line = 1

    def blocks(self, end: str = "") -> tuple[Block, ...]:
        """The blocks up to a token of that type."""
        found: list[Block] = []
        for token in self._tokens:
            self._line = token.map[0] + 1 if token.map else self._line
            match token.type:
                case kind if kind == end:
                    break
                case "heading_open":
                    line = self._line
                    said = self._until("heading_close")
                    found.append(Heading(line=line, level=int(token.tag[1:]), text=said.text, parts=said.parts))
                case "inline":
                    found.append(self._said(token))
                case "fence" | "code_block":
                    found.append(Commands(line=self._line, language=token.info.strip(), code=token.content))
                case "table_open":
                    found.append(Rows(self._line, tuple(self._rows())))
                case "bullet_list_open" | "ordered_list_open":
                    found.append(self._items(token))
                case _:  # the ends of paragraphs, and quotes around what they quote
                    pass
        return tuple(found)

    def _items(self, opened: Token) -> Items:
        line, items = self._line, list[Item]()
        numbered = opened.type == "ordered_list_open"
        first = int(opened.attrGet("start") or 0) if "start" in opened.attrs else 1
        for token in self._tokens:
            if token.type == opened.type.replace("open", "close"):
                break
            self._line = token.map[0] + 1 if token.map else self._line
            number = first + len(items) if numbered else None
            items.append(_item(self._line, number, self.blocks("list_item_close")))
        return Items(line, tuple(items))

    def _rows(self) -> Iterator[tuple[Words, ...]]:
        cells: list[Words] = []
        for token in self._tokens:
            if token.type == "table_close":
                return
            self._line = token.map[0] + 1 if token.map else self._line
            if token.type == "inline":
                cells.append(self._said(token))
            elif token.type == "tr_close":
                yield tuple(cells)
                cells = []

    def _until(self, end: str) -> Words:
        """The words up to a token of that type."""
        said = Words(self._line, "")
        for token in self._tokens:
            if token.type == end:
                break
            said = self._said(token)
        return said

    def _said(self, token: Token) -> Words:
        content = token.content
        is_long = len(content) > LONGEST_PARAGRAPH or content.count("[") > MOST_BRACKETS
        if is_long and not is_readable(content):
            return Words(self._line, content, (Part(Text(unescaped(content))),))
        children: list[Token] = []
        self._lines.inline.parse(content, self._lines, self._definitions, children)
        return Words(self._line, content if is_long else _spoken(children), tuple(_parts(children)))


def line_parts(text: str) -> Parts:
    """What a line of Markdown consists of."""
    if not is_readable(text):
        return (Part(Text(unescaped(text))),)
    children: list[Token] = []
    _LINES.inline.parse(text, _LINES, {}, children)
    return tuple(_parts(children))


def _parts(tokens: Sequence[Token]) -> Iterator[Part]:
    """The parts of a line; what stands in a link is one part, whatever stands in it."""
    strong = slanted = 0
    link: tuple[str, str] | None = None
    words = ""
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "em_open" | "em_close":
                slanted += token.nesting
            case "link_open":
                link, words = (str(token.attrGet("href") or ""), str(token.attrGet("title") or "")), ""
            case "link_close" if link:
                yield from _linked(words, *link, is_slanted=slanted > 0)
                link = None
            case "image" if link is None:
                address, title = str(token.attrGet("src") or ""), str(token.attrGet("title") or "")
                yield from _linked(token.content, address, title, is_slanted=slanted > 0)
            case "image":
                words += _addressed(token.content, token.attrGet("src"), token.attrGet("title"))
            case "softbreak" | "hardbreak" if link is None:
                yield BREAK
            case "softbreak" | "hardbreak":
                words += " "
            case _ if link is not None:
                words += token.content
            case "code_inline":
                yield Part(Code(token.content), slanted > 0)
            case _ if token.content:
                yield Part(Strong(token.content) if strong else Text(token.content), slanted > 0)
            case _:
                pass


def _linked(words: str, address: str, title: str, *, is_slanted: bool) -> Iterator[Part]:
    yield Part(Link(words or address, address) if address else Text(words), is_slanted)
    if title:
        yield Part(Text(f" ({title})"), is_slanted)


def _spoken(tokens: Sequence[Token]) -> str:
    """The words of a line: what is emphasised without its marks, code between its own, addresses after their words."""
    opened = list[tuple[Token, int]]()
    said = ""
    for token in tokens:
        match token.type:
            case "text" | "text_special" | "html_inline":
                said += token.content
            case "code_inline":
                said += literal(token.content)
            case "softbreak" | "hardbreak":
                said += "\n" if token.type == "hardbreak" else " "
            case "image":
                said += _addressed(token.content, token.attrGet("src"), token.attrGet("title"))
            case "link_open":
                opened.append((token, len(said)))
            case "link_close" if opened:
                link, start = opened.pop()
                said = said[:start] + _addressed(said[start:], link.attrGet("href"), link.attrGet("title"))
            case _:  # where emphasis begins and ends
                pass
    return said


def _addressed(words: str, address: object, title: object) -> str:
    about = ", ".join(str(each) for each in (address, title) if each and each != words)
    return f"{words} ({about})" if words and about else words or about


def _item(line: int, number: int | None, blocks: tuple[Block, ...]) -> Item:
    """An item, which is a task if its first words begin with a box."""
    match blocks:
        case (Words(line=at, text=text, parts=(Part(inline=first), *_) as parts), *rest) if (
            box := _TASK.match(text)
        ) and _BOX.match(first.text):
            ticked = box[1] in "xX"
            words = Words(at, text[box.end() :], without(parts, box.end()))
            return Item(line=line, number=number, done=ticked, blocks=(words, *rest))
        case _:
            return Item(line=line, number=number, done=None, blocks=blocks)
