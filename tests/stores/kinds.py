"""The five kinds of stores, called in one way, each in a place of its own that is emptied for the next test."""

from __future__ import annotations

from asyncio import Runner
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import define, frozen
from sqlalchemy import Connection, create_engine

from incidentkit.memory import MemoryStore
from incidentkit.model.events import Event
from incidentkit.model.identity import IncidentId
from incidentkit.providers.evidence import Evidence, KeepEvidence
from incidentkit.providers.playbooks import KeepPlaybook
from incidentkit.providers.store import Append, Audit, FindDue, FindForgotten, FindIncidents, TakeNumber
from incidentkit.stores import AsyncSqlStore, SqlStore
from tests.stores.samples import SetClock


class Kind(StrEnum):
    """A kind of store."""

    MEMORY = "memory"
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    ASYNC_SQLITE = "async-sqlite"
    ASYNC_POSTGRESQL = "async-postgresql"


SHARED: Final = (Kind.MEMORY, Kind.SQLITE, Kind.POSTGRESQL)
"""The kinds that threads may share."""


@frozen
class Awaited:
    """An `AsyncSqlStore` for those who do not await: every call runs in one event loop, which nobody else uses."""

    _runner: Runner
    _store: AsyncSqlStore

    def now(self) -> datetime:
        return self._runner.run(self._store.now())

    def append(self, request: Append, /) -> tuple[Event, ...]:
        return self._runner.run(self._store.append(request))

    def load(self, incident: str, /) -> tuple[Event, ...]:
        return self._runner.run(self._store.load(incident))

    def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        return self._runner.run(self._store.due(request))

    def find(self, request: FindIncidents, /) -> tuple[IncidentId, ...]:
        return self._runner.run(self._store.find(request))

    def audit(self, request: FindForgotten, /) -> Audit:
        return self._runner.run(self._store.audit(request))

    def number(self, request: TakeNumber, /) -> int:
        return self._runner.run(self._store.number(request))

    def keep_playbook(self, request: KeepPlaybook, /) -> None:
        self._runner.run(self._store.keep_playbook(request))

    def playbook(self, reference: str, /) -> str:
        return self._runner.run(self._store.playbook(reference))

    def keep_evidence(self, request: KeepEvidence, /) -> Evidence:
        return self._runner.run(self._store.keep_evidence(request))

    def evidence(self, incident: str, /) -> tuple[Evidence, ...]:
        return self._runner.run(self._store.evidence(incident))

    def content(self, sha256: str, /) -> bytes:
        return self._runner.run(self._store.content(sha256))

    def close(self) -> None:
        self._runner.run(self._store.close())


Store: TypeAlias = MemoryStore | SqlStore | Awaited
"""A store of any kind."""


@define
class Home:
    """Where a store lives, through all tests of a process."""

    kind: Kind
    address: str
    """Of its database, unless it lives in memory."""
    store: Store
    archive: MemoryStore | SqlStore
    """The same place, as records go in and out of it: itself, or the `SqlStore` of a database that is awaited."""
    _empty: Callable[[], MemoryStore | None]

    def clean(self) -> Store:
        """Its store, with nothing in it."""
        if (anew := self._empty()) is not None:
            self.store = self.archive = anew
        return self.store


@contextmanager
def home(kind: Kind, address: str, clock: SetClock) -> Generator[Home]:
    """A home at that address, until the block ends; what lives in memory needs none."""
    if kind is Kind.MEMORY:
        memory = MemoryStore(clock)
        yield Home(kind, address, memory, memory, lambda: MemoryStore(clock))
        return
    with ExitStack() as stack:
        archive = stack.enter_context(closing(SqlStore(address, clock=clock)))
        archive.migrate()
        store: SqlStore | Awaited = archive
        if kind in (Kind.ASYNC_SQLITE, Kind.ASYNC_POSTGRESQL):
            runner = stack.enter_context(Runner())
            store = stack.enter_context(closing(Awaited(runner, AsyncSqlStore(address, clock=clock))))
        engine = create_engine(address)
        stack.callback(engine.dispose)

        def empty() -> None:
            with engine.begin() as connection:
                delete_rows(connection)

        yield Home(kind, address, store, archive, empty)


ROWS: Final = ("evidence", "contents", "playbooks", "words", "labels", "numbers", "events", "incidents")
"""The tables that hold what people keep, those first that refer to others."""


def delete_rows(connection: Connection) -> None:
    """Take out everything that is kept: cheaper than another database for each of a thousand examples."""
    for table in ROWS:
        connection.exec_driver_sql(f"DELETE FROM incidentkit_{table}")
