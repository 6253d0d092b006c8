"""The reference database: one that is up or down, and that has a replica or has none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final

from incidentkit.errors import (
    Conflict,
    Misconfigured,
    NotFound,
    ProviderError,
    ProviderUnavailable,
    RequestInvalid,
    expect,
    shown,
)
from incidentkit.memory.tool import MemoryTool
from incidentkit.providers.answer import Receipt
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

IN_STEP: Final = ReplicaStatus(healthy=True, lag=timedelta())
"""A replica that has everything, and can take over."""


class MemoryDatabase(MemoryTool):
    """A `Database` that answers the statements it was told of, while it is up.

    A restart makes it well if ``restart_heals``. The replica takes over if it is well, and there is none from then on.
    """

    name: ClassVar[str] = "database"

    def __init__(
        self,
        *,
        replica: ReplicaStatus | None = IN_STEP,
        up: bool = True,
        restart_heals: bool = True,
        rows: Mapping[str, QueryRows] | None = None,
        fault: ProviderError | None = None,
    ) -> None:
        super().__init__(fault=fault)
        self.up = up
        """Whether it answers; set it to `False` to take it down."""
        self.replica = replica
        """How the replica is; `None` if there is none."""
        self._restart_heals = restart_heals
        self._rows = dict(expect(Mapping, rows or {}, Misconfigured, "the rows are answers by statement"))

    def status(self, request: CheckDatabase, /) -> DatabaseStatus:
        """Whether it is up."""
        return self._read(request, lambda: DatabaseStatus(healthy=self.up, note="" if self.up else "it is down"))

    def replica_status(self, request: CheckReplica, /) -> ReplicaStatus:
        """How the replica is."""
        return self._read(request, self._replica)

    def query(self, request: QueryDatabase, /) -> QueryRows:
        """What it was told to answer."""
        return self._read(request, lambda: self._answer(request.sql))

    def restart(self, request: RestartDatabase, /) -> Receipt:
        """Start it anew, unless the key did so before."""
        return self._change(request, self._restart)

    def failover(self, request: FailOver, /) -> Receipt:
        """Let the replica take over, unless the key did so before."""
        return self._change(request, self._fail_over)

    def _replica(self) -> ReplicaStatus:
        if self.replica is None:
            raise NotFound("there is no replica", provider=self.name, operation="replica_status")
        return self.replica

    def _answer(self, sql: str) -> QueryRows:
        if not self.up:
            raise ProviderUnavailable("it is down", provider=self.name, operation="query")
        if sql not in self._rows:
            raise RequestInvalid(f"it was not told of {shown(sql)}", provider=self.name, operation="query")
        return self._rows[sql]

    def _restart(self) -> Receipt:
        self.up = self.up or self._restart_heals
        return Receipt()

    def _fail_over(self) -> Receipt:
        if self.replica is None or self.replica.healthy is False:
            problem = "there is no replica" if self.replica is None else "the replica is not well"
            raise Conflict(f"{problem}, so nothing can take over", provider=self.name, operation="failover")
        lag = self.replica.lag
        self.up, self.replica = True, None
        return Receipt(note=f"what was written in the last {lag} is lost" if lag else "")
