"""What a proof finds: a law that does not hold, with the facts that show it; and what is well to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeAlias

from attrs import frozen

from incidentkit.analysis.ways import Case
from incidentkit.model.triage import Rule
from incidentkit.model.vocabulary import AnyFact, Facts
from incidentkit.policy.law import Law
from incidentkit.policy.question import Question, Walk


@frozen(kw_only=True)
class NeverTrue:
    """A rule whose condition is true for no facts."""

    law: ClassVar[Law] = Law.ALIVE

    place: int
    """Which of the rules it is, counted from 1."""
    rule: Rule[Any]

    @property
    def witness(self) -> str:
        """There is none: that no facts do it is what was proved."""
        return ""

    def __str__(self) -> str:
        return f"rule {self.place} ({self.rule}) is true for no facts"


@frozen(kw_only=True)
class Shadowed:
    """A rule that never decides, because those before it take all that it could."""

    law: ClassVar[Law] = Law.UNSHADOWED

    place: int
    """Which of the rules it is, counted from 1."""
    rule: Rule[Any]
    by: Mapping[int, Rule[Any]]
    """The rules that together take everything, by their places: without any of them the rule would decide."""
    facts: Facts
    """A case in which it is true, and one of the others decides."""

    @property
    def witness(self) -> str:
        """The case, as far as the rules ask for it."""
        return told(self.facts, self.rule.condition.mentioned)

    def __str__(self) -> str:
        others = " and ".join(f"rule {place} ({rule})" for place, rule in self.by.items())
        take = "take" if len(self.by) > 1 else "takes"
        return f"rule {self.place} ({self.rule}) never decides: {others} {take} all of it"


@frozen(kw_only=True)
class Milder:
    """A fact that gets worse while the severity gets milder."""

    law: ClassVar[Law] = Law.MONOTONE

    fact: AnyFact
    before: Case
    after: Case
    """The same facts but for that one, which is worse."""
    ends: tuple[Rule[Any] | Walk[Any], Rule[Any] | Walk[Any]]
    """What decides before and after."""

    @property
    def witness(self) -> str:
        """What else is so, as far as what decides asks for it."""
        asked = [fact for end in self.ends for fact in _asked(end) if fact != self.fact]
        return told(self.before.facts, asked, self.before.said)

    def __str__(self) -> str:
        one, other = (
            f"with {self.fact.name} {said(self.fact, case.facts[self.fact])}" for case in (self.before, self.after)
        )
        first, second = map(end_words, self.ends)
        return f"{one} it is {first}, and {other}, which is worse, it is {second}"


@frozen(kw_only=True)
class IdleThreshold:
    """A threshold that changes nothing: on both of its sides the same rule decides, whatever else is so."""

    law: ClassVar[Law] = Law.THRESHOLDS

    fact: AnyFact
    threshold: Any

    @property
    def witness(self) -> str:
        """There is none: that no facts show a difference is what was proved."""
        return ""

    def __str__(self) -> str:
        sides = "" if isinstance(self.threshold, str) else "below, at or above "
        return (
            f"which rule decides never depends on whether {self.fact.name} is {sides}{said(self.fact, self.threshold)}"
        )


@frozen(kw_only=True)
class NeverAnswered:
    """An answer of a tree that the answers before it rule out."""

    question: Question[Any]
    answer: str
    path: tuple[str, ...]
    """The questions and answers that lead there."""
    is_settled: bool
    """Whether they leave one answer only, so that nothing is asked at all."""

    @property
    def law(self) -> Law:
        """A question that is settled before is asked in vain; else what lies behind the answer is never reached."""
        return Law.ASKED_ONCE if self.is_settled else Law.UNSHADOWED

    @property
    def witness(self) -> str:
        """The way there."""
        return "; ".join(self.path)

    def __str__(self) -> str:
        return f"{self.question.text!r} is never answered {self.answer!r}"


Broken: TypeAlias = NeverTrue | Shadowed | Milder | IdleThreshold | NeverAnswered
"""A law that does not hold, and how."""


@frozen(kw_only=True)
class Overlap:
    """Two rules that hold for the same facts and give different severities, so that their order decides."""

    places: tuple[int, int]
    """Which of the rules they are, counted from 1; the first decides."""
    rules: tuple[Rule[Any], Rule[Any]]
    facts: Facts
    """A case in which the first decides and the second holds too."""

    @property
    def is_milder(self) -> bool:
        """Whether the milder of the two decides."""
        return self.rules[0].severity < self.rules[1].severity

    @property
    def witness(self) -> str:
        """The case, as far as the two ask for it."""
        return told(self.facts, (fact for rule in self.rules for fact in rule.condition.mentioned))

    def __str__(self) -> str:
        first, second = (f"rule {place} ({rule})" for place, rule in zip(self.places, self.rules, strict=True))
        return f"{first} comes before {second}"


@frozen(kw_only=True)
class Undecided:
    """A question at which the solver gave up, so that nothing is proved by it."""

    law: Law
    what: str

    def __str__(self) -> str:
        return f"{self.what}: the solver gave up"


def reproduced(shows: bool) -> None:
    """Show no case that the real rules do not bear out: that would be a mistake of the proof."""
    if not shows:
        raise AssertionError("the solver found a case that the rules do not bear out")


def end_words(end: Rule[Any] | Walk[Any]) -> str:
    """What a rule or a walk comes to, in words."""
    if isinstance(end, Rule):
        return f"{end.severity} ({end})"
    if end.question is not None:
        return f"no such answer to {end.question.text!r}"
    return str(end.conclusion)


def said(fact: AnyFact, value: Any) -> str:
    """A value as people say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else fact.text(value)


def told(facts: Facts, mentioned: Iterable[AnyFact], replies: Mapping[str, str] | None = None) -> str:
    """What is known of the facts that are mentioned, and what people replied."""
    known = {fact.name: f"{fact.name} {said(fact, facts[fact.name])}" for fact in mentioned}
    return "; ".join([*known.values(), *(f"{text} {reply}" for text, reply in (replies or {}).items())])


def _asked(end: Rule[Any] | Walk[Any]) -> Iterable[AnyFact]:
    """The facts that it depends on; all of those of a tree."""
    return end.condition.mentioned if isinstance(end, Rule) else end.vocabulary.values()
