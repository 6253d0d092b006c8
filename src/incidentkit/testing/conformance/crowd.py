"""A crowd that calls one method at the same time: in threads, and awaited together if it has to be awaited.

Each of them makes a row of calls, one after the other. A store without a lock goes wrong only if another thread comes
between what it reads and what it writes, which Python seldom lets happen by itself, and hardly ever on a busy machine.
So each thread stops for a moment now and then where the provider calls something or comes back from it, which is where
Python may go from one thread to another at any time.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from random import Random
from threading import Barrier, Thread
from typing import Any, Final

from incidentkit.testing.conformance.outcome import Outcome

CROWD: Final = 6
"""How many ask at once."""
ROW: Final = 1_000
"""How many calls each of them makes at the most where many are needed."""
SECONDS: Final = 0.2
"""After so long nobody begins another call: where each takes its time, few calls are made, but one by each at least."""
CHANCE: Final = 0.1
"""How often a thread stops at a call that the provider makes."""
MOMENT: Final = 1e-5
"""Seconds for which it stops at the least: as short as it can be, so that another thread goes on."""


def begun_in_threads(
    asked: Callable[..., Any], rows: Sequence[Iterator[object]], seconds: float, limit: float
) -> list[list[Any]] | None:
    """What the calls give at once, up to the first of a row that has to be awaited; `None` if one is not back in time.

    After so many seconds nobody begins another call, and after ``limit`` more seconds nobody waits for any. The threads
    are of the kind that Python does not wait for at its end: one that hangs would keep it from ending.
    """
    begun: list[list[Any]] = [[] for _ in rows]
    together = Barrier(len(rows))

    def begin(row: Iterator[object], place: int) -> None:
        together.wait()
        until = time.monotonic() + seconds  # which begins here, since threads take long to start on a busy machine
        sys.setprofile(_stopping(Random(place), until))
        for request in row:
            begun[place].append(_begun(asked, request))
            if inspect.isawaitable(begun[place][-1]) or time.monotonic() >= until:
                break
        sys.setprofile(None)

    threads = [Thread(target=begin, args=(row, place), daemon=True) for place, row in enumerate(rows)]
    for thread in threads:
        thread.start()
    latest = time.monotonic() + seconds + limit
    for thread in threads:
        thread.join(max(0, latest - time.monotonic()))
    return None if any(thread.is_alive() for thread in threads) else begun


def _stopping(chance: Random, until: float) -> Callable[..., None]:
    """What Python calls wherever the provider calls something, and wherever that comes back."""

    def stop(*_: object) -> None:
        if chance.random() < CHANCE and time.monotonic() < until:
            time.sleep(MOMENT)

    return stop


async def awaited_together(
    asked: Callable[..., Any], rows: Sequence[Iterator[object]], begun: Sequence[Sequence[Any]], seconds: float
) -> list[list[Outcome]]:
    """What comes of what was begun, and of the calls that are left in each row, as many as begin in time."""
    until = time.monotonic() + seconds

    async def awaited(row: Iterator[object], first: Iterable[Any]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for each in chain(first, (_begun(asked, request) for request in row)):
            outcomes.append(await _settled(each))
            if time.monotonic() >= until:
                break
        return outcomes

    return [*await asyncio.gather(*map(awaited, rows, begun))]


def _begun(asked: Callable[..., Any], request: object) -> Any:
    """What a call gives at once: an outcome, or what has to be awaited."""
    try:
        answer = asked(request)
    except BaseException as error:  # noqa: BLE001  # whatever a provider raises is what came of the call
        return Outcome(error=error)
    return answer if inspect.isawaitable(answer) else Outcome(answer)


async def _settled(begun: Any) -> Outcome:
    """The outcome of what was begun."""
    if isinstance(begun, Outcome):
        return begun
    try:
        return Outcome(await begun)
    except BaseException as error:  # the same for what is awaited
        if is_cancelled():
            raise
        return Outcome(error=error)


def is_cancelled() -> bool:
    """Whether the task that is running is to end, and not only what it awaits."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
