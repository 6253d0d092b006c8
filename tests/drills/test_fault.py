"""Providers with faults in front: each fault does what it says, to every kind of provider, and at its time."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, get_type_hints

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import AsyncDesk, Desk, Toolbox
from incidentkit.drills import Fault, Faulty, ManualClock, Outage, practice_directory
from incidentkit.errors import (
    DrillInvalid,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    RequestInvalid,
)
from incidentkit.memory import (
    MemoryChat,
    MemoryHealthChecks,
    MemoryPager,
    MemoryProduction,
    MemoryStatusPage,
    MemoryStore,
    MemoryTools,
    MemoryTracker,
)
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.playbooks.emergency import EMERGENCY, SEV_2
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.chat import Chat, OpenChannel, PostMessage
from incidentkit.providers.health_checks import CheckHealth, Health
from incidentkit.providers.on_call import OnCall
from incidentkit.providers.pager import Pager, SendPage
from incidentkit.providers.status_page import PublicStatus, PublishStatus, StatusPage
from incidentkit.providers.tools import OPERATIONS, Operation
from incidentkit.providers.tracker import OpenTicket, Tracker
from incidentkit.testing import faults, tool_requests
from incidentkit.text.document import Document, Paragraph

START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)

MESSAGE = Document([Paragraph("Hello")])
COMMON: dict[str, Any] = {"key": "0" * 64, "incident": IncidentId("INC-1")}
PAGE = SendPage(
    **COMMON,
    person=PersonId("ada"),
    method="push",
    address="ada",
    severity="SEV-1",
    title="Checkout",
    reason="You are on call",
    declared_at=START,
)
OPEN = OpenChannel(**COMMON, name="incident-1", private=False, topic="Checkout")
PUBLISH = PublishStatus(**COMMON, entry="", status=PublicStatus.INVESTIGATING, title="A problem", message=MESSAGE)
TICKET = OpenTicket(**COMMON, title="Checkout", message=MESSAGE, severity="SEV-3")
CHECK = CheckHealth(incident=IncidentId("INC-1"))

HEALTHY = MemoryHealthChecks(MemoryProduction())

Try = tuple[Callable[[], object], Callable[[], bool]]
"""A request to a system with a fault in front, and whether what it asks for was done."""


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def asked(fault: Fault) -> list[Try]:
    """One request to each kind of system."""
    pager, chat, status_page, tracker = MemoryPager(), MemoryChat(), MemoryStatusPage(), MemoryTracker()
    return [
        (lambda: Faulty(pager, fault).page(PAGE), lambda: bool(pager.pages)),
        (lambda: Faulty(chat, fault).open_channel(OPEN), lambda: bool(chat.channels)),
        (lambda: Faulty(status_page, fault).publish(PUBLISH), lambda: bool(status_page.entries)),
        (lambda: Faulty(tracker, fault).open_ticket(TICKET), lambda: bool(tracker.tickets)),
    ]


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize(
    ("fault", "reference", "is_done"),
    [(Fault.DROPPED, "dropped", False), (Fault.DELAYED, "delayed-1", False), (Fault.MISNAMED, "misnamed", True)],
)
def test_a_receipt_may_be_wrong(index: int, fault: Fault, reference: str, *, is_done: bool) -> None:
    ask, done = asked(fault)[index]
    assert ask() == Receipt(reference=reference)
    assert done() is is_done


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize(
    ("fault", "error", "is_done"),
    [
        (Fault.LOST, OutcomeUnknown, False),
        (Fault.REFUSED, RequestInvalid, False),
        (Fault.UNAVAILABLE, ProviderUnavailable, False),
        (Fault.UNKNOWN, OutcomeUnknown, True),
        (Fault.SLOW, OutcomeUnknown, True),
    ],
)
def test_the_other_faults_raise_their_error(index: int, fault: Fault, error: type[Exception], *, is_done: bool) -> None:
    ask, done = asked(fault)[index]
    with pytest.raises(error):
        ask()
    assert done() is is_done


def test_an_error_names_the_system_and_what_was_asked_of_it() -> None:
    asks: list[tuple[Callable[[], object], str]] = [
        (lambda: Faulty(MemoryPager(), Fault.REFUSED).page(PAGE), "push.page"),
        (lambda: Faulty(MemoryChat(), Fault.REFUSED).open_channel(OPEN), "chat.open_channel"),
        (lambda: Faulty(HEALTHY, Fault.LOST).check(CHECK), "health_check.check"),
    ]
    for ask, words in asks:
        with pytest.raises(ProviderError, match=words):
            ask()


def test_what_is_delayed_is_done_when_it_is_time_to_and_once() -> None:
    clock = ManualClock(START)
    pager = MemoryPager(clock=clock)
    faulty = Faulty(pager, Outage(Fault.DELAYED, after=minutes(3)), clock=clock)
    assert faulty.page(PAGE) == faulty.page(PAGE) == Receipt(reference="delayed-1")
    assert faulty.next_at == START + minutes(3)
    clock.advance(minutes(2))
    faulty.catch_up()
    assert not pager.pages
    clock.advance(minutes(1))
    faulty.catch_up()
    assert [each.at for each in pager.deliveries] == [START + minutes(3)]
    assert faulty.next_at is None


def test_what_was_put_off_is_done_before_the_next_request() -> None:
    clock = ManualClock(START)
    pager = MemoryPager(clock=clock)
    faulty = Faulty(pager, Outage(Fault.DELAYED, lasts=minutes(1), after=minutes(3)), clock=clock)
    faulty.page(PAGE)
    clock.advance(minutes(4))
    faulty.page(evolve(PAGE, key="1" * 64, method="phone"))
    assert [page.method for page in pager.pages] == ["push", "phone"]


def test_what_was_put_off_and_fails_then_fails_unseen() -> None:
    clock = ManualClock(START)
    chat = MemoryChat()
    faulty = Faulty(chat, Outage(Fault.DELAYED, after=minutes(3)), clock=clock)
    faulty.post(PostMessage(**COMMON, channel="no such channel", message=MESSAGE))
    clock.advance(minutes(3))
    faulty.catch_up()
    assert faulty.next_at is None


def test_what_is_duplicated_is_done_twice_and_answered_once() -> None:
    pager = MemoryPager()
    assert Faulty(pager, Fault.DUPLICATED).page(PAGE) == Receipt(reference="page-1")
    first, second = pager.pages
    assert first == PAGE == evolve(second, key=PAGE.key)
    assert first.key != second.key


def test_what_is_slow_is_done_at_once_and_answered_to_whoever_asks_late_enough() -> None:
    clock = ManualClock(START)
    pager = MemoryPager(clock=clock)
    faulty = Faulty(pager, Outage(Fault.SLOW, after=minutes(2)), clock=clock)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match="no answer yet: it takes 2min"):
            faulty.page(PAGE)
        clock.advance(minutes(1))
    assert faulty.page(PAGE) == Receipt(reference="page-1")
    assert [each.at for each in pager.deliveries] == [START]


def test_what_cannot_work_may_say_when_it_can() -> None:
    with pytest.raises(RateLimited) as caught:
        Faulty(MemoryPager(), Outage(Fault.UNAVAILABLE, after=minutes(4))).page(PAGE)
    assert caught.value.retry_after == minutes(4)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.DROPPED, OutcomeUnknown),
        (Fault.LOST, OutcomeUnknown),
        (Fault.DELAYED, OutcomeUnknown),
        (Fault.SLOW, OutcomeUnknown),
        (Fault.UNKNOWN, OutcomeUnknown),
        (Fault.REFUSED, RequestInvalid),
        (Fault.UNAVAILABLE, ProviderUnavailable),
    ],
)
def test_what_only_reads_has_no_answer(fault: Fault, error: type[Exception]) -> None:
    with pytest.raises(error):
        Faulty(HEALTHY, fault).check(CHECK)


@pytest.mark.parametrize("fault", [Fault.DUPLICATED, Fault.MISNAMED])
def test_what_only_reads_is_answered_truly(fault: Fault) -> None:
    assert Faulty(HEALTHY, fault).check(CHECK) == HEALTHY.check(CHECK)


def test_an_answer_that_is_late_comes_to_whoever_asks_again() -> None:
    clock = ManualClock(START)
    faulty = Faulty(HEALTHY, Outage(Fault.SLOW, after=minutes(1)), clock=clock)
    with pytest.raises(OutcomeUnknown):
        faulty.check(CHECK)
    clock.advance(minutes(1))
    assert faulty.check(CHECK) == HEALTHY.check(CHECK)


def test_an_outage_begins_and_ends() -> None:
    clock = ManualClock(START)
    faulty = Faulty(MemoryPager(), Outage(Fault.REFUSED, begins=minutes(5), lasts=minutes(10)), clock=clock)
    refused: list[int] = []
    for minute in range(20):
        clock.set(START + minutes(minute))
        try:
            faulty.page(PAGE)
        except RequestInvalid:
            assert not _diagnosis(faulty).healthy
            refused.append(minute)
        else:
            assert _diagnosis(faulty).healthy
    assert refused == [*range(5, 15)]


def test_the_times_of_outages_count_from_a_moment() -> None:
    clock = ManualClock(START + minutes(10))
    outage = Outage(Fault.REFUSED, lasts=minutes(10))
    assert Faulty(MemoryPager(), outage, clock=clock, since=START).page(PAGE) == Receipt(reference="page-1")
    with pytest.raises(RequestInvalid):
        Faulty(MemoryPager(), outage, clock=clock).page(PAGE)


def test_every_third_request_is_befallen() -> None:
    faulty = Faulty(MemoryPager(), Outage(Fault.REFUSED, every=3))
    assert [_is_refused(faulty, key="7" * 64) for _ in range(7)] == [False, False, True, False, False, True, False]


def test_requests_with_a_key_are_befallen() -> None:
    faulty = Faulty(MemoryPager(), Outage(Fault.REFUSED, keys=["7" * 64], every=2))
    assert [_is_refused(faulty, key=key * 64) for key in "67767"] == [False, False, True, False, False]


def test_of_several_outages_the_first_counts() -> None:
    clock = ManualClock(START)
    faulty = Faulty(MemoryPager(), [Outage(Fault.REFUSED, lasts=minutes(1)), Fault.LOST], clock=clock)
    with pytest.raises(RequestInvalid):
        faulty.page(PAGE)
    clock.advance(minutes(1))
    with pytest.raises(OutcomeUnknown):
        faulty.page(PAGE)


def _is_refused(faulty: Faulty[MemoryPager], key: str) -> bool:
    try:
        faulty.page(evolve(PAGE, key=key))
    except RequestInvalid:
        return True
    return False


def _diagnosis(faulty: Faulty[Any]) -> Diagnosis:
    diagnosis = faulty.diagnose()
    assert isinstance(diagnosis, Diagnosis)
    return diagnosis


def test_a_system_does_not_know_of_every_fault() -> None:
    for fault in (Fault.DROPPED, Fault.DELAYED, Fault.DUPLICATED, Fault.MISNAMED):
        assert _diagnosis(Faulty(MemoryChat(), fault)).healthy
    assert _diagnosis(Faulty(MemoryChat(), Fault.UNKNOWN)).problem == "requests are unknown"


def test_it_stands_where_the_system_stands() -> None:
    pager: Pager = Faulty(MemoryPager(), Fault.DROPPED)
    chat: Chat = Faulty(MemoryChat(), Fault.DROPPED)
    status_page: StatusPage = Faulty(MemoryStatusPage(), Fault.DROPPED)
    tracker: Tracker = Faulty(MemoryTracker(), Fault.DROPPED)
    tools = MemoryTools()
    in_front = {slot: Faulty(getattr(tools, slot), Fault.LOST) for slot in {each.slot for each in OPERATIONS}}
    toolbox = Toolbox(pagers={"push": pager}, chat=chat, status_page=status_page, tracker=tracker, **in_front)
    assert {slot for slot, _ in toolbox.slots()} >= in_front.keys()


def test_every_method_of_every_protocol_is_written_with_its_request_and_answer() -> None:
    written = {(each.tool.protocol, each.method) for each in OPERATIONS}
    written |= {(kind, name) for kind in (Pager, OnCall, Chat, StatusPage, Tracker) for name in _methods(kind)}
    for protocol, name in written:
        expected = get_type_hints(getattr(protocol, name))
        found = get_type_hints(getattr(Faulty, name))
        # What two protocols call by one name has a signature for each, which only type checkers see.
        if name not in ("query", "restart"):
            assert {key: each for key, each in found.items() if key != "self"} == expected, name


def _methods(protocol: type) -> list[str]:
    return [name for name, each in vars(protocol).items() if inspect.isfunction(each) and not name.startswith("_")]


class Recorder:
    """A system that keeps what it is asked, whatever that is, and answers with what is given to it."""

    def __init__(self, answer: object) -> None:
        self.asked: list[object] = []
        self._answer = answer

    def __getattr__(self, name: str) -> Callable[[object], object]:
        def method(request: object) -> object:
            self.asked.append((name, request))
            return self._answer

        return method


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
@given(data=st.data())
def test_without_a_fault_every_request_goes_through(operation: Operation, data: st.DataObject) -> None:
    request, answer = data.draw(tool_requests(operation)), object()
    system: Any = Recorder(answer)
    assert getattr(Faulty(system, ()), operation.method)(request) is answer
    assert system.asked == [(operation.method, request)]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
@given(data=st.data())
def test_what_is_refused_never_comes_to_the_system(operation: Operation, data: st.DataObject) -> None:
    system: Any = Recorder(None)
    with pytest.raises(RequestInvalid, match=operation.method):
        getattr(Faulty(system, Fault.REFUSED), operation.method)(data.draw(tool_requests(operation)))
    assert not system.asked


class Promising:
    """The same pager and the same checks, to be awaited."""

    def __init__(self, pager: MemoryPager) -> None:
        self._pager = pager
        self.closed = False

    async def page(self, request: SendPage, /) -> Receipt:
        await asyncio.sleep(0)
        return self._pager.page(request)

    async def check(self, request: CheckHealth, /) -> Health:
        await asyncio.sleep(0)
        if request.environment:
            raise NotFound("there is no such environment")
        return Health(healthy=True)

    async def diagnose(self) -> Diagnosis:
        await asyncio.sleep(0)
        return self._pager.diagnose()

    async def close(self) -> None:
        self.closed = True


class Promised:
    """The same, with methods that are no coroutines and give promises all the same."""

    def __init__(self, pager: MemoryPager) -> None:
        self._system = Promising(pager)

    def page(self, request: SendPage, /) -> Awaitable[Receipt]:
        return self._system.page(request)

    def diagnose(self) -> Awaitable[Diagnosis]:
        return self._system.diagnose()


def _outcome(ask: Callable[[], object]) -> object:
    async def kept(promise: Awaitable[object]) -> object:
        return await promise

    try:
        answer = ask()
        return asyncio.run(kept(answer)) if inspect.isawaitable(answer) else answer
    except ProviderError as error:
        return type(error), str(error)


@pytest.mark.parametrize("kind", [Promising, Promised])
@given(outages=faults(), gaps=st.lists(st.integers(0, 40), max_size=4))
def test_an_awaited_system_fails_in_the_same_way(
    kind: Callable[[MemoryPager], Pager], outages: tuple[Outage, ...], gaps: list[int]
) -> None:
    clock = ManualClock(START)
    plain, promising = MemoryPager(clock=clock), MemoryPager(clock=clock)
    one = Faulty(plain, outages, clock=clock)
    other = Faulty(kind(promising), outages, clock=clock)
    for number, gap in enumerate(gaps):
        clock.advance(minutes(gap))
        page = evolve(PAGE, key=str(number // 2) * 64)
        assert _outcome(partial(one.page, page)) == _outcome(partial(other.page, page))
        assert _outcome(one.diagnose) == _outcome(other.diagnose)
        assert one.next_at == other.next_at
    clock.advance(timedelta(days=1))
    assert _outcome(one.catch_up) == _outcome(other.catch_up)
    assert plain.deliveries == promising.deliveries


def test_an_awaited_system_is_awaited_though_nothing_was_put_off() -> None:
    assert inspect.isawaitable(caught_up := Faulty(Promising(MemoryPager()), ()).catch_up())
    assert _outcome(lambda: caught_up) is None


def test_what_an_awaited_system_raises_comes_through() -> None:
    faulty = Faulty(Promising(MemoryPager()), ())
    assert _outcome(lambda: faulty.check(evolve(CHECK, environment="x"))) == (NotFound, "there is no such environment")


def test_closing_closes_the_system_if_it_can_be_closed() -> None:
    system = Promising(MemoryPager())
    assert _outcome(Faulty(system, Fault.REFUSED).close) is None
    assert system.closed
    assert _outcome(Faulty(MemoryPager(), Fault.REFUSED).close) is None


@given(outages=faults(), count=st.integers(1, 6))
def test_nothing_is_done_more_often_than_it_is_asked_unless_it_is_duplicated(
    outages: tuple[Outage, ...], count: int
) -> None:
    clock = ManualClock(START)
    pager = MemoryPager(clock=clock)
    faulty = Faulty(pager, outages, clock=clock)
    for number in range(count):
        _outcome(partial(faulty.page, evolve(PAGE, key=str(number) * 64)))
    clock.advance(timedelta(days=1))
    faulty.catch_up()
    most = 2 if any(each.fault is Fault.DUPLICATED for each in outages) else 1
    assert len(pager.pages) <= most * count


@pytest.mark.parametrize("kind", ["Desk", "AsyncDesk"])
def test_a_desk_pages_through_it(kind: str) -> None:
    clock = ManualClock(START)
    pager = MemoryPager(clock=clock)
    if kind == "Desk":
        toolbox = Toolbox(pagers=dict.fromkeys(EMERGENCY.methods, Faulty(pager, Outage(Fault.LOST, lasts=minutes(1)))))
        desk = Desk(EMERGENCY, practice_directory(), toolbox, MemoryStore(clock), places=0)
        desk.declare("Checkout", by="ada", severity=SEV_2)
        desk.tick()
    else:
        ill = Faulty(Promising(pager), Outage(Fault.UNKNOWN, lasts=minutes(1)))
        asyncio.run(_page_once(Toolbox(pagers=dict.fromkeys(EMERGENCY.methods, ill)), clock))
    assert bool(pager.pages) is (kind == "AsyncDesk")


async def _page_once(toolbox: Toolbox, clock: ManualClock) -> None:
    desk = AsyncDesk(EMERGENCY, practice_directory(), toolbox, MemoryStore(clock))
    await desk.declare("Checkout", by="ada", severity=SEV_2)
    await desk.tick()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"lasts": timedelta()}, "lasts of an outage is some time, a year at the most, not 0s"),
        ({"lasts": timedelta.max}, "a year at the most"),
        ({"lasts": 5}, "lasts of an outage is a timedelta, not 5"),
        ({"begins": minutes(-1)}, "begins of an outage is no time or more"),
        ({"every": 0}, "not for every 0"),
        ({"every": True}, "not for every True"),
        ({"keys": "abc"}, "the keys of an outage are a list of texts, not 'abc'"),
        ({"after": minutes(1)}, "what is refused has no 'after'"),
        ({"fault": "refused"}, "an outage has a Fault, not 'refused'"),
    ],
)
def test_what_is_no_outage_is_refused(given: dict[str, Any], message: str) -> None:
    given.setdefault("fault", Fault.REFUSED)
    with pytest.raises(DrillInvalid, match=message):
        Outage(**given)


@pytest.mark.parametrize("wrong", ["refused", 5, [Fault.REFUSED, 5]])
def test_what_is_no_fault_is_refused(wrong: Any) -> None:
    with pytest.raises(DrillInvalid, match="a fault is a Fault or an Outage, or a list of them, not"):
        Faulty(MemoryPager(), wrong)
