"""Strategies for severity rules, and for what rules say."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from incidentkit.model.conditions import ALWAYS
from incidentkit.model.facts import SeverityFact
from incidentkit.model.severity import SeverityScheme
from incidentkit.model.triage import Rule, Triage
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.playbooks.emergency import EMERGENCY
from incidentkit.policy.rules import SeverityRules
from incidentkit.testing.conditions import conditions
from incidentkit.testing.facts import known_facts, vocabularies
from incidentkit.testing.identity import texts
from incidentkit.testing.severity import ordered_schemes

RULES: Final[SeverityRules[Any]] = EMERGENCY.rules
"""The rules by which incidents are drawn if nobody gives others."""


@st.composite
def severity_rules(
    draw: st.DrawFn, vocabulary: Vocabulary | None = None, *, scheme: SeverityScheme[Any] | None = None
) -> SeverityRules[Any]:
    """Up to six severity rules and a default over a vocabulary, which give severities of a scheme.

    Both are drawn if not given.
    """
    vocabulary = draw(vocabularies()) if vocabulary is None else vocabulary
    severities = st.sampled_from((draw(ordered_schemes()) if scheme is None else scheme).severities)
    asked = Vocabulary(*(fact for fact in vocabulary.values() if not isinstance(fact, SeverityFact)))
    row = draw(
        st.lists(
            st.builds(Rule[Any], conditions(asked), severities, because=texts(), source=texts()),
            max_size=6,
        )
    )
    default = draw(st.builds(Rule[Any], st.just(ALWAYS), severities, because=texts(), source=texts()))
    return SeverityRules(*row, otherwise=default, vocabulary=vocabulary)


def triages(rules: SeverityRules[Any] = RULES) -> st.SearchStrategy[Triage[Any]]:
    """What these rules say, certain or not, by facts that often lie around their thresholds.

    The rules are those of the emergency playbook if no others are given.
    """
    conditions = [rule.condition for rule in rules.rules]
    return known_facts(rules.vocabulary, around=conditions).map(rules.triage)
