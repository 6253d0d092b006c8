"""A database of an earlier release becomes one of this release, whole or not at all, whoever else does so at once."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from asyncio import Runner
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Event as Flag
from typing import Any, Final, get_args

import pytest
from attrs import define
from sqlalchemy import URL, Connection, create_engine, inspect, make_url
from sqlalchemy.exc import DBAPIError

from incidentkit.convert import from_json
from incidentkit.errors import StoreMisconfigured, StoreOutdated, StoreTooNew, StoreUnavailable
from incidentkit.model import events
from incidentkit.model.commands import Label
from incidentkit.model.events import Event
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Status
from incidentkit.providers.playbooks import KeepPlaybook
from incidentkit.providers.store import Append, FindDue, FindIncidents, TakeNumber
from incidentkit.stores import AsyncSqlStore, SqlStore, schema
from incidentkit.stores.address import engine_at
from incidentkit.stores.schema import LOGS, TYPES, VERSION, Progress
from incidentkit.stores.tables import METADATA
from tests.stores.kinds import Awaited
from tests.stores.postgres import Postgres
from tests.stores.samples import SetClock, t

DATABASES = Path(__file__).parent / "databases"
FILE = DATABASES / "version-1.sqlite"
KEPT: tuple[Incident, ...] = from_json((DATABASES / "version-1.json").read_text(encoding="utf-8"), tuple[Incident, ...])
"""What the logs in it are, in the order in which they came."""
LONG, FALSE_ALARM, MERGED, WORDLESS, REDACTED, TRIAGED = (incident.id for incident in KEPT)


@define
class Old:
    """A database of version 1."""

    address: str

    def read(self, query: str) -> list[tuple[Any, ...]]:
        engine = create_engine(self.address)
        with engine.connect() as connection:
            rows = [tuple(row) for row in connection.exec_driver_sql(query)]
        engine.dispose()
        return rows

    def versions(self) -> list[int]:
        return [version for (version,) in self.read("SELECT version FROM incidentkit_schema ORDER BY version")]

    def content(self) -> dict[str, Any]:
        """Its tables, with all of their columns and rows."""
        engine = create_engine(self.address)
        known = inspect(engine)
        found = {
            name: ([column["name"] for column in known.get_columns(name)], self.read(f"SELECT * FROM {name}"))
            for name in sorted(known.get_table_names())
        }
        engine.dispose()
        return found


def copied(connection: Connection) -> None:
    """Make the same in PostgreSQL: the statements of version 1, and every row of the file."""
    for statement in LOGS:
        connection.exec_driver_sql(statement.format_map(TYPES["postgresql"]))
    file = create_engine(f"sqlite:///{FILE}?mode=ro&immutable=1&uri=true".replace("sqlite:///", "sqlite:///file:"))
    with file.connect() as rows:
        for table in ("schema", "incidents", "events", "numbers"):
            name = f"incidentkit_{table}"
            found = rows.exec_driver_sql(f"SELECT * FROM {name}")
            columns = [*found.keys()]
            marks = ", ".join("%s::integer::boolean" if column == "done" else "%s" for column in columns)
            into = f"INSERT INTO {name} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE VALUES ({marks})"
            connection.exec_driver_sql(into, [tuple(row) for row in found])
    file.dispose()
    last = "SELECT setval(pg_get_serial_sequence('incidentkit_incidents', 'seq'), max(seq)) FROM incidentkit_incidents"
    connection.exec_driver_sql(last)


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Old:
    """A database of version 1 of each kind."""
    if request.param == "sqlite":
        shutil.copy(FILE, tmp_path / "incidents.db")
        return Old(f"sqlite:///{tmp_path / 'incidents.db'}")
    server: Postgres = request.getfixturevalue("postgres")
    engine = create_engine(address := server.database())
    with engine.begin() as connection:
        copied(connection)
    engine.dispose()
    return Old(address)


@pytest.fixture
def upgraded(old: Old, clock: SetClock) -> Generator[SqlStore]:
    """A store in it, by this release."""
    with SqlStore(old.address, clock=clock) as store:
        store.migrate()
        yield store


LATER: Final = frozenset(
    {
        events.RunbookStarted,
        events.RunbookCancelled,
        events.RunbookResumed,
        events.RunbookUndone,
        events.Confirmed,
        events.Answered,
        events.Held,
        events.HoldLifted,
        events.Skipped,
        events.RunEnded,
        events.ActionItemAdded,
    }
)
"""The kinds of events that came after the old database was made, which nobody makes anew."""


def test_the_old_database_holds_every_kind_of_event_that_there_was() -> None:
    kinds = {type(event) for incident in KEPT for event in incident.timeline}
    assert kinds == {*get_args(Event)} - LATER


def test_a_store_is_upgraded_when_it_is_first_needed(old: Old, clock: SetClock) -> None:
    assert old.versions() == [1]
    with SqlStore(old.address, clock=clock) as store:
        assert store.count() == len(KEPT)
    assert old.versions() == [*range(1, VERSION + 1)]


def test_every_event_reads_as_it_was(upgraded: SqlStore) -> None:
    assert upgraded.find(FindIncidents(limit=10)) == tuple(incident.id for incident in reversed(KEPT))
    for incident in KEPT:
        assert upgraded.load(incident.id) == incident.timeline.events


def test_what_was_found_before_the_upgrade_is_found_after_it(upgraded: SqlStore, clock: SetClock) -> None:
    clock.now = t(1502)
    assert upgraded.due(FindDue("book-2", limit=10)) == (WORDLESS, REDACTED)
    assert upgraded.due(FindDue("book-1", limit=10)) == (WORDLESS, REDACTED, TRIAGED)
    assert upgraded.number(TakeNumber("20260302")) == 5
    assert upgraded.find(FindIncidents(statuses=frozenset({Status.CLOSED}), limit=10)) == (LONG,)


SEARCHES: list[tuple[dict[str, Any], list[str]]] = [
    ({"text": "checkout every"}, [LONG]),
    ({"text": "GRÖSSE schlange"}, []),
    ({"text": "größe WARTE"}, [LONG]),
    ({"text": "redacted"}, [REDACTED, LONG]),
    ({"text": "lovelace"}, []),
    ({"text": "緊急"}, [LONG]),
    ({"severities": frozenset({"SEV-1"})}, [TRIAGED, LONG]),
    ({"severities": frozenset({"SEV-3", "SEV-4"})}, [WORDLESS, FALSE_ALARM]),
    ({"since": t(5)}, [TRIAGED, REDACTED, WORDLESS, MERGED]),
    ({"before": t(-3)}, [LONG]),
    ({"labels": {"service": "checkout"}}, [LONG]),
    ({"labels": {"team": "core"}}, [LONG]),
    ({"labels": {"team": "payments"}}, []),
    ({"labels": {"region": "eu-west-1"}}, []),
    ({"labels": {"service": "cart", "地域": "東京"}}, [MERGED]),
]
"""What is asked for, and what is found."""


def test_what_can_be_searched_for_is_found_after_the_upgrade(upgraded: SqlStore) -> None:
    found = [(asked, [*upgraded.find(FindIncidents(**asked, limit=10))]) for asked, _ in SEARCHES]
    assert found == SEARCHES


def test_an_incident_goes_on_after_the_upgrade(upgraded: SqlStore) -> None:
    incident = Incident.replay(upgraded.load(TRIAGED)).apply(Label("team", "core", at=t(1503), by="ada"))
    append = Append(incident=TRIAGED, events=(incident.timeline[-1],), expected_version=3, planned_with="book-1")
    assert len(upgraded.append(append)) == 1
    assert upgraded.find(FindIncidents(labels={"service": "search", "team": "core"}, limit=9)) == (TRIAGED,)
    begun = Incident.declare("INC-20260304-1", title="Mail is late", at=t(3000), by="ada", severity=incident.severity)
    upgraded.append(Append(incident=begun.id, events=begun.timeline.events, expected_version=0))
    assert upgraded.find(FindIncidents(limit=1)) == (begun.id,)
    upgraded.keep_playbook(KeepPlaybook("emergency@0123456789ab", "{}"))


def test_progress_says_how_much_is_done_and_of_how_much(old: Old) -> None:
    said: list[tuple[int, int]] = []
    with SqlStore(old.address) as store:
        store.migrate(lambda done, total: said.append((done, total)))
        assert said == [(done, len(KEPT)) for done in range(1, len(KEPT) + 1)]
        store.migrate(lambda done, total: said.clear())
        assert said


def test_those_who_await_upgrade_as_well(old: Old) -> None:
    said: list[tuple[int, int]] = []
    with Runner() as runner:
        store = AsyncSqlStore(old.address)
        runner.run(store.migrate(lambda done, total: said.append((done, total))))
        assert runner.run(store.load(LONG)) == KEPT[0].timeline.events
        runner.run(store.close())
    assert said[-1] == (len(KEPT), len(KEPT))


@pytest.mark.parametrize("interruption", [RuntimeError, KeyboardInterrupt])
def test_an_upgrade_that_is_interrupted_leaves_everything_as_it_was(
    old: Old, interruption: type[BaseException]
) -> None:
    before = old.content()

    def interrupt(done: int, total: int) -> None:
        if done == 3:
            raise interruption

    with SqlStore(old.address) as store:
        with pytest.raises(interruption):
            store.migrate(interrupt)
        assert old.content() == before
        assert store.load(LONG) == KEPT[0].timeline.events
    assert old.versions() == [1, 2]


def test_a_store_that_is_not_to_be_upgraded_says_how(old: Old) -> None:
    before = old.content()
    with SqlStore(old.address, migrate=False) as store:
        for ask in (store.now, lambda: store.load(LONG), lambda: store.number(TakeNumber("20260302"))):
            with pytest.raises(
                StoreOutdated, match=f"of version 1, this release needs {VERSION}: call migrate"
            ) as outdated:
                ask()
            assert outdated.value.version == 1
        assert old.content() == before
        store.migrate()
        assert store.load(LONG) == KEPT[0].timeline.events


def test_a_store_that_is_not_to_be_made_says_how(address: str) -> None:
    what = "there is no such file" if address.startswith("sqlite") else "it has no tables"
    with SqlStore(address, migrate=False) as store:
        with pytest.raises(StoreOutdated, match=rf"{what}: call migrate\(\)$") as outdated:
            store.count()
        assert outdated.value.version == 0
        store.migrate()
        assert store.count() == 0


NAMES = ["typo.db", "an @ and spaces é.db", "a?b#c %20.db"]
FORMS = ["sqlite:///{}", "sqlite:///file:{}?uri=true"]


@pytest.mark.parametrize("awaited", [False, True])
@pytest.mark.parametrize(("form", "name"), [(form, name) for form in FORMS for name in NAMES[: 3 - FORMS.index(form)]])
def test_a_file_that_is_not_to_be_made_is_not(tmp_path: Path, form: str, name: str, awaited: bool) -> None:
    path = str(tmp_path / name)
    # SQLAlchemy takes what follows a question mark for options, and SQLite takes file: for an address of its own.
    address = URL.create("sqlite", database=path) if form == FORMS[0] else form.format(path)
    with Runner() as runner:
        store: SqlStore | Awaited = (
            Awaited(runner, AsyncSqlStore(address, migrate=False)) if awaited else SqlStore(address, migrate=False)
        )
        for ask in (store.now, lambda: store.load(LONG), lambda: store.number(TakeNumber("20260302"))):
            with pytest.raises(StoreOutdated, match=r"there is no such file: call migrate\(\)$") as outdated:
                ask()
            assert outdated.value.version == 0
        assert [*tmp_path.iterdir()] == []
        with closing(sqlite3.connect(path)):
            pass
        with pytest.raises(StoreOutdated, match="it has no tables"):
            store.now()
        with SqlStore(address) as other:
            other.migrate()
        assert store.number(TakeNumber("20260302")) == 1
        store.close()
        assert Path(path).exists()


def test_a_file_that_is_not_to_be_made_by_itself_is_made_by_who_migrates(tmp_path: Path) -> None:
    with SqlStore(f"sqlite:///{tmp_path / 'new.db'}", migrate=False) as store:
        with pytest.raises(StoreOutdated):
            store.now()
        store.migrate()
        assert store.number(TakeNumber("20260302")) == 1


def test_a_folder_that_is_not_there_is_a_matter_of_settings_also_if_nothing_is_to_be_made(tmp_path: Path) -> None:
    with (
        SqlStore(f"sqlite:///{tmp_path / 'missing' / 'incidents.db'}", migrate=False) as store,
        pytest.raises(StoreMisconfigured, match="its folder has to be there"),
    ):
        store.now()


HASTY = {"options": "-c statement_timeout=300ms", "tcp_user_timeout": "600"}


def test_an_upgrade_that_takes_long_is_not_cut_short(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    def take_long(connection: Connection, store: str, progress: Progress | None) -> None:
        connection.exec_driver_sql("SELECT pg_sleep(1)")

    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS[:1], take_long, *schema.STEPS[1:]))
    monkeypatch.setattr(schema, "VERSION", VERSION + 1)
    address = make_url(postgres.database())
    engine = create_engine(address, connect_args=HASTY)
    with SqlStore(address.update_query_dict(HASTY)) as store:
        with pytest.raises(StoreUnavailable, match="in time"):
            store.count()
        store.migrate()
    with engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.exec_driver_sql(f"DROP TABLE {table.name} CASCADE")
        SqlStore(connection).migrate()
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "300ms"
    engine.dispose()


def test_after_an_upgrade_a_server_that_is_silent_is_given_up_again(postgres: Postgres) -> None:
    address = make_url(postgres.database()).update_query_dict({"tcp_user_timeout": "600"})
    engine = engine_at(address)
    SqlStore(engine).migrate()
    with engine.connect() as connection, pytest.raises(DBAPIError, match="no answer within"):
        connection.exec_driver_sql("SELECT pg_sleep(5)")
    engine.dispose()


def test_tables_of_a_later_release_are_not_even_read(upgraded: SqlStore, old: Old) -> None:
    engine = create_engine(old.address)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO incidentkit_schema VALUES (999, 0, 'later')")
    engine.dispose()
    with SqlStore(old.address) as store:
        for ask in (store.migrate, lambda: store.load(LONG)):
            with pytest.raises(StoreTooNew, match="of version 999"):
                ask()


PROGRAM = """
import sys
from incidentkit.providers.store import FindIncidents
from incidentkit.stores import SqlStore

print("ready", flush=True)
sys.stdin.readline()
with SqlStore(sys.argv[1]) as store:
    print(len(store.find(FindIncidents(text="checkout", limit=9))))
"""


def at_once(address: str) -> list[str]:
    """What two programs say that open a store at once; none may fail."""
    running = [Popen([sys.executable, "-c", PROGRAM, address], stdin=PIPE, stdout=PIPE, text=True) for _ in range(2)]
    try:
        for each in running:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        for each in running:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        return [each.communicate(timeout=60)[0].strip() for each in running]
    finally:
        for each in running:
            each.kill()
            each.wait()


def test_of_programs_that_upgrade_at_once_one_does_and_all_go_on(old: Old) -> None:
    assert at_once(old.address) == ["1", "1"]
    assert old.versions() == [1, 2]


def test_of_programs_that_make_the_tables_at_once_one_does_and_all_go_on(address: str) -> None:
    assert at_once(address) == ["0", "0"]
    assert Old(address).versions() == [1, 2]


IMPATIENT = {
    "sqlite": {"timeout": 0.1},
    "postgresql": {"options": "-c lock_timeout=100ms -c statement_timeout=500ms"},
}
"""How to wait for nothing longer than a moment."""


def test_whoever_migrates_waits_for_an_upgrade_however_long_it_takes(old: Old) -> None:
    has_begun, may_end = Flag(), Flag()
    said: list[int] = []

    def take_long(done: int, total: int) -> None:
        has_begun.set()
        may_end.wait(60)

    engine = create_engine(old.address, connect_args=IMPATIENT[old.address.partition("+")[0].partition(":")[0]])
    with SqlStore(old.address) as first, ThreadPoolExecutor(2) as pool, ExitStack() as stack:
        stack.callback(may_end.set)
        upgrading = pool.submit(first.migrate, take_long)
        has_begun.wait(60)
        waiting = pool.submit(SqlStore(engine).migrate, lambda done, total: said.append(done))
        with pytest.raises(TimeoutError):
            waiting.result(timeout=1)
        with pytest.raises(StoreUnavailable, match="somebody else is writing"):
            SqlStore(engine).count()
        may_end.set()
        upgrading.result()
        waiting.result()
    engine.dispose()
    assert (said, old.versions()) == ([], [1, 2])
