"""Logs in an SQLite file: one more event, and a whole log, beside the same work with `sqlite3` by hand."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from random import Random
from timeit import Timer
from typing import Any, Final

from attrs import frozen

from benchmarks.desks import Prepared
from benchmarks.documents import dumps, event_from_plain, loads, time_text
from benchmarks.histories import LEASE, START, history, tried
from benchmarks.incidents import LONG, Reading, fold_by_hand, reading
from benchmarks.measure import LOOPS, Calls, Form, Row
from incidentkit.model.action import ActionKey
from incidentkit.model.events import ActionEnded
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import SCHEMA as FORM
from incidentkit.model.incident import Incident
from incidentkit.providers.store import Append
from incidentkit.stores import SqlStore

COUNT: Final = 64

EVENTS: Final = 30
"""Events of a log that is added to."""

LOGS: Final = 4
"""Logs that are read."""

NOW: Final = START + timedelta(days=2)

PLANNED_WITH: Final = "3f2a9c"

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


def now() -> datetime:
    """A clock that stands still, for both forms."""
    return NOW


@cache
def folder() -> Path:
    """Where the databases are until the program ends."""
    path = Path(tempfile.mkdtemp(prefix="benchmarks-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def new_store(name: str) -> tuple[SqlStore, sqlite3.Connection]:
    """A store in a new file, and a connection to the same tables by hand, which writes in the same mode."""
    path = folder() / name
    store = SqlStore(f"sqlite:///{path}", clock=now)
    store.migrate()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    return store, connection


@frozen
class Appends:
    """Work that changes what it works on: before each sample everything is put back, which is not timed."""

    append: Callable[[Append], object]
    connection: sqlite3.Connection
    asked: Sequence[Append]

    def answers(self) -> Sequence[object]:
        """What is in the tables afterwards."""
        self._once()
        return self.connection.execute(ADDED).fetchall()

    def sample(self) -> float:
        """The best of a few times that each log got an event."""
        return min(self._once() for _ in range(LOOPS))

    def _once(self) -> float:
        for statement in PUT_BACK:
            self.connection.execute(statement)

        def work() -> None:
            for each in self.asked:
                self.append(each)

        return Timer(work).timeit(1) / len(self.asked)


PUT_BACK: Final = (
    f"DELETE FROM incidentkit_events WHERE place >= {EVENTS}",
    f"UPDATE incidentkit_incidents SET version = {EVENTS}, wake_at = NULL",
)

ADDED: Final = f"""
    SELECT id, version, recorded_at, kept_at, status, wake_at, planned_with, done, place, form, body
    FROM incidentkit_incidents JOIN incidentkit_events ON incident = seq AND place >= {EVENTS} ORDER BY seq
"""


def append_by_hand(connection: sqlite3.Connection, asked: Append) -> None:
    """One transaction, for events without words that move no status, which is what the end of an action is."""
    event: Any = asked.events[0]
    connection.execute("BEGIN IMMEDIATE")
    try:
        row = connection.execute(
            "SELECT seq, version, recorded_at FROM incidentkit_incidents WHERE id = ?", (asked.incident,)
        ).fetchone()
        seq, version, recorded_at = row
        if version != asked.expected_version:
            raise LookupError(asked.incident)
        kept_at = microseconds(now())
        recorded_at = max(kept_at, recorded_at)
        connection.execute(
            "INSERT INTO incidentkit_events (incident, place, form, body) VALUES (?, ?, ?, ?)",
            (seq, version, FORM, dumps(_plain(event, EPOCH + recorded_at * MICROSECOND))),
        )
        connection.execute(
            "UPDATE incidentkit_incidents SET version = ?, recorded_at = ?, kept_at = ?, wake_at = ?, "
            "planned_with = ?, done = ? WHERE seq = ?",
            (
                version + 1,
                recorded_at,
                kept_at,
                None if asked.wake_at is None else microseconds(asked.wake_at),
                asked.planned_with,
                asked.done,
                seq,
            ),
        )
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def microseconds(moment: datetime) -> int:
    """A time as the tables have it."""
    return (moment - EPOCH) // MICROSECOND


def _plain(event: ActionEnded, recorded_at: datetime) -> dict[str, Any]:
    key = event.action
    action: dict[str, Any] = {"obligation": key.obligation, "instance": key.instance, "person": key.person}
    if key.attempt:
        action["attempt"] = key.attempt
    return {
        "kind": "action ended",
        "incident": event.incident,
        "at": time_text(event.at),
        "by": event.by,
        "recorded_at": time_text(recorded_at),
        "action": action,
        "outcome": event.outcome.value,
    }


def _appends(name: str, form: Callable[[SqlStore, sqlite3.Connection], Callable[[Append], object]]) -> Form:
    """Logs of 30 events, the last of which claims an action, and what is to be added to each."""
    store, connection = new_store(name)
    random = Random(20_260_306)
    asked: list[Append] = []
    for number in range(COUNT):
        incident = history(random, EVENTS - 1)
        key = ActionKey(obligation="page/on-call engineer", instance="1", person=PersonId("ada"), attempt=number % 3)
        started, ended = tried(incident, key, incident.as_of)
        log = (*incident.timeline.events, started)
        store.append(Append(incident=incident.id, events=log, expected_version=0))
        asked.append(
            Append(
                incident=incident.id,
                events=(ended,),
                expected_version=EVENTS,
                wake_at=NOW + LEASE * (number % 7 + 1),
                planned_with=PLANNED_WITH,
            )
        )
    return Appends(form(store, connection), connection, asked)


def load_by_hand(connection: sqlite3.Connection, incident: str) -> Reading:
    """Read, parse and fold, and check nothing."""
    rows = connection.execute(
        "SELECT body FROM incidentkit_events WHERE incident = (SELECT seq FROM incidentkit_incidents WHERE id = ?) "
        "ORDER BY place",
        (incident,),
    )
    return fold_by_hand([event_from_plain(loads(body)) for (body,) in rows])


@cache
def _long_logs() -> tuple[SqlStore, sqlite3.Connection, Sequence[str]]:
    store, connection = new_store("long.db")
    random = Random(20_260_307)
    incidents = [history(random, LONG) for _ in range(LOGS)]
    for each in incidents:
        store.append(Append(incident=each.id, events=each.timeline.events, expected_version=0))
    return store, connection, [each.id for each in incidents]


def _loads() -> Form:
    store, _, incidents = _long_logs()
    return Calls(function=lambda each: Incident.replay(store.load(each)), inputs=incidents, read=reading)


def _loads_by_hand() -> Form:
    _, connection, incidents = _long_logs()
    return Calls(function=partial(load_by_hand, connection), inputs=incidents)


def rows() -> list[Row]:
    """Writing and reading."""
    return [
        Row(
            name="store-append",
            work="append an event to a log of 30 in SQLite, WAL and synchronous FULL; by hand the same transaction",
            hand=Prepared(lambda: _appends("by-hand.db", lambda _, connection: partial(append_by_hand, connection))),
            ours=Prepared(lambda: _appends("ours.db", lambda store, _: store.append)),
            limit=4.0,
        ),
        Row(
            name="store-load",
            work="load 1,000 events from SQLite and replay them; by hand without a check",
            hand=Prepared(_loads_by_hand),
            ours=Prepared(_loads),
        ),
    ]
