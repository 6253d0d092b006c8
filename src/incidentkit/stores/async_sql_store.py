"""The same store for programs with an event loop, to be awaited."""

from __future__ import annotations

from asyncio import CancelledError, Lock, Task, create_task, wait
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from incidentkit.errors import StoreMisconfigured, shown
from incidentkit.model.events import Event
from incidentkit.model.identity import IncidentId
from incidentkit.providers.evidence import Evidence, KeepEvidence
from incidentkit.providers.playbooks import KeepPlaybook
from incidentkit.providers.store import Append, Audit, FindDue, FindForgotten, FindIncidents, TakeNumber
from incidentkit.stores.address import EXAMPLES, NAMELESS, async_engine_at, check_engine, check_open, name_of
from incidentkit.stores.schema import Progress
from incidentkit.stores.steps import AGAIN, Steps, Work
from incidentkit.stores.trouble import can_be_repeated, typed
from incidentkit.stores.turns import Turns

R = TypeVar("R")

_TURNS: Final = Turns(Lock)


class AsyncSqlStore:
    """What a `SqlStore` is, with methods to be awaited, in one event loop.

    Its drivers are `aiosqlite` and `psycopg`; an engine or a connection of your own is an `AsyncEngine` or an
    `AsyncConnection`. To move records from store to store, use a `SqlStore`.

    A call that is cancelled still ends what it began: whoever awaits it gets the `CancelledError` when that has been
    kept, or has not.
    """

    def __init__(
        self,
        database: str | URL | AsyncEngine | AsyncConnection,
        *,
        migrate: bool = True,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        is_address = isinstance(database, str | URL)
        self._makes_file = migrate
        """Whether a file is made where there is none."""
        self._engine, self._connection = _opened(database, lambda: self._makes_file)
        check_engine(self._engine.sync_engine, is_connected=self._connection is not None)
        self._closes = is_address
        self._is_closed = False
        self._steps = Steps(store=name_of(self._engine.url), clock=clock, migrate=migrate, alone=is_address)

    async def migrate(self, progress: Progress | None = None) -> None:
        """Make the tables, or bring those of an earlier release up to date, without losing anything.

        ``progress`` is called with how many incidents are done, and of how many. Programs may do so at once: one does
        it, and the others wait until it has, however long that takes. Any other method waits for it only as long as for
        a lock, and raises `StoreUnavailable`. Programs of an earlier release write nothing any more from then on.
        """
        self._makes_file = True
        await self._held(lambda connection: self._steps.upgrade(connection, progress))

    async def now(self) -> datetime:
        """The time by the store's clock."""
        return await self._step(lambda ledger: ledger.now(), writes=False)

    async def append(self, request: Append, /) -> tuple[Event, ...]:
        """Add the events, all or none."""
        return await self._step(lambda ledger: ledger.append(request), writes=True)

    async def load(self, incident: str, /) -> tuple[Event, ...]:
        """The log of an incident."""
        return await self._step(lambda ledger: ledger.load(incident), writes=False)

    async def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        """What must be looked at now, the earliest first; without what is being appended to at this moment."""
        return await self._held(lambda connection: self._steps.look(connection, lambda ledger: ledger.due(request)))

    async def find(self, request: FindIncidents, /) -> tuple[IncidentId, ...]:
        """Incidents that are all of what is asked for, the newest first."""
        return await self._step(lambda ledger: ledger.find(request), writes=False)

    async def audit(self, request: FindForgotten, /) -> Audit:
        """Which incidents nobody looks at."""
        return await self._step(lambda ledger: ledger.audit(request), writes=False)

    async def number(self, request: TakeNumber, /) -> int:
        """The next number of a series."""
        return await self._step(lambda ledger: ledger.number(request), writes=True)

    async def keep_playbook(self, request: KeepPlaybook, /) -> None:
        """Keep a playbook, unless it is there."""
        await self._step(lambda ledger: ledger.keep_playbook(request), writes=True)

    async def playbook(self, reference: str, /) -> str:
        """The document of a playbook."""
        return await self._step(lambda ledger: ledger.playbook(reference), writes=False)

    async def keep_evidence(self, request: KeepEvidence, /) -> Evidence:
        """Keep a piece of evidence, unless it is there."""
        return await self._step(lambda ledger: ledger.keep_evidence(request)[0], writes=True)

    async def evidence(self, incident: str, /) -> tuple[Evidence, ...]:
        """What is kept for an incident, the oldest first."""
        return await self._step(lambda ledger: ledger.evidence(incident), writes=False)

    async def content(self, sha256: str, /) -> bytes:
        """The content that is called by its SHA-256."""
        return await self._step(lambda ledger: ledger.content(sha256), writes=False)

    async def count(self) -> int:
        """How many incidents it has."""
        return await self._step(lambda ledger: ledger.count(), writes=False)

    async def close(self) -> None:
        """Close the connections that it opened itself; what lives in memory is gone then, and not to be used again."""
        if self._closes:
            self._is_closed = True
            await self._engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<AsyncSqlStore {self._steps.store}>"

    async def _step(self, work: Work[R], *, writes: bool) -> R:
        return await self._held(lambda connection: self._steps.take(connection, work, writes=writes))

    async def _held(self, work: Callable[[Connection], R]) -> R:
        """Do something with a connection, to its end, whoever is cancelled meanwhile."""
        async with AsyncExitStack() as stack:
            if (lock := _TURNS.lock(self._engine.sync_engine, self._connection)) is not None:
                await stack.enter_async_context(lock)
            return await _ended(create_task(self._connected(work)))

    async def _connected(self, work: Callable[[Connection], R]) -> R:
        """Do something with a connection, again if it was only in somebody's way."""
        check_open(self._engine.url, is_closed=self._is_closed)
        with typed(self._steps.store):
            for left in reversed(range(AGAIN)):
                try:
                    if self._connection is not None:
                        return await self._connection.run_sync(work)
                    async with self._engine.connect() as connection:
                        return await connection.run_sync(work)
                except DBAPIError as error:
                    if not left or self._connection is not None or not can_be_repeated(error):
                        raise
        raise AssertionError("the last try returns or raises")


async def _ended(step: Task[R]) -> R:
    """What came of a step. Whoever is cancelled while it is taken learns of that when it has ended, kept or not.

    A driver whose statement nobody awaits any more goes on with it: the transaction that it begins would be nobody's,
    and be in the way of everybody else.
    """
    cancelled: CancelledError | None = None
    while not step.done():
        try:
            await wait([step])
        except CancelledError as error:
            cancelled = error
    if cancelled is None:
        return step.result()
    if not step.cancelled():
        step.exception()  # which is nobody's business any more, and would be complained of if nobody looked
    raise cancelled


def _opened(database: Any, makes_file: Callable[[], bool]) -> tuple[AsyncEngine, AsyncConnection | None]:
    """The engine, and the connection if one was given."""
    match database:
        case AsyncEngine():
            return database, None
        case AsyncConnection():
            return database.engine, database
        case str() | URL():
            return async_engine_at(database, makes_file), None
        case _:
            problem = f"an address, an AsyncEngine or an AsyncConnection, not {shown(database)}: {EXAMPLES}"
            raise StoreMisconfigured(NAMELESS, f"a store that is awaited is named by {problem}")
