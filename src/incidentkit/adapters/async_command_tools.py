"""The tools of the playbook, as programs that are awaited."""

from __future__ import annotations

from typing import Final

from incidentkit.adapters.answers import A
from incidentkit.adapters.async_process import run
from incidentkit.adapters.command_line import CommandLine
from incidentkit.adapters.equipment import Equipment, Makers, ToolSlots
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.configuration import GetSetting, SetSetting, Setting, UnsetSetting
from incidentkit.providers.database import (
    CheckDatabase,
    CheckReplica,
    DatabaseStatus,
    FailOver,
    QueryDatabase,
    QueryRows,
    ReplicaStatus,
    RestartDatabase,
)
from incidentkit.providers.deployments import Deploy, DeploymentHistory, FindDeployments, RollBack
from incidentkit.providers.feature_flags import DisableFeatures, EnableFeatures
from incidentkit.providers.health_checks import CheckHealth, Health
from incidentkit.providers.logs import ArchiveLogs, LogLines, SearchLogs, TailLogs
from incidentkit.providers.metrics import MetricValue, QueryMetric, ReadDashboard, ReadErrors, Readings, WatchMetrics
from incidentkit.providers.orchestrator import RestartService, ScaleService
from incidentkit.providers.test_runner import RunTests, SuiteResult
from incidentkit.providers.tools import ToolRequest
from incidentkit.providers.tracker import FindTickets, FoundTickets
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
from incidentkit.providers.version_control import Commit, CreateBranch, Push


class AsyncCommandTools(Equipment):
    """The same as `CommandTools`, for an `AsyncDesk`: whoever is cancelled ends the program first."""

    def slots(self) -> ToolSlots:
        """A provider for each tool that there is, by the slots of a `Toolbox`."""
        return self._filled(_MAKERS)


class _Provider:
    """Asks the program of a tool, and holds up nothing else."""

    def __init__(self, line: CommandLine) -> None:
        self._line = line

    def __repr__(self) -> str:
        return f"<{self._line.program}>"

    async def diagnose(self) -> Diagnosis:
        return self._line.diagnosis()

    async def _ask(self, method: str, request: ToolRequest, kind: type[A]) -> A:
        errand = self._line.errand(method, request)
        return errand.answer(await run(errand.command), kind)


class _HealthChecks(_Provider):
    async def check(self, request: CheckHealth, /) -> Health:
        return await self._ask("check", request, Health)


class _Metrics(_Provider):
    async def errors(self, request: ReadErrors, /) -> Readings:
        return await self._ask("errors", request, Readings)

    async def dashboard(self, request: ReadDashboard, /) -> Readings:
        return await self._ask("dashboard", request, Readings)

    async def query(self, request: QueryMetric, /) -> MetricValue:
        return await self._ask("query", request, MetricValue)

    async def watch(self, request: WatchMetrics, /) -> Readings:
        return await self._ask("watch", request, Readings)


class _Logs(_Provider):
    async def tail(self, request: TailLogs, /) -> LogLines:
        return await self._ask("tail", request, LogLines)

    async def search(self, request: SearchLogs, /) -> LogLines:
        return await self._ask("search", request, LogLines)

    async def archive(self, request: ArchiveLogs, /) -> Receipt:
        return await self._ask("archive", request, Receipt)


class _Support(_Provider):
    async def search_tickets(self, request: FindTickets, /) -> FoundTickets:
        return await self._ask("search_tickets", request, FoundTickets)


class _FeatureFlags(_Provider):
    async def disable(self, request: DisableFeatures, /) -> Receipt:
        return await self._ask("disable", request, Receipt)

    async def enable(self, request: EnableFeatures, /) -> Receipt:
        return await self._ask("enable", request, Receipt)


class _Deployments(_Provider):
    async def history(self, request: FindDeployments, /) -> DeploymentHistory:
        return await self._ask("history", request, DeploymentHistory)

    async def deploy(self, request: Deploy, /) -> Receipt:
        return await self._ask("deploy", request, Receipt)

    async def rollback(self, request: RollBack, /) -> Receipt:
        return await self._ask("rollback", request, Receipt)


class _Orchestrator(_Provider):
    async def scale(self, request: ScaleService, /) -> Receipt:
        return await self._ask("scale", request, Receipt)

    async def restart(self, request: RestartService, /) -> Receipt:
        return await self._ask("restart", request, Receipt)


class _ServiceMesh(_Provider):
    async def break_circuit(self, request: BreakCircuit, /) -> Receipt:
        return await self._ask("break_circuit", request, Receipt)

    async def restore_circuit(self, request: RestoreCircuit, /) -> Receipt:
        return await self._ask("restore_circuit", request, Receipt)


class _LoadBalancer(_Provider):
    async def route_away(self, request: RouteAway, /) -> Receipt:
        return await self._ask("route_away", request, Receipt)

    async def route_back(self, request: RouteBack, /) -> Receipt:
        return await self._ask("route_back", request, Receipt)


class _Database(_Provider):
    async def status(self, request: CheckDatabase, /) -> DatabaseStatus:
        return await self._ask("status", request, DatabaseStatus)

    async def restart(self, request: RestartDatabase, /) -> Receipt:
        return await self._ask("restart", request, Receipt)

    async def replica_status(self, request: CheckReplica, /) -> ReplicaStatus:
        return await self._ask("replica_status", request, ReplicaStatus)

    async def failover(self, request: FailOver, /) -> Receipt:
        return await self._ask("failover", request, Receipt)

    async def query(self, request: QueryDatabase, /) -> QueryRows:
        return await self._ask("query", request, QueryRows)


class _VersionControl(_Provider):
    async def create_branch(self, request: CreateBranch, /) -> Receipt:
        return await self._ask("create_branch", request, Receipt)

    async def commit(self, request: Commit, /) -> Receipt:
        return await self._ask("commit", request, Receipt)

    async def push(self, request: Push, /) -> Receipt:
        return await self._ask("push", request, Receipt)


class _TestRunner(_Provider):
    async def run(self, request: RunTests, /) -> SuiteResult:
        return await self._ask("run", request, SuiteResult)


class _Configuration(_Provider):
    async def set(self, request: SetSetting, /) -> Receipt:
        return await self._ask("set", request, Receipt)

    async def get(self, request: GetSetting, /) -> Setting:
        return await self._ask("get", request, Setting)

    async def unset(self, request: UnsetSetting, /) -> Receipt:
        return await self._ask("unset", request, Receipt)


class _ApiGateway(_Provider):
    async def set_rate_limit(self, request: SetRateLimit, /) -> Receipt:
        return await self._ask("set_rate_limit", request, Receipt)

    async def remove_rate_limit(self, request: RemoveRateLimit, /) -> Receipt:
        return await self._ask("remove_rate_limit", request, Receipt)


class _Firewall(_Provider):
    async def block_all(self, request: BlockAll, /) -> Receipt:
        return await self._ask("block_all", request, Receipt)

    async def unblock_all(self, request: UnblockAll, /) -> Receipt:
        return await self._ask("unblock_all", request, Receipt)


_MAKERS: Final[Makers] = {
    "health_check": _HealthChecks,
    "metrics": _Metrics,
    "logging": _Logs,
    "support": _Support,
    "feature_flag_tool": _FeatureFlags,
    "deploy_tool": _Deployments,
    "orchestrator": _Orchestrator,
    "service_mesh": _ServiceMesh,
    "load_balancer": _LoadBalancer,
    "database": _Database,
    "cloud_provider": _HealthChecks,
    "payment_provider": _HealthChecks,
    "vcs_tool": _VersionControl,
    "test_runner": _TestRunner,
    "config_tool": _Configuration,
    "api_gateway": _ApiGateway,
    "firewall": _Firewall,
}
"""What asks the program of a tool, by its slot."""
