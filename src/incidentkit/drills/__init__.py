"""Drills: a playbook tried out with scripted people and faults, on a clock that is turned by hand."""

from __future__ import annotations

from incidentkit.drills.clock import ManualClock as ManualClock
from incidentkit.drills.comparison import Better as Better
from incidentkit.drills.comparison import Comparison as Comparison
from incidentkit.drills.comparison import Difference as Difference
from incidentkit.drills.comparison import compare as compare
from incidentkit.drills.drill import Drill as Drill
from incidentkit.drills.estimate import Estimate as Estimate
from incidentkit.drills.estimate import Share as Share
from incidentkit.drills.expectation import Expectation as Expectation
from incidentkit.drills.expectation import FewPages as FewPages
from incidentkit.drills.expectation import IsAcknowledged as IsAcknowledged
from incidentkit.drills.expectation import IsClosed as IsClosed
from incidentkit.drills.expectation import IsMitigated as IsMitigated
from incidentkit.drills.expectation import IsPaged as IsPaged
from incidentkit.drills.expectation import IsPublished as IsPublished
from incidentkit.drills.expectation import IsResolved as IsResolved
from incidentkit.drills.expectation import NeverExhausted as NeverExhausted
from incidentkit.drills.expectation import NoBlockers as NoBlockers
from incidentkit.drills.expectation import NobodyPagedAfterAcknowledging as NobodyPagedAfterAcknowledging
from incidentkit.drills.expectation import NobodyPagedTwice as NobodyPagedTwice
from incidentkit.drills.fault import Fault as Fault
from incidentkit.drills.fault import Outage as Outage
from incidentkit.drills.faulty import Faulty as Faulty
from incidentkit.drills.habit import Distribution as Distribution
from incidentkit.drills.habit import Exponential as Exponential
from incidentkit.drills.habit import Habit as Habit
from incidentkit.drills.habit import LogNormal as LogNormal
from incidentkit.drills.habit import Uniform as Uniform
from incidentkit.drills.judgement import Judgement as Judgement
from incidentkit.drills.line import Kind as Kind
from incidentkit.drills.line import Line as Line
from incidentkit.drills.messages import Messages as Messages
from incidentkit.drills.mishap import Mishap as Mishap
from incidentkit.drills.nights import Nights as Nights
from incidentkit.drills.odds import Night as Night
from incidentkit.drills.odds import Odds as Odds
from incidentkit.drills.odds import simulate as simulate
from incidentkit.drills.people import practice_directory as practice_directory
from incidentkit.drills.story import Setback as Setback
from incidentkit.drills.story import Story as Story
from incidentkit.drills.work import Work as Work
from incidentkit.drills.work import Written as Written

__all__ = [
    "Better",
    "Comparison",
    "Difference",
    "Distribution",
    "Drill",
    "Estimate",
    "Expectation",
    "Exponential",
    "Fault",
    "Faulty",
    "FewPages",
    "Habit",
    "IsAcknowledged",
    "IsClosed",
    "IsMitigated",
    "IsPaged",
    "IsPublished",
    "IsResolved",
    "Judgement",
    "Kind",
    "Line",
    "LogNormal",
    "ManualClock",
    "Messages",
    "Mishap",
    "NeverExhausted",
    "Night",
    "Nights",
    "NoBlockers",
    "NobodyPagedAfterAcknowledging",
    "NobodyPagedTwice",
    "Odds",
    "Outage",
    "Setback",
    "Share",
    "Story",
    "Uniform",
    "Work",
    "Written",
    "compare",
    "practice_directory",
    "simulate",
]
