"""The tools of the playbook, as programs that are waited for."""

from __future__ import annotations

from typing import Final

from incidentkit.adapters.answers import A
from incidentkit.adapters.command_line import CommandLine
from incidentkit.adapters.equipment import Equipment, Makers, ToolSlots
from incidentkit.adapters.process import run
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


class CommandTools(Equipment):
    """The tools of the playbook as programs, each by the playbook's own variable: ``{"DEPLOY_TOOL": "./deploy.sh"}``.

    A command line is a text, which is taken apart into words as a shell would, with quotes and backslashes and nothing
    else; or it is a list of words. The playbook's own words follow: ``rollback --to-version=2.4.0``. There is no shell.
    Programs read nothing; they see the incident as ``INCIDENTKIT_INCIDENT``, and the key of a change as
    ``INCIDENTKIT_KEY``.

    ``directory`` is where they run, and ``environment`` has the variables that they see; unless given, both are those
    of this program. Each may run for the ``limit``, unless ``limits`` has another one for its variable. Then it is
    ended with all that it started: by SIGTERM, and by SIGKILL after the ``grace``. So is what it leaves behind when it
    ends. ``exit_codes`` say by variable what an exit code means where that is not what `EXIT_CODES` says.

    Raises `Misconfigured` for a name that is no variable of the playbook, with the nearest one; for what is no command
    line; for anything else that makes no sense; and on Windows, where what a program started cannot be ended with it.
    Threads may share it.
    """

    def slots(self) -> ToolSlots:
        """A provider for each tool that there is, by the slots of a `Toolbox`."""
        return self._filled(_MAKERS)


class _Provider:
    """Asks the program of a tool, in the calling thread."""

    def __init__(self, line: CommandLine) -> None:
        self._line = line

    def __repr__(self) -> str:
        return f"<{self._line.program}>"

    def diagnose(self) -> Diagnosis:
        return self._line.diagnosis()

    def _ask(self, method: str, request: ToolRequest, kind: type[A]) -> A:
        errand = self._line.errand(method, request)
        return errand.answer(run(errand.command), kind)


class _HealthChecks(_Provider):
    def check(self, request: CheckHealth, /) -> Health:
        return self._ask("check", request, Health)


class _Metrics(_Provider):
    def errors(self, request: ReadErrors, /) -> Readings:
        return self._ask("errors", request, Readings)

    def dashboard(self, request: ReadDashboard, /) -> Readings:
        return self._ask("dashboard", request, Readings)

    def query(self, request: QueryMetric, /) -> MetricValue:
        return self._ask("query", request, MetricValue)

    def watch(self, request: WatchMetrics, /) -> Readings:
        return self._ask("watch", request, Readings)


class _Logs(_Provider):
    def tail(self, request: TailLogs, /) -> LogLines:
        return self._ask("tail", request, LogLines)

    def search(self, request: SearchLogs, /) -> LogLines:
        return self._ask("search", request, LogLines)

    def archive(self, request: ArchiveLogs, /) -> Receipt:
        return self._ask("archive", request, Receipt)


class _Support(_Provider):
    def search_tickets(self, request: FindTickets, /) -> FoundTickets:
        return self._ask("search_tickets", request, FoundTickets)


class _FeatureFlags(_Provider):
    def disable(self, request: DisableFeatures, /) -> Receipt:
        return self._ask("disable", request, Receipt)

    def enable(self, request: EnableFeatures, /) -> Receipt:
        return self._ask("enable", request, Receipt)


class _Deployments(_Provider):
    def history(self, request: FindDeployments, /) -> DeploymentHistory:
        return self._ask("history", request, DeploymentHistory)

    def deploy(self, request: Deploy, /) -> Receipt:
        return self._ask("deploy", request, Receipt)

    def rollback(self, request: RollBack, /) -> Receipt:
        return self._ask("rollback", request, Receipt)


class _Orchestrator(_Provider):
    def scale(self, request: ScaleService, /) -> Receipt:
        return self._ask("scale", request, Receipt)

    def restart(self, request: RestartService, /) -> Receipt:
        return self._ask("restart", request, Receipt)


class _ServiceMesh(_Provider):
    def break_circuit(self, request: BreakCircuit, /) -> Receipt:
        return self._ask("break_circuit", request, Receipt)

    def restore_circuit(self, request: RestoreCircuit, /) -> Receipt:
        return self._ask("restore_circuit", request, Receipt)


class _LoadBalancer(_Provider):
    def route_away(self, request: RouteAway, /) -> Receipt:
        return self._ask("route_away", request, Receipt)

    def route_back(self, request: RouteBack, /) -> Receipt:
        return self._ask("route_back", request, Receipt)


class _Database(_Provider):
    def status(self, request: CheckDatabase, /) -> DatabaseStatus:
        return self._ask("status", request, DatabaseStatus)

    def restart(self, request: RestartDatabase, /) -> Receipt:
        return self._ask("restart", request, Receipt)

    def replica_status(self, request: CheckReplica, /) -> ReplicaStatus:
        return self._ask("replica_status", request, ReplicaStatus)

    def failover(self, request: FailOver, /) -> Receipt:
        return self._ask("failover", request, Receipt)

    def query(self, request: QueryDatabase, /) -> QueryRows:
        return self._ask("query", request, QueryRows)


class _VersionControl(_Provider):
    def create_branch(self, request: CreateBranch, /) -> Receipt:
        return self._ask("create_branch", request, Receipt)

    def commit(self, request: Commit, /) -> Receipt:
        return self._ask("commit", request, Receipt)

    def push(self, request: Push, /) -> Receipt:
        return self._ask("push", request, Receipt)


class _TestRunner(_Provider):
    def run(self, request: RunTests, /) -> SuiteResult:
        return self._ask("run", request, SuiteResult)


class _Configuration(_Provider):
    def set(self, request: SetSetting, /) -> Receipt:
        return self._ask("set", request, Receipt)

    def get(self, request: GetSetting, /) -> Setting:
        return self._ask("get", request, Setting)

    def unset(self, request: UnsetSetting, /) -> Receipt:
        return self._ask("unset", request, Receipt)


class _ApiGateway(_Provider):
    def set_rate_limit(self, request: SetRateLimit, /) -> Receipt:
        return self._ask("set_rate_limit", request, Receipt)

    def remove_rate_limit(self, request: RemoveRateLimit, /) -> Receipt:
        return self._ask("remove_rate_limit", request, Receipt)


class _Firewall(_Provider):
    def block_all(self, request: BlockAll, /) -> Receipt:
        return self._ask("block_all", request, Receipt)

    def unblock_all(self, request: UnblockAll, /) -> Receipt:
        return self._ask("unblock_all", request, Receipt)


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
