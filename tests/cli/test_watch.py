"""A desk in a terminal: what it prints, when it ends, and two terminals on one database."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from incidentkit import EMERGENCY, Desk, Directory
from incidentkit.cli import main, watch
from incidentkit.cli.observer import TerminalLog, TerminalObserver
from incidentkit.cli.screen import PlainScreen
from incidentkit.cli.terminal import (
    TerminalChat,
    TerminalPager,
    TerminalStatusPage,
    TerminalTracker,
    Wire,
    terminal_toolbox,
)
from incidentkit.convert import to_toml
from incidentkit.desk.notices import Audited, Failed, Interrupted, Resumed, Unrecorded
from incidentkit.drills import ManualClock, practice_directory
from incidentkit.errors import ProviderUnavailable, RequestInvalid, StoreUnavailable
from incidentkit.memory import MemoryChat, MemoryPager, MemoryStore
from incidentkit.model.action import Outcome
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.policy.escalation import ContactChain
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.planning import plan
from incidentkit.providers.chat import CloseChannel, OpenChannel, PostMessage
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.providers.status_page import PublicStatus, PublishStatus
from incidentkit.providers.tracker import CloseTicket, OpenTicket
from incidentkit.text.document import Document, Paragraph
from tests.cli.invocation import Invoke

START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
KEY = "0123456789abcdef" * 4


class Broken(StringIO):
    """A stream whose reader has gone away."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


class World:
    """A desk that prints, on a clock that is turned by hand."""

    def __init__(self, directory: Directory | None = None, stream: StringIO | None = None) -> None:
        self.clock = ManualClock(START)
        self.store = MemoryStore(self.clock)
        self.stream = StringIO() if stream is None else stream
        self.wire = Wire(PlainScreen(self.stream, 0), self.clock)
        self.observer = TerminalObserver(self.wire, self.store, since=START)
        self.desk = Desk(
            *(EMERGENCY, directory or practice_directory(), terminal_toolbox(self.wire, EMERGENCY.methods), self.store),
            places=0,
            observers=(self.observer,),
        )

    def declare(self, title: str = "Checkout returns 500", severity: str = "SEV-2") -> None:
        self.desk.declare(title, by="ada", severity=EMERGENCY.scheme[severity], id="INC-7")

    def let_pass(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        while self.desk.tick():
            pass

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


def page(**rest: Any) -> SendPage:
    given: dict[str, Any] = {
        "key": KEY,
        "incident": IncidentId("INC-7"),
        "person": PersonId("noor"),
        "method": "push",
        "address": "+44 20 7946 0001",
        "severity": "SEV-2",
        "title": "x\x1b[31m\ny",
        "reason": "You are on call",
        "declared_at": START,
        **rest,
    }
    return SendPage(**given)


def test_a_page_is_a_line_with_whom_it_would_reach_and_without_the_address() -> None:
    world = World()
    receipt = TerminalPager(world.wire).page(page())
    assert world.lines == ["2026-03-02 02:10:00  INC-7: paging noor by push: You are on call (SEV-2: x [31m y)"]
    assert receipt.reference == "page-0123456789ab"


def test_everything_is_printed_once_under_its_key() -> None:
    world = World()
    pager, chat = TerminalPager(world.wire), TerminalChat(world.wire)
    page_, tracker = TerminalStatusPage(world.wire), TerminalTracker(world.wire)
    words = Document([Paragraph("we are at it\n\x1b[2J")])
    common: dict[str, Any] = {"incident": IncidentId("INC-7")}

    def ask() -> list[str]:
        receipts = [
            pager.page(page(purpose=Purpose.REMINDER, message=words)),
            chat.open_channel(OpenChannel(key="1" * 64, name="inc", private=True, topic="SEV-2: x\ny", **common)),
            chat.post(PostMessage(key="2" * 64, channel="inc", message=words, **common)),
            chat.close_channel(CloseChannel(key="3" * 64, channel="inc", **common)),
            page_.publish(
                PublishStatus(
                    key="4" * 64, entry="", status=PublicStatus.RESOLVED, title="A\nproblem", message=words, **common
                )
            ),
            page_.publish(
                PublishStatus(
                    key="5" * 64, entry="entry-1", status=PublicStatus.RESOLVED, title="A", message=words, **common
                )
            ),
            tracker.open_ticket(OpenTicket(key="6" * 64, title="Repair\n", message=words, severity="SEV-2", **common)),
            tracker.close_ticket(CloseTicket(key="7" * 64, ticket="ticket-1", message=words, **common)),
        ]
        return [receipt.reference for receipt in receipts]

    first = ask()
    printed = world.lines
    assert ask() == first
    assert world.lines == printed
    assert first == [
        *("page-0123456789ab", "inc", "inc-222222222222", "inc"),
        *("entry-444444444444", "entry-1", "ticket-666666666666", "ticket-1"),
    ]
    assert [line.removeprefix("2026-03-02 02:10:00  INC-7: ") for line in printed if "    " not in line[:4]] == [
        "reminder to noor by push: You are on call (SEV-2: x [31m y)",
        "opening the private channel #inc: SEV-2: x y",
        "posting in #inc",
        "closing the channel #inc",
        "publishing 'resolved' on the status page",
        "publishing 'resolved' on the status page",
        "opening the ticket ticket-666666666666: Repair",
        "closing the ticket ticket-1",
    ]
    assert printed.count("    we are at it [2J") == 6
    assert "    A problem" in printed


def test_a_terminal_that_nobody_reads_takes_nothing_over() -> None:
    wire = Wire(PlainScreen(Broken(), 0))
    pager = TerminalPager(wire)
    assert pager.diagnose().healthy
    for _ in range(2):
        with pytest.raises(ProviderUnavailable, match="nobody reads this terminal"):
            pager.page(page())
    assert wire.cut.is_set()
    assert not any(
        each.diagnose().healthy for each in (pager, TerminalChat(wire), TerminalStatusPage(wire), TerminalTracker(wire))
    )


def test_what_people_say_meanwhile_and_what_falls_due_is_told_in_time_order() -> None:
    world = World()
    world.declare()
    world.let_pass(0)
    world.desk.note("INC-7", "it began\nat two", by="ines")
    world.let_pass(6)
    world.desk.acknowledge("INC-7", by="noor")
    world.let_pass(20)
    told = [line for line in world.lines if not line.startswith("    ")]
    assert told == sorted(told, key=lambda line: line[:19])
    words = [line[21:] for line in told]
    order = [
        "INC-7: ada: declared: Checkout returns 500 (SEV-2)",
        "INC-7: paging noor by push: You are on call (SEV-2: Checkout returns 500)",
        "INC-7: opening the channel #incident-20260302-001: SEV-2: Checkout returns 500",
        "INC-7: posting in #incident-20260302-001",
        "INC-7: ines: noted: it began at two",
        "INC-7: paging noor by phone: You are on call (SEV-2: Checkout returns 500)",
        "INC-7: noor: acknowledged",
        "INC-7: update/every 15min is overdue, because not done within 15min",
    ]
    assert [each for each in words if each in order] == order


def test_an_incident_that_was_there_before_goes_on_without_its_past() -> None:
    world = World()
    world.declare()
    world.let_pass(0)
    world.clock.advance(timedelta(minutes=1))
    world.observer.since = world.clock()
    world.observer._read.clear()  # pyright: ignore[reportPrivateUsage]
    world.stream.truncate(0)
    world.let_pass(4)
    told = world.stream.getvalue()
    assert "INC-7: goes on: investigating, SEV-2: Checkout returns 500\n" in told
    assert "declared" not in told
    assert "paging noor by phone" in told


def test_whoever_is_not_found_is_trouble_and_so_is_exhaustion() -> None:
    practice = practice_directory()
    world = World(evolve(practice, roles={**practice.roles, "stakeholders": (), "engineering manager": ()}))
    world.declare()
    world.let_pass(0)
    assert any("tell/stakeholders came into force" in line and "nobody was found" in line for line in world.lines)
    for _ in range(40):
        world.let_pass(5)
    assert any("paging was exhausted, and nobody has it; now kwame" in line for line in world.lines)


def test_trouble_is_told_once_and_again_after_it_went_away() -> None:
    world = World()
    world.declare()
    away = StoreUnavailable("sqlite:///x.db", "it cannot be reached")
    notices = (
        Interrupted(away),
        Failed(IncidentId("INC-7"), ValueError("a secret")),
        Audited(3, (IncidentId("INC-7"), IncidentId("INC-8"))),
        Audited(3, ()),
    )
    for _ in range(2):
        world.observer.notice(notices[0])
        world.observer.notice(notices[1])
    assert [line[21:] for line in world.lines] == [
        "interrupted: sqlite:///x.db: it cannot be reached. It goes on by itself as soon as that works",
        "INC-7: it could not be looked at: ValueError. It is looked at again",
    ]
    world.let_pass(0)
    for notice in notices:
        world.observer.notice(notice)
    assert "nobody looks at INC-7, INC-8, which should have been looked at" in world.lines[-1]
    assert sum("interrupted" in line for line in world.lines) == 2


def test_the_end_of_an_interruption_is_told_once_and_before_what_comes_of_it() -> None:
    world = World()
    interrupted = Interrupted(StoreUnavailable("sqlite:///x.db", "it cannot be reached"))
    works = "it works again, and goes on"
    world.observer.notice(Resumed())
    assert world.lines == []
    for _ in range(2):
        world.observer.notice(interrupted)
        world.observer.notice(interrupted)
        world.observer.notice(Resumed())
        world.observer.notice(Resumed())
    assert [line[21:32] for line in world.lines] == ["interrupted", works[:11], "interrupted", works[:11]]
    world.declare()
    world.observer.notice(interrupted)
    world.let_pass(0)
    world.observer.notice(Resumed())
    assert world.lines[5].endswith(works)
    assert sum(line.endswith(works) for line in world.lines) == 3


def test_what_is_done_and_cannot_be_written_down_is_told_without_the_address() -> None:
    world = World()
    world.declare()
    incident = world.desk.load("INC-7")
    actions = plan(incident, EMERGENCY, practice_directory(), now=START).due
    error = ProviderUnavailable("no route to noor, says noor")
    for action in actions:
        world.observer.notice(Unrecorded(incident.id, action, Outcome.SUCCEEDED, error))
    assert "page to noor by push: succeeded, which could not be recorded: no route to [address], says" in world.lines[0]
    assert any("open the channel incident-20260302-001: succeeded, which could" in line for line in world.lines)


def test_what_does_not_work_is_told_with_the_reason_and_once_while_it_is_the_same() -> None:
    world = World()
    refusing = MemoryPager(fault=RequestInvalid("no such topic"))
    ill = MemoryChat(fault=ProviderUnavailable("it is down"))
    toolbox = evolve(
        terminal_toolbox(world.wire, EMERGENCY.methods), pagers={"push": refusing, "phone": refusing}, chat=ill
    )
    world.desk = Desk(EMERGENCY, practice_directory(), toolbox, world.store, places=0, observers=(world.observer,))
    world.declare()
    for _ in range(5):
        world.let_pass(1)
    assert any("INC-7: page to noor by push: failed (no such topic)" in line for line in world.lines)
    assert sum("INC-7: open the channel incident-20260302-001" in line for line in world.lines) == 1


def test_a_warning_of_the_library_is_told_once() -> None:
    world = World()
    log = TerminalLog(world.wire)
    logger = logging.getLogger("incidentkit.test")
    logger.addHandler(log)
    logger.propagate = False
    for _ in range(2):
        logger.warning("%s pages by fax\n, which nobody has", "emergency")
        logger.info("not worth it")
    assert [line[21:] for line in world.lines] == ["emergency pages by fax , which nobody has"]


def test_the_directory_of_the_help_is_one_for_the_emergency_playbook(tmp_path: Path) -> None:
    text = watch.EPILOG.partition("EMERGENCY:\n")[2]
    directory = Directory.from_toml(text)
    directory.check(EMERGENCY.recipients)
    assert tomllib.loads(text)["roles"]["on-call engineer"] == ["ada"]
    assert all(directory.find(runbook.owner) for runbook in EMERGENCY.runbooks)


def test_a_tick_does_all_that_is_due_and_then_nothing(invoke: Invoke, database: str, people: str) -> None:
    invoke("declare", database, "Checkout returns 500", "--severity", "SEV-2", "--id", "INC-7", "--by", "ada")
    done = invoke("tick", database, "--directory", people)
    assert (done.status, done.err) == (0, "")
    words = [line[21:] for line in done.lines if line.startswith("20")]
    assert words[0] == "INC-7: goes on: investigating, SEV-2: Checkout returns 500"
    assert words[-1] == "INC-7: posting in #incident-" + words[-1][-12:]
    again = invoke("tick", database, "--directory", people)
    assert (again.status, again.out) == (0, "Nothing was due.\n")


def test_people_are_never_invented_unless_that_is_wanted(invoke: Invoke, database: str, tmp_path: Path) -> None:
    for command in ("run", "tick"):
        done = invoke(command, database)
        assert (done.status, done.out) == (2, "")
        assert "nobody is known who could be paged" in done.err
    assert not [*tmp_path.iterdir()]


def test_a_playbook_that_pages_by_what_nobody_has_is_told(invoke: Invoke, database: str, tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    file.write_text(practice_directory().to_toml().replace("\nsms =", "\nsmss ="), encoding="utf-8")
    done = invoke("tick", database, "--directory", str(file))
    assert "emergency pages by sms, which nobody has in the directory. Did you mean 'smss'?\n" in done.out


def test_a_database_that_cannot_be_reached_is_no_reason_to_wait(invoke: Invoke) -> None:
    done = invoke("run", "postgresql://ada:hunter2@127.0.0.1:1/incidents", "--practice")
    assert (done.status, done.out) == (2, "")
    assert (
        done.err
        == "incidentkit: error: postgresql://127.0.0.1:1/incidents: it cannot be reached, or the connection broke\n"
    )


def test_a_terminal_has_colours(database: str, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    invoke("declare", database, "[bold]x[/bold]\x1b[31m", "--severity", "SEV-2", "--id", "INC-7")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["tick", database, "--practice"]) == 0
    assert main(["list", database]) == 0
    printed = terminal.getvalue()
    assert "\x1b[36m20" in printed
    assert "(SEV-2: [bold]x[/bold] [31m)" in printed
    assert "\x1b[31m" not in printed


class Run:
    """A process that runs a desk, and what it has printed so far."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self.process = process
        self._output = output

    @property
    def lines(self) -> list[str]:
        return self._output.read_text(encoding="utf-8").splitlines()

    def printed(self, words: str) -> int:
        """Wait until it has printed that, and say in which line."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for number, line in enumerate(self.lines):
                if words in line:
                    return number
            time.sleep(0.05)
        raise AssertionError("\n".join(self.lines))

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


@contextmanager
def running(*arguments: str, output: Path) -> Generator[Run]:
    with (
        output.open("wb") as file,
        subprocess.Popen(
            [sys.executable, "-m", "incidentkit", "run", *arguments],
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUTF8": "1"},
        ) as process,
    ):
        try:
            yield Run(process, output)
        finally:
            process.kill()


@pytest.fixture
def hasty(tmp_path: Path) -> str:
    """A playbook that waits a second where the other one waits minutes."""
    second = timedelta(seconds=1)
    chain = ContactChain((Attempt("push", 3 * second), Attempt("phone", second), Attempt("mail", second)), rounds=9)
    assert EMERGENCY.escalation is not None
    playbook = evolve(EMERGENCY, name="hasty", escalation=evolve(EMERGENCY.escalation, contact=chain))
    file = tmp_path / "hasty.toml"
    file.write_text(to_toml(playbook), encoding="utf-8")
    return str(file)


def other_terminal(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "incidentkit", *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def test_an_acknowledgement_in_one_terminal_stops_the_pages_of_another(
    database: str, people: str, hasty: str, tmp_path: Path
) -> None:
    with running(
        *(database, "--directory", people, "--playbook", hasty, "--poll", "100ms"), output=tmp_path / "printed"
    ) as run:
        run.printed("Ctrl-C ends it.")
        declared = ("declare", database, "Checkout returns 500", "--severity", "SEV-2", "--id", "INC-7")
        other_terminal(*declared, "--playbook", hasty, "--by", "ada")
        run.printed("INC-7: paging noor by push: You are on call")
        run.printed("INC-7: paging noor by phone")
        assert other_terminal("acknowledge", database, "INC-7", "--by", "noor").startswith("acknowledged")
        had_it = run.printed("INC-7: noor: acknowledged")
        time.sleep(2.5)
        assert not [line for line in run.lines[had_it:] if "paging" in line]
        assert run.end(signal.SIGTERM) == 0
        assert run.lines[0] == f"Incidents of {database} by the playbook hasty, people of {people}."
    assert re.search("SEV-2 +.* noor +Checkout", other_terminal("list", database))


def test_a_desk_that_was_killed_is_followed_by_one_that_pages_nobody_twice(
    database: str, people: str, tmp_path: Path, invoke: Invoke
) -> None:
    invoke("declare", database, "Checkout returns 500", "--severity", "SEV-2", "--id", "INC-7", "--by", "ada")
    with running(database, "--directory", people, output=tmp_path / "first") as first:
        first.printed("posting in #incident-")
        time.sleep(0.5)
        first.end(signal.SIGKILL)
    with running(database, "--directory", people, output=tmp_path / "second") as second:
        second.printed("Ctrl-C ends it.")
        time.sleep(1)
        assert second.end(signal.SIGTERM) == 0
    assert not [line for line in second.lines if "paging" in line]


def test_a_desk_whose_reader_goes_away_ends(database: str, people: str, invoke: Invoke) -> None:
    invoke("declare", database, "Checkout returns 500", "--severity", "SEV-2", "--id", "INC-7", "--by", "ada")
    program = [sys.executable, "-m", "incidentkit", "run", database, "--directory", people]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141
