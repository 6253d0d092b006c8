"""Ends a PostgreSQL server as soon as nobody tests with it any more: a program of its own, given the server's folder.

Tests that are interrupted twice, or killed, run no code at their end. But then the input of this program ends, whose
other end they alone hold, as it does when they end in the usual way.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

PATIENCE: Final = 10
"""Seconds to wait for the end of a server before it is asked with more emphasis."""


def running_in(data: Path) -> int | None:
    """The id of the first process of the server that has its data there; `None` if none is running."""
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 0)
    except (OSError, ValueError, IndexError):
        return None
    return pid


def end(data: Path) -> None:
    """End the server, and wait until it has ended."""
    for emphasis in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        until = time.monotonic() + PATIENCE
        if (pid := running_in(data)) is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, emphasis)
        while running_in(data) is not None and time.monotonic() < until:
            time.sleep(0.02)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    sys.stdin.read()
    end(folder / "data")
    shutil.rmtree(folder, ignore_errors=True)
