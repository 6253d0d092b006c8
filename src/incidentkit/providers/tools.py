"""Everything that the tools of the playbook can do, in one table.

A `Tool` is a slot of the toolbox (``deploy_tool``), the variable that the playbook writes for it (``DEPLOY_TOOL``), and
the protocol of whatever fills the slot. An `Operation` is one method of it, with the class of its request and of its
answer, and its command line as `words`. It is called by slot and method, and found by that name::

    rollback = operation("deploy_tool.rollback")
    request = rollback.request(key=key, incident=incident, version="2.4.0")
    rollback.arguments_of(request)  # ("rollback", "--to-version=2.4.0")

The request of one operation may be that of another one too, as `CheckHealth` is for three slots; so what a request is
for is said by the name of an operation, and not by its class.

The words of a command line say which fields of the request stand where:

- A word without a field stands as it is.
- ``--environment={environment}`` is one word, whatever the value holds, and is left out if that is `None` or empty.
- ``{features}`` is one word for each item, if the value is a tuple.
- ``--fast-track={fast_track}`` is ``--fast-track`` if the value is true, and is left out if it is false.
- A length of time is written in the largest of hours, minutes and seconds that fits: ``48h``, ``15m``, ``90s``.

``key`` and ``incident`` are no words, and nor is the ``limit`` of `FindTickets`, to which the answer is cut.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, cast

from attrs import field, frozen

from incidentkit.errors import FieldInvalid, UnknownOperation, shown
from incidentkit.providers.answer import Receipt
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
from incidentkit.providers.orchestrator import Orchestrator, RestartService, ScaleService
from incidentkit.providers.support import Support
from incidentkit.providers.test_runner import RunTests, SuiteResult, TestRunner
from incidentkit.providers.tracker import FindTickets, FoundTickets
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

Inquiry: TypeAlias = (
    CheckHealth
    | ReadErrors
    | ReadDashboard
    | QueryMetric
    | WatchMetrics
    | TailLogs
    | SearchLogs
    | FindTickets
    | FindDeployments
    | GetSetting
    | RunTests
    | CheckDatabase
    | CheckReplica
    | QueryDatabase
)
"""A request to a tool that changes nothing."""

Change: TypeAlias = (
    ArchiveLogs
    | Deploy
    | RollBack
    | DisableFeatures
    | EnableFeatures
    | SetSetting
    | UnsetSetting
    | CreateBranch
    | Commit
    | Push
    | ScaleService
    | RestartService
    | BreakCircuit
    | RestoreCircuit
    | RouteAway
    | RouteBack
    | SetRateLimit
    | RemoveRateLimit
    | BlockAll
    | UnblockAll
    | RestartDatabase
    | FailOver
)
"""A request to a tool that changes something; it has a ``key``, and a `Receipt` is its answer."""

ToolRequest: TypeAlias = Inquiry | Change
"""What a tool can be asked."""

ToolAnswer: TypeAlias = (
    Receipt
    | Health
    | Readings
    | MetricValue
    | LogLines
    | FoundTickets
    | DeploymentHistory
    | Setting
    | SuiteResult
    | DatabaseStatus
    | ReplicaStatus
    | QueryRows
)
"""What a tool can answer. Those that can tell whether something is well or not have a ``healthy``, the same in all."""


@frozen
class Tool:
    """A tool of the playbook."""

    slot: str
    """What the toolbox calls its place."""
    variable: str
    """What the playbook calls it, without the ``$``."""
    protocol: type[Any]
    """What a provider in the slot has to be."""


@frozen
class Operation:
    """Something that a tool can do."""

    tool: Tool
    method: str
    """The method of the protocol."""
    request: type[Any] = field(repr=False)
    """What the method is given: one of `ToolRequest`."""
    answer: type[Any] = field(repr=False)
    """What it gives back: one of `ToolAnswer`."""
    words: tuple[str, ...] = field(repr=False)
    """Its command line after the tool, with the fields of the request in braces."""
    destructive: bool = field(default=False, kw_only=True)
    """Whether it cannot simply be undone, or may lose data or evidence."""
    undone_by: tuple[str, ...] = field(default=(), kw_only=True)
    """The methods of the tool that undo it, by what was so before: see `incidentkit.providers.undoing`."""

    @property
    def slot(self) -> str:
        """The slot of the tool."""
        return self.tool.slot

    @property
    def name(self) -> str:
        """What it is called: slot and method, such as ``deploy_tool.rollback``."""
        return f"{self.slot}.{self.method}"

    @property
    def changes(self) -> bool:
        """Whether it changes something; otherwise it reads."""
        return self.answer is Receipt

    @property
    def usage(self) -> str:
        """How the playbook would write it: ``$DEPLOY_TOOL rollback --to-version={version}``."""
        return " ".join((f"${self.tool.variable}", *self.words))

    def arguments_of(self, request: ToolRequest) -> tuple[str, ...]:
        """The command line of a request, after the tool: a word for each argument, none of them for a shell to read.

        Raises `FieldInvalid` for a request of another class, and for a value that begins with ``-`` where the tool
        would take it for an option; ``field`` names the field.
        """
        if type(request) is not self.request:
            raise FieldInvalid("request", f"{self.name} is asked with {self.request.__name__}, not {shown(request)}")
        return tuple(argument for word in self.words for argument in _arguments(word, request))


_HEALTH_CHECK: Final = Tool("health_check", "HEALTH_CHECK", HealthChecks)
_METRICS: Final = Tool("metrics", "METRICS_TOOL", Metrics)
_LOGGING: Final = Tool("logging", "LOGGING_TOOL", Logs)
_SUPPORT: Final = Tool("support", "SUPPORT_TOOL", Support)
_FEATURE_FLAGS: Final = Tool("feature_flag_tool", "FEATURE_FLAG_TOOL", FeatureFlags)
_DEPLOY: Final = Tool("deploy_tool", "DEPLOY_TOOL", Deployments)
_ORCHESTRATOR: Final = Tool("orchestrator", "ORCHESTRATOR", Orchestrator)
_SERVICE_MESH: Final = Tool("service_mesh", "SERVICE_MESH", ServiceMesh)
_LOAD_BALANCER: Final = Tool("load_balancer", "LOAD_BALANCER", LoadBalancer)
_DATABASE: Final = Tool("database", "DATABASE_TOOL", Database)
_CLOUD: Final = Tool("cloud_provider", "CLOUD_PROVIDER", HealthChecks)
_PAYMENT: Final = Tool("payment_provider", "PAYMENT_PROVIDER", HealthChecks)
_VCS: Final = Tool("vcs_tool", "VCS_TOOL", VersionControl)
_TESTS: Final = Tool("test_runner", "TEST_RUNNER", TestRunner)
_CONFIG: Final = Tool("config_tool", "CONFIG_TOOL", Configuration)
_API_GATEWAY: Final = Tool("api_gateway", "API_GATEWAY", ApiGateway)
_FIREWALL: Final = Tool("firewall", "FIREWALL", Firewall)

# Whatever stops what runs is destructive, since it takes memory, open work and local files with it: a restart, a
# failover, and a rollback or a deployment too, which a schema that has moved on may besides not allow to go back on.
# What only keeps traffic or users away is not. Scaling is not: a service that has replicas can lose one by definition.
# A row each, to be read as a table.
# fmt: off
OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(_HEALTH_CHECK, "check", CheckHealth, Health, ("{environment}",)),
    Operation(_METRICS, "errors", ReadErrors, Readings, ("errors", "--last={last}")),
    Operation(_METRICS, "dashboard", ReadDashboard, Readings, ("dashboard", "--last={last}")),
    Operation(_METRICS, "query", QueryMetric, MetricValue, ("query", "{query}", "--last={last}")),
    Operation(_METRICS, "watch", WatchMetrics, Readings, ("watch", "--duration={duration}")),
    Operation(_LOGGING, "tail", TailLogs, LogLines, ("tail", "--filter={filter}", "--last={last}")),
    Operation(_LOGGING, "search", SearchLogs, LogLines, ("search", "--level={level}", "--last={last}")),
    Operation(_LOGGING, "archive", ArchiveLogs, Receipt, ("archive", "--last={last}")),
    Operation(_SUPPORT, "search_tickets", FindTickets, FoundTickets,
              ("recent-tickets", "--status={status}", "--last={last}", "--since={since}", "--text={text}")),
    Operation(_FEATURE_FLAGS, "disable", DisableFeatures, Receipt, ("disable", "{features}"), undone_by=("enable",)),
    Operation(_FEATURE_FLAGS, "enable", EnableFeatures, Receipt, ("enable", "{features}"), undone_by=("disable",)),
    Operation(_DEPLOY, "history", FindDeployments, DeploymentHistory,
              ("history", "--last={last}", "--environment={environment}")),
    Operation(_DEPLOY, "deploy", Deploy, Receipt,
              ("deploy", "--version={version}", "--environment={environment}", "--fast-track={fast_track}"),
              destructive=True, undone_by=("rollback",)),
    Operation(_DEPLOY, "rollback", RollBack, Receipt,
              ("rollback", "--to-version={version}", "--environment={environment}"),
              destructive=True, undone_by=("deploy",)),
    Operation(_ORCHESTRATOR, "scale", ScaleService, Receipt,
              ("scale", "{service}", "--replicas={replicas}"), undone_by=("scale",)),
    Operation(_ORCHESTRATOR, "restart", RestartService, Receipt, ("restart", "{service}"), destructive=True),
    Operation(_SERVICE_MESH, "break_circuit", BreakCircuit, Receipt,
              ("break-circuit", "{service}"), undone_by=("restore_circuit",)),
    Operation(_SERVICE_MESH, "restore_circuit", RestoreCircuit, Receipt,
              ("restore-circuit", "{service}"), undone_by=("break_circuit",)),
    Operation(_LOAD_BALANCER, "route_away", RouteAway, Receipt,
              ("route-away", "{instance}"), undone_by=("route_back",)),
    Operation(_LOAD_BALANCER, "route_back", RouteBack, Receipt,
              ("route-back", "{instance}"), undone_by=("route_away",)),
    Operation(_DATABASE, "status", CheckDatabase, DatabaseStatus, ("status",)),
    Operation(_DATABASE, "restart", RestartDatabase, Receipt, ("restart",), destructive=True),
    Operation(_DATABASE, "replica_status", CheckReplica, ReplicaStatus, ("replica-status",)),
    Operation(_DATABASE, "failover", FailOver, Receipt, ("failover", "--to-replica"), destructive=True),
    Operation(_DATABASE, "query", QueryDatabase, QueryRows, ("query", "{sql}")),
    Operation(_CLOUD, "check", CheckHealth, Health, ("status", "--environment={environment}")),
    Operation(_PAYMENT, "check", CheckHealth, Health, ("status", "--environment={environment}")),
    Operation(_VCS, "create_branch", CreateBranch, Receipt, ("checkout", "-b", "{branch}")),
    Operation(_VCS, "commit", Commit, Receipt, ("commit", "-m", "{message}")),
    Operation(_VCS, "push", Push, Receipt, ("push", "{remote}", "{branch}")),
    Operation(_TESTS, "run", RunTests, SuiteResult, ("run", "--suite={suite}", "--environment={environment}")),
    Operation(_CONFIG, "set", SetSetting, Receipt,
              ("set", "{name}={value}", "--environment={environment}"), undone_by=("set", "unset")),
    Operation(_CONFIG, "get", GetSetting, Setting, ("get", "{name}", "--environment={environment}")),
    Operation(_CONFIG, "unset", UnsetSetting, Receipt,
              ("unset", "{name}", "--environment={environment}"), undone_by=("set",)),
    Operation(_API_GATEWAY, "set_rate_limit", SetRateLimit, Receipt,
              ("set-rate-limit", "--rps={rps}"), undone_by=("set_rate_limit", "remove_rate_limit")),
    Operation(_API_GATEWAY, "remove_rate_limit", RemoveRateLimit, Receipt,
              ("remove-rate-limit",), undone_by=("set_rate_limit",)),
    Operation(_FIREWALL, "block_all", BlockAll, Receipt, ("block-all", "{service}"), undone_by=("unblock_all",)),
    Operation(_FIREWALL, "unblock_all", UnblockAll, Receipt, ("unblock-all", "{service}"), undone_by=("block_all",)),
)
"""Everything that tools can do; the tools stand in the order in which the playbook first names them."""
# fmt: on

TOOLS: Final[tuple[Tool, ...]] = (*dict.fromkeys(each.tool for each in OPERATIONS),)
"""Every tool of the playbook, in that order."""

_BY_NAME: Final = {each.name: each for each in OPERATIONS}


def operation(name: str) -> Operation:
    """The operation of that name, a slot and a method; raises `UnknownOperation`, which offers the nearest name."""
    try:
        return _BY_NAME[name]
    except (KeyError, TypeError):
        raise UnknownOperation(name, _BY_NAME) from None


def operations_of(slot: str) -> tuple[Operation, ...]:
    """What the tool in a slot can do; nothing, if the playbook has no tool of that slot."""
    return tuple(each for each in OPERATIONS if each.slot == slot)


_FIELD: Final = re.compile(r"\{(\w+)\}")


def _arguments(word: str, request: ToolRequest) -> tuple[str, ...]:
    """What one word of a command line becomes: usually one argument, none without a value."""
    values: dict[str, object] = {name: getattr(request, name) for name in _FIELD.findall(word)}
    if any(value is None or value is False or value in ("", ()) for value in values.values()):
        return ()
    name, value = next(iter(values.items()), ("", None))
    match value:
        case True:
            return (word.removesuffix(f"={{{name}}}"),)
        case tuple():
            return tuple(_positional(word, name, written(each)) for each in cast(tuple[object, ...], value))
        case _:
            return (_positional(word, name, _FIELD.sub(lambda match: written(values[match[1]]), word)),)


def _positional(word: str, name: str, argument: str) -> str:
    """The argument; `FieldInvalid` if a value that begins it makes it an option."""
    if word.startswith("{") and argument.startswith("-"):
        raise FieldInvalid(name, f"{shown(argument)} begins with '-', and the tool would take it for an option")
    return argument


def written(value: object) -> str:
    """How a value is written in a command line; as a whole it is one word, whatever it holds."""
    match value:
        case timedelta():
            seconds = round(value.total_seconds())
            count, unit = next((seconds // each, unit) for each, unit in _UNITS if seconds % each == 0)
            return f"{count}{unit}"
        case datetime():
            return value.isoformat()
        case _:
            return str(value)


_UNITS: Final = ((3600, "h"), (60, "m"), (1, "s"))
