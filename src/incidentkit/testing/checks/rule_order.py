"""The order of severity rules: a fact that gets worse makes nothing milder."""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import pairwise
from typing import Any, TypeAlias

from incidentkit.model.conditions import Answer, Condition
from incidentkit.model.severity import Severity
from incidentkit.model.vocabulary import AnyFact, Worse
from incidentkit.policy.law import Law
from incidentkit.testing.checks.breach import Breach
from incidentkit.testing.checks.rule_case import RuleCase
from incidentkit.testing.checks.witness import Demand, Refuted, Side, Values, turns

Pair: TypeAlias = tuple[int, int]
"""The rules that decide before and after, by their places."""


def milder_by_worse(case: RuleCase) -> Iterator[Breach]:
    """Facts that get worse while the severity gets milder."""
    for fact, asking in case.asking.items():
        if getattr(fact, "worse", Worse.NEITHER) is Worse.NEITHER:
            continue
        found: set[Pair] = set()
        for pair in _pairs(case, fact):
            for index in (each for each in asking if turns(case.conditions[each], fact, pair)):
                for breach, decided in _milder_by(case, fact, pair, index):
                    if decided not in found:
                        found.add(decided)
                        yield breach


def _pairs(case: RuleCase, fact: AnyFact) -> list[tuple[Any, Any]]:
    """A milder value with the next worse one, whole numbers first where only those are counted."""
    chain = case.chains[fact.name]
    whole = [value for value in chain if not isinstance(value, float)]
    return [*pairwise(chain)] if case.tries[fact.name] == chain else [*pairwise(whole), *pairwise(chain)]


def _milder_by(case: RuleCase, fact: AnyFact, pair: tuple[Any, Any], index: int) -> Iterator[tuple[Breach, Pair]]:
    """A breach by which one rule turns and one behind it decides instead; on one of the sides the first of all is one.

    Where an earlier one decides on the other side, that one turned: the breach is found with it.
    """
    severity = case.rules.rules[index].severity
    later = {rule.severity for rule in case.rules.rules[index + 1 :]}
    before, after = (Side(case.vocabulary, {fact.name: value}) for value in pair)
    for here, there, wrong in (
        (before, after, {other for other in later if other < severity}),
        (after, before, {other for other in later if other > severity}),
    ):
        if wrong:
            turned = [
                case.questions[index].demand(here, wanted=True),
                case.questions[index].demand(there, wanted=False),
            ]
            if isinstance(case.search([before, after], turned), Refuted):
                continue
            earlier = (place for place in case.asking[fact] if place < index)  # the others answer alike on both sides
            demands = [
                *turned,
                *case.none_holds(range(index), here),
                *case.none_holds(earlier, there),
                _outcome(case, there, index + 1, wrong),
            ]
            found = case.search([before, after], demands, (Law.MONOTONE, fact.name))
            if found is not None and not isinstance(found, Refuted):
                yield _made_milder(case, fact, found, pair)


def _outcome(case: RuleCase, side: Side, since: int, severities: Set[Severity[Any]]) -> Demand:
    """That the severity on a side is one of these, whichever of the rules from one on decides it."""
    rules = [(rule.condition, rule.severity in severities) for rule in case.rules.rules[since:]]
    because: list[Condition] = []

    def holds() -> Answer:
        possible: set[bool] = set()
        because.clear()
        for condition, good in rules:
            answer = condition.walk(side.facts)
            if good or answer is True:
                because.append(condition)
            if answer is not False:
                possible.add(good)
            if answer is True or len(possible) == 2:
                break
        return possible.pop() if len(possible) == 1 else None

    asked = (fact.name for condition, _ in rules for fact in condition.vocabulary.values())
    return Demand(
        names=tuple(name for name in dict.fromkeys(asked) if name not in side.fixed),
        holds=holds,
        why=lambda: {name for condition in because for name in condition.vocabulary},
        cost=sum(len(condition.leaves) for condition, _ in rules),
    )


def _made_milder(case: RuleCase, fact: AnyFact, values: Values, pair: tuple[Any, Any]) -> tuple[Breach, Pair]:
    before, after, decided = _settled(case, fact, values, pair)
    severities = [case.rules.rules[index].severity for index in decided]
    breach = Breach(
        law=Law.MONOTONE,
        where=fact.name,
        what=f"{fact.name} gets worse, and the severity milder: {severities[1]} instead of {severities[0]}.",
        cases=(case.facts(before), case.facts(after)),
        table=case.table({"before": before, "after": after}, decided),
    )
    return breach, decided


def _settled(case: RuleCase, fact: AnyFact, values: Values, pair: tuple[Any, Any]) -> tuple[Values, Values, Pair]:
    """Both sides, with so many more facts, as mild as they can be, that one rule decides on each."""
    known = {**case.mildest, **values}
    for name in [name for name in case.mildest if name not in values and name != fact.name]:
        fewer = {other: value for other, value in known.items() if other != name}
        if None not in (_decided(case, {**fewer, fact.name: value}) for value in pair):
            known = fewer
    before, after = ({**known, fact.name: value} for value in pair)
    decided = _decided(case, before), _decided(case, after)
    assert decided[0] is not None, "one rule decides once every fact is known"
    assert decided[1] is not None, "one rule decides once every fact is known"
    return before, after, (decided[0], decided[1])


def _decided(case: RuleCase, values: Values) -> int | None:
    """The rule that decides, whatever the other facts are; `None` if that depends on them."""
    known = case.facts(values)
    for index, condition in enumerate(case.conditions):
        answer = condition.walk(known)
        if answer is not False:
            return index if answer else None
    raise AssertionError("the default holds always")
