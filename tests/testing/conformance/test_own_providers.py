"""What comes with the library keeps every promise, awaited or not; nothing is left unseen where it can be seen."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from incidentkit.memory import MemoryStore
from incidentkit.providers.store import IncidentStore
from incidentkit.testing.conformance import Check, Rig, Untold, conformance
from incidentkit.testing.conformance.suite import SUITES, Suite
from tests.testing.conformance.doubles import Awaited, rig_of

PAIRS = [(suite, check) for suite in SUITES if suite.kind not in ("store", "desk") for check in suite.checks]
STORE = conformance(IncidentStore)


def ids(each: Any) -> str:
    return str(getattr(each, "kind", each))


def as_it_is(provider: Any) -> Any:
    return provider


@pytest.mark.parametrize(("suite", "check"), PAIRS, ids=ids)
@pytest.mark.parametrize("around", [as_it_is, Awaited], ids=["def", "async def"])
def test_providers_in_memory_keep_their_promises(suite: Suite, check: Check[Any], around: Callable[[Any], Any]) -> None:
    if check.name == "closes_twice":
        with pytest.raises(Untold, match="nothing to close"):
            check(lambda: rig_of(suite, {}, Closeless))
        return
    check(lambda: rig_of(suite, {}, around))


class Closeless:
    """A provider without what closes it."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        if name in ("close", "aclose"):
            raise AttributeError(name)
        return getattr(self._provider, name)


@pytest.mark.parametrize("check", STORE, ids=str)
def test_the_store_in_memory_keeps_its_promises(check: Check[IncidentStore]) -> None:
    if check.name == "closes_twice":
        with pytest.raises(Untold, match="nothing to close"):
            check(MemoryStore)
        return
    check(store_of_two_desks)


def store_of_two_desks() -> Rig[MemoryStore]:
    store = MemoryStore()
    return Rig(store, another=lambda: store)


@pytest.mark.parametrize("name", ["elsewhere_kept", "kept_when_closed"])
def test_what_another_store_has_is_not_seen_without_one(name: str) -> None:
    check = next(check for check in STORE if check.name == name)
    with pytest.raises(Untold, match="let the factory give Rig"):
        check(MemoryStore)


def test_what_is_awaited_is_awaited_in_one_loop() -> None:
    loops: set[int] = set()

    class Looping(MemoryStore):
        async def load(self, incident: str, /) -> Any:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
            loops.add(id(asyncio.get_running_loop()))
            return super().load(incident)

        async def aclose(self) -> None:
            loops.add(id(asyncio.get_running_loop()))

    check = next(check for check in STORE if check.name == "load_apart")
    check(Looping)
    assert len(loops) == 1
    assert inspect.iscoroutinefunction(Looping.load)
