"""The stores keep every promise of a store, those that are awaited too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine

from incidentkit.providers.store import IncidentStore
from incidentkit.stores import AsyncSqlStore, SqlStore
from incidentkit.testing.conformance import Check, Rig, Untold, conformance
from tests.stores.kinds import SHARED, Home, Kind, delete_rows
from tests.stores.postgres import Postgres
from tests.stores.samples import SetClock

CHECKS = conformance(IncidentStore)


@pytest.mark.parametrize("check", CHECKS, ids=str)
@pytest.mark.parametrize("kind", SHARED)
def test_stores_keep_their_promises(
    check: Check[IncidentStore], kind: Kind, homes: Callable[[Kind], Home], clock: SetClock
) -> None:
    home = homes(kind)

    def store() -> Rig[IncidentStore]:
        kept = home.clean()
        if kind is Kind.MEMORY:
            return Rig(kept, another=lambda: kept)
        return Rig(SqlStore(home.address, clock=clock), another=lambda: SqlStore(home.address, clock=clock))

    if check.name == "closes_twice" and kind is Kind.MEMORY:
        with pytest.raises(Untold, match="nothing to close"):
            check(store)
        return
    check(store)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def address_for_all(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database that all tests share, one after the other."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path_factory.mktemp('conformance') / 'incidents.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        address = server.database()
    with SqlStore(address) as store:
        store.migrate()
    return address


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_stores_that_are_awaited_keep_their_promises(check: Check[IncidentStore], address_for_all: str) -> None:
    engine = create_engine(address_for_all)
    with engine.begin() as connection:
        delete_rows(connection)
    engine.dispose()

    async def store() -> Rig[IncidentStore]:
        return Rig(AsyncSqlStore(address_for_all), another=lambda: AsyncSqlStore(address_for_all))

    if check.name.startswith(("records", "take_in")):
        with pytest.raises(Untold, match="an ability that it need not have"):
            check(store)
        return
    check(store)
