"""The values of a fact as a solver sees them: one for each region that conditions can tell apart.

So nothing is lost between the numbers of a solver, which have no gaps, and floats, which do: every case that a solver
finds is one of values that the fact has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from attrs import frozen

from incidentkit.analysis.solver import Formula, Solver
from incidentkit.errors import FactValueInvalid, RulesInvalid
from incidentkit.model.conditions import ALWAYS, Comparison, Condition, OneOf
from incidentkit.model.facts import Choice, Clock, Flag, SeverityFact
from incidentkit.model.vocabulary import AnyFact


@frozen
class Sides:
    """When something is true, and when it is false; elsewhere it is unknown."""

    true: Formula
    false: Formula


@frozen(eq=False, kw_only=True)
class Domain:
    """What one fact can be: a value out of each region, lowest first, and which of them it is."""

    fact: AnyFact
    values: tuple[Any, ...]
    thresholds: frozenset[Any]
    steps: tuple[Formula, ...]
    """Whether it is the second value or one after it, the third or one after it, and so on."""
    known: Formula
    solver: Solver

    @classmethod
    def of(cls, fact: AnyFact, thresholds: Iterable[Any], solver: Solver, *, known: Formula | None = None) -> Domain:
        """The values of a fact between these thresholds; it is always known if nothing else is said."""
        cuts = frozenset(thresholds)
        return cls.over(fact, fact.samples(cuts), cuts, solver, known=known)

    @classmethod
    def shared(cls, one: AnyFact, other: AnyFact, thresholds: Iterable[Any], solver: Solver) -> Domain:
        """The values that two definitions of a fact both allow, as the one calls them; `RulesInvalid` if none is."""
        bounds = (getattr(fact, name, None) for fact in (one, other) for name in ("minimum", "maximum"))
        cuts = {*thresholds, *(bound for bound in bounds if bound is not None)}
        inside = frozenset(cut for cut in cuts if _allows(one, cut) and _allows(other, cut))
        values = [value for value in one.samples(inside) if _allows(one, value) and _allows(other, value)]
        if type(one) is not type(other) or not values:
            raise RulesInvalid(f"no value of {one.name} is allowed by both: a {one.tag} and a {other.tag} are compared")
        return cls.over(one, values, inside, solver)

    @classmethod
    def over(
        cls,
        fact: AnyFact,
        values: Sequence[Any],
        thresholds: frozenset[Any],
        solver: Solver,
        *,
        known: Formula | None = None,
    ) -> Domain:
        """The fact that is one of these values, in their order."""
        steps = tuple(solver.variable() for _ in values[1:])
        domain = cls(
            fact=fact,
            values=tuple(_round(values, thresholds)),
            thresholds=thresholds,
            steps=steps,
            known=solver.always if known is None else known,
            solver=solver,
        )
        domain.order(steps)
        return domain

    def order(self, steps: Sequence[Formula]) -> None:
        """Let whatever is past a step be past those before it."""
        for before, after in pairwise(steps):
            self.solver.add(self.solver.any_of((before, self.solver.opposite(after))))

    def within(self, first: int, last: int) -> Formula:
        """It is one of the values from this place to that one, both included."""
        return self.solver.all_of(self.bounds(first, last))

    def bounds(self, first: int, last: int) -> tuple[Formula, ...]:
        """The same in parts, which a solver can assume as they are."""
        above = (self.steps[first - 1],) if first else ()
        below = (self.solver.opposite(self.steps[last]),) if last < len(self.steps) else ()
        return (*above, *below)

    def asked(self, question: Callable[[Any], bool]) -> Sides:
        """When a question about the value is answered yes, and when no."""
        answers = [*map(question, self.values)]
        runs = [place for place, (one, two) in enumerate(pairwise(answers), start=1) if one is not two]
        spans = [*pairwise((0, *runs, len(answers)))]
        yes, no = (
            self.solver.any_of(self.within(first, end - 1) for first, end in spans if answers[first] is answer)
            for answer in (True, False)
        )
        return Sides(self.solver.all_of((self.known, yes)), self.solver.all_of((self.known, no)))

    @property
    def place(self) -> int:
        """Which of the values it has in the case that the solver has found last."""
        return self.place_by(self.steps)

    def place_by(self, steps: Sequence[Formula]) -> int:
        """The same, if these are its steps."""
        low, high = 0, len(steps)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.solver.is_true(steps[middle]) else (low, middle)
        return low

    def described(self, places: Sequence[int]) -> Condition:
        """The condition that it has one of the values at these places: all those between the first and the last.

        Of what has no order, any of them.
        """
        if len(places) == len(self.values):
            return ALWAYS
        if isinstance(self.fact, Flag):
            return self.fact if places[0] else ~self.fact
        if isinstance(self.fact, Choice):
            return self._options([self.values[place] for place in places])
        first, last = places[0], places[-1]
        if first == last and self._is_point(first):
            return Comparison(self.fact, "==", self.values[first])
        low, high = self._least(first), self._most(last)
        return high if low == ALWAYS else low if high == ALWAYS else low & high

    def _options(self, options: Sequence[str]) -> Condition:
        """One of some options, or none of the others, whichever is shorter."""
        others = [option for option in self.values if option not in options]
        fewer = min(options, others, key=len)
        condition = Comparison(self.fact, "==", fewer[0]) if len(fewer) == 1 else OneOf(self.fact, tuple(fewer))
        return condition if fewer is options else ~condition

    def _is_point(self, place: int) -> bool:
        """Whether the region is this value and no other."""
        if isinstance(self.fact, Clock):
            return False
        return isinstance(self.fact, SeverityFact) or self.values[place] in self.thresholds

    def _least(self, place: int) -> Condition:
        """It is in the region at this place or in one above it."""
        if not place:
            return ALWAYS
        if isinstance(self.fact, Clock) or self._is_point(place):
            return Comparison(self.fact, ">=", self.values[place])
        return Comparison(self.fact, ">", self.values[place - 1])

    def _most(self, place: int) -> Condition:
        """It is in the region at this place or in one below it."""
        if place == len(self.steps):
            return ALWAYS
        if isinstance(self.fact, Clock):
            return ~Comparison(self.fact, ">=", self.values[place + 1])
        if self._is_point(place):
            return Comparison(self.fact, "<=", self.values[place])
        return Comparison(self.fact, "<", self.values[place + 1])


@frozen(kw_only=True)
class Given:
    """A fact with the value that it has, of which it is open whether anybody is told."""

    value: Any
    known: Formula
    solver: Solver

    def asked(self, question: Callable[[Any], bool]) -> Sides:
        """When a question about the value is answered yes, and when no; one of the two is never."""
        answer = question(self.value)
        return Sides(*((self.known, self.solver.never) if answer else (self.solver.never, self.known)))


def _round(values: Sequence[Any], thresholds: frozenset[Any]) -> Iterator[Any]:
    """The values, between two others with as few digits as there can be: people read them."""
    last = len(values) - 1
    for place, value in enumerate(values):
        if isinstance(value, float) and 0 < place < last and value not in thresholds:
            low, high = values[place - 1], values[place + 1]
            shorter = (float(f"{value:.{digits}g}") for digits in range(1, 17))
            yield next((each for each in shorter if low < each < high), value)
        else:
            yield value


def _allows(fact: AnyFact, value: object) -> bool:
    """Whether the fact can have this value."""
    try:
        fact.check(value)
    except FactValueInvalid:
        return False
    return True
