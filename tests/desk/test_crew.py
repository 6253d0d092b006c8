"""Those who drive flows: pauses pass beside everything else."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from incidentkit.desk.async_crew import AsyncCrew
from incidentkit.desk.crew import Crew
from incidentkit.desk.effects import Flow, Pause, Spawn


def pausing(length: timedelta, ended: list[str], name: str) -> Flow[None]:
    yield Pause(length)
    ended.append(name)


def test_pauses_pass_beside_each_other() -> None:
    ended: list[str] = []
    crew, began = Crew(1), time.monotonic()
    crew.begin(pausing(timedelta(seconds=0.2), ended, "long"))
    crew.begin(pausing(timedelta(seconds=0.1), ended, "short"))
    assert ended == []
    crew.finish()
    assert ended == ["short", "long"]
    assert time.monotonic() - began >= 0.2


def test_wait_goes_on_with_what_paused() -> None:
    ended: list[str] = []
    crew, began = Crew(1), time.monotonic()
    crew.begin(pausing(timedelta(seconds=0.1), ended, "short"))
    crew.wait(60, lambda: False)
    assert ended == ["short"]
    assert time.monotonic() - began < 30


def test_pause_of_one_thread_is_left_alone_by_another() -> None:
    ended: list[str] = []
    crew = Crew(1)
    crew.begin(pausing(timedelta(seconds=0.01), ended, "mine"))
    crew.beside().finish()
    assert ended == []
    crew.finish()
    assert ended == ["mine"]


def test_time_passes_at_once_where_nothing_but_the_calling_thread_is() -> None:
    ended: list[str] = []
    Crew(0).begin(pausing(timedelta(days=1), ended, "day"))
    assert ended == ["day"]


def test_only_what_was_spawned_may_pause() -> None:
    with pytest.raises(AssertionError, match="spawned"):
        Crew(1).run(pausing(timedelta(seconds=1), [], "run"))


def test_pauses_in_a_loop_pass_beside_each_other() -> None:
    ended: list[str] = []

    def flow() -> Flow[None]:
        yield Spawn(pausing(timedelta(seconds=0.2), ended, "long"))
        yield Spawn(pausing(timedelta(seconds=0.1), ended, "short"))

    async def main() -> None:
        crew = AsyncCrew(1)
        await crew.run(flow())
        assert ended == []
        await crew.finish()

    asyncio.run(main())
    assert ended == ["short", "long"]
