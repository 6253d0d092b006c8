"""A post-mortem as it is being read: each section goes to its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import evolve

from incidentkit.inbound.action_item import ActionItems
from incidentkit.inbound.bounds import Bounds
from incidentkit.inbound.clock import Clock
from incidentkit.inbound.impact import Damage, Measures, is_measured, is_named
from incidentkit.inbound.length import length_of
from incidentkit.inbound.markdown_tree import Block, Heading, Items, Rows, Words
from incidentkit.inbound.meaning import Place
from incidentkit.inbound.notes import Notes
from incidentkit.inbound.placeholder import is_placeholder
from incidentkit.inbound.prose import Composer, document_of, line_of, plain_of, short_text
from incidentkit.inbound.section import Section
from incidentkit.inbound.timeline import Timeline
from incidentkit.inbound.warning import Unclear
from incidentkit.inbound.wording import Part, Parts, apart, lines_of, words_of_parts
from incidentkit.policy import account
from incidentkit.policy.account import words_in
from incidentkit.policy.postmortem import PostMortem
from incidentkit.text.document import Text

INTRODUCTION: Final = "Introduction"
"""What the section is called that has the words before the first heading."""

LONGEST_VALUE: Final = 100
"""Characters of what is known of an incident by name; what is longer is a section."""

LONGEST_NAMES: Final = 300
"""Characters of a line of names that stand between commas."""

_TITLES: Final = re.compile(r"\b(?:measure|metric|name|took|value|duration|time|target)s?\b", re.IGNORECASE)
"""What stands above the columns of measures."""

_PROSE: Final = (
    *(Place.SUMMARY, Place.IMPACT, Place.ROOT_CAUSE, Place.RESOLUTION),
    *(Place.WENT_WELL, Place.COULD_BE_BETTER, Place.LESSONS),
)


class Draft:
    """Collects what stands in a document."""

    def __init__(self, notes: Notes, clock: Clock) -> None:
        self._notes = notes
        self._title = ""
        self._about: dict[str, str] = {}
        self._prose = {place: Composer(notes) for place in _PROSE}
        self._clock = clock
        self._bounds = Bounds(notes, clock)
        self.timeline = Timeline(notes, clock, self._bounds)
        self._damage = Damage(notes, clock)
        self._items = ActionItems(notes)
        self._measures = Measures(notes)
        self._people: list[str] = []
        self._other: list[account.Section] = []

    @property
    def has_title(self) -> bool:
        """Whether it is called something."""
        return bool(self._title)

    def postmortem(self) -> PostMortem:
        """What was collected."""
        return PostMortem(
            title=self._title,
            about=self._about,
            summary=self._prose[Place.SUMMARY].document,
            impact=evolve(self._damage.impact, details=self._prose[Place.IMPACT].document),
            timeline=tuple(self.timeline.entries),
            root_cause=self._prose[Place.ROOT_CAUSE].document,
            resolution=self._prose[Place.RESOLUTION].document,
            went_well=self._prose[Place.WENT_WELL].document,
            could_be_better=self._prose[Place.COULD_BE_BETTER].document,
            action_items=tuple(self._items.items),
            lessons=self._prose[Place.LESSONS].document,
            measures=tuple(self._measures.measures),
            people=tuple(self._people),
            other=tuple(self._other),
        )

    def title(self, words: str, line: int) -> None:
        """It is called that, unless that is a blank."""
        said = short_text(words, line, self._notes)
        if is_placeholder((Part(Text(said)),)):
            self._notes.warn(Unclear.PLACEHOLDER, line, said)
            return
        self._title = said
        self._clock.day(said)

    def about(self, name: str, value: str, *, longest: int = LONGEST_VALUE) -> bool:
        """Keep what is known by a name, if nothing is yet, and neither is too long."""
        if not name or name in self._about or max(len(name), len(value)) > longest:
            return False
        self._about[name] = value
        return True

    def prose(self, place: Place, blocks: Iterable[Block], heading: str = "") -> None:
        """Blocks for a section of prose, under a heading of their own if that says more."""
        composer = self._prose[place]
        document = document_of([*blocks], self._notes)
        if document.blocks and heading:
            composer.heading(heading)
        composer.push(document.blocks)

    def impact(self, blocks: Sequence[Block]) -> None:
        """Blocks that tell what it did to users, some of them how long."""
        self._prose[Place.IMPACT].add(self._measured(self._damage.read(blocks)))

    def entries(self, blocks: Sequence[Block], heading: str, line: int) -> None:
        """Blocks of a timeline."""
        self._outside(self.timeline.read(blocks), heading, line)

    def action_items(self, blocks: Sequence[Block], heading: str, line: int) -> None:
        """Blocks of action items."""
        self._outside(self._items.read(blocks), heading, line)

    def measures(self, section: Section) -> None:
        """Blocks that tell how long things took; a label is what one of them is called."""
        if section.is_label and is_measured(section.heading):
            words, rest = _first_line(section.blocks)
            value = plain_of(words, section.line, self._notes)
            self._measures.add(section.line, section.heading, value)
            self._outside(rest, section.heading, section.line)
            return
        self._outside(tuple(self._numbers(section.blocks)), section.heading, section.line)

    def rows_of_measures(self, block: Rows) -> None:
        """The measures in the playbook's form."""
        self._measures.rows(block)

    def people(self, blocks: Sequence[Block], heading: str, line: int, *, is_form: bool = False) -> None:
        """Blocks of names."""
        outside: list[Block] = []
        for block in blocks:
            match block:
                case Items(items=items) if all(_is_line(item.blocks) for item in items):
                    for item in items:
                        words, _ = _first_line(item.blocks)
                        self._names(words, item.line, is_form=is_form)
                case Words(line=number, parts=parts) if len(block.text) <= LONGEST_NAMES:
                    for each in lines_of(parts):
                        self._names(each, number, is_form=is_form)
                case _:
                    outside.append(block)
        self._outside(outside, heading, line)

    def _names(self, parts: Parts, line: int, *, is_form: bool) -> None:
        if is_placeholder(parts):
            self._notes.warn(Unclear.PLACEHOLDER, line, words_of_parts(parts))
            return
        said = plain_of(parts, line, self._notes)
        several = said.split(",") if not is_form and len(said) <= LONGEST_NAMES else [said]
        self._people += [each.strip() for each in several if each.strip()]

    def known(self, section: Section) -> None:
        """What is known of the incident, if it is a few words; otherwise a section."""
        words, rest = _first_line(section.blocks)
        said = "" if is_placeholder(words) else plain_of(words, section.line, self._notes)
        self._bounds.said(section.heading, said, section.line)
        if not said and not rest:
            blank = f"{section.heading}: {words_of_parts(words)}".rstrip()
            self._notes.warn(Unclear.PLACEHOLDER, section.line, blank)
            return
        if not rest and self.about(short_text(section.heading, section.line, self._notes), said):
            return
        self.other(section.heading, section.line, section.blocks)

    def other(self, heading: str, line: int, blocks: Sequence[Block]) -> None:
        """A section under a heading that is none of the form's."""
        self._other.append(account.Section(short_text(heading, line, self._notes), document_of(blocks, self._notes)))

    def _outside(self, blocks: Sequence[Block], heading: str, line: int) -> None:
        """What stands among entries, items, measures or names, and is none."""
        document = document_of(blocks, self._notes)
        if document.blocks:
            called = short_text(heading, line, self._notes)
            self._notes.warn(Unclear.OUTSIDE, blocks[0].line, called)
            self._other.append(account.Section(called, document))

    def _measured(self, blocks: Sequence[Block]) -> Iterator[Block]:
        """The blocks without rows that are lengths of time."""
        for block in blocks:
            match block:
                case Rows(line=line, rows=rows) if len(rows[0]) == 2:
                    left = tuple(row for row in rows if not self._length(row))
                    if any(cell.text for row in left for cell in row):
                        yield Rows(line, left)
                case Items(line=line, items=items):
                    inside = (evolve(item, blocks=tuple(self._measured(item.blocks))) for item in items)
                    yield Items(line, tuple(item for item in inside if item.blocks))
                case _:
                    yield block

    def _length(self, row: Sequence[Words]) -> bool:
        name, value = (words_in(line_of(cell.parts)) for cell in row)
        if not is_measured(name) or length_of(value) is None:
            return False
        self._measures.add(row[0].line, name, value)
        return True

    def _numbers(self, blocks: Sequence[Block]) -> Iterator[Block]:
        for block in blocks:
            match block:
                case Items(items=items):
                    left = tuple(
                        item
                        for item in items
                        if not (_is_line(item.blocks) and self._number(_first_line(item.blocks)[0], item.line))
                    )
                    if left:
                        yield Items(block.line, left)
                case Rows(rows=(header, *rows)) if len(header) in (2, 3):
                    self._notes.grasp(" ".join(_TITLES.findall(" ".join(cell.text for cell in header))))
                    for row in rows:
                        name, value, *target = (words_in(line_of(cell.parts)) for cell in row)
                        if name:
                            self._measures.add(row[0].line, name, value, *target)
                case Words(line=line, parts=parts):
                    for below, piece in apart(parts, is_named):
                        if not self._number(piece, line + below):
                            yield Words(line + below, words_of_parts(piece), piece)
                case _:
                    yield block

    def _number(self, parts: Parts, line: int) -> bool:
        """Whether the words are a measure, or something that is known by name."""
        said = plain_of(parts, line, self._notes)
        name, colon, value = said.partition(":")
        if not colon or not name.strip() or len(name) > LONGEST_VALUE:
            return False
        if is_measured(name) or length_of(value.strip()) is not None:
            self._measures.add(line, name.strip(), value)
            return True
        self._bounds.said(name.strip(), value, line)
        return self.about(name.strip(), value.strip())


def _first_line(blocks: Sequence[Block]) -> tuple[Parts, Sequence[Block]]:
    match blocks:
        case [Words(parts=parts) | Heading(parts=parts), *rest]:
            return parts, rest
        case _:
            return (), blocks


def _is_line(blocks: Sequence[Block]) -> bool:
    return len(blocks) == 1 and isinstance(blocks[0], Words)
