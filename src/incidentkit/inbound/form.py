"""The playbook's own form of a post-mortem, read back by the order of its sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import evolve

from incidentkit.inbound.clock import Clock
from incidentkit.inbound.draft import Draft
from incidentkit.inbound.markdown_tree import Block, Heading, Items, Rows, Words
from incidentkit.inbound.meaning import Place
from incidentkit.inbound.notes import Notes
from incidentkit.inbound.prose import document_of, line_of, plain_of
from incidentkit.inbound.timeline import entry_of_heading
from incidentkit.inbound.wording import Part
from incidentkit.model.identity import LONGEST_TEXT
from incidentkit.policy.account import Entry
from incidentkit.policy.postmortem import IN_UTC, MEASURED, TITLE, Chapter
from incidentkit.text.document import Strong, Text

HEADINGS: Final = tuple(each for each in Chapter if each not in (Chapter.MEASURES, Chapter.PEOPLE))
"""The sections that are always there, in their order."""

_PROSE: Final = {
    Chapter.SUMMARY: Place.SUMMARY,
    Chapter.ROOT_CAUSE: Place.ROOT_CAUSE,
    Chapter.RESOLUTION: Place.RESOLUTION,
    Chapter.WENT_WELL: Place.WENT_WELL,
    Chapter.COULD_BE_BETTER: Place.COULD_BE_BETTER,
    Chapter.LESSONS: Place.LESSONS,
}


def is_form(blocks: Sequence[Block]) -> bool:
    """Whether the document has the form's title and its sections in their order."""
    match blocks:
        case [Heading(level=1, text=text), *rest] if f"{text} ".startswith(TITLE):
            headings = [each.text for each in rest if isinstance(each, Heading) and each.level <= 2]
            return tuple(headings[: len(HEADINGS)]) == HEADINGS
        case _:
            return False


class Form:
    """Reads the form into a draft."""

    def __init__(self, notes: Notes, clock: Clock, draft: Draft) -> None:
        self._notes = notes
        self._clock = clock
        self._draft = draft

    def read(self, blocks: Sequence[Block]) -> None:
        """Read a document that `is_form`."""
        self._clock.of_form()
        title, *others = _sections(blocks)
        self._title(*title)
        for heading, under in others[: len(HEADINGS)]:
            self._section(heading, under)
        self._rest(others[len(HEADINGS) :])

    def _title(self, heading: Heading, under: Sequence[Block]) -> None:
        self._notes.grasp(TITLE)
        said = plain_of(heading.parts, heading.line, self._notes)
        self._draft.title(f"{said} ".removeprefix(TITLE), heading.line)
        for block in under:
            left = self._about(block)
            if left is not None:
                self._draft.prose(Place.SUMMARY, [left])

    def _about(self, block: Block) -> Block | None:
        """What is known by name; what else there is, is given back."""
        if not isinstance(block, Items):
            return block
        left = list(block.items)
        for item in block.items:
            match [line_of(each.parts) if isinstance(each, Words) else () for each in item.blocks]:
                case [(Strong(text=name), *rest)] if name.endswith(":"):
                    value = plain_of(map(Part, rest), item.line, self._notes)
                    called = plain_of([Part(Text(name[:-1]))], item.line, self._notes)
                    if self._draft.about(called, value, longest=LONGEST_TEXT):
                        left.remove(item)
                case _:
                    pass
        return evolve(block, items=tuple(left)) if left else None

    def _section(self, heading: Heading, under: Sequence[Block]) -> None:
        self._notes.grasp(heading.text)
        match Chapter(heading.text):
            case Chapter.IMPACT:
                self._draft.impact(under)
            case Chapter.TIMELINE:
                self._timeline(heading, under)
            case Chapter.ACTION_ITEMS:
                self._draft.action_items(under, heading.text, heading.line)
            case called:
                self._draft.prose(_PROSE[called], under)

    def _timeline(self, heading: Heading, under: Sequence[Block]) -> None:
        match under:
            case [Words(text=said), Heading(level=3), *_] if said == IN_UTC:
                self._notes.grasp(said)
                for each, below in _sections(under[1:], level=3):
                    self._entry(each, below)
            case _:
                self._draft.entries(under, heading.text, heading.line)

    def _entry(self, heading: Heading, under: Sequence[Block]) -> None:
        when, is_marked, what = entry_of_heading(line_of(heading.parts))
        at = None if is_marked else self._clock.exactly(when, heading.line)
        if at:
            self._notes.grasp(when)
        elif when and not is_marked:
            self._draft.entries([heading, *under], Chapter.TIMELINE, heading.line)
            return
        details = document_of(under, self._notes, highest=4)
        self._draft.timeline.entries.append(
            Entry(what=what or (Text(when or "-"),), at=at, when="" if at or not what else when, details=details)
        )

    def _rest(self, others: Sequence[tuple[Heading, Sequence[Block]]]) -> None:
        """The sections that the form has only if there is something in them, and all that it does not know."""
        left = list(others)
        match left[:1]:
            case [(Heading(text=Chapter.MEASURES) as heading, [Rows() as rows])] if _header(rows) == MEASURED:
                self._notes.grasp(heading.text)
                self._draft.rows_of_measures(rows)
                del left[0]
            case [(Heading(text=Chapter.MEASURES) as heading, [])]:
                self._notes.grasp(heading.text)
                del left[0]
            case _:
                pass
        match left[:1]:
            case [(Heading(text=Chapter.PEOPLE) as heading, [Items() as items])]:
                self._notes.grasp(heading.text)
                self._draft.people([items], heading.text, heading.line, is_form=True)
                del left[0]
            case [(Heading(text=Chapter.PEOPLE) as heading, [])]:
                self._notes.grasp(heading.text)
                del left[0]
            case _:
                pass
        for heading, under in left:
            self._draft.other(plain_of(heading.parts, heading.line, self._notes), heading.line, under)


def _header(rows: Rows) -> tuple[str, ...]:
    return tuple(cell.text for cell in rows.rows[0])


def _sections(blocks: Sequence[Block], *, level: int = 2) -> Iterator[tuple[Heading, Sequence[Block]]]:
    """The headings up to that level, each with what stands under it."""
    starts = [number for number, each in enumerate(blocks) if isinstance(each, Heading) and each.level <= level]
    for start, end in zip(starts, (*starts[1:], len(blocks)), strict=True):
        heading = blocks[start]
        if isinstance(heading, Heading):
            yield heading, blocks[start + 1 : end]
