"""Desks whose store goes away, hangs, is full or has another clock: nobody is paged twice, and nothing is lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import AF_UNIX, SHUT_RDWR, socket
from tempfile import TemporaryDirectory
from threading import Event as Flag
from threading import Lock, Thread
from typing import Any

import pytest
import time_machine
from attrs import define, field
from sqlalchemy import create_engine, event, make_url

from incidentkit.desk import AsyncDesk, Desk, Toolbox
from incidentkit.desk.notices import Failed, Interrupted, Notice, Unrecorded
from incidentkit.errors import IncidentExists, StoreFull, StoreUnavailable
from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.model.action import Outcome
from incidentkit.model.events import ActionEnded, ActionStarted, Event, Noted
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.model.incident import Incident
from incidentkit.playbooks.emergency import EMERGENCY, SEV_1
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import Append, FindIncidents, IncidentStore
from incidentkit.stores import AsyncSqlStore, SqlStore
from tests.stores.postgres import Postgres, running_postgres

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
DIRECTORY = Directory(people={"ada": Person(id="ada", contacts={"phone": "1", "mail": "2"})})
POLL = timedelta(seconds=0.05)
PATIENCE = 60
"""Seconds after which a test gives up; most take one or two."""


def playbook(*waits: float) -> Playbook:
    """Pages ada by phone, and if there are two waits by mail after the first."""
    attempts = [
        Attempt(method, timedelta(seconds=wait)) for method, wait in zip(("phone", "mail"), waits, strict=False)
    ]
    chain = ContactChain(tuple(attempts), rounds=1)
    escalation = EscalationPolicy(levels=(Level("first", person("ada")),), contact=chain)
    return Playbook(name="outages", rules=EMERGENCY.rules, escalation=escalation)


ONE_PAGE = playbook(300)


def eventually(holds: Callable[[], Any]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.01)


@define
class Phone:
    """Counts the calls, and lets nobody through while the gate is shut."""

    gate: Flag = field(factory=Flag)
    calls: list[SendPage] = field(factory=list[SendPage])
    pager: MemoryPager = field(factory=MemoryPager)
    _lock: Lock = field(factory=Lock)

    def page(self, request: SendPage, /) -> Receipt:
        with self._lock:
            self.calls.append(request)
        self.gate.wait(PATIENCE)
        return self.pager.page(request)

    def diagnose(self) -> Diagnosis:
        return self.pager.diagnose()


@define
class Running:
    """A desk of one kind that runs on a store, and another one beside it to declare incidents."""

    kind: str
    address: Any
    phone: Phone = field(factory=Phone)
    notices: list[Notice] = field(factory=list[Notice])
    plays: Playbook = ONE_PAGE
    lease: timedelta = timedelta(seconds=30)

    def notice(self, notice: Notice, /) -> None:
        self.notices.append(notice)

    def told(self, *kinds: type[Notice]) -> list[Any]:
        return [each for each in self.notices if isinstance(each, kinds)]

    @contextmanager
    def running(self) -> Generator[SqlStore]:
        """Run it until the block ends; the store is one beside it."""
        stop = Flag()
        toolbox = Toolbox(pagers={"phone": self.phone, "mail": self.phone})
        settings: dict[str, Any] = {"lease": self.lease, "deadline": self.lease / 3, "observers": (self,)}

        def run() -> None:
            with SqlStore(self.address) as store:
                Desk(self.plays, DIRECTORY, toolbox, store, **settings).run(stop=stop, poll=POLL)

        async def run_in_loop() -> None:
            async with AsyncSqlStore(self.address) as store:
                loop_stop = asyncio.Event()
                desk = AsyncDesk(self.plays, DIRECTORY, toolbox, store, **settings)
                going = asyncio.ensure_future(desk.run(stop=loop_stop, poll=POLL))
                await asyncio.to_thread(stop.wait)
                loop_stop.set()
                await going

        thread = Thread(target=run if self.kind == "Desk" else lambda: asyncio.run(run_in_loop()))
        with SqlStore(self.address) as store:
            store.count()
            thread.start()
            try:
                yield store
            finally:
                self.phone.gate.set()
                stop.set()
                thread.join()

    def declare(self, store: SqlStore, incident: str) -> None:
        """As somebody who does not give up."""
        desk = Desk(self.plays, DIRECTORY, Toolbox(pagers={"phone": self.phone, "mail": self.phone}), store)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                desk.declare("Checkout fails", by="bot", severity=SEV_1, id=incident)
                return
            except StoreUnavailable:
                assert time.monotonic() < until
                time.sleep(0.05)
            except IncidentExists:  # the answer to an earlier try was lost
                return


def outcomes(store: SqlStore, incident: str) -> list[Outcome]:
    return [each.outcome for each in store.load(incident) if isinstance(each, ActionEnded)]


def check_each_was_paged_once(running: Running, store: SqlStore, *incidents: str) -> None:
    """One try, one call, and one outcome in the log."""
    assert {*store.find(FindIncidents(limit=100))} == {*incidents}
    assert Counter(call.incident for call in running.phone.calls) == Counter(incidents)
    for incident in incidents:
        log = store.load(incident)
        assert Incident.replay(log).version == len(log)
        assert outcomes(store, incident) == [Outcome.SUCCEEDED]
        assert sum(isinstance(each, ActionStarted) for each in log) == 1


@pytest.fixture(scope="module")
def own_server() -> Generator[Postgres]:
    """A server that may be stopped, because nobody else has it."""
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["Desk", "AsyncDesk"])
def running(request: pytest.FixtureRequest, own_server: Postgres) -> Running:
    return Running(request.param, own_server.database())


def test_server_that_goes_away_while_people_are_being_paged(running: Running, own_server: Postgres) -> None:
    with running.running() as store:
        for number in range(1, 5):
            running.declare(store, f"INC-{number}")
        eventually(lambda: len(running.phone.calls) == 4)
        own_server.stop()
        running.phone.gate.set()
        eventually(lambda: running.told(Interrupted))
        declaring = Thread(target=running.declare, args=(store, "INC-5"))
        declaring.start()
        time.sleep(1)
        own_server.start()
        declaring.join()
        running.declare(store, "INC-6")
        eventually(lambda: all(outcomes(store, f"INC-{number}") for number in range(1, 7)))
        check_each_was_paged_once(running, store, *(f"INC-{number}" for number in range(1, 7)))
    assert {type(each.error) for each in running.told(Interrupted)} == {StoreUnavailable}
    assert running.told(Unrecorded) == []


def test_server_that_goes_away_again_and_again_at_any_moment(running: Running, own_server: Postgres) -> None:
    """A claim may be lost while it is kept, so its lease runs out; the same key then reaches nobody a second time."""
    running.lease = timedelta(seconds=1.5)
    running.phone.gate.set()
    incidents = [f"INC-{number}" for number in range(1, 31)]
    with running.running() as store:

        def declare_all() -> None:
            for each in incidents:
                running.declare(store, each)

        declaring = Thread(target=declare_all)
        declaring.start()
        for pause in (0.1, 0.15, 0.25):
            time.sleep(pause)
            own_server.stop()
            time.sleep(pause)
            own_server.start()
        declaring.join()
        eventually(lambda: all(Outcome.SUCCEEDED in outcomes(store, each) for each in incidents))
        assert {*store.find(FindIncidents(limit=100))} == {*incidents}
    assert Counter(page.incident for page in running.phone.pager.pages) == Counter(incidents)
    assert {type(each.error) for each in running.told(Interrupted, Failed)} == {StoreUnavailable}


@define(eq=False)
class Between:
    """Stands between stores and a server: it can be slow, and it can stop to pass anything on."""

    server: str
    folder: str
    delay: float = 0
    flows: Flag = field(factory=Flag)
    door: socket = field(factory=lambda: socket(AF_UNIX))
    lines: list[socket] = field(factory=list[socket])

    def open(self) -> None:
        self.flows.set()
        self.door.bind(f"{self.folder}/.s.PGSQL.5432")
        self.door.listen(50)
        Thread(target=self._answer, daemon=True).start()

    def close(self) -> None:
        self.flows.set()
        for each in (self.door, *self.lines):
            each.close()

    def _answer(self) -> None:
        while True:
            try:
                caller, _ = self.door.accept()
            except OSError:
                return
            callee = socket(AF_UNIX)
            callee.connect(self.server)
            self.lines += [caller, callee]
            Thread(target=self._pass_on, args=(caller, callee, False), daemon=True).start()
            Thread(target=self._pass_on, args=(callee, caller, True), daemon=True).start()

    def _pass_on(self, source: socket, target: socket, is_answer: bool) -> None:
        try:
            while said := source.recv(65_536):
                time.sleep(self.delay if is_answer else 0)
                self.flows.wait()
                target.sendall(said)
            target.shutdown(SHUT_RDWR)
        except OSError:
            pass


@pytest.fixture
def between(own_server: Postgres) -> Generator[Between]:
    """Its folder has a short name, because the names of sockets have little room."""
    host = str(make_url(own_server.database()).query["host"])
    with TemporaryDirectory() as folder:
        proxy = Between(f"{host}/.s.PGSQL.5432", folder)
        proxy.open()
        yield proxy
        proxy.close()


def through(between: Between, server: Postgres, **options: str) -> str:
    """The address of a database of that server, by way of the one who stands between."""
    address = make_url(server.database()).update_query_dict({"host": between.folder, **options})
    return address.render_as_string(hide_password=False)


IMPATIENT = {"connect_timeout": "2", "tcp_user_timeout": "500"}


def beginning(incident: str = "INC-1") -> Append:
    whole = Incident.declare(incident, title="Checkout fails", at=START, by="ada", severity=SEV_1)
    return Append(incident=IncidentId(incident), events=whole.timeline.events, expected_version=0)


def noting(text: str) -> Append:
    note = Noted(incident=IncidentId("INC-1"), at=START, by=PersonId("ada"), recorded_at=START, text=text)
    return Append(incident=IncidentId("INC-1"), events=(note,), expected_version=None)


def texts(store: SqlStore) -> list[str]:
    return [each.text for each in store.load("INC-1") if isinstance(each, Noted)]


def test_server_that_is_slow_is_waited_for(between: Between, own_server: Postgres) -> None:
    with SqlStore(through(between, own_server, **IMPATIENT)) as store:
        store.append(beginning())
        between.delay = 0.3
        store.append(noting("slow"))
        assert texts(store) == ["slow"]


def test_server_that_hangs_is_given_up_within_the_limit_and_asked_again(between: Between, own_server: Postgres) -> None:
    with SqlStore(through(between, own_server, **IMPATIENT)) as store:
        store.append(beginning())
        between.flows.clear()
        for problem, seconds in (("did not answer in time", 0.5), ("cannot be reached", 2)):
            began = time.monotonic()
            with pytest.raises(StoreUnavailable, match=problem):
                store.append(noting("lost"))
            assert seconds <= time.monotonic() - began < seconds + 2
        between.flows.set()
        store.append(noting("kept"))
        assert texts(store) == ["kept"]


def test_server_that_hangs_while_something_is_kept_may_have_kept_it(between: Between, own_server: Postgres) -> None:
    with SqlStore(through(between, own_server, **IMPATIENT)) as store:
        store.append(beginning())
        hidden: Any = store

        def committing(connection: object) -> None:
            between.flows.clear()

        event.listen(hidden._engine, "commit", committing, once=True)
        with pytest.raises(StoreUnavailable, match="may or may not be there"):
            store.append(noting("perhaps"))
        between.flows.set()
        eventually(lambda: texts(store))
        assert texts(store) == ["perhaps"]


def test_so_it_is_for_those_who_await_it(between: Between, own_server: Postgres) -> None:
    async def main() -> None:
        async with AsyncSqlStore(through(between, own_server, **IMPATIENT)) as store:
            await store.append(beginning())
            between.flows.clear()
            began = time.monotonic()
            with pytest.raises(StoreUnavailable, match="did not answer in time"):
                await store.append(noting("lost"))
            assert time.monotonic() - began < 3
            between.flows.set()
            await store.append(noting("kept"))
            assert [each.text for each in await store.load("INC-1") if isinstance(each, Noted)] == ["kept"]

    asyncio.run(main())


@pytest.mark.parametrize("kind", ["Desk", "AsyncDesk"])
def test_desk_goes_on_when_a_server_that_hung_answers_again(kind: str, between: Between, own_server: Postgres) -> None:
    running = Running(kind, through(between, own_server, **IMPATIENT))
    with running.running() as store:
        running.declare(store, "INC-1")
        eventually(lambda: len(running.phone.calls) == 1)
        between.flows.clear()
        running.phone.gate.set()
        eventually(lambda: running.told(Interrupted))
        between.flows.set()
        eventually(lambda: outcomes(store, "INC-1"))
        running.declare(store, "INC-2")
        eventually(lambda: outcomes(store, "INC-2"))
        check_each_was_paged_once(running, store, "INC-1", "INC-2")
    assert {type(each.error) for each in running.told(Interrupted)} == {StoreUnavailable}


def test_desk_pages_nobody_while_the_disk_is_full_and_everybody_once_when_there_is_room(tmp_path: Path) -> None:
    engine, pages = create_engine(f"sqlite:///{tmp_path / 'incidents.db'}"), [1_000_000]

    @event.listens_for(engine, "checkout")
    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages[0]}").close()

    running = Running("Desk", engine)
    running.phone.gate.set()
    store = SqlStore(engine)
    large = "x" * 100_000
    running.declare(store, "INC-1")
    pages[0] = 1
    with pytest.raises(StoreFull):
        store.append(noting(large))
    fill(store)
    with running.running():
        eventually(lambda: len(running.told(Failed)) > 1)
        assert running.phone.calls == []
        pages[0] = 1_000_000
        eventually(lambda: outcomes(store, "INC-1"))
    assert {type(each.error) for each in running.told(Failed)} == {StoreFull}
    assert Counter(call.incident for call in running.phone.calls) == {"INC-1": 1}
    assert outcomes(store, "INC-1") == [Outcome.SUCCEEDED]
    engine.dispose()


def fill(store: SqlStore) -> None:
    """Use up what room is left in the pages that there are, with larger things first."""
    for size in (1_000, 100, 1):
        while True:
            try:
                store.append(noting("x" * size))
            except StoreFull:
                break


TWO_PAGES = playbook(1, 300)
"""By mail one second after the phone."""


def worker(address: str, hours: str, report: str) -> None:
    """A desk in a process of its own, whose machine has another time; it writes down whom it pages.

    It runs until nobody writes to its standard input any more.
    """

    class Notebook(MemoryPager):
        def page(self, request: SendPage, /) -> Receipt:
            with Path(report).open("a") as file:
                file.write(f"{request.incident} {request.method}\n")
            return super().page(request)

    now = datetime.now(UTC) + timedelta(hours=float(hours))
    with time_machine.travel(now, tick=True), SqlStore(address) as store:
        pager, stop = Notebook(), Flag()
        toolbox = Toolbox(pagers={"phone": pager, "mail": pager})
        desk = Desk(TWO_PAGES, DIRECTORY, toolbox, store, name=f"{hours} hours", observers=())
        runs = Thread(target=lambda: desk.run(stop=stop, poll=POLL))
        runs.start()
        sys.stdin.read()
        stop.set()
        runs.join()


@contextmanager
def working(address: str, hours: str, report: Path) -> Generator[None]:
    """Such a desk, in another process until the block ends."""
    program = "import sys; from tests.stores.test_outages import worker; worker(*sys.argv[1:])"
    command = [sys.executable, "-c", program, address, hours, str(report)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        yield
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def test_desks_whose_machines_have_different_times_go_by_that_of_the_server(
    own_server: Postgres, tmp_path: Path
) -> None:
    """One is alone at first and the other at last, so that each does something; between they do it in turn."""
    address, report = own_server.database(), tmp_path / "pages"
    running, incidents = Running("Desk", address, plays=TWO_PAGES), [f"INC-{number}" for number in range(1, 7)]
    first, *between, last = incidents
    with SqlStore(address) as store, ExitStack() as late:

        def declare(*names: str, pages: int) -> None:
            for name in names:
                running.declare(store, name)
                time.sleep(0.2)
            eventually(lambda: all(len(outcomes(store, each)) >= pages for each in names))

        with working(address, "+1", report):
            declare(first, pages=1)
            late.enter_context(working(address, "-1", report))
            declare(*between, pages=2)
        declare(last, pages=2)
        logs = [store.load(incident) for incident in incidents]
    assert Counter(report.read_text().splitlines()) == Counter(
        f"{incident} {method}" for incident in incidents for method in ("phone", "mail")
    )
    for log in logs:
        check_times(log)
    assert {each.by for log in logs for each in log if isinstance(each, ActionStarted)} == {"+1 hours", "-1 hours"}


def check_times(log: tuple[Event, ...]) -> None:
    """It went by phone at once and by mail a second later, by the one clock, and the log is in its order."""
    times = [each.recorded_at for each in log]
    assert times == sorted(times)
    assert abs(times[0] - datetime.now(UTC)) < timedelta(minutes=5)
    phone, mail = (each.recorded_at for each in log if isinstance(each, ActionStarted))
    assert phone - times[0] < timedelta(minutes=1)  # a machine that is busy begins late, and by no hour
    assert timedelta(seconds=0.9) <= mail - phone < timedelta(minutes=1)  # a claim is kept a little later than planned


@define
class Hands:
    """A clock that somebody sets."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


def story(store: IncidentStore, hands: Hands) -> list[Any]:
    """What a desk does when the clock steps back an hour and forward again: pages, audits and times."""
    pager = MemoryPager(clock=hands)
    toolbox = Toolbox(pagers={"phone": pager, "mail": pager})
    desk = Desk(playbook(300, 300), DIRECTORY, toolbox, store, places=0, observers=())
    told: list[Any] = []

    def tick() -> None:
        while desk.tick():
            pass
        pages = [(page.incident, page.method) for page in pager.pages]
        audit = desk.audit(grace=timedelta(minutes=5))
        told.append((pages, audit.incidents_open, audit.forgotten))

    desk.declare("Checkout fails", by="bot", severity=SEV_1, id="INC-1")
    tick()
    hands.now = START - timedelta(hours=1)
    tick()
    desk.declare("Search fails", by="bot", severity=SEV_1, id="INC-2")
    tick()
    hands.now += timedelta(minutes=6)
    tick()
    desk.note("INC-1", "So it is", by="ada")
    tick()
    hands.now = START + timedelta(minutes=11)
    told.append(desk.audit(grace=timedelta(minutes=5)))
    tick()
    hands.now += timedelta(minutes=30)
    tick()
    told += [[(type(event), event.recorded_at) for event in desk.load(each).timeline] for each in ("INC-1", "INC-2")]
    return told


def test_clock_that_steps_back_and_forward_pages_nobody_twice_and_forgets_nothing(address: str) -> None:
    with SqlStore(address, clock=(hands := Hands())) as store:
        told = story(store, hands)
    pages = told[-3][0]
    assert sorted(pages) == [("INC-1", "mail"), ("INC-1", "phone"), ("INC-2", "mail"), ("INC-2", "phone")]
    assert told[0] == ([("INC-1", "phone")], 1, ())
    assert told[1] == ([("INC-1", "phone")], 1, ("INC-1",))  # which stands still for an hour
    assert told[2] == ([("INC-1", "phone"), ("INC-2", "phone")], 2, ("INC-1",))
    for log in told[-2:]:
        times = [time for _, time in log]
        assert times == sorted(times)
    hands = Hands()
    assert told == story(MemoryStore(hands), hands)
