"""Action items as people write them: tasks, bullets, numbers, tables, lines; with owners and dates, or without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from incidentkit.inbound.clock import date_of, is_date
from incidentkit.inbound.column import Columns
from incidentkit.inbound.markdown_tree import Block, Commands, Heading, Item, Items, Rows, Words
from incidentkit.inbound.notes import Notes
from incidentkit.inbound.placeholder import is_blank, is_placeholder
from incidentkit.inbound.prose import line_of, short_text, shortened
from incidentkit.inbound.warning import Unclear
from incidentkit.inbound.wording import Part, Parts, lines_of, words_of_parts
from incidentkit.policy.account import ActionItem, words_in
from incidentkit.policy.postmortem import BLANK_DUE, BLANK_OWNER
from incidentkit.text.document import Code, Inline, Line, Text

_OWNER: Final = r"(?:owners?|assignees?|assigned to|responsible)\s*:\s*(?P<owner>[^,;()]*?)"
_DUE: Final = r"(?:due(?: date| by)?|by|until|deadline|eta)\s*:?\s*(?P<due>[^()]*?)"
_SAID: Final = re.compile(
    rf"\s*(?:[-,;\u2013\u2014]\s*)?(?:"
    rf"\({_OWNER}(?:[,;]\s*{_DUE})?\)|\({_DUE.replace('due>', 'alone>')}\)|\b{_OWNER.replace('owner>', 'bare>')}"
    rf"(?:[,;]\s*{_DUE.replace('due>', 'then>')})?)\s*\Z",
    re.IGNORECASE,
)
"""Who and by when, at the end of an item: ``(Owner: Ada, due 2024-05-01)``, ``Owner: Ada``, ``(due 2024-05-01)``."""

_CALLED: Final = re.compile(r"(?:\A@(?P<first>[\w.-]+)[:,]?\s+|\s+\(?@(?P<last>[\w.-]+)\)?\Z)")

_EVERYBODY: Final = frozenset(("here", "channel", "everyone", "all"))
"""Whom chats call that means whoever is there: nobody owns what they own."""

_WHAT_COLUMN: Final = re.compile(r"\b(?:actions?|items?|what|tasks?|description|todo|summary|title)\b", re.IGNORECASE)
_OWNER_COLUMN: Final = re.compile(r"\b(?:owners?|assignees?|assigned|who|responsible)\b", re.IGNORECASE)
_DUE_COLUMN: Final = re.compile(r"\b(?:due|deadline|by when|when|target date|eta|date)\b", re.IGNORECASE)
_STATE_COLUMN: Final = re.compile(r"\b(?:status|done|state|complete[d]?)\b", re.IGNORECASE)
_DONE: Final = frozenset(("done", "yes", "closed", "complete", "completed", "x", "[x]", "finished", "fixed"))
_OPEN: Final = frozenset(("", "no", "open", "todo", "to do", "[ ]", "not started", "in progress"))


class ActionItems:
    """Reads the action items of a document, section by section."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._group = ""
        self._items: list[ActionItem] = []

    @property
    def items(self) -> list[ActionItem]:
        """What was read; what stands under no heading comes first, since a heading holds for all that follows."""
        return sorted(self._items, key=lambda item: bool(item.group))

    def read(self, blocks: Sequence[Block]) -> tuple[Block, ...]:
        """Read the items of a section, and give back what is none."""
        self._group = ""
        outside: list[Block] = []
        are_lines = not any(isinstance(block, Items | Rows) for block in blocks)
        for index, block in enumerate(blocks):
            match block:
                case Heading(line=line, text=text):
                    self._group = short_text(text, line, self._notes)
                    if not any(isinstance(each, Items | Rows | Words) for each in _under(blocks, index + 1)):
                        outside.append(block)
                case Items(items=items):
                    for item in items:
                        self._item(item)
                case Rows():
                    outside += self._table(block)
                case Words() if are_lines:
                    for number, parts in enumerate(lines_of(block.parts)):
                        self._add(block.line + number, parts, done=None)
                case Words() if is_placeholder(block.parts):
                    self._notes.warn(Unclear.PLACEHOLDER, block.line, block.text)
                case _:
                    outside.append(block)
        return tuple(outside)

    def _item(self, item: Item) -> None:
        self._add(item.line, tuple(_flattened(item.blocks)), done=item.done)

    def _add(self, number: int, parts: Parts, *, done: bool | None) -> None:
        line = line_of(parts)
        said = words_in(line)
        if is_placeholder(parts):
            self._notes.warn(Unclear.PLACEHOLDER, number, said)
            return
        what, owner, due = self._apart(line, number)
        self._keep(number, what or line, owner, due, done=bool(done))

    def _keep(self, number: int, what: Line, owner: str, due: date | None, *, done: bool) -> None:
        if is_placeholder(tuple(map(Part, what))):
            self._notes.warn(Unclear.PLACEHOLDER, number, words_in(what))
        elif words_in(what).strip():
            if _is_nobody(owner):
                self._notes.warn(Unclear.OWNER, number, owner)
                owner = ""
            called = short_text(" ".join(_without_dashes(owner)), number, self._notes)
            item = ActionItem(
                what=shortened(what, number, self._notes), owner=called, due=due, done=done, group=self._group
            )
            self._items.append(item)

    def _apart(self, line: Line, number: int) -> tuple[Line, str, date | None]:
        """What is to be done, by whom, and by when."""
        *before, last = line or (Text(""),)
        if not isinstance(last, Text):
            return line, "", None
        match last.text.rsplit(" - ", 2) if " - " in last.text else ():
            case [rest, owner, due] if due == BLANK_DUE or (is_date(due) and date_of(due)):
                self._blanks(number, owner, due)
                return self._grasped(before, rest, "" if owner == BLANK_OWNER else owner, due)
            case [*rest, due] if is_date(due):
                if date_of(due) is None:
                    self._notes.warn(Unclear.DUE, number, due)
                    return line, "", None
                words = " - ".join(rest)
                if words.endswith(" -"):
                    self._notes.warn(Unclear.OWNER, number, words_in(line))
                return self._grasped(before, words.removesuffix(" -"), "", due)
            case _:
                return self._named(line, before, last.text, number)

    def _blanks(self, number: int, owner: str, due: str) -> None:
        for blank in {owner, due} & {BLANK_OWNER, BLANK_DUE}:
            self._notes.warn(Unclear.PLACEHOLDER, number, blank)

    def _named(self, line: Line, before: Sequence[Inline], text: str, number: int) -> tuple[Line, str, date | None]:
        """The same in others' forms."""
        called = _CALLED.search(text)
        name = (called["first"] or called["last"]) if called else ""
        if called and name.lower() not in _EVERYBODY and (called["last"] or not before):
            return self._grasped(before, f"{text[: called.start()]}{text[called.end() :]}", name, "")
        said = _SAID.search(text[-500:])
        if said is None:
            return line, "", None
        names = [each for each in (said["owner"], said["bare"]) if each is not None]
        due = said["due"] or said["alone"] or said["then"] or ""
        if names and (not names[0].strip() or is_placeholder((Part(Text(names[0].strip())),))):
            self._notes.warn(Unclear.OWNER, number, said[0])
        if due and date_of(due) is None:
            if not names:
                if is_date(due):
                    self._notes.warn(Unclear.DUE, number, due)
                return line, "", None
            self._notes.warn(Unclear.DUE, number, due)
            return line, "", None
        self._notes.grasp(said[0])
        owner = names[0].strip() if names and not is_placeholder((Part(Text(names[0].strip())),)) else ""
        return self._grasped(before, text[: len(text) - len(said[0])], owner, due)

    def _grasped(self, before: Sequence[Inline], rest: str, owner: str, due: str) -> tuple[Line, str, date | None]:
        self._notes.grasp(due)
        return line_of(map(Part, (*before, Text(rest)))), owner.strip(), date_of(due)

    def _table(self, block: Rows) -> Iterator[Block]:
        columns = Columns(block)
        owner, due = columns.named(_OWNER_COLUMN), columns.named(_DUE_COLUMN)
        state = columns.named(_STATE_COLUMN)
        what = columns.named(_WHAT_COLUMN)
        if what is None or what in (owner, due, state):
            what = columns.beside(owner, due, state)
        if what is None:
            yield block
            return
        known = (what, owner, due, state)
        for column, pattern in zip(known, (_WHAT_COLUMN, _OWNER_COLUMN, _DUE_COLUMN, _STATE_COLUMN), strict=True):
            self._notes.grasp(columns.understood(column, pattern))
        for row in columns.rows:
            self._row(row, what, owner, due, state, columns.beyond(row, known))

    def _row(
        self,
        row: Sequence[Words],
        what: int,
        owner: int | None,
        due: int | None,
        state: int | None,
        extra: Parts,
    ) -> None:
        number, parts = row[what].line, (*row[what].parts, *extra)
        who = words_in(line_of(row[owner].parts)) if owner is not None else ""
        when = words_in(line_of(row[due].parts)) if due is not None else ""
        how = words_in(line_of(row[state].parts)) if state is not None else ""
        if is_placeholder((Part(Text(who)),)):
            self._notes.warn(Unclear.PLACEHOLDER, number, who)
            who = ""
        if when and date_of(when) is None:
            self._notes.warn(Unclear.DUE, number, when)
            parts = (*parts, Part(Text(f" ({when})")))
        if how.lower() in _DONE | _OPEN:
            self._notes.grasp(how)
        else:
            parts = (*parts, Part(Text(f" ({how})")))
        self._notes.grasp(when if date_of(when) else "")
        if is_placeholder(parts):
            self._notes.warn(Unclear.PLACEHOLDER, number, f"{words_of_parts(parts)} {who} {when}")
            return
        self._keep(number, line_of(parts), who, date_of(when), done=how.lower() in _DONE)


def _is_nobody(owner: str) -> bool:
    """Whether what stands where an owner is named names nobody: a blank, or everybody."""
    return is_blank(owner.lstrip("@")) or (owner.startswith("@") and owner[1:].lower() in _EVERYBODY)


def _under(blocks: Sequence[Block], start: int) -> Iterator[Block]:
    """What stands from there on before the next heading."""
    for number in range(start, len(blocks)):
        if isinstance(blocks[number], Heading):
            return
        yield blocks[number]


def _flattened(blocks: Sequence[Block]) -> Iterator[Part]:
    """An item with all that stands in it, in one line."""
    for index, block in enumerate(blocks):
        if index:
            yield Part(Text(" \N{EN DASH} "))
        match block:
            case Words(parts=parts) | Heading(parts=parts):
                yield from parts
            case Commands(code=code, language=language):
                yield Part(Text(f"{language} " if language else ""))
                yield Part(Code(code))
            case Rows(text=text):
                yield Part(Text(text))
            case Items(items=items):
                for number, item in enumerate(items):
                    if number:
                        yield Part(Text(" \N{EN DASH} "))
                    yield from _flattened(item.blocks)


def _without_dashes(owner: str) -> list[str]:
    """The words of a name; a dash between them would part it from the date."""
    return [word for word in owner.split() if word != "-"]
