"""Changing how many copies of a service run, and starting it anew."""

from __future__ import annotations

from typing import Protocol

from attrs import field, frozen

from incidentkit.model.happening import is_name
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.providers.values import is_choice, is_count


@frozen(kw_only=True)
class ScaleService:
    """Have so many copies of a service run."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    replicas: int = field(validator=is_count)
    """How many; none stops it."""
    service: str = field(default="", validator=is_choice)
    """Which service; empty for the one that the tool takes by itself."""


@frozen(kw_only=True)
class RestartService:
    """Start a service anew."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    service: str = field(validator=is_name)


class Orchestrator(Protocol):
    """Something that runs services.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.

    With a key that was used before, nothing is done, and the answer is that of the first time.
    """

    def scale(self, request: ScaleService, /) -> Answer[Receipt]:
        """Have so many copies run; the receipt's ``former`` is how many there were to be before.

        Raises `NotFound` for a service that there is not, and `Conflict` if there is no room for so many.
        """
        ...

    def restart(self, request: RestartService, /) -> Answer[Receipt]:
        """Start a service anew, and return when it runs. What it did not write down is lost.

        Raises `NotFound` for a service that there is not.
        """
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether scaling and restarting would work now. Changes nothing."""
        ...
