"""Many desks on one database: every page is claimed once, whoever comes first; how fast, and how late."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import define, field

from incidentkit.desk import Desk, Toolbox
from incidentkit.model.events import ActionEnded, ActionStarted, Became, Event
from incidentkit.playbooks.emergency import SEV_1
from incidentkit.providers.store import FindForgotten
from incidentkit.stores import SqlStore
from tests.stores.postgres import Postgres
from tests.stores.worker import DIRECTORY, ONE_PAGE, Nursery, Sink, nursery

DEEP: Final = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
DESKS, BACKLOG, STEADY = (8, 2_000, 200) if DEEP else (4, 200, 40)
"""How many desks there are, how many incidents wait for them when they begin, and how many come one by one later."""

PACE: Final = 0.05
"""Seconds between two that come one by one."""

PATIENCE: Final = 300
"""Seconds after which a test gives up."""


@define
class Crowd:
    """Desks in processes of their own, and what they did."""

    sink: Sink
    store: SqlStore
    nursery: Nursery
    address: str
    pids: list[int] = field(factory=list[int])

    def begin(self) -> None:
        for number in range(DESKS):
            options = ("--address", self.address, "--folder", self.sink.folder, "--name", f"desk {number}")
            calm = ("--playbook", ONE_PAGE.name, "--deadline", 20, "--lease", 60)
            self.pids.append(self.nursery.start(*options, *calm))

    def wait_for(self, pages: int) -> None:
        until = time.monotonic() + PATIENCE
        while len(self.sink.pages) < pages:
            assert time.monotonic() < until, f"{len(self.sink.pages)} of {pages} pages"
            time.sleep(0.05)

    def rest(self) -> None:
        """Wait until nothing is left to look at; `due` would leave out what is looked at right now."""
        until = time.monotonic() + PATIENCE
        while overdue := self.store.audit(FindForgotten(timedelta())).forgotten:
            assert time.monotonic() < until, overdue
            time.sleep(0.05)

    def end(self) -> None:
        for pid in self.pids:
            os.kill(pid, signal.SIGTERM)
        assert {self.nursery.end_of(pid, PATIENCE) for pid in self.pids} == {0}
        self.pids.clear()


@pytest.fixture
def crowd(postgres: Postgres, tmp_path: Path) -> Generator[Crowd]:
    address, errors = postgres.database(), tmp_path / "errors"
    with nursery(errors) as made, SqlStore(address) as store:
        yield Crowd(Sink(tmp_path), store, made, address)  # the nursery kills who is left
    assert errors.read_text() == ""


def declare(store: SqlStore, ids: Sequence[str], pace: float = 0.0) -> None:
    """Declare incidents, each so many seconds after the one before."""
    desk = Desk(ONE_PAGE, DIRECTORY, Toolbox(), store, name="people", observers=())
    for id in ids:
        desk.declare("Checkout fails", by="bot", severity=SEV_1, id=id)
        time.sleep(pace)


def claim_of(log: Sequence[Event]) -> tuple[datetime, datetime]:
    """When the page of an incident became due and when it was claimed, which happened once, as did its end."""
    (level,) = (event for event in log if isinstance(event, Became) and event.obligation.startswith("page/"))
    (started,) = (event for event in log if isinstance(event, ActionStarted))
    (ended,) = (event for event in log if isinstance(event, ActionEnded))
    assert (ended.action, ended.by) == (started.action, started.by)
    return level.at, started.recorded_at


def seconds(length: timedelta) -> float:
    return round(length.total_seconds(), 3)


def lags(claims: Sequence[tuple[datetime, datetime]]) -> dict[str, float]:
    """How late claims were: half of them, all but one in a hundred, and all no later than that."""
    late = sorted(claimed - due for due, claimed in claims)
    places = {"p50": len(late) // 2, "p99": len(late) * 99 // 100, "max": len(late) - 1}
    return {name: seconds(late[place]) for name, place in places.items()}


def spent(sink: Sink) -> dict[str, Any]:
    """What all desks together asked the store, how long that took them, and how long they used a processor."""
    calls, times, processor = Counter[str](), Counter[str](), 0.0
    for each in sink.lines("spent"):
        calls.update(each["calls"])
        times.update(each["seconds"])
        processor += each["processor"]
    return {"calls": dict(calls), "seconds": {k: round(v, 1) for k, v in times.items()}, "processor": round(processor)}


def test_many_desks_claim_every_page_once(crowd: Crowd, record_property: Callable[[str, object], None]) -> None:
    backlog = [f"WAIT-{number}" for number in range(BACKLOG)]
    steady = [f"COME-{number}" for number in range(STEADY)]
    declare(crowd.store, backlog)
    begun = crowd.store.now()
    crowd.begin()
    crowd.wait_for(BACKLOG)
    crowd.rest()
    quiet = crowd.store.now()
    declare(crowd.store, steady, PACE)
    crowd.wait_for(BACKLOG + STEADY)
    crowd.end()

    waited = [claim_of(crowd.store.load(id)) for id in backlog]
    came = [claim_of(crowd.store.load(id)) for id in steady]
    took = max(claimed for _, claimed in waited) - begun
    figures: dict[str, Any] = {
        "desks": DESKS,
        "incidents": BACKLOG,
        "seconds": seconds(took),
        "incidents_per_second": round(BACKLOG / took.total_seconds(), 1),
        "seconds_until_nothing_was_due": seconds(quiet - begun),
        "lag_of_backlog": lags([(begun, claimed) for _, claimed in waited]),
        "lag_of_what_comes": lags(came),
        "spent": spent(crowd.sink),
    }
    for name, value in figures.items():
        record_property(name, value)
    print(f"\n{json.dumps(figures, indent=2)}")

    assert len(crowd.sink.calls) == len(crowd.sink.pages) == BACKLOG + STEADY
    assert crowd.sink.lines("complaints") == []
