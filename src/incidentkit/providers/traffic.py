"""Keeping traffic away from what it would harm, and letting it in again."""

from __future__ import annotations

from typing import Protocol

from attrs import field, frozen

from incidentkit.model.happening import is_name
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.providers.values import is_rate


@frozen(kw_only=True)
class BreakCircuit:
    """Have calls of a service fail at once, rather than wait for it."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    service: str = field(validator=is_name)


@frozen(kw_only=True)
class RestoreCircuit:
    """Have calls of a service go to it again."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    service: str = field(validator=is_name)


class ServiceMesh(Protocol):
    """Something that stands between services.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.

    With a key that was used before, nothing is done, and the answer is that of the first time.

    A receipt's ``former`` names what was switched, and is empty if it was so already.
    """

    def break_circuit(self, request: BreakCircuit, /) -> Answer[Receipt]:
        """Have calls of a service fail at once. Raises `NotFound` for a service that there is not."""
        ...

    def restore_circuit(self, request: RestoreCircuit, /) -> Answer[Receipt]:
        """Have calls of a service go to it again. Raises `NotFound` for a service that there is not."""
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether breaking and restoring would work now. Changes nothing."""
        ...


@frozen(kw_only=True)
class RouteAway:
    """Send no traffic to an instance any more."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    instance: str = field(validator=is_name)
    """One of those that share the work, as the balancer calls it."""


@frozen(kw_only=True)
class RouteBack:
    """Send traffic to an instance again."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    instance: str = field(validator=is_name)
    """One of those that share the work, as the balancer calls it."""


class LoadBalancer(Protocol):
    """Something that spreads traffic over instances.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.

    With a key that was used before, nothing is done, and the answer is that of the first time.

    A receipt's ``former`` names what was switched, and is empty if it was so already.
    """

    def route_away(self, request: RouteAway, /) -> Answer[Receipt]:
        """Send no new traffic to an instance. Raises `NotFound` for an instance that there is not."""
        ...

    def route_back(self, request: RouteBack, /) -> Answer[Receipt]:
        """Send traffic to an instance again. Raises `NotFound` for an instance that there is not."""
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether routing would work now. Changes nothing."""
        ...


@frozen(kw_only=True)
class SetRateLimit:
    """Let no more than so many requests in."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    rps: int = field(validator=is_rate)
    """Requests per second."""


@frozen(kw_only=True)
class RemoveRateLimit:
    """Let all requests in again."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId


class ApiGateway(Protocol):
    """Something that lets requests in.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.

    With a key that was used before, nothing is done, and the answer is that of the first time.

    A receipt's ``former`` is the limit that there was, and empty if there was none.
    """

    def set_rate_limit(self, request: SetRateLimit, /) -> Answer[Receipt]:
        """Let no more than so many requests per second in, whatever the limit was."""
        ...

    def remove_rate_limit(self, request: RemoveRateLimit, /) -> Answer[Receipt]:
        """Let all requests in again."""
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether limiting would work now. Changes nothing."""
        ...


@frozen(kw_only=True)
class BlockAll:
    """Let nothing reach a service, and nothing leave it."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    service: str = field(validator=is_name)


@frozen(kw_only=True)
class UnblockAll:
    """Let traffic reach a service and leave it again."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    service: str = field(validator=is_name)


class Firewall(Protocol):
    """Something that lets traffic through or not.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.

    With a key that was used before, nothing is done, and the answer is that of the first time.

    A receipt's ``former`` names what was switched, and is empty if it was so already.
    """

    def block_all(self, request: BlockAll, /) -> Answer[Receipt]:
        """Let nothing reach a service, and nothing leave it. Raises `NotFound` for a service that there is not."""
        ...

    def unblock_all(self, request: UnblockAll, /) -> Answer[Receipt]:
        """Undo `block_all`, and nothing else that is blocked. Raises `NotFound` for a service that there is not."""
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether blocking would work now. Changes nothing."""
        ...
