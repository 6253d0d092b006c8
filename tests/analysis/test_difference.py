"""Differences between versions: all of them, and nothing that is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from incidentkit import (
    Choice,
    Clock,
    Conclusion,
    DecisionTree,
    Duration,
    Facts,
    Flag,
    Number,
    SeverityRules,
    SeverityScheme,
    Vocabulary,
    ask,
    choose,
    when,
)
from incidentkit.analysis import difference, equivalent
from incidentkit.errors import RulesInvalid
from incidentkit.model.conditions import samples
from incidentkit.model.triage import Rule
from incidentkit.policy.question import Walk
from incidentkit.testing import decision_trees, severity_rules, vocabularies
from tests.analysis.pigeons import any_of, hard_rules
from tests.analysis.trees import FLAGS, repeating_trees

P1, P2, P3 = SCHEME = SeverityScheme("P1", "P2", "P3")
RATE = Number("rate", question="What share fails?", minimum=0, maximum=1)
DOWN = Flag("down", question="Is it down?")
BACKUP = Flag("backup", question="Does the backup work?")
REGION = Choice("region", question="Where?", options=("eu", "us", "asia"))
OPEN_FOR = Clock("open_for", question="Since when?")
FIX = Duration("fix", question="How long will a fix take?")
OLD = SeverityRules(when(DOWN, P1), when(RATE > 0.25, P1), when(RATE > 0.02, P2), otherwise=P3)
NEW = SeverityRules(
    when(DOWN, P1),
    when((RATE > 0.25) & ~BACKUP, P1),
    when(RATE > 0.05, P2),
    when(REGION.is_("eu") & (RATE > 0.01), P2),
    otherwise=P3,
)


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


# What a person would look up


def test_what_changed_for_whom() -> None:
    diff = difference(OLD, NEW)
    assert diff
    assert diff.is_all
    assert {(str(each.before), str(each.after), str(each.region)): each.is_worse for each in diff.groups} == {
        (
            "P1 if rate > 0.25",
            "P2 if rate > 0.05",
            "not down and rate > 0.25 and backup",
        ): False,
        (
            "P2 if rate > 0.02",
            "otherwise P3",
            'not down and rate > 0.02 and rate <= 0.05 and region != "eu"',
        ): False,
        (
            "otherwise P3",
            'P2 if region == "eu" and rate > 0.01',
            'not down and rate > 0.01 and rate <= 0.02 and region == "eu"',
        ): True,
    }
    assert [fact.name for fact in diff.added] == ["backup", "region"]
    assert diff.removed == diff.redefined == ()


def test_a_witness_is_decided_by_both_as_it_is_told() -> None:
    for group in difference(OLD, NEW).groups:
        assert OLD.decide({name: group.case.facts[name] for name in OLD.vocabulary}) is group.before
        assert NEW.decide(group.case.facts) is group.after


def test_the_same_said_in_another_way_is_no_difference() -> None:
    again = SeverityRules(
        when((RATE > 0.02) & (RATE <= 0.25) & ~DOWN, P2), when(~(DOWN | (RATE > 0.25)), P3), otherwise=P1
    )
    assert equivalent(OLD, again) is True
    diff = difference(OLD, again)
    assert not diff
    assert diff.equivalent is True
    assert "All facts are decided alike." in str(diff)


def test_versions_that_differ_in_one_value_differ() -> None:
    nearly = SeverityRules(when(DOWN, P1), when(RATE >= 0.25, P1), when(RATE > 0.02, P2), otherwise=P3)
    assert equivalent(OLD, nearly) is False
    (group,) = difference(OLD, nearly).groups
    assert str(group.region) == "not down and rate == 0.25"


def test_a_difference_prints_as_a_table() -> None:
    text = str(difference(OLD, NEW))
    assert text.startswith(
        "From 4 severity rules of P1/P2/P3 (default included) to 5 severity rules of P1/P2/P3 (default included)\n"
    )
    assert "was" in text
    assert "- backup, region: new" in text


def test_facts_that_are_gone_and_facts_that_are_defined_otherwise_are_told() -> None:
    rate = Number("rate", question="What share of requests fails?", minimum=0, maximum=0.9)
    diff = difference(NEW, SeverityRules(when(rate > 0.25, P1), otherwise=P3))
    assert {fact.name for fact in diff.removed} == {"down", "backup", "region"}
    assert diff.redefined == (rate,)
    assert all(group.case.facts["rate"] <= 0.9 for group in diff.groups)


def test_bounds_limit_what_is_compared() -> None:
    wide = Number("count", question="How many?", minimum=0, maximum=100)
    narrow = Number("count", question="How many?", minimum=50, maximum=200)
    old = SeverityRules(when(wide < 60, P1), otherwise=P3)
    assert not difference(old, SeverityRules(when(narrow < 60, P1), otherwise=P3)).groups
    assert difference(old, SeverityRules(when(narrow < 70, P1), otherwise=P3)).groups
    assert difference(SeverityRules(when(wide < 50, P1), otherwise=P3), SeverityRules(otherwise=P3)).groups


def test_what_only_one_version_allows_is_a_difference() -> None:
    wide = Number("count", question="How many?", minimum=0)
    narrow = Number("count", question="How many?", minimum=50, maximum=200)
    old, new = (SeverityRules(when(count < 60, P1), otherwise=P3) for count in (wide, narrow))
    diff = difference(old, new)
    assert not diff.groups
    assert diff
    assert diff.equivalent is equivalent(old, new) is equivalent(new, old) is False
    assert "What both versions allow is decided alike." in str(diff)
    assert [str(each) for each in diff.allowances] == [
        "count: only the old version allows what is below 50",
        "count: only the old version allows what is above 200",
    ]


def test_a_new_option_is_a_difference_whatever_is_decided_by_it() -> None:
    regions = Choice("region", question="Where?", options=("eu", "us", "asia", "mars", "moon"))
    old, new = (SeverityRules(when(region.is_("eu"), P1), otherwise=P3) for region in (REGION, regions))
    assert equivalent(old, new) is equivalent(new, old) is False
    diff = difference(old, new)
    assert "- region: only the new version allows mars and moon" in str(diff)
    assert "All facts" not in str(diff)


def test_a_fact_that_is_merely_asked_otherwise_is_no_difference() -> None:
    region = Choice("region", question="In which region?", options=("asia", "eu", "us"))
    old, new = (SeverityRules(when(each.is_("eu"), P1), otherwise=P3) for each in (REGION, region))
    assert equivalent(old, new) is True
    diff = difference(old, new)
    assert not diff
    assert diff.redefined == (region,)


@pytest.mark.parametrize(
    "other",
    [
        Flag("rate", question="Is it high?"),
        Number("rate", question="What share fails?", minimum=2, maximum=3),
    ],
)
def test_facts_of_which_no_value_is_the_same_cannot_be_compared(other: Any) -> None:
    condition = other if isinstance(other, Flag) else other > 2
    with pytest.raises(RulesInvalid, match="no value of rate is allowed by both"):
        difference(OLD, SeverityRules(when(condition, P1), otherwise=P3))


def test_severities_are_compared_by_their_keys() -> None:
    scheme = SeverityScheme("P0", "P1", "P2", "P3")
    same = SeverityRules(
        when(DOWN | (RATE > 0.25), scheme["P1"]), when(RATE > 0.02, scheme["P2"]), otherwise=scheme["P3"]
    )
    assert equivalent(OLD, same) is True
    worse = SeverityRules(
        when(DOWN | (RATE > 0.25), scheme["P0"]), when(RATE > 0.02, scheme["P2"]), otherwise=scheme["P3"]
    )
    assert {group.is_worse for group in difference(OLD, worse).groups} == {None}


def test_regions_speak_of_every_kind_of_fact() -> None:
    old = SeverityRules(when((OPEN_FOR >= timedelta(hours=1)) & (FIX > timedelta(minutes=30)), P1), otherwise=P3)
    new = SeverityRules(when((OPEN_FOR >= timedelta(hours=2)) & (FIX > timedelta(minutes=30)), P1), otherwise=P3)
    (group,) = difference(old, new).groups
    assert str(group.region) == "open_for >= 1h and not open_for >= 2h and fix > 30min"


def test_regions_with_many_parts_are_told_in_part() -> None:
    count = Number("count", question="How many?")
    old = SeverityRules(when(count.one_of(1, 3, 5, 7, 9), P1), otherwise=P3)
    (group,) = difference(old, SeverityRules(otherwise=P3, vocabulary=Vocabulary(count))).groups
    assert not group.region.is_all
    assert str(group.region).endswith("; perhaps elsewhere too")


def test_what_all_lines_say_is_told_once_and_wide_tables_row_by_row() -> None:
    text = str(difference(OLD, SeverityRules(otherwise=P3, vocabulary=OLD.vocabulary)))
    assert "\n\nIn each of these cases it is now P3 (otherwise P3).\n\n" in text
    assert text.count("is now") == 1
    many = [Flag(f"a_flag_{number}", question="?") for number in range(9)]
    wide = SeverityRules(when(any_of(many), P1), otherwise=P3)
    text = str(difference(SeverityRules(otherwise=P3, vocabulary=wide.vocabulary), wide))
    assert "\nwas      P3 (otherwise P3)\nis now   P1 (P1 if a_flag_0 or " in text


def test_a_solver_that_gives_up_is_told() -> None:
    hard = hard_rules()
    limit = timedelta(milliseconds=1)
    assert equivalent(hard, SeverityRules(otherwise=P3), limit=limit) is None
    diff = difference(hard, SeverityRules(otherwise=P3), limit=limit)
    assert (diff.equivalent, bool(diff), diff.is_all) == (None, False, False)
    assert "There may be differences: the solver gave up." in str(diff)


def test_rules_are_not_compared_with_trees() -> None:
    tree = DecisionTree("?", ask("Is it down?", DOWN, yes="call", no="wait"))
    with pytest.raises(RulesInvalid, match="a tree with a tree"):
        difference(OLD, raw(tree))


# Trees


def test_trees_that_come_to_the_same_in_another_order_are_equivalent() -> None:
    one = DecisionTree("?", ask("Down?", DOWN, yes=ask("Europe?", REGION.is_("eu"), yes="call", no="mail"), no="wait"))
    call, mail = (ask("Down?", DOWN, yes=end, no="wait") for end in ("call", "mail"))
    two = DecisionTree[str]("?", choose("Where?", REGION, {"eu": call, "us": mail, "asia": mail}))
    assert equivalent(one, two) is True


def test_trees_differ_where_people_answer_the_same_and_end_elsewhere() -> None:
    one = DecisionTree("?", ask("Sure?", yes=ask("Down?", DOWN, yes="call", no="wait"), no="wait"))
    two = DecisionTree("?", ask("Down?", DOWN, yes=ask("Sure?", yes="call", no="mail"), no="wait"))
    (group,) = difference(one, two).groups
    assert group.case.replies == {"Sure?": "no"}
    assert group.case.facts[DOWN] is True
    assert [str(step) for end in (group.before, group.after) for step in getattr(end, "path", ())] == [
        "Sure? no",
        "Down? yes",
        "Sure? no",
    ]
    assert str(group.region) == "down"


HURT = "Does it hurt?"


def down(yes: str, no: str, unsure: str | None = None) -> DecisionTree[str]:
    return DecisionTree("?", ask("Is it down?", DOWN, yes=yes, no=no, unsure=unsure))


def hurts(yes: str, no: str, unsure: str | None = None) -> DecisionTree[str]:
    return DecisionTree("?", ask(HURT, yes=yes, no=no, unsure=unsure))


def test_trees_differ_for_those_who_are_unsure_of_a_fact() -> None:
    old, new = down("call", "wait", "call"), down("call", "wait", "wait")
    assert equivalent(old, new) is False
    (group,) = difference(old, new).groups
    assert group.witness == "Is it down? unsure"
    assert (group.before, group.after) == tuple(tree.walk().answer("unsure") for tree in (old, new))
    assert str(group.region) == "whatever the facts are"


@pytest.mark.parametrize("make", [down, hurts])
def test_an_answer_that_only_one_version_offers_is_a_difference(make: Callable[..., DecisionTree[str]]) -> None:
    old, new = make("call", "wait"), make("call", "wait", "call")
    assert equivalent(old, new) is False
    assert equivalent(new, old) is False
    diff = difference(old, new)
    (group,) = diff.groups
    assert group.before == old.walk()
    assert group.after == new.walk().answer("unsure")
    assert f"no such answer to {old.root.text!r}" in str(diff)
    assert "alike" not in str(diff)


def test_whoever_is_unsure_of_nothing_that_is_offered_makes_no_difference() -> None:
    assert equivalent(down("call", "wait", "call"), down("call", "wait", "call")) is True
    assert equivalent(hurts("call", "wait", "call"), hurts("call", "wait", "call")) is True


def test_an_option_that_is_called_unsure_is_none_of_a_person() -> None:
    said = Choice("said", question="What do they say?", options=("sure", "unsure"))
    old, new = (
        DecisionTree("?", choose("What do they say?", said, {"sure": "call", "unsure": end}))
        for end in ("wait", "mail")
    )
    assert equivalent(old, old) is True
    (group,) = difference(old, new).groups
    assert group.case.facts["said"] == "unsure"
    assert not group.case.unsure


# Against brute force


@given(st.data())
def test_trees_differ_where_facts_and_people_together_show_it(data: st.DataObject) -> None:
    old, new = (data.draw(repeating_trees(SCHEME)) for _ in range(2))
    diff = difference(old, new)
    assert diff.is_all
    assert equivalent(old, new) is not bool(diff)
    pairs = [tuple(walked(tree, said) for tree in (old, new)) for said in everything_said(old, new)]
    assert {(each.before, each.after) for each in diff.groups} == {
        (one, other) for one, other in pairs if one.conclusion != other.conclusion
    }


def everything_said(*trees: DecisionTree[Any]) -> Iterator[dict[tuple[str, bool], str]]:
    """What facts and people may say: by the text of the question or the name of the fact, and whether it is a fact."""
    said: dict[tuple[str, bool], set[str]] = {(flag.name, True): {"yes", "no"} for flag in FLAGS}
    for question in (question for tree in trees for question in tree.root.questions):
        is_fact = question.subject is not None
        offered = said.setdefault((question.text, is_fact), {"known"} if is_fact else set())
        offered.update({"unsure"} & {*question.branches} if is_fact else question.branches)
    return (dict(zip(said, values, strict=True)) for values in product(*said.values()))


def walked(tree: DecisionTree[Any], said: dict[tuple[str, bool], str]) -> Walk[Any]:
    walk = tree.walk()
    while (question := walk.question) is not None:
        answer = said[question.text, question.subject is not None]
        answer = said[str(question.subject), True] if answer == "known" else answer
        if answer not in question.branches:
            return walk
        walk = walk.answer(answer)
    return walk


@given(st.data())
def test_every_difference_is_found_and_none_is_invented(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies(most=3))
    old, new = (data.draw(severity_rules(vocabulary, scheme=SCHEME)) for _ in range(2))
    worlds = [*every_case(old, new)]
    assume(len(worlds) <= 400)
    diff = difference(old, new)
    assert diff.is_all
    assert equivalent(old, new) is not bool(diff)
    assert all(fact in (group.case.facts) for group in diff.groups for fact in vocabulary.values())
    expected = {pair for facts in worlds if (pair := decided(old, new, facts)) is not None}
    assert {places(old, new, group.before, group.after) for group in diff.groups} == expected
    for group in diff.groups:
        pair = places(old, new, group.before, group.after)
        for facts in worlds:
            inside = bool(group.region.condition.evaluate(facts))
            assert inside <= (decided(old, new, facts) == pair)
            assert not group.region.is_all or inside == (decided(old, new, facts) == pair)


def every_case(old: SeverityRules[Any], new: SeverityRules[Any]) -> Iterator[Facts]:
    conditions = [rule.condition for rules in (old, new) for rule in rules.rules]
    vocabulary = old.vocabulary
    for values in product(*(samples(fact, conditions) for fact in vocabulary.values())):
        yield Facts(vocabulary, dict(zip(vocabulary, values, strict=True)))


def decided(old: SeverityRules[Any], new: SeverityRules[Any], facts: Facts) -> tuple[int, int] | None:
    before, after = (
        next(place for place, rule in enumerate(rules.rules) if rule.condition.walk(facts)) for rules in (old, new)
    )
    return None if old.rules[before].severity == new.rules[after].severity else (before, after)


def places(old: SeverityRules[Any], new: SeverityRules[Any], before: Any, after: Any) -> tuple[int, int]:
    return at(old, before), at(new, after)


def at(rules: SeverityRules[Any], rule: Rule[Any]) -> int:
    return next(place for place, each in enumerate(rules.rules) if each is rule)


@given(st.data())
def test_a_tree_is_equivalent_to_itself_and_differs_only_where_it_is_decided_otherwise(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies(most=2))
    old, new = (data.draw(decision_trees(vocabulary, scheme=SCHEME)) for _ in range(2))
    assert equivalent(old, old) is True
    for group in difference(old, new).groups:
        assert group.case.taken(old) == group.before
        assert group.case.taken(new) == group.after
        ends = [getattr(end, "conclusion", None) for end in (group.before, group.after)]
        assert any(isinstance(end, Conclusion) for end in ends)
        assert ends[0] != ends[1]
