"""Decision trees: facts and people reach the same conclusions, and every tree can be drawn, written and read back."""

from __future__ import annotations

import copy
import pickle
import re
from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import (
    Choice,
    Conclusion,
    DecisionTree,
    Duration,
    Facts,
    Flag,
    Number,
    Question,
    SeverityScheme,
    ask,
    choose,
    convert,
)
from incidentkit.errors import AnswerInvalid, DocumentInvalid, TreeInvalid, UnknownFact
from incidentkit.policy.question import MAX_DEPTH
from incidentkit.testing import decision_trees, known_facts, vocabularies

SEV_1, SEV_2, *_ = SCHEME = SeverityScheme.numbered("SEV-", 4)
SAFE = Flag("rollback_safe", question="Is rollback safe?")
TIME = Duration("time_to_fix", question="How long will a fix take?")
REGION = Choice("region", question="Which region?", options=("eu", "us", "asia"))
USERS = Number("users", question="How many users?", minimum=0)

ROLL_BACK, HOTFIX, MITIGATE = Conclusion("Rollback"), Conclusion("Attempt hotfix"), Conclusion("Mitigate")
TREE = DecisionTree(
    "Rollback or hotfix?",
    ask(
        "Can we fix in < 30 min?",
        TIME < timedelta(minutes=30),
        yes=HOTFIX,
        no=ask("Is rollback safe?", SAFE, yes=ROLL_BACK, no=MITIGATE, unsure=MITIGATE),
    ),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[DecisionTree[Conclusion], Facts]:
    vocabulary = draw(vocabularies())
    return draw(decision_trees(vocabulary)), draw(known_facts(vocabulary))


# Laws


@given(cases())
def test_compiled_and_walked_trees_agree_on_every_fact_set(case: tuple[DecisionTree[Conclusion], Facts]) -> None:
    tree, facts = case
    assert tree.decide(facts) == tree.walk().decide(facts)


@given(cases())
def test_a_person_who_answers_as_the_facts_do_goes_the_same_way(case: tuple[DecisionTree[Conclusion], Facts]) -> None:
    tree, facts = case
    decided = tree.decide(facts)
    walk = tree.walk()
    for step in decided.path:
        walk = walk.answer(step.answer.upper())
    assert walk == decided
    assert (walk.conclusion is None) != (walk.question is None)


@given(cases())
def test_a_walk_stops_only_at_a_conclusion_or_at_what_the_facts_do_not_tell(
    case: tuple[DecisionTree[Conclusion], Facts],
) -> None:
    tree, facts = case
    question = tree.decide(facts).question
    assert question is None or question.answer_from(facts) is None


@given(cases())
def test_trees_read_back_from_toml_and_json(case: tuple[DecisionTree[Conclusion], Facts]) -> None:
    tree, facts = case
    for twin in (
        DecisionTree.from_toml(tree.to_toml()),
        convert.from_json(convert.to_json(tree), DecisionTree[Conclusion]),
        pickle.loads(pickle.dumps(tree)),
        copy.deepcopy(tree),
    ):
        assert twin == tree
        assert twin.decide(facts) == tree.decide(facts)


@given(cases())
def test_a_drawing_shows_every_question_and_conclusion(case: tuple[DecisionTree[Conclusion], Facts]) -> None:
    tree, _ = case
    drawing = str(tree)
    for question in tree.root.questions:
        ends = [str(node) for node in question.branches.values() if isinstance(node, Conclusion)]
        assert all(" ".join(text.split()) in drawing for text in (question.text, *ends))
    chart = tree.to_mermaid()
    assert len(re.findall(r"^    q\d+{", chart, re.MULTILINE)) == len(tree.root.questions)
    assert "<" not in chart


# What a person would look up


def test_facts_lead_to_a_conclusion_or_to_the_question_to_ask() -> None:
    assert TREE.decide({TIME: timedelta(minutes=10)}).conclusion == HOTFIX
    walk = TREE.decide({TIME: timedelta(hours=2)})
    assert walk.conclusion is None
    assert walk.question is not None
    assert walk.question.text == "Is rollback safe?"
    assert walk.answer("unsure").conclusion == MITIGATE
    assert walk.answer("Yes").explain().splitlines() == [
        "Can we fix in < 30 min? no",
        "Is rollback safe? yes",
        "Conclusion: Rollback",
    ]


def test_facts_take_a_walk_on_from_where_a_person_left_it() -> None:
    assert TREE.walk().answer("no").decide({"rollback_safe": True}).conclusion == ROLL_BACK


def test_a_walk_is_a_value_and_going_back_is_keeping_the_earlier_one() -> None:
    start = TREE.walk()
    first, second = start.answer("no"), start.answer("yes")
    assert (first.question is not None, second.conclusion) == (True, HOTFIX)
    assert start == TREE.walk()


def test_a_tree_draws_like_this() -> None:
    assert str(TREE).splitlines() == [
        "Can we fix in < 30 min? ──YES──▶ Attempt hotfix",
        "    │ NO",
        "    ▼",
        "Is rollback safe? ──YES──▶ Rollback",
        "    │ NO/UNSURE",
        "    ▼",
        "Mitigate",
    ]


def test_branches_that_do_not_fit_beside_are_drawn_below() -> None:
    shared = ask("Is it safe?", SAFE, yes=ROLL_BACK, no=MITIGATE)
    awake = ask("Awake?", yes=shared, no=HOTFIX)
    branches: dict[str, Question[Conclusion] | Conclusion] = {"eu": shared, "us": shared, "asia": awake}
    tree = DecisionTree("Where?", choose("Which region?", REGION, branches))
    assert str(tree).splitlines() == [
        "Which region? ──EU/US──▶ [2]",
        "    │ ASIA",
        "    ▼",
        "Awake? ──NO──▶ Attempt hotfix",
        "    │ YES",
        "    ▼",
        "[2]",
        "",
        "[2] Is it safe? ──YES──▶ Rollback",
        "    │ NO",
        "    ▼",
        "Mitigate",
    ]


def test_mermaid_text_stays_text() -> None:
    tree = DecisionTree("x", ask('Is "it" <b>so</b>?', SAFE, yes=Conclusion("a;b#c"), no=HOTFIX))
    assert tree.to_mermaid().splitlines() == [
        "flowchart TD",
        '    q1{"Is #34;it#34; #60;b#62;so#60;/b#62;?"}',
        '    c1["a;b#35;c"]',
        '    c2["Attempt hotfix"]',
        '    q1 -->|"YES"| c1',
        '    q1 -->|"NO"| c2',
    ]


def test_conclusions_may_be_of_ones_own_type() -> None:
    class Advice(StrEnum):
        WAIT = "wait"
        ACT = "act"

    tree = DecisionTree("Now?", ask("Is it safe?", SAFE, yes=Advice.ACT, no=Advice.WAIT))
    assert tree.decide({SAFE: True}).conclusion is Advice.ACT
    assert "──YES──▶ act" in str(tree)
    with pytest.raises(TreeInvalid, match="conclusions of the class Conclusion"):
        convert.to_toml(tree)


def test_a_question_for_people_only_is_never_answered_from_facts() -> None:
    tree = DecisionTree("Sure?", ask("Does it feel right?", yes=ROLL_BACK, no=HOTFIX))
    assert tree.decide({}).question == tree.root


def test_options_that_differ_in_case_are_told_apart() -> None:
    words = Choice("words", question="?", options=("EU", "eu"))
    tree = DecisionTree("x", choose("?", words, {"EU": HOTFIX, "eu": MITIGATE}))
    assert tree.decide({words: "eu"}).conclusion == MITIGATE
    assert tree.decide({words: "eu"}) == tree.walk().decide({words: "eu"})
    with pytest.raises(AnswerInvalid):
        tree.walk().answer("Eu")


def test_conclusions_name_severities() -> None:
    assert str(Conclusion("DECLARE INCIDENT", (SEV_1, SEV_2))) == "DECLARE INCIDENT: SEV-1 or SEV-2"
    assert str(Conclusion(severities=(SEV_2,))) == "SEV-2"


# Bad input


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


def chain(length: int) -> Question[Conclusion]:
    question = ask("last?", yes=HOTFIX, no=MITIGATE)
    for number in range(length - 1):
        question = ask(f"question {number}?", yes=HOTFIX, no=question)
    return question


def ladder(length: int) -> Question[Conclusion]:
    question = ask("last?", yes=HOTFIX, no=MITIGATE)
    for number in range(length):
        question = ask(f"question {number}?", yes=question, no=question)
    return question


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DecisionTree("x", raw(HOTFIX)), "starts with a question"),
        (lambda: DecisionTree(raw(7), chain(1)), "the title of a tree is text, not 7"),
        (lambda: ask(raw(7), SAFE, yes=HOTFIX, no=MITIGATE), "a question is a text, not 7"),
        (lambda: ask("?", raw("safe"), yes=HOTFIX, no=MITIGATE), "about a condition or a choice, not 'safe'"),
        (lambda: choose("?", REGION, raw([HOTFIX])), "branches are a mapping"),
        (lambda: Conclusion(raw(7)), "the text of a conclusion is text, not 7"),
        (lambda: Conclusion(severities=raw([SEV_1])), "are a tuple"),
        (lambda: Conclusion(severities=raw(("P1",))), "allows severities, not 'P1'"),
        (lambda: ask(" ", SAFE, yes=HOTFIX, no=MITIGATE), "asks nothing"),
        (lambda: choose("Where?", REGION, {"eu": HOTFIX}), "has no branch for asia, us"),
        (
            lambda: choose("Where?", REGION, {**dict.fromkeys(REGION.options, HOTFIX), "moon": HOTFIX}),
            "for moon, which nobody",
        ),
        (
            lambda: choose(
                "?",
                Choice("c", question="?", options=("unsure", "x")),
                {"unsure": HOTFIX, "x": HOTFIX},
                unsure=MITIGATE,
            ),
            "two branches for unsure",
        ),
        (Conclusion, "a text, or severities"),
        (lambda: chain(MAX_DEPTH + 1), "50 questions in a row"),
        (lambda: ladder(10), "1000 ways through"),
        (
            lambda: DecisionTree("x", ask("a?", SAFE, yes=HOTFIX, no=ask("b?", SAFE, yes=HOTFIX, no=MITIGATE))),
            "'b\\?' can never be answered 'yes'",
        ),
        (
            lambda: DecisionTree(
                "x", ask("Many?", USERS > 10, yes=ask("Any?", USERS > 0, yes=HOTFIX, no=MITIGATE), no=HOTFIX)
            ),
            "'Any\\?' can never be answered 'no'",
        ),
    ],
)
def test_trees_that_cannot_be_walked_are_refused(make: Any, message: str) -> None:
    with pytest.raises(TreeInvalid, match=message):
        make()


def test_the_deepest_tree_decides_draws_and_reads_back() -> None:
    tree = DecisionTree("deep", chain(MAX_DEPTH))
    assert tree.decide({}).question == tree.root
    assert DecisionTree.from_toml(tree.to_toml()) == tree
    assert str(tree).count("▼") == MAX_DEPTH


def test_an_answer_that_is_not_offered_is_refused_with_those_that_are() -> None:
    with pytest.raises(AnswerInvalid, match="say yes or no"):
        TREE.walk().answer("maybe")
    with pytest.raises(AnswerInvalid, match="Did you mean 'yes'"):
        TREE.walk().answer("yess")
    with pytest.raises(AnswerInvalid, match="the walk has ended at 'Attempt hotfix'"):
        TREE.walk().answer("yes").answer("yes")
    with pytest.raises(UnknownFact, match="Did you mean 'rollback_safe'"):
        TREE.decide({"rolback_safe": True})


TOML = TREE.to_toml()


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        (
            'no = "question-2"',
            'no = "question-1"',
            "$.questions.question-1.branches.no",
            "a cycle: question-1 -> question-1",
        ),
        ('no = "question-2"', 'no = "question-3"', "$.questions.question-1.branches.no", "Did you mean 'question-"),
        ('no = "question-2"', 'no = "conclusion-1"', "$.questions.question-2", "no branch leads here"),
        (
            'unsure = "conclusion-3"',
            'perhaps = "conclusion-3"',
            "$.questions.question-2",
            "for perhaps, which nobody can",
        ),
        ('start = "question-1"', 'start = "conclusion-1"', "$.start", "is a conclusion"),
        ('start = "question-1"', "start = 1", "$.start", "1 is not text"),
        ('when = "rollback_safe"', 'when = "rollback"', "$.questions.question-2", "Did you mean 'rollback_safe'"),
        ('when = "rollback_safe"', 'choice = "rollback_safe"', "$.questions.question-2", "is a flag, not a choice"),
        ('when = "rollback_safe"', 'when = "rollback_safe"\nchoice = "x"', "$.questions.question-2", "one of the two"),
        (
            'text = "Rollback"',
            'text = "Rollback"\nseverities = ["P1"]',
            "$.conclusions.conclusion-2",
            "there is no scheme",
        ),
        (
            'text = "Rollback"',
            'text = "Rollback"\nseverities = "P1"',
            "$.conclusions.conclusion-2.severities",
            "is not a list",
        ),
        (
            "[conclusions.conclusion-2]",
            "[conclusions.question-2]",
            "$.conclusions.question-2",
            "a question is called so too",
        ),
        ('text = "Rollback"', "", "$.conclusions.conclusion-2", "a text, or severities"),
    ],
)
def test_toml_of_the_wrong_shape_names_the_place(old: str, new: str, path: str, message: str) -> None:
    assert old in TOML
    with pytest.raises(DocumentInvalid) as caught:
        DecisionTree.from_toml(TOML.replace(old, new, 1))
    assert caught.value.path == path
    assert message in str(caught.value)
