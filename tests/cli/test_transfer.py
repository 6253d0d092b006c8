"""Exporting and importing a database."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from incidentkit.cli import main, progress
from incidentkit.stores import SqlStore
from tests.cli.invocation import Invoke


class Terminal(io.StringIO):
    """A stream that people look at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def filled(invoke: Invoke, database: str) -> str:
    """A database with incidents, one of which a desk has looked at."""
    invoke("declare", database, "Checkout Ω returns 500", "--severity", "SEV-2", "--id", "INC-7", "--by", "ada")
    invoke("tick", database, "--practice")
    invoke("declare", database, "Search is slow", "--severity", "SEV-4", "--id", "INC-8", "--by", "ada")
    return database


@pytest.fixture
def other(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'other.db'}"


def typed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Have it come in by stdin, on a machine that writes its letters otherwise."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="latin-1"))


def test_what_is_exported_is_imported_as_it_was(invoke: Invoke, filled: str, other: str, tmp_path: Path) -> None:
    file = tmp_path / "copy.jsonl"
    done = invoke("export", filled, str(file))
    assert (done.status, done.out) == (0, "")
    assert done.err == f"incidentkit: exported 4 lines from {filled}\n"
    done = invoke("import", other, str(file))
    assert (done.status, done.out) == (0, "")
    assert done.err == f"incidentkit: imported 1 playbook, 1 number, 2 logs into {other}; 0 were there already\n"
    assert invoke("export", other).out == file.read_text(encoding="utf-8")
    for incident in ("INC-7", "INC-8"):
        with SqlStore(filled) as before, SqlStore(other) as after:
            assert after.load(incident) == before.load(incident)


def test_what_is_there_already_is_left_as_it_is(invoke: Invoke, filled: str, tmp_path: Path) -> None:
    file = tmp_path / "copy.jsonl"
    invoke("export", filled, str(file))
    done = invoke("import", filled, str(file))
    assert done.err == f"incidentkit: imported nothing new into {filled}; 4 were there already\n"


def test_what_goes_through_pipes_is_json_in_utf_8(
    invoke: Invoke, filled: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main(["export", filled]) == 0
    content = raw.getvalue()
    monkeypatch.undo()
    assert "Checkout Ω returns 500" in str([*map(json.loads, content.decode("utf-8").splitlines())])
    typed(monkeypatch, content)
    assert invoke("import", other).status == 0
    assert "Checkout Ω returns 500" in invoke("list", other).out


def test_a_file_is_put_in_its_place_when_it_is_whole(
    invoke: Invoke, filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "copy.jsonl"
    file.write_text("the copy of yesterday\n", encoding="utf-8")
    with monkeypatch.context() as broken:

        def full(number: int) -> None:
            raise OSError(28, "No space left on device")

        broken.setattr(os, "fsync", full)
        done = invoke("export", filled, str(file))
    assert (done.status, done.err) == (2, "incidentkit: error: writing: No space left on device\n")
    assert file.read_text(encoding="utf-8") == "the copy of yesterday\n"
    assert [each.name for each in tmp_path.iterdir() if "copy" in each.name] == ["copy.jsonl"]
    assert invoke("export", filled, str(file)).status == 0
    assert file.read_text(encoding="utf-8").count("\n") == 4


def test_a_copy_is_for_nobody_elses_eyes(invoke: Invoke, filled: str, tmp_path: Path) -> None:
    file = tmp_path / "copy.jsonl"
    invoke("export", filled, str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_link_leads_to_the_copy_and_a_device_stays_a_device(invoke: Invoke, filled: str, tmp_path: Path) -> None:
    link, file = tmp_path / "latest.jsonl", tmp_path / "copy.jsonl"
    file.touch()
    link.symlink_to(file)
    invoke("export", filled, str(link))
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8").count("\n") == 4
    assert invoke("export", filled, os.devnull).status == 0
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"kind":"number","series":"x","last":1}\nno JSON\n', "stdin, line 2, $: this is not JSON"),
        (b"\xff\xfe\n", "stdin, $: it is not text in UTF-8"),
        (b'{"kind":"log","events":[]}\n', "stdin, line 1: events: the log of an incident begins with its declaration"),
    ],
)
def test_what_cannot_be_taken_in_is_one_line_that_names_it(
    invoke: Invoke, database: str, monkeypatch: pytest.MonkeyPatch, content: bytes, problem: str
) -> None:
    typed(monkeypatch, content)
    done = invoke("import", database)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert problem in done.err


def test_an_incident_with_another_log_is_not_overwritten(
    invoke: Invoke, filled: str, other: str, tmp_path: Path
) -> None:
    file = tmp_path / "copy.jsonl"
    invoke("export", filled, str(file))
    invoke("declare", other, "Another one", "--id", "INC-7")
    done = invoke("import", other, str(file))
    assert done.status == 2
    assert "INC-7 is there with another log" in done.err
    assert "Another one" in invoke("list", other).out


def test_files_that_are_not_there_are_named(invoke: Invoke, filled: str, tmp_path: Path) -> None:
    assert "nowhere.jsonl: No such file or directory" in invoke("import", filled, "nowhere.jsonl").err
    done = invoke("export", filled, str(tmp_path / "x" / "copy.jsonl"))
    assert done.err == f"incidentkit: error: {tmp_path / 'x'}: No such file or directory\n"
    assert "Is a directory" in invoke("export", filled, str(tmp_path)).err


def test_a_reader_who_goes_away_hears_no_complaint(invoke: Invoke, filled: str) -> None:
    for number in range(30):
        invoke("note", filled, "INC-7", f"{number} " + "long " * 1_000)
    program = [sys.executable, "-m", "incidentkit", "export", filled]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


@pytest.mark.parametrize("with_rich", [True, False])
def test_somebody_who_watches_sees_how_far_it_is(
    filled: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, with_rich: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(progress, "EVERY", 1)
    if not with_rich:
        monkeypatch.delitem(sys.modules, "incidentkit.cli.rich_progress", raising=False)
        monkeypatch.setitem(sys.modules, "rich.console", None)
    file = tmp_path / "copy.jsonl"
    for arguments, doing in ((("export", filled, str(file)), "exporting"), (("import", other, str(file)), "importing")):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        assert main(arguments) == 0
        assert doing in terminal.getvalue()
        assert ("\rexporting: 4" in terminal.getvalue()) == (doing == "exporting" and not with_rich)
        assert terminal.getvalue().splitlines()[-1].startswith(("incidentkit: ", "\x1b", "\r"))


def test_nobody_watches_a_pipe(invoke: Invoke, filled: str, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stderr: Any = None
    monkeypatch.setattr(sys, "stderr", stderr)
    assert main(["export", filled, os.devnull]) == 0
