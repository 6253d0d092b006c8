"""The tables of a store, as its queries see them; `schema` makes them.

Times are whole microseconds since 1970 in UTC, so that they are exact, and the same in every database.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, MetaData, String, Table

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)

METADATA: Final = MetaData()

INCIDENTS: Final = Table(
    "incidentkit_incidents",
    METADATA,
    Column("seq", BigInteger, primary_key=True),
    Column("id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("declared_at", BigInteger, nullable=False),
    Column("labels", String, nullable=False),
    Column("wake_at", BigInteger),
    Column("planned_with", String, nullable=False),
    Column("done", Boolean, nullable=False),
)
"""An incident a row, numbered in the order in which they came; labels are JSON."""

EVENTS: Final = Table(
    "incidentkit_events",
    METADATA,
    Column("incident", BigInteger, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("form", Integer, nullable=False),
    Column("body", String, nullable=False),
)
"""The logs, an event a row: the version of its form, and itself as JSON."""

NUMBERS: Final = Table(
    "incidentkit_numbers",
    METADATA,
    Column("series", String, primary_key=True),
    Column("last", Integer, nullable=False),
)
"""The last number of each series."""

PLAYBOOKS: Final = Table(
    "incidentkit_playbooks",
    METADATA,
    Column("reference", String, primary_key=True),
    Column("document", String, nullable=False),
)
"""Playbooks by their references, as JSON."""

LABELS: Final = Table(
    "incidentkit_labels",
    METADATA,
    Column("name", String, primary_key=True),
    Column("value", String, primary_key=True),
    Column("incident", BigInteger, primary_key=True),
)
"""Which incidents have a label."""

WORDS: Final = Table(
    "incidentkit_words",
    METADATA,
    Column("word", String, primary_key=True),
    Column("incident", BigInteger, primary_key=True),
)
"""Which incidents have a word in their logs."""

EVIDENCE: Final = Table(
    "incidentkit_evidence",
    METADATA,
    Column("incident", BigInteger, primary_key=True),
    Column("name", String, primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("media_type", String, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
)
"""What is kept for an incident, in the order in which it came."""

CONTENTS: Final = Table(
    "incidentkit_contents",
    METADATA,
    Column("sha256", String, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""What evidence holds, by its SHA-256, however many incidents have it."""

SCHEMA: Final = Table(
    "incidentkit_schema",
    METADATA,
    Column("version", Integer, primary_key=True),
    Column("applied_at", BigInteger, nullable=False),
    Column("release", String, nullable=False),
)
"""Which versions of the tables were applied when, and by which release of the library."""

PREFIX: Final = "incidentkit_"
"""What the names of all tables begin with, so that they can live beside others."""


def microseconds(moment: datetime) -> int:
    """A time as the tables have it."""
    return (moment - EPOCH) // MICROSECOND


def moment(microseconds: int) -> datetime:
    """A time of the tables."""
    return EPOCH + microseconds * MICROSECOND
