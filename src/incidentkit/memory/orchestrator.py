"""The reference orchestrator: services of which no copy runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from incidentkit.errors import Conflict, Misconfigured, ProviderError, expect
from incidentkit.memory.tool import MemoryTool
from incidentkit.providers.answer import Receipt
from incidentkit.providers.orchestrator import RestartService, ScaleService


class MemoryOrchestrator(MemoryTool):
    """An `Orchestrator` of services, each with its number of copies; the first one is taken by itself.

    With ``room`` there are no more copies of all services together.
    """

    name: ClassVar[str] = "orchestrator"

    def __init__(
        self,
        services: Mapping[str, int] | None = None,
        *,
        room: int | None = None,
        fault: ProviderError | None = None,
    ) -> None:
        super().__init__(fault=fault)
        given = expect(Mapping, services or {}, Misconfigured, "the services are numbers of copies by name")
        self._replicas = dict(given)
        self._restarts: list[str] = []
        self._room = room

    @property
    def replicas(self) -> dict[str, int]:
        """How many copies of each service run."""
        with self._lock:
            return {**self._replicas}

    @property
    def restarts(self) -> list[str]:
        """The services that were started anew, in that order."""
        with self._lock:
            return [*self._restarts]

    def scale(self, request: ScaleService, /) -> Receipt:
        """Have so many copies run, unless the key did so before."""
        return self._change(request, lambda: self._scale(request))

    def restart(self, request: RestartService, /) -> Receipt:
        """Start the service anew, unless the key did so before."""
        return self._change(request, lambda: self._restart(request.service))

    def _scale(self, request: ScaleService) -> Receipt:
        service = request.service or next(iter(self._replicas), "")
        self._find("service", service, self._replicas, "scale")
        former = self._replicas[service]
        total = sum(self._replicas.values()) - former + request.replicas
        if self._room is not None and total > max(self._room, sum(self._replicas.values())):
            problem = f"there is room for {self._room} copies of all services together, and these would be {total}"
            raise Conflict(problem, provider=self.name, operation="scale")
        self._replicas[service] = request.replicas
        return Receipt(former=(str(former),))

    def _restart(self, service: str) -> Receipt:
        self._find("service", service, self._replicas, "restart")
        self._restarts.append(service)
        return Receipt()
