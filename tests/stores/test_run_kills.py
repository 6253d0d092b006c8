"""Desks that die while they go through runbooks, as real processes with real programs: what holds all the same."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import timedelta
from itertools import count, pairwise, product
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from attrs import define, field, frozen

from incidentkit.adapters import CommandTools
from incidentkit.desk import Desk, Toolbox
from incidentkit.model.action import Outcome
from incidentkit.model.commands import StartRunbook
from incidentkit.model.events import ActionEnded, ActionStarted, Event
from incidentkit.model.run_events import Answered, Confirmed, RunEnded
from incidentkit.model.runs import RunStanding
from incidentkit.playbooks.emergency import SEV_1
from incidentkit.policy.rehearsal import RunReport
from incidentkit.policy.stride import Stage
from incidentkit.stores import SqlStore
from tests.stores.machinery import (
    DATABASE_DOWN,
    DESTRUCTIVE,
    RUN,
    RUNBOOKS,
    STEPS,
    Entry,
    Machinery,
    answer_to,
    confirming,
)
from tests.stores.worker import DIRECTORY, Nursery, Sink, Step

KINDS: Final = ("Desk", "AsyncDesk")
DEEP: Final = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
KILLS: Final = 300 if DEEP else 8
"""How many desks die at random moments."""

DEADLINE, LEASE = timedelta(seconds=20), timedelta(seconds=60)
SLOW: Final = 0.08
"""Seconds that a program takes at the most."""

PATIENCE: Final = 30
"""Seconds after which a test gives up."""


@frozen(kw_only=True)
class Aftermath:
    """What is left of a run when it has ended."""

    log: tuple[Event, ...]
    entries: tuple[Entry, ...]
    """Every time that a program ran for it, the first one first."""
    dead: frozenset[str]
    """The desks that died, in this run or another one."""
    stages: Mapping[str, Stage]
    complaints: tuple[str, ...]

    @property
    def claims(self) -> list[tuple[int, str, ActionStarted]]:
        """The tries of steps: the place in the log, the step, and what the log says."""
        return [
            (place, _step_of(event), event)
            for place, event in enumerate(self.log)
            if isinstance(event, ActionStarted) and event.action.obligation.startswith(f"{RUN}/")
        ]

    def ends(self, step: str) -> list[ActionEnded]:
        return [event for event in self.log if isinstance(event, ActionEnded) and _step_of(event) == step]


def _step_of(event: Any) -> str:
    return str(event.action.obligation.removeprefix(f"{RUN}/"))


def no_desk_complained(after: Aftermath) -> None:
    assert after.complaints == ()


def it_ended_and_every_step_was_done_or_its_guard_was_false(after: Aftermath) -> None:
    assert [event.run for event in after.log if isinstance(event, RunEnded)] == [RUN]
    (safe,) = {event.value for event in after.log if isinstance(event, Answered) and event.fact == "safe_to_restart"}
    skipped = {"failover"} if safe is True else {"failover", "restart"}
    done = {name for name, stage in after.stages.items() if stage is Stage.DONE}
    assert after.stages == {each.name: Stage.DONE for each in DATABASE_DOWN.steps} | dict.fromkeys(
        skipped, Stage.SKIPPED
    )
    whole = {entry.step for entry in after.entries if entry.ended is not None}
    assert whole == done - {"safe"}
    assert not skipped & {entry.step for entry in after.entries}


def every_step_began_when_all_before_it_had_ended(after: Aftermath) -> None:
    order = [each.name for each in DATABASE_DOWN.steps]
    for before, entry in pairwise(after.entries):
        assert order.index(before.step) <= order.index(entry.step), after.entries
        assert before.ended is not None
        assert before.ended <= entry.began, after.entries


def every_program_was_begun_by_a_claim_of_its_desk(after: Aftermath) -> None:
    claims = Counter((step, event.by) for _, step, event in after.claims)
    assert Counter((entry.step, entry.desk) for entry in after.entries) <= claims


def a_step_was_begun_again_only_because_its_desk_had_died(after: Aftermath) -> None:
    for step in STEPS.values():
        ended = [event.by for event in after.ends(step)]
        tries = [event.by for _, other, event in after.claims if other == step]
        interrupted = [desk for desk in tries if desk not in ended]
        assert {*interrupted} <= after.dead
        assert len(interrupted) == len({*interrupted}) == max(0, len(tries) - 1), (step, after.log)
        assert {event.outcome for event in after.ends(step)} <= {Outcome.SUCCEEDED}


def what_destroys_anything_was_confirmed_for_each_try(after: Aftermath) -> None:
    for step in DESTRUCTIVE:
        places = [place for place, other, _ in after.claims if other == step]
        for attempt, (before, place) in enumerate(pairwise([0, *places]), 1):
            words = [each for each in after.log[before:place] if isinstance(each, Confirmed) and each.step == step]
            assert attempt in [each.attempt for each in words if each.by == confirming(step)], (step, after.log)


def what_is_done_once_more_has_the_same_key(after: Aftermath) -> None:
    keys = {(entry.step, entry.key) for entry in after.entries if entry.key is not None}
    assert len(keys) == len({step for step, _ in keys}) == len({key for _, key in keys})


Law: TypeAlias = Callable[[Aftermath], None]

LAWS: Final[tuple[Law, ...]] = (
    no_desk_complained,
    it_ended_and_every_step_was_done_or_its_guard_was_false,
    every_step_began_when_all_before_it_had_ended,
    every_program_was_begun_by_a_claim_of_its_desk,
    a_step_was_begun_again_only_because_its_desk_had_died,
    what_destroys_anything_was_confirmed_for_each_try,
    what_is_done_once_more_has_the_same_key,
)


@define
class Site:
    """A database, programs, desks that live and die, and the people who start runbooks and are asked about them."""

    sink: Sink
    nursery: Nursery
    kind: str = KINDS[0]
    """What kind of desk is started."""
    safe: bool = True
    """Whether people say that a restart is safe."""
    alive: dict[int, str] = field(factory=dict[int, str])
    """The desks that live, by the numbers of their processes."""
    dead: set[str] = field(factory=set[str])
    machinery: Machinery = field(init=False)
    store: SqlStore = field(init=False)
    people: Desk = field(init=False)
    _numbers: Iterator[int] = field(factory=lambda: count(1))
    _incidents: Iterator[int] = field(factory=lambda: count(1))

    def __attrs_post_init__(self) -> None:
        self.machinery = Machinery(self.sink.folder)
        self.machinery.build(SLOW)
        self.store = SqlStore(self.address, clock=self.machinery.now)
        tools = Toolbox(**self.machinery.slots("people", CommandTools))
        self.people = Desk(
            RUNBOOKS, DIRECTORY, tools, self.store, name="people", deadline=DEADLINE, lease=LEASE, observers=()
        )

    @property
    def address(self) -> str:
        return f"sqlite:///{self.sink.folder / 'incidents.db'}"

    def start_run(self) -> str:
        """A new incident, in which the runbook is to be gone through."""
        id = f"INC-{next(self._incidents)}"
        self.people.declare("No orders come in", by="ada", severity=SEV_1, id=id)
        self.people.submit(id, StartRunbook(DATABASE_DOWN.name, at=self.store.now(), by="ada"))
        return id

    def report(self, incident: str) -> RunReport:
        (report,) = self.people.runs(incident)
        return report

    def has_ended(self, incident: str) -> bool:
        return self.people.load(incident).runs[RUN].standing is RunStanding.ENDED

    def start_desk(self, *options: object) -> int:
        """The number of a new process."""
        name = f"desk {next(self._numbers)}"
        if self.kind == "AsyncDesk":
            options = (*options, "--asyncio")
        where = ("--address", self.address, "--folder", self.sink.folder, "--name", name, "--machinery")
        terms = ("--playbook", RUNBOOKS.name, "--deadline", DEADLINE.total_seconds(), "--lease", LEASE.total_seconds())
        pid = self.nursery.start(*where, *terms, *options)
        self.alive[pid] = name
        return pid

    def is_at_a_program(self, pid: int) -> bool:
        """Whether a desk has begun a program that has not ended."""
        return any(each.desk == self.alive[pid] and each.ended is None for each in self.machinery.entries)

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        assert self.has_died(pid, PATIENCE)

    def has_died(self, pid: int, seconds: float) -> bool:
        """Whether a desk dies within that time."""
        status = self.nursery.end_of(pid, seconds)
        if status is None:
            return False
        assert status == -signal.SIGKILL
        self.dead.add(self.alive.pop(pid))
        return True

    def end(self, pid: int) -> None:
        """End a desk as an administrator would."""
        os.kill(pid, signal.SIGTERM)
        assert self.nursery.end_of(pid, PATIENCE) == 0
        del self.alive[pid]

    def rest(self) -> None:
        """Let the leases of the dead run out, in which their programs end by themselves."""
        wait_until(lambda: not self.machinery.is_running())
        self.machinery.put_forward(LEASE)

    def goes_on(self, incident: str) -> bool:
        """Say what a run waits for, as the one who may; whether it has not ended."""
        for stride in self.report(incident).waiting:
            self.people.submit(incident, answer_to(stride, self.store.now(), safe=self.safe))
        return not self.has_ended(incident)

    def settle(self, incident: str) -> None:
        """Have a desk that nobody kills do what is left."""
        pid = self.start_desk()
        wait_until(lambda: not self.goes_on(incident))
        self.end(pid)

    def check(self, incident: str) -> None:
        """Every law."""
        after = Aftermath(
            log=self.store.load(incident),
            entries=tuple(each for each in self.machinery.entries if each.incident == incident),
            dead=frozenset(self.dead),
            stages={each.name: each.stage for each in self.report(incident).steps},
            complaints=tuple(self.sink.lines("complaints")),
        )
        for law in LAWS:
            law(after)


def wait_until(fact: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


@pytest.fixture
def site(tmp_path: Path, workers: Nursery) -> Generator[Site]:
    made = Site(Sink(tmp_path), workers)
    yield made
    for pid in [*made.alive]:
        made.kill(pid)
    made.store.close()


def lives_for(site: Site, incident: str, seconds: float) -> None:
    """Let a desk live for so long, and people answer it, unless the run ends before."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and site.goes_on(incident):
        time.sleep(0.01)


def lives_until_a_program_runs(site: Site, incident: str, pid: int) -> None:
    """Let a desk live, and people answer it, until it has begun a program, unless the run ends before."""
    wait_until(lambda: not site.goes_on(incident) or site.is_at_a_program(pid))


def test_desks_that_are_killed_at_any_moment_do_every_step_in_order(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    """Three of four while a program runs, the fourth whatever it is at."""
    chance = random.Random(20260302)
    incidents = [site.start_run()]
    while len(site.dead) < KILLS:
        site.kind = chance.choice(KINDS)
        pid = site.start_desk()
        if chance.random() < 0.75:
            lives_until_a_program_runs(site, incidents[-1], pid)
            time.sleep(chance.uniform(0, SLOW))
        else:
            lives_for(site, incidents[-1], chance.uniform(0, 0.6))
        site.kill(pid)
        site.rest()
        if site.has_ended(incidents[-1]):
            site.check(incidents[-1])
            site.safe = chance.random() < 0.8
            incidents.append(site.start_run())
    site.settle(incidents[-1])
    site.check(incidents[-1])
    record_property("runs", len(incidents))


DEATHS: Final = ((Step.CLAIMED, 2), (Step.OUTCOME, 2), (Step.CLAIM, 2), (Step.RECORDED, 1))
"""Where a desk dies, and at which time that it gets there: for most, the first time would be too soon to get on."""

DYING: Final = (*product(DEATHS, KINDS),) if DEEP else (*zip(DEATHS, KINDS, strict=False),)


@pytest.mark.parametrize(("death", "kind"), DYING)
def test_desks_that_die_at_every_claim_or_outcome_do_every_step_in_order(
    site: Site, death: tuple[Step, int], kind: str
) -> None:
    site.kind, (step, nth), incident = kind, death, site.start_run()
    while not site.has_ended(incident):
        pid = site.start_desk("--die-at", step, "--nth", nth)
        wait_until(lambda: not site.goes_on(incident) or site.has_died(pid, 0.01))  # noqa: B023
        if pid in site.alive:
            site.kill(pid)
        site.rest()
    assert len(site.dead) >= len(STEPS) - 2
    site.check(incident)


def begun(site: Site, step: str) -> int:
    """How often a step was begun."""
    return sum(each.step == step for each in site.machinery.entries)


@pytest.mark.parametrize(("step", "kind"), [("scale", "AsyncDesk"), ("restart", "Desk")])
def test_a_program_whose_desk_is_killed_ends_by_itself_and_nobody_begins_it_meanwhile(
    site: Site, step: str, kind: str
) -> None:
    """Nobody does before the lease has run out, and then only what destroys nothing."""
    site.kind, incident = kind, site.start_run()
    site.machinery.build(SLOW, slowest=step)
    pid = site.start_desk()
    wait_until(lambda: begun(site, step) > 0 or not site.goes_on(incident))
    site.kill(pid)
    assert site.machinery.is_running()
    site.people.tick()
    wait_until(lambda: not site.machinery.is_running())
    site.people.tick()
    (entry,) = [each for each in site.machinery.entries if each.step == step]
    assert entry.ended is not None
    site.machinery.put_forward(LEASE)
    while site.people.tick():
        pass
    stages = {each.name: each.stage for each in site.report(incident).steps}
    expected = (1, Stage.UNCONFIRMED) if step in DESTRUCTIVE else (2, Stage.DONE)
    assert (begun(site, step), stages[step]) == expected
