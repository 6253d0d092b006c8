"""Telling the public how things stand, on a page that everybody may read."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from attrs import frozen

from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.text.document import Document


class PublicStatus(StrEnum):
    """How far it has come, in the words of status pages."""

    INVESTIGATING = "investigating"
    """Something is wrong, and nobody knows what."""
    IDENTIFIED = "identified"
    """It is known what is wrong, and not yet repaired."""
    MONITORING = "monitoring"
    """It is repaired, and watched."""
    RESOLVED = "resolved"
    """It is over."""


@frozen(kw_only=True)
class PublishStatus:
    """Publish how things stand, on an entry of the page that is there or on a new one."""

    key: str
    """Identifies the publication, 64 hexadecimal digits. The same key is the same publication, whoever sends it."""
    incident: IncidentId
    entry: str
    """The reference of the entry on the page; empty opens a new one."""
    status: PublicStatus
    title: str
    """What the entry is called from now on, in words for the public; to be escaped for wherever it is shown."""
    message: Document
    """What is said to the public."""


class StatusPage(Protocol):
    """Something that tells the public.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.
    """

    def publish(self, request: PublishStatus, /) -> Answer[Receipt]:
        """Publish it, and return when it can be read; the receipt's ``reference`` is the entry, new or not.

        What was said on the entry before stays to be read. One that was resolved is open again with any other status.
        With a key that was used before, nothing is published, whatever became of the entry since, and the answer is
        that of the first time.

        What people wrote is shown as they wrote it: it is no markup. A title or a message that is longer than the page
        allows is cut, since a part of it is worth more than none.

        Raises `NotFound` for an entry that is not there, and never opens another one in its place; `RequestInvalid` for
        a blank title.
        """
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether publishing would work now. Publishes nothing."""
        ...
