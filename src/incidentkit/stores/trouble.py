"""What databases complain of, as errors of the library: one place where the exceptions of drivers are known."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeAlias, cast

from sqlalchemy.exc import DBAPIError, InvalidRequestError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from incidentkit.errors import (
    StoreDamaged,
    StoreError,
    StoreForeign,
    StoreFull,
    StoreMisconfigured,
    StoreReadOnly,
    StoreUnavailable,
)
from incidentkit.stores.patience import SILENCE

Trouble: TypeAlias = tuple[type[StoreError], str]
"""The kind of an error, and what it says."""

FULL: Final[Trouble] = (StoreFull, "no room is left: make some, and it goes on by itself")
READ_ONLY: Final[Trouble] = (StoreReadOnly, "it may be read, and not written to")
DAMAGED: Final[Trouble] = (StoreDamaged, "it is damaged: restore it from a copy, or export what can still be read")
INCOMPLETE: Final[Trouble] = (StoreDamaged, "it does not have the tables that it should have: restore it from a copy")
BUSY: Final[Trouble] = (StoreUnavailable, "somebody else is writing for so long that this was given up")
AWAY: Final[Trouble] = (StoreUnavailable, "it cannot be reached, or the connection broke")
CROWDED: Final[Trouble] = (StoreUnavailable, "the server has too much to do")
SLOW: Final[Trouble] = (StoreUnavailable, "it did not answer in time")
REFUSED: Final[Trouble] = (StoreMisconfigured, "it refused the user or the password")
NOWHERE: Final[Trouble] = (StoreMisconfigured, "the server has no database of that name")
FORBIDDEN: Final[Trouble] = (StoreMisconfigured, "its user may not do this: somebody has to grant it")
UNTOLD: Final[Trouble] = (StoreMisconfigured, "it does not know an option of the address, or what the option says")
UNSAFE: Final[Trouble] = (StoreMisconfigured, "there is no encryption as the address asks for it, or no certificate")
ENDED: Final[Trouble] = (StoreMisconfigured, "the transaction that it was given has failed: roll it back")
ENCODED: Final[Trouble] = (StoreMisconfigured, "its encoding cannot keep every text: make a database with UTF8")
FOREIGN: Final[Trouble] = (StoreForeign, "the file is no database")
NOT_OPENED: Final[Trouble] = (
    StoreMisconfigured,
    "the file cannot be opened: its folder has to be there, and be open to this user",
)

SQLITE: Final[Mapping[int, Trouble]] = {
    sqlite3.SQLITE_ERROR: INCOMPLETE,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_PROTOCOL: BUSY,
    sqlite3.SQLITE_INTERRUPT: SLOW,
    sqlite3.SQLITE_NOMEM: (StoreUnavailable, "the machine has no memory left"),
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_IOERR: (StoreUnavailable, "the disk reports an error"),
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_NOLFS: FULL,
    sqlite3.SQLITE_CANTOPEN: NOT_OPENED,
    sqlite3.SQLITE_NOTADB: FOREIGN,
}
"""By the primary result code (https://sqlite.org/rescode.html)."""

POSTGRESQL: Final[Mapping[str, Trouble]] = {
    "08": AWAY,
    "22021": ENCODED,
    "22P05": ENCODED,
    "25006": READ_ONLY,
    "25P02": ENDED,
    "25P03": AWAY,
    "25P04": SLOW,
    "28": REFUSED,
    "3D": NOWHERE,
    "40": BUSY,
    "42501": FORBIDDEN,
    "42703": INCOMPLETE,
    "42P01": INCOMPLETE,
    "53100": FULL,
    "53": CROWDED,
    "55P03": BUSY,
    "57014": SLOW,
    "57": AWAY,
    "58": (StoreUnavailable, "the disk of the server reports an error"),
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}
"""By the code of the error, or by its class (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

WITHOUT_CODE: Final[tuple[tuple[str, Trouble], ...]] = (
    ("authentication failed|no password supplied|permitted to log in|pg_hba", REFUSED),
    ("role .* does not exist|no such user", REFUSED),
    ("database .* does not exist|no such database", NOWHERE),
    ("permission denied for database", FORBIDDEN),
    ("too many (connections|clients)|connection slots", CROWDED),
    ("invalid \\S+ value|invalid value for|invalid port|unrecognized configuration|unsupported startup", UNTOLD),
    ("certificate|not support SSL", UNSAFE),
)
"""What PostgreSQL and its poolers say to whoever may not even come in, of which psycopg tells the words and no code.

A server that speaks another language than English is taken for one that is away, which is what most others are.
"""


@contextmanager
def typed(store: str) -> Generator[None]:
    """Raise what a database complains of as a `StoreError`.

    Neither the words of a driver nor its exception are passed on: they may show what was written, or a password.
    """
    try:
        yield
    except SQLAlchemyError as error:
        kind, problem = _trouble(error)
        raise kind(store, problem) from None
    except ImportError as error:  # also of a driver that is there, and does not find what it is made of
        what = "a driver" if error.name is None else error.name
        raise StoreMisconfigured(store, f"{what} is not installed: {_INSTALL}") from None


_INSTALL: Final = "pip install 'incidentkit[sql]', and for PostgreSQL 'incidentkit[postgres]'"


def can_be_repeated(error: Exception) -> bool:
    """Whether a step that failed before it was kept may be tried again at once: it was in somebody's way."""
    if not isinstance(error, DBAPIError) or _state(error) == SILENCE:
        return False
    return error.connection_invalidated or _state(error).startswith("40")


def is_locked(error: DBAPIError) -> bool:
    """Whether somebody else writes to the same file of SQLite; a server has better ways to wait for that."""
    code: object = getattr(error.orig, "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF == sqlite3.SQLITE_BUSY


def _trouble(error: SQLAlchemyError) -> Trouble:
    match error:
        case PoolTimeout():
            return (StoreUnavailable, "every connection of the engine is in use")
        case DBAPIError():
            return _said_by(error)
        case NoSuchModuleError():
            return (StoreMisconfigured, f"no driver of that name is installed: {_INSTALL}")
        case InvalidRequestError():
            return (StoreMisconfigured, f"the connection cannot be used: {type(error).__name__}")
        case _:
            return (StoreMisconfigured, f"SQLAlchemy refuses it: {type(error).__name__}")


def _said_by(error: DBAPIError) -> Trouble:
    original: Any = error.orig
    code = getattr(original, "sqlite_errorcode", None)
    if isinstance(code, int):
        known = SQLITE.get(code & 0xFF)
        return known or (StoreDamaged, f"SQLite reports {getattr(original, 'sqlite_errorname', code)}")
    state = _state(error)
    for length in (5, 2):
        if state[:length] in POSTGRESQL and state:
            return POSTGRESQL[state[:length]]
    if not state and (error.connection_invalidated or type(original).__name__ in _LOST):
        return _said_without_code(error)
    if not state and type(original).__name__ == "ProgrammingError":
        return UNTOLD
    return (StoreDamaged, f"the database reports {type(original).__name__}{f' ({state})' if state else ''}")


def _said_without_code(error: DBAPIError) -> Trouble:
    if error.connection_invalidated:
        return AWAY
    if isinstance(error.orig, sqlite3.OperationalError):  # Python itself, about text that is none
        return DAMAGED
    said = str(error.orig)
    return next((trouble for words, trouble in WITHOUT_CODE if re.search(words, said)), AWAY)


def _state(error: DBAPIError) -> str:
    """The SQLSTATE that the server gave; empty if it gave none."""
    original: Any = error.orig
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    said: Any = next(iter(getattr(original, "args", [])), None)
    if state is None and isinstance(said, dict):
        # Where pg8000 has it, which gives the fields of what the server said by their letters.
        state = cast(dict[str, object], said).get("C")
    return str(state or "")


_LOST: Final = frozenset({"OperationalError", "InterfaceError", "ConnectionTimeout", "PoolTimeout"})
"""What drivers raise that could not even ask the server."""
