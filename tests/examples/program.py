"""An example as a program, run as a reader of it would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

EXAMPLES = Path(__file__).parents[2] / "examples"


def start(program: Path, *arguments: str | Path, answers: str = "") -> subprocess.CompletedProcess[str]:
    """Run it to its end, with these answers to what it asks."""
    with TemporaryDirectory() as folder:  # some leave a page where they are run
        return subprocess.run(
            [sys.executable, program, *arguments],
            input=answers,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1"},
            cwd=folder,
            timeout=180,
            check=False,
        )


def printed_by(program: Path, *arguments: str | Path, answers: str = "") -> str:
    """What it prints; it must end well and write nothing to stderr."""
    finished = start(program, *arguments, answers=answers)
    assert finished.stderr == ""
    assert finished.returncode == 0
    return finished.stdout
