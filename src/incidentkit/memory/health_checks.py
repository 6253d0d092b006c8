"""The reference health checks: they look at a production in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from incidentkit.errors import ProviderError
from incidentkit.memory.deployments import PRODUCTION
from incidentkit.memory.production import MemoryProduction
from incidentkit.memory.tool import MemoryTool, names
from incidentkit.providers.health_checks import CheckHealth, Health


class MemoryHealthChecks(MemoryTool):
    """`HealthChecks` of a production, or of a provider that has troubles of its own."""

    name: ClassVar[str] = "health-checks"

    def __init__(
        self,
        production: MemoryProduction,
        *,
        environments: Iterable[str] = (PRODUCTION,),
        fault: ProviderError | None = None,
    ) -> None:
        super().__init__(fault=fault)
        self._production = production
        self._environments = names(environments, "the environments")

    def check(self, request: CheckHealth, /) -> Health:
        """Well if nothing is wrong; else the names of what is."""
        return self._read(request, lambda: self._health(request.environment))

    def _health(self, environment: str) -> Health:
        if environment:
            self._find("environment", environment, self._environments, "check")
        wrong = [trouble.name for trouble in self._production.troubles]
        return Health(healthy=not wrong, note="; ".join(wrong), output="".join(f"{each}\n" for each in wrong).encode())
