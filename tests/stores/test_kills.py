"""Desks that die, as real processes by a real signal, at every step and at any moment: what holds all the same."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise, product
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from attrs import define, field, frozen
from sqlalchemy import Engine, create_engine, inspect, select

from incidentkit.desk import Desk, Result, Toolbox
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.events import (
    Acknowledged,
    ActionEnded,
    ActionStarted,
    Became,
    Decision,
    Declared,
    Event,
    Resolved,
)
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Status
from incidentkit.playbooks.emergency import SEV_1
from incidentkit.policy.planning import plan, preview, settle
from incidentkit.providers.words import words_of
from incidentkit.stores import SqlStore
from incidentkit.stores.tables import EVENTS, INCIDENTS, LABELS, METADATA, NUMBERS, WORDS, microseconds
from tests.stores.worker import DIRECTORY, LEASE, PEOPLE, THREE_LEVELS, Call, Nursery, Sink, Step

KINDS: Final = ("Desk", "AsyncDesk")
DEEP: Final = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
KILLS: Final = 220 if DEEP else 12
"""How many desks of each database die at random moments."""

STATEMENTS: Final = range(1, 121) if DEEP else range(1, 37, 3)
"""How many statements a desk gets to before it dies."""

PATIENCE: Final = 30
"""Seconds after which a test gives up."""

NOT_YET: Final = datetime.max.replace(tzinfo=UTC)

AHEAD: Final = timedelta(minutes=10)
"""Who is not paged in that time if everything goes well will not be paged at all."""


@frozen(kw_only=True)
class Aftermath:
    """What is left when everybody who dies has died, and somebody who lives had the time to make up for it."""

    logs: Mapping[str, tuple[Event, ...]]
    now: datetime
    """When everybody had that time."""
    answers: tuple[Event, ...]
    """Every event that somebody was told is recorded."""
    calls: tuple[Call, ...]
    pages: Mapping[str, str]
    """Which desk reached somebody, by the key."""
    complaints: tuple[str, ...]
    address: str


def every_log_replays_and_its_places_count_from_zero(after: Aftermath) -> None:
    rows = _rows(after, select(INCIDENTS.c.id, EVENTS.c.place).join(EVENTS, EVENTS.c.incident == INCIDENTS.c.seq))
    places: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        places[row.id].append(row.place)
    assert {id: sorted(each) for id, each in places.items()} == {id: [*range(len(a))] for id, a in after.logs.items()}
    for log in after.logs.values():
        Incident.replay(log)
        assert [event.recorded_at for event in log] == sorted(event.recorded_at for event in log)


def what_was_answered_is_in_the_log_once(after: Aftermath) -> None:
    for answer in after.answers:
        assert after.logs[answer.incident].count(answer) == 1, answer


def every_level_that_was_due_was_reached_and_no_other(after: Aftermath) -> None:
    """By what people said alone: whatever desks wrote is left out, and the planner asked."""
    for log in after.logs.values():
        said = [event for event in log if not isinstance(event, Decision | ActionStarted | ActionEnded)]
        incident = Incident.replay(said[:1])
        for event in said[1:]:
            due = settle(incident, THREE_LEVELS, DIRECTORY, before=event.at)
            incident = incident.extended([*due, event])
        decisions = plan(incident, THREE_LEVELS, DIRECTORY, now=after.now).decisions
        assert _levels(log) == _levels((*incident.timeline, *decisions)), log


def everybody_of_a_level_was_paged_unless_somebody_had_it(after: Aftermath) -> None:
    for id, log in after.logs.items():
        for place, event in enumerate(log):
            if isinstance(event, Became) and event.obligation in _levels(log):
                for person in event.people:
                    keys = {key.digest("", id) for key in _started(log) if _is_of(key, event, person)}
                    assert keys & {*after.pages} or _is_had(log, place, event), (id, event.obligation, log)


def nothing_was_due_since_the_last_event_and_nothing_will_be(after: Aftermath) -> None:
    for log in after.logs.values():
        incident = Incident.replay(log)
        planned = plan(incident, THREE_LEVELS, DIRECTORY, now=after.now)
        assert (planned.decisions, planned.due) == ((), ()), log
        steps = preview(incident, THREE_LEVELS, DIRECTORY, now=incident.as_of, until=after.now + AHEAD)
        assert not [step for step in steps if step.actions or (step.decisions and step.at <= after.now)], log


def each_page_reached_its_person_once(after: Aftermath) -> None:
    called = {call.key: (call.incident, call.person, call.method) for call in after.calls}
    assert {*Counter(called[key] for key in after.pages).values()} <= {1}


def nobody_was_called_without_a_claim(after: Aftermath) -> None:
    """One claim for each call, by the desk that called, from before it did."""
    claims: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
    for log in after.logs.values():
        for event in log:
            if isinstance(event, ActionStarted):
                claims[event.action.digest("", event.incident), event.by].append(event.recorded_at)
    for call in after.calls:
        earlier = [at for at in claims[call.key, call.desk] if at <= call.at]
        assert earlier, call
        claims[call.key, call.desk].remove(earlier[0])


def each_try_ended_once_at_the_most(after: Aftermath) -> None:
    """By the desk that began it."""
    for log in after.logs.values():
        going_on: Counter[tuple[ActionKey, str]] = Counter()
        for event in log:
            if isinstance(event, ActionStarted | ActionEnded):
                going_on[event.action, event.by] += 1 if isinstance(event, ActionStarted) else -1
                assert going_on[event.action, event.by] >= 0, event


def tries_of_one_action_are_a_lease_apart(after: Aftermath) -> None:
    """Or begin after the one before has ended, and not for good."""
    for log in after.logs.values():
        tries: defaultdict[ActionKey, list[ActionStarted | ActionEnded]] = defaultdict(list)
        for event in log:
            if isinstance(event, ActionStarted | ActionEnded):
                tries[event.action].append(event)
        for mine in tries.values():
            definite = False
            for before, event in pairwise(mine):
                definite |= isinstance(before, ActionEnded) and before.outcome in (Outcome.SUCCEEDED, Outcome.FAILED)
                if isinstance(event, ActionStarted):
                    assert not definite, mine
                    assert isinstance(before, ActionEnded) or event.at >= before.at + LEASE, mine


def nobody_who_had_it_was_claimed_afterwards(after: Aftermath) -> None:
    for log in after.logs.values():
        acknowledged: set[str] = set()
        for event in log:
            if isinstance(event, Acknowledged):
                acknowledged.add(event.by)
            assert not (isinstance(event, ActionStarted) and event.action.person in acknowledged), event


def no_number_was_given_twice(after: Aftermath) -> None:
    numbers = Counter(log[0].number for log in after.logs.values() if isinstance(log[0], Declared))
    assert {*numbers.values()} == {1}
    assert max(filter(None, numbers)) <= max(row.last for row in _rows(after, select(NUMBERS)))


def what_is_kept_beside_a_log_agrees_with_it(after: Aftermath) -> None:
    words, labels = Counter[Any](), Counter[Any]()
    rows = _rows(after, select(INCIDENTS))
    assert {row.id for row in rows} == {*after.logs}
    for row in rows:
        log = after.logs[row.id]
        incident = Incident.replay(log)
        assert (row.version, row.recorded_at) == (len(log), microseconds(log[-1].recorded_at))
        assert (row.status, row.severity) == (incident.status, incident.severity.key)
        assert row.declared_at == microseconds(incident.declared_at)
        assert row.done == (row.wake_at is None)
        words.update((word, row.seq) for word in words_of(log))
        labels.update((name, value, row.seq) for name, value in incident.labels.items())
    assert Counter((row.word, row.incident) for row in _rows(after, select(WORDS))) == words
    assert Counter((row.name, row.value, row.incident) for row in _rows(after, select(LABELS))) == labels


def the_database_is_whole(after: Aftermath) -> None:
    """And nobody who died holds anything any more."""
    engine = create_engine(after.address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        else:
            held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start < now()"
            assert connection.exec_driver_sql(held).scalar() == 0
            connection.exec_driver_sql("REINDEX DATABASE")  # which finds what is there twice and may not be
    engine.dispose()


def no_desk_complained(after: Aftermath) -> None:
    assert after.complaints == ()


Law: TypeAlias = Callable[[Aftermath], None]

LAWS: Final[tuple[Law, ...]] = (
    no_desk_complained,
    the_database_is_whole,
    every_log_replays_and_its_places_count_from_zero,
    what_was_answered_is_in_the_log_once,
    every_level_that_was_due_was_reached_and_no_other,
    everybody_of_a_level_was_paged_unless_somebody_had_it,
    nothing_was_due_since_the_last_event_and_nothing_will_be,
    each_page_reached_its_person_once,
    nobody_was_called_without_a_claim,
    each_try_ended_once_at_the_most,
    tries_of_one_action_are_a_lease_apart,
    nobody_who_had_it_was_claimed_afterwards,
    no_number_was_given_twice,
    what_is_kept_beside_a_log_agrees_with_it,
)
"""Every law, in the order of this file, but for what makes the others fail: that comes first."""


def _rows(after: Aftermath, asked: Any) -> list[Any]:
    engine = create_engine(after.address)
    with engine.connect() as connection:
        rows = [*connection.execute(asked)]
    engine.dispose()
    return rows


def _levels(events: Iterable[Event]) -> list[str]:
    """The levels that were reached, as often as they were."""
    return [each.obligation for each in events if isinstance(each, Became) and each.obligation.startswith("page/")]


def _started(log: tuple[Event, ...]) -> set[ActionKey]:
    return {event.action for event in log if isinstance(event, ActionStarted)}


def _is_of(key: ActionKey, level: Became, person: str) -> bool:
    return (key.obligation, key.instance, key.person) == (level.obligation, level.instance, person)


def _is_had(log: tuple[Event, ...], place: int, level: Became) -> bool:
    """Whether one of a level's people acknowledged, or anybody since it was reached; or it is over."""
    return any(
        isinstance(event, Resolved) or (isinstance(event, Acknowledged) and (event.by in level.people or later > place))
        for later, event in enumerate(log)
    )


@define
class World:
    """A database, the desks that live and die, and somebody who declares and acknowledges beside them."""

    address: str
    sink: Sink
    nursery: Nursery
    kind: str = KINDS[0]
    answers: list[Event] = field(factory=list[Event])
    alive: dict[int, str] = field(factory=dict[int, str])
    """The desks that live, by the numbers of their processes."""
    kills: int = 0
    settled_at: datetime = NOT_YET
    """When the desk that nobody kills had done what was left: later it is not asked."""
    _numbers: Iterator[int] = field(factory=lambda: count(1))
    _incidents: Iterator[int] = field(factory=lambda: count(1))
    store: SqlStore = field(init=False)
    desk: Desk = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.store = SqlStore(self.address)
        self.desk = Desk(THREE_LEVELS, DIRECTORY, Toolbox(), self.store, name="people", observers=())

    def start(self, *options: object, kind: str = "") -> tuple[int, str]:
        """The number of a new process, and what its desk is called."""
        name = f"desk {next(self._numbers)}"
        if (kind or self.kind) == "AsyncDesk":
            options = (*options, "--asyncio")
        pid = self.nursery.start("--address", self.address, "--folder", self.sink.folder, "--name", name, *options)
        self.alive[pid] = name
        return pid, name

    def end_of(self, pid: int) -> int:
        """With what a process ended, which it is to do by itself."""
        status = self.nursery.end_of(pid)
        assert status is not None, f"{self.alive[pid]} goes on"
        del self.alive[pid]
        return status

    def dies(self, *options: object) -> str:
        """Start a desk that kills itself, and wait until it has; what it was called."""
        pid, name = self.start(*options)
        assert self.end_of(pid) == -signal.SIGKILL, options
        self.kills += 1
        return name

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        assert self.end_of(pid) == -signal.SIGKILL
        self.kills += 1

    def declare(self) -> str:
        """A new incident."""
        id = f"INC-{next(self._incidents)}"
        declared = self.desk.declare("Checkout fails", by="bot", severity=SEV_1, id=id, labels={"service": "checkout"})
        self.answers += declared.timeline
        return id

    def recent(self, chance: random.Random) -> str:
        """An incident that is likely to be going on."""
        return chance.choice([*self.desk.find(statuses=Status, limit=4)])

    def said(self, result: Result) -> None:
        self.answers.append(result.event)

    def ids(self) -> list[str]:
        return [*self.desk.find(statuses=Status, limit=10_000)]

    def settle(self) -> None:
        """Have one desk that nobody kills do all that is left, and end it as an administrator would."""
        pid, _ = self.start("--slow", 0.02)
        self._wait_until(self.nobody_will_be_paged)
        self.settled_at = self.store.now()
        self._wait_until(self.nothing_was_due)
        os.kill(pid, signal.SIGTERM)
        assert self.end_of(pid) == 0

    def _wait_until(self, holds: Callable[[str], bool]) -> None:
        """Wait until something holds of every incident, once it did."""
        left, until = self.ids(), time.monotonic() + PATIENCE
        while left := [id for id in left if not holds(id)]:
            assert time.monotonic() < until, [self.store.load(id) for id in left]
            time.sleep(0.1)

    def nobody_will_be_paged(self, id: str) -> bool:
        """Whether nothing is going on, either."""
        incident, now = self.desk.load(id), self.store.now()
        return not any(step.actions for step in preview(incident, THREE_LEVELS, DIRECTORY, now=now, until=now + AHEAD))

    def nothing_was_due(self, id: str) -> bool:
        """By the time at which it was settled."""
        return not plan(self.desk.load(id), THREE_LEVELS, DIRECTORY, now=self.settled_at).decisions

    def check(self) -> None:
        """Every law."""
        after = self.aftermath()
        for law in LAWS:
            law(after)

    def aftermath(self) -> Aftermath:
        return Aftermath(
            logs={id: self.store.load(id) for id in self.ids()},
            now=self.settled_at,
            answers=tuple(self.answers),
            calls=tuple(self.sink.calls),
            pages=self.sink.pages,
            complaints=tuple(self.sink.lines("complaints")),
            address=self.address,
        )


@pytest.fixture
def world(address: str, tmp_path: Path, workers: Nursery) -> Generator[World]:
    made = World(address, Sink(tmp_path), workers)
    yield made
    for pid in [*made.alive]:
        made.kill(pid)
    made.store.close()


def reported(world: World, record_property: Callable[[str, object], None], since: float) -> None:
    """Write down how much died and what came of it."""
    calls, pages, repeats = len(world.sink.calls), len(world.sink.pages), len(world.sink.lines("repeats"))
    figures: dict[str, float] = {"kills": world.kills, "incidents": len(world.ids()), "calls": calls, "pages": pages}
    figures |= {"absorbed": repeats, "seconds": round(time.monotonic() - since, 1)}
    for name, value in figures.items():
        record_property(name, value)
    print(f"\n{figures}")


TALLIES: Final[Mapping[Step, tuple[str, str, str, str]]] = {
    Step.WRITTEN: ("none", "none", "none", "none"),
    Step.COMMIT: ("none", "none", "none", "none"),
    Step.CLAIM: ("none", "none", "none", "none"),
    Step.CLAIMED: ("some", "none", "none", "none"),
    Step.CALL: ("some", "some", "none", "none"),
    Step.PAGED: ("some", "some", "some", "none"),
    Step.OUTCOME: ("some", "some", "some", "none"),
    Step.RECORDED: ("some", "some", "some", "some"),
}
"""What a desk is seen to have done that dies at its first step of a kind: claimed, called, paged, recorded."""


def tally_of_death(world: World, step: Step, *, tidy: bool) -> tuple[str, ...]:
    """What a desk is seen to have done before it died at a step.

    Unless all was tidied up before, it may have died at what an earlier one had begun, whose lease ran out just then.
    """
    if tidy:
        world.settle()
    world.declare()
    desk = world.dies("--die-at", step)
    mine = [event for id in world.ids() for event in world.store.load(id) if event.by == desk]
    done = (
        any(isinstance(event, ActionStarted) for event in mine),
        any(call.desk == desk for call in world.sink.calls),
        desk in world.sink.pages.values(),
        any(isinstance(event, ActionEnded) for event in mine),
    )
    return tuple("some" if each else "none" for each in done)


def test_desks_that_die_at_any_step_leave_nothing_undone(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    began = time.monotonic()
    for world.kind, step in product(KINDS, TALLIES):
        # A machine that stands still for longer than a deadline makes it look otherwise, but not three times.
        told = (tally_of_death(world, step, tidy=tidy) for tidy in (False, True, True))
        assert TALLIES[step] in told, (world.kind, step)
    for step in TALLIES:
        world.declare()
        world.declare()
        world.dies("--die-at", step, "--nth", 2)
    world.settle()
    world.check()
    reported(world, record_property, began)


def test_desks_that_die_at_any_statement_leave_nothing_undone(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    began = time.monotonic()
    for nth, world.kind in product(STATEMENTS, KINDS):
        world.declare()
        world.dies("--die-at", Step.STATEMENT, "--nth", nth)
    world.settle()
    world.check()
    reported(world, record_property, began)


def tables(engine: Engine) -> list[str]:
    return sorted(inspect(engine).get_table_names())


@pytest.mark.parametrize("kind", KINDS)
def test_program_that_dies_while_it_makes_the_tables_makes_none_of_them(world: World, kind: str) -> None:
    """And nothing is in the way of the next one."""
    world.kind = kind
    engine = create_engine(world.address)
    for nth in (1, 2):  # the first one only ends the look at what is there
        world.dies("--declare", "INC-0", "--die-at", Step.COMMIT, "--nth", nth)
        assert tables(engine) == []
    for nth in count(1):
        world.dies("--declare", "INC-0", "--die-at", Step.STATEMENT, "--nth", nth)
        if tables(engine):
            break
    assert tables(engine) == sorted(METADATA.tables)
    engine.dispose()
    assert world.kills > 25
    assert world.ids() == []
    id = world.declare()
    assert world.store.load(id) == (*world.answers,)
    the_database_is_whole(world.aftermath())


STEPS: Final = (Step.STATEMENT, Step.WRITTEN, Step.COMMIT, Step.NUMBER)
DECLARING: Final = (*product(STEPS, KINDS),) if DEEP else (*zip(STEPS, KINDS * 2, strict=True),)


def test_programs_that_die_while_they_declare_leave_no_half_of_an_incident(world: World) -> None:
    world.declare()
    for step, world.kind in DECLARING:
        assert deaths_until_it_is_declared(world, f"{world.kind}-{step}", step) > 0
    world.settle()
    world.check()


def deaths_until_it_is_declared(world: World, id: str, step: Step) -> int:
    """How many programs die before one gets so far that it dies no more."""
    for nth in count(1):
        pid, _ = world.start("--declare", id, "--die-at", step, "--nth", nth)
        if world.end_of(pid) == 0:
            assert world.store.load(id)
            return nth - 1
        assert id not in world.ids()
    raise AssertionError("it counts for ever")


def act(world: World, chance: random.Random, seconds: float) -> None:
    """Declare, acknowledge and resolve incidents, for so long."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, chance.uniform(0.02, 0.3)))
        match chance.choice(["declare", "declare", "acknowledge", "resolve", "nothing"]):
            case "declare":
                world.declare()
            case "acknowledge":
                world.said(world.desk.acknowledge(world.recent(chance), by=chance.choice(PEOPLE)))
            case "resolve" if chance.random() < 0.3:
                world.said(world.desk.resolve(world.recent(chance), by=chance.choice(PEOPLE)))
            case _:
                pass


def test_desks_that_are_killed_at_any_moment_leave_nothing_undone(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    """One at a time lives, or two do, of which either dies."""
    began, chance = time.monotonic(), random.Random(20260302)
    world.declare()
    while world.kills < KILLS:
        lives = chance.choice([1, 2])
        while len(world.alive) < lives:
            world.start("--slow", 0.05, kind=chance.choice(KINDS))
        act(world, chance, chance.uniform(0.1, 1.2) / lives)
        world.kill(chance.choice(sorted(world.alive)))
    for pid in [*world.alive]:
        world.kill(pid)
    world.settle()
    world.check()
    reported(world, record_property, began)
