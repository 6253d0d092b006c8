"""The incident-response kernel that other software embeds: severity, triage and decision trees, as data.

Everything named here is public. Names are loaded on first use, so importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # type checkers take it for true; `typing` itself would be most of what importing costs

if TYPE_CHECKING:
    from incidentkit.desk.async_desk import AsyncDesk as AsyncDesk
    from incidentkit.desk.desk import Desk as Desk
    from incidentkit.desk.toolbox import Toolbox as Toolbox
    from incidentkit.errors import IncidentkitError as IncidentkitError
    from incidentkit.model.calendar import SupportCalendar as SupportCalendar
    from incidentkit.model.calendar import WorkingDays as WorkingDays
    from incidentkit.model.conditions import ALWAYS as ALWAYS
    from incidentkit.model.conditions import NEVER as NEVER
    from incidentkit.model.conditions import Condition as Condition
    from incidentkit.model.facts import Choice as Choice
    from incidentkit.model.facts import Clock as Clock
    from incidentkit.model.facts import Duration as Duration
    from incidentkit.model.facts import Flag as Flag
    from incidentkit.model.facts import Number as Number
    from incidentkit.model.facts import SeverityFact as SeverityFact
    from incidentkit.model.incident import Incident as Incident
    from incidentkit.model.lifecycle import Status as Status
    from incidentkit.model.people import Role as Role
    from incidentkit.model.severity import Severity as Severity
    from incidentkit.model.severity import SeverityScheme as SeverityScheme
    from incidentkit.model.targets import Target as Target
    from incidentkit.model.targets import Targets as Targets
    from incidentkit.model.triage import Rule as Rule
    from incidentkit.model.triage import Triage as Triage
    from incidentkit.model.vocabulary import Facts as Facts
    from incidentkit.model.vocabulary import Vocabulary as Vocabulary
    from incidentkit.model.vocabulary import Worse as Worse
    from incidentkit.playbooks.emergency import EMERGENCY as EMERGENCY
    from incidentkit.policy.directory import Directory as Directory
    from incidentkit.policy.playbook import Playbook as Playbook
    from incidentkit.policy.postmortem import PostMortem as PostMortem
    from incidentkit.policy.question import Conclusion as Conclusion
    from incidentkit.policy.question import Question as Question
    from incidentkit.policy.question import Walk as Walk
    from incidentkit.policy.question import ask as ask
    from incidentkit.policy.question import choose as choose
    from incidentkit.policy.rotation import Rotation as Rotation
    from incidentkit.policy.rules import SeverityRules as SeverityRules
    from incidentkit.policy.rules import when as when
    from incidentkit.policy.schedule import Schedule as Schedule
    from incidentkit.policy.tree import DecisionTree as DecisionTree

_HOMES = {
    "desk.async_desk": ("AsyncDesk",),
    "desk.desk": ("Desk",),
    "desk.toolbox": ("Toolbox",),
    "errors": ("IncidentkitError",),
    "model.calendar": ("SupportCalendar", "WorkingDays"),
    "model.conditions": ("ALWAYS", "NEVER", "Condition"),
    "model.facts": ("Choice", "Clock", "Duration", "Flag", "Number", "SeverityFact"),
    "model.incident": ("Incident",),
    "model.lifecycle": ("Status",),
    "model.people": ("Role",),
    "model.severity": ("Severity", "SeverityScheme"),
    "model.targets": ("Target", "Targets"),
    "model.triage": ("Rule", "Triage"),
    "model.vocabulary": ("Facts", "Vocabulary", "Worse"),
    "playbooks.emergency": ("EMERGENCY",),
    "policy.directory": ("Directory",),
    "policy.playbook": ("Playbook",),
    "policy.postmortem": ("PostMortem",),
    "policy.question": ("Conclusion", "Question", "Walk", "ask", "choose"),
    "policy.rotation": ("Rotation",),
    "policy.rules": ("SeverityRules", "when"),
    "policy.schedule": ("Schedule",),
    "policy.tree": ("DecisionTree",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ALWAYS",
    "EMERGENCY",
    "NEVER",
    "AsyncDesk",
    "Choice",
    "Clock",
    "Conclusion",
    "Condition",
    "DecisionTree",
    "Desk",
    "Directory",
    "Duration",
    "Facts",
    "Flag",
    "Incident",
    "IncidentkitError",
    "Number",
    "Playbook",
    "PostMortem",
    "Question",
    "Role",
    "Rotation",
    "Rule",
    "Schedule",
    "Severity",
    "SeverityFact",
    "SeverityRules",
    "SeverityScheme",
    "Status",
    "SupportCalendar",
    "Target",
    "Targets",
    "Toolbox",
    "Triage",
    "Vocabulary",
    "Walk",
    "WorkingDays",
    "Worse",
    "ask",
    "choose",
    "when",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
