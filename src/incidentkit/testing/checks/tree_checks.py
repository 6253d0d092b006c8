"""Checks of decision trees: the laws that any of them should keep, and the smallest facts for which one does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import Any, Final, TypeGuard

from incidentkit.errors import FieldInvalid, expect
from incidentkit.model.conditions import Answer, Condition
from incidentkit.model.severity import Severity, is_severity
from incidentkit.model.vocabulary import AnyFact, Facts, Worse
from incidentkit.policy.finding import Code
from incidentkit.policy.law import Law, left_out
from incidentkit.policy.question import Conclusion, Question, Reply, Walk, is_question
from incidentkit.policy.tree import DecisionTree
from incidentkit.testing.checks.breach import EXAMPLES, Breach, checked_examples, compared, said
from incidentkit.testing.checks.effort import affordable
from incidentkit.testing.checks.point import Problem, breaches_at, near, spread, tried
from incidentkit.testing.checks.traceback import ON_PURPOSE
from incidentkit.testing.checks.tree_case import TreeCase, Way, answered, said_by_people
from incidentkit.testing.checks.witness import Demand, Refuted, Side, Values, around, thresholds_of, turns
from incidentkit.text.document import Table

__tracebackhide__: Final = ON_PURPOSE


def check_tree(tree: DecisionTree[Any], *, allow: Iterable[str] = (), examples: int = EXAMPLES) -> None:
    """Raise `LawsBroken` if a decision tree breaks a law, with the smallest facts that show each breach.

    It is to be total and deterministic, and nothing is unknown once every fact is known; every answer can be given,
    no question is asked whose answer the answers before it give, and every threshold matters. Where conclusions are
    severities, or allow some, the worst is to be monotone in every fact that says which way is worse; a conclusion
    without any is not compared. What is told is so. A search that takes too long is given up: the report says of what,
    and if there is none, the warning `LawsUndecided` does.

    ``allow`` leaves laws out, by the words that the report has for them. ``examples`` is how many complete sets of
    facts around the thresholds are decided in every way that there is. Raises `FieldInvalid` for other arguments.
    """
    expect(DecisionTree, tree, partial(FieldInvalid, "tree"), "a DecisionTree is checked")
    allowed = left_out(allow, OF_TREES, "check_tree")
    case = TreeCase(tree, checked_examples(examples))
    breaches = (breach for laws, check in CHECKS if not laws <= allowed for breach in check(case))
    case.effort.decide(f"the tree {tree.title!r}", breaches, allowed)


def _answered_otherwise(case: TreeCase) -> Iterator[Breach]:
    """What is decided differently, or not at all, when asked in another way."""
    points: list[Values] = []
    for way in (way for way in case.ways if way.is_sure):
        side = Side(case.vocabulary)
        found = case.search([side], [*case.taken(way, side)])
        base = {**case.mildest, **({} if found is None or isinstance(found, Refuted) else found)}
        subjects = [question.subject for question, _ in way.steps]
        points += (base, *(each for one in subjects if isinstance(one, Condition) for each in near(base, one)))
    checks = [partial(check, case) for check in (_unfinished, _two_ways)]
    most = affordable(case.examples, case.vocabulary, case.conditions)
    return breaches_at(Facts(case.vocabulary, case.mildest), spread(points, most), checks)


def _unfinished(case: TreeCase, point: Values) -> Problem | None:
    """Whether it stops before a conclusion, though every fact is known and people answer."""
    walk = tried(partial(_walked, case, point, case.facts(point)))
    if not _is_walk(walk):
        return Problem(
            law=Law.TOTAL,
            where="decide",
            what="Every fact is known, and nothing is decided.",
            answers=(("answer", str(walk)),),
        )
    if walk.question is None or walk.question.subject is None:  # nobody answers what a question does not offer
        return None
    what = f"Every fact is known, and {walk.question.text!r} is not answered."
    return Problem(
        law=Law.KNOWN, where=walk.question.text, what=what, answers=(("by way of", ", ".join(map(str, walk.path))),)
    )


def _two_ways(case: TreeCase, point: Values) -> Problem | None:
    """Whether the same facts lead to different places."""
    tree, known = case.tree, case.facts(point)
    ways: Mapping[str, Callable[[], Any]] = {
        "by fact": lambda: tree.decide({tree.vocabulary[name]: value for name, value in known.values.items()}),
        "by name, in the opposite order": lambda: tree.decide(dict([*known.values.items()][::-1])),
        "asked again": lambda: tree.decide(known),
        "compiled": lambda: tree.compiled(known.values),
        "question by question": lambda: tree.walk().decide(known),
    }
    answers = {way: tried(ask) for way, ask in ways.items()}
    rows = tuple((way, each.explain() if _is_walk(each) else str(each)) for way, each in answers.items())
    if len({told for _, told in rows}) == 1:
        return None
    what = "The same facts lead to different places."
    return Problem(law=Law.DETERMINISTIC, where="decide", what=what, answers=rows)


def _walked(case: TreeCase, point: Values, known: Any) -> Walk[Any]:
    """As far as facts and people answer: what people say may not be offered where the same is asked once more."""
    walk = case.tree.decide(known)
    while (question := walk.question) is not None and question.subject is None:
        reply = point[said_by_people(question)]
        if reply not in question.branches:
            break
        walk = walk.answer(reply).decide(known)
    return walk


def _is_walk(value: object) -> TypeGuard[Walk[Any]]:
    return isinstance(value, Walk)


def _never_answered(case: TreeCase) -> Iterator[Breach]:
    """Answers that nobody can give, and questions that have only one answer left."""
    barred: list[Way] = []
    for way in (way for way in case.ways if is_question(way.node)):
        if any(way.steps[: len(each.steps)] == each.steps for each in barred):
            continue
        ways = [each for each in case.ways if each.steps[:-1] == way.steps and each.steps]
        never = [each for each in ways if _is_refuted(case, each)]
        barred += never
        left = [each for each in ways if each not in never and _is_answer(each)]
        if never and len(left) <= 1:
            yield _breach_of(Law.ASKED_ONCE, way, left)
        else:
            yield from (_breach_of(Law.UNSHADOWED, each, [each]) for each in never)


def _is_refuted(case: TreeCase, way: Way) -> bool:
    side = Side(case.vocabulary)
    question, answer = way.steps[-1]
    place = Law.UNSHADOWED, f"{question.text} {answer}"
    return isinstance(case.search([side], [*case.taken(way, side)], place), Refuted)


def _is_answer(way: Way) -> bool:
    """Whether its last step is one that facts give, or that only people can give."""
    question, answer = way.steps[-1]
    return question.subject is None or answer != Reply.UNSURE or Way((way.steps[-1],), None).is_sure


def _breach_of(law: Law, way: Way, left: list[Way]) -> Breach:
    if law is Law.ASKED_ONCE:
        question = way.node
        answer = f"only {left[0].steps[-1][1]!r} can be answered" if left else "nothing can be answered"
        what = f"{question.text!r} is asked where {answer}."
    else:
        question, answer = way.steps[-1]
        what = f"{question.text!r} can never be answered {answer!r} there."
        way = Way(way.steps[:-1], question)
    path = str(way) or "it is the first question"
    return Breach(
        law=law, where=question.text, what=what, table=Table(("question", "by way of"), ((question.text, path),))
    )


def _milder_by_worse(case: TreeCase) -> Iterator[Breach]:
    """Facts that get worse while the worst severity of the conclusion gets milder."""
    ends = [way for way in case.ways if way.is_sure and worst(way.node) is not None]
    for fact in case.vocabulary.values():
        way_worse: Worse = getattr(fact, "worse", Worse.NEITHER)
        if way_worse is not Worse.NEITHER:
            told: set[tuple[Way, str]] = set()
            for pair in pairwise(case.chains[fact.name]):
                for end in (each for each in ends if _turning(each, fact, pair)):
                    yield from _milder_than(case, fact, pair, end, told)


def _turning(way: Way, fact: AnyFact, pair: tuple[Any, Any]) -> bool:
    """Whether a question on the way may be answered otherwise by the other value."""
    subjects = (question.subject for question, _ in way.steps)
    return any(
        turns(subject, fact, pair) if isinstance(subject, Condition) else subject == fact for subject in subjects
    )


def _milder_than(
    case: TreeCase, fact: AnyFact, pair: tuple[Any, Any], end: Way, told: set[tuple[Way, str]]
) -> Iterator[Breach]:
    """A breach in which the milder value leads to this end, and the worse one to a milder end."""
    before, after = (Side(case.vocabulary, {fact.name: value}) for value in pair)
    severity = worst(end.node)
    assert severity is not None
    demands = [*case.taken(end, before), _ends_milder(case, after, severity, fact)]
    found = case.search([before, after], demands, (Law.MONOTONE, fact.name))
    if found is None or isinstance(found, Refuted):
        return
    known = {**case.mildest, **found}
    sides = {name: {**known, fact.name: value} for name, value in zip(("before", "after"), pair, strict=True)}
    there = _end_of(case, sides["after"])
    if (end, str(there)) not in told:
        told.add((end, str(there)))
        asked = _asked([end, there])
        shown = {name: {each: value for each, value in side.items() if each in asked} for name, side in sides.items()}
        yield Breach(
            law=Law.MONOTONE,
            where=fact.name,
            what=f"{fact.name} gets worse, and the conclusion milder: {there.node} instead of {end.node}.",
            cases=(case.facts(shown["before"]), case.facts(shown["after"])),
            table=case.table(shown, [end, there]),
        )


def _ends_milder(case: TreeCase, side: Side, severity: Severity[Any], fact: AnyFact) -> Demand:
    """That the walk on a side ends, wherever it does, at something milder than a severity."""

    def holds() -> Answer:
        possible: set[bool] = set()
        open_: list[Any] = [case.tree.root]
        while open_ and len(possible) < 2:
            node = open_.pop()
            if is_question(node):
                open_ += (next_ for answer, next_ in node.branches.items() if _may_be(node, answer, side))
                if any(_may_be(node, answer, side) for answer in case.offered_elsewhere(node)):
                    possible.add(False)  # nobody gets to an end by an answer that is not offered here
            else:
                other = worst(node)
                possible.add(other is not None and other in severity.scheme and other < severity)
        return possible.pop() if len(possible) == 1 else None

    names = tuple(name for name in case.chains if name != fact.name)
    return Demand(names=names, holds=holds, cost=len(case.tree.root.questions))


def _may_be(question: Question[Any], answer: str, side: Side) -> bool:
    """Whether a question can still get an answer from what is known, and from people where only they can tell."""
    is_open = Way(((question, answer),), None).is_sure
    return is_open and answered(question, answer, side).holds() is not False


def _end_of(case: TreeCase, values: Values) -> Way:
    """The way that these facts and answers lead."""
    walk = _walked(case, values, case.facts(values))
    steps = [(step.question, step.answer) for step in walk.path]
    return next(way for way in case.ways if [(question.text, answer) for question, answer in way.steps] == steps)


def _asked(ways: Iterable[Way]) -> set[str]:
    """The names of what is asked on these ways."""
    names: set[str] = set()
    for question in (question for way in ways for question, _ in way.steps):
        if isinstance(question.subject, Condition):
            names |= {*question.subject.vocabulary}
        else:
            names.add(said_by_people(question) if question.subject is None else question.subject.name)
    return names


def worst(conclusion: object) -> Severity[Any] | None:
    """The worst severity that a conclusion allows, or that it is; `None` if it says none."""
    if isinstance(conclusion, Conclusion):
        return max(conclusion.severities, default=None)
    return conclusion if is_severity(conclusion) else None


def _idle_thresholds(case: TreeCase) -> Iterator[Breach]:
    """Thresholds that no facts pass with any effect on the way."""
    asking = [
        way for way in case.ways if is_question(way.node) and way.is_sure and isinstance(way.node.subject, Condition)
    ]
    for fact in case.vocabulary.values():
        for threshold in thresholds_of(fact, case.conditions):
            users = [way for way in asking if threshold in thresholds_of(fact, [way.node.subject])]
            if users and all(_changes_nothing(case, fact, threshold, way) for way in users):
                text = said(fact, threshold)
                rows = [(f"{fact.name}: {text}", way.node.text) for way in users]
                yield Breach(
                    law=Law.THRESHOLDS,
                    where=f"{fact.name} {text}",
                    what=f"Which way is taken never depends on whether {compared(fact, threshold)}.",
                    table=Table(("threshold", "question"), dict.fromkeys(rows)),
                )


def _changes_nothing(case: TreeCase, fact: AnyFact, threshold: Any, way: Way) -> bool:
    """Whether it is proven that a question is answered alike on both sides of a threshold, whenever it is asked."""
    place = Law.THRESHOLDS, f"{fact.name} {said(fact, threshold)}"
    for pair in around(fact, threshold, case.chains[fact.name], [way.node.subject]):
        sides = [Side(case.vocabulary, {fact.name: value}) for value in pair]
        for here, there in (sides, sides[::-1]):
            turned = [answered(way.node, "yes", here), answered(way.node, "yes", there, wanted=False)]
            if not isinstance(case.search(sides, [*turned, *case.taken(way, here)], place), Refuted):
                return False
    return True


CHECKS: Final[tuple[tuple[frozenset[Law | Code], Callable[[TreeCase], Iterator[Breach]]], ...]] = (
    (frozenset({Law.TOTAL, Law.KNOWN, Law.DETERMINISTIC}), _answered_otherwise),
    (frozenset({Law.MONOTONE}), _milder_by_worse),
    (frozenset({Law.UNSHADOWED, Law.ASKED_ONCE}), _never_answered),
    (frozenset({Law.THRESHOLDS}), _idle_thresholds),
)
"""The laws of each check, in the order in which they are told."""

OF_TREES: Final = frozenset[Law | Code]().union(*(laws for laws, _ in CHECKS))
"""The laws of decision trees."""
