"""Translation: what a formula says of a case is what the condition says of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import Choice, Clock, Condition, Facts, Flag, SeverityScheme
from incidentkit.analysis.domain import Domain
from incidentkit.analysis.solver import Solver
from incidentkit.analysis.translation import Translation, thresholds
from incidentkit.errors import ConditionInvalid
from incidentkit.model.source import Source
from incidentkit.model.vocabulary import AnyFact
from incidentkit.testing import conditions, known_facts, vocabularies

NOW = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
SCHEME = SeverityScheme("S1", "S2", "S3", "S4")


@given(st.data())
def test_a_formula_answers_as_its_condition_does(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies(scheme=SCHEME))
    several = data.draw(st.lists(conditions(vocabulary), min_size=1, max_size=3))
    facts = certain(data.draw(known_facts(vocabulary, around=several, at=NOW)))
    solver = Solver()
    known = {name: solver.variable() for name in vocabulary}
    cuts = thresholds(several)
    domains = {
        name: Domain.of(fact, {*cuts.get(name, ()), *told(fact, facts)}, solver, known=known[name])
        for name, fact in vocabulary.items()
    }
    for name, domain in domains.items():
        solver.add(known[name] if name in facts else solver.opposite(known[name]))
        solver.add(domain.within(*[place_of(facts[name], domain)] * 2) if name in facts else solver.always)

    for condition in several:
        sides = Translation(solver, domains).of(condition)
        expected = condition.evaluate(facts)
        assert solver.can_hold(solver.named(sides.true)) is (expected is True)
        assert solver.can_hold(solver.named(sides.false)) is (expected is False)


def certain(facts: Facts) -> Facts:
    """The same facts without a severity of which several are possible: to a proof it is not known."""
    return Facts(facts.vocabulary, facts.values, {}, facts.started, facts.at)


def told(fact: AnyFact, facts: Facts) -> tuple[Any, ...]:
    """The value that is known, if a fact can be compared with it: a solver is to know that very value."""
    return (facts[fact],) if fact in facts and not isinstance(fact, Clock | Flag) else ()


def place_of(value: Any, domain: Domain) -> int:
    """Where a value is among those of a domain; a clock shows the latest that it has reached."""
    if isinstance(domain.fact, Clock):
        return max(place for place, each in enumerate(domain.values) if each <= value)
    return domain.values.index(value)


@given(st.data())
def test_a_part_of_a_domain_is_described_by_a_condition_that_holds_there_alone(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies(most=1, scheme=SCHEME))
    condition = data.draw(conditions(vocabulary))
    (name, fact), *_ = vocabulary.items()
    domain = Domain.of(fact, thresholds([condition]).get(name, ()), Solver())
    every = range(len(domain.values))
    if isinstance(fact, Choice):
        places = sorted(data.draw(st.sets(st.sampled_from(every), min_size=1)))
    else:
        first, last = sorted((data.draw(st.sampled_from(every)), data.draw(st.sampled_from(every))))
        places = [*range(first, last + 1)]
    described = domain.described(places)
    assert [place for place in every if described.evaluate({fact: domain.values[place]})] == places
    assert Condition.parse(str(described), vocabulary) == described


def test_a_kind_of_condition_of_somebodys_own_is_refused() -> None:
    with pytest.raises(ConditionInvalid, match="Guess, of which nothing can be proved"):
        Translation(Solver(), {}).of(Guess())


class Guess(Condition):
    def walk(self, facts: Facts) -> bool | None:
        return None

    def write(self, source: Source) -> str:
        return "None"

    def __str__(self) -> str:
        return "guess"
