"""Drives flows in the calling thread, with threads only for what may hang: the providers."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeVar

from attrs import define, field, frozen

from incidentkit.desk.effects import Attempt, Call, Effect, Flow, Pause, Spawn, Unanswered
from incidentkit.desk.slot import Slot, bearable
from incidentkit.errors import ProviderTimeout

R = TypeVar("R")

TURN: Final = 0.05
"""Seconds after which somebody who waits looks whether to stop."""


@frozen
class _Waiting:
    """A flow that waits for a provider, or for time to pass: for an answer that never comes."""

    flow: Flow[Any]
    effect: Attempt | Pause
    until: float
    """When its deadline passes or its pause is over, by the monotonic clock."""


@define
class Crew:
    """Carries out what flows ask for. Each slot has so many places; a call that hangs keeps its place until it ends.

    Any thread may `run` a flow that spawns nothing; what is begun is gone on with in one thread.
    With no places at all, providers are called in the calling thread, nothing interrupts them, and no pause lasts.
    """

    places: int
    _slots: dict[str, Slot] = field(factory=dict[str, Slot])
    _waiting: dict[Future[Any], _Waiting] = field(factory=dict["Future[Any]", _Waiting])

    def run(self, flow: Flow[R]) -> R:
        """Carry out a flow that waits for nothing itself, and give what it returns. What it spawns goes on beside."""
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
                    self.begin(spawned)
                case Attempt() | Pause():
                    raise AssertionError("only a flow that was spawned may attempt something, or pause")

    def beside(self) -> Crew:
        """A crew for another thread: with flows of its own, which it alone goes on with, in the places of this one."""
        return Crew(self.places, self._slots)

    def begin(self, flow: Flow[Any]) -> None:
        """Let a flow go on by itself; `finish` waits for it."""
        self._go_on(flow, flow.send, None)

    def _go_on(self, flow: Flow[Any], resume: Callable[[Any], Any], answer: Any) -> None:
        """Carry out a spawned flow up to where it waits, or to its end."""
        while True:
            try:
                effect: Effect = resume(answer)
            except StopIteration:
                return
            match effect:
                case Attempt() if self.places:
                    slot = self._slots.setdefault(effect.slot, Slot(effect.slot, self.places))
                    self._await(slot.submit(effect.function), flow, effect, effect.deadline)
                    return
                case Pause(length) if self.places:
                    self._await(Future(), flow, effect, length)
                    return
                case Attempt():
                    resume, answer = _attempted(flow, effect)
                case Pause():
                    resume, answer = flow.send, None
                case Call(function):
                    resume, answer = _called(flow, function)
                case Spawn(spawned):
                    self.begin(spawned)
                    resume, answer = flow.send, None

    def _await(self, future: Future[Any], flow: Flow[Any], effect: Attempt | Pause, longest: timedelta) -> None:
        self._waiting[future] = _Waiting(flow, effect, time.monotonic() + longest.total_seconds())

    def wait(self, seconds: float, stopped: Callable[[], bool]) -> None:
        """Go on with what was waited for; if nothing has come, wait so long for it, unless ``stopped`` says so.

        Returns as soon as a flow went on: what it wrote may have made something due.
        """
        end = time.monotonic() + seconds
        while not self._collect() and not stopped() and (left := end - time.monotonic()) > 0:
            if self._waiting:
                wait(self._waiting, timeout=min(left, TURN), return_when=FIRST_COMPLETED)
            else:
                time.sleep(min(left, TURN))

    def finish(self) -> None:
        """Wait until every flow has ended, pauses and all; a provider that hangs, until its deadline."""
        while self._waiting:
            left = min(each.until for each in self._waiting.values()) - time.monotonic()
            wait(self._waiting, timeout=max(0.0, left), return_when=FIRST_COMPLETED)
            self._collect()

    def _collect(self) -> bool:
        """Go on with the flows whose provider has answered, or whose time has come; whether there were any."""
        now = time.monotonic()
        ready = [future for future, waiting in self._waiting.items() if future.done() or waiting.until <= now]
        for future in ready:
            waiting = self._waiting.pop(future)
            resume, answer = _called(waiting.flow, partial(_answer, future, waiting))
            self._go_on(waiting.flow, resume, answer)
        return bool(ready)


def _called(flow: Flow[Any], function: Callable[[], Any]) -> tuple[Callable[[Any], Any], Any]:
    """How a flow goes on after a call: with the answer, or with what it raised."""
    try:
        return flow.send, function()
    except Exception as error:  # noqa: BLE001  # the flow decides what to do about it
        return flow.throw, error


def _attempted(flow: Flow[Any], attempt: Attempt) -> tuple[Callable[[Any], Any], Any]:
    """The same of a provider, which may raise more than a thread would let out: only the program itself is ended."""
    try:
        return flow.send, attempt.function()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001
        return flow.throw, bearable(error, attempt.slot)


def _answer(future: Future[Any], waiting: _Waiting) -> Any:
    """What the provider answered or raised; without an answer, what that means. A pause has none to give."""
    if isinstance(waiting.effect, Pause):
        return None
    if future.done():
        return future.result()
    slot, deadline = waiting.effect.slot, waiting.effect.deadline
    if future.cancel():
        raise ProviderTimeout(f"no place was free within {deadline}: others still wait for it", provider=slot)
    raise Unanswered(f"no answer within {deadline}", provider=slot)
