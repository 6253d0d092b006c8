"""Severity rules asked point by point: every complete set of facts is decided, and the same in every way of asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from incidentkit.model.triage import Rule
from incidentkit.policy.law import Law
from incidentkit.testing.checks.breach import Breach
from incidentkit.testing.checks.effort import affordable
from incidentkit.testing.checks.point import Problem, breaches_at, near, spread, tried
from incidentkit.testing.checks.rule_case import RuleCase
from incidentkit.testing.checks.witness import Refuted, Values


def answered_otherwise(case: RuleCase) -> Iterator[Breach]:
    """What decides differently, or not at all, when asked in another way."""
    checks = [partial(check, case) for check in (_undecided, _unknown, _two_answers)]
    return breaches_at(case.facts(case.mildest), points(case), checks)


def points(case: RuleCase) -> list[Values]:
    """Complete sets of facts: those by which each rule decides, and each threshold of the rule from both sides."""
    found: list[Values] = []
    for condition, witness in zip(case.conditions, case.witnesses, strict=True):
        base = {**case.mildest, **({} if witness is None or isinstance(witness, Refuted) else witness)}
        found += (base, *near(base, condition))
    return spread(found, affordable(case.examples, case.vocabulary, case.conditions))


def _undecided(case: RuleCase, point: Values) -> Problem | None:
    answer = tried(lambda: case.rules.decide(point))
    if isinstance(answer, Rule):
        return None
    said = "nothing" if answer is None else str(answer)
    return Problem(
        law=Law.TOTAL,
        where="decide",
        what=f"Every fact is known, and {said} is decided.",
        answers=(("answer", said),),
    )


def _unknown(case: RuleCase, point: Values) -> Problem | None:
    known = case.facts(point)
    for index, condition in enumerate(case.conditions):
        if tried(partial(condition.walk, known)) not in (True, False):
            what = f"Every fact is known, and whether {case.name(index)} holds is not."
            return Problem(law=Law.KNOWN, where=case.name(index), what=what, answers=(("unknown", case.told(index)),))
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
    answers = {way: tried(ask) for way, ask in ways.items()}
    if len({*map(id, answers.values())}) == 1:
        return None
    rows = tuple((way, _answer_told(case, answer)) for way, answer in answers.items())
    if len({told for _, told in rows}) == 1:
        return None
    what = "The same facts get different answers."
    return Problem(law=Law.DETERMINISTIC, where="decide", what=what, answers=rows)


def _answer_told(case: RuleCase, answer: object) -> str:
    if isinstance(answer, Rule):
        return case.told(next(index for index, each in enumerate(case.rules.rules) if each is answer))
    return "nothing" if answer is None else str(answer)
