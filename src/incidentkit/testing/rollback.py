"""Strategies for rollback policies, which go by a decision tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.advice import Course
from incidentkit.policy.question import Conclusion, is_question
from incidentkit.policy.rollback import Criterion, RollbackPolicy
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.tree import DecisionTree
from incidentkit.testing.rules import RULES
from incidentkit.testing.situation import NO_FACTS, REASONS, situations


@st.composite
def rollback_policies(
    draw: st.DrawFn,
    trees: Mapping[str, DecisionTree[Conclusion]],
    *,
    rules: SeverityRules[Any] = RULES,
    others: Vocabulary = NO_FACTS,
) -> RollbackPolicy:
    """Policies that go by one of these trees; facts have to answer all questions of each, as `answerable` says.

    Their criteria ask for the facts of ``rules`` and for ``others``.
    """
    name = draw(st.sampled_from([*trees]))
    nodes = (node for question in trees[name].root.questions for node in question.branches.values())
    ends = dict.fromkeys(str(node) for node in nodes if not is_question(node))
    criteria = st.lists(st.builds(Criterion, situations(rules, others), because=REASONS, source=REASONS), max_size=2)
    return RollbackPolicy(
        tree=name,
        conclusions={words: draw(st.sampled_from(Course)) for words in ends},
        immediate=draw(criteria),
        consider=draw(criteria),
        hotfix_instead=draw(criteria),
    )


def answerable(trees: Mapping[str, DecisionTree[Conclusion]]) -> dict[str, DecisionTree[Conclusion]]:
    """Those of the trees that no person has to answer."""
    return {
        name: tree
        for name, tree in trees.items()
        if all(question.subject is not None for question in tree.root.questions)
    }
