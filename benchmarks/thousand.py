"""Triage by a thousand rules, two thresholds and a flag in each; most incidents match none of them, or a late one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

from attrs import frozen

from benchmarks.cases import COUNT, Known
from benchmarks.measure import Calls, Once, Row
from incidentkit.model.conditions import Condition
from incidentkit.model.facts import Flag, Number
from incidentkit.model.triage import Rule
from incidentkit.playbooks.emergency import SCHEME
from incidentkit.policy.rules import SeverityRules, when

NUMBERS: Final = tuple(Number(f"share_{i}", question=f"What is share {i}?", minimum=0, maximum=1) for i in range(16))
FLAGS: Final = tuple(Flag(f"flag_{i}", question=f"Is flag {i} set?") for i in range(8))


@frozen(kw_only=True)
class Line:
    """One rule, before it is written down in either form."""

    number: int
    first: Number
    more_than: float
    second: Number
    less_than: float
    flag: Flag
    severity: str

    @classmethod
    def draw(cls, number: int, random: Random) -> Line:
        """A rule whose thresholds few incidents pass."""
        first, second = random.sample(NUMBERS, 2)
        return cls(
            number=number,
            first=first,
            more_than=round(random.uniform(0.93, 0.99), 3),
            second=second,
            less_than=round(random.uniform(0.01, 0.07), 3),
            flag=random.choice(FLAGS),
            severity=random.choice(SCHEME.severities).key,
        )

    @property
    def condition(self) -> Condition:
        """What the library is given."""
        return (self.first > self.more_than) & (self.second < self.less_than) & self.flag

    @property
    def text(self) -> str:
        """What a person types."""
        return (
            f'    if known["{self.first.name}"] > {self.more_than} and known["{self.second.name}"] < {self.less_than}'
            f' and known["{self.flag.name}"]:\n        return "{self.severity}", "rule {self.number}"\n'
        )


def rules(lines: Sequence[Line]) -> SeverityRules[Any]:
    """The lines as rules."""
    return SeverityRules(
        *(when(line.condition, SCHEME[line.severity], because=f"rule {line.number}") for line in lines),
        otherwise=SCHEME["SEV-4"],
    )


def by_hand(lines: Sequence[Line]) -> Callable[[Known], tuple[str, str]]:
    """The lines as the flat list of ifs that a person would write."""
    text = f'def decide(known):\n{"".join(line.text for line in lines)}    return "SEV-4", "no rule before holds"\n'
    scope: dict[str, Any] = {}
    exec(text, scope)  # noqa: S102 - a thousand ifs from this file, instead of a file of a thousand ifs
    decide: Callable[[Known], tuple[str, str]] = scope["decide"]
    return decide


def _incident(random: Random) -> dict[str, Any]:
    shares = {number.name: random.random() for number in NUMBERS}
    return shares | {flag.name: random.random() < 0.5 for flag in FLAGS}


def _decision(rule: Rule[Any]) -> tuple[str, str]:
    return rule.severity.key, rule.because


def rows() -> list[Row]:
    """Everything known, in both ways to ask, and nothing known."""
    random = Random(20_240_302)
    lines = [Line.draw(number, random) for number in range(1_000)]
    many = rules(lines)
    facts = [many.facts(_incident(random)) for _ in range(COUNT)]
    values = [each.values for each in facts]
    flat = Calls(function=by_hand(lines), inputs=values)
    return [
        Row(
            name="thousand",
            work="1,000 rules, generated function",
            hand=flat,
            ours=Calls(function=many.compiled, inputs=values, read=_decision),
            limit=1.0,
        ),
        Row(
            name="thousand-decide",
            work="1,000 rules, decide(checked facts)",
            hand=flat,
            ours=Calls(function=many.decide, inputs=facts, read=_decision),
        ),
        Row(
            name="thousand-unknown",
            work="1,000 rules, nothing known: triage({})",
            ours=Once(lambda: many.triage({})),
        ),
    ]
