"""A program that forks after it has used a store: neither of the two disturbs the other."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Final

import pytest

CHILDREN: Final = 3
EACH: Final = 20

PROGRAM: Final = f"""
import os, signal, sys
from incidentkit.providers.store import TakeNumber
from incidentkit.stores import SqlStore

store = SqlStore(sys.argv[1])
store.number(TakeNumber("before"))
children = []
for child in range({CHILDREN}):
    if not (pid := os.fork()):
        signal.alarm(20)
        for number in range({EACH}):
            assert store.number(TakeNumber(f"child {{child}}")) == number + 1
        os._exit(0)
    children.append(pid)
for number in range({EACH}):
    assert store.number(TakeNumber("parent")) == number + 1
assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * {CHILDREN}
assert store.number(TakeNumber("parent")) == {EACH} + 1
store.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system starts every program anew")
def test_a_program_that_forks_shares_no_connection_with_its_children(address: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, address]
    program = subprocess.run(command, check=False, capture_output=True, timeout=60)
    assert (program.returncode, program.stderr) == (0, b"")
