"""Facts that get worse while the severity gets milder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from incidentkit.analysis.domain import Domain
from incidentkit.analysis.finding import Milder, Undecided, reproduced
from incidentkit.analysis.solver import Formula
from incidentkit.analysis.ways import End, Ways
from incidentkit.model.severity import Severity
from incidentkit.model.triage import Rule
from incidentkit.model.vocabulary import Worse
from incidentkit.policy.law import Law
from incidentkit.policy.question import Conclusion


def is_ordered(ways: Ways) -> bool:
    """Whether every way leads to a severity, and all to severities of one scheme, so that there are milder ones."""
    severities = [severity_of(way.end) for way in ways.ways]
    return len({each and (each.scheme.name, each.scheme.keys) for each in severities}) == 1 and None not in severities


def severity_of(end: End) -> Severity[Any] | None:
    """The severity that a rule gives, and the worst that a conclusion allows; `None` if that says nothing of any."""
    if isinstance(end, Rule):
        return end.severity
    conclusion: object = end.conclusion
    return max(conclusion.severities) if isinstance(conclusion, Conclusion) and conclusion.severities else None


def milder_by_worse(ways: Ways) -> Iterator[Milder | Undecided]:
    """For each fact that says which way is worse, a case in which it gets worse and the severity milder, if any."""
    levels = [ways.where(partial(_reaches, rank)) for rank in _ranks(ways)]
    names = {level: ways.solver.named(formula) for level, formula in enumerate(levels)}
    for name, domain in ways.world.domains.items():
        worse = getattr(domain.fact, "worse", Worse.NEITHER)
        if worse is not Worse.NEITHER and domain.steps:
            with ways.solver.scope():
                yield from _milder_by(ways, name, worse, levels, names)


def _ranks(ways: Ways) -> list[int]:
    """The ranks of severities to reach, but for the mildest."""
    return sorted({_rank(way.end) for way in ways.ways})[1:]


def _reaches(rank: int, end: End) -> bool:
    return _rank(end) >= rank


def _rank(end: End) -> int:
    severity = severity_of(end)
    assert severity is not None
    return severity.rank


def _milder_by(
    ways: Ways, name: str, worse: Worse, levels: Iterable[Formula], names: Mapping[int, Formula]
) -> Iterator[Milder | Undecided]:
    """The case for one fact: a second set of steps for it stands for the worse value."""
    solver, domain = ways.solver, ways.world.domains[name]
    steps = tuple(solver.variable() for _ in domain.steps)
    _let_be_worse(domain, steps, worse)
    pairs = [*zip(domain.steps, steps, strict=True)]
    turned = (
        solver.all_of((names[level], solver.opposite(solver.replaced(formula, pairs))))
        for level, formula in enumerate(levels)
    )
    solver.add(solver.any_of(turned))
    solver.add(solver.opposite(solver.replaced(ways.unoffered, pairs)))
    answer = solver.can_hold()
    if answer is None:
        yield Undecided(law=Law.MONOTONE, what=f"whether {name} getting worse makes anything milder")
    elif answer:
        before, after = ways.case(), ways.case({name: domain.place_by(steps)})
        ends = before.taken(ways.subject), after.taken(ways.subject)
        reproduced(_rank(ends[1]) < _rank(ends[0]))
        yield Milder(fact=domain.fact, before=before, after=after, ends=ends)


def _let_be_worse(domain: Domain, steps: tuple[Formula, ...], worse: Worse) -> None:
    """Let the value by these steps be worse than that by the steps of the domain, or the same."""
    solver = domain.solver
    domain.order(steps)
    for one, other in zip(domain.steps, steps, strict=True):
        low, high = (one, other) if worse is Worse.HIGHER else (other, one)
        solver.add(solver.any_of((solver.opposite(low), high)))
