"""The decision trees of the playbook: the conclusion, and every question with its answer on the way to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeAlias

from benchmarks.cases import Known, varied
from benchmarks.measure import Calls, Row
from incidentkit.model.vocabulary import Facts
from incidentkit.playbooks.emergency import DECLARATION, EMERGENCY, ROLLBACK_OR_HOTFIX
from incidentkit.policy.question import Conclusion, Walk
from incidentkit.policy.tree import DecisionTree

Ending: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]
"""The conclusion and its path; a constant, so that returning it costs nothing."""

QUARTER: Final = timedelta(minutes=15)
HALF: Final = timedelta(minutes=30)


def declaration_by_hand(known: Known) -> Ending:
    """`DECLARATION`, as a person writes it who notices that an impact on core functionality answers both questions.

    Question by question it would take longer, so this is the harder one to compare with.
    """
    core = (
        known["production_down"]
        or known["core_functionality"]
        or known["major_feature_broken"]
        or known["error_rate"] > 0.10
        or known["degradation"] > 0.50
    )
    if core:
        if known["time_to_fix"] < QUARTER:
            return "Fix then document", (
                ("Are users affected?", "yes"),
                ("Is it impacting core functionality?", "yes"),
                ("Can we fix quickly (< 15 min)?", "yes"),
            )
        return "DECLARE INCIDENT: SEV-1 or SEV-2", (
            ("Are users affected?", "yes"),
            ("Is it impacting core functionality?", "yes"),
            ("Can we fix quickly (< 15 min)?", "no"),
        )
    if known["users_affected"] > 0 or known["minor_feature_issue"] or known["partial_functionality"]:
        return "SEV-3 or SEV-4", (("Are users affected?", "yes"), ("Is it impacting core functionality?", "no"))
    return "Monitor closely", (("Are users affected?", "no"),)


def rollback_by_hand(known: Known) -> Ending:
    """`ROLLBACK_OR_HOTFIX`, answered from facts."""
    if known["time_to_fix"] < HALF:
        return "Attempt hotfix", (("Can we fix in < 30 min?", "yes"),)
    if known["rollback_safe"]:
        return "Rollback", (("Can we fix in < 30 min?", "no"), ("Is rollback safe?", "yes"))
    return "Mitigate with feature flags + plan fix", (("Can we fix in < 30 min?", "no"), ("Is rollback safe?", "no"))


def _ending(walk: Walk[Conclusion]) -> Ending:
    return str(walk.conclusion), tuple((step.question, step.answer) for step in walk.path)


def _rows(name: str, tree: DecisionTree[Conclusion], by_hand: Callable[[Known], Ending]) -> list[Row]:
    cases = [EMERGENCY.facts(case) for case in varied(by_hand)]
    facts = [Facts.read(case, tree.vocabulary) for case in cases]
    values = [each.values for each in facts]
    hand = Calls(function=by_hand, inputs=values)
    ours = Calls(function=tree.compiled, inputs=values, read=_ending)

    def by_name(case: Facts) -> Walk[Conclusion]:
        return EMERGENCY.decide(name, case)

    return [
        Row(name=f"tree-{name}", work="generated function, with the path", hand=hand, ours=ours, limit=1.25),
        Row(
            name=f"tree-{name}-decide",
            work="tree.decide(checked facts of the tree)",
            hand=hand,
            ours=Calls(function=tree.decide, inputs=facts, read=_ending),
        ),
        Row(
            name=f"tree-{name}-playbook",
            work="playbook.decide(name, checked facts of the playbook)",
            hand=hand,
            ours=Calls(function=by_name, inputs=cases, read=_ending),
        ),
    ]


def rows() -> list[Row]:
    """Both trees."""
    return [
        *_rows("declaration", DECLARATION, declaration_by_hand),
        *_rows("rollback-or-hotfix", ROLLBACK_OR_HOTFIX, rollback_by_hand),
    ]
