"""Providers that write lines on a terminal: the toolbox of a person who has no system yet.

They honour keys as far as printing can: nothing is printed twice by one process. What another one printed nobody can
know, so if that died before it was written down, it is printed once more. Nor is anything refused as unknown or taken,
because paper has no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Event, Lock
from typing import Final

from attrs import define, field, frozen

from incidentkit.cli.screen import News, Screen
from incidentkit.desk import Toolbox
from incidentkit.drills import Kind
from incidentkit.errors import ProviderUnavailable
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.chat import CloseChannel, OpenChannel, PostMessage
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.providers.status_page import PublishStatus
from incidentkit.providers.tracker import CloseTicket, OpenTicket
from incidentkit.text.document import Document, Heading

SHORT: Final = 12
"""So many digits of a key tell apart what one installation prints."""


def _now() -> datetime:
    return datetime.now(UTC)


@define
class Wire:
    """Where everybody prints, one at a time, so that what stands below happened later."""

    screen: Screen
    clock: Callable[[], datetime] = _now
    cut: Event = field(factory=Event)
    """Set once nothing can be printed any more: whoever read has gone away."""
    failure: OSError | None = None
    """Why."""
    _lock: Lock = field(factory=Lock)
    _keys: set[str] = field(factory=set[str])
    """The keys of what was printed."""

    def tell(self, kind: Kind, incident: str, what: str, message: Document | None = None) -> bool:
        """Print it; whether that worked."""
        with self._lock:
            return self._print(kind, incident, what, message)

    def once(self, key: str, kind: Kind, incident: str, what: str, message: Document | None = None) -> None:
        """Print it unless it was printed under that key; raises `ProviderUnavailable` if it cannot be printed."""
        with self._lock:
            if key in self._keys:
                return
            if not self._print(kind, incident, what, message):
                raise ProviderUnavailable("nobody reads this terminal any more", provider="terminal")
            self._keys.add(key)

    def _print(self, kind: Kind, incident: str, what: str, message: Document | None) -> bool:
        if self.failure is None:
            try:
                self.screen.news(News(kind=kind, at=self.clock(), incident=incident, what=what, message=message))
            except OSError as error:
                self.failure = error
                self.cut.set()
        return self.failure is None


@frozen
class TerminalPager:
    """A `Pager` that says on a terminal whom it would reach."""

    wire: Wire

    def page(self, request: SendPage, /) -> Receipt:
        """Print whom to reach, and why."""
        doing = "paging" if request.purpose is Purpose.PAGE else f"{request.purpose} to"
        what = f"{doing} {request.person} by {request.method}: {request.reason} ({request.severity}: {request.title})"
        kind = Kind.PAGED if request.purpose is Purpose.PAGE else Kind.TOLD
        self.wire.once(request.key, kind, request.incident, what, request.message)
        return _receipt("page", request.key)

    def diagnose(self) -> Diagnosis:
        """Whether anybody reads."""
        return _diagnosis(self.wire)


@frozen
class TerminalChat:
    """A `Chat` whose channels are lines on a terminal. A channel is known by its name."""

    wire: Wire

    def open_channel(self, request: OpenChannel, /) -> Receipt:
        """Print that it is open."""
        what = f"opening the {'private ' if request.private else ''}channel #{request.name}: {request.topic}"
        self.wire.once(request.key, Kind.DONE, request.incident, what)
        return Receipt(reference=request.name)

    def post(self, request: PostMessage, /) -> Receipt:
        """Print the message."""
        what = f"posting in #{request.channel}"
        self.wire.once(request.key, Kind.DONE, request.incident, what, request.message)
        return _receipt(request.channel, request.key)

    def close_channel(self, request: CloseChannel, /) -> Receipt:
        """Print that it is closed."""
        self.wire.once(request.key, Kind.DONE, request.incident, f"closing the channel #{request.channel}")
        return Receipt(reference=request.channel)

    def diagnose(self) -> Diagnosis:
        """Whether anybody reads."""
        return _diagnosis(self.wire)


@frozen
class TerminalStatusPage:
    """A `StatusPage` whose public is whoever reads the terminal."""

    wire: Wire

    def publish(self, request: PublishStatus, /) -> Receipt:
        """Print what the public is told."""
        said = Document([Heading(request.title), *request.message.blocks])
        what = f"publishing '{request.status}' on the status page"
        self.wire.once(request.key, Kind.DONE, request.incident, what, said)
        return Receipt(reference=request.entry) if request.entry else _receipt("entry", request.key)

    def diagnose(self) -> Diagnosis:
        """Whether anybody reads."""
        return _diagnosis(self.wire)


@frozen
class TerminalTracker:
    """A `Tracker` that prints its tickets."""

    wire: Wire

    def open_ticket(self, request: OpenTicket, /) -> Receipt:
        """Print the ticket."""
        receipt = _receipt("ticket", request.key)
        what = f"opening the ticket {receipt.reference}: {request.title}"
        self.wire.once(request.key, Kind.DONE, request.incident, what, request.message)
        return receipt

    def close_ticket(self, request: CloseTicket, /) -> Receipt:
        """Print that it is closed."""
        self.wire.once(
            request.key, Kind.DONE, request.incident, f"closing the ticket {request.ticket}", request.message
        )
        return Receipt(reference=request.ticket)

    def diagnose(self) -> Diagnosis:
        """Whether anybody reads."""
        return _diagnosis(self.wire)


def terminal_toolbox(wire: Wire, methods: Iterable[str]) -> Toolbox:
    """Everything that a playbook may ask for, on one terminal."""
    pager = TerminalPager(wire)
    return Toolbox(
        pagers=dict.fromkeys(methods, pager),
        chat=TerminalChat(wire),
        status_page=TerminalStatusPage(wire),
        tracker=TerminalTracker(wire),
    )


def _receipt(what: str, key: str) -> Receipt:
    return Receipt(reference=f"{what}-{key[:SHORT]}")


def _diagnosis(wire: Wire) -> Diagnosis:
    return Diagnosis(healthy=wire.failure is None, problem="" if wire.failure is None else "nobody reads this terminal")
