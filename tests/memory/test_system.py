"""What holds for every system in memory: nothing is done twice, and one that is ill does nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeAlias

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from incidentkit.errors import ProviderError, ProviderUnavailable
from incidentkit.memory import MemoryChat, MemoryPager, MemoryStatusPage, MemoryTracker
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.chat import CloseChannel, OpenChannel, PostMessage
from incidentkit.providers.pager import SendPage
from incidentkit.providers.status_page import PublicStatus, PublishStatus
from incidentkit.providers.tracker import CloseTicket, OpenTicket
from incidentkit.testing.identity import texts
from incidentkit.text.document import Document, Paragraph

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
INCIDENT = IncidentId("INC-7")

Request: TypeAlias = Any
"""Any of the requests of a system."""


@frozen(kw_only=True)
class Kind:
    """A system: how to make one, what to ask of it, and what there is to see of it then."""

    make: Callable[[], Any]
    methods: dict[type, str]
    sample: Request
    """One that a new system does, and keeps as it is."""
    requests: st.SearchStrategy[Request]
    seen: Callable[[Any], list[Any]]
    kept: Callable[[Any], list[Request]]
    """The requests of the class of the sample that it did."""

    def do(self, system: Any, request: Request) -> Any:
        """The answer, or the class of the error."""
        try:
            return getattr(system, self.methods[type(request)])(request)
        except ProviderError as error:
            return type(error)


documents = st.lists(texts().map(Paragraph), max_size=3).map(Document)


def varied(sample: Request, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Request]:
    """Requests like the sample, but for these fields."""
    return st.fixed_dictionaries(fields).map(lambda values: evolve(sample, **values))


MESSAGE = PostMessage(key="", incident=INCIDENT, channel="payments", message=Document([]))
CHAT = Kind(
    make=lambda: MemoryChat(taken={"payments"}),
    methods={OpenChannel: "open_channel", PostMessage: "post", CloseChannel: "close_channel"},
    sample=MESSAGE,
    requests=st.one_of(
        varied(
            OpenChannel(key="", incident=INCIDENT, name="", private=False, topic=""),
            name=st.sampled_from(["a", "b", "payments", "#a"]),
            private=st.booleans(),
            topic=texts(),
        ),
        varied(MESSAGE, channel=st.sampled_from(["a", "b", "payments", "C1", "C2"]) | texts(), message=documents),
        varied(CloseChannel(key="", incident=INCIDENT, channel=""), channel=st.sampled_from(["a", "payments", "C2"])),
    ),
    seen=lambda chat: chat.channels,
    kept=lambda chat: [message for channel in chat.channels for message in channel.messages],
)

PUBLICATION = PublishStatus(
    key="", incident=INCIDENT, entry="", status=PublicStatus.RESOLVED, title="It is over", message=Document([])
)
STATUS_PAGE = Kind(
    make=MemoryStatusPage,
    methods={PublishStatus: "publish"},
    sample=PUBLICATION,
    requests=varied(
        PUBLICATION,
        entry=st.sampled_from(["", "entry-1", "entry-2"]) | texts(),
        status=st.sampled_from(PublicStatus),
        title=texts(),
        message=documents,
    ),
    seen=lambda page: page.entries,
    kept=lambda page: [each for entry in page.entries for each in entry.publications],
)

TICKET = OpenTicket(key="", incident=INCIDENT, title="Search is slow", message=Document([]), severity="SEV-4")
TRACKER = Kind(
    make=lambda: MemoryTracker(clock=lambda: START),
    methods={OpenTicket: "open_ticket", CloseTicket: "close_ticket"},
    sample=TICKET,
    requests=st.one_of(
        varied(TICKET, title=texts(), message=documents),
        varied(
            CloseTicket(key="", incident=INCIDENT, ticket="", message=Document([])),
            ticket=st.sampled_from(["ticket-1", "ticket-2"]) | texts(),
            message=documents,
        ),
    ),
    seen=lambda tracker: tracker.tickets,
    kept=lambda tracker: [ticket.opened for ticket in tracker.tickets],
)

PAGE = SendPage(
    key="",
    incident=INCIDENT,
    person=PersonId("ada"),
    method="phone",
    address="+44 20 7946 0000",
    severity="SEV-1",
    title="Checkout fails",
    reason="on call",
    declared_at=START,
)
PAGER = Kind(
    make=MemoryPager,
    methods={SendPage: "page"},
    sample=PAGE,
    requests=varied(PAGE, person=st.sampled_from(["ada", "grace"]), title=texts(), reason=texts()),
    seen=lambda pager: pager.pages,
    kept=lambda pager: pager.pages,
)

KINDS = pytest.mark.parametrize(
    "kind", [CHAT, STATUS_PAGE, TRACKER, PAGER], ids=["chat", "status page", "tracker", "pager"]
)


def asked(data: st.DataObject, kind: Kind, least: int = 0) -> list[Request]:
    """Some requests, each with a key of its own."""
    requests = data.draw(st.lists(kind.requests, min_size=least, max_size=8))
    return [evolve(request, key=f"{index:064x}") for index, request in enumerate(requests)]


@KINDS
@given(st.data())
def test_the_same_key_does_nothing_twice_and_has_the_first_answer(kind: Kind, data: st.DataObject) -> None:
    system = kind.make()
    answers = [(request, kind.do(system, request)) for request in asked(data, kind)]
    before = kind.seen(system)
    for request, answer in data.draw(st.permutations([each for each in answers if isinstance(each[1], Receipt)])):
        other = data.draw(kind.requests)
        assert kind.do(system, request) == answer
        assert kind.do(system, evolve(other, key=request.key)) == answer
    assert kind.seen(system) == before


@KINDS
@given(st.data())
def test_what_is_refused_changes_nothing(kind: Kind, data: st.DataObject) -> None:
    system = kind.make()
    for request in asked(data, kind):
        before = kind.seen(system)
        answer = kind.do(system, request)
        assert isinstance(answer, Receipt) or kind.seen(system) == before


@KINDS
@given(st.data())
def test_what_is_done_is_kept_to_the_letter(kind: Kind, data: st.DataObject) -> None:
    system = kind.make()
    done = [request for request in asked(data, kind) if isinstance(kind.do(system, request), Receipt)]
    kept = sorted(kind.kept(system), key=lambda request: request.key)
    assert kept == [request for request in done if type(request) is type(kind.sample)]


@KINDS
@given(st.data())
def test_a_system_that_is_ill_does_nothing_and_says_why(kind: Kind, data: st.DataObject) -> None:
    requests, system = asked(data, kind, least=1), kind.make()
    kind.do(system, requests[0])
    before = kind.seen(system)
    system.fault = ProviderUnavailable("it is being moved")
    assert system.diagnose() == Diagnosis(healthy=False, problem="it is being moved")
    assert [kind.do(system, request) for request in requests] == [ProviderUnavailable] * len(requests)
    system.fault = None
    assert (kind.seen(system), system.diagnose()) == (before, Diagnosis(healthy=True))


@KINDS
def test_threads_with_one_key_do_it_once(kind: Kind) -> None:
    system = kind.make()
    with ThreadPoolExecutor(8) as pool:
        receipts = {*pool.map(partial(kind.do, system), [kind.sample] * 100)}
    assert (len(receipts), kind.kept(system)) == (1, [kind.sample])


@KINDS
def test_threads_with_keys_of_their_own_do_it_once_each(kind: Kind) -> None:
    system = kind.make()
    requests = [evolve(kind.sample, key=f"{index:064x}") for index in range(200)]
    with ThreadPoolExecutor(8) as pool:
        receipts = {*pool.map(partial(kind.do, system), requests)}
    assert len(receipts) == len(requests)
    assert sorted(kind.kept(system), key=lambda request: request.key) == requests


@KINDS
def test_what_there_is_to_see_is_a_copy(kind: Kind) -> None:
    system = kind.make()
    kind.do(system, kind.sample)
    kind.seen(system).clear()
    assert kind.kept(system) == [kind.sample]
