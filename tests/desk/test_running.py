"""The loop that runs: it stops when it is asked to, survives what it works with, and never spins."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from incidentkit.desk import AsyncDesk, Desk, LogObserver, Toolbox
from incidentkit.desk.notices import Interrupted, Notice, Resumed
from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.model.action import Outcome
from incidentkit.model.events import ActionEnded, Event
from incidentkit.model.identity import IncidentId
from incidentkit.playbooks.emergency import EMERGENCY, SEV_1
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import Append, Audit, FindDue, FindForgotten

DIRECTORY = Directory(people={"ada": Person(id="ada", contacts={"phone": "1", "mail": "2"})})
CHAIN = ContactChain((Attempt("phone", timedelta(minutes=5)), Attempt("mail", timedelta(minutes=5))), rounds=1)
ESCALATION = EscalationPolicy(levels=(Level("first", person("ada")),), contact=CHAIN)
PLAYBOOK = Playbook(name="running", rules=EMERGENCY.rules, escalation=ESCALATION)
POLL = timedelta(seconds=0.05)
PATIENCE = 20
"""Seconds after which a test gives up; it takes a fraction of one."""


class Flaky(MemoryStore):
    """Cannot be reached for a while, and counts how often it is asked what is due."""

    down: bool = False
    broken: bool = False
    asked: int = 0

    def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        self.asked += 1
        if self.down:
            raise ConnectionError("postgres://user:hunter2@db")
        return super().due(request)

    def load(self, incident: str, /) -> tuple[Event, ...]:
        if self.broken:
            raise ConnectionError("hunter2")
        return super().load(incident)


@define
class Running:
    """A desk that runs: in a thread or, with its loop, in another one."""

    kind: str
    store: Flaky = field(factory=Flaky)
    pager: MemoryPager = field(factory=MemoryPager)
    notices: list[Notice] = field(factory=list[Notice])
    playbooks: tuple[Playbook, ...] = (PLAYBOOK,)

    def notice(self, notice: Notice, /) -> None:
        self.notices.append(notice)

    def during(self, act: Callable[[Any], None], **settings: Any) -> None:
        """Run a desk while something is done beside it, by a second desk that does not run."""
        toolbox = Toolbox(pagers={"phone": self.pager, "mail": self.pager})
        beside = Desk(self.playbooks, DIRECTORY, toolbox, self.store, places=0, observers=())
        stop = threading.Event()
        observers = (self, LogObserver())
        settings = {"poll": POLL, **settings}

        def run() -> None:
            Desk(self.playbooks, DIRECTORY, toolbox, self.store, observers=observers).run(stop=stop, **settings)

        async def run_in_loop() -> None:
            loop_stop = asyncio.Event()
            desk = AsyncDesk(self.playbooks, DIRECTORY, toolbox, self.store, observers=observers)
            running = asyncio.ensure_future(desk.run(stop=loop_stop, **settings))
            while not stop.is_set():
                await asyncio.sleep(0.01)
            loop_stop.set()
            await running

        target = run if self.kind == "Desk" else lambda: asyncio.run(run_in_loop())
        thread = threading.Thread(target=target)
        thread.start()
        try:
            act(beside)
        finally:
            stop.set()
            thread.join()


@pytest.fixture(params=["Desk", "AsyncDesk"])
def running(request: pytest.FixtureRequest) -> Running:
    return Running(request.param)


def eventually(holds: Callable[[], Any]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.01)


def declared(desk: Desk, id: str = "INC-1") -> None:
    desk.declare("Checkout fails", by="bot", severity=SEV_1, id=id)


def test_what_comes_while_it_runs_is_done(running: Running) -> None:
    def act(desk: Desk) -> None:
        for number in range(3):
            declared(desk, f"INC-{number}")
            eventually(lambda: [page for page in running.pager.pages if page.incident == f"INC-{number}"])  # noqa: B023

    running.during(act)


def test_store_that_cannot_be_reached_is_reported_and_asked_again(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "incidentkit.desk")

    def act(desk: Desk) -> None:
        running.store.down = True
        eventually(lambda: any(isinstance(notice, Interrupted) for notice in running.notices))
        declared(desk)
        running.store.down = False
        eventually(lambda: running.pager.pages)

    running.during(act)
    assert "interrupted by ConnectionError" in caplog.text
    assert "hunter2" not in caplog.text


def test_end_of_an_interruption_is_told_once_though_nothing_is_due(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "incidentkit.desk")

    def act(desk: Desk) -> None:
        running.store.down = True
        eventually(lambda: sum(isinstance(notice, Interrupted) for notice in running.notices) > 1)
        running.store.down = False
        eventually(lambda: Resumed() in running.notices)
        time.sleep(0.2)

    running.during(act)
    assert running.notices.count(Resumed()) == 1
    assert isinstance(running.notices[running.notices.index(Resumed()) - 1], Interrupted)
    assert caplog.text.count("what interrupted the desk works again") == 1


def test_incident_that_cannot_be_looked_at_makes_no_loop_spin(running: Running) -> None:
    def act(desk: Desk) -> None:
        declared(desk)
        running.store.broken = True
        time.sleep(0.5)

    running.during(act)
    assert running.store.asked < 50


def test_desks_that_plan_otherwise_do_not_make_each_other_spin(running: Running) -> None:
    playbooks = (Playbook(name="other", rules=EMERGENCY.rules), PLAYBOOK)
    other = Running("Desk", running.store, running.pager, playbooks=playbooks)

    def act(desk: Desk) -> None:
        declared(desk)
        eventually(lambda: running.pager.pages)
        before = running.store.asked
        time.sleep(0.5)
        assert running.store.asked - before < 100

    running.during(lambda desk: other.during(lambda _: act(desk)))


def test_heart_beats_only_if_nobody_is_forgotten(running: Running) -> None:
    class Forgets(Flaky):
        forgets: bool = True

        def audit(self, request: FindForgotten, /) -> Audit:
            return Audit(1, (IncidentId("INC-1"),) if self.forgets else ())

    beats: list[float] = []
    running.store = store = Forgets()

    def act(desk: Desk) -> None:
        time.sleep(0.3)
        assert beats == []
        store.forgets = False
        eventually(lambda: len(beats) > 2)

    running.during(act, audit=POLL, heartbeat=lambda: beats.append(time.monotonic()))


def test_heartbeat_that_fails_is_reported_and_stops_nothing(running: Running) -> None:
    def heartbeat() -> None:
        raise OSError("no network")

    def act(desk: Desk) -> None:
        eventually(lambda: sum(isinstance(notice, Interrupted) for notice in running.notices) > 1)
        declared(desk)
        eventually(lambda: running.pager.pages)

    running.during(act, audit=POLL, heartbeat=heartbeat)
    assert Resumed() not in running.notices


def test_heartbeat_of_a_loop_may_be_a_promise() -> None:
    async def main() -> None:
        stop = asyncio.Event()

        async def heartbeat() -> None:
            await asyncio.sleep(0)
            stop.set()

        desk = AsyncDesk(PLAYBOOK, DIRECTORY, Toolbox(), MemoryStore())
        async with asyncio.timeout(PATIENCE):
            await desk.run(stop=stop, heartbeat=heartbeat)

    asyncio.run(main())


class Slow:
    """Takes a moment to reach somebody, and says when it was asked."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def page(self, request: SendPage, /) -> Receipt:
        self.asked.set()
        await asyncio.sleep(0.2)
        return Receipt(reference="done")

    async def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


def outcomes(store: MemoryStore) -> list[Outcome]:
    return [event.outcome for event in store.load("INC-1") if isinstance(event, ActionEnded)]


def test_cancelled_run_records_what_it_began() -> None:
    store = MemoryStore()

    async def main() -> None:
        pager = Slow()
        desk = AsyncDesk(PLAYBOOK, DIRECTORY, Toolbox(pagers={"phone": pager}), store)
        await desk.declare("Checkout fails", by="bot", severity=SEV_1, id="INC-1")
        running = asyncio.ensure_future(desk.run())
        await pager.asked.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert outcomes(store) == [Outcome.SUCCEEDED]

    asyncio.run(main())


def test_run_that_is_cancelled_while_it_claims_performs_what_it_claimed() -> None:
    class Paused(MemoryStore):
        """Takes a moment to append, in which somebody cancels."""

        async def append(self, request: Append, /) -> Any:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
            if request.expected_version:
                claiming.set()
                await asyncio.sleep(0.1)
            return super().append(request)

    store: Any = Paused()
    claiming = asyncio.Event()

    async def main() -> None:
        desk = AsyncDesk(PLAYBOOK, DIRECTORY, Toolbox(pagers={"phone": MemoryPager()}), store)
        await desk.declare("Checkout fails", by="bot", severity=SEV_1, id="INC-1")
        running = asyncio.ensure_future(desk.run())
        await claiming.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(main())
    assert outcomes(store) == [Outcome.SUCCEEDED]


def test_second_cancellation_waits_for_nothing() -> None:
    class Hangs(Slow):
        async def page(self, request: SendPage, /) -> Receipt:
            self.asked.set()
            await asyncio.Event().wait()
            return Receipt()

    store = MemoryStore()

    async def main() -> None:
        pager = Hangs()
        desk = AsyncDesk(PLAYBOOK, DIRECTORY, Toolbox(pagers={"phone": pager}), store)
        await desk.declare("Checkout fails", by="bot", severity=SEV_1, id="INC-1")
        running = asyncio.ensure_future(desk.run())
        await pager.asked.wait()
        running.cancel()
        await asyncio.sleep(0.05)
        assert not running.done()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(main())
    assert outcomes(store) == []


@pytest.mark.parametrize("places", [1, 8])
def test_desk_shuts_down_at_the_deadline_though_somebody_hangs(places: int) -> None:
    release, store = threading.Event(), MemoryStore()

    class Hangs(MemoryPager):
        def page(self, request: SendPage, /) -> Receipt:
            release.wait(PATIENCE)
            return Receipt()

    async def main() -> None:
        deadline = timedelta(seconds=0.2)
        toolbox = Toolbox(pagers={"phone": Hangs()})
        async with AsyncDesk(PLAYBOOK, DIRECTORY, toolbox, store, deadline=deadline, places=places) as desk:
            await desk.declare("Checkout fails", by="bot", severity=SEV_1, id="INC-1")
            stop = asyncio.Event()
            running = asyncio.ensure_future(desk.run(stop=stop))
            while len(store.load("INC-1")) < 3:
                await asyncio.sleep(0.01)
            stop.set()
            await running

    began = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - began < PATIENCE / 2
    assert outcomes(store) == [Outcome.UNKNOWN]
    release.set()


def test_another_thread_may_diagnose_a_desk_that_runs() -> None:
    """Each goes on with what it began itself: an outcome is recorded by the thread that runs the desk."""
    recorders: set[str] = set()
    asked, page = threading.Event(), threading.Event()

    class Recording(MemoryStore):
        def append(self, request: Append, /) -> tuple[Event, ...]:
            if request.expected_version is None:
                recorders.add(threading.current_thread().name)
            return super().append(request)

    class Waits(MemoryPager):
        def page(self, request: SendPage, /) -> Receipt:
            asked.set()
            assert page.wait(PATIENCE)
            return super().page(request)

        def diagnose(self) -> Diagnosis:
            page.set()
            time.sleep(0.2)
            return super().diagnose()

    store, pager, stop = Recording(), Waits(), threading.Event()
    desk = Desk(PLAYBOOK, DIRECTORY, Toolbox(pagers={"phone": pager, "mail": MemoryPager()}), store)
    runner = threading.Thread(target=lambda: desk.run(stop=stop, poll=timedelta(seconds=10)), name="runner")
    declared(desk)
    runner.start()
    try:
        assert asked.wait(PATIENCE)
        assert [each.healthy for each in desk.diagnose().values()] == [True, True]
        eventually(lambda: recorders)
    finally:
        stop.set()
        runner.join()
    assert recorders == {"runner"}
    assert outcomes(store) == [Outcome.SUCCEEDED]


def test_another_loop_may_use_a_desk_that_runs() -> None:
    asked = threading.Event()

    class Waits(MemoryPager):
        async def page(self, request: SendPage, /) -> Receipt:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
            asked.set()
            await asyncio.sleep(0.3)
            return super().page(request)

    store = MemoryStore()
    desk = AsyncDesk(PLAYBOOK, DIRECTORY, Toolbox(pagers={"phone": Waits(), "mail": MemoryPager()}), store)

    async def main() -> None:
        stop = asyncio.Event()
        running = asyncio.ensure_future(desk.run(stop=stop, poll=POLL))
        await desk.declare("Checkout fails", by="bot", severity=SEV_1, id="INC-1")
        await asyncio.to_thread(asked.wait, PATIENCE)
        found = await asyncio.to_thread(asyncio.run, desk.diagnose())
        assert [each.healthy for each in found.values()] == [True, True]
        stop.set()
        await running
        assert outcomes(store) == [Outcome.SUCCEEDED]

    asyncio.run(main())


PROGRAM = """
import asyncio, signal, sys, time
from datetime import timedelta

from incidentkit.desk import AsyncDesk, Desk, Toolbox
from incidentkit.memory import MemoryStore
from incidentkit.playbooks.emergency import EMERGENCY, SEV_1
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person
from incidentkit.providers.answer import Diagnosis, Receipt

signal.signal(signal.SIGINT, signal.default_int_handler)  # which is ignored where the tests run in the background
kind, takes, deadline = sys.argv[1], float(sys.argv[2]), timedelta(seconds=float(sys.argv[3]))


class Pager:
    def page(self, request, /):
        print("paging", flush=True)
        time.sleep(takes)
        return Receipt()

    def diagnose(self):
        return Diagnosis(healthy=True)


store = MemoryStore()
level = Level("first", person("ada"))
chain = ContactChain((Attempt("phone", timedelta(minutes=5)),))
playbook = Playbook(name="p", rules=EMERGENCY.rules, escalation=EscalationPolicy(levels=(level,), contact=chain))
directory = Directory(people={"ada": Person(id="ada", contacts={"phone": "1"})})
rest = (playbook, directory, Toolbox(pagers={"phone": Pager()}), store)
settings = {"deadline": deadline, "lease": 3 * deadline}


def handlers():
    return [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]


async def main():
    before = handlers()
    desk = AsyncDesk(*rest, **settings)
    beside = [AsyncDesk(*rest, **settings).run() for _ in range(int(sys.argv[4]) - 1)]
    await desk.declare("Checkout fails", by="bot", severity=SEV_1, id="INC-1")
    await asyncio.gather(desk.run(), *beside)
    assert handlers() == before, handlers()


if kind == "AsyncDesk":
    asyncio.run(main())
else:
    before = handlers()
    desk = Desk(*rest, **settings)
    desk.declare("Checkout fails", by="bot", severity=SEV_1, id="INC-1")
    desk.run()
    assert handlers() == before, handlers()
print(store.load("INC-1")[-1].outcome, flush=True)
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("program") / "program.py"
    path.write_text(PROGRAM, encoding="utf-8")
    return path


def start(program: Path, *arguments: str, desks: int = 1) -> subprocess.Popen[str]:
    """The program, once it pages somebody."""
    process = subprocess.Popen(
        [sys.executable, program, *arguments, str(desks)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "paging\n"
    return process


LOOP_WITH_A_HANDLER = """
import asyncio
import os
import signal

from incidentkit import EMERGENCY, AsyncDesk, Toolbox
from incidentkit.drills import practice_directory
from incidentkit.memory import MemoryStore


async def main():
    desk = AsyncDesk(EMERGENCY, practice_directory(), Toolbox(), MemoryStore())
    stop, heard = asyncio.Event(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, heard.set)
    for _ in range(2):
        running = asyncio.ensure_future(desk.run(stop=stop))
        await asyncio.sleep(0.1)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(heard.wait(), 10)
        assert not stop.is_set()
        stop.set()
        await running
        stop.clear()
        heard.clear()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(heard.wait(), 10)


asyncio.run(main())
"""


needs_signals = pytest.mark.skipif(os.name == "nt", reason="programs on Windows are not sent these signals")


@needs_signals
@pytest.mark.parametrize("kind", ["Desk", "AsyncDesk"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_the_run_once_the_outcome_is_recorded(program: Path, kind: str, number: signal.Signals) -> None:
    process = start(program, kind, "0.3", "30")
    process.send_signal(number)
    out, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, error) == (0, "succeeded\n", "")


@needs_signals
def test_signal_that_the_loop_has_a_handler_for_stays_with_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOP_WITH_A_HANDLER], check=False, capture_output=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr.decode()


@needs_signals
def test_signal_ends_every_run_of_a_loop(program: Path) -> None:
    process = start(program, "AsyncDesk", "0.3", "30", desks=3)
    process.send_signal(signal.SIGTERM)
    out, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, error) == (0, "succeeded\n", "")


@needs_signals
@pytest.mark.parametrize("kind", ["Desk", "AsyncDesk"])
def test_provider_that_hangs_keeps_no_program_from_ending(program: Path, kind: str) -> None:
    process = start(program, kind, "600", "0.3")
    process.send_signal(signal.SIGTERM)
    out, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out.splitlines()[-1]) == (0, "unknown")
    assert "Traceback" not in error


@needs_signals
@pytest.mark.parametrize("kind", ["Desk", "AsyncDesk"])
def test_second_signal_does_what_it_did_before(program: Path, kind: str) -> None:
    process = start(program, kind, "600", "300")
    process.send_signal(signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGTERM
