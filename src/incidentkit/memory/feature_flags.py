"""The reference feature flags: nobody sees the features but a test."""

from __future__ import annotations

from typing import ClassVar

from incidentkit.memory.switches import Switches
from incidentkit.providers.answer import Receipt
from incidentkit.providers.feature_flags import DisableFeatures, EnableFeatures


class MemoryFeatureFlags(Switches):
    """`FeatureFlags` of the features that it is given, which are on, and of those that are ``off``."""

    name: ClassVar[str] = "feature-flags"
    what: ClassVar[str] = "feature"

    def disable(self, request: DisableFeatures, /) -> Receipt:
        """Switch them off, unless the key did so before."""
        return self._change(request, lambda: self._switch(request.features, "disable", on=False))

    def enable(self, request: EnableFeatures, /) -> Receipt:
        """Switch them on, unless the key did so before."""
        return self._change(request, lambda: self._switch(request.features, "enable", on=True))
