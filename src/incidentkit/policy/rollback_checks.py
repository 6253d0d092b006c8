"""Checks of a rollback policy by itself: criteria that say nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from incidentkit.model.conditions import Condition
from incidentkit.policy.advice import Course
from incidentkit.policy.finding import Code, Finding
from incidentkit.policy.rollback import Criterion, RollbackPolicy
from incidentkit.policy.situation import UNCERTAIN
from incidentkit.policy.worlds import OF_ONE_IN_FORCE, worlds

_NEVER_KNOWN: Final = (*OF_ONE_IN_FORCE, UNCERTAIN)
"""The facts that are known only of something that is wanted, and never of an incident."""


def _no_criteria(policy: RollbackPolicy) -> Iterator[Finding]:
    if not policy.criteria:
        message = f"there are no criteria, so the advice is what {policy.tree} concludes"
        yield Finding(Code.NO_CRITERIA, "rollback", message)


def _never_asked(policy: RollbackPolicy) -> Iterator[Finding]:
    for path, criterion in _places(policy):
        for fact in criterion.when.vocabulary.values():
            if fact in _NEVER_KNOWN:
                message = f"{str(criterion)!r} asks for {fact.name}, which is known only of something that is wanted"
                yield Finding(Code.NEVER_ASKED, f"{path}.when", message)


def _never_true(policy: RollbackPolicy) -> Iterator[Finding]:
    for path, criterion in _places(policy):
        is_asked = not any(fact in _NEVER_KNOWN for fact in criterion.when.vocabulary.values())
        possible = worlds((criterion.when,))
        if is_asked and possible is not None and not any(criterion.when.walk(world) for world in possible):
            message = f"there can be no incident that is not over with {criterion.when}"
            yield Finding(Code.NEVER_TRUE, f"{path}.when", message)


def _said_twice(policy: RollbackPolicy) -> Iterator[Finding]:
    first: dict[Condition, str] = {}
    for path, criterion in _places(policy):
        before = first.setdefault(criterion.when, path)
        if before != path:
            yield Finding(Code.SAID_TWICE, f"{path}.when", f"{criterion.when} is what {before} says already")


def _weighs_nothing(policy: RollbackPolicy) -> Iterator[Finding]:
    ends = {*policy.conclusions.values()}
    if policy.consider and Course.HOTFIX not in ends:
        message = f"{policy.tree} never concludes a hotfix, in whose place rolling back could be considered"
        yield Finding(Code.WEIGHS_NOTHING, "rollback.consider", message)
    if policy.hotfix_instead and not ends & {Course.HOTFIX, Course.ROLL_BACK}:
        message = f"{policy.tree} concludes neither to roll back nor a hotfix, so there is nothing to weigh"
        yield Finding(Code.WEIGHS_NOTHING, "rollback.hotfix_instead", message)


def _places(policy: RollbackPolicy) -> Iterator[tuple[str, Criterion]]:
    """Every criterion, with its place in a document."""
    lists = {"immediate": policy.immediate, "consider": policy.consider, "hotfix_instead": policy.hotfix_instead}
    for name, criteria in lists.items():
        yield from ((f"rollback.{name}[{index}]", criterion) for index, criterion in enumerate(criteria))


RollbackCheck: TypeAlias = Callable[[RollbackPolicy], Iterator[Finding]]
"""Looks for one thing in a rollback policy."""

ON_ROLLBACK: Final[tuple[RollbackCheck, ...]] = (_no_criteria, _never_asked, _never_true, _said_twice, _weighs_nothing)
"""What is looked for in every rollback policy."""
