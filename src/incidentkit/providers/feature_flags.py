"""Switching features off and on while the system runs."""

from __future__ import annotations

from typing import Protocol

from attrs import field, frozen

from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.providers.values import is_names


@frozen(kw_only=True)
class DisableFeatures:
    """Switch features off."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    features: tuple[str, ...] = field(validator=is_names)
    """Their names, one at the least."""


@frozen(kw_only=True)
class EnableFeatures:
    """Switch features on."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    features: tuple[str, ...] = field(validator=is_names)
    """Their names, one at the least."""


class FeatureFlags(Protocol):
    """Something that switches features.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.

    With a key that was used before, nothing is done, and the answer is that of the first time.

    Every feature of a request is switched, or none. A receipt's ``former`` has those that were not so already.
    """

    def disable(self, request: DisableFeatures, /) -> Answer[Receipt]:
        """Switch features off. Raises `NotFound` if there is no such one."""
        ...

    def enable(self, request: EnableFeatures, /) -> Answer[Receipt]:
        """Switch features on. Raises `NotFound` if there is no such one."""
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether switching would work now. Changes nothing."""
        ...
