"""What a playbook wants: one kind of thing, whatever it is about.

Pages, response clocks, reminders and checklist items are obligations: when each comes into force, until when it
stands, who owes it or is owed it, and by which attempts it is brought about.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from types import NoneType
from typing import Any, Final, assert_never

from attrs import field, frozen

from incidentkit.errors import FieldInvalid, PlaybookInvalid, each_of, expect, several, shown
from incidentkit.model.action import ActionKey
from incidentkit.model.conditions import ALWAYS, NEVER, Condition
from incidentkit.model.identity import checked_name, checked_text
from incidentkit.model.incident import Incident
from incidentkit.model.progress import ONCE, Mark
from incidentkit.model.targets import Target
from incidentkit.policy.act import Act
from incidentkit.policy.recipient import Recipient, RecipientKind
from incidentkit.policy.situation import SAID_DONE, WAIVED
from incidentkit.policy.template import Template
from incidentkit.providers.pager import Purpose

LONGEST_WAIT: Final = timedelta(days=365)
"""How long a policy may wait for anything: longer is a slip, and ends beyond the calendar."""

SHORTEST_REST: Final = timedelta(minutes=1)
"""For how long nobody is called in the same way again for another level, where a chain has no wait to go by."""

LEVEL: Final = "page/"
"""How the id of what a level wants begins, so that a log tells it though the playbook has no such level any more."""

ITEM: Final = "action item/"
"""How the id of an action item as an obligation begins."""

MOST_REPEATS: Final = 1_000
"""How often the last delay of a backoff may come once more."""

LONGEST_REASON: Final = 1_000
"""Characters that the reason of an obligation may have: every page repeats it."""


def id_of(what: str, *names: str) -> str:
    """The id of an obligation that is made of names; `PlaybookInvalid` says ``what`` has them, if they make none."""
    id = "/".join(names)
    try:
        return checked_name("the id of an obligation", id)
    except FieldInvalid as error:
        raise PlaybookInvalid(f"{what}: {shown(id)} is no id of what is owed: {error.problem}") from None


def checked_reason(what: str, text: str) -> None:
    """Words that the log can keep; `PlaybookInvalid` names ``what`` for others."""
    try:
        checked_text("because", text)
    except FieldInvalid as error:
        raise PlaybookInvalid(f"{what}: {error}") from None
    if len(text) > LONGEST_REASON:
        raise PlaybookInvalid(f"{what}: because has {LONGEST_REASON} characters at the most, not {len(text)}")


def as_reason(words: str) -> str:
    """Words as a reason: as much of them as one may have."""
    return words if len(words) <= LONGEST_REASON else f"{words[: LONGEST_REASON - 1]}…"


def checked_wait(what: str, wait: timedelta | None) -> None:
    """A time to wait, if there is one; `PlaybookInvalid` names ``what`` for others."""
    expect(timedelta | NoneType, wait, PlaybookInvalid, f"{what} is a timedelta")
    if wait is not None and not timedelta() < wait <= LONGEST_WAIT:
        raise PlaybookInvalid(f"{what} is above zero and no more than a year, not {wait}")


class Recurrence(StrEnum):
    """How often an obligation can come into force; each time is an instance of its own."""

    ONCE = "once"
    """Once in the life of an incident."""
    PER_GENERATION = "per generation"
    """Once after the declaration, and once after each reopening."""
    PER_RAISE = "per raise"
    """Once each time the severity was raised."""
    PER_ACKNOWLEDGEMENT = "per acknowledgement"
    """Once each time somebody acknowledged."""
    PER_UPDATE = "per update"
    """Once after the declaration or a reopening, and once after each update that somebody wrote since."""
    PER_PUBLIC_UPDATE = "per public update"
    """The same, but only for updates that had words for the public."""
    PER_EXHAUSTION = "per exhaustion"
    """Once for the chains of the obligations that it comes ``after``, and once more whenever one is added to them.

    The chains of levels that an earlier version of the playbook had are among them.
    """


@frozen
class Attempt:
    """One link of a chain: a contact method to try, and how long to wait for its effect."""

    method: str
    wait: timedelta | None = None
    """From the first try to the next attempt; `None` for the last one, which ends the chain when it is done."""

    def __attrs_post_init__(self) -> None:
        checked_name("a contact method", self.method)
        checked_wait(f"the wait after {self.method!r}", self.wait)


def _delays(delays: Iterable[timedelta]) -> tuple[timedelta, ...]:
    given = several(delays, PlaybookInvalid, "the delays of a backoff are a list of timedeltas")
    return tuple(expect(timedelta, each, PlaybookInvalid, "a delay is a timedelta") for each in given)


def _share(share: float) -> float:
    if isinstance(share, bool):
        raise PlaybookInvalid(f"a jitter is a number, not {share}")
    return float(expect(float | int, share, PlaybookInvalid, "a jitter is a number"))


@frozen
class Backoff:
    """How often to try an attempt again that failed for the time being, and how long to wait before each time.

    Each delay is made longer by up to ``jitter`` of itself. By how much follows from the action's key, so that many
    actions that failed together do not come back together, and every plan says the same.
    """

    delays: tuple[timedelta, ...] = field(
        default=(timedelta(seconds=10), timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)),
        converter=_delays,
    )
    """Before the second try, the third, and so on."""
    repeats: int = 0
    """How often the last of them comes once more; after that nothing more is tried."""
    jitter: float = field(default=0.1, converter=_share)

    def __attrs_post_init__(self) -> None:
        for delay in self.delays:
            if not timedelta() < delay <= LONGEST_WAIT:
                raise PlaybookInvalid(f"a delay before another try is above zero and no more than a year, not {delay}")
        if not 0 <= self.jitter <= 1:
            raise PlaybookInvalid(f"a jitter is a share from 0 to 1, not {self.jitter}")
        if type(self.repeats) is not int or not 0 <= self.repeats <= MOST_REPEATS or (self.repeats and not self.delays):
            problem = f"the last delay of a backoff, if there is one, comes 0 to {MOST_REPEATS} times more"
            raise PlaybookInvalid(f"{problem}, not {shown(self.repeats)}")

    @property
    def retries(self) -> int:
        """How often an action is tried again."""
        return len(self.delays) + self.repeats

    def delay(self, key: ActionKey, tries: int) -> timedelta:
        """How long to wait after so many tries of an action, at the most as many as there are retries."""
        base = self.delays[min(tries, len(self.delays)) - 1]
        share = int(key.digest("jitter", str(tries))[:8], 16) / 0xFFFFFFFF
        return base * (1 + self.jitter * share)


def _chain(chain: Iterable[Attempt]) -> tuple[Attempt, ...]:
    given = several(chain, PlaybookInvalid, "a chain is a list of attempts")
    return tuple(expect(Attempt, each, PlaybookInvalid, "a chain is made of attempts") for each in given)


def _acts(acts: Iterable[Act]) -> tuple[Act, ...]:
    return each_of(Act, acts, PlaybookInvalid, "acts are a list of Act")


def _recipients(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    words = "recipients, acknowledgers and fallback are lists of recipients, such as [team('payments')]"
    given = several(recipients, PlaybookInvalid, words)
    return tuple(expect(Recipient, each, PlaybookInvalid, "an obligation is for recipients") for each in given)


def _after(after: Iterable[str]) -> tuple[str, ...]:
    words = "after is a list of the ids of obligations"
    return each_of(str, after, PlaybookInvalid, words)


@frozen(kw_only=True)
class Expiry:
    """For how long an acknowledgement counts."""

    after: timedelta
    applies: Condition = ALWAYS
    """To which incidents: those for which this is not false."""
    levels: tuple[str, ...] = ()
    """Obligations of which one that is in force says that it applies in any case."""
    hindered: Condition = NEVER
    """While this is true none expires."""

    @property
    def mentioned(self) -> Iterable[Any]:
        """The facts that it asks for."""
        return (fact for condition in (self.applies, self.hindered) for fact in condition.mentioned)


@frozen(kw_only=True)
class Obligation:
    """Something that a playbook wants of an incident.

    It comes into force at the first moment at which ``when`` is true, ``applies`` is not false and neither ``until``
    nor ``held`` is true, and only while the incident is active, unless it ``outlives`` it. From then on it is in force,
    whatever becomes of ``when``; it asks for nothing while ``until`` is true.
    """

    id: str
    when: Condition
    """It comes into force when this is true; unknown is not true."""
    applies: Condition = ALWAYS
    """To which incidents it applies: those for which this is not false, so unknown counts as true."""
    until: Condition = NEVER
    """It asks for nothing while this is true."""
    held: Condition = NEVER
    """It does not come into force while this is true; what is in force already goes on, for the people that it has."""
    recipients: tuple[Recipient, ...] = field(default=(), converter=_recipients)
    """Who owes it, or whom it is to reach; who that is, is settled when it comes into force."""
    acknowledgers: tuple[Recipient, ...] = field(default=(), converter=_recipients)
    """Whose acknowledgements count for ``until``; if empty, those of its people, and those given by others later."""
    fallback: tuple[Recipient, ...] = field(default=(), converter=_recipients)
    """Who is meant if nobody is found."""
    waits: bool = False
    """Whether it comes into force only once somebody is found, rather than for nobody."""
    follows: bool = False
    """Whether whoever comes on call by a schedule while it asks for something is meant as well from then on."""
    after: tuple[str, ...] = field(default=(), converter=_after)
    """The obligations that it comes after: all chains of those that ask for something must have come to their end."""
    level: str = ""
    """The name under which a person can bring it in, whatever ``when`` and ``held`` say, and start it anew later."""
    due: Target | None = None
    """How much time there is from when it came into force; its chain begins when that has run out."""
    chain: tuple[Attempt, ...] = field(default=(), converter=_chain)
    """The attempts to bring it about, for each of its people; none for what only people can do."""
    acts: tuple[Act, ...] = field(default=(), converter=_acts)
    """Instead of those, what to do for all of them together, once; its people are who has to, if it cannot be done."""
    message: Template | None = None
    """What its attempts or acts say."""
    met: Condition = NEVER
    """The part of ``until`` that says that it has been brought about."""
    done_by: tuple[str, ...] = field(default=(), converter=_after)
    """The obligations of whose actions one that succeeded brings it about, as far as its conditions ask for that."""
    presupposes: tuple[str, ...] = field(default=(), converter=_after)
    """The obligations of which one must have been acted for, or it does not come into force; none for any."""
    suffices: bool = False
    """Whether a person for whom one attempt has succeeded is not tried any further: they only have to know."""
    backoff: Backoff = field(factory=Backoff)
    recurrence: Recurrence = Recurrence.PER_GENERATION
    personal: bool = False
    """Whether a person who acknowledged or declined the incident is left alone."""
    purpose: Purpose = Purpose.PAGE
    """What its attempts tell people to do."""
    grace: timedelta = timedelta(seconds=10)
    """How long to leave a person alone after they took an acknowledgement back."""
    outlives: bool = False
    """Whether it goes on when the incident is over."""
    not_before: datetime | None = None
    """From when on it can come into force; `None` for any time."""
    is_decided: bool = False
    """Whether it is decided for good when its turn comes: if ``when`` is false then, it is skipped."""
    is_for_all: bool = False
    """Whether nothing of it may be done while the incident is restricted, be it that it was claimed before."""
    owed: bool = False
    """Whether people owe it, and are not only told of something."""
    blocks: bool = False
    """Whether the incident is closed only once it is met or waived."""
    because: str = ""
    """Why, in words for the people whom it reaches."""
    source: str = ""
    """Where it is written down."""

    def __attrs_post_init__(self) -> None:
        checked_name("the id of an obligation", self.id)
        checked_reason(self.id, self.because)
        if not timedelta() <= self.grace <= LONGEST_WAIT:
            raise PlaybookInvalid(f"{self.id}: the grace is no time or more, at the most a year, not {self.grace}")
        self._check_asked()
        for condition in (self.when, self.applies, self.until, self.held):
            expect(Condition, condition, PlaybookInvalid, f"{self.id}: when, applies, until and held are conditions")
        if self.recurrence is Recurrence.PER_EXHAUSTION and not self.after:
            raise PlaybookInvalid(f"{self.id}: say whose chains it comes after, since it comes once for those")
        if any(fact.tag == "clock" for fact in self.applies.mentioned):
            raise PlaybookInvalid(f"{self.id}: applies says which incidents, so no clock can be in {self.applies}")
        if self.acts and (self.chain or self.personal):
            raise PlaybookInvalid(f"{self.id}: what is done once for everybody pages nobody: acts, or a chain")
        for attempt in self.chain[:-1]:
            if attempt.wait is None:
                raise PlaybookInvalid(f"{self.id}: nothing comes after {attempt.method!r}, which has no wait")

    def _check_asked(self) -> None:
        for each in self.named if not self.level else (*self.acknowledgers, *self.fallback):
            if each.kind is RecipientKind.ON_CALL:
                raise PlaybookInvalid(f"{self.id}: {each} can only be among the recipients of a level")

    def instance(self, incident: Incident) -> str:
        """Which of its instances the incident is at."""
        match self.recurrence:
            case Recurrence.ONCE:
                return ONCE
            case Recurrence.PER_GENERATION:
                return str(incident.generation)
            case Recurrence.PER_RAISE:
                return f"{incident.generation}.{incident.progress.raises}"
            case Recurrence.PER_ACKNOWLEDGEMENT:
                return f"{incident.generation}.{incident.progress.acknowledgements}"
            case Recurrence.PER_UPDATE:
                return f"{incident.generation}.{incident.progress.updates}"
            case Recurrence.PER_PUBLIC_UPDATE:
                return f"{incident.generation}.{incident.progress.public_updates}"
            case Recurrence.PER_EXHAUSTION:
                return f"{incident.generation}.{self._chains(incident)}"
            case _:
                assert_never(self.recurrence)

    def _chains(self, incident: Incident) -> int:
        """How many chains there are that it comes after.

        Levels that the playbook does not have any more count as well. Otherwise the number would fall when a level is
        renamed, and come back to one that is in force already: nobody would learn that those of the new level were
        paged in vain.
        """
        levels = (id for id, _ in incident.progress.in_force if id.startswith(LEVEL))
        return incident.progress.chains(dict.fromkeys((*self.after, *levels)), str(incident.generation))

    def rest(self, attempt: int) -> timedelta:
        """How long an attempt has its effect; the last one, which has no wait, as long as the one before it."""
        wait = self.chain[attempt].wait or (self.chain[attempt - 1].wait if attempt else None)
        return SHORTEST_REST if wait is None else wait

    def calls(self, incident: Incident) -> tuple[Mark, ...]:
        """When people brought it in, in this generation."""
        return incident.progress.escalations.get(self.level, ()) if self.level else ()

    @cached_property
    def can_be_settled(self) -> bool:
        """Whether people can say that it is done, or waive it."""
        return any(fact in (SAID_DONE, WAIVED) for fact in self.until.mentioned)

    @cached_property
    def can_be_fulfilled(self) -> bool:
        """Whether people can say that it is done; of a clock, for one, only the facts can."""
        return SAID_DONE in self.until.mentioned

    @property
    def links(self) -> tuple[Attempt, ...] | tuple[Act, ...]:
        """What is tried one after the other: attempts for each person, or acts for all of them."""
        return self.acts or self.chain

    @cached_property
    def hindered(self) -> Condition:
        """While this is true it does not come into force."""
        return self.until if self.held == NEVER else self.until | self.held

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The on-call systems that are asked whom it is about besides, as their recipients are written, each once."""
        return tuple(dict.fromkeys(str(each) for each in self.recipients if each.kind is RecipientKind.ON_CALL))

    @cached_property
    def relieves(self) -> bool:
        """Whether it is about people whose shift is over, and only as long as they have the incident."""
        return any(each.kind is RecipientKind.RELIEVED for each in self.recipients)

    @property
    def named(self) -> tuple[Recipient, ...]:
        """Whom it names, whatever for."""
        return (*self.recipients, *self.acknowledgers, *self.fallback)

    @property
    def mentioned(self) -> Iterable[Any]:
        """The facts that it asks for."""
        return (fact for condition in (self.applies, self.when, self.until, self.held) for fact in condition.mentioned)
