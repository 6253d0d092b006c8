"""Steps of a store over connections that are of no use any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from incidentkit.errors import StoreError
from incidentkit.providers.store import FindDue
from incidentkit.stores import SqlStore

DUE = FindDue("plan", 1)


def test_a_connection_that_somebody_closed_is_replaced(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'incidents.db'}")
    store = SqlStore(engine)
    store.migrate()
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
    driver.close()

    assert store.due(DUE) == ()

    engine.dispose()


def test_a_given_connection_that_somebody_closed_is_a_store_error(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'incidents.db'}")
    with engine.connect() as connection:
        store = SqlStore(connection)
        store.migrate()
        driver: Any = connection.connection.driver_connection
        driver.close()

        with pytest.raises(StoreError):
            store.due(DUE)

    engine.dispose()
