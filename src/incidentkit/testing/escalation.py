"""Strategies for escalation policies, for the contact chains in them, and for obligations of every kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from hypothesis import strategies as st

from incidentkit.model.conditions import ALWAYS, NEVER, Condition
from incidentkit.model.targets import Target
from incidentkit.policy.directory import Directory
from incidentkit.policy.escalation import ANYBODY, EVERYBODY, WATCHED, ContactChain, EscalationPolicy, Level, quorum
from incidentkit.policy.obligation import Attempt, Obligation, Recurrence
from incidentkit.policy.recipient import on_call
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.situation import OVER, UNRESOLVED_FOR
from incidentkit.testing.directory import METHODS, recipients
from incidentkit.testing.rules import RULES
from incidentkit.testing.situation import BACKOFFS, MINUTES, REASONS, applying, attempts, reminders, situations

_GRACES: Final = st.sampled_from([timedelta(), timedelta(seconds=10), timedelta(minutes=1)])

_ON_CALL: Final = st.sampled_from(["payments", "緊急"]).map(on_call)

UNTIL: Final[st.SearchStrategy[Condition]] = st.sampled_from([ANYBODY, EVERYBODY, quorum(2), quorum(3), NEVER])
"""Who has to acknowledge."""


def contact_chains(*, methods: Sequence[str] = METHODS) -> st.SearchStrategy[ContactChain]:
    """Chains of one to three attempts by these methods, for one to three rounds."""
    return st.builds(
        ContactChain, st.lists(attempts(methods=methods), min_size=1, max_size=3), rounds=st.integers(1, 3)
    )


def escalation_policies(
    directory: Directory | None = None, *, rules: SeverityRules[Any] = RULES, methods: Sequence[str] = METHODS
) -> st.SearchStrategy[EscalationPolicy]:
    """Policies of one to four levels for these people, or for any, with every answer to who stops them.

    Their conditions are on the facts and severities of ``rules``, on clocks and on the status. Levels end with any
    acknowledgement, with everybody's, with a quorum, which may be more than there are people, or with none.
    """
    reached = recipients(directory) | _ON_CALL if directory is None else recipients(directory)
    parts: dict[str, st.SearchStrategy[Any]] = {
        "to": st.lists(reached, min_size=1, max_size=2),
        "when": st.just(ALWAYS) | MINUTES.map(UNRESOLVED_FOR.__ge__) | situations(rules),
        "until": UNTIL,
        "acknowledgers": st.just([]) | st.just([]) | st.lists(recipients(directory), min_size=1, max_size=2),
        "because": REASONS,
    }
    levels = st.lists(st.fixed_dictionaries(parts), min_size=1, max_size=4).map(_levels)
    return st.builds(
        EscalationPolicy,
        levels=levels,
        contact=contact_chains(methods=methods),
        applies=applying(rules),
        until=st.sampled_from([OVER, OVER, NEVER]),
        held=st.sampled_from([WATCHED, WATCHED, NEVER]),
        cumulative=st.booleans(),
        backoff=BACKOFFS,
        grace=_GRACES,
        acknowledgement_expires_after=st.none() | MINUTES,
        fallback=st.lists(recipients(directory), max_size=1),
        waits=st.booleans(),
        catch_all=st.lists(recipients(directory), max_size=1),
        hand_over=reminders(methods),
        raise_notice=reminders(methods),
        stand_down=reminders(methods),
    )


def _levels(drawn: Sequence[dict[str, Any]]) -> list[Level]:
    return [
        Level(f"level {place}", recipients=each["to"], **{name: part for name, part in each.items() if name != "to"})
        for place, each in enumerate(drawn, start=1)
    ]


def obligations(
    id: str, directory: Directory | None = None, *, rules: SeverityRules[Any] = RULES, methods: Sequence[str] = METHODS
) -> st.SearchStrategy[Obligation]:
    """Obligations of every kind under that id: with a clock and without, for people and for nobody, tried or owed.

    The parameters are those of `escalation_policies`.
    """
    chain = st.lists(attempts(methods=methods), max_size=3)
    last = st.builds(Attempt, st.sampled_from(methods)).map(lambda each: [each])
    return st.builds(
        Obligation,
        id=st.just(id),
        when=situations(rules),
        applies=applying(rules),
        until=situations(rules) | UNTIL,
        held=st.sampled_from([NEVER, NEVER, WATCHED]),
        recipients=st.lists(recipients(directory), max_size=2),
        due=st.none() | MINUTES.map(Target),
        chain=chain | st.tuples(chain, last).map(lambda parts: [*parts[0], *parts[1]]),
        backoff=BACKOFFS,
        recurrence=st.sampled_from([Recurrence.ONCE, Recurrence.PER_GENERATION, Recurrence.PER_RAISE]),
        personal=st.booleans(),
        grace=_GRACES,
        outlives=st.booleans(),
        suffices=st.booleans(),
        because=REASONS,
    )
