"""When to roll back: the laws of advice, held against every case there is, and what people read of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import (
    EMERGENCY,
    Choice,
    Conclusion,
    Condition,
    DecisionTree,
    Duration,
    Facts,
    Flag,
    Number,
    Playbook,
    SeverityFact,
    Vocabulary,
    ask,
    choose,
)
from incidentkit.convert import from_json, from_toml, to_json, to_toml
from incidentkit.errors import DocumentInvalid, FactValueInvalid, PlaybookInvalid, UnknownFact
from incidentkit.model.conditions import samples
from incidentkit.policy import prospect
from incidentkit.policy.advice import Advice, Course
from incidentkit.policy.rollback import Criterion, RollbackPolicy
from incidentkit.testing import conditions, known_facts

DOWN = Flag("down", question="Is it down?")
SAFE = Flag("safe", question="Is it safe?")
SHARE = Number("share", question="What share fails?", minimum=0, maximum=1)
LONG = Duration("long", question="How long will it take?")
REGION = Choice("region", question="Which region?", options=("eu", "us", "asia"))
VOCABULARY = Vocabulary(DOWN, SHARE, REGION, LONG, SAFE)

FIX, BACK, FLAGS = Conclusion("Fix it"), Conclusion("Go back"), Conclusion("Switch it off")
COURSES = {"Fix it": Course.HOTFIX, "Go back": Course.ROLL_BACK, "Switch it off": Course.MITIGATE}
QUICK = timedelta(minutes=30) > LONG
SAFELY = ask("Is it safe?", SAFE, yes=BACK, no=FLAGS, unsure=FLAGS)

TREES: dict[str, DecisionTree[Conclusion]] = {
    "two": DecisionTree("Two questions", ask("Is it quick?", QUICK, yes=FIX, no=SAFELY)),
    "shared": DecisionTree(
        "Which way?",
        choose(
            "Where?",
            REGION,
            {
                "eu": ask("Is it grave?", (SHARE > 0.5) | DOWN, yes=SAFELY, no=FIX, unsure=BACK),
                "us": SAFELY,
                "asia": FIX,
            },
        ),
    ),
    "same": DecisionTree("It does not matter", ask("Is it down?", DOWN, yes=FLAGS, no=FLAGS)),
}


def policy(tree: str = "two", **lists: Any) -> RollbackPolicy:
    ends = {str(node) for each in TREES[tree].root.questions for node in each.branches.values()}
    conclusions = {words: course for words, course in COURSES.items() if words in ends}
    return RollbackPolicy(tree=tree, conclusions=conclusions, **lists)


def criteria() -> st.SearchStrategy[list[Criterion]]:
    return st.lists(conditions(VOCABULARY).map(Criterion), max_size=2)


POLICIES = st.builds(
    policy, st.sampled_from([*TREES]), immediate=criteria(), consider=criteria(), hotfix_instead=criteria()
)


def advice(policy: RollbackPolicy, facts: Any, **rest: Any) -> Advice:
    return policy.advise(TREES[policy.tree], facts, **rest)


def by_hand(policy: RollbackPolicy, facts: Facts) -> Course:
    """What the lists and the tree say when everything is known, in the words of the playbook."""
    immediate, consider, instead = (
        any(each.when.walk(facts) for each in some)
        for some in (policy.immediate, policy.consider, policy.hotfix_instead)
    )
    concluded = policy.conclusions[str(TREES[policy.tree].decide(facts).conclusion)]
    if immediate:
        return Course.ROLL_BACK_AT_ONCE
    if concluded is Course.ROLL_BACK and instead:
        return Course.CONSIDER_ROLLING_BACK
    if concluded is Course.HOTFIX and consider and not instead:
        return Course.CONSIDER_ROLLING_BACK
    return concluded


def completions(policy: RollbackPolicy, facts: Facts) -> Iterator[Facts]:
    """Every kind of case that unknown facts leave."""
    told: list[Condition] = [each.when for each in policy.criteria]
    told += [each.subject for each in TREES[policy.tree].root.questions if isinstance(each.subject, Condition)]
    unknown = [fact for name, fact in VOCABULARY.items() if name not in facts.values]
    for values in product(*(samples(fact, told) for fact in unknown)):
        answers = {fact.name: value for fact, value in zip(unknown, values, strict=True)}
        yield Facts(VOCABULARY, {**facts.values, **answers})


def differing(policy: RollbackPolicy, facts: Facts) -> set[str]:
    """The unknown facts of which another answer alone gives another course in some case."""
    courses: dict[tuple[str, frozenset[Any]], set[Course]] = {}
    for case in completions(policy, facts):
        for name in case.values.keys() - facts.values.keys():
            rest = frozenset((other, value) for other, value in case.values.items() if other != name)
            courses.setdefault((name, rest), set()).add(by_hand(policy, case))
    return {name for (name, _), several in courses.items() if len(several) > 1}


# Laws


@given(POLICIES, known_facts(VOCABULARY))
def test_advice_is_exactly_what_unknown_facts_leave_possible(policy: RollbackPolicy, facts: Facts) -> None:
    given_advice = advice(policy, facts)
    assert {*given_advice.possible} == {by_hand(policy, case) for case in completions(policy, facts)}
    assert given_advice.course in (*Course, None)
    assert given_advice.certain is (given_advice.course is not None)


@given(POLICIES, known_facts(VOCABULARY))
def test_questions_are_exactly_the_facts_that_can_change_the_course(policy: RollbackPolicy, facts: Facts) -> None:
    given_advice = advice(policy, facts)
    assert {fact.name for fact in given_advice.questions} == differing(policy, facts)
    assert bool(given_advice.questions) is not given_advice.certain


@given(POLICIES, known_facts(VOCABULARY, complete=True))
def test_with_everything_known_nothing_is_open(policy: RollbackPolicy, facts: Facts) -> None:
    assert advice(policy, facts).course is by_hand(policy, facts)
    assert advice(policy, facts).questions == ()


@given(POLICIES, known_facts(VOCABULARY), known_facts(VOCABULARY, complete=True))
def test_what_is_no_open_question_changes_nothing(policy: RollbackPolicy, facts: Facts, more: Facts) -> None:
    before = advice(policy, facts)
    for fact in VOCABULARY.values():
        if fact not in facts and fact not in before.questions:
            after = advice(policy, facts.with_value(fact, more[fact]))
            assert (after.possible, after.questions) == (before.possible, before.questions)


@given(POLICIES, known_facts(VOCABULARY), known_facts(VOCABULARY, complete=True))
def test_to_know_more_leaves_less_possible(policy: RollbackPolicy, facts: Facts, more: Facts) -> None:
    while (fact := advice(policy, facts).next_question) is not None:
        later = facts.with_value(fact, more[fact])
        assert {*advice(policy, later).possible} <= {*advice(policy, facts).possible}
        assert {*advice(policy, later).questions} < {*advice(policy, facts).questions}
        facts = later


@given(POLICIES, known_facts(VOCABULARY))
def test_an_immediate_criterion_settles_it(policy: RollbackPolicy, facts: Facts) -> None:
    settled = any(each.when.walk(facts) for each in policy.immediate)
    assert not settled or advice(policy, facts).course is Course.ROLL_BACK_AT_ONCE
    assert (advice(policy, facts).course is Course.ROLL_BACK_AT_ONCE) <= bool(policy.immediate)


@given(st.sampled_from([*TREES]), known_facts(VOCABULARY))
def test_without_criteria_the_tree_alone_answers(tree: str, facts: Facts) -> None:
    walk = TREES[tree].decide(facts)
    given_advice = advice(policy(tree), facts)
    assert given_advice.walk == walk
    assert walk.conclusion is None or given_advice.course is COURSES[str(walk.conclusion)]


@given(POLICIES, known_facts(VOCABULARY))
def test_the_same_facts_give_the_same_advice(policy: RollbackPolicy, facts: Facts) -> None:
    backwards = Facts(VOCABULARY, dict(reversed([*facts.values.items()])))
    assert advice(policy, facts) == advice(policy, facts)
    assert advice(policy, backwards).explain() == advice(policy, facts).explain()


assert EMERGENCY.rollback is not None
OURS = EMERGENCY.rollback.vocabulary(EMERGENCY.tree("rollback-or-hotfix"))
IMMEDIATE = Vocabulary(*(fact for each in EMERGENCY.rollback.immediate for fact in each.when.mentioned))


@given(known_facts(OURS), known_facts(IMMEDIATE, complete=True))
def test_what_gets_worse_never_takes_back_that_it_is_rolled_back_at_once(facts: Facts, worse: Facts) -> None:
    known = {**facts.values}
    graver = {**known, **{name: max(value, known.get(name, value)) for name, value in worse.values.items()}}
    if EMERGENCY.advise(known).course is Course.ROLL_BACK_AT_ONCE:
        assert EMERGENCY.advise(graver).course is Course.ROLL_BACK_AT_ONCE


@given(POLICIES, known_facts(VOCABULARY), st.sets(st.sampled_from([*VOCABULARY])))
def test_what_nobody_can_tell_is_not_asked_for(policy: RollbackPolicy, facts: Facts, doubted: set[str]) -> None:
    unsure = doubted - facts.values.keys()
    given_advice = advice(policy, facts, unsure=[VOCABULARY[name] for name in unsure])
    assert not {fact.name for fact in given_advice.questions} & unsure
    assert given_advice.certain is (len({*given_advice.possible}) == 1)
    if not any("unsure" in each.branches for each in TREES[policy.tree].root.questions):
        assert given_advice.possible == advice(policy, facts).possible


@given(POLICIES)
def test_documents_hold_all_of_it(policy: RollbackPolicy) -> None:
    playbook = Playbook(name="x", rules=EMERGENCY.rules, trees=TREES, rollback=policy)
    assert from_toml(to_toml(playbook), Playbook) == playbook == from_json(to_json(playbook), Playbook)


# What counts for what

CALM: Mapping[str, Any] = {"down": False, "share": 0.0, "long": timedelta(hours=1), "safe": True, "region": "eu"}
LISTS: dict[str, Any] = {
    "immediate": [Criterion(DOWN, because="It is down", source="One")],
    "consider": [Criterion(SHARE > 0.5, because="Much fails", source="Two")],
    "hotfix_instead": [Criterion(REGION.is_("us"), because="Only there", source="Three")],
}
SHORT = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("facts", "course"),
    [
        ({}, Course.ROLL_BACK),
        ({"share": 0.9}, Course.ROLL_BACK),
        ({"region": "us"}, Course.CONSIDER_ROLLING_BACK),
        ({"region": "us", "share": 0.9}, Course.CONSIDER_ROLLING_BACK),
        ({"long": SHORT}, Course.HOTFIX),
        ({"long": SHORT, "region": "us"}, Course.HOTFIX),
        ({"long": SHORT, "share": 0.9}, Course.CONSIDER_ROLLING_BACK),
        ({"long": SHORT, "share": 0.9, "region": "us"}, Course.HOTFIX),
        ({"safe": False}, Course.MITIGATE),
        ({"safe": False, "share": 0.9}, Course.MITIGATE),
        ({"safe": False, "region": "us"}, Course.MITIGATE),
        ({"down": True, "safe": False, "region": "us", "long": SHORT}, Course.ROLL_BACK_AT_ONCE),
    ],
)
def test_the_tree_is_weighed_by_what_speaks_for_and_against(facts: dict[str, Any], course: Course) -> None:
    assert advice(policy(**LISTS), {**CALM, **facts}).course is course


def test_reasons_name_the_line_where_it_stands_and_the_facts() -> None:
    told = advice(policy(**LISTS), {"down": True, "region": "us", "long": timedelta(hours=1)})
    assert [(each.because, each.source, each.facts) for each in told.reasons] == [("It is down", "One", (DOWN,))]
    assert [(each.because, each.source, each.facts) for each in told.against] == [("Only there", "Three", (REGION,))]


def test_the_steps_of_the_tree_are_reasons_of_the_course_they_led_to() -> None:
    given_advice = advice(policy(**LISTS), {**CALM, "long": SHORT, "share": 0.9, "region": "us"})
    assert [each.because for each in given_advice.reasons] == ["Is it quick? yes", "Only there"]
    assert [each.because for each in given_advice.against] == ["Much fails"]
    assert given_advice.reasons[0].facts == (LONG,)
    assert given_advice.reasons[0].source == "Two questions"


def test_of_alternatives_the_one_that_holds_is_named() -> None:
    either = policy(immediate=[Criterion((SHARE > 0.5) | DOWN)])
    (reason,) = advice(either, {"down": True, "share": 0.1}).reasons
    assert (reason.because, reason.facts) == ("share > 0.5 or down", (DOWN,))


def test_questions_come_in_the_order_of_what_may_settle_it() -> None:
    assert advice(policy(**LISTS), {}).questions == (DOWN, LONG, SAFE, SHARE, REGION)
    assert advice(policy(**LISTS), {"down": False, "long": SHORT}).questions == (SHARE, REGION)
    assert advice(policy(**LISTS), {"down": False, "long": SHORT}).next_question is SHARE
    assert advice(policy(**LISTS), {"down": True}).next_question is None


def test_facts_that_hang_together_leave_only_what_they_can_both_be() -> None:
    both = policy(consider=[Criterion(~QUICK)], hotfix_instead=[Criterion(QUICK)])
    assert advice(both, {"safe": True}).possible == (Course.ROLL_BACK, Course.HOTFIX)
    assert advice(both, {"safe": True}).questions == (LONG,)


def test_where_every_answer_leads_to_the_same_nothing_is_asked() -> None:
    same = advice(policy("same"), {})
    assert (same.course, same.questions, same.walk.conclusion) == (Course.MITIGATE, (), None)
    assert same.reasons == ()


def test_to_be_unsure_is_an_answer_where_the_tree_has_one() -> None:
    given_advice = advice(policy(), {"long": timedelta(hours=1)}, unsure=["safe"])
    assert given_advice.course is Course.MITIGATE
    assert [(each.because, each.facts) for each in given_advice.reasons] == [
        ("Is it quick? no", (LONG,)),
        ("Is it safe? unsure", ()),
    ]


def test_to_be_unsure_of_one_thing_leaves_the_other_to_be_asked() -> None:
    given_advice = advice(policy("shared"), {"region": "eu", "safe": False}, unsure=[SHARE])
    assert given_advice.questions == (DOWN,)
    assert given_advice.possible == (Course.ROLL_BACK, Course.MITIGATE)
    assert advice(policy("shared"), {"region": "eu", "down": False}, unsure=[SHARE]).course is Course.ROLL_BACK


def test_what_nobody_can_tell_counts_neither_as_true_nor_as_false() -> None:
    given_advice = advice(policy(**LISTS), {**CALM, "down": None}, unsure=[DOWN])
    assert given_advice.possible == (Course.ROLL_BACK_AT_ONCE, Course.ROLL_BACK)
    assert given_advice.questions == ()


def test_a_severity_that_is_not_certain_leaves_what_it_can_still_be() -> None:
    severity = SeverityFact(scheme=EMERGENCY.scheme)
    sev_1, sev_2, sev_3, _ = EMERGENCY.scheme
    grave = policy(immediate=[Criterion(severity.is_(sev_1) | severity.is_(sev_2))])
    known = {"long": timedelta(hours=1), "safe": True}
    assert advice(grave, {**known, "severity": frozenset([sev_1, sev_2])}).course is Course.ROLL_BACK_AT_ONCE
    assert advice(grave, {**known, "severity": frozenset([sev_2, sev_3])}).questions == (severity,)
    assert advice(grave, {**known, "severity": sev_3}).course is Course.ROLL_BACK


def test_what_a_tree_itself_leaves_to_people_stands() -> None:
    weighed = evolve(policy(**LISTS), conclusions={**COURSES, "Fix it": Course.CONSIDER_ROLLING_BACK})
    assert advice(weighed, {**CALM, "long": SHORT, "region": "us"}).course is Course.CONSIDER_ROLLING_BACK


# Where there is too much to look at


def many(count: int) -> list[Flag]:
    return [Flag(f"f{number}", question=f"Is it {number}?") for number in range(count)]


def test_many_facts_in_a_row_are_looked_at_exactly() -> None:
    flags = many(40)
    pairs = [Criterion(one & other) for one, other in zip(flags[::2], flags[1::2], strict=True)]
    given_advice = advice(policy(immediate=pairs), {"long": SHORT})
    assert given_advice.possible == (Course.ROLL_BACK_AT_ONCE, Course.HOTFIX)
    assert given_advice.questions == tuple(flags)


@pytest.mark.parametrize(("open_facts", "cases"), [(5, 10_000), (100, 3)])
def test_beyond_a_limit_all_that_may_matter_is_asked(
    open_facts: int, cases: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = many(12)
    immediate = [Criterion(one & other) for one, other in zip(flags[::2], flags[1::2], strict=True)]
    monkeypatch.setattr(prospect, "MOST_OPEN", open_facts)
    monkeypatch.setattr(prospect, "MOST_CASES", cases)
    given_advice = advice(policy(immediate=immediate), {"f0": False, "long": SHORT}, unsure=["f2"])
    assert given_advice.possible == (*Course,)
    assert given_advice.questions == tuple(flag for flag in flags[3:])
    assert advice(policy(immediate=immediate), {"f0": True, "f1": True}).course is Course.ROLL_BACK_AT_ONCE


# What people read


def test_it_is_told_in_words() -> None:
    assert (
        str(advice(policy(**LISTS), {"down": True, "region": "us"}))
        == """\
Roll back at once
=================

What speaks for it:

- It is down (down is true) - One

What speaks against it:

- Only there (region is "us") - Three"""
    )


def test_what_is_open_is_told_in_words() -> None:
    assert (
        advice(policy(**LISTS), {"down": False, "long": timedelta(hours=1)}).explain()
        == """\
Not certain: roll back, consider rolling back or mitigate
=========================================================

What can still change that, in the order in which to ask:

1. Is it safe? (safe)
2. Which region? (region)"""
    )


def test_it_is_shown_in_short() -> None:
    assert repr(advice(policy(), {"long": SHORT})) == "<advice: hotfix>"


# What is refused

CRITERION: Any = Criterion
POLICY: Any = RollbackPolicy
"""As a caller without a type checker sees them."""

LOST = Flag("lost", question="Is it lost?")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CRITERION(True), "a criterion starts with a condition"),
        (lambda: CRITERION(DOWN, because=7), "what the criterion down is, is text, not 7"),
        (lambda: CRITERION(DOWN, source=7), "the source of the criterion down is text"),
        (lambda: policy(immediate=DOWN), "a rollback policy has lists of criteria"),
        (lambda: policy(consider=[DOWN]), "a rollback policy has lists of criteria"),
        (lambda: POLICY(tree=7, conclusions={}), "named by text, not 7"),
        (lambda: POLICY(tree="two", conclusions=["x"]), "a mapping"),
        (lambda: POLICY(tree="two", conclusions={"x": "roll"}), "'x' comes to a Course"),
        (lambda: POLICY(tree="two", conclusions={7: Course.HOTFIX}), "by its words"),
        (lambda: book(LOST), "a rollback is a RollbackPolicy, not"),
        (lambda: book(evolve(policy(), tree="tow")), "no tree is called 'tow'. Did you mean 'two'?"),
        (lambda: book(evolve(policy(), conclusions={})), "do not say what 'Fix it' comes to"),
        (
            lambda: book(evolve(policy(), conclusions={**COURSES, "Go bakc": Course.ROLL_BACK})),
            "two does not conclude 'Go bakc'. Did you mean 'Go back'?",
        ),
        (
            lambda: book(policy(), two=DecisionTree("x", ask("Is it?", yes=FIX, no=BACK))),
            "no fact answers 'Is it.', so no advice can rest on it",
        ),
        (lambda: book(None).advise({}), "shop has no rollback policy"),
    ],
)
def test_what_makes_no_policy_is_refused(make: Any, message: str) -> None:
    with pytest.raises(PlaybookInvalid, match=message):
        make()


def book(rollback: Any, **trees: Any) -> Playbook:
    return Playbook(name="shop", rules=EMERGENCY.rules, trees={**TREES, **trees}, rollback=rollback)


def test_nobody_is_unsure_of_what_is_known() -> None:
    with pytest.raises(FactValueInvalid, match="safe: it is known, so nobody is unsure of it"):
        advice(policy(), {"safe": True}, unsure=["safe"])


def test_nobody_is_unsure_of_what_is_no_fact() -> None:
    with pytest.raises(UnknownFact, match="Did you mean 'safe'"):
        advice(policy(), {}, unsure=["saef"])
    with pytest.raises(UnknownFact, match="Did you mean 'safe'"):
        book(policy()).advise({}, unsure=["saef"])


@pytest.mark.parametrize(
    ("part", "value", "path"),
    [
        ("tree", "tow", "rollback"),
        ("conclusions", {"Fix it": "fly"}, "rollback.conclusions"),
        ("immediate", [{"when": "down and"}], "rollback.immediate[0].when"),
        ("consider", [{"because": "x"}], "rollback.consider[0]"),
        ("hotfix_instead", [{"when": "nothing"}], "rollback.hotfix_instead[0].when"),
    ],
)
def test_what_is_wrong_in_a_document_is_named_by_its_place(part: str, value: Any, path: str) -> None:
    document = json.loads(to_json(book(policy(**LISTS))))
    document["rollback"][part] = value
    with pytest.raises(DocumentInvalid) as caught:
        from_json(json.dumps(document), Playbook)
    assert caught.value.path.startswith(f"$.{path}")


# In a playbook


def test_a_playbook_knows_what_only_its_criteria_ask_for() -> None:
    playbook = book(policy(immediate=[Criterion(LOST)]))
    assert playbook.asked_by_policies == Vocabulary(LOST)
    assert playbook.advise({"lost": True, "users_affected": 3}).course is Course.ROLL_BACK_AT_ONCE
    assert playbook.triage({"lost": True}).facts[LOST] is True


def test_a_playbook_without_criteria_asks_for_its_tree_alone() -> None:
    assert book(policy()).asked_by_policies == Vocabulary()
    assert book(policy()).advise({LONG: SHORT}).course is Course.HOTFIX


def test_equal_policies_are_one() -> None:
    assert policy(**LISTS) == policy(**LISTS)
    assert hash(policy(**LISTS)) == hash(policy(**LISTS))
    assert policy(**LISTS) != policy()
