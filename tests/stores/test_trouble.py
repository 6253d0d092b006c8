"""What goes wrong with files and servers: each has its error, changes nothing, and is over when its cause is gone."""

from __future__ import annotations

import asyncio
import pickle
import socket
import sqlite3
import time
import traceback
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from attrs import define, evolve
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from incidentkit.errors import (
    StaleVersion,
    StoreDamaged,
    StoreError,
    StoreForeign,
    StoreFull,
    StoreMisconfigured,
    StoreReadOnly,
    StoreTooNew,
    StoreUnavailable,
)
from incidentkit.model.events import Noted
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.model.incident import Incident
from incidentkit.playbooks.emergency import SEV_1
from incidentkit.providers.evidence import KeepEvidence
from incidentkit.providers.playbooks import KeepPlaybook
from incidentkit.providers.store import Append, FindDue, FindForgotten, FindIncidents, TakeNumber
from incidentkit.stores import AsyncSqlStore, SqlStore
from incidentkit.stores.trouble import can_be_repeated, typed
from tests.stores.postgres import Postgres, running_postgres

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
SECRET = "hunter2"
MOST_PAGES = 1_000_000


def beginning(incident: str = "INC-1") -> Append:
    whole = Incident.declare(incident, title="Checkout fails", at=START, by="ada", severity=SEV_1)
    return Append(incident=IncidentId(incident), events=whole.timeline.events, expected_version=0)


def noting(text: str = "So it is", incident: str = "INC-1", expected: int | None = None) -> Append:
    note = Noted(incident=IncidentId(incident), at=START, by=PersonId("ada"), recorded_at=START, text=text)
    return Append(incident=IncidentId(incident), events=(note,), expected_version=expected)


def texts(store: SqlStore, incident: str = "INC-1") -> list[str]:
    return [each.text for each in store.load(incident) if isinstance(each, Noted)]


def in_thread(work: Callable[[], object]) -> Thread:
    thread = Thread(target=work)
    thread.start()
    return thread


def check_is_kept(store: SqlStore, *incidents: str) -> None:
    """Nothing but these is there, and each of them as a whole."""
    assert {*store.find(FindIncidents(limit=1_000))} == {*incidents}
    for each in incidents:
        (declared,) = beginning(each).events
        assert evolve(store.load(each)[0], recorded_at=declared.recorded_at) == declared


def check_says_nothing(error: BaseException, *secrets: str) -> None:
    """Neither it nor its traceback shows any of these, and it holds no exception of a driver that would."""
    said = [str(error), repr(error), *traceback.format_exception(error), str(pickle.loads(pickle.dumps(error)))]
    assert not [(each, secret) for each in said for secret in secrets if secret in each]
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


# SQLite


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file in which one incident is kept."""
    path = tmp_path / "incidents.db"
    with SqlStore(f"sqlite:///{path}") as store:
        store.append(beginning())
    return path


@pytest.fixture
def store(file: Path) -> Generator[SqlStore]:
    with SqlStore(f"sqlite:///{file}") as opened:
        yield opened


def change(path: Path, *statements: str) -> None:
    """Do to a file what no release of the library does."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@define(eq=False)
class Room:
    """How many pages a file may have."""

    pages: int = MOST_PAGES

    def __call__(self, connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count = {self.pages}")
        cursor.close()


def test_full_disk_loses_nothing_and_takes_more_once_there_is_room(file: Path) -> None:
    engine = create_engine(f"sqlite:///{file}")
    event.listen(engine, "checkout", room := Room())
    store, kept = SqlStore(engine), ["INC-1"]
    room.pages = 1  # which is as much as there is
    with pytest.raises(StoreFull, match="no room is left") as caught:  # noqa: PT012  # it is full at some time
        for number in range(2, 1_000):
            store.append(beginning(f"INC-{number}"))
            kept.append(f"INC-{number}")
    check_says_nothing(caught.value, "Checkout")
    check_is_kept(store, *kept)
    assert store.load("INC-1")
    lost = f"INC-{len(kept) + 1}"
    with pytest.raises(StoreFull):
        store.append(beginning(lost))
    room.pages = MOST_PAGES
    store.append(beginning(lost))
    check_is_kept(store, *kept, lost)
    engine.dispose()


def test_full_disk_is_one_to_whoever_awaits_it_too(file: Path) -> None:
    async def main() -> None:
        engine = create_async_engine(f"sqlite+aiosqlite:///{file}")
        event.listen(engine.sync_engine, "checkout", room := Room(1))
        store = AsyncSqlStore(engine)
        large = KeepEvidence(incident=IncidentId("INC-1"), name="dump", content=bytes(1_000_000))
        with pytest.raises(StoreFull):
            await store.keep_evidence(large)
        assert await store.evidence("INC-1") == ()
        room.pages = MOST_PAGES
        assert (await store.keep_evidence(large)).size == 1_000_000
        await engine.dispose()

    asyncio.run(main())


def test_file_that_is_only_to_be_read_is_read(file: Path) -> None:
    with SqlStore(f"sqlite:///file:{file}?mode=ro&uri=true") as store:
        check_is_kept(store, "INC-1")
        for write in (lambda: store.append(beginning("INC-2")), lambda: store.number(TakeNumber("x"))):
            with pytest.raises(StoreReadOnly, match="not written to"):
                write()
        check_is_kept(store, "INC-1")


def test_file_that_may_be_written_again_is(file: Path) -> None:
    engine, only = create_engine(f"sqlite:///{file}"), [1]

    @event.listens_for(engine, "checkout")
    def taken(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA query_only = {only[0]}").close()

    store = SqlStore(engine)
    with pytest.raises(StoreReadOnly):
        store.append(beginning("INC-2"))
    only[0] = 0
    store.append(beginning("INC-2"))
    check_is_kept(store, "INC-1", "INC-2")
    engine.dispose()


@pytest.mark.parametrize(
    ("table", "values", "field"),
    [("playbooks", "'x', 'name = 1'", "document"), ("numbers", "'x', 2000000000", "last")],
)
def test_what_no_record_can_say_is_damage_and_no_export(file: Path, table: str, values: str, field: str) -> None:
    change(file, f"INSERT INTO incidentkit_{table} VALUES ({values})")
    with (
        SqlStore(f"sqlite:///{file}") as store,
        pytest.raises(StoreDamaged, match=f"not what the library wrote: {field}"),
    ):
        list(store.records())


QUESTIONS: list[Callable[[SqlStore], object]] = [
    lambda store: store.load("INC-1"),
    lambda store: store.append(noting()),
    lambda store: store.append(beginning("INC-2")),
    lambda store: store.due(FindDue("", 9)),
    lambda store: store.find(FindIncidents(limit=9, text="checkout")),
    lambda store: store.audit(FindForgotten(timedelta())),
    lambda store: store.number(TakeNumber("x")),
    lambda store: store.keep_playbook(KeepPlaybook("x", "{}")),
    lambda store: store.playbook("x"),
    lambda store: store.evidence("INC-1"),
    lambda store: store.content("x"),
    lambda store: store.count(),
    lambda store: list(store.records()),
]


def many(path: Path) -> bytearray:
    """What a file holds that has many incidents."""
    with SqlStore(f"sqlite:///{path}") as store:
        for number in range(1, 61):
            store.append(beginning(f"INC-{number}"))
    return bytearray(path.read_bytes())


@pytest.mark.parametrize("damage", ["overwritten", "truncated"])
def test_damaged_file_is_called_so_and_never_answers_wrongly(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "incidents.db"
    content = many(path)
    with SqlStore(f"sqlite:///{path}") as whole:
        logs = {f"INC-{number}": whole.load(f"INC-{number}") for number in range(1, 61)}
    middle = len(content) // 2 // 4096 * 4096
    if damage == "truncated":
        del content[middle:]
    else:
        content[4096 * 3 : middle] = b"\x07" * (middle - 4096 * 3)
    path.write_bytes(content)
    damaged = 0
    with SqlStore(f"sqlite:///{path}") as store:
        for incident, log in logs.items():
            try:
                assert store.load(incident) == log
            except StoreDamaged as error:
                damaged += 1
                check_says_nothing(error, "Checkout")
        for ask in QUESTIONS:
            with suppress(StoreDamaged, LookupError):
                ask(store)
    assert damaged


@pytest.mark.parametrize("ask", QUESTIONS)
def test_file_that_holds_nothing_but_noise_is_no_database(tmp_path: Path, ask: Callable[[SqlStore], object]) -> None:
    path = tmp_path / "incidents.db"
    path.write_bytes(b"Dear diary, " * 1_000)
    with SqlStore(f"sqlite:///{path}") as store, pytest.raises(StoreForeign, match="no database"):
        ask(store)
    assert path.read_bytes() == b"Dear diary, " * 1_000


def test_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    change(path, "CREATE TABLE orders (id INTEGER)")
    before = path.read_bytes()
    with SqlStore(f"sqlite:///{path}") as store:
        for _ in range(2):
            with pytest.raises(StoreForeign, match="with the tables orders: name another one"):
                store.append(beginning())
    assert path.read_bytes() == before


def test_database_is_shared_with_another_program_through_an_engine(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    change(path, "CREATE TABLE orders (id INTEGER)")
    engine = create_engine(f"sqlite:///{path}")
    SqlStore(engine).append(beginning())
    check_is_kept(SqlStore(engine), "INC-1")
    engine.dispose()
    change(path, "INSERT INTO orders VALUES (1)")


def test_tables_of_the_library_that_lack_their_version_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "odd.db"
    change(path, "CREATE TABLE incidentkit_incidents (id INTEGER)")
    engine = create_engine(f"sqlite:///{path}")
    with pytest.raises(StoreForeign):
        SqlStore(engine).append(beginning())
    engine.dispose()


@pytest.mark.parametrize("kind", [SqlStore, AsyncSqlStore])
def test_folder_that_is_missing_or_no_file_can_be_mended_while_the_program_runs(
    tmp_path: Path, kind: type[Any]
) -> None:
    async def main(path: Path, mend: Callable[[], object]) -> None:
        store = kind(f"sqlite:///{path}")
        with pytest.raises(StoreMisconfigured, match="the file cannot be opened"):
            await answered(store.count())
        mend()
        assert await answered(store.count()) == 0
        await answered(store.close())

    missing, folder = tmp_path / "missing" / "incidents.db", tmp_path / "folder"
    folder.mkdir()
    asyncio.run(main(missing, missing.parent.mkdir))
    asyncio.run(main(folder, folder.rmdir))


async def answered(answer: Any) -> Any:
    return await answer if asyncio.iscoroutine(answer) else answer


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_lock_of_another_process_is_waited_for_and_then_given_up(file: Path, lock: str) -> None:
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": 0.1})
    store = SqlStore(engine)
    store.count()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute(lock)
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="somebody else is writing"):
            store.append(beginning("INC-2"))
        assert 0.1 <= time.monotonic() - began < 5
        check_is_kept(store, "INC-1")  # those who read wait for nobody who writes
        other.execute("ROLLBACK")
    store.append(beginning("INC-2"))
    check_is_kept(store, "INC-1", "INC-2")
    engine.dispose()


def test_lock_that_ends_within_the_wait_is_no_trouble(store: SqlStore, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        appending = in_thread(lambda: store.append(beginning("INC-2")))
        time.sleep(0.2)
        other.execute("ROLLBACK")
        appending.join()
    check_is_kept(store, "INC-1", "INC-2")


@pytest.mark.parametrize("given", ["an engine", "a connection"])
def test_what_could_not_be_kept_at_the_last_moment_is_not_kept_with_the_next(tmp_path: Path, given: str) -> None:
    """Outside of WAL a commit waits for those who read, and a transaction whose commit fails goes on in SQLite."""
    path = tmp_path / "incidents.db"
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 0.1})
    with engine.connect() as connection:
        store = SqlStore(engine if given == "an engine" else connection)
        store.append(beginning())
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM incidentkit_incidents").fetchall()
            with pytest.raises(StoreUnavailable):
                store.append(beginning("INC-2"))
        store.append(beginning("INC-3"))
        check_is_kept(store, "INC-1", "INC-3")
    engine.dispose()


def test_so_it_is_not_for_those_who_await_it(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "incidents.db"
        engine = create_async_engine(f"sqlite+aiosqlite:///{path}", connect_args={"timeout": 0.1})
        async with engine.connect() as connection:
            store = AsyncSqlStore(connection)
            await store.append(beginning())
            with closing(sqlite3.connect(path, isolation_level=None)) as reader:
                reader.execute("BEGIN")
                reader.execute("SELECT * FROM incidentkit_incidents").fetchall()
                with pytest.raises(StoreUnavailable):
                    await store.append(beginning("INC-2"))
            await store.append(beginning("INC-3"))
            assert await store.find(FindIncidents(limit=9)) == ("INC-3", "INC-1")
        await engine.dispose()

    asyncio.run(main())


def own_engine(store: Any) -> Engine:
    """The engine that a store made: what its connections are like can be asked of them alone."""
    engine: Engine = getattr(store._engine, "sync_engine", store._engine)
    return engine


def test_what_was_answered_survives_a_loss_of_power(store: SqlStore) -> None:
    store.count()
    with own_engine(store).connect() as one, own_engine(store).connect() as other:
        for each in (one, other):
            assert each.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
            assert each.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL


def test_so_it_does_for_those_who_await_it(file: Path) -> None:
    async def main() -> None:
        store: Any = AsyncSqlStore(f"sqlite:///{file}")
        await store.count()
        async with store._engine.connect() as connection:
            assert (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar_one() == "wal"
            assert (await connection.exec_driver_sql("PRAGMA synchronous")).scalar_one() == 2
        await store.close()

    asyncio.run(main())


def test_copy_that_is_put_in_the_place_of_the_file_is_what_the_store_goes_on_with(store: SqlStore, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("VACUUM INTO ?", (str(file.with_name("copy.db")),))
    store.append(beginning("INC-2"))
    change(file, "PRAGMA wal_checkpoint(TRUNCATE)")
    file.with_name("copy.db").rename(file)
    for name in ("incidents.db-wal", "incidents.db-shm"):
        file.with_name(name).unlink(missing_ok=True)
    check_is_kept(store, "INC-1")
    store.append(beginning("INC-3"))
    with SqlStore(f"sqlite:///{file}") as other:
        check_is_kept(other, "INC-1", "INC-3")


def test_file_that_is_taken_away_is_missed_and_nothing_is_kept_where_nobody_finds_it(
    store: SqlStore, file: Path
) -> None:
    store.count()
    for each in file.parent.glob("incidents.db*"):
        each.unlink()
    with pytest.raises(StoreDamaged, match="does not have the tables"):
        store.append(beginning("INC-2"))


def test_store_that_was_closed_opens_again_when_it_is_used(store: SqlStore) -> None:
    store.close()
    store.append(beginning("INC-2"))
    check_is_kept(store, "INC-1", "INC-2")


# What is in the tables


@pytest.mark.parametrize(
    ("statement", "kind", "problem"),
    [
        ("UPDATE incidentkit_events SET form = 999", StoreTooNew, "event 0 of INC-1 was written by a later release"),
        ("UPDATE incidentkit_events SET body = '{\"hunter2'", StoreDamaged, "event 0 of INC-1 cannot be read"),
        ("UPDATE incidentkit_events SET body = ''", StoreDamaged, "event 0 of INC-1 cannot be read"),
        ("UPDATE incidentkit_events SET body = '[]'", StoreDamaged, "event 0 of INC-1 cannot be read"),
        (
            "UPDATE incidentkit_events SET body = replace(body, 'declared', 'exploded')",
            StoreDamaged,
            "'exploded' is not a kind known here",
        ),
        ("DELETE FROM incidentkit_events", StoreDamaged, "the log of INC-1 is not whole"),
        ("UPDATE incidentkit_events SET place = 1", StoreDamaged, "the log of INC-1 is not whole"),
        ("UPDATE incidentkit_incidents SET version = 2", StoreDamaged, "the log of INC-1 is not whole"),
    ],
)
def test_log_that_cannot_be_read_says_which_event_it_is(
    address: str, statement: str, kind: type[StoreError], problem: str
) -> None:
    with SqlStore(address) as store:
        store.append(beginning())
        store.append(beginning("INC-2"))
        with own_engine(store).begin() as connection:
            where = "WHERE id = 'INC-1'" if "incidents" in statement else "WHERE incident = 1"
            connection.exec_driver_sql(f"{statement} {where}")
        with pytest.raises(kind, match=problem) as caught:
            store.load("INC-1")
        check_says_nothing(caught.value, SECRET)
        assert store.load("INC-2")


def test_text_that_is_none_is_damage_and_no_lost_connection(store: SqlStore, file: Path) -> None:
    change(file, "UPDATE incidentkit_events SET body = CAST(x'7b22ff' AS TEXT)")
    with pytest.raises(StoreDamaged):
        store.load("INC-1")


@pytest.mark.parametrize(
    "change",
    [
        "labels = '{'",
        "labels = '[1]'",
        "status = 'odd'",
        "kept_at = 9000000000000000000",
        "wake_at = -999999999999999999",
    ],
)
def test_row_that_cannot_be_read_is_damage(address: str, change: str) -> None:
    with SqlStore(address) as store:
        store.append(beginning())
        with own_engine(store).begin() as connection:
            connection.exec_driver_sql(f"UPDATE incidentkit_incidents SET {change}")
        with pytest.raises(StoreDamaged, match="what is kept of INC-1 beside its log cannot be read") as caught:
            store.append(noting(expected=1))
        check_says_nothing(caught.value)
        assert len(store.load("INC-1")) == 1


WRITES: list[Callable[[SqlStore], object]] = [
    lambda store: store.append(noting()),
    lambda store: store.append(beginning("INC-2")),
    lambda store: store.number(TakeNumber("x")),
    lambda store: store.keep_playbook(KeepPlaybook("x", "{}")),
    lambda store: store.keep_evidence(KeepEvidence(incident=IncidentId("INC-1"), name="x", content=b"x")),
]


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize(
    ("statement", "kind", "problem"),
    [
        ("INSERT INTO incidentkit_schema VALUES (999, 0, 'later')", StoreTooNew, "of version 999, .* update incident"),
        ("DELETE FROM incidentkit_schema", StoreDamaged, "does not say of which version"),
    ],
)
def test_nothing_is_written_into_tables_of_a_later_release_also_if_it_came_meanwhile(
    address: str, statement: str, kind: type[StoreError], problem: str, write: Callable[[SqlStore], object]
) -> None:
    with SqlStore(address) as store, SqlStore(address) as late:
        store.append(beginning())
        before = list(store.records())
        with own_engine(store).begin() as connection:
            connection.exec_driver_sql(statement)
        for each in (store, late):
            with pytest.raises(kind, match=problem):
                write(each)
        assert list(store.records()) == before


# PostgreSQL


@define(eq=False)
class Server:
    """A server with a database, where somebody with all rights can do anything."""

    postgres: Postgres
    address: URL

    def does(self, *statements: str, database: str = "postgres") -> list[Any]:
        """What the last statement answers."""
        engine = create_engine(self.address.set(database=database), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            results = [connection.exec_driver_sql(each) for each in statements]
            rows = list(results[-1]) if results[-1].returns_rows else []
        engine.dispose()
        return rows

    def here(self, *statements: str) -> list[Any]:
        return self.does(*statements, database=str(self.address.database))

    def end_connections(self) -> None:
        """End those of every store, and wait until they have."""
        theirs = f"datname = '{self.address.database}' AND application_name = 'incidentkit'"
        self.does(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {theirs}")

    def by(self, user: str, password: str | None = None) -> URL:
        return self.address.set(username=user, password=password)


@pytest.fixture(scope="module")
def own_server() -> Generator[Postgres]:
    """A server of these tests alone, which has users with and without passwords."""
    with running_postgres() as postgres:
        server = Server(postgres, make_url(postgres.database()))
        rules = Path(server.does("SHOW hba_file")[0][0])
        strict = "local all weak,limited scram-sha-256\nlocal all rejected reject\n"
        rules.write_text(strict + rules.read_text())
        server.does(
            "CREATE ROLE weak LOGIN PASSWORD 'right'",
            "CREATE ROLE limited LOGIN PASSWORD 'right' CONNECTION LIMIT 1",
            "CREATE ROLE rejected LOGIN",
            "CREATE ROLE sleeping NOLOGIN",
            "SELECT pg_reload_conf()",
        )
        while not server.does("SELECT 1 FROM pg_hba_file_rules WHERE 'weak' = ANY(user_name)"):
            time.sleep(0.01)
        time.sleep(0.1)  # the rules are in force once the first process has read them, and nothing tells when
        yield postgres


@pytest.fixture(scope="module")
def somewhere(own_server: Postgres) -> Server:
    """With a database that many tests may share, because they leave it as it is."""
    return Server(own_server, make_url(own_server.database()))


@pytest.fixture
def server(own_server: Postgres) -> Server:
    return Server(own_server, make_url(own_server.database()))


@pytest.fixture
def remote(server: Server) -> Generator[SqlStore]:
    """A store there in which one incident is kept."""
    with SqlStore(server.address) as store:
        store.append(beginning())
        yield store


def free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def asked(kind: type[Any], address: str | URL) -> None:
    """Open a store, ask it for the time, and close it."""

    async def main() -> None:
        store = kind(address)
        try:
            await answered(store.now())
        finally:
            await answered(store.close())

    asyncio.run(main())


@pytest.mark.parametrize("kind", [SqlStore, AsyncSqlStore])
@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ada:hunter2@127.0.0.1:{port}/incidents",
        "postgresql://ada:hunter2@no-such-host.invalid/incidents",
        "postgresql:///incidents?host=/nowhere&password=hunter2&sslpassword=hunter2",
        "postgresql:///incidents?host=127.0.0.1:{port}&host=127.0.0.1:{port}&password=hunter2",
    ],
)
def test_server_that_is_not_there_is_unavailable(
    kind: type[Any], address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with pytest.raises(StoreUnavailable, match="cannot be reached") as caught:
        asked(kind, address.format(port=free_port()))
    check_says_nothing(caught.value, SECRET, "ada")
    assert SECRET not in caplog.text


@pytest.mark.parametrize("kind", [SqlStore, AsyncSqlStore])
@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"username": "weak", "password": SECRET}, "refused the user or the password"),
        ({"username": "weak"}, "refused the user or the password"),
        ({"username": "nobody", "password": SECRET}, "refused the user or the password"),
        ({"username": "sleeping", "password": SECRET}, "refused the user or the password"),
        ({"username": "rejected", "password": SECRET}, "refused the user or the password"),
        ({"database": "missing", "password": SECRET}, "no database of that name"),
        ({"query": {"options": f"-c no_such_setting={SECRET}"}}, "option of the address"),
        ({"query": {"options": f"-c statement_timeout={SECRET}"}}, "option of the address"),
        ({"query": {"pasword": SECRET}}, "option of the address"),
        ({"query": {"connect_timeout": SECRET}}, "option of the address"),
        ({"query": {"sslmode": SECRET}}, "option of the address"),
    ],
)
def test_server_that_refuses_is_a_matter_of_settings(
    somewhere: Server, kind: type[Any], said: dict[str, Any], problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    parts = {**said}
    options: dict[str, str] = parts.pop("query", {})
    address = somewhere.address.update_query_dict(options).set(**parts)
    with pytest.raises(StoreMisconfigured, match=problem) as caught:
        asked(kind, address)
    check_says_nothing(caught.value, SECRET)
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("state", "kind"),
    [("40P01", StoreUnavailable), ("53100", StoreFull), ("25006", StoreReadOnly), ("42501", StoreMisconfigured)],
)
def test_driver_that_tells_the_state_in_a_table_is_understood(state: str, kind: type[StoreError]) -> None:
    """As pg8000 does: its error holds the fields of the server's message by their letters."""
    said = Exception({"S": "ERROR", "V": "ERROR", "C": state, "M": SECRET})
    error = DBAPIError("SELECT 1", None, said)
    with pytest.raises(kind) as caught, typed("here"):
        raise error
    check_says_nothing(caught.value, SECRET)
    assert can_be_repeated(error) == (state == "40P01")


@pytest.mark.parametrize("said", [(), ("no table",), ({"M": "no state"},), ({"C": None},), ({3: "C"},)])
def test_driver_that_tells_no_state_says_nothing_of_it(said: tuple[object, ...]) -> None:
    error = DBAPIError("SELECT 1", None, Exception(*said))
    assert not can_be_repeated(error)
    with pytest.raises(StoreDamaged, match=r"reports Exception$"), typed("here"):
        raise error


def test_encryption_that_the_server_does_not_have_is_a_matter_of_settings() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def refuse() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"N")
                connection.recv(100)

        refusing = in_thread(refuse)
        port = listening.getsockname()[1]
        with pytest.raises(StoreMisconfigured, match="no encryption"):
            asked(SqlStore, f"postgresql://ada@127.0.0.1:{port}/incidents?sslmode=require&gssencmode=disable")
        refusing.join()


def test_password_that_is_mended_lets_the_same_store_in(server: Server) -> None:
    server.here("GRANT ALL ON SCHEMA public TO weak")
    with SqlStore(server.by("weak", SECRET)) as store:
        with pytest.raises(StoreMisconfigured):
            store.append(beginning())
        server.does(f"ALTER ROLE weak PASSWORD '{SECRET}'")
        try:
            store.append(beginning())
        finally:
            server.does("ALTER ROLE weak PASSWORD 'right'")
        check_is_kept(store, "INC-1")


def test_rights_that_are_missing_are_named_as_such_until_they_are_granted(server: Server, remote: SqlStore) -> None:
    with SqlStore(server.by("weak", "right")) as store:
        with pytest.raises(StoreMisconfigured, match="may not do this"):
            store.load("INC-1")
        server.here("GRANT SELECT ON ALL TABLES IN SCHEMA public TO weak")
        assert store.load("INC-1")
        with pytest.raises(StoreMisconfigured, match="may not do this"):
            store.append(beginning("INC-2"))
        check_is_kept(store, "INC-1")
        server.here("GRANT ALL ON ALL TABLES IN SCHEMA public TO weak")
        store.append(beginning("INC-2"))
        check_is_kept(remote, "INC-1", "INC-2")


def test_tables_that_may_not_be_made_are_made_once_they_may(server: Server) -> None:
    with SqlStore(server.by("weak", "right")) as store:
        with pytest.raises(StoreMisconfigured, match="may not do this"):
            store.append(beginning())
        assert server.here("SELECT 1 FROM pg_tables WHERE tablename LIKE 'incidentkit%%'") == []
        server.here("GRANT ALL ON SCHEMA public TO weak")
        store.append(beginning())
        check_is_kept(store, "INC-1")


def test_database_to_which_somebody_may_not_connect_is_named_as_such(server: Server) -> None:
    server.does(f"REVOKE CONNECT ON DATABASE {server.address.database} FROM PUBLIC")
    with SqlStore(server.by("weak", "right")) as store, pytest.raises(StoreMisconfigured, match="may not do this"):
        store.now()


def test_connections_that_are_used_up_are_waited_for(server: Server) -> None:
    server.here("GRANT ALL ON SCHEMA public TO limited")
    with SqlStore(server.by("limited", "right")) as first, SqlStore(server.by("limited", "right")) as second:
        first.append(beginning())
        with pytest.raises(StoreUnavailable, match="too much to do"):
            second.append(beginning("INC-2"))
        first.close()
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                second.append(beginning("INC-2"))
                break
            except StoreUnavailable:
                time.sleep(0.02)
        check_is_kept(second, "INC-1", "INC-2")


def test_engine_whose_connections_are_all_in_use_says_so(server: Server) -> None:
    engine = create_engine(server.address, pool_size=1, max_overflow=0, pool_timeout=0.1)
    store = SqlStore(engine)
    with engine.connect(), pytest.raises(StoreUnavailable, match="in use"):
        store.now()
    store.append(beginning())
    engine.dispose()


FULL = """
CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'hunter2' USING ERRCODE = '{code}'; END $$;
CREATE {constraint} TRIGGER full_table AFTER INSERT ON incidentkit_events {deferred}
FOR EACH ROW EXECUTE FUNCTION is_full();
"""


REPORTS: dict[str, type[StoreError]] = {
    "53100": StoreFull,
    "53200": StoreUnavailable,
    "55P03": StoreUnavailable,
    "57014": StoreUnavailable,
    "57P03": StoreUnavailable,
    "58030": StoreUnavailable,
    "08006": StoreUnavailable,
    "40P01": StoreUnavailable,
    "40001": StoreUnavailable,
    "42501": StoreMisconfigured,
    "22P05": StoreMisconfigured,
    "42P01": StoreDamaged,
    "XX001": StoreDamaged,
    "XX002": StoreDamaged,
    "P0001": StoreDamaged,
}


@pytest.mark.parametrize("when", ["at once", "at the end"])
def test_what_the_server_reports_is_typed_and_leaves_nothing_behind(
    server: Server, remote: SqlStore, when: str
) -> None:
    late = when == "at the end"
    constraint, deferred = ("CONSTRAINT", "DEFERRABLE INITIALLY DEFERRED") if late else ("", "")
    for code, kind in REPORTS.items():
        server.here(FULL.format(code=code, constraint=constraint, deferred=deferred))
        for request in (beginning("INC-2"), noting()):
            with pytest.raises(kind) as caught:
                remote.append(request)
            assert (code, type(caught.value)) == (code, kind)
            check_says_nothing(caught.value, SECRET)
        check_is_kept(remote, "INC-1")
        assert texts(remote) == []
        server.here("DROP FUNCTION is_full CASCADE")
    remote.append(beginning("INC-2"))
    check_is_kept(remote, "INC-1", "INC-2")


def test_database_that_is_only_to_be_read_is_read_and_written_once_it_may_be(server: Server, remote: SqlStore) -> None:
    server.does(f"ALTER DATABASE {server.address.database} SET default_transaction_read_only = on")
    with SqlStore(server.address) as store:
        check_is_kept(store, "INC-1")
        for write in WRITES:
            with pytest.raises(StoreReadOnly):
                write(store)
        check_is_kept(store, "INC-1")
        server.does(
            "SET default_transaction_read_only = off",
            f"ALTER DATABASE {server.address.database} RESET default_transaction_read_only",
        )
        store.append(beginning("INC-2"))
        check_is_kept(store, "INC-1", "INC-2")


def database_of(server: Server, encoding: str) -> URL:
    name = f"{server.address.database}_{encoding.lower()}"
    server.does(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
    return server.address.set(database=name)


def test_encoding_that_cannot_keep_every_text_is_refused_before_anything_is_kept(server: Server) -> None:
    with SqlStore(database_of(server, "LATIN1")) as store, pytest.raises(StoreMisconfigured, match="UTF8"):
        store.append(beginning())


def test_encoding_that_leaves_every_text_as_it_is_keeps_it(server: Server) -> None:
    with SqlStore(database_of(server, "SQL_ASCII")) as store:
        store.append(beginning())
        store.append(noting("Пожар 🔥"))
        assert texts(store) == ["Пожар 🔥"]
        assert store.find(FindIncidents(text="пожар", limit=1)) == ("INC-1",)


def test_database_that_was_dropped_and_made_anew_is_not_taken_for_the_same(server: Server, remote: SqlStore) -> None:
    remote.count()
    server.does(f"DROP DATABASE {server.address.database} WITH (FORCE)")
    with pytest.raises(StoreMisconfigured, match="no database of that name"):
        remote.count()
    server.does(f"CREATE DATABASE {server.address.database}")
    with pytest.raises(StoreDamaged, match="does not have the tables"):
        remote.append(beginning())


def test_connection_that_ended_between_two_steps_is_made_anew(server: Server, remote: SqlStore) -> None:
    for number in range(2, 5):
        server.end_connections()
        remote.append(beginning(f"INC-{number}"))
    check_is_kept(remote, "INC-1", "INC-2", "INC-3", "INC-4")


@define(eq=False)
class Breaks:
    """Ends the connections of a store so many times, when it comes to a statement or to the end."""

    server: Server
    times: int

    def before(self, statement: str, engine: Engine) -> None:
        @event.listens_for(engine, "before_cursor_execute")
        def executed(connection: object, cursor: object, said: str, *_: object) -> None:
            if statement in said:
                self.come()

    def come(self, *_: object) -> None:
        if self.times:
            self.times -= 1
            self.server.end_connections()


STATEMENTS = ["SELECT incidentkit_incidents", "INSERT INTO incidentkit_incidents", "INSERT INTO incidentkit_words"]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_step_whose_connection_ended_is_taken_again_as_a_whole(
    server: Server, remote: SqlStore, statement: str
) -> None:
    Breaks(server, times=1).before(statement, own_engine(remote))
    remote.append(beginning("INC-2"))
    check_is_kept(remote, "INC-1", "INC-2")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_step_whose_connection_ends_again_and_again_is_given_up(
    server: Server, remote: SqlStore, statement: str
) -> None:
    Breaks(server, times=3).before(statement, own_engine(remote))
    with pytest.raises(StoreUnavailable, match="the connection broke"):
        remote.append(beginning("INC-2"))
    check_is_kept(remote, "INC-1")
    remote.append(beginning("INC-2"))
    check_is_kept(remote, "INC-1", "INC-2")


def test_step_whose_connection_ended_while_it_was_kept_may_be_there_or_not(server: Server, remote: SqlStore) -> None:
    event.listen(own_engine(remote), "commit", Breaks(server, times=1).come)
    with pytest.raises(StoreUnavailable, match="may or may not be there") as caught:
        remote.append(noting())
    check_says_nothing(caught.value, "So it is")
    assert texts(remote) == []
    remote.append(noting())
    assert texts(remote) == ["So it is"]


def test_so_it_is_for_those_who_await_it(server: Server, remote: SqlStore) -> None:
    async def main() -> None:
        store = AsyncSqlStore(server.address)
        await store.count()
        event.listen(own_engine(store), "commit", Breaks(server, times=1).come)
        with pytest.raises(StoreUnavailable, match="may or may not be there"):
            await store.append(noting())
        Breaks(server, times=1).before("INSERT INTO incidentkit_events", own_engine(store))
        await store.append(noting())
        await store.close()

    asyncio.run(main())
    assert texts(remote) == ["So it is"]


def test_connection_of_a_user_that_ended_is_theirs_to_mend(server: Server) -> None:
    engine = create_engine(server.address.update_query_dict({"application_name": "incidentkit"}))
    with engine.connect() as connection:
        store = SqlStore(connection)
        store.append(beginning())
        server.end_connections()
        with pytest.raises(StoreUnavailable):
            store.append(beginning("INC-2"))
        store.append(beginning("INC-2"))
        transaction = connection.begin()
        store.append(beginning("INC-3"))
        server.end_connections()
        with pytest.raises(StoreUnavailable):
            store.append(beginning("INC-4"))
        with pytest.raises(StoreMisconfigured, match="cannot be used"):
            store.append(beginning("INC-4"))
        transaction.rollback()
        check_is_kept(store, "INC-1", "INC-2")
    with pytest.raises(StoreMisconfigured, match="cannot be used"):
        store.count()
    engine.dispose()


def test_transaction_of_a_user_that_has_failed_has_to_be_rolled_back(server: Server) -> None:
    engine = create_engine(server.address)
    with engine.connect() as connection:
        store = SqlStore(connection)
        store.append(beginning())
        with connection.begin() as transaction:
            with pytest.raises(DBAPIError):
                connection.exec_driver_sql("SELECT 1 / 0")
            with pytest.raises(StoreMisconfigured, match="roll it back"):
                store.append(beginning("INC-2"))
            transaction.rollback()
        store.append(beginning("INC-2"))
        check_is_kept(store, "INC-1", "INC-2")
    engine.dispose()


def test_statement_and_lock_that_take_too_long_are_given_up(server: Server, remote: SqlStore) -> None:
    for options, problem in (("statement_timeout", "in time"), ("lock_timeout", "somebody else is writing")):
        address = server.address.update_query_dict({"options": f"-c {options}=100ms"})
        with SqlStore(address) as store:
            with own_engine(remote).begin() as other:
                other.exec_driver_sql("SELECT * FROM incidentkit_incidents FOR UPDATE")
                with pytest.raises(StoreUnavailable, match=problem):
                    store.append(noting(options))
            store.append(noting(options))
    assert texts(remote) == ["statement_timeout", "lock_timeout"]


@pytest.mark.parametrize(
    ("said", "limits"),
    [
        (("-c work_mem=1MB",), ("30s", "10s", "1MB")),
        (("-c statement_timeout=3s -c work_mem=1MB",), ("3s", "10s", "1MB")),
        (("-c lock_timeout=4s", "-c work_mem=1MB"), ("30s", "4s", "1MB")),
    ],
)
def test_what_an_address_says_to_the_server_is_added_to_the_limits(
    server: Server, said: tuple[str, ...], limits: tuple[str, ...]
) -> None:
    with (
        SqlStore(server.address.update_query_dict({"options": said})) as store,
        own_engine(store).connect() as connection,
    ):
        names = ("statement_timeout", "lock_timeout", "work_mem")
        assert tuple(connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in names) == limits


def test_deadlock_ends_with_one_who_tries_again(server: Server, remote: SqlStore) -> None:
    """A user's transaction takes INC-1 and then INC-2, while another takes INC-2 and then INC-1."""
    remote.append(beginning("INC-2"))
    engine = create_engine(server.address)
    tries: list[str] = []

    def append_both(first: str, second: str) -> None:
        while True:
            tries.append(first)
            try:
                with engine.begin() as connection:
                    store = SqlStore(connection)
                    store.append(noting(f"{first} {second}", first))
                    time.sleep(0.2)
                    store.append(noting(f"{first} {second}", second))
                return
            except StoreUnavailable as error:
                check_says_nothing(error, "INC-1 INC-2", "INC-2 INC-1")

    pairs = [("INC-1", "INC-2"), ("INC-2", "INC-1")]
    threads = [in_thread(partial(append_both, *pair)) for pair in pairs]
    for thread in threads:
        thread.join()
    assert len(tries) > 2
    for incident in ("INC-1", "INC-2"):
        assert sorted(texts(remote, incident)) == ["INC-1 INC-2", "INC-2 INC-1"]
    engine.dispose()


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_threads_with_an_engine_that_isolates_more_lose_nothing(server: Server, remote: SqlStore, level: Any) -> None:
    engine = create_engine(server.address, isolation_level=level)
    store, kept, numbers = SqlStore(engine), list[str](), list[int]()

    def append(name: int) -> None:
        for number in range(10):
            text = f"{name} {number}"
            while text not in kept:
                try:
                    store.append(noting(text, expected=len(store.load("INC-1")) if number % 2 else None))
                    kept.append(text)
                except (StaleVersion, StoreUnavailable):
                    pass
            numbers.append(repeated(lambda: store.number(TakeNumber("x"))))

    threads = [in_thread(partial(append, name)) for name in range(4)]
    for thread in threads:
        thread.join()
    assert (
        sorted(texts(remote)) == sorted(kept) == sorted(f"{name} {number}" for name in range(4) for number in range(10))
    )
    assert sorted(numbers) == list(range(1, 41))
    engine.dispose()


def repeated(work: Callable[[], int]) -> int:
    while True:
        try:
            return work()
        except StoreUnavailable:
            pass
