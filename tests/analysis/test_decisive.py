"""The fewest facts that decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import EMERGENCY, Clock, Facts, Flag, Number, SeverityRules, SeverityScheme, when
from incidentkit.analysis import deciding_facts
from incidentkit.errors import RulesInvalid, UnknownFact
from incidentkit.testing import known_facts, severity_rules, vocabularies

NOW = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
P1, P2, P3 = SCHEME = SeverityScheme("P1", "P2", "P3")
RATE = Number("rate", question="What share fails?", minimum=0, maximum=1)
DOWN = Flag("down", question="Is it down?")
PAID = Flag("paid", question="Do they pay?")
OPEN_FOR = Clock("open_for", question="Since when?")
RULES = SeverityRules(when(DOWN & PAID, P1), when((RATE > 0.5) | (OPEN_FOR >= timedelta(hours=1)), P2), otherwise=P3)


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


def test_one_fact_that_rules_a_rule_out_is_enough_for_that() -> None:
    decided = deciding_facts(RULES, {RATE: 0.6, DOWN: False, PAID: False, OPEN_FOR: timedelta()})
    assert decided.is_smallest
    assert decided.possible == {P2}
    assert len(decided.facts) == 2
    assert RATE in decided.facts
    assert str(decided) in ("P2: down no; rate 0.6", "P2: paid no; rate 0.6")


def test_what_is_known_and_decides_nothing_is_left_out() -> None:
    decided = deciding_facts(RULES, {RATE: 0.6, DOWN: True, PAID: True})
    assert [*decided.facts] == [DOWN, PAID]


def test_facts_that_leave_it_open_are_those_that_leave_it_as_open() -> None:
    decided = deciding_facts(RULES, {RATE: 0.6, DOWN: True})
    assert decided.possible == {P1, P2}
    assert [*decided.facts] == [RATE]


def test_nothing_has_to_be_known_where_every_rule_says_the_same() -> None:
    same = SeverityRules(when(DOWN, P1), otherwise=P1)
    decided = deciding_facts(same, {DOWN: True})
    assert len(decided.facts) == 0
    assert str(decided) == "P1: whatever the facts are"


def test_where_nothing_that_is_known_helps_that_is_said() -> None:
    assert str(deciding_facts(RULES, {})) == "P1 or P2 or P3: nothing that is known narrows it down"
    assert str(deciding_facts(RULES, {PAID: True})) == "P1 or P2 or P3: nothing that is known narrows it down"


def test_a_running_clock_goes_on_running() -> None:
    decided = deciding_facts(RULES, {DOWN: False, OPEN_FOR: NOW - timedelta(hours=2)}, at=NOW)
    assert decided.facts.started == {"open_for": NOW - timedelta(hours=2)}
    assert decided.facts.at == NOW


def test_what_the_rules_do_not_know_is_refused() -> None:
    with pytest.raises(UnknownFact):
        deciding_facts(RULES, {"rat": 0.5})
    with pytest.raises(RulesInvalid, match="facts decide by SeverityRules, not 'rules'"):
        deciding_facts(raw("rules"), {})


def test_one_fact_of_the_emergency_playbook_is_enough_for_the_worst() -> None:
    decided = deciding_facts(EMERGENCY.rules, {"error_rate": 0.4, "core_functionality": True, "data_at_risk": True})
    assert [fact.name for fact in decided.facts] == ["data_at_risk"]


@given(st.data())
def test_no_fewer_facts_leave_the_same_severities(data: st.DataObject) -> None:
    rules = data.draw(severity_rules(data.draw(vocabularies()), scheme=SCHEME))
    facts = data.draw(known_facts(rules.vocabulary, around=[rule.condition for rule in rules.rules], at=NOW))
    decided = deciding_facts(rules, facts)
    possible = rules.triage(facts).possible
    assert decided.is_smallest
    assert decided.possible == possible == rules.triage(decided.facts).possible
    assert decided.facts.values.items() <= facts.values.items()
    for names in combinations(facts.values, len(decided.facts) - 1 if decided.facts else 0):
        if decided.facts:
            fewer = Facts(facts.vocabulary, {name: facts.values[name] for name in names})
            assert rules.triage(fewer).possible != possible
