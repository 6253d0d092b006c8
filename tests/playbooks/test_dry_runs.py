"""Dry runs of every runbook of the emergency playbook: nothing is written or asked, however one asks for them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import define, field

from incidentkit import EMERGENCY, AsyncDesk, Desk, Toolbox
from incidentkit.adapters import AsyncCommandTools, CommandTools
from incidentkit.drills import practice_directory
from incidentkit.memory import MemoryPager
from incidentkit.model.commands import StartRunbook
from incidentkit.playbooks.emergency import SEV_1
from incidentkit.policy.rehearsal import Rehearsal
from incidentkit.providers.tools import TOOLS
from incidentkit.stores import AsyncSqlStore, SqlStore
from tests.adapters.recorder import Recorder
from tests.cli.invocation import invocation
from tests.playbooks.response import PARAMETERS

NAMES: Final = [each.name for each in EMERGENCY.runbooks]
PEOPLE: Final = practice_directory()


@define
class Scene:
    """A database with an incident in which a run has begun and much is due, and whatever could be asked."""

    folder: Path
    recorder: Recorder
    pager: MemoryPager = field(factory=MemoryPager)

    @property
    def address(self) -> str:
        return f"sqlite:///{self.folder / 'incidents.db'}"

    @property
    def commands(self) -> Mapping[str, Sequence[str]]:
        """The program that writes down what it is asked, as every tool."""
        return {tool.variable: [str(self.recorder.folder / "tool"), tool.variable] for tool in TOOLS}

    def toolbox(self, kind: type[CommandTools] | type[AsyncCommandTools]) -> Toolbox:
        slots: dict[str, Any] = {**kind(self.commands).slots()}
        return Toolbox(pagers=dict.fromkeys(EMERGENCY.methods, self.pager), **slots)

    def desk(self, store: SqlStore) -> Desk:
        return Desk(EMERGENCY, PEOPLE, self.toolbox(CommandTools), store, observers=())

    def dump(self) -> list[str]:
        """All that the database holds."""
        with closing(sqlite3.connect(self.folder / "incidents.db")) as connection:
            return [*connection.iterdump()]

    def nothing_was_asked(self) -> bool:
        return not self.recorder.runs and not self.pager.pages


def scene_in(folder: Path) -> Scene:
    """A scene, which lives in that folder."""
    scene = Scene(folder, Recorder(folder))
    scene.recorder.program()
    (folder / "people.toml").write_text(PEOPLE.to_toml(), encoding="utf-8")
    with SqlStore(scene.address) as store:
        desk = scene.desk(store)
        desk.declare("Checkout returns 500", by="noor", id="INC-1", severity=SEV_1)
        desk.submit("INC-1", StartRunbook("production database down", at=store.now(), by="noor"))
    return scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """One scene for all: whatever a dry run changed in it, that very test would find."""
    return scene_in(tmp_path_factory.mktemp("scene"))


def rehearsed(scene: Scene, runbook: str) -> Rehearsal:
    """What a desk says that a runbook would do."""
    with SqlStore(scene.address) as store:
        return scene.desk(store).dry_run("INC-1", runbook, parameters=PARAMETERS.get(runbook, {}))


def rehearsed_in_a_loop(scene: Scene, runbook: str) -> Rehearsal:
    async def main() -> Rehearsal:
        async with AsyncSqlStore(scene.address) as store:
            desk = AsyncDesk(EMERGENCY, PEOPLE, scene.toolbox(AsyncCommandTools), store, observers=())
            return await desk.dry_run("INC-1", runbook, parameters=PARAMETERS.get(runbook, {}))

    return asyncio.run(main())


@pytest.mark.parametrize("runbook", NAMES)
def test_a_dry_run_writes_nothing_and_asks_nobody(scene: Scene, runbook: str) -> None:
    before = scene.dump()
    steps = rehearsed(scene, runbook)
    assert [each.step for each in steps] == [each.name for each in EMERGENCY.shelf.rehearsed(runbook)]
    assert rehearsed_in_a_loop(scene, runbook) == steps
    assert scene.dump() == before
    assert scene.nothing_was_asked()


def text_of(value: str | list[str]) -> str:
    return value if isinstance(value, str) else " ".join(value)


@pytest.mark.parametrize("runbook", NAMES)
def test_a_dry_run_from_a_terminal_writes_nothing_and_asks_nobody(
    scene: Scene, runbook: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, words in scene.commands.items():
        monkeypatch.setenv(variable, " ".join(words))
    before = scene.dump()
    given = {
        name: value if isinstance(value, str) else " ".join(value)
        for name, value in PARAMETERS.get(runbook, {}).items()
    }
    parameters = [f"{name}={value}" for name, value in given.items()]
    people = ("--directory", str(scene.folder / "people.toml"))
    done = invocation(capsys)("runbook", "dry-run", scene.address, "INC-1", runbook, *parameters, *people)
    assert (done.status, done.err) == (0, "")
    steps = [each.name for each in EMERGENCY.shelf.rehearsed(runbook)]
    assert [line.split("  ")[0] for line in done.lines[2:]] == steps
    assert scene.dump() == before
    assert scene.nothing_was_asked()


def test_what_was_due_before_a_dry_run_is_due_after_it(tmp_path: Path) -> None:
    """So the tests above would have seen it."""
    scene = scene_in(tmp_path)
    rehearsed(scene, "production database down")
    before = scene.dump()
    with SqlStore(scene.address) as store:
        scene.desk(store).tick()
    assert scene.dump() != before
    assert scene.recorder.runs
    assert scene.pager.pages
