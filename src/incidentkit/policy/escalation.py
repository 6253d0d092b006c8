"""Escalation: whom to page, when, through what, and what stops it. A readable way to build obligations.

Every question that systems leave ambiguous is a field here, with the answer of the playbook's section "Emergency
Contacts" as its default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Final

from attrs import field, frozen

from incidentkit.errors import PlaybookInvalid, each_of, expect, shown
from incidentkit.model.conditions import ALWAYS, NEVER, Condition
from incidentkit.model.identity import checked_name
from incidentkit.model.lifecycle import Status
from incidentkit.policy.obligation import (
    LEVEL,
    LONGEST_WAIT,
    Attempt,
    Backoff,
    Expiry,
    Obligation,
    Recurrence,
    checked_reason,
    checked_wait,
)
from incidentkit.policy.recipient import Recipient, RecipientKind, relieved, those
from incidentkit.policy.situation import ACKNOWLEDGEMENTS, HAVE_IT, OUTSTANDING, OVER, RAISES, STATUS
from incidentkit.providers.pager import Purpose

EXHAUSTED: Final = "exhausted"
"""The id of the obligation that says that every chain of an escalation has come to its end in vain."""

MOST_LEVELS: Final = 50
"""How many levels an escalation may have."""


LONGEST_LEVEL_NAME: Final = 100
"""Characters that the name of a level may have."""

ANYBODY: Final[Condition] = ACKNOWLEDGEMENTS >= 1
"""One acknowledgement that counts: by one of the level's people, or by others of the directory after it was reached."""

EVERYBODY: Final[Condition] = OUTSTANDING <= 0
"""Every one of the level's people has acknowledged."""


WATCHED: Final[Condition] = STATUS.is_(Status.MONITORING)
"""Users are served again, and somebody watches whether it holds."""


def quorum(count: int) -> Condition:
    """So many people have given an acknowledgement that counts; `PlaybookInvalid` for fewer than one."""
    if type(count) is not int or count < 1:
        raise PlaybookInvalid(f"a quorum is one person or more, not {shown(count)}")
    return ACKNOWLEDGEMENTS >= count


def _recipients(recipients: Recipient | Iterable[Recipient]) -> tuple[Recipient, ...]:
    if isinstance(recipients, Recipient):
        return (recipients,)
    words = "recipients, acknowledgers, fallback and catch_all are recipients, one or a list of them"
    return each_of(Recipient, recipients, PlaybookInvalid, words)


@frozen
class Level:
    """One step of an escalation: whom to reach, and from when on."""

    name: str
    """Names it in the log and in keys, so it stays when texts are edited."""
    recipients: tuple[Recipient, ...] = field(converter=_recipients)
    when: Condition = ALWAYS
    """It is reached at the first moment at which this is true; unknown is not true, but a question."""
    until: Condition = field(default=ANYBODY, kw_only=True)
    """While this is true, or the policy's, nobody on this level is paged."""
    acknowledgers: tuple[Recipient, ...] = field(default=(), converter=_recipients, kw_only=True)
    """Whose acknowledgements count here; if empty, those of its people, and those that anybody gives later."""
    because: str = field(default="", kw_only=True)
    """Why these people, in words for them."""
    source: str = field(default="", kw_only=True)
    """Where it is written down."""

    def __attrs_post_init__(self) -> None:
        if len(checked_name("the name of a level", self.name)) > LONGEST_LEVEL_NAME:
            raise PlaybookInvalid(f"the name of a level has {LONGEST_LEVEL_NAME} characters at the most")
        checked_reason(f"level {self.name!r}", self.because)
        checked_reason(f"level {self.name!r}", self.source)
        if not self.recipients:
            raise PlaybookInvalid(f"level {self.name!r} reaches nobody: name its recipients")
        for condition in (self.when, self.until):
            expect(Condition, condition, PlaybookInvalid, f"level {self.name!r}: when and until are conditions")


def _attempts(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    words = "a contact chain, hand_over, raise_notice and stand_down are lists of attempts"
    return each_of(Attempt, attempts, PlaybookInvalid, words)


@frozen
class ContactChain:
    """How a person is reached: one method after the other, and all of it for some rounds."""

    attempts: tuple[Attempt, ...] = field(converter=_attempts)
    rounds: int = 3

    def __attrs_post_init__(self) -> None:
        if not self.attempts:
            raise PlaybookInvalid("a contact chain has an attempt or more")
        for each in self.attempts:
            if each.wait is None:
                raise PlaybookInvalid(f"the attempt by {each.method!r} of a contact chain has a wait")
        if type(self.rounds) is not int or not 1 <= self.rounds <= 100:
            raise PlaybookInvalid(f"a contact chain has 1 to 100 rounds, not {shown(self.rounds)}")

    @property
    def links(self) -> tuple[Attempt, ...]:
        """Every attempt, round after round."""
        return self.attempts * self.rounds


def _levels(levels: Iterable[Level]) -> tuple[Level, ...]:
    words = "an escalation is made of a list of levels"
    return each_of(Level, levels, PlaybookInvalid, words)


@frozen(kw_only=True)
class EscalationPolicy:
    """Levels of people to page until the incident is over, each through the same chain of contact methods."""

    levels: tuple[Level, ...] = field(converter=_levels)
    contact: ContactChain
    applies: Condition = ALWAYS
    """To which incidents: those for which this is not false, so unknown counts as true."""
    until: Condition = OVER
    """What stops it as a whole."""
    held: Condition = WATCHED
    """While this is true no further level is reached and no new shift joins; it goes on when it is not."""
    cumulative: bool = True
    """Whether a level that is reached brings those before it with it."""
    backoff: Backoff = field(factory=Backoff)
    """How an attempt is tried again that failed for the time being."""
    grace: timedelta = timedelta(seconds=10)
    """How long a person is left alone after their acknowledgement ended: they may have slipped."""
    acknowledgement_expires_after: timedelta | None = None
    """After how long an acknowledgement does not count any more, and its giver is paged anew; `None` for never."""
    fallback: tuple[Recipient, ...] = field(default=(), converter=_recipients)
    """Who is paged in place of a level for which nobody is found."""
    waits: bool = False
    """Whether a level for which nobody is found at all waits for somebody; otherwise it is skipped, which is said."""
    follow_shifts: bool = True
    """Whether the new shift is paged too if a level is not acknowledged when the shift of its schedule changes."""
    hand_over: tuple[Attempt, ...] = field(default=(), converter=_attempts)
    """How people who have it when their shift ends learn that they have to hand it over; they owe it in any case."""
    catch_all: tuple[Recipient, ...] = field(default=(), converter=_recipients)
    """Who is paged when every chain has come to its end and nobody has it."""
    raise_notice: tuple[Attempt, ...] = field(default=(), converter=_attempts)
    """How people who have acknowledged learn that the severity was raised; they do not, without."""
    stand_down: tuple[Attempt, ...] = field(default=(), converter=_attempts)
    """How people who were paged learn that it is over; they do not, without."""

    def __attrs_post_init__(self) -> None:
        names = [level.name for level in self.levels]
        if not 1 <= len(names) <= MOST_LEVELS or len({*names}) < len(names):
            raise PlaybookInvalid(f"an escalation has 1 to {MOST_LEVELS} levels of different names, not {shown(names)}")
        expect(ContactChain, self.contact, PlaybookInvalid, "an escalation has a contact chain")
        expect(Backoff, self.backoff, PlaybookInvalid, "the backoff of an escalation is a Backoff")
        for condition in (self.applies, self.until, self.held):
            expect(Condition, condition, PlaybookInvalid, "applies, until and held are conditions")
        expect(bool, self.cumulative, PlaybookInvalid, "whether levels are cumulative is True or False")
        expect(timedelta, self.grace, PlaybookInvalid, "the grace is a timedelta")
        checked_wait("the time after which an acknowledgement expires", self.acknowledgement_expires_after)
        expect(bool, self.follow_shifts, PlaybookInvalid, "whether levels follow shifts is True or False")
        expect(bool, self.waits, PlaybookInvalid, "whether levels wait for people is True or False")
        if not timedelta() <= self.grace <= LONGEST_WAIT:
            raise PlaybookInvalid(f"the grace is no time or more, at the most a year, not {self.grace}")

    def obligations(self) -> tuple[Obligation, ...]:
        """What it wants: level by level, then what happens when all of them are at their end, and what people learn."""
        levels = [self._obligation(place, level) for place, level in enumerate(self.levels)]
        return (*levels, self._exhausted(levels), *self._handing_over(), *self._notices())

    def expiry(self) -> Expiry | None:
        """For how long acknowledgements count."""
        after = self.acknowledgement_expires_after
        if after is None:
            return None
        levels = tuple(map(_page, self.levels))
        return Expiry(after=after, applies=self.applies, levels=levels, hindered=self.until | self.held)

    def _obligation(self, place: int, level: Level) -> Obligation:
        later = self.levels[place:] if self.cumulative else (level,)
        reached: Condition = NEVER
        for each in later:
            reached = each.when if reached == NEVER else reached | each.when
        return Obligation(
            id=_page(level),
            applies=self.applies,
            when=reached,
            until=level.until | self.until,
            held=self.held,
            recipients=level.recipients,
            acknowledgers=level.acknowledgers,
            fallback=self.fallback,
            waits=self.waits,
            follows=self.follow_shifts,
            level=level.name,
            chain=self.contact.links,
            backoff=self.backoff,
            grace=self.grace,
            personal=True,
            because=level.because or f"level {level.name}",
            source=level.source,
        )

    def _exhausted(self, levels: Iterable[Obligation]) -> Obligation:
        """What is left when nobody is: a decision that says so in any case, and pages for the catch-all."""
        return Obligation(
            id=EXHAUSTED,
            when=ALWAYS,
            until=(HAVE_IT >= 1) | self.until,
            after=[level.id for level in levels],
            recurrence=Recurrence.PER_EXHAUSTION,
            recipients=self.catch_all,
            chain=self.contact.links,
            backoff=self.backoff,
            grace=self.grace,
            personal=True,
            because="everybody was paged in vain",
        )

    def _handing_over(self) -> Iterator[Obligation]:
        """What people owe who have it when their shift is over, while nobody of the next one has it."""
        levels = (each for level in self.levels for each in (*level.recipients, *level.acknowledgers))
        named = (*levels, *self.fallback, *self.catch_all)
        schedules = dict.fromkeys(each.name for each in named if each.kind is RecipientKind.SCHEDULE)
        if self.follow_shifts and schedules:
            yield self._notice(
                "hand over",
                *map(relieved, schedules),
                applies=self.applies,
                when=HAVE_IT >= 1,
                until=(HAVE_IT < 1) | self.until,
                follows=True,
                recurrence=Recurrence.PER_ACKNOWLEDGEMENT,
                chain=self.hand_over,
                purpose=Purpose.REMINDER,
                because="your shift is over, and nobody who is on call now has acknowledged",
            )

    def _notices(self) -> Iterator[Obligation]:
        """What people learn who need not come."""
        if self.raise_notice:
            yield self._notice(
                "severity raised",
                those("acknowledged"),
                applies=self.applies,
                when=RAISES >= 1,
                until=self.until,
                recurrence=Recurrence.PER_RAISE,
                chain=self.raise_notice,
                purpose=Purpose.NOTICE,
                because="the severity was raised since you acknowledged",
            )
        if self.stand_down:
            yield self._notice(
                "stand down",
                those("paged"),
                when=OVER,
                until=~OVER,
                outlives=True,
                chain=self.stand_down,
                purpose=Purpose.STAND_DOWN,
                because="it is over",
            )

    def _notice(self, id: str, *whom: Recipient, **rest: Any) -> Obligation:
        """Something that people who are involved have to know, if there are any: one attempt that works is enough."""
        return Obligation(id=id, recipients=whom, waits=True, suffices=True, backoff=self.backoff, **rest)


def _page(level: Level) -> str:
    """The id of what a level wants."""
    return f"{LEVEL}{level.name}"


def is_of_level(obligation: str) -> bool:
    """Whether an obligation of that id is what a level wants, be it a level that is there no more."""
    return obligation.startswith(LEVEL)
