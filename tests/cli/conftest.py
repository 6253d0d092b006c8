"""A database, people, and the program to run on them."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from incidentkit.drills import practice_directory
from tests.cli.invocation import Invoke, invocation
from tests.stores.postgres import Postgres, running_postgres


@pytest.fixture
def invoke(capsys: pytest.CaptureFixture[str]) -> Invoke:
    return invocation(capsys)


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The address of a database that is not there yet."""
    return f"sqlite:///{tmp_path / 'incidents.db'}"


@pytest.fixture
def people(tmp_path: Path) -> str:
    """The file of a directory."""
    file = tmp_path / "people.toml"
    file.write_text(practice_directory().to_toml(), encoding="utf-8")
    return str(file)


@pytest.fixture(scope="session")
def postgres() -> Generator[Postgres]:
    """A server."""
    with running_postgres() as server:
        yield server
