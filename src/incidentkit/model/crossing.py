"""Crossings: pairs of values of a fact between which a comparison turns because of one of its thresholds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from incidentkit.model.conditions import Condition, OneOf
from incidentkit.model.facts import Choice
from incidentkit.model.vocabulary import AnyFact, Facts


def crossings(leaf: Condition, fact: AnyFact, threshold: Any, values: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """The threshold, and a value for which the comparison answers otherwise; the nearest on each side.

    ``values`` are in the order of the fact, the threshold among them. Of values without an order every other counts.
    What is one of several goes on to the next of them before it turns.
    """
    here = _answer(leaf, fact, threshold)
    if isinstance(fact, Choice):
        yield from ((threshold, other) for other in values if _answer(leaf, fact, other) is not here)
        return
    place = values.index(threshold)
    for others in (values[:place][::-1], values[place + 1 :]):
        reached = others if isinstance(leaf, OneOf) else others[:1]
        other = next((other for other in reached if _answer(leaf, fact, other) is not here), None)
        if other is not None:
            yield threshold, other


def _answer(leaf: Condition, fact: AnyFact, value: Any) -> bool | None:
    return leaf.walk(Facts(leaf.vocabulary, {fact.name: value}))
