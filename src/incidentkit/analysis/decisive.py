"""Which of the known facts decide: as few as leave the severity as it is, whatever the others may be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from incidentkit.analysis.domain import Given
from incidentkit.analysis.finding import told
from incidentkit.analysis.solver import LIMIT, Formula, Solver
from incidentkit.analysis.translation import Translation
from incidentkit.errors import RulesInvalid, expect
from incidentkit.model.severity import Severity
from incidentkit.model.vocabulary import Facts, FactSource
from incidentkit.policy.rules import SeverityRules


@frozen(kw_only=True)
class DecidingFacts:
    """The facts that decide, and what they decide; printed, one line."""

    facts: Facts
    """They and no others: without any of them more severities would be possible."""
    possible: frozenset[Severity[Any]]
    """The severities that these facts leave possible, as all that is known does: one, if that is certain."""
    is_smallest: bool
    """Whether it is proved that no fewer facts do; otherwise the solver gave up."""

    def __str__(self) -> str:
        severities = " or ".join(map(str, sorted(self.possible, reverse=True)))
        nothing = "whatever the facts are" if len(self.possible) == 1 else "nothing that is known narrows it down"
        return f"{severities}: {told(self.facts, self.facts) or nothing}"


def deciding_facts(
    rules: SeverityRules[Any], facts: FactSource, *, at: datetime | None = None, limit: timedelta = LIMIT
) -> DecidingFacts:
    """The fewest of the known facts that leave the same severities possible as all of them, as `triage` says it.

    Where several sets are as small, it is one of them. ``at`` is the moment at which running clocks are read, ``limit``
    how long the solver tries at one question. Raises `RulesInvalid` for something else than rules, and what
    `Facts.read` raises.
    """
    expect(SeverityRules, rules, RulesInvalid, "facts decide by SeverityRules")
    known = rules.facts(facts, at=at)
    possible = rules.triage(known).possible
    solver = Solver(limit=limit)
    is_told = {name: solver.variable() for name in known.values}
    enough = solver.all_of(_ruled_out(rules, possible, Translation(solver, _given(known, is_told, solver))))
    names, is_smallest = _fewest(solver, is_told, enough)
    left = Facts(
        known.vocabulary,
        {name: value for name, value in known.values.items() if name in names},
        {},
        {name: start for name, start in known.started.items() if name in names},
        known.at,
    )
    assert rules.triage(left).possible == possible, "what the solver found is enough for the rules too"
    return DecidingFacts(facts=left, possible=possible, is_smallest=is_smallest)


def _given(known: Facts, is_told: dict[str, Formula], solver: Solver) -> dict[str, Given]:
    """Every fact of the rules: with the value that it has if that is told, and never known if nobody knows it."""
    return {
        name: Given(
            value=known.values[name] if name in is_told else fact.samples(())[0],
            known=is_told.get(name, solver.never),
            solver=solver,
        )
        for name, fact in known.vocabulary.items()
    }


def _ruled_out(
    rules: SeverityRules[Any], possible: frozenset[Severity[Any]], translation: Translation
) -> Iterator[Formula]:
    """For each rule that gives another severity, when it is false, or one before it is true."""
    solver = translation.solver
    decided = solver.never
    for rule in rules.rules:
        sides = translation.of(rule.condition)
        if rule.severity not in possible:
            yield solver.any_of((decided, sides.false))
        decided = solver.named(solver.any_of((decided, sides.true)))


def _fewest(solver: Solver, is_told: dict[str, Formula], enough: Formula) -> tuple[list[str], bool]:
    """The fewest facts that are enough to be told, and whether it is proved that there are no fewer."""
    fails, holds = solver.named(solver.opposite(enough)), solver.named(enough)
    names = [*is_told]
    while True:
        needed = solver.conflict([fails], [is_told[name] for name in names])
        if needed is None:
            return names, False
        names = [names[each] for each in needed]
        fewer = solver.named(solver.at_most(is_told.values(), len(names) - 1)) if names else solver.never
        can = solver.can_hold(holds, fewer)
        if not can:
            return names, can is False
        names = [name for name, formula in is_told.items() if solver.is_true(formula)]
