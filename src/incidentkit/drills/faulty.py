"""Providers with faults in front, to see what becomes of an incident when one does not work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, cast, overload

from incidentkit.drills.fault import Faults, outages_of
from incidentkit.drills.illness import Illness
from incidentkit.memory.clock import system_clock
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.providers.chat import Chat, CloseChannel, OpenChannel, PostMessage
from incidentkit.providers.configuration import Configuration, GetSetting, SetSetting, Setting, UnsetSetting
from incidentkit.providers.database import (
    CheckDatabase,
    CheckReplica,
    Database,
    DatabaseStatus,
    FailOver,
    QueryDatabase,
    QueryRows,
    ReplicaStatus,
    RestartDatabase,
)
from incidentkit.providers.deployments import Deploy, DeploymentHistory, Deployments, FindDeployments, RollBack
from incidentkit.providers.feature_flags import DisableFeatures, EnableFeatures, FeatureFlags
from incidentkit.providers.health_checks import CheckHealth, Health, HealthChecks
from incidentkit.providers.logs import ArchiveLogs, LogLines, Logs, SearchLogs, TailLogs
from incidentkit.providers.metrics import (
    Metrics,
    MetricValue,
    QueryMetric,
    ReadDashboard,
    ReadErrors,
    Readings,
    WatchMetrics,
)
from incidentkit.providers.on_call import FindOnCall, OnCall, OnCallNow
from incidentkit.providers.orchestrator import Orchestrator, RestartService, ScaleService
from incidentkit.providers.pager import Pager, SendPage
from incidentkit.providers.status_page import PublishStatus, StatusPage
from incidentkit.providers.support import Support
from incidentkit.providers.test_runner import RunTests, SuiteResult, TestRunner
from incidentkit.providers.tracker import CloseTicket, FindTickets, FoundTickets, OpenTicket, Tracker
from incidentkit.providers.traffic import (
    ApiGateway,
    BlockAll,
    BreakCircuit,
    Firewall,
    LoadBalancer,
    RemoveRateLimit,
    RestoreCircuit,
    RouteAway,
    RouteBack,
    ServiceMesh,
    SetRateLimit,
    UnblockAll,
)
from incidentkit.providers.version_control import Commit, CreateBranch, Push, VersionControl


class Diagnoses(Protocol):
    """What every provider can do: say whether it could do its work now."""

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether it could, without changing anything."""
        ...


S_co = TypeVar("S_co", bound=Diagnoses, covariant=True)


class Faulty(Generic[S_co]):
    """A provider with faults in front: whatever the system is, this is too, so it stands wherever the system stands.

    The system may be one of yours or one in memory, with ``def`` or with ``async def``. ``faults`` say what becomes of
    requests; the times in them count from ``since`` on, which is now unless it is said, by the ``clock``. Nothing ever
    sleeps: what is late is late by that clock, which may be one that is turned by hand. Threads may share it.

    A request that only reads has no receipt to be wrong: if it is dropped, its answer is lost; if it is delayed, its
    answer is late; and a name that is wrong has no bearing on it.
    """

    def __init__(
        self,
        system: S_co,
        faults: Faults,
        *,
        clock: Callable[[], datetime] = system_clock,
        since: datetime | None = None,
    ) -> None:
        self._system = system
        self._illness = Illness(outages=outages_of(faults), clock=clock, since=clock() if since is None else since)

    @property
    def next_at(self) -> datetime | None:
        """When something is done that was put off; `None` if nothing was."""
        return self._illness.next_at

    def catch_up(self) -> Answer[None]:
        """Do what was put off until now, the earliest first; the next request that comes does it, too.

        Nobody is told if that fails, because they were told that it is done. To be awaited if the system is.
        """
        return self._illness.catch_up(self._system.diagnose)

    def diagnose(self) -> Answer[Diagnosis]:
        """Unhealthy, and why; what a system does not know of itself does not show."""
        return self._illness.diagnose(self._system.diagnose)

    def close(self) -> Answer[None]:
        """Close the system, if it can be closed; no fault keeps it from that."""
        close: Callable[[], Answer[None]] | None = getattr(self._system, "close", None)
        return None if close is None else close()

    def page(self: Faulty[Pager], request: SendPage, /) -> Answer[Receipt]:
        """Reach the person, as far as faults let it."""
        return self._illness.change(self._system.page, request, f"{request.method}.page")

    def on_call(self: Faulty[OnCall], request: FindOnCall, /) -> Answer[OnCallNow]:
        """Ask who is on call, as far as faults let it."""
        return self._illness.read(self._system.on_call, request, "on-call.on_call")

    def open_channel(self: Faulty[Chat], request: OpenChannel, /) -> Answer[Receipt]:
        """Open a channel, as far as faults let it."""
        return self._illness.change(self._system.open_channel, request, "chat.open_channel")

    def post(self: Faulty[Chat], request: PostMessage, /) -> Answer[Receipt]:
        """Post a message, as far as faults let it."""
        return self._illness.change(self._system.post, request, "chat.post")

    def close_channel(self: Faulty[Chat], request: CloseChannel, /) -> Answer[Receipt]:
        """Close a channel, as far as faults let it."""
        return self._illness.change(self._system.close_channel, request, "chat.close_channel")

    def publish(self: Faulty[StatusPage], request: PublishStatus, /) -> Answer[Receipt]:
        """Publish how things stand, as far as faults let it."""
        return self._illness.change(self._system.publish, request, "status-page.publish")

    def open_ticket(self: Faulty[Tracker], request: OpenTicket, /) -> Answer[Receipt]:
        """Open a ticket, as far as faults let it."""
        return self._illness.change(self._system.open_ticket, request, "tracker.open_ticket")

    def close_ticket(self: Faulty[Tracker], request: CloseTicket, /) -> Answer[Receipt]:
        """Close a ticket, as far as faults let it."""
        return self._illness.change(self._system.close_ticket, request, "tracker.close_ticket")

    def check(self: Faulty[HealthChecks], request: CheckHealth, /) -> Answer[Health]:
        """Ask whether it works, as far as faults let it."""
        return self._illness.read(self._system.check, request, "health_check.check")

    def errors(self: Faulty[Metrics], request: ReadErrors, /) -> Answer[Readings]:
        """Read the error rate, as far as faults let it."""
        return self._illness.read(self._system.errors, request, "metrics.errors")

    def dashboard(self: Faulty[Metrics], request: ReadDashboard, /) -> Answer[Readings]:
        """Read the dashboard, as far as faults let it."""
        return self._illness.read(self._system.dashboard, request, "metrics.dashboard")

    @overload
    def query(self: Faulty[Metrics], request: QueryMetric, /) -> Answer[MetricValue]: ...

    @overload
    def query(self: Faulty[Database], request: QueryDatabase, /) -> Answer[QueryRows]: ...

    def query(self, request: Any, /) -> Any:
        """Ask for a metric, or query the database, as far as faults let it."""
        slot = "metrics" if isinstance(request, QueryMetric) else "database"
        return self._illness.read(cast(Any, self._system).query, request, f"{slot}.query")

    def watch(self: Faulty[Metrics], request: WatchMetrics, /) -> Answer[Readings]:
        """Watch the metrics, as far as faults let it."""
        return self._illness.read(self._system.watch, request, "metrics.watch")

    def tail(self: Faulty[Logs], request: TailLogs, /) -> Answer[LogLines]:
        """Read the latest log lines, as far as faults let it."""
        return self._illness.read(self._system.tail, request, "logging.tail")

    def search(self: Faulty[Logs], request: SearchLogs, /) -> Answer[LogLines]:
        """Search the logs, as far as faults let it."""
        return self._illness.read(self._system.search, request, "logging.search")

    def archive(self: Faulty[Logs], request: ArchiveLogs, /) -> Answer[Receipt]:
        """Archive logs, as far as faults let it."""
        return self._illness.change(self._system.archive, request, "logging.archive")

    def search_tickets(self: Faulty[Support], request: FindTickets, /) -> Answer[FoundTickets]:
        """Find tickets, as far as faults let it."""
        return self._illness.read(self._system.search_tickets, request, "support.search_tickets")

    def disable(self: Faulty[FeatureFlags], request: DisableFeatures, /) -> Answer[Receipt]:
        """Switch features off, as far as faults let it."""
        return self._illness.change(self._system.disable, request, "feature_flag_tool.disable")

    def enable(self: Faulty[FeatureFlags], request: EnableFeatures, /) -> Answer[Receipt]:
        """Switch features on, as far as faults let it."""
        return self._illness.change(self._system.enable, request, "feature_flag_tool.enable")

    def history(self: Faulty[Deployments], request: FindDeployments, /) -> Answer[DeploymentHistory]:
        """List deployments, as far as faults let it."""
        return self._illness.read(self._system.history, request, "deploy_tool.history")

    def deploy(self: Faulty[Deployments], request: Deploy, /) -> Answer[Receipt]:
        """Deploy a version, as far as faults let it."""
        return self._illness.change(self._system.deploy, request, "deploy_tool.deploy")

    def rollback(self: Faulty[Deployments], request: RollBack, /) -> Answer[Receipt]:
        """Go back to a version, as far as faults let it."""
        return self._illness.change(self._system.rollback, request, "deploy_tool.rollback")

    def scale(self: Faulty[Orchestrator], request: ScaleService, /) -> Answer[Receipt]:
        """Scale a service, as far as faults let it."""
        return self._illness.change(self._system.scale, request, "orchestrator.scale")

    @overload
    def restart(self: Faulty[Orchestrator], request: RestartService, /) -> Answer[Receipt]: ...

    @overload
    def restart(self: Faulty[Database], request: RestartDatabase, /) -> Answer[Receipt]: ...

    def restart(self, request: Any, /) -> Any:
        """Restart a service, or the database, as far as faults let it."""
        slot = "orchestrator" if isinstance(request, RestartService) else "database"
        return self._illness.change(cast(Any, self._system).restart, request, f"{slot}.restart")

    def break_circuit(self: Faulty[ServiceMesh], request: BreakCircuit, /) -> Answer[Receipt]:
        """Break a circuit, as far as faults let it."""
        return self._illness.change(self._system.break_circuit, request, "service_mesh.break_circuit")

    def restore_circuit(self: Faulty[ServiceMesh], request: RestoreCircuit, /) -> Answer[Receipt]:
        """Restore a circuit, as far as faults let it."""
        return self._illness.change(self._system.restore_circuit, request, "service_mesh.restore_circuit")

    def route_away(self: Faulty[LoadBalancer], request: RouteAway, /) -> Answer[Receipt]:
        """Route away from an instance, as far as faults let it."""
        return self._illness.change(self._system.route_away, request, "load_balancer.route_away")

    def route_back(self: Faulty[LoadBalancer], request: RouteBack, /) -> Answer[Receipt]:
        """Route back to an instance, as far as faults let it."""
        return self._illness.change(self._system.route_back, request, "load_balancer.route_back")

    def status(self: Faulty[Database], request: CheckDatabase, /) -> Answer[DatabaseStatus]:
        """Ask how the database is, as far as faults let it."""
        return self._illness.read(self._system.status, request, "database.status")

    def replica_status(self: Faulty[Database], request: CheckReplica, /) -> Answer[ReplicaStatus]:
        """Ask how the replica is, as far as faults let it."""
        return self._illness.read(self._system.replica_status, request, "database.replica_status")

    def failover(self: Faulty[Database], request: FailOver, /) -> Answer[Receipt]:
        """Fail over to the replica, as far as faults let it."""
        return self._illness.change(self._system.failover, request, "database.failover")

    def create_branch(self: Faulty[VersionControl], request: CreateBranch, /) -> Answer[Receipt]:
        """Create a branch, as far as faults let it."""
        return self._illness.change(self._system.create_branch, request, "vcs_tool.create_branch")

    def commit(self: Faulty[VersionControl], request: Commit, /) -> Answer[Receipt]:
        """Commit, as far as faults let it."""
        return self._illness.change(self._system.commit, request, "vcs_tool.commit")

    def push(self: Faulty[VersionControl], request: Push, /) -> Answer[Receipt]:
        """Push a branch, as far as faults let it."""
        return self._illness.change(self._system.push, request, "vcs_tool.push")

    def run(self: Faulty[TestRunner], request: RunTests, /) -> Answer[SuiteResult]:
        """Run tests, as far as faults let it."""
        return self._illness.read(self._system.run, request, "test_runner.run")

    def set(self: Faulty[Configuration], request: SetSetting, /) -> Answer[Receipt]:
        """Set a setting, as far as faults let it."""
        return self._illness.change(self._system.set, request, "config_tool.set")

    def get(self: Faulty[Configuration], request: GetSetting, /) -> Answer[Setting]:
        """Get a setting, as far as faults let it."""
        return self._illness.read(self._system.get, request, "config_tool.get")

    def unset(self: Faulty[Configuration], request: UnsetSetting, /) -> Answer[Receipt]:
        """Unset a setting, as far as faults let it."""
        return self._illness.change(self._system.unset, request, "config_tool.unset")

    def set_rate_limit(self: Faulty[ApiGateway], request: SetRateLimit, /) -> Answer[Receipt]:
        """Limit the rate of requests, as far as faults let it."""
        return self._illness.change(self._system.set_rate_limit, request, "api_gateway.set_rate_limit")

    def remove_rate_limit(self: Faulty[ApiGateway], request: RemoveRateLimit, /) -> Answer[Receipt]:
        """Remove the limit of the rate, as far as faults let it."""
        return self._illness.change(self._system.remove_rate_limit, request, "api_gateway.remove_rate_limit")

    def block_all(self: Faulty[Firewall], request: BlockAll, /) -> Answer[Receipt]:
        """Block all requests to a service, as far as faults let it."""
        return self._illness.change(self._system.block_all, request, "firewall.block_all")

    def unblock_all(self: Faulty[Firewall], request: UnblockAll, /) -> Answer[Receipt]:
        """Let requests through again, as far as faults let it."""
        return self._illness.change(self._system.unblock_all, request, "firewall.unblock_all")
