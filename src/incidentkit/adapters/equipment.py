"""The tools that an operator has, as the playbook's own variables say."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final, Self, TypeAlias, TypedDict, TypeVar, Unpack, cast

from incidentkit.adapters.command_line import CommandLine
from incidentkit.adapters.exit_codes import ExitMeaning
from incidentkit.adapters.process import GRACE
from incidentkit.errors import Misconfigured, each_of, expect, nearest, shown
from incidentkit.providers.configuration import Configuration
from incidentkit.providers.database import Database
from incidentkit.providers.deployments import Deployments
from incidentkit.providers.feature_flags import FeatureFlags
from incidentkit.providers.health_checks import HealthChecks
from incidentkit.providers.logs import Logs
from incidentkit.providers.metrics import Metrics
from incidentkit.providers.orchestrator import Orchestrator
from incidentkit.providers.support import Support
from incidentkit.providers.test_runner import TestRunner
from incidentkit.providers.tools import TOOLS, Tool
from incidentkit.providers.traffic import ApiGateway, Firewall, LoadBalancer, ServiceMesh
from incidentkit.providers.version_control import VersionControl

V = TypeVar("V")

LIMIT: Final = timedelta(seconds=25)
"""How long a program may run unless told otherwise: with its end, that is less than a desk gives a provider."""

BY_VARIABLE: Final[Mapping[str, Tool]] = {tool.variable: tool for tool in TOOLS}


class ToolSlots(TypedDict, total=False):
    """Providers by the slots of a toolbox; a tool that an operator does not have has none."""

    health_check: HealthChecks
    metrics: Metrics
    logging: Logs
    support: Support
    feature_flag_tool: FeatureFlags
    deploy_tool: Deployments
    orchestrator: Orchestrator
    service_mesh: ServiceMesh
    load_balancer: LoadBalancer
    database: Database
    cloud_provider: HealthChecks
    payment_provider: HealthChecks
    vcs_tool: VersionControl
    test_runner: TestRunner
    config_tool: Configuration
    api_gateway: ApiGateway
    firewall: Firewall


M = TypeVar("M")
Maker: TypeAlias = Callable[[CommandLine], M]
"""Makes what asks the program of a tool."""


class Makers(TypedDict):
    """What makes the provider for each slot."""

    health_check: Maker[HealthChecks]
    metrics: Maker[Metrics]
    logging: Maker[Logs]
    support: Maker[Support]
    feature_flag_tool: Maker[FeatureFlags]
    deploy_tool: Maker[Deployments]
    orchestrator: Maker[Orchestrator]
    service_mesh: Maker[ServiceMesh]
    load_balancer: Maker[LoadBalancer]
    database: Maker[Database]
    cloud_provider: Maker[HealthChecks]
    payment_provider: Maker[HealthChecks]
    vcs_tool: Maker[VersionControl]
    test_runner: Maker[TestRunner]
    config_tool: Maker[Configuration]
    api_gateway: Maker[ApiGateway]
    firewall: Maker[Firewall]


class Terms(TypedDict, total=False):
    """How the programs of tools are run; what is left out is as `Equipment` has it."""

    directory: str | os.PathLike[str] | None
    environment: Mapping[str, str] | None
    limit: timedelta
    limits: Mapping[str, timedelta]
    grace: timedelta
    exit_codes: Mapping[str, Mapping[int, ExitMeaning]]


class Equipment:
    """The tools of the playbook that an operator has, and how their programs are run. See `CommandTools`."""

    def __init__(
        self,
        commands: Mapping[str, str | Iterable[str]],
        *,
        directory: str | os.PathLike[str] | None = None,
        environment: Mapping[str, str] | None = None,
        limit: timedelta = LIMIT,
        limits: Mapping[str, timedelta] | None = None,
        grace: timedelta = GRACE,
        exit_codes: Mapping[str, Mapping[int, ExitMeaning]] | None = None,
    ) -> None:
        if not hasattr(os, "killpg"):
            problem = "command lines need process groups, to end all that a program started, and this system has none"
            raise Misconfigured(f"{problem}. Windows is not supported: give the toolbox other providers")
        own_limits, own_codes = _by_variable("limits", limits), _by_variable("exit_codes", exit_codes)
        self._lines = tuple(
            CommandLine(
                tool=BY_VARIABLE[variable],
                words=_words(variable, command),
                environment=environment,
                directory=directory,
                limit=own_limits.get(variable, limit),
                grace=grace,
                exit_codes=own_codes.get(variable, {}),
            )
            for variable, command in _by_variable("commands", commands).items()
        )

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] | None = None, **terms: Unpack[Terms]) -> Self:
        """The tools that the environment names; ``variables`` is another one than ``os.environ``.

        Variables that are not of the playbook are passed over, and so are those that are blank.
        """
        given = os.environ if variables is None else variables
        return cls({name: text for name, text in given.items() if name in BY_VARIABLE and text.strip()}, **terms)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(line.tool.variable for line in self._lines)})"

    def _filled(self, makers: Makers) -> ToolSlots:
        """Every slot for which there is a tool, with what asks it."""
        make: Mapping[str, Any] = {**makers}
        filled: Any = {line.tool.slot: make[line.tool.slot](line) for line in self._lines}
        return cast(ToolSlots, filled)


def _by_variable(what: str, given: Mapping[str, V] | None) -> Mapping[str, V]:
    """A mapping whose names are all variables of the playbook."""
    if given is None:
        return {}
    for name in expect(Mapping, given, Misconfigured, f"{what} are a mapping by variable"):
        if name not in BY_VARIABLE:
            hint = nearest(str(name), BY_VARIABLE) or "An environment is read by from_environment()."
            raise Misconfigured(f"{what}: {shown(name)} is no variable of the playbook. {hint}")
    return given


def _words(variable: str, command: str | Iterable[str]) -> tuple[str, ...]:
    """The words of a command line. What is wrong with it is said without it, since it may hold secrets."""
    if not isinstance(command, str):
        return each_of(str, command, Misconfigured, f"{variable}: a command line is text, or a list of words")
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise Misconfigured(f"{variable}: this is no command line: {error}") from None
