"""Checks of severity rules: every planted fault is found, none is invented, and what is told is as small as can be."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import reduce
from itertools import pairwise, product
from math import prod
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from incidentkit import (
    EMERGENCY,
    Choice,
    Clock,
    Condition,
    Duration,
    Facts,
    Flag,
    Number,
    SeverityRules,
    SeverityScheme,
    Vocabulary,
    Worse,
    when,
)
from incidentkit.errors import FieldInvalid, LawsBroken, LawsUndecided
from incidentkit.model.conditions import Answer, Comparison, OneOf
from incidentkit.model.source import Source
from incidentkit.model.triage import Rule
from incidentkit.model.vocabulary import AnyFact
from incidentkit.testing import Breach, Law, check_rules, severity_rules
from incidentkit.testing.checks import witness
from incidentkit.testing.checks.rule_case import RuleCase
from incidentkit.testing.checks.rule_points import points
from incidentkit.testing.checks.witness import Side

P1, P2, P3 = PAYMENTS = SeverityScheme("P1", "P2", "P3")
FAILED = Number("failed_payments", question="What share of payments fails?", minimum=0, maximum=1, worse=Worse.HIGHER)
EXPOSED = Flag("card_data_exposed", question="Is card data exposed?")
USERS = Number("users", question="How many users are affected?", minimum=0, worse=Worse.HIGHER)
LASTS = Duration("lasts", question="How long does it last?", worse=Worse.HIGHER)
REGION = Choice("region", question="Where?", options=("eu", "us", "asia"))
OPEN_FOR = Clock("open_for", question="For how long has it been open?")
SOUND = SeverityRules(
    when(EXPOSED, P1, because="card data"),
    when(FAILED > 0.25, P1, because="nobody can pay"),
    when(FAILED > 0.02, P2),
    otherwise=P3,
)


def breaches(rules: SeverityRules[Any], **options: Any) -> tuple[Breach, ...]:
    """What is found."""
    try:
        check_rules(rules, **options)
    except LawsBroken as error:
        return error.breaches
    return ()


def told(rules: SeverityRules[Any], **options: Any) -> list[tuple[Law | object, str]]:
    return [(breach.law, breach.where) for breach in breaches(rules, **options)]


# Every case there is, on small rules


def grid(fact: AnyFact, rules: SeverityRules[Any]) -> list[Any]:
    """Each threshold, what lies next to it, and values between and beyond, in the order of the fact."""
    if not isinstance(fact, Number | Duration | Clock):
        return [*fact.samples([*_thresholds(fact, rules.rules)])]
    cuts = sorted(_thresholds(fact, rules.rules))
    step = None if isinstance(fact, Number) else timedelta.resolution
    values = {*cuts, *fact.samples(cuts)}
    for cut in cuts:
        values |= {cut + step, max(cut - step, timedelta())} if step else {cut + 1e-9, cut - 1e-9, cut - 1, cut + 1}
    values |= {low + (high - low) / 2 for low, high in pairwise(cuts)}
    return sorted(value for value in values if _fits(fact, value))


def _fits(fact: AnyFact, value: Any) -> bool:
    try:
        fact.check(value)
    except ValueError:
        return False
    return True


def _thresholds(fact: AnyFact, rules: Iterable[Rule[Any]]) -> Iterator[Any]:
    for leaf in (leaf for rule in rules for leaf in rule.condition.leaves):
        if isinstance(leaf, Comparison) and leaf.fact == fact:
            yield leaf.threshold
        elif isinstance(leaf, OneOf) and leaf.fact == fact:
            yield from leaf.options


def _turns(leaf: Condition, fact: AnyFact, one: Any, other: Any) -> bool:
    """Whether a comparison answers otherwise for another value of its fact."""
    answers = (leaf.walk(Facts(Vocabulary(fact), {fact.name: value})) for value in (one, other))
    return next(answers) is not next(answers)


def _compared(leaf: Comparison | OneOf) -> tuple[Any, ...]:
    return (leaf.threshold,) if isinstance(leaf, Comparison) else ()


class Everything:
    """The place of the rule that decides, for every case of a grid."""

    def __init__(self, rules: SeverityRules[Any]) -> None:
        self.rules = rules
        facts = [*rules.vocabulary.values()]
        self.names = [fact.name for fact in facts]
        self.grids = [grid(fact, rules) for fact in facts]
        assume(prod(map(len, self.grids)) <= 1_000)
        self.holds = {case: self._answers(case) for case in product(*self.grids)}
        self.decided = {case: answers.index(True) for case, answers in self.holds.items()}

    def _answers(self, case: tuple[Any, ...]) -> list[Answer]:
        known = Facts(self.rules.vocabulary, dict(zip(self.names, case, strict=True)))
        return [rule.condition.walk(known) for rule in self.rules.rules]

    def never(self) -> set[tuple[Law, str]]:
        places = range(len(self.rules.rules))
        dead = {place for place in places if not any(answers[place] for answers in self.holds.values())}
        idle = {*places} - {*self.decided.values()} - dead
        return {(Law.ALIVE, f"rule {place + 1}") for place in dead} | {
            (Law.UNSHADOWED, f"rule {place + 1}") for place in idle
        }

    def neighbours(self, place: int) -> Iterator[tuple[Any, Any, int, int]]:
        """Two values of a fact next to each other, and the rules that decide, all else being equal."""
        values = self.grids[place]
        for case, decided in self.decided.items():
            index = values.index(case[place])
            if index + 1 < len(values):
                other = (*case[:place], values[index + 1], *case[place + 1 :])
                yield case[place], values[index + 1], decided, self.decided[other]

    def idle(self) -> set[str]:
        """The thresholds of rules that decide, which make no difference to whether they do."""
        found: set[str] = set()
        for place, fact in enumerate(self.rules.vocabulary.values()):
            using: dict[Any, set[int]] = {}
            for rule in {*self.decided.values()}:
                for threshold in _thresholds(fact, [self.rules.rules[rule]]):
                    using.setdefault(threshold, set()).add(rule)
            for threshold, rules in using.items():
                if not any(self.matters(place, threshold, rule, rules) for rule in rules):
                    text = threshold if isinstance(threshold, str) else fact.text(threshold)
                    found.add(f"{fact.name} {text}")
        return found

    def matters(self, place: int, threshold: Any, rule: int, users: Iterable[int]) -> bool:
        """Whether a rule decides at one end of a crossing, and is not true at the other."""
        pairs = [*self.turned(place, threshold, users)]
        for case, decided in self.decided.items():
            others = [
                there for pair in pairs for here, there in (pair, pair[::-1]) if decided == rule and case[place] == here
            ]
            if any(self.holds[*case[:place], there, *case[place + 1 :]][rule] is False for there in others):
                return True
        return False

    def turned(self, place: int, threshold: Any, users: Iterable[int]) -> Iterator[tuple[Any, Any]]:
        """The threshold, and the nearest values at which comparisons with it turn: of options any, else neighbours."""
        fact, values = [*self.rules.vocabulary.values()][place], self.grids[place]
        at = values.index(threshold)
        for leaf in (leaf for user in users for leaf in self.rules.rules[user].condition.leaves):
            options = leaf.options if isinstance(leaf, OneOf) else ()
            if isinstance(leaf, OneOf | Comparison) and leaf.fact == fact and threshold in (*options, *_compared(leaf)):
                turned = [index for index, value in enumerate(values) if _turns(leaf, fact, threshold, value)]
                for index in turned:
                    between = values[min(at, index) + 1 : max(at, index)]
                    if isinstance(fact, Choice) or all(value in options for value in between):
                        yield threshold, values[index]

    def milder(self) -> set[str]:
        found: set[str] = set()
        for place, fact in enumerate(self.rules.vocabulary.values()):
            worse = getattr(fact, "worse", Worse.NEITHER)
            for _, _, low, high in self.neighbours(place):
                before, after = (self.rules.rules[each].severity for each in (low, high))
                if (worse is Worse.HIGHER and after < before) or (worse is Worse.LOWER and after > before):
                    found.add(fact.name)
        return found


@given(severity_rules())
def test_what_every_case_shows_is_found_and_nothing_else(rules: SeverityRules[Any]) -> None:
    everything = Everything(rules)
    found = {*told(rules)}
    assert {each for each in found if each[0] in (Law.ALIVE, Law.UNSHADOWED)} == everything.never()
    assert {where for law, where in found if law is Law.MONOTONE} == everything.milder()
    assert {where for law, where in found if law is Law.THRESHOLDS} == everything.idle()
    assert not {law for law, _ in found} & {Law.TOTAL, Law.KNOWN, Law.DETERMINISTIC}


@given(severity_rules())
def test_the_facts_that_are_told_show_the_breach(rules: SeverityRules[Any]) -> None:
    for breach in breaches(rules):
        if breach.law is Law.MONOTONE:
            before, after = (rules.triage(facts) for facts in breach.cases)
            assert after.severity < before.severity
            assert before.certain
            assert after.certain


# Faults planted in drawn rules


def with_rule(rules: SeverityRules[Any], place: int, rule: Rule[Any]) -> SeverityRules[Any]:
    first, default = [*rules.rules[:-1]], rules.rules[-1]
    return SeverityRules(*first[:place], rule, *first[place:], otherwise=default, vocabulary=rules.vocabulary)


@given(severity_rules(), st.data())
def test_a_rule_that_can_never_hold_is_found(rules: SeverityRules[Any], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rules.rules) - 1))
    condition = data.draw(st.sampled_from(rules.rules)).condition
    planted = with_rule(rules, place, when(condition & ~condition, rules.scheme.severities[0]))
    assert (Law.ALIVE, f"rule {place + 1}") in told(planted)


@given(severity_rules(), st.data())
def test_a_rule_said_once_more_is_shadowed(rules: SeverityRules[Any], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rules.rules) - 1))
    rule = rules.rules[place]
    planted = with_rule(rules, data.draw(st.integers(0, place)), rule)
    law = Law.ALIVE if (Law.ALIVE, f"rule {place + 1}") in told(rules) else Law.UNSHADOWED
    assert (law, f"rule {place + 2}") in told(planted)


@given(severity_rules(Vocabulary(FAILED, EXPOSED, LASTS), scheme=PAYMENTS))
def test_a_mild_rule_before_all_for_the_worst_there_is_makes_it_milder(rules: SeverityRules[Any]) -> None:
    assume(rules.triage({FAILED: 0.5, EXPOSED: False, LASTS: timedelta(minutes=1)}).severity != P3)
    planted = with_rule(rules, 0, when(FAILED > 0.5, P3))
    assert (Law.MONOTONE, "failed_payments") in told(planted)


# Laws one by one


@pytest.mark.parametrize(
    "condition", [USERS.is_(1) | (USERS < 5), USERS.one_of(1, 1) | (USERS < 5), (USERS > 5) & ~USERS.is_(1)]
)
def test_a_value_that_is_asked_for_in_vain_is_told(condition: Condition) -> None:
    assert told(SeverityRules(when(condition, P1), otherwise=P3), allow=[Law.MONOTONE]) == [(Law.THRESHOLDS, "users 1")]


def test_a_value_among_its_neighbours_is_passed_where_none_of_them_is() -> None:
    moment = timedelta(microseconds=1)
    check_rules(SeverityRules(when(LASTS.one_of(timedelta(), moment), P1), otherwise=P3), allow=[Law.MONOTONE])


def test_sound_rules_pass() -> None:
    check_rules(SOUND)
    check_rules(SeverityRules.from_toml(SOUND.to_toml()))


def test_the_rules_of_the_playbook_pass() -> None:
    check_rules(EMERGENCY.rules)


def test_the_rules_that_take_everything_are_as_few_as_can_be() -> None:
    rules = SeverityRules(
        when(FAILED > 0.9, P1),
        when(EXPOSED, P1),
        when((FAILED > 0.5) & ~EXPOSED, P2),
        when(USERS > 10, P2),
        when(FAILED > 0.7, P3),
        otherwise=P3,
    )
    (breach,) = breaches(rules)
    assert breach.law is Law.UNSHADOWED
    assert breach.what == "rule 5 never decides, because rule 2 and rule 3 before it take everything."


def test_a_default_that_nothing_is_left_for_is_told() -> None:
    rules = SeverityRules(when(EXPOSED, P1), when(~EXPOSED, P2), otherwise=P3)
    assert told(rules) == [(Law.UNSHADOWED, "rule 3")]


def test_a_rule_between_two_whole_numbers_holds_for_a_fraction() -> None:
    rules = SeverityRules(when((USERS > 3) & (USERS < 4), P1), otherwise=P3)
    assert {law for law, _ in told(rules)} == {Law.MONOTONE}


def test_a_rule_between_two_neighbouring_fractions_holds_for_a_whole_number_that_is_large() -> None:
    rules = SeverityRules(when((USERS > 1e16) & (USERS < 1e16 + 2), P1), otherwise=P3)
    assert rules.triage({"users": 10**16 + 1}).severity == P1
    assert {law for law, _ in told(rules)} == {Law.MONOTONE}


def test_people_are_told_of_whole_users() -> None:
    rules = SeverityRules(when(USERS > 0, P3), otherwise=P1)
    (breach,) = breaches(rules)
    assert [facts["users"] for facts in breach.cases] == [0, 1]


def test_an_option_that_changes_nothing_is_told() -> None:
    rules = SeverityRules(when(EXPOSED | (REGION.is_("eu") & EXPOSED), P1), otherwise=P3)
    (breach,) = breaches(rules)
    assert (breach.law, breach.where) == (Law.THRESHOLDS, "region eu")
    assert breach.what == "Which rule decides never depends on whether region is eu."


def test_a_threshold_at_the_edge_of_what_can_be_changes_nothing() -> None:
    rules = SeverityRules(when(EXPOSED & (USERS >= 0), P1), otherwise=P3)
    assert told(rules) == [(Law.THRESHOLDS, "users 0")]


def test_running_time_is_worse_when_longer() -> None:
    rules = SeverityRules(when(OPEN_FOR >= timedelta(hours=1), P3), otherwise=P2)
    (breach,) = breaches(rules)
    assert (breach.law, breach.where) == (Law.MONOTONE, "open_for")
    assert [facts["open_for"] for facts in breach.cases] == [timedelta(minutes=30), timedelta(hours=1)]


def test_what_is_worse_when_lower_is_looked_at_the_other_way_round() -> None:
    spare = Number("spare", question="How much is left?", minimum=0, worse=Worse.LOWER)
    (breach,) = breaches(SeverityRules(when(spare < 10, P3), otherwise=P2))
    assert [facts["spare"] for facts in breach.cases] == [10, 5]
    check_rules(SeverityRules(when(spare < 10, P2), otherwise=P3))


REPORT = """\
1 law does not hold for 5 severity rules of P1/P2/P3 (default included).

monotone: A fact that gets worse makes nothing milder.
------------------------------------------------------

failed_payments gets worse, and the severity milder: P2 instead of P1.

                               before                     after
-----------------------------  -------------------------  ------------------------------------
What share of payments fails?  0.02                       0.1
How many users are affected?   550                        550
severity                       P1                         P2
decided by                     rule 2: P1 if users > 100  rule 1: P2 if failed_payments > 0.02"""


def test_the_smallest_example_is_shown_as_a_table() -> None:
    rules = SeverityRules(
        when(FAILED > 0.02, P2),
        when(USERS > 100, P1),
        when(EXPOSED & (USERS.is_(1000)), P1),
        when(REGION.is_("asia") & EXPOSED, P2),
        otherwise=P3,
    )
    with pytest.raises(LawsBroken) as caught:
        check_rules(rules, allow=[Law.UNSHADOWED])
    assert str(caught.value) == REPORT


def test_what_takes_too_long_to_search_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = SeverityRules(when(FAILED > 0.02, P2), when(EXPOSED, P1), otherwise=P3)
    assert told(rules) == [(Law.MONOTONE, "failed_payments")]
    monkeypatch.setattr(witness, "MOST_ASKED", 0)
    with pytest.warns(LawsUndecided, match=r"^Not everything was decided of 3 severity rules") as caught:
        check_rules(rules)
    (warning,) = caught
    assert isinstance(warning.message, LawsUndecided)
    assert (Law.MONOTONE, "failed_payments") in warning.message.undecided
    assert warning.filename == __file__
    assert pickle.loads(pickle.dumps(warning.message)).undecided == warning.message.undecided
    check_rules(rules, allow=[Law.ALIVE, Law.UNSHADOWED, Law.MONOTONE, Law.THRESHOLDS])


def differ(one: Condition, other: Condition) -> Condition:
    return (one & ~other) | (~one & other)


def test_conditions_that_are_very_large_are_given_up_soon() -> None:
    flags: list[Condition] = [Flag(f"flag_{number}", question="?") for number in range(14)]
    one, other = reduce(differ, flags), reduce(differ, flags[::-1])
    rules = SeverityRules(when(one, P1), when(~other, P1), when(EXPOSED, P2), otherwise=P3)
    with pytest.warns(LawsUndecided, match=r"unshadowed \(rule 1, rule 2"):
        check_rules(rules)


def test_a_search_that_is_given_up_is_said_below_what_was_found() -> None:
    case, side = RuleCase(SOUND, 1), Side(SOUND.vocabulary)
    case.effort.left = 0
    assert case.search([side], [*case.decides(0, side)], (Law.ALIVE, "rule 1")) is None
    breach = Breach(law=Law.TOTAL, where="decide", what="Nothing is decided.")
    with pytest.raises(LawsBroken, match=r"decided\.\n\nNot everything was decided of it: alive \(rule 1\)\."):
        case.effort.decide("it", [breach], ())


def test_a_search_that_is_given_up_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    case = RuleCase(SOUND, 1)
    side = Side(case.vocabulary)
    monkeypatch.setattr(witness, "MOST_ASKED", 0)
    assert case.search([side], [*case.decides(2, side)]) is None
    assert side.values == {}


# Conditions of somebody else


class Odd(Condition):
    """A condition that is not one of the library's, and answers as it likes."""

    def __init__(self, walked: Answer, written: str = "True") -> None:
        self.walked = walked
        self.written = written

    def walk(self, facts: Facts) -> Answer:
        return self.walked

    def write(self, source: Source) -> str:
        return self.written

    def __str__(self) -> str:
        return "odd"


def test_a_condition_that_answers_otherwise_when_compiled_is_told() -> None:
    rules = SeverityRules(when(Odd(False), P1), when(EXPOSED, P2), otherwise=P3)
    breach = next(each for each in breaches(rules) if each.law is Law.DETERMINISTIC)
    assert breach.what == "The same facts get different answers. Every fact is as mild as it can be."
    assert "rule 1: P1 if odd" in str(breach.table)


def test_a_condition_that_is_unknown_though_all_is_known_is_told() -> None:
    rules = SeverityRules(when(Odd(None), P1), otherwise=P3)
    assert (Law.KNOWN, "rule 1") in told(rules)


def test_a_condition_that_fails_decides_nothing() -> None:
    rules = SeverityRules(when(Odd(False, "(1 / 0 > 0)"), P1), otherwise=P3)
    (breach,) = breaches(rules, allow=[Law.DETERMINISTIC])
    assert breach.law is Law.TOTAL
    assert breach.what.startswith("Every fact is known, and ZeroDivisionError: division by zero is decided.")


def test_of_a_condition_of_somebody_else_it_is_not_said_that_it_never_holds() -> None:
    rules = SeverityRules(when(EXPOSED & Odd(False, "False"), P1), otherwise=P3)
    check_rules(rules)


# What is called


@pytest.mark.parametrize("law", [Law.MONOTONE, Law.UNSHADOWED, Law.THRESHOLDS, Law.ALIVE])
def test_a_law_that_is_left_out_is_not_told(law: Law) -> None:
    rules = SeverityRules(
        when(FAILED > 0.02, P2),
        when(FAILED > 0.25, P1),
        when(FAILED.is_(0.5) & (FAILED > 0.6), P1),
        when(EXPOSED | (EXPOSED & (USERS > 5)), P1),
        otherwise=P3,
    )
    assert {each for each, _ in told(rules)} == {Law.MONOTONE, Law.UNSHADOWED, Law.THRESHOLDS, Law.ALIVE}
    assert {each for each, _ in told(rules, allow=[law])} == {
        Law.MONOTONE,
        Law.UNSHADOWED,
        Law.THRESHOLDS,
        Law.ALIVE,
    } - {law}
    assert not told(rules, allow=iter([Law.MONOTONE, Law.UNSHADOWED, Law.THRESHOLDS, Law.ALIVE]))


def test_a_word_that_is_nearly_one_is_told() -> None:
    with pytest.raises(FieldInvalid, match=r"Did you mean 'monotone'\?$"):
        check_rules(SOUND, allow=["monoton"])


def test_so_many_sets_of_facts_are_decided_as_are_asked_for() -> None:
    case = RuleCase(SOUND, 3)
    assert len(points(case)) == 3
    assert len(points(RuleCase(SOUND, 1_000))) == len(points(RuleCase(SOUND, 500)))


@pytest.mark.parametrize(
    ("rules", "options", "problem"),
    [
        (P1, {}, "rules: SeverityRules are checked, not "),
        (SOUND, {"allow": Law.MONOTONE}, "allow: laws are left out as a list of their words, not "),
        (SOUND, {"allow": "monotone"}, "allow: laws are left out as a list of their words, not 'monotone'"),
        (SOUND, {"allow": ["monoton"]}, "allow: check_rules does not look for 'monoton'; it looks for 'alive', 'det"),
        (SOUND, {"allow": [Law.ASKED_ONCE]}, "allow: check_rules does not look for "),
        (SOUND, {"allow": 3}, "allow: laws are left out as a list of their words, not 3"),
        (SOUND, {"examples": 0}, "examples: one set of facts or more is looked at, not 0"),
        (SOUND, {"examples": True}, "examples: one set of facts or more is looked at, not True"),
    ],
)
def test_what_cannot_be_checked_is_refused(rules: Any, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(FieldInvalid) as caught:
        check_rules(rules, **options)
    assert str(caught.value).startswith(problem)


def test_the_same_rules_get_the_same_verdict() -> None:
    rules = SeverityRules(when(FAILED > 0.02, P2), when(USERS > 3, P1), when(FAILED > 0.25, P1), otherwise=P3)
    one, other = ([str(each.document) for each in breaches(rules)] for _ in range(2))
    assert one == other


def test_the_error_goes_through_pickle() -> None:
    with pytest.raises(LawsBroken) as caught:
        check_rules(SeverityRules(when(FAILED > 0.02, P3), otherwise=P2))
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert copy.breaches == caught.value.breaches
