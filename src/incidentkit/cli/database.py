"""The database of a command. The one module that loads the stores, which the extra ``sql`` brings."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from incidentkit.errors import StoreMisconfigured, StoreOutdated

if TYPE_CHECKING:
    from incidentkit.providers.records import Record
    from incidentkit.stores import SqlStore

INSTALL: Final = "SQLAlchemy is not installed: pip install 'incidentkit[sql]'"
"""What to do about a database that cannot even be asked for."""


class Use(Enum):
    """What a command does to a database."""

    READS = auto()
    """It changes nothing, not even tables of an earlier release."""
    WRITES = auto()
    """It adds to what is there: a name that is misspelt must not begin an empty database."""
    MAKES = auto()
    """It may be the first to use it."""


@contextmanager
def opened(address: str, use: Use) -> Generator[SqlStore]:
    """The store at an address; raises `StoreError`."""
    stores = _loaded("incidentkit.stores")
    with stores.SqlStore(address, migrate=use is not Use.READS) as store:
        _check_file(address, use)
        try:
            yield store
        except StoreOutdated as error:
            problem = error.problem.removesuffix(": call migrate()")
            raise StoreOutdated(error.store, f"{problem}: run 'incidentkit migrate'", version=error.version) from None


def reader() -> Callable[..., Iterator[Record]]:
    """What reads the lines of an export without a store."""
    read: Callable[..., Iterator[Record]] = _loaded("incidentkit.stores").read_lines
    return read


def outdated_version(address: str) -> int | None:
    """The version of tables that have to be upgraded, 0 if they have to be made, `None` if they are up to date."""
    with _loaded("incidentkit.stores").SqlStore(address, migrate=False) as store:
        try:
            store.now()
        except StoreOutdated as error:
            return error.version
    return None


def current_version() -> int:
    """The version of the tables that this release makes."""
    version: int = _loaded("incidentkit.stores.schema").VERSION
    return version


def name_of(address: str) -> str:
    """An address as it may be shown: without user, password and options."""
    name: str = _loaded("incidentkit.stores.address").name_of(_loaded("sqlalchemy").make_url(address))
    return name


def _check_file(address: str, use: Use) -> None:
    """Refuse a database that would be forgotten, and one that is not there."""
    url = _loaded("sqlalchemy").make_url(address)
    if _loaded("incidentkit.stores.address").in_memory(url):
        raise StoreMisconfigured(name_of(address), "it would be forgotten when the command ends: name a file")
    if use is Use.MAKES or url.get_backend_name() != "sqlite" or url.database.startswith("file:"):
        return
    if not Path(url.database).exists():
        raise StoreMisconfigured(name_of(address), "there is no such file; 'incidentkit declare' makes one")


def _loaded(module: str) -> Any:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sqlalchemy":
            raise
        raise StoreMisconfigured("DATABASE", INSTALL) from None
