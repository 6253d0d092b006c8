"""A rig that cannot be used is told as such, and breaks no promise."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, get_type_hints
from unittest import SkipTest

import pytest

from incidentkit.errors import RigInvalid
from incidentkit.memory import MemoryFeatureFlags, MemoryPager
from incidentkit.providers.feature_flags import FeatureFlags
from incidentkit.providers.pager import Pager
from incidentkit.testing import Rig, conformance
from incidentkit.testing.conformance.report import report_on
from incidentkit.testing.conformance.rig import REQUESTS
from incidentkit.testing.conformance.suite import SUITES


def check(name: str, made: Callable[[], Any]) -> None:
    next(check for check in conformance(Pager) if check.name == name)(made)


def test_the_requests_of_all_protocols_are_known() -> None:
    protocols = [suite.protocol for suite in SUITES if suite.kind != "store"]
    asked = [getattr(each, name) for each in protocols for name in vars(each) if not name.startswith("_")]
    hints = [get_type_hints(method) for method in asked if callable(method)]
    assert {hint["request"] for hint in hints if "request" in hint} <= {*REQUESTS}


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ({"provider": None}, "provider: it is None: let the factory return what is to be checked"),
        ({"effects": ["x"]}, r"effects: it is called, and \['x'\] cannot be: .* as effects=lambda: \['x'\]"),
        ({"another": MemoryPager()}, "another: it is called, and <incidentkit"),
        ({"outage": 7}, "outage: it is called, and 7 cannot be"),
        ({"overload": 7}, "overload: it is called, and 7 cannot be"),
        ({"known": ["service"]}, r"known: \['service'\] is no mapping"),
        (
            {"known": {"servce": "x"}},
            "known: no request has a field 'servce' that could be known. Did you mean 'service'",
        ),
        ({"known": {"zzzz": "x"}}, "'zzzz' that could be known. Take the name of the field"),
        ({"known": {"key": "x"}}, "known: no request has a field 'key'"),
        ({"known": {7: "x"}}, "known: no request has a field '7'"),
    ],
)
def test_what_makes_no_rig_is_refused_where_it_is_made(parts: dict[str, Any], problem: str) -> None:
    whole: dict[str, Any] = {"provider": MemoryPager(), **parts}
    with pytest.raises(RigInvalid, match=problem) as caught:
        Rig(**whole)
    assert caught.value.part == next(iter(parts))


def broken() -> Any:
    raise KeyError("messages")


@contextmanager
def never_begins() -> Generator[Any]:
    yield broken()


@pytest.mark.parametrize(
    ("name", "parts", "problem"),
    [
        ("page_done", {"effects": lambda: None}, "effects: it gave None: let it give a list"),
        ("page_done", {"effects": lambda: "paged"}, "effects: it gave 'paged': let it give a list"),
        ("page_done", {"effects": broken}, "effects: it raised KeyError: 'messages'"),
        ("page_known_elsewhere", {"another": lambda: None}, "another: it gave None: let it return another provider"),
        ("page_outage", {"outage": lambda: None}, "outage: it gave None, which is no context that `with` takes"),
        ("page_outage", {"outage": broken}, "outage: it raised KeyError"),
        ("page_outage", {"outage": never_begins}, "outage: it raised KeyError: 'messages'"),
        ("page_overload", {"overload": lambda: 7}, "overload: it gave 7, which is no context"),
        ("page_done", {"effects": lambda: (int(each) for each in ["x"])}, "effects: it raised ValueError"),
    ],
)
def test_what_a_rig_gives_and_nobody_can_use_breaks_no_promise(name: str, parts: Any, problem: str) -> None:
    with pytest.raises(RigInvalid, match=problem):
        check(name, lambda: Rig(MemoryPager(), **parts))


def nothing() -> Any:
    return None


@contextmanager
def gives_nothing() -> Generator[Any]:
    yield None


@pytest.mark.parametrize("factory", [nothing, gives_nothing])
def test_a_factory_that_gives_nothing_breaks_no_promise(factory: Any) -> None:
    with pytest.raises(RigInvalid, match="provider: it is None"):
        check("page_answers", factory)
    with pytest.raises(RigInvalid, match="provider: it is None"):
        report_on("a:b", "pager", conformance(Pager), factory)


def test_what_cannot_be_called_is_no_factory() -> None:
    with pytest.raises(
        RigInvalid, match=r"factory: <.*MemoryPager object.* cannot be called: give what makes a provider"
    ):
        check("page_answers", MemoryPager())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_rig_may_say_that_it_cannot_look() -> None:
    def down() -> Any:
        raise SkipTest("no server")

    with pytest.raises(SkipTest, match="no server"):
        check("page_done", lambda: Rig(MemoryPager(), effects=down))


def test_a_value_that_no_request_takes_is_told_with_the_field() -> None:
    answers = next(check for check in conformance(FeatureFlags) if check.name == "disable_answers")
    with pytest.raises(RigInvalid, match=r"known: DisableFeatures does not take it: features: "):
        answers(lambda: Rig(MemoryFeatureFlags(["checkout"]), known={"features": ("",)}))
