"""An `AsyncDesk` that goes through a runbook with programs, and is cancelled in the middle of one of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from attrs import define, field

from incidentkit.adapters import AsyncCommandTools
from incidentkit.desk import AsyncDesk, Toolbox
from incidentkit.memory import MemoryStore
from incidentkit.model.action import Outcome
from incidentkit.model.commands import StartRunbook
from incidentkit.model.events import ActionEnded
from incidentkit.model.runs import RunStanding
from incidentkit.playbooks.emergency import SEV_1
from incidentkit.policy.rehearsal import RunReport
from incidentkit.policy.stride import Stage
from tests.stores.machinery import DATABASE_DOWN, DESTRUCTIVE, RUN, RUNBOOKS, STEPS, Machinery, answer_to
from tests.stores.worker import DIRECTORY

POLL: Final = timedelta(seconds=0.01)
LEASE: Final = timedelta(seconds=90)
SLOW: Final = 0.15
"""Seconds that a program takes at the most."""

PATIENCE: Final = 20
"""Seconds after which a test gives up."""

PROGRAMS: Final = [step for step in STEPS.values() if step != "failover"]
"""The steps that programs do, in their order."""


@define
class Site:
    """Programs, a store, and the desks of one loop after the other, each as if the one before had been lost."""

    machinery: Machinery
    store: MemoryStore = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.machinery.build(SLOW)
        self.store = MemoryStore(clock=self.machinery.now)

    def desk(self) -> AsyncDesk:
        tools = Toolbox(**self.machinery.slots("desk", AsyncCommandTools))
        return AsyncDesk(RUNBOOKS, DIRECTORY, tools, self.store, lease=LEASE, observers=())

    async def started(self) -> AsyncDesk:
        """A desk, and an incident in which a run is to begin."""
        desk = self.desk()
        await desk.declare("No orders come in", by="ada", severity=SEV_1, id="INC-1")
        await desk.submit("INC-1", StartRunbook(DATABASE_DOWN.name, at=self.store.now(), by="ada"))
        return desk

    async def report(self, desk: AsyncDesk) -> RunReport:
        (report,) = await desk.runs("INC-1")
        return report

    async def answered_until(self, desk: AsyncDesk, fact: Callable[[RunReport], bool]) -> RunReport:
        """Say what the run waits for until something holds of it."""
        async with asyncio.timeout(PATIENCE):
            while not fact(report := await self.report(desk)):
                for stride in report.waiting:
                    await desk.submit("INC-1", answer_to(stride, self.store.now()))
                await asyncio.sleep(0.01)
        return report

    async def to_the_end(self, desk: AsyncDesk) -> RunReport:
        stop = asyncio.Event()
        running = asyncio.create_task(desk.run(stop=stop, poll=POLL))
        report = await self.answered_until(desk, has_ended)
        stop.set()
        await running
        return report

    @property
    def begun(self) -> list[str]:
        """The steps whose programs were begun, in order."""
        return [each.step for each in self.machinery.entries]

    def outcomes(self, step: str) -> list[Outcome]:
        log = (event for event in self.store.load("INC-1") if isinstance(event, ActionEnded))
        return [event.outcome for event in log if event.action.obligation == f"{RUN}/{step}"]


def has_ended(report: RunReport) -> bool:
    return report.run.standing is RunStanding.ENDED


def stages(report: RunReport) -> dict[str, Stage]:
    return {each.name: each.stage for each in report.steps}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(Machinery(tmp_path))


def test_a_desk_in_a_loop_goes_through_a_runbook_to_its_end(site: Site) -> None:
    async def main() -> RunReport:
        return await site.to_the_end(await site.started())

    report = asyncio.run(main())
    assert stages(report) == {each.name: Stage.DONE for each in DATABASE_DOWN.steps} | {"failover": Stage.SKIPPED}
    assert site.begun == PROGRAMS


def test_a_desk_that_is_cancelled_in_each_program_records_it_and_another_goes_on(site: Site) -> None:
    async def main() -> RunReport:
        desk = await site.started()
        for step in PROGRAMS:
            running = asyncio.create_task(desk.run(poll=POLL))
            await site.answered_until(desk, lambda _: step in site.begun)  # noqa: B023
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert site.outcomes(step) == [Outcome.SUCCEEDED]
            desk = site.desk()
        return await site.to_the_end(desk)

    report = asyncio.run(main())
    assert has_ended(report)
    assert site.begun == PROGRAMS


def test_what_a_cancelled_tick_began_is_recorded_when_the_desk_is_shut_down(site: Site) -> None:
    site.machinery.build(SLOW, slowest="off")

    async def main() -> None:
        async with await site.started() as desk:
            ticking = asyncio.create_task(desk.tick())
            await site.answered_until(desk, lambda _: "off" in site.begun)
            ticking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await ticking
            assert site.outcomes("off") == []
        assert site.outcomes("off") == [Outcome.SUCCEEDED]

    asyncio.run(main())


async def lost(site: Site, step: str) -> None:
    """A desk that is cancelled twice while the program of a step runs, and waits for nothing."""
    desk = await site.started()
    running = asyncio.create_task(desk.run(poll=POLL))
    await site.answered_until(desk, lambda _: step in site.begun)
    running.cancel()
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize("step", ["scale", "restart"])
def test_a_program_whose_loop_is_left_is_ended_and_what_it_did_is_not_known(site: Site, step: str) -> None:
    site.machinery.build(SLOW, slowest=step)
    asyncio.run(lost(site, step))
    assert not site.machinery.is_running()
    (entry,) = [each for each in site.machinery.entries if each.step == step]
    assert (entry.ended, site.outcomes(step)) == (None, [])

    async def gone_on() -> RunReport:
        desk = site.desk()
        while await desk.tick():
            pass
        assert site.begun.count(step) == 1
        site.machinery.put_forward(LEASE)
        while await desk.tick():
            pass
        return await site.report(desk)

    after = asyncio.run(gone_on())
    expected = (1, Stage.UNCONFIRMED) if step in DESTRUCTIVE else (2, Stage.DONE)
    assert (site.begun.count(step), stages(after)[step]) == expected
    assert has_ended(asyncio.run(site.to_the_end(site.desk())))
    keys = {each.key for each in site.machinery.entries if each.step == step}
    assert (len(keys), Counter(site.begun)[step]) == (1, 2)
