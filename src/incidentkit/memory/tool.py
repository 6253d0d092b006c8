"""What the tools in memory have in common: they keep what they were asked, and do nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, TypeVar

from incidentkit.errors import Misconfigured, NotFound, ProviderError, each_of, listed, nearest, shown
from incidentkit.memory.system import System
from incidentkit.providers.answer import Receipt
from incidentkit.providers.tools import Change, Inquiry, ToolRequest

T = TypeVar("T")


class MemoryTool(System[Receipt]):
    """A tool of the playbook. Threads may share it."""

    name: ClassVar[str]
    """What its errors call it."""

    def __init__(self, *, fault: ProviderError | None = None) -> None:
        super().__init__(fault=fault)
        self._asked: list[ToolRequest] = []

    @property
    def asked(self) -> list[ToolRequest]:
        """Every request, in order, also those that were refused and those that were done before."""
        with self._lock:
            return [*self._asked]

    def _read(self, request: Inquiry, answer: Callable[[], T]) -> T:
        with self._lock:
            self._asked.append(request)
            self._check()
            return answer()

    def _change(self, request: Change, change: Callable[[], Receipt]) -> Receipt:
        with self._lock:
            self._asked.append(request)
            return self._once(request.key, change)

    def _find(self, what: str, name: str, known: Iterable[str], operation: str) -> None:
        """Raise `NotFound` for a name that is not known."""
        known = tuple(known)
        if name not in known:
            problem = f"no {what} is called {shown(name)}{listed(known)}. {nearest(name, known)}".rstrip()
            raise NotFound(problem, provider=self.name, operation=operation)


def names(given: Iterable[str], what: str) -> tuple[str, ...]:
    """The names that a tool is given; one name alone would be read as a list of letters."""
    return each_of(str, given, Misconfigured, f"{what} are a list of names, such as ['checkout']")
