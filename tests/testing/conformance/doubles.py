"""Providers in memory as suites see them: with the system behind in view, and with mistakes put in on purpose."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Lock, get_ident
from typing import Any, Final, TypeAlias

from incidentkit.errors import ProviderError, ProviderUnavailable, RateLimited
from incidentkit.memory import (
    MemoryApiGateway,
    MemoryChat,
    MemoryConfiguration,
    MemoryDatabase,
    MemoryDeployments,
    MemoryFeatureFlags,
    MemoryFirewall,
    MemoryHealthChecks,
    MemoryLoadBalancer,
    MemoryLogs,
    MemoryMetrics,
    MemoryOnCall,
    MemoryOrchestrator,
    MemoryPager,
    MemoryProduction,
    MemoryServiceMesh,
    MemoryStatusPage,
    MemoryTestRunner,
    MemoryTracker,
    MemoryVersionControl,
)
from incidentkit.providers.database import QueryRows
from incidentkit.providers.deployments import Deployment
from incidentkit.testing.conformance import Rig
from incidentkit.testing.conformance.suite import Suite

KNOWN: Final = {
    "features": "checkout",
    "version": "2.4.0",
    "service": "checkout",
    "instance": "web-1",
    "sql": "SELECT 1",
    "query": "error_rate",
    "schedule": "payments",
    "suite": "smoke",
}
"""What there is in the providers below."""

PROVIDERS: Final[Mapping[str, Callable[[], Any]]] = {
    "pager": MemoryPager,
    "on-call": lambda: MemoryOnCall({"payments": ["ada"]}),
    "chat": MemoryChat,
    "status-page": MemoryStatusPage,
    "tracker": MemoryTracker,
    "health-checks": lambda: MemoryHealthChecks(MemoryProduction()),
    "metrics": lambda: MemoryMetrics(MemoryProduction()),
    "logs": lambda: MemoryLogs(MemoryProduction()),
    "support": MemoryTracker,
    "feature-flags": lambda: MemoryFeatureFlags(["checkout"]),
    "deployments": lambda: MemoryDeployments([Deployment(version=each) for each in ("2.2.0", "2.4.0", "2.3.0")]),
    "orchestrator": lambda: MemoryOrchestrator({"checkout": 2}),
    "service-mesh": lambda: MemoryServiceMesh(["checkout"]),
    "load-balancer": lambda: MemoryLoadBalancer(["web-1"]),
    "database": lambda: MemoryDatabase(rows={"SELECT 1": QueryRows()}),
    "version-control": MemoryVersionControl,
    "test-runner": lambda: MemoryTestRunner({"smoke": {"checkout": True}}),
    "configuration": MemoryConfiguration,
    "api-gateway": MemoryApiGateway,
    "firewall": lambda: MemoryFirewall(["checkout"]),
}
"""What makes a provider of each kind but a store."""

Fault: TypeAlias = Callable[["Double", Callable[..., Any], Any], Any]
"""What a method does instead: it is given the double, what the method would do, and the request."""


class Double:
    """A provider in memory that keeps what it did, and does some of it wrongly."""

    def __init__(
        self, inner: Any, changing: frozenset[str], faults: Mapping[str, Fault], first: Double | None = None
    ) -> None:
        self.inner = inner
        self.is_another = first is not None
        self.effects: list[str] = [] if first is None else first.effects
        self.said: dict[Any, Any] = {} if first is None else first.said
        """What a mistake has to remember."""
        self.made_in = get_ident()
        self._changing = changing
        self._faults = faults
        self._keys: set[str] = set() if first is None else first._keys
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:
        if name not in self._faults:
            return self.honest(name)
        return partial(self._wrongly, name)

    def _wrongly(self, name: str, request: Any = None, /) -> Any:
        return self._faults[name](self, self.honest(name), request)

    def honest(self, name: str) -> Any:
        """A method as it should be."""
        return partial(self._change, name) if name in self._changing else getattr(self.inner, name)

    def _change(self, name: str, request: Any, /) -> Any:
        with self._lock:
            receipt = getattr(self.inner, name)(request)
            if request.key not in self._keys:
                self._keys.add(request.key)
                self.effects.append(f"{name} {request}")
            return receipt


class Awaited:
    """The same provider, every method of which is awaited."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._provider, name)

        async def awaited(*arguments: Any, **named: Any) -> Any:
            return method(*arguments, **named)

        return awaited


def changing(suite: Suite) -> frozenset[str]:
    """The methods of a protocol that change something."""
    return frozenset(check.name.removesuffix("_done") for check in suite.checks if check.name.endswith("_done"))


def rig_of(suite: Suite, faults: Mapping[str, Fault], around: Callable[[Any], Any] = lambda provider: provider) -> Any:
    """A provider of that kind with these faults, in a rig that shows everything."""
    inner = PROVIDERS[suite.kind]()
    double = Double(inner, changing(suite), faults)

    @contextmanager
    def trouble(error: ProviderError) -> Generator[None]:
        inner.fault = error
        yield
        inner.fault = None

    return Rig(
        around(double),
        effects=lambda: double.effects,
        known=KNOWN,
        another=lambda: around(Double(inner, changing(suite), faults, double)),
        outage=lambda: trouble(ProviderUnavailable("nobody answers")),
        overload=lambda: trouble(RateLimited("too many requests", retry_after=timedelta(seconds=30))),
    )
