"""The store in memory: it does what a naive one does, keeps what it said, and loses nothing between threads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import define, evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from incidentkit.errors import FieldInvalid, IncidentExists, LogInvalid, StaleVersion, UnknownIncident
from incidentkit.memory import MemoryStore
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.commands import Acknowledge, Cancel, Command, Merge, Note, Redact, Reopen, Resolve
from incidentkit.model.events import REDACTED, ActionEnded, Event, Noted, Redacted
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.playbooks.emergency import SEV_1
from incidentkit.providers.store import Append, Audit, FindDue, FindForgotten, FindIncidents, IncidentStore, TakeNumber

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
INC_1 = IncidentId("INC-1")
NEVER = datetime(1999, 1, 1, tzinfo=UTC)
"""A ``recorded_at`` that no store may keep."""


def t(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def declared(incident: str = INC_1) -> Incident:
    return Incident.declare(incident, title="Checkout fails", at=START, by="ada", severity=SEV_1)


def noted(text: str, incident: str = INC_1) -> Noted:
    return Noted(incident=IncidentId(incident), at=START, by=PersonId("ada"), recorded_at=NEVER, text=text)


def ended(incident: str = INC_1) -> ActionEnded:
    action = ActionKey("level-1", "1", "ada")
    desk = PersonId("desk")
    return ActionEnded(
        incident=IncidentId(incident), at=START, by=desk, recorded_at=NEVER, action=action, outcome=Outcome.SUCCEEDED
    )


@define
class SetClock:
    """A clock that stands where it was put."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(clock: SetClock) -> MemoryStore:
    return MemoryStore(clock)


def begin(store: MemoryStore, incident: str = INC_1, **plan: Any) -> None:
    events = declared(incident).timeline.events
    store.append(Append(incident=IncidentId(incident), events=events, expected_version=0, **plan))


def append(store: MemoryStore, *events: Event, expected: int | None, **plan: Any) -> tuple[Event, ...]:
    return store.append(Append(incident=INC_1, events=events, expected_version=expected, **plan))


def due(store: MemoryStore, planned_with: str = "book-1") -> tuple[str, ...]:
    return store.due(FindDue(planned_with, limit=10))


@define
class Naive:
    """What a store should have of one incident."""

    log: list[Event]
    wake_at: datetime | None
    planned_with: str
    done: bool
    kept_at: datetime


IDS = st.sampled_from([IncidentId(f"INC-{number}") for number in range(1, 5)])
PLAYBOOKS = st.sampled_from(["book-1", "book-2"])
WAKES = st.none() | st.integers(-30, 60).map(t)
PLANS = st.fixed_dictionaries({"wake_at": WAKES, "planned_with": PLAYBOOKS, "done": st.booleans()})
COMMANDS: st.SearchStrategy[Command] = st.sampled_from(
    [
        Note("the database is slow", at=START, by="ada"),
        Acknowledge(at=START, by="grace", note="on my way"),
        Resolve(at=START, by="grace", note="a fix is out"),
        Reopen(at=START, by="ada", reason="it is back"),
        Cancel(at=START, by="ada", reason="a false alarm"),
        Merge(at=START, by="ada", into="INC-9"),
        Redact(0, at=START, by="ada"),
        Redact(1, at=START, by="ada"),
    ]
)


def redactable(log: list[Event], index: int) -> bool:
    return index < len(log) and not isinstance(log[index], ActionEnded)


class StoreMachine(RuleBasedStateMachine):
    """The store beside a naive one, whose statuses come from replaying whole logs."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = SetClock()
        self.store = MemoryStore(self.clock)
        self.naive: dict[IncidentId, Naive] = {}
        self.numbers: dict[str, int] = {}

    def stamp(self, event: Event, log: list[Event]) -> Event:
        return evolve(event, recorded_at=max([self.clock.now, *(each.recorded_at for each in log)]))

    @rule(minutes=st.integers(-5, 30))
    def time_passes_or_the_clock_is_put_back(self, minutes: int) -> None:
        self.clock.now += timedelta(minutes=minutes)

    @rule(incident=IDS, plan=PLANS)
    def begin(self, incident: IncidentId, plan: dict[str, Any]) -> None:
        event = evolve(declared(incident).timeline[0], recorded_at=NEVER)
        request = Append(incident=incident, events=(event,), expected_version=0, **plan)
        if incident in self.naive:
            with pytest.raises(IncidentExists):
                self.store.append(request)
            return
        stored = self.store.append(request)
        self.naive[incident] = Naive([self.stamp(event, [])], **plan, kept_at=self.clock.now)
        assert stored == (*self.naive[incident].log,)

    @rule(incident=IDS, commands=st.lists(COMMANDS, max_size=3), plan=PLANS, off=st.sampled_from([0, 0, 0, -1, 1, 7]))
    def append_to_a_version(
        self, incident: IncidentId, commands: list[Command], plan: dict[str, Any], off: int
    ) -> None:
        naive = self.naive.get(incident)
        log = [] if naive is None else naive.log.copy()
        events: list[Event] = []
        for command in commands if log else ():
            before = Incident.replay(log)
            if before.can(command.tag) and not (isinstance(command, Redact) and not redactable(log, command.event)):
                *log, event = before.apply(command, recorded_at=t(40_000)).timeline
                log.append(self.stamp(event, log))
                events.append(evolve(event, recorded_at=NEVER))
        version = len(naive.log) if naive else 0
        expected = max(1, version + off)
        request = Append(incident=incident, events=(*events,), expected_version=expected, **plan)
        if naive is None:
            with pytest.raises(UnknownIncident):
                self.store.append(request)
        elif expected != version:
            with pytest.raises(StaleVersion):
                self.store.append(request)
        else:
            stored = self.store.append(request)
            self.naive[incident] = Naive(log, **plan, kept_at=self.clock.now)
            assert stored == (*log[version:],)

    @rule(incident=IDS, count=st.integers(0, 2), plan=PLANS)
    def record_whatever_the_version(self, incident: IncidentId, count: int, plan: dict[str, Any]) -> None:
        request = Append(incident=incident, events=(ended(incident),) * count, expected_version=None, **plan)
        if incident not in self.naive:
            with pytest.raises(UnknownIncident):
                self.store.append(request)
            return
        naive = self.naive[incident]
        stored = self.store.append(request)
        for event in request.events:
            naive.log.append(self.stamp(event, naive.log))
        assert stored == (*naive.log[len(naive.log) - count :],)
        soon = plan["wake_at"] or self.clock.now
        naive.wake_at = soon if naive.wake_at is None else min(soon, naive.wake_at)
        naive.done = False
        naive.kept_at = self.clock.now

    def in_turn(self, incidents: list[IncidentId]) -> tuple[IncidentId, ...]:
        timed = sorted((wake_at, each) for each in incidents if (wake_at := self.naive[each].wake_at) is not None)
        return (*(each for _, each in timed), *sorted(each for each in incidents if self.naive[each].wake_at is None))

    @rule(planned_with=PLAYBOOKS, limit=st.integers(1, 5))
    def ask_what_is_due(self, planned_with: str, limit: int) -> None:
        late = [each for each, naive in self.naive.items() if naive.wake_at and naive.wake_at <= self.clock.now]
        other = [
            each
            for each, naive in self.naive.items()
            if not naive.done and (naive.planned_with != planned_with or naive.kept_at > self.clock.now)
        ]
        expected = self.in_turn(list({*late, *other}))
        assert self.store.due(FindDue(planned_with, limit)) == expected[:limit]

    @rule(statuses=st.none() | st.frozensets(st.sampled_from(Status)), limit=st.integers(1, 3))
    def turn_all_pages(self, statuses: frozenset[Status] | None, limit: int) -> None:
        found: list[IncidentId] = []
        request = FindIncidents(statuses=statuses, limit=limit)
        while page := self.store.find(request):
            assert len(page) <= limit
            found += page
            request = evolve(request, after=page[-1])
        assert found == [
            incident
            for incident, naive in reversed(self.naive.items())
            if statuses is None or Incident.replay(naive.log).status in statuses
        ]

    @rule(grace=st.integers(0, 20).map(lambda minutes: timedelta(minutes=minutes)))
    def audit(self, grace: timedelta) -> None:
        opened = [each for each, naive in self.naive.items() if not naive.done]
        forgotten = [
            each for each in opened if not (wake_at := self.naive[each].wake_at) or self.clock.now - wake_at > grace
        ]
        assert self.store.audit(FindForgotten(grace)) == Audit(len(opened), self.in_turn(forgotten))

    @rule(series=st.sampled_from(["20260302", "20260303"]))
    def take_a_number(self, series: str) -> None:
        self.numbers[series] = self.numbers.get(series, 0) + 1
        assert self.store.number(TakeNumber(series)) == self.numbers[series]

    @precondition(lambda self: self.naive)
    @invariant()
    def logs_are_the_same_and_replay(self) -> None:
        for incident, naive in self.naive.items():
            log = self.store.load(incident)
            assert log == (*naive.log,)
            assert [event.recorded_at for event in log] == sorted(event.recorded_at for event in log)
            Incident.replay(log)


TestStoreMachine = StoreMachine.TestCase


def test_it_is_an_incident_store() -> None:
    store: IncidentStore = MemoryStore()
    assert isinstance(store.now(), datetime)


def test_the_clock_tells_utc() -> None:
    store = MemoryStore(lambda: START.astimezone(timezone(timedelta(hours=2))))
    assert (store.now(), store.now().tzinfo) == (START, UTC)
    with pytest.raises(FieldInvalid, match="now"):
        MemoryStore(lambda: datetime(2026, 3, 2)).now()


def test_what_was_recorded_never_goes_back_though_the_clock_does(store: MemoryStore, clock: SetClock) -> None:
    begin(store)
    clock.now = t(-60)
    (stored,) = append(store, noted("late"), expected=1)
    assert stored.recorded_at == START


def test_what_was_planned_later_than_now_is_due_until_it_is_planned_anew(store: MemoryStore, clock: SetClock) -> None:
    begin(store, wake_at=t(30), planned_with="book-1")
    clock.now = t(-60)
    assert due(store) == ("INC-1",)
    append(store, expected=1, wake_at=t(30), planned_with="book-1")
    assert due(store) == ()


def test_an_append_without_events_records_nothing(store: MemoryStore, clock: SetClock) -> None:
    begin(store)
    clock.now = t(10)
    append(store, expected=1)
    clock.now = t(5)
    (stored,) = append(store, noted("after the clock was put back"), expected=1)
    assert stored.recorded_at == t(5)


@pytest.mark.parametrize(
    ("events", "expected", "problem"),
    [
        ((), 0, "event 0: the log of an incident begins with its declaration"),
        ((noted("first"),), 0, "event 0: the log of an incident begins with its declaration"),
        ((*declared("INC-2").timeline,), 0, "event 0: it is of the incident INC-2"),
        ((*declared().timeline,) * 2, 0, "event 1: the log of an incident .* has no other"),
    ],
)
def test_what_is_no_log_begins_no_incident(
    store: MemoryStore, events: tuple[Event, ...], expected: int, problem: str
) -> None:
    with pytest.raises(LogInvalid, match=problem):
        append(store, *events, expected=expected)
    with pytest.raises(UnknownIncident, match="'INC-1'"):
        store.load("INC-1")


@pytest.mark.parametrize(
    "wrong",
    [
        noted("elsewhere", "INC-2"),
        declared().timeline[0],
        Redacted(incident=INC_1, at=START, by=PersonId("ada"), recorded_at=START, event=2),
    ],
)
@pytest.mark.parametrize("expected", [1, None])
def test_an_append_is_all_or_nothing(store: MemoryStore, wrong: Event, expected: int | None) -> None:
    begin(store, wake_at=t(5), planned_with="book-1")
    with pytest.raises(LogInvalid, match="event 2: "):
        append(store, noted("fits"), wrong, expected=expected, wake_at=t(1))
    assert len(store.load("INC-1")) == 1
    assert due(store) == ()


def test_a_stale_append_says_which_versions(store: MemoryStore) -> None:
    begin(store)
    with pytest.raises(StaleVersion) as caught:
        append(store, noted("late"), expected=3)
    assert (caught.value.incident, caught.value.based_on, caught.value.version) == ("INC-1", 3, 1)


def test_words_are_taken_out_of_the_log_with_the_append_that_says_so(store: MemoryStore) -> None:
    begin(store)
    append(store, noted("the password is hunter2"), expected=1)
    redacted = Redacted(incident=INC_1, at=START, by=PersonId("ada"), recorded_at=START, event=1)
    append(store, redacted, expected=2)
    assert "hunter2" not in str(store.load("INC-1"))
    assert Incident.replay(store.load("INC-1")).timeline[1] == evolve(noted(REDACTED), recorded_at=START)


def test_words_that_come_and_go_in_one_append_are_never_given_back(store: MemoryStore) -> None:
    begin(store)
    redacted = Redacted(incident=INC_1, at=START, by=PersonId("ada"), recorded_at=START, event=1)
    stored = append(store, noted("hunter2"), redacted, expected=1)
    assert stored == store.load("INC-1")[1:]
    assert "hunter2" not in str(stored)


def test_planning_anew_without_decisions_moves_the_time_to_look(store: MemoryStore, clock: SetClock) -> None:
    begin(store, wake_at=t(0), planned_with="book-1")
    assert due(store) == ("INC-1",)
    assert append(store, expected=1, wake_at=t(30), planned_with="book-1") == ()
    assert due(store) == ()
    clock.now = t(30)
    assert due(store) == ("INC-1",)


def test_an_outcome_is_due_for_planning_at_once_unless_it_says_when(store: MemoryStore, clock: SetClock) -> None:
    begin(store, wake_at=t(30), planned_with="book-1")
    append(store, ended(), expected=None, wake_at=t(1))
    assert due(store) == ()
    append(store, ended(), expected=None)
    assert due(store) == ("INC-1",)


def test_an_outcome_that_comes_late_wakes_even_what_was_done(store: MemoryStore, clock: SetClock) -> None:
    begin(store, planned_with="book-1", done=True)
    append(store, ended(), expected=None, done=True)
    clock.now = t(10)
    assert due(store) == ("INC-1",)
    assert store.audit(FindForgotten(timedelta(minutes=5))) == Audit(1, (INC_1,))


def test_another_playbook_concerns_everything_that_is_not_done(store: MemoryStore) -> None:
    begin(store, "INC-1", wake_at=t(60), planned_with="book-1")
    begin(store, "INC-2", wake_at=None, planned_with="book-1", done=True)
    begin(store, "INC-3", wake_at=None, planned_with="book-1")
    begin(store, "INC-4", wake_at=t(30), planned_with="book-1")
    assert due(store, "book-1") == ()
    assert due(store, "book-2") == ("INC-4", "INC-1", "INC-3")


def test_turning_pages_is_not_disturbed_by_what_happens_in_between(store: MemoryStore) -> None:
    for number in range(1, 5):
        begin(store, f"INC-{number}")
    active = FindIncidents(statuses=ACTIVE, limit=2)
    assert store.find(active) == ("INC-4", "INC-3")
    resolved = declared("INC-3").resolve(at=t(1), by="ada")
    store.append(Append(incident=IncidentId("INC-3"), events=(resolved.timeline[-1],), expected_version=1))
    begin(store, "INC-5")
    assert store.find(evolve(active, after=IncidentId("INC-3"))) == ("INC-2", "INC-1")


def test_a_page_after_an_unknown_incident_is_refused(store: MemoryStore) -> None:
    with pytest.raises(UnknownIncident, match="'INC-9'"):
        store.find(FindIncidents(limit=1, after=IncidentId("INC-9")))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: FindDue("book-1", limit=0),
        lambda: FindIncidents(limit=-1),
        lambda: FindIncidents(limit=True),
        lambda: Append(incident=INC_1, events=(), expected_version=1, wake_at=datetime(2026, 3, 2)),
        lambda: TakeNumber(""),
    ],
)
def test_a_request_that_means_nothing_is_refused_before_it_is_sent(wrong: Callable[[], object]) -> None:
    with pytest.raises(FieldInvalid):
        wrong()


@pytest.fixture
def impatient_threads() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("impatient_threads")
def test_of_threads_that_append_to_one_version_exactly_one_does() -> None:
    store = MemoryStore()
    begin(store)
    threads, each = 4, 40

    def write(thread: int) -> list[int]:
        versions: list[int] = []
        while len(versions) < each:
            version = len(store.load("INC-1"))
            try:
                append(store, noted(f"{thread}: {len(versions)}"), expected=version)
            except StaleVersion as error:
                assert error.version > version
            else:
                versions.append(version)
        return versions

    with ThreadPoolExecutor(threads) as pool:
        won = [version for versions in pool.map(write, range(threads)) for version in versions]
    assert sorted(won) == [*range(1, 1 + threads * each)]
    written = [event.text for event in store.load("INC-1") if isinstance(event, Noted)]
    assert sorted(written) == sorted(f"{thread}: {number}" for thread in range(threads) for number in range(each))


@pytest.mark.usefixtures("impatient_threads")
def test_of_threads_that_begin_one_incident_exactly_one_does() -> None:
    store = MemoryStore()

    def start(_: int) -> bool:
        try:
            begin(store)
        except IncidentExists:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(start, range(64))) == 1


@pytest.mark.usefixtures("impatient_threads")
def test_of_threads_that_count_each_gets_numbers_of_its_own() -> None:
    store = MemoryStore()
    requests = [TakeNumber("20260302"), TakeNumber("20260303")]
    with ThreadPoolExecutor(8) as pool:
        numbers = [*pool.map(store.number, requests * 200)]
    assert sorted(numbers[::2]) == sorted(numbers[1::2]) == [*range(1, 201)]
