"""Inputs for the rows about the playbook: everything known about an incident, varied and the same in every run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from math import ceil
from random import Random
from typing import Any, Final, TypeAlias

from incidentkit.model.facts import Flag, Number
from incidentkit.playbooks.emergency import RULES, USERS_AFFECTED

Known: TypeAlias = Mapping[str, Any]
"""Values by the name of their fact."""

COUNT: Final = 256

SEED: Final = 20_240_229

RARITY: Final = (0.02, 0.1, 0.4)
"""How often something is the case: quiet incidents, ordinary ones, and those in which everything breaks."""

THRESHOLDS: Final = {"error_rate": 0.10, "degradation": 0.50}
"""What the rules compare the shares with, so that both sides occur."""


def varied(decide: Callable[[Known], object]) -> list[Known]:
    """Incidents about which everything is known, each answer of ``decide`` among them about equally often."""
    kinds: defaultdict[object, list[Known]] = defaultdict(list)
    for case in _drawn():
        kinds[decide(case)].append(case)
    share = ceil(COUNT / len(kinds))
    cases = [case for kind in kinds.values() for case in kind[:share]]
    Random(SEED).shuffle(cases)
    return cases[:COUNT]


@cache
def _drawn() -> Sequence[Known]:
    """Far more incidents than are used, so that the rare ones are among them."""
    random = Random(SEED)
    return [_incident(random) for _ in range(5_000)]


def _incident(random: Random) -> Known:
    often = random.choice(RARITY)
    values: dict[str, Any] = {}
    for name, fact in RULES.vocabulary.items():
        match fact:
            case Flag():
                values[name] = random.random() < often
            case Number():
                values[name] = _number(random, fact, often)
            case _:
                values[name] = timedelta(minutes=random.randint(0, 60))
    return values


def _number(random: Random, fact: Number, often: float) -> float:
    """Above the threshold of the rules, so often."""
    above = random.random() < often
    if fact is USERS_AFFECTED:
        return random.randint(1, 10_000) if above else 0
    threshold = THRESHOLDS[fact.name]
    return random.uniform(threshold, 1) if above else random.uniform(0, threshold)
