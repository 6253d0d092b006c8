"""Regions: all facts for which something holds, as conditions that are as simple as can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

from attrs import evolve, frozen

from incidentkit.analysis.domain import Domain
from incidentkit.analysis.solver import Formula, Solver
from incidentkit.model.conditions import ALWAYS, Condition
from incidentkit.model.facts import Choice

MOST_BOXES: Final = 4
"""Alternatives by which a region is described; with more of them nobody sees a region any more."""


MOST_BOUNDS: Final = 10
"""Bounds up to which an alternative is made as wide as it can be, and others are looked for."""


@frozen(kw_only=True)
class Region:
    """Where something holds, in the form of a condition."""

    condition: Condition
    """It is true for these facts and for no others."""
    is_all: bool
    """Whether there are no more: only the first alternatives are told, and one alone if it has many bounds."""

    def __str__(self) -> str:
        text = "whatever the facts are" if self.condition == ALWAYS else str(self.condition)
        return text if self.is_all else f"{text}; perhaps elsewhere too"


@frozen
class Bound:
    """What a box says of one fact: it is at this place or above it, or below it, or not at it."""

    domain: Domain
    side: Literal["from", "to", "not"]
    place: int

    @property
    def formula(self) -> Formula:
        """The same for a solver."""
        last = len(self.domain.steps)
        match self.side:
            case "from":
                return self.domain.within(self.place, last)
            case "to":
                return self.domain.within(0, self.place)
            case "not":
                return self.domain.solver.opposite(self.domain.within(self.place, self.place))

    @property
    def allowed(self) -> frozenset[int]:
        """The places that are within it."""
        every = range(len(self.domain.values))
        match self.side:
            case "from":
                return frozenset(every[self.place :])
            case "to":
                return frozenset(every[: self.place + 1])
            case "not":
                return frozenset(every) - {self.place}


class Atlas:
    """Finds the region in which a formula is true, in one world."""

    def __init__(self, domains: Mapping[str, Domain], solver: Solver) -> None:
        self._domains = domains
        self._solver = solver

    def region(self, formula: Formula, places: Mapping[str, int], fixed: Sequence[Formula]) -> Region:
        """The facts for which it is true, those at these places being some of them; what is fixed stays as it is."""
        solver = self._solver
        boxes: list[tuple[Bound, ...]] = []
        with solver.scope():
            for each in fixed:
                solver.add(each)
            holds, fails = solver.named(formula), solver.named(solver.opposite(formula))
            rest: bool | None = True
            while rest and len(boxes) < MOST_BOXES:
                boxes.append(self._box(fails, places))
                if len(boxes[-1]) > MOST_BOUNDS:
                    break
                solver.add(solver.opposite(solver.all_of(bound.formula for bound in boxes[-1])))
                rest = solver.can_hold(holds)
                places = {name: domain.place for name, domain in self._domains.items()} if rest else {}
        condition, *others = (self._condition(box) for box in boxes)
        for other in others:
            condition = condition | other
        return Region(condition=condition, is_all=rest is False)

    def _box(self, fails: Formula, places: Mapping[str, int]) -> tuple[Bound, ...]:
        """As few bounds around these places as there can be, and as wide, within which the formula never fails."""
        bounds = [bound for name, domain in self._domains.items() for bound in _around(domain, places[name])]
        names = [self._solver.named(bound.formula) for bound in bounds]
        needed = self._solver.conflict([fails], names)
        if needed is None:
            return tuple(bounds)
        box = [bounds[each] for each in needed]
        if len(box) > MOST_BOUNDS:
            return tuple(box)
        for number, bound in enumerate(box):
            others = [self._solver.named(each.formula) for each in box if each is not bound]
            box[number] = self._widened(bound, [fails, *others])
        return tuple(box)

    def _widened(self, bound: Bound, assumed: Sequence[Formula]) -> Bound:
        """The bound as far out as it can be; it cannot be left out."""
        if bound.side == "not":
            return bound
        outer = 0 if bound.side == "from" else len(bound.domain.steps)
        good = bound.place
        while abs(good - outer) > 1:
            middle = (good + outer) // 2
            wider = evolve(bound, place=middle)
            if self._solver.can_hold(*assumed, self._solver.named(wider.formula)) is False:
                good = middle
            else:
                outer = middle
        return evolve(bound, place=good)

    def _condition(self, box: Iterable[Bound]) -> Condition:
        """The box as a condition, in the order in which a person would be asked."""
        allowed: dict[str, frozenset[int]] = {}
        for bound in box:
            name = bound.domain.fact.name
            allowed[name] = bound.allowed & allowed.get(name, bound.allowed)
        condition: Condition = ALWAYS
        for name in (name for name in self._domains if name in allowed):
            part = self._domains[name].described(sorted(allowed[name]))
            condition = part if condition == ALWAYS else condition & part
        return condition


def _around(domain: Domain, place: int) -> Iterator[Bound]:
    """The bounds that leave nothing but this place."""
    if isinstance(domain.fact, Choice):
        yield from (Bound(domain, "not", other) for other in range(len(domain.values)) if other != place)
        return
    if place:
        yield Bound(domain, "from", place)
    if place < len(domain.steps):
        yield Bound(domain, "to", place)
