"""A pager that fails when it is told to, and knows whom it was asked to reach."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import define, evolve, field

from incidentkit.desk.toolbox import Toolbox
from incidentkit.errors import OutcomeUnknown, ProviderUnavailable, RequestInvalid, Where
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.pager import Pager, SendPage


class Trouble(StrEnum):
    """How pagers fail."""

    REFUSES = "refuses"
    """It does not take the request, and never will."""
    UNAVAILABLE = "unavailable"
    """It cannot work now."""
    SILENT = "silent"
    """It does what it is asked to, and its answer is lost."""


@define
class Exchange:
    """What stands between a desk and all pagers of a toolbox."""

    trouble: Trouble | None = None
    """What is wrong with them now."""
    asked: list[SendPage] = field(factory=list[SendPage])
    """Whom they were asked to reach, in order, whatever came of it."""

    def before(self, toolbox: Toolbox) -> Toolbox:
        """The toolbox with this in front of its pagers."""
        pagers: Mapping[str, Pager] = {method: _Unsteady(self, pager) for method, pager in toolbox.pagers.items()}
        return evolve(toolbox, pagers=pagers)


@define
class _Unsteady:
    """A pager behind an exchange."""

    _exchange: Exchange
    _pager: Any

    def page(self, request: SendPage, /) -> Receipt:
        """Reach the person, as far as the trouble lets it."""
        self._exchange.asked.append(request)
        where = Where(provider=request.method, operation="page")
        match self._exchange.trouble:
            case Trouble.REFUSES:
                raise RequestInvalid("it does not take the request", **where)
            case Trouble.UNAVAILABLE:
                raise ProviderUnavailable("it cannot be reached", **where)
            case Trouble.SILENT:
                self._pager.page(request)
                raise OutcomeUnknown("the answer was lost", **where)
            case None:
                receipt: Receipt = self._pager.page(request)
                return receipt

    def diagnose(self) -> Diagnosis:
        """What the pager itself says."""
        diagnosis: Diagnosis = self._pager.diagnose()
        return diagnosis
