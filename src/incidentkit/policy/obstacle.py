"""Obstacles: what keeps levels from being reached while nobody does anything, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from attrs import frozen

from incidentkit.model import conditions
from incidentkit.model.conditions import NEVER, Condition, Constant, Not, explained
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.model.vocabulary import AnyFact, Facts
from incidentkit.policy.escalation import Level
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.outlook import Outlook


class Obstacle(StrEnum):
    """What keeps a level from being reached, at the end of the time."""

    OVER = "the incident is over"
    DOES_NOT_APPLY = "the policy does not apply"
    LATER = "not yet"
    FALSE = "its condition is false"
    UNKNOWN = "its condition is unknown"
    HELD = "it is held"
    STOPPED = "what stops it is true"
    NOBODY = "nobody is found, and it waits"


@frozen(kw_only=True)
class NotReached:
    """A level that is not reached within the time."""

    level: str
    obstacle: Obstacle
    because: str
    """What the obstacle rests on, such as a comparison and the value that it had; that of a clock is of the end."""
    questions: tuple[AnyFact, ...] = ()
    """The facts for want of which its condition has no answer."""
    at: datetime | None = None
    """From when on its condition is true by time alone; `None` if that is never, or not what keeps it."""

    def __str__(self) -> str:
        return f"{self.obstacle}: {self.because}" if self.because else str(self.obstacle)


def not_reached(outlook: Outlook) -> Iterator[NotReached]:
    """Every level that is not in force at the end, with what keeps it."""
    return (_obstacle(outlook, level) for level in outlook.levels if outlook.in_force(level) is None)


def _obstacle(outlook: Outlook, level: Obligation) -> NotReached:
    """What keeps a level from being reached: what the planner looks at, in its order."""
    facts, name = outlook.facts, level.level
    if outlook.after.status not in ACTIVE:
        return NotReached(level=name, obstacle=Obstacle.OVER, because=f"its status is {outlook.after.status}")
    called = bool(outlook.after.progress.escalations.get(name))
    if not called and level.applies.evaluate(facts) is False:
        return NotReached(level=name, obstacle=Obstacle.DOES_NOT_APPLY, because=_because(level.applies, facts))
    answer = True if called else level.when.evaluate(facts)
    if answer is False:
        return _false(outlook, level)
    if level.until.evaluate(facts) is True:
        return NotReached(level=name, obstacle=Obstacle.STOPPED, because=_because(level.until, facts))
    if not called and level.held.evaluate(facts) is True:
        return NotReached(level=name, obstacle=Obstacle.HELD, because=_because(level.held, facts))
    if answer is None:
        return _unknown(outlook, level)
    recipients = ", ".join(map(str, (*level.recipients, *level.fallback)))
    return NotReached(level=name, obstacle=Obstacle.NOBODY, because=recipients)


def _false(outlook: Outlook, level: Obligation) -> NotReached:
    at, because = level.when.first_true(outlook.facts), _why_not(outlook, level)
    obstacle = Obstacle.FALSE if at is None else Obstacle.LATER
    return NotReached(level=level.level, obstacle=obstacle, because=because, at=at)


def _unknown(outlook: Outlook, level: Obligation) -> NotReached:
    return NotReached(
        level=level.level,
        obstacle=Obstacle.UNKNOWN,
        because=_why_not(outlook, level),
        questions=outlook.held_up.get(level.id, ()),
        at=level.when.first_true(outlook.facts),
    )


def _why_not(outlook: Outlook, level: Obligation) -> str:
    """What a condition that is not true rests on; of levels that would bring it along, what is not said before."""
    answer, said = level.when.evaluate(outlook.facts), dict[str, None]()
    parts: list[str] = []
    for each in _bringing(outlook, level.level):
        if each.when.evaluate(outlook.facts) is answer:
            new = [ground for ground in _grounds(each.when, outlook.facts) if ground not in said]
            said.update(dict.fromkeys(new))
            by = "" if each.name == level.level else f"by {each.name!r}, which brings it along: "
            parts += [by + "; ".join(new)] if new else []
    return "; ".join(parts)


def _bringing(outlook: Outlook, level: str) -> Iterator[Level]:
    """The level itself, and those after it that bring it along."""
    escalation = outlook.playbook.escalation
    assert escalation is not None
    levels = iter(escalation.levels)
    own = next(each for each in levels if each.name == level)
    yield own
    if escalation.cumulative:
        yield from (each for each in levels if each.when != NEVER)


def _because(condition: Condition, facts: Facts) -> str:
    return "; ".join(_grounds(condition, facts))


def _grounds(condition: Condition, facts: Facts) -> tuple[str, ...]:
    """The comparisons that give a condition its answer, each with what it rests on."""
    return tuple(dict.fromkeys(map(_said, _decisive(explained(condition, facts)))))


def _decisive(explanation: conditions.Explanation) -> Iterator[conditions.Explanation]:
    """The leaves for which it has its answer."""
    if not explanation.parts:
        yield explanation
    for part in explanation.parts:
        if part.answer is explanation.answer or isinstance(explanation.condition, Not):
            yield from _decisive(part)


def _said(leaf: conditions.Explanation) -> str:
    if isinstance(leaf.condition, Constant):
        return "it always is" if leaf.answer else "it never is"
    word = {True: "true", False: "false", None: "unknown"}[leaf.answer]
    then = " at the end of this time" if any(fact.tag == "clock" for fact in leaf.condition.mentioned) else ""
    return f"{leaf.condition} is {word}{f' ({leaf.because}{then})' if leaf.because else ''}"
