"""Questions that lead to conclusions, and the walk from one to the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from types import NoneType
from typing import Any, Final, Generic, TypeAlias, TypeGuard, TypeVar, cast

from attrs import field, frozen

from incidentkit.errors import AnswerInvalid, TreeInvalid, expect, nearest, shown
from incidentkit.model.conditions import Condition
from incidentkit.model.facts import Choice
from incidentkit.model.severity import Severity
from incidentkit.model.vocabulary import Facts, FactSource, Vocabulary
from incidentkit.text.printed import Printed, PrintedAsCall

C = TypeVar("C")

MAX_DEPTH: Final = 50
"""Questions that may follow one another."""

MAX_WAYS: Final = 1_000
"""Ways through a tree; so many that no person would call it a tree any more, and few enough to go through them all."""


class Reply(StrEnum):
    """What a person says to a question with a yes and a no."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


@frozen
class Conclusion(PrintedAsCall):
    """Where a tree leads: what to do, and the severities that it allows, if it says which."""

    text: str = ""
    severities: tuple[Severity[Any], ...] = ()

    def __attrs_post_init__(self) -> None:
        expect(str, self.text, TreeInvalid, "the text of a conclusion is text")
        for severity in expect(tuple, self.severities, TreeInvalid, "the severities of a conclusion are a tuple"):
            expect(Severity, severity, TreeInvalid, "a conclusion allows severities")
        if not self.text and not self.severities:
            raise TreeInvalid("a conclusion has a text, or severities, or both")

    def __str__(self) -> str:
        return ": ".join(part for part in (self.text, " or ".join(map(str, self.severities))) if part)


def _copy(branches: Mapping[str, Any]) -> dict[str, Any]:
    return {**expect(Mapping, branches, TreeInvalid, "branches are a mapping by answer")}


@frozen(slots=False)
class Question(PrintedAsCall, Generic[C]):
    """A question with a branch for each answer; made by `ask` and `choose`.

    ``subject`` is what answers it from facts: a condition (yes or no), a choice (its options), or `None` when only a
    person can tell.
    """

    text: str
    subject: Condition | Choice | None
    branches: Mapping[str, Node[C]] = field(converter=_copy)
    """By answer; several answers may lead to the same place."""

    def __attrs_post_init__(self) -> None:
        expect(Condition | Choice | NoneType, self.subject, TreeInvalid, "a question is about a condition or a choice")
        if not expect(str, self.text, TreeInvalid, "a question is a text").strip():
            raise TreeInvalid("a question without a text asks nothing")
        offered = {*self.branches}
        needed = {*self.subject.options} if isinstance(self.subject, Choice) else {Reply.YES, Reply.NO}
        if missing := sorted(needed - offered):
            raise TreeInvalid(f"{self.text!r} has no branch for {', '.join(missing)}")
        if surplus := sorted(offered - needed - {Reply.UNSURE}):
            raise TreeInvalid(f"{self.text!r} has a branch for {', '.join(surplus)}, which nobody can answer")
        if self.depth > MAX_DEPTH or self.ways > MAX_WAYS:
            raise TreeInvalid(
                f"a tree asks {MAX_DEPTH} questions in a row and has {MAX_WAYS} ways through, at the most"
            )

    def __hash__(self) -> int:
        return hash(self.text)

    @cached_property
    def depth(self) -> int:
        """How many questions follow one another at the most, this one included."""
        return 1 + max(node.depth if is_question(node) else 0 for node in self.branches.values())

    @cached_property
    def ways(self) -> int:
        """How many ways lead from here to a conclusion."""
        return sum(node.ways if is_question(node) else 1 for node in self.branches.values())

    @cached_property
    def questions(self) -> tuple[Question[C], ...]:
        """This question and those below it, each once, in the order of a drawing."""
        below = (question for node in self.branches.values() if is_question(node) for question in node.questions)
        return tuple(dict.fromkeys((self, *below)))

    def answer_from(self, facts: Facts) -> str | None:
        """The answer that the facts give, or `None` where they do not tell."""
        if isinstance(self.subject, Choice):
            option: str | None = facts.values.get(self.subject.name)
            return option
        answer = None if self.subject is None else self.subject.walk(facts)
        return None if answer is None else Reply.YES if answer else Reply.NO


def is_question(node: Question[C] | C) -> TypeGuard[Question[C]]:
    """Whether a place in a tree is a question rather than a conclusion."""
    return isinstance(node, Question)


Node: TypeAlias = Question[C] | C
"""A place in a tree: a question, or a conclusion of the caller's own type."""


def ask(
    text: str, condition: Condition | None = None, *, yes: Node[C], no: Node[C], unsure: Node[C] | None = None
) -> Question[C]:
    """A question with a yes and a no, answered by a condition if there is one, and perhaps a branch for "unsure"."""
    branches = {Reply.YES.value: yes, Reply.NO.value: no}
    return Question(text, condition, branches if unsure is None else {**branches, Reply.UNSURE.value: unsure})


def choose(
    text: str,
    choice: Choice,
    branches: Mapping[str, Node[C]],
    *,
    unsure: Node[C] | None = None,
) -> Question[C]:
    """A question answered by one of a choice's options, with a branch for each, and perhaps one for "unsure".

    Raises `TreeInvalid` for branches that are not those of the options.
    """
    branches = _copy(branches)
    if unsure is not None and Reply.UNSURE in branches:
        raise TreeInvalid(f"{text!r} has two branches for {Reply.UNSURE}: the option of that name is one already")
    return Question(text, choice, {**branches} if unsure is None else {**branches, Reply.UNSURE.value: unsure})


@frozen
class Step:
    """A question that was asked, and the answer that was given."""

    question: str
    answer: str

    def __str__(self) -> str:
        return f"{self.question} {self.answer}"


@frozen(eq=False, repr=False)
class Walk(Printed, Generic[C]):
    """A way through a tree: the answers so far, and where they led. Frozen: each answer gives the next walk."""

    node: Question[C] | C
    vocabulary: Vocabulary
    """The facts of the tree, by which `decide` reads what is known."""
    path: tuple[Step, ...] = ()

    @property
    def question(self) -> Question[C] | None:
        """The question to ask next; `None` at a conclusion."""
        return self.node if is_question(self.node) else None

    @property
    def conclusion(self) -> C | None:
        """Where the walk ended; `None` while a question is open."""
        return None if is_question(self.node) else cast(C, self.node)

    def answer(self, answer: str) -> Walk[C]:
        """Go on with a person's answer, in any case; `AnswerInvalid` if the question does not offer it."""
        question = self.question
        if question is None:
            raise AnswerInvalid(f"the walk has ended at {str(self.node)!r}: there is nothing left to answer")
        said = expect(str, answer, AnswerInvalid, "an answer is text")
        alike = [offered for offered in question.branches if offered.casefold() == said.casefold()]
        chosen = said if said in alike else alike[0] if len(alike) == 1 else None
        if chosen is None:
            *others, last = question.branches
            offered = f"{', '.join(others)} or {last}"
            raise AnswerInvalid(
                f"{shown(answer)} does not answer {question.text!r}: say {offered}."
                f" {nearest(str(answer), question.branches)}".rstrip()
            )
        return Walk(question.branches[chosen], self.vocabulary, (*self.path, Step(question.text, chosen)))

    def decide(self, facts: FactSource, *, at: datetime | None = None) -> Walk[C]:
        """Go on as far as the facts give answers. Raises what `Facts.read` raises."""
        known = Facts.read(facts, self.vocabulary, at=at)
        walk = self
        while (question := walk.question) is not None and (answer := question.answer_from(known)) is not None:
            walk = walk.answer(answer)
        return walk

    def explain(self) -> str:
        """The questions and answers on the way, and where they led."""
        end = f"Next question: {self.question.text}" if self.question else f"Conclusion: {self.node}"
        return "\n".join([*map(str, self.path), end])

    def __eq__(self, other: object) -> bool:
        return _is_walk(other) and (self.path, self.node) == (other.path, other.node)

    def __hash__(self) -> int:
        return hash(self.path)

    def __repr__(self) -> str:
        return f"<walk: {self.question.text if self.question else self.node}>"

    def _details(self) -> Iterable[str]:
        return self.explain().splitlines()


def _is_walk(value: object) -> TypeGuard[Walk[Any]]:
    return isinstance(value, Walk)
