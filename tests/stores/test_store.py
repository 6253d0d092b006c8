"""Examples of what a store does, the same for every kind of store, and what threads see that share one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve

from incidentkit.errors import FieldInvalid, IncidentExists, LogInvalid, StaleVersion, UnknownIncident
from incidentkit.memory import MemoryStore
from incidentkit.model.commands import Cancel, Close, Command, Label, Mitigate, Resolve, StartMitigation, Unlabel
from incidentkit.model.events import REDACTED, Declared, Event, Noted
from incidentkit.model.identity import IncidentId
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.providers.evidence import KeepsEvidence
from incidentkit.providers.playbooks import KeepsPlaybooks
from incidentkit.providers.records import KeepsRecords, LogRecord, NumberRecord, PlaybookRecord, Record
from incidentkit.providers.store import (
    MOST,
    Append,
    Audit,
    FindDue,
    FindForgotten,
    FindIncidents,
    IncidentStore,
    TakeNumber,
)
from incidentkit.stores import AsyncSqlStore, SqlStore
from tests.stores.kinds import SHARED, Home, Kind, Store
from tests.stores.samples import INC_1, START, SetClock, declared, ended, noted, redacted, t


def begin(store: Store, incident: str = INC_1, **plan: Any) -> None:
    events = declared(incident).timeline.events
    store.append(Append(incident=IncidentId(incident), events=events, expected_version=0, **plan))


def append(store: Store, *events: Event, expected: int | None, **plan: Any) -> tuple[Event, ...]:
    return store.append(Append(incident=INC_1, events=events, expected_version=expected, **plan))


def due(store: Store, planned_with: str = "book-1") -> tuple[str, ...]:
    return store.due(FindDue(planned_with, limit=10))


def test_every_kind_is_an_incident_store_that_keeps_more_than_logs() -> None:
    for store in (MemoryStore(), SqlStore("sqlite://"), AsyncSqlStore("sqlite://")):
        is_one: IncidentStore = store
        assert isinstance(is_one, KeepsPlaybooks)
        assert isinstance(store, KeepsEvidence)
        assert isinstance(store, KeepsRecords) == (not isinstance(store, AsyncSqlStore))


def test_the_clock_tells_utc(store: Store, clock: SetClock) -> None:
    clock.now = START.astimezone(timezone(timedelta(hours=2)))
    assert (store.now(), store.now().tzinfo) == (START, UTC)
    clock.now = datetime(2026, 3, 2)
    with pytest.raises(FieldInvalid, match="now"):
        store.now()


def test_what_was_recorded_never_goes_back_though_the_clock_does(store: Store, clock: SetClock) -> None:
    begin(store)
    clock.now = t(-60)
    (stored,) = append(store, noted("late"), expected=1)
    assert stored.recorded_at == START


def test_what_was_planned_later_than_now_is_due_until_it_is_planned_anew(store: Store, clock: SetClock) -> None:
    begin(store, wake_at=t(30), planned_with="book-1")
    clock.now = t(-60)
    assert due(store) == ("INC-1",)
    append(store, expected=1, wake_at=t(30), planned_with="book-1")
    assert due(store) == ()


def test_an_append_without_events_records_nothing(store: Store, clock: SetClock) -> None:
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
    store: Store, events: tuple[Event, ...], expected: int, problem: str
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
        redacted(2),
    ],
)
@pytest.mark.parametrize("expected", [1, None])
def test_an_append_is_all_or_nothing(store: Store, wrong: Event, expected: int | None) -> None:
    begin(store, wake_at=t(5), planned_with="book-1")
    with pytest.raises(LogInvalid, match="event 2: "):
        append(store, noted("fits"), wrong, expected=expected, wake_at=t(1))
    assert len(store.load("INC-1")) == 1
    assert due(store) == ()


def test_a_stale_append_says_which_versions(store: Store) -> None:
    begin(store)
    with pytest.raises(StaleVersion) as caught:
        append(store, noted("late"), expected=3)
    assert (caught.value.incident, caught.value.based_on, caught.value.version) == ("INC-1", 3, 1)


def test_words_are_taken_out_of_the_log_with_the_append_that_says_so(store: Store) -> None:
    begin(store)
    append(store, noted("the password is hunter2"), expected=1)
    append(store, redacted(1), expected=2)
    assert "hunter2" not in str(store.load("INC-1"))
    assert Incident.replay(store.load("INC-1")).timeline[1] == evolve(noted(REDACTED), recorded_at=START)


def test_words_that_come_and_go_in_one_append_are_never_given_back(store: Store) -> None:
    begin(store)
    stored = append(store, noted("hunter2"), redacted(1), expected=1)
    assert stored == store.load("INC-1")[1:]
    assert "hunter2" not in str(stored)


MANY_WORDS = 66_000
"""More than PostgreSQL takes parameters in one statement."""


def test_very_many_words_are_taken_out_at_once(store: Store) -> None:
    begin(store)
    texts = [" ".join(f"{word:x}" for word in range(first, first + 12_000)) for first in range(0, MANY_WORDS, 12_000)]
    append(store, *map(noted, texts), expected=1)
    assert store.find(FindIncidents(text="0 ffff 101cf", limit=1)) == ("INC-1",)
    append(store, *(redacted(place) for place, _ in enumerate(texts, 1)), expected=1 + len(texts))
    for word in ("0", "ffff", "101cf"):
        assert store.find(FindIncidents(text=word, limit=1)) == ()
    assert store.find(FindIncidents(text="checkout redacted", limit=1)) == ("INC-1",)


def test_planning_anew_without_decisions_moves_the_time_to_look(store: Store, clock: SetClock) -> None:
    begin(store, wake_at=t(0), planned_with="book-1")
    assert due(store) == ("INC-1",)
    assert append(store, expected=1, wake_at=t(30), planned_with="book-1") == ()
    assert due(store) == ()
    clock.now = t(30)
    assert due(store) == ("INC-1",)


def test_an_outcome_is_due_for_planning_at_once_unless_it_says_when(store: Store, clock: SetClock) -> None:
    begin(store, wake_at=t(30), planned_with="book-1")
    append(store, ended(), expected=None, wake_at=t(1))
    assert due(store) == ()
    append(store, ended(), expected=None)
    assert due(store) == ("INC-1",)


def test_an_outcome_that_comes_late_wakes_even_what_was_done(store: Store, clock: SetClock) -> None:
    begin(store, planned_with="book-1", done=True)
    append(store, ended(), expected=None, done=True)
    clock.now = t(10)
    assert due(store) == ("INC-1",)
    assert store.audit(FindForgotten(timedelta(minutes=5))) == Audit(1, (INC_1,))


def test_another_playbook_concerns_everything_that_is_not_done(store: Store) -> None:
    begin(store, "INC-1", wake_at=t(60), planned_with="book-1")
    begin(store, "INC-2", wake_at=None, planned_with="book-1", done=True)
    begin(store, "INC-3", wake_at=None, planned_with="book-1")
    begin(store, "INC-4", wake_at=t(30), planned_with="book-1")
    assert due(store, "book-1") == ()
    assert due(store, "book-2") == ("INC-4", "INC-1", "INC-3")


@pytest.mark.parametrize(("planned_with", "now"), [("book-0", 0), ("book-2", 0), ("book-1", -1), ("book-1", 90)])
def test_those_whose_turn_is_first_are_found_first_whatever_they_are_due_for(
    store: Store, clock: SetClock, planned_with: str, now: float
) -> None:
    for name, wake_at in (("INC-1", t(60)), ("INC-2", None), ("INC-3", t(30))):
        begin(store, name, wake_at=wake_at, planned_with="book-1")
    clock.now = t(now)
    assert store.due(FindDue(planned_with, limit=1)) == ("INC-3",)


def test_between_equals_the_id_decides_by_its_characters(store: Store) -> None:
    names = ["INC-10", "INC-2", "inc-1", "Inc-1", "a b", "Ä", "é", "z", "緊急", "🚨", "\uffee"]
    for name in names:
        begin(store, name, wake_at=START)
    assert store.due(FindDue("book-1", limit=20)) == tuple(sorted(names))


def test_turning_pages_is_not_disturbed_by_what_happens_in_between(store: Store) -> None:
    for number in range(1, 5):
        begin(store, f"INC-{number}")
    active = FindIncidents(statuses=ACTIVE, limit=2)
    assert store.find(active) == ("INC-4", "INC-3")
    resolved = declared("INC-3").resolve(at=t(1), by="ada")
    store.append(Append(incident=IncidentId("INC-3"), events=(resolved.timeline[-1],), expected_version=1))
    begin(store, "INC-5")
    assert store.find(evolve(active, after=IncidentId("INC-3"))) == ("INC-2", "INC-1")


def test_a_label_that_changes_leaves_other_labels_and_other_incidents_as_they_are(store: Store) -> None:
    def found(**labels: str) -> tuple[str, ...]:
        return store.find(FindIncidents(labels=labels, limit=9))

    labels = {"service": "checkout", "region": "eu"}
    for name in ("INC-1", "INC-2"):
        events = declared(name, labels=labels).timeline.events
        store.append(Append(incident=IncidentId(name), events=events, expected_version=0))
    searched = declared(labels=labels).apply(Label("service", "search", at=START, by="ada"))
    append(store, searched.timeline[-1], expected=1)
    assert (found(service="search"), found(service="checkout")) == (("INC-1",), ("INC-2",))
    assert found(region="eu") == ("INC-2", "INC-1")
    unlabelled = searched.apply(Unlabel("service", at=START, by="ada"))
    append(store, unlabelled.timeline[-1], expected=2)
    assert (found(service="search"), found(service="checkout")) == ((), ("INC-2",))
    assert found(region="eu") == ("INC-2", "INC-1")
    assert found(service="checkout", region="eu") == ("INC-2",)
    assert found(service="checkout", region="us") == ()


def test_a_page_after_an_unknown_incident_is_refused(store: Store) -> None:
    with pytest.raises(UnknownIncident, match="'INC-9'"):
        store.find(FindIncidents(limit=1, after=IncidentId("INC-9")))


@pytest.mark.parametrize(
    "record",
    [
        PlaybookRecord(reference="emergency@0123456789ab", document="{}"),
        NumberRecord(series="20260302", last=1),
        NumberRecord(series="20260302", last=MOST),
        LogRecord(events=declared().timeline.events),
    ],
)
def test_a_record_is_new_once(place: Home, record: Record) -> None:
    assert [place.archive.take_in(record) for _ in range(3)] == [True, False, False]


def test_a_series_that_is_at_its_end_gives_no_number_and_stays_there(place: Home) -> None:
    almost = NumberRecord(series="20260302", last=MOST - 1)
    assert place.archive.take_in(almost)
    assert place.store.number(TakeNumber("20260302")) == MOST
    for _ in range(2):
        with pytest.raises(FieldInvalid, match="series: '20260302' is at its end, 1000000000: take another series"):
            place.store.number(TakeNumber("20260302"))
    assert [*place.archive.records()] == [evolve(almost, last=MOST)]
    assert place.store.number(TakeNumber("20260303")) == 1


def test_a_record_that_still_has_words_which_were_taken_out_is_refused(place: Home) -> None:
    said = (evolve(each, recorded_at=START) for each in (noted("hunter2"), redacted(1)))
    with pytest.raises(LogInvalid, match="event 1: its words are still there"):
        place.archive.take_in(LogRecord(events=(*declared().timeline.events, *said)))
    assert place.store.find(FindIncidents(text="hunter2", limit=1)) == ()


def over(status: Status) -> tuple[Event, ...]:
    """The log of an incident that has come to that status."""
    whole = declared()
    commands: dict[Status, tuple[Command, ...]] = {
        Status.INVESTIGATING: (),
        Status.MITIGATING: (StartMitigation(at=START, by="ada"),),
        Status.MONITORING: (Mitigate(at=START, by="ada"),),
        Status.RESOLVED: (Resolve(at=START, by="ada"),),
        Status.CLOSED: (Resolve(at=START, by="ada"), Close(at=START, by="ada")),
        Status.CANCELLED: (Cancel(at=START, by="ada", reason="a false alarm"),),
    }
    for command in commands[status]:
        whole = whole.apply(command)
    assert whole.status is status
    return whole.timeline.events


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("wake_at", [None, t(60)])
def test_a_log_that_is_taken_in_as_done_though_somebody_is_at_work_is_planned_at_once(
    place: Home, clock: SetClock, status: Status, wake_at: datetime | None
) -> None:
    clock.now = t(10)
    said = LogRecord(wake_at=wake_at, planned_with="book-1", done=True, events=over(status))
    assert place.archive.take_in(said)
    (kept,) = place.archive.records()
    if status in ACTIVE:
        assert kept == evolve(said, wake_at=t(10), planned_with="", done=False)
        assert due(place.store) == ("INC-1",)
    else:
        assert kept == said
        assert due(place.store) == ()
    assert not place.archive.take_in(said)
    assert [*place.archive.records()] == [kept]


def test_a_drill_that_is_taken_in_as_done_stays_done(place: Home) -> None:
    (event,) = declared().timeline.events
    assert isinstance(event, Declared)
    drill = LogRecord(done=True, events=(evolve(event, practice=True),))
    assert place.archive.take_in(drill)
    assert [*place.archive.records()] == [drill]
    assert due(place.store) == ()


@pytest.fixture
def impatient_threads() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.fixture(params=SHARED)
def shared(request: pytest.FixtureRequest, homes: Callable[[Kind], Home], clock: SetClock) -> Home:
    """An empty store of each kind that threads may share."""
    found = homes(request.param)
    found.clean()
    return found


@pytest.mark.usefixtures("impatient_threads")
def test_of_threads_that_append_to_one_version_exactly_one_does(shared: Home) -> None:
    store = shared.store
    begin(store)
    threads, each = 4, 40 if shared.kind is Kind.MEMORY else 10

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
def test_of_threads_that_begin_one_incident_exactly_one_does(shared: Home) -> None:
    def start(_: int) -> bool:
        try:
            begin(shared.store)
        except IncidentExists:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(start, range(64))) == 1


@pytest.mark.usefixtures("impatient_threads")
def test_of_threads_that_count_each_gets_numbers_of_its_own(shared: Home) -> None:
    requests = [TakeNumber("20260302"), TakeNumber("20260303")]
    times = 200 if shared.kind is Kind.MEMORY else 40
    with ThreadPoolExecutor(8) as pool:
        numbers = [*pool.map(shared.store.number, requests * times)]
    assert sorted(numbers[::2]) == sorted(numbers[1::2]) == [*range(1, 1 + times)]


def test_a_log_that_ends_in_the_future_is_told_until_the_clock_comes_there(place: Home, clock: SetClock) -> None:
    clock.now = t(60)
    begin(place.store, wake_at=t(120), planned_with="book-1")
    clock.now = START
    assert place.store.audit(FindForgotten(timedelta(minutes=59))) == Audit(1, (INC_1,))
    assert place.store.audit(FindForgotten(timedelta(minutes=60))) == Audit(1, ())
    assert place.store.audit(FindForgotten(timedelta.max)) == Audit(1, ())
