"""The reference tools for traffic: a mesh, a balancer, a gateway and a firewall through which nothing goes."""

from __future__ import annotations

from typing import ClassVar

from incidentkit.errors import ProviderError
from incidentkit.memory.switches import Switches
from incidentkit.memory.tool import MemoryTool
from incidentkit.providers.answer import Receipt
from incidentkit.providers.traffic import (
    BlockAll,
    BreakCircuit,
    RemoveRateLimit,
    RestoreCircuit,
    RouteAway,
    RouteBack,
    SetRateLimit,
    UnblockAll,
)


class MemoryServiceMesh(Switches):
    """A `ServiceMesh` of the services that it is given; those that are ``off`` are not called."""

    name: ClassVar[str] = "service-mesh"
    what: ClassVar[str] = "service"

    def break_circuit(self, request: BreakCircuit, /) -> Receipt:
        """Switch the service off, unless the key did so before."""
        return self._change(request, lambda: self._switch((request.service,), "break_circuit", on=False))

    def restore_circuit(self, request: RestoreCircuit, /) -> Receipt:
        """Switch the service on, unless the key did so before."""
        return self._change(request, lambda: self._switch((request.service,), "restore_circuit", on=True))


class MemoryLoadBalancer(Switches):
    """A `LoadBalancer` of the instances that it is given; those that are ``off`` get no traffic."""

    name: ClassVar[str] = "load-balancer"
    what: ClassVar[str] = "instance"

    def route_away(self, request: RouteAway, /) -> Receipt:
        """Switch the instance off, unless the key did so before."""
        return self._change(request, lambda: self._switch((request.instance,), "route_away", on=False))

    def route_back(self, request: RouteBack, /) -> Receipt:
        """Switch the instance on, unless the key did so before."""
        return self._change(request, lambda: self._switch((request.instance,), "route_back", on=True))


class MemoryFirewall(Switches):
    """A `Firewall` of the services that it is given; those that are ``off`` are blocked."""

    name: ClassVar[str] = "firewall"
    what: ClassVar[str] = "service"

    def block_all(self, request: BlockAll, /) -> Receipt:
        """Switch the service off, unless the key did so before."""
        return self._change(request, lambda: self._switch((request.service,), "block_all", on=False))

    def unblock_all(self, request: UnblockAll, /) -> Receipt:
        """Switch the service on, unless the key did so before."""
        return self._change(request, lambda: self._switch((request.service,), "unblock_all", on=True))


class MemoryApiGateway(MemoryTool):
    """An `ApiGateway` that keeps its limit."""

    name: ClassVar[str] = "api-gateway"

    def __init__(self, *, limit: int | None = None, fault: ProviderError | None = None) -> None:
        super().__init__(fault=fault)
        self._limit = limit

    @property
    def limit(self) -> int | None:
        """Requests per second that are let in; `None` for all."""
        with self._lock:
            return self._limit

    def set_rate_limit(self, request: SetRateLimit, /) -> Receipt:
        """Set the limit, unless the key did so before."""
        return self._change(request, lambda: self._replace(request.rps))

    def remove_rate_limit(self, request: RemoveRateLimit, /) -> Receipt:
        """Take the limit away, unless the key did so before."""
        return self._change(request, lambda: self._replace(None))

    def _replace(self, limit: int | None) -> Receipt:
        former, self._limit = self._limit, limit
        return Receipt(former=() if former is None else (str(former),))
