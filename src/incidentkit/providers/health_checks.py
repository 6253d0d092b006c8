"""Asking whether something works: production, a cloud provider, a payment provider."""

from __future__ import annotations

from typing import Protocol

from attrs import field, frozen

from incidentkit.errors import capped
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis
from incidentkit.providers.values import is_choice


@frozen(kw_only=True)
class CheckHealth:
    """Ask whether it works."""

    incident: IncidentId
    """Which incident it is asked for."""
    environment: str = field(default="", validator=is_choice)
    """Such as ``production``; empty for the one that the tool takes by itself."""


@frozen(kw_only=True)
class Health:
    """Whether it works."""

    healthy: bool | None = None
    """Whether it works; `None` if that cannot be told."""
    note: str = ""
    """What is wrong, or anything else that a person should know of it."""
    output: bytes = field(default=b"", converter=capped, repr=False)
    """What the tool said, as it said it, up to `incidentkit.errors.LARGEST_OUTPUT` bytes."""


class HealthChecks(Protocol):
    """Something that knows whether something works.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.
    """

    def check(self, request: CheckHealth, /) -> Answer[Health]:
        """Whether it works now. Changes nothing.

        That something does not work is an answer, and no error. Raises `NotFound` for an environment that there is not.
        """
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether checking would work now. Changes nothing."""
        ...
