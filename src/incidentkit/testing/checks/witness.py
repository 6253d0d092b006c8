"""Witnesses: facts that make some conditions come true and others not, or the proof that there are none.

A search tries one value out of each region into which the conditions cut a fact, mildest first, and asks the
conditions in three-valued logic after each, so that it turns back early and tries nothing that does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import Any, Final, TypeAlias

from attrs import define, field, frozen

from incidentkit.model.conditions import Answer, Comparison, Condition, Constant, OneOf, samples
from incidentkit.model.crossing import crossings
from incidentkit.model.facts import Clock, Duration, Flag, Number
from incidentkit.model.vocabulary import AnyFact, Facts, Vocabulary, Worse

MOST_ASKED: Final = 200_000
"""Comparisons that one search asks at the most; nothing is said of what it has not found by then."""

_FINEST: Final = 17
"""Digits behind the point up to which a round number between two others is looked for."""

Values: TypeAlias = Mapping[str, Any]
"""What is known, by the names of facts."""

Pair: TypeAlias = tuple[Any, Any]
"""Two values of one fact."""


def values_of(fact: AnyFact, conditions: Sequence[Condition]) -> tuple[Any, ...]:
    """One value out of each region that the conditions tell apart, mildest first; round numbers where there are any."""
    told = samples(fact, conditions)
    if isinstance(fact, Clock):
        told = tuple(sorted({*told, *(low + (high - low) / 2 for low, high in pairwise(told))}))
    if isinstance(fact, Number):
        cuts = sorted({*thresholds_of(fact, conditions), told[0], told[-1]})
        between = (_between(low, high) for low, high in pairwise(cuts))
        told = tuple(sorted({*cuts, *(value for value in between if value is not None)}))
    return told[::-1] if getattr(fact, "worse", Worse.NEITHER) is Worse.LOWER else told


def whole_first(values: Sequence[Any], thresholds: Iterable[Any]) -> tuple[Any, ...]:
    """The values, fractions last where all thresholds are whole numbers: nobody counts a tenth of a user."""
    if not all(isinstance(threshold, int) for threshold in thresholds):
        return tuple(values)
    return tuple(sorted(values, key=lambda value: isinstance(value, float)))


def thresholds_of(fact: AnyFact, conditions: Iterable[Condition]) -> tuple[Any, ...]:
    """What the conditions compare the fact with, each once, in their order."""
    found: dict[Any, None] = {}
    for leaf in _leaves(conditions):
        match leaf:
            case Comparison(fact=mentioned, threshold=threshold) if mentioned == fact:
                found[threshold] = None
            case OneOf(fact=mentioned, options=options) if mentioned == fact:
                found.update(dict.fromkeys(options))
            case _:
                pass
    return tuple(found)


def _leaves(conditions: Iterable[Condition]) -> Iterable[Condition]:
    """What the conditions are made of, each object once: conditions that share parts have them very often."""
    return {id(leaf): leaf for condition in conditions for leaf in condition.leaves}.values()


def _between(low: float, high: float) -> float | None:
    """The roundest number between two others; `None` if there is none that a computer has."""
    whole = (int(low) + int(high)) // 2
    is_counted = isinstance(low, int) and isinstance(high, int)
    if is_counted and low < whole < high:
        return whole
    bottom, top = Decimal(low), Decimal(high)
    for digits in range(_FINEST if high - low > 1e-12 else 0):
        unit = Decimal(1).scaleb(-digits)
        candidate = float((bottom / unit).to_integral_value(ROUND_FLOOR) * unit + unit)
        if low < candidate < high and bottom < Decimal(candidate) < top:
            return candidate
    nearest = math.nextafter(float(low), math.inf)
    return next((value for value in (nearest, whole) if low < value < high), None)


def around(fact: AnyFact, threshold: Any, chain: Sequence[Any], conditions: Iterable[Condition]) -> list[Pair]:
    """The pairs of values between which a comparison with a threshold turns: the nearest ones, if there is an order."""
    pairs: dict[Pair, None] = {}
    for leaf in _leaves(conditions):
        if threshold in thresholds_of(fact, [leaf]):
            pairs.update(dict.fromkeys(crossings(leaf, fact, threshold, chain)))
    return [*pairs]


def turns(condition: Condition, fact: AnyFact, pair: tuple[Any, Any]) -> bool:
    """Whether a comparison in it answers differently for two values of a fact, all else being equal."""
    sides = [Facts(condition.vocabulary, {fact.name: value}) for value in pair]
    leaves = (leaf for leaf in _leaves([condition]) if fact in leaf.mentioned)
    return any(leaf.walk(sides[0]) is not leaf.walk(sides[1]) for leaf in leaves)


def beside(fact: AnyFact, threshold: Any) -> tuple[Any, ...]:
    """A threshold with the values right below and above it, as far as the fact can have them."""
    near: tuple[Any, ...] = (threshold,)
    if isinstance(fact, Number):
        near = (_number_beside(threshold, -1), threshold, _number_beside(threshold, 1))
    elif isinstance(fact, Duration | Clock):
        near = _moments_beside(threshold)
    return tuple(value for value in near if _is_possible(fact, value))


def _number_beside(threshold: float, sign: int) -> float:
    """The next number below (-1) or above (1) that a computer has; a large one has integers that are nearer."""
    nearest, whole = math.nextafter(threshold, sign * math.inf), int(threshold) + sign
    return min(nearest, whole, key=lambda value: abs(Decimal(value) - Decimal(threshold)))


def _moments_beside(threshold: timedelta) -> tuple[timedelta, ...]:
    least = timedelta.resolution
    below = (threshold - least,) if threshold >= least else ()
    above = (threshold + least,) if threshold < timedelta.max else ()
    return (*below, threshold, *above)


def _is_possible(fact: AnyFact, value: Any) -> bool:
    try:
        fact.check(value)
    except ValueError:
        return False
    return True


def is_told(condition: Condition) -> bool:
    """Whether it is made of comparisons only, whose regions are known; of a condition of others, nothing is."""
    return all(isinstance(leaf, Comparison | OneOf | Flag | Constant) for leaf in _leaves([condition]))


class Side:
    """What is known on one side of a comparison, in the middle of a search: facts that are filled in place."""

    def __init__(self, vocabulary: Vocabulary, fixed: Values | None = None) -> None:
        self.fixed: Values = fixed or {}
        self.values: dict[str, Any] = {**self.fixed}
        self.facts = Facts(vocabulary, self.values)


@frozen(eq=False, kw_only=True)
class Demand:
    """Something that is to be so: an answer that turns true or false as soon as what is known decides it."""

    names: tuple[str, ...]
    """What it can depend on, that which matters first."""
    holds: Callable[[], Answer]
    label: object = None
    """What it comes from, to be told of where nothing meets it."""
    why: Callable[[], Iterable[str]] | None = None
    """What of the names makes it false, where that is known more closely."""
    cost: int = 1
    """How many comparisons an answer asks."""
    is_exact: bool = True
    """Whether the values that are tried bring about everything that it can tell apart."""


@frozen(eq=False)
class Asked:
    """A condition with what a search has to know of it, so that this is found out once."""

    condition: Condition
    names: tuple[str, ...]
    is_told: bool

    @classmethod
    def of(cls, condition: Condition) -> Asked:
        """The condition, with the names of its facts."""
        return cls(condition, (*condition.vocabulary,), is_told(condition))

    def demand(self, side: Side, *, wanted: bool, label: object = None) -> Demand:
        """That it is true, or that it is false, on a side; unknown leaves both open."""
        walk, facts = self.condition.walk, side.facts

        def holds() -> Answer:
            answer = walk(facts)
            return None if answer is None else answer is wanted

        names = tuple(name for name in self.names if name not in side.fixed) if side.fixed else self.names
        cost = len(self.condition.leaves)
        return Demand(names=names, holds=holds, label=label, cost=cost, is_exact=self.is_told)


@frozen
class Refuted:
    """That nothing meets the demands."""

    labels: frozenset[Any]
    """Where those come from that rule each other out."""


@frozen
class _Conflict:
    """Why there is nothing more to try: what was tried, and what it was against."""

    names: frozenset[str]
    demands: frozenset[Demand]


class _GaveUp(Exception):
    """So much was tried that nobody would wait any longer."""


@define(eq=False, kw_only=True)
class Search:
    """A search for values that meet every demand on all sides at once."""

    values: Mapping[str, Sequence[Any]]
    """What can be tried, by the name of a fact, mildest first."""
    sides: Sequence[Side]
    demands: Sequence[Demand]
    most: int = MOST_ASKED
    """Comparisons that may be asked; no more than `MOST_ASKED` are."""
    asked: int = field(default=0, init=False)
    gave_up: bool = field(default=False, init=False)
    """Whether nothing is known because too much was asked."""
    _given: dict[str, Any] = field(factory=dict[str, Any], init=False)

    def run(self) -> Values | Refuted | None:
        """The mildest and fewest values that do, the proof that none do, or `None` where neither was found in time."""
        undecided: list[Demand] = []
        for each in self.demands:
            if not self._may_ask(each.cost):
                self.gave_up = True
                return None
            answer = each.holds()
            if answer is False:
                return Refuted(frozenset({each.label})) if each.is_exact else None
            if answer is None and not each.names:
                return None
            if answer is None:
                undecided.append(each)
        try:
            conflict = self._solve(undecided)
        except (_GaveUp, RecursionError):
            self.gave_up = True
            self._take_all()
            return None
        if conflict is not None:
            proven = all(each.is_exact for each in conflict.demands)
            return Refuted(frozenset(each.label for each in conflict.demands)) if proven else None
        return self._shrunk()

    def _solve(self, undecided: Sequence[Demand]) -> _Conflict | None:
        """Go on until nothing is undecided; else why that is impossible, by as little as possible."""
        if not undecided:
            return None
        name = self._next(undecided)
        names: set[str] = set()
        against: set[Demand] = set()
        for value in self.values[name]:
            self._give(name, value)
            conflict = self._tried(name, undecided)
            if conflict is None:
                return None
            names |= conflict.names
            against |= conflict.demands
            if name not in conflict.names:  # no other value of this fact helps
                self._take(name)
                return conflict
        self._take(name)
        return _Conflict(frozenset(names - {name}), frozenset(against))

    def _tried(self, name: str, undecided: Sequence[Demand]) -> _Conflict | None:
        rest: list[Demand] = []
        for each in undecided:
            if name not in each.names:
                rest.append(each)
                continue
            if not self._may_ask(each.cost):
                raise _GaveUp
            answer = each.holds()
            if answer is False or (answer is None and not self._open(each)):
                names = each.names if each.why is None else each.why()
                return _Conflict(frozenset(self._given.keys() & {*names}), frozenset({each}))
            if answer is None:
                rest.append(each)
        return self._solve(rest)

    def _may_ask(self, cost: int) -> bool:
        """Whether so much more may be asked, which is counted."""
        self.asked += cost
        return self.asked <= min(self.most, MOST_ASKED)

    def _open(self, each: Demand) -> list[str]:
        return [name for name in each.names if name not in self._given]

    def _next(self, undecided: Sequence[Demand]) -> str:
        """The fact to try next: one of the demand that has the fewest left."""
        fewest: list[str] = []
        for each in undecided:
            left = self._open(each)
            if not fewest or len(left) < len(fewest):
                fewest = left
            if len(fewest) == 1:
                break
        return fewest[0]

    def _give(self, name: str, value: Any) -> None:
        self._given[name] = value
        for side in self.sides:
            side.values[name] = value

    def _take(self, name: str) -> None:
        del self._given[name]
        for side in self.sides:
            del side.values[name]

    def _shrunk(self) -> Values:
        """What was found, without what does not matter, and as mild as it can be."""
        for name, value in [*self._given.items()]:
            concerned = [each for each in self.demands if name in each.names]
            self._take(name)
            if not _are_met(concerned):
                for milder in self.values[name]:
                    self._give(name, milder)
                    if milder == value or _are_met(concerned):
                        break
        return self._take_all()

    def _take_all(self) -> Values:
        """Leave the sides as they were found."""
        found = {**self._given}
        for name in found:
            self._take(name)
        return found


def _are_met(demands: Iterable[Demand]) -> bool:
    return all(each.holds() is True for each in demands)
