"""What the systems in memory have in common: they do nothing twice, and can be made ill."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Generic, TypeVar

from incidentkit.errors import ProviderError
from incidentkit.providers.answer import Diagnosis

A = TypeVar("A")


class System(Generic[A]):
    """Remembers its answers by key. Threads may share it.

    While ``fault`` is an error, it is raised instead of an answer, and nothing is done.
    """

    def __init__(self, *, fault: ProviderError | None) -> None:
        self.fault = fault
        """What is wrong with it now; `None` while it works."""
        self._lock = RLock()
        self._answers: dict[str, A] = {}

    def diagnose(self) -> Diagnosis:
        """Healthy, unless it has a fault."""
        return Diagnosis(healthy=self.fault is None, problem="" if self.fault is None else str(self.fault))

    def _once(self, key: str, answer: Callable[[], A]) -> A:
        """The answer that was given under that key; the first time, the one that this call gives, alone.

        What it raises is no answer: the next request with the key is the first again.
        """
        with self._lock:
            self._check()
            if key not in self._answers:
                self._answers[key] = answer()
            return self._answers[key]

    def _check(self) -> None:
        """Raise what is wrong with it now."""
        if self.fault is not None:
            raise self.fault
