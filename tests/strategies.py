"""Strategies for facts, what is known of them, conditions, rules and trees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from incidentkit import (
    Choice,
    Clock,
    Condition,
    Duration,
    Facts,
    Flag,
    Number,
    SeverityFact,
    SeverityRules,
    SeverityScheme,
    Vocabulary,
    Worse,
    when,
)
from incidentkit.model.conditions import ALWAYS, NEVER, samples
from incidentkit.model.facts import FactKind
from incidentkit.model.triage import Rule
from incidentkit.policy.question import Conclusion, Question, ask, choose
from incidentkit.policy.tree import DecisionTree

SCHEME = SeverityScheme("S1", "S2", "S3", "S4")
NOW = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)

NAMES = tuple("abcdefgh")
WORSE = st.sampled_from(Worse)
NUMBERS = st.integers(-1000, 1000) | st.floats(-1e6, 1e6) | st.sampled_from([0, 0.0, -0.0, 1e-300, 1e300, 10**30])
DURATIONS = st.timedeltas(timedelta(), timedelta(days=400))
WORDS = st.sampled_from(["eu", "us", "Größe", 'say "no"', "it's", "a\nb", " ", "or", "true", "7", "🚨", "\\", "\x7f"])
TEXTS = st.sampled_from(["Is it so?", "How much?", 'Is "it" <b>so</b>?', "Größe\nund Zeit?", "🚨?"])


@st.composite
def numbers(draw: st.DrawFn, name: str) -> Number:
    """Numbers with bounds or without."""
    low, high = draw(st.none() | NUMBERS), draw(st.none() | NUMBERS)
    if low is not None and high is not None and low >= high:
        high = None
    return Number(
        name,
        question=draw(TEXTS),
        minimum=low,
        maximum=high,
        worse=draw(WORSE),
        unit=draw(st.sampled_from(["", "users"])),
    )


@st.composite
def durations(draw: st.DrawFn, name: str) -> Duration:
    """Durations with a maximum or without."""
    return Duration(
        name, question=draw(TEXTS), maximum=draw(st.none() | st.just(timedelta(days=500))), worse=draw(WORSE)
    )


def facts(name: str) -> st.SearchStrategy[FactKind]:
    """Facts of every kind that severity rules may ask for."""
    return st.one_of(
        st.builds(Flag, st.just(name), question=TEXTS, worse=WORSE),
        numbers(name),
        durations(name),
        st.builds(Clock, st.just(name), question=TEXTS),
        st.builds(Choice, st.just(name), question=TEXTS, options=st.lists(WORDS, min_size=2, max_size=4, unique=True)),
    )


@st.composite
def vocabularies(draw: st.DrawFn, *, severity: bool = False, most: int = 5) -> Vocabulary:
    """A few facts of mixed kinds; with the severity among them if wanted."""
    known: list[FactKind] = [draw(facts(name)) for name in NAMES[: draw(st.integers(1, most))]]
    if severity and draw(st.booleans()):
        known.append(SeverityFact(scheme=SCHEME))
    return Vocabulary(*known)


def _within(fact: Number) -> st.SearchStrategy[float]:
    """Numbers inside the bounds, the bounds themselves included."""
    bounds = [bound for bound in (fact.minimum, fact.maximum) if bound is not None]

    def is_within(value: float) -> bool:
        return (fact.minimum is None or value >= fact.minimum) and (fact.maximum is None or value <= fact.maximum)

    inside = NUMBERS.filter(is_within) if not bounds else st.nothing()
    if bounds:
        low = fact.minimum if fact.minimum is not None else bounds[0] - 1000
        high = fact.maximum if fact.maximum is not None else bounds[0] + 1000
        inside = st.floats(float(low), float(high)).filter(is_within) if low < high else st.nothing()
    return inside | st.sampled_from([*bounds, *samples(fact, [])]).filter(is_within)


def thresholds(fact: FactKind) -> st.SearchStrategy[Any]:
    """Values that the fact may be compared with."""
    match fact:
        case Number():
            return _within(fact)
        case Choice():
            return st.sampled_from(fact.options)
        case SeverityFact():
            return st.sampled_from(fact.scheme.severities)
        case Flag():
            return st.booleans()
        case _:
            return DURATIONS | st.sampled_from([timedelta(), timedelta(minutes=30), timedelta(microseconds=1)])


def values(fact: FactKind) -> st.SearchStrategy[Any]:
    """Values that can be known of the fact."""
    match fact:
        case Clock():
            return DURATIONS | st.datetimes(datetime(2025, 1, 1), datetime(2026, 6, 1), timezones=st.just(UTC))
        case SeverityFact():
            return thresholds(fact) | st.frozensets(thresholds(fact), min_size=1)
        case _:
            return thresholds(fact)


@st.composite
def _leaves(draw: st.DrawFn, vocabulary: Vocabulary) -> Condition:
    fact: Any = draw(st.sampled_from(list(vocabulary.values())))
    if isinstance(fact, Flag):
        return fact
    limit = draw(thresholds(fact))
    forms: list[Condition]
    if isinstance(fact, Clock):
        forms = [fact >= limit]
    elif isinstance(fact, Choice):
        forms = [fact.is_(limit), fact.one_of(*draw(st.lists(thresholds(fact), min_size=1, max_size=3, unique=True)))]
    else:
        forms = [fact < limit, fact <= limit, fact > limit, fact >= limit, fact.is_(limit), fact.one_of(limit)]
    return draw(st.sampled_from(forms))


def conditions(vocabulary: Vocabulary) -> st.SearchStrategy[Condition]:
    """Conditions over these facts, nested a few levels."""
    constants: list[Condition] = [ALWAYS, NEVER]
    return st.recursive(_leaves(vocabulary) | st.sampled_from(constants), _joined, max_leaves=8)


def _joined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    def opposite(condition: Condition) -> Condition:
        return ~condition

    def both(pair: tuple[Condition, Condition]) -> Condition:
        return pair[0] & pair[1]

    def either(pair: tuple[Condition, Condition]) -> Condition:
        return pair[0] | pair[1]

    pairs = st.tuples(inner, inner)
    return inner.map(opposite) | pairs.map(both) | pairs.map(either)


@st.composite
def known(draw: st.DrawFn, vocabulary: Vocabulary, *, complete: bool = False) -> Facts:
    """What is known of these facts: all of it, or a part."""
    given: dict[str, Any] = {}
    for name, fact in vocabulary.items():
        value: Any = draw(values(fact))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # made above, so of a known kind
        if complete or draw(st.booleans()):
            given[name] = value
    return Facts.read(given, vocabulary, at=NOW)


@st.composite
def rules(draw: st.DrawFn, vocabulary: Vocabulary) -> SeverityRules[Any]:
    """Up to six rules over these facts."""
    reasons = st.sampled_from(["", "production down", 'an "error"'])
    row: list[Rule[Any]] = [
        when(draw(conditions(vocabulary)), draw(st.sampled_from(SCHEME.severities)), because=draw(reasons))
        for _ in range(draw(st.integers(0, 6)))
    ]
    return SeverityRules(*row, otherwise=draw(st.sampled_from(SCHEME.severities)), vocabulary=vocabulary)


CONCLUSIONS = [
    Conclusion("Monitor closely"),
    Conclusion(severities=SCHEME.severities[2:]),
    Conclusion("Declare", SCHEME.severities[:2]),
    Conclusion('Say "no" | <b>', ()),
]


@st.composite
def questions(draw: st.DrawFn, vocabulary: Vocabulary, depth: int = 3) -> Question[Conclusion]:
    """Questions down to some depth. Flags and choices are asked once on a way, so that every answer can be given."""
    below = st.sampled_from(CONCLUSIONS)
    fact: Any = draw(st.sampled_from([*vocabulary.values(), None]))
    rest = Vocabulary(*(each for each in vocabulary.values() if each is not fact))
    node = below | questions(rest, depth - 1) if depth > 1 and len(rest) else below
    unsure = draw(st.none() | node)
    text = draw(TEXTS)
    if isinstance(fact, Choice):
        branches: dict[str, Question[Conclusion] | Conclusion] = {option: draw(node) for option in fact.options}
        return choose(text, fact, branches, unsure=unsure)
    condition = None if fact is None else draw(_decidable(fact))
    return ask(text, condition, yes=draw(node), no=draw(node), unsure=unsure)


def _decidable(fact: Any) -> st.SearchStrategy[Condition | None]:
    """Conditions on one fact that can come out either way, or none at all."""

    def either_way(condition: Condition) -> bool:
        vocabulary = Vocabulary(fact)
        answers = {condition.walk(Facts(vocabulary, {fact.name: value})) for value in samples(fact, [condition])}
        return len(answers) == 2

    return _leaves(Vocabulary(fact)).filter(either_way) | st.none()


@st.composite
def trees(draw: st.DrawFn, vocabulary: Vocabulary) -> DecisionTree[Conclusion]:
    """Decision trees over these facts."""
    return DecisionTree(draw(TEXTS), draw(questions(vocabulary)))
