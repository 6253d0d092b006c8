"""Facts: what each kind can be, and what it refuses to be."""

from __future__ import annotations

import copy
import pickle
import re
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, IntEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import Choice, Clock, Duration, Facts, Flag, Number, SeverityFact, SeverityScheme, Vocabulary
from incidentkit.errors import ConditionInvalid, FactInvalid, FactValueInvalid, UnknownFact
from incidentkit.testing import fact_values, known_facts, vocabularies

NOW = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
P1, P2, P3 = SCHEME = SeverityScheme("P1", "P2", "P3")
FLAG = Flag("flag", question="Is it so?")
SHARE = Number("share", question="How much?", minimum=0, maximum=1)
COUNT = Number("count", question="How many?")
LENGTH = Duration("length", question="How long?", maximum=timedelta(days=1))
CLOCK = Clock("clock", question="Since when?")
REGION = Choice("region", question="Where?", options=("eu", "us"))
SEVERITY = SeverityFact(scheme=SCHEME)
VOCABULARY = Vocabulary(FLAG, SHARE, COUNT, LENGTH, CLOCK, REGION, SEVERITY)


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


class Sly(str):
    """Text that says something else when it is written into source."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        return 'x"] or print("run") or known["x'


# Laws


@given(st.data())
def test_facts_say_what_they_were_told(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies(scheme=SCHEME))
    given_values = {fact: data.draw(st.none() | fact_values(fact)) for fact in vocabulary.values()}
    facts = Facts.read(given_values, vocabulary, at=NOW)
    by_name = Facts.read({fact.name: value for fact, value in given_values.items()}, vocabulary, at=NOW)
    assert facts == by_name
    for fact, value in given_values.items():
        match value:
            case None:
                assert fact not in facts
            case datetime():
                assert facts[fact] == max(NOW - value, timedelta())
            case frozenset():
                assert facts.possible.get(fact.name, {facts.values.get(fact.name)}) == value
            case _:
                assert facts[fact] == value


@given(st.data())
def test_reading_facts_again_changes_nothing(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies(scheme=SCHEME))
    facts = data.draw(known_facts(vocabulary, at=NOW))
    assert Facts.read(facts, vocabulary) is facts
    wider = Vocabulary(*vocabulary.values(), Flag("zzz", question="Is it?"))
    assert Facts.read(Facts.read(facts, wider), vocabulary) == facts


@given(st.data())
def test_a_new_value_replaces_the_old_one_and_leaves_the_others(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies(scheme=SCHEME))
    facts = data.draw(known_facts(vocabulary, at=NOW))
    fact: Any = data.draw(st.sampled_from(list(vocabulary.values())))
    value = data.draw(fact_values(fact))
    before = pickle.dumps((facts.values, facts.possible, facts.started))
    changed = facts.with_value(fact, value)
    assert pickle.dumps((facts.values, facts.possible, facts.started)) == before
    assert changed == facts.with_value(fact, value).with_value(fact, value)
    assert {f for f in changed if f is not fact} == {f for f in facts if f is not fact}


@given(st.data())
def test_clocks_move_on_and_nothing_else_does(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies(scheme=SCHEME))
    facts = data.draw(known_facts(vocabulary, at=NOW))
    passed = data.draw(st.timedeltas(timedelta(), timedelta(days=30)))
    later = facts.later(NOW + passed)
    for fact in facts:
        moved = later[fact] - facts[fact] if fact.name in facts.started else None
        assert moved is None or timedelta() <= moved <= passed
        assert fact.name in facts.started or later[fact] == facts[fact]


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        (FLAG, " Yes ", True),
        (FLAG, "n", False),
        (SHARE, "34%", 0.34),
        (SHARE, "0.5", 0.5),
        (COUNT, "1_000", 1000),
        (COUNT, "-3", -3),
        (COUNT, "1,000", 1000),
        (LENGTH, "90 minutes.", timedelta(minutes=90)),
        (LENGTH, "1 hour 5 secs", timedelta(hours=1, seconds=5)),
        (LENGTH, "1h 30min", timedelta(minutes=90)),
        (CLOCK, "10min", timedelta(minutes=10)),
        (CLOCK, "2026-03-02T14:23:00Z", datetime.fromisoformat("2026-03-02T14:23:00+00:00")),
        (REGION, "EU", "eu"),
        (SEVERITY, "p1", P1),
    ],
)
def test_people_answer_in_their_own_way(fact: Any, text: str, value: object) -> None:
    assert fact.answer(text) == value


@pytest.mark.parametrize(
    ("fact", "text", "say"),
    [
        (FLAG, "maybe", "say yes or no"),
        (FLAG, "", "say yes or no"),
        (SHARE, "34", "say a number from 0 to 1, or a percentage"),
        (SHARE, "much", "a percentage"),
        (SHARE, "nan", "a percentage"),
        (COUNT, "1e999", "say a number"),
        (COUNT, "34%", "say a number"),
        (COUNT, "1,00", "say a number"),
        (CLOCK, "0001-01-01T00:00:00+14:00", "such as 2026"),
        (FLAG, "yes" + " " * 2_000, "say yes or no"),
        (COUNT, "9" * 5_000, "say a number"),
        (LENGTH, "ten minutes", "such as 10min"),
        (LENGTH, "2d", "such as 10min"),
        (CLOCK, "2026-03-02T14:23:00", "such as 2026-03-02T14:23:00Z"),
        (REGION, "asia", "say eu or us"),
        (SEVERITY, "P9", "say P1 or P2 or P3"),
    ],
)
def test_what_is_no_answer_is_refused_with_what_would_be(fact: Any, text: str, say: str) -> None:
    with pytest.raises(FactValueInvalid) as caught:
        fact.answer(text)
    assert say in str(caught.value)
    assert len(str(caught.value)) < 300


def test_facts_of_every_kind_survive_pickling_and_copying() -> None:
    for fact in VOCABULARY.values():
        for twin in (pickle.loads(pickle.dumps(fact)), copy.deepcopy(fact)):
            assert twin == fact
            assert hash(twin) == hash(fact)


# What a person would look up


def test_numbers_keep_their_type() -> None:
    class Level(IntEnum):
        HIGH = 3

    assert (type(COUNT.check(3)), type(COUNT.check(3.0)), type(COUNT.check(Level.HIGH))) == (int, float, int)


def test_words_of_an_enum_are_the_options_that_they_equal() -> None:
    class Region(str, Enum):  # noqa: UP042  # whose str() is not its value
        EU = "eu"

    value = REGION.check(Region.EU)
    assert (value, type(value)) == ("eu", str)
    assert REGION.is_("eu").evaluate({REGION: Region.EU}) is True


def test_a_percentage_is_rounded_once() -> None:
    assert all(SHARE.answer(f"{tenths / 10}%") == float(f"{tenths}e-3") for tenths in range(1001))


def test_a_clock_reads_in_any_zone() -> None:
    start = datetime(2026, 3, 2, 15, 23, tzinfo=timezone(timedelta(hours=2)))
    assert Facts.read({CLOCK: start}, VOCABULARY, at=NOW)[CLOCK] == timedelta(hours=1)


def test_one_possible_severity_is_a_certain_one() -> None:
    facts = Facts.read({SEVERITY: frozenset({P1})}, VOCABULARY)
    assert facts[SEVERITY] == P1
    assert not facts.possible


def test_a_condition_on_severity_is_unknown_while_those_possible_disagree() -> None:
    grave = SEVERITY >= P2
    assert grave.evaluate({SEVERITY: frozenset({P1, P2})}) is True
    assert grave.evaluate({SEVERITY: frozenset({P1, P3})}) is None
    assert grave.evaluate({SEVERITY: P3}) is False


def test_vocabularies_join_and_keep_their_order() -> None:
    assert [*(Vocabulary(SHARE) | Vocabulary(FLAG, SHARE))] == ["share", "flag"]
    assert Vocabulary(SHARE, FLAG) != Vocabulary(FLAG, SHARE)
    assert Vocabulary(SHARE, SHARE) == Vocabulary(SHARE)
    assert hash(Vocabulary(SHARE, FLAG)) == hash(Vocabulary(SHARE, FLAG))


# Bad input


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Flag("Data at risk", question="?"), "cannot name a fact"),
        (lambda: Flag("", question="?"), "cannot name a fact"),
        (lambda: Flag("and", question="?"), "cannot name a fact"),
        (lambda: Flag("x" * 65, question="?"), "cannot name a fact"),
        (lambda: Flag("größe", question="?"), "cannot name a fact"),
        (lambda: Flag(Sly("flag"), question="?"), "cannot name a fact"),
        (lambda: Flag("__class__", question="?"), "cannot name a fact"),
        (lambda: Flag("flag\n", question="?"), "cannot name a fact"),
        (lambda: Flag(raw(7), question="?"), "7 cannot name a fact"),
        (lambda: Flag("flag", question=""), "carries the question"),
        (lambda: Flag("flag", question=raw(None)), "carries the question"),
        (lambda: Flag("flag", question="?", worse=raw("up")), "flag: worse is one of higher, lower, neither"),
        (lambda: Number("n", question="?", minimum=1, maximum=1), "nothing lies between 1 and 1"),
        (lambda: Number("n", question="?", minimum=raw("0")), "a bound of n: '0' is not a number"),
        (lambda: Number("n", question="?", maximum=float("nan")), "a bound of n: nan"),
        (lambda: Duration("d", question="?", maximum=raw(5)), "a bound of d: 5 is not a timedelta"),
        (lambda: Choice("c", question="?", options=("one",)), "two options or more"),
        (lambda: Choice("c", question="?", options="one"), "two options or more"),
        (lambda: Choice("c", question="?", options=("one", "one")), "different words"),
        (lambda: Choice("c", question="?", options=("one", "")), "different words"),
        (lambda: Choice("c", question="?", options=raw(("one", 2))), "different words"),
        (lambda: Vocabulary(FLAG, Flag("flag", question="Is it otherwise?")), "two different facts are called 'flag'"),
        (lambda: SeverityFact('x"] or 1 #', scheme=SCHEME), "cannot name a fact"),
        (lambda: SeverityFact(question="", scheme=SCHEME), "carries the question"),
        (lambda: SeverityFact(scheme=raw("P1")), "is a SeverityScheme, not 'P1'"),
        (lambda: Number("n", question="?", unit=raw(7)), "the unit of n is text, not 7"),
        (lambda: Choice("c", question="?", options=raw(7)), "are words, not 7"),
        (lambda: Facts.read({}, raw(None)), "read by a Vocabulary, not None"),
        (lambda: VOCABULARY | raw({}), "joins vocabularies, not {}"),
        (lambda: Facts.read({}, VOCABULARY).with_value(raw("flag"), True), "that of a fact, not 'flag'"),
        (lambda: FLAG.answer(raw(True)), "an answer to flag is text, not True"),
        (lambda: Vocabulary(raw("flag")), "made of facts, not of 'flag'"),
    ],
)
def test_definitions_that_make_no_sense_are_refused(make: Any, message: str) -> None:
    with pytest.raises(FactInvalid, match=message):
        make()


@pytest.mark.parametrize(
    ("fact", "value", "message"),
    [
        (FLAG, "true", "'true' is not True or False"),
        (FLAG, 0, "0 is not True or False"),
        (SHARE, 34, "34 is not at most 1"),
        (SHARE, -0.1, "at least 0"),
        (COUNT, "3", "'3' is not a number"),
        (COUNT, True, "True is not a number"),
        (COUNT, float("-inf"), "not a finite number"),
        (COUNT, 1j, "not a number"),
        (LENGTH, 30, "30 is not a timedelta"),
        (LENGTH, timedelta(seconds=-1), "zero or more"),
        (LENGTH, timedelta(days=2), "at most 1d"),
        (CLOCK, datetime(2026, 1, 1), "not a datetime with a time zone"),
        (CLOCK, timedelta(seconds=-1), "zero or more"),
        (CLOCK, 5, "5 is not a datetime"),
        (REGION, "asia", "'asia' is not one of eu, us"),
        (REGION, 1, "1 is not one of"),
        (SEVERITY, "P1", "'P1' is not a severity of P1/P2/P3"),
        (SEVERITY, SeverityScheme("P1", "P2")["P1"], "is not a severity of P1/P2/P3"),
        (SEVERITY, frozenset[object](), "is not a severity"),
        (SEVERITY, frozenset({P1, "P2"}), "'P2' is not a severity"),
    ],
)
def test_values_outside_the_domain_are_refused_and_named(fact: Any, value: object, message: str) -> None:
    with pytest.raises(FactValueInvalid, match=message) as caught:
        Facts.read({fact: value}, VOCABULARY, at=NOW)
    assert caught.value.fact == fact.name


@pytest.mark.parametrize(
    ("fact", "text", "message"),
    [
        (SHARE, "34%", """'34%' is not a number; vocabulary["{}"].answer('34%') reads it as 0.34"""),
        (FLAG, "yes", """'yes' is not True or False; vocabulary["{}"].answer('yes') reads it as True"""),
        (LENGTH, "1h", """'1h' is not a timedelta of zero or more; vocabulary["{}"].answer('1h') reads it as"""),
        (REGION, "EU", """'EU' is not one of eu, us; vocabulary["{}"].answer('EU') reads it as 'eu'"""),
    ],
)
def test_what_somebody_typed_is_refused_with_the_way_to_read_it(fact: Any, text: str, message: str) -> None:
    expected = f"{fact.name}: {message.format(fact.name)}"
    with pytest.raises(FactValueInvalid, match=re.escape(expected)) as caught:
        Facts.read({fact.name: text}, VOCABULARY)
    assert caught.value.fact == fact.name
    with pytest.raises(FactValueInvalid, match=re.escape(expected)):
        Facts.read({}, VOCABULARY).with_value(fact, text)


def test_text_that_is_no_answer_either_is_refused_without_a_way_to_read_it() -> None:
    with pytest.raises(FactValueInvalid, match=r"^count: 'lots' is not a number$"):
        Facts.read({COUNT: "lots"}, VOCABULARY)


def test_a_running_clock_needs_a_moment_to_be_read_at() -> None:
    with pytest.raises(FactValueInvalid, match="say which with at="):
        Facts.read({CLOCK: NOW}, VOCABULARY)
    with pytest.raises(FactValueInvalid, match=r"at: .* is not a datetime with a time zone"):
        Facts.read({CLOCK: NOW}, VOCABULARY, at=datetime(2026, 1, 1))


def test_a_wrong_name_offers_the_nearest() -> None:
    with pytest.raises(UnknownFact, match="Did you mean 'region'") as caught:
        Facts.read({"regoin": "eu"}, VOCABULARY)
    assert caught.value.name == "regoin"
    with pytest.raises(LookupError):
        VOCABULARY["nothing_like_it"]


def test_choices_and_flags_have_no_more_or_less() -> None:
    with pytest.raises(TypeError):
        _ = raw(REGION) > "eu"
    with pytest.raises(ConditionInvalid, match="compare it with ==, != or in"):
        REGION.threshold(">", "eu")


def test_known_values_are_found_by_fact_and_by_name() -> None:
    rate, down = Number("rate", question="How much?"), Flag("down", question="Is it down?")
    facts = Facts.read({rate: 0.3}, Vocabulary(rate, down))
    assert facts[rate] == facts["rate"] == facts.get("rate") == 0.3
    assert (facts.get(down), facts.get("down", 7)) == (None, 7)
    assert [each in facts for each in ("rate", rate, "down", down, 7)] == [True, True, False, False, False]
    with pytest.raises(KeyError):
        _ = facts["down"]
