"""Trials: what they show of rules is so, and where rules are plain they leave the solver little to do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from incidentkit import Choice, Flag, Number, SeverityRules, SeverityScheme, when
from incidentkit.analysis import prove
from incidentkit.analysis.solver import LIMIT, Formula, Solver
from incidentkit.analysis.trial import Trials
from incidentkit.analysis.ways import ways_of
from incidentkit.model.conditions import Answer
from incidentkit.testing import severity_rules

P1, P2, P3 = SCHEME = SeverityScheme("P1", "P2", "P3")
RATE = Number("rate", question="What share fails?", minimum=0, maximum=1)
DOWN = Flag("down", question="Is it down?")
REGION = Choice("region", question="Where?", options=("eu", "us", "asia"))
PLAIN = SeverityRules(
    when((RATE > 0.5) & ~DOWN, P1), when(REGION.one_of("eu", "us") & (RATE > 0.2), P2), when(DOWN, P2), otherwise=P3
)


def trials(rules: SeverityRules[Any]) -> Trials:
    return Trials(rules, ways_of(rules, limit=LIMIT).world.domains)


def test_facts_are_made_up_for_every_plain_rule() -> None:
    assert [trials(PLAIN).decides(place) for place in range(4)] == [True] * 4


def test_a_threshold_that_turns_the_decision_is_shown() -> None:
    assert trials(PLAIN).turns(0, "rate", 0.75, 0.5)
    assert not trials(PLAIN).turns(0, "rate", 0.5, 0.75)
    assert trials(PLAIN).turns(1, "region", "us", "asia")


def test_of_a_rule_that_others_take_everything_of_nothing_is_shown() -> None:
    rules = SeverityRules(when(RATE > 0.2, P1), when((RATE > 0.5) & DOWN, P2), when(DOWN & ~DOWN, P1), otherwise=P3)
    assert [trials(rules).decides(place) for place in range(4)] == [True, False, False, True]


@settings(max_examples=30)
@given(severity_rules(scheme=SCHEME))
def test_what_a_trial_shows_a_solver_says_too(rules: SeverityRules[Any]) -> None:
    ways = ways_of(rules, limit=LIMIT)
    tried = Trials(rules, ways.world.domains)
    for place in range(len(rules.rules)):
        if tried.decides(place):
            assert ways.solver.can_hold(ways.ways[place].open, ways.reached[place])


def test_the_solver_is_asked_little_where_rules_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    flags = [Flag(f"flag_{number}", question="?") for number in range(60)]
    rules = SeverityRules(*(when(flag & (RATE > 0.5), P1) for flag in flags), otherwise=P3)
    asked: list[None] = []
    can_hold = Solver.can_hold

    def counted(solver: Solver, *assumed: Formula) -> Answer:
        asked.append(None)
        return can_hold(solver, *assumed)

    monkeypatch.setattr(Solver, "can_hold", counted)
    assert prove(rules)
    assert len(asked) < 70  # a question for each fact that may get worse, and a few more
