"""Running a program to its end in an event loop, which goes on meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import closing
from functools import partial

from incidentkit.adapters.process import Command, Listen, Run, course, onward


async def run(command: Command) -> Run:
    """Run a program, and hold up nothing else.

    Whoever is cancelled meanwhile ends the program first, which takes up to its grace; cancelled again, it is killed at
    once.
    """
    with closing(course(command)) as steps:
        turn = onward(partial(next, steps))
        while isinstance(turn, Listen):
            try:
                ready = await _heard(turn)
            except BaseException as error:  # noqa: BLE001  # it comes out of the course again
                turn = onward(partial(steps.throw, error))
            else:
                turn = onward(partial(steps.send, ready))
        return turn


async def _heard(listen: Listen) -> tuple[int, ...]:
    loop = asyncio.get_running_loop()
    woken = loop.create_future()
    ready: set[int] = set()

    def wake(*files: int) -> None:
        ready.update(files)
        if not woken.done():
            woken.set_result(None)

    timer = loop.call_later(listen.seconds, wake)
    for file in listen.files:
        loop.add_reader(file, wake, file)
    try:
        await woken
    finally:
        timer.cancel()
        for file in listen.files:
            loop.remove_reader(file)
    return tuple(ready)
