"""Drives flows in the calling thread, with threads only for what may hang: the providers."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from threading import Event as Flag
from typing import Any, TypeVar

from attrs import define, field, frozen

from incidentkit.desk.effects import Attempt, Call, Effect, Flow, Spawn
from incidentkit.errors import OutcomeUnknown, ProviderTimeout

R = TypeVar("R")


@frozen
class _Waiting:
    """A flow that waits for a provider."""

    flow: Flow[Any]
    attempt: Attempt
    until: float
    """When its deadline passes, by the monotonic clock."""


@define
class Crew:
    """Carries out what flows ask for. Each slot has so many places; a call that hangs keeps its place until it ends.

    With no places at all, providers are called in the calling thread, and nothing interrupts them.
    """

    places: int
    _executors: dict[str, ThreadPoolExecutor] = field(factory=dict[str, ThreadPoolExecutor])
    _waiting: dict[Future[Any], _Waiting] = field(factory=dict["Future[Any]", _Waiting])

    def run(self, flow: Flow[R]) -> R:
        """Carry out a flow that attempts nothing itself, and give what it returns. What it spawns goes on beside it."""
        answer: Any = None
        error: Exception | None = None
        while True:
            try:
                effect: Effect = flow.send(answer) if error is None else flow.throw(error)
            except StopIteration as stop:
                result: R = stop.value
                return result
            answer = error = None
            match effect:
                case Call(function):
                    try:
                        answer = function()
                    except Exception as raised:  # noqa: BLE001  # the flow decides what to do about it
                        error = raised
                case Spawn(spawned):
                    self._begin(spawned)
                case Attempt():
                    raise AssertionError("only a flow that was spawned may attempt something")

    def _begin(self, flow: Flow[Any]) -> None:
        self._go_on(flow, flow.send, None)

    def _go_on(self, flow: Flow[Any], resume: Callable[[Any], Any], answer: Any) -> None:
        """Carry out a spawned flow up to where it waits for a provider, or to its end."""
        while True:
            try:
                effect: Effect = resume(answer)
            except StopIteration:
                return
            match effect:
                case Attempt() if self.places:
                    self._attempt(flow, effect)
                    return
                case Call(function) | Attempt(function=function):
                    resume, answer = _called(flow, function)
                case Spawn(spawned):
                    self._begin(spawned)
                    resume, answer = flow.send, None

    def _attempt(self, flow: Flow[Any], attempt: Attempt) -> None:
        executor = self._executors.get(attempt.slot)
        if executor is None:
            executor = self._executors[attempt.slot] = ThreadPoolExecutor(self.places, f"incidentkit {attempt.slot}")
        until = time.monotonic() + attempt.deadline.total_seconds()
        self._waiting[executor.submit(attempt.function)] = _Waiting(flow, attempt, until)

    def wait(self, seconds: float, stop: Flag | None = None) -> None:
        """Go on with what providers have answered, or wait so long until one does or ``stop`` is set."""
        end = time.monotonic() + seconds
        while True:
            self._collect(0)
            left = end - time.monotonic()
            if left <= 0 or (stop is not None and stop.wait(min(left, 0.05))):
                return

    def finish(self) -> None:
        """Wait until every flow has ended; a provider that hangs, until its deadline."""
        while self._waiting:
            self._collect(max(0.0, min(each.until for each in self._waiting.values()) - time.monotonic()))

    def close(self) -> None:
        """Wait until every flow has ended, and let the threads go; one that hangs is left behind."""
        self.finish()
        for executor in self._executors.values():
            executor.shutdown(wait=False, cancel_futures=True)
        self._executors.clear()

    def _collect(self, seconds: float) -> None:
        """Go on with the flows whose provider has answered, or whose deadline has passed."""
        done, pending = wait(self._waiting, timeout=seconds, return_when=FIRST_COMPLETED)
        now = time.monotonic()
        for future in (*done, *(each for each in pending if self._waiting[each].until <= now)):
            waiting = self._waiting.pop(future)
            resume, answer = _called(waiting.flow, partial(_answer, future, waiting))
            self._go_on(waiting.flow, resume, answer)


def _called(flow: Flow[Any], function: Callable[[], Any]) -> tuple[Callable[[Any], Any], Any]:
    """How a flow goes on after a call: with the answer, or with what it raised."""
    try:
        return flow.send, function()
    except Exception as error:  # noqa: BLE001  # the flow decides what to do about it
        return flow.throw, error


def _answer(future: Future[Any], waiting: _Waiting) -> Any:
    """What the provider answered or raised; without an answer, what that means."""
    if future.done():
        return future.result()
    slot, deadline = waiting.attempt.slot, waiting.attempt.deadline
    if future.cancel():
        raise ProviderTimeout(f"no place was free within {deadline}: others still wait for it", provider=slot)
    raise OutcomeUnknown(f"no answer within {deadline}", provider=slot)
