"""Rotations: people who take turns, on the clock on the wall of one time zone.

A turn begins at the same clock time on every side of a change of the clocks, so a week may take 167 or 169 hours. Where
the clock shows the time of a hand-over twice, the second is meant: the repeated hour belongs to who was on call before.
Where it leaves that time out, the moment of the change is meant. So one turn ends exactly where the next begins. A turn
of which the zone left out everything, such as a day that never was, passes without anybody noticing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from math import lcm
from typing import Final
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from incidentkit.errors import ScheduleInvalid, expect, shown
from incidentkit.model.calendar import Hours, SupportCalendar, instant, zone_of
from incidentkit.model.identity import PersonId, checked_name
from incidentkit.model.identity import moment as moment_of
from incidentkit.policy.cadence import Cadence
from incidentkit.policy.participant import (
    Membership,
    Order,
    Participant,
    Participants,
    People,
    checked_participants,
)

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""From when on schedules answer; no rotation starts earlier."""

LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Up to when schedules answer: nobody plans further, and a wrong year is found out."""

_HOUR: Final = timedelta(hours=1)
_WEEK: Final = timedelta(days=7)


def _cadence(every: str | Cadence) -> Cadence:
    with ScheduleInvalid.within("every"):
        return every if isinstance(every, Cadence) else Cadence.parse(every)


def _clock(at: str | time) -> time:
    """The clock time of hand-overs, to the minute."""
    words = "hand-overs are at a minute of the clock, such as '09:00'"
    try:
        clock = time.fromisoformat(at) if isinstance(at, str) else expect(time, at, ScheduleInvalid, words)
        if clock.tzinfo is not None or clock.second or clock.microsecond:
            raise ValueError
    except ValueError:
        raise ScheduleInvalid(f"{words}, not {shown(at)}", "at") from None
    return clock


def _hours(hours: str | Hours | Iterable[str | Hours] | None) -> tuple[Hours, ...] | None:
    if hours is None:
        return None
    with ScheduleInvalid.within("hours"):
        several = [hours] if isinstance(hours, str | Hours) else hours
        expect(Iterable, several, ScheduleInvalid, "hours are written like 'Mon-Fri 09:00-17:30'")
        made = tuple(each if isinstance(each, Hours) else Hours.parse(each) for each in several)
        if not made:
            raise ScheduleInvalid("without any hours nobody is on call: name some, or leave them out for all hours")
    return made


def _changes(changes: Iterable[Membership]) -> tuple[Membership, ...]:
    several = tuple(expect(Iterable, changes, ScheduleInvalid, "changes are a list of Membership"))
    for index, each in enumerate(several):
        with ScheduleInvalid.within(f"changes[{index}]"):
            change = expect(Membership, each, ScheduleInvalid, "a change is a Membership")
            answerable("since", change.since)
            if index and change.since <= several[index - 1].since:
                raise ScheduleInvalid("this is not later than the change before it: put changes in order", "since")
    return several


@frozen(kw_only=True)
class Turn:
    """The time for which a rotation is some people's, at all hours; ``number`` counts from 0, and names it in swaps."""

    number: int
    start: datetime
    end: datetime
    people: People


@frozen(kw_only=True)
class Rotation:
    """People who take turns from a date on, at all hours or at some.

    A turn in which there are no hours of the rotation, such as a Saturday's where hours are Mon-Fri, is no turn that
    anybody takes: the next person takes the turn after it. Hours open at the first and close at the second of a clock
    time that comes twice.
    """

    name: str
    """What swaps and errors call it."""
    zone: str
    """The name of an IANA time zone; everything here is by its clock."""
    starts: date
    every: Cadence = field(converter=_cadence)
    """How long a turn is, such as ``1 week on Mon``."""
    at: time = field(converter=_clock)
    """When hand-overs are, to the minute: a `datetime.time`, or its text."""
    participants: tuple[Participant, ...] = field(converter=checked_participants)
    hours: tuple[Hours, ...] | None = field(default=None, converter=_hours)
    """When somebody is on call, such as ``Mon-Fri 22:00-06:00``; `None` for always."""
    changes: tuple[Membership, ...] = field(default=(), converter=_changes)
    """Who takes turns from later moments on, earliest first."""

    def __attrs_post_init__(self) -> None:
        with ScheduleInvalid.within("name"):
            checked_name("name", self.name)
        with ScheduleInvalid.within("zone"):
            zone_of(self.zone)
        with ScheduleInvalid.within("starts"):
            if type(self.starts) is not date or not EARLIEST.date() < self.starts < LATEST.date() - _WEEK:
                raise ScheduleInvalid(f"a rotation starts on a date from 1970 to 2199, not {shown(self.starts)}")

    def with_participants(self, participants: Participants, *, since: datetime) -> Rotation:
        """The same rotation with other participants from a moment on: nobody's turn before it changes.

        Who is on call then finishes the turn. The order goes on with whose turn would have been next; if they left,
        with the next after them who stayed; if all left, with the first. Later changes are dropped.
        """
        change = Membership(since, checked_participants(participants))
        return evolve(self, changes=(*(each for each in self.changes if each.since < change.since), change))

    def turn(self, number: int) -> Turn:
        """The turn of that number, counted from 0; `ScheduleInvalid` for less, and for one that begins after 2199."""
        if type(number) is not int or not 0 <= number <= self._number(LATEST):
            raise ScheduleInvalid(f"turns are counted from 0 up to the year {LATEST.year}, not {shown(number)}")
        begin, end = self._begin(number), self._begin(number + 1)
        return Turn(number=number, start=begin, end=end, people=self.people(number))

    def turn_at(self, at: datetime) -> Turn | None:
        """The turn at a moment, in hours or not; `None` before the rotation starts.

        Raises `ScheduleInvalid` for moments before 1970 and after 2199.
        """
        at = answerable("at", at)
        return self.turn(self._number(at)) if at >= self.begins else None

    @property
    def begins(self) -> datetime:
        """When the first turn begins, in UTC."""
        return self._begin(0)

    def people(self, number: int) -> People:
        """Whose the turn of that number is, at less cost than `turn`."""
        stretch = self._stretches[bisect_right(self._stretches, number, key=lambda stretch: stretch.first) - 1]
        return stretch.order.people(self._taken_before(number) - stretch.taken)

    def pieces(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, int]]:
        """What lies in a range of the turns, less the hours at which nobody is on call: start, end, number."""
        for opens, closes in self._openings(max(start, self.begins), end):
            begin, number = opens, self._number(opens)
            while begin < closes:
                until = min(self._begin(number + 1), closes)
                if begin < until:
                    yield begin, until, number
                begin, number = until, number + 1

    def mentioned(self) -> Iterator[tuple[str, PersonId]]:
        """Whom it names, with the place, such as ``changes[0].participants[1]``."""
        changes = ((f"changes[{n}].participants", change.participants) for n, change in enumerate(self.changes))
        for place, participants in (("participants", self.participants), *changes):
            for index, participant in enumerate(participants):
                yield from ((f"{place}[{index}]", person) for person in participant.people)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return zone_of(self.zone)

    @cached_property
    def _starts(self) -> datetime:
        """The clock time of the start, without a zone."""
        return datetime.combine(self.starts, self.at)

    def _clock_of(self, number: int) -> datetime:
        return max(self._starts, self.every.handover(self._starts, number))

    def _begin(self, number: int) -> datetime:
        return instant(self._clock_of(number), self._zone, last=True)

    def _number(self, at: datetime) -> int:
        """The turn at a moment that is not before the first."""
        number = max(0, self.every.number(self._starts, at.astimezone(self._zone).replace(tzinfo=None)))
        while number > 0 and self._begin(number) > at:
            number -= 1
        while self._begin(number + 1) <= at:
            number += 1
        return number

    def _openings(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What lies in a range of the hours at which somebody is on call."""
        if self.hours is None:
            if start < end:
                yield start, end
            return
        for opens, closes in SupportCalendar(self.name, zone=self.zone, hours=self.hours).openings(start):
            if opens >= end:
                return
            yield max(opens, start), min(closes, end)

    @cached_property
    def _stretches(self) -> tuple[_Stretch, ...]:
        stretches = [_Stretch(first=0, taken=0, order=Order.of(self.participants))]
        for change in self.changes:
            first, latest = self._first_turn_from(change.since), stretches[-1]
            taken = self._taken_before(first)
            order = latest.order.followed_by(change.participants, taken - latest.taken)
            stretches.append(_Stretch(first=first, taken=taken, order=order))
        return tuple(stretches)

    def _first_turn_from(self, moment: datetime) -> int:
        """The first turn that begins at a moment or later."""
        if moment <= self.begins:
            return 0
        number = self._number(moment)
        return number if self._begin(number) == moment else number + 1

    def _taken_before(self, number: int) -> int:
        """How many turns before that one have hours: those count for whose turn it is."""
        if self.hours is None or number == 0:
            return number
        rounds, rest = divmod(number - 1, len(self._taken) - 1)
        return self._enters + rounds * self._taken[-1] + self._taken[rest]

    @cached_property
    def _enters(self) -> bool:
        """Whether the first turn, which may be cut short, has hours."""
        return self._has_hours(0)

    @cached_property
    def _taken(self) -> tuple[int, ...]:
        """Of the turns after the first, how many have hours among the first none, one, two: until it all repeats."""
        length = self.every.length
        if length is None or length >= _WEEK:
            return (0, 1)
        cycle = lcm(length // _HOUR, _WEEK // _HOUR) // (length // _HOUR)
        return (0, *accumulate(map(self._has_hours, range(1, cycle + 1))))

    def _has_hours(self, number: int) -> bool:
        """Whether hours fall into a turn, by a clock that nobody changes."""
        begin, end = (self._clock_of(each).replace(tzinfo=UTC) for each in (number, number + 1))
        steady = SupportCalendar(self.name, zone="UTC", hours=self.hours or ())
        return next(steady.openings(begin))[0] < end


@frozen(kw_only=True)
class _Stretch:
    """The turns between two changes of the participants."""

    first: int
    taken: int
    """How many turns were taken before the first."""
    order: Order


def answerable(what: str, at: object) -> datetime:
    """A moment in UTC for which schedules answer; `ScheduleInvalid` for another one."""
    moment = moment_of(what, at)
    if not EARLIEST <= moment < LATEST:
        raise ScheduleInvalid(f"schedules answer from {EARLIEST.year} to {LATEST.year - 1}, not for {shown(at)}", what)
    return moment
