"""The steps of a store: each is one transaction, kept as a whole or not at all. Both kinds of store share them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext, suppress
from datetime import datetime
from typing import Any, Final, TypeAlias, TypeVar

from attrs import define, field
from sqlalchemy import Connection, Transaction
from sqlalchemy.exc import DBAPIError

from incidentkit.errors import StoreMisconfigured, StoreUnavailable
from incidentkit.stores import patience
from incidentkit.stores.ledger import Ledger
from incidentkit.stores.schema import Progress, prepare
from incidentkit.stores.trouble import is_locked

R = TypeVar("R")

Work: TypeAlias = Callable[[Ledger], R]
"""What is done in a step."""

LEGACY: Final = -1
"""What sqlite3 calls `sqlite3.LEGACY_TRANSACTION_CONTROL`: it begins and keeps when it is told to."""

AGAIN: Final = 3
"""How often a step is tried again at once that was in somebody's way, or had a connection that was broken before."""


@define
class Steps:
    """How the steps of a store are taken, given a connection."""

    store: str
    """Which store it is, without secrets."""
    clock: Callable[[], datetime] | None
    migrate: bool
    """Whether the tables are made, and brought up to date, by the first step."""
    alone: bool
    """Whether the database is to be the store's alone."""
    _ready: bool = field(default=False, init=False)

    def take(self, connection: Connection, work: Work[R], *, writes: bool) -> R:
        """Do some work in one transaction. In a transaction of the user's, it is kept when the user keeps that."""
        _check_rules(self.store, connection)
        if connection.in_transaction():
            _lock(connection, writes=writes)  # before it is seen which tables there are: whoever has read cannot wait
        if not self._ready:
            self._prepare(connection, None, migrate=self.migrate, patient=False)
        ledger = Ledger(connection, self.store, self.clock)
        return self._whole(connection, lambda: work(ledger), writes=writes)

    def look(self, connection: Connection, work: Work[R]) -> R:
        """Ask what is due; `StoreMisconfigured` in a transaction of the user's, because pages cannot be undone."""
        if connection.in_transaction():
            problem = "what is due is asked by a desk that pages, and what it claims in a transaction may be undone"
            raise StoreMisconfigured(self.store, f"{problem}: give such a desk an engine, or an address")
        return self.take(connection, work, writes=False)

    def upgrade(self, connection: Connection, progress: Progress | None) -> None:
        """Make the tables, or bring them up to date, however long somebody else takes to do so."""
        _check_rules(self.store, connection)
        if connection.in_transaction():
            _patiently(lambda: _lock(connection, writes=True))
            self._prepare(connection, progress, migrate=True, patient=True)
        else:
            _patiently(lambda: self._prepare(connection, progress, migrate=True, patient=True))

    def _prepare(self, connection: Connection, progress: Progress | None, *, migrate: bool, patient: bool) -> None:
        """Make the tables, or bring them up to date, or see that they are."""
        is_users = connection.in_transaction()
        how: dict[str, Any] = {"migrate": migrate, "alone": self.alone, "patient": patient, "progress": progress}
        if not self._whole(connection, lambda: prepare(connection, self.store, changes=False, **how), writes=False):
            if self.alone and connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
                connection.rollback()
            self._whole(connection, lambda: self._changed(connection, how), writes=True)
        self._ready = not is_users  # whose transaction may be undone, and the tables with it

    def _changed(self, connection: Connection, how: Mapping[str, Any]) -> bool:
        """Change the tables; whoever is patient is so with the server too."""
        with patience.unlimited(connection) if how["patient"] else nullcontext():
            return prepare(connection, self.store, changes=True, **how)

    def _whole(self, connection: Connection, work: Callable[[], R], *, writes: bool) -> R:
        if connection.in_transaction():
            _lock(connection, writes=writes)
            with connection.begin_nested():
                return work()
        transaction = connection.begin()
        try:
            _lock(connection, writes=writes)
            answer = work()
        except BaseException:
            transaction.rollback()
            raise
        _keep(self.store, connection, transaction)
        return answer


def _patiently(work: Callable[[], None]) -> None:
    """Try again and again while somebody else writes to a file, each time for as long as its driver waits."""
    while True:
        try:
            return work()
        except DBAPIError as error:
            if not is_locked(error):
                raise


def _check_rules(store: str, connection: Connection) -> None:
    """Raise `StoreMisconfigured` for a connection that begins and keeps, or looks for tables, by rules of its own."""
    options: Mapping[str, Any] = connection.get_execution_options()
    elsewhere: Any = options.get("schema_translate_map")
    if elsewhere and elsewhere.get(None) is not None:
        problem = "its engine or connection looks for the tables elsewhere than they are made"
        raise StoreMisconfigured(
            store, f"{problem}: leave schema_translate_map out, or set the search_path of the server"
        )
    if connection.dialect.name == "sqlite":
        if _has_rules(connection):
            problem = "sqlite3 is told when to begin and to keep, and would do so by itself"
            raise StoreMisconfigured(store, f"{problem}: leave autocommit out of the connect_args of the engine")
    elif getattr(connection.connection.dbapi_connection, "autocommit", False):
        problem = "its engine or connection is in AUTOCOMMIT, so half of a step could be kept"
        raise StoreMisconfigured(store, f"{problem}: give engine.execution_options(isolation_level='READ COMMITTED')")


def _has_rules(connection: Connection) -> bool:
    """Whether a driver of SQLite, or the one that it wraps, has the ``autocommit`` of Python 3.12 and later set."""
    driver: Any = connection.connection.driver_connection
    with suppress(
        connection.dialect.loaded_dbapi.Error, sqlite3.Error, ValueError
    ):  # the next statement says so better
        return getattr(getattr(driver, "_conn", driver), "autocommit", LEGACY) != LEGACY
    return False


def _lock(connection: Connection, *, writes: bool) -> None:
    """Begin in SQLite, where the driver would begin with the first change: too late to wait for others who write."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        if driver.in_transaction:
            return
        if writes or not _begins(connection):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begins(connection: Connection) -> bool:
    """Begin to read, past all layers of SQLAlchemy; they say what is wrong if that fails."""
    with suppress(connection.dialect.loaded_dbapi.Error), closing(connection.connection.cursor()) as cursor:
        cursor.execute("BEGIN")
        return True
    return False


def _keep(store: str, connection: Connection, transaction: Transaction) -> None:
    try:
        transaction.commit()
    except BaseException as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            problem = "the connection broke while something was being kept, which may or may not be there now"
            raise StoreUnavailable(store, problem) from None
        _undo(connection)
        transaction.rollback()
        raise


def _undo(connection: Connection) -> None:
    """Roll back what could not be kept. SQLAlchemy takes it for ended, and would let whoever comes next keep it."""
    try:
        connection.connection.rollback()
    except Exception:  # noqa: BLE001  # of any driver: what cannot be rolled back ends with its connection
        connection.invalidate()
