"""Drills: a playbook tried out with scripted people and faults, on a clock that is turned by hand."""

from __future__ import annotations

from incidentkit.drills.clock import ManualClock as ManualClock
from incidentkit.drills.drill import Drill as Drill
from incidentkit.drills.drill import Work as Work
from incidentkit.drills.fault import Fault as Fault
from incidentkit.drills.fault import FaultyPager as FaultyPager
from incidentkit.drills.people import practice_directory as practice_directory
from incidentkit.drills.story import Kind as Kind
from incidentkit.drills.story import Line as Line
from incidentkit.drills.story import Story as Story

__all__ = ["Drill", "Fault", "FaultyPager", "Kind", "Line", "ManualClock", "Story", "Work", "practice_directory"]
