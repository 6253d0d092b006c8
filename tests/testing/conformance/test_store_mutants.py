"""Each promise of a store can be broken, and the check of it sees that, and no other check."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from incidentkit.errors import StaleVersion
from incidentkit.memory import MemoryStore
from incidentkit.model.events import Event
from incidentkit.providers.entry import appended
from incidentkit.providers.store import Append, IncidentStore, TakeNumber
from incidentkit.testing.conformance import Check, PromiseBroken, Untold, conformance, stage
from tests.testing.conformance.mutants import IN_TIME
from tests.testing.conformance.store_mutants import MUTANTS, Lockless
from tests.testing.conformance.test_mutants import verdict

CHECKS = conformance(IncidentStore)
AT_ONCE = [check for check in CHECKS if check.name in ("append_one_wins", "append_loses_nothing", "number_once")]


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_a_broken_promise_is_seen_by_its_check_alone(check: Check[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    if check not in AT_ONCE:  # the other mutants have a lock, and show nothing in a longer rush
        monkeypatch.setattr(stage, "SECONDS", 0.01)
    late = check.name == "in_time"
    limit = timedelta(seconds=IN_TIME if late else 30)
    checks = [each for each in CHECKS if late is False or each.name in ("in_time", "load_unknown")]
    broken = [each.name for each in checks if verdict(evolve(each, limit=limit), MUTANTS[check.name]) == "broken"]
    assert broken == [check.name]


@pytest.mark.parametrize("check", AT_ONCE, ids=str)
def test_a_store_without_a_lock_breaks_its_promises_every_time(check: Check[Any]) -> None:
    assert [verdict(check, Lockless) for _ in range(20)] == ["broken"] * 20


@pytest.mark.parametrize("check", AT_ONCE, ids=str)
def test_a_store_that_awaits_between_what_it_reads_and_writes_breaks_them_too(check: Check[Any]) -> None:
    class Awaiting(Lockless):
        async def append(self, request: Append, /) -> tuple[Event, ...]:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
            entry, log = self.entries.get(request.incident), self.logs.get(request.incident, ())
            await asyncio.sleep(0)
            addition = appended(request, entry, datetime.now(UTC), lambda: log)
            self.logs[request.incident] = (*log, *addition.events)
            self.entries[request.incident] = addition.entry
            return addition.events

        async def number(self, request: TakeNumber, /) -> int:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
            last = self.numbers.get(request.series, 0)
            await asyncio.sleep(0)
            self.numbers[request.series] = last + 1
            return last + 1

    assert verdict(check, Awaiting) == "broken"


def seen(check: str, kind: Callable[[], Any]) -> str:
    with pytest.raises(PromiseBroken) as caught:
        next(each for each in CHECKS if each.name == check)(kind)
    return caught.value.seen


def test_what_came_of_those_who_come_at_once_is_told() -> None:
    class Denying(MemoryStore):
        def append(self, request: Append, /) -> tuple[Event, ...]:
            if request.expected_version:
                raise (StaleVersion("INC-1", "append", 1, 2) if self.stale else KeyError("locked"))
            return super().append(request)

        stale = False

    class Stale(Denying):
        stale = True

    told = "6 appended to version 1 at once, and"
    assert re.fullmatch(rf"{told} [2-6] of them won\.", seen("append_one_wins", Lockless))
    assert (
        seen("append_one_wins", Denying) == f"{told} one of them was told, instead of StaleVersion, KeyError: 'locked'."
    )
    assert seen("append_one_wins", Stale) == f"{told} none of them won."
    lost = r"\d+ notes were appended at once, and \d+ are in the log, \d+ of them different\."
    assert re.fullmatch(lost, seen("append_loses_nothing", Lockless))
    twice = r"\d+ numbers were taken at once, and some of them were given more than once, such as \d+\."
    assert re.fullmatch(twice, seen("number_once", Lockless))


@pytest.mark.parametrize("check", AT_ONCE, ids=str)
def test_who_hangs_among_many_is_late(check: Check[Any]) -> None:
    over = threading.Event()

    class Hanging(Lockless):
        def append(self, request: Append, /) -> tuple[Event, ...]:
            if request.expected_version != 0:
                over.wait()
            return super().append(request)

        def number(self, request: TakeNumber, /) -> int:
            over.wait()
            return super().number(request)

    try:
        with pytest.raises(Untold, match=r"(append|number) did not come back within 0.2 s"):
            evolve(check, limit=timedelta(seconds=0.2))(Hanging)
    finally:
        over.set()
