"""Drives flows in an event loop. What is written with ``def`` runs in threads, because it would hold up the loop."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from attrs import define, field

from incidentkit.desk.effects import Attempt, Call, Effect, Flow, Spawn
from incidentkit.errors import OutcomeUnknown, ProviderTimeout

R = TypeVar("R")


@define
class AsyncCrew:
    """Carries out what flows ask for. Each slot has so many places; a call that hangs keeps its place until it ends."""

    places: int
    _store: ThreadPoolExecutor = field(init=False)
    _executors: dict[str, ThreadPoolExecutor] = field(factory=dict[str, ThreadPoolExecutor])
    _free: dict[str, asyncio.Semaphore] = field(factory=dict[str, asyncio.Semaphore])
    _tasks: set[asyncio.Task[Any]] = field(factory=set["asyncio.Task[Any]"])

    def __attrs_post_init__(self) -> None:
        self._store = ThreadPoolExecutor(1, "incidentkit store")

    async def run(self, flow: Flow[R]) -> R:
        """Carry out a flow, and give what it returns. What it spawns goes on beside it."""
        resume: Callable[[Any], Any] = flow.send
        answer: Any = None
        while True:
            try:
                effect: Effect = resume(answer)
            except StopIteration as stop:
                result: R = stop.value
                return result
            resume, answer = await self._done(flow, effect)

    async def _done(self, flow: Flow[Any], effect: Effect) -> tuple[Callable[[Any], Any], Any]:
        """Carry out an effect; how the flow goes on."""
        try:
            match effect:
                case Call(function):
                    return flow.send, await self._called(function, self._store)
                case Attempt():
                    return flow.send, await self._attempted(effect)
                case Spawn(spawned):
                    self._begin(self.run(spawned))
                    return flow.send, None
        except Exception as error:  # noqa: BLE001  # the flow decides what to do about it
            return flow.throw, error

    def _begin(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _called(self, function: Callable[[], Any], executor: ThreadPoolExecutor) -> Any:
        """What a function gives, be it ``def`` or ``async def``."""
        if _is_async(function):
            return await function()
        answer = await asyncio.wrap_future(executor.submit(function))
        return await answer if inspect.isawaitable(answer) else answer

    async def _attempted(self, attempt: Attempt) -> Any:
        """What a provider answers, within the deadline."""
        free = self._free.setdefault(attempt.slot, asyncio.Semaphore(self.places))
        work = asyncio.ensure_future(self._in_place(attempt, free))
        done, _ = await asyncio.wait((work,), timeout=attempt.deadline.total_seconds())
        if done:
            return work.result()
        began = work.get_name() == _BEGAN
        work.cancel()
        if began:
            raise OutcomeUnknown(f"no answer within {attempt.deadline}", provider=attempt.slot)
        raise ProviderTimeout(f"no place was free within {attempt.deadline}", provider=attempt.slot)

    async def _in_place(self, attempt: Attempt, free: asyncio.Semaphore) -> Any:
        """Call the provider once a place is free; a thread that hangs keeps its place, whatever the loop does."""
        await free.acquire()
        task = asyncio.current_task()
        assert task is not None
        task.set_name(_BEGAN)
        if _is_async(attempt.function):
            try:
                return await attempt.function()
            finally:
                free.release()
        loop = asyncio.get_running_loop()
        thread = self._executor(attempt.slot).submit(attempt.function)
        thread.add_done_callback(partial(_give_back, loop, free))
        answer = await asyncio.wrap_future(thread)
        return await answer if inspect.isawaitable(answer) else answer

    def _executor(self, slot: str) -> ThreadPoolExecutor:
        if slot not in self._executors:
            self._executors[slot] = ThreadPoolExecutor(self.places, f"incidentkit {slot}")
        return self._executors[slot]

    async def finish(self) -> None:
        """Wait until every flow has ended; a provider that hangs, until its deadline."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Wait until every flow has ended, and let the threads go; one that hangs is left behind."""
        await self.finish()
        for executor in (self._store, *self._executors.values()):
            executor.shutdown(wait=False, cancel_futures=True)


_BEGAN = "a provider is being called"


def _is_async(function: Callable[[], Any]) -> bool:
    inner = function.func if isinstance(function, partial) else function
    return inspect.iscoroutinefunction(inner)


def _give_back(loop: asyncio.AbstractEventLoop, free: asyncio.Semaphore, _: Future[Any]) -> None:
    """A thread has ended; the loop may be gone by then."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(free.release)
