"""Decisions by example: a table of facts and of what is to be decided by them, and what is decided instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Protocol, TypeGuard, cast

from attrs import frozen

from incidentkit.errors import (
    DecisionsDiffer,
    DecisionsInvalid,
    FieldInvalid,
    IncidentkitError,
    listed,
    nearest,
    shown,
)
from incidentkit.model.identity import moment
from incidentkit.model.severity import Severity, is_severity
from incidentkit.model.vocabulary import Facts, Vocabulary
from incidentkit.policy.question import Conclusion, Walk, is_question
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.tree import DecisionTree
from incidentkit.testing.checks.examples import Examples, Row, is_told, read_examples
from incidentkit.testing.checks.traceback import ON_PURPOSE
from incidentkit.text.document import Document, Paragraph, Table
from incidentkit.text.plain import EASILY_READ, to_plain

__tracebackhide__: Final = ON_PURPOSE

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
    columns, rows = read_examples(table)
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


@frozen(slots=False)
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
        self._check_answers(number, row)
        walk: Walk[Any] = self.tree.walk().decide(facts)
        while (question := walk.question) is not None and question.subject is None and is_told(row, question.text):
            try:
                walk = walk.answer(row[question.text]).decide(facts)
            except IncidentkitError as error:
                raise DecisionsInvalid(str(error), row=number, column=question.text) from None
        same = self._wanted(number, row)
        end = walk.question.text if walk.question else str(walk.node)
        by = ", ".join(map(str, walk.path)) or "nothing is answered"
        return _Judged(expected=self._ends[same], decided=end, by=by)

    def _check_answers(self, number: int, row: Row) -> None:
        """Refuse an answer of people that none of the questions of that text offers, also where none is asked."""
        offered: dict[str, dict[str, None]] = {}
        for question in (each for each in self.tree.root.questions if each.subject is None):
            offered.setdefault(question.text, {}).update(dict.fromkeys(question.branches))
        for text, answers in offered.items():
            if is_told(row, text) and str(row[text]).casefold() not in map(str.casefold, answers):
                hint = nearest(str(row[text]), answers)
                problem = f"{shown(row[text])} is no answer to it{listed((*answers,))}. {hint}".rstrip()
                raise DecisionsInvalid(problem, row=number, column=text)

    def _wanted(self, number: int, row: Row) -> str:
        """What a row says is to be come to: one of the words for a conclusion, or a question."""
        words = str(_wanted(number, row, self.outcome))
        if words not in self._ends:
            there_are, hint = listed((*self._ends,)), nearest(words, self._ends)
            problem = f"the tree comes to no {shown(words)}{there_are}. {hint}".rstrip()
            raise DecisionsInvalid(problem, row=number, column=self.outcome)
        return words

    @cached_property
    def _ends(self) -> Mapping[str, tuple[str, ...]]:
        """By each word for them, the conclusions with that text, or those severities, and the question of that text."""
        ends: dict[str, dict[str, None]] = {}
        for question in self.tree.root.questions:
            ends.setdefault(question.text, {})[question.text] = None
            for node in (each for each in question.branches.values() if not is_question(each)):
                for words in _words_of(node):
                    ends.setdefault(words, {})[str(node)] = None
        return {words: (words, *meant) for words, meant in ends.items() if words}


def _words_of(conclusion: object) -> tuple[str, ...]:
    """What a conclusion may be called: by the whole of it, by its text, and by its severities."""
    if isinstance(conclusion, Conclusion):
        return str(conclusion), conclusion.text, " or ".join(map(str, conclusion.severities))
    return (str(conclusion),)


def _wanted(number: int, row: Row, column: str) -> object:
    """What a row says is to be decided."""
    if not is_told(row, column):
        raise DecisionsInvalid("nothing is said to be decided", row=number, column=column)
    cell = row[column]
    return cell.strip() if isinstance(cell, str) else cell


def _facts(number: int, row: Row, vocabulary: Vocabulary, at: datetime | None) -> Facts:
    """What a row says is known; what people wrote is read as their answer to the question of the fact."""
    known: dict[str, Any] = {}
    for name, fact in vocabulary.items():
        if is_told(row, name):
            value = row[name]
            try:
                known[name] = fact.answer(value) if isinstance(value, str) else value
                Facts.read({name: known[name]}, vocabulary, at=at)
            except IncidentkitError as error:
                raise DecisionsInvalid(str(error).removeprefix(f"{name}: "), row=number, column=name) from None
    return Facts.read(known, vocabulary, at=at)


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
    """The wrong rows, with what was expected, what was decided, and by what; what all of them say is said once."""
    cells = {column: [_shown(row, column) for _, row, _ in wrong] for column in facts}
    same = {column: row[0] for column, row in cells.items() if len(row) > 1 and len({*row}) == 1}
    told = [column for column, row in cells.items() if any(row) and column not in same]
    rows = [
        (str(number), *(_shown(row, column) for column in told), each.expected[0], each.decided, each.by)
        for number, row, each in wrong
    ]
    of_all = "The row" if count == 1 else f"{len(wrong)} of {count} rows"
    in_short = f"{of_all} {'is' if len(wrong) == 1 else 'are'} decided otherwise."
    in_each = "; ".join(f"{column} {cell}" for column, cell in same.items() if cell)
    above = [Paragraph(in_short), *([Paragraph(f"In each of them: {in_each}.")] if in_each else [])]
    return to_plain(Document((*above, Table(("row", *told, "expected", "decided", "by"), rows))), width=EASILY_READ)


def _shown(row: Row, column: str) -> str:
    value = row.get(column)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if is_told(row, column) else ""
