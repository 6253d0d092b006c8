"""For tests of code that uses the library: strategies, checks of what you write, conformance, a clock to turn by hand.

Needs the extra ``testing``. Everything named here is public.
"""

from __future__ import annotations

from incidentkit.drills.clock import ManualClock as ManualClock
from incidentkit.policy.law import Law as Law
from incidentkit.testing.calendar import moments as moments
from incidentkit.testing.calendar import support_calendars as support_calendars
from incidentkit.testing.checks.breach import Breach as Breach
from incidentkit.testing.checks.decisions import assert_decisions as assert_decisions
from incidentkit.testing.checks.policy_checks import check_policy as check_policy
from incidentkit.testing.checks.rule_checks import check_rules as check_rules
from incidentkit.testing.checks.schedule_checks import check_schedule as check_schedule
from incidentkit.testing.checks.tree_checks import check_tree as check_tree
from incidentkit.testing.commands import commands as commands
from incidentkit.testing.conditions import conditions as conditions
from incidentkit.testing.conformance import Check as Check
from incidentkit.testing.conformance import Level as Level
from incidentkit.testing.conformance import PromiseBroken as PromiseBroken
from incidentkit.testing.conformance import Rig as Rig
from incidentkit.testing.conformance import Untold as Untold
from incidentkit.testing.conformance import conformance as conformance
from incidentkit.testing.directory import directories as directories
from incidentkit.testing.directory import maintenance_windows as maintenance_windows
from incidentkit.testing.directory import recipients as recipients
from incidentkit.testing.escalation import contact_chains as contact_chains
from incidentkit.testing.escalation import escalation_policies as escalation_policies
from incidentkit.testing.escalation import obligations as obligations
from incidentkit.testing.event import events as events
from incidentkit.testing.facts import fact_values as fact_values
from incidentkit.testing.facts import facts as facts
from incidentkit.testing.facts import known_facts as known_facts
from incidentkit.testing.facts import vocabularies as vocabularies
from incidentkit.testing.fault import faults as faults
from incidentkit.testing.identity import names as names
from incidentkit.testing.identity import texts as texts
from incidentkit.testing.incident import declarations as declarations
from incidentkit.testing.incident import histories as histories
from incidentkit.testing.incident import incidents as incidents
from incidentkit.testing.machine import IncidentMachine as IncidentMachine
from incidentkit.testing.planning import attended as attended
from incidentkit.testing.playbook import playbooks as playbooks
from incidentkit.testing.postmortem import postmortems as postmortems
from incidentkit.testing.rules import severity_rules as severity_rules
from incidentkit.testing.rules import triages as triages
from incidentkit.testing.runbook import runbooks as runbooks
from incidentkit.testing.runbook import shelves as shelves
from incidentkit.testing.schedule import rotations as rotations
from incidentkit.testing.schedule import schedules as schedules
from incidentkit.testing.severity import severities as severities
from incidentkit.testing.severity import severity_schemes as severity_schemes
from incidentkit.testing.targets import targets as targets
from incidentkit.testing.toolbox import MemoryToolbox as MemoryToolbox
from incidentkit.testing.toolbox import memory_toolbox as memory_toolbox
from incidentkit.testing.tools import tool_requests as tool_requests
from incidentkit.testing.tree import decision_trees as decision_trees

__all__ = [
    "Breach",
    "Check",
    "IncidentMachine",
    "Law",
    "Level",
    "ManualClock",
    "MemoryToolbox",
    "PromiseBroken",
    "Rig",
    "Untold",
    "assert_decisions",
    "attended",
    "check_policy",
    "check_rules",
    "check_schedule",
    "check_tree",
    "commands",
    "conditions",
    "conformance",
    "contact_chains",
    "decision_trees",
    "declarations",
    "directories",
    "escalation_policies",
    "events",
    "fact_values",
    "facts",
    "faults",
    "histories",
    "incidents",
    "known_facts",
    "maintenance_windows",
    "memory_toolbox",
    "moments",
    "names",
    "obligations",
    "playbooks",
    "postmortems",
    "recipients",
    "rotations",
    "runbooks",
    "schedules",
    "severities",
    "severity_rules",
    "severity_schemes",
    "shelves",
    "support_calendars",
    "targets",
    "texts",
    "tool_requests",
    "triages",
    "vocabularies",
]
