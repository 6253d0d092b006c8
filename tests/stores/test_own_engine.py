"""A store in a database of the user's, through an engine or a connection that the user made: theirs to keep or undo."""

from __future__ import annotations

import sys
from asyncio import Runner, gather
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from sqlalchemy import Pool, create_engine, event, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import AssertionPool, StaticPool

from incidentkit.errors import IncidentExists, StaleVersion, StoreForeign, StoreMisconfigured, UnknownIncident
from incidentkit.model.events import Noted
from incidentkit.providers.store import Append, FindDue, FindIncidents, TakeNumber
from incidentkit.stores import AsyncSqlStore, SqlStore
from tests.stores.kinds import Awaited
from tests.stores.postgres import Postgres
from tests.stores.samples import INC_1, SetClock, declared, noted

BEGIN = Append(incident=INC_1, events=declared().timeline.events, expected_version=0)
WRITE = "INSERT INTO orders (what) VALUES ('a pump')"
READ = "SELECT what FROM orders"


@frozen
class Connected:
    """A connection that the user opened, and a store that uses it."""

    store: SqlStore | Awaited
    execute: Callable[[str], None]
    begin: Callable[[], None]
    commit: Callable[[], None]
    rollback: Callable[[], None]


@contextmanager
def connected(address: str) -> Generator[Connected]:
    """A connection of an engine with the settings that drivers have by themselves."""
    engine = create_engine(address)
    with engine.connect() as connection:

        def begin() -> None:
            connection.begin()

        yield Connected(
            SqlStore(connection),
            lambda statement: connection.execute(text(statement)).close(),
            begin,
            connection.commit,
            connection.rollback,
        )
    engine.dispose()


@contextmanager
def connected_async(address: str) -> Generator[Connected]:
    """The same for those who await."""
    engine = create_async_engine(address.replace("sqlite:", "sqlite+aiosqlite:", 1))
    with Runner() as runner:

        async def execute(statement: str) -> None:
            await connection.execute(text(statement))

        async def begin() -> None:
            await connection.begin()

        connection = runner.run(engine.connect().start())
        yield Connected(
            Awaited(runner, AsyncSqlStore(connection)),
            lambda statement: runner.run(execute(statement)),
            lambda: runner.run(begin()),
            lambda: runner.run(connection.commit()),
            lambda: runner.run(connection.rollback()),
        )
        runner.run(connection.close())
        runner.run(engine.dispose())


@pytest.fixture
def theirs(address: str) -> Generator[Callable[[str], list[Any]]]:
    """A database with a table of the user's; called with a query, it says what everybody else sees of it."""
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE orders (what VARCHAR)"))

    def seen(query: str) -> list[Any]:
        with engine.connect() as connection:
            return [*connection.execute(text(query)).scalars()]

    yield seen
    engine.dispose()


@pytest.fixture(params=[connected, connected_async], ids=["sync", "async"])
def mine(request: pytest.FixtureRequest, address: str, theirs: Callable[[str], list[Any]]) -> Generator[Connected]:
    """A connection to it, and a store that uses it."""
    with request.param(address) as found:
        yield found


SO_FAR: dict[str, Callable[[Connected], None]] = {
    "has-written": lambda mine: mine.execute(WRITE),
    "has-read": lambda mine: mine.execute(READ),
    "has-begun": lambda mine: mine.begin(),
}
"""What the user has done in the transaction so far."""

EVENTS = "SELECT place FROM incidentkit_events"


@pytest.fixture(params=SO_FAR)
def so_far(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[True, False], ids=["tables-there", "no-tables-yet"])
def tables_there(request: pytest.FixtureRequest, mine: Connected) -> bool:
    """Whether the tables were made before the transaction began."""
    if request.param:
        mine.store.now()
        mine.rollback()
    return bool(request.param)


def tables(address: str) -> set[str]:
    engine = create_engine(address)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_what_a_store_does_is_kept_when_the_user_keeps_the_transaction(
    mine: Connected, theirs: Callable[[str], list[Any]], so_far: str, tables_there: bool
) -> None:
    SO_FAR[so_far](mine)
    mine.store.append(BEGIN)
    mine.execute(WRITE)
    if tables_there:
        assert theirs(EVENTS) == []
    mine.commit()
    assert theirs(EVENTS) == [0]
    assert set(theirs(READ)) == {"a pump"}


def test_what_a_store_does_is_undone_when_the_user_undoes_the_transaction(
    mine: Connected, theirs: Callable[[str], list[Any]], address: str, so_far: str, tables_there: bool
) -> None:
    SO_FAR[so_far](mine)
    mine.store.append(BEGIN)
    assert len(mine.store.load("INC-1")) == 1
    mine.execute(WRITE)
    mine.rollback()
    assert theirs(READ) == []
    assert ("incidentkit_events" in tables(address)) == tables_there
    with pytest.raises(UnknownIncident):
        mine.store.load("INC-1")


def test_after_an_undone_transaction_a_store_goes_on(
    mine: Connected, theirs: Callable[[str], list[Any]], so_far: str
) -> None:
    SO_FAR[so_far](mine)
    mine.store.append(BEGIN)
    mine.store.append(Append(incident=INC_1, events=(noted("in it"),), expected_version=1))
    mine.rollback()
    SO_FAR[so_far](mine)
    mine.store.append(BEGIN)
    mine.commit()
    assert theirs(EVENTS) == [0]


def test_without_a_transaction_each_step_is_kept_by_itself(mine: Connected, theirs: Callable[[str], list[Any]]) -> None:
    mine.store.append(BEGIN)
    assert mine.store.find(FindIncidents(limit=1, text="checkout")) == ("INC-1",)
    mine.rollback()
    assert theirs(EVENTS) == [0]


def test_nobody_is_told_what_is_due_in_a_transaction_that_may_be_undone(
    mine: Connected, theirs: Callable[[str], list[Any]]
) -> None:
    assert mine.store.append(BEGIN)
    assert mine.store.due(FindDue("book-1", limit=1)) == (INC_1,)
    mine.begin()
    with pytest.raises(StoreMisconfigured, match="what it claims in a transaction may be undone"):
        mine.store.due(FindDue("book-1", limit=1))
    mine.rollback()
    assert mine.store.load(INC_1)


def test_what_a_store_refuses_leaves_the_transaction_as_it_was(
    mine: Connected, theirs: Callable[[str], list[Any]], so_far: str
) -> None:
    mine.store.append(BEGIN)
    SO_FAR[so_far](mine)
    with pytest.raises(IncidentExists):
        mine.store.append(BEGIN)
    with pytest.raises(StaleVersion):
        mine.store.append(Append(incident=INC_1, events=(noted("late"),), expected_version=7))
    mine.store.append(Append(incident=INC_1, events=(noted("in it"),), expected_version=1))
    mine.execute(WRITE)
    mine.commit()
    assert theirs(EVENTS) == [0, 1]
    assert set(theirs(READ)) == {"a pump"}


def test_in_a_transaction_too_a_store_waits_for_somebody_else_who_writes(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'orders.db'}")
    with engine.connect() as mine, engine.connect() as other, ThreadPoolExecutor(1) as pool:
        other.execute(text("CREATE TABLE orders (what VARCHAR)"))
        other.commit()
        for work in (lambda: SqlStore(mine).migrate(), lambda: SqlStore(mine).append(BEGIN)):
            other.execute(text(WRITE))
            mine.begin()
            waiting = pool.submit(work)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.2)
            other.commit()
            waiting.result()
            mine.commit()
    assert SqlStore(engine).load("INC-1")
    engine.dispose()


def test_the_tables_are_made_beside_those_of_the_user(address: str, theirs: Callable[[str], list[Any]]) -> None:
    engine = create_engine(address)
    store = SqlStore(engine)
    store.append(BEGIN)
    store.close()
    assert {"orders", "incidentkit_events"} <= tables(address)
    assert all(name == "orders" or name.startswith("incidentkit_") for name in tables(address))
    with engine.connect() as connection:  # which the store did not close
        assert connection.execute(text(EVENTS)).scalars().all() == [0]
    engine.dispose()


@pytest.fixture
def impatient_threads() -> Generator[None]:
    """Threads that take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("impatient_threads")
def test_two_threads_that_append_lose_nothing_with_an_engine_as_its_driver_makes_it(
    address: str, clock: SetClock
) -> None:
    engine = create_engine(address)
    store = SqlStore(engine, clock=clock)
    store.append(BEGIN)
    each = 25

    def write(name: str) -> list[int]:
        kept: list[int] = []
        while len(kept) < each:
            version = len(store.load("INC-1"))
            try:
                store.append(Append(incident=INC_1, events=(noted(f"{name} {len(kept)}"),), expected_version=version))
            except StaleVersion:
                continue
            kept.append(version)
        return kept

    with ThreadPoolExecutor(2) as pool:
        versions = [version for kept in pool.map(write, ["ada", "grace"]) for version in kept]
        numbers = [*pool.map(store.number, [TakeNumber("20260302")] * each)]
    assert sorted(versions) == [*range(1, 1 + 2 * each)]
    assert sorted(numbers) == [*range(1, 1 + each)]
    written = [event.text for event in store.load("INC-1") if isinstance(event, Noted)]
    assert sorted(written) == sorted(f"{name} {number}" for name in ("ada", "grace") for number in range(each))
    engine.dispose()


ONE_CONNECTION = pytest.mark.parametrize("pool", [StaticPool, AssertionPool])


@ONE_CONNECTION
@pytest.mark.usefixtures("impatient_threads")
def test_threads_take_turns_with_the_only_connection_of_an_engine(address: str, pool: type[Pool]) -> None:
    shares = {"check_same_thread": False} if address.startswith("sqlite") else {}
    engine = create_engine(address, poolclass=pool, connect_args=shares)
    stores = [SqlStore(engine), SqlStore(engine)]
    stores[0].append(BEGIN)

    def write(number: int) -> None:
        store = stores[number % 2]
        store.append(Append(incident=INC_1, events=(noted(f"{number}"),), expected_version=None))
        assert store.number(TakeNumber("20260302"))
        with pytest.raises(StaleVersion):
            store.append(Append(incident=INC_1, events=(noted("late"),), expected_version=1))

    with ThreadPoolExecutor(4) as threads:
        assert len([*threads.map(write, range(40))]) == 40
    written = [event.text for event in stores[0].load("INC-1") if isinstance(event, Noted)]
    assert sorted(written, key=int) == [f"{number}" for number in range(40)]
    assert stores[1].number(TakeNumber("20260302")) == 41
    engine.dispose()


@ONE_CONNECTION
def test_tasks_take_turns_with_the_only_connection_of_an_engine(address: str, pool: type[Pool]) -> None:
    async def main() -> None:
        engine = create_async_engine(address.replace("sqlite:", "sqlite+aiosqlite:", 1), poolclass=pool)
        stores = [AsyncSqlStore(engine), AsyncSqlStore(engine)]
        await stores[0].append(BEGIN)

        async def write(number: int) -> int:
            store = stores[number % 2]
            await store.append(Append(incident=INC_1, events=(noted(f"{number}"),), expected_version=None))
            return await store.number(TakeNumber("20260302"))

        numbers = await gather(*map(write, range(20)))
        assert sorted(numbers) == [*range(1, 21)]
        assert len(await stores[1].load("INC-1")) == 21
        await engine.dispose()

    with Runner() as runner:
        runner.run(main())


def test_a_database_in_memory_for_each_thread_is_refused() -> None:
    for address in ("sqlite://", "sqlite:///:memory:"):
        engine = create_engine(address)
        with pytest.raises(StoreMisconfigured, match="make it with poolclass=StaticPool"):
            SqlStore(engine)
        with engine.connect() as connection:
            assert SqlStore(connection).append(BEGIN)
        engine.dispose()


@contextmanager
def opened(address: str, *, awaited: bool) -> Generator[SqlStore | Awaited]:
    """A store at an address."""
    if not awaited:
        with SqlStore(address) as store:
            yield store
        return
    with Runner() as runner:
        store_awaited = Awaited(runner, AsyncSqlStore(address))
        yield store_awaited
        store_awaited.close()


@pytest.mark.parametrize("awaited", [False, True])
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_file_of_another_program_is_refused_and_stays_as_it_was(tmp_path: Path, awaited: bool, mode: str) -> None:
    file = tmp_path / "orders.db"
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.exec_driver_sql(f"PRAGMA journal_mode = {mode}")
        connection.exec_driver_sql("CREATE TABLE orders (what)")
        connection.exec_driver_sql(WRITE)
    engine.dispose()
    before = file.read_bytes()
    with opened(f"sqlite:///{file}", awaited=awaited) as store, pytest.raises(StoreForeign, match="the tables orders"):
        store.append(BEGIN)
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["orders.db"]


@pytest.mark.parametrize("awaited", [False, True])
def test_a_database_of_another_program_is_refused_and_stays_as_it_was(
    address: str, theirs: Callable[[str], list[Any]], awaited: bool
) -> None:
    with opened(address, awaited=awaited) as store, pytest.raises(StoreForeign, match="the tables orders"):
        store.append(BEGIN)
    assert tables(address) == {"orders"}
    assert theirs(READ) == []


@pytest.mark.parametrize("awaited", [False, True])
def test_a_file_that_is_no_database_is_refused_and_stays_as_it_was(tmp_path: Path, awaited: bool) -> None:
    file = tmp_path / "incidents.csv"
    file.write_bytes(b"id,title\n" * 200)
    with opened(f"sqlite:///{file}", awaited=awaited) as store, pytest.raises(StoreForeign, match="is no database"):
        store.append(BEGIN)
    assert file.read_bytes() == b"id,title\n" * 200
    assert [each.name for each in tmp_path.iterdir()] == ["incidents.csv"]


def test_tables_of_that_name_which_no_release_made_are_refused_also_beside_others(
    address: str, theirs: Callable[[str], list[Any]]
) -> None:
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE incidentkit_events (what VARCHAR)"))
    with pytest.raises(StoreForeign, match="incidentkit_events"):
        SqlStore(engine).append(BEGIN)
    assert tables(address) == {"orders", "incidentkit_events"}
    engine.dispose()


UNSAFE: dict[str, dict[str, Any]] = {
    "engine": {"isolation_level": "AUTOCOMMIT"},
    "driver": {"connect_args": {"autocommit": True}},
}


@pytest.mark.parametrize("how", UNSAFE)
@pytest.mark.parametrize("given", ["engine", "connection", "async engine"])
def test_a_server_that_keeps_each_statement_by_itself_is_refused(postgres: Postgres, how: str, given: str) -> None:
    address = postgres.database()
    with given_unsafe(address, given, UNSAFE[how]) as store:
        for step in (store.now, lambda: store.append(BEGIN)):
            with pytest.raises(StoreMisconfigured, match="READ COMMITTED"):
                step()
    assert tables(address) == set()


def test_an_engine_that_keeps_each_statement_by_itself_is_made_one_that_does_not(postgres: Postgres) -> None:
    engine = create_engine(postgres.database(), isolation_level="AUTOCOMMIT")
    store = SqlStore(engine.execution_options(isolation_level="READ COMMITTED"))
    assert store.append(BEGIN)
    with pytest.raises(StaleVersion):
        store.append(evolve(BEGIN, events=(noted("late"),), expected_version=7))
    assert len(store.load(INC_1)) == 1
    engine.dispose()


TRANSLATED = {"execution_options": {"schema_translate_map": {None: "elsewhere"}}}


@pytest.mark.parametrize("given", ["engine", "connection", "async engine"])
def test_an_engine_that_looks_for_tables_elsewhere_is_refused(address: str, given: str) -> None:
    with given_unsafe(address, given, TRANSLATED) as store:
        for step in (store.now, lambda: store.append(BEGIN)):
            with pytest.raises(StoreMisconfigured, match="leave schema_translate_map out, or set the search_path"):
                step()
    assert tables(address) == set()


def test_an_engine_that_looks_for_the_tables_of_others_elsewhere_is_taken(address: str) -> None:
    with given_unsafe(address, "engine", {"execution_options": {"schema_translate_map": {"shop": "other"}}}) as store:
        assert store.append(BEGIN)
    assert "incidentkit_events" in tables(address)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sqlite3 has had such an option since Python 3.12")
@pytest.mark.parametrize("autocommit", [True, False])
@pytest.mark.parametrize("given", ["engine", "connection", "async engine"])
def test_a_driver_that_begins_by_rules_of_its_own_is_refused(tmp_path: Path, autocommit: bool, given: str) -> None:
    address = f"sqlite:///{tmp_path / 'incidents.db'}"
    with given_unsafe(address, given, {"connect_args": {"autocommit": autocommit}}) as store:
        for step in (store.now, lambda: store.append(BEGIN)):
            with pytest.raises(StoreMisconfigured, match="leave autocommit out"):
                step()
    assert tables(address) == set()


def test_a_file_whose_statements_are_kept_by_themselves_still_keeps_steps_as_a_whole(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'incidents.db'}", isolation_level="AUTOCOMMIT")
    store = SqlStore(engine)
    store.append(BEGIN)

    @event.listens_for(engine, "before_cursor_execute")
    def fail(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "INTO incidentkit_words" in statement:
            raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        store.append(evolve(BEGIN, events=(noted("alpha"),), expected_version=1))
    assert len(store.load(INC_1)) == 1
    engine.dispose()


@contextmanager
def given_unsafe(address: str, given: str, options: dict[str, Any]) -> Generator[SqlStore | Awaited]:
    """A store with an engine of the user's, or a connection of it."""
    if given == "async engine":
        awaited = create_async_engine(address.replace("sqlite:", "sqlite+aiosqlite:", 1), **options)
        with Runner() as runner:
            yield Awaited(runner, AsyncSqlStore(awaited))
            runner.run(awaited.dispose())
        return
    engine = create_engine(address, **options)
    with engine.connect() as connection:
        yield SqlStore(connection if given == "connection" else engine)
    engine.dispose()
