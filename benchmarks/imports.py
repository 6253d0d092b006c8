"""Importing, each time in a fresh interpreter: ours against attrs, which whoever embeds the library loads anyway."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from typing import Final

from attrs import frozen

from benchmarks.measure import Row

STARTS: Final = 2
"""Interpreters started for a sample, of which the best counts."""


@frozen
class Import:
    """A statement that imports something, timed inside the interpreter, whose own start is left out."""

    statement: str

    def answers(self) -> Sequence[object]:
        """Nothing to compare; but after it the bytecode is there, and the statement is known to work."""
        self._start()
        return ()

    def sample(self) -> float:
        """The best of a few interpreters."""
        return min(self._start() for _ in range(STARTS))

    def _start(self) -> float:
        program = (
            f"from time import perf_counter; start = perf_counter(); {self.statement}; print(perf_counter() - start)"
        )
        run = [sys.executable, "-c", program]
        return float(subprocess.run(run, env=_environment(), check=True, capture_output=True, text=True).stdout)


@cache
def _environment() -> dict[str, str]:
    """The same modules as here, and a folder for bytecode, so that it does not matter who may write where."""
    folder = tempfile.mkdtemp(prefix="bytecode-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONPYCACHEPREFIX": folder}


def rows() -> list[Row]:
    """The package, which loads next to nothing, and its model, which is loaded by the first name that needs it."""
    attrs = Import("import attrs")
    return [
        Row(
            name="import",
            work="import incidentkit, beside import attrs",
            hand=attrs,
            ours=Import("import incidentkit"),
            limit=1.5,
        ),
        Row(
            name="import-model",
            work="from incidentkit import EMERGENCY, beside import attrs",
            hand=attrs,
            ours=Import("from incidentkit import EMERGENCY"),
        ),
    ]
