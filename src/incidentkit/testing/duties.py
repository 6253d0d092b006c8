"""Strategies for what people owe by a playbook: clocks, checklists, reviews, and evidence that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from hypothesis import strategies as st

from incidentkit.model.conditions import ALWAYS, NEVER
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.checklist import Checklist, Item
from incidentkit.policy.directory import Directory
from incidentkit.policy.preservation import PreservationPolicy
from incidentkit.policy.response import ResponsePolicy
from incidentkit.policy.review import Invitation, ReviewPolicy, Topic
from incidentkit.policy.rules import SeverityRules
from incidentkit.testing.directory import METHODS, recipients
from incidentkit.testing.identity import texts
from incidentkit.testing.rules import RULES
from incidentkit.testing.situation import LEVEL_NAMES, MINUTES, NO_FACTS, REASONS, applying, reminders, situations

_TITLES: Final = st.lists(texts(blank=False), max_size=2)


def response_policies(
    directory: Directory | None = None, *, methods: Sequence[str] = METHODS
) -> st.SearchStrategy[ResponsePolicy]:
    """Clocks for the targets of severities, with or without reminders."""
    return st.builds(ResponsePolicy, owner=recipients(directory), reminders=reminders(methods))


def checklists(
    directory: Directory | None = None,
    *,
    rules: SeverityRules[Any] = RULES,
    methods: Sequence[str] = METHODS,
    others: Vocabulary = NO_FACTS,
    done_by: Sequence[str] = (),
) -> st.SearchStrategy[Checklist]:
    """Checklists of one to three items, some of which are met by a condition, or by one of the obligations ``done_by``.

    ``others`` are more facts that conditions may ask for, beside those of ``rules``.
    """
    people, cases = recipients(directory), situations(rules, others)
    items = st.builds(
        Item,
        name=LEVEL_NAMES,
        what=REASONS,
        owner=st.none() | people,
        when=st.just(ALWAYS) | cases,
        met=st.just(NEVER) | cases,
        done_by=st.lists(st.sampled_from(done_by), max_size=1) if done_by else st.just([]),
        within=st.none() | MINUTES,
        source=REASONS,
    )
    return st.builds(
        Checklist,
        name=LEVEL_NAMES,
        items=st.lists(items, min_size=1, max_size=3, unique_by=lambda each: each.name),
        owner=people,
        applies=applying(rules, others),
        reminders=reminders(methods),
        outlives=st.booleans(),
    )


def review_policies(
    directory: Directory | None = None,
    *,
    rules: SeverityRules[Any] = RULES,
    methods: Sequence[str] = METHODS,
    others: Vocabulary = NO_FACTS,
) -> st.SearchStrategy[ReviewPolicy]:
    """Reviews, with a meeting or without; the parameters are those of `checklists`."""
    people, cases = recipients(directory), applying(rules, others)
    return st.builds(
        ReviewPolicy,
        owner=people,
        within=MINUTES,
        applies=cases,
        reminders=reminders(methods),
        questions=_TITLES,
        agenda=st.lists(st.builds(Topic, texts(blank=False), MINUTES), max_size=2),
        invited=st.lists(st.builds(Invitation, people, cases), max_size=2),
    )


def preservation_policies(
    directory: Directory | None = None,
    *,
    rules: SeverityRules[Any] = RULES,
    methods: Sequence[str] = METHODS,
    others: Vocabulary = NO_FACTS,
) -> st.SearchStrategy[PreservationPolicy]:
    """Evidence that is held for some incidents; the parameters are those of `checklists`."""
    return st.builds(
        PreservationPolicy,
        held=situations(rules, others),
        guardians=st.lists(recipients(directory), max_size=2),
        notice=reminders(methods),
        source=REASONS,
    )
