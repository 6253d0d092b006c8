"""What a `Tracker` promises, and what whatever can search for tickets does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import evolve

from incidentkit.errors import RequestInvalid
from incidentkit.providers.answer import Receipt
from incidentkit.providers.tracker import CloseTicket, FindTickets, FoundTickets, OpenTicket, TicketStatus
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.method import Method, answered
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.samples import fresh, sample
from incidentkit.testing.conformance.stage import Stage
from incidentkit.testing.conformance.words import does_it_for_another_key, shows_words

OPEN: Final = Method(
    name="open_ticket",
    answer=Receipt,
    request=lambda stage: sample(OpenTicket, stage),
    adds=True,
    texts=("title", "message"),
    cut=("title", "message"),
)
CLOSE: Final = Method(
    name="close_ticket",
    answer=Receipt,
    request=lambda stage: sample(CloseTicket, stage, ticket=_ticket(stage)),
    texts=("message",),
    cut=("message",),
    refuses=("ticket",),
)
SEARCH: Final = Method(
    name="search_tickets",
    answer=FoundTickets,
    request=lambda stage: sample(FindTickets, stage),
    changes=False,
    texts=("text",),
)

METHODS: Final = (OPEN, CLOSE)


def _ticket(stage: Stage) -> str:
    """The reference of a ticket that was just opened."""
    receipt: Receipt = answered(OPEN, stage, OPEN.request(stage))
    if not receipt.reference:
        raise Untold("open_ticket gave no reference")
    return receipt.reference


def _gives_a_reference(stage: Stage) -> None:
    requests = [evolve(OPEN.request(stage), title=title) for title in ("Checkout returns 500", "Search is slow")]
    references = {answered(OPEN, stage, request).reference for request in requests}
    stage.expect(len(references) == 2 and all(references), f"{sorted(references)} for two tickets.")


def _refuses_blank_titles(stage: Stage) -> None:
    request = OPEN.request(stage)
    answered(OPEN, stage, request)
    for title in ("", " \n"):
        outcome = stage.attempt("open_ticket", evolve(request, key=stage.key(), title=title))
        stage.expect(isinstance(outcome.error, RequestInvalid), f"for {title!r}, {outcome}.")


def _closes_what_is_closed(stage: Stage) -> None:
    request = CLOSE.request(stage)
    answered(CLOSE, stage, request)
    outcome = stage.attempt("close_ticket", evolve(request, key=stage.key()))
    stage.expect(outcome.error is None, f"{outcome}.")


def _names_what_it_closed(stage: Stage) -> None:
    request = CLOSE.request(stage)
    receipt = answered(CLOSE, stage, request)
    stage.expect(receipt.reference == request.ticket, f"{receipt.reference!r} for {request.ticket!r}.")


def _opened(stage: Stage, title: str) -> str:
    _able_to_search(stage)
    reference: str = answered(OPEN, stage, evolve(OPEN.request(stage), title=title)).reference
    if not reference:
        raise Untold("open_ticket gave no reference")
    return reference


def _able_to_search(stage: Stage) -> None:
    if not stage.has("search_tickets"):
        raise Untold("it cannot be searched, which is an ability that it need not have")


def _found(stage: Stage, **given: Any) -> list[str]:
    answer: FoundTickets = answered(SEARCH, stage, sample(FindTickets, stage, **given))
    return [ticket.reference for ticket in answer.tickets]


def _finds_by_words(stage: Stage) -> None:
    word = fresh("needle").replace("-", "")
    wanted = _opened(stage, f"The {word} is broken")
    _opened(stage, "Another one")
    found = _found(stage, text=f"BROKEN {word}")
    stage.expect(found == [wanted], f"{found} for {wanted!r}.")


def _finds_the_newest(stage: Stage) -> None:
    word = fresh("needle").replace("-", "")
    _, *newest = [_opened(stage, f"{word} {number}") for number in range(3)]
    answer: FoundTickets = answered(SEARCH, stage, sample(FindTickets, stage, text=word, limit=2))
    found = [ticket.reference for ticket in answer.tickets]
    if len(_found(stage, text=word)) != 3:
        raise Untold("it does not find by words")
    kept = found == newest[::-1] and answer.more
    stage.expect(kept, f"{found} and more={answer.more} of three, where two were asked for.")


def _finds_by_status(stage: Stage) -> None:
    word = fresh("needle").replace("-", "")
    closed, opened = _opened(stage, f"{word} 1"), _opened(stage, f"{word} 2")
    answered(CLOSE, stage, sample(CloseTicket, stage, ticket=closed))
    if len(_found(stage, text=word)) != 2:
        raise Untold("it does not find by words")
    found = {status: _found(stage, text=word, status=status) for status in TicketStatus}
    stage.expect(found == {TicketStatus.OPEN: [opened], TicketStatus.CLOSED: [closed]}, f"{found}.")


def _finds_since(stage: Stage) -> None:
    word = fresh("needle").replace("-", "")
    _opened(stage, f"{word} 1")
    if len(_found(stage, text=word)) != 1:
        raise Untold("it does not find by words")
    found = _found(stage, text=word, since=datetime.now(UTC) + timedelta(days=2))
    stage.expect(not found, f"{found}, which was opened before that.")


OWN: Final[tuple[Check[Any], ...]] = (
    does_it_for_another_key(OPEN),
    shows_words(OPEN, "title"),
    Check(
        name="open_ticket_reference",
        level=Level.MUST,
        promise="The receipt of `open_ticket` has a reference, another one for each ticket.",
        judge=_gives_a_reference,
    ),
    Check(
        name="open_ticket_blank_title",
        level=Level.MUST,
        promise="`open_ticket` raises `RequestInvalid` for a blank title.",
        judge=_refuses_blank_titles,
    ),
    Check(
        name="close_ticket_again",
        level=Level.MUST,
        promise="`close_ticket` takes a ticket that is closed already.",
        judge=_closes_what_is_closed,
    ),
    Check(
        name="close_ticket_reference",
        level=Level.MUST,
        promise="The receipt of `close_ticket` has the reference of the ticket.",
        judge=_names_what_it_closed,
    ),
    Check(
        name="search_tickets_by_words",
        level=Level.MAY,
        promise="`search_tickets`, if there is one, finds the tickets that have every word, in capitals or not.",
        judge=_finds_by_words,
    ),
    Check(
        name="search_tickets_newest_first",
        level=Level.MAY,
        promise="`search_tickets`, if there is one, gives the newest first, no more than asked for, and says of more.",
        judge=_finds_the_newest,
    ),
    Check(
        name="search_tickets_by_status",
        level=Level.MAY,
        promise="`search_tickets`, if there is one, finds only what is open, or only what is closed.",
        judge=_finds_by_status,
    ),
    Check(
        name="search_tickets_since",
        level=Level.MAY,
        promise="`search_tickets`, if there is one, leaves out what was opened earlier than was asked for.",
        judge=_finds_since,
    ),
)
"""The promises of a tracker alone."""
