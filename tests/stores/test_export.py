"""What is read out of a store while somebody writes to it: each record is whole."""

from __future__ import annotations

from attrs import evolve
from sqlalchemy import create_engine, event

from incidentkit.providers.records import LogRecord
from incidentkit.providers.store import Append
from incidentkit.stores import SqlStore
from tests.stores.postgres import Postgres
from tests.stores.samples import INC_1, START, declared, noted

BEGIN = Append(incident=INC_1, events=declared().timeline.events, expected_version=0, planned_with="x", done=True)
REOPEN = Append(incident=INC_1, events=(noted("again"),), expected_version=1, planned_with="x", wake_at=START)


def test_a_log_and_when_to_look_at_it_are_of_one_moment(postgres: Postgres) -> None:
    engine = create_engine(address := postgres.database())
    read, written = SqlStore(engine), SqlStore(address)
    written.append(BEGIN)
    version = 1

    @event.listens_for(engine, "before_cursor_execute")
    def append(connection: object, cursor: object, statement: str, *rest: object) -> None:
        nonlocal version
        if statement.startswith("SELECT incidentkit"):
            written.append(evolve(REOPEN, expected_version=version, done=version % 2 == 0))
            version += 1

    (record,) = read.records()
    assert isinstance(record, LogRecord)
    assert version > 1
    assert record.done == (len(record.events) % 2 == 1)
    engine.dispose()
    written.close()
