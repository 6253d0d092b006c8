"""Interruptions that wait until what they would interrupt can be undone."""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Final, TypeAlias

Handler: TypeAlias = Callable[[int, FrameType | None], object]

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
"""What people and systems interrupt a program with, and what a handler may raise something for."""


@contextmanager
def held_back() -> Generator[Callable[[], None]]:
    """Hold back what signals would raise, until the block ends or what it is given is called.

    Only handlers in Python are held back, and they only run in the main thread; in others there is nothing to do.
    """
    handlers: dict[int, Handler] = {}
    heard: list[tuple[int, FrameType | None]] = []

    def let_go() -> None:
        mine = [(number, handlers.pop(number)) for number in (*handlers,)]
        for number, handler in mine:
            signal.signal(number, handler)
        while heard:
            number, frame = heard.pop(0)
            dict(mine)[number](number, frame)

    try:
        for number in SIGNALS:
            handler = signal.getsignal(number)
            if callable(handler):
                signal.signal(number, lambda number, frame: heard.append((number, frame)))
                handlers[number] = handler
    except ValueError:  # this is not the main thread
        pass
    try:
        yield let_go
    finally:
        let_go()
