"""Post-mortems from the command line: drafted, checked, and made into a page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from incidentkit import EMERGENCY, Incident, PostMortem
from incidentkit.convert import to_toml
from incidentkit.drills import practice_directory
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
    allowed = [f"pmt{number:03}" for number in range(2, 16)]
    done = invoke("postmortem", "check", str(draft), "--allow", "PMT001", "--allow", ", ".join(allowed))
    assert done.status == 0
    assert "Nothing." in done.lines


def test_a_page_is_made_of_it(invoke: Invoke, draft: Path) -> None:
    done = invoke("postmortem", "render", str(draft))
    assert (done.status, done.err) == (
        0,
        f"incidentkit: of {draft}, 8 not written yet: 'postmortem check' names them\n",
    )
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


def test_what_people_wrote_down_is_owed_from_then_on(
    invoke: Invoke, draft: Path, database: str, tmp_path: Path
) -> None:
    people = tmp_path / "people.toml"
    people.write_text(to_toml(practice_directory()), encoding="utf-8")
    items = "- [ ] Watch the disk - Noor Haddad - 2026-04-01\n- [x] Look - noor - 2026-03-03\n"
    blanks = "".join(f"- [ ] Action {number} - Owner - Due Date\n" for number in (1, 2, 3))
    draft.write_text(draft.read_text(encoding="utf-8").replace(blanks, items), encoding="utf-8")
    owe = ("postmortem", "owe", str(draft), database, "INC-1", "--by", "noor")
    done = invoke(*owe, "--directory", str(people))
    assert (done.status, done.err) == (0, "")
    assert "for noor, by the end of 2026-04-01 UTC: Watch the disk" in done.out
    assert len(done.lines) == 1
    assert invoke(*owe, "--directory", str(people)).out == ""  # nothing is added twice
    refused = invoke(*owe)
    assert (refused.status, refused.out) == (2, "")
    assert "--directory people.toml" in refused.err


def test_an_owner_whom_nobody_knows_is_refused_before_anything_is_said(
    invoke: Invoke, database: str, tmp_path: Path
) -> None:
    people, file = tmp_path / "people.toml", tmp_path / "x.md"
    people.write_text(to_toml(practice_directory()), encoding="utf-8")
    file.write_text("# Post-Mortem: x\n\n## Action Items\n\n- [ ] A - noor - 2026-04-01\n- [ ] B - zoe - 2026-04-01\n")
    done = invoke("postmortem", "owe", str(file), database, "INC-1", "--directory", str(people))
    assert (done.status, done.out) == (2, "")
    assert "'zoe' of 'B' is none of the people" in done.err
    with SqlStore(database) as store:
        assert not Incident.replay(store.load("INC-1")).action_items


def test_a_post_mortem_may_come_by_a_pipe(invoke: Invoke, draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(draft.read_bytes())))
    assert invoke("postmortem", "check", "-").out == invoke("postmortem", "check", str(draft)).out


def test_a_page_without_all_words_says_so(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    file.write_text("# x\n\n## Summary\n\n_All of it was lost._\n")
    assert "12 not written yet and 1 not understood" in invoke("postmortem", "render", str(file)).err


def test_what_is_missing_is_told_once(invoke: Invoke, draft: Path, tmp_path: Path) -> None:
    assert "PM001" not in invoke("postmortem", "check", str(draft)).out
    file = tmp_path / "later.md"
    file.write_text("# x\n\n## Root cause\n\nTBD\n\n## Lessons Lerned\n\nMany.\n")
    lines = invoke("postmortem", "check", str(file)).lines
    assert any("PM001 line 5" in line and "'TBD'" in line for line in lines)
    assert any("PM020 line 7" in line and "'Lessons Lerned'" in line for line in lines)


def test_what_is_no_text_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "other.md"
    file.write_bytes(b"\xff\xfe")
    done = invoke("postmortem", "check", str(file))
    assert (done.status, done.out) == (2, "")
    assert "UTF-8" in done.err
