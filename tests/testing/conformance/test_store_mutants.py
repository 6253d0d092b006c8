"""Each promise of a store can be broken, and the check of it sees that, and no other check."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from incidentkit.providers.store import IncidentStore
from incidentkit.testing.conformance import Check, conformance
from tests.testing.conformance.mutants import IN_TIME
from tests.testing.conformance.store_mutants import MUTANTS
from tests.testing.conformance.test_mutants import verdict

CHECKS = conformance(IncidentStore)


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_a_broken_promise_is_seen_by_its_check_alone(check: Check[Any]) -> None:
    late = check.name == "in_time"
    limit = timedelta(seconds=IN_TIME if late else 30)
    checks = [each for each in CHECKS if late is False or each.name in ("in_time", "load_unknown")]
    broken = [each.name for each in checks if verdict(evolve(each, limit=limit), MUTANTS[check.name]) == "broken"]
    assert broken == [check.name]
