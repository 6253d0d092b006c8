"""What could be read of an incident when a drill ended: in its channels, on the status page, in its tickets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import evolve, frozen

from incidentkit.memory import Channel, Entry, KeptTicket
from incidentkit.providers.pager import SendPage
from incidentkit.text.document import Block, Document, Heading, Paragraph

PLACE: Final = 1
"""The level of what names a place."""

TITLE: Final = 2
"""The level of the titles of messages, which stand below the places where they can be read."""


@frozen(kw_only=True)
class Messages:
    """Everything that was written, by the place where it can be read."""

    channels: tuple[Channel, ...] = ()
    entries: tuple[Entry, ...] = ()
    """Of the status page."""
    tickets: tuple[KeptTicket, ...] = ()
    letters: tuple[SendPage, ...] = ()
    """What people were sent besides pages, in order."""

    def to_document(self) -> Document:
        """All of it, word for word."""
        blocks = [*self._channels(), *self._entries(), *self._tickets(), *self._letters()]
        return Document(blocks or [Heading("Messages", PLACE), Paragraph("Nothing was written.")])

    def _channels(self) -> Iterator[Block]:
        for channel in self.channels:
            states = ", private" * channel.private + ", closed" * channel.closed
            yield Heading(f"Channel #{channel.name}{states}", PLACE)
            yield Paragraph(channel.topic)
            for posted in channel.messages:
                yield from _below(posted.message)

    def _entries(self) -> Iterator[Block]:
        for entry in self.entries:
            yield Heading(f"Status page, {entry.status}", PLACE)
            for published in entry.publications:
                yield Heading(f"{published.title} ({published.status})", TITLE)
                yield from _below(published.message)

    def _tickets(self) -> Iterator[Block]:
        for ticket in self.tickets:
            yield Heading(f"Ticket {ticket.reference}, {ticket.status}", PLACE)
            yield Heading(ticket.opened.title, TITLE)
            yield from _below(ticket.opened.message)
            if ticket.closed is not None:
                yield from _below(ticket.closed.message)

    def _letters(self) -> Iterator[Block]:
        """What several people were sent stands once."""
        readers: dict[Document, dict[str, None]] = {}
        for letter in self.letters:
            if letter.message is not None:
                readers.setdefault(letter.message, {})[letter.person] = None
        for message, people in readers.items():
            yield Heading(f"To {', '.join(people)}", PLACE)
            yield from _below(message)


def _below(message: Document) -> Iterable[Block]:
    """A message below a heading."""
    return (evolve(block, level=TITLE) if isinstance(block, Heading) else block for block in message.blocks)
