"""What an incident did to users, and how long things took, as people write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve

from incidentkit.inbound.clock import Clock
from incidentkit.inbound.length import length_of
from incidentkit.inbound.markdown_tree import Block, Item, Items, Rows, Words
from incidentkit.inbound.notes import Notes
from incidentkit.inbound.placeholder import is_blank, is_placeholder
from incidentkit.inbound.prose import line_of, plain_of, short_text
from incidentkit.inbound.warning import Unclear
from incidentkit.inbound.wording import Part, Parts, apart, words_of_parts
from incidentkit.inbound.zone import zone_in
from incidentkit.policy.account import Impact, Measure, words_in
from incidentkit.policy.postmortem import BLANK_END, BLANK_START
from incidentkit.text.document import Text

_NAMED: Final = re.compile(r"(?P<name>[^:|]{2,60}?)\s*(?::|\|)\s*(?P<value>.*)", re.DOTALL)

_LABEL: Final = re.compile(r"\s*[^\s:|][^:|]{1,40}:(?:\s|\Z)")
"""How a line begins that has something to say of its own, be it a field or not."""

_DASHES: Final = re.compile(r"[-\N{EN DASH}\N{EM DASH}]+")

_FIELDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("users affected", "users impacted", "affected users", "impacted users"), "users"),
    **dict.fromkeys(("customers affected", "customers impacted", "affected customers"), "users"),
    **dict.fromkeys(("duration", "duration of impact", "incident duration"), "duration"),
    **dict.fromkeys(("services impacted", "services affected", "affected services", "impacted services"), "services"),
    **dict.fromkeys(("data loss", "data lost"), "data_loss"),
}

_BETWEEN: Final = re.compile(r"\s+(?:to|until|till|[-\N{EN DASH}\N{EM DASH}])\s+", re.IGNORECASE)

_TIMED: Final = re.compile(r"(?:time|duration|mean time|mtt[a-z]|ttd|ttr|ttm)\b", re.IGNORECASE)
_MISSED: Final = re.compile(r"\s*\(missed\)\Z")


def is_named(parts: Parts) -> bool:
    """Whether a line begins with a label of a few words and a colon."""
    return bool(_LABEL.match(words_of_parts(parts)))


def is_measured(name: str) -> bool:
    """Whether what is called that is a length of time."""
    return bool(_TIMED.match(name))


def is_part_of_impact(name: str) -> bool:
    """Whether what is called that belongs to the impact."""
    return _plain(name) in _FIELDS


def _plain(name: str) -> str:
    return name.strip(" :*").lower()


class Damage:
    """Reads the impact, section by section."""

    def __init__(self, notes: Notes, clock: Clock) -> None:
        self._notes = notes
        self._clock = clock
        self._said: set[str] = set()
        self.impact = Impact()

    def read(self, blocks: Sequence[Block]) -> tuple[Block, ...]:
        """Read what has a field of its own, and give back all else."""
        return tuple(self._blocks(blocks))

    def _blocks(self, blocks: Sequence[Block]) -> Iterator[Block]:
        for block in blocks:
            match block:
                case Items(items=items):
                    left = tuple(filter(None, map(self._item, items)))
                    if left:
                        yield evolve(block, items=left)
                case Rows(rows=rows) if len(rows[0]) == 2:
                    rest = tuple(row for row in rows if not self._row(row))
                    if any(cell.text for row in rest for cell in row):
                        yield evolve(block, rows=rest)
                case Words():
                    yield from self._words(block)
                case _:
                    yield block

    def _item(self, item: Item) -> Item | None:
        """What is left of an item; `None` if that is nothing."""
        left = tuple(self._blocks(item.blocks))
        return evolve(item, blocks=left) if left else None

    def _words(self, block: Words) -> Iterator[Words]:
        """What is left of a paragraph, whose lines may each have a label."""
        several = apart(block.parts, is_named)
        left = [(below, parts) for below, parts in several if not self._named(block.line + below, parts)]
        if len(left) == len(several):
            yield block
            return
        for below, parts in left:
            yield Words(block.line + below, words_of_parts(parts), parts)

    def _row(self, row: Sequence[Words]) -> bool:
        name, value = row
        if name.text and is_placeholder(value.parts):
            self._notes.warn(Unclear.PLACEHOLDER, name.line, f"{name.text}: {words_of_parts(value.parts)}")
            return True
        return self._named(name.line, (*name.parts, Part(Text(": ")), *value.parts))

    def _named(self, number: int, parts: Parts) -> bool:
        """Whether the words give a field, which is not given yet, its value."""
        said = plain_of(parts, number, self._notes)
        named = _NAMED.fullmatch(said)
        name = _FIELDS.get(_plain(named["name"])) if named else None
        if named is None or name is None or name in self._said:
            return False
        value = named["value"].strip()
        self._said.add(name)
        self._notes.grasp(named["name"])
        if is_blank(value) or not value:
            if value:
                self._notes.warn(Unclear.PLACEHOLDER, number, value)
        elif name == "duration":
            self._lasted(value, number)
        elif name == "services":
            services = [short_text(each, number, self._notes) for each in value.split(",")]
            for blank in filter(is_blank, services):
                self._notes.warn(Unclear.PLACEHOLDER, number, blank)
            kept = [each for each in services if each and not is_blank(each) and not _DASHES.fullmatch(each)]
            self.impact = evolve(self.impact, services=kept)
        elif name == "users":
            self.impact = evolve(self.impact, users=value)
        else:
            self.impact = evolve(self.impact, data_loss=value)
        return True

    def _lasted(self, value: str, number: int) -> None:
        start, end = self._span(value, number)
        if start is None and end is None:
            self.impact = evolve(self.impact, lasted=value)
        elif start and end and end < start:
            self._notes.warn(Unclear.BACKWARDS, number, value)
            self.impact = evolve(self.impact, lasted=value)
        else:
            self._notes.grasp(value)
            self.impact = evolve(self.impact, started_at=start, ended_at=end)

    def _span(self, value: str, number: int) -> tuple[datetime | None, datetime | None]:
        match _BETWEEN.split(value) if len(value) < 200 else []:
            case [first, last]:
                zone = zone_in(last) if not zone_in(first) and not is_blank(first) else ""
                start = self._moment(f"{first} {zone}".rstrip(), number)
                end = self._moment(last, number)
                is_told = (start or first == BLANK_START) and (end or last.removesuffix(" UTC") == BLANK_END)
                return (start, end) if is_told else (None, None)
            case _:
                return None, None

    def _moment(self, words: str, number: int) -> datetime | None:
        return None if is_blank(words.removesuffix(" UTC")) else self._clock.exactly(words, number)


class Measures:
    """Reads how long things took."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self.measures: list[Measure] = []

    def add(self, number: int, name: str, value: str, target: str = "", *, is_told: bool = True) -> None:
        """Keep a measure, unless its value is a blank."""
        said = value.strip()
        if is_blank(said) and said != "?":
            self._notes.warn(Unclear.PLACEHOLDER, number, f"{name} {value}")
            return
        took = length_of(said)
        if took is not None:
            self._notes.grasp(said)
        elif is_told:
            self._notes.warn(Unclear.LENGTH, number, f"{name}: {said}")
        promised = _MISSED.sub("", target)
        self._notes.grasp(target.removeprefix(promised))
        measure = Measure(
            what=short_text(name, number, self._notes),
            took=took,
            words="" if took is not None else short_text(said, number, self._notes),
            target=short_text(promised, number, self._notes),
            missed=promised != target,
        )
        self.measures.append(measure)

    def rows(self, block: Rows) -> None:
        """Keep the rows of the playbook's form: what, how long, and how long it may have taken."""
        self._notes.grasp(block.text.partition("\n")[0])
        for row in block.rows[1:]:
            name, value, target = (words_in(line_of(cell.parts)) for cell in row)
            if name:
                self.add(row[0].line, name, value, target, is_told=bool(value))
