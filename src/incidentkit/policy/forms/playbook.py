"""Playbooks as documents hold them: a form for each policy."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from incidentkit.model.facts import FactKind
from incidentkit.policy.forms.checklist import ChecklistForm
from incidentkit.policy.forms.communication import CommunicationForm
from incidentkit.policy.forms.escalation import EscalationForm
from incidentkit.policy.forms.preservation import PreservationForm
from incidentkit.policy.forms.response import ResponseForm
from incidentkit.policy.forms.review import ReviewForm
from incidentkit.policy.forms.rollback import RollbackForm
from incidentkit.policy.forms.runbook import RunbookForm
from incidentkit.policy.question import Conclusion
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.tree import DecisionTree


@frozen(kw_only=True)
class PlaybookForm:
    """A playbook in a document."""

    name: str
    rules: SeverityRules[Any]
    trees: dict[str, DecisionTree[Conclusion]] = field(factory=dict[str, DecisionTree[Conclusion]])
    facts: tuple[FactKind, ...] = ()
    """The facts that only its policies ask for."""
    escalation: EscalationForm | None = None
    communication: CommunicationForm | None = None
    response: ResponseForm | None = None
    checklists: tuple[ChecklistForm, ...] = ()
    review: ReviewForm | None = None
    rollback: RollbackForm | None = None
    preservation: PreservationForm | None = None
    runbooks: tuple[RunbookForm, ...] = ()
