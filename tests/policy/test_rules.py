"""Severity rules: what is possible shrinks with every answer, and the questions lead to certainty."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from incidentkit import Facts, Flag, Number, SeverityFact, SeverityRules, SeverityScheme, Vocabulary, convert, when
from incidentkit.errors import DocumentInvalid, FactInvalid, FactValueInvalid, RulesInvalid, UnknownFact
from incidentkit.model.conditions import ALWAYS, samples
from incidentkit.model.triage import Rule
from incidentkit.testing import known_facts, severity_rules, vocabularies

P1, P2, P3 = PAYMENTS = SeverityScheme("P1", "P2", "P3")
FAILED = Number("failed_payments", question="What share of payments fails?", minimum=0, maximum=1)
EXPOSED = Flag("card_data_exposed", question="Is card data exposed?")
SLOW = Flag("slow", question="Is it slow?")
RULES = SeverityRules(
    when(EXPOSED, P1, because="card data"),
    when(FAILED > 0.25, P1, because="every fourth payment fails", source="Payments, 2.1"),
    when(FAILED > 0.02, P2),
    otherwise=P3,
)


@st.composite
def cases(draw: st.DrawFn, *, complete: bool = False) -> tuple[SeverityRules[Any], Facts]:
    vocabulary = draw(vocabularies())
    return draw(severity_rules(vocabulary)), draw(known_facts(vocabulary, complete=complete))


def answers(table: SeverityRules[Any], fact: Any) -> tuple[Any, ...]:
    return samples(fact, [rule.condition for rule in table.rules])


def unknown(facts: Facts) -> list[Any]:
    return [fact for fact in facts.vocabulary.values() if fact not in facts]


# Laws


@given(cases(complete=True))
def test_the_first_rule_that_holds_decides(case: tuple[SeverityRules[Any], Facts]) -> None:
    table, facts = case
    first = next(rule for rule in table.rules if rule.condition.evaluate(facts))
    triage = table.triage(facts)
    assert table.decide(facts) is first
    assert triage.rule is first
    assert triage.certain
    assert triage.next_question is None


@given(cases())
def test_compiled_and_walked_rules_agree_on_every_fact_set(case: tuple[SeverityRules[Any], Facts]) -> None:
    table, facts = case
    assert table.decide(facts) is table.triage(facts).rule


@given(st.data())
def test_an_answer_never_adds_a_possible_severity(data: st.DataObject) -> None:
    table, facts = data.draw(cases())
    assume(unknown(facts))
    fact = data.draw(st.sampled_from(unknown(facts)))
    after = table.triage(facts.with_value(fact, data.draw(st.sampled_from(answers(table, fact)))))
    assert after.possible <= table.triage(facts).possible
    assert after.severity <= table.triage(facts).severity


@given(st.data())
def test_the_severity_is_the_worst_that_may_come_and_what_comes_was_possible(data: st.DataObject) -> None:
    table, facts = data.draw(cases())
    triage = table.triage(facts)
    for fact in unknown(facts):
        facts = facts.with_value(fact, data.draw(st.sampled_from(answers(table, fact))))
    final = table.decide(facts)
    assert final is not None
    assert final.severity in triage.possible
    assert triage.severity == max(triage.possible)
    assert final in triage.open


def can_change(table: SeverityRules[Any], facts: Facts, question: Any) -> bool:
    """Whether some answer changes what is possible, now or after some answers to other questions."""
    possible = table.triage(facts).possible
    if any(
        table.triage(facts.with_value(question, answer)).possible != possible for answer in answers(table, question)
    ):
        return True
    return any(
        can_change(table, facts.with_value(fact, answer), question)
        for fact in unknown(facts)
        if fact != question
        for answer in answers(table, fact)
    )


@given(st.data())
def test_the_next_question_can_change_the_answer(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies(most=3))
    table, facts = data.draw(severity_rules(vocabulary)), data.draw(known_facts(vocabulary))
    question = table.triage(facts).next_question
    assert (question is None) == table.triage(facts).certain
    if question is not None:
        assert question not in facts
        assert can_change(table, facts, question)


@given(st.data())
def test_answering_the_next_question_again_and_again_ends_in_certainty(data: st.DataObject) -> None:
    table, facts = data.draw(cases())
    while (question := table.triage(facts).next_question) is not None:
        assert question not in facts
        facts = facts.with_value(question, data.draw(st.sampled_from(answers(table, question))))
    assert table.triage(facts).certain


@given(cases())
def test_rules_read_back_from_toml_and_json(case: tuple[SeverityRules[Any], Facts]) -> None:
    table, facts = case
    for twin in (
        SeverityRules.from_toml(table.to_toml()),
        convert.from_json(convert.to_json(table), SeverityRules),
        pickle.loads(pickle.dumps(table)),
        copy.deepcopy(table),
    ):
        assert twin == table
        assert twin.triage(facts).possible == table.triage(facts).possible


@given(cases())
def test_an_explanation_names_every_open_rule_and_the_question(case: tuple[SeverityRules[Any], Facts]) -> None:
    table, facts = case
    triage = table.triage(facts)
    text = triage.explain()
    assert text.startswith(str(triage.severity))
    assert all(str(rule) in text for rule in triage.open)
    assert ("Next question" in text) == (not triage.certain)


# What a person would look up


def test_half_of_the_facts_leave_the_rest_possible() -> None:
    triage = RULES.triage({FAILED: 0.10})
    assert triage.severity == P1
    assert triage.possible == {P1, P2}
    assert triage.next_question == EXPOSED
    assert RULES.decide({FAILED: 0.10}) is None
    assert RULES.triage({FAILED: 0.10, EXPOSED: False}).severity == P2


def test_an_explanation_reads_like_this() -> None:
    assert RULES.triage({"failed_payments": 0.30, "card_data_exposed": False}).explain().splitlines() == [
        "P1",
        "",
        "P1 if failed_payments > 0.25  [every fourth payment fails - Payments, 2.1]",
        "  failed_payments > 0.25: true (failed_payments is 0.3)",
    ]


def test_a_severity_can_be_certain_before_its_rule_is() -> None:
    triage = RULES.triage({FAILED: 0.30})
    assert triage.certain
    assert triage.rule is None
    assert triage.next_question is None


def test_facts_are_read_from_any_object_with_attributes() -> None:
    class Payments:
        failed_payments = 0.03
        card_data_exposed = False
        other = "ignored"

    rule = RULES.decide(Payments())
    assert rule is not None
    assert rule.severity == P2


def test_questions_that_only_help_together_are_asked_too() -> None:
    left, right = Flag("left", question="Left?"), Flag("right", question="Right?")
    exactly_one = (left & ~right) | (~left & right)
    table = SeverityRules(when(exactly_one, P1), otherwise=P3)
    assert table.triage({}).next_question == right
    assert table.triage({right: True}).next_question == left
    assert table.triage({right: True, left: True}).severity == P3


def test_ties_between_questions_go_to_the_order_of_the_vocabulary() -> None:
    first = SeverityRules(when(EXPOSED | SLOW, P1), otherwise=P3)
    other = SeverityRules(when(EXPOSED | SLOW, P1), otherwise=P3, vocabulary=Vocabulary(SLOW))
    assert first.triage({}).next_question == EXPOSED
    assert other.triage({}).next_question == SLOW


def test_facts_that_rules_do_not_mention_are_known_by_fact_and_refused_by_name() -> None:
    assert RULES.triage({FAILED: 0.5, SLOW: True}).severity == P1
    with pytest.raises(UnknownFact):
        RULES.triage({"slow": True})


def test_whoever_cannot_answer_a_question_goes_on_with_the_next() -> None:
    table = SeverityRules(when(EXPOSED, P1), when(SLOW, P2), otherwise=P3)
    assert table.triage({}).questions == (EXPOSED, SLOW)
    assert repr(table.triage({})) == "<triage P1, not certain>"


def test_many_rules_decide_as_few_do() -> None:
    table = SeverityRules(
        *(when(FAILED > 1 - step / 100, P1 if step < 50 else P2) for step in range(100)),
        when(EXPOSED, P2),
        otherwise=P3,
    )
    assert "v_failed_payments" in table.source
    for share in (0.0, 0.005, 0.3, 0.505, 1.0):
        for exposed in (True, False, None):
            facts = table.facts({FAILED: share, EXPOSED: exposed})
            assert table.decide(facts) is table.triage(facts).rule


# Bad input

OTHER = SeverityScheme("P1", "P2")


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SeverityRules(when(EXPOSED, OTHER["P1"]), otherwise=P3), "its severity is of P1/P2"),
        (lambda: SeverityRules(raw(EXPOSED), otherwise=P3), "made of when"),
        (lambda: SeverityRules(when(EXPOSED, raw("P1")), otherwise=P3), "gives a severity, not 'P1'"),
        (
            lambda: SeverityRules(when(raw(True), P1), otherwise=P3),
            "starts with a condition \\(a fact has is_ for ==\\), not True",
        ),
        (lambda: SeverityRules(when(raw(FAILED), P1), otherwise=P3), "starts with a condition"),
        (lambda: when(EXPOSED, P1, because=raw(7)), "the reason of a rule is text, not 7"),
        (lambda: SeverityRules(otherwise=P3, vocabulary=raw([EXPOSED])), "come in a Vocabulary"),
        (lambda: SeverityRules(otherwise=raw("P3")), "gives a severity, not 'P3'"),
        (lambda: SeverityRules(otherwise=when(EXPOSED, P3)), "the default holds always"),
        (lambda: SeverityRules(when(SeverityFact(scheme=PAYMENTS) >= P2, P1), otherwise=P3), "cannot ask for it"),
    ],
)
def test_rules_that_do_not_fit_together_are_refused(make: Any, message: str) -> None:
    with pytest.raises(RulesInvalid, match=message):
        make()


def test_one_name_stands_for_one_fact() -> None:
    twin = Number("failed_payments", question="How many payments fail?", minimum=0)
    with pytest.raises(FactInvalid, match="two different facts are called 'failed_payments'"):
        SeverityRules(when(FAILED > 0.25, P1), when(twin > 100, P1), otherwise=P3)
    with pytest.raises(FactInvalid, match="not the one in use here"):
        RULES.triage({twin: 0.5})


@pytest.mark.parametrize(
    ("facts", "error", "message"),
    [
        ({"failed_payment": 0.1}, UnknownFact, "Did you mean 'failed_payments'"),
        ({"failed_payments": 34}, FactValueInvalid, "34 is not at most 1"),
        ({"failed_payments": "0.3"}, FactValueInvalid, "'0.3' is not a number"),
        ({"failed_payments": True}, FactValueInvalid, "True is not a number"),
        ({"failed_payments": float("nan")}, FactValueInvalid, "not a finite number"),
        ({"failed_payments": float("inf")}, FactValueInvalid, "not a finite number"),
        ({"failed_payments": 10**400}, FactValueInvalid, "not a finite number"),
        ({"card_data_exposed": "false"}, FactValueInvalid, "'false' is not True or False"),
        ({"card_data_exposed": 1}, FactValueInvalid, "1 is not True or False"),
        ({"failed_payments": 0.1, FAILED: 0.2}, FactValueInvalid, "given twice"),
        ({7: 0.1}, FactInvalid, "by fact or by name, not by 7"),
        ("failed_payments", FactInvalid, "no attribute named like a fact"),
        (None, FactInvalid, "no attribute named like a fact"),
        ([("failed_payments", 0.1)], FactInvalid, "no attribute named like a fact"),
    ],
)
def test_facts_that_cannot_be_are_refused_and_never_coerced(facts: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        RULES.triage(facts)
    with pytest.raises(error, match=message):
        RULES.decide(facts)


def without(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ('when = "card_data_exposed"', 'when = "card_data"', "$.rules[0].when", "Did you mean 'card_data_exposed'"),
        ('when = "failed_payments > 0.25"', 'when = "failed_payments > 25"', "$.rules[1].when", "at most 1"),
        ('when = "failed_payments > 0.25"', "when = true", "$.rules[1].when", "True is not text"),
        ('severity = "P2"', 'severity = "P9"', "$.rules[2].severity", "no severity is called 'P9'"),
        ("minimum = 0", 'minimum = "0"', "$.facts[1].minimum", "'0' is not a number"),
        ("maximum = 1", "maximum = nan", "$.facts[1].maximum", "not a finite number"),
        ("maximum = 1", "maximum = 0", "$.facts[1]", "nothing lies between 0 and 0"),
        ("maximum = 1", "maximun = 1", "$.facts[1]", "there is no key 'maximun' here"),
        (
            'question = "Is card',
            'worse = "up"\nquestion = "Is card',
            "$.facts[0].worse",
            "'up' is not one of higher, lower",
        ),
        ('kind = "number"', 'kind = "numbre"', "$.facts[1]", "'numbre' is not a kind known here"),
        ('name = "failed_payments"', 'name = "card_data_exposed"', "$.facts", "two different facts"),
        ('name = "failed_payments"', 'name = "Failed Payments"', "$.facts[1]", "cannot name a fact"),
        ('key = "P2"', 'key = "P1"', "$.scheme", "two severities are called 'P1'"),
        ("[otherwise]", "[otherwise_]", "$", "there is no key 'otherwise_' here"),
        ('question = "Is card data exposed?"', "", "$.facts[0].question", "missing"),
        ("[[rules]]", "[rules]", "$", "this is not TOML"),
    ],
)
def test_toml_of_the_wrong_shape_names_the_place(old: str, new: str, path: str, message: str) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        SeverityRules.from_toml(without(RULES.to_toml(), old, new), source="rules.toml")
    assert (caught.value.path, caught.value.source) == (path, "rules.toml")
    assert message in str(caught.value)


@given(st.data())
def test_any_damage_to_a_document_is_one_typed_error_or_still_rules(data: st.DataObject) -> None:
    text = RULES.to_toml()
    at = data.draw(st.integers(0, len(text)))
    damaged = text[:at] + data.draw(st.text(max_size=3)) + text[at + data.draw(st.integers(0, 5)) :]
    try:
        assert isinstance(SeverityRules.from_toml(damaged), SeverityRules)
    except DocumentInvalid as error:
        assert error.path.startswith("$")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["scheme", "facts", "rules", "otherwise", "kind", "name", "severity"]),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_plain_values_of_any_shape_give_one_typed_error(plain: Any) -> None:
    with pytest.raises(DocumentInvalid):
        convert.from_plain(plain, SeverityRules)


def test_the_default_may_carry_a_reason() -> None:
    table = SeverityRules(otherwise=when(ALWAYS, P3, because="nothing worse is known"))
    assert table.rules == (Rule(ALWAYS, P3, because="nothing worse is known"),)
    assert SeverityRules.from_toml(table.to_toml()) == table
