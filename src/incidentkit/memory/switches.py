"""Things that are on or off, as the tools in memory switch them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from incidentkit.errors import ProviderError
from incidentkit.memory.tool import MemoryTool, names
from incidentkit.providers.answer import Receipt


class Switches(MemoryTool):
    """A tool that switches things off and on again: all those of a request, or none."""

    what: ClassVar[str]
    """What one of them is."""

    def __init__(self, things: Iterable[str], *, off: Iterable[str] = (), fault: ProviderError | None = None) -> None:
        super().__init__(fault=fault)
        self._on = dict.fromkeys(names(things, f"the {self.what}s"), True)
        self._on.update(dict.fromkeys(names(off, f"the {self.what}s"), False))

    @property
    def on(self) -> frozenset[str]:
        """Those that are as they are on a good day."""
        with self._lock:
            return frozenset(name for name, on in self._on.items() if on)

    @property
    def off(self) -> frozenset[str]:
        """Those that were switched off."""
        with self._lock:
            return frozenset(name for name, on in self._on.items() if not on)

    def _switch(self, wanted: tuple[str, ...], operation: str, *, on: bool) -> Receipt:
        for name in wanted:
            self._find(self.what, name, self._on, operation)
        switched = tuple(name for name in wanted if self._on[name] is not on)
        self._on.update(dict.fromkeys(switched, on))
        return Receipt(former=switched)
