"""What the steps of a document are: its numbered items, its tasks and its headings, in the order of reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import Final

from attrs import define, field, frozen

from incidentkit.inbound.markdown_tree import Block, Commands, Heading, Item, Items, Words
from incidentkit.inbound.warning import Oddity, ReadWarning

_NUMBERED: Final = re.compile(
    r"(?:step\s+(\d{1,3}(?:\.\d{1,3})*)\b[.):]?|(\d{1,3}(?:\.\d{1,3})*)[.):](?=\s|\Z)|(\d{1,3}(?:\.\d{1,3})+)(?=\s))"
    r"\s*[-\N{EN DASH}\N{EM DASH}]?\s*",
    re.IGNORECASE,
)
"""How a heading begins that is a step: ``Step 1``, ``Step 1: Isolate``, ``1. Isolate``, ``1.2 Isolate``."""

_SPOKEN: Final = re.compile(r"step\s+\d{1,3}(?:\.\d{1,3})*\s*(?:[.):\N{EN DASH}\N{EM DASH}-]|\Z)", re.IGNORECASE)
"""How a paragraph begins that is one too: ``Step 1: isolate``, but not ``Step 1 has failed before``."""

BELOW_ALL: Final = 7
"""The level of a paragraph that counts as a heading."""


class Search(Enum):
    """What counts as a step. A later one is for documents in which the ones before it find nothing."""

    NUMBERS = auto()
    """Numbered items, tasks, and headings."""
    BULLETS = auto()
    """Bullets too."""
    COMMANDS = auto()
    """All that there is, if there are commands among it."""


@define(eq=False)
class Draft:
    """A step as it is being written."""

    line: int
    number: str
    """Its number as a reader sees it, such as ``2.1``; empty if it has none."""
    parts: list[str] = field(factory=list[str])
    """Its words, in the order of reading."""
    title: str = field(default="", kw_only=True)
    """What it is called; its first words if that is empty."""
    before: list[Words] = field(factory=list[Words], kw_only=True)
    """The headings and words that stand between the step before and this one."""

    @property
    def text(self) -> str:
        """All its words."""
        return "\n".join((*(each.text for each in self.before), *self.parts))


@frozen(kw_only=True)
class Outline:
    """The steps of a document, and what stands before them."""

    title: str
    introduction: str
    drafts: tuple[Draft, ...]
    warnings: tuple[tuple[ReadWarning, Draft], ...]
    """Each with the step that it is about."""


@frozen
class _Section:
    heading: Heading | None
    blocks: tuple[Block, ...]
    has_parts: bool
    """Whether the next heading is one below this one."""


def outline(blocks: Sequence[Block]) -> Outline:
    """The outline of a document; it has no steps if nothing in the document looks like one."""
    found = _Writer(blocks, Search.NUMBERS).outline
    for search in (Search.BULLETS, Search.COMMANDS):
        if not found.drafts:
            found = _Writer(blocks, search).outline
    return found


class _Writer:
    """Goes once through the sections of a document and writes its steps."""

    def __init__(self, blocks: Sequence[Block], search: Search) -> None:
        self._search = search
        self._introduction: list[str] = []
        self._waiting: list[Words] = []
        self._drafts: list[Draft] = []
        self._warnings: list[tuple[ReadWarning, Draft]] = []
        self._step: tuple[int, Draft] | None = None
        self._told: Draft | None = None
        title = _title(blocks)
        for section in _sections(blocks):
            self._section(section, title)
        self.outline = Outline(
            title=title.text if title else "",
            introduction="\n".join(self._introduction),
            drafts=tuple(draft for draft in self._drafts if draft.text.strip()),
            warnings=tuple(self._warnings),
        )

    def _section(self, section: _Section, title: Heading | None) -> None:
        heading, blocks = section.heading, section.blocks
        if self._step and heading and heading.level <= self._step[0]:
            self._step = None
        if heading is None or heading is title:
            self._front(section)
        elif numbered := _NUMBERED.match(heading.text):
            number = numbered[1] or numbered[2] or numbered[3]
            called = heading.text[numbered.end() :] or heading.text
            draft = self._begin(Draft(heading.line, number, [heading.text], title=called))
            self._step = heading.level, draft
            self._write(blocks, draft, number)
        elif self._step:
            _, draft = self._step
            self._say(heading.text, heading.line, draft)
            self._write(blocks, draft, draft.number)
        elif any(map(self._has_steps, blocks)) or (section.has_parts and not blocks):
            self._waiting.append(Words(heading.line, heading.text))
            self._write(blocks, None, "")
        else:
            draft = self._begin(Draft(heading.line, "", [heading.text]))
            self._warn(Oddity.SECTION, heading.line, heading.text, draft)
            self._write(blocks, draft, "")

    def _front(self, section: _Section) -> None:
        """What stands under the title, or under no heading at all."""
        blocks = section.blocks
        if self._search is Search.COMMANDS and any(isinstance(each, Commands) for each in _within(blocks)):
            draft = self._begin(Draft(blocks[0].line, ""))
            self._write(blocks, draft, "")
            self._warn(Oddity.NO_LIST, draft.line, draft.text, draft)
            return
        for index, block in enumerate(blocks):
            if self._has_steps(block):
                self._write(blocks[index:], None, "")
                return
            self._introduction += _lines(block)

    def _write(self, blocks: Sequence[Block], home: Draft | None, number: str, mark: str = "") -> None:
        """Write blocks into the step in which they stand; ``mark`` comes before their first line."""
        for block in blocks:
            match block:
                case Items(items=items):
                    for item in items:
                        self._write_item(item, home, number, mark)
                case _:
                    self._say(_marked(block.text, mark), block.line, home)
            mark = " " * len(mark)

    def _write_item(self, item: Item, home: Draft | None, number: str, mark: str) -> None:
        if not self._is_step(item, nested=home is not None):
            self._write(item.blocks, home, number, f"{mark}- ")
            return
        position = "" if item.number is None else f"{item.number}"
        own = f"{number}.{position}" if number and position else number or position
        draft = self._begin(Draft(item.line, own if position else ""))
        if item.done:
            self._warn(Oddity.TICKED_OFF, item.line, _first_line(item), draft)
        if item.number is None and item.done is None:
            self._warn(Oddity.BULLETS, item.line, _first_line(item), draft)
        self._write(item.blocks, draft, own)

    def _begin(self, draft: Draft) -> Draft:
        draft.before, self._waiting = self._waiting, []
        self._drafts.append(draft)
        return draft

    def _say(self, text: str, line: int, home: Draft | None) -> None:
        """Add words to the step in which they stand, or to the latest one if there has been another since."""
        if self._waiting or not self._drafts:
            self._waiting.append(Words(line, text))
            return
        latest = self._drafts[-1]
        if latest is not home and latest is not self._told:
            self._told = latest
            self._warn(Oddity.OUTSIDE, line, text, latest)
        latest.parts.append(text)

    def _warn(self, code: Oddity, line: int, words: str, draft: Draft) -> None:
        self._warnings.append((ReadWarning(line=line, code=code, words=words), draft))

    def _is_step(self, item: Item, *, nested: bool) -> bool:
        is_bullet = self._search is Search.BULLETS and not nested
        return item.number is not None or item.done is not None or is_bullet

    def _has_steps(self, block: Block) -> bool:
        return any(isinstance(each, Item) and self._is_step(each, nested=False) for each in _within([block]))


def _title(blocks: Sequence[Block]) -> Heading | None:
    """The first heading, if it is no step, and all others are steps or stand below it."""
    headings = [each for each in blocks if isinstance(each, Heading)]
    if not headings or _NUMBERED.match(headings[0].text):
        return None
    first, *others = headings
    is_alone = all(each.level > first.level or _NUMBERED.match(each.text) for each in others)
    return first if is_alone else None


def _sections(blocks: Sequence[Block]) -> Iterator[_Section]:
    """The headings of a document, each with what stands directly under it; what stands before the first has none."""
    heading: Heading | None = None
    under: list[Block] = []
    for block in map(_as_heading, blocks):
        if isinstance(block, Heading):
            if heading or under:
                has_parts = heading is not None and block.level > heading.level
                yield _Section(heading, tuple(under), has_parts)
            heading, under = block, []
        else:
            under.append(block)
    if heading or under:
        yield _Section(heading, tuple(under), has_parts=False)


def _as_heading(block: Block) -> Block:
    """The block; a heading if it is a paragraph that begins a step."""
    if isinstance(block, Words) and _SPOKEN.match(block.text):
        return Heading(line=block.line, level=BELOW_ALL, text=block.text)
    return block


def _within(blocks: Sequence[Block]) -> Iterator[Block | Item]:
    """Everything in some blocks, however deep, in the order of reading."""
    for block in blocks:
        yield block
        if isinstance(block, Items):
            for item in block.items:
                yield item
                yield from _within(item.blocks)


def _lines(block: Block, mark: str = "") -> Iterator[str]:
    """The words of a block in which no steps stand."""
    if not isinstance(block, Items):
        yield _marked(block.text, mark)
        return
    for item in block.items:
        for index, inner in enumerate(item.blocks):
            yield from _lines(inner, " " * len(mark) + "  " if index else f"{mark}- ")


def _marked(text: str, mark: str) -> str:
    first, *others = text.split("\n")
    return "\n".join((f"{mark}{first}", *(" " * len(mark) + each for each in others)))


def _first_line(item: Item) -> str:
    return next((each.text for each in item.blocks if isinstance(each, Words)), "")
