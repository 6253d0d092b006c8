"""A bar that shows how far something is. Like `rich_screen` it imports ``rich``, which the extra ``cli`` brings."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from incidentkit.cli.progress import Progress as Show


@contextmanager
def bar(stream: TextIO, what: str) -> Generator[Show]:
    """A bar that is gone when the block ends."""
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(file=stream, markup=False), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
