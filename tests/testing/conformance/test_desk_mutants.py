"""Each promise of a desk can be broken, and the check of it sees that, and no other check; awaited or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from incidentkit import AsyncDesk, Desk
from incidentkit.testing.conformance import Check, conformance
from tests.testing.conformance.desk_mutants import MUTANTS, Mutant
from tests.testing.conformance.doubles import Awaited
from tests.testing.conformance.mutants import IN_TIME
from tests.testing.conformance.test_mutants import verdict

CHECKS = conformance(Desk)
ALONE = ("has_methods", "in_time", "tick_at_once")
"""What is as wrong only while it is not awaited: what is awaited here does its work in one go, in one thread."""

pytestmark = pytest.mark.mutants


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_a_broken_promise_is_seen_by_its_check_alone(check: Check[Any]) -> None:
    late = check.name == "in_time"
    limit = timedelta(seconds=IN_TIME if late else 30)
    checks = [each for each in CHECKS if late is False or each.name in ("in_time", "unknown_incident")]
    broken = [each.name for each in checks if verdict(evolve(each, limit=limit), MUTANTS[check.name].rig) == "broken"]
    assert broken == [check.name]


@pytest.mark.parametrize("check", [each for each in conformance(AsyncDesk) if each.name not in ALONE], ids=str)
def test_a_broken_promise_of_a_desk_in_a_loop_is_seen_too(check: Check[Any]) -> None:
    assert verdict(check, lambda: MUTANTS[check.name].rig(Awaited)) == "broken"
    assert verdict(check, lambda: Mutant().rig(Awaited)) == "kept"
