"""The incidents that conditions can tell apart, to find out whether one can come true at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Final

from incidentkit.model.conditions import Condition, samples
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.model.vocabulary import AnyFact, Facts, Vocabulary
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.situation import (
    ACKNOWLEDGEMENTS,
    BROUGHT_ABOUT,
    IN_FORCE,
    OUTSTANDING,
    SAID_DONE,
    STATUS,
    WAIVED,
    WORST,
)

MOST_WORLDS: Final = 10_000
"""Combinations of facts up to which it is decided whether a condition can come true."""

_OF_ONE_IN_FORCE: Final = (ACKNOWLEDGEMENTS, OUTSTANDING, SAID_DONE, WAIVED, BROUGHT_ABOUT)
"""The facts that are known only of an obligation in force."""


def worlds(asked: tuple[Condition, ...], statuses: Iterable[Status] = ACTIVE) -> Iterator[Facts] | None:
    """One incident of every kind that the conditions can tell apart, of those statuses; `None` if too many.

    The facts are taken to be independent of each other but for the severity, so more seems possible than is.
    """
    vocabulary = Vocabulary(STATUS, *(fact for each in asked for fact in each.mentioned))
    known = [fact for fact in vocabulary.values() if fact not in _OF_ONE_IN_FORCE]
    allowed = [status for status in Status if status in statuses]
    values = [allowed if fact == STATUS else _values(fact, asked) for fact in known]
    if prod(map(len, values)) > MOST_WORLDS:
        return None
    names = [fact.name for fact in known]
    possible = (
        {name: value for name, value in zip(names, each, strict=True) if value is not None} for each in product(*values)
    )
    return (Facts(vocabulary, world) for world in possible if _is_consistent(world, vocabulary))


def _values(fact: AnyFact, asked: Iterable[Condition]) -> Sequence[object]:
    """What an incident can know of a fact; `None` for nothing, which also counts: as it applies."""
    always_known = fact.name in IN_FORCE
    return [*samples(fact, asked), *([] if always_known else [None])]


def _is_consistent(world: Mapping[str, object], vocabulary: Vocabulary) -> bool:
    """A severity that is certain is the worst that is possible."""
    return "severity" not in world or WORST not in vocabulary or world["severity"] == world.get(WORST)


def why_never(obligation: Obligation, *, whose: str = "it", before: str = "") -> str | None:
    """Why no incident brings it into force by itself; `None` if one can, and if that is left open.

    ``whose`` conditions say what it applies to. ``before`` says what it means that something hinders it in any case,
    which is not looked at if that is empty.
    """
    applies, reached, hindered = obligation.applies, obligation.when, obligation.hindered
    possible = worlds((applies, reached, hindered), Status if obligation.outlives else ACTIVE)
    if possible is None:
        return None
    ways = [world for world in possible if reached.walk(world) is True]
    if not ways:
        active = "" if obligation.outlives or STATUS.name not in reached.vocabulary else " that is not over"
        return f"there can be no incident{active} with {reached}"
    ways = [world for world in ways if applies.walk(world) is not False]
    if not ways:
        return f"{whose} applies only with {applies}, which rules out {reached}"
    if before and all(hindered.walk(world) is True for world in ways):
        return f"{before}, by {hindered}"
    return None
