"""Databases for tests: SQLite files, and a PostgreSQL server for each process that runs tests; and desks that die."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest

from tests.stores.kinds import Home, Kind, Store, home
from tests.stores.postgres import Postgres, running_postgres
from tests.stores.samples import START, SetClock
from tests.stores.worker import Nursery, nursery


@pytest.fixture(scope="session")
def postgres() -> Generator[Postgres]:
    """A server."""
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'incidents.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Generator[Nursery]:
    """A program that forks desks, which complain of nothing."""
    errors = tmp_path_factory.mktemp("nursery") / "errors"
    with nursery(errors) as made:
        yield made
    assert errors.read_text() == ""


@pytest.fixture(scope="session")
def clocks() -> SetClock:
    """The clock of every store, which lives as long as their homes do."""
    return SetClock()


@pytest.fixture
def clock(clocks: SetClock) -> SetClock:
    """The clock of the store."""
    clocks.now = START
    return clocks


@pytest.fixture(scope="session")
def homes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, clocks: SetClock
) -> Generator[Callable[[Kind], Home]]:
    """The home of a kind, made when a test first asks for it."""
    made: dict[Kind, Home] = {}
    with ExitStack() as stack:

        def home_of(kind: Kind) -> Home:
            if kind not in made:
                if kind in (Kind.POSTGRESQL, Kind.ASYNC_POSTGRESQL):
                    place = cast(Postgres, request.getfixturevalue("postgres")).database()
                else:
                    place = f"sqlite:///{tmp_path_factory.mktemp(kind) / 'incidents.db'}"
                made[kind] = stack.enter_context(home(kind, place, clocks))
            return made[kind]

        yield home_of


@pytest.fixture(params=Kind)
def place(request: pytest.FixtureRequest, homes: Callable[[Kind], Home], clock: SetClock) -> Home:
    """An empty store of each kind, and what is known of where it is."""
    found = homes(request.param)
    found.clean()
    return found


@pytest.fixture
def store(place: Home) -> Store:
    """An empty store of each kind."""
    return place.store
