"""What becomes of requests to a system that does not work."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Generator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from threading import RLock
from typing import Any, TypeAlias, TypeVar, assert_never, cast

from attrs import define, evolve, field, frozen

from incidentkit.drills.fault import SILENT, Fault, Outage
from incidentkit.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    RequestInvalid,
    Where,
)
from incidentkit.model.durations import duration_text
from incidentkit.providers.answer import Answer, Diagnosis, Receipt

A = TypeVar("A")
R = TypeVar("R")

Asking: TypeAlias = Generator[Callable[[], Any], Any, A]
"""What becomes of a request: it asks for calls of the system to be made, gets their answers, and returns one."""


@frozen
class PutOff:
    """Something that a system has taken over, and does later."""

    at: datetime
    call: Callable[[], Any]


@define(kw_only=True)
class Illness:
    """What a system suffers from, and what it has put off because of that.

    Each method gives the answer, or a promise of it if the system gives promises. Threads may share it.
    """

    outages: tuple[Outage, ...]
    clock: Callable[[], datetime]
    since: datetime
    """From when on the times of the outages count."""
    _counts: dict[int, int] = field(factory=dict[int, int], init=False)
    """How many requests each outage could have befallen."""
    _first: dict[object, datetime] = field(factory=dict[object, datetime], init=False)
    """When something was asked first whose answer is late."""
    _taken: dict[str, Receipt] = field(factory=dict[str, Receipt], init=False)
    """What was said to be done, by its key."""
    _put_off: list[PutOff] = field(factory=list[PutOff], init=False)
    _lock: RLock = field(factory=RLock, init=False)

    @property
    def next_at(self) -> datetime | None:
        """When something is done that was put off; `None` if nothing was."""
        with self._lock:
            return min((each.at for each in self._put_off), default=None)

    def catch_up(self, method: Callable[[], object]) -> Answer[None]:
        """Do what was put off until now; any method of the system shows whether it gives promises."""
        return _answered(method, self._catching_up())

    def diagnose(self, method: Callable[[], Answer[Diagnosis]]) -> Answer[Diagnosis]:
        """Unhealthy, and why, if the system knows of it."""
        return _answered(method, self._diagnosing(method))

    def change(self, method: Callable[[R], Answer[Receipt]], request: R, operation: str) -> Answer[Receipt]:
        """Do what changes something, as far as the outages let it."""
        return _answered(method, self._changing(method, request, _where(operation)))

    def read(self, method: Callable[[R], Answer[A]], request: R, operation: str) -> Answer[A]:
        """Ask what changes nothing, as far as the outages let it."""
        return _answered(method, self._reading(method, request, _where(operation)))

    def _diagnosing(self, method: Callable[[], Any]) -> Asking[Diagnosis]:
        elapsed = self.clock() - self.since
        known = [each.fault for each in self.outages if each.is_on(elapsed) and each.fault not in SILENT]
        if known:
            return Diagnosis(healthy=False, problem=f"requests are {known[0]}")
        diagnosis: Diagnosis = yield method
        return diagnosis

    def _changing(self, method: Callable[[Any], Any], request: Any, where: Where) -> Asking[Receipt]:
        yield from self._catching_up()
        outage = self._befalling(request)
        work = partial(method, request)
        receipt: Receipt
        if outage is None:
            receipt = yield work
            return receipt
        match outage.fault:
            case Fault.DROPPED:
                return Receipt(reference="dropped")
            case Fault.DELAYED:
                return self._taken_over(request.key, work, outage.late)
            case Fault.DUPLICATED:
                receipt = yield work
                with suppress(ProviderError):  # whoever asked once has one answer
                    yield partial(method, evolve(request, key=_another(request.key)))
                return receipt
            case Fault.MISNAMED:
                receipt = yield work
                return evolve(receipt, reference="misnamed")
            case Fault.UNKNOWN:
                yield work
                raise OutcomeUnknown("the answer was lost", **where)
            case Fault.SLOW:
                receipt = yield work
                self._check_in_time(request.key, outage, where)
                return receipt
            case Fault.LOST | Fault.REFUSED | Fault.UNAVAILABLE:
                raise _refusal(outage, where)
            case _:
                assert_never(outage.fault)

    def _reading(self, method: Callable[[Any], Any], request: Any, where: Where) -> Asking[Any]:
        yield from self._catching_up()
        outage = self._befalling(request)
        work = partial(method, request)
        if outage is None:
            return (yield work)
        match outage.fault:
            case Fault.DROPPED | Fault.UNKNOWN:
                raise OutcomeUnknown("the answer was lost", **where)
            case Fault.DELAYED | Fault.SLOW:
                answer = yield work
                self._check_in_time(_sought(request), outage, where)
                return answer
            case Fault.DUPLICATED:
                yield work
                return (yield work)
            case Fault.MISNAMED:
                return (yield work)
            case Fault.LOST | Fault.REFUSED | Fault.UNAVAILABLE:
                raise _refusal(outage, where)
            case _:
                assert_never(outage.fault)

    def _befalling(self, request: Any) -> Outage | None:
        """What becomes of a request, if anything does: each outage counts the requests that it could befall."""
        elapsed, key = self.clock() - self.since, getattr(request, "key", "")
        with self._lock:
            befalling: list[Outage] = []
            for index, each in enumerate(self.outages):
                if each.is_on(elapsed) and each.befalls(key):
                    self._counts[index] = self._counts.get(index, 0) + 1
                    if self._counts[index] % each.every == 0:
                        befalling.append(each)
        return befalling[0] if befalling else None

    def _taken_over(self, key: str, work: Callable[[], Any], late: timedelta) -> Receipt:
        """The receipt for what is done later; a request that comes again is put off no further."""
        with self._lock:
            if key not in self._taken:
                self._taken[key] = Receipt(reference=f"delayed-{len(self._taken) + 1}")
                self._put_off.append(PutOff(self.clock() + late, work))
            return self._taken[key]

    def _catching_up(self) -> Asking[None]:
        now = self.clock()
        with self._lock:
            due = sorted((each for each in self._put_off if each.at <= now), key=lambda each: each.at)
            self._put_off = [each for each in self._put_off if each.at > now]
        for each in due:
            with suppress(ProviderError):
                yield each.call

    def _check_in_time(self, asked: object, outage: Outage, where: Where) -> None:
        """Raise `OutcomeUnknown` for an answer that is not there yet."""
        now = self.clock()
        with self._lock:
            first = self._first.setdefault(asked, now)
        if now < first + outage.late:
            raise OutcomeUnknown(f"no answer yet: it takes {duration_text(outage.late)}", **where)


def _where(operation: str) -> Where:
    """What errors say of an operation, such as ``chat.post``."""
    provider, _, name = operation.rpartition(".")
    return Where(provider=provider, operation=name)


def _refusal(outage: Outage, where: Where) -> ProviderError:
    """What the system says, or does not, of what it has not done."""
    match outage.fault:
        case Fault.LOST:
            return OutcomeUnknown("no answer came", **where)
        case Fault.REFUSED:
            return RequestInvalid("it does not accept the request", **where)
        case _ if outage.after is not None:
            return RateLimited("it cannot work now", retry_after=outage.after, **where)
        case _:
            return ProviderUnavailable("it cannot be reached", **where)


def _another(key: str) -> str:
    """The key of the same request, as a system takes it that forgets what it has done."""
    return sha256(f"{key} again".encode()).hexdigest()


def _sought(request: Any) -> object:
    """What makes a question the same when it is asked again."""
    return getattr(request, "key", request)


def _answered(method: Callable[..., Any], asking: Asking[A]) -> Answer[A]:
    """What becomes of a request: the answer, or a promise of it if the system gives promises."""
    return _awaited(asking) if inspect.iscoroutinefunction(method) else _driven(asking)


def _driven(asking: Asking[A]) -> Answer[A]:
    """The answer; if a call turns out to give a promise, one of the answer."""
    resume: Callable[[Any], Callable[[], Any]] = asking.send
    value: Any = None
    while True:
        try:
            call = resume(value)
        except StopIteration as stop:
            return cast(A, stop.value)
        try:
            resume, value = asking.send, call()
        except ProviderError as error:
            resume, value = asking.throw, error
        if inspect.isawaitable(value):
            return _awaited(asking, value)


async def _awaited(asking: Asking[A], promise: Awaitable[Any] | None = None) -> A:
    """The same, where calls give promises; the first of them may have been given already."""
    resume: Callable[[Any], Callable[[], Any]] = asking.send
    value: Any = None
    call: Callable[[], Any] | None = None if promise is None else lambda: promise
    while True:
        try:
            call = resume(value) if call is None else call
        except StopIteration as stop:
            return cast(A, stop.value)
        try:
            answer: Any = call()
            resume, value = asking.send, await answer if inspect.isawaitable(answer) else answer
        except ProviderError as error:
            resume, value = asking.throw, error
        call = None
