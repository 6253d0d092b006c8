"""Writing where people gather: the channel of an incident, the channel of a team."""

from __future__ import annotations

from typing import Protocol

from attrs import frozen

from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.text.document import Document


@frozen(kw_only=True)
class OpenChannel:
    """Open a channel for an incident."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    name: str
    """What people call it, without ``#``, such as ``incident-20260302-007``."""
    private: bool
    """Whether only those may read it who were invited."""
    topic: str
    """What it is about, in the words of people; to be escaped for wherever it is shown."""


@frozen(kw_only=True)
class PostMessage:
    """Post a message to a channel."""

    key: str
    """Identifies the message, 64 hexadecimal digits. The same key is the same message, whoever sends it."""
    incident: IncidentId
    channel: str
    """The reference of a channel, or the name of one that exists, without ``#``."""
    message: Document


@frozen(kw_only=True)
class CloseChannel:
    """Close a channel, which can still be read then."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    channel: str
    """The reference of a channel, or the name of one that exists, without ``#``."""


class Chat(Protocol):
    """Something that has channels in which people read and write.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.

    With a key that was used before, nothing is done, whatever became of the channel since, and the answer is that of
    the first time. What people wrote is shown as they wrote it: it is no markup, and calls nobody. A topic or a message
    that is longer than the system allows is cut, since a part of it is worth more than none.
    """

    def open_channel(self, request: OpenChannel, /) -> Answer[Receipt]:
        """Open a channel, and return when one can post there; the receipt's ``reference`` identifies it from then on.

        Raises `AlreadyExists` if a channel of that name is there, open or closed, that was not opened with this key.
        Raises `RequestInvalid` for a name that the system does not allow, rather than to take another one. Up to
        80 lower-case letters, digits, hyphens and underscores are allowed everywhere.
        """
        ...

    def post(self, request: PostMessage, /) -> Answer[Receipt]:
        """Post a message; a channel that was closed is opened again for it. Raises `NotFound` if there is no such one.

        The receipt's ``reference`` identifies the message.
        """
        ...

    def close_channel(self, request: CloseChannel, /) -> Answer[Receipt]:
        """Close a channel: it stays to be read, and keeps its name. Closing one that is closed changes nothing.

        The receipt's ``reference`` is that of the channel. Raises `NotFound` if there is no such one.
        """
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether opening, posting and closing would work now. Changes nothing, and nobody reads of it."""
        ...
