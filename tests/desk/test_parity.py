"""`Desk` and `AsyncDesk` are one thing driven in two ways: the same methods, and the same log for the same story."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from inspect import isawaitable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentkit.desk import AsyncDesk, Desk, Toolbox
from incidentkit.errors import IncidentkitError, OutcomeUnknown, ProviderUnavailable, RateLimited, RequestInvalid
from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.model.events import Event
from incidentkit.playbooks.emergency import EMERGENCY, SEV_1
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.playbook import Playbook
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import Append, Audit, FindDue, FindForgotten, FindIncidents, TakeNumber
from incidentkit.testing import ManualClock

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)


def public(kind: type[Any]) -> dict[str, Any]:
    return {name: value for name, value in vars(kind).items() if callable(value) and not name.startswith("_")}


def parameters(function: Any) -> list[tuple[str, Any, Any, Any]]:
    return [
        (each.name, each.kind, each.default, each.annotation)
        for each in inspect.signature(function).parameters.values()
    ]


def test_both_have_the_same_methods_in_the_same_order() -> None:
    assert [*public(Desk)] == [*public(AsyncDesk)]
    assert all(inspect.iscoroutinefunction(method) for method in public(AsyncDesk).values())


@pytest.mark.parametrize("name", ["__init__", *public(Desk)])
def test_methods_take_and_give_the_same(name: str) -> None:
    mine, other = getattr(Desk, name), getattr(AsyncDesk, name)
    differ = [pair for pair in zip(parameters(mine), parameters(other), strict=True) if pair[0] != pair[1]]
    assert [pair[0][0] for pair in differ] == (["stop"] if name == "run" else [])
    assert inspect.signature(mine).return_annotation == inspect.signature(other).return_annotation


@pytest.mark.parametrize("name", [name for name in public(Desk) if name not in ("run", "shut_down")])
def test_methods_say_the_same(name: str) -> None:
    assert getattr(Desk, name).__doc__ == getattr(AsyncDesk, name).__doc__


METHODS = ("push", "phone", "mail", "sms")
ROLES = {recipient.name for recipient in EMERGENCY.recipients if recipient.kind == "role"}
TEAMS = {recipient.name for recipient in EMERGENCY.recipients if recipient.kind == "team"}
PEOPLE = {
    name: Person(id=name, contacts={method: f"{method} of {name}" for method in METHODS}) for name in ("ada", "eve")
}
DIRECTORY = Directory(
    people=PEOPLE, teams={name: ["ada", "eve"] for name in TEAMS}, roles={name: ["eve", "ada"] for name in ROLES}
)
QUIET = Playbook(name="quiet", rules=EMERGENCY.rules)

FAULTS: tuple[Any, ...] = (
    Receipt(reference="page"),
    None,
    ValueError("hunter2"),
    RequestInvalid("no such number"),
    ProviderUnavailable("down"),
    OutcomeUnknown("the connection broke"),
    RateLimited("slow down", retry_after=timedelta(seconds=45)),
)


class Faulty:
    """Answers by the key of what it is asked, so the same to everybody."""

    def __init__(self, faults: list[Any]) -> None:
        self.faults = faults

    def answer(self, request: SendPage) -> Any:
        fault = self.faults[int(request.key[:8], 16) % len(self.faults)]
        if isinstance(fault, Exception):
            raise fault
        return fault

    def page(self, request: SendPage, /) -> Any:
        return self.answer(request)

    def diagnose(self) -> Any:
        return Diagnosis(healthy=True)


class AsyncFaulty(Faulty):
    async def page(self, request: SendPage, /) -> Any:
        await asyncio.sleep(0)
        return self.answer(request)

    async def diagnose(self) -> Any:
        return Diagnosis(healthy=True)


class AsyncStore:
    """A store whose every method is a promise."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    async def now(self) -> datetime:
        await asyncio.sleep(0)
        return self.store.now()

    async def append(self, request: Append, /) -> tuple[Event, ...]:
        await asyncio.sleep(0)
        return self.store.append(request)

    async def load(self, incident: str, /) -> tuple[Event, ...]:
        await asyncio.sleep(0)
        return self.store.load(incident)

    async def due(self, request: FindDue, /) -> Any:
        return self.store.due(request)

    async def find(self, request: FindIncidents, /) -> Any:
        return self.store.find(request)

    async def audit(self, request: FindForgotten, /) -> Audit:
        return self.store.audit(request)

    async def number(self, request: TakeNumber, /) -> int:
        await asyncio.sleep(0)
        return self.store.number(request)


Line = tuple[str, tuple[Any, ...], dict[str, Any]]
COMMANDS: tuple[Line, ...] = (
    ("acknowledge", (), {"by": "ada"}),
    ("start_mitigation", (), {"by": "eve"}),
    ("mitigated", (), {"by": "eve"}),
    ("resolve", (), {"by": "ada"}),
    ("reopen", (), {"by": "ada", "reason": "again"}),
    ("close", (), {"by": "ada"}),
    ("note", ("hm",), {"by": "bot"}),
    ("preview", (), {"within": timedelta(minutes=10)}),
)


async def told(kind: str, faults: list[Any], story: list[Line | int]) -> tuple[list[Event], list[str]]:
    """What the log says after a story, and what each line of it gave or raised."""
    clock = ManualClock(START)
    store = MemoryStore(clock)
    pager = AsyncFaulty(faults) if kind == "async def" else Faulty(faults)
    toolbox = Toolbox(pagers={"push": pager, "phone": pager, "mail": MemoryPager(clock=clock)})
    playbooks = [EMERGENCY, QUIET]
    desk: Any
    if kind in ("calling thread", "threads"):
        desk = Desk(playbooks, DIRECTORY, toolbox, store, places=0 if kind == "calling thread" else 1, observers=())
    else:
        kept: Any = AsyncStore(store) if kind == "async def" else store
        desk = AsyncDesk(playbooks, DIRECTORY, toolbox, kept, places=1, observers=())
    gave: list[str] = []

    async def call(name: str, *args: Any, **kwargs: Any) -> Any:
        answer = getattr(desk, name)(*args, **kwargs)
        return await answer if isawaitable(answer) else answer

    await call("declare", "Checkout fails", by="bot", severity=SEV_1, id="INC-1")
    for line in [*story, 3600]:
        if isinstance(line, int):
            clock.advance(timedelta(seconds=line))
            while await call("tick"):
                pass
            continue
        name, args, kwargs = line
        try:
            gave.append(repr(await call(name, "INC-1", *args, **kwargs)))
        except IncidentkitError as error:
            gave.append(repr(error))
    await call("shut_down")
    # Of actions that are due at once, the answers may come in any order.
    return sorted(store.load("INC-1"), key=lambda event: (event.recorded_at, event.tag, str(event))), gave


@given(
    st.lists(st.sampled_from(FAULTS), min_size=1, max_size=4),
    st.lists(st.sampled_from([*COMMANDS, 1, 15, 70, 600, 1800]), max_size=12),
)
@settings(max_examples=25)
def test_same_story_leaves_the_same_log(faults: list[Any], story: list[Line | int]) -> None:
    kinds = ("calling thread", "threads", "def", "async def")
    (first, gave), *others = [asyncio.run(told(kind, faults, story)) for kind in kinds]
    for log, also in others:
        assert log == first
        assert also == gave


@pytest.mark.parametrize("line", ["from incidentkit import Desk, Toolbox", "from incidentkit.desk import LogObserver"])
def test_desk_without_a_loop_loads_no_asyncio(line: str) -> None:
    program = f"import sys; {line}; sys.exit('asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-I", "-c", program], check=False).returncode == 0
