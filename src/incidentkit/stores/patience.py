"""The end of waiting for a PostgreSQL server that has gone silent, which no timeout of the server's can bring about."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, func, select

SILENCE: Final = "57014"
"""The SQLSTATE of what is raised: that of a statement that took too long, because nobody knows why it does."""


STATEMENT: Final = "statement_timeout"
"""What the server calls the limit of a statement."""


def limit(connection: Any) -> None:
    """Have a connection of psycopg end when it waits longer than its ``tcp_user_timeout`` for what it asked.

    To the network that is how long sent data may go unacknowledged. It says nothing of a server, or of what stands
    before it, that takes in a question and never answers: a desk would wait for that for ever, and page nobody.
    """
    milliseconds = int(connection.info.get_parameters().get("tcp_user_timeout") or 0)
    if milliseconds <= 0:
        return
    wait = connection.wait

    def wait_so_long(steps: Any, *args: Any, **kwargs: Any) -> Any:
        return wait(_ending(steps, connection, milliseconds / 1_000), *args, **kwargs)

    connection.wait = wait_so_long


@contextmanager
def unlimited(connection: Connection) -> Generator[None]:
    """Let statements take as long as they do, within one transaction; nothing else is done without a limit.

    In SQLite they do anyhow. An error undoes the setting with all else that was done in the transaction.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    kept = getattr(driver, "__dict__", {})
    wait = kept.pop("wait", None)  # without which it waits as its class does
    limit = connection.scalar(select(func.current_setting(STATEMENT)))
    try:
        connection.execute(select(func.set_config(STATEMENT, "0", True)))
        yield
        connection.execute(select(func.set_config(STATEMENT, limit, True)))
    finally:
        if wait is not None:
            kept["wait"] = wait


def _ending(steps: Generator[Any, Any, Any], connection: Any, seconds: float) -> Generator[Any, Any, Any]:
    """The steps of a question; psycopg, from 3.2.13 on, says ten times a second if nothing is ready."""
    until = time.monotonic() + seconds
    ready: Any = None
    while True:
        try:
            wanted = steps.send(ready)
        except StopIteration as stop:
            return stop.value
        ready = yield wanted
        if ready:
            until = time.monotonic() + seconds
        elif time.monotonic() > until:
            connection.pgconn.finish()  # nobody may use it any more: the answer might come to the next question
            error = connection.OperationalError(f"no answer within {seconds} s")
            error.sqlstate = SILENCE
            raise error
