"""The pytest plugin: what its fixtures are, what they import and when, and how a project changes them."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from incidentkit import EMERGENCY, Desk
from incidentkit.memory import MemoryStore
from incidentkit.model.action import Outcome
from incidentkit.model.events import ActionEnded
from incidentkit.providers.store import IncidentStore
from incidentkit.testing import ManualClock, MemoryToolbox


def run(folder: Path, files: dict[str, str], *options: str) -> str:
    """What pytest prints about a project of these files, all tests of which pass."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_desk_pages_through_the_toolbox_at_the_time_of_the_clock(
    desk: Desk, clock: ManualClock, toolbox: MemoryToolbox, incident_store: IncidentStore
) -> None:
    declared = desk.declare("Checkout fails", by="bot", severity=EMERGENCY.scheme["SEV-1"])
    assert declared.declared_at == clock()
    desk.tick()
    pages = [page for pager in toolbox.pagers.values() for page in pager.pages]
    assert {page.incident for page in pages} == {declared.id}
    ended = [event for event in desk.load(declared.id).timeline if isinstance(event, ActionEnded)]
    assert {event.outcome for event in ended} == {Outcome.SUCCEEDED}
    clock.advance(timedelta(minutes=10))
    assert desk.tick()
    assert isinstance(incident_store, MemoryStore)
    assert incident_store.now() == clock()


def test_every_slot_has_a_provider_and_every_method_of_the_playbook_a_pager(toolbox: MemoryToolbox, desk: Desk) -> None:
    assert toolbox.pagers.keys() == {*EMERGENCY.methods}
    assert all(each.healthy for each in desk.diagnose().values())


def test_short_names_are_those_of_the_long_ones(
    clock: ManualClock,
    incident_clock: ManualClock,
    toolbox: MemoryToolbox,
    incident_toolbox: MemoryToolbox,
    desk: Desk,
    incident_desk: Desk,
) -> None:
    assert clock is incident_clock
    assert toolbox is incident_toolbox
    assert desk is incident_desk


def test_pytest_starts_and_collects_without_the_package(tmp_path: Path) -> None:
    conftest = """
import sys

def pytest_collection_finish(session):
    loaded = [name for name in sys.modules if name.split(".")[0] in ("incidentkit", "hypothesis")]
    assert "pytest_incidentkit" in sys.modules
    assert loaded == [], loaded
"""
    test = """
import sys

def test_one():
    assert "incidentkit" not in sys.modules

def test_two(clock):
    assert "incidentkit.testing" in sys.modules
    assert clock().year == 2026
"""
    assert "2 passed" in run(tmp_path, {"conftest.py": conftest, "test_it.py": test}, "-p", "no:hypothesispytest")


def test_a_project_says_what_its_desk_is_made_of(tmp_path: Path) -> None:
    test = """
import pytest
from incidentkit import Directory, Playbook, SeverityRules, SeverityScheme
from incidentkit.model.identity import PersonId
from incidentkit.policy.directory import Person

P1, P2 = SCHEME = SeverityScheme("P1", "P2")

@pytest.fixture
def incident_playbook():
    return Playbook(name="mine", rules=SeverityRules(otherwise=P2))

@pytest.fixture
def incident_directory():
    return Directory(people={"ada": Person(id=PersonId("ada"))})

def test_it(desk, toolbox):
    assert desk.declare("x", by="ada").severity == P2
    assert toolbox.pagers == {}
"""
    assert "1 passed" in run(tmp_path, {"test_it.py": test})


def test_fixtures_of_the_same_short_names_stand_in_the_way_of_nothing(tmp_path: Path) -> None:
    test = """
import pytest

@pytest.fixture
def clock():
    return "mine"

@pytest.fixture
def toolbox():
    return "mine"

def test_it(clock, toolbox, desk, incident_clock):
    assert clock == toolbox == "mine"
    assert desk.declare("x", by="ada").declared_at == incident_clock()
"""
    assert "1 passed" in run(tmp_path, {"test_it.py": test})


def test_the_plugin_can_be_left_out(tmp_path: Path) -> None:
    test = """
def test_it(request):
    assert not request.config.pluginmanager.hasplugin("incidentkit")
"""
    assert "1 passed" in run(tmp_path, {"test_it.py": test}, "-p", "no:incidentkit")


def test_tests_in_several_processes_have_desks_of_their_own(tmp_path: Path) -> None:
    test = """
import pytest

@pytest.mark.parametrize("number", range(4))
def test_it(desk, number):
    assert desk.find() == ()
    desk.declare("x", by="ada", id="INC-1")
"""
    assert "4 passed" in run(tmp_path, {"test_it.py": test}, "-n", "2")
