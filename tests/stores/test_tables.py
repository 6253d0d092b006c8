"""The tables that are made, and those that were upgraded, are what the queries believe them to be."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from sqlalchemy import Engine, create_engine, inspect

from incidentkit.stores import SqlStore
from incidentkit.stores.schema import LOGS, TYPES
from incidentkit.stores.tables import METADATA, SCHEMA

Shape = dict[str, dict[str, tuple[type, bool, bool]]]
"""Of each table the columns: what they hold, whether it may be nothing, and whether it is of the primary key."""


def expected(*, booleans: type) -> Shape:
    """What the queries believe; ``booleans`` is how the database keeps what is true or false."""
    return {
        table.name: {
            column.name: (
                booleans if column.type.python_type is bool else column.type.python_type,
                bool(column.nullable),
                column.primary_key,
            )
            for column in table.columns
        }
        for table in METADATA.tables.values()
    }


def made(engine: Engine) -> Shape:
    """What is there; in SQLite a key that is the number of its row never is nothing, though it does not say so."""
    known, shape = inspect(engine), Shape()
    for table in known.get_table_names():
        keys = known.get_pk_constraint(table)["constrained_columns"]
        shape[table] = {
            column["name"]: (
                column["type"].python_type,
                column["nullable"] and column["name"] not in keys,
                column["name"] in keys,
            )
            for column in known.get_columns(table)
        }
    return shape


@pytest.fixture(params=["made", "upgraded"])
def engine(request: pytest.FixtureRequest, address: str) -> Generator[Engine]:
    """A database in which the tables were made, or those of version 1 were upgraded."""
    engine = create_engine(address)
    if request.param == "upgraded":
        with engine.begin() as connection:
            for statement in LOGS:
                connection.exec_driver_sql(statement.format_map(TYPES[engine.dialect.name]))
            connection.execute(SCHEMA.insert().values(version=1, applied_at=0, release="0.1.0"))
    with SqlStore(address) as store:
        store.migrate()
    yield engine
    engine.dispose()


def test_the_tables_are_what_the_queries_believe(engine: Engine) -> None:
    assert made(engine) == expected(booleans=int if engine.dialect.name == "sqlite" else bool)


def test_text_is_in_the_order_of_its_characters_whatever_the_language_of_the_server(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":  # which has no other order
        return
    asked = "SELECT DISTINCT collation_name FROM information_schema.columns WHERE table_name LIKE 'incidentkit_%%'"
    with engine.connect() as connection:
        found = connection.exec_driver_sql(f"{asked} AND data_type = 'text'").scalars().all()
    assert found == ["C"]
