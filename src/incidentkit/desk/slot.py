"""The places of a slot: threads in which something that may hang is called, a few at once and the others in turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any

from attrs import define, field

from incidentkit.desk.hearsay import class_of
from incidentkit.errors import OutcomeUnknown


@define
class Slot:
    """So many threads at the most, each for as long as there is something to call.

    They are daemons, which an executor's threads are not: one that hangs must not keep the program from ending.
    """

    name: str
    places: int
    _lock: Lock = field(factory=Lock, init=False)
    _busy: int = field(default=0, init=False)
    _queue: deque[tuple[Future[Any], Callable[[], Any]]] = field(
        factory=deque[tuple["Future[Any]", Callable[[], Any]]], init=False
    )

    def submit(self, function: Callable[[], Any]) -> Future[Any]:
        """Call it once a place is free; until then the future can be cancelled."""
        future: Future[Any] = Future()
        with self._lock:
            # What was given up while every place hangs is let go here, because no thread comes to do it.
            while self._queue and self._queue[0][0].cancelled():
                self._queue.popleft()
            self._queue.append((future, function))
            if self._busy < self.places:
                Thread(target=self._work, name=f"incidentkit {self.name}", daemon=True).start()
                self._busy += 1
        return future

    def _work(self) -> None:
        """Call what is there, and end when nothing is."""
        while True:
            with self._lock:
                if not self._queue:
                    self._busy -= 1
                    return
                future, function = self._queue.popleft()
            if future.set_running_or_notify_cancel():
                self._call(future, function)

    def _call(self, future: Future[Any], function: Callable[[], Any]) -> None:
        try:
            answer = function()
        except BaseException as error:  # noqa: BLE001  # whatever it raises belongs to whoever waits for the answer
            future.set_exception(bearable(error, self.name))
        else:
            future.set_result(answer)


def bearable(error: BaseException, name: str) -> Exception:
    """The error, unless it would end the program or confuse a generator: then one that says so."""
    if isinstance(error, Exception) and not isinstance(error, StopIteration | StopAsyncIteration):
        return error
    return OutcomeUnknown(f"raised {class_of(error)}, which is no ProviderError", provider=name)
