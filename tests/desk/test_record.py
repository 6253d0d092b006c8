"""Recording what people say where nobody is known who could be paged: a desk that knows them decides what follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from incidentkit import EMERGENCY, Desk, Status
from incidentkit.desk import Toolbox, flows
from incidentkit.desk.charter import Charter
from incidentkit.desk.crew import Crew
from incidentkit.drills import ManualClock, practice_directory
from incidentkit.errors import (
    ClosureBlocked,
    IllegalTransition,
    StaleVersion,
    UnknownIncident,
    UnknownObligation,
    UnknownPlaybook,
)
from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.model.commands import (
    Acknowledge,
    ChangePlaybook,
    Close,
    Command,
    Fulfil,
    Note,
    Resolve,
    StartMitigation,
)
from incidentkit.model.events import Decision, Event
from incidentkit.policy.directory import Directory
from incidentkit.providers.pager import Purpose
from incidentkit.providers.store import FindDue

START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class World:
    """A store, a counter where nobody is known, and a desk where everybody is."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.store = MemoryStore(self.clock)
        self.pager = MemoryPager(clock=self.clock)
        toolbox = Toolbox(pagers=dict.fromkeys(EMERGENCY.methods, self.pager))
        self.desk = Desk(EMERGENCY, practice_directory(), toolbox, self.store, places=0, observers=())
        nobody = Directory(roles=dict.fromkeys(practice_directory().roles, ()))
        self.counter = Charter(playbooks=EMERGENCY, directory=nobody, toolbox=Toolbox(), store=self.store, observers=())
        self.desk.declare("Checkout returns 500", by="ada", severity=EMERGENCY.scheme["SEV-2"], id="INC-7")

    def record(self, make: Callable[[datetime], Command], incident: str = "INC-7") -> Event:
        return Crew(0).run(flows.record(self.counter, incident, make))[1]

    def let_pass(self, minutes: int) -> None:
        self.clock.advance(minutes * MINUTE)
        while self.desk.tick():
            pass

    @property
    def pages(self) -> list[tuple[str, str, str]]:
        return [(page.person, page.method, page.reason) for page in self.pager.pages if page.purpose is Purpose.PAGE]


@pytest.mark.parametrize("after", [0, 1, 40])
def test_what_is_recorded_where_nobody_is_known_keeps_nobody_asleep(after: int) -> None:
    silent, noted = World(), World()
    for world in (silent, noted):
        world.clock.advance(after * MINUTE)
    noted.record(lambda now: Note("we look into it", at=now, by="ada"))
    for world in (silent, noted):
        world.let_pass(0)
        world.let_pass(60)
    assert noted.pages == silent.pages
    assert ("noor", "push", "You are on call") in noted.pages


def test_nobody_moves_an_incident_to_a_playbook_that_is_not_there() -> None:
    world = World()
    with pytest.raises(UnknownPlaybook):
        world.record(lambda now: ChangePlaybook("gone@0123456789ab", at=now, by="ada", reason="it grew"))
    assert len(world.store.load("INC-7")) == 1


def test_nothing_is_decided() -> None:
    world = World()
    world.clock.advance(30 * MINUTE)
    world.record(lambda now: Note("we look into it", at=now, by="ada"))
    assert not any(isinstance(event, Decision) for event in world.store.load("INC-7"))


def test_it_is_due_at_once() -> None:
    world = World()
    world.let_pass(0)
    due = FindDue(world.counter.planned_with, 10)
    world.record(lambda now: Acknowledge(at=now, by="noor"))
    assert world.store.due(due) == ("INC-7",)


def test_an_acknowledgement_stops_the_pages_of_another_desk() -> None:
    world = World()
    world.let_pass(0)
    world.record(lambda now: Acknowledge(at=now, by="noor"))
    before = world.pages
    world.let_pass(20)
    assert world.pages == before


def test_what_comes_too_late_is_recorded_and_changes_nothing() -> None:
    world = World()
    world.record(lambda now: Resolve(at=now, by="noor"))
    event = world.record(lambda now: Acknowledge(at=now, by="kwame"))
    assert event.tag == "overtaken"
    assert world.desk.load("INC-7").status is Status.RESOLVED


def test_a_command_that_is_ahead_of_the_store_is_as_of_now() -> None:
    world = World()
    assert world.record(lambda now: Note("x", at=now + MINUTE, by="ada")).at == START


def test_somebody_who_writes_meanwhile_is_read_first() -> None:
    world = World()
    others = ["we see it too"]

    def make(now: datetime) -> Command:
        if others:
            world.desk.note("INC-7", others.pop(), by="kwame")
        return Note("we look into it", at=now, by="ada")

    world.record(make)
    log = world.store.load("INC-7")
    assert [str(event) for event in log if event.tag == "noted"] == ["noted: we see it too", "noted: we look into it"]


def test_a_store_that_is_always_stale_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()

    def stale(request: object) -> tuple[Event, ...]:
        raise StaleVersion("INC-7", "append", 1, 2)

    monkeypatch.setattr(world.store, "append", stale)
    with pytest.raises(StaleVersion):
        world.record(lambda now: Note("x", at=now, by="ada"))


def test_what_a_desk_refuses_is_refused() -> None:
    world = World()
    with pytest.raises(UnknownIncident):
        world.record(lambda now: Note("x", at=now, by="ada"), incident="INC-8")
    with pytest.raises(UnknownObligation):
        world.record(lambda now: Fulfil("reviews", at=now, by="ada"))
    with pytest.raises(IllegalTransition):
        world.record(lambda now: Close(at=now, by="ada"))


def test_an_incident_in_which_something_is_owed_is_not_closed() -> None:
    world = World()
    sev_1 = world.desk.declare("Down", by="ada", severity=EMERGENCY.scheme["SEV-1"], id="INC-8")
    world.record(lambda now: StartMitigation(at=now, by="noor"), sev_1.id)
    world.let_pass(1)
    world.record(lambda now: Resolve(at=now, by="noor"), sev_1.id)
    with pytest.raises(ClosureBlocked) as caught:
        world.record(lambda now: Close(at=now, by="noor"), sev_1.id)
    waivers = dict.fromkeys(caught.value.owed, "not needed")
    world.record(lambda now: Close(at=now, by="noor", waivers=waivers), sev_1.id)
    assert world.desk.load(sev_1.id).status is Status.CLOSED
