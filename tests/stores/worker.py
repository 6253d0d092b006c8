"""A desk as a program of its own: others kill it, or it kills itself exactly where it is told to.

With ``--nursery`` it starts no desk but forks one whenever it is asked to. A program takes a second to import
everything, and a tenth of that to claim, page and die; so tests can afford hundreds of deaths.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import traceback
from argparse import ArgumentParser, Namespace
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NoReturn

from attrs import asdict, define, field, frozen
from sqlalchemy import Engine, event

from incidentkit.adapters import AsyncCommandTools, CommandTools
from incidentkit.desk import AsyncDesk, Desk, Notice, Toolbox
from incidentkit.desk.notices import Failed, Interrupted, Unrecorded
from incidentkit.errors import StaleVersion
from incidentkit.model.events import ActionEnded, ActionStarted, Event
from incidentkit.model.identity import IncidentId
from incidentkit.playbooks.emergency import EMERGENCY, SEV_1
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt, Backoff
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person
from incidentkit.policy.situation import UNRESOLVED_FOR
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import Append, FindDue, TakeNumber
from incidentkit.stores import AsyncSqlStore, SqlStore
from tests.stores.machinery import RUNBOOKS, Machinery

ROOT: Final = Path(__file__).parents[2]
DEADLINE, LEASE, POLL = timedelta(seconds=0.3), timedelta(seconds=0.8), timedelta(seconds=0.05)

PEOPLE: Final = ("ada", "grace", "joan")
DIRECTORY: Final = Directory(people={name: Person(id=name, contacts={"phone": "1", "mail": "2"}) for name in PEOPLE})

CALLS: Final = (Attempt("phone", timedelta(seconds=0.9)), Attempt("mail", timedelta(seconds=30)))
CHAIN: Final = ContactChain(CALLS, rounds=1)
"""Mails have time for many tries: a chain that ends because desks die again and again is another matter."""

PATIENT: Final = Backoff(delays=[timedelta(seconds=0.2)], repeats=100)
LEVELS: Final = (
    Level("first", person("ada")),
    Level("second", person("grace"), UNRESOLVED_FOR >= timedelta(seconds=0.5)),
    Level("third", person("joan"), UNRESOLVED_FOR >= timedelta(seconds=1)),
)
THREE_LEVELS: Final = Playbook(
    name="kills",
    rules=EMERGENCY.rules,
    escalation=EscalationPolicy(levels=LEVELS, contact=CHAIN, backoff=PATIENT, cumulative=False),
)

ONE_CALL: Final = ContactChain((Attempt("phone", timedelta(hours=1)),), rounds=1)
ONE_PAGE: Final = Playbook(
    name="crowd", rules=EMERGENCY.rules, escalation=EscalationPolicy(levels=LEVELS[:1], contact=ONE_CALL)
)
"""Pages one person once for each incident."""

PLAYBOOKS: Final = {playbook.name: playbook for playbook in (THREE_LEVELS, ONE_PAGE, RUNBOOKS)}


class Step(StrEnum):
    """Where a desk can die."""

    CLAIM = "claim"
    """Before a claim is appended."""
    CLAIMED = "claimed"
    """After it was."""
    CALL = "call"
    """In the provider, which has done nothing yet."""
    PAGED = "paged"
    """In the provider, which has paged and has not answered."""
    OUTCOME = "outcome"
    """Before an outcome is appended."""
    RECORDED = "recorded"
    """After it was."""
    NUMBER = "number"
    """Between a number and the declaration that it is for."""
    STATEMENT = "statement"
    """Before a statement of SQL, of whatever kind."""
    WRITTEN = "written"
    """After a statement that changed something, in the middle of its transaction."""
    COMMIT = "commit"
    """After everything was written, before it is kept."""


NOWHERE: Final = ""


@define
class Life:
    """How a worker spends its time, and when that is over."""

    step: str = NOWHERE
    left: int = 1
    """How often it gets to that step."""
    seconds: defaultdict[str, float] = field(factory=lambda: defaultdict[str, float](float))
    calls: Counter[str] = field(factory=Counter[str])
    lock: threading.Lock = field(factory=threading.Lock)

    def reach(self, step: str) -> None:
        """Get to a step, and die if it is the last one. No other thread gets any further meanwhile."""
        if not step or step != self.step:
            return
        with self.lock:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def during(self, what: str, before: str = NOWHERE, after: str = NOWHERE) -> Generator[None]:
        """Do something with the store."""
        self.reach(before)
        began = time.perf_counter()
        try:
            yield
        except StaleVersion:
            self.calls["stale"] += 1
            raise
        finally:
            self.seconds[what] += time.perf_counter() - began
            self.calls[what] += 1
        self.reach(after)

    def append(self, request: Append) -> AbstractContextManager[None]:
        """Append something."""
        if any(isinstance(each, ActionStarted) for each in request.events):
            return self.during("append", Step.CLAIM, Step.CLAIMED)
        if any(isinstance(each, ActionEnded) for each in request.events):
            return self.during("record", Step.OUTCOME, Step.RECORDED)
        return self.during("append" if request.events else "append nothing")

    def watch_statements(self) -> None:
        """Die between statements, too."""

        def before(*_: object) -> None:
            self.reach(Step.STATEMENT)

        def after(connection: object, cursor: object, statement: str, *_: object) -> None:
            if statement.lstrip().startswith(("INSERT", "UPDATE", "CREATE", "ALTER")):
                self.reach(Step.WRITTEN)

        def commit(connection: object) -> None:
            self.reach(Step.COMMIT)

        event.listen(Engine, "before_cursor_execute", before)
        event.listen(Engine, "after_cursor_execute", after)
        event.listen(Engine, "commit", commit)


class MortalStore(SqlStore):
    """A store whose program may die before and after each step, and which counts what it is asked."""

    def __init__(self, address: str, life: Life, clock: Callable[[], datetime] | None = None) -> None:
        super().__init__(address, clock=clock)
        self.life = life

    def now(self) -> datetime:
        with self.life.during("now"):
            return super().now()

    def append(self, request: Append, /) -> tuple[Event, ...]:
        with self.life.append(request):
            return super().append(request)

    def load(self, incident: str, /) -> tuple[Event, ...]:
        with self.life.during("load"):
            return super().load(incident)

    def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        with self.life.during("due"):
            return super().due(request)

    def number(self, request: TakeNumber, /) -> int:
        with self.life.during("number", after=Step.NUMBER):
            return super().number(request)


class AsyncMortalStore(AsyncSqlStore):
    """The same, to be awaited."""

    def __init__(self, address: str, life: Life, clock: Callable[[], datetime] | None = None) -> None:
        super().__init__(address, clock=clock)
        self.life = life

    async def now(self) -> datetime:
        with self.life.during("now"):
            return await super().now()

    async def append(self, request: Append, /) -> tuple[Event, ...]:
        with self.life.append(request):
            return await super().append(request)

    async def load(self, incident: str, /) -> tuple[Event, ...]:
        with self.life.during("load"):
            return await super().load(incident)

    async def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        with self.life.during("due"):
            return await super().due(request)

    async def number(self, request: TakeNumber, /) -> int:
        with self.life.during("number", after=Step.NUMBER):
            return await super().number(request)


@frozen(kw_only=True)
class Call:
    """A call of a provider, as it wrote it down before it did anything."""

    key: str
    incident: str
    person: str
    method: str
    desk: str
    at: datetime


@frozen
class Sink:
    """A folder that is what the world saw of all workers: every call, every page, and what went wrong."""

    folder: Path

    def write(self, name: str, line: object) -> None:
        """Add a line in one piece, whoever else does so at the same time."""
        file = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(file, f"{json.dumps(line)}\n".encode())
        os.close(file)

    def lines(self, name: str) -> list[Any]:
        """What was written."""
        file = self.folder / name
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def call(self, call: Call) -> None:
        self.write("calls", {**asdict(call), "at": call.at.isoformat()})

    @property
    def calls(self) -> list[Call]:
        lines = self.lines("calls")
        for line in lines:
            line["at"] = datetime.fromisoformat(line["at"])
        return [Call(**line) for line in lines]

    def page(self, key: str, desk: str) -> bool:
        """Reach somebody; whether nobody was reached with that key before."""
        pages = self.folder / "pages"
        pages.mkdir(exist_ok=True)
        try:
            file = os.open(pages / key, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            self.write("repeats", key)
            return False
        os.write(file, desk.encode())
        os.close(file)
        return True

    @property
    def pages(self) -> dict[str, str]:
        """Which desk reached somebody, by the key."""
        pages = self.folder / "pages"
        return {page.name: page.read_text() for page in pages.iterdir()} if pages.exists() else {}


@frozen
class Phone:
    """A pager that honours keys, takes its time, and may die with its desk."""

    sink: Sink
    desk: str
    life: Life
    slow: float
    """Seconds that each half of a call takes at the most."""

    def begin(self, request: SendPage) -> float:
        """Get a call; how long each half of it takes."""
        self.sink.call(
            Call(
                key=request.key,
                incident=request.incident,
                person=request.person,
                method=request.method,
                desk=self.desk,
                at=datetime.now(UTC),
            )
        )
        return random.uniform(0, self.slow)

    def act(self, request: SendPage) -> Receipt:
        """Reach the person."""
        self.life.reach(Step.CALL)
        self.sink.page(request.key, self.desk)
        self.life.reach(Step.PAGED)
        return Receipt(reference=request.key[:8])

    def page(self, request: SendPage, /) -> Receipt:
        half = self.begin(request)
        time.sleep(half)
        receipt = self.act(request)
        time.sleep(half)
        return receipt

    def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


class AsyncPhone(Phone):
    """The same, to be awaited."""

    async def page(self, request: SendPage, /) -> Receipt:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        half = self.begin(request)
        await asyncio.sleep(half)
        receipt = self.act(request)
        await asyncio.sleep(half)
        return receipt


@frozen
class Complaints:
    """Writes down whatever a desk could not do."""

    sink: Sink
    desk: str

    def notice(self, notice: Notice, /) -> None:
        if isinstance(notice, Failed | Interrupted | Unrecorded):
            self.sink.write("complaints", f"{self.desk}: {notice}: {notice.error}")


def _settings(options: Namespace, life: Life) -> dict[str, Any]:
    sink = Sink(options.folder)
    phone = (AsyncPhone if options.asyncio else Phone)(sink, options.name, life, options.slow)
    clock, tools = None, dict[str, Any]()
    if options.machinery:
        machinery = Machinery(options.folder)
        clock, tools = (
            machinery.now,
            machinery.slots(options.name, AsyncCommandTools if options.asyncio else CommandTools),
        )
    store = (AsyncMortalStore if options.asyncio else MortalStore)(options.address, life, clock)
    return {
        "playbook": PLAYBOOKS[options.playbook],
        "directory": DIRECTORY,
        "toolbox": Toolbox(pagers={"phone": phone, "mail": phone}, **tools),
        "store": store,
        "name": options.name,
        "deadline": timedelta(seconds=options.deadline),
        "lease": timedelta(seconds=options.lease),
        "observers": (Complaints(sink, options.name),),
    }


def _work(options: Namespace, life: Life) -> None:
    """Declare an incident and end, or run until somebody says to end."""
    desk = Desk(**_settings(options, life))
    if options.declare:
        desk.declare("Checkout fails", by="bot", severity=SEV_1, id=options.declare)
    else:
        desk.run(poll=POLL)


async def _work_in_loop(options: Namespace, life: Life) -> None:
    desk = AsyncDesk(**_settings(options, life))
    if options.declare:
        await desk.declare("Checkout fails", by="bot", severity=SEV_1, id=options.declare)
    else:
        await desk.run(poll=POLL)


def _parser() -> ArgumentParser:
    parser = ArgumentParser()
    parser.add_argument("--nursery", action="store_true")
    parser.add_argument("--address")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--name", default="desk")
    parser.add_argument("--playbook", choices=sorted(PLAYBOOKS), default=THREE_LEVELS.name)
    parser.add_argument("--asyncio", action="store_true")
    parser.add_argument("--deadline", type=float, default=DEADLINE.total_seconds())
    parser.add_argument("--lease", type=float, default=LEASE.total_seconds())
    parser.add_argument("--slow", type=float, default=0.0)
    parser.add_argument("--machinery", action="store_true")
    parser.add_argument("--declare", default="")
    parser.add_argument("--die-at", choices=[*Step], default=NOWHERE)
    parser.add_argument("--nth", type=int, default=1)
    return parser


def main(arguments: Sequence[str]) -> None:
    """Be a worker, or a nursery of workers."""
    options = _parser().parse_args(arguments)
    if options.nursery:
        _nurse()
        return
    life = Life(options.die_at, options.nth)
    if options.die_at:
        life.watch_statements()
    began = time.monotonic()
    if options.asyncio:
        asyncio.run(_work_in_loop(options, life))
    else:
        _work(options, life)
    spent = {"seconds": dict(life.seconds), "calls": dict(life.calls), "processor": time.process_time()}
    Sink(options.folder).write("spent", {"desk": options.name, "alive": time.monotonic() - began, **spent})


def _nurse() -> None:
    """Fork workers, and wait for their ends, as the lines of stdin say; with its end, kill those that are left."""
    alive: set[int] = set()
    signal.signal(signal.SIGTERM, _leave)
    try:
        for line in sys.stdin:
            match json.loads(line):
                case ["start", *arguments]:
                    pid = _forked([str(each) for each in arguments])
                    alive.add(pid)
                    answer: int | None = pid
                case ["wait", int(pid), seconds]:
                    answer = _end_of(pid, seconds)
                    if answer is not None:
                        alive.discard(pid)
                case order:
                    raise ValueError(order)
            print(json.dumps(answer), flush=True)
    finally:
        for pid in alive:
            os.kill(pid, signal.SIGKILL)


def _leave(number: int, frame: object) -> NoReturn:
    """End well: a worker may be asked to before its desk listens."""
    sys.exit(0)


def _forked(arguments: Sequence[str]) -> int:
    """The number of a new worker."""
    pid = os.fork()
    if pid == 0:
        _live(arguments)
    return pid


def _live(arguments: Sequence[str]) -> NoReturn:
    """Be a worker, whose stdout is not where the nursery answers."""
    os.dup2(2, 1)
    status = 1
    try:
        main(arguments)
        status = 0
    except SystemExit as end:
        status = 1 if end.code else 0
    except BaseException:  # noqa: BLE001  # a fork must never go on with what the nursery was doing
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _end_of(pid: int, seconds: float) -> int | None:
    """With what a worker ended, as `subprocess` says it; `None` if it goes on for longer than that."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    return None


@define
class Nursery:
    """A program that forks workers, as tests see it."""

    program: subprocess.Popen[str]

    def start(self, *arguments: object) -> int:
        """The number of a new process."""
        pid: int = self._ask("start", *map(str, arguments))
        return pid

    def end_of(self, pid: int, seconds: float = 20.0) -> int | None:
        """With what a process ended; `None` if it did not."""
        status: int | None = self._ask("wait", pid, seconds)
        return status

    def _ask(self, *order: object) -> Any:
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        print(json.dumps(order), file=self.program.stdin, flush=True)
        return json.loads(self.program.stdout.readline())


@contextmanager
def nursery(errors: Path) -> Generator[Nursery]:
    """A nursery, until the block ends; what it and its workers complain of is written to a file."""
    command = [sys.executable, "-W", "error", "-m", "tests.stores.worker", "--nursery"]
    with errors.open("wb") as file:
        program = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file, text=True
        )
        with program:  # closes its stdin, which ends it, and waits
            yield Nursery(program)


if __name__ == "__main__":
    main(sys.argv[1:])
