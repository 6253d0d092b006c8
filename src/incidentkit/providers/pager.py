"""Reaching one person through one contact method: an on-call system, a phone, a text message, a mail."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.text.document import Document


class Purpose(StrEnum):
    """What a page is for: how loud it may be, and what the person is to do."""

    PAGE = "page"
    """Come, and say that you have it. Loud, at any hour."""
    REMINDER = "reminder"
    """You owe something."""
    NOTICE = "notice"
    """Something has changed that you should know; nothing is asked of you."""
    STAND_DOWN = "stand down"
    """It is over: you need not come any more."""


@frozen(kw_only=True)
class SendPage:
    """Ask one person to look at an incident, or tell them something about it."""

    key: str
    """Identifies the page, 64 hexadecimal digits. The same key is the same page, whoever sends it and however often."""
    incident: IncidentId
    person: PersonId
    method: str
    """The contact method, as the directory calls it, such as ``phone``."""
    address: str
    """Where the method reaches the person: a number, an address, a topic."""
    severity: str
    """The key of the worst severity that is still possible."""
    title: str
    """What the incident is about, in the words of whoever declared it; to be escaped for wherever it is shown."""
    reason: str
    """Why this person, and why now, in words."""
    declared_at: datetime
    purpose: Purpose = Purpose.PAGE
    message: Document | None = None
    """What to say in full, where the method has room for it; `None` if there is nothing beside the reason."""


class Pager(Protocol):
    """Something that reaches people.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.
    """

    def page(self, request: SendPage, /) -> Answer[Receipt]:
        """Reach the person, and return when the system behind has taken over.

        With a key that was used before, nobody is reached twice, and the answer is that of the first time.
        """
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether paging would work now. Reaches nobody."""
        ...
