"""Strategies for facts, the values that they can have, vocabularies, and what is known of them at a moment."""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from hypothesis import strategies as st

from incidentkit.model.conditions import Condition, samples
from incidentkit.model.facts import Choice, Clock, Duration, FactKind, Flag, Number, SeverityFact
from incidentkit.model.severity import SeverityScheme
from incidentkit.model.vocabulary import AnyFact, Facts, Vocabulary, Worse
from incidentkit.testing.calendar import moments, shifted
from incidentkit.testing.identity import WORDS, texts
from incidentkit.testing.severity import ordered_schemes

_LONGEST: Final = timedelta(days=400)

_NUMBERS: Final = (
    st.integers(-1000, 1000) | st.floats(-1e6, 1e6) | st.sampled_from([0, 0.0, -0.0, 1e-300, 1e300, 10**30])
)
_LENGTHS: Final = st.timedeltas(timedelta(), _LONGEST) | st.sampled_from(
    [timedelta(), timedelta(minutes=30), timedelta(microseconds=1)]
)
_WORSE: Final = st.sampled_from(Worse)
_QUESTIONS: Final = texts(blank=False)

NAMES: Final = st.sampled_from(
    [
        "down",
        "error_rate",
        "a",
        "b",
        "b2",
        "b_2",
        "e5",
        "min",
        "inf",
        "none",
        "if",
        "lambda",
        "known",
        "c0",
        "v_a",
        "x" * 64,
    ]
)
"""Names of facts; some mean something in Python, in durations and numbers, or in the code that rules compile to."""


@st.composite
def _bounds(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> dict[str, Any]:
    """Two bounds, one or none, and which way is worse."""
    low, high = draw(st.none() | values), draw(st.none() | values)
    if low is not None and high is not None and low >= high:
        high = None
    return {"minimum": low, "maximum": high, "worse": draw(_WORSE)}


_OPTIONS: Final = st.lists(st.sampled_from([*WORDS, " "]), min_size=2, max_size=4, unique=True)

_PARTS: Final[Mapping[type[FactKind], st.SearchStrategy[dict[str, Any]]]] = {
    Flag: st.fixed_dictionaries({"worse": _WORSE}),
    Number: _bounds(_NUMBERS),
    Duration: _bounds(_LENGTHS),
    Clock: st.fixed_dictionaries(dict[str, st.SearchStrategy[Any]]()),
    Choice: st.fixed_dictionaries({"options": _OPTIONS, "worse": _WORSE}),
}
"""The kinds of facts that rules may ask for, and what each has beside name and question."""


def facts(name: str) -> st.SearchStrategy[FactKind]:
    """Facts of that name, of each kind that severity rules may ask for, with bounds or without, worse either way."""
    return _of_any_kind(name)


@lru_cache(maxsize=64)
def _of_any_kind(name: str) -> st.SearchStrategy[FactKind]:
    """Made once for each name: to make it costs more than a draw, and vocabularies draw from it again and again."""
    return st.one_of([_facts(kind, st.just(name)) for kind in _PARTS])


def facts_of(kind: type[FactKind]) -> st.SearchStrategy[FactKind]:
    """Facts of one kind, under any name; the severity of an incident, too."""
    if kind is SeverityFact:
        return ordered_schemes().map(lambda scheme: SeverityFact(scheme=scheme))
    return _facts(kind, NAMES)


def _facts(kind: type[Any], names: st.SearchStrategy[str]) -> st.SearchStrategy[FactKind]:
    def fact(drawn: tuple[str, dict[str, Any], str]) -> FactKind:
        name, others, question = drawn
        made: FactKind = kind(name, question=question, **others)
        return made

    return st.tuples(names, _PARTS[kind], _QUESTIONS).map(fact)


@st.composite
def vocabularies(draw: st.DrawFn, *, most: int = 5, scheme: SeverityScheme[Any] | None = None) -> Vocabulary:
    """Vocabularies of one to ``most`` facts of mixed kinds.

    With a ``scheme``, the severity of the incident is often one more fact.
    """
    known: list[FactKind] = [
        draw(facts(name)) for name in draw(st.lists(NAMES, min_size=1, max_size=most, unique=True))
    ]
    if scheme is not None and draw(st.booleans()):
        known.append(SeverityFact(scheme=scheme))
    return Vocabulary(*known)


def fact_values(fact: AnyFact) -> st.SearchStrategy[Any]:
    """Values that can be known of the fact, often at its bounds.

    A clock's is a reading or the moment at which it started, a severity's may be the set of those still possible.
    """
    if isinstance(fact, Clock):
        return thresholds(fact) | moments()
    if isinstance(fact, SeverityFact):
        return thresholds(fact) | st.frozensets(thresholds(fact), min_size=1)
    return thresholds(fact)


def thresholds(fact: AnyFact) -> st.SearchStrategy[Any]:
    """Values that the fact may be compared with: each is one value that it can have."""
    match fact:
        case Number():
            return _numbers(fact) | st.sampled_from(_edges(fact))
        case Duration():
            low = timedelta() if fact.minimum is None else fact.minimum
            high = max(low, _LONGEST) if fact.maximum is None else fact.maximum
            inside = _LENGTHS if (low, high) == (timedelta(), _LONGEST) else st.timedeltas(low, high)
            return inside | st.sampled_from(_edges(fact))
        case Clock():
            return _LENGTHS
        case _:
            return st.sampled_from(fact.samples([]))


def _edges(fact: Number | Duration) -> list[Any]:
    return [*dict.fromkeys([*(end for end in (fact.minimum, fact.maximum) if end is not None), *fact.samples([])])]


def _numbers(fact: Number) -> st.SearchStrategy[float]:
    """Integers and floats within the bounds; near the bound, where there is only one."""
    low, high = fact.minimum, fact.maximum
    if low is None and high is None:
        return _NUMBERS
    lowest = low if low is not None else max(min(high or 0, 0) - 1000, -sys.float_info.max)
    highest = high if high is not None else min(max(low or 0, 0) + 1000, sys.float_info.max)
    first, last = float(lowest), float(highest)
    first = first if first >= lowest else math.nextafter(first, math.inf)
    last = last if last <= highest else math.nextafter(last, -math.inf)
    integers = st.integers(math.ceil(lowest), math.floor(highest)) if math.ceil(lowest) <= highest else st.nothing()
    return integers | (st.floats(first, last) if first <= last else st.nothing())


def known_facts(
    vocabulary: Vocabulary,
    *,
    complete: bool = False,
    around: Iterable[Condition] = (),
    at: datetime | None = None,
) -> st.SearchStrategy[Facts]:
    """What is known of these facts at a moment: nothing, a part, or all of it; with ``complete``, one value of each.

    The values are any that the facts can have, and often those that lie at, between and beyond the thresholds of the
    conditions ``around`` which they are drawn: give it the conditions of your rules. In every second example nearly all
    facts are as good as they can be, so that mild cases come too. ``at`` is the moment at which clocks are read, drawn
    if not given; running clocks have started before it, or start only later.
    """
    conditions = [*around]
    drawn = {fact: _known(fact, conditions, complete) for fact in vocabulary.values()}
    return _read(vocabulary, drawn, complete, at)


def _known(
    fact: AnyFact, conditions: Iterable[Condition], complete: bool
) -> tuple[st.SearchStrategy[Any], st.SearchStrategy[Any]]:
    """Values that may be known of a fact: any, and good ones."""
    told = samples(fact, conditions)
    values = thresholds(fact) if complete or isinstance(fact, Clock) else fact_values(fact)
    worse = getattr(fact, "worse", Worse.NEITHER)
    good = {Worse.HIGHER: told[:1], Worse.LOWER: told[-1:], Worse.NEITHER: told}[worse]
    return values | st.sampled_from(told), st.sampled_from(good)


@st.composite
def _read(
    draw: st.DrawFn,
    vocabulary: Vocabulary,
    drawn: Mapping[AnyFact, tuple[st.SearchStrategy[Any], st.SearchStrategy[Any]]],
    complete: bool,
    at: datetime | None,
) -> Facts:
    moment = draw(moments()) if at is None else at
    is_known = st.just(True) if complete else draw(_SHARES)
    mild = draw(st.booleans())
    given: dict[AnyFact, Any] = {}
    for fact, (values, good) in drawn.items():
        if draw(is_known):
            value = draw(good if mild and not draw(_ONE_IN_TEN) else values)
            given[fact] = draw(_told(value, moment)) if isinstance(fact, Clock) else value
    return Facts.read(given, vocabulary, at=moment)


_ONE_IN_TEN: Final = st.sampled_from([*[False] * 9, True])

_SHARES: Final = st.sampled_from([st.booleans(), _ONE_IN_TEN.map(operator.not_), st.just(True)])
"""How much is known: about half, nearly all, all."""


def _told(reading: timedelta, at: datetime) -> st.SearchStrategy[timedelta | datetime]:
    """The ways to say what a clock shows: by the reading, or by when it started; or that it has not started yet."""
    if reading > _LONGEST:  # there may be no such moment
        return st.just(reading)
    return st.sampled_from([reading, shifted(at, -reading), shifted(at, reading)])
