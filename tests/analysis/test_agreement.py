"""Proofs and checks by example: what a check finds is proved not to hold, and what is proved no check refutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from incidentkit import (
    ALWAYS,
    Conclusion,
    DecisionTree,
    Duration,
    Flag,
    Number,
    SeverityRules,
    SeverityScheme,
    Vocabulary,
    Worse,
    ask,
    when,
)
from incidentkit.analysis import Proof, prove
from incidentkit.analysis.finding import IdleThreshold, Milder, NeverAnswered, NeverTrue, Shadowed, said
from incidentkit.errors import LawsBroken
from incidentkit.model.triage import Rule
from incidentkit.policy.law import Law
from incidentkit.testing import check_rules, check_tree, conditions, decision_trees, severity_rules, vocabularies
from tests.analysis.pigeons import any_of
from tests.analysis.trees import FLAGS, repeating_trees

P1, P2, P3 = SCHEME = SeverityScheme("P1", "P2", "P3")
FEW = settings(max_examples=25)


def checked(rules: SeverityRules[Any]) -> set[tuple[Law | Any, str]]:
    """What the check finds, by the law and by what breaks it."""
    try:
        check_rules(rules, examples=20)
    except LawsBroken as error:
        return {(breach.law, where_of(breach.law, breach.where)) for breach in error.breaches}
    return set()


def where_of(law: Any, where: str) -> str:
    return where.split()[0] if law is Law.MONOTONE else where


def proved_broken(proof: Proof) -> set[tuple[Law, str]]:
    """What is proved not to hold, in the same words."""
    found: set[tuple[Law, str]] = set()
    for each in proof.broken:
        match each:
            case NeverTrue() | Shadowed():
                found.add((each.law, f"rule {each.place}"))
            case Milder():
                found.add((each.law, each.fact.name))
            case IdleThreshold():
                found.add((each.law, f"{each.fact.name} {said(each.fact, each.threshold)}"))
            case NeverAnswered():
                raise AssertionError("rules are no tree")
    return found


@FEW
@given(severity_rules(scheme=SCHEME))
def test_a_check_and_a_proof_find_the_same(rules: SeverityRules[Any]) -> None:
    proof = prove(rules)
    assert not proof.undecided
    agree(checked(rules), proved_broken(proof))


LASTS = Duration("lasts", question="How long?")
SHARE = Number("share", question="How much?")
VALUES: Mapping[Any, Sequence[Any]] = {
    LASTS: [timedelta(microseconds=number) for number in (0, 1, 2, 60_000_000)],
    SHARE: [0, 1, 1.5, 2, 10**16, 10**16 + 1],
}


@st.composite
def pointed(draw: st.DrawFn) -> Any:
    """Conditions that ask for single values, some of them next to each other, and for what is beyond them."""
    fact: Any = draw(st.sampled_from([LASTS, SHARE]))
    values = st.sampled_from(VALUES[fact])
    one = draw(values)
    kinds = [fact.is_(one), fact.one_of(one, draw(values)), fact < one, fact >= one] if one else [fact.is_(one)]
    leaf = draw(st.sampled_from(kinds))
    return ~leaf if draw(st.booleans()) else leaf


@settings(max_examples=100)
@given(st.lists(st.lists(pointed(), min_size=1, max_size=3), min_size=1, max_size=3), st.data())
def test_a_check_and_a_proof_find_the_same_of_single_values(rows: list[list[Any]], data: st.DataObject) -> None:
    joined = [any_of(row) if data.draw(st.booleans()) else ~any_of(row) for row in rows]
    rules = SeverityRules(*(when(each, P1) for each in joined), otherwise=P3)
    agree(checked(rules), proved_broken(prove(rules)))


def agree(found: set[tuple[Any, str]], broken: set[tuple[Law, str]]) -> None:
    """The check finds what is proved, and nothing else."""
    assert found == broken


@FEW
@given(st.data())
def test_every_planted_fault_is_found_by_both(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies(most=3))
    drawn = data.draw(severity_rules(vocabulary, scheme=SCHEME))
    row, place, rule = [*drawn.rules[:-1]], data.draw(st.integers(0, 6)), data.draw(conditions(vocabulary))
    place = min(place, len(row))
    fault = data.draw(st.sampled_from(["never true", "said before"]))
    planted: Sequence[Rule[Any]] = (
        [when(rule & ~rule, P1)] if fault == "never true" else [when(rule, P1), when(rule, P2)]
    )
    assume(rule != ALWAYS)
    rules = SeverityRules(*row[:place], *planted, *row[place:], otherwise=drawn.rules[-1])
    proof = prove(rules)
    number = place + len(planted)
    broken = proved_broken(proof)
    assert {(Law.ALIVE, f"rule {number}"), (Law.UNSHADOWED, f"rule {number}")} & broken
    agree(checked(rules), broken)


@pytest.mark.parametrize("count", [12, 60])
def test_both_find_the_one_fault_of_many_sound_rules(count: int) -> None:
    shares = [Number(f"share_{n}", question="?", minimum=0, maximum=1, worse=Worse.HIGHER) for n in range(count)]
    sound = [when(share > 0.5, P1) for share in shares[: count // 2]]
    sound += [when(share > 0.5, P2) for share in shares[count // 2 :]]
    assert prove(SeverityRules(*sound, otherwise=P3))
    assert not checked(SeverityRules(*sound, otherwise=P3))
    faulty = SeverityRules(*sound[::-1], otherwise=P3)
    assert {fact for law, fact in proved_broken(prove(faulty)) if law is Law.MONOTONE} == {
        fact for law, fact in checked(faulty) if law is Law.MONOTONE
    }
    assert not prove(faulty)


def breaks(tree: DecisionTree[Any]) -> tuple[set[tuple[Law | Any, str]], set[tuple[Law | Any, str]]]:
    """What a check finds of a tree, and what is proved not to hold."""
    proof = prove(tree)
    assert not proof.undecided
    proved = {
        (each.law, each.question.text if isinstance(each, NeverAnswered) else each.fact.name)
        for each in proof.broken
        if isinstance(each, NeverAnswered | Milder)
    }
    try:
        check_tree(tree, examples=20, allow=[Law.THRESHOLDS])
    except LawsBroken as error:
        return {(breach.law, breach.where) for breach in error.breaches}, proved
    return set(), proved


@FEW
@given(decision_trees(scheme=SCHEME, ends=st.builds(Conclusion, severities=st.sampled_from([(P1,), (P2,), (P3,)]))))
def test_a_check_and_a_proof_find_the_same_of_a_tree(tree: DecisionTree[Any]) -> None:
    found, proved = breaks(tree)
    assert found == proved


@settings(max_examples=100)
@given(repeating_trees(SCHEME))
def test_a_check_and_a_proof_find_the_same_of_a_tree_that_asks_again(tree: DecisionTree[Any]) -> None:
    found, proved = breaks(tree)
    assert found == proved


@pytest.mark.parametrize("unsure", [None, P2])
def test_people_who_are_asked_twice_are_seen_by_both(unsure: Any) -> None:
    again = ask("Does it hurt?", yes=P1, no=P2, unsure=unsure)
    found, proved = breaks(DecisionTree("?", ask("Does it hurt?", yes=again, no=P3)))
    assert found == proved == {(Law.ASKED_ONCE, "Does it hurt?")}


def test_nobody_answers_what_is_offered_elsewhere_only() -> None:
    one, other = ask("Does it hurt?", yes=P1, no=P2, unsure=P2), ask("Does it hurt?", yes=P2, no=P3)
    found, proved = breaks(DecisionTree("?", ask("Is it so?", FLAGS[0], yes=one, no=other)))
    assert found == proved == set()


def test_nothing_gets_milder_by_an_answer_that_is_not_offered() -> None:
    kept, unsure = ask("Do users notice?", yes=P2, no=P2), ask("Do users notice?", yes=P2, no=P2, unsure=P1)
    found, proved = breaks(DecisionTree("?", ask("Is it so?", FLAGS[0], yes=kept, no=unsure)))
    assert found == proved == set()


def test_a_flag_that_does_not_say_which_way_is_worse_breaks_nothing() -> None:
    either = Flag("either", question="?", worse=Worse.NEITHER)
    rules = SeverityRules(when(~either, P1), otherwise=P2, vocabulary=Vocabulary(either))
    assert prove(rules)
    assert not checked(rules)
