"""What people usually do when they are paged, as chances: who hears a page, who answers, and how long that takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from math import exp, isfinite, log
from random import Random
from statistics import NormalDist
from typing import Any, ClassVar, Final, TypeAlias

from attrs import Attribute, field, frozen
from attrs.validators import optional

from incidentkit.drills.work import LONGEST, check_after
from incidentkit.errors import DrillInvalid, expect, shown
from incidentkit.memory import Acknowledges, Declines, Hears, Reaction, Sleep, Unreachable
from incidentkit.model.calendar import zone_of

_NORMAL: Final = NormalDist()

_DAY: Final = timedelta(days=1)


def is_chance(owner: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds a chance: a number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise DrillInvalid(f"{attribute.name} is a chance from 0 to 1, not {shown(value)}")


def _is_span(owner: object, attribute: Attribute[Any], value: timedelta) -> None:
    check_after(f"{attribute.name} comes", value)


def _is_spread(owner: object, attribute: Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not (isfinite(value) and 0 <= value <= 10):
        raise DrillInvalid(f"the sigma of a lognormal time is a number from 0 to 10, not {shown(value)}")


@frozen
class Uniform:
    """A time between two, each as likely as any other."""

    tag: ClassVar[str] = "uniform"

    least: timedelta = field(validator=_is_span)
    most: timedelta = field(validator=_is_span)

    def __attrs_post_init__(self) -> None:
        if self.most < self.least:
            raise DrillInvalid("a uniform time lies between the least and the most, and the most is less here")

    def at(self, share: float) -> timedelta:
        """The time below which so large a share of the times lies."""
        return self.least + (self.most - self.least) * share


@frozen
class Exponential:
    """A time that is over at any moment as likely as at any other, whatever has passed of it."""

    tag: ClassVar[str] = "exponential"

    mean: timedelta = field(validator=_is_span)

    def at(self, share: float) -> timedelta:
        """The time below which so large a share of the times lies."""
        return _short(self.mean.total_seconds() * -log(1 - min(share, _ALMOST)))


@frozen
class LogNormal:
    """A time that is mostly short and at times very long, as those of people often are: its logarithm is normal."""

    tag: ClassVar[str] = "lognormal"

    median: timedelta = field(validator=_is_span)
    sigma: float = field(validator=_is_spread)
    """The standard deviation of the logarithm: 0.5 puts nine of ten times between 0.44 and 2.3 medians."""

    def at(self, share: float) -> timedelta:
        """The time below which so large a share of the times lies."""
        deviation = _NORMAL.inv_cdf(min(max(share, 1 - _ALMOST), _ALMOST))
        return _short(self.median.total_seconds() * exp(self.sigma * deviation))


Distribution: TypeAlias = Uniform | Exponential | LogNormal
"""How long something takes, by chance."""

_ALMOST: Final = 1 - 2**-53

LONGEST_ANSWER: Final = LONGEST
"""What takes longer than a drill may last is cut to that: it makes no difference."""


def _short(seconds: float) -> timedelta:
    return timedelta(seconds=round(min(seconds, LONGEST_ANSWER.total_seconds()), 3))


@frozen(kw_only=True)
class Habit:
    """What somebody usually does when paged.

    Each chance is one of a night, but those to hear: they are of each page, so that a second page may wake somebody
    whom the first one did not.
    """

    answers: Distribution
    """How long it takes from the first page that is heard to the answer."""
    hears: float = field(default=1.0, validator=is_chance)
    """The chance to hear a page."""
    asleep: float | None = field(default=None, validator=optional(is_chance))
    """The same in the hours of sleep; `None` if it makes no difference."""
    sleeps_from: time = time(23)
    sleeps_until: time = time(7)
    """The hours of sleep, on the clock where the person is; over midnight, if they end before they begin."""
    declines: float = field(default=0.0, validator=is_chance)
    """The chance to answer "I cannot take it"."""
    unreachable: float = field(default=0.0, validator=is_chance)
    """The chance to have no signal."""

    def __attrs_post_init__(self) -> None:
        expect(
            Distribution, self.answers, DrillInvalid, "how long an answer takes is a Uniform, Exponential or LogNormal"
        )
        expect(time, self.sleeps_from, DrillInvalid, "sleep begins at a time of day")
        expect(time, self.sleeps_until, DrillInvalid, "sleep ends at a time of day")

    def drawn(self, random: Random, start: datetime, end: datetime, zone: str) -> Reaction:
        """What they do in a night from ``start`` to ``end``; ``zone`` is where they are, empty for UTC."""
        # All are drawn, wanted or not, and in this order: so a habit that differs in one thing differs in that alone.
        luck, signal, willing, share = (random.random() for _ in range(4))
        if signal < self.unreachable:
            return Unreachable()
        after = self.answers.at(share)
        return Hears(
            then=Declines(after) if willing < self.declines else Acknowledges(after),
            luck=luck,
            awake=self.hears,
            asleep=self.hears if self.asleep is None else self.asleep,
            sleeps=tuple(hours(start, end, zone, self.sleeps_from, self.sleeps_until)),
        )


def hours(start: datetime, end: datetime, zone: str, begins: time, ends: time) -> Iterator[Sleep]:
    """The hours between two times of day in a zone, from before ``start`` on until ``end``."""
    place = zone_of(zone or "UTC")
    day = start.astimezone(place).date() - _DAY
    while (begin := datetime.combine(day, begins, place)) <= end:
        until = day if begins < ends else day + _DAY
        yield Sleep(
            begins=begin.astimezone(start.tzinfo), ends=datetime.combine(until, ends, place).astimezone(start.tzinfo)
        )
        day += _DAY
