"""Drills: a playbook tried out with scripted people and faults, on a clock that is turned by hand."""

from __future__ import annotations

from incidentkit.drills.clock import ManualClock as ManualClock
from incidentkit.drills.drill import Drill as Drill
from incidentkit.drills.fault import Fault as Fault
from incidentkit.drills.fault import Outage as Outage
from incidentkit.drills.faulty import Faulty as Faulty
from incidentkit.drills.line import Kind as Kind
from incidentkit.drills.line import Line as Line
from incidentkit.drills.messages import Messages as Messages
from incidentkit.drills.people import practice_directory as practice_directory
from incidentkit.drills.story import Setback as Setback
from incidentkit.drills.story import Story as Story
from incidentkit.drills.work import Work as Work
from incidentkit.drills.work import Written as Written

__all__ = [
    "Drill",
    "Fault",
    "Faulty",
    "Kind",
    "Line",
    "ManualClock",
    "Messages",
    "Outage",
    "Setback",
    "Story",
    "Work",
    "Written",
    "practice_directory",
]
