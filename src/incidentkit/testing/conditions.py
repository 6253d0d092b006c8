"""Strategies for conditions."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from hypothesis import strategies as st

from incidentkit.model.conditions import ALWAYS, NEVER, Condition
from incidentkit.model.facts import Choice, Clock, Flag
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.testing.facts import thresholds

_CONSTANTS: Final[st.SearchStrategy[Condition]] = st.sampled_from([ALWAYS, NEVER])


def conditions(vocabulary: Vocabulary) -> st.SearchStrategy[Condition]:
    """Conditions over these facts: every comparison that they allow, joined and negated a few levels deep."""
    return _conditions(vocabulary)


@lru_cache(maxsize=64)
def _conditions(vocabulary: Vocabulary) -> st.SearchStrategy[Condition]:
    """Made once: a recursive strategy is described in full when it is first drawn from, which costs more than a draw.

    The leaves are behind the vocabulary for the same reason: that has a short description.
    """
    leaves = st.just(vocabulary).flatmap(_leaves) if vocabulary else _CONSTANTS
    return st.recursive(leaves, _joined, max_leaves=8)


@lru_cache(maxsize=64)
def _leaves(vocabulary: Vocabulary) -> st.SearchStrategy[Condition]:
    return comparisons(vocabulary) | _CONSTANTS


def comparisons(vocabulary: Vocabulary) -> st.SearchStrategy[Condition]:
    """One fact compared with a value; a flag stands for itself."""
    by_fact = {fact: _comparisons(fact) for fact in vocabulary.values()}
    # A method of the mapping would be described with all that is in it.
    return st.sampled_from([*by_fact]).flatmap(lambda fact: by_fact[fact])


@lru_cache(maxsize=256)
def _comparisons(fact: Any) -> st.SearchStrategy[Condition]:
    if isinstance(fact, Flag):
        return st.just(fact)
    values = thresholds(fact)
    if isinstance(fact, Clock):
        return values.map(fact.__ge__)
    forms = [fact.is_, fact.one_of]
    if not isinstance(fact, Choice):
        forms += [fact.__lt__, fact.__le__, fact.__gt__, fact.__ge__]
    several = st.lists(values, min_size=1, max_size=3, unique=True).map(lambda each: fact.one_of(*each))
    return several | st.tuples(st.sampled_from(forms), values).map(_applied)


def _applied(pair: tuple[Callable[[Any], Condition], Any]) -> Condition:
    compare, value = pair
    return compare(value)


def _joined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    def opposite(condition: Condition) -> Condition:
        return ~condition

    def both(pair: tuple[Condition, Condition]) -> Condition:
        return pair[0] & pair[1]

    def either(pair: tuple[Condition, Condition]) -> Condition:
        return pair[0] | pair[1]

    pairs = st.tuples(inner, inner)
    return inner.map(opposite) | pairs.map(both) | pairs.map(either)
