"""From conditions to formulas: when a condition is true, and when it is false, over what its facts can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from attrs import field, frozen

from incidentkit.analysis.domain import Domain, Given, Sides
from incidentkit.analysis.solver import Solver
from incidentkit.errors import ConditionInvalid
from incidentkit.model.conditions import (
    COMPARE,
    All,
    AnyOf,
    Comparison,
    Condition,
    Constant,
    Not,
    OneOf,
)
from incidentkit.model.facts import Flag
from incidentkit.model.vocabulary import Facts, Vocabulary


class Askable(Protocol):
    """What a fact can be, or is."""

    def asked(self, question: Callable[[Any], bool], /) -> Sides:
        """When a question about its value is answered yes, and when no."""
        ...


@frozen(eq=False)
class Translation:
    """Conditions as formulas, each part once. Kleene's tables hold: what is neither true nor false is unknown."""

    solver: Solver
    askable: Mapping[str, Askable]
    """What the facts can be, by name."""
    _varied: str | None = None
    """The fact that is not as it is in `_leaves`."""
    _leaves: dict[Condition, Sides] = field(factory=dict[Condition, Sides])

    def with_value(self, name: str, value: Any) -> Translation:
        """The same where one fact is known to have this value."""
        given = Given(value=value, known=self.solver.always, solver=self.solver)
        return Translation(self.solver, {**self.askable, name: given}, name, self._leaves)

    def of(self, condition: Condition) -> Sides:
        """When it is true, and when it is false; `ConditionInvalid` for a kind of condition of somebody's own."""
        solver = self.solver
        match condition:
            case Constant(value=value):
                return Sides(solver.always, solver.never) if value else Sides(solver.never, solver.always)
            case Not(part=part):
                sides = self.of(part)
                return Sides(sides.false, sides.true)
            case All(conditions=parts):
                several = [*map(self.of, parts)]
                return Sides(
                    solver.all_of(each.true for each in several), solver.any_of(each.false for each in several)
                )
            case AnyOf(conditions=parts):
                several = [*map(self.of, parts)]
                return Sides(
                    solver.any_of(each.true for each in several), solver.all_of(each.false for each in several)
                )
            case _:
                if any(fact.name == self._varied for fact in condition.mentioned):
                    return self._leaf(condition)
                if condition not in self._leaves:
                    self._leaves[condition] = self._leaf(condition)
                return self._leaves[condition]

    def _leaf(self, leaf: Condition) -> Sides:
        match leaf:
            case Flag(name=name):
                return self.askable[name].asked(bool)
            case Comparison(fact=fact, operator=operator, threshold=threshold):
                compare = COMPARE[operator]
                return self.askable[fact.name].asked(lambda value: compare(value, threshold))
            case OneOf(fact=fact, options=options):
                return self.askable[fact.name].asked(lambda value: value in options)
            case _:
                raise ConditionInvalid(f"{leaf} is a {type(leaf).__name__}, of which nothing can be proved")


@frozen(eq=False)
class World:
    """Everything that facts of a vocabulary can be, as far as some conditions can tell."""

    vocabulary: Vocabulary
    domains: Mapping[str, Domain]
    translation: Translation

    @classmethod
    def of(cls, vocabulary: Vocabulary, conditions: Iterable[Condition], solver: Solver) -> World:
        """All facts are known."""
        cuts = thresholds(conditions)
        domains = {name: Domain.of(fact, cuts.get(name, ()), solver) for name, fact in vocabulary.items()}
        return cls(vocabulary, domains, Translation(solver, domains))

    @classmethod
    def shared(cls, one: Vocabulary, other: Vocabulary, conditions: Iterable[Condition], solver: Solver) -> World:
        """The facts of two vocabularies; of what they define differently, the values that both allow.

        Raises `RulesInvalid` if there are none.
        """
        cuts = thresholds(conditions)
        vocabulary = Vocabulary(*one.values(), *(fact for name, fact in other.items() if name not in one))
        domains: dict[str, Domain] = {}
        for name, fact in vocabulary.items():
            twin = other.get(name, fact)
            domains[name] = (
                Domain.of(fact, cuts.get(name, ()), solver)
                if twin == fact
                else Domain.shared(fact, twin, cuts.get(name, ()), solver)
            )
        return cls(vocabulary, domains, Translation(solver, domains))

    def at(self, places: Mapping[str, int]) -> Facts:
        """The facts with the values at these places."""
        return Facts(self.vocabulary, {name: self.domains[name].values[place] for name, place in places.items()})


def thresholds(conditions: Iterable[Condition]) -> dict[str, set[Any]]:
    """What these conditions compare each fact with, by its name."""
    cuts: dict[str, set[Any]] = {}
    for leaf in (leaf for condition in conditions for leaf in condition.leaves):
        match leaf:
            case Comparison(fact=fact, threshold=threshold):
                cuts.setdefault(fact.name, set()).add(threshold)
            case OneOf(fact=fact, options=options):
                cuts.setdefault(fact.name, set()).update(options)
            case _:
                pass
    return cuts
