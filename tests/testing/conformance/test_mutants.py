"""Each promise of a provider can be broken, and the check of it sees that, and no other check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import SkipTest

import pytest
from attrs import evolve

from incidentkit.testing.conformance import Check, PromiseBroken
from incidentkit.testing.conformance.suite import SUITES, Suite
from tests.testing.conformance.doubles import Awaited, rig_of
from tests.testing.conformance.mutants import IN_TIME, Forgetful, faults_for

PROVIDERS = [suite for suite in SUITES if suite.kind not in ("store", "desk")]
PAIRS = [(suite, check) for suite in PROVIDERS for check in suite.checks]
pytestmark = pytest.mark.mutants


def verdict(check: Check[Any], factory: Callable[[], Any]) -> str:
    try:
        check(factory)
    except PromiseBroken:
        return "broken"
    except SkipTest:
        return "untold"
    return "kept"


def mutant(suite: Suite, check: Check[Any], around: Callable[[Any], Any]) -> Callable[[], Any]:
    faults = faults_for(suite, check)
    if check.name == "has_methods":
        return lambda: rig_of(suite, faults, lambda double: Forgetful(around(double), "diagnose"))
    return lambda: rig_of(suite, faults, around)


@pytest.mark.parametrize(("suite", "check"), PAIRS, ids=lambda each: getattr(each, "kind", str(each)))
def test_a_broken_promise_is_seen_by_its_check_alone(suite: Suite, check: Check[Any]) -> None:
    made = mutant(suite, check, lambda double: double)
    late = check.name == "in_time"
    checks = [check, suite.checks[3]] if late else suite.checks
    limit = timedelta(seconds=IN_TIME if late else 30)
    broken = [each.name for each in checks if verdict(evolve(each, limit=limit), made) == "broken"]
    assert broken == [check.name]


def is_awaited(suite: Suite, check: Check[Any]) -> bool:
    """Whether the mutant is as wrong if it is awaited; what is awaited here does its work in one go."""
    alone = ("in_time", "has_methods", "closes_twice")
    return suite.kind in ("pager", "configuration") and check.name not in alone and not check.name.endswith("at_once")


@pytest.mark.parametrize(
    ("suite", "check"), [pair for pair in PAIRS if is_awaited(*pair)], ids=lambda each: getattr(each, "kind", str(each))
)
def test_a_broken_promise_of_what_is_awaited_is_seen_too(suite: Suite, check: Check[Any]) -> None:
    made = mutant(suite, check, Awaited)
    assert [each.name for each in suite.checks if verdict(each, made) == "broken"] == [check.name]
