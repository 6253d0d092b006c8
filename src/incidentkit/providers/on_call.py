"""Asking a system that others run who is on call: a paging service, a rota, a calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from attrs import frozen

from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis


@frozen(kw_only=True)
class FindOnCall:
    """Ask who is on call by a schedule at a moment."""

    key: str
    """Identifies the question, 64 hexadecimal digits. The same key is the same question, however often it is asked."""
    incident: IncidentId
    """Which incident it is asked for."""
    schedule: str
    """The schedule, as the system calls it."""
    at: datetime
    """When, in UTC: now, as the desk knows it; later for the same key if it is asked again."""


@frozen(kw_only=True)
class OnCallNow:
    """Who is on call."""

    people: tuple[str, ...] = ()
    """Their ids in the directory, the first to be paged first; nobody, if nobody is on call."""
    reference: str = ""
    """What the system calls its answer, or the shift; empty if it has no name for it."""


class OnCall(Protocol):
    """Something that knows who is on call.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth asking again.
    """

    def on_call(self, request: FindOnCall, /) -> Answer[OnCallNow]:
        """Who is on call. Changes nothing and reaches nobody.

        With a key that was used before, the answer may be that of the first time, or what has become true since.
        Raises `NotFound` for a schedule that the system does not have.
        """
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether it could answer now. Reaches nobody."""
        ...
