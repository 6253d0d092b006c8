"""What can be asked of a tracker, and what it takes to be one that can be searched."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incidentkit.errors import FieldInvalid
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Receipt
from incidentkit.providers.tracker import CloseTicket, FindTickets, FoundTickets, OpenTicket, SearchesTickets

INCIDENT = IncidentId("INC-7")


class Files:
    def open_ticket(self, request: OpenTicket, /) -> Receipt:
        return Receipt()

    def close_ticket(self, request: CloseTicket, /) -> Receipt:
        return Receipt()


class Searched(Files):
    def search_tickets(self, request: FindTickets, /) -> FoundTickets:
        return FoundTickets()


def test_whether_a_tracker_can_be_searched_is_found_by_isinstance() -> None:
    assert isinstance(Searched(), SearchesTickets)
    assert not isinstance(Files(), SearchesTickets)


@pytest.mark.parametrize("limit", [0, -1, 101, True, 1.0, "5", None])
def test_what_is_no_number_of_tickets_is_refused(limit: Any) -> None:
    with pytest.raises(FieldInvalid, match=r"limit: .* is no number of tickets, from 1 to 100"):
        FindTickets(incident=INCIDENT, limit=limit)


def test_a_time_that_is_not_in_utc_is_refused() -> None:
    assert FindTickets(incident=INCIDENT, limit=100, since=datetime(2026, 3, 2, tzinfo=UTC)).text == ""
    with pytest.raises(FieldInvalid, match="since"):
        FindTickets(incident=INCIDENT, limit=1, since=datetime(2026, 3, 2))
