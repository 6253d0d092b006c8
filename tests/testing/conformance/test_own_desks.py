"""The desks that come with the library keep every promise of a desk, on each kind of store, and nothing is unseen."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from incidentkit import EMERGENCY, AsyncDesk, Desk, Playbook, Toolbox
from incidentkit.drills import practice_directory
from incidentkit.errors import RigInvalid
from incidentkit.memory import MemoryOnCall, MemoryStore
from incidentkit.policy.escalation import EscalationPolicy
from incidentkit.policy.escalation import Level as EscalationLevel
from incidentkit.policy.recipient import on_call
from incidentkit.stores import AsyncSqlStore, SqlStore
from incidentkit.testing import Check, ManualClock, PromiseBroken, Rig, Untold, conformance
from incidentkit.testing.conformance import desk, desk_commands, desk_time
from tests.testing.conformance.desk_rigs import CHAIN, START, World, rig_of_async_desk, rig_of_desk

CHECKS = conformance(Desk)
ASYNC_CHECKS = conformance(AsyncDesk)
ELSEWHERE = [check.name for check in CHECKS if check.name.endswith("elsewhere") or check.name == "tick_at_once"]
UNHEARD = ("declare_elsewhere", "reading_changes_nothing")
"""What a desk alone does not show of commands."""


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_a_desk_in_memory_keeps_its_promises(check: Check[Desk]) -> None:
    check(rig_of_desk)


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_a_desk_on_a_file_keeps_its_promises(check: Check[Desk], tmp_path: Path) -> None:
    @contextmanager
    def rig() -> Generator[Rig[Desk]]:
        clock = ManualClock(START)
        with SqlStore(f"sqlite:///{tmp_path / 'incidents.db'}", clock=clock) as store:
            yield World(clock=clock, store=store).rig()

    check(rig)


@pytest.mark.parametrize("check", ASYNC_CHECKS, ids=str)
def test_a_desk_in_a_loop_keeps_its_promises(check: Check[AsyncDesk]) -> None:
    check(rig_of_async_desk)


@pytest.mark.parametrize("check", ASYNC_CHECKS, ids=str)
def test_a_desk_in_a_loop_on_a_file_keeps_its_promises(check: Check[AsyncDesk], tmp_path: Path) -> None:
    @asynccontextmanager
    async def rig() -> AsyncGenerator[Rig[AsyncDesk]]:
        clock = ManualClock(START)
        async with AsyncSqlStore(f"sqlite+aiosqlite:///{tmp_path / 'incidents.db'}", clock=clock) as store:
            yield World(kind=AsyncDesk, clock=clock, store=store).rig()

    check(rig)


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_a_desk_with_the_emergency_playbook_keeps_its_promises(check: Check[Desk]) -> None:
    check(World(EMERGENCY, practice_directory()).rig)


def told(check: Check[Desk], rig: Rig[Desk]) -> str:
    """Why a check could see nothing; nothing if it could."""
    try:
        check(lambda: rig)
    except Untold as reason:
        return str(reason)
    return ""


def test_what_a_desk_alone_cannot_show_is_said() -> None:
    reasons = {check.name: told(check, Rig(World().desk())) for check in CHECKS}
    kept = [name for name, reason in reasons.items() if not reason]
    said = [check.name for check in (*desk.CHECKS[:2], *desk_commands.CHECKS) if check.name not in UNHEARD]
    assert kept == [*said, "tick_rests"]
    assert {reason.partition("let the factory give ")[2] for name, reason in reasons.items() if name not in kept} == {
        "Rig(..., another=...)",
        "Rig(..., effects=...)",
        "Rig(..., outage=...)",
        "Rig(..., advance=...)",
    }


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("another", ELSEWHERE),
        ("outage", ["page_after_outage"]),
        ("advance", [each.name for each in desk_time.CHECKS if each.name != "reopened_pages"]),
    ],
)
def test_each_part_of_a_rig_shows_something(part: str, names: list[str]) -> None:
    rest = {"effects", "another", "outage", "advance"} - {part}
    for check in CHECKS:
        whole = World().rig()
        lacking = Rig(whole.provider, known=whole.known, **{name: getattr(whole, name) for name in rest})
        assert bool(told(check, lacking)) == (check.name in names), check


def test_declarations_say_what_the_factory_knows() -> None:
    world = World()
    known = {"by": "joan", "facts": {"production_down": True}, "labels": {"service": "checkout"}}
    rig = evolve(world.rig(), known=known)
    next(check for check in CHECKS if check.name == "tick_pages")(lambda: rig)
    declared = rig.provider.load(rig.provider.find(severities=["SEV-1"])[0])
    assert (declared.timeline[0].by, declared.labels) == ("joan", {"service": "checkout"})


def test_time_that_cannot_pass_is_a_fault_of_the_rig() -> None:
    def broken(length: timedelta) -> None:
        raise OverflowError("the end of time")

    check = next(check for check in CHECKS if check.name == "audit_forgotten")
    with pytest.raises(RigInvalid, match="the end of time"):
        check(lambda: evolve(World().rig(), advance=broken))


ASKING = Playbook(
    name="asking",
    rules=EMERGENCY.rules,
    escalation=EscalationPolicy(levels=[EscalationLevel("first", on_call("payments"))], contact=CHAIN),
)


class Asking(World):
    """Where an on-call system is asked who is on call."""

    def toolbox(self) -> Toolbox:
        return evolve(super().toolbox(), on_call=MemoryOnCall({"payments": ["ada"]}))


def asking_for(who: str) -> Rig[Desk]:
    """A rig that says who is on call."""
    rig = Asking(ASKING).rig()
    return evolve(rig, known={**rig.known, "person": who})


def test_whom_an_on_call_system_names_the_factory_says() -> None:
    named = {check.name: check for check in CHECKS}
    assert told(named["tick_pages"], Asking(ASKING).rig()) == "whom an on-call system will name no preview knows"
    named["tick_pages"](lambda: asking_for("ada"))
    with pytest.raises(PromiseBroken, match="grace of grace did not get a page of 1"):
        named["tick_pages"](lambda: asking_for("grace"))
    seen = [name for name, check in named.items() if not told(check, Asking(ASKING).rig())]
    assert {"tick_again", "tick_at_once", "pages_in_time", "acknowledged_stops", "resolved_stops"} < {*seen}


def test_pages_that_do_not_say_for_whom_they_are_are_a_fault_of_the_rig() -> None:
    world = World()
    rig = evolve(world.rig(), effects=lambda: [each.address for each in world.pager.pages])
    for name in ("tick_pages", "tick_again", "pages_in_time"):
        check = next(check for check in CHECKS if check.name == name)
        with pytest.raises(RigInvalid, match="effects: what arrived does not name ada or grace: let pages name people"):
            check(lambda: rig)


@pytest.mark.parametrize("name", ["pages_in_time", "audit_forgotten", "acknowledged_apart"])
def test_a_desk_on_another_clock_is_a_fault_of_the_rig(name: str) -> None:
    check = next(check for check in CHECKS if check.name == name)
    with pytest.raises(RigInvalid, match=r"advance: the clock of the desk is .* behind: give its store"):
        check(lambda: World(store=MemoryStore(ManualClock(START))).rig())


def test_a_desk_may_page_while_it_declares() -> None:
    class Eager(Desk):
        def declare(self, *title: Any, **details: Any) -> Any:
            declared = super().declare(*title, **details)
            self.tick()
            return declared

    for check in CHECKS:
        if check.name in ("tick_again", "pages_in_time", "acknowledged_stops"):
            check(lambda: World(kind=Eager).rig())
