"""Checks of severity rules: the laws that any of them should keep, and the smallest facts for which one does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final

from incidentkit.errors import FieldInvalid, expect
from incidentkit.policy.finding import Code
from incidentkit.policy.law import Law, left_out
from incidentkit.policy.rules import SeverityRules, title_of
from incidentkit.testing.checks.breach import EXAMPLES, Breach, checked_examples
from incidentkit.testing.checks.rule_case import RuleCase
from incidentkit.testing.checks.rule_order import milder_by_worse
from incidentkit.testing.checks.rule_points import answered_otherwise
from incidentkit.testing.checks.rule_use import idle_thresholds, unused_rules
from incidentkit.testing.checks.traceback import ON_PURPOSE

__tracebackhide__: Final = ON_PURPOSE


def check_rules(rules: SeverityRules[Any], *, allow: Iterable[str] = (), examples: int = EXAMPLES) -> None:
    """Raise `LawsBroken` if severity rules break a law, with the smallest facts that show each breach; one call a test.

    They are to be total, deterministic, and monotone in every fact that says which way is worse; every rule and every
    threshold is to matter; and nothing is unknown once every fact is known. The regions into which the rules cut their
    facts are searched, so the same rules always get the same verdict, and what is told is so. A search that takes too
    long is given up: the report says of what, and if there is none, the warning `LawsUndecided` does.

    ``allow`` leaves laws out, by the words that the report has for them. ``examples`` is how many complete sets of
    facts around the thresholds are decided in every way that there is; of very large rules it is fewer. Raises
    `FieldInvalid` for other arguments.
    """
    expect(SeverityRules, rules, partial(FieldInvalid, "rules"), "SeverityRules are checked")
    allowed = left_out(allow, OF_RULES, "check_rules")
    case = RuleCase(rules, checked_examples(examples))
    breaches = (breach for laws, check in CHECKS if not laws <= allowed for breach in check(case))
    case.effort.decide(title_of(rules), breaches, allowed)


CHECKS: Final[tuple[tuple[frozenset[Law | Code], Callable[[RuleCase], Iterator[Breach]]], ...]] = (
    (frozenset({Law.TOTAL, Law.KNOWN, Law.DETERMINISTIC}), answered_otherwise),
    (frozenset({Law.MONOTONE}), milder_by_worse),
    (frozenset({Law.ALIVE, Law.UNSHADOWED}), unused_rules),
    (frozenset({Law.THRESHOLDS}), idle_thresholds),
)
"""The laws of each check, in the order in which they are told."""

OF_RULES: Final = frozenset[Law | Code]().union(*(laws for laws, _ in CHECKS))
"""The laws of severity rules."""
