"""Points: complete sets of facts for which something is asked in every way that there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from attrs import frozen

from incidentkit.model.conditions import Condition
from incidentkit.model.vocabulary import Facts
from incidentkit.policy.law import Law
from incidentkit.testing.checks.breach import Breach, fact_rows
from incidentkit.testing.checks.witness import Values, beside, thresholds_of
from incidentkit.text.document import Table


@frozen(kw_only=True)
class Problem:
    """What is wrong with the answers for one complete set of facts."""

    law: Law
    where: str
    what: str
    answers: tuple[tuple[str, str], ...]
    """The rows of a table: how it was asked, and what was answered."""


PointCheck: TypeAlias = Callable[[Values], Problem | None]
"""What looks at one complete set of facts."""


def breaches_at(mildest: Facts, points: Iterable[Values], checks: Sequence[PointCheck]) -> Iterator[Breach]:
    """What is wrong at the points: of each law the first breach in each place, with facts that are as mild as can be.

    ``mildest`` has every fact so, and beside facts perhaps what else a point says.
    """
    told: set[tuple[Law, str]] = set()
    for point in points:
        for check in checks:
            problem = check(point)
            if problem is not None and (problem.law, problem.where) not in told:
                told.add((problem.law, problem.where))
                yield _simplest(mildest, point, check, problem)


def near(base: Values, condition: Condition) -> Iterator[Values]:
    """The facts with each threshold of a condition in the place of one of them, and with what lies right beside it."""
    for fact in condition.vocabulary.values():
        for threshold in thresholds_of(fact, [condition]):
            yield from ({**base, fact.name: value} for value in beside(fact, threshold))


def spread(points: Sequence[Values], most: int) -> list[Values]:
    """So many of the points at the most, from all over them."""
    step = max(1, len(points) / most)
    return [points[int(place * step)] for place in range(min(most, len(points)))]


def tried(ask: Callable[[], Any]) -> Any:
    """The answer; what goes wrong in conditions of somebody else is one as well."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001  # it is somebody else's code, and told
        return f"{type(error).__name__}: {error}"


def _simplest(mildest: Facts, point: Values, check: PointCheck, problem: Problem) -> Breach:
    """The breach with every fact as mild as it can be; the others alone are told."""
    for name, mild in mildest.values.items():
        milder = {**point, name: mild}
        found = check(milder)
        if found is not None and (found.law, found.where) == (problem.law, problem.where):
            point, problem = milder, found
    matter = {name: value for name, value in point.items() if value != mildest.get(name)}
    rows = (*fact_rows(mildest.vocabulary.values(), [matter]), *problem.answers)
    return Breach(
        law=problem.law,
        where=problem.where,
        what=f"{problem.what}{'' if matter else ' Every fact is as mild as it can be.'}",
        cases=(Facts(mildest.vocabulary, {name: point[name] for name in mildest.vocabulary}),),
        table=Table(("", "then"), rows),
    )
