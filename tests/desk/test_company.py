"""Desks that share a store take different incidents, and none of them is left out or held up by it."""

from __future__ import annotations

from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit.desk import Desk, Toolbox
from incidentkit.desk.company import LASTING, Company
from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.model.events import ActionStarted, Event, Noted
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.playbooks.emergency import SEV_1
from incidentkit.providers.store import Append, FindDue
from incidentkit.testing import ManualClock
from tests.desk.test_desk import DIRECTORY, PLAYBOOK, START

IDS = st.lists(st.text(min_size=1, max_size=9).map(IncidentId), unique=True)


class Crowded(MemoryStore):
    """A store in which somebody writes to an incident whenever a desk is about to, so often."""

    def __init__(self, clock: ManualClock, times: int) -> None:
        super().__init__(clock)
        self.times = times
        self.asked: list[int] = []
        self.first: list[str] = []
        """The incidents that were appended to in vain."""

    def append(self, request: Append, /) -> tuple[Event, ...]:
        if request.expected_version and self.times:
            self.times -= 1
            self.first.append(request.incident)
            note = Noted(incident=request.incident, at=START, by=PersonId("ada"), recorded_at=START, text="me first")
            super().append(Append(incident=request.incident, events=(note,), expected_version=None))
        return super().append(request)

    def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        self.asked.append(request.limit)
        return super().due(request)


def desk_of(store: MemoryStore, pager: MemoryPager) -> Desk:
    return Desk(PLAYBOOK, DIRECTORY, Toolbox(pagers={"phone": pager, "mail": pager}), store, places=0, observers=())


def declare(store: MemoryStore, count: int) -> None:
    desk = desk_of(store, MemoryPager())
    for number in range(count):
        desk.declare("Checkout fails", by="bot", severity=SEV_1, id=f"INC-{number:03}")


@given(due=IDS)
def test_desk_that_is_alone_takes_the_earliest_first(due: list[IncidentId]) -> None:
    company = Company("a")
    assert company.in_order(due) == due
    assert (company.asked(100), company.taken(100)) == (100, 100)


@given(due=IDS, name=st.text())
def test_in_company_the_order_changes_and_nothing_else(due: list[IncidentId], name: str) -> None:
    company = Company(name)
    company.meet()
    assert sorted(company.in_order(due)) == sorted(due)
    assert company.asked(100) > 100 > company.taken(100) > 0 < company.taken(1)


def test_each_desk_has_an_order_of_its_own() -> None:
    due = [IncidentId(f"INC-{number}") for number in range(100)]
    orders = [Company(name) for name in "abcdefgh"]
    for each in orders:
        each.meet()
    begun = {incident for each in orders for incident in each.in_order(due)[:5]}
    assert len(begun) > 20


def test_whatever_is_due_first_is_soon_taken_and_nothing_waits_for_ever() -> None:
    due = [IncidentId(f"INC-{number}") for number in range(1_000)]
    company, first, last = Company("a"), 0, 0
    for _ in range(400):
        company.meet()
        portion = company.in_order(due)[: company.taken(100)]
        first += due[0] in portion
        last += any(each in portion for each in due[900:])
    assert first > 300
    assert last > 20


def test_desk_reckons_with_others_for_a_while_after_it_met_one() -> None:
    company = Company("a")
    company.meet()
    for _ in range(LASTING):
        assert company.is_there
        company.go_on()
    assert not company.is_there


def test_tick_looks_at_as_many_as_it_may_though_somebody_else_is_always_first() -> None:
    store = Crowded(ManualClock(START), times=1_000)
    declare(store, 30)
    assert desk_of(store, MemoryPager()).tick(limit=20) == 20
    assert len(store.first) == 20
    assert store.asked[0] == 20 < min(store.asked[1:10])


def test_whoever_was_met_once_is_gone_the_next_time() -> None:
    store, pager = Crowded(ManualClock(START), times=1), MemoryPager()
    declare(store, 30)
    desk = desk_of(store, pager)
    for _ in range(LASTING + 5):
        desk.tick(limit=100)
    assert len(pager.pages) == 30
    assert max(store.asked) > store.asked[-1] == 100


def test_desks_that_share_a_backlog_claim_each_incident_once_and_seldom_meet() -> None:
    clock, count, desks = ManualClock(START), 120, 4
    store, pager = MemoryStore(clock), MemoryPager(clock=clock)
    declare(store, count)

    def work() -> None:
        desk = desk_of(store, pager)
        while desk.tick(limit=40):
            pass

    threads = [Thread(target=work) for _ in range(desks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    logs = [store.load(f"INC-{number:03}") for number in range(count)]
    assert [sum(isinstance(event, ActionStarted) for event in log) for log in logs] == [1] * count
    assert len(pager.pages) == count


class Hot(Crowded):
    """A store in which somebody writes to one incident all the time."""

    def append(self, request: Append, /) -> tuple[Event, ...]:
        self.times = int(request.incident == "INC-000")
        return super().append(request)


@pytest.mark.parametrize("limit", [2, 10, 100])
def test_whoever_writes_to_one_incident_all_the_time_holds_up_no_other(limit: int) -> None:
    store, pager = Hot(ManualClock(START), times=0), MemoryPager()
    declare(store, 30)
    desk = desk_of(store, pager)
    for _ in range(20 + 360 // limit):
        desk.tick(limit=limit)
    assert len(pager.pages) == 29
