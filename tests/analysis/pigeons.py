"""Rules that a solver needs long for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from incidentkit import Condition, Flag, SeverityRules, SeverityScheme, when

P1, P2, P3 = SeverityScheme("P1", "P2", "P3")


def hard_rules(holes: int = 9) -> SeverityRules[Any]:
    """Ten pigeons in nine holes: a rule that is never true, which takes a solver long to see."""
    sits = [[Flag(f"p{pigeon}_{hole}", question="?") for hole in range(holes)] for pigeon in range(holes + 1)]
    conditions: list[Condition] = [any_of(row) for row in sits]
    for hole in range(holes):
        conditions += [~(one[hole] & other[hole]) for one, other in combinations(sits, 2)]
    return SeverityRules(when(all_of(conditions), P1), otherwise=P3)


def all_of(conditions: Sequence[Condition]) -> Condition:
    return conditions[0] & all_of(conditions[1:]) if conditions[1:] else conditions[0]


def any_of(conditions: Sequence[Condition]) -> Condition:
    return conditions[0] | any_of(conditions[1:]) if conditions[1:] else conditions[0]
