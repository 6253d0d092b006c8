"""Changing what a system goes by while it runs."""

from __future__ import annotations

from typing import Protocol

from attrs import field, frozen

from incidentkit.errors import capped
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.providers.values import is_choice, is_setting, is_setting_name


@frozen(kw_only=True)
class GetSetting:
    """Ask for the value of a setting."""

    incident: IncidentId
    """Which incident it is asked for."""
    name: str = field(validator=is_setting_name)
    """What the setting is called, without ``=``."""
    environment: str = field(default="", validator=is_choice)
    """Such as ``production``; empty for the one that the tool takes by itself."""


@frozen(kw_only=True)
class SetSetting:
    """Give a setting a value."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    name: str = field(validator=is_setting_name)
    """What the setting is called, without ``=``."""
    value: str = field(validator=is_setting)
    """Its new value, which is not empty."""
    environment: str = field(default="", validator=is_choice)
    """Such as ``production``; empty for the one that the tool takes by itself."""


@frozen(kw_only=True)
class UnsetSetting:
    """Take the value of a setting away."""

    key: str
    """Identifies the request, 64 hexadecimal digits. The same key is the same request, whoever sends it."""
    incident: IncidentId
    name: str = field(validator=is_setting_name)
    """What the setting is called, without ``=``."""
    environment: str = field(default="", validator=is_choice)
    """Such as ``production``; empty for the one that the tool takes by itself."""


@frozen(kw_only=True)
class Setting:
    """The value of a setting."""

    value: str | None = None
    """`None` if it has none."""
    output: bytes = field(default=b"", converter=capped, repr=False)
    """What the tool said, as it said it, up to `incidentkit.errors.LARGEST_OUTPUT` bytes."""


class Configuration(Protocol):
    """Something that keeps settings.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.

    With a key that was used before, nothing is done, and the answer is that of the first time.
    """

    def get(self, request: GetSetting, /) -> Answer[Setting]:
        """The value of a setting. Changes nothing. That it has none is an answer, and no error."""
        ...

    def set(self, request: SetSetting, /) -> Answer[Receipt]:
        """Give a setting a value; the receipt's ``former`` is the value that it had, and nothing if it had none.

        Raises `RequestInvalid` for a value that the setting cannot have.
        """
        ...

    def unset(self, request: UnsetSetting, /) -> Answer[Receipt]:
        """Take the value of a setting away; the receipt's ``former`` is the value that it had, as in `set`."""
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether reading and setting would work now. Changes nothing."""
        ...
