"""Drives flows in an event loop. What is written with ``def`` runs in threads, because it would hold up the loop."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from attrs import define, field

from incidentkit.desk.effects import Attempt, Call, Effect, Flow, Pause, Spawn, Unanswered
from incidentkit.desk.slot import Slot, bearable
from incidentkit.errors import ProviderTimeout

R = TypeVar("R")


@define
class _Work:
    """What goes on in one loop, to which all of it belongs: a desk may outlive a loop, and be used in two at once."""

    free: dict[str, asyncio.Semaphore] = field(factory=dict[str, asyncio.Semaphore])
    flows: set[asyncio.Task[Any]] = field(factory=set["asyncio.Task[Any]"])
    calls: set[asyncio.Task[Any]] = field(factory=set["asyncio.Task[Any]"])
    """Of providers; also those that nobody waits for any more, which the loop itself would forget."""


@define
class AsyncCrew:
    """Carries out what flows ask for. Each slot has so many places; a call that hangs keeps its place until it ends.

    What is awaited has its places in each loop, and what runs in threads has them in all loops together.
    """

    places: int
    _store: Slot = field(factory=lambda: Slot("store", 1), init=False)
    _slots: dict[str, Slot] = field(factory=dict[str, Slot], init=False)
    _works: dict[asyncio.AbstractEventLoop, _Work] = field(
        factory=dict["asyncio.AbstractEventLoop", "_Work"], init=False
    )
    _lock: Lock = field(factory=Lock, init=False)

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
                    return flow.send, await self._called(function)
                case Attempt():
                    return flow.send, await self._attempted(effect)
                case Pause(length):
                    await asyncio.sleep(length.total_seconds())
                    return flow.send, None
                case Spawn(spawned):
                    self.begin(self.run(spawned))
                    return flow.send, None
        except Exception as error:  # noqa: BLE001  # the flow decides what to do about it
            return flow.throw, error

    def begin(self, work: Coroutine[Any, Any, R]) -> asyncio.Task[R]:
        """Let some work go on by itself, even if whoever began it is cancelled; `finish` waits for it."""
        return _kept_in(self._work().flows, work)

    def _work(self) -> _Work:
        """What goes on in the running loop. What went on in loops that are closed is forgotten."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if loop not in self._works:
                self._works = {each: work for each, work in self._works.items() if not each.is_closed()}
                self._works[loop] = _Work()
            return self._works[loop]

    async def _called(self, function: Callable[[], Any]) -> Any:
        """What the store answers, be it ``def`` or ``async def``."""
        if _is_async(function):
            return await function()
        return await _settled(self._store.submit(function))

    async def _attempted(self, attempt: Attempt) -> Any:
        """What a provider answers, within the deadline."""
        work, name = self._work(), attempt.slot
        call: _Promised | _Threaded
        if _is_async(attempt.function):
            call = _Promised(attempt.function, work.free.setdefault(name, asyncio.Semaphore(self.places)))
        else:
            slot = self._slots.setdefault(name, Slot(name, self.places))
            call = _Threaded(slot.submit(attempt.function))
        task = _kept_in(work.calls, _kept(call.answer))
        done, _ = await asyncio.wait((task,), timeout=attempt.deadline.total_seconds())
        if not done:
            began = not call.withdrawn()
            task.cancel()
            if began:
                raise Unanswered(f"no answer within {attempt.deadline}", provider=name)
            problem = f"no place was free within {attempt.deadline}: others still wait for it"
            raise ProviderTimeout(problem, provider=name)
        answer, error = task.result()
        if error is not None:
            raise bearable(error, name)
        return answer

    async def wait(self, seconds: float, stop: asyncio.Event) -> None:
        """Wait so long, until ``stop`` is set, or until a flow has ended: what it wrote may have made something due."""
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((stopped, *self._work().flows), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()

    async def finish(self) -> None:
        """Wait until every flow has ended, pauses and all; a provider that hangs, until its deadline."""
        flows = self._work().flows
        while flows:
            await asyncio.wait(flows)


def _kept_in(tasks: set[asyncio.Task[Any]], work: Coroutine[Any, Any, R]) -> asyncio.Task[R]:
    """A task of the running loop, which is among those until it ends."""
    task = asyncio.get_running_loop().create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


@define
class _Promised:
    """A call that is awaited, once a place is free. It gives its place back when it ends, cancelled or not."""

    function: Callable[[], Any]
    free: asyncio.Semaphore
    began: bool = False

    async def answer(self) -> Any:
        """What the call returns or raises, once it had a place."""
        async with self.free:
            self.began = True
            return await self.function()

    def withdrawn(self) -> bool:
        """Whether it has not begun; whoever asks cancels it."""
        return not self.began


@define
class _Threaded:
    """A call in a thread, which nothing can interrupt: it keeps its place until it ends."""

    thread: Future[Any]

    async def answer(self) -> Any:
        """What the thread returns or raises."""
        return await _settled(self.thread)

    def withdrawn(self) -> bool:
        """Whether it had not begun, and will not."""
        return self.thread.cancel()


async def called(function: Callable[[], Any], name: str) -> Any:
    """What is answered to a call that nobody else makes; what is written with ``def`` is called in a thread."""
    return await function() if _is_async(function) else await _settled(Slot(name, 1).submit(function))


async def _settled(thread: Future[Any]) -> Any:
    """What was answered in a thread; a promise made there is kept here."""
    answer = await asyncio.wrap_future(thread)
    return await answer if inspect.isawaitable(answer) else answer


async def _kept(answer: Callable[[], Coroutine[Any, Any, Any]]) -> tuple[Any, BaseException | None]:
    """What came of a call. Errors are given, not raised: asyncio logs those that nobody asks for, secrets and all."""
    try:
        return await answer(), None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  # its own cancellation too: nobody waits for it then
        return None, error


def _is_async(function: Callable[[], Any]) -> bool:
    inner = function.func if isinstance(function, partial) else function
    return inspect.iscoroutinefunction(inner)
