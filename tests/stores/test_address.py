"""Addresses as people write them: what they lead to, what is wrong with them, and that their secrets stay in them."""

from __future__ import annotations

import asyncio
import pickle
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, create_mock_engine, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from incidentkit.errors import IncidentkitError, StoreError, StoreMisconfigured, StoreUnavailable
from incidentkit.providers.store import TakeNumber
from incidentkit.stores import AsyncSqlStore, SqlStore
from incidentkit.stores.address import name_of

SECRET = "hunter2"

KINDS = pytest.mark.parametrize("kind", [SqlStore, AsyncSqlStore])


def asked(kind: type[Any], address: Any) -> None:
    """Open a store, ask it how many incidents it has, and close it."""

    async def main() -> None:
        store = kind(address)
        try:
            answer = store.count()
            assert (await answer if asyncio.iscoroutine(answer) else answer) == 0
        finally:
            closed = store.close()
            if closed is not None:
                await closed

    asyncio.run(main())


def refused(kind: type[Any], address: Any) -> StoreError:
    """What a store says of an address, if not when it is made then when it is used."""
    with pytest.raises(StoreError) as caught:
        asked(kind, address)
    return caught.value


def check_says_nothing(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    said = [str(error), repr(error), *traceback.format_exception(error), str(pickle.loads(pickle.dumps(error)))]
    said += [repr(error.__dict__), repr(error.args), caplog.text]
    assert not [each for each in said if SECRET in each]
    assert error.__cause__ is None


@KINDS
@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("", "it is no address: write sqlite:///incidents.db, or postgresql://user@host/database"),
        (" ", "it is no address"),
        ("incidents.db", "it is no address"),
        ("sqlite:///incidents.db?mode=ro", "it takes such options as in sqlite:///file:incidents.db"),
        ("/var/lib/incidents.db", "it is no address"),
        ("C:\\incidents.db", "it is no address"),
        ("sqlite", "it is no address"),
        ("sqlite:incidents.db", "it is no address"),
        ("postgresql://ada:hunter2:5432/incidents", "it is no address"),
        ("postgresql://ada:hunter2@host:port/incidents", "it is no address"),
        ("mysql://ada:hunter2@host/incidents", "'mysql' is no kind of store: write sqlite:///incidents.db"),
        ("mysql+pymysql://ada:hunter2@host/incidents", "'mysql' is no kind of store"),
        ("postgress://ada:hunter2@host/incidents", "'postgress' is no kind of store.* Did you mean 'postgres'"),
        ("postgresq://ada:hunter2@host/incidents", "Did you mean 'postgresql'?"),
        ("sqlite3:///incidents.db", "Did you mean 'sqlite'?"),
        ("SQLITE:///incidents.db", "'SQLITE' is no kind of store"),
        ("postgresql+asyncpg://ada:hunter2@host/incidents", "'asyncpg' is not the driver that is used here"),
        ("postgresql+psycopg2://ada:hunter2@host/incidents", "'psycopg2' is not the driver"),
        ("sqlite+pysqlcipher://:hunter2@/incidents.db", "'pysqlcipher' is not the driver"),
        ("postgresql://ada:p@hunter2@host/incidents", "an @ in a user or a password is written as %40"),
        ("postgresql://ada:p@hunter2/x@host/incidents", "an @ in a user or a password is written as %40"),
        ("postgresql://ada@hunter2:p@ss@host/incidents", "an @ in a user or a password is written as %40"),
        ("postgresql://ada:hunter2@a..b/incidents", "its host has a name that no host can have"),
        (f"postgresql://ada:hunter2@{'a' * 100}/incidents", "its host has a name that no host can have"),
        ("postgresql://ada:hunter2@host/a\0b", "no database has a NUL in its name"),
        ("sqlite:///a\0b", "no database has a NUL in its name"),
        ("sqlite://incidents.db", "a file is named after three slashes, as in sqlite:///incidents.db"),
        ("sqlite://hunter2@host/incidents.db", "a file is named after three slashes"),
    ],
)
def test_address_that_is_none_says_what_is_wrong_and_what_to_write(
    kind: type[Any], address: str, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with pytest.raises(StoreMisconfigured, match=problem) as caught:
        kind(address)
    assert caught.value.store == "the address of the store"
    check_says_nothing(caught.value, caplog)


@KINDS
@pytest.mark.parametrize("address", [None, 3, b"sqlite://", Path("incidents.db"), ["sqlite://"], object])
def test_what_is_no_text_is_no_address(kind: type[Any], address: object) -> None:
    with pytest.raises(StoreMisconfigured, match=r"write sqlite:///incidents\.db"):
        kind(address)


def test_engine_of_the_other_kind_is_refused() -> None:
    engine, async_engine = create_engine("sqlite://"), create_async_engine("sqlite+aiosqlite://")
    wrong: Any = async_engine
    with pytest.raises(StoreMisconfigured, match="named by an address, an engine or a connection"):
        SqlStore(wrong)
    wrong = engine
    with pytest.raises(StoreMisconfigured, match="an address, an AsyncEngine or an AsyncConnection"):
        AsyncSqlStore(wrong)
    wrong = create_mock_engine("sqlite://", print)
    with pytest.raises(StoreMisconfigured):
        SqlStore(wrong)


def test_engine_of_another_database_is_refused() -> None:
    class Other:
        """A module that SQLAlchemy takes for a driver."""

        paramstyle = "format"
        Error = Exception

    engine = create_engine(f"mysql+pymysql://ada:{SECRET}@host/incidents", module=Other)
    with pytest.raises(StoreMisconfigured, match="not in mysql") as caught:
        SqlStore(engine)
    assert SECRET not in str(caught.value)


@KINDS
@pytest.mark.parametrize("text", ["sqlite:///{}", "sqlite:///file:{}?uri=true", "sqlite:///{}?timeout=3"])
def test_file_is_opened_by_its_address(kind: type[Any], text: str, tmp_path: Path) -> None:
    path = tmp_path / "an @ and spaces é.db"
    asked(kind, text.format(path))
    asked(kind, make_url(text.format(path)))
    assert path.exists()


@KINDS
@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:"])
def test_store_can_live_in_memory(kind: type[Any], address: str) -> None:
    asked(kind, address)


@KINDS
@pytest.mark.parametrize(
    "address",
    ["sqlite://", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true", "sqlite:///file:x?mode=memory&uri=true"],
)
def test_what_lived_in_memory_is_gone_when_its_store_is_closed(kind: type[Any], address: str) -> None:
    async def main() -> None:
        store = kind(address)

        async def awaited(answer: Any) -> Any:
            return await answer if asyncio.iscoroutine(answer) else answer

        assert await awaited(store.number(TakeNumber("20260302"))) == 1
        for _ in range(2):
            await awaited(store.close())
            for ask in (store.count, store.migrate, store.now, lambda: store.number(TakeNumber("20260302"))):
                with pytest.raises(StoreMisconfigured, match="it was closed, and what it kept in memory is gone"):
                    await awaited(ask())

    asyncio.run(main())


@KINDS
@pytest.mark.parametrize("kind_of_address", ["postgres", "postgresql", "postgresql+psycopg"])
def test_server_is_reached_by_each_of_its_names(
    kind: type[Any], kind_of_address: str, request: pytest.FixtureRequest
) -> None:
    address: str = request.getfixturevalue("postgres").database()
    asked(kind, address.replace("postgresql+psycopg", kind_of_address, 1))


@KINDS
@pytest.mark.parametrize("option", ["timeout=hunter2", "check_same_thread=hunter2x", "cached_statements=hunter2"])
def test_option_that_makes_no_sense_is_refused(
    kind: type[Any], option: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    error = refused(kind, f"sqlite:///{tmp_path / 'incidents.db'}?{option}")
    assert isinstance(error, StoreMisconfigured)
    assert "an option of the address" in str(error)
    check_says_nothing(error, caplog)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("sqlite://", "sqlite:///"),
        ("sqlite:////var/lib/incidents.db?timeout=3", "sqlite:////var/lib/incidents.db"),
        ("postgresql://ada:hunter2@host/incidents", "postgresql://host/incidents"),
        ("postgresql://hunter2@host:5433/incidents?password=hunter2", "postgresql://host:5433/incidents"),
        ("postgresql+psycopg://ada:%40hunter2@[::1]:5433/incidents", "postgresql://[::1]:5433/incidents"),
        ("postgresql:///incidents?host=/run/hunter2&sslpassword=hunter2", "postgresql:///incidents"),
        ("postgresql://host", "postgresql://host/"),
    ],
)
def test_name_of_a_store_shows_where_it_is_and_no_secret(address: str, name: str) -> None:
    assert name_of(make_url(address)) == name
    for store in (SqlStore(address), AsyncSqlStore(address)):
        assert repr(store) == f"<{type(store).__name__} {name}>"


@KINDS
@pytest.mark.parametrize(
    "address",
    [
        "postgresql://hunter2@127.0.0.1:1/incidents",
        "postgresql://ada:hunter2@127.0.0.1:1/incidents",
        "postgresql://ada:%40hunter2%2F@127.0.0.1:1/incidents",
        "postgresql://127.0.0.1:1/incidents?user=hunter2&password=hunter2",
        "postgresql://127.0.0.1:1/incidents?sslmode=disable&sslpassword=hunter2&passfile=/hunter2",
        "postgresql://127.0.0.1:1/incidents?application_name=hunter2&options=-c%20hunter2.x%3D1",
    ],
)
def test_secrets_stay_in_the_address(kind: type[Any], address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    error = refused(kind, address)
    assert isinstance(error, StoreUnavailable)
    assert str(error) == "postgresql://127.0.0.1:1/incidents: it cannot be reached, or the connection broke"
    check_says_nothing(error, caplog)
    assert isinstance(error, IncidentkitError)


@pytest.mark.parametrize(
    ("kind", "address", "module", "extra"),
    [
        (SqlStore, "postgresql://ada:hunter2@host/incidents", "psycopg", "incidentkit[postgres]"),
        (AsyncSqlStore, "postgresql://ada:hunter2@host/incidents", "psycopg", "incidentkit[postgres]"),
        (AsyncSqlStore, "sqlite:///incidents.db", "aiosqlite", "incidentkit[sql]"),
    ],
)
def test_driver_that_is_not_installed_is_named_with_the_extra_that_brings_it(
    kind: type[Any],
    address: str,
    module: str,
    extra: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(StoreMisconfigured) as caught:
        kind(address)
    assert f"{module} is not installed" in str(caught.value)
    assert extra in str(caught.value)
    check_says_nothing(caught.value, caplog)


def test_driver_that_lacks_what_it_is_made_of_is_not_installed_either(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Such as psycopg without ``libpq``, which raises no `ModuleNotFoundError`."""
    tmp_path.joinpath("psycopg.py").write_text("raise ImportError('no pq wrapper available')")
    for name in [*sys.modules]:
        if name.split(".")[0] == "psycopg":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(StoreMisconfigured, match="a driver is not installed: pip install"):
        SqlStore("postgresql://host/incidents")
