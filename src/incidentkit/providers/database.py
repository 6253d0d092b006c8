"""Looking after a database: how it is, starting it anew, going over to its replica, and asking it something."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from attrs import field, frozen

from incidentkit.errors import capped
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.providers.values import is_words


@frozen(kw_only=True)
class CheckDatabase:
    """Ask how the database is."""

    incident: IncidentId
    """Which incident it is asked for."""


@frozen(kw_only=True)
class CheckReplica:
    """Ask how the replica is."""

    incident: IncidentId
    """Which incident it is asked for."""


@frozen(kw_only=True)
class RestartDatabase:
    """Start the database anew."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId


@frozen(kw_only=True)
class FailOver:
    """Go over to the replica, which is the database from then on."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId


@frozen(kw_only=True)
class QueryDatabase:
    """Ask the database something."""

    incident: IncidentId
    """Which incident it is asked for."""
    sql: str = field(validator=is_words)
    """One statement that reads."""


@frozen(kw_only=True)
class DatabaseStatus:
    """How a database is."""

    healthy: bool | None = None
    """Whether it answers, and can be read and written to; `None` if that cannot be told."""
    note: str = ""
    """What is wrong, or anything else that a person should know of it."""
    output: bytes = field(default=b"", converter=capped, repr=False)
    """What the tool said, as it said it, up to `incidentkit.errors.LARGEST_OUTPUT` bytes."""


@frozen(kw_only=True)
class ReplicaStatus:
    """How a replica is."""

    healthy: bool | None = None
    """Whether it could take over now; `None` if that cannot be told."""
    lag: timedelta | None = None
    """How far it is behind, which is what going over to it would lose; `None` if it is not known."""
    note: str = ""
    """What is wrong, or anything else that a person should know of it."""
    output: bytes = field(default=b"", converter=capped, repr=False)
    """What the tool said, as it said it, up to `incidentkit.errors.LARGEST_OUTPUT` bytes."""


@frozen(kw_only=True)
class QueryRows:
    """What a database answered."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    """As text, to be escaped for wherever it is shown; empty if the tool only has an output."""
    more: bool = False
    """Whether there are more, which were cut off."""
    output: bytes = field(default=b"", converter=capped, repr=False)
    """What the tool said, as it said it, up to `incidentkit.errors.LARGEST_OUTPUT` bytes."""


class Database(Protocol):
    """Something that looks after a database.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.
    """

    def status(self, request: CheckDatabase, /) -> Answer[DatabaseStatus]:
        """How the database is. Changes nothing. That it is down is an answer, and no error."""
        ...

    def restart(self, request: RestartDatabase, /) -> Answer[Receipt]:
        """Start it anew, and return when it answers again. What is not committed is lost.

        With a key that was used before, nothing is done, and the answer is that of the first time.
        """
        ...

    def replica_status(self, request: CheckReplica, /) -> Answer[ReplicaStatus]:
        """How the replica is. Changes nothing. Raises `NotFound` if there is none."""
        ...

    def failover(self, request: FailOver, /) -> Answer[Receipt]:
        """Go over to the replica, and return when it is the database. What it lags behind is lost.

        With a key that was used before, nothing is done, and the answer is that of the first time. Raises `Conflict` if
        there is no replica, or if it cannot take over.
        """
        ...

    def query(self, request: QueryDatabase, /) -> Answer[QueryRows]:
        """What one statement reads, in a transaction that cannot write, under a limit of time and of rows.

        Raises `RequestInvalid` for a statement that writes or that the database cannot read.
        """
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether all of that would work now. Changes nothing."""
        ...
