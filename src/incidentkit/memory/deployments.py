"""The reference deployments: versions that run nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import ClassVar, Final

from attrs import evolve

from incidentkit.errors import Misconfigured, ProviderError, each_of
from incidentkit.memory.clock import system_clock
from incidentkit.memory.tool import MemoryTool, names
from incidentkit.model.identity import moment
from incidentkit.providers.answer import Receipt
from incidentkit.providers.deployments import Deploy, Deployment, DeploymentHistory, FindDeployments, RollBack

PRODUCTION: Final = "production"
"""The environment of the tools in memory, unless they are told of another one."""


class MemoryDeployments(MemoryTool):
    """`Deployments` that keep their history, which is given the oldest first.

    The ``releases``, the oldest first too, can be deployed although they never were; without them, whatever is in the
    history can. Only the environments of the history are there, and the one that is taken by itself.
    """

    name: ClassVar[str] = "deployments"

    def __init__(
        self,
        history: Iterable[Deployment] = (),
        *,
        releases: Iterable[str] = (),
        environment: str = PRODUCTION,
        clock: Callable[[], datetime] = system_clock,
        fault: ProviderError | None = None,
    ) -> None:
        super().__init__(fault=fault)
        given = each_of(Deployment, history, Misconfigured, "the history is a list of deployments")
        self._environment = environment
        self._history = [evolve(each, environment=each.environment or environment) for each in given]
        self._versions = [*(each.version for each in self._history), *names(releases, "the releases")]
        self._clock = clock

    def running(self, environment: str = "") -> str:
        """The version that runs there; empty if none does."""
        with self._lock:
            return next((each.version for each in reversed(self._history) if self._is_in(each, environment)), "")

    def history(self, request: FindDeployments, /) -> DeploymentHistory:
        """What was deployed; what has no time was deployed longer ago than anybody asks for."""
        return self._read(request, lambda: self._found(request))

    def deploy(self, request: Deploy, /) -> Receipt:
        """Let the version run, unless the key did so before; without one, the last of the releases."""
        return self._change(request, lambda: self._deploy(request))

    def rollback(self, request: RollBack, /) -> Receipt:
        """Let the version run again, unless the key did so before."""
        return self._change(request, lambda: self._roll_back(request))

    def _found(self, request: FindDeployments) -> DeploymentHistory:
        self._find_environment(request.environment, "history")
        since = None if request.last is None else moment("now", self._clock()) - request.last
        found = tuple(
            each
            for each in reversed(self._history)
            if request.environment in ("", each.environment)
            and (since is None or (each.deployed_at is not None and each.deployed_at >= since))
        )
        output = "".join(
            f"{each.version} {each.environment} {each.deployed_at or ''}".rstrip() + "\n" for each in found
        )
        return DeploymentHistory(deployments=found, output=output.encode("utf-8", "replace"))

    def _deploy(self, request: Deploy) -> Receipt:
        self._find_environment(request.environment, "deploy")
        version = request.version or next(reversed(self._versions), "")
        self._find("version", version, self._versions, "deploy")
        return self._run(version, request.environment)

    def _roll_back(self, request: RollBack) -> Receipt:
        self._find_environment(request.environment, "rollback")
        ran = [each.version for each in self._history if self._is_in(each, request.environment)]
        self._find("version that ran there", request.version, ran, "rollback")
        return self._run(request.version, request.environment)

    def _run(self, version: str, environment: str) -> Receipt:
        former, now = self.running(environment), moment("now", self._clock())
        where = environment or self._environment
        self._history.append(Deployment(version=version, environment=where, deployed_at=now))
        return Receipt(former=(former,) if former else ())

    def _is_in(self, deployment: Deployment, environment: str) -> bool:
        return deployment.environment == (environment or self._environment)

    def _find_environment(self, environment: str, operation: str) -> None:
        there = dict.fromkeys([self._environment, *(each.environment for each in self._history)])
        self._find("environment", environment or self._environment, there, operation)
