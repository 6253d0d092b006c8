"""Strategies for what all policies have: conditions on an incident, reminders, and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

from hypothesis import strategies as st

from incidentkit.model.conditions import ALWAYS, Condition
from incidentkit.model.facts import Clock, SeverityFact
from incidentkit.model.lifecycle import Status
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.obligation import Attempt, Backoff
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.situation import (
    ACKNOWLEDGED,
    STATUS,
    UNACKNOWLEDGED_FOR,
    UNRESOLVED_FOR,
    severity_of,
    worst_severity_of,
)
from incidentkit.testing.conditions import comparisons
from incidentkit.testing.directory import METHODS
from incidentkit.testing.identity import texts

_DELAYS: Final = st.sampled_from([timedelta(seconds=10), timedelta(seconds=30), timedelta(minutes=2)])

MINUTES: Final = st.sampled_from([timedelta(minutes=each) for each in (1, 2, 5, 10, 30)])
"""Waits, and times for something."""

REASONS: Final = st.just("") | texts(blank=False)
"""Why somebody wants something, or nothing."""

NO_FACTS: Final = Vocabulary()

BACKOFFS: Final = st.builds(Backoff, st.lists(_DELAYS, max_size=3), jitter=st.sampled_from([0, 0.1, 1]))

LEVEL_NAMES: Final = st.sampled_from(["alert", "7", "a.b", "Größe", "緊急", "عاجل", "🚨", "<b>|`*_", "x" * 99])
"""Names of announcements, checklists and their items."""


def attempts(*, methods: Sequence[str] = METHODS) -> st.SearchStrategy[Attempt]:
    """Single attempts by one of these methods."""
    return st.builds(Attempt, st.sampled_from(methods), MINUTES)


def reminders(methods: Sequence[str]) -> st.SearchStrategy[Sequence[Attempt]]:
    """Up to two attempts, none of which need be made."""
    return st.lists(attempts(methods=methods), max_size=2)


@lru_cache(maxsize=64)
def situations(
    rules: SeverityRules[Any], others: Vocabulary = NO_FACTS, *, timed: bool = True
) -> st.SearchStrategy[Condition]:
    """Conditions on an incident: what its rules ask for, other facts, its clocks, its status and its severity.

    Those that are not ``timed`` have no clocks.
    """
    known = (*rules.vocabulary.values(), *others.values())
    asked = [fact for fact in known if not isinstance(fact, Clock | SeverityFact)]
    severities = st.sampled_from(rules.scheme.severities)
    leaves: list[st.SearchStrategy[Condition]] = [
        *([MINUTES.map(UNRESOLVED_FOR.__ge__), MINUTES.map(UNACKNOWLEDGED_FOR.__ge__)] if timed else []),
        severities.map(severity_of(rules.scheme).__ge__),
        severities.map(worst_severity_of(rules.scheme).is_),
        st.sampled_from(Status).map(STATUS.is_),
        st.sampled_from([ALWAYS, ACKNOWLEDGED]),
        *([comparisons(Vocabulary(*asked))] if asked else []),
    ]
    leaf = st.one_of(leaves)
    opposite = leaf.map(lambda each: ~each)
    return leaf | opposite | st.tuples(leaf, leaf | opposite, st.booleans()).map(_joined)


def _joined(parts: tuple[Condition, Condition, bool]) -> Condition:
    one, other, both = parts
    return one & other if both else one | other


@lru_cache(maxsize=64)
def applying(rules: SeverityRules[Any], others: Vocabulary = NO_FACTS) -> st.SearchStrategy[Condition]:
    """For which incidents something is: all of them often, and never by how much time passed."""
    return st.just(ALWAYS) | situations(rules, others, timed=False)
