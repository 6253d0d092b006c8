"""Acts: what is to be done that reaches no person in particular, but a chat, a status page or a tracker."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Final

from attrs import field, frozen

from incidentkit.errors import FieldInvalid, PlaybookInvalid, nearest, shown
from incidentkit.model.identity import checked_name


class ActKind(StrEnum):
    """What to ask of a provider."""

    OPEN_CHANNEL = "open channel"
    """Open the channel of the incident."""
    OPEN_PRIVATE_CHANNEL = "open private channel"
    """Open the channel of the incident while it is restricted."""
    POST = "post"
    """Write into a channel: that of the incident, or the one that is named."""
    CLOSE_CHANNEL = "close channel"
    """Close the channel of the incident."""
    CLOSE_PRIVATE_CHANNEL = "close private channel"
    """Close the private channel of the incident, which may have both."""
    PUBLISH = "publish"
    """Tell the public on the status page, in the entry of the incident; the first time opens it."""
    OPEN_TICKET = "open ticket"
    CLOSE_TICKET = "close ticket"


OPENING: Final = frozenset({ActKind.OPEN_CHANNEL, ActKind.OPEN_PRIVATE_CHANNEL, ActKind.PUBLISH, ActKind.OPEN_TICKET})
"""The kinds that open something, the first time at least: what was opened has to be closed."""

CLOSING: Final = frozenset({ActKind.CLOSE_CHANNEL, ActKind.CLOSE_PRIVATE_CHANNEL})
"""The kinds that close a channel, which a post would open again."""

WORDLESS: Final = CLOSING | {ActKind.OPEN_CHANNEL, ActKind.OPEN_PRIVATE_CHANNEL}
"""The kinds that carry no message."""


def _kind(value: str) -> ActKind:
    try:
        return ActKind(value)
    except ValueError:
        problem = f"an act is one of {', '.join(ActKind)}, not {shown(value)}"
        raise PlaybookInvalid(f"{problem}. {nearest(str(value), map(str, ActKind))}".rstrip()) from None


@frozen
class Act:
    """One link of a chain of acts, of which the next is tried once one has failed for good, and never before.

    One that may have been done is never followed by another, or there might be two channels.
    """

    kind: ActKind = field(converter=_kind)
    wait: ClassVar[None] = None
    """Nothing is waited for."""
    where: str = ""
    """The channel that a post is for, by its name; empty for that of the incident."""

    def __attrs_post_init__(self) -> None:
        if not self.where:
            return
        if self.kind is not ActKind.POST:
            raise PlaybookInvalid(f"only a post is for another channel, not {self.kind!s} for {shown(self.where)}")
        try:
            checked_name("where", self.where)
        except FieldInvalid as error:
            raise PlaybookInvalid(f"the channel of a post: {error}") from None

    @property
    def in_own_channel(self) -> bool:
        """Whether it writes into the channel of the incident, which has to be there."""
        return self.kind is ActKind.POST and not self.where

    def __str__(self) -> str:
        return f"{self.kind} in {self.where}" if self.where else str(self.kind)
