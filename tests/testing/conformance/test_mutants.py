"""Each promise of a provider can be broken, and the check of it sees that, and no other check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import get_ident
from typing import Any, Final
from unittest import SkipTest

import pytest
from attrs import evolve

from incidentkit.providers.answer import Receipt
from incidentkit.providers.pager import Purpose
from incidentkit.testing.conformance import Check, PromiseBroken
from incidentkit.testing.conformance.suite import BY_KIND, SUITES, Suite
from tests.testing.conformance.doubles import Awaited, Double, Fault, rig_of
from tests.testing.conformance.mutants import IN_TIME, Forgetful, faults_for

RECEIPT: Final = Receipt(reference="1")
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


def remembers_before_it_sends(double: Double, call: Any, request: Any) -> Any:
    if double.said.setdefault(request.key, False):
        return RECEIPT
    double.said[request.key] = True
    return call(request)


def sends_for_each_who_asks(double: Double, call: Any, request: Any) -> Any:
    receipt = call(request)
    if double.said.setdefault((get_ident(), request.key), receipt) is receipt and get_ident() != double.made_in:
        double.effects.append(f"for another thread {request}")
    return receipt


def serves_the_first(double: Double, call: Any, request: Any) -> Any:
    return call(request) if get_ident() == double.made_in else RECEIPT


def drops(is_dropped: Callable[[Any], bool]) -> Fault:
    return lambda double, call, request: RECEIPT if is_dropped(request) else call(request)


@pytest.mark.parametrize(
    ("fault", "name", "seen"),
    [
        (remembers_before_it_sends, "page_after_outage", "an answer once it could be reached again, and 0 of 1 thing"),
        (sends_for_each_who_asks, "page_same_key_at_once", "things happened for one key"),
        (serves_the_first, "page_at_once", "6 answers, and 0 of 6 things happened"),
        (drops(lambda request: len(request.title) > 10_000), "page_cuts_title", "an answer, and nothing that happened"),
        (
            drops(lambda request: request.purpose is Purpose.REMINDER),
            "page_any_purpose",
            "for a reminder, an answer, and nothing that happened",
        ),
    ],
)
def test_what_a_provider_only_says_that_it_did_is_seen(fault: Fault, name: str, seen: str) -> None:
    suite = BY_KIND["pager"]
    check = next(check for check in suite.checks if check.name == name)
    with pytest.raises(PromiseBroken, match=seen):
        check(lambda: rig_of(suite, {"page": fault}))
