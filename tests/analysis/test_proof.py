"""Proofs: what they find, and that they find all of it and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from incidentkit import (
    ALWAYS,
    EMERGENCY,
    NEVER,
    Choice,
    Clock,
    Conclusion,
    DecisionTree,
    Facts,
    Flag,
    Number,
    SeverityRules,
    SeverityScheme,
    Worse,
    ask,
    choose,
    when,
)
from incidentkit.analysis import Proof, prove
from incidentkit.analysis.finding import IdleThreshold, Milder, NeverAnswered, NeverTrue, Shadowed
from incidentkit.analysis.translation import thresholds
from incidentkit.errors import FieldInvalid, RulesInvalid
from incidentkit.model.conditions import Condition, samples
from incidentkit.model.triage import Rule
from incidentkit.policy.law import Law
from incidentkit.testing import decision_trees, severity_rules, vocabularies
from tests.analysis.pigeons import any_of, hard_rules

P1, P2, P3 = SCHEME = SeverityScheme("P1", "P2", "P3")
RATE = Number("rate", question="What share fails?", minimum=0, maximum=1, worse=Worse.HIGHER)
USERS = Number("users", question="How many users?", minimum=0, worse=Worse.HIGHER)
DOWN = Flag("down", question="Is it down?")
BACKUP = Flag("backup", question="Does the backup work?", worse=Worse.LOWER)
REGION = Choice("region", question="Where?", options=("eu", "us", "asia"))
OPEN_FOR = Clock("open_for", question="Since when?")


def rules(*row: Rule[Any], otherwise: Any = P3) -> SeverityRules[Any]:
    return SeverityRules(*row, otherwise=otherwise)


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


# What a person would look up


def test_sound_rules_are_proved_by_all_laws() -> None:
    proof = prove(rules(when(DOWN, P1), when((RATE > 0.25) & ~BACKUP, P1), when(RATE > 0.02, P2)))
    assert proof
    assert proof.holds
    assert proof.proved == (Law.TOTAL, Law.KNOWN, Law.ALIVE, Law.UNSHADOWED, Law.MONOTONE, Law.THRESHOLDS)
    assert not proof.broken
    assert not proof.undecided


def test_rules_that_are_never_true_are_told() -> None:
    proof = prove(rules(when(DOWN & ~DOWN, P1), when((RATE > 0.5) & (RATE < 0.25), P2), when(NEVER, P1)))
    assert [each.place for each in proof.of(Law.ALIVE) if isinstance(each, NeverTrue)] == [1, 2, 3]
    assert str(proof.broken[0]) == "rule 1 (P1 if down and not down) is true for no facts"
    assert not proof


def test_a_shadowed_rule_is_told_with_those_that_take_everything() -> None:
    table = rules(
        when(USERS > 3, P2), when(DOWN & (RATE > 0.5), P1), when(~DOWN & (RATE > 0.4), P2), when(RATE > 0.6, P3)
    )
    (shadowed,) = prove(table).of(Law.UNSHADOWED)
    assert isinstance(shadowed, Shadowed)
    assert [*shadowed.by] == [2, 3]
    assert shadowed.facts[RATE] > 0.6
    assert table.decide(shadowed.facts) is not table.rules[3]


def test_the_last_line_is_shadowed_where_rules_leave_nothing() -> None:
    (shadowed,) = prove(rules(when(DOWN, P1), when(~DOWN, P2))).of(Law.UNSHADOWED)
    assert str(shadowed).endswith("never decides: rule 1 (P1 if down) and rule 2 (P2 if not down) take all of it")


def test_what_stands_behind_a_rule_that_always_holds_is_shadowed_by_it() -> None:
    one, two = prove(rules(when(RATE > 0.5, P1), when(ALWAYS, P2), when(DOWN, P1))).of(Law.UNSHADOWED)
    assert [[*each.by] for each in (one, two) if isinstance(each, Shadowed)] == [[2], [2]]


@pytest.mark.parametrize(
    ("row", "fact"),
    [
        ([when(RATE > 0.5, P2), when(RATE > 0.1, P1)], RATE),
        ([when(~DOWN, P1)], DOWN),
        ([when(BACKUP, P1)], BACKUP),
        ([when(~(OPEN_FOR >= timedelta(hours=1)), P1)], OPEN_FOR),
        ([when(USERS.is_(5), P1)], USERS),
    ],
)
def test_a_fact_that_gets_worse_while_the_severity_gets_milder_is_told(row: list[Rule[Any]], fact: Any) -> None:
    table = rules(*row)
    (milder,) = prove(table).of(Law.MONOTONE)
    assert isinstance(milder, Milder)
    assert milder.fact == fact
    before, after = table.triage(milder.before.facts), table.triage(milder.after.facts)
    assert after.severity < before.severity
    differing = [name for name in table.vocabulary if milder.before.facts[name] != milder.after.facts[name]]
    assert differing == [fact.name]


def test_a_fact_that_does_not_say_which_way_is_worse_may_go_either_way() -> None:
    assert prove(rules(when(REGION.is_("us"), P1)))


def test_a_threshold_that_changes_nothing_is_told() -> None:
    proof = prove(rules(when((RATE > 0.5) | ((RATE > 0.25) & (RATE <= 0.5)), P1)))
    assert [str(each) for each in proof.of(Law.THRESHOLDS)] == [
        "which rule decides never depends on whether rate is below, at or above 0.5"
    ]
    (idle,) = proof.of(Law.THRESHOLDS)
    assert isinstance(idle, IdleThreshold)
    assert (idle.fact, idle.threshold) == (RATE, 0.5)


def test_an_option_that_changes_nothing_is_told() -> None:
    proof = prove(rules(when(REGION.is_("eu") | REGION.one_of("us", "asia"), P1)))
    assert {each.threshold for each in proof.of(Law.THRESHOLDS) if isinstance(each, IdleThreshold)} == {*REGION.options}


def test_neighbouring_floats_leave_nothing_between_them() -> None:
    low, high = 0.1, 0.10000000000000002
    assert [each.law for each in prove(rules(when((RATE > low) & (RATE < high), P1))).broken] == [Law.ALIVE]
    assert prove(rules(when((RATE >= low) & (RATE < high), P1)), allow=[Law.MONOTONE])


def test_there_is_a_measure_between_neighbouring_integers() -> None:
    assert prove(rules(when((USERS > 1) & (USERS < 2), P1)), allow=[Law.MONOTONE])


def test_order_is_told_where_a_milder_rule_comes_first() -> None:
    proof = prove(rules(when(REGION.is_("eu"), P3), when(RATE > 0.5, P1)))
    (overlap,) = proof.overlaps
    assert (overlap.places, overlap.is_milder) == ((1, 2), True)
    assert (overlap.facts[REGION], overlap.facts[RATE] > 0.5) == ("eu", True)
    assert "A milder rule comes first" in str(proof)


def test_a_proof_prints_as_a_text_for_people() -> None:
    text = str(prove(rules(when(RATE > 0.5, P2), when((RATE > 0.25) & DOWN, P1))))
    assert text.startswith("3 severity rules of P1/P2/P3 (default included)\n")
    assert "it is P1 (P1 if rate > 0.25 and down), and with rate" in text
    assert "down yes" in text


def test_that_no_more_overlaps_are_looked_for_is_told_where_the_milder_rule_comes_first_in_all() -> None:
    mild = [when(Flag(f"mild_{number}", question="?"), P2) for number in range(60)]
    text = str(prove(rules(*mild, when(DOWN, P1)), allow=[Law.MONOTONE]))
    assert text.endswith("\n\nNo more than 50 pairs that overlap are looked for: there may be others.")
    assert "Where 1 pair of rules overlaps, the worse one" in str(prove(rules(when(DOWN, P1), when(RATE > 0.5, P2))))


def test_laws_that_are_allowed_are_not_told() -> None:
    proof = prove(rules(when(RATE > 0.5, P2), when(RATE > 0.1, P1)), allow=[Law.MONOTONE])
    assert proof
    assert Law.MONOTONE not in proof.proved
    assert prove(rules(when(RATE > 0.5, P2), when(RATE > 0.1, P1)), allow=["monotone"])


def test_a_solver_that_gives_up_proves_nothing() -> None:
    proof = prove(hard_rules(), limit=timedelta(milliseconds=1))
    assert not proof
    assert proof.undecided
    assert "the solver gave up" in str(proof)
    assert not {each.law for each in proof.undecided} & {*proof.proved}


def test_what_cannot_be_proved_is_refused() -> None:
    with pytest.raises(RulesInvalid, match="proofs are about SeverityRules and DecisionTrees, not 'rules'"):
        prove(raw("rules"))


@pytest.mark.parametrize("allow", [[Law.ASKED_ONCE], ["deterministic"], [3], "monotone"])
def test_laws_that_are_not_proved_here_are_not_left_out(allow: Any) -> None:
    with pytest.raises(FieldInvalid, match="allow: "):
        prove(rules(when(DOWN, P1)), allow=allow)


@pytest.mark.parametrize("limit", [timedelta(), timedelta(days=2), 10])
def test_limits_are_from_a_millisecond_to_a_day(limit: Any) -> None:
    with pytest.raises(FieldInvalid, match=r"limit: (it is from a millisecond to a day|a limit is a timedelta), not "):
        prove(rules(when(DOWN, P1)), limit=limit)


def test_the_rules_of_the_emergency_playbook_keep_all_laws() -> None:
    assert prove(EMERGENCY.rules)
    assert all(prove(tree) for tree in EMERGENCY.trees.values())


# Against brute force: every case of small rules, decided by the rules themselves


@given(st.data())
def test_a_proof_finds_what_looking_at_every_case_finds(data: st.DataObject) -> None:
    table = data.draw(severity_rules(data.draw(vocabularies(most=3)), scheme=SCHEME))
    worlds = [*every_case(table)]
    assume(len(worlds) <= 400)
    proof = prove(table)
    assert not proof.undecided
    assert {each.place for each in proof.broken if isinstance(each, NeverTrue)} == never_true(table, worlds)
    assert {each.place for each in proof.broken if isinstance(each, Shadowed)} == shadowed(table, worlds)
    assert {each.fact.name for each in proof.broken if isinstance(each, Milder)} == milder(table, worlds)
    assert {(each.fact.name, each.threshold) for each in proof.broken if isinstance(each, IdleThreshold)} == idle(
        table, worlds
    )
    if len(proof.overlaps) < 50:
        assert {each.places for each in proof.overlaps} == overlapping(table, worlds)
    assert_shadows_are_minimal(proof, worlds)


def every_case(table: SeverityRules[Any]) -> Iterator[Facts]:
    conditions = [rule.condition for rule in table.rules]
    answers = [samples(fact, conditions) for fact in table.vocabulary.values()]
    for values in product(*answers):
        yield Facts(table.vocabulary, dict(zip(table.vocabulary, values, strict=True)))


def place_of(table: SeverityRules[Any], facts: Facts) -> int:
    return next(place for place, rule in enumerate(table.rules, 1) if rule.condition.walk(facts))


def never_true(table: SeverityRules[Any], worlds: Sequence[Facts]) -> set[int]:
    return {
        place for place, rule in enumerate(table.rules, 1) if not any(rule.condition.walk(facts) for facts in worlds)
    }


def shadowed(table: SeverityRules[Any], worlds: Sequence[Facts]) -> set[int]:
    deciding = {place_of(table, facts) for facts in worlds}
    return {*range(1, len(table.rules) + 1)} - deciding - never_true(table, worlds)


def milder(table: SeverityRules[Any], worlds: Sequence[Facts]) -> set[str]:
    found: set[str] = set()
    decided = [(facts.values, table.rules[place_of(table, facts) - 1].severity) for facts in worlds]
    for (one, first), (other, second) in product(decided, decided):
        differing = [name for name in one if one[name] != other[name]]
        if len(differing) == 1 and second < first:
            fact: Any = table.vocabulary[differing[0]]
            places = [order(fact, values[fact.name]) for values in (one, other)]
            worse = fact.worse is not Worse.NEITHER and (places[1] > places[0]) == (fact.worse is Worse.HIGHER)
            found |= {fact.name} if worse else set()
    return found


def order(fact: Any, value: Any) -> Any:
    return fact.options.index(value) if isinstance(fact, Choice) else value


def idle(table: SeverityRules[Any], worlds: Sequence[Facts]) -> set[tuple[str, Any]]:
    """Thresholds of rules that decide somewhere, none of which decides on one side and is not true on the other."""
    decided = {tuple(facts.values.values()): (place_of(table, facts) - 1, facts) for facts in worlds}
    alive = {table.rules[place] for place, _ in decided.values()}
    conditions = [rule.condition for rule in table.rules]
    found: set[tuple[str, Any]] = set()
    for number, (name, fact) in enumerate(table.vocabulary.items()):
        every = samples(fact, conditions)
        for threshold in {each for rule in alive for each in thresholds_of(fact, rule.condition)}:
            users = [rule for rule in alive if threshold in thresholds_of(fact, rule.condition)]
            pairs = [
                (one, other)
                for key in decided
                if key[number] == threshold
                for near in neighbours(fact, every, threshold)
                for two in [(key, (*key[:number], near, *key[number + 1 :]))]
                for one, other in (two, two[::-1])
            ]
            if not any(
                (rule := table.rules[decided[one][0]]) in users and not rule.condition.walk(decided[other][1])
                for one, other in pairs
            ):
                found.add((name, threshold))
    return found


def neighbours(fact: Any, every: Sequence[Any], threshold: Any) -> list[Any]:
    at = every.index(threshold)
    if isinstance(fact, Choice):
        return [value for value in every if value != threshold]
    places = [at - 1] if isinstance(fact, Clock) else [at - 1, at + 1]
    return [every[place] for place in places if 0 <= place < len(every)]


def thresholds_of(fact: Any, condition: Condition) -> set[Any]:
    return thresholds([condition]).get(fact.name, set())


def overlapping(table: SeverityRules[Any], worlds: Sequence[Facts]) -> set[tuple[int, int]]:
    """Which rule decides where which other one holds with another severity; all but the last line."""
    found: set[tuple[int, int]] = set()
    for facts in worlds:
        first = place_of(table, facts)
        for place, rule in enumerate(table.rules[:-1], 1):
            if place > first and rule.condition.walk(facts) and rule.severity != table.rules[first - 1].severity:
                found.add((first, place))
    return found


def assert_shadows_are_minimal(proof: Proof, worlds: Sequence[Facts]) -> None:
    for each in proof.broken:
        if isinstance(each, Shadowed):
            held = [facts for facts in worlds if each.rule.condition.walk(facts)]
            assert all(any(rule.condition.walk(facts) for rule in each.by.values()) for facts in held)
            for left_out in each.by:
                others = [rule for place, rule in each.by.items() if place != left_out]
                assert any(not any(rule.condition.walk(facts) for rule in others) for facts in held)


# Trees


def tree_of(*questions: Any) -> DecisionTree[Any]:
    return DecisionTree("What to do?", *questions)


def test_a_question_that_the_answers_before_it_settle_is_told() -> None:
    inner = ask("Is it really down?", wide(DOWN), yes="call", no="wait")
    (found,) = prove(tree_of(ask("Is it down?", wide(DOWN), yes=inner, no="wait"))).broken
    assert isinstance(found, NeverAnswered)
    assert (found.law, found.answer, found.path) == (Law.ASKED_ONCE, "no", ("Is it down? yes",))
    assert str(found) == "'Is it really down?' is never answered 'no'"


def test_an_option_that_is_ruled_out_is_told() -> None:
    inner = choose("Where?", REGION, {"eu": "call", "us": "mail", "asia": "wait"})
    (found,) = prove(tree_of(ask("Europe?", wide(REGION.is_("eu")), yes="call", no=inner))).of(Law.UNSHADOWED)
    assert isinstance(found, NeverAnswered)
    assert found.answer == "eu"


def wide(condition: Condition) -> Condition:
    """The same condition in a tree that is too large for it to be refused at once."""
    many = [Flag(f"flag_{number}", question="?") for number in range(14)]
    return condition & any_of([*many, ~many[0]])


def test_trees_that_lead_to_severities_have_an_order() -> None:
    grave, mild = Conclusion(severities=(P1, P2)), Conclusion(severities=(P3,))
    sound = tree_of(ask("Is it down?", DOWN, yes=grave, no=mild))
    assert Law.MONOTONE in prove(sound).proved
    (milder,) = prove(tree_of(ask("Is it down?", DOWN, yes=mild, no=grave))).broken
    assert isinstance(milder, Milder)
    assert (milder.fact, milder.before.facts[DOWN], milder.after.facts[DOWN]) == (DOWN, False, True)


def test_the_same_person_answers_on_both_sides() -> None:
    asked = ask("Do you believe it?", yes=Conclusion(severities=(P1,)), no=Conclusion(severities=(P3,)))
    assert prove(tree_of(ask("Is it down?", DOWN, yes=Conclusion(severities=(P1,)), no=asked)))
    (milder,) = prove(tree_of(ask("Is it down?", DOWN, yes=asked, no=Conclusion(severities=(P2,))))).broken
    assert isinstance(milder, Milder)
    assert milder.before.replies == milder.after.replies == {"Do you believe it?": "no"}


@settings(max_examples=30)
@given(decision_trees())
def test_trees_whose_questions_differ_ask_nothing_in_vain(tree: DecisionTree[Conclusion]) -> None:
    assert not {Law.UNSHADOWED, Law.ASKED_ONCE} & {each.law for each in prove(tree).broken}
