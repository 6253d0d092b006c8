"""The emergency playbook, held against what the written playbook says.

The facts of the document (its tables, lists, figures and trees) stand here as a person would copy them down.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import EMERGENCY, Conclusion, Condition, DecisionTree, Flag, Playbook, Severity, ask
from incidentkit.errors import PlaybookInvalid, UnknownTree
from incidentkit.model.conditions import samples
from incidentkit.playbooks import emergency
from incidentkit.playbooks.emergency import (
    CORE_FUNCTIONALITY,
    DATA_AT_RISK,
    DATA_LOST,
    DECLARE,
    ERROR_RATE,
    FIX_THEN_DOCUMENT,
    MINOR,
    MONITOR_CLOSELY,
    SECURITY_COMPROMISED,
    SEV_1,
    SEV_2,
    SEV_3,
    SEV_4,
    TIME_TO_FIX,
    USERS_AFFECTED,
    VOCABULARY,
)
from incidentkit.policy.advice import Course
from incidentkit.testing import known_facts

SEVERITY_TABLE = [
    # level, response time, impact, examples
    ("SEV-1", timedelta(minutes=15), "Critical", "Production down, data loss, security breach"),
    ("SEV-2", timedelta(hours=1), "High", "Major feature broken, significant degradation"),
    ("SEV-3", timedelta(hours=4), "Medium", "Minor feature issue, partial functionality"),
    ("SEV-4", timedelta(hours=24), "Low", "Cosmetic issues, documentation errors"),
]

EXAMPLES = [
    # an example of the table, as facts that somebody reports, and its severity
    ({"production_down": True}, SEV_1),
    ({"data_lost": True}, SEV_1),
    ({"security_compromised": True}, SEV_1),
    ({"major_feature_broken": True}, SEV_2),
    ({"degradation": 0.6}, SEV_2),
    ({"minor_feature_issue": True}, SEV_3),
    ({"partial_functionality": True}, SEV_3),
    ({"cosmetic_only": True}, SEV_4),
]

KEY_QUESTIONS = [
    "How many users are affected?",
    "Is data at risk?",
    "Is security compromised?",
    "Can we contain the issue?",
    "Do we need external help?",
]

SHOULD_I_DECLARE = """\
Are users affected? ──NO──▶ Monitor closely
    │ YES
    ▼
Is it impacting core functionality? ──NO──▶ SEV-3 or SEV-4
    │ YES
    ▼
Can we fix quickly (< 15 min)? ──YES──▶ Fix then document
    │ NO
    ▼
DECLARE INCIDENT: SEV-1 or SEV-2"""

ROLLBACK_OR_HOTFIX = """\
Can we fix in < 30 min? ──YES──▶ Attempt hotfix
    │ NO
    ▼
Is rollback safe? ──YES──▶ Rollback
    │ NO/UNSURE
    ▼
Mitigate with feature flags + plan fix"""

ROLLBACK_FACTS = emergency.ROLLBACK.vocabulary(emergency.ROLLBACK_OR_HOTFIX)

WHEN_TO_ROLL_BACK = {
    "immediate": [
        "Production completely down",
        "Data corruption detected",
        "Security breach identified",
        "Error rate > 10%",
    ],
    "consider": [
        "Major feature completely broken",
        "Performance degradation > 50%",
        "Multiple unrelated issues",
        "Unable to fix quickly",
    ],
    "hotfix_instead": [
        "Issue is well understood",
        "Fix is simple and quick",
        "Rollback has side effects",
        "Already partially mitigated",
    ],
}

CALM = {
    "users_affected": 0,
    "error_rate": 0.0,
    "degradation": 0.0,
    **{name: False for name, fact in VOCABULARY.items() if fact.tag == "flag"},
}
"""Every fact that the rules ask for, and nothing wrong."""


@pytest.mark.parametrize(("key", "response", "impact", "examples"), SEVERITY_TABLE)
def test_severities_are_those_of_the_table(key: str, response: timedelta, impact: str, examples: str) -> None:
    severity = EMERGENCY.scheme[key]
    start = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
    assert (severity.name, severity.criteria) == (impact, examples)
    assert severity.targets.respond is not None
    assert severity.targets.respond.deadline(start) == start + response
    assert severity.targets.resolve is not None
    assert severity.targets.resolve.deadline(start) == start + response  # "RESOLVE [Target: < Response Time]"


def test_severities_are_in_the_order_of_the_table() -> None:
    assert [severity.key for severity in EMERGENCY.scheme] == [key for key, *_ in SEVERITY_TABLE]
    assert max(EMERGENCY.scheme) is SEV_1


@pytest.mark.parametrize("severity", [SEV_1, SEV_2])
def test_grave_severities_are_updated_every_15_minutes(severity: Severity) -> None:
    assert str(severity.targets.update) == "every 15min"


@pytest.mark.parametrize("severity", [SEV_3, SEV_4])
def test_mild_severities_owe_no_updates(severity: Severity) -> None:
    assert severity.targets.update is None


@pytest.mark.parametrize(("facts", "severity"), EXAMPLES)
def test_each_example_of_the_table_has_its_severity(facts: dict[str, Any], severity: Severity) -> None:
    triage = EMERGENCY.triage({**CALM, **facts})
    assert triage.certain
    assert triage.severity == severity
    assert triage.rule is not None
    assert f"Incident Severity Levels, {severity}" in triage.rule.source


def test_the_key_questions_come_first_and_in_their_order() -> None:
    assert [fact.question for fact in VOCABULARY.values()][:5] == KEY_QUESTIONS


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        ({"error_rate": 0.10}, SEV_4),
        ({"error_rate": 0.11}, SEV_2),
        ({"degradation": 0.50}, SEV_4),
        ({"degradation": 0.51}, SEV_2),
        ({"users_affected": 1}, SEV_3),
        ({"users_affected": 1000, "cosmetic_only": True}, SEV_4),
        ({"data_at_risk": True, "cosmetic_only": True}, SEV_1),
    ],
)
def test_figures_are_those_of_the_playbook(facts: dict[str, Any], severity: Severity) -> None:
    assert EMERGENCY.triage({**CALM, **facts}).severity == severity


def test_every_rule_says_why_and_where_it_is_written() -> None:
    assert all(rule.because and rule.source for rule in EMERGENCY.rules.rules)


def test_half_known_facts_leave_two_severities_and_ask_about_data_first() -> None:
    triage = EMERGENCY.triage({ERROR_RATE: 0.34, CORE_FUNCTIONALITY: True})
    assert triage.severity == SEV_1
    assert not triage.certain
    assert triage.possible == {SEV_1, SEV_2}
    assert triage.next_question == DATA_AT_RISK


def test_trees_draw_as_the_playbook_draws_them() -> None:
    assert str(EMERGENCY.tree("declaration")) == SHOULD_I_DECLARE
    assert str(EMERGENCY.tree("rollback-or-hotfix")) == ROLLBACK_OR_HOTFIX


@pytest.mark.parametrize(
    ("answers", "conclusion"),
    [
        (["no"], MONITOR_CLOSELY),
        (["yes", "no"], MINOR),
        (["yes", "yes", "yes"], FIX_THEN_DOCUMENT),
        (["yes", "yes", "no"], DECLARE),
    ],
)
def test_people_reach_every_conclusion_about_declaring(answers: list[str], conclusion: Conclusion) -> None:
    walk = EMERGENCY.tree("declaration").walk()
    for answer in answers:
        walk = walk.answer(answer)
    assert walk.conclusion == conclusion


@pytest.mark.parametrize(
    ("answers", "conclusion"),
    [
        (["yes"], emergency.ATTEMPT_HOTFIX),
        (["no", "yes"], emergency.ROLL_BACK),
        (["no", "no"], emergency.MITIGATE),
        (["no", "unsure"], emergency.MITIGATE),
    ],
)
def test_people_reach_every_conclusion_about_rolling_back(answers: list[str], conclusion: Conclusion) -> None:
    walk = EMERGENCY.tree("rollback-or-hotfix").walk()
    for answer in answers:
        walk = walk.answer(answer)
    assert walk.conclusion == conclusion


@pytest.mark.parametrize(
    ("which", "title"),
    [
        ("immediate", "Immediate Rollback"),
        ("consider", "Consider Rollback"),
        ("hotfix_instead", "Hotfix Instead"),
    ],
)
def test_the_rollback_criteria_are_those_of_the_playbook(which: str, title: str) -> None:
    criteria: Any = getattr(EMERGENCY.rollback, which)
    assert [criterion.because for criterion in criteria] == WHEN_TO_ROLL_BACK[which]
    assert {criterion.source for criterion in criteria} == {f"When to Rollback, {title}"}


SOON, LATE = timedelta(minutes=29), timedelta(minutes=30)

KNOWN = {
    **{name: False for name, fact in ROLLBACK_FACTS.items() if fact.tag == "flag"},
    "error_rate": 0.0,
    "degradation": 0.0,
    "time_to_fix": LATE,
    "rollback_safe": True,
    "status": "investigating",
}
"""Everything that the rollback policy asks for, and no criterion holds but that a fix takes long."""


@pytest.mark.parametrize(
    ("facts", "course", "because"),
    [
        ({"production_down": True}, Course.ROLL_BACK_AT_ONCE, "Production completely down"),
        ({"data_lost": True}, Course.ROLL_BACK_AT_ONCE, "Data corruption detected"),
        ({"security_compromised": True}, Course.ROLL_BACK_AT_ONCE, "Security breach identified"),
        ({"error_rate": 0.11, "rollback_safe": False}, Course.ROLL_BACK_AT_ONCE, "Error rate > 10%"),
        ({"error_rate": 0.10}, Course.ROLL_BACK, "Is rollback safe? yes"),
        ({"rollback_safe": False}, Course.MITIGATE, "Is rollback safe? no"),
        ({"well_understood": True}, Course.CONSIDER_ROLLING_BACK, "Unable to fix quickly"),
        ({"rollback_side_effects": True}, Course.CONSIDER_ROLLING_BACK, "Is rollback safe? yes"),
    ],
)
def test_a_fix_that_takes_long_is_a_reason_to_roll_back(facts: dict[str, Any], course: Course, because: str) -> None:
    advice = EMERGENCY.advise({**KNOWN, **facts})
    assert advice.course is course
    assert because in [reason.because for reason in advice.reasons]


@pytest.mark.parametrize(
    ("facts", "course", "because"),
    [
        ({}, Course.HOTFIX, "Can we fix in < 30 min? yes"),
        ({"major_feature_broken": True}, Course.CONSIDER_ROLLING_BACK, "Major feature completely broken"),
        ({"degradation": 0.51}, Course.CONSIDER_ROLLING_BACK, "Performance degradation > 50%"),
        ({"degradation": 0.50}, Course.HOTFIX, "Can we fix in < 30 min? yes"),
        ({"unrelated_issues": True}, Course.CONSIDER_ROLLING_BACK, "Multiple unrelated issues"),
        ({"unrelated_issues": True, "simple_fix": True}, Course.HOTFIX, "Fix is simple and quick"),
        ({"unrelated_issues": True, "well_understood": True}, Course.HOTFIX, "Issue is well understood"),
        ({"unrelated_issues": True, "rollback_side_effects": True}, Course.HOTFIX, "Rollback has side effects"),
        ({"unrelated_issues": True, "status": "monitoring"}, Course.HOTFIX, "Already partially mitigated"),
        ({"unrelated_issues": True, "partly_mitigated": True}, Course.HOTFIX, "Already partially mitigated"),
    ],
)
def test_a_quick_fix_is_a_reason_for_a_hotfix(facts: dict[str, Any], course: Course, because: str) -> None:
    advice = EMERGENCY.advise({**KNOWN, "time_to_fix": SOON, **facts})
    assert advice.course is course
    assert because in [reason.because for reason in advice.reasons]


def test_to_be_unsure_whether_a_rollback_is_safe_means_mitigating() -> None:
    advice = EMERGENCY.advise({**KNOWN, "rollback_safe": None}, unsure=["rollback_safe"])
    assert advice.course is Course.MITIGATE


def test_the_status_of_an_incident_says_whether_it_is_mitigated() -> None:
    facts = {**KNOWN, "partly_mitigated": None}
    assert EMERGENCY.advise(facts).questions == (emergency.PARTLY_MITIGATED,)
    assert EMERGENCY.advise({**facts, "status": "monitoring"}).certain


def test_the_playbook_asks_for_nothing_that_the_rollback_does_not_need() -> None:
    assert EMERGENCY.advise({}).questions == (*ROLLBACK_FACTS.values(),)
    assert {*EMERGENCY.advise({}).possible} == {*Course}


def allowed(conclusion: Conclusion | None) -> set[Severity]:
    """The severities that a conclusion of the first tree is compatible with."""
    match conclusion:
        case None:
            raise AssertionError("every fact is known, so the tree comes to a conclusion")
        case Conclusion(severities=()):
            return {SEV_4} if conclusion == MONITOR_CLOSELY else {SEV_1, SEV_2}
        case _:
            return {*conclusion.severities}


GRAVE = (DATA_AT_RISK, DATA_LOST, SECURITY_COMPROMISED)


@given(known_facts(VOCABULARY, complete=True))
def test_rules_and_tree_agree_unless_data_or_security_is_at_stake(facts: Any) -> None:
    """Where they do not, a breach that affects no user say, data and security come first."""
    severity = EMERGENCY.triage(facts).severity
    if any(facts[fact] for fact in GRAVE):
        assert severity == SEV_1
    else:
        assert severity in allowed(EMERGENCY.decide("declaration", facts).conclusion)


def test_rules_and_tree_agree_on_every_case_that_they_tell_apart() -> None:
    conditions: list[Condition] = [rule.condition for rule in EMERGENCY.rules.rules]
    conditions += [
        question.subject
        for question in EMERGENCY.tree("declaration").root.questions
        if isinstance(question.subject, Condition)
    ]
    asked = {fact.name: fact for condition in conditions for fact in condition.mentioned if fact not in GRAVE}
    names = [*asked]
    cases = 0
    for values in product(*(samples(asked[name], conditions) for name in names)):
        facts = EMERGENCY.facts({**CALM, **dict(zip(names, values, strict=True))})
        rule = EMERGENCY.rules.decide(facts)
        assert rule is not None
        assert rule.severity in allowed(EMERGENCY.decide("declaration", facts).conclusion)
        cases += 1
    assert cases > 1_000


def test_a_breach_that_affects_nobody_is_still_the_worst() -> None:
    facts = EMERGENCY.facts({**CALM, SECURITY_COMPROMISED.name: True})
    assert EMERGENCY.decide("declaration", facts).conclusion == MONITOR_CLOSELY
    assert EMERGENCY.triage(facts).severity == SEV_1


def test_a_tree_by_a_wrong_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownTree, match=r"there are declaration, rollback-or-hotfix. Did you mean 'declaration'"):
        EMERGENCY.decide("declaraton", {})


def test_a_playbook_knows_what_only_its_trees_ask_for() -> None:
    lonely = Flag("lonely", question="Is it only in the tree?")
    tree = DecisionTree("x", ask("Is it?", lonely, yes=DECLARE, no=MINOR))
    playbook = Playbook(name="x", rules=EMERGENCY.rules, trees={"x": tree})
    assert playbook.decide("x", {"lonely": True}).conclusion == DECLARE
    assert playbook.triage({"lonely": True, "data_lost": True}).severity == SEV_1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": 7}, "the name of a playbook is text, not 7"),
        ({"rules": None}, "are SeverityRules, not None"),
        ({"trees": [1]}, "a mapping by name"),
        ({"trees": {"x": 1}}, "'x' is a DecisionTree, not 1"),
    ],
)
def test_parts_that_make_no_playbook_are_refused(changes: dict[str, Any], message: str) -> None:
    given_parts: dict[str, Any] = {"name": "x", "rules": EMERGENCY.rules}
    with pytest.raises(PlaybookInvalid, match=message):
        Playbook(**{**given_parts, **changes})


@given(st.data())
def test_the_playbook_answers_for_whatever_is_known(data: st.DataObject) -> None:
    facts = data.draw(known_facts(VOCABULARY))
    triage = EMERGENCY.triage(facts)
    assert triage.severity in triage.possible <= {*EMERGENCY.scheme}
    assert EMERGENCY.decide("declaration", facts, at=facts.at).path == EMERGENCY.decide("declaration", facts).path


def test_facts_by_fact_and_by_name_are_one() -> None:
    by_fact: dict[Any, Any] = {USERS_AFFECTED: 12, TIME_TO_FIX: timedelta(minutes=20)}
    assert EMERGENCY.facts(by_fact) == EMERGENCY.facts({fact.name: value for fact, value in by_fact.items()})
