"""Severity rules and decision trees as rows of ways: the first that is open is taken, and leads to what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

from attrs import evolve, frozen

from incidentkit.analysis.domain import Domain
from incidentkit.analysis.solver import Formula, Solver
from incidentkit.analysis.translation import Translation, World
from incidentkit.errors import RulesInvalid, expect
from incidentkit.model.conditions import Condition
from incidentkit.model.facts import Choice
from incidentkit.model.triage import Rule
from incidentkit.model.vocabulary import Facts
from incidentkit.policy.question import Question, Reply, Walk
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.tree import DecisionTree

Decider: TypeAlias = SeverityRules[Any] | DecisionTree[Any]
"""What proofs are about."""

End: TypeAlias = Rule[Any] | Walk[Any]
"""Where a way leads: to the rule that decides, or to the conclusion of a tree by its answers.

The walk is still open where people would have to answer what a question does not offer.
"""


@frozen
class Case:
    """Facts, all of them known, and for a tree what people answer to the questions that no fact answers."""

    facts: Facts
    replies: Mapping[str, str]
    """By the text of the question."""
    unsure: frozenset[str] = frozenset()
    """The texts of questions that facts would answer, and of which somebody is unsure all the same."""

    @property
    def said(self) -> Mapping[str, str]:
        """All that people say, by the text of the question."""
        return {**self.replies, **dict.fromkeys(sorted(self.unsure), Reply.UNSURE.value)}

    def taken(self, subject: Decider) -> End:
        """What the rules or the tree really do with it; a walk stops at a question that does not offer the answer."""
        known = {name: self.facts[name] for name in subject.vocabulary}
        if isinstance(subject, SeverityRules):
            rule = subject.decide(known)
            assert rule is not None, "every fact is known"
            return rule
        facts, walk = Facts.read(known, subject.vocabulary), subject.walk()
        while (question := walk.question) is not None and (answer := self._answer(question, facts)) is not None:
            walk = walk.answer(answer)
        return walk

    def _answer(self, question: Question[Any], facts: Facts) -> str | None:
        """What is answered; `None` if it is not offered."""
        if question.subject is None:
            answer: str | None = self.replies[question.text]
        else:
            answer = Reply.UNSURE if question.text in self.unsure else question.answer_from(facts)
        return answer if answer in question.branches else None


@frozen(eq=False, kw_only=True)
class Way:
    """One of the ways: when it is open, if no way before it is, and where it leads."""

    formula: Formula
    """When it is open, in terms of what the facts are."""
    open: Formula
    """The same as one variable, for the solver to assume."""
    closed: Formula
    """The opposite of that."""
    unknown: Formula
    """When it is neither open nor closed."""
    end: End


@frozen(eq=False, kw_only=True)
class Ways:
    """All ways of rules or of a tree, in their order; the last is open if no other is."""

    subject: Decider
    world: World
    ways: tuple[Way, ...]
    reached: tuple[Formula, ...]
    """For each way, when none before it is open."""
    replies: Mapping[str, Domain]
    """What people can answer, by the text of the question."""
    unsure: Mapping[str, Formula]
    """When somebody is unsure of what facts would answer, by the text of the question."""
    unoffered: Formula
    """When a way stops at a question that does not offer what people would answer."""

    @property
    def solver(self) -> Solver:
        """The solver that knows what the facts can be."""
        return self.world.translation.solver

    def ended(self) -> Ways:
        """The ways that lead to an end, from here on the only ones that the solver knows.

        Nobody answers what a question does not offer.
        """
        ended = [way for way in self.ways if not is_open(way.end)]
        self.solver.add(self.solver.opposite(self.unoffered))
        return evolve(self, ways=tuple(ended), reached=tuple(_reached(ended, self.solver)))

    def decides(self, place: int) -> Formula:
        """When the way at this place is the one that is taken."""
        return self.solver.all_of((self.reached[place], self.ways[place].open))

    def decides_by(self, end: End) -> Formula:
        """When the way to this end is the one that is taken."""
        return self.decides(
            next(
                place
                for place, way in enumerate(self.ways)
                if way.end is end or (isinstance(end, Walk) and way.end == end)
            )
        )

    def where(self, good: Callable[[End], bool]) -> Formula:
        """When the way that is taken leads to something good."""
        formula = self.solver.never
        for way in reversed(self.ways):
            there = self.solver.always if good(way.end) else self.solver.never
            formula = there if way is self.ways[-1] else self.solver.either(way.formula, there, formula)
        return formula

    def case(self, changed: Mapping[str, int] | None = None) -> Case:
        """The case that the solver has found last; ``changed`` has places of facts that are to be others."""
        places = {name: domain.place for name, domain in self.world.domains.items()}
        replies = {text: domain.values[domain.place] for text, domain in self.replies.items()}
        unsure = frozenset(text for text, each in self.unsure.items() if self.solver.is_true(each))
        return Case(self.world.at({**places, **(changed or {})}), replies, unsure)


def is_open(end: End) -> bool:
    """Whether it is a walk that has not come to a conclusion."""
    return isinstance(end, Walk) and end.question is not None


def ways_of(subject: Decider, *, limit: timedelta) -> Ways:
    """The ways of rules or of a tree, in a world of their own."""
    conditions, solver = conditions_of(subject), Solver(limit=limit)
    return ways_in(World.of(subject.vocabulary, conditions, solver), subject, replies_to(solver, subject), {})


def conditions_of(subject: Decider) -> list[Condition]:
    """Every condition that rules or a tree ask; `RulesInvalid` for something else."""
    if isinstance(subject, SeverityRules):
        return [rule.condition for rule in subject.rules]
    expect(DecisionTree, subject, RulesInvalid, "proofs are about SeverityRules and DecisionTrees")
    asked = (question.subject for question in subject.root.questions)
    return [each for each in asked if isinstance(each, Condition)]


def replies_to(solver: Solver, *subjects: Decider) -> Mapping[str, Domain]:
    """What people can answer to the questions of trees that no fact answers; the same text is the same question.

    It is whatever is offered anywhere, so that a question of that text may not offer all of it.
    """
    offered: dict[str, dict[str, None]] = {}
    for question in (each for tree in subjects if isinstance(tree, DecisionTree) for each in tree.root.questions):
        if question.subject is None:
            offered.setdefault(question.text, {}).update(dict.fromkeys(question.branches))
    return {
        text: Domain.of(Choice(f"reply_{number}", question=text, options=tuple(answers)), (), solver)
        for number, (text, answers) in enumerate(offered.items())
    }


def unsure_of(solver: Solver, *subjects: Decider) -> Mapping[str, Formula]:
    """When somebody is unsure of what facts would answer, wherever a question of that text offers it."""
    questions = (each for tree in subjects if isinstance(tree, DecisionTree) for each in tree.root.questions)
    texts = (each.text for each in questions if each.subject is not None and _may_be_unsure(each))
    return {text: solver.variable() for text in dict.fromkeys(texts)}


def _may_be_unsure(question: Question[Any]) -> bool:
    """Whether it has a branch for that, which is no option of a choice."""
    is_option = isinstance(question.subject, Choice) and Reply.UNSURE in question.subject.options
    return Reply.UNSURE in question.branches and not is_option


def asked_on(end: End) -> frozenset[str]:
    """The texts of the questions on the way to an end, the one included at which a walk stops."""
    if isinstance(end, Rule):
        return frozenset()
    last = () if end.question is None else (end.question.text,)
    return frozenset((*(step.question for step in end.path), *last))


def ways_in(world: World, subject: Decider, replies: Mapping[str, Domain], unsure: Mapping[str, Formula]) -> Ways:
    """The ways of rules or of a tree in a world that others share; so is what people say."""
    solver = world.translation.solver
    if isinstance(subject, SeverityRules):
        ways = [*_rows(world.translation, subject)]
    else:
        ways = [*_paths(subject.walk(), Answering(world, replies, unsure), (), solver.never)]
    return Ways(
        subject=subject,
        world=world,
        ways=tuple(ways),
        reached=tuple(_reached(ways, solver)),
        replies=replies,
        unsure=unsure,
        unoffered=solver.any_of(way.formula for way in ways if is_open(way.end)),
    )


def _reached(ways: Sequence[Way], solver: Solver) -> Iterator[Formula]:
    """For each way, when none before it is open, in as few words as can be."""
    none = solver.always
    for way in ways:
        yield none
        none = solver.named(solver.all_of((none, way.closed)))


def _way(solver: Solver, formula: Formula, unknown: Formula, end: End) -> Way:
    name = solver.named(formula)
    return Way(formula=formula, open=name, closed=solver.opposite(name), unknown=unknown, end=end)


def _rows(translation: Translation, rules: SeverityRules[Any]) -> Iterator[Way]:
    solver = translation.solver
    for rule in rules.rules:
        sides = translation.of(rule.condition)
        unknown = solver.all_of(map(solver.opposite, (sides.true, sides.false)))
        yield _way(solver, sides.true, unknown, rule)


@frozen
class Answering:
    """How the questions of a tree are answered, by facts or by people."""

    world: World
    replies: Mapping[str, Domain]
    unsure: Mapping[str, Formula]

    def answers(self, question: Question[Any]) -> Mapping[str, Formula]:
        """When each of its answers is given; "unsure" of what facts would answer only where that is looked at."""
        match question.subject:
            case Condition():
                sides = self.world.translation.of(question.subject)
                return self._of_facts(question, {Reply.YES.value: sides.true, Reply.NO.value: sides.false})
            case Choice(name=name):
                return self._of_facts(question, _options(self.world.domains[name]))
            case _:
                options = _options(self.replies[question.text])
                return {answer: options[answer] for answer in question.branches}

    def _of_facts(self, question: Question[Any], given: Mapping[str, Formula]) -> Mapping[str, Formula]:
        """When each is given, if nobody is unsure."""
        if question.text not in self.unsure:
            return given
        solver, unsure = self.world.translation.solver, self.unsure[question.text]
        answers = {answer: solver.all_of((formula, solver.opposite(unsure))) for answer, formula in given.items()}
        if Reply.UNSURE in question.branches:
            answers[Reply.UNSURE] = solver.any_of((unsure, answers.get(Reply.UNSURE, solver.never)))
        return answers

    def not_offered(self, question: Question[Any], answers: Mapping[str, Formula]) -> Formula:
        """When people would answer what it does not offer."""
        solver = self.world.translation.solver
        if question.subject is None:
            is_all = len(answers) == len(self.replies[question.text].values)
            return solver.never if is_all else solver.all_of(map(solver.opposite, answers.values()))
        return solver.never if Reply.UNSURE in answers else self.unsure.get(question.text, solver.never)


def _options(domain: Domain) -> Mapping[str, Formula]:
    return {option: domain.within(place, place) for place, option in enumerate(domain.values)}


def _paths(walk: Walk[Any], answering: Answering, path: tuple[Formula, ...], unknown: Formula) -> Iterator[Way]:
    """Every way from here on that known facts can take; those that stop before the end come first."""
    solver = answering.world.translation.solver
    question = walk.question
    if question is None:
        formula = solver.all_of(path)
        yield _way(solver, formula, unknown, walk)
        return
    answers = answering.answers(question)
    elsewhere = answering.not_offered(question, answers)
    if elsewhere is not solver.never:
        yield _way(solver, solver.all_of((*path, elsewhere)), unknown, walk)
    answered = (*answers.values(), *(() if elsewhere is solver.never else (elsewhere,)))
    unknown = solver.any_of((unknown, solver.all_of((*path, *map(solver.opposite, answered)))))
    for answer, given in answers.items():
        yield from _paths(walk.answer(answer), answering, (*path, given), unknown)
