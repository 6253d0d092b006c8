"""Decision trees that are checked: every way through them, and what has to be so for somebody to come that far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from attrs import frozen

from incidentkit.model.conditions import Answer, Condition
from incidentkit.model.facts import Choice
from incidentkit.model.vocabulary import Facts
from incidentkit.policy.question import Question, Reply, is_question
from incidentkit.policy.tree import DecisionTree
from incidentkit.testing.checks.breach import fact_rows
from incidentkit.testing.checks.effort import Effort, Place
from incidentkit.testing.checks.witness import (
    Asked,
    Demand,
    Refuted,
    Side,
    Values,
    thresholds_of,
    values_of,
    whole_first,
)
from incidentkit.text.document import Table


@frozen(eq=False)
class Way:
    """How somebody comes to a place in a tree: the questions and their answers."""

    steps: tuple[tuple[Question[Any], str], ...]
    node: Any

    @property
    def is_sure(self) -> bool:
        """Whether facts alone lead this way, with people where only they can tell; nobody is unsure of a fact."""
        return all(answer != Reply.UNSURE or _offers(question, answer) for question, answer in self.steps)

    def __str__(self) -> str:
        return ", ".join(f"{question.text} {answer}" for question, answer in self.steps)


def _offers(question: Question[Any], answer: str) -> bool:
    """Whether an answer can be given although every fact is known."""
    return question.subject is None or (isinstance(question.subject, Choice) and answer in question.subject.options)


class TreeCase:
    """A tree that is checked; what people alone can answer is taken for one more fact."""

    def __init__(self, tree: DecisionTree[Any], examples: int) -> None:
        self.tree = tree
        self.examples = examples
        self.effort = Effort()
        self.vocabulary = tree.vocabulary
        questions = tree.root.questions
        self.conditions = [each.subject for each in questions if isinstance(each.subject, Condition)]
        self.spoken: dict[str, tuple[str, ...]] = {}
        for question in (each for each in questions if each.subject is None):
            others = self.spoken.get(said_by_people(question), ())
            self.spoken[said_by_people(question)] = tuple(dict.fromkeys((*others, *question.branches)))

    @cached_property
    def ways(self) -> Sequence[Way]:
        """Every way to every place, the questions before the places that they lead to."""
        found: list[Way] = []
        open_ = [Way((), self.tree.root)]
        while open_:
            way = open_.pop(0)
            found.append(way)
            if is_question(way.node):
                open_ += (Way((*way.steps, (way.node, answer)), node) for answer, node in way.node.branches.items())
        return found

    def offered_elsewhere(self, question: Question[Any]) -> Sequence[str]:
        """What people can say to a question of that text elsewhere in the tree, and not to this one."""
        if question.subject is not None:
            return ()
        return [answer for answer in self.spoken[said_by_people(question)] if answer not in question.branches]

    @cached_property
    def chains(self) -> Mapping[str, tuple[Any, ...]]:
        """A value of each fact out of each region, mildest first, and what people may say."""
        of_facts = {fact.name: values_of(fact, self.conditions) for fact in self.vocabulary.values()}
        return {**of_facts, **self.spoken}

    @cached_property
    def tries(self) -> Mapping[str, tuple[Any, ...]]:
        """The same, in the order in which they are tried."""
        facts = self.vocabulary
        return {
            name: whole_first(chain, thresholds_of(facts[name], self.conditions)) if name in facts else chain
            for name, chain in self.chains.items()
        }

    @cached_property
    def mildest(self) -> Values:
        """Every fact as mild as it can be, and of the answers of people the first."""
        return {name: chain[0] for name, chain in self.chains.items()}

    def search(self, sides: Sequence[Side], demands: Sequence[Demand], *places: Place) -> Values | Refuted | None:
        """Facts and answers that meet every demand, the proof that there are none, or neither.

        A search that is given up leaves the places undecided.
        """
        return self.effort.search(self.tries, sides, demands, places)

    def taken(self, way: Way, side: Side) -> Iterator[Demand]:
        """That this way is taken; whoever is unsure of a fact may be so whatever it is."""
        return (
            answered(question, answer, side)
            for question, answer in way.steps
            if answer != Reply.UNSURE or _offers(question, answer)
        )

    def facts(self, values: Values) -> Facts:
        """What is known, as `Facts`; in the order of the vocabulary."""
        return Facts(self.vocabulary, {name: values[name] for name in self.vocabulary if name in values})

    def table(self, sides: Mapping[str, Values], ends: Sequence[Way]) -> Table:
        """Sets of facts beside one another, and where each leads by which way."""
        spoken = [
            (name.removeprefix(BY_PEOPLE), *(side.get(name, "whatever") for side in sides.values()))
            for name in self.spoken
            if any(name in side for side in sides.values())
        ]
        return Table(
            ("", *sides),
            (
                *fact_rows(self.vocabulary.values(), [*sides.values()]),
                *spoken,
                ("conclusion", *(str(end.node) for end in ends)),
                ("by way of", *map(str, ends)),
            ),
        )


BY_PEOPLE = "by people: "
"""Begins the name of what people answer; no fact has such a name."""


def said_by_people(question: Question[Any]) -> str:
    """The name of what people answer to a question; the same text is the same question."""
    return f"{BY_PEOPLE}{question.text}"


def answered(question: Question[Any], answer: str, side: Side, *, wanted: bool = True) -> Demand:
    """That a question gets an answer, or does not."""
    subject = question.subject
    if isinstance(subject, Condition):
        return Asked.of(subject).demand(side, wanted=(answer == Reply.YES) is wanted)
    name = said_by_people(question) if subject is None else subject.name

    def holds() -> Answer:
        value = side.values.get(name)
        return None if value is None else (value == answer) is wanted

    return Demand(names=() if name in side.fixed else (name,), holds=holds)
