"""Changing which version of a system runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from attrs import field, frozen
from attrs.validators import optional

from incidentkit.errors import capped
from incidentkit.model.happening import is_name, is_utc
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.providers.values import is_choice, is_period, is_switch


@frozen(kw_only=True)
class FindDeployments:
    """Ask what was deployed."""

    incident: IncidentId
    """Which incident it is asked for."""
    last: timedelta | None = field(default=None, validator=optional(is_period))
    """How far back to look, up to now; `None` for as far as the tool goes by itself."""
    environment: str = field(default="", validator=is_choice)
    """Such as ``production``; empty for all that the tool shows by itself."""


@frozen(kw_only=True)
class Deploy:
    """Deploy a version."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    version: str = field(default="", validator=is_choice)
    """Which one; empty for the newest that there is."""
    environment: str = field(default="", validator=is_choice)
    """Such as ``production``; empty for the one that the tool takes by itself."""
    fast_track: bool = field(default=False, validator=is_switch)
    """Whether to leave out what usually stands before a deployment and takes long."""


@frozen(kw_only=True)
class RollBack:
    """Go back to a version that ran before."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    version: str = field(validator=is_name)
    """Which one."""
    environment: str = field(default="", validator=is_choice)
    """Such as ``production``; empty for the one that the tool takes by itself."""


@frozen(kw_only=True)
class Deployment:
    """That a version began to run."""

    version: str = field(validator=is_name)
    environment: str = field(default="", validator=is_choice)
    """Where; empty if the tool does not say."""
    deployed_at: datetime | None = field(default=None, validator=optional(is_utc))
    """When, in UTC; `None` if the tool does not say."""


@frozen(kw_only=True)
class DeploymentHistory:
    """What was deployed."""

    deployments: tuple[Deployment, ...] = ()
    """The newest first; the first of an environment is what runs there."""
    more: bool = False
    """Whether there are more, which are older."""
    output: bytes = field(default=b"", converter=capped, repr=False)
    """What the tool said, as it said it, up to `incidentkit.errors.LARGEST_OUTPUT` bytes."""


class Deployments(Protocol):
    """Something that deploys.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.

    With a key that was used before, nothing is done, and the answer is that of the first time.
    """

    def history(self, request: FindDeployments, /) -> Answer[DeploymentHistory]:
        """What was deployed, rollbacks too. Changes nothing."""
        ...

    def deploy(self, request: Deploy, /) -> Answer[Receipt]:
        """Deploy a version, and return when it runs; the receipt's ``former`` is the version that ran before.

        Raises `NotFound` for a version or an environment that there is not.
        """
        ...

    def rollback(self, request: RollBack, /) -> Answer[Receipt]:
        """Go back to a version, and return when it runs; the receipt's ``former`` is the version that ran before.

        Raises `NotFound` for a version that never ran there, and for an environment that there is not.
        """
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether deploying and going back would work now. Changes nothing."""
        ...
