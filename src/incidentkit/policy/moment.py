"""Moments at which something becomes true by time alone."""

from __future__ import annotations

from datetime import datetime

from incidentkit.model.conditions import Condition
from incidentkit.model.vocabulary import Facts


def first_moment(when: Condition, until: Condition, facts: Facts, begin: datetime) -> datetime | None:
    """When time alone first brings it about, from ``begin`` on, that ``when`` is true and ``until`` is not."""
    assert facts.at is not None
    then = facts if begin <= facts.at else facts.later(begin)
    while (at := when.first_true(then)) is not None:
        then = later(then, at)
        if until.evaluate(then) is not True:
            return at
        over = next_change(until, then)
        if over is None:
            return None
        then = then.later(over)
    return None


def later(facts: Facts, at: datetime) -> Facts:
    """What is known at a moment if nothing but time goes on."""
    return facts if at == facts.at else facts.later(at)


def next_change(condition: Condition, facts: Facts) -> datetime | None:
    """As the method of that name, without looking at all where no clock runs."""
    return condition.next_change(facts) if facts.started.keys() & condition.vocabulary.keys() else None
