"""Announcements: what to tell on an occasion, to people or once for everybody, and when that is possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from incidentkit.errors import PlaybookInvalid, each_of, expect, nearest, shown
from incidentkit.model.conditions import ALWAYS, Condition
from incidentkit.model.identity import checked_name
from incidentkit.model.lifecycle import Status
from incidentkit.policy.act import WORDLESS, Act, ActKind
from incidentkit.policy.escalation import LONGEST_LEVEL_NAME
from incidentkit.policy.obligation import Recurrence, checked_reason
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.situation import (
    CHANNEL_OPEN,
    MERGED,
    NEWS_FOR_ALL,
    ON_STATUS_PAGE,
    OVER,
    PRIVATE_CHANNEL,
    PUBLIC_CHANNEL,
    PUBLIC_NEWS,
    RESTRICTED,
    STATUS,
    TICKET_OPEN,
    UPDATES,
)

FINISHED: Final[Condition] = STATUS.one_of(Status.CLOSED, Status.CANCELLED)
"""Nothing is left to do."""


class Occasion(StrEnum):
    """When something is told."""

    DECLARED = "declared"
    """When the incident is declared, and again whenever it is reopened."""
    UPDATED = "updated"
    """Whenever somebody wrote an update; of several at once the latest counts."""
    OVER = "over"
    """When it is resolved or cancelled, but not when it turned out to be the same as another one."""
    MERGED = "merged"
    """When it turned out to be the same as another one, which goes on."""
    FINISHED = "finished"
    """When it is closed or cancelled."""


WHEN: Final[Mapping[Occasion, Condition]] = {
    Occasion.DECLARED: ALWAYS,
    Occasion.UPDATED: UPDATES >= 1,
    Occasion.OVER: OVER & ~MERGED,
    Occasion.MERGED: OVER & MERGED,
    Occasion.FINISHED: FINISHED,
}
"""What is true on each occasion."""

ENDINGS: Final = frozenset({Occasion.OVER, Occasion.MERGED, Occasion.FINISHED})
"""The occasions on which the incident does not go on."""

_OPENS: Final[Mapping[ActKind, Condition]] = {
    ActKind.OPEN_CHANNEL: CHANNEL_OPEN.is_(True),
    ActKind.OPEN_PRIVATE_CHANNEL: CHANNEL_OPEN.is_(True),
    ActKind.OPEN_TICKET: TICKET_OPEN.is_(True),
}
"""What is true once an act has opened something, which is not to be opened again."""


def recipients_of(recipients: Recipient | Iterable[Recipient]) -> tuple[Recipient, ...]:
    """One recipient, or several; `PlaybookInvalid` for anything else."""
    if isinstance(recipients, Recipient):
        return (recipients,)
    words = "whom to tell is recipients, one or a list of them"
    return each_of(Recipient, recipients, PlaybookInvalid, words)


def _acts(acts: Act | ActKind | Iterable[Act | ActKind]) -> tuple[Act, ...]:
    words = "the acts of an announcement are an Act, or a list of them"
    several = (acts,) if isinstance(acts, Act | ActKind) else each_of(Act | ActKind, acts, PlaybookInvalid, words)
    return tuple(each if isinstance(each, Act) else Act(each) for each in several)


def _after(after: Iterable[str]) -> tuple[str, ...]:
    words = "after is a list of the names of announcements"
    return each_of(str, after, PlaybookInvalid, words)


def _occasion(value: str) -> Occasion:
    try:
        return Occasion(value)
    except ValueError:
        problem = f"an occasion is one of {', '.join(Occasion)}, not {shown(value)}"
        raise PlaybookInvalid(f"{problem}. {nearest(str(value), map(str, Occasion))}".rstrip()) from None


@frozen(kw_only=True)
class Announcement:
    """Something to tell on an occasion: to people, or once for everybody by an act, of which the next is a fallback."""

    name: str
    """Names it in the log and in keys, so it stays when texts are edited."""
    template: str = ""
    """The name of the template of what to say."""
    to: tuple[Recipient, ...] = field(default=(), converter=recipients_of)
    acts: tuple[Act, ...] = field(default=(), converter=_acts)
    """What to do instead of telling people one by one; all of one kind."""
    on: Occasion = field(default=Occasion.DECLARED, converter=_occasion)
    applies: Condition = ALWAYS
    """For which incidents: those for which this is not false, so unknown counts as true."""
    after: tuple[str, ...] = field(default=(), converter=_after)
    """The announcements of which one must have gone out, or this one does not; none for any."""
    confidential: bool = False
    """Whether it goes out although the incident is restricted."""
    because: str = ""
    """Why these people, in words for them."""
    source: str = ""
    """Where it is written down."""

    def __attrs_post_init__(self) -> None:
        if len(checked_name("the name of an announcement", self.name)) > LONGEST_LEVEL_NAME:
            raise PlaybookInvalid(f"the name of an announcement has {LONGEST_LEVEL_NAME} characters at the most")
        what = f"announcement {self.name!r}"
        checked_reason(what, self.because)
        checked_reason(what, self.source)
        expect(Condition, self.applies, PlaybookInvalid, f"{what}: applies is a condition")
        expect(bool, self.confidential, PlaybookInvalid, f"{what}: whether it is confidential is True or False")
        if bool(self.to) == bool(self.acts):
            raise PlaybookInvalid(f"{what} tells people, or does something once for everybody: give it `to` or `acts`")
        if len(self.kinds) > 1:
            raise PlaybookInvalid(f"{what}: its acts are all of one kind, not {', '.join(sorted(self.kinds))}")
        if self.kinds <= WORDLESS and self.acts and self.template:
            raise PlaybookInvalid(f"{what}: to {self.acts[0].kind} carries no message, so it has no template")
        if self.confidential and ActKind.OPEN_CHANNEL in self.kinds:
            problem = "everybody may read the channel that it opens, so it is not confidential"
            raise PlaybookInvalid(f"{what}: {problem}: give it {str(ActKind.OPEN_PRIVATE_CHANNEL)!r}")
        if not self.kinds <= WORDLESS and not self.template:
            raise PlaybookInvalid(f"{what} says something: name its template")

    @property
    def kinds(self) -> frozenset[ActKind]:
        """What kind of acts it has."""
        return frozenset(act.kind for act in self.acts)

    @property
    def id(self) -> str:
        """The id of the obligation that it becomes."""
        return announced(self.name)


def announced(name: str) -> str:
    """The id of what an announcement of that name wants."""
    return f"tell/{name}"


def needed(announcement: Announcement) -> Iterator[Condition]:
    """What has to be so for it to be done."""
    if any(act.in_own_channel for act in announcement.acts):
        yield CHANNEL_OPEN.is_(True)
    if ActKind.OPEN_PRIVATE_CHANNEL in announcement.kinds:
        yield RESTRICTED.is_(True)
    if ActKind.CLOSE_CHANNEL in announcement.kinds:
        yield PUBLIC_CHANNEL.is_(True)
    if ActKind.CLOSE_PRIVATE_CHANNEL in announcement.kinds:
        yield PRIVATE_CHANNEL.is_(True)
    if ActKind.CLOSE_TICKET in announcement.kinds:
        yield TICKET_OPEN.is_(True)
    if (
        announcement.on is Occasion.UPDATED
        and not announcement.confidential
        and ActKind.PUBLISH not in announcement.kinds
    ):
        yield NEWS_FOR_ALL.is_(True)
    if ActKind.PUBLISH in announcement.kinds and announcement.on is not Occasion.DECLARED:
        yield ON_STATUS_PAGE.is_(True)
    if ActKind.PUBLISH in announcement.kinds and announcement.on is Occasion.UPDATED:
        yield PUBLIC_NEWS.is_(True)


def ended(announcement: Announcement) -> Iterator[Condition]:
    """What makes it pointless, or wrong."""
    yield from (_OPENS[kind] for kind in announcement.kinds if kind in _OPENS)
    if not announcement.confidential:
        yield RESTRICTED.is_(True)
    if announcement.on in ENDINGS:
        yield ~WHEN[announcement.on]


def recurrence_of(announcement: Announcement) -> Recurrence:
    """How often it comes."""
    if announcement.kinds & _OPENS.keys():
        return Recurrence.ONCE
    if announcement.on is not Occasion.UPDATED:
        return Recurrence.PER_GENERATION
    return Recurrence.PER_PUBLIC_UPDATE if ActKind.PUBLISH in announcement.kinds else Recurrence.PER_UPDATE
