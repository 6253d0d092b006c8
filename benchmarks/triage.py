"""Triage by the twelve rules of the playbook: the severity, and the rule that decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import inf, nan
from random import Random
from typing import Any, Final, TypeAlias

from attrs import fields, frozen

from benchmarks.cases import Known, varied
from benchmarks.measure import Calls, Row
from incidentkit.model.triage import Rule
from incidentkit.playbooks.emergency import RULES

Decision: TypeAlias = tuple[str, str]
"""The severity and the reason of the rule that decided; a constant, so that returning it costs nothing."""


def by_hand(known: Known) -> Decision:
    """`RULES`, as a person writes them over a dict of values that were checked already."""
    if known["production_down"]:
        return "SEV-1", "production down"
    if known["data_lost"]:
        return "SEV-1", "data loss"
    if known["data_at_risk"]:
        return "SEV-1", "data integrity comes first"
    if known["security_compromised"]:
        return "SEV-1", "security breach"
    if known["major_feature_broken"]:
        return "SEV-2", "major feature broken"
    if known["core_functionality"]:
        return "SEV-2", "core functionality"
    if known["error_rate"] > 0.10:
        return "SEV-2", "error rate > 10%"
    if known["degradation"] > 0.50:
        return "SEV-2", "significant degradation, > 50%"
    if known["minor_feature_issue"]:
        return "SEV-3", "minor feature issue"
    if known["partial_functionality"]:
        return "SEV-3", "partial functionality"
    if known["cosmetic_only"]:
        return "SEV-4", "cosmetic issue or documentation error"
    if known["users_affected"] > 0:
        return "SEV-3", "users are affected"
    return "SEV-4", "nothing worse is known"


@frozen(kw_only=True)
class Incident:
    """What the rules ask for, as attributes: a class that somebody wrote for this job alone."""

    production_down: bool
    data_lost: bool
    data_at_risk: bool
    security_compromised: bool
    major_feature_broken: bool
    core_functionality: bool
    error_rate: float
    degradation: float
    minor_feature_issue: bool
    partial_functionality: bool
    cosmetic_only: bool
    users_affected: float

    @classmethod
    def of(cls, known: Known) -> Incident:
        """The same values as attributes."""
        return cls(**{each.name: known[each.name] for each in fields(cls)})


def by_hand_on_attributes(incident: Incident) -> Decision:
    """The same chain over attributes."""
    if incident.production_down:
        return "SEV-1", "production down"
    if incident.data_lost:
        return "SEV-1", "data loss"
    if incident.data_at_risk:
        return "SEV-1", "data integrity comes first"
    if incident.security_compromised:
        return "SEV-1", "security breach"
    if incident.major_feature_broken:
        return "SEV-2", "major feature broken"
    if incident.core_functionality:
        return "SEV-2", "core functionality"
    if incident.error_rate > 0.10:
        return "SEV-2", "error rate > 10%"
    if incident.degradation > 0.50:
        return "SEV-2", "significant degradation, > 50%"
    if incident.minor_feature_issue:
        return "SEV-3", "minor feature issue"
    if incident.partial_functionality:
        return "SEV-3", "partial functionality"
    if incident.cosmetic_only:
        return "SEV-4", "cosmetic issue or documentation error"
    if incident.users_affected > 0:
        return "SEV-3", "users are affected"
    return "SEV-4", "nothing worse is known"


FLAGS: Final = frozenset(
    {
        "data_at_risk",
        "security_compromised",
        "can_contain",
        "external_help_needed",
        "production_down",
        "data_lost",
        "core_functionality",
        "major_feature_broken",
        "minor_feature_issue",
        "partial_functionality",
        "cosmetic_only",
        "rollback_safe",
    }
)
MOST: Final = {"users_affected": inf, "error_rate": 1, "degradation": 1}
LENGTHS: Final = frozenset({"time_to_fix", "unresolved_for", "unacknowledged_for", "since_last_update"})
NOTHING: Final = timedelta()


def by_hand_with_checks(known: Known) -> Decision:
    """Refuse what the playbook's facts refuse (names, types, bounds, NaN and infinity), then decide."""
    for name, value in known.items():
        if name in FLAGS:
            if value is not True and value is not False:
                raise ValueError(f"{name}: {value!r} is not True or False")
        elif name in MOST:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"{name}: {value!r} is not a number")
            if not 0 <= value <= MOST[name] or value == inf:
                raise ValueError(f"{name}: {value!r} is out of bounds")
        elif name in LENGTHS:
            if not isinstance(value, timedelta) or value < NOTHING:
                raise ValueError(f"{name}: {value!r} is not a timedelta of zero or more")
        else:
            raise LookupError(f"no fact is called {name!r}")
    return by_hand(known)


def _hostile(known: Known) -> Sequence[Known]:
    """Values that nobody may take for facts."""
    wrong: dict[str, Any] = {
        "production_down": 1,
        "data_at_risk": "no",
        "users_affected": inf,
        "error_rate": nan,
        "degradation": 51,
        "unresolved_for": timedelta(seconds=-1),
        "time_to_fix": 15,
        "error_rat": 0.2,
    }
    return [{**known, name: value} for name, value in wrong.items()] + [{**known, "users_affected": True}]


def _decision(rule: Rule[Any]) -> Decision:
    return rule.severity.key, rule.because


def _half_known(cases: Sequence[Known]) -> list[Known]:
    random = Random(20_240_301)
    return [{name: value for name, value in case.items() if random.random() < 0.5} for case in cases]


def rows() -> list[Row]:
    """Triage with everything known, in all the ways to ask for it, and with half of it unknown."""
    cases = varied(by_hand)
    facts = [RULES.facts(case) for case in cases]
    values = [each.values for each in facts]
    compiled = Calls(function=RULES.compiled, inputs=values, read=_decision)
    chain = Calls(function=by_hand, inputs=values)
    hostile = _hostile(cases[0])
    return [
        Row(name="triage", work="12 rules, generated function", hand=chain, ours=compiled, limit=1.25),
        Row(
            name="triage-decide",
            work="12 rules, decide(checked facts)",
            hand=chain,
            ours=Calls(function=RULES.decide, inputs=facts, read=_decision),
            limit=1.8,
        ),
        Row(
            name="triage-dict",
            work="12 rules, decide(dict), checks included",
            hand=Calls(function=by_hand_with_checks, inputs=cases, hostile=hostile),
            ours=Calls(function=RULES.decide, inputs=cases, hostile=hostile, read=_decision),
        ),
        Row(
            name="triage-attributes",
            work="12 rules, generated function; by hand on attributes",
            hand=Calls(function=by_hand_on_attributes, inputs=[Incident.of(case) for case in cases]),
            ours=compiled,
        ),
        Row(
            name="triage-half",
            work="12 rules, half of the facts unknown: triage(checked facts)",
            ours=Calls(function=RULES.triage, inputs=[RULES.facts(case) for case in _half_known(cases[:64])]),
        ),
    ]
