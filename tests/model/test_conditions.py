"""Conditions: the laws of three-valued logic, of text, of compiled code and of time."""

from __future__ import annotations

import copy
import pickle
import sys
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import Clock, Condition, Duration, Facts, Flag, Number, SeverityScheme, Vocabulary
from incidentkit.errors import ConditionInvalid, ExpressionInvalid
from incidentkit.model.conditions import ALWAYS, NEVER, Comparison, Not, OneOf, samples
from incidentkit.testing import conditions, fact_values, known_facts, vocabularies

NOW = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
SCHEME = SeverityScheme("S1", "S2", "S3", "S4")
RATE = Number("error_rate", question="What share of requests fails?", minimum=0, maximum=1)
USERS = Number("users_affected", question="How many users are affected?", minimum=0)
AT_RISK = Flag("data_at_risk", question="Is data at risk?")
DOWN = Flag("production_down", question="Is production down?")
UNRESOLVED_FOR = Clock("unresolved_for", question="For how long has it not been resolved?")
VOCABULARY = Vocabulary(RATE, USERS, AT_RISK, DOWN, UNRESOLVED_FOR)
HALF_AN_HOUR = timedelta(minutes=30)


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


@st.composite
def cases(draw: st.DrawFn, *, complete: bool = False) -> tuple[Condition, Facts]:
    """A condition and what is known of its facts."""
    vocabulary = draw(vocabularies(scheme=SCHEME))
    return draw(conditions(vocabulary)), draw(known_facts(vocabulary, complete=complete, at=NOW))


def negated(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


# Laws


@given(st.data())
def test_text_reads_back_as_the_same_condition(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies(scheme=SCHEME))
    condition = data.draw(conditions(vocabulary))
    assert Condition.parse(str(condition), vocabulary) == condition


@given(cases())
def test_compiled_and_walked_forms_agree_on_every_fact_set(case: tuple[Condition, Facts]) -> None:
    condition, facts = case
    assert condition.evaluate(facts) is condition.walk(facts)


@given(st.data())
def test_an_answer_holds_for_whatever_the_unknown_facts_turn_out_to_be(data: st.DataObject) -> None:
    condition, facts = data.draw(cases())
    answer = condition.evaluate(facts)
    complete = facts
    for fact in facts.vocabulary.values():
        if fact.name not in facts.values:
            possible = facts.possible.get(fact.name)
            options: Any = (
                st.sampled_from(sorted(possible)) if possible else st.sampled_from(samples(fact, [condition]))
            )
            complete = complete.with_value(fact, data.draw(options))
    final = condition.evaluate(complete)
    assert final is not None
    assert answer is None or answer is final


@given(st.data())
def test_joining_follows_the_tables_of_kleene(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies(scheme=SCHEME))
    left, right = data.draw(conditions(vocabulary)), data.draw(conditions(vocabulary))
    facts = data.draw(known_facts(vocabulary))
    a, b = left.evaluate(facts), right.evaluate(facts)
    both = False if False in (a, b) else None if None in (a, b) else True
    either = True if True in (a, b) else None if None in (a, b) else False
    assert (left & right).evaluate(facts) is both
    assert (left | right).evaluate(facts) is either
    assert (~left).evaluate(facts) is negated(a)


@given(st.data())
def test_nothing_changes_before_the_next_change_and_something_does_at_it(data: st.DataObject) -> None:
    condition, facts = data.draw(cases())
    answer, change = condition.evaluate(facts), condition.next_change(facts)
    latest = change or NOW + timedelta(days=1000)
    if change is not None:
        assert change > NOW
        assert condition.evaluate(facts, at=change) is not answer
        assert condition.evaluate(facts, at=change - timedelta(microseconds=1)) is answer
    moment = data.draw(st.integers(0, (latest - NOW) // timedelta(microseconds=1) - 1))
    assert condition.evaluate(facts, at=NOW + timedelta(microseconds=moment)) is answer


@given(cases())
def test_the_explanation_gives_the_same_answer_for_every_part(case: tuple[Condition, Facts]) -> None:
    condition, facts = case
    explanation = condition.explain(facts)
    assert explanation.answer is condition.evaluate(facts)
    assert [part.answer for part in explanation.parts] == [part.evaluate(facts) for part in condition.parts]
    assert str(condition) in str(explanation)


@given(st.data())
def test_samples_bring_about_every_combination_of_answers_about_a_fact(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies(scheme=SCHEME, most=1))
    several = data.draw(st.lists(conditions(vocabulary), min_size=1, max_size=4))
    fact: Any = next(iter(vocabulary.values()))
    value = data.draw(fact_values(fact))

    def answers(value: object) -> list[bool | None]:
        facts = Facts.read({fact: value}, vocabulary, at=NOW)
        return [condition.evaluate(facts) for condition in several]

    assert answers(value) in [answers(sample) for sample in samples(fact, several)]


@given(cases())
def test_conditions_survive_pickling_and_copying_after_use(case: tuple[Condition, Facts]) -> None:
    condition, facts = case
    answer = condition.evaluate(facts)
    for twin in (pickle.loads(pickle.dumps(condition)), copy.deepcopy(condition)):
        assert twin == condition
        assert hash(twin) == hash(condition)
        assert twin.evaluate(facts) is answer


# What a person would look up


def test_a_condition_is_unknown_until_the_facts_settle_it() -> None:
    condition = (RATE > 0.10) | AT_RISK
    assert condition.evaluate({RATE: 0.34}) is True
    assert condition.evaluate({RATE: 0.04}) is None
    assert condition.evaluate({"error_rate": 0.04, "data_at_risk": False}) is False


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ((RATE > 0.1) | AT_RISK, "error_rate > 0.1 or data_at_risk"),
        (((RATE > 0.1) | AT_RISK) & ~DOWN, "(error_rate > 0.1 or data_at_risk) and not production_down"),
        ((RATE > 0.1) & (USERS >= 5) & DOWN, "error_rate > 0.1 and users_affected >= 5 and production_down"),
        (~((RATE > 0.1) & DOWN), "not (error_rate > 0.1 and production_down)"),
        (~USERS.is_(3), "users_affected != 3"),
        (~USERS.one_of(3, 4), "users_affected not in (3, 4)"),
        (~(UNRESOLVED_FOR >= timedelta(hours=1, minutes=30)), "not unresolved_for >= 1h30min"),
        (ALWAYS & AT_RISK, "true and data_at_risk"),
        (AT_RISK.is_(value=False), "not data_at_risk"),
    ],
)
def test_conditions_print_as_people_write_them(condition: Condition, text: str) -> None:
    assert str(condition) == text
    assert Condition.parse(text, VOCABULARY) == condition


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("not not data_at_risk", AT_RISK),
        ("error_rate>.1 ", None),
        ("(((data_at_risk)))", AT_RISK),
        ("data_at_risk and (production_down and error_rate > 0)", AT_RISK & DOWN & (RATE > 0)),
        ("unresolved_for >= 30min", UNRESOLVED_FOR >= HALF_AN_HOUR),
        ("not true", NEVER),
        ("users_affected == 1e3", USERS.is_(1000)),
    ],
)
def test_text_has_one_meaning(text: str, means: Condition | None) -> None:
    if means is None:
        with pytest.raises(ExpressionInvalid):
            Condition.parse(text, VOCABULARY)
    else:
        assert Condition.parse(text, VOCABULARY) == means


def test_an_explanation_shows_values_and_questions() -> None:
    condition = ((RATE > 0.10) | AT_RISK) & ~DOWN
    assert str(condition.explain({RATE: 0.04, DOWN: False})).splitlines() == [
        "(error_rate > 0.1 or data_at_risk) and not production_down: unknown",
        "  error_rate > 0.1 or data_at_risk: unknown",
        "    error_rate > 0.1: false (error_rate is 0.04)",
        "    data_at_risk: unknown (Is data at risk?)",
        "  not production_down: true",
        "    production_down: false",
    ]


def test_a_running_clock_turns_a_condition_at_an_exact_moment() -> None:
    condition = (UNRESOLVED_FOR >= HALF_AN_HOUR) & ~DOWN
    facts = {UNRESOLVED_FOR: NOW, DOWN: False}
    assert condition.next_change(facts, at=NOW) == NOW + HALF_AN_HOUR
    assert condition.next_change(facts, at=NOW + HALF_AN_HOUR) is None
    assert condition.next_change({UNRESOLVED_FOR: NOW}, at=NOW) == NOW + HALF_AN_HOUR  # from false to unknown
    assert condition.next_change({UNRESOLVED_FOR: timedelta(), DOWN: False}, at=NOW) is None  # it stands still


def test_a_clock_that_starts_later_reads_zero_until_then() -> None:
    starts = NOW + timedelta(hours=1)
    condition = UNRESOLVED_FOR >= HALF_AN_HOUR
    assert condition.evaluate({UNRESOLVED_FOR: starts}, at=NOW) is False
    assert condition.next_change({UNRESOLVED_FOR: starts}, at=NOW) == starts + HALF_AN_HOUR


def test_thresholds_are_plain_values_whatever_they_were() -> None:
    class Level(IntEnum):
        HIGH = 3

    assert str(USERS > Level.HIGH) == "users_affected > 3"
    assert OneOf(USERS, raw(iter([1, 2]))).evaluate({USERS: 2}) is True


@pytest.mark.parametrize(
    ("low", "high", "between"),
    [
        (2**53 + 1, 2**53 + 3, True),
        (2.0**53, 2.0**53 + 2, True),  # 2**53 + 1, which is no float
        (2**53, 2**53 + 1, False),
        (-1.7e308, 1.7e308, True),
        (0, 5e-324, False),
        (1, 2, True),  # 1.5: a count is a measure too
        (1, 3, True),
    ],
)
def test_samples_lie_between_thresholds_of_any_size(low: float, high: float, between: bool) -> None:
    count = Number("count", question="?")
    values = samples(count, [count > low, count < high])
    assert {low, high} <= {*values}
    assert min(values) < low
    assert max(values) > high
    assert any(low < value < high for value in values) is between


def test_samples_are_values_that_the_fact_can_have() -> None:
    count, length = Number("count", question="?"), Duration("length", question="?")
    largest, nearly = int(sys.float_info.max), timedelta.max - timedelta(milliseconds=1)
    assert samples(count, [count < largest]) == (largest - 1, largest)
    assert samples(length, [length > nearly])[-1] == timedelta.max
    assert samples(length, [length.is_(timedelta.max)])[-1] == timedelta.max


def test_errors_travel_between_processes() -> None:
    with pytest.raises(ExpressionInvalid) as caught:
        Condition.parse("error_rat > 0.1", VOCABULARY)
    twin = pickle.loads(pickle.dumps(caught.value))
    assert (type(twin), str(twin), twin.column) == (ExpressionInvalid, str(caught.value), 1)


def test_a_deep_stack_is_no_reason_for_another_error() -> None:
    def below(frames: int) -> Condition:
        return Condition.parse("(" * 90 + "data_at_risk" + ")" * 90, VOCABULARY) if frames == 0 else below(frames - 1)

    assert below(1) == AT_RISK
    with pytest.raises(ExpressionInvalid, match="stack"):
        below(sys.getrecursionlimit() - 300)


def test_a_threshold_beyond_the_end_of_time_is_never_reached() -> None:
    assert (UNRESOLVED_FOR >= timedelta.max).next_change({UNRESOLVED_FOR: NOW}, at=NOW) is None


# Bad input


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: raw(AT_RISK) and DOWN, "write & for 'and'"),
        (lambda: not raw(AT_RISK), "write & for 'and'"),
        (lambda: 1 if raw(RATE > 0.1) else 0, "condition.evaluate"),
        (lambda: raw(0.1) < RATE < 0.5, "write & for 'and'"),
        (lambda: AT_RISK | raw(RATE), "joins conditions, and the number error_rate is none"),
        (lambda: RATE > raw(0.1) | AT_RISK, "0.1 is none"),
        (lambda: raw(AT_RISK | DOWN) > 0.1, r"write data_at_risk \| \(production_down > 0.1\)"),
        (lambda: AT_RISK & raw(True), "True is none; == compares objects"),
    ],
)
def test_python_that_reads_like_a_condition_and_is_none_is_refused(act: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        act()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RATE > 10, "error_rate: 10 is not at most 1"),
        (lambda: RATE > raw("0.1"), "'0.1' is not a number"),
        (lambda: RATE > True, "True is not a number"),
        (lambda: RATE.is_(float("nan")), "nan is not a finite number"),
        (lambda: RATE < -0.1, "at least 0"),
        (lambda: Comparison(AT_RISK, "==", True), "is a flag: write data_at_risk"),
        (lambda: Comparison(UNRESOLVED_FOR, "<", HALF_AN_HOUR), "compare it with >="),
        (lambda: UNRESOLVED_FOR >= raw(30), "a clock is compared with a timedelta"),
        (lambda: UNRESOLVED_FOR >= timedelta(seconds=-1), "zero or more"),
        (RATE.one_of, "given nothing"),
        (lambda: RATE.one_of(raw([0.1, 0.2])), r"takes its values one by one: one_of\(\*\[0.1, 0.2\]\)"),
        (lambda: Comparison(RATE, raw("or __import__('os') or"), 1), "a fact is compared by ==, <, <=, >, >=, not"),
        (lambda: Comparison(raw("rate"), ">", 1), "a fact is compared by"),
        (lambda: Condition.parse(raw(7), VOCABULARY), "parsed from text, not 7"),
        (lambda: Condition.parse("true", raw(7)), "made of facts, not 7"),
        (lambda: Not(Not(AT_RISK)), "write ~condition"),
    ],
)
def test_comparisons_that_make_no_sense_are_refused(make: Any, message: str) -> None:
    with pytest.raises(ConditionInvalid, match=message):
        make()


def test_conditions_are_nested_a_hundred_levels_at_the_most() -> None:
    deep: Condition = AT_RISK
    for level in range(49):
        deep = (deep & DOWN) | (RATE > level / 100)
    assert deep.evaluate({AT_RISK: True, DOWN: True}) is True
    assert Condition.parse(str(deep), VOCABULARY) == deep
    with pytest.raises(ConditionInvalid, match="100 levels"):
        _ = ((deep & DOWN) | AT_RISK) & DOWN


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "found the end"),
        ("error_rate", 1, "is a number: compare it"),
        ("error_rate > ", 14, "expected a number"),
        ("error_rat > 0.1", 1, "Did you mean 'error_rate'"),
        ("data_at_risk and eror_rate > 0.1", 18, "Did you mean 'error_rate'"),
        ("error_rate > 30min", 1, "is not a number"),
        ("error_rate > 'high'", 1, "is not a number"),
        ("error_rate > 5", 1, "at most 1"),
        ("data_at_risk == true", 1, "is a flag"),
        ("data_at_risk & production_down", 14, "'&"),
        ("data_at_risk production_down", 14, "expected 'and', 'or' or the end"),
        ("error_rate > 0.1 0.2", 18, "expected 'and'"),
        ("(data_at_risk", 14, "expected ')'"),
        ("users_affected in 3", 19, "expected '('"),
        ("users_affected in ()", 20, "expected a number"),
        ("users_affected not 3", 20, "expected 'in'"),
        ("users_affected > nan", 18, "expected a number"),
        ("users_affected > 1e999", 18, "too large"),
        ("unresolved_for < 30min", 1, "compare it with >="),
        ("unresolved_for >= 30min1h", 19, "name each unit once"),
        ("users_affected > 0x10", 18, "is no name, number"),
        ("data_at_risk; import os", 13, "is no name, number"),
        ('users_affected == "\\q"', 19, "is not a string"),
        ("and", 1, "the name of a fact"),
        ("not", 4, "found the end"),
    ],
)
def test_text_that_is_no_condition_names_the_column(text: str, column: int, message: str) -> None:
    with pytest.raises(ExpressionInvalid) as caught:
        Condition.parse(text, VOCABULARY)
    assert caught.value.column == column
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "data_at_risk and " * 6_000 + "data_at_risk",
        "(" * 5_000 + "data_at_risk" + ")" * 5_000,
        "not " * 5_000 + "data_at_risk",
        "(" * 5_000,
        "not (" * 1_200 + "data_at_risk",
        "users_affected > " + "9" * 9_000,
    ],
)
def test_hostile_text_is_refused_within_the_limits(text: str) -> None:
    with pytest.raises(ExpressionInvalid) as caught:
        Condition.parse(text, VOCABULARY)
    assert len(str(caught.value)) < 300


@given(st.text(max_size=60) | st.text("abc_ ()<>=!&|andornti0123.,\"'", max_size=60))
def test_any_text_is_a_condition_or_one_typed_error(text: str) -> None:
    try:
        condition = Condition.parse(text, VOCABULARY)
    except ExpressionInvalid as error:
        assert 1 <= error.column <= len(text) + 1
    else:
        assert Condition.parse(str(condition), VOCABULARY) == condition
