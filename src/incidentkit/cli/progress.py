"""How far something is, on stderr: for somebody who watches a terminal, and nobody else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, Final, TextIO, TypeAlias

Progress: TypeAlias = Callable[[int, int | None], object]
"""Called with how much is done, and of how much if that is known."""

EVERY: Final = 100
"""After how many steps a count is written anew."""


@contextmanager
def progress_of(what: str, *, hidden: bool = False) -> Generator[Progress]:
    """What shows the progress: a bar if ``rich`` is there, a count otherwise; nothing if nobody watches."""
    stream: TextIO | None = sys.stderr
    if hidden or stream is None or not stream.isatty():
        yield lambda done, total: None
        return
    try:
        bar: Any = import_module("incidentkit.cli.rich_progress").bar
    except ImportError:
        yield lambda done, total: _count(stream, what, done)
        _write(stream, "\r\x1b[K")
        return
    with bar(stream, what) as show:
        yield show


def _count(stream: TextIO, what: str, done: int) -> None:
    if done % EVERY == 0:
        _write(stream, f"\r{what}: {done}")


def _write(stream: TextIO, text: str) -> None:
    with suppress(OSError, ValueError):
        stream.write(text)
        stream.flush()
