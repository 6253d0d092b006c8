"""Proofs about severity rules, beside code by hand that decides every case, or checks where those are too many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, Final

from benchmarks import checks, thousand, triage
from benchmarks.cases import Known
from benchmarks.measure import Calls, Once, Row
from incidentkit.analysis import prove
from incidentkit.playbooks.emergency import RULES

VALUES: Final[dict[str, Sequence[Any]]] = {
    "production_down": (False, True),
    "data_lost": (False, True),
    "data_at_risk": (False, True),
    "security_compromised": (False, True),
    "major_feature_broken": (False, True),
    "core_functionality": (False, True),
    "error_rate": (0, 0.10, 0.5),
    "degradation": (0, 0.50, 1),
    "minor_feature_issue": (False, True),
    "partial_functionality": (False, True),
    "cosmetic_only": (True, False),
    "users_affected": (0, 1),
}
"""What the rules of the playbook tell apart, by the name of a fact, the milder value first."""


def by_hand(decide: Callable[[Known], tuple[str, str]]) -> int:
    """Faults in all 9,216 cases: rules that never decide, facts that change nothing, or a severity for the milder."""
    decided = {case: decide(dict(zip(VALUES, case, strict=True))) for case in product(*VALUES.values())}
    steps, changing, milder = set[tuple[int, int]](), set[tuple[int, int]](), set[int]()
    for case, (severity, because) in decided.items():
        for fact, values in enumerate(VALUES.values()):
            worse = values.index(case[fact]) + 1
            if worse < len(values):
                then, why = decided[(*case[:fact], values[worse], *case[fact + 1 :])]
                steps.add((fact, worse))
                if why != because:
                    changing.add((fact, worse))
                if then > severity:  # SEV-2 is milder than SEV-1
                    milder.add(fact)
    never = len(RULES.rules) - len({because for _, because in decided.values()})
    return never + len(milder) + len({fact for fact, _ in steps} - {fact for fact, _ in changing})


def rows() -> list[Row]:
    """The rules of the playbook, and two hundred, of which nobody can look at every case."""
    many = thousand.rules(checks.lines())
    return [
        Row(
            name="prove",
            work="prove, 13 rules; by hand all 9,216 cases that matter are decided and compared",
            hand=Calls(function=by_hand, inputs=[triage.by_hand]),
            ours=Calls(function=prove, inputs=[RULES], read=lambda proof: len(proof.broken)),
        ),
        Row(
            name="prove-many",
            work=f"prove, {checks.COUNT} rules; beside it check_rules, which proves nothing by what it gives up",
            hand=Once(checks.checked(many)),
            ours=Once(lambda: prove(many)),
        ),
    ]
