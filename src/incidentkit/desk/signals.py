"""Signals that ask a program to end: a desk that runs hears them, and ends when it has written down what it began."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Final, Self

from attrs import define, field

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
"""Those that ask a program to end."""


def handlers() -> dict[signal.Signals, Any]:
    """What hears each signal now and can give way: not those that are ignored, nor those that Python does not know.

    Only the main thread can say who hears them, so any other thread has none.
    """
    if threading.current_thread() is not threading.main_thread():
        return {}
    present = {each: signal.getsignal(each) for each in SIGNALS}
    return {each: handler for each, handler in present.items() if handler not in (None, signal.SIG_IGN)}


@define
class Signals:
    """Hears the first signal, in a ``with`` block of the main thread; the next one does what it did before.

    It only remembers: setting a `threading.Event` in a handler can block for ever, if the thread was about to look at
    it.
    """

    heard: bool = field(default=False, init=False)
    _before: dict[signal.Signals, Any] = field(factory=dict[signal.Signals, Any], init=False)

    def __enter__(self) -> Self:
        self._before = handlers()
        for each in self._before:
            signal.signal(each, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.heard = True
        self._restore()

    def _restore(self) -> None:
        while self._before:
            signal.signal(*self._before.popitem())
