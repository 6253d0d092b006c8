"""Comparing two playbooks: what each wants, and everything that their documents hold, part by part."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any, Final, Protocol, TypeAlias, TypeGuard

from attrs import fields, has

from incidentkit import convert
from incidentkit.model.conditions import Condition
from incidentkit.model.targets import TargetForm
from incidentkit.policy.difference import Change, Part, PlaybookDiff
from incidentkit.policy.forms.rollback import CriterionForm
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.question import is_question
from incidentkit.policy.rules import RuleForm
from incidentkit.policy.template import Section, Template
from incidentkit.policy.tree import DecisionTree
from incidentkit.policy.wording import question_of, words_of

Path: TypeAlias = tuple[str, ...]
"""The way to a part of a playbook: fields, and the names of what there are several of."""

WANTED: Final = "wanted"
"""Where what a playbook wants is found, which no document holds as such."""

ABSENT: Final = object()
"""What is not there."""


class Comparable(Protocol):
    """A playbook, as far as it is compared."""

    @property
    def reference(self) -> str:
        """Its name and version."""
        ...

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """What it wants."""
        ...

    def to_form(self) -> Any:
        """What its document holds."""
        ...


def compared(before: Comparable, after: Comparable) -> PlaybookDiff:
    """What is different between two playbooks: nothing, if and only if their documents hold the same."""
    written = [*_changes((), before.to_form(), after.to_form())]
    changes = [*_obligations(before.obligations, after.obligations), *written] if written else []
    places = {part: place for place, part in enumerate(Part)}
    told = sorted(dict.fromkeys(changes), key=lambda change: places[change.part])  # some stand in several places
    return PlaybookDiff(before=before.reference, after=after.reference, changes=tuple(told))


def _obligations(before: Sequence[Obligation], after: Sequence[Obligation]) -> Iterator[Change]:
    """What is wanted by one of the two alone, and what is wanted by both in different ways."""
    mine, theirs = ({each.id: each for each in several} for several in (before, after))
    for id in dict.fromkeys([*mine, *theirs]):
        one, other = mine.get(id), theirs.get(id)
        if one is None or other is None:
            yield _change((WANTED, id), one or ABSENT, other or ABSENT)
            continue
        for name in _names_of_parts(one):
            values = getattr(one, name), getattr(other, name)
            if len({*map(words_of, values)}) > 1:
                yield _change((WANTED, id, name), *values)


def _changes(path: Path, before: Any, after: Any) -> Iterator[Change]:
    """What is different below a place of the document."""
    if before is not ABSENT and after is not ABSENT and _written(before) == _written(after):
        return
    before, after = (_form(each) for each in (before, after))
    if _is_tree(before) and _is_tree(after):
        yield from _tree(path, before, after)
    elif isinstance(before, Template) and isinstance(after, Template):
        yield from _template(path, before, after)
    elif _is_table(before) and _is_table(after):
        yield from _entries(path, before, after)
    elif _are_named(before) and _are_named(after):
        yield from _rows(path, before, after)
    elif _has_parts(before) and type(before) is type(after):
        for name in _names_of_parts(before):
            yield from _changes((*path, name), getattr(before, name), getattr(after, name))
    else:
        yield _change(path, _or_absent(before, after), _or_absent(after, before))


def _entries(path: Path, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Change]:
    """What is different by name."""
    for name in dict.fromkeys([*before, *after]):
        yield from _changes((*path, name), before.get(name, ABSENT), after.get(name, ABSENT))


def _rows(path: Path, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    """What is different of several that have an order, by their names; and the order of those that both have."""
    mine, theirs = _by_name(before), _by_name(after)
    _name_alike(mine, theirs)
    yield from _entries(path, mine, theirs)
    orders = [name for name in mine if name in theirs], [name for name in theirs if name in mine]
    if orders[0] != orders[1]:
        yield _change((*path, "order"), *orders)


def _by_name(rows: Iterable[object]) -> dict[str, Any]:
    """By what tells them apart; those that are called the same are counted."""
    named: dict[str, Any] = {}
    for row in rows:
        _put(named, str(_name_of(row)), row)
    return named


def _put(named: dict[str, Any], name: str, value: object) -> None:
    """Add a value under a name, or under that and a number."""
    numbered = (f"{name} ({number})" for number in count(2))
    named[next(each for each in chain([name], numbered) if each not in named)] = value


def _name_alike(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Give rules with different conditions one name if they have one reason: that of an edited rule stays."""
    alone = [
        {name: row for name, row in some.items() if name not in others}
        for some, others in ((mine, theirs), (theirs, mine))
    ]
    reasons = [_by_reason(each) for each in alone]
    for reason in [each for each in reasons[0] if each in reasons[1] and each not in {*mine, *theirs}]:
        for some, names in zip((mine, theirs), reasons, strict=True):
            renamed = {reason if name == names[reason] else name: row for name, row in some.items()}
            some.clear()
            some.update(renamed)


def _by_reason(rows: Mapping[str, Any]) -> dict[str, str]:
    """The names of rules by their reasons, where no two have the same."""
    names: dict[str, list[str]] = {}
    for name, row in rows.items():
        if isinstance(row, RuleForm | CriterionForm) and row.because:
            names.setdefault(row.because, []).append(name)
    return {reason: several[0] for reason, several in names.items() if len(several) == 1}


def _tree(path: Path, before: DecisionTree[Any], after: DecisionTree[Any]) -> Iterator[Change]:
    """What is different of two trees, question by question; in a document these have numbers, which tell nothing."""
    one, other = before.to_form(), after.to_form()
    facts = {fact.name: fact for fact in other.facts}
    found = [
        *_changes((*path, "title"), before.title, after.title),
        *_changes((*path, "start"), before.root.text, after.root.text),
        *_entries(path, _questions(before), _questions(after)),
    ]
    for fact in one.facts:  # of which those that only one has follow from the questions
        found += _changes((*path, "facts", fact.name), fact, facts.get(fact.name, fact))
    if one.scheme is not None and other.scheme is not None:
        found += _changes((*path, "scheme"), one.scheme, other.scheme)
    yield from found or [_change((*path, "drawing"), str(before), str(after))]


def _questions(tree: DecisionTree[Any]) -> dict[str, dict[str, str]]:
    """By the text of a question, what answers it and where each answer leads."""
    described: dict[str, dict[str, str]] = {}
    for question in tree.root.questions:
        subject = question.subject
        asked = "" if subject is None else str(subject) if isinstance(subject, Condition) else subject.name
        leads = {answer: node.text if is_question(node) else str(node) for answer, node in question.branches.items()}
        _put(described, question.text, {"answered by": asked, **leads})
    return described


def _template(path: Path, before: Template, after: Template) -> Iterator[Change]:
    """What is different of two templates, section by section, if no section is new or gone."""
    yield from _changes((*path, "title"), before.title, after.title)
    mine, theirs = [*before.sections], [*after.sections]
    if len(mine) == len(theirs):
        for number, pair in enumerate(zip(mine, theirs, strict=True), start=1):
            if _written(pair[0]) != _written(pair[1]):
                yield _change((*path, f"section {number}"), *pair)
        return
    for end in (0, -1):
        while mine and theirs and _written(mine[end]) == _written(theirs[end]):
            del mine[end], theirs[end]
    yield _change((*path, "sections"), *(" / ".join(map(words_of, each)) for each in (mine, theirs)))


def _change(path: Path, before: Any, after: Any) -> Change:
    """A change at a place: of a field, or of all that is there."""
    part, place = _place(path)
    whole = before is ABSENT or after is ABSENT
    return Change(
        part=part,
        where=" / ".join(place if whole else place[:-1]),
        what="" if whole else place[-1],
        before=None if before is ABSENT else words_of(question_of(before)),
        after=None if after is ABSENT else words_of(question_of(after)),
    )


def _place(path: Path) -> tuple[Part, Path]:
    """The part of a playbook that a place belongs to, and the way from there on."""
    match path:
        case (part, *rest) if part == WANTED:
            return Part.OBLIGATIONS, tuple(rest)
        case ("rules", "scheme", "severities", *rest) | ("trees", _, "scheme", "severities", *rest):
            return Part.SEVERITIES, tuple(rest)
        case ("rules", "scheme", *rest) | ("trees", _, "scheme", *rest):
            return Part.SEVERITIES, tuple(rest)
        case ("rules", "facts", *rest) | ("trees", _, "facts", *rest) | ("facts", *rest):
            return Part.FACTS, tuple(rest)
        case ("rules", "rules", *rest):
            return Part.RULES, tuple(rest)
        case ("rules", *rest):
            return Part.RULES, tuple(rest)
        case ("trees", *rest):
            return Part.TREES, tuple(rest)
        case ("communication", "templates", *rest):
            return Part.TEMPLATES, tuple(rest)
        case ("runbooks", name, "steps", *rest):
            return Part.RUNBOOKS, (name, *rest)
        case ("runbooks", *rest):
            return Part.RUNBOOKS, tuple(rest)
        case _:
            return Part.POLICIES, path


def _written(value: object) -> str:
    """A part as a version counts it."""
    return json.dumps(convert.to_plain(value), sort_keys=True, ensure_ascii=False)


def _form(value: Any) -> Any:
    """What is gone through of a value: what documents hold of it, but for trees."""
    while hasattr(value, "to_form") and not _is_tree(value):
        value = value.to_form()
    return value


def _or_absent(value: object, other: object) -> object:
    """A part that is not there at all, in the place of nothing; nothing where that is a value like others."""
    return ABSENT if value is None and _has_parts(other) else value


def _name_of(row: object) -> str | None:
    """What tells it from the others of a row; a rule or a criterion has no name but its condition."""
    return next((getattr(row, name) for name in ("key", "name", "when") if hasattr(row, name)), None)


def _are_named(value: object) -> TypeGuard[Sequence[object]]:
    return _is_row(value) and all(_name_of(each) is not None for each in value)


def _is_row(value: object) -> TypeGuard[tuple[object, ...]]:
    return isinstance(value, tuple)


def _is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)


def _is_tree(value: object) -> TypeGuard[DecisionTree[Any]]:
    return isinstance(value, DecisionTree)


def _names_of_parts(value: Any) -> Iterator[str]:
    return (each.name for each in fields(value.__class__) if each.init)


def _has_parts(value: object) -> bool:
    """Whether it has fields to go through, rather than to be told as a whole."""
    return has(type(value)) and not isinstance(value, TargetForm | Section)
