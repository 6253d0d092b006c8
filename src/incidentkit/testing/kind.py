"""Which strategy draws what is of a class: what ``st.from_type`` goes by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final, TypeAlias, TypeVar, get_args, get_origin

from hypothesis import strategies as st
from hypothesis.errors import ResolutionFailed

from incidentkit.desk.async_desk import AsyncDesk
from incidentkit.desk.desk import Desk
from incidentkit.desk.toolbox import Toolbox
from incidentkit.drills.clock import ManualClock
from incidentkit.model.action import ActionKey
from incidentkit.model.assessment import Assessment, assessed
from incidentkit.model.calendar import Hours, SupportCalendar, WorkingDays
from incidentkit.model.commands import Command
from incidentkit.model.conditions import Condition
from incidentkit.model.events import Event
from incidentkit.model.facts import FactKind
from incidentkit.model.happening import Happening
from incidentkit.model.incident import Incident
from incidentkit.model.severity import Severity, SeverityScheme
from incidentkit.model.targets import Target, Targets
from incidentkit.model.timeline import Timeline
from incidentkit.model.triage import Rule, Triage
from incidentkit.model.vocabulary import Fact, Facts, Vocabulary
from incidentkit.policy.checklist import Checklist
from incidentkit.policy.communication import CommunicationPolicy
from incidentkit.policy.directory import Directory
from incidentkit.policy.escalation import ContactChain, EscalationPolicy
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.obligation import Attempt, Obligation
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.postmortem import PostMortem
from incidentkit.policy.preservation import PreservationPolicy
from incidentkit.policy.question import Conclusion, Question, Walk
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.response import ResponsePolicy
from incidentkit.policy.review import ReviewPolicy
from incidentkit.policy.rollback import RollbackPolicy
from incidentkit.policy.rotation import Rotation
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.schedule import Schedule
from incidentkit.policy.shelf import Shelf
from incidentkit.policy.template import Template
from incidentkit.policy.tree import DecisionTree
from incidentkit.testing.calendar import WORKING_DAYS, hours, moments, support_calendars
from incidentkit.testing.commands import of_kind, scenes
from incidentkit.testing.communication import communication_policies
from incidentkit.testing.conditions import conditions
from incidentkit.testing.directory import directories, maintenance_windows, recipients
from incidentkit.testing.duties import checklists, preservation_policies, response_policies, review_policies
from incidentkit.testing.escalation import contact_chains, escalation_policies, obligations
from incidentkit.testing.event import ACTIONS, events, single_events
from incidentkit.testing.facts import facts_of, known_facts, vocabularies
from incidentkit.testing.identity import PEOPLE
from incidentkit.testing.incident import incidents
from incidentkit.testing.playbook import playbooks
from incidentkit.testing.postmortem import postmortems
from incidentkit.testing.rollback import rollback_policies
from incidentkit.testing.rules import RULES, severity_rules, triages
from incidentkit.testing.runbook import runbooks, shelves
from incidentkit.testing.schedule import rotations, schedules
from incidentkit.testing.severity import severities, severity_schemes
from incidentkit.testing.situation import attempts
from incidentkit.testing.targets import single_targets, targets
from incidentkit.testing.template import templates
from incidentkit.testing.tree import conclusions, decision_trees, walks

Drawn: TypeAlias = st.SearchStrategy[Any]


def _rules() -> Drawn:
    return severity_rules().flatmap(lambda rules: st.sampled_from(rules.rules))


def _commands(kind: type[Command]) -> Drawn:
    return scenes(None, RULES, PEOPLE, 1).flatmap(lambda scene: of_kind(kind, scene))


def _trees(ends: Drawn | None) -> Drawn:
    return decision_trees(ends=ends)


def _questions(ends: Drawn | None) -> Drawn:
    return _trees(ends).map(lambda tree: tree.root)


def _walks(ends: Drawn | None) -> Drawn:
    return _trees(ends).flatmap(walks)


_PLAIN: Final[Mapping[type, Callable[[], Drawn]]] = {
    ActionKey: lambda: ACTIONS,
    Assessment: lambda: triages().map(assessed),
    Attempt: attempts,
    Checklist: checklists,
    CommunicationPolicy: communication_policies,
    Conclusion: conclusions,
    Condition: lambda: vocabularies().flatmap(conditions),
    ContactChain: contact_chains,
    Directory: directories,
    EscalationPolicy: escalation_policies,
    Fact: lambda: st.one_of(*(facts_of(kind) for kind in get_args(FactKind))),
    Facts: lambda: vocabularies().flatmap(known_facts),
    Happening: events,
    Hours: hours,
    Incident: incidents,
    Maintenance: maintenance_windows,
    ManualClock: lambda: st.builds(ManualClock, moments()),
    Obligation: lambda: obligations("duty"),
    Playbook: playbooks,
    PostMortem: postmortems,
    PreservationPolicy: preservation_policies,
    Recipient: recipients,
    ResponsePolicy: response_policies,
    ReviewPolicy: review_policies,
    RollbackPolicy: lambda: decision_trees().flatmap(lambda tree: rollback_policies({tree.title: tree})),
    Rotation: rotations,
    Rule: _rules,
    Runbook: runbooks,
    Schedule: schedules,
    Severity: severities,
    SeverityRules: severity_rules,
    SeverityScheme: severity_schemes,
    Shelf: shelves,
    SupportCalendar: support_calendars,
    Target: single_targets,
    Targets: targets,
    Template: templates,
    Timeline: lambda: incidents().map(lambda incident: incident.timeline),
    Triage: triages,
    Vocabulary: vocabularies,
    WorkingDays: lambda: WORKING_DAYS,
    **{kind: partial(facts_of, kind) for kind in get_args(FactKind)},
    **{kind: partial(single_events, kind) for kind in get_args(Event)},
    **{kind: partial(_commands, kind) for kind in get_args(Command)},
}
"""The strategy for each class; what stands for its parameters makes no difference, if it has any."""

_WITH_ENDS: Final[Mapping[type, Callable[[Drawn | None], Drawn]]] = {
    DecisionTree: _trees,
    Question: _questions,
    Walk: _walks,
}
"""The strategy for each class whose parameter says where its questions lead."""

DRAWN: Final = frozenset({*_PLAIN, *_WITH_ENDS})
"""The classes that have a strategy."""

INSTEAD: Final[Mapping[type, str]] = {
    AsyncDesk: "make one over a MemoryStore and what the fixture incident_toolbox gives",
    Desk: "take what the fixture incident_desk gives, or make one over a MemoryStore and a memory_toolbox",
    Toolbox: "take what the fixture incident_toolbox gives, or call memory_toolbox",
}
"""The classes that have none, because they work for providers that are somebody's, and what to do instead."""


def strategy_of(thing: Any) -> Any:
    """The strategy for a class, or for a generic one with its parameters; `NotImplemented` where there is none.

    A class above one of these is not drawn as that one, or a test of any `Mapping` would be given vocabularies.
    Raises `ResolutionFailed`, as Hypothesis does for what cannot be drawn, for those of `INSTEAD`.
    """
    kind = get_origin(thing) or thing
    if kind in INSTEAD:
        raise ResolutionFailed(f"incidentkit.{kind.__name__} is not drawn: {INSTEAD[kind]}")
    if kind in _WITH_ENDS:
        return _WITH_ENDS[kind](_ends(*get_args(thing)))
    return _plain(kind) if kind in _PLAIN else NotImplemented


@cache
def _plain(kind: type) -> Drawn:
    return _PLAIN[kind]()


def _ends(*parameters: Any) -> Drawn | None:
    """What a tree leads to, if not to conclusions."""
    (end,) = parameters or (Conclusion,)
    return None if end in (Any, Conclusion) or isinstance(end, TypeVar) else st.from_type(end)
