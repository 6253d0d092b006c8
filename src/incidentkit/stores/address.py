"""Where a store is: the address as people write it, and the engine that reaches it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, urlsplit
from urllib.request import url2pathname

from sqlalchemy import URL, Dialect, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from incidentkit.errors import StoreMisconfigured, StoreOutdated, nearest, shown
from incidentkit.stores import patience
from incidentkit.stores.forks import make_anew_in_children
from incidentkit.stores.trouble import UNTOLD, typed
from incidentkit.stores.turns import SINGLE

E = TypeVar("E", Engine, AsyncEngine)

FILE: Final = "incidentkit_file"
"""Under what a connection notes which file it has opened."""

READ_ONLY: Final = "25006"
"""The SQLSTATE of a server, or a transaction, that does not write."""

NAMELESS: Final = "the address of the store"
"""What it is called while nobody knows what it says."""

EXAMPLES: Final = "write sqlite:///incidents.db, or postgresql://user@host/database"

DRIVERS: Final[Mapping[str, tuple[str, str]]] = {
    "sqlite": ("sqlite", "sqlite+aiosqlite"),
    "postgresql": ("postgresql+psycopg", "postgresql+psycopg"),
    "postgres": ("postgresql+psycopg", "postgresql+psycopg"),
}
"""How SQLAlchemy calls what reaches each kind of store, and what does so for those who await it."""

URI_OPTIONS: Final = frozenset({"cache", "immutable", "mode", "modeof", "nolock", "psow", "vfs"})
"""Options that SQLite understands in a file's name alone (https://sqlite.org/uri.html), and its driver drops."""

OPTIONS: Final = "options"
"""In what settings of the server are told to it."""

WAIT: Final = 10
"""Seconds to wait for a connection, or for somebody else who writes."""

LONGEST_STATEMENT: Final = 30
"""Seconds that a statement may take: a store that hangs is to be an error before the leases of a desk run out."""

SETTINGS: Final[Mapping[str, Any]] = {
    "application_name": "incidentkit",
    "client_encoding": "utf8",
    "connect_timeout": WAIT,
    OPTIONS: f"-c statement_timeout={LONGEST_STATEMENT}s -c lock_timeout={WAIT}s",
    "tcp_user_timeout": (LONGEST_STATEMENT + 5) * 1_000,
}
"""What PostgreSQL is told, unless the address says otherwise; what it says in `OPTIONS` is added.

The last one, in milliseconds, is the limit where the server's own do not help, because nothing is heard of it.
"""


def engine_at(address: str | URL, makes_file: Callable[[], bool] = lambda: True) -> Engine:
    """The engine for an address; raises `StoreMisconfigured`.

    ``makes_file`` says, each time that a file of SQLite is opened, whether one is made where there is none.
    """
    url = _url(address, awaited=False)
    engine = _made(url, create_engine)
    _set_up(engine, makes_file)
    return engine


def async_engine_at(address: str | URL, makes_file: Callable[[], bool] = lambda: True) -> AsyncEngine:
    """The same for those who await it."""
    url = _url(address, awaited=True)
    engine = _made(url, create_async_engine)
    _set_up(engine.sync_engine, makes_file)
    return engine


def name_of(url: URL) -> str:
    """An address as it may be shown: without user, password and options, any of which may be a secret."""
    kind = url.get_backend_name()
    name = "" if url.host is None else f"[{url.host}]" if ":" in url.host else url.host
    host = name if url.port is None else f"{name}:{url.port}"
    return f"{kind}://{host}/{url.database or ''}"


def check_engine(engine: Engine, *, is_connected: bool) -> None:
    """Raise `StoreMisconfigured` for an engine of a database in which no store is kept, or of one for each thread."""
    if engine.dialect.name not in ("sqlite", "postgresql"):
        problem = f"a store is kept in SQLite or PostgreSQL, not in {engine.dialect.name}"
        raise StoreMisconfigured(name_of(engine.url), problem)
    if not is_connected and in_memory(engine.url) and not isinstance(engine.pool, SINGLE):
        problem = "each connection of its engine has a database of its own in memory: make it with poolclass=StaticPool"
        raise StoreMisconfigured(name_of(engine.url), f"{problem}, and for threads check_same_thread=False")


def in_memory(url: URL) -> bool:
    """Whether it is a database of SQLite that is nowhere but in its one connection."""
    name = url.database or ""
    is_none = name in ("", ":memory:") or name.startswith("file::memory:") or url.query.get("mode") == "memory"
    return url.get_backend_name() == "sqlite" and is_none


def check_open(url: URL, *, is_closed: bool) -> None:
    """Raise `StoreMisconfigured` for a store that lived in memory, and was closed: it would begin with nothing."""
    if is_closed and in_memory(url):
        raise StoreMisconfigured(name_of(url), "it was closed, and what it kept in memory is gone: make another store")


def _url(address: str | URL, *, awaited: bool) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise StoreMisconfigured(NAMELESS, f"it is no address: {EXAMPLES}") from None
    kind, _, driver = url.drivername.partition("+")
    if kind not in DRIVERS:
        hint = nearest(kind, DRIVERS)
        raise StoreMisconfigured(NAMELESS, f"{shown(kind)} is no kind of store: {EXAMPLES}. {hint}".rstrip())
    wanted = DRIVERS[kind][awaited]
    if driver and url.drivername != wanted:
        problem = f"{shown(driver)} is not the driver that is used here: leave it out, or give an engine that you made"
        raise StoreMisconfigured(NAMELESS, problem)
    problem = _problem(url, kind)
    if problem:
        raise StoreMisconfigured(NAMELESS, problem)
    return url.set(drivername=wanted)


def _problem(url: URL, kind: str) -> str:
    """What is wrong with the parts of an address; empty if nothing is."""
    host, database = url.host or "", url.database or ""
    if "\0" in f"{host}{database}":
        return "no database has a NUL in its name"
    if kind == "sqlite":
        if host:
            return "a file is named after three slashes, as in sqlite:///incidents.db"
        is_unheard = not URI_OPTIONS.isdisjoint(url.query) and "uri" not in url.query
        return "it takes such options as in sqlite:///file:incidents.db?mode=ro&uri=true" if is_unheard else ""
    if "@" in f"{host}{database}":
        return "an @ in a user or a password is written as %40"
    try:
        host.encode("idna")
    except UnicodeError:
        return "its host has a name that no host can have"
    return ""


def _made(url: URL, make: Callable[..., E]) -> E:
    """The engine for an address that can be read."""
    with typed(name_of(url)):
        try:
            return make(url, **_options(url))
        except ValueError:  # of an option that is to be a number, say; it shows what the option says
            kind, problem = UNTOLD
            raise kind(name_of(url), problem) from None


def _options(url: URL) -> dict[str, Any]:
    """How to make the engine."""
    options: dict[str, Any] = {"hide_parameters": True}
    if url.get_backend_name() == "sqlite":
        # The driver is to begin no transactions of its own: a step begins them, before it reads what it will change.
        options["connect_args"] = {"timeout": WAIT, "isolation_level": None, "check_same_thread": False}
        if in_memory(url):
            options["poolclass"] = StaticPool
    else:
        options["connect_args"] = {name: value for name, value in SETTINGS.items() if name not in url.query}
        if said := url.query.get(OPTIONS):
            more = [said] if isinstance(said, str) else said
            # The server goes by the last one of several that differ.
            options["connect_args"][OPTIONS] = " ".join([SETTINGS[OPTIONS], *more])
    return options


def _file(path: str) -> tuple[str, int, int] | None:
    """Which file is at a path, whatever it is called; `None` for a database that is in none."""
    if not path:
        return None
    try:
        status = os.stat(path)
    except OSError:
        return path, 0, 0
    return path, status.st_dev, status.st_ino


def _without_making(name: str, *, is_uri: bool) -> str:
    """How to open a file of SQLite that is not to be made, as an address of SQLite's own (https://sqlite.org/uri.html)."""
    if not is_uri:
        return f"{Path(name).absolute().as_uri()}?mode=rw"
    path, _, said = name.partition("?")
    return name if "mode" in parse_qs(said) else f"{path}?{said}{'&' if said else ''}mode=rw"


def _is_missing(name: str, *, is_uri: bool) -> bool:
    """Whether there is no file, where one could be made."""
    path = Path(url2pathname(urlsplit(name).path) if is_uri else name)
    return not path.exists() and path.absolute().parent.exists()


def _set_up(engine: Engine, makes_file: Callable[[], bool]) -> None:
    """Have SQLite keep what was answered though the power fails, and wait no longer for PostgreSQL than is useful."""
    if not in_memory(engine.url):  # which a child has a copy of, and nothing else would lead to
        make_anew_in_children(engine)

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Dialect, record: ConnectionPoolEntry, cargs: list[Any], cparams: dict[str, Any]) -> None:
        if dialect.name == "sqlite" and not in_memory(engine.url) and not makes_file():
            is_uri = bool(cparams.get("uri"))
            if _is_missing(cargs[0], is_uri=is_uri):
                raise StoreOutdated(name_of(engine.url), "there is no such file: call migrate()")
            cargs[0] = _without_making(cargs[0], is_uri=is_uri)
            cparams["uri"] = True

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: ConnectionPoolEntry) -> None:
        if engine.dialect.name == "postgresql":
            patience.limit(record.driver_connection)
        else:
            cursor = connection.cursor()
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA database_list")
            record.info[FILE] = _file(cursor.fetchone()[2])
            cursor.close()

    @event.listens_for(engine, "checkout")
    def taken(connection: object, record: ConnectionPoolEntry, proxy: object) -> None:
        # Whoever restores a copy puts another file there, or takes this one away. SQLite would go on in the one that it
        # has, and what is kept there is gone when the program ends.
        file = record.info.get(FILE)
        if file is not None and file != _file(file[0]):
            raise DisconnectionError

    @event.listens_for(engine, "handle_error")
    def failed(context: ExceptionContext) -> None:
        # After a failover this may lead to what is a copy by now, and a new connection to where one can write.
        if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
            context.is_disconnect = True
