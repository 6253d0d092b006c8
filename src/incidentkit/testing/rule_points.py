"""Severity rules asked point by point: every complete set of facts is decided, and the same in every way of asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, TypeAlias

from attrs import frozen

from incidentkit.model.triage import Rule
from incidentkit.policy.law import Law
from incidentkit.testing.breach import Breach, fact_rows
from incidentkit.testing.rule_case import RuleCase
from incidentkit.testing.witness import Refuted, Values, beside, thresholds_of
from incidentkit.text.document import Table


def answered_otherwise(case: RuleCase) -> Iterator[Breach]:
    """What decides differently, or not at all, when asked in another way; the first breach of each rule and law."""
    told: set[tuple[Law, str]] = set()
    for point in points(case):
        for law, check in POINTWISE:
            problem = check(case, point)
            if problem is not None and (law, problem.where) not in told:
                told.add((law, problem.where))
                yield _simplest(case, point, check, problem)


@frozen
class Problem:
    """What is wrong with the answers for one complete set of facts."""

    law: Law
    where: str
    what: str
    answers: tuple[tuple[str, str], ...]


PointCheck: TypeAlias = Callable[[RuleCase, Values], Problem | None]
"""What looks at one complete set of facts."""


def points(case: RuleCase) -> list[Values]:
    """Complete sets of facts: those by which each rule decides, and each threshold of the rule from both sides."""
    found: list[Values] = []
    for condition, witness in zip(case.conditions, case.witnesses, strict=True):
        base = {**case.mildest, **({} if witness is None or isinstance(witness, Refuted) else witness)}
        found.append(base)
        for fact in condition.vocabulary.values():
            near = (value for each in thresholds_of(fact, [condition]) for value in beside(fact, each))
            found.extend({**base, fact.name: value} for value in near)
    step = max(1, len(found) / case.examples)
    return [found[int(place * step)] for place in range(min(case.examples, len(found)))]


def _undecided(case: RuleCase, point: Values) -> Problem | None:
    answer = _tried(lambda: case.rules.decide(point))
    if isinstance(answer, Rule):
        return None
    said = "nothing" if answer is None else str(answer)
    return Problem(Law.TOTAL, "decide", f"Every fact is known, and {said} is decided.", (("answer", said),))


def _unknown(case: RuleCase, point: Values) -> Problem | None:
    known = case.facts(point)
    for index, condition in enumerate(case.conditions):
        if _tried(partial(condition.walk, known)) not in (True, False):
            what = f"Every fact is known, and whether {case.name(index)} holds is not."
            return Problem(Law.KNOWN, case.name(index), what, (("unknown", case.told(index)),))
    return None


def _two_answers(case: RuleCase, point: Values) -> Problem | None:
    rules, known = case.rules, case.facts(point)
    by_fact = {rules.vocabulary[name]: value for name, value in point.items()}
    ways: dict[str, Callable[[], Any]] = {
        "by fact": lambda: rules.decide(by_fact),
        "by name, in the opposite order": lambda: rules.decide(dict([*point.items()][::-1])),
        "asked again": lambda: rules.decide(by_fact),
        "as Facts": lambda: rules.decide(known),
        "compiled": lambda: rules.compiled(known.values),
        "condition by condition": lambda: rules.triage(known).rule,
    }
    answers = {way: _tried(ask) for way, ask in ways.items()}
    rows = tuple((way, _answer_told(case, answer)) for way, answer in answers.items())
    if len({told for _, told in rows}) == 1:
        return None
    return Problem(Law.DETERMINISTIC, "decide", "The same facts get different answers.", rows)


def _answer_told(case: RuleCase, answer: object) -> str:
    if isinstance(answer, Rule):
        return case.told(next(index for index, each in enumerate(case.rules.rules) if each is answer))
    return "nothing" if answer is None else str(answer)


def _tried(ask: Callable[[], Any]) -> Any:
    """The answer; what goes wrong in conditions of somebody else is one as well."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001  # it is somebody else's code, and told
        return f"{type(error).__name__}: {error}"


def _simplest(case: RuleCase, point: Values, check: PointCheck, problem: Problem) -> Breach:
    """The breach with every fact as mild as it can be; the others alone are told."""
    for name, mild in case.mildest.items():
        milder = {**point, name: mild}
        found = check(case, milder)
        if found is not None and (found.law, found.where) == (problem.law, problem.where):
            point, problem = milder, found
    matter = {name: value for name, value in point.items() if value != case.mildest[name]}
    rows = (*fact_rows(case.rules.vocabulary.values(), [matter]), *problem.answers)
    return Breach(
        law=problem.law,
        where=problem.where,
        what=f"{problem.what}{'' if matter else ' Every fact is as mild as it can be.'}",
        cases=(case.facts(point),),
        table=Table(("", "then"), rows),
    )


POINTWISE: Final[tuple[tuple[Law, PointCheck], ...]] = (
    (Law.TOTAL, _undecided),
    (Law.KNOWN, _unknown),
    (Law.DETERMINISTIC, _two_answers),
)
"""What is asked of every complete set of facts."""
