"""What stands between a desk and its pagers: it knows whom they were asked to reach, and lets them fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from attrs import define, evolve, field

from incidentkit.desk.toolbox import Toolbox
from incidentkit.drills.fault import Fault
from incidentkit.drills.faulty import Faulty
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.providers.pager import Pager, SendPage

TROUBLES: Final = (Fault.REFUSED, Fault.UNAVAILABLE, Fault.UNKNOWN)
"""How pagers fail here."""


@define
class Exchange:
    """What stands before all pagers of a toolbox."""

    clock: Callable[[], datetime]
    trouble: Fault | None = None
    """What is wrong with them now."""
    asked: list[SendPage] = field(factory=list[SendPage])
    """Whom they were asked to reach, in order, whatever came of it."""

    def before(self, toolbox: Toolbox) -> Toolbox:
        """The toolbox with this in front of its pagers."""
        pagers: Mapping[str, Pager] = {method: _Line(self, pager) for method, pager in toolbox.pagers.items()}
        return evolve(toolbox, pagers=pagers)


@define
class _Line:
    """A pager behind an exchange."""

    _exchange: Exchange
    _pager: Pager

    def page(self, request: SendPage, /) -> Answer[Receipt]:
        """Reach the person, as far as the trouble lets it."""
        self._exchange.asked.append(request)
        trouble = self._exchange.trouble
        if trouble is None:
            return self._pager.page(request)
        return Faulty(self._pager, trouble, clock=self._exchange.clock).page(request)

    def diagnose(self) -> Answer[Diagnosis]:
        """What the pager itself says."""
        return self._pager.diagnose()
