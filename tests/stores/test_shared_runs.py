"""Several desks on one database that go through runbooks at several incidents: every step is begun once, in order."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import define, field, frozen

from incidentkit.desk import AsyncDesk, Desk, Notice, Toolbox
from incidentkit.desk.notices import Failed, Interrupted, Unrecorded
from incidentkit.memory import MemoryDatabase, MemoryFeatureFlags, MemoryOrchestrator, MemoryTools
from incidentkit.model.action import Outcome
from incidentkit.model.commands import StartRunbook
from incidentkit.model.events import ActionEnded, ActionStarted, Event
from incidentkit.model.runs import RunStanding
from incidentkit.playbooks.emergency import SEV_1
from incidentkit.policy.step import Check, Use
from incidentkit.providers.database import CheckDatabase, DatabaseStatus
from incidentkit.providers.tools import ToolRequest
from incidentkit.stores import AsyncSqlStore, SqlStore
from tests.stores.machinery import DATABASE_DOWN, RUNBOOKS, answer_to
from tests.stores.worker import DIRECTORY

DEEP: Final = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
DESKS, INCIDENTS = (6, 40) if DEEP else (3, 3)

POLL: Final = timedelta(seconds=0.01)
SLOW: Final = 0.004
"""Seconds that a call takes at the most."""

PATIENCE: Final = 120
"""Seconds after which a test gives up."""


EXPECTED: Final = [
    each.operation for each in DATABASE_DOWN.steps if isinstance(each, Use | Check) and each.name != "failover"
]
"""What tools are asked in each run."""


@frozen
class Call:
    """A call of a tool."""

    incident: str
    operation: str
    key: str | None
    began: float
    ended: float


class Down(MemoryDatabase):
    """Is down whenever somebody asks, so that every run goes the same way."""

    def status(self, request: CheckDatabase, /) -> DatabaseStatus:
        return DatabaseStatus(healthy=False)


@define
class Slow:
    """Passes on what a tool is asked, takes its time before and after, and writes it down."""

    slot: str
    tool: Any
    calls: list[Call]
    awaited: bool

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.tool, name)
        if name == "diagnose":
            return method
        return partial(self._answer_in_a_loop if self.awaited else self._answer, name)

    def _answer(self, name: str, request: ToolRequest, /) -> object:
        with self._written(name, request):
            time.sleep(random.uniform(0, SLOW))
            answer: object = getattr(self.tool, name)(request)
            time.sleep(random.uniform(0, SLOW))
            return answer

    async def _answer_in_a_loop(self, name: str, request: ToolRequest, /) -> object:
        with self._written(name, request):
            await asyncio.sleep(random.uniform(0, SLOW))
            answer: object = getattr(self.tool, name)(request)
            await asyncio.sleep(random.uniform(0, SLOW))
            return answer

    @contextmanager
    def _written(self, name: str, request: ToolRequest) -> Generator[None]:
        began = time.monotonic()
        yield
        key: str | None = getattr(request, "key", None)
        self.calls.append(Call(request.incident, f"{self.slot}.{name}", key, began, time.monotonic()))


@define
class Shift:
    """The desks that share the work, what they did and what they complained of."""

    kind: str
    address: str
    calls: list[Call] = field(factory=list[Call])
    complaints: list[Notice] = field(factory=list[Notice])

    def notice(self, notice: Notice, /) -> None:
        if isinstance(notice, Failed | Interrupted | Unrecorded):
            self.complaints.append(notice)

    def toolbox(self, *, awaited: bool) -> Toolbox:
        tools = MemoryTools(
            database=Down(),
            feature_flag_tool=MemoryFeatureFlags(["search"]),
            orchestrator=MemoryOrchestrator({"checkout": 3}),
        )
        slots: dict[str, Any] = {slot: Slow(slot, tool, self.calls, awaited) for slot, tool in tools.by_slot.items()}
        return Toolbox(**slots)

    @contextmanager
    def working(self) -> Generator[None]:
        """Desks that work side by side until the block ends: in threads, or as tasks of one loop."""
        stop = threading.Event()
        thread = threading.Thread(target=self._work, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _work(self, stop: threading.Event) -> None:
        if self.kind == "threads":
            self._in_threads(stop)
        else:
            asyncio.run(self._in_loop(stop))

    def _in_threads(self, stop: threading.Event) -> None:
        toolbox = self.toolbox(awaited=False)
        with SqlStore(self.address) as store, ExitStack() as stack:
            for number in range(DESKS):
                desk = Desk(RUNBOOKS, DIRECTORY, toolbox, store, name=f"desk {number}", observers=(self,))
                thread = threading.Thread(target=partial(desk.run, stop=stop, poll=POLL))
                thread.start()
                stack.callback(thread.join)

    async def _in_loop(self, stop: threading.Event) -> None:
        toolbox, ended = self.toolbox(awaited=True), asyncio.Event()
        store: Any = (AsyncSqlStore if self.kind == "tasks that await the store" else SqlStore)(self.address)
        async with asyncio.TaskGroup() as group:
            for number in range(DESKS):
                desk = AsyncDesk(RUNBOOKS, DIRECTORY, toolbox, store, name=f"desk {number}", observers=(self,))
                group.create_task(desk.run(stop=ended, poll=POLL))
            await asyncio.to_thread(stop.wait)
            ended.set()
        closed = store.close()
        if closed is not None:
            await closed


def goes_on(people: Desk, store: SqlStore, incident: str) -> bool:
    """Say what a run waits for; whether it goes on."""
    (report,) = people.runs(incident)
    for stride in report.waiting:
        people.submit(incident, answer_to(stride, store.now()))
    return report.run.standing is RunStanding.RUNNING


def done_once(log: tuple[Event, ...]) -> None:
    """Every try was claimed once, and ended once by the desk that had claimed it."""
    claims = Counter((event.action, event.by) for event in log if isinstance(event, ActionStarted))
    ends = Counter((event.action, event.by) for event in log if isinstance(event, ActionEnded))
    assert claims == ends
    assert {*Counter(action for action, _ in claims.elements()).values()} == {1}
    assert {event.outcome for event in log if isinstance(event, ActionEnded)} == {Outcome.SUCCEEDED}


@pytest.mark.parametrize("kind", ["threads", "tasks", "tasks that await the store"])
def test_desks_that_share_runs_begin_every_step_once_and_in_order(kind: str, tmp_path: Path) -> None:
    shift = Shift(kind, f"sqlite:///{tmp_path / 'incidents.db'}")
    incidents = [f"INC-{number}" for number in range(INCIDENTS)]
    with SqlStore(shift.address) as store:
        people = Desk(RUNBOOKS, DIRECTORY, shift.toolbox(awaited=False), store, name="people", observers=())
        with shift.working():
            for id in incidents:
                people.declare("No orders come in", by="ada", severity=SEV_1, id=id)
                people.submit(id, StartRunbook(DATABASE_DOWN.name, at=store.now(), by="ada"))
            until = time.monotonic() + PATIENCE
            while [id for id in incidents if goes_on(people, store, id)]:
                assert time.monotonic() < until, [str(people.runs(id)[0]) for id in incidents]
        assert shift.complaints == []
        calls: defaultdict[str, list[Call]] = defaultdict(list)
        for call in shift.calls:
            calls[call.incident].append(call)
        for id in incidents:
            done_once(store.load(id))
            assert [each.operation for each in calls[id]] == EXPECTED
            assert all(before.ended <= call.began for before, call in pairwise(calls[id]))
        keys = Counter(call.key for call in shift.calls if call.key is not None)
        assert {*keys.values()} == {1}
        assert len({event.by for id in incidents for event in store.load(id) if isinstance(event, ActionStarted)}) > 1
