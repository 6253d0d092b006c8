"""Logs out of rows: the same events however they are read, and a word about the one that is broken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentkit.convert import MAX_CHARACTERS
from incidentkit.errors import StoreDamaged, StoreTooNew
from incidentkit.model.commands import Note
from incidentkit.model.incident import SCHEMA, Incident
from incidentkit.playbooks.emergency import SEV_1
from incidentkit.stores.events import body_of, events_of

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)


def noted(words: int) -> Incident:
    incident = Incident.declare("INC-1", title="Checkout fails", at=START, by="ada", severity=SEV_1)
    for number in range(words):
        incident = incident.apply(Note(f"{number} requests, {{[", at=START, by="ada"))
    return incident


LOG = noted(8).timeline.events
ROWS = [(place, SCHEMA, body_of(event)) for place, event in enumerate(LOG)]


def test_a_log_is_read_as_it_was_written() -> None:
    assert events_of("store", "INC-1", ROWS) == LOG


def test_a_log_without_rows_has_no_events() -> None:
    assert events_of("store", "INC-1", []) == ()


def test_a_log_may_be_longer_than_a_document() -> None:
    half = " " * (MAX_CHARACTERS // 2)

    assert events_of("store", "INC-1", [(place, form, body + half) for place, form, body in ROWS[:3]]) == LOG[:3]


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", f"{ROWS[4][2]},{ROWS[4][2]}", ROWS[4][2].replace('"at"', '"ta"')]
)
def test_a_broken_event_is_named(body: str) -> None:
    rows = [*ROWS[:4], (4, SCHEMA, body), *ROWS[5:]]

    with pytest.raises(StoreDamaged, match="event 4 of INC-1 cannot be read"):
        events_of("store", "INC-1", rows)


def test_an_event_of_a_later_release_is_named() -> None:
    rows = [*ROWS[:4], (4, SCHEMA + 1, ROWS[4][2]), *ROWS[5:]]

    with pytest.raises(StoreTooNew, match="event 4 of INC-1 was written by a later release"):
        events_of("store", "INC-1", rows)
