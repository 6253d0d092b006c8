"""Checks of severity rules in a test: every law at once, beside code by hand that decides the same sets of facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

from attrs import evolve

from benchmarks import thousand, triage
from benchmarks.cases import Known
from benchmarks.measure import Once, Row
from incidentkit.errors import LawsBroken
from incidentkit.playbooks.emergency import RULES, SCHEME
from incidentkit.policy.rules import SeverityRules
from incidentkit.testing.checks.breach import EXAMPLES
from incidentkit.testing.checks.rule_case import RuleCase
from incidentkit.testing.checks.rule_checks import check_rules
from incidentkit.testing.checks.rule_points import points

COUNT: Final = 200
"""Rules of a large company."""


def lines() -> Sequence[thousand.Line]:
    """Lines whose severities get milder from line to line, as people write them."""
    random = Random(20_240_303)
    drawn = [thousand.Line.draw(number, random) for number in range(COUNT)]
    keys = SCHEME.keys
    return [evolve(line, severity=keys[line.number * len(keys) // COUNT]) for line in drawn]


def checked(rules: SeverityRules[Any]) -> Callable[[], object]:
    """All checks of some rules, of which it counts what breaks a law."""

    def check() -> int:
        try:
            check_rules(rules)
        except LawsBroken as error:
            return len(error.breaches)
        return 0

    return check


def _decided(decide: Callable[[Known], object], rules: SeverityRules[Any]) -> Callable[[], object]:
    """A test by hand over the same sets of facts: the same answer twice, whatever the order of the facts is."""
    cases: Sequence[Known] = [dict(point) for point in points(RuleCase(rules, EXAMPLES))]
    turned: Sequence[Known] = [dict([*case.items()][::-1]) for case in cases]

    def check() -> bool:
        return all(decide(one) == decide(other) for one, other in zip(cases, turned, strict=True))

    return check


def rows() -> list[Row]:
    """The twelve rules of the playbook, and two hundred."""
    written = lines()
    many = thousand.rules(written)
    return [
        Row(
            name="check",
            work="check_rules, 12 rules; by hand the same facts are decided twice, and nothing else",
            hand=Once(_decided(triage.by_hand, RULES)),
            ours=Once(checked(RULES)),
        ),
        Row(
            name="check-many",
            work=f"check_rules, {COUNT} rules",
            hand=Once(_decided(thousand.by_hand(written), many)),
            ours=Once(checked(many)),
        ),
    ]
