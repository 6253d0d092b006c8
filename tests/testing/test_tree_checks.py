"""Checks of decision trees: every planted fault is found, none is invented, and what is told is as small as can be."""

from __future__ import annotations

from itertools import pairwise, product
from math import prod
from typing import Any

import pytest
from hypothesis import assume, given

from incidentkit import (
    EMERGENCY,
    Choice,
    Conclusion,
    Condition,
    DecisionTree,
    Facts,
    Flag,
    Number,
    Question,
    SeverityScheme,
    Worse,
    ask,
    choose,
)
from incidentkit.errors import FieldInvalid, LawsBroken, LawsUndecided
from incidentkit.model.conditions import Answer, samples
from incidentkit.model.source import Source
from incidentkit.policy.tree import MAX_WORLDS
from incidentkit.testing import Breach, Law, check_tree, decision_trees
from incidentkit.testing.checks import witness

P1, P2, P3 = PAYMENTS = SeverityScheme("P1", "P2", "P3")
FAILED = Number("failed_payments", question="What share of payments fails?", minimum=0, maximum=1, worse=Worse.HIGHER)
EXPOSED = Flag("card_data_exposed", question="Is card data exposed?")
REGION = Choice("region", question="Where?", options=("eu", "us", "asia"))


def breaches(tree: DecisionTree[Any], **options: Any) -> tuple[Breach, ...]:
    """What is found."""
    try:
        check_tree(tree, **options)
    except LawsBroken as error:
        return error.breaches
    return ()


def told(tree: DecisionTree[Any], **options: Any) -> list[tuple[object, str]]:
    return [(breach.law, breach.where) for breach in breaches(tree, **options)]


def tree(root: Question[Any]) -> DecisionTree[Any]:
    return DecisionTree("How bad?", root)


def many(root: Question[Any]) -> DecisionTree[Any]:
    """A tree with so many facts that it does not refuse answers that nobody can give by itself."""
    for count in range(MAX_WORLDS.bit_length()):
        fact = Flag(f"f{count}", question=f"f{count}?")
        root = ask(f"Is it so ({count})?", fact, yes=root, no=P3)
    return tree(root)


SOUND = tree(
    ask(
        "Is card data exposed?",
        EXPOSED,
        yes=P1,
        no=ask("Do many payments fail?", FAILED > 0.25, yes=P1, no=ask("Do some?", FAILED > 0.02, yes=P2, no=P3)),
    )
)


# Every case there is, on small trees


def worst(conclusion: Conclusion) -> Any:
    return max(conclusion.severities, default=None)


def milder_facts(drawn: DecisionTree[Conclusion]) -> set[str]:
    """The facts that get worse while the conclusion gets milder, by every case and every answer of people."""
    questions = drawn.root.questions
    conditions = [each.subject for each in questions if isinstance(each.subject, Condition)]
    spoken = {each.text: [*each.branches] for each in questions if each.subject is None}
    assume(len(spoken) == sum(each.subject is None for each in questions))
    domains: dict[str, list[Any]] = {
        **{name: [*samples(fact, conditions)] for name, fact in drawn.vocabulary.items()},
        **{f"? {text}": answers for text, answers in spoken.items()},
    }
    assume(prod(map(len, domains.values())) <= 2_000)

    def concluded(case: tuple[Any, ...]) -> Any:
        values = dict(zip(domains, case, strict=True))
        known = Facts(drawn.vocabulary, {name: values[name] for name in drawn.vocabulary})
        walk = drawn.walk().decide(known)
        while walk.question is not None:
            walk = walk.answer(values[f"? {walk.question.text}"]).decide(known)
        return worst(walk.node) if isinstance(walk.node, Conclusion) else None

    ends = {case: concluded(case) for case in product(*domains.values())}
    found: set[str] = set()
    for place, (name, fact) in enumerate(drawn.vocabulary.items()):
        direction = getattr(fact, "worse", Worse.NEITHER)
        values = domains[name] if direction is Worse.HIGHER else domains[name][::-1]
        for case, end in ends.items() if direction is not Worse.NEITHER else ():
            for one, other in pairwise(values):
                after = ends[(*case[:place], other, *case[place + 1 :])]
                if case[place] == one and end is not None and after is not None and after < end:
                    found.add(name)
    return found


@given(decision_trees())
def test_what_gets_milder_as_a_fact_gets_worse_is_found_and_nothing_else(drawn: DecisionTree[Conclusion]) -> None:
    expected = milder_facts(drawn)
    assert {where for law, where in told(drawn) if law is Law.MONOTONE} == expected


@given(decision_trees())
def test_of_trees_that_ask_of_no_fact_twice_nothing_else_is_told(drawn: DecisionTree[Conclusion]) -> None:
    texts = [question.text for question in drawn.root.questions if question.subject is None]
    assume(len(texts) == len({*texts}))
    check_tree(drawn, allow=[Law.MONOTONE])


# Laws one by one


def test_sound_trees_pass() -> None:
    check_tree(SOUND)


@pytest.mark.parametrize("name", EMERGENCY.trees)
def test_the_trees_of_the_playbook_pass(name: str) -> None:
    check_tree(EMERGENCY.trees[name])


def test_a_question_with_one_answer_left_is_told() -> None:
    inner = ask("A tenth?", FAILED > 0.1, yes=P1, no=P2)
    assert told(many(ask("A quarter?", FAILED > 0.25, yes=inner, no=P3)), allow=[Law.THRESHOLDS]) == [
        (Law.ASKED_ONCE, "A tenth?")
    ]


def test_an_option_that_is_ruled_out_is_told() -> None:
    inner = choose("Where?", REGION, {"eu": P1, "us": P2, "asia": P3})
    (breach,) = breaches(many(ask("In Europe?", REGION.is_("eu"), yes=P1, no=inner)))
    assert (breach.law, breach.what) == (Law.UNSHADOWED, "'Where?' can never be answered 'eu' there.")


def test_a_person_who_is_asked_twice_is_told() -> None:
    again = ask("Do users notice?", yes=P2, no=P3)
    (breach,) = breaches(tree(ask("Do users notice?", yes=P1, no=ask("Is it down?", EXPOSED, yes=again, no=P3))))
    assert breach.law is Law.ASKED_ONCE
    assert breach.what == "'Do users notice?' is asked where only 'no' can be answered."


def test_a_threshold_that_changes_nothing_is_told() -> None:
    assert told(tree(ask("Is it?", EXPOSED | (EXPOSED & (FAILED > 0.5)), yes=P1, no=P3))) == [
        (Law.THRESHOLDS, "failed_payments 0.5")
    ]


def test_a_worse_fact_with_a_milder_conclusion_is_shown() -> None:
    inner = ask("More than half?", FAILED > 0.5, yes=P3, no=P2)
    (breach,) = breaches(tree(ask("Is card data exposed?", EXPOSED, yes=P1, no=ask("Is it known?", yes=inner, no=P3))))
    assert breach.what == "failed_payments gets worse, and the conclusion milder: P3 instead of P2."
    assert [facts["failed_payments"] for facts in breach.cases] == [0.5, 0.6]
    assert [facts["card_data_exposed"] for facts in breach.cases] == [False, False]


def test_what_takes_too_long_to_search_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "MOST_ASKED", 0)
    with pytest.warns(LawsUndecided, match=r"^Not everything was decided of the tree 'How bad\?': ") as caught:
        check_tree(SOUND)
    (warning,) = caught
    assert isinstance(warning.message, LawsUndecided)
    assert {law for law, _ in warning.message.undecided} == {Law.MONOTONE, Law.UNSHADOWED, Law.THRESHOLDS}
    assert warning.filename == __file__


def test_conclusions_without_severities_are_not_compared() -> None:
    check_tree(tree(ask("More than half?", FAILED > 0.5, yes=Conclusion("Wait"), no=Conclusion("Act", (P1,)))))
    check_tree(tree(ask("More than half?", FAILED > 0.5, yes="wait", no="act")))


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
    odd = DecisionTree[Any]("odd", _unchecked(ask("Is it odd?", Odd(False), yes=P1, no=P3)))
    assert (Law.DETERMINISTIC, "decide") in told(odd)


def _unchecked(root: Question[Any]) -> Question[Any]:
    """Behind so many facts that the tree does not look at answers itself."""
    return many(root).root


def test_a_question_that_is_unknown_though_all_is_known_is_told() -> None:
    odd = many(ask("Is it odd?", Odd(None, 'known["not there"]'), yes=P1, no=P3))
    assert (Law.KNOWN, "Is it odd?") in told(odd)


def test_a_condition_that_fails_decides_nothing() -> None:
    odd = many(ask("Is it odd?", Odd(False, "(1 / 0 > 0)"), yes=P1, no=P3))
    assert {law for law, _ in told(odd)} == {Law.TOTAL, Law.DETERMINISTIC}


@pytest.mark.parametrize(
    ("checked", "options", "problem"),
    [
        (P1, {}, "tree: a DecisionTree is checked, not "),
        (SOUND, {"allow": [Law.ALIVE]}, "allow: check_tree does not look for "),
        (SOUND, {"examples": -1}, "examples: one set of facts or more is looked at, not -1"),
    ],
)
def test_what_cannot_be_checked_is_refused(checked: Any, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(FieldInvalid) as caught:
        check_tree(checked, **options)
    assert str(caught.value).startswith(problem)
