"""The page about the command line: what it says that commands print, they print."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from tests.cli.invocation import Invoke

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "command-line.md"
START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)


def blocks(language: str) -> Iterator[str]:
    for block in re.finditer(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S):
        yield block[1]


def sessions(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a block, and what the page says that it prints."""
    for session in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, printed = session.partition("\n")
        yield command, printed


def pattern(printed: str) -> str:
    """What matches it; three dots alone on a line stand for any lines."""
    lines = printed.splitlines(keepends=True)
    return "".join("(?:.*\n)*?" if line.strip() == "..." else re.escape(line) for line in lines)


def test_commands_print_what_the_page_says(invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for file in blocks("toml"):
        Path(file.partition("\n")[0].removeprefix("# ")).write_text(file, encoding="utf-8")
    tried = 0
    for minutes, block in enumerate(blocks("console")):
        with time_machine.travel(START + timedelta(minutes=minutes), tick=False):
            for command, printed in sessions(block):
                program, *arguments = shlex.split(command)
                assert program == "incidentkit"
                done = invoke(*arguments)
                assert re.fullmatch(pattern(printed), done.out + done.err), f"{command}\n{done.out}{done.err}"
                tried += 1
    assert tried >= 10
