"""Decisions by example: a table of facts and of what is to be decided by them, and what is decided instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, Protocol, TypeAlias, TypeGuard, cast

from attrs import frozen

from incidentkit.errors import (
    DecisionsDiffer,
    DecisionsInvalid,
    FieldInvalid,
    IncidentkitError,
    listed,
    nearest,
    several,
    shown,
)
from incidentkit.model.identity import moment
from incidentkit.model.severity import Severity, is_severity
from incidentkit.model.vocabulary import Facts, Vocabulary, is_fact
from incidentkit.policy.question import Conclusion, Walk
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.tree import DecisionTree
from incidentkit.testing.checks.traceback import ON_PURPOSE
from incidentkit.text.document import Document, Paragraph, Table
from incidentkit.text.plain import to_plain

__tracebackhide__: Final = ON_PURPOSE

Examples: TypeAlias = str | Iterable[Mapping[Any, Any]]
"""A table: text with a line for each row and bars between its cells, or a mapping for each row."""

Row: TypeAlias = Mapping[str, Any]
"""The cells of a row by column; text where a person wrote it."""

_BAR: Final = re.compile(r"(?<!\\)\|")
_RULE: Final = re.compile(r":?-+:?")
_OR: Final = re.compile(r"\s+or\s+")


def assert_decisions(
    decides: SeverityRules[Any] | DecisionTree[Any], table: Examples, *, at: datetime | None = None
) -> None:
    """Raise `DecisionsDiffer` unless severity rules, or a tree, decide every row of a table as the row says.

    A column is the name of a fact, or a question of a tree that only people answer; an empty cell is unknown. One
    column, ``severity`` for rules and ``conclusion`` for a tree, says what is to be decided: the key of a severity, or
    ``P1 or P2`` if both are to be left possible; the conclusion of a tree, or the question at which it is to stop.
    ``at`` is the moment at which running clocks are read.

    Raises `DecisionsInvalid` for a table that cannot be read, and `FieldInvalid` for another argument.
    """
    examples = _examples(decides, at)
    columns, rows = _read_text(table) if isinstance(table, str) else _read_rows(table)
    if not rows:
        raise DecisionsInvalid("there is no row below it", row=0)
    _check_columns(columns, examples)
    judged = [(number, row, examples.judged(number, row)) for number, row in enumerate(rows, start=1)]
    wrong = [(number, row, each) for number, row, each in judged if each.decided not in each.expected]
    if wrong:
        facts = [column for column in columns if column != examples.outcome]
        raise DecisionsDiffer(_report(facts, wrong, len(rows)), tuple(number for number, *_ in wrong))


@frozen(kw_only=True)
class _Judged:
    """What was decided for a row."""

    expected: tuple[str, ...]
    """What it may be, the words of the row first."""
    decided: str
    by: str


class _Examples(Protocol):
    """How rows are decided."""

    @property
    def outcome(self) -> str:
        """The column that says what is to be decided."""
        ...

    @property
    def columns(self) -> Sequence[str]:
        """The columns that there may be beside it."""
        ...

    def judged(self, number: int, row: Row) -> _Judged:
        """What is decided for a row; `DecisionsInvalid` if it cannot be read."""
        ...


def _examples(decides: object, at: datetime | None) -> _Examples:
    if at is not None:
        at = moment("at", at)
    if _are_rules(decides):
        return _OfRules(decides, at)
    if _is_tree(decides):
        return _OfTree(decides, at)
    raise FieldInvalid("decides", f"SeverityRules or a DecisionTree decide, not {shown(decides)}")


def _are_rules(decides: object) -> TypeGuard[SeverityRules[Any]]:
    return isinstance(decides, SeverityRules)


def _is_tree(decides: object) -> TypeGuard[DecisionTree[Any]]:
    return isinstance(decides, DecisionTree)


@frozen
class _OfRules:
    rules: SeverityRules[Any]
    at: datetime | None

    @property
    def outcome(self) -> str:
        return "severity"

    @property
    def columns(self) -> Sequence[str]:
        return (*self.rules.vocabulary,)

    def judged(self, number: int, row: Row) -> _Judged:
        """The severity that is certain, or those that are possible."""
        triage = self.rules.triage(_facts(number, row, self.rules.vocabulary, self.at))
        rules = [*self.rules.rules]
        by = ", ".join(f"rule {rules.index(rule) + 1}: {rule}" for rule in triage.open)
        return _Judged(expected=(self._expected(number, row),), decided=_joined(triage.possible), by=by)

    def _expected(self, number: int, row: Row) -> str:
        cell = _wanted(number, row, self.outcome)
        keys = _OR.split(cell) if isinstance(cell, str) and cell not in self.rules.scheme.keys else [cell]
        return _joined({self._severity(number, key) for key in keys})

    def _severity(self, number: int, key: object) -> Severity[Any]:
        if is_severity(key) and key in self.rules.scheme:
            return key
        try:
            return self.rules.scheme[cast(str, key)]
        except IncidentkitError as error:
            raise DecisionsInvalid(str(error), row=number, column=self.outcome) from None


def _joined(severities: Iterable[Severity[Any]]) -> str:
    return " or ".join(each.key for each in sorted(severities, reverse=True))


@frozen
class _OfTree:
    tree: DecisionTree[Any]
    at: datetime | None

    @property
    def outcome(self) -> str:
        return "conclusion"

    @property
    def columns(self) -> Sequence[str]:
        return (*self.tree.vocabulary, *self._for_people)

    @property
    def _for_people(self) -> tuple[str, ...]:
        return tuple(question.text for question in self.tree.root.questions if question.subject is None)

    def judged(self, number: int, row: Row) -> _Judged:
        """Where the walk ends."""
        facts = _facts(number, row, self.tree.vocabulary, self.at)
        walk: Walk[Any] = self.tree.walk().decide(facts)
        while (question := walk.question) is not None and question.subject is None and _is_told(row, question.text):
            try:
                walk = walk.answer(row[question.text]).decide(facts)
            except IncidentkitError as error:
                raise DecisionsInvalid(str(error), row=number, column=question.text) from None
        same = str(_wanted(number, row, self.outcome))
        end = walk.question.text if walk.question else str(walk.node)
        by = ", ".join(map(str, walk.path)) or "nothing is answered"
        return _Judged(expected=(same, *self._meant(same)), decided=end, by=by)

    def _meant(self, words: str) -> tuple[str, ...]:
        """The conclusions with this text, or with these severities."""
        nodes = (node for question in self.tree.root.questions for node in question.branches.values())
        ends = dict.fromkeys(node for node in nodes if isinstance(node, Conclusion))
        return tuple(str(end) for end in ends if words in (end.text, " or ".join(map(str, end.severities))))


def _wanted(number: int, row: Row, column: str) -> object:
    """What a row says is to be decided."""
    if not _is_told(row, column):
        raise DecisionsInvalid("nothing is said to be decided", row=number, column=column)
    cell = row[column]
    return cell.strip() if isinstance(cell, str) else cell


def _is_told(row: Row, column: str) -> bool:
    value = row.get(column)
    return value is not None and value != ""


def _facts(number: int, row: Row, vocabulary: Vocabulary, at: datetime | None) -> Facts:
    """What a row says is known; what people wrote is read as their answer to the question of the fact."""
    known: dict[str, Any] = {}
    for name, fact in vocabulary.items():
        if _is_told(row, name):
            value = row[name]
            try:
                known[name] = fact.answer(value) if isinstance(value, str) else value
                Facts.read({name: known[name]}, vocabulary, at=at)
            except IncidentkitError as error:
                raise DecisionsInvalid(str(error).removeprefix(f"{name}: "), row=number, column=name) from None
    return Facts.read(known, vocabulary, at=at)


def _read_text(table: str) -> tuple[Sequence[str], Sequence[Row]]:
    """The columns and the rows of a text; lines of dashes are drawn, and no row."""
    header, *lines = [line.strip() for line in table.splitlines() if line.strip()] or [""]
    if not header:
        raise DecisionsInvalid("there is none: the first line names the columns, with | between them", row=0)
    columns = _cells(header, header)
    parted = (_cells(line, header) for line in lines)
    rows = [cells for cells in parted if not all(_RULE.fullmatch(cell) for cell in cells)]
    for number, cells in enumerate(rows, start=1):
        if len(cells) != len(columns):
            column = columns[min(len(cells), len(columns) - 1)]
            number_of = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            raise DecisionsInvalid(f"it has {number_of} for {len(columns)} columns", row=number, column=column)
    return columns, [dict(zip(columns, cells, strict=True)) for cells in rows]


def _cells(line: str, header: str) -> list[str]:
    """The cells of a line; bars at its ends are drawn, and no cells, if those of the header are."""
    cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(line)]
    if header.startswith("|") and not cells[0]:
        cells = cells[1:]
    if header.endswith("|") and cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _read_rows(table: object) -> tuple[Sequence[str], Sequence[Row]]:
    """The columns and the rows of mappings; a column that a row does not have is unknown there."""
    words = "a table is a text or a list of mappings"
    mappings = several(cast(Iterable[object], table), partial(FieldInvalid, "table"), words)
    rows: list[Row] = []
    for number, row in enumerate(mappings, start=1):
        if not isinstance(row, Mapping):
            raise DecisionsInvalid(f"a row is a mapping by column, not {shown(row)}", row=number)
        rows.append({_column(number, key): value for key, value in cast(Mapping[object, Any], row).items()})
    return [*dict.fromkeys(column for row in rows for column in row)], rows


def _column(number: int, key: object) -> str:
    if is_fact(key):
        return key.name
    if isinstance(key, str):
        return key
    raise DecisionsInvalid(f"a column is a fact or its name, not {shown(key)}", row=number)


def _check_columns(columns: Sequence[str], examples: _Examples) -> None:
    known = (*examples.columns, examples.outcome)
    for place, column in enumerate(columns):
        if column not in known:
            problem = f"it is neither a fact nor {examples.outcome!r}{listed(known)}. {nearest(column, known)}".rstrip()
            raise DecisionsInvalid(problem, row=0, column=column)
        if column in columns[:place]:
            raise DecisionsInvalid("it is there twice", row=0, column=column)
    if examples.outcome not in columns:
        raise DecisionsInvalid("no column says what is to be decided", row=0, column=examples.outcome)


def _report(facts: Sequence[str], wrong: Sequence[tuple[int, Row, _Judged]], count: int) -> str:
    """The wrong rows, with what was expected, what was decided, and by what."""
    told = [column for column in facts if any(_is_told(row, column) for _, row, _ in wrong)]
    rows = [
        (str(number), *(_shown(row, column) for column in told), each.expected[0], each.decided, each.by)
        for number, row, each in wrong
    ]
    in_short = f"{len(wrong)} of {count} rows {'is' if len(wrong) == 1 else 'are'} decided otherwise."
    return to_plain(Document((Paragraph(in_short), Table(("row", *told, "expected", "decided", "by"), rows))))


def _shown(row: Row, column: str) -> str:
    value = row.get(column)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if _is_told(row, column) else ""
