"""Severity rules that are checked, with what several checks look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from incidentkit.model.vocabulary import AnyFact, Facts
from incidentkit.policy.law import Law
from incidentkit.policy.rules import SeverityRules
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


class RuleCase:
    """Rules that are checked; what is searched for is searched for once."""

    def __init__(self, rules: SeverityRules[Any], examples: int) -> None:
        self.rules = rules
        self.examples = examples
        self.effort = Effort()
        self.vocabulary = rules.vocabulary
        self.conditions = [rule.condition for rule in rules.rules]
        self.questions = [Asked.of(condition) for condition in self.conditions]

    @cached_property
    def asking(self) -> Mapping[AnyFact, Sequence[int]]:
        """The rules that ask for each fact, by their place."""
        found: dict[AnyFact, list[int]] = {}
        for index, condition in enumerate(self.conditions):
            for fact in condition.vocabulary.values():
                found.setdefault(fact, []).append(index)
        return found

    @cached_property
    def chains(self) -> Mapping[str, tuple[Any, ...]]:
        """A value of each fact out of each region, mildest first."""
        return {
            fact.name: values_of(fact, [self.conditions[index] for index in self.asking.get(fact, ())])
            for fact in self.vocabulary.values()
        }

    @cached_property
    def tries(self) -> Mapping[str, tuple[Any, ...]]:
        """The same, in the order in which they are tried."""
        return {
            fact.name: whole_first(self.chains[fact.name], thresholds_of(fact, self.conditions)) for fact in self.asking
        }

    @cached_property
    def mildest(self) -> Values:
        """Every fact as mild as it can be."""
        return {name: chain[0] for name, chain in self.chains.items()}

    @cached_property
    def witnesses(self) -> Sequence[Values | Refuted | None]:
        """For each rule the mildest facts by which it decides, or the rules that take everything."""
        return [
            self.first(index, range(index), (Law.ALIVE, self.name(index)), (Law.UNSHADOWED, self.name(index)))
            for index in range(len(self.conditions))
        ]

    def search(self, sides: Sequence[Side], demands: Sequence[Demand], *places: Place) -> Values | Refuted | None:
        """Facts that meet every demand, the proof that there are none, or neither.

        A search that is given up leaves the places undecided.
        """
        return self.effort.search(self.tries, sides, demands, places)

    def first(self, index: int, before: Iterable[int], *places: Place) -> Values | Refuted | None:
        """Facts by which a rule holds, and none of those before it does."""
        side = Side(self.vocabulary)
        return self.search([side], [*self.decides(index, side, before)], *places)

    def decides(self, index: int, side: Side, before: Iterable[int] | None = None) -> Iterator[Demand]:
        """That a rule is the first that holds."""
        yield self.questions[index].demand(side, wanted=True, label=index)
        yield from self.none_holds(range(index) if before is None else before, side)

    def none_holds(self, places: Iterable[int], side: Side) -> Iterator[Demand]:
        """That none of these rules holds."""
        return (self.questions[place].demand(side, wanted=False, label=place) for place in places)

    def facts(self, values: Values) -> Facts:
        """What is known, as `Facts`; in the order of the vocabulary."""
        names = [name for name in self.vocabulary if name in values]
        return Facts(self.vocabulary, {name: values[name] for name in names})

    def name(self, index: int) -> str:
        """What people call it."""
        return f"rule {index + 1}"

    def told(self, index: int) -> str:
        """The rule with its reason."""
        rule = self.rules.rules[index]
        return f"{self.name(index)}: {rule}{f' ({rule.because})' if rule.because else ''}"

    def table(self, sides: Mapping[str, Values], decided: Sequence[int]) -> Table:
        """Sets of facts beside one another, and what was decided by which rule."""
        rules = self.rules.rules
        return Table(
            ("", *sides),
            (
                *fact_rows(self.vocabulary.values(), [*sides.values()]),
                ("severity", *(str(rules[index].severity) for index in decided)),
                ("decided by", *map(self.told, decided)),
            ),
        )
