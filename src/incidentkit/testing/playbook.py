"""Strategies for whole playbooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from hypothesis import strategies as st

from incidentkit.model.facts import Clock, SeverityFact
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.directory import Directory
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.question import Conclusion
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.situation import answered
from incidentkit.policy.tree import DecisionTree
from incidentkit.testing.communication import communication_policies
from incidentkit.testing.directory import METHODS, recipients
from incidentkit.testing.duties import checklists, preservation_policies, response_policies, review_policies
from incidentkit.testing.escalation import escalation_policies
from incidentkit.testing.facts import facts
from incidentkit.testing.rollback import answerable, rollback_policies
from incidentkit.testing.rules import RULES
from incidentkit.testing.runbook import shelves
from incidentkit.testing.tree import decision_trees

P = TypeVar("P")

_OTHER_FACTS: Final = ("staffed", "a", "b2", "if", "known")
_TREE_NAMES: Final = st.lists(st.sampled_from(["Roll back?", "How bad?", "緊急"]), max_size=2, unique=True)


def playbooks(
    directory: Directory | None = None,
    *,
    rules: SeverityRules[Any] = RULES,
    methods: Sequence[str] = METHODS,
) -> st.SearchStrategy[Playbook]:
    """Playbooks for these people, or for any, each of whose policies may be there or not.

    Beside an escalation and the clocks of the severities they have up to two decision trees and two checklists,
    announcements with their templates, a review, a rollback policy that goes by one of the trees, the preservation of
    evidence, and runbooks. Some of it asks for facts that the rules do not ask for. The parameters are those of
    `escalation_policies`.
    """
    parts: dict[str, st.SearchStrategy[Any]] = {
        "escalation": st.none() | escalation_policies(directory, rules=rules, methods=methods),
        "response": st.none() | response_policies(directory, methods=methods),
    }
    return _playbooks(directory, rules, methods, st.fixed_dictionaries(parts))


@st.composite
def _playbooks(
    draw: st.DrawFn,
    directory: Directory | None,
    rules: SeverityRules[Any],
    methods: Sequence[str],
    parts: st.SearchStrategy[dict[str, Any]],
) -> Playbook:
    """Those parts, which are made once, and what may ask for other facts, which is made for each playbook."""
    others = draw(_other_facts(rules))
    more: dict[str, Any] = {"rules": rules, "methods": methods, "others": others}
    trees = draw(_trees(rules, others))
    communication = _perhaps(draw, communication_policies(directory, **more))
    announced = () if communication is None else tuple(each.id for each in communication.announcements)
    owed = checklists(directory, **more, done_by=announced)
    by_facts = answerable(trees)
    return Playbook(
        name="playbook",
        rules=rules,
        trees=trees,
        **draw(parts),
        communication=communication,
        checklists=draw(st.lists(owed, max_size=2, unique_by=lambda each: each.name)),
        review=_perhaps(draw, review_policies(directory, **more)),
        rollback=_perhaps(draw, rollback_policies(by_facts, rules=rules, others=others)) if by_facts else None,
        preservation=_perhaps(draw, preservation_policies(directory, **more)),
        runbooks=_runbooks(draw, directory, rules.vocabulary | others, methods),
    )


def _perhaps(draw: st.DrawFn, policies: st.SearchStrategy[P]) -> P | None:
    return draw(policies) if draw(st.booleans()) else None


@st.composite
def _other_facts(draw: st.DrawFn, rules: SeverityRules[Any]) -> Vocabulary:
    """Up to two facts that the rules do not ask for and no incident answers."""
    taken = {*rules.vocabulary, *answered(rules.scheme)}
    free = [name for name in _OTHER_FACTS if name not in taken]
    names = draw(st.lists(st.sampled_from(free), max_size=2, unique=True)) if free else []
    return Vocabulary(*(draw(facts(name)) for name in names))


@st.composite
def _trees(draw: st.DrawFn, rules: SeverityRules[Any], others: Vocabulary) -> dict[str, DecisionTree[Conclusion]]:
    asked = Vocabulary(
        *(fact for fact in (rules.vocabulary | others).values() if not isinstance(fact, Clock | SeverityFact))
    )
    return {name: draw(decision_trees(asked, scheme=rules.scheme)) for name in draw(_TREE_NAMES)}


def _runbooks(
    draw: st.DrawFn, directory: Directory | None, vocabulary: Vocabulary, methods: Sequence[str]
) -> tuple[Runbook, ...]:
    if not draw(st.booleans()):
        return ()
    return draw(shelves(vocabulary, owners=recipients(directory), methods=methods)).runbooks
