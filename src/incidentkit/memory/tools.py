"""All tools in memory at once, around one production."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from attrs import Factory, field, frozen

from incidentkit.memory.clock import system_clock
from incidentkit.memory.configuration import MemoryConfiguration
from incidentkit.memory.database import MemoryDatabase
from incidentkit.memory.deployments import MemoryDeployments
from incidentkit.memory.feature_flags import MemoryFeatureFlags
from incidentkit.memory.health_checks import MemoryHealthChecks
from incidentkit.memory.logs import MemoryLogs
from incidentkit.memory.metrics import MemoryMetrics
from incidentkit.memory.orchestrator import MemoryOrchestrator
from incidentkit.memory.production import MemoryProduction
from incidentkit.memory.test_runner import MemoryTestRunner
from incidentkit.memory.tracker import MemoryTracker
from incidentkit.memory.traffic import MemoryApiGateway, MemoryFirewall, MemoryLoadBalancer, MemoryServiceMesh
from incidentkit.memory.version_control import MemoryVersionControl
from incidentkit.providers.tools import TOOLS


def _nowhere() -> MemoryHealthChecks:
    """A provider of others that has no troubles."""
    return MemoryHealthChecks(MemoryProduction())


@frozen(kw_only=True)
class MemoryTools:
    """A provider for the slot of every tool of the playbook; those that are not given know of nothing.

    ``Toolbox(**tools.by_slot)`` has them all.
    """

    clock: Callable[[], datetime] = system_clock
    """What the tools that are not given go by."""
    production: MemoryProduction = field(factory=MemoryProduction)
    """What they look at."""
    health_check: MemoryHealthChecks = Factory(lambda self: MemoryHealthChecks(self.production), takes_self=True)
    metrics: MemoryMetrics = Factory(lambda self: MemoryMetrics(self.production), takes_self=True)
    logging: MemoryLogs = Factory(lambda self: MemoryLogs(self.production, clock=self.clock), takes_self=True)
    support: MemoryTracker = Factory(lambda self: MemoryTracker(clock=self.clock), takes_self=True)
    feature_flag_tool: MemoryFeatureFlags = Factory(lambda: MemoryFeatureFlags([]))
    deploy_tool: MemoryDeployments = Factory(lambda self: MemoryDeployments(clock=self.clock), takes_self=True)
    orchestrator: MemoryOrchestrator = Factory(MemoryOrchestrator)
    service_mesh: MemoryServiceMesh = Factory(lambda: MemoryServiceMesh([]))
    load_balancer: MemoryLoadBalancer = Factory(lambda: MemoryLoadBalancer([]))
    database: MemoryDatabase = Factory(MemoryDatabase)
    cloud_provider: MemoryHealthChecks = Factory(_nowhere)
    payment_provider: MemoryHealthChecks = Factory(_nowhere)
    vcs_tool: MemoryVersionControl = Factory(MemoryVersionControl)
    test_runner: MemoryTestRunner = Factory(MemoryTestRunner)
    config_tool: MemoryConfiguration = Factory(MemoryConfiguration)
    api_gateway: MemoryApiGateway = Factory(MemoryApiGateway)
    firewall: MemoryFirewall = Factory(lambda: MemoryFirewall([]))

    @property
    def by_slot(self) -> dict[str, Any]:
        """Each of them by the name of its slot."""
        return {tool.slot: getattr(self, tool.slot) for tool in TOOLS}
