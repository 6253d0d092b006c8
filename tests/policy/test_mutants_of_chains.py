"""Planners with one mistake in how chains of attempts go on: the laws find every one of them."""

from __future__ import annotations

import pytest

from tests.policy.mutants import MUTANTS, in_chains, killed_by, mutant


@pytest.mark.mutants
@pytest.mark.parametrize("name", [name for name in MUTANTS if in_chains(name)])
def test_a_planner_with_this_mistake_breaks_a_law(name: str) -> None:
    assert killed_by(mutant(name)), f"no law finds the planner that {name}"
