"""Post-mortems that people wrote in Markdown: read into the playbook's form, without losing a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, tzinfo
from typing import Final

from attrs import frozen

from incidentkit.inbound.clock import Clock, years_in
from incidentkit.inbound.draft import INTRODUCTION, Draft
from incidentkit.inbound.encoding import repaired
from incidentkit.inbound.form import Form, is_form
from incidentkit.inbound.markdown_tree import Block, Heading, markdown_tree
from incidentkit.inbound.meaning import Place, is_misspelt, meaning_of
from incidentkit.inbound.notes import Notes
from incidentkit.inbound.prose import plain_of
from incidentkit.inbound.remainder import left_over
from incidentkit.inbound.section import Section, sections
from incidentkit.inbound.source_text import SourceText, source_text
from incidentkit.inbound.telling import texts_of
from incidentkit.inbound.warning import ReadWarning, Unclear
from incidentkit.inbound.zone import zone_in
from incidentkit.model.calendar import zone_of
from incidentkit.policy.postmortem import TITLE, PostMortem
from incidentkit.text.document import flat

MAX_CHARACTERS: Final = 5_000_000
"""Length up to which a document is read."""

LONGEST_SOURCE: Final = 200
"""Characters of a path that an error shows: its end, which tells one document from another."""

MOST_COMPARED: Final = 50
"""Headings that are not known up to which each is compared with those that are."""


@frozen(kw_only=True)
class ReadPostMortem:
    """A post-mortem as it was read, and what was not understood, in the order of lines."""

    postmortem: PostMortem
    warnings: tuple[ReadWarning, ...]


def read_postmortem(document: str | bytes, *, source: str = "", zone: tzinfo | str | None = None) -> ReadPostMortem:
    """The post-mortem that a Markdown document holds, whatever its headings are called.

    No word is dropped without a warning. ``zone`` is that of times for which the document names none, such as
    ``Europe/Berlin``: UTC, with a warning, if it is not given. ``source`` says where the document lies, for errors. Of
    a document that holds several incidents, the first is read, and the others are kept as its other sections.

    Raises `DocumentInvalid` for what is no text, or is too long, and `CalendarInvalid` for a zone that is not known.
    """
    zone = _zone(zone)
    given = _given(document, source)
    blocks = markdown_tree(given.text)
    several = _apart(blocks)
    return _read(given, several[0], zone, given.text.split("\n"), others=several[1:])


def read_postmortems(
    document: str | bytes, *, source: str = "", zone: tzinfo | str | None = None
) -> tuple[ReadPostMortem, ...]:
    """The post-mortems that a Markdown document holds: one, or several titles with sections of their own.

    All else is as for `read_postmortem`.
    """
    zone = _zone(zone)
    given = _given(document, source)
    several = _apart(markdown_tree(given.text))
    lines = given.text.split("\n")
    starts = [1, *(each[0].line for each in several[1:]), len(lines) + 1]
    return tuple(
        _read(given, blocks, zone, lines[start - 1 : end - 1], start)
        for blocks, start, end in zip(several, starts[:-1], starts[1:], strict=True)
    )


def _zone(zone: tzinfo | str | None) -> tzinfo | None:
    return zone if zone is None or isinstance(zone, tzinfo) else zone_of(zone)


def _given(document: str | bytes, source: str) -> SourceText:
    where = flat(source)
    shortened = where if len(where) <= LONGEST_SOURCE else f"...{where[-LONGEST_SOURCE:]}"
    return source_text(document, shortened, longest=MAX_CHARACTERS)


def _read(
    given: SourceText,
    blocks: Sequence[Block],
    zone: tzinfo | None,
    lines: Sequence[str],
    start: int = 1,
    *,
    others: Sequence[Sequence[Block]] = (),
) -> ReadPostMortem:
    """Read one incident, whose lines are these; the first of them has that number."""
    notes = Notes()
    is_first = start == 1
    if is_form(blocks):
        clock = Clock(notes, UTC)
        draft = Draft(notes, clock)
        Form(notes, clock, draft).read(blocks)
    else:
        clock = Clock(notes, zone, years_in("\n".join(lines)))
        draft = Draft(notes, clock)
        _Reader(notes, clock, draft, given if is_first else None).read(blocks)
    for each in others:
        heading = each[0]
        notes.warn(Unclear.SEVERAL, heading.line, heading.text if isinstance(heading, Heading) else "")
        called = plain_of(heading.parts, heading.line, notes) if isinstance(heading, Heading) else ""
        draft.other(called, heading.line, each[1:])
    postmortem = draft.postmortem()
    warnings = [*(given.warnings if is_first else ()), *notes.warnings, *_encoding(lines, start)]
    kept = (*texts_of(postmortem), *notes.understood, *(each.words for each in warnings if each.code in _WHOLE))
    warnings += left_over(lines, kept, Unclear.LEFT_OVER, first=start)
    ordered = sorted(warnings, key=lambda each: (each.line, each.code))
    return ReadPostMortem(postmortem=postmortem, warnings=tuple(ordered))


_WHOLE: Final = frozenset((Unclear.PLACEHOLDER, Unclear.HEADING, Unclear.OWNER, Unclear.LONG))
"""What tells words that stand nowhere else."""


def _encoding(lines: Sequence[str], start: int) -> Iterator[ReadWarning]:
    for number, line in enumerate(lines, start):
        if (meant := repaired(line)) != line:
            yield ReadWarning(line=number, code=Unclear.ENCODING, words=meant)


def _apart(blocks: Sequence[Block]) -> list[Sequence[Block]]:
    """The incidents of a document, each from its title on; what stands before the first belongs to it."""
    for level in range(1, 6):
        titles = [number for number, each in enumerate(blocks) if _is_title(each, level, blocks, number + 1)]
        if len(titles) > 1:
            return [blocks[start:end] for start, end in zip((0, *titles[1:]), (*titles[1:], len(blocks)), strict=True)]
    return [blocks]


def _is_title(block: Block, level: int, blocks: Sequence[Block], start: int) -> bool:
    """Whether a heading of that level has sections of a post-mortem under it, and is none itself."""
    if not isinstance(block, Heading) or block.level != level or meaning_of(block.text):
        return False
    places = set[Place]()
    for each in (blocks[number] for number in range(start, len(blocks))):
        if isinstance(each, Heading):
            if each.level <= level or len(places) > 1:
                break
            if meaning := meaning_of(each.text):
                places.add(meaning.place)
    return len(places) > 1


class _Reader:
    """Reads a document in anybody's form into a draft."""

    def __init__(self, notes: Notes, clock: Clock, draft: Draft, given: SourceText | None) -> None:
        self._notes = notes
        self._clock = clock
        self._draft = draft
        self._given = given
        self._strange = 0

    def read(self, blocks: Sequence[Block]) -> None:
        """Read the document."""
        title = _title(blocks)
        found = sections(blocks, title)
        self._name(title)
        if not any(each.meaning for each in found) and any(each.blocks or each.heading for each in found):
            self._notes.warn(Unclear.NO_SECTIONS, 1, title.text if title else "")
        self._zone(found)
        for section in sorted(found, key=_is_not_impact):
            self._heading(section)
            self._section(section)

    def _name(self, title: Heading | None) -> None:
        if self._given:
            for line in self._given.settings:
                if line.partition(":")[0].strip() in ("date", "title"):
                    self._clock.day(line)
        if title:
            called = f"{plain_of(title.parts, title.line, self._notes)} "
            if called.startswith(TITLE):
                self._notes.grasp(TITLE)
            self._draft.title(called.removeprefix(TITLE), title.line)
        elif self._given and self._given.title:
            self._draft.title(self._given.title, 1)

    def _zone(self, found: Sequence[Section]) -> None:
        """Find out first in which zone times are: it is often said behind them."""
        for section in found:
            if section.meaning is None or section.meaning.place in (Place.TIMELINE, Place.CONTEXT):
                name, line = self._draft.timeline.zone_of(section.blocks)
                named = zone_in(section.heading) if section.meaning else ""
                if name or named:
                    self._clock.zone(named or name, section.line if named else line)
                    return

    def _heading(self, section: Section) -> None:
        """Note that a heading was understood, or what it says beyond that."""
        meaning = section.meaning
        if meaning is None or meaning.is_kept:
            return
        self._notes.grasp(section.heading)
        if not meaning.is_exact:
            self._notes.warn(Unclear.HEADING, section.line, section.heading)

    def _section(self, section: Section) -> None:
        meaning, blocks = section.meaning, section.blocks
        match meaning.place if meaning else None:
            case None:
                self._unknown(section)
            case Place.IMPACT:
                self._draft.impact(blocks)
            case Place.TIMELINE:
                self._clock.day(section.heading)
                self._draft.entries(blocks, section.heading, section.line)
            case Place.CONTEXT if self._draft.timeline.holds(blocks):
                self._draft.entries(blocks, section.heading, section.line)
            case Place.CONTEXT:
                self._draft.other(section.heading, section.line, blocks)
            case Place.ACTION_ITEMS:
                self._draft.action_items(blocks, section.heading, section.line)
            case Place.MEASURES:
                self._draft.measures(section)
            case Place.PEOPLE:
                self._draft.people(blocks, section.heading, section.line)
            case Place.ABOUT:
                self._draft.known(section)
            case place:
                self._draft.prose(place, blocks, section.heading if meaning and meaning.is_kept else "")
                if meaning and meaning.is_kept and not blocks:
                    self._notes.grasp(section.heading)

    def _unknown(self, section: Section) -> None:
        if section.is_continued and not section.blocks:
            return
        if section.is_label:
            self._draft.known(section)
        elif section.heading:
            self._strange += 1
            if self._strange <= MOST_COMPARED and is_misspelt(section.heading):
                self._notes.warn(Unclear.MISSPELT, section.line, section.heading)
            self._draft.other(plain_of(section.parts, section.line, self._notes), section.line, section.blocks)
        elif section.blocks and self._draft.has_title:
            self._draft.prose(Place.SUMMARY, section.blocks)
        elif section.blocks:
            self._draft.other(INTRODUCTION, section.blocks[0].line, section.blocks)


def _is_not_impact(section: Section) -> bool:
    """Sorts the impact first, as it stands in the form: its dates hold for the times of a timeline."""
    return section.meaning is None or section.meaning.place is not Place.IMPACT


def _title(blocks: Sequence[Block]) -> Heading | None:
    """The first heading, if it is none that is known, and the highest, or all others stand below it."""
    headings = [each for each in blocks if isinstance(each, Heading)]
    if not headings or meaning_of(headings[0].text):
        return None
    first, *others = headings
    return first if first.level == 1 or all(each.level > first.level for each in others) else None
