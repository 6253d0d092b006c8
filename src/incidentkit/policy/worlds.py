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
    ACKNOWLEDGED,
    ACKNOWLEDGEMENTS,
    BROUGHT_ABOUT,
    HAVE_IT,
    IN_FORCE,
    OUTSTANDING,
    SAID_DONE,
    STATUS,
    WAIVED,
    WORST,
)

MOST_WORLDS: Final = 10_000
"""Combinations of facts up to which it is decided whether a condition can come true."""

OF_ONE_IN_FORCE: Final = (ACKNOWLEDGEMENTS, OUTSTANDING, SAID_DONE, WAIVED, BROUGHT_ABOUT)
"""The facts that are known only of an obligation in force."""


_AT_FIRST: Final[Mapping[str, object]] = {
    ACKNOWLEDGED.name: False,
    HAVE_IT.name: 0,
    ACKNOWLEDGEMENTS.name: 0,
    SAID_DONE.name: False,
    WAIVED.name: False,
    BROUGHT_ABOUT.name: False,
}
"""What is so of what came into force for somebody, before anybody has acknowledged or said anything of it."""


def worlds(
    asked: tuple[Condition, ...], statuses: Iterable[Status] = ACTIVE, *, at_first: bool = False
) -> Iterator[Facts] | None:
    """One incident of every kind that the conditions can tell apart, of those statuses; `None` if too many.

    With ``at_first`` it is one in which something came into force for somebody, and nobody has acknowledged yet.

    The facts are taken to be independent of each other but for the severity, so more seems possible than is.
    """
    vocabulary = Vocabulary(STATUS, *(fact for each in asked for fact in each.mentioned))
    known = [fact for fact in vocabulary.values() if at_first or fact not in OF_ONE_IN_FORCE]
    allowed = [status for status in Status if status in statuses]
    values_of = _values_at_first if at_first else _values
    values = [allowed if fact == STATUS else values_of(fact, asked) for fact in known]
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


def _values_at_first(fact: AnyFact, asked: Iterable[Condition]) -> Sequence[object]:
    if fact.name in _AT_FIRST:
        return [_AT_FIRST[fact.name]]
    if fact == OUTSTANDING:
        return [1, *(count for count in samples(fact, asked) if count > 1)]
    return _values(fact, asked)


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
