"""The same signals in an event loop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakKeyDictionary

from attrs import define, field

from incidentkit.desk.signals import handlers


@contextmanager
def stopping(stop: asyncio.Event) -> Generator[None]:
    """The first signal sets the event, and those of everybody else in this loop; the next one does what it did before.

    Where a loop hears no signals, as in threads and on Windows, nothing changes. A signal for which the program gave a
    handler to the loop stays with it: a loop has one handler for each and cannot be asked for it, so it could not come
    back.
    """
    loop = asyncio.get_running_loop()
    ear = _EARS.setdefault(loop, _Ear())
    if not ear.stops:
        ear.listen(loop)
    ear.stops.append(stop)
    try:
        yield
    finally:
        ear.stops.remove(stop)
        if not ear.stops:
            ear.restore(loop)


@define(eq=False)
class _Ear:
    """Hears the signals of a loop, which has one handler for each, for all who wait for one."""

    stops: list[asyncio.Event] = field(factory=list[asyncio.Event], init=False)
    _before: dict[signal.Signals, Any] = field(factory=dict[signal.Signals, Any], init=False)

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hear every signal that no loop hears yet; the first one stops all who wait, and ends the hearing."""

        def hear() -> None:
            for stop in self.stops:
                stop.set()
            self.restore(loop)

        for number, before in handlers().items():
            if not _is_of_a_loop(before) and _add(loop, number, hear):
                self._before[number] = before

    def restore(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let every signal do what it did before."""
        while self._before:
            number, handler = self._before.popitem()
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


_EARS: WeakKeyDictionary[asyncio.AbstractEventLoop, _Ear] = WeakKeyDictionary()
"""By loop, because desks that run in one loop know nothing of each other."""


def _is_of_a_loop(handler: object) -> bool:
    """Whether it only stands for one that a loop has: asyncio puts a function of its own there, which does nothing."""
    return getattr(handler, "__module__", None) == "asyncio.unix_events"


def _add(loop: asyncio.AbstractEventLoop, number: signal.Signals, hear: Callable[[], None]) -> bool:
    with suppress(NotImplementedError, RuntimeError, ValueError):
        loop.add_signal_handler(number, hear)
        return True
    return False
