"""Trials: facts made up so that a rule decides by them, looked at before a solver is asked, which takes far longer.

What they show is so, since the rules themselves say it. Where they show nothing, nothing is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, TypeAlias

from incidentkit.analysis.domain import Domain
from incidentkit.analysis.translation import thresholds
from incidentkit.model.conditions import All, AnyOf, Condition, Constant, Not
from incidentkit.model.vocabulary import Facts, Vocabulary
from incidentkit.policy.rules import SeverityRules

Part: TypeAlias = tuple[Condition, bool]
"""A comparison, and what it has to answer."""


class Trials:
    """For each rule facts by which it may decide: its condition is made true, and all else is left quiet."""

    def __init__(self, rules: SeverityRules[Any], domains: Mapping[str, Domain]) -> None:
        self._rules = rules
        self._domains = domains
        self._places = {
            name: {value: place for place, value in enumerate(domain.values)} for name, domain in domains.items()
        }
        self._made_up: dict[int, Mapping[str, Any]] = {}

    def decides(self, place: int) -> bool:
        """Whether it is shown that the rule at this place decides for some facts."""
        return self._rules.compiled(self._facts(place)) is self._rules.rules[place]

    def turns(self, place: int, name: str, here: Any, there: Any) -> bool:
        """Whether it is shown that the rule decides with one value of a fact, and is not true with the other."""
        rule, facts = self._rules.rules[place], self._facts(place)
        if self._rules.compiled({**facts, name: here}) is not rule:
            return False
        return rule.condition.walk(Facts(self._rules.vocabulary, {**facts, name: there})) is False

    def _facts(self, place: int) -> Mapping[str, Any]:
        if place not in self._made_up:
            values = {**self._quiet}
            self._make(self._rules.rules[place].condition, Facts(self._rules.vocabulary, values), values, wanted=True)
            self._made_up[place] = values
        return self._made_up[place]

    @cached_property
    def _quiet(self) -> Mapping[str, Any]:
        """Of each fact the least value, the greatest, or one in the middle, by which the fewest rules come true."""
        wanted: dict[str, Counter[Part]] = {name: Counter() for name in self._domains}
        for part in (part for rule in self._rules.rules for part in _parts(rule.condition, wanted=True)):
            wanted[_fact_of(part[0])][part] += 1
        return {
            name: min(_spread(domain.values), key=partial(_loudness, domain, wanted[name]))
            for name, domain in self._domains.items()
        }

    def _make(self, condition: Condition, facts: Facts, values: dict[str, Any], *, wanted: bool) -> None:
        """Change values, which the facts are made of, so that the condition is as wanted, if that is easily done."""
        if condition.walk(facts) is wanted:
            return
        match condition:
            case Not(part=part):
                self._make(part, facts, values, wanted=not wanted)
            case All(conditions=parts) | AnyOf(conditions=parts):
                for part in parts if isinstance(condition, All) is wanted else parts[:1]:
                    self._make(part, facts, values, wanted=wanted)
            case Constant():
                pass
            case _:
                name = _fact_of(condition)
                for value in self._near(condition, name, values[name]):
                    values[name] = value
                    if condition.walk(facts) is wanted:
                        break

    def _near(self, leaf: Condition, name: str, present: Any) -> Iterator[Any]:
        """The values at the thresholds of a comparison and beside them, those first that are near the present one."""
        domain, places = self._domains[name], self._places[name]
        cuts = [places[cut] for cut in thresholds([leaf]).get(name, ())]
        around = {place + step for place in cuts for step in (-1, 0, 1)} or {*range(len(domain.values))}
        inside = around & {*range(len(domain.values))}
        for place in sorted(inside, key=lambda each: abs(each - places[present])):
            yield domain.values[place]


def _parts(condition: Condition, *, wanted: bool) -> Iterator[Part]:
    """The comparisons of a condition, each with what it has to answer for that to be as wanted."""
    match condition:
        case Not(part=part):
            yield from _parts(part, wanted=not wanted)
        case All(conditions=parts) | AnyOf(conditions=parts):
            for part in parts:
                yield from _parts(part, wanted=wanted)
        case Constant():
            pass
        case _:
            yield condition, wanted


def _loudness(domain: Domain, wanted: Counter[Part], value: Any) -> int:
    """How many comparisons answer by a value of their fact what they have to for a rule to be true."""
    facts = Facts(Vocabulary(domain.fact), {domain.fact.name: value})
    return sum(count for (leaf, answer), count in wanted.items() if leaf.walk(facts) is answer)


def _fact_of(leaf: Condition) -> str:
    """The name of the one fact that a comparison is about."""
    return next(iter(leaf.mentioned)).name


def _spread(values: Sequence[Any]) -> tuple[Any, ...]:
    """Three of them."""
    return values[0], values[len(values) // 2], values[-1]
