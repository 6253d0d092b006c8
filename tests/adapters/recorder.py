"""A program that stands for any tool: it writes down how it was run, and answers as it was told."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

PROGRAM: Final = """\
#!{python} -IS
import json, os, sys
run = {{"argv": sys.argv[1:], "key": os.environ.get("INCIDENTKIT_KEY"),
       "incident": os.environ.get("INCIDENTKIT_INCIDENT"), "cwd": os.getcwd()}}
with open({log!r}, "a") as log:
    print(json.dumps(run), file=log)
sys.stdout.write({says!r})
sys.exit({code})
"""


@frozen
class Recorder:
    """The program, and what it wrote down."""

    folder: Path

    def program(self, name: str = "tool", *, says: str = "", code: int = 0) -> str:
        """Where the program is that says this and ends with that exit code."""
        path = self.folder / name
        path.write_text(PROGRAM.format(python=sys.executable, log=str(self.log), says=says, code=code))
        path.chmod(0o755)
        return str(path)

    @property
    def log(self) -> Path:
        return self.folder / "runs.jsonl"

    @property
    def runs(self) -> list[Mapping[str, Any]]:
        """Every run, the first one first."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []
