"""The server that tests start ends with them."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from subprocess import PIPE, Popen

from sqlalchemy import make_url

from tests.stores.caretaker import running_in

PROGRAM = """
import time
from tests.stores.postgres import running_postgres

with running_postgres() as server:
    print(server.database(), flush=True)
    time.sleep(600)
"""
ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds after which the test gives up; it takes one or two."""


def test_server_of_tests_that_are_killed_ends_and_leaves_nothing() -> None:
    with Popen([sys.executable, "-c", PROGRAM], stdout=PIPE, text=True, cwd=ROOT) as tests:
        assert tests.stdout is not None
        data = Path(str(make_url(tests.stdout.readline().strip()).query["host"]))
        was_running = running_in(data) is not None
        tests.kill()
    until = time.monotonic() + PATIENCE
    while data.parent.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert (was_running, running_in(data), data.parent.exists()) == (True, None, False)
