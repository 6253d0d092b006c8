"""A store in an SQL database: SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from threading import Lock
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from incidentkit.errors import StoreMisconfigured, shown
from incidentkit.model.events import Event
from incidentkit.model.identity import IncidentId
from incidentkit.providers.evidence import Evidence, KeepEvidence
from incidentkit.providers.playbooks import KeepPlaybook
from incidentkit.providers.records import Record
from incidentkit.providers.store import Append, Audit, FindDue, FindForgotten, FindIncidents, TakeNumber
from incidentkit.stores.address import EXAMPLES, NAMELESS, check_engine, check_open, engine_at, name_of
from incidentkit.stores.schema import Progress
from incidentkit.stores.steps import AGAIN, Steps, Work
from incidentkit.stores.trouble import can_be_repeated, typed
from incidentkit.stores.turns import Turns

R = TypeVar("R")

_TURNS: Final = Turns(Lock)


class SqlStore:
    """An `IncidentStore` in SQLite or PostgreSQL, for any number of threads, programs and desks at once.

    ``database`` is an address such as ``sqlite:///incidents.db`` or ``postgresql://user@host/database``; then the
    database is to be the store's alone. Or it is an engine or a connection of SQLAlchemy that you made and close; then
    the tables, whose names begin with ``incidentkit_``, may live beside others. What is done through a connection that
    is in a transaction is kept when you keep that transaction.

    The tables are made, and those of an earlier release brought up to date, when they are first needed; without
    ``migrate`` only by `migrate`. Times come from the clock of the PostgreSQL server, and for SQLite from that of the
    machine, so its file is to be on a local disk; ``clock`` tells them instead, for time that does not pass by itself.

    A server that does not answer is given up: after the ``connect_timeout`` of the address in seconds, and within a
    statement after its ``tcp_user_timeout`` in milliseconds. An engine of your own has the limits that you gave it.

    Raises `StoreMisconfigured` for an address that is none; every method raises `StoreError` for what the database
    complains of.
    """

    def __init__(
        self,
        database: str | URL | Engine | Connection,
        *,
        migrate: bool = True,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        is_address = isinstance(database, str | URL)
        self._makes_file = migrate
        """Whether a file is made where there is none."""
        self._engine, self._connection = _opened(database, lambda: self._makes_file)
        check_engine(self._engine, is_connected=self._connection is not None)
        self._closes = is_address
        self._is_closed = False
        self._steps = Steps(store=name_of(self._engine.url), clock=clock, migrate=migrate, alone=is_address)

    def migrate(self, progress: Progress | None = None) -> None:
        """Make the tables, or bring those of an earlier release up to date, without losing anything.

        ``progress`` is called with how many incidents are done, and of how many. Programs may do so at once: one does
        it, and the others wait until it has, however long that takes. Any other method waits for it only as long as for
        a lock, and raises `StoreUnavailable`. Programs of an earlier release write nothing any more from then on.
        """
        self._makes_file = True
        self._held(lambda connection: self._steps.upgrade(connection, progress))

    def now(self) -> datetime:
        """The time by the store's clock."""
        return self._step(lambda ledger: ledger.now(), writes=False)

    def append(self, request: Append, /) -> tuple[Event, ...]:
        """Add the events, all or none."""
        return self._step(lambda ledger: ledger.append(request), writes=True)

    def load(self, incident: str, /) -> tuple[Event, ...]:
        """The log of an incident."""
        return self._step(lambda ledger: ledger.load(incident), writes=False)

    def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        """What must be looked at now, the earliest first; without what is being appended to at this moment."""
        return self._held(lambda connection: self._steps.look(connection, lambda ledger: ledger.due(request)))

    def find(self, request: FindIncidents, /) -> tuple[IncidentId, ...]:
        """Incidents that are all of what is asked for, the newest first."""
        return self._step(lambda ledger: ledger.find(request), writes=False)

    def audit(self, request: FindForgotten, /) -> Audit:
        """Which incidents nobody looks at."""
        return self._step(lambda ledger: ledger.audit(request), writes=False)

    def number(self, request: TakeNumber, /) -> int:
        """The next number of a series."""
        return self._step(lambda ledger: ledger.number(request), writes=True)

    def keep_playbook(self, request: KeepPlaybook, /) -> None:
        """Keep a playbook, unless it is there."""
        self._step(lambda ledger: ledger.keep_playbook(request), writes=True)

    def playbook(self, reference: str, /) -> str:
        """The document of a playbook."""
        return self._step(lambda ledger: ledger.playbook(reference), writes=False)

    def keep_evidence(self, request: KeepEvidence, /) -> Evidence:
        """Keep a piece of evidence, unless it is there."""
        return self._step(lambda ledger: ledger.keep_evidence(request)[0], writes=True)

    def evidence(self, incident: str, /) -> tuple[Evidence, ...]:
        """What is kept for an incident, the oldest first."""
        return self._step(lambda ledger: ledger.evidence(incident), writes=False)

    def content(self, sha256: str, /) -> bytes:
        """The content that is called by its SHA-256."""
        return self._step(lambda ledger: ledger.content(sha256), writes=False)

    def count(self) -> int:
        """How many incidents it has."""
        return self._step(lambda ledger: ledger.count(), writes=False)

    def records(self) -> Iterator[Record]:
        """Everything that it keeps, a record at a time."""
        yield from self._step(lambda ledger: ledger.common_records(), writes=False)
        last = 0
        while found := self._next_records(last):
            last, records = found
            yield from records

    def take_in(self, record: Record, /) -> bool:
        """Keep a record as it is; whether it was not there already."""
        return self._step(lambda ledger: ledger.take_in(record), writes=True)

    def _next_records(self, after: int) -> tuple[int, list[Record]] | None:
        return self._step(lambda ledger: ledger.next_records(after), writes=False)

    def close(self) -> None:
        """Close the connections that it opened itself; what lives in memory is gone then, and not to be used again."""
        if self._closes:
            self._is_closed = True
            self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<SqlStore {self._steps.store}>"

    def _step(self, work: Work[R], *, writes: bool) -> R:
        return self._held(lambda connection: self._steps.take(connection, work, writes=writes))

    def _held(self, work: Callable[[Connection], R]) -> R:
        """Do something with a connection, again if it was only in somebody's way."""
        check_open(self._engine.url, is_closed=self._is_closed)
        with typed(self._steps.store):
            for left in reversed(range(AGAIN)):
                try:
                    with ExitStack() as stack:
                        if (lock := _TURNS.lock(self._engine, self._connection)) is not None:
                            stack.enter_context(lock)
                        return work(self._connection or stack.enter_context(self._engine.connect()))
                except DBAPIError as error:
                    if not left or self._connection is not None or not can_be_repeated(error):
                        raise
        raise AssertionError("the last try returns or raises")


def _opened(database: Any, makes_file: Callable[[], bool]) -> tuple[Engine, Connection | None]:
    """The engine, and the connection if one was given."""
    match database:
        case Engine():
            return database, None
        case Connection():
            return database.engine, database
        case str() | URL():
            return engine_at(database, makes_file), None
        case _:
            problem = f"a store is named by an address, an engine or a connection, not by {shown(database)}: {EXAMPLES}"
            raise StoreMisconfigured(NAMELESS, problem)
