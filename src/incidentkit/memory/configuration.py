"""The reference configuration: settings that nothing goes by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from incidentkit.errors import Misconfigured, ProviderError, expect
from incidentkit.memory.deployments import PRODUCTION
from incidentkit.memory.tool import MemoryTool
from incidentkit.providers.answer import Receipt
from incidentkit.providers.configuration import GetSetting, SetSetting, Setting, UnsetSetting


class MemoryConfiguration(MemoryTool):
    """A `Configuration` that keeps its settings: those of the environment that is taken by itself, and of others."""

    name: ClassVar[str] = "configuration"

    def __init__(
        self,
        settings: Mapping[str, str] | None = None,
        *,
        environment: str = PRODUCTION,
        fault: ProviderError | None = None,
    ) -> None:
        super().__init__(fault=fault)
        given = expect(Mapping, settings or {}, Misconfigured, "the settings are values by name")
        self._environment = environment
        self._settings = {environment: dict(given)}

    @property
    def settings(self) -> dict[str, dict[str, str]]:
        """Values by name, by environment; an environment without a setting is not there."""
        with self._lock:
            return {environment: {**values} for environment, values in self._settings.items() if values}

    def get(self, request: GetSetting, /) -> Setting:
        """The value of a setting."""
        return self._read(request, lambda: Setting(value=self._of(request.environment).get(request.name)))

    def set(self, request: SetSetting, /) -> Receipt:
        """Replace the value, unless the key did so before."""
        return self._change(request, lambda: self._replace(request, request.value))

    def unset(self, request: UnsetSetting, /) -> Receipt:
        """Take the value away, unless the key did so before."""
        return self._change(request, lambda: self._replace(request, None))

    def _replace(self, request: SetSetting | UnsetSetting, value: str | None) -> Receipt:
        settings = self._of(request.environment)
        former = settings.pop(request.name, None)
        if value is not None:
            settings[request.name] = value
        return Receipt(former=() if former is None else (former,))

    def _of(self, environment: str) -> dict[str, str]:
        return self._settings.setdefault(environment or self._environment, {})
