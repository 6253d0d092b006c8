"""The same signals in an event loop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Any

from incidentkit.desk.signals import handlers


@contextmanager
def stopping(stop: asyncio.Event) -> Generator[None]:
    """The first signal sets the event; the next one does what it did before.

    Where a loop hears no signals, as in threads and on Windows, nothing changes. A handler that was given to the loop
    itself cannot be asked for, so it does not come back.
    """
    loop = asyncio.get_running_loop()
    before: dict[signal.Signals, Any] = {}

    def restore() -> None:
        while before:
            number, handler = before.popitem()
            loop.remove_signal_handler(number)
            signal.signal(number, handler)

    def hear() -> None:
        stop.set()
        restore()

    before.update((number, handler) for number, handler in handlers().items() if _add(loop, number, hear))
    try:
        yield
    finally:
        restore()


def _add(loop: asyncio.AbstractEventLoop, number: signal.Signals, hear: Callable[[], None]) -> bool:
    with suppress(NotImplementedError, RuntimeError, ValueError):
        loop.add_signal_handler(number, hear)
        return True
    return False
