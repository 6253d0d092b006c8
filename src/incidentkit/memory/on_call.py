"""The reference on-call system: it says what it was told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

from incidentkit.errors import Misconfigured, NotFound, ProviderError, expect, nearest, several
from incidentkit.memory.system import System
from incidentkit.providers.on_call import FindOnCall, OnCallNow

Rota: TypeAlias = Iterable[str] | Callable[[datetime], Iterable[str]]
"""Who is on call: always the same people, or whoever it says for a moment, such as `Schedule.on_call`."""


class MemoryOnCall(System[OnCallNow]):
    """An `OnCall` that keeps what it was asked. Threads may share it.

    `Misconfigured` is raised for what is no rota.
    """

    def __init__(self, rotas: Mapping[str, Rota], *, fault: ProviderError | None = None) -> None:
        super().__init__(fault=fault)
        given = expect(Mapping, rotas, Misconfigured, "the rotas are a mapping by the name of a schedule")
        self._rotas = {name: rota if callable(rota) else _people(name, rota) for name, rota in given.items()}
        self._asked: list[FindOnCall] = []

    @property
    def asked(self) -> list[FindOnCall]:
        """Every question, in order, also those that were not answered."""
        with self._lock:
            return [*self._asked]

    def on_call(self, request: FindOnCall, /) -> OnCallNow:
        """Whoever is on call by that schedule; with a key that was answered before, that answer.

        Raises `NotFound` for a schedule that has no rota, and its fault while it has one.
        """
        with self._lock:
            self._asked.append(request)
            return self._once(request.key, lambda: self._answer(request))

    def _answer(self, request: FindOnCall) -> OnCallNow:
        return OnCallNow(people=self._named(request), reference=f"answer-{len(self._answers) + 1}")

    def _named(self, request: FindOnCall) -> tuple[str, ...]:
        rota = self._rotas.get(request.schedule)
        if rota is None:
            hint = nearest(request.schedule, self._rotas)
            problem = f"no schedule is called {request.schedule!r}. {hint}".rstrip()
            raise NotFound(problem, provider="on-call", operation="on_call")
        return _people(request.schedule, rota(request.at)) if callable(rota) else rota


def _people(name: str, people: Iterable[str]) -> tuple[str, ...]:
    """Those who are on call by a rota; one name alone would be read as a list of letters."""
    words = f"{name}: who is on call is a list, such as ['grace'], or what is called for a moment and gives one"
    return several(people, Misconfigured, words)
