"""The reference status page: entries that the public never sees."""

from __future__ import annotations

from attrs import evolve, frozen

from incidentkit.errors import NotFound, ProviderError, RequestInvalid, nearest, shown
from incidentkit.memory.system import System
from incidentkit.providers.answer import Receipt
from incidentkit.providers.status_page import PublicStatus, PublishStatus


@frozen(kw_only=True)
class Entry:
    """An entry of the page as it is now."""

    reference: str
    publications: tuple[PublishStatus, ...]
    """In the order in which they were published; one at the least."""

    @property
    def status(self) -> PublicStatus:
        """How far it has come, as was said last."""
        return self.publications[-1].status

    @property
    def title(self) -> str:
        """What it is called, as was said last."""
        return self.publications[-1].title


class MemoryStatusPage(System[Receipt]):
    """A `StatusPage` that keeps its entries. Threads may share it."""

    def __init__(self, *, fault: ProviderError | None = None) -> None:
        super().__init__(fault=fault)
        self._entries: dict[str, Entry] = {}

    @property
    def entries(self) -> list[Entry]:
        """Every entry as it is now, in the order in which they were opened."""
        with self._lock:
            return [*self._entries.values()]

    def publish(self, request: PublishStatus, /) -> Receipt:
        """Add what is published to its entry or to a new one, unless the key did so before."""
        return self._once(request.key, lambda: self._publish(request))

    def _publish(self, request: PublishStatus) -> Receipt:
        if not request.title.strip():
            problem = f"{shown(request.title)} is blank, and an entry of the page needs a title"
            raise RequestInvalid(problem, provider="status-page", operation="publish")
        if not request.entry:
            reference = f"entry-{len(self._entries) + 1}"
            self._entries[reference] = Entry(reference=reference, publications=(request,))
            return Receipt(reference=reference)
        entry = self._entries.get(request.entry)
        if entry is None:
            problem = f"no entry is called {shown(request.entry)}. {nearest(request.entry, self._entries)}".rstrip()
            raise NotFound(problem, provider="status-page", operation="publish")
        self._entries[entry.reference] = evolve(entry, publications=(*entry.publications, request))
        return Receipt(reference=entry.reference)
