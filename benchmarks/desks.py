"""The loop: how long an action takes from plan to record, and what it costs to look when nothing is due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache, cached_property
from timeit import Timer
from typing import Final

from attrs import evolve, frozen

from benchmarks.histories import START
from benchmarks.measure import Calls, Form, Row
from benchmarks.plans import CHAIN, DIRECTORY
from incidentkit.desk import Desk, Toolbox
from incidentkit.desk.charter import Charter
from incidentkit.desk.desk import BATCH
from incidentkit.memory.pager import MemoryPager
from incidentkit.memory.store import MemoryStore
from incidentkit.model.identity import IncidentId
from incidentkit.model.incident import Incident
from incidentkit.playbooks.emergency import EMERGENCY, SCHEME
from incidentkit.providers.store import Append, FindDue

FEW: Final = 200
"""Incidents that are declared, each of which pages one person at once."""

MANY: Final = 100_000
"""Incidents that are open, and of which none is due."""


def _now() -> datetime:
    """A clock that stands still, so that only first pages come."""
    return START


@frozen
class FirstPages:
    """Look until every incident has paged; the time of one action, declarations left out."""

    def answers(self) -> Sequence[object]:
        """Nothing: there is no other form."""
        return ()

    def sample(self) -> float:
        """Seconds for one action."""
        pager = MemoryPager(clock=_now)
        desk = Desk(EMERGENCY, DIRECTORY, toolbox_of(pager), MemoryStore(_now), places=0)
        for _ in range(FEW):
            desk.declare("checkout answers 502", by="ada", severity=SCHEME["SEV-2"])

        def work() -> None:
            while desk.tick():
                pass

        seconds = Timer(work).timeit(1)
        return seconds / len(pager.pages)


def toolbox_of(pager: MemoryPager) -> Toolbox:
    """The tools of a desk that reaches everybody in the same way."""
    return Toolbox(pagers={method: pager for method, _ in CHAIN})


@frozen(slots=False)
class Prepared:
    """A form that takes long to prepare, and is prepared when it is first asked."""

    prepare: Callable[[], Form]

    @cached_property
    def _form(self) -> Form:
        return self.prepare()

    def answers(self) -> Sequence[object]:
        """What the form answers."""
        return self._form.answers()

    def sample(self) -> float:
        """The sample of the form."""
        return self._form.sample()


@cache
def _open_incidents() -> tuple[MemoryStore, Desk, FindDue]:
    """A store of incidents that are due tomorrow, a desk that planned them, and what it asks the store for."""
    store = MemoryStore(_now)
    toolbox = toolbox_of(MemoryPager(clock=_now))
    planned_with = Charter(playbooks=EMERGENCY, directory=DIRECTORY, toolbox=toolbox, store=store).planned_with
    (declaration,) = Incident.declare(
        "INC", title="checkout answers 502", at=START, by="ada", severity=SCHEME["SEV-2"], playbook=EMERGENCY
    ).timeline
    for number in range(MANY):
        incident = IncidentId(f"INC-{number}")
        events = (evolve(declaration, incident=incident),)
        wake_at = START + timedelta(days=1, seconds=number * 7_919 % MANY)
        store.append(
            Append(incident=incident, events=events, expected_version=0, wake_at=wake_at, planned_with=planned_with)
        )
    return store, Desk(EMERGENCY, DIRECTORY, toolbox, store, places=0), FindDue(planned_with, BATCH)


def _query() -> Form:
    store, _, request = _open_incidents()
    return Calls(function=store.due, inputs=[request], read=_none)


def _tick() -> Form:
    _, desk, _ = _open_incidents()
    return Calls(function=lambda _: desk.tick(), inputs=[None], read=lambda count: count == 0)


def _none(due: Sequence[IncidentId]) -> bool:
    return not due


def rows() -> list[Row]:
    """Everything at once, and nothing at all."""
    return [
        Row(name="desk-actions", work="plan, claim, page and record in memory: one action", ours=FirstPages()),
        Row(
            name="tick-idle",
            work="tick over 100,000 open incidents of which none is due, beside the query alone",
            hand=Prepared(_query),
            ours=Prepared(_tick),
            limit=1.5,
        ),
    ]
