"""A store that goes away, or keeps what it was given and loses the answer: what came of an action is recorded once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from inspect import isawaitable
from math import inf
from typing import Any

import pytest
from attrs import define, field

from incidentkit.desk import AsyncDesk, Desk, Toolbox
from incidentkit.desk.notices import Ended, Failed, Notice, Unrecorded
from incidentkit.errors import (
    IncidentExists,
    OutcomeUnknown,
    StoreError,
    StoreMisconfigured,
    StoreReadOnly,
    UnknownIncident,
)
from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.model.action import Outcome
from incidentkit.model.events import Acknowledged, ActionEnded, ActionStarted, Event
from incidentkit.model.identity import IncidentId
from incidentkit.playbooks.emergency import EMERGENCY, SEV_1
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person
from incidentkit.providers.answer import Receipt
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import Append, FindDue
from incidentkit.testing import ManualClock

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
LEASE = timedelta(seconds=60)
DIRECTORY = Directory(people={"ada": Person(id="ada", contacts={"phone": "1"})})
CHAIN = ContactChain((Attempt("phone", timedelta(minutes=5)),), rounds=1)
ESCALATION = EscalationPolicy(levels=(Level("first", person("ada")),), contact=CHAIN)
PLAYBOOK = Playbook(name="recording", rules=EMERGENCY.rules, escalation=ESCALATION)
PATIENCE = 20
"""Seconds after which a test gives up; it takes one or two."""


def records(request: Append) -> bool:
    """Whether it records what came of an action."""
    return any(isinstance(event, ActionEnded) for event in request.events)


def claims(request: Append) -> bool:
    """Whether it takes an action on."""
    return any(isinstance(event, ActionStarted) for event in request.events)


def acknowledges(request: Append) -> bool:
    """Whether somebody says by it that they have the incident."""
    return any(isinstance(event, Acknowledged) for event in request.events)


class Troubled(MemoryStore):
    """Cannot be reached for so many calls, and may do something before or after an append."""

    away: float = 0

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.before: Callable[[Append], object] = lambda request: None
        self.after: Callable[[Append], object] = lambda request: None

    def loses(self, matches: Callable[[Append], bool], *, away: float = 0) -> None:
        """Keep the next such append and lose the answer, and be away after it."""

        def lose(request: Append) -> None:
            if matches(request):
                self.after, self.away = lambda request: None, away
                raise ConnectionError("hunter2")

        self.after = lose

    def _reach(self) -> None:
        if self.away:
            self.away -= 1
            raise ConnectionError("hunter2")

    def now(self) -> datetime:
        self._reach()
        return super().now()

    def append(self, request: Append, /) -> tuple[Event, ...]:
        self._reach()
        self.before(request)
        stored = super().append(request)
        self.after(request)
        return stored

    def load(self, incident: str, /) -> tuple[Event, ...]:
        self._reach()
        return super().load(incident)

    def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        self._reach()
        return super().due(request)


@define
class Scene:
    """Desks of some kind on one store that has its troubles, and a clock to turn."""

    kind: str
    clock: ManualClock = field(factory=lambda: ManualClock(START))
    notices: list[Notice] = field(factory=list[Notice])
    asked: list[SendPage] = field(factory=list[SendPage])
    store: Troubled = field(init=False)
    pager: MemoryPager = field(init=False)
    while_paging: Callable[[], object] = lambda: None

    def __attrs_post_init__(self) -> None:
        self.store = Troubled(self.clock)
        self.pager = MemoryPager(clock=self.clock)

    def notice(self, notice: Notice, /) -> None:
        self.notices.append(notice)

    def page(self, request: SendPage, /) -> Receipt:
        self.asked.append(request)
        self.while_paging()
        return self.pager.page(request)

    def diagnose(self) -> Any:
        return self.pager.diagnose()

    def breaks_while_paging(self, away: float) -> None:
        def break_down() -> None:
            self.store.away = away

        self.while_paging = break_down

    def desk(self, lease: timedelta = LEASE) -> Any:
        settings: dict[str, Any] = {"deadline": lease / 3, "lease": lease, "observers": (self,)}
        if self.kind == "calling thread":
            settings["places"] = 0
        kind: Any = AsyncDesk if self.kind == "loop" else Desk
        return kind(PLAYBOOK, DIRECTORY, Toolbox(pagers={"phone": self}), self.store, **settings)

    def ask(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        async def main() -> Any:
            answer = method(*args, **kwargs)
            return await answer if isawaitable(answer) else answer

        return asyncio.run(main())

    def declare(self, desk: Any, id: str = "INC-1") -> None:
        self.ask(desk.declare, "Checkout fails", by="bot", severity=SEV_1, id=id)

    def exhaust(self, desk: Any) -> None:
        while self.ask(desk.tick):
            pass

    def logged(self, kind: type[Event]) -> list[Any]:
        return [event for event in MemoryStore.load(self.store, "INC-1") if isinstance(event, kind)]

    def told(self, *kinds: type[Notice]) -> list[Any]:
        return [notice for notice in self.notices if isinstance(notice, kinds)]

    def outcomes(self) -> list[Outcome]:
        return [event.outcome for event in self.logged(ActionEnded)]


@pytest.fixture(params=["calling thread", "threads", "loop"])
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(request.param)


def check_once(scene: Scene) -> None:
    """One try, one page, one outcome in the log, and one notice of it."""
    assert scene.outcomes() == [Outcome.SUCCEEDED]
    assert len(scene.logged(ActionStarted)) == len(scene.asked) == len(scene.pager.pages) == 1
    assert [type(notice) for notice in scene.told(Ended, Unrecorded)] == [Ended]


def test_outcome_is_recorded_once_the_store_is_back(scene: Scene) -> None:
    scene.declare(desk := scene.desk())
    scene.breaks_while_paging(away=4)
    scene.exhaust(desk)
    check_once(scene)


def test_outcome_that_was_kept_though_the_answer_was_lost_is_recorded_once(scene: Scene) -> None:
    scene.declare(desk := scene.desk())
    scene.store.loses(records)
    scene.exhaust(desk)
    check_once(scene)


def test_so_it_is_if_the_store_cannot_be_read_for_a_while_after_that(scene: Scene) -> None:
    scene.declare(desk := scene.desk())
    scene.store.loses(records, away=3)
    scene.exhaust(desk)
    check_once(scene)


def test_outcome_that_was_kept_is_told_though_its_lease_ran_out_meanwhile(scene: Scene) -> None:
    def loses_its_answer() -> None:
        raise OutcomeUnknown("no answer")

    def passes(request: Append) -> None:
        if records(request):
            scene.store.after = lambda request: None
            scene.clock.advance(LEASE)
            raise ConnectionError("hunter2")

    scene.declare(desk := scene.desk())
    scene.store.after, scene.while_paging = passes, loses_its_answer
    scene.ask(desk.tick)
    assert scene.outcomes() == [Outcome.UNKNOWN]
    assert [type(notice) for notice in scene.told(Ended, Unrecorded)] == [Ended]


def test_outcome_of_another_desk_of_the_same_name_is_not_taken_for_its_own() -> None:
    scene = Scene("calling thread")
    scene.declare(slow := scene.desk())
    other = scene.desk()

    def overtake(request: Append) -> None:
        if records(request):
            scene.store.before = lambda request: None
            scene.clock.advance(LEASE)
            other.tick()
            raise ConnectionError("hunter2")

    scene.store.before = overtake
    slow.tick()
    assert scene.outcomes() == [Outcome.SUCCEEDED, Outcome.SUCCEEDED]
    assert [event.at for event in scene.logged(ActionEnded)] == [START + LEASE, START]
    assert {event.by for event in scene.logged(ActionEnded)} == {"desk"}
    assert (len(scene.asked), len(scene.pager.pages)) == (2, 1)


@pytest.mark.parametrize("kind", ["threads", "loop"])
def test_nothing_is_held_up_while_it_waits_for_the_store(kind: str) -> None:
    scene, fails = Scene(kind), [1, 2, 3]

    def fail(request: Append) -> None:
        if request.incident == "INC-1" and records(request) and fails:
            fails.pop()
            raise ConnectionError("hunter2")

    scene.store.before = fail
    desk = scene.desk()
    for number in (1, 2):
        scene.declare(desk, f"INC-{number}")
    scene.exhaust(desk)
    assert [notice.incident for notice in scene.told(Ended)] == ["INC-2", "INC-1"]


def test_outcome_is_given_up_when_the_store_stays_away(scene: Scene) -> None:
    lease = timedelta(seconds=0.9)
    scene.declare(desk := scene.desk(lease))
    scene.breaks_while_paging(away=inf)
    with pytest.raises(ConnectionError):
        scene.exhaust(desk)
    assert [type(notice) for notice in scene.told(Ended, Unrecorded)] == [Unrecorded]
    assert type(scene.told(Unrecorded)[0].error) is ConnectionError
    scene.store.away, scene.while_paging = 0, lambda: None
    scene.clock.advance(lease)
    scene.exhaust(desk)
    assert scene.outcomes() == [Outcome.SUCCEEDED]
    assert (len({request.key for request in scene.asked}), len(scene.pager.pages)) == (1, 1)


def test_run_that_is_stopped_waits_no_longer_than_a_third_of_the_lease_for_the_store(scene: Scene) -> None:
    stop: Any = threading.Event()
    scene.declare(desk := scene.desk(timedelta(seconds=3)))
    scene.breaks_while_paging(away=inf)

    async def stopped_in_loop() -> None:
        loop_stop = asyncio.Event()
        running = asyncio.ensure_future(desk.run(stop=loop_stop))
        await asyncio.to_thread(stop.wait, PATIENCE)
        loop_stop.set()
        await running

    run = (lambda: asyncio.run(stopped_in_loop())) if scene.kind == "loop" else lambda: desk.run(stop=stop)
    thread = threading.Thread(target=run)
    thread.start()
    until = time.monotonic() + PATIENCE
    while not scene.asked and time.monotonic() < until:
        time.sleep(0.01)
    began = time.monotonic()
    stop.set()
    thread.join()
    assert time.monotonic() - began < 3
    assert len(scene.told(Unrecorded)) == 1


def test_what_no_further_try_could_change_is_raised_at_once(scene: Scene) -> None:
    tries: list[Append] = []

    def forget(request: Append) -> None:
        if records(request):
            tries.append(request)
            raise UnknownIncident(request.incident)

    scene.store.before = forget
    scene.declare(desk := scene.desk())
    scene.exhaust(desk)
    assert len(tries) == 1
    assert [type(notice.error) for notice in scene.told(Unrecorded)] == [UnknownIncident]


@pytest.mark.parametrize("error", [StoreMisconfigured, StoreReadOnly])
def test_outcome_is_recorded_though_somebody_first_had_to_mend_the_store(scene: Scene, error: type[StoreError]) -> None:
    left = [1, 2]

    def refuse(request: Append) -> None:
        if records(request) and left:
            left.pop()
            raise error("postgresql://db/incidents", "it refused the user or the password")

    scene.store.before = refuse
    scene.declare(desk := scene.desk())
    scene.exhaust(desk)
    assert scene.outcomes() == [Outcome.SUCCEEDED]
    assert [type(notice) for notice in scene.told(Ended, Unrecorded)] == [Ended]


def test_claim_that_was_kept_though_the_answer_was_lost_is_left_until_its_lease_runs_out(scene: Scene) -> None:
    scene.declare(desk := scene.desk())
    scene.store.loses(claims)
    scene.exhaust(desk)
    assert len(scene.told(Failed)) == len(scene.logged(ActionStarted)) == 1
    scene.clock.advance(LEASE - timedelta(seconds=1))
    scene.exhaust(desk)
    assert scene.asked == []
    scene.clock.advance(timedelta(seconds=1))
    scene.exhaust(desk)
    assert scene.outcomes() == [Outcome.SUCCEEDED]
    assert len(scene.asked) == 1
    assert len(scene.logged(ActionStarted)) == 2


def test_command_that_was_kept_though_the_answer_was_lost_can_be_given_again(scene: Scene) -> None:
    desk = scene.desk()
    scene.store.loses(lambda request: request.expected_version == 0)
    with pytest.raises(ConnectionError):
        scene.declare(desk)
    with pytest.raises(IncidentExists):
        scene.declare(desk)
    scene.store.loses(acknowledges)
    with pytest.raises(ConnectionError):
        scene.ask(desk.acknowledge, "INC-1", by="ada")
    assert not scene.ask(desk.acknowledge, "INC-1", by="ada").changed
    assert len(scene.logged(Acknowledged)) == 1
