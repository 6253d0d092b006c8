"""The reference tracker: tickets that nobody works on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import islice

from attrs import evolve, frozen

from incidentkit.errors import NotFound, ProviderError, RequestInvalid, nearest, shown
from incidentkit.memory.clock import system_clock
from incidentkit.memory.system import System
from incidentkit.model.identity import moment
from incidentkit.providers.answer import Receipt
from incidentkit.providers.tracker import CloseTicket, FindTickets, FoundTickets, OpenTicket, Ticket, TicketStatus
from incidentkit.text.plain import to_plain


@frozen(kw_only=True)
class KeptTicket:
    """A ticket as it is now."""

    reference: str
    opened_at: datetime
    opened: OpenTicket
    closed: CloseTicket | None = None
    """What closed it; `None` while it is open."""

    @property
    def status(self) -> TicketStatus:
        """Whether anything is left to be done."""
        return TicketStatus.OPEN if self.closed is None else TicketStatus.CLOSED


class MemoryTracker(System[Receipt]):
    """A `Tracker` that keeps its tickets and `SearchesTickets`. Threads may share it."""

    def __init__(self, *, clock: Callable[[], datetime] = system_clock, fault: ProviderError | None = None) -> None:
        super().__init__(fault=fault)
        self._clock = clock
        self._tickets: dict[str, KeptTicket] = {}

    @property
    def tickets(self) -> list[KeptTicket]:
        """Every ticket as it is now, in the order in which they were opened."""
        with self._lock:
            return [*self._tickets.values()]

    def open_ticket(self, request: OpenTicket, /) -> Receipt:
        """Add a ticket, unless the key did so before."""
        return self._once(request.key, lambda: self._open(request))

    def close_ticket(self, request: CloseTicket, /) -> Receipt:
        """Close the ticket, unless somebody did so before."""
        return self._once(request.key, lambda: self._close(request))

    def search_tickets(self, request: FindTickets, /) -> FoundTickets:
        """The newest tickets that fit."""
        with self._lock:
            self._check()
            fitting = [ticket for ticket in reversed(self._tickets.values()) if _fits(ticket, request)]
        found = (
            Ticket(reference=each.reference, title=each.opened.title, status=each.status, opened_at=each.opened_at)
            for each in islice(fitting, request.limit)
        )
        return FoundTickets(tickets=tuple(found), more=len(fitting) > request.limit)

    def _open(self, request: OpenTicket) -> Receipt:
        if not request.title.strip():
            problem = f"{shown(request.title)} is blank, and a ticket needs a title"
            raise RequestInvalid(problem, provider="tracker", operation="open_ticket")
        reference = f"ticket-{len(self._tickets) + 1}"
        opened_at = moment("now", self._clock())
        self._tickets[reference] = KeptTicket(reference=reference, opened_at=opened_at, opened=request)
        return Receipt(reference=reference)

    def _close(self, request: CloseTicket) -> Receipt:
        ticket = self._tickets.get(request.ticket)
        if ticket is None:
            problem = f"no ticket is called {shown(request.ticket)}. {nearest(request.ticket, self._tickets)}".rstrip()
            raise NotFound(problem, provider="tracker", operation="close_ticket")
        if ticket.closed is None:
            self._tickets[ticket.reference] = evolve(ticket, closed=request)
        return Receipt(reference=ticket.reference)


def _fits(ticket: KeptTicket, request: FindTickets) -> bool:
    words = f"{ticket.opened.title}\n{to_plain(ticket.opened.message)}".casefold()
    return (
        request.status in (None, ticket.status)
        and (request.since is None or ticket.opened_at >= request.since)
        and all(word in words for word in request.text.casefold().split())
    )
