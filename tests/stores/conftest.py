"""Databases for tests: SQLite files, and a PostgreSQL server for each process that runs tests."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.stores.postgres import Postgres, running_postgres


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Generator[Postgres]:
    """A server."""
    with running_postgres(tmp_path_factory.mktemp("postgres") / "data") as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'incidents.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()
