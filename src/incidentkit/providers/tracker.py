"""Keeping work in tickets, which people come to when they have time for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol, runtime_checkable

from attrs import Attribute, field, frozen
from attrs.validators import optional

from incidentkit.errors import FieldInvalid, capped, shown
from incidentkit.model.happening import is_utc
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.providers.values import is_period
from incidentkit.text.document import Document

MOST_TICKETS: Final = 100
"""How many tickets can be asked for at once: what trackers give in one answer."""


@frozen(kw_only=True)
class OpenTicket:
    """Open a ticket."""

    key: str
    """Identifies the ticket, 64 hexadecimal digits. The same key is the same ticket, whoever sends it."""
    incident: IncidentId
    title: str
    """What it is about, in the words of people; to be escaped for wherever it is shown."""
    message: Document
    """What is to be done."""
    severity: str
    """The key of the worst severity that is still possible; what that is to the tracker is for the provider to say."""


@frozen(kw_only=True)
class CloseTicket:
    """Close a ticket."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    ticket: str
    """The reference of the ticket."""
    message: Document
    """Why nothing is left to be done, for whoever reads the ticket."""


class Tracker(Protocol):
    """Something that keeps tickets.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.

    With a key that was used before, nothing is done, whatever became of the ticket since, and the answer is that of
    the first time. What people wrote is shown as they wrote it: it is no markup, and calls nobody. A title or a message
    that is longer than the tracker allows is cut, since a part of it is worth more than none.
    """

    def open_ticket(self, request: OpenTicket, /) -> Answer[Receipt]:
        """Open a ticket; the receipt's ``reference`` identifies it from then on.

        Raises `RequestInvalid` for a blank title.
        """
        ...

    def close_ticket(self, request: CloseTicket, /) -> Answer[Receipt]:
        """Close a ticket with a last message. Closing one that is closed changes nothing, whoever closed it.

        The receipt's ``reference`` is that of the ticket. Raises `NotFound` if there is no such one.
        """
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether opening and closing would work now. Changes nothing."""
        ...


class TicketStatus(StrEnum):
    """Whether anything is left to be done."""

    OPEN = "open"
    CLOSED = "closed"


def _is_limit(request: object, attribute: Attribute[Any], value: object) -> None:
    if type(value) is not int or not 1 <= value <= MOST_TICKETS:
        raise FieldInvalid(attribute.name, f"{shown(value)} is no number of tickets, from 1 to {MOST_TICKETS}")


@frozen(kw_only=True)
class FindTickets:
    """Find tickets, whoever opened them."""

    incident: IncidentId
    """Which incident it is asked for."""
    limit: int = field(validator=_is_limit)
    """How many to give at the most, up to 100."""
    text: str = ""
    """Words to look for, and no query in the language of the tracker; empty for any ticket."""
    status: TicketStatus | None = None
    """The status to look for; `None` for either."""
    since: datetime | None = field(default=None, validator=optional(is_utc))
    """Only those that were opened at that moment or later, in UTC; `None` for however old ones."""
    last: timedelta | None = field(default=None, validator=optional(is_period))
    """The same as a time before now, for whoever does not know the moment; not beside ``since``."""

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.last is not None:
            raise FieldInvalid("last", "'since' says already how far to look back: give one of the two")


@frozen(kw_only=True)
class Ticket:
    """A ticket, as far as one needs it to decide whether to read it."""

    reference: str
    """What identifies it."""
    title: str
    """What it is about, in the words of whoever opened it; to be escaped for wherever it is shown."""
    status: TicketStatus
    opened_at: datetime | None = None
    """When it was opened, in UTC; `None` if the tracker does not say."""
    url: str = ""
    """Where a person can look at it."""


@frozen(kw_only=True)
class FoundTickets:
    """What was found."""

    tickets: tuple[Ticket, ...] = ()
    """The newest first."""
    more: bool = False
    """Whether there are more than were asked for."""
    output: bytes = field(default=b"", converter=capped, repr=False)
    """What the tool said, as it said it, up to `incidentkit.errors.LARGEST_OUTPUT` bytes."""


@runtime_checkable
class SearchesTickets(Protocol):
    """What a tracker can do besides if it can be searched, as a support tool can.

    An ability that is found by `isinstance`: whoever cannot be searched has no such method.
    """

    def search_tickets(self, request: FindTickets, /) -> Answer[FoundTickets]:
        """The newest tickets that fit, the newest first. Changes nothing.

        A ticket has a text if its title or its first message has every word of it, in capitals or not.
        """
        ...
