"""Fixtures for tests of code that uses the library: a clock, a toolbox, a store and a desk, all in memory.

It stands beside the package, so that pytest starts without importing that: it is imported by the first fixture that a
test uses, which needs the extra ``testing``.

The short names are those of the long ones: ``clock`` is `incident_clock`, and so on. The others are built on the long
names alone, so a fixture of your own called ``clock`` stands in the way of nothing; to change what a desk is made of,
override a long one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from incidentkit.desk.desk import Desk
    from incidentkit.policy.directory import Directory
    from incidentkit.policy.playbook import Playbook
    from incidentkit.providers.store import IncidentStore
    from incidentkit.testing import ManualClock, MemoryToolbox

START: Final = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
"""When tests begin, unless the clock is turned: a Monday afternoon."""

# Each fixture imports what it needs when it is used, for the reason that the docstring of the module tells.
# ruff: noqa: PLC0415


@pytest.fixture
def incident_clock() -> ManualClock:
    """A clock to turn by hand, at 14:23 UTC on 2 March 2026."""
    from incidentkit.testing import ManualClock

    return ManualClock(START)


@pytest.fixture
def incident_playbook() -> Playbook:
    """The playbook that the desk goes by: the emergency playbook."""
    from incidentkit.playbooks.emergency import EMERGENCY

    return EMERGENCY


@pytest.fixture
def incident_directory() -> Directory:
    """The people whom the desk knows: invented ones for every role of the emergency playbook."""
    from incidentkit.drills import practice_directory

    return practice_directory()


@pytest.fixture
def incident_store(incident_clock: ManualClock) -> IncidentStore:
    """A store in memory on that clock."""
    from incidentkit.memory import MemoryStore

    return MemoryStore(incident_clock)


@pytest.fixture
def incident_toolbox(incident_clock: ManualClock, incident_playbook: Playbook) -> MemoryToolbox:
    """Providers in memory on that clock for every slot, and a pager for each contact method of the playbook."""
    from incidentkit.testing import memory_toolbox

    return memory_toolbox(incident_clock, methods=incident_playbook.methods)


@pytest.fixture
def incident_desk(
    incident_playbook: Playbook,
    incident_directory: Directory,
    incident_toolbox: MemoryToolbox,
    incident_store: IncidentStore,
) -> Iterator[Desk]:
    """A desk over all of these, which calls providers in the thread of the test."""
    from incidentkit.desk.desk import Desk

    with Desk(incident_playbook, incident_directory, incident_toolbox, incident_store, places=0) as desk:
        yield desk


@pytest.fixture
def clock(incident_clock: ManualClock) -> ManualClock:
    """The clock that everything here goes by, to turn by hand."""
    return incident_clock


@pytest.fixture
def toolbox(incident_toolbox: MemoryToolbox) -> MemoryToolbox:
    """What the desk reaches the world through, all of it in memory."""
    return incident_toolbox


@pytest.fixture
def desk(incident_desk: Desk) -> Desk:
    """A desk over the playbook, the directory, the toolbox and the store of the test."""
    return incident_desk
