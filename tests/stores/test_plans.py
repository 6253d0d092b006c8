"""How databases go about the questions that are asked of many incidents: by indexes, and not by reading them all."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import frozen
from sqlalchemy import Connection, Engine, create_engine, event

from incidentkit.model.identity import IncidentId
from incidentkit.model.lifecycle import Status
from incidentkit.providers.store import FindDue, FindForgotten, FindIncidents
from incidentkit.stores import SqlStore
from incidentkit.stores.tables import microseconds
from tests.stores.postgres import Postgres

MANY = 100_000
NOW = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
LATER = timedelta(days=36_500)
"""So late that nothing is due by the clock of a server either."""

OPEN_SINCE = microseconds(NOW)

NUMBERS = {
    "sqlite": f"(WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT {MANY}) SELECT n FROM n) AS n",
    "postgresql": f"generate_series(1::bigint, {MANY}) AS n(n)",
}

FILL = (
    f"""
    INSERT INTO incidentkit_incidents (
        id, version, recorded_at, kept_at, status, severity, declared_at, labels, wake_at, planned_with, done
    )
    SELECT 'INC-' || n, 1, {OPEN_SINCE}, {OPEN_SINCE}, 'investigating', 'SEV-2', {OPEN_SINCE} - n, '{{{{}}}}',
        {microseconds(NOW + LATER)} + MOD(n * 7919, {MANY}) * 1000000,
        CASE WHEN MOD(n, 1000) = 0 THEN 'earlier plan' ELSE 'plan' END, MOD(n, {{open_every}}) <> 0
    FROM {{numbers}}
    """,
    "INSERT INTO incidentkit_labels SELECT 'team', 'team-' || MOD(seq, 1000), seq FROM incidentkit_incidents",
    "INSERT INTO incidentkit_words SELECT 'word' || MOD(seq, 1000), seq FROM incidentkit_incidents",
    "INSERT INTO incidentkit_words SELECT 'other' || MOD(seq, 997), seq FROM incidentkit_incidents",
    "ANALYZE",
)

READS_ALL = {
    "sqlite": re.compile(r"SCAN incidentkit_\w+"),
    "postgresql": re.compile(r".*Seq Scan on (incidentkit_\w+).*"),
}
"""The lines of a plan that read a whole table."""


@frozen
class Crowd:
    """A database with many incidents."""

    engine: Engine

    @property
    def kind(self) -> str:
        return self.engine.dialect.name

    def fill(self, open_every: int) -> None:
        """Add the incidents, of which every so manieth is not done, and have the database count what it has."""
        with self.engine.begin() as connection:
            for statement in FILL:
                filled = statement.format(open_every=open_every, numbers=NUMBERS[self.kind])
                if "ANALYZE" not in filled or self.kind == "postgresql":
                    connection.exec_driver_sql(filled)

    def reads(self, ask: Callable[[SqlStore], object], clock: Callable[[], datetime] | None = lambda: NOW) -> list[str]:
        """The lines of the plans for what the store asks that read a whole table."""
        asked: list[tuple[str, Any]] = []

        def hear(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
            asked.append((statement, parameters))

        store = SqlStore(self.engine, clock=clock)
        store.now()  # by now it has seen to its tables
        event.listen(self.engine, "before_cursor_execute", hear)
        ask(store)
        event.remove(self.engine, "before_cursor_execute", hear)
        with self.engine.connect() as connection:
            lines = [line for each in asked for line in self._plan(connection, *each)]
        assert lines
        return [line for line in lines if READS_ALL[self.kind].fullmatch(line)]

    def _plan(self, connection: Connection, statement: str, parameters: Any) -> list[str]:
        explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}[self.kind]
        return [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)]


def crowd_at(address: str, open_every: int) -> Crowd:
    with SqlStore(address) as store:
        store.migrate()
    crowd = Crowd(create_engine(address))
    crowd.fill(open_every)
    return crowd


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Crowd]:
    """Incidents that are all open and not due, of which every thousandth was planned with something else."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path_factory.mktemp('crowd') / 'incidents.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        address = server.database()
    crowd = crowd_at(address, open_every=1)
    yield crowd
    crowd.engine.dispose()


@pytest.mark.parametrize("clock", [lambda: NOW, None], ids=["clock", "server"])
def test_what_is_due_is_found_by_indexes(crowd: Crowd, clock: Callable[[], datetime] | None) -> None:
    assert crowd.reads(lambda store: store.due(FindDue("plan", 100)), clock) == []


def test_only_one_reason_is_looked_for_everywhere_when_everything_is_due(crowd: Crowd) -> None:
    reads = crowd.reads(lambda store: store.due(FindDue("another plan", 100)))

    # PostgreSQL knows that all incidents have this reason, and then the table is the quicker way to them.
    assert len(reads) == (1 if crowd.kind == "postgresql" else 0)


SOUGHT = {
    "the next page": FindIncidents(after=IncidentId(f"INC-{MANY // 2}"), limit=50),
    "a status": FindIncidents(statuses=frozenset({Status.RESOLVED}), limit=50),
    "a status that most have": FindIncidents(statuses=frozenset({Status.INVESTIGATING}), limit=50),
    "statuses": FindIncidents(statuses=frozenset({Status.RESOLVED, Status.MONITORING}), limit=50),
    "a severity": FindIncidents(severities=frozenset({"SEV-1"}), limit=50),
    "a severity that most have": FindIncidents(severities=frozenset({"SEV-2"}), limit=50),
    "a label": FindIncidents(labels={"team": "team-7"}, limit=50),
    "words": FindIncidents(text="word123 other45", limit=50),
    "everything": FindIncidents(
        statuses=frozenset({Status.INVESTIGATING}),
        severities=frozenset({"SEV-2"}),
        since=NOW - timedelta(minutes=1),
        labels={"team": "team-123"},
        text="word123 other45",
        after=IncidentId(f"INC-{MANY // 2}"),
        limit=50,
    ),
}


@pytest.mark.parametrize("sought", SOUGHT.values(), ids=SOUGHT)
def test_incidents_are_found_by_indexes(crowd: Crowd, sought: FindIncidents) -> None:
    assert crowd.reads(lambda store: store.find(sought)) == []


def test_what_was_forgotten_is_found_among_what_is_open(address: str) -> None:
    crowd = crowd_at(address, open_every=1_000)

    assert crowd.reads(lambda store: store.audit(FindForgotten(timedelta(minutes=5)))) == []

    crowd.engine.dispose()
