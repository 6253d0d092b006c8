"""Post-mortems from the command line: drafted, checked, and made into a page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incidentkit import EMERGENCY, Incident, PostMortem
from incidentkit.inbound.postmortem import read_postmortem
from incidentkit.providers.store import Append
from incidentkit.stores import SqlStore
from incidentkit.text.slack import to_slack
from tests.cli.invocation import Invoke

AT = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'incidents.db'}"
    severity = EMERGENCY.scheme.severities[0]
    new = Incident.declare("INC-1", title="<b>Down", at=AT, by="ada", severity=severity, playbook=EMERGENCY.reference)
    over = new.resolve(at=AT + timedelta(hours=1), by="ada", note="rolled back")
    with SqlStore(address) as store:
        store.append(Append(incident=over.id, expected_version=0, events=over.timeline.events))
    return address


@pytest.fixture
def draft(invoke: Invoke, database: str, tmp_path: Path) -> Path:
    """A draft that was written into a file."""
    done = invoke("postmortem", "draft", database, "INC-1")
    assert done.status == 0
    file = tmp_path / "INC-1.md"
    file.write_text(done.out, encoding="utf-8")
    return file


def test_a_draft_is_what_the_log_says(draft: Path, database: str) -> None:
    with SqlStore(database) as store:
        incident = Incident.replay(store.load("INC-1"))
    assert draft.read_text(encoding="utf-8") == PostMortem.from_incident(incident, playbook=EMERGENCY).to_markdown()


def test_a_draft_has_names_if_somebody_knows_them(invoke: Invoke, database: str, tmp_path: Path) -> None:
    people = tmp_path / "people.toml"
    people.write_text('[people.ada]\nname = "Ada Lovelace"\n', encoding="utf-8")
    assert (
        "Ada Lovelace: resolved: rolled back"
        in invoke("postmortem", "draft", database, "INC-1", "--directory", str(people)).out
    )


def test_what_is_missing_is_exit_status_one(invoke: Invoke, draft: Path) -> None:
    done = invoke("postmortem", "check", str(draft))
    assert (done.status, done.err) == (1, "")
    assert "- PMT008 Nobody has explained what caused it." in done.lines


def test_what_may_be_missing_is_not_named(invoke: Invoke, draft: Path) -> None:
    allowed = [f"PMT{number:03}" for number in range(1, 16)]
    done = invoke("postmortem", "check", str(draft), *(word for code in allowed for word in ("--allow", code)))
    assert done.status == 0
    assert "Nothing." in done.lines


def test_a_page_is_made_of_it(invoke: Invoke, draft: Path) -> None:
    done = invoke("postmortem", "render", str(draft))
    assert (done.status, done.err) == (0, "incidentkit: 8 things are not written yet: 'postmortem check' names them\n")
    assert done.out.startswith("<!DOCTYPE html>")
    assert "&lt;b&gt;Down" in done.out
    assert "<svg" not in done.out


def test_nobody_takes_a_blank_for_what_somebody_wrote(invoke: Invoke, draft: Path) -> None:
    for form in ((), ("--slack",)):
        done = invoke("postmortem", "render", str(draft), *form)
        assert "[not written yet]" in done.out
        assert "What worked as planned" not in done.out


def test_a_message_for_slack_is_made_of_it(invoke: Invoke, draft: Path) -> None:
    done = invoke("postmortem", "render", str(draft), "--slack")
    assert done.status == 0
    message = json.loads(done.out)
    assert message["text"] == "Post-Mortem: &lt;b&gt;Down"
    assert message["blocks"] == to_slack(read_postmortem(draft.read_bytes()).postmortem.to_document())


def test_another_form_is_written_in_that_of_the_playbook(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "other.md"
    file.write_text("# Outage of checkout\n\n## What happened\n\nIt was down.\n\n## Root causes\n\nA full disk.\n")
    done = invoke("postmortem", "render", str(file), "--markdown")
    assert done.status == 0
    assert done.out == read_postmortem(file.read_bytes()).postmortem.to_markdown()
    assert done.lines[0] == "# Post-Mortem: Outage of checkout"


def test_only_a_page_has_a_picture(invoke: Invoke, draft: Path, database: str) -> None:
    done = invoke("postmortem", "render", str(draft), "--slack", "--incident", database, "INC-1")
    assert (done.status, done.out) == (2, "")
    assert "only a page has" in done.err


def test_with_its_incident_the_page_has_a_picture(invoke: Invoke, draft: Path, database: str) -> None:
    done = invoke("postmortem", "render", str(draft), "--incident", database, "INC-1")
    assert done.status == 0
    assert "Timeline of INC-1" in done.out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("check", "none.md"), "No such file"),
        (("check", "none.md", "--allow", "PMT999"), "'PMT999' is no code: there are PMT001"),
        (("draft", "sqlite:///none.db", "INC-1"), "there is no such file"),
        (("render", "none.md", "--incident", "INC-1"), "expected 2 arguments"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_status_two(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = invoke("postmortem", *arguments)
    assert (done.status, done.out) == (2, "")
    assert problem in done.err
    assert len(done.err.splitlines()) == 1


def test_what_is_no_text_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "other.md"
    file.write_bytes(b"\xff\xfe")
    done = invoke("postmortem", "check", str(file))
    assert (done.status, done.out) == (2, "")
    assert "UTF-8" in done.err
