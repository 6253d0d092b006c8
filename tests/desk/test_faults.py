"""Providers that do not do what they promise: the log says what happened, and the plan goes on."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from inspect import isawaitable
from typing import Any

import pytest
from attrs import define, field

from incidentkit.desk import AsyncDesk, Desk, Toolbox
from incidentkit.desk.notices import Ended, LogObserver, Notice
from incidentkit.errors import (
    Misconfigured,
    OutcomeUnknown,
    PermissionDenied,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    RequestInvalid,
)
from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.model.action import Outcome
from incidentkit.model.events import ActionEnded, ActionStarted
from incidentkit.model.incident import Incident
from incidentkit.playbooks.emergency import EMERGENCY, SEV_1
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.planning import plan
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person, team
from incidentkit.policy.situation import UNRESOLVED_FOR
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.pager import Pager, SendPage
from incidentkit.testing import ManualClock

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
SECRET = "hunter2"

ADA = Person(id="ada", contacts={"phone": "+44 1", "mail": "ada@example.org"})
GRACE = Person(id="grace", contacts={"mail": "grace@example.org"})
DIRECTORY = Directory(people={"ada": ADA, "grace": GRACE}, teams={"both": ["ada", "grace"]})
CHAIN = ContactChain((Attempt("phone", timedelta(minutes=5)), Attempt("mail", timedelta(minutes=5))), rounds=1)
LEVELS = (Level("first", person("ada")), Level("second", person("grace"), UNRESOLVED_FOR >= timedelta(minutes=30)))
PLAYBOOK = Playbook(
    name="faults", rules=EMERGENCY.rules, escalation=EscalationPolicy(levels=LEVELS, contact=CHAIN, cumulative=False)
)
TEAM = Playbook(
    name="team",
    rules=EMERGENCY.rules,
    escalation=EscalationPolicy(levels=(Level("both", team("both")),), contact=CHAIN),
)


class Healthy:
    def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


class Scripted(Healthy):
    """Does one thing after the other, and the last one again and again."""

    def __init__(self, *steps: Callable[[], Any]) -> None:
        self.steps = steps
        self.requests: list[SendPage] = []

    def next(self, request: SendPage) -> Any:
        self.requests.append(request)
        return self.steps[min(len(self.requests), len(self.steps)) - 1]()

    def page(self, request: SendPage, /) -> Any:
        return self.next(request)


class AsyncScripted(Scripted):
    async def page(self, request: SendPage, /) -> Any:
        await asyncio.sleep(0)
        return await settled(self.next(request))


async def settled(answer: Any) -> Any:
    """What was answered or promised."""
    return await answer if isawaitable(answer) else answer


def gives(answer: object) -> Callable[[], Any]:
    return lambda: answer


def raises(error: BaseException) -> Callable[[], Any]:
    def step() -> Any:
        raise error

    return step


DELIVERED = gives(Receipt(reference="page-1"))


@define
class Scene:
    """One desk of some kind on one store, and a clock to turn."""

    kind: str
    places: int = 8
    clock: ManualClock = field(factory=lambda: ManualClock(START))
    notices: list[Notice] = field(factory=list[Notice])
    deadline: timedelta = timedelta(seconds=20)
    playbook: Playbook = PLAYBOOK
    store: MemoryStore = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.store = MemoryStore(self.clock)

    def notice(self, notice: Notice, /) -> None:
        self.notices.append(notice)

    def scripted(self, *steps: Callable[[], Any]) -> Scripted:
        return AsyncScripted(*steps) if self.kind == "loop, async def" else Scripted(*steps)

    def drive(self, pagers: dict[str, Any], *waits: timedelta, incidents: int = 1) -> Incident:
        """Declare incidents, and tick until nothing is due, before and after each wait; gives the first one."""
        asyncio.run(self._drive(pagers, waits, incidents))
        return self.incident()

    async def _drive(self, pagers: dict[str, Any], waits: tuple[timedelta, ...], incidents: int) -> None:
        settings: dict[str, Any] = {"deadline": self.deadline, "lease": timedelta(minutes=1)}
        settings["observers"] = (self, LogObserver())
        settings["places"] = 0 if self.kind == "calling thread" else self.places
        kind: Any = AsyncDesk if self.kind.startswith("loop") else Desk
        desk = kind(self.playbook, DIRECTORY, Toolbox(pagers=pagers), self.store, **settings)

        async def call(method: Any, *args: Any, **kwargs: Any) -> Any:
            return await settled(method(*args, **kwargs))

        for number in range(incidents):
            await call(desk.declare, "Checkout fails", by="bot", severity=SEV_1, id=f"INC-{number + 1}")
        while await call(desk.tick):
            pass
        for wait in waits:
            self.clock.advance(wait)
            while await call(desk.tick):
                pass
        await call(desk.shut_down)

    def incident(self, id: str = "INC-1") -> Incident:
        return Incident.replay(self.store.load(id))

    def ended(self, id: str = "INC-1") -> list[ActionEnded]:
        return [event for event in self.incident(id).timeline if isinstance(event, ActionEnded)]

    def came_out(self, id: str = "INC-1") -> list[tuple[str, Outcome]]:
        return [(f"{event.action.person} {event.action.attempt}", event.outcome) for event in self.ended(id)]


KINDS = ("calling thread", "threads", "loop, def", "loop, async def")


@pytest.fixture(params=KINDS)
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(request.param)


@pytest.fixture
def hang() -> Iterator[threading.Event]:
    """Set at the end of a test, so that whoever hangs on it goes on."""
    event = threading.Event()
    yield event
    event.set()


def test_refusal_goes_on_to_the_next_method_at_once(scene: Scene) -> None:
    phone, mail = scene.scripted(raises(RequestInvalid("no such number", provider="phone"))), MemoryPager()
    scene.drive({"phone": phone, "mail": mail})
    assert scene.came_out() == [("ada 0", Outcome.FAILED), ("ada 1", Outcome.SUCCEEDED)]
    assert scene.ended()[0].problem == "phone: no such number"
    assert [page.method for page in mail.pages] == ["mail"]
    assert scene.ended()[1].at == START


@pytest.mark.parametrize(
    "error", [PermissionDenied("x", missing_scopes=("a",)), Misconfigured("x"), ProviderError("x")]
)
def test_every_other_definite_failure_does_so_too(scene: Scene, error: ProviderError) -> None:
    scene.drive({"phone": scene.scripted(raises(error)), "mail": MemoryPager()})
    assert scene.came_out() == [("ada 0", Outcome.FAILED), ("ada 1", Outcome.SUCCEEDED)]


def test_failure_for_the_time_being_is_tried_again_under_the_same_key(scene: Scene) -> None:
    down = raises(ProviderUnavailable("connection refused"))
    phone = scene.scripted(down, down, DELIVERED)
    scene.drive({"phone": phone, "mail": MemoryPager()}, timedelta(seconds=11), timedelta(seconds=33))
    assert scene.came_out() == [
        ("ada 0", Outcome.POSTPONED),
        ("ada 0", Outcome.POSTPONED),
        ("ada 0", Outcome.SUCCEEDED),
    ]
    assert len({request.key for request in phone.requests}) == 1
    assert scene.ended()[-1].reference == "page-1"


def test_who_is_rate_limited_waits_as_long_as_the_provider_asks(scene: Scene) -> None:
    phone = scene.scripted(raises(RateLimited("slow down", retry_after=timedelta(seconds=90))), DELIVERED)
    scene.drive({"phone": phone, "mail": MemoryPager()}, timedelta(seconds=89))
    assert scene.came_out() == [("ada 0", Outcome.POSTPONED)]
    assert scene.ended()[0].retry_at == START + timedelta(seconds=90)
    again = Scene(scene.kind)
    again.drive({"phone": again.scripted(*phone.steps), "mail": MemoryPager()}, timedelta(seconds=90))
    assert again.came_out() == [("ada 0", Outcome.POSTPONED), ("ada 0", Outcome.SUCCEEDED)]


@pytest.mark.parametrize("asked", [30, "soon", timedelta(-1), timedelta(0), timedelta.max, None])
def test_senseless_wishes_of_a_provider_hold_up_nothing(scene: Scene, asked: Any) -> None:
    error = RateLimited("slow down")
    error.retry_after = asked
    scene.drive({"phone": scene.scripted(raises(error)), "mail": MemoryPager()}, timedelta(minutes=5))
    assert scene.came_out()[0] == ("ada 0", Outcome.POSTPONED)
    assert scene.came_out()[-1] == ("ada 1", Outcome.SUCCEEDED)


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        (gives(None), "answered with NoneType and not with a Receipt"),
        (gives({"reference": "page-1"}), "answered with dict and not with a Receipt"),
        (raises(OutcomeUnknown("the connection broke")), "the connection broke"),
        (raises(ValueError(f"token={SECRET}")), "raised ValueError, which is no ProviderError"),
        (raises(TimeoutError(SECRET)), "raised TimeoutError, which is no ProviderError"),
    ],
)
def test_what_says_nothing_is_unknown_and_tried_again_until_its_wait_ends(
    scene: Scene, step: Callable[[], Any], problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    phone, mail = scene.scripted(step), MemoryPager()
    incident = scene.drive({"phone": phone, "mail": mail}, *[timedelta(seconds=50)] * 6)
    assert scene.ended()[0].problem == problem
    assert {event.outcome for event in scene.ended()[:-1]} == {Outcome.UNKNOWN}
    assert scene.came_out()[-1] == ("ada 1", Outcome.SUCCEEDED)
    assert len({request.key for request in phone.requests}) == 1 < len(phone.requests)
    assert scene.ended()[-1].at >= START + timedelta(minutes=5)
    said = f"{caplog.text}{[*incident.timeline]}{[each.problem for each in scene.notices if isinstance(each, Ended)]}"
    assert SECRET not in said


def test_error_chained_to_a_foreign_one_keeps_its_secret(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def step() -> Any:
        try:
            raise ValueError(f"https://user:{SECRET}@example.org")
        except ValueError as error:
            raise RequestInvalid("refused") from error

    incident = scene.drive({"phone": scene.scripted(step), "mail": MemoryPager()})
    assert SECRET not in f"{caplog.text}{[*incident.timeline]}"


class Broken(ProviderError):
    def __str__(self) -> str:
        raise ValueError(SECRET)


class Endless(ProviderError):
    def __str__(self) -> str:
        return "x" * 1_000_000 + "\x00"


@pytest.mark.parametrize(
    ("error", "problem"), [(Broken("x"), "Broken"), (ProviderError(""), "ProviderError"), (Endless("x"), "x" * 600)]
)
def test_error_that_cannot_be_shown_is_a_failure_all_the_same(scene: Scene, error: ProviderError, problem: str) -> None:
    scene.drive({"phone": scene.scripted(raises(error)), "mail": MemoryPager()})
    assert scene.came_out()[0] == ("ada 0", Outcome.FAILED)
    assert scene.ended()[0].problem == problem


class Interruption(BaseException):
    pass


class Computed(ProviderError):
    """As somebody may write it who computes it from an answer that is not there."""

    response: Any = None

    @property
    def transient(self) -> bool:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
        return bool(self.response.status >= 500)


class Asks(RateLimited):
    @property
    def retry_after(self) -> timedelta:
        raise Interruption(SECRET)

    @retry_after.setter
    def retry_after(self, value: Any) -> None:
        pass


class Exits(ProviderError):
    def __str__(self) -> str:
        raise SystemExit(SECRET)


class Nameless(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
        raise RuntimeError(SECRET)


class Masked(Exception, metaclass=Nameless):
    pass


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (Computed("x"), "raised Computed, which cannot be read"),
        (Asks("x"), "raised Asks, which cannot be read"),
        (Exits("x"), "raised Exits, which cannot be read"),
        (Masked(), "raised Masked, which is no ProviderError"),
    ],
)
def test_error_that_raises_when_it_is_asked_is_unknown(scene: Scene, error: Exception, problem: str) -> None:
    phone = scene.scripted(raises(error), DELIVERED)
    scene.drive({"phone": phone, "mail": MemoryPager()}, timedelta(minutes=5))
    assert scene.came_out()[:2] == [("ada 0", Outcome.UNKNOWN), ("ada 0", Outcome.SUCCEEDED)]
    assert scene.ended()[0].problem == problem


@pytest.mark.parametrize(
    ("reference", "kept", "problem"),
    [
        ("page\x001\ud800", "page 1 ", ""),
        ("x" * 1_000_000, "x" * 2_000, ""),
        (7, "", "the reference of its receipt is int, no text"),
        (None, "", "the reference of its receipt is NoneType, no text"),
    ],
)
def test_receipt_counts_though_its_reference_cannot_be_kept(
    scene: Scene, reference: Any, kept: str, problem: str
) -> None:
    scene.drive({"phone": scene.scripted(gives(Receipt(reference=reference)))})
    assert scene.came_out() == [("ada 0", Outcome.SUCCEEDED)]
    assert (scene.ended()[0].reference, scene.ended()[0].problem) == (kept, problem)


def test_missing_provider_leaves_it_to_people(scene: Scene) -> None:
    incident = scene.drive({})
    assert scene.came_out() == [("ada 0", Outcome.FAILED), ("ada 1", Outcome.FAILED)]
    assert scene.ended()[0].problem == "no pager for phone is in the toolbox: somebody has to do it"
    owed = plan(incident, PLAYBOOK, DIRECTORY, now=scene.clock()).owed
    assert [(each.obligation, each.people) for each in owed] == [("page/first", ("ada",)), ("exhausted", ())]


def test_when_nobody_can_be_reached_the_next_person_is_and_both_are_owed(scene: Scene) -> None:
    refuses = raises(RequestInvalid("no"))
    incident = scene.drive({"phone": scene.scripted(refuses), "mail": scene.scripted(refuses)}, timedelta(minutes=30))
    assert scene.came_out() == [("ada 0", Outcome.FAILED), ("ada 1", Outcome.FAILED), ("grace 1", Outcome.FAILED)]
    owed = plan(incident, PLAYBOOK, DIRECTORY, now=scene.clock()).owed
    assert [(each.obligation, each.people) for each in owed] == [
        ("page/first", ("ada",)),
        ("page/second", ("grace",)),
        ("exhausted", ()),
    ]


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), SystemExit(1), Interruption(SECRET), asyncio.CancelledError(), StopIteration(1)]
)
@pytest.mark.parametrize("kind", ["threads", "loop, def"])
def test_what_would_end_a_program_ends_no_desk_that_calls_in_threads(kind: str, error: BaseException) -> None:
    scene = Scene(kind)
    scene.drive({"phone": scene.scripted(raises(error)), "mail": MemoryPager()}, timedelta(minutes=5))
    assert scene.came_out()[0] == ("ada 0", Outcome.UNKNOWN)
    assert type(error).__name__ in scene.ended()[0].problem
    assert SECRET not in scene.ended()[0].problem
    assert scene.came_out()[-1] == ("ada 1", Outcome.SUCCEEDED)


@pytest.mark.parametrize("error", [Interruption(SECRET), asyncio.CancelledError(), GeneratorExit()])
@pytest.mark.parametrize("kind", ["calling thread", "loop, async def"])
def test_nor_one_that_calls_by_itself_unless_it_is_meant_for_the_program(kind: str, error: BaseException) -> None:
    scene = Scene(kind)
    scene.drive({"phone": scene.scripted(raises(error)), "mail": MemoryPager()}, timedelta(minutes=5))
    assert scene.came_out()[0] == ("ada 0", Outcome.UNKNOWN)
    assert scene.came_out()[-1] == ("ada 1", Outcome.SUCCEEDED)


@pytest.mark.parametrize("kind", ["calling thread", "loop, async def"])
def test_interrupt_of_the_program_passes_and_the_lease_covers_it(kind: str) -> None:
    scene = Scene(kind)
    with pytest.raises(KeyboardInterrupt):
        scene.drive({"phone": scene.scripted(raises(KeyboardInterrupt())), "mail": MemoryPager()})
    assert scene.came_out() == []
    scene.clock.advance(timedelta(minutes=1))
    phone = MemoryPager()
    with Desk(PLAYBOOK, DIRECTORY, Toolbox(pagers={"phone": phone, "mail": phone}), scene.store, places=0) as desk:
        assert desk.tick() == 1
    assert scene.came_out() == [("ada 0", Outcome.SUCCEEDED)]
    assert len(phone.pages) == 1


@pytest.mark.parametrize("kind", ["calling thread", "threads"])
def test_promise_that_nobody_awaits_is_a_failure(kind: str) -> None:
    async def promise() -> Receipt:
        return Receipt()

    scene = Scene(kind)
    scene.drive({"phone": Scripted(promise), "mail": MemoryPager()})
    assert scene.came_out() == [("ada 0", Outcome.FAILED), ("ada 1", Outcome.SUCCEEDED)]
    assert "AsyncDesk" in scene.ended()[0].problem


def test_promise_made_by_a_plain_function_is_awaited_in_a_loop() -> None:
    async def promise() -> Receipt:
        return Receipt(reference="kept")

    scene = Scene("loop, def")
    scene.drive({"phone": Scripted(promise)})
    assert [event.reference for event in scene.ended()] == ["kept"]


def test_same_key_reaches_a_person_once_though_the_answer_was_lost(scene: Scene) -> None:
    delivered = MemoryPager(clock=scene.clock)

    class LosesAnswers(Scripted):
        def next(self, request: SendPage) -> Any:
            receipt = delivered.page(request)
            self.requests.append(request)
            if len(self.requests) == 1:
                raise OutcomeUnknown("the answer was lost")
            return receipt

    class AsyncLosesAnswers(LosesAnswers, AsyncScripted):
        pass

    phone = AsyncLosesAnswers() if scene.kind == "loop, async def" else LosesAnswers()
    scene.drive({"phone": phone, "mail": MemoryPager()}, timedelta(seconds=11))
    assert scene.came_out() == [("ada 0", Outcome.UNKNOWN), ("ada 0", Outcome.SUCCEEDED)]
    assert len(delivered.pages) == 1 < len(phone.requests)


HANGING = ("threads", "loop, def", "loop, async def")


def hanging(scene: Scene, hang: threading.Event) -> Scripted:
    async def forever() -> Receipt:
        await asyncio.Event().wait()
        return Receipt()

    return scene.scripted(forever) if scene.kind == "loop, async def" else Scripted(hang.wait)


@pytest.mark.parametrize("kind", HANGING)
def test_who_hangs_is_unknown_at_the_deadline(kind: str, hang: threading.Event) -> None:
    scene = Scene(kind, deadline=timedelta(seconds=0.3))
    scene.drive({"phone": hanging(scene, hang), "mail": MemoryPager()}, timedelta(minutes=5))
    assert scene.came_out()[0] == ("ada 0", Outcome.UNKNOWN)
    assert scene.ended()[0].problem == "pagers['phone']: no answer within 0:00:00.300000"
    assert scene.came_out()[-1] == ("ada 1", Outcome.SUCCEEDED)


@pytest.mark.parametrize("kind", ["threads", "loop, def"])
def test_who_hangs_keeps_its_place_and_what_never_began_is_postponed(kind: str, hang: threading.Event) -> None:
    scene = Scene(kind, places=2, deadline=timedelta(seconds=0.5))
    phone = Scripted(hang.wait)
    scene.drive({"phone": phone, "mail": MemoryPager()}, incidents=5)
    outcomes = [scene.came_out(f"INC-{number}")[0][1] for number in range(1, 6)]
    assert outcomes == [Outcome.UNKNOWN] * 2 + [Outcome.POSTPONED] * 3
    assert "no place was free" in scene.ended("INC-5")[0].problem
    assert len(phone.requests) == 2


def test_promise_that_refuses_to_be_cancelled_keeps_its_place(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    scene = Scene("loop, async def", places=1, deadline=timedelta(seconds=0.3))
    let_go: list[asyncio.Event] = []

    async def stubborn() -> Receipt:
        let_go.append(asyncio.Event())
        while not let_go[-1].is_set():
            try:
                await let_go[-1].wait()
            except asyncio.CancelledError:
                asyncio.get_running_loop().call_later(0.5, let_go[-1].set)
        raise ValueError(SECRET)

    scene.drive({"phone": scene.scripted(stubborn), "mail": MemoryPager()}, incidents=2)
    assert [scene.came_out(each)[0][1] for each in ("INC-1", "INC-2")] == [Outcome.UNKNOWN, Outcome.POSTPONED]
    gc.collect()
    assert SECRET not in caplog.text  # asyncio logs the errors of tasks that nobody asks


def test_late_answer_changes_nothing_and_the_next_try_has_the_same_key() -> None:
    scene = Scene("threads", deadline=timedelta(seconds=0.3))
    delivered, answered = MemoryPager(clock=scene.clock), threading.Event()

    class Slow(Scripted):
        def next(self, request: SendPage) -> Any:
            self.requests.append(request)
            if len(self.requests) == 1:
                answered.wait(10)
            return delivered.page(request)

    with Desk(PLAYBOOK, DIRECTORY, Toolbox(pagers={"phone": Slow()}), scene.store, deadline=scene.deadline) as desk:
        desk.declare("Checkout fails", by="bot", severity=SEV_1, id="INC-1")
        assert desk.tick() == 1
        assert scene.came_out() == [("ada 0", Outcome.UNKNOWN)]
        answered.set()
        while not delivered.pages:
            time.sleep(0.01)
        desk.tick()
        assert len(scene.ended()) == 1
        scene.clock.advance(timedelta(seconds=89))  # the first call may still be at it: its lease covers it
        desk.tick()
        assert len(scene.ended()) == 1
        scene.clock.advance(timedelta(seconds=1))
        desk.tick()
    assert scene.came_out() == [("ada 0", Outcome.UNKNOWN), ("ada 0", Outcome.SUCCEEDED)]
    assert len(delivered.pages) == 1


def test_who_hangs_delays_no_other_slot_and_no_other_incident(hang: threading.Event) -> None:
    store, mail, stop = MemoryStore(), MemoryPager(), threading.Event()
    pagers: dict[str, Pager] = {"phone": Scripted(hang.wait), "mail": mail}
    desk = Desk(TEAM, DIRECTORY, Toolbox(pagers=pagers), store, places=2)
    for number in range(6):
        desk.declare("Checkout fails", by="bot", severity=SEV_1, id=f"INC-{number}")
    thread = threading.Thread(target=desk.run, kwargs={"stop": stop, "poll": timedelta(seconds=0.01)})
    thread.start()
    try:
        until = time.monotonic() + 20
        while len(mail.pages) < 6 and time.monotonic() < until:
            time.sleep(0.01)
        assert {page.incident for page in mail.pages} == {f"INC-{number}" for number in range(6)}
        assert not hang.is_set()
    finally:
        hang.set()
        stop.set()
        thread.join()


def test_in_a_loop_who_hangs_delays_no_other_slot_and_no_other_incident(hang: threading.Event) -> None:
    store, mail = MemoryStore(), MemoryPager()

    async def main() -> None:
        pagers: dict[str, Pager] = {"phone": Scripted(hang.wait), "mail": mail}
        desk, stop = AsyncDesk(TEAM, DIRECTORY, Toolbox(pagers=pagers), store, places=2), asyncio.Event()
        for number in range(6):
            await desk.declare("Checkout fails", by="bot", severity=SEV_1, id=f"INC-{number}")
        running = asyncio.ensure_future(desk.run(stop=stop, poll=timedelta(seconds=0.01)))
        async with asyncio.timeout(20):
            while len(mail.pages) < 6:
                await asyncio.sleep(0.01)
        assert not hang.is_set()
        hang.set()
        stop.set()
        await running

    asyncio.run(main())
    assert {page.incident for page in mail.pages} == {f"INC-{number}" for number in range(6)}


def test_every_try_in_the_log_has_a_beginning(scene: Scene) -> None:
    down = raises(ProviderUnavailable("down"))
    incident = scene.drive({"phone": scene.scripted(down), "mail": scene.scripted(down)}, *[timedelta(minutes=1)] * 12)
    started = [event.action for event in incident.timeline if isinstance(event, ActionStarted)]
    assert started == [event.action for event in scene.ended()]
