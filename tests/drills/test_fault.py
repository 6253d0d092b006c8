"""Systems with a fault in front: each fault does what it says, to every kind of system."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentkit.drills import Fault, Faulty, Outage
from incidentkit.errors import DrillInvalid, OutcomeUnknown, ProviderUnavailable, RequestInvalid
from incidentkit.memory import MemoryChat, MemoryPager, MemoryStatusPage, MemoryTracker
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.providers.answer import Receipt
from incidentkit.providers.chat import Chat, CloseChannel, OpenChannel, PostMessage
from incidentkit.providers.pager import Pager, SendPage
from incidentkit.providers.status_page import PublicStatus, PublishStatus, StatusPage
from incidentkit.providers.tracker import CloseTicket, OpenTicket, Tracker
from incidentkit.text.document import Document, Paragraph

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
    declared_at=datetime(2026, 3, 2, tzinfo=UTC),
)
OPEN = OpenChannel(**COMMON, name="incident-1", private=False, topic="Checkout")
PUBLISH = PublishStatus(**COMMON, entry="", status=PublicStatus.INVESTIGATING, title="A problem", message=MESSAGE)
TICKET = OpenTicket(**COMMON, title="Checkout", message=MESSAGE, severity="SEV-3")

Try = tuple[Callable[[], Receipt], Callable[[], bool]]
"""A request to a system with a fault in front, and whether what it asks for was done."""


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
def test_a_dropped_request_is_answered_and_nothing_is_done(index: int) -> None:
    ask, done = asked(Fault.DROPPED)[index]
    assert ask() == Receipt(reference="dropped")
    assert not done()


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize(
    ("fault", "error", "is_done"),
    [
        (Fault.REFUSED, RequestInvalid, False),
        (Fault.UNAVAILABLE, ProviderUnavailable, False),
        (Fault.UNKNOWN, OutcomeUnknown, True),
    ],
)
def test_the_other_faults_raise_their_error(index: int, fault: Fault, error: type[Exception], *, is_done: bool) -> None:
    ask, done = asked(fault)[index]
    with pytest.raises(error):
        ask()
    assert done() is is_done


def test_an_error_names_the_system_and_what_was_asked_of_it() -> None:
    asks: list[tuple[Callable[[], Receipt], str]] = [
        (lambda: Faulty(MemoryPager(), Fault.REFUSED).page(PAGE), "push.page"),
        (lambda: Faulty(MemoryChat(), Fault.REFUSED).open_channel(OPEN), "chat.open_channel"),
        (lambda: Faulty(MemoryChat(), Fault.REFUSED).post(PostMessage(**COMMON, channel="x", message=MESSAGE)), "post"),
        (lambda: Faulty(MemoryChat(), Fault.REFUSED).close_channel(CloseChannel(**COMMON, channel="x")), "close_chan"),
        (lambda: Faulty(MemoryStatusPage(), Fault.REFUSED).publish(PUBLISH), "status-page.publish"),
        (lambda: Faulty(MemoryTracker(), Fault.REFUSED).open_ticket(TICKET), "tracker.open_ticket"),
        (
            lambda: Faulty(MemoryTracker(), Fault.REFUSED).close_ticket(
                CloseTicket(**COMMON, ticket="ticket-1", message=MESSAGE)
            ),
            "tracker.close_ticket",
        ),
    ]
    for ask, words in asks:
        with pytest.raises(RequestInvalid, match=words):
            ask()


def test_it_works_once_the_fault_is_gone() -> None:
    ill = True
    pager = MemoryPager()
    faulty = Faulty(pager, Fault.REFUSED, lambda: ill)
    with pytest.raises(RequestInvalid):
        faulty.page(PAGE)
    assert not faulty.diagnose().healthy
    ill = False
    assert faulty.page(PAGE) == Receipt(reference="page-1")
    assert faulty.diagnose().healthy


def test_it_stands_where_the_system_stands() -> None:
    pager: Pager = Faulty(MemoryPager(), Fault.DROPPED)
    chat: Chat = Faulty(MemoryChat(), Fault.DROPPED)
    status_page: StatusPage = Faulty(MemoryStatusPage(), Fault.DROPPED)
    tracker: Tracker = Faulty(MemoryTracker(), Fault.DROPPED)
    assert len({id(each) for each in (pager, chat, status_page, tracker)}) == 4


def test_a_system_that_drops_requests_does_not_know_of_it() -> None:
    assert Faulty(MemoryChat(), Fault.DROPPED).diagnose().healthy
    assert Faulty(MemoryChat(), Fault.UNKNOWN).diagnose().problem == "every request is unknown"


@pytest.mark.parametrize(
    ("fault", "lasts", "message"),
    [
        (Fault.REFUSED, timedelta(), "an outage lasts for some time, a year at the most, not for 0s"),
        (Fault.REFUSED, timedelta.max, "a year at the most"),
        (Fault.REFUSED, 5, "an outage lasts for a timedelta, not 5"),
        ("refused", timedelta(hours=1), "an outage has a Fault, not 'refused'"),
    ],
)
def test_what_is_no_outage_is_refused(fault: Any, lasts: Any, message: str) -> None:
    with pytest.raises(DrillInvalid, match=message):
        Outage(fault, lasts)
