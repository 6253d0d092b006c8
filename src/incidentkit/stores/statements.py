"""What a store says to its database, in SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Insert,
    Select,
    Table,
    bindparam,
    cast,
    func,
    not_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from incidentkit.providers.store import MOST, FindIncidents
from incidentkit.providers.words import words_in
from incidentkit.stores.tables import (
    CONTENTS,
    EVENTS,
    EVIDENCE,
    INCIDENTS,
    LABELS,
    NUMBERS,
    PLAYBOOKS,
    SCHEMA,
    WORDS,
    microseconds,
)

ROW: Final = INCIDENTS.c

LAST: Final = "\U0010ffff"
"""What is no letter, and comes after all of them."""


def _microseconds(time: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.extract("epoch", time) * 1_000_000, BigInteger)


CLOCK: Final = _microseconds(func.clock_timestamp())
"""The time of a PostgreSQL server, whenever it is asked within a transaction."""

APPLIED: Final = select(func.max(SCHEMA.c.version)).scalar_subquery()
"""The version of the tables: another release may have changed them since this program began."""

ENTRY: Final = (
    select(INCIDENTS, APPLIED.label("applied")).where(ROW.id == bindparam("id")).with_for_update(of=INCIDENTS)
)
ENTRY_BY_SERVER: Final = ENTRY.add_columns(CLOCK.label("now"))
SEQ: Final = select(ROW.seq).where(ROW.id == bindparam("id"))
LOG: Final = (
    select(ROW.version, EVENTS.c.place, EVENTS.c.form, EVENTS.c.body)
    .select_from(INCIDENTS.outerjoin(EVENTS, ROW.seq == EVENTS.c.incident))
    .where(ROW.id == bindparam("id"))
    .order_by(EVENTS.c.place)
)
WHOLE: Final = (
    select(INCIDENTS, EVENTS.c.place, EVENTS.c.form, EVENTS.c.body)
    .select_from(INCIDENTS.outerjoin(EVENTS, ROW.seq == EVENTS.c.incident))
    .where(ROW.seq == select(func.min(ROW.seq)).where(ROW.seq > bindparam("after")).scalar_subquery())
    .order_by(EVENTS.c.place)
)
"""The incident that came next, with its log: read at once, because between two statements somebody may append."""

UPDATE: Final = INCIDENTS.update().where(ROW.seq == bindparam("of"))
REWRITE: Final = EVENTS.update().where(EVENTS.c.incident == bindparam("of"), EVENTS.c.place == bindparam("at"))
LOSE: Final = WORDS.delete().where(WORDS.c.incident == bindparam("of"), WORDS.c.word == bindparam("lost"))
"""A word at a time: a redaction may take out more of them than a statement has parameters."""

NEXT_TURN: Final = (ROW.wake_at.nulls_last(), ROW.id)
"""The earliest first, those without a time last, and between equals the id decides."""


def _due(now: ColumnElement[int]) -> Select[Any]:
    """What is due: each reason has an index, so that what is not due costs nothing, however much of it there is.

    The reasons are queries of their own, because for one condition with ``OR`` in it a database that has counted its
    rows reads all of them. No index has the order of turns: it would be taken for the index to read, also in vain.
    """
    undone = not_(ROW.done)
    planned_with: BindParameter[str] = bindparam("planned_with")
    limit: BindParameter[int] = bindparam("limit")
    reasons = (
        ROW.wake_at <= now,
        undone & (ROW.planned_with < planned_with),
        undone & (ROW.planned_with > planned_with),
        undone & (ROW.kept_at > now),
    )
    first = [select(select(ROW.seq).where(reason).order_by(*NEXT_TURN).limit(limit).subquery()) for reason in reasons]
    due = select(ROW.id).where(ROW.seq.in_(union(*first).subquery().select())).order_by(*NEXT_TURN).limit(limit)
    # Leaves out what somebody else appends to at this moment: only a hint, because whoever appends decides.
    return due.with_for_update(skip_locked=True, key_share=True, read=True)


DUE: Final = _due(bindparam("now"))
DUE_BY_SERVER: Final = _due(_microseconds(func.statement_timestamp()))


def _unless_there(table: Table) -> Mapping[str, Insert]:
    """Statements that add rows, but for those that are there, for each kind of database."""
    return {
        "sqlite": sqlite_insert(table).on_conflict_do_nothing(),
        "postgresql": postgresql_insert(table).on_conflict_do_nothing(),
    }


ADD_INCIDENT: Final = {kind: add.returning(ROW.seq) for kind, add in _unless_there(INCIDENTS).items()}
ADD_WORDS: Final = _unless_there(WORDS)
ADD_LABELS: Final = _unless_there(LABELS)
ADD_PLAYBOOK: Final = {kind: add.returning(PLAYBOOKS.c.reference) for kind, add in _unless_there(PLAYBOOKS).items()}
ADD_EVIDENCE: Final = {kind: add.returning(EVIDENCE.c.seq) for kind, add in _unless_there(EVIDENCE).items()}
ADD_CONTENT: Final = _unless_there(CONTENTS)
NUMBERED: Final[Mapping[str, SqliteInsert | PostgresqlInsert]] = {
    "sqlite": sqlite_insert(NUMBERS),
    "postgresql": postgresql_insert(NUMBERS),
}
COUNT: Final = {
    kind: add.on_conflict_do_update(
        index_elements=["series"], set_={"last": NUMBERS.c.last + 1}, where=NUMBERS.c.last < MOST
    ).returning(NUMBERS.c.last)
    for kind, add in NUMBERED.items()
}
MOVE_FORWARD: Final = {
    kind: add.on_conflict_do_update(
        index_elements=["series"], set_={"last": add.excluded.last}, where=NUMBERS.c.last < add.excluded.last
    ).returning(NUMBERS.c.last)
    for kind, add in NUMBERED.items()
}


def asked_for(request: FindIncidents) -> Iterator[ColumnElement[bool]]:
    """What is asked for, as conditions that all have to hold."""
    if request.statuses is not None:
        yield ROW.status.in_(sorted(map(str, request.statuses)))
    if request.severities is not None:
        yield ROW.severity.in_(sorted(request.severities))
    if request.since is not None:
        yield ROW.declared_at >= microseconds(request.since)
    if request.before is not None:
        yield ROW.declared_at < microseconds(request.before)
    for name, value in request.labels.items():
        labelled = select(LABELS.c.incident).where(LABELS.c.name == name, LABELS.c.value == value)
        yield ROW.seq.in_(labelled)
    for word in sorted(words_in(request.text)):
        said = select(WORDS.c.incident).where(WORDS.c.word >= word, WORDS.c.word < word + LAST)
        yield ROW.seq.in_(said)
