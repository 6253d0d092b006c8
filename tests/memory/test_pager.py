"""The pager in memory: each key reaches somebody once, and people answer as they would."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest
from attrs import evolve

from incidentkit.errors import FieldInvalid
from incidentkit.memory import Acknowledges, Declines, MemoryPager, Sleeps
from incidentkit.model.commands import Acknowledge, Decline
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.providers.answer import Diagnosis
from incidentkit.providers.pager import Pager, SendPage

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)


def t(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def page(key: str = "k1", person: str = "ada", incident: str = "INC-1") -> SendPage:
    return SendPage(
        key=key,
        incident=IncidentId(incident),
        person=PersonId(person),
        method="phone",
        address="+44 20 7946 0000",
        severity="SEV-1",
        title="Checkout fails",
        reason="on call",
        declared_at=START,
    )


def test_it_is_a_pager() -> None:
    pager: Pager = MemoryPager()
    assert pager.diagnose() == Diagnosis(healthy=True)


def test_the_same_key_pages_once_and_gives_the_first_receipt() -> None:
    pager = MemoryPager()
    first, other = pager.page(page("k1")), pager.page(page("k2"))
    assert pager.page(evolve(page("k1"), person=PersonId("grace"))) == first != other
    assert pager.pages == [page("k1"), page("k2")]


def test_threads_with_one_key_page_once() -> None:
    def slow_clock() -> datetime:
        sleep(0.01)
        return START

    pager = MemoryPager({"ada": Acknowledges(minutes(1))}, clock=slow_clock)
    with ThreadPoolExecutor(8) as pool:
        receipts = {*pool.map(pager.page, [page("k1")] * 8)}
    assert (len(receipts), len(pager.pages)) == (1, 1)


def test_the_list_of_pages_is_a_copy() -> None:
    pager = MemoryPager()
    pager.page(page())
    pager.pages.clear()
    assert pager.pages == [page()]


def test_people_answer_in_the_order_of_time_and_each_answer_comes_once() -> None:
    pager = MemoryPager(
        {"ada": Declines(minutes(5), "on a plane"), "grace": Acknowledges(minutes(2)), "linus": Sleeps()},
        clock=lambda: START,
    )
    for person in ("ada", "grace", "linus", "eve"):
        pager.page(page(f"for {person}", person))

    assert pager.next_answer_at == t(2)
    assert pager.answers(t(1)) == ()
    assert pager.answers(t(5)) == (
        ("INC-1", Acknowledge(at=t(2), by="grace")),
        ("INC-1", Decline(at=t(5), by="ada", reason="on a plane")),
    )
    assert pager.answers(t(60)) == ()
    assert pager.next_answer_at is None


def test_a_second_page_before_the_answer_brings_no_second_answer() -> None:
    now = START
    pager = MemoryPager({"ada": Acknowledges(minutes(10))}, clock=lambda: now)
    pager.page(page("k1"))
    now = t(5)
    pager.page(page("k2"))
    pager.page(page("k3", incident="INC-2"))
    assert [(incident, command.at) for incident, command in pager.answers(t(60))] == [
        ("INC-1", t(10)),
        ("INC-2", t(15)),
    ]


def test_a_page_after_the_answer_brings_another() -> None:
    pager = MemoryPager({PersonId("ada"): Acknowledges(minutes(0))}, clock=lambda: START)
    pager.page(page("k1"))
    assert len(pager.answers(START)) == 1
    pager.page(page("k1"))
    assert pager.answers(START) == ()
    pager.page(page("k2"))
    assert len(pager.answers(START)) == 1


def test_a_clock_without_zone_is_refused_before_anybody_is_reached() -> None:
    pager = MemoryPager({"ada": Acknowledges(minutes(1))}, clock=lambda: datetime(2026, 3, 2))
    with pytest.raises(FieldInvalid, match="now"):
        pager.page(page())
    assert pager.pages == []
