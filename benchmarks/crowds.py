"""Databases with many incidents: a look when none is due, and a search through a million events."""

from __future__ import annotations

import atexit
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache, partial
from itertools import accumulate
from random import Random
from time import perf_counter
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, text

from benchmarks.desks import MANY, Prepared, toolbox_of
from benchmarks.documents import dumps
from benchmarks.histories import START
from benchmarks.measure import Calls, Form, Row
from benchmarks.plans import DIRECTORY
from benchmarks.stores import folder, microseconds, new_store
from incidentkit.desk import Desk
from incidentkit.desk.charter import Charter
from incidentkit.desk.desk import BATCH
from incidentkit.memory.pager import MemoryPager
from incidentkit.model.incident import SCHEMA as FORM
from incidentkit.model.lifecycle import Status
from incidentkit.playbooks.emergency import EMERGENCY
from incidentkit.providers.store import FindIncidents
from incidentkit.providers.words import words_in
from incidentkit.stores import SqlStore
from incidentkit.stores.address import engine_at
from tests.stores.postgres import running_postgres

DECLARED: Final = microseconds(START)

CENTURY: Final = 100 * 365 * 86_400 * 1_000_000
"""Microseconds after which the open incidents are due, by the clocks of databases, which do not stand still."""

TOOLBOX: Final = toolbox_of(MemoryPager())

NUMBERED: Final = {
    "sqlite": f"(WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers LIMIT {MANY}) "
    "SELECT n FROM numbers) AS numbers",
    "postgresql": f"generate_series(0::bigint, {MANY - 1}) AS numbers(n)",
}

OPEN: Final = f"""
    INSERT INTO incidentkit_incidents (
        id, version, recorded_at, kept_at, status, severity, declared_at, labels, wake_at, planned_with, done
    )
    SELECT 'INC-' || n, 1, {DECLARED}, {DECLARED}, 'investigating', 'SEV-2', {DECLARED}, '{{{{}}}}',
        {DECLARED + CENTURY} + MOD(n * 7919, {MANY}) * 1000000, '{{planned_with}}', {{undone}}
    FROM {{numbered}}
"""

DUE: Final = f"""
    SELECT id FROM incidentkit_incidents WHERE seq IN (
        SELECT seq FROM (SELECT seq FROM incidentkit_incidents
            WHERE wake_at <= {{now}} ORDER BY wake_at NULLS LAST, id LIMIT {BATCH}) AS woken
        UNION SELECT seq FROM (SELECT seq FROM incidentkit_incidents
            WHERE {{undone}} AND planned_with < {{plan}} ORDER BY wake_at NULLS LAST, id LIMIT {BATCH}) AS earlier
        UNION SELECT seq FROM (SELECT seq FROM incidentkit_incidents
            WHERE {{undone}} AND planned_with > {{plan}} ORDER BY wake_at NULLS LAST, id LIMIT {BATCH}) AS later
        UNION SELECT seq FROM (SELECT seq FROM incidentkit_incidents
            WHERE {{undone}} AND kept_at > {{now}} ORDER BY wake_at NULLS LAST, id LIMIT {BATCH}) AS ahead
    ) ORDER BY wake_at NULLS LAST, id LIMIT {BATCH}
"""
"""The indexed query for what is due, as a person would write it."""

UNDONE: Final = {"sqlite": "done = 0", "postgresql": "NOT done"}

MACHINE_NOW: Final = "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"

SERVER_NOW: Final = "CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS BIGINT)"

NOW: Final = {"sqlite": MACHINE_NOW, "postgresql": SERVER_NOW}


@cache
def _address(kind: str) -> str:
    """Of an empty database of that kind, which is there until the program ends."""
    if kind == "sqlite":
        return f"sqlite:///{folder() / 'open.db'}"
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(running_postgres()).database()


@cache
def _opened(kind: str) -> tuple[Engine, Desk, str]:
    """An engine, a desk that planned all the incidents that are open there, and what it planned them with."""
    engine = engine_at(_address(kind))
    atexit.register(engine.dispose)
    with SqlStore(_address(kind)) as store:
        store.migrate()
    store = SqlStore(engine)
    planned_with = Charter(playbooks=EMERGENCY, directory=DIRECTORY, toolbox=TOOLBOX, store=store).planned_with
    undone = "0" if kind == "sqlite" else "FALSE"
    with engine.begin() as connection:
        _run(connection, OPEN.format(planned_with=planned_with, undone=undone, numbered=NUMBERED[kind]))
    if kind == "postgresql":
        with engine.begin() as connection:
            _run(connection, "ANALYZE")
    return engine, Desk(EMERGENCY, DIRECTORY, TOOLBOX, store, places=0), planned_with


def _run(connection: Connection, statement: str) -> None:
    connection.execute(text(statement.replace(":", "\\:")))


def _tick(kind: str) -> Form:
    _, desk, _ = _opened(kind)
    return Calls(function=lambda _: desk.tick(), inputs=[None], read=lambda count: count == 0)


def _by_engine(kind: str) -> Form:
    """The query alone, through the same engine."""
    engine, _, planned_with = _opened(kind)
    statement = text(DUE.format(now=NOW[kind], plan=":plan", undone=UNDONE[kind]))

    def due(_: object) -> Sequence[str]:
        with engine.connect() as connection:
            return connection.execute(statement, {"plan": planned_with}).scalars().all()

    return Calls(function=due, inputs=[None], read=_none)


def _by_driver(kind: str) -> Form:
    """The query alone, through the driver."""
    _, _, planned_with = _opened(kind)
    given = {"plan": planned_with}
    if kind == "sqlite":
        file = sqlite3.connect(folder() / "open.db", isolation_level=None)
        by_file = DUE.format(now=MACHINE_NOW, plan=":plan", undone=UNDONE[kind])
        return Calls(function=lambda _: file.execute(by_file, given).fetchall(), inputs=[None], read=_none)
    address = _address(kind).replace("+psycopg", "", 1)
    server = psycopg.connect(address, autocommit=True)
    atexit.register(server.close)
    by_server: Any = DUE.format(now=SERVER_NOW, plan="%(plan)s", undone=UNDONE[kind])
    return Calls(function=lambda _: server.execute(by_server, given).fetchall(), inputs=[None], read=_none)


def _none(due: Sequence[object]) -> bool:
    return not due


def _idle(name: str, kind: str, beside: str, hand: Callable[[str], Form], limit: float | None = None) -> Row:
    return Row(
        name=f"store-idle-{name}",
        work=f"tick over 100,000 open incidents in {beside}",
        hand=Prepared(partial(hand, kind)),
        ours=Prepared(partial(_tick, kind)),
        limit=limit,
    )


SEARCHED: Final = 20_000
"""Incidents that are searched."""

EVENTS: Final = 50
"""Events of each; every fifth is a note."""

VOCABULARY: Final = 2_000
"""Words that notes are made of, the first of which are far more common than the last."""

LENGTH: Final = 8
"""Words of a note."""

TEAMS: Final = 20

PAGE: Final = 50

STATUSES: Final = (Status.INVESTIGATING, Status.MITIGATING, *[Status.RESOLVED] * 8)


@cache
def _searched() -> tuple[SqlStore, sqlite3.Connection]:
    """A store of a million events, written in one transaction; says how long that took."""
    store, connection = new_store("searched.db")
    start = perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    words: list[tuple[str, int]] = []
    random = Random(20_260_308)
    for seq in range(1, SEARCHED + 1):
        texts = list(_texts(random))
        words.extend((word, seq) for word in words_in(" ".join(texts)))
        connection.execute(ADD_INCIDENT, (seq, f"INC-{seq}", random.choice(STATUSES), f"team-{seq * 7 % TEAMS}"))
        connection.executemany(f"INSERT INTO incidentkit_events VALUES ({seq}, ?, {FORM}, ?)", _log(seq, texts))
    connection.executemany("INSERT INTO incidentkit_words VALUES (?, ?)", sorted(words))
    connection.execute(
        "INSERT INTO incidentkit_labels SELECT 'team', labels ->> 'team', seq FROM incidentkit_incidents"
    )
    connection.execute("COMMIT")
    print(f"{SEARCHED * EVENTS:,} events with {len(words):,} words written in {perf_counter() - start:.0f} s")
    return store, connection


ADD_INCIDENT: Final = f"""
    INSERT INTO incidentkit_incidents (
        seq, id, version, recorded_at, kept_at, status, severity, declared_at, labels, wake_at, planned_with, done
    ) VALUES (?, ?, {EVENTS}, {DECLARED}, {DECLARED}, ?, 'SEV-2', {DECLARED}, json_object('team', ?), NULL, '', 0)
"""

COMMONNESS: Final = [*accumulate(1 / (place + 10) for place in range(VOCABULARY))]


def _texts(random: Random) -> Iterator[str]:
    """What people noted."""
    for _ in range(EVENTS // 5):
        yield " ".join(f"word{n}x" for n in random.choices(range(VOCABULARY), cum_weights=COMMONNESS, k=LENGTH))


def _log(seq: int, texts: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Places and bodies: notes, and between them what nobody wrote."""
    when = {"incident": f"INC-{seq}", "at": "2026-03-02T14:23:00Z", "by": "ada", "recorded_at": "2026-03-02T14:23:00Z"}
    other = dumps({"kind": "acknowledged", **when})
    for place in range(EVENTS):
        yield place, dumps({"kind": "noted", **when, "text": texts[place // 5]}) if place % 5 == 0 else other


SEARCH: Final = """
    SELECT id FROM incidentkit_incidents
    WHERE status = ?
    AND seq IN (SELECT incident FROM incidentkit_labels WHERE name = 'team' AND value = ?)
    AND seq IN (SELECT incident FROM incidentkit_words WHERE word >= ? AND word < ?)
    AND seq IN (SELECT incident FROM incidentkit_words WHERE word >= ? AND word < ?)
    ORDER BY seq DESC LIMIT ?
"""


def _search(given: tuple[str, str], store: SqlStore) -> Sequence[str]:
    text, team = given
    statuses = frozenset({Status.RESOLVED})
    return store.find(FindIncidents(statuses=statuses, labels={"team": team}, text=text, limit=PAGE))


def _search_by_hand(given: tuple[str, str], connection: sqlite3.Connection) -> Sequence[str]:
    text, team = given
    first, second = text.casefold().split()
    last = "\U0010ffff"
    values = ("resolved", team, first, first + last, second, second + last, PAGE)
    return [incident for (incident,) in connection.execute(SEARCH, values)]


def _sought() -> Sequence[tuple[str, str]]:
    """Two words, the first common and the second rare, common, or the beginning of many; and a team."""
    random = Random(20_260_309)
    kinds = (lambda: f"word{random.randint(500, 1999)}x", lambda: f"word{random.randint(0, 20)}x", lambda: "word19")
    return [
        (f"Word{random.randint(0, 20)}x {kinds[number % 3]()}", f"team-{random.randrange(TEAMS)}")
        for number in range(12)
    ]


def _searches() -> Form:
    store, _ = _searched()
    return Calls(function=partial(_search, store=store), inputs=_sought(), read=tuple)


def _searches_by_hand() -> Form:
    _, connection = _searched()
    return Calls(function=partial(_search_by_hand, connection=connection), inputs=_sought(), read=tuple)


def rows() -> list[Row]:
    """Looking in vain, and searching."""
    return [
        _idle("tick", "sqlite", "SQLite, none due; by hand the query alone, same engine", _by_engine, 1.5),
        _idle("tick-sqlite3", "sqlite", "SQLite, none due; by hand the query alone, sqlite3", _by_driver),
        _idle("tick-postgres", "postgresql", "PostgreSQL, none due; by hand the query, same engine", _by_engine, 1.5),
        _idle("tick-psycopg", "postgresql", "PostgreSQL, none due; by hand the query, psycopg", _by_driver),
        Row(
            name="store-search",
            work="search a million events in SQLite for two words, a label and a status; by hand the same SQL",
            hand=Prepared(_searches_by_hand),
            ours=Prepared(_searches),
            only_if_named=True,
        ),
    ]
