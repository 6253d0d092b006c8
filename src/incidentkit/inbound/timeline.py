"""Timelines as people write them: tables, lists, lines, and sub-headings with prose below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from attrs import frozen

from incidentkit.inbound.bounds import Bounds
from incidentkit.inbound.clock import Clock
from incidentkit.inbound.column import Columns
from incidentkit.inbound.markdown_tree import Block, Heading, Item, Items, Rows, Words
from incidentkit.inbound.notes import Notes
from incidentkit.inbound.placeholder import is_placeholder
from incidentkit.inbound.prose import document_of, line_of, shortened
from incidentkit.inbound.warning import Unclear
from incidentkit.inbound.wording import Part, Parts, lines_of, without, words_of_parts
from incidentkit.inbound.zone import says_only_zone, zone_in, zone_said
from incidentkit.policy.account import Entry, words_in
from incidentkit.text.document import Document, Line, Strong, Text

_DASH: Final = re.compile(r"[-\N{EN DASH}\N{EM DASH}*\N{BULLET}]\s+")
"""What people write before an item, be it Markdown or not."""

_LABELLED: Final = re.compile(r"([^:\d]{3,40}?):?\s+(?=\d)")
"""A key event, such as ``First detected: 2024-04-15 12:32``."""

_TIME_COLUMN: Final = re.compile(r"\b(?:time(?:stamp)?|when)\b", re.IGNORECASE)
_DATE_COLUMN: Final = re.compile(r"\b(?:date|day)\b", re.IGNORECASE)
_EVENT_COLUMN: Final = re.compile(
    r"\b(?:event|what|description|action|details?|notes?|entry|activity)\b", re.IGNORECASE
)


@frozen(kw_only=True)
class _Told:
    """An entry as it was found."""

    line: int
    parts: Parts
    blocks: tuple[Block, ...] = ()


class Timeline:
    """Reads the entries of a document, section by section."""

    def __init__(self, notes: Notes, clock: Clock, bounds: Bounds) -> None:
        self._notes = notes
        self._clock = clock
        self._bounds = bounds
        self.entries: list[Entry] = []

    def read(self, blocks: Sequence[Block]) -> tuple[Block, ...]:
        """Read the entries of a section, and give back what is none."""
        outside: list[Block] = []
        self._clock.survey(_beginnings(blocks))
        for heading, under in _parts_of(blocks):
            if heading is None:
                outside += self._blocks(under)
            elif self._clock.is_day(heading.text) and any(map(self._has_times, under)):
                self._clock.day(heading.text)
                self._notes.grasp(heading.text)
                outside += self._blocks(under)
            elif self._clock.is_strange_day(heading.text) and any(map(self._has_times, under)):
                self._clock.reckon(heading.text, heading.line)
                outside += [heading, *self._blocks(under)]
            elif self._clock.begins(words_in(line_of(heading.parts))):
                self._entry(_Told(line=heading.line, parts=heading.parts, blocks=under))
            elif any(map(self._has_times, under)):
                outside += [heading, *self._blocks(under)]
            else:
                self._entry(_Told(line=heading.line, parts=heading.parts, blocks=under))
        return tuple(outside)

    def holds(self, blocks: Sequence[Block]) -> bool:
        """Whether there are times in it."""
        return any(map(self._has_times, blocks))

    def zone_of(self, blocks: Sequence[Block]) -> tuple[str, int]:
        """The zone in which these blocks say that times are, and the line; empty if they do not."""
        for block in blocks:
            name = ""
            if isinstance(block, Words):
                name = zone_said(block.text)
            elif isinstance(block, Rows):
                name = next((zone_in(cell.text) for cell in block.rows[0] if _TIME_COLUMN.search(cell.text)), "")
            if name:
                return name, block.line
        return "", 1

    def _blocks(self, blocks: Sequence[Block]) -> Iterator[Block]:
        for block in blocks:
            match block:
                case Words():
                    yield from self._paragraph(block)
                case Rows():
                    yield from self._table(block)
                case Items(items=items):
                    for item in items:
                        self._item(item)
                case _:
                    yield block

    def _paragraph(self, block: Words) -> Iterator[Block]:
        if (name := zone_said(block.text)) and says_only_zone(block.text):
            self._clock.zone(name, block.line)
            self._notes.grasp(block.text)
        elif self._clock.is_day(block.text):
            self._clock.day(block.text)
            self._notes.grasp(block.text)
        elif self._clock.begins(block.text):
            for told in self._lines(block.line, block.parts, ()):
                self._entry(told)
        else:
            yield block

    def _item(self, item: Item) -> None:
        """An item, which has several entries if its lines have times of their own."""
        match item.blocks:
            case (Words() | Heading() as first, *rest):
                lines = self._lines(first.line, first.parts, tuple(rest))
                for told in lines:
                    self._entry(told)
            case rest:
                nested = document_of(rest, self._notes, highest=4)
                if nested.blocks:
                    self._add(item.line, (Text("-"),), None, "", nested)

    def _lines(self, line: int, parts: Parts, rest: tuple[Block, ...]) -> list[_Told]:
        """The entries of a paragraph: one, or one for each line that begins with a time."""
        told: list[_Told] = []
        for number, each in enumerate(lines_of(parts)):
            said = words_of_parts(each)
            dash = _DASH.match(said.lstrip())
            bare = without(each, len(said) - len(said.lstrip()) + (dash.end() if dash else 0))
            if not told or self._clock.begins(words_of_parts(bare)):
                told.append(_Told(line=line + number, parts=bare if told else each))
            else:
                told[-1] = _Told(line=told[-1].line, parts=(*told[-1].parts, Part(Text(" ")), *each))
        if told:
            told[-1] = _Told(line=told[-1].line, parts=told[-1].parts, blocks=rest)
        return told

    def _entry(self, told: _Told) -> None:
        """An entry whose words begin with its time, or end with it after a label."""
        if is_placeholder(told.parts):
            self._notes.warn(Unclear.PLACEHOLDER, told.line, words_of_parts(told.parts))
            if told.blocks:
                self._add(told.line, (), None, "", document_of(told.blocks, self._notes, highest=4))
            return
        line = line_of(told.parts)
        said = words_in(line)
        at, when, blocks = None, "", told.blocks
        if reckoned := self._clock.reckon(said, told.line):
            at, when = reckoned.at, reckoned.when
            line = _rest(line, reckoned.end)
        elif (label := _LABELLED.match(said)) and (at := self._clock.exactly(said[label.end() :], told.line)):
            line = _rest((Text(label[1].strip()),), 0)
            self._notes.grasp(said[label.end() :])
        if not words_in(line).strip() and blocks and isinstance(blocks[0], Words):
            line, blocks = line_of(blocks[0].parts), blocks[1:]
        details = document_of(blocks, self._notes, highest=4)
        self._add(told.line, line or ((Text(said),) if at or details.blocks else ()), at, when, details)

    def _add(self, number: int, what: Line, at: datetime | None, when: str, details: Document) -> None:
        said = words_in(what).strip()
        if not said and not when and not details.blocks:
            return
        if not said:
            what, when = (Text(when or "-"),), ""
        if at:
            self._bounds.at(said, at, number)
        self.entries.append(Entry(what=shortened(what, number, self._notes), at=at, when=when, details=details))

    def _table(self, block: Rows) -> Iterator[Block]:
        columns = Columns(block)
        if self._clock.begins(block.rows[0][0].text):
            columns = Columns(block, has_header=False)
        date = columns.named(_DATE_COLUMN)
        time = columns.named(_TIME_COLUMN, other_than=date)
        if time is None and date is not None:
            time, date = date, None
        elif time is None:
            time = self._timed(columns)
        if time is None:
            yield block
            return
        event = columns.named(_EVENT_COLUMN, other_than=time)
        event = event if event is not None else columns.beside(time, date)
        for column, pattern in (
            (date, _DATE_COLUMN),
            (time, _TIME_COLUMN),
            (time, _DATE_COLUMN),
            (event, _EVENT_COLUMN),
        ):
            self._notes.grasp(columns.understood(column, pattern))
        zone = zone_in(columns.title(time))
        self._notes.grasp(zone)
        self._clock.zone(zone, block.line)
        for row in columns.rows:
            before = words_in(line_of(row[date].parts)) if date is not None else ""
            said = f"{before} {words_in(line_of(row[time].parts))}".strip()
            extra = columns.beyond(row, {date, time, event})
            what = () if event is None else row[event].parts
            self._row(row[time].line, said, what, extra)

    def _timed(self, columns: Columns) -> int | None:
        """The first column, if times stand in it."""
        return 0 if any(self._clock.begins(row[0].text) for row in columns.rows) else None

    def _row(self, number: int, said: str, parts: Parts, extra: Parts) -> None:
        if is_placeholder(parts) or (not parts and not extra and is_placeholder((Part(Text(said)),))):
            self._notes.warn(Unclear.PLACEHOLDER, number, f"{said} {words_of_parts(parts)}".strip())
            parts = ()
            if not extra:
                return
        at, when = None, said
        if reckoned := self._clock.reckon(said, number) if said else None:
            at, rest = reckoned.at, said[reckoned.end :].strip()
            when = "" if at else said
            if at and rest:
                parts = (Part(Text(f"{rest}: ")), *parts)
        elif said:
            self._notes.warn(Unclear.TIME, number, said)
        line = line_of((*parts, *extra))
        if not line and at:
            line = line_of([Part(Text(said))])
        self._add(number, line, at, when, Document(()))

    def _has_times(self, block: Block) -> bool:
        match block:
            case Words():
                return self._clock.begins(block.text)
            case Items(items=items):
                return any(
                    self._clock.begins(each.text)
                    for item in items
                    for each in item.blocks[:1]
                    if isinstance(each, Words)
                )
            case Rows(rows=rows):
                return any(self._clock.begins(cell.text) for row in rows for cell in row[:2])
            case _:
                return False


def _parts_of(blocks: Sequence[Block]) -> Iterator[tuple[Heading | None, tuple[Block, ...]]]:
    """The sub-headings, each with what stands under it and under the headings below it."""
    heading: Heading | None = None
    under: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading) and (heading is None or block.level <= heading.level):
            if heading or under:
                yield heading, tuple(under)
            heading, under = block, []
        else:
            under.append(block)
    if heading or under:
        yield heading, tuple(under)


def _beginnings(blocks: Iterable[Block]) -> Iterator[str]:
    """The words with which entries may begin, in their order."""
    for block in blocks:
        match block:
            case Words(parts=parts) | Heading(parts=parts):
                for line in lines_of(parts):
                    said = words_of_parts(line).lstrip()
                    dash = _DASH.match(said)
                    yield said[dash.end() :] if dash else said
            case Items(items=items):
                yield from _beginnings(block for item in items for block in item.blocks[:1])
            case Rows(rows=rows):
                yield from (cell.text for row in rows for cell in row[:2])
            case _:
                pass


def _rest(line: Line, end: int) -> Line:
    """The line without its beginning."""
    return line_of(without(tuple(map(Part, line)), end))


def entry_of_heading(line: Line) -> tuple[str, bool, Line]:
    """When and what a heading of the playbook's form tells, and whether it says when in words."""
    match line:
        case (Strong(text=when), Text(text=text), *rest) if text.startswith(" - "):
            return when, True, line_of((Part(Text(text[3:])), *map(Part, rest)))
        case (Text(text=text), *rest) if text.startswith("- "):
            return "", False, line_of((Part(Text(text[2:])), *map(Part, rest)))
        case (Text(text=text), *rest) if " - " in f"{text} ":
            when, _, what = f"{text} ".partition(" - ")
            return when, False, line_of((Part(Text(what.removesuffix(" "))), *map(Part, rest)))
        case _:
            return "", False, line
