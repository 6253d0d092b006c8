"""Strategies for decision trees."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from incidentkit.model.conditions import Condition, samples
from incidentkit.model.facts import Choice
from incidentkit.model.severity import SeverityScheme
from incidentkit.model.vocabulary import AnyFact, Facts, Vocabulary
from incidentkit.policy.question import Conclusion, Question, Reply, Walk, ask, choose
from incidentkit.policy.tree import DecisionTree
from incidentkit.testing.conditions import comparisons
from incidentkit.testing.facts import known_facts, vocabularies
from incidentkit.testing.identity import texts
from incidentkit.testing.severity import ordered_schemes

_TEXTS: Final = texts(blank=False)
_DEPTH: Final = 3
_WAYS: Final = 200
"""Ways through a drawn tree, at the most: people's choices can have many options."""


@st.composite
def decision_trees(
    draw: st.DrawFn,
    vocabulary: Vocabulary | None = None,
    *,
    scheme: SeverityScheme[Any] | None = None,
    ends: st.SearchStrategy[Any] | None = None,
) -> DecisionTree[Any]:
    """Decision trees over a vocabulary, whose conclusions have texts, severities of a scheme, or both.

    Both are drawn if not given. A tree asks up to three questions in a row, answered by facts or by a person, some
    with a branch for "unsure", and never about the same fact twice, so that every answer can be given. ``ends`` draws
    conclusions of your own type.
    """
    vocabulary = draw(vocabularies()) if vocabulary is None else vocabulary
    ends = draw(_some_conclusions(scheme)) if ends is None else ends
    return DecisionTree(draw(texts()), draw(_questions(vocabulary, ends, _DEPTH, _WAYS)))


def conclusions() -> st.SearchStrategy[Conclusion]:
    """Conclusions with texts, severities of a drawn scheme, or both."""
    return ordered_schemes().flatmap(_conclusions)


@st.composite
def walks(draw: st.DrawFn, tree: DecisionTree[Any]) -> Walk[Any]:
    """Ways through a tree: how far facts lead, or the answers of a person, up to its end or not."""
    walk = tree.decide(draw(known_facts(tree.vocabulary))) if draw(st.booleans()) else tree.walk()
    while walk.question is not None and draw(st.booleans()):
        walk = walk.answer(draw(st.sampled_from([*walk.question.branches])))
    return walk


def _some_conclusions(scheme: SeverityScheme[Any] | None) -> st.SearchStrategy[st.SearchStrategy[Conclusion]]:
    return (ordered_schemes() if scheme is None else st.just(scheme)).map(_conclusions)


def _conclusions(scheme: SeverityScheme[Any]) -> st.SearchStrategy[Conclusion]:
    severities = st.lists(st.sampled_from(scheme.severities), min_size=1, max_size=2, unique=True).map(tuple)
    return st.builds(Conclusion, _TEXTS, st.just(()) | severities) | st.builds(Conclusion, severities=severities)


@st.composite
def _questions(
    draw: st.DrawFn, vocabulary: Vocabulary, ends: st.SearchStrategy[Any], depth: int, ways: int
) -> Question[Any]:
    facts = [fact for fact in vocabulary.values() if not isinstance(fact, Choice) or len(fact.options) < ways]
    fact: AnyFact | None = draw(st.sampled_from([*facts, None]))
    options = fact.options if isinstance(fact, Choice) else (Reply.YES, Reply.NO)
    rest = Vocabulary(*(each for each in vocabulary.values() if each is not fact))
    share = ways // (len(options) + 1)
    node: st.SearchStrategy[Any] = ends | _questions(rest, ends, depth - 1, share) if depth > 1 and share > 3 else ends
    unsure = None if Reply.UNSURE in options else draw(st.none() | node)
    if isinstance(fact, Choice):
        return choose(draw(_TEXTS), fact, {option: draw(node) for option in options}, unsure=unsure)
    condition = None if fact is None else draw(comparisons(Vocabulary(fact)).map(_decidable))
    return ask(draw(_TEXTS), condition, yes=draw(node), no=draw(node), unsure=unsure)


def _decidable(condition: Condition) -> Condition | None:
    """The condition on one fact, if it can come out either way; else a person is asked."""
    vocabulary = condition.vocabulary
    (fact,) = vocabulary.values()
    answers = {condition.walk(Facts(vocabulary, {fact.name: value})) for value in samples(fact, [condition])}
    return condition if len(answers) == 2 else None
