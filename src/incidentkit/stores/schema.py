"""Making the tables, and bringing those of an earlier release up to date: a step for each version, never changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version as release_of
from typing import Final, TypeAlias

from sqlalchemy import Connection, func, inspect, select

from incidentkit.errors import StoreDamaged, StoreForeign, StoreMisconfigured, StoreOutdated, StoreTooNew
from incidentkit.model.incident import Incident
from incidentkit.providers.words import words_of
from incidentkit.stores.events import events_of
from incidentkit.stores.tables import EVENTS, INCIDENTS, LABELS, PREFIX, SCHEMA, WORDS, microseconds

Progress: TypeAlias = Callable[[int, int], object]
"""Called with how much is done, and of how much."""

NAME: Final = "incidentkit"
"""The package whose release is written down."""

LOCK: Final = 0x696E6369
"""What PostgreSQL locks while one of several programs makes the tables."""

PAUSE: Final = 0.1
"""Seconds after which it is asked again whether that is done."""

BATCH: Final = 1_000
"""How many incidents an upgrade reads at once."""

TYPES: Final[Mapping[str, Mapping[str, str]]] = {
    "sqlite": {
        "counted": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "big": "INTEGER",
        "text": "TEXT",
        "flag": "INTEGER",
        "bytes": "BLOB",
        "not_done": "done = 0",
        "rows": "STRICT",
        "sorted": "STRICT, WITHOUT ROWID",
    },
    "postgresql": {
        "counted": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "big": "BIGINT",
        "text": 'TEXT COLLATE "C"',
        "flag": "BOOLEAN",
        "bytes": "BYTEA",
        "not_done": "NOT done",
        "rows": "",
        "sorted": "",
    },
}
"""What the databases call things. Text is in the order of its characters' codes, as Python sorts it."""

LOGS: Final = (
    """
    CREATE TABLE incidentkit_schema (
        version {big} PRIMARY KEY, applied_at {big} NOT NULL, release {text} NOT NULL
    ) {rows}
    """,
    """
    CREATE TABLE incidentkit_incidents (
        seq {counted}, id {text} NOT NULL UNIQUE, version {big} NOT NULL, recorded_at {big} NOT NULL,
        kept_at {big} NOT NULL, status {text} NOT NULL, wake_at {big}, planned_with {text} NOT NULL,
        done {flag} NOT NULL
    ) {rows}
    """,
    """
    CREATE TABLE incidentkit_events (
        incident {big} NOT NULL REFERENCES incidentkit_incidents, place {big} NOT NULL, form {big} NOT NULL,
        body {text} NOT NULL, PRIMARY KEY (incident, place)
    ) {sorted}
    """,
    "CREATE TABLE incidentkit_numbers (series {text} PRIMARY KEY NOT NULL, last {big} NOT NULL) {sorted}",
    "CREATE INDEX incidentkit_wakes ON incidentkit_incidents (wake_at) WHERE wake_at IS NOT NULL",
    "CREATE INDEX incidentkit_plans ON incidentkit_incidents (planned_with) WHERE {not_done}",
    "CREATE INDEX incidentkit_kept ON incidentkit_incidents (kept_at) WHERE {not_done}",
)
"""The first version: logs, when to look at them, and numbers."""

SEARCH: Final = (
    "ALTER TABLE incidentkit_incidents ADD COLUMN severity {text} NOT NULL DEFAULT ''",
    "ALTER TABLE incidentkit_incidents ADD COLUMN declared_at {big} NOT NULL DEFAULT 0",
    "ALTER TABLE incidentkit_incidents ADD COLUMN labels {text} NOT NULL DEFAULT '{{}}'",
    """
    CREATE TABLE incidentkit_labels (
        name {text} NOT NULL, value {text} NOT NULL, incident {big} NOT NULL REFERENCES incidentkit_incidents,
        PRIMARY KEY (name, value, incident)
    ) {sorted}
    """,
    """
    CREATE TABLE incidentkit_words (
        word {text} NOT NULL, incident {big} NOT NULL REFERENCES incidentkit_incidents, PRIMARY KEY (word, incident)
    ) {sorted}
    """,
    "CREATE TABLE incidentkit_playbooks (reference {text} PRIMARY KEY NOT NULL, document {text} NOT NULL) {rows}",
    "CREATE TABLE incidentkit_contents (sha256 {text} PRIMARY KEY NOT NULL, content {bytes} NOT NULL) {rows}",
    """
    CREATE TABLE incidentkit_evidence (
        incident {big} NOT NULL REFERENCES incidentkit_incidents, name {text} NOT NULL,
        sha256 {text} NOT NULL REFERENCES incidentkit_contents, seq {big} NOT NULL, media_type {text} NOT NULL,
        kept_at {big} NOT NULL, PRIMARY KEY (incident, name, sha256)
    ) {sorted}
    """,
    "CREATE INDEX incidentkit_contents_of ON incidentkit_evidence (sha256)",
    "CREATE INDEX incidentkit_statuses ON incidentkit_incidents (status, seq)",
    "CREATE INDEX incidentkit_severities ON incidentkit_incidents (severity, seq)",
    "CREATE INDEX incidentkit_declared ON incidentkit_incidents (declared_at)",
)
"""The second version: what incidents are found by, playbooks, and evidence."""


def _make_logs(connection: Connection, store: str, progress: Progress | None) -> None:
    _execute(connection, LOGS)


def _make_search(connection: Connection, store: str, progress: Progress | None) -> None:
    _execute(connection, SEARCH)
    total = connection.scalar(select(func.count()).select_from(INCIDENTS)) or 0
    for done, (seq, incident) in enumerate(_incidents(connection, store), 1):
        values: dict[str, object] = {
            "severity": incident.severity.key,
            "declared_at": microseconds(incident.declared_at),
            "labels": json.dumps(dict(incident.labels), ensure_ascii=False),
        }
        connection.execute(INCIDENTS.update().where(INCIDENTS.c.seq == seq).values(values))
        labels = [{"name": name, "value": value, "incident": seq} for name, value in incident.labels.items()]
        words = [{"word": word, "incident": seq} for word in sorted(words_of(incident.timeline.events))]
        for table, rows in ((LABELS, labels), (WORDS, words)):
            if rows:
                connection.execute(table.insert(), rows)
        if progress is not None:
            progress(done, total)


STEPS: Final[tuple[Callable[[Connection, str, Progress | None], None], ...]] = (_make_logs, _make_search)
"""What makes each version out of the one before."""

VERSION: Final = len(STEPS)
"""The version of the tables that this release reads and writes."""


def prepare(
    connection: Connection,
    store: str,
    *,
    changes: bool,
    migrate: bool,
    alone: bool,
    patient: bool,
    progress: Progress | None,
) -> bool:
    """Whether the tables are of this release; if not, and with ``changes``, make them so.

    Whoever is ``patient`` waits as long as another program takes for it, and others as long as for any lock. Raises
    `StoreTooNew`, `StoreForeign`, and `StoreOutdated` if nobody is to ``migrate``.
    """
    if changes and connection.dialect.name == "postgresql":
        _take_turn(connection, patient=patient)
    version = _version(connection, store, alone=alone)
    if version > VERSION:
        raise too_new(store, version)
    if version == VERSION:
        return True
    if not migrate:
        what = f"its tables are of version {version}, this release needs {VERSION}" if version else "it has no tables"
        raise StoreOutdated(store, f"{what}: call migrate()", version=version)
    if changes:
        _check_encoding(connection, store)
        for step in STEPS[version:]:
            step(connection, store, progress)
            version += 1
            applied = {"version": version, "applied_at": microseconds(datetime.now(UTC)), "release": release_of(NAME)}
            connection.execute(SCHEMA.insert(), applied)
    return changes


def _take_turn(connection: Connection, *, patient: bool) -> None:
    """Have PostgreSQL let one program at a time make the tables."""
    if not patient:
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        return
    # Asked again and again, because any of several limits, one of which is ours, would end a statement that waits.
    while not connection.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
        connection.execute(select(func.pg_sleep(PAUSE)))


def _check_encoding(connection: Connection, store: str) -> None:
    """Raise `StoreMisconfigured` for a database of PostgreSQL that cannot keep every text."""
    if connection.dialect.name == "postgresql":
        encoding = connection.scalar(select(func.current_setting("server_encoding")))
        if encoding not in ("UTF8", "SQL_ASCII"):  # the latter keeps whatever it is given
            raise StoreMisconfigured(store, "its encoding cannot keep every text: make a database with UTF8")


def too_new(store: str, version: int) -> StoreTooNew:
    """What is raised for tables that a later release made."""
    problem = f"its tables are of version {version}, which a later release made; this one knows {VERSION}"
    return StoreTooNew(store, f"{problem}: update incidentkit")


def versionless(store: str) -> StoreDamaged:
    """What is raised for tables that do not say which release made them."""
    return StoreDamaged(store, "it does not say of which version its tables are: restore it from a copy")


def _version(connection: Connection, store: str, *, alone: bool) -> int:
    """The version of the tables that are there; 0 for none."""
    tables = set(inspect(connection).get_table_names())
    if SCHEMA.name in tables:
        version: int | None = connection.scalar(select(func.max(SCHEMA.c.version)))
        if version is None:
            raise versionless(store)
        return version
    ours = {name for name in tables if name.startswith(PREFIX)}
    if ours or (alone and tables):
        names = ", ".join(sorted(tables)[:3])
        problem = f"this is the database of another program, with the tables {names}: name another one"
        raise StoreForeign(store, f"{problem}, or give an engine of your own, which makes the tables beside them")
    return 0


def _incidents(connection: Connection, store: str) -> Iterator[tuple[int, Incident]]:
    """All incidents, by their logs."""
    incidents = select(INCIDENTS.c.seq, INCIDENTS.c.id).order_by(INCIDENTS.c.seq).limit(BATCH)
    last = 0
    while rows := connection.execute(incidents.where(INCIDENTS.c.seq > last)).all():
        for seq, incident in rows:
            log = select(EVENTS.c.place, EVENTS.c.form, EVENTS.c.body).where(EVENTS.c.incident == seq)
            events = connection.execute(log.order_by(EVENTS.c.place))
            yield seq, Incident.replay(events_of(store, incident, [(*row,) for row in events]))
        last = rows[-1].seq


def _execute(connection: Connection, statements: tuple[str, ...]) -> None:
    types = TYPES[connection.dialect.name]
    for statement in statements:
        connection.exec_driver_sql(statement.format_map(types))
