"""The sections of a document, found by what their headings mean, be these headings, bold labels or labelled bullets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from attrs import define, evolve, field

from incidentkit.inbound.impact import is_measured, is_part_of_impact
from incidentkit.inbound.markdown_tree import Block, Heading, Item, Items, Words
from incidentkit.inbound.meaning import Meaning, Place, meaning_of
from incidentkit.inbound.wording import Parts, apart, without, words_of_parts
from incidentkit.text.document import Strong

BELOW_ALL: Final = 7
"""The level of a label."""

_SHORT: Final = frozenset((None, Place.ABOUT, Place.PEOPLE, Place.MEASURES))
"""Where a label goes that is over with its own paragraph, if something is said in it."""


@define(eq=False, kw_only=True)
class Section:
    """A heading, or a label, and what stands under it."""

    line: int
    level: int
    heading: str
    """Empty for what stands before the first."""
    parts: Parts = ()
    meaning: Meaning | None = None
    is_label: bool = False
    is_continued: bool = False
    """Whether its heading stands before the section before it."""
    blocks: list[Block] = field(factory=list[Block])


def sections(blocks: Sequence[Block], title: Heading | None) -> list[Section]:
    """The sections, the first of which has what stands before all others; the title begins none."""
    found = _Finder()
    for block in blocks:
        if isinstance(block, Heading) and block is not title:
            found.heading(block)
        elif block is not title:
            found.block(block)
    return found.sections


class _Finder:
    """Goes once through the blocks of a document and finds where its sections begin."""

    def __init__(self) -> None:
        self._home = Section(line=1, level=0, heading="")
        self.sections = [self._home]

    def heading(self, block: Heading) -> None:
        """A heading begins a section, unless it is one of many in the section above it."""
        home, meaning = self._home, meaning_of(block.text)
        if home.heading and block.level > home.level and (meaning is None or _keeps(home, meaning)):
            if self.sections[-1].is_label:
                self._go_on()
            self.sections[-1].blocks.append(block)
            return
        self._home = Section(line=block.line, level=block.level, heading=block.text, parts=block.parts, meaning=meaning)
        self.sections.append(self._home)

    def block(self, block: Block) -> None:
        """Another block belongs to the latest section, unless it begins with a label."""
        home = self._home
        is_front = not home.heading
        match block:
            case Words() if home.meaning is None or home.meaning.place is not Place.TIMELINE:
                for words in _pieces(block, is_front=is_front):
                    self._words(words, is_front=is_front)
                return
            case Items(items=items) if home.meaning is None:
                labels = [[*_of_item(item, is_front=is_front)] for item in items]
                if any(labels):
                    self._labelled(block, labels)
                    return
            case _:
                pass
        self.sections[-1].blocks.append(block)

    def _words(self, block: Words, *, is_front: bool) -> None:
        label = _label(block.line, block.parts, is_front=is_front)
        if label is None:
            self.sections[-1].blocks.append(block)
            return
        self.sections.append(label)
        if label.blocks and (label.meaning.place if label.meaning else None) in _SHORT:
            self._go_on()

    def _labelled(self, block: Items, labels: Sequence[Sequence[Section]]) -> None:
        """A list of labelled items; the others stay a list."""
        others = tuple(item for item, label in zip(block.items, labels, strict=True) if not label)
        if others:
            self._go_on()
            self.sections[-1].blocks.append(evolve(block, items=others))
        self.sections += chain.from_iterable(labels)
        self._go_on()

    def _go_on(self) -> None:
        """What follows belongs to the section that the latest heading began."""
        self.sections.append(evolve(self._home, blocks=[], is_continued=True))


def _keeps(home: Section, meaning: Meaning) -> bool:
    """Whether a heading belongs to the section above it: few words that could be about anything."""
    return meaning.place is Place.ABOUT and home.meaning is not None


def _pieces(block: Words, *, is_front: bool) -> Iterator[Words]:
    """The paragraph, or one for each of its lines that begin with a label and a colon."""

    def begins(line: Parts) -> bool:
        split = _split(line)
        return bool(split and split[2] and _label(block.line, line, is_front=is_front))

    several = apart(block.parts, begins)
    if len(several) < 2:
        yield block
        return
    for below, parts in several:
        yield Words(block.line + below, words_of_parts(parts), parts)


def _of_item(item: Item, *, is_front: bool) -> Iterator[Section]:
    match item.blocks:
        case (Words() as words, *rest):
            labels = [_label(each.line, each.parts, is_front=is_front) for each in _pieces(words, is_front=is_front)]
            if labels[0]:
                found = [each for each in labels if each]
                found[-1].blocks += rest
                yield from found
        case _:
            pass


def _label(line: int, parts: Parts, *, is_front: bool) -> Section | None:
    """The section that a paragraph begins with a bold label; `None` if it does not."""
    split = _split(parts)
    if split is None:
        return None
    name, rest, has_colon = split
    meaning = meaning_of(name)
    if is_part_of_impact(name):
        return _labelled_section(line, name, parts, Meaning(Place.IMPACT), parts)
    if is_measured(name) and is_front:
        return _labelled_section(line, name, rest, Meaning(Place.MEASURES), parts)
    if meaning is None and not (is_front and has_colon):
        return None
    return _labelled_section(line, name, rest, meaning, parts)


def _labelled_section(line: int, name: str, rest: Parts, meaning: Meaning | None, parts: Parts) -> Section:
    label = Section(line=line, level=BELOW_ALL, heading=name, parts=parts, meaning=meaning, is_label=True)
    if words_of_parts(rest).strip():
        label.blocks.append(Words(line, words_of_parts(rest), rest))
    return label


def _split(parts: Parts) -> tuple[str, Parts, bool] | None:
    """A bold label, what stands behind it, and whether a colon parts them; `None` if there is no label."""
    count = 0
    while count < len(parts) and isinstance(parts[count].inline, Strong):
        count += 1
    name, rest = words_of_parts(parts[:count]).strip(), parts[count:]
    if not name or len(name) > 100:
        return None
    behind = words_of_parts(rest)
    if name.endswith(":"):
        return name[:-1].strip(), rest, True
    if behind.lstrip().startswith(":"):
        return name, without(rest, behind.index(":") + 1), True
    if not behind.strip():
        return name, (), False
    return None
