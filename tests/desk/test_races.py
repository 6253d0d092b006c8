"""Several desks on one store, moved effect by effect in any order, killed anywhere: what holds all the same."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from attrs import define, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentkit.desk import AsyncDesk, Desk, Toolbox, flows
from incidentkit.desk.charter import Charter
from incidentkit.desk.company import Company
from incidentkit.desk.desk import new_id
from incidentkit.desk.effects import Attempt as Attempted
from incidentkit.desk.effects import Call, Effect, Flow, Pause, Spawn
from incidentkit.desk.setbacks import Setbacks
from incidentkit.errors import OutcomeUnknown
from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.commands import Acknowledge
from incidentkit.model.events import Acknowledged, ActionEnded, ActionStarted, Became, Event, FellDue
from incidentkit.model.incident import Incident
from incidentkit.playbooks.emergency import EMERGENCY, SEV_1
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person
from incidentkit.policy.situation import UNRESOLVED_FOR
from incidentkit.providers.answer import Receipt
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import FindForgotten
from incidentkit.testing import ManualClock

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
DEADLINE, LEASE = timedelta(seconds=20), timedelta(seconds=60)
PEOPLE = ("ada", "grace")
DIRECTORY = Directory(people={name: Person(id=name, contacts={"phone": "1", "mail": "2"}) for name in PEOPLE})
CHAIN = ContactChain((Attempt("phone", timedelta(minutes=5)), Attempt("mail", timedelta(minutes=5))), rounds=1)
LEVELS = (Level("first", person("ada")), Level("second", person("grace"), UNRESOLVED_FOR >= timedelta(minutes=30)))
PLAYBOOK = Playbook(
    name="races", rules=EMERGENCY.rules, escalation=EscalationPolicy(levels=LEVELS, contact=CHAIN, cumulative=False)
)
INCIDENTS = ("INC-1", "INC-2")


@define(eq=False)
class Running:
    """A flow and what it asks for; a call of a provider begins, acts and answers in steps of their own."""

    flow: Flow[Any]
    performs: bool = False
    """Whether it is the flow of an action."""
    effect: Effect | None = None
    until: timedelta | None = None
    answers: list[Any] = field(factory=list[Any])

    def __attrs_post_init__(self) -> None:
        self.go_on(partial(self.flow.send, None))

    def go_on(self, resume: Callable[[], Effect]) -> None:
        self.until = None
        self.answers.clear()
        try:
            self.effect = resume()
        except StopIteration:
            self.effect = None


@define(eq=False)
class Worker:
    """A desk that does one step whenever it is told to, and may die between any two."""

    charter: Charter
    company: Company = field(factory=lambda: Company(new_id()))
    setbacks: Setbacks = field(factory=Setbacks)
    running: list[Running] = field(factory=list[Running])
    alive: bool = True

    def begin(self, flow: Flow[Any], performs: bool = False) -> None:
        self.running.append(Running(flow, performs))


@define
class World:
    """Desks, a store, a pager, and the time."""

    workers: list[Worker] = field(factory=list[Worker])
    clock: ManualClock = field(factory=lambda: ManualClock(START))
    elapsed: timedelta = timedelta()
    """By the clock of the machines, which never goes back."""
    calls: list[SendPage] = field(factory=list[SendPage])
    overdue: list[Callable[[], Any]] = field(factory=list[Callable[[], Any]])
    """Calls that nobody waits for any more and that have not acted yet."""
    trouble: Trouble | None = None
    """What the store does next to whoever performs an action, once it can."""
    store: MemoryStore = field(init=False)
    pager: MemoryPager = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.store = MemoryStore(self.clock)
        self.pager = MemoryPager(clock=self.clock)

    def page(self, request: SendPage, /) -> Receipt:
        self.calls.append(request)
        return self.pager.page(request)

    def diagnose(self) -> Any:
        return self.pager.diagnose()

    def hire(self) -> Worker:
        charter = Charter(
            playbooks=PLAYBOOK,
            directory=DIRECTORY,
            toolbox=Toolbox(pagers={"phone": self, "mail": self}),
            store=self.store,
            name=f"desk {len(self.workers) + 1}",
            deadline=DEADLINE,
            lease=LEASE,
            observers=(),
        )
        self.workers.append(Worker(charter))
        return self.workers[-1]

    def declare(self, incident: str = "INC-1") -> None:
        charter = self.workers[0].charter
        make = partial(_declared, incident)
        self.exhaust(Worker(charter), flows.declare(charter, make))

    def exhaust(self, worker: Worker, flow: Flow[Any]) -> None:
        """Carry out a flow, and what it spawns, to the end."""
        worker.begin(flow)
        while worker.running:
            self.step(worker, 0)

    def step(self, worker: Worker, which: int) -> None:
        """One effect of one of its flows; a worker that has nothing to do looks what is due."""
        if not worker.running:
            worker.begin(flows.tick(worker.charter, worker.company, worker.setbacks, 10))
        running = worker.running[which % len(worker.running)]
        match running.effect:
            case Call(function):
                running.go_on(_called(running.flow, self._troubled(running.performs, function)))
            case Pause():
                running.go_on(partial(running.flow.send, None))
            case Spawn(flow):
                worker.begin(flow, performs=True)
                running.go_on(partial(running.flow.send, None))
            case Attempted():
                self._attempt(running, running.effect)
            case None:
                pass
        if running.effect is None:
            worker.running.remove(running)

    def _troubled(self, performs: bool, function: Callable[[], Any]) -> Callable[[], Any]:
        """The call, with the trouble that the store has, if there is one and an action is performed."""
        trouble = self.trouble
        appends = getattr(function, "func", None) == self.store.append
        if trouble is None or not performs or (trouble.loses_answer and not appends):
            return function
        self.trouble = None

        def fail() -> Any:
            if trouble.loses_answer:
                function()
            raise ConnectionError

        return fail

    def _attempt(self, running: Running, attempt: Attempted) -> None:
        if running.until is None:
            running.until = self.elapsed + attempt.deadline
        elif self.elapsed >= running.until:
            if not running.answers:
                self.overdue.append(attempt.function)
            running.go_on(partial(running.flow.throw, OutcomeUnknown("no answer")))
        elif not running.answers:
            running.answers.append(attempt.function())
        else:
            running.go_on(partial(running.flow.send, running.answers[0]))

    def kill(self, worker: Worker) -> None:
        """Drop everything that it was doing; what it had sent may arrive later."""
        for running in worker.running:
            if isinstance(running.effect, Attempted) and running.until is not None and not running.answers:
                self.overdue.append(running.effect.function)
            running.flow.close()
        worker.running.clear()
        worker.alive = False

    def advance(self, by: timedelta) -> None:
        self.elapsed += by
        self.clock.advance(by)

    def settle(self, minutes: int = 50) -> None:
        """Let the living do everything that comes due within some time; if everybody died, somebody new comes."""
        living = [worker for worker in self.workers if worker.alive] or [self.hire()]
        for _ in range(minutes * 2):
            for worker in living:
                while worker.running:
                    self.step(worker, 0)
                self.exhaust(worker, flows.tick(worker.charter, worker.company, worker.setbacks, 10))
            self.advance(timedelta(seconds=30))

    def log(self, incident: str) -> tuple[Event, ...]:
        return self.store.load(incident)


def _declared(incident: str, now: datetime) -> Incident:
    return Incident.declare(
        incident, title="Checkout fails", at=now, by="bot", severity=SEV_1, playbook=PLAYBOOK, recorded_at=now
    )


def _called(flow: Flow[Any], function: Callable[[], Any]) -> Callable[[], Effect]:
    try:
        return partial(flow.send, function())
    except Exception as error:  # noqa: BLE001  # what a driver does
        return partial(flow.throw, error)


@frozen
class Step:
    worker: int
    which: int


@frozen
class Die:
    worker: int


@frozen
class Pass:
    seconds: int


@frozen
class TurnBack:
    seconds: int


@frozen
class Arrive:
    """What nobody waits for any more acts all the same."""


@frozen
class Trouble:
    """The store cannot be reached, or appends what it is given and loses the answer."""

    loses_answer: bool


@frozen
class Answer:
    worker: int
    incident: str


Move = Step | Die | Pass | TurnBack | Arrive | Trouble | Answer

WORKERS = st.integers(0, 2)
STEPS = st.builds(Step, WORKERS, st.integers(0, 3))
PATIENT_MOVES = st.one_of(STEPS, STEPS, STEPS, st.builds(Pass, st.sampled_from([1, 11, 60, 300])))
MOVES = st.one_of(
    *[STEPS] * 8,
    st.builds(Pass, st.sampled_from([1, 11, 20, 41, 60, 300])),
    st.builds(Pass, st.sampled_from([1, 11, 20, 41, 60, 300])),
    st.builds(TurnBack, st.sampled_from([1, 90])),
    st.builds(Die, WORKERS),
    st.builds(Arrive),
    st.builds(Trouble, st.booleans()),
    st.builds(Trouble, st.booleans()),
    st.builds(Answer, WORKERS, st.sampled_from(INCIDENTS)),
)


def play(world: World, moves: list[Move]) -> None:
    for move in moves:
        match move:
            case Step(number, which):
                worker = world.workers[number % len(world.workers)]
                if worker.alive:
                    world.step(worker, which)
            case Die(number):
                world.kill(world.workers[number % len(world.workers)])
            case Pass(seconds):
                world.advance(timedelta(seconds=seconds))
            case TurnBack(seconds):
                world.clock.set(world.clock() - timedelta(seconds=seconds))
            case Arrive():
                if world.overdue:
                    world.overdue.pop(0)()
            case Trouble():
                world.trouble = move
            case Answer(number, incident):
                worker = world.workers[number % len(world.workers)]
                if worker.alive:
                    worker.begin(flows.submit(worker.charter, incident, lambda now: Acknowledge(at=now, by="ada")))


def check_starts(log: tuple[Event, ...]) -> None:
    """Of one key: a lease apart, or after the end of the try before; never after a definite end. Each ends once."""
    entries: dict[ActionKey, list[ActionStarted | ActionEnded]] = {}
    for event in log:
        if isinstance(event, ActionStarted | ActionEnded):
            entries.setdefault(event.action, []).append(event)
    for mine in entries.values():
        assert isinstance(mine[0], ActionStarted)
        assert sum(isinstance(event, ActionEnded) for event in mine) * 2 <= len(mine)
        definite = False
        for before, event in pairwise(mine):
            definite |= isinstance(before, ActionEnded) and before.outcome in (Outcome.SUCCEEDED, Outcome.FAILED)
            if isinstance(event, ActionStarted):
                assert not definite
                assert isinstance(before, ActionEnded) or event.at >= before.at + LEASE


def check_log(log: tuple[Event, ...]) -> None:
    """It replays, in order; nothing is decided twice; nobody who has it is tried to be reached."""
    Incident.replay(log)
    assert [event.recorded_at for event in log] == sorted(event.recorded_at for event in log)
    decisions = Counter(
        (event.tag, event.obligation, event.instance) for event in log if isinstance(event, Became | FellDue)
    )
    assert set(decisions.values()) <= {1}
    acknowledged: set[str] = set()
    for event in log:
        if isinstance(event, Acknowledged):
            acknowledged.add(event.by)
        assert not (isinstance(event, ActionStarted) and event.action.person in acknowledged)


def check_world(world: World) -> None:
    for incident in INCIDENTS:
        log = world.log(incident)
        check_starts(log)
        check_log(log)
    reached = Counter((page.incident, page.person, page.method) for page in world.pager.pages)
    assert set(reached.values()) <= {1}


@given(st.integers(2, 3), st.lists(MOVES, max_size=120))
@settings(max_examples=80)
def test_whatever_happens_nothing_is_done_twice_and_nothing_is_forgotten(desks: int, moves: list[Move]) -> None:
    world = World()
    for _ in range(desks):
        world.hire()
    for incident in INCIDENTS:
        world.declare(incident)
    play(world, moves)
    check_world(world)
    world.settle()
    check_world(world)
    for incident in INCIDENTS:
        log = world.log(incident)
        if not any(isinstance(event, Acknowledged) for event in log):
            assert {page.person for page in world.pager.pages if page.incident == incident} == {*PEOPLE}
    audit = world.store.audit(FindForgotten(timedelta(minutes=5)))
    assert not audit.forgotten


@given(st.integers(2, 3), st.lists(PATIENT_MOVES, max_size=100))
@settings(max_examples=60)
def test_while_nobody_dies_or_is_late_the_provider_is_asked_once_for_each_key(desks: int, moves: list[Move]) -> None:
    world = World()
    for _ in range(desks):
        world.hire()
    for incident in INCIDENTS:
        world.declare(incident)
    for move in moves:
        if isinstance(move, Step) or not any(worker.running for worker in world.workers):
            play(world, [move])
    world.settle()
    check_world(world)
    assert set(Counter(request.key for request in world.calls).values()) == {1}
    assert {event.outcome for event in world.log("INC-1") if isinstance(event, ActionEnded)} == {Outcome.SUCCEEDED}


def steps_of_a_tick() -> int:
    world = World()
    worker = world.hire()
    world.declare()
    for count in range(1, 100):
        world.step(worker, -1)
        if not worker.running:
            return count
    raise AssertionError("a tick does not end")


@pytest.mark.parametrize("steps", range(steps_of_a_tick()))
def test_desk_may_die_after_any_step_and_another_does_the_action_under_the_same_key(steps: int) -> None:
    world = World()
    first, second = world.hire(), world.hire()
    world.declare()
    for _ in range(steps):
        world.step(first, -1)
    world.kill(first)
    world.exhaust(second, flows.tick(second.charter, second.company, second.setbacks, 10))
    world.advance(LEASE)
    world.exhaust(second, flows.tick(second.charter, second.company, second.setbacks, 10))
    outcomes = [event.outcome for event in world.log("INC-1") if isinstance(event, ActionEnded)]
    assert outcomes == [Outcome.SUCCEEDED]
    assert len(world.pager.pages) == 1
    assert len({request.key for request in world.calls}) == 1
    check_starts(world.log("INC-1"))


def test_desk_that_was_held_up_past_its_lease_leaves_the_action_to_the_next() -> None:
    world = World()
    slow, second = world.hire(), world.hire()
    world.declare()
    while not any(isinstance(event, ActionStarted) for event in world.log("INC-1")):
        world.step(slow, -1)
    world.advance(LEASE)
    world.exhaust(second, flows.tick(second.charter, second.company, second.setbacks, 10))
    while slow.running:
        world.step(slow, 0)
    assert len(world.calls) == 1
    assert [event.by for event in world.log("INC-1") if isinstance(event, ActionEnded)] == ["desk 2"]


def test_call_that_acts_after_the_next_try_did_reaches_nobody_again() -> None:
    world = World()
    worker = world.hire()
    world.declare()
    while not (worker.running and worker.running[-1].until):
        world.step(worker, -1)
    world.advance(DEADLINE)
    while worker.running:
        world.step(worker, 0)
    world.advance(timedelta(seconds=30))
    world.exhaust(worker, flows.tick(worker.charter, worker.company, worker.setbacks, 10))
    world.overdue.pop()()
    outcomes = [event.outcome for event in world.log("INC-1") if isinstance(event, ActionEnded)]
    assert outcomes == [Outcome.UNKNOWN, Outcome.SUCCEEDED]
    assert (len(world.calls), len(world.pager.pages)) == (2, 1)


def check_smoke(store: MemoryStore, pager: MemoryPager) -> None:
    for number in range(20):
        log = store.load(f"INC-{number}")
        check_log(log)
        assert [event.outcome for event in log if isinstance(event, ActionEnded)] == [Outcome.SUCCEEDED]
    assert len(pager.pages) == 20


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_three_desks_in_threads_page_once_for_each_of_twenty_incidents(stop: threading.Event) -> None:
    store, pager = MemoryStore(), MemoryPager()
    toolbox = Toolbox(pagers={"phone": pager, "mail": pager})
    desks = [Desk(PLAYBOOK, DIRECTORY, toolbox, store, name=f"desk {number}") for number in range(3)]
    threads = [
        threading.Thread(target=desk.run, kwargs={"stop": stop, "poll": timedelta(seconds=0.01)}) for desk in desks
    ]
    for thread in threads:
        thread.start()
    for number in range(20):
        desks[number % 3].declare("Checkout fails", by="bot", severity=SEV_1, id=f"INC-{number}")
    until = time.monotonic() + 20
    while len(pager.pages) < 20 and time.monotonic() < until:
        time.sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    check_smoke(store, pager)


def test_three_desks_in_a_loop_page_once_for_each_of_twenty_incidents() -> None:
    store, pager = MemoryStore(), MemoryPager()

    class AsyncPager:
        async def page(self, request: SendPage, /) -> Receipt:
            await asyncio.sleep(0)
            return pager.page(request)

        async def diagnose(self) -> Any:
            return pager.diagnose()

    async def main() -> None:
        stop = asyncio.Event()
        toolbox = Toolbox(pagers={"phone": AsyncPager(), "mail": pager})
        desks = [AsyncDesk(PLAYBOOK, DIRECTORY, toolbox, store, name=f"desk {number}") for number in range(3)]
        running = [asyncio.ensure_future(desk.run(stop=stop, poll=timedelta(seconds=0.01))) for desk in desks]
        for number in range(20):
            await desks[number % 3].declare("Checkout fails", by="bot", severity=SEV_1, id=f"INC-{number}")
        async with asyncio.timeout(20):
            while len(pager.pages) < 20:
                await asyncio.sleep(0.01)
        stop.set()
        await asyncio.gather(*running)

    asyncio.run(main())
    check_smoke(store, pager)
