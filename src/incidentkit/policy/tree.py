"""Decision trees: questions that lead to conclusions, walked by a person, answered from facts, or both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import product
from math import prod
from typing import Any, Final, Generic

from attrs import field, frozen

from incidentkit import convert
from incidentkit.errors import TreeInvalid, expect, shown
from incidentkit.model.conditions import Condition, samples
from incidentkit.model.source import Source
from incidentkit.model.vocabulary import AnyFact, Facts, FactSource, Vocabulary
from incidentkit.policy.drawing import draw, to_mermaid
from incidentkit.policy.forms.tree import TreeForm, root_of, tree_form
from incidentkit.policy.question import C, Conclusion, Question, Walk, is_question
from incidentkit.text.printed import Printed

MAX_WORLDS: Final = 4_096
"""Combinations of facts up to which a tree is searched for answers that cannot be reached."""


def _check_root(instance: object, attribute: object, root: object) -> None:
    if not is_question(root):
        raise TreeInvalid(f"a tree starts with a question, not with {shown(root)}")


@frozen(slots=False, repr=False)
class DecisionTree(Printed, Generic[C]):
    """A first question, and through its branches all others::

        DecisionTree("Rollback or hotfix?", ask("Is rollback safe?", ROLLBACK_SAFE, yes=ROLLBACK, no=HOTFIX))

    Conclusions are of the caller's own type; `Conclusion` is one that documents can hold. Subtrees may be shared.
    Raises `TreeInvalid` for an answer that the answers before it rule out.
    """

    title: str
    root: Question[C] = field(validator=_check_root)

    def __attrs_post_init__(self) -> None:
        expect(str, self.title, TreeInvalid, "the title of a tree is text")
        worlds = _worlds([question.subject for question in self.root.questions], self.vocabulary)
        if worlds:
            _check_reached(self.root, worlds)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The facts that its questions mention, in the order in which they are asked."""
        facts: list[AnyFact] = []
        for question in self.root.questions:
            subject = question.subject
            facts.extend(subject.mentioned if isinstance(subject, Condition) else [subject] if subject else [])
        return Vocabulary(*facts)

    def walk(self) -> Walk[C]:
        """The cursor at the first question, for a person to answer."""
        return Walk(self.root, self.vocabulary)

    def decide(self, facts: FactSource, *, at: datetime | None = None) -> Walk[C]:
        """Answer what facts can answer: the walk ends at a conclusion, or at the question to ask a person.

        Raises what `Facts.read` raises.
        """
        if not isinstance(facts, Facts) or facts.vocabulary is not self.vocabulary or at is not None:
            facts = Facts.seen(facts, self.vocabulary, at=at)
        try:
            return self.compiled(facts.values)
        except KeyError:
            return self.walk().decide(facts)

    @cached_property
    def compiled(self) -> Callable[[Mapping[str, Any]], Walk[C]]:
        """The generated function: from checked values by name to the finished walk; `KeyError` when one is missing."""
        return self._source.function()

    @property
    def source(self) -> str:
        """The Python that the tree compiles to, for those who want to see it."""
        return self._source.text

    @property
    def _source(self) -> Source:
        source = Source()
        _write(self.walk(), source, 0)
        return source

    def __str__(self) -> str:
        """A drawing in the form of the playbook."""
        return draw(self.root)

    def to_mermaid(self) -> str:
        """A Mermaid flowchart."""
        return to_mermaid(self.root)

    def to_form(self) -> TreeForm:
        """Itself as documents hold it; `TreeInvalid` if its conclusions are not of the class `Conclusion`."""
        return tree_form(self.title, self.root, self.vocabulary)

    @staticmethod
    def from_form(form: TreeForm) -> DecisionTree[Conclusion]:
        """The tree that a document describes."""
        return DecisionTree(form.title, root_of(form))

    def to_toml(self: DecisionTree[Conclusion]) -> str:
        """The tree with its facts and severities, as people who write no Python edit them."""
        return convert.to_toml(self)

    @staticmethod
    def from_toml(text: str, *, source: str = "") -> DecisionTree[Conclusion]:
        """Read what `to_toml` writes; `DocumentInvalid` names the place, and ``source`` the file if given."""
        return convert.from_toml(text, DecisionTree[Conclusion], source=source)

    def __repr__(self) -> str:
        return f"<decision tree {self.title!r}>"

    def _details(self) -> Iterable[str]:
        return str(self).splitlines()

    def __getstate__(self) -> dict[str, Any]:
        """Only what defines the tree: compiled code neither pickles nor needs to."""
        return {"title": self.title, "root": self.root}


def _write(walk: Walk[Any], source: Source, depth: int) -> None:
    """The source for the rest of a walk; the longer branch stays on this level, so that nesting is shallow."""
    question = walk.question
    if question is None or question.subject is None:
        source.line(depth, f"return {source.constant(walk)}")
    elif isinstance(question.subject, Condition):
        condition = question.subject.write(source)
        yes, no = walk.answer("yes"), walk.answer("no")
        if _depth(yes) > _depth(no):
            condition, yes, no = f"not {condition}", no, yes
        source.line(depth, f"if {condition}:")
        _write(yes, source, depth + 1)
        _write(no, source, depth)
    else:
        *others, last = question.subject.options
        for option in others:
            source.line(depth, f"if {source.read(question.subject.name)} == {source.constant(option)}:")
            _write(walk.answer(option), source, depth + 1)
        _write(walk.answer(last), source, depth)


def _depth(walk: Walk[Any]) -> int:
    return walk.question.depth if walk.question else 0


def _worlds(subjects: Iterable[Any], vocabulary: Vocabulary) -> list[Facts]:
    """One case of every kind that the questions can tell apart; none, if that is too many to look at."""
    conditions = [subject for subject in subjects if isinstance(subject, Condition)]
    answers = [samples(fact, conditions) for fact in vocabulary.values()]
    if prod(map(len, answers)) > MAX_WORLDS:
        return []
    return [Facts(vocabulary, dict(zip(vocabulary, values, strict=True))) for values in product(*answers)]


def _check_reached(question: Question[Any], worlds: Sequence[Facts]) -> None:
    """Refuse a branch that no case can take, although a case has come as far as its question."""
    for answer, node in question.branches.items():
        taken = (
            [world for world in worlds if question.answer_from(world) in (answer, None)]
            if answer != "unsure"
            else worlds
        )
        if not taken:
            raise TreeInvalid(
                f"{question.text!r} can never be answered {answer!r}: the answers before it rule that out"
            )
        if is_question(node):
            _check_reached(node, taken)
