"""The tracker in memory: tickets that are opened, closed and found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from incidentkit.errors import FieldInvalid, NotFound, ProviderUnavailable, RequestInvalid
from incidentkit.memory import MemoryTracker
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Diagnosis
from incidentkit.providers.tracker import (
    CloseTicket,
    FindTickets,
    FoundTickets,
    OpenTicket,
    SearchesTickets,
    Ticket,
    TicketStatus,
    Tracker,
)
from incidentkit.testing import ManualClock
from incidentkit.text.document import Document, Paragraph

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
OPEN = OpenTicket(
    key="open",
    incident=IncidentId("INC-7"),
    title="Search is slow",
    message=Document([Paragraph("Every Größe takes a minute.")]),
    severity="SEV-3",
)


def close(key: str, ticket: str, why: str = "") -> CloseTicket:
    return CloseTicket(key=key, incident=OPEN.incident, ticket=ticket, message=Document([Paragraph(why)]))


def test_it_is_a_tracker_that_can_be_searched() -> None:
    tracker: Tracker = MemoryTracker()
    assert tracker.diagnose() == Diagnosis(healthy=True)
    assert isinstance(tracker, SearchesTickets)


def test_a_ticket_is_open_until_it_is_closed() -> None:
    tracker = MemoryTracker(clock=lambda: START)
    reference = tracker.open_ticket(OPEN).reference
    (ticket,) = tracker.tickets
    assert (ticket.opened, ticket.opened_at, ticket.status) == (OPEN, START, TicketStatus.OPEN)
    last = close("close", reference, "it is fast again")
    assert tracker.close_ticket(last).reference == reference
    (ticket,) = tracker.tickets
    assert (ticket.closed, ticket.status) == (last, TicketStatus.CLOSED)


def test_closing_what_is_closed_changes_nothing() -> None:
    tracker = MemoryTracker()
    reference = tracker.open_ticket(OPEN).reference
    tracker.close_ticket(close("close", reference, "it is fast again"))
    before = tracker.tickets
    assert tracker.close_ticket(close("again", reference, "nobody cares")).reference == reference
    assert tracker.tickets == before


def test_a_ticket_that_is_not_there_is_not_found() -> None:
    tracker = MemoryTracker()
    tracker.open_ticket(OPEN)
    problem = r"tracker\.close_ticket: no ticket is called 'ticket-l'\. Did you mean 'ticket-1'\?"
    with pytest.raises(NotFound, match=problem):
        tracker.close_ticket(close("close", "ticket-l"))


@pytest.mark.parametrize("title", ["", " \n"])
def test_a_blank_title_is_refused(title: str) -> None:
    tracker = MemoryTracker()
    with pytest.raises(RequestInvalid, match=r"tracker\.open_ticket: .* is blank, and a ticket needs a title"):
        tracker.open_ticket(evolve(OPEN, title=title))
    assert tracker.tickets == []


def test_a_clock_without_zone_is_refused_before_anything_is_opened() -> None:
    tracker = MemoryTracker(clock=lambda: datetime(2026, 3, 2))
    with pytest.raises(FieldInvalid, match="now"):
        tracker.open_ticket(OPEN)
    assert tracker.tickets == []


def several() -> MemoryTracker:
    """Four tickets, one a minute, every other one closed."""
    clock = ManualClock(START)
    tracker = MemoryTracker(clock=clock)
    for number, title in enumerate(["Search is slow", "Checkout fails", "SEARCH fails", "Mail is late"]):
        reference = tracker.open_ticket(evolve(OPEN, key=f"open {number}", title=title)).reference
        if number % 2:
            tracker.close_ticket(close(f"close {number}", reference))
        clock.advance(timedelta(minutes=1))
    return tracker


def titles(found: FoundTickets) -> list[str]:
    return [ticket.title for ticket in found.tickets]


def test_the_newest_tickets_come_first() -> None:
    tracker = several()
    newest, older = tracker.search_tickets(FindTickets(incident=OPEN.incident, limit=2)).tickets
    assert newest == Ticket(
        reference="ticket-4",
        title="Mail is late",
        status=TicketStatus.CLOSED,
        opened_at=START + timedelta(minutes=3),
    )
    assert older.title == "SEARCH fails"


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (FindTickets(incident=OPEN.incident, limit=9, status=TicketStatus.OPEN), ["SEARCH fails", "Search is slow"]),
        (FindTickets(incident=OPEN.incident, limit=9, status=TicketStatus.CLOSED), ["Mail is late", "Checkout fails"]),
        (FindTickets(incident=OPEN.incident, limit=9, text="search"), ["SEARCH fails", "Search is slow"]),
        (FindTickets(incident=OPEN.incident, limit=9, text="fails  SEARCH"), ["SEARCH fails"]),
        (FindTickets(incident=OPEN.incident, limit=9, text="GRÖSSE mail"), ["Mail is late"]),
        (FindTickets(incident=OPEN.incident, limit=9, text="is:closed"), []),
        (
            FindTickets(incident=OPEN.incident, limit=9, since=START + timedelta(minutes=2)),
            ["Mail is late", "SEARCH fails"],
        ),
        (FindTickets(incident=OPEN.incident, limit=9, since=START + timedelta(minutes=2), text="slow"), []),
    ],
)
def test_tickets_are_found_by_what_is_asked(request_: FindTickets, expected: list[str]) -> None:
    assert titles(several().search_tickets(request_)) == expected


@given(st.integers(1, 6))
def test_an_answer_says_whether_there_are_more(limit: int) -> None:
    found = several().search_tickets(FindTickets(incident=OPEN.incident, limit=limit))
    assert (len(found.tickets), found.more) == (min(limit, 4), limit < 4)


def test_a_tracker_that_is_ill_finds_nothing() -> None:
    tracker = several()
    tracker.fault = ProviderUnavailable("it is being moved")
    with pytest.raises(ProviderUnavailable, match="it is being moved"):
        tracker.search_tickets(FindTickets(incident=OPEN.incident, limit=1))
