"""``incidentkit evidence``: what is kept for an incident, listed and printed."""

from __future__ import annotations

import sys
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest

from incidentkit.cli import main
from incidentkit.model.identity import IncidentId
from incidentkit.providers.evidence import KeepEvidence
from incidentkit.stores import SqlStore
from tests.cli.invocation import Invoke

LOGS = b"disk full\n\tat \x1b[2J/var\n\xff\n"
DIGITS = sha256(LOGS).hexdigest()


@pytest.fixture
def kept(invoke: Invoke, database: str) -> str:
    """A database in which something is kept for one of two incidents."""
    for incident in ("INC-7", "INC-8"):
        invoke("declare", database, "Checkout returns 500", "--severity", "SEV-2", "--id", incident)
    with SqlStore(database) as store:
        store.keep_evidence(KeepEvidence(incident=IncidentId("INC-7"), name="kubectl logs checkout", content=LOGS))
        store.keep_evidence(KeepEvidence(incident=IncidentId("INC-7"), name="nothing", content=b""))
    return database


def test_what_is_kept_is_listed(invoke: Invoke, kept: str) -> None:
    header, _, logs, nothing = invoke("evidence", kept, "INC-7").lines
    assert header.split() == ["SHA-256", "kept,", "UTC", "bytes", "kind", "name"]
    assert logs.split()[0] == DIGITS[:12]
    assert logs.split()[3:] == [str(len(LOGS)), "text/plain", "kubectl", "logs", "checkout"]
    assert nothing.split()[3:] == ["0", "text/plain", "nothing"]
    assert invoke("evidence", kept, "INC-8").out == "Nothing is kept.\n"


def test_a_file_gets_every_byte(kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "logs").open("w", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdout", file)
        assert main(["evidence", kept, "INC-7", DIGITS[:12].upper()]) == 0
    assert (tmp_path / "logs").read_bytes() == LOGS


def test_a_terminal_is_not_controlled_by_it(kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    assert main(["evidence", kept, "INC-7", DIGITS]) == 0
    assert terminal.getvalue() == "disk full\n        at \ufffd[2J/var\n\ufffd\n"


@pytest.mark.parametrize(
    ("incident", "digits", "problem"),
    [
        ("INC-7", "abc123abc123", "INC-7 has nothing whose SHA-256 begins with 'abc123abc123'"),
        ("INC-7", "", "INC-7 has nothing whose SHA-256 begins with ''"),
        ("INC-8", DIGITS, "INC-8 has nothing whose SHA-256 begins with"),
        ("INC-9", DIGITS, "the store has no incident 'INC-9'"),
    ],
)
def test_what_an_incident_does_not_have_is_not_printed(
    invoke: Invoke, kept: str, incident: str, digits: str, problem: str
) -> None:
    done = invoke("evidence", kept, incident, digits)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert problem in done.err
