"""Pagers that do not work, each in its own way."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from incidentkit.errors import OutcomeUnknown, ProviderUnavailable, RequestInvalid, Where
from incidentkit.memory import MemoryPager
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.pager import SendPage


class Fault(StrEnum):
    """How a pager does not work."""

    DROPPED = "dropped"
    """It says that it took over, and reaches nobody."""
    REFUSED = "refused"
    """It does not accept the request, and never will."""
    UNAVAILABLE = "unavailable"
    """It cannot work now."""
    UNKNOWN = "unknown"
    """It reaches the person, and its answer is lost."""


class FaultyPager:
    """A `Pager` with a fault in front of one that works. None of its answers ever comes late: it does not hang."""

    def __init__(self, pager: MemoryPager, fault: Fault) -> None:
        self._pager = pager
        self._fault = fault

    def page(self, request: SendPage, /) -> Receipt:
        """Do what the fault makes of it."""
        where = Where(provider=request.method, operation="page")
        match self._fault:
            case Fault.DROPPED:
                return Receipt(reference="dropped")
            case Fault.REFUSED:
                raise RequestInvalid("it does not accept the page", **where)
            case Fault.UNAVAILABLE:
                raise ProviderUnavailable("it cannot be reached", **where)
            case Fault.UNKNOWN:
                self._pager.page(request)
                raise OutcomeUnknown("the answer was lost", **where)
            case _:
                assert_never(self._fault)

    def diagnose(self) -> Diagnosis:
        """Unhealthy, and why; a pager that drops pages does not know of it."""
        if self._fault is Fault.DROPPED:
            return self._pager.diagnose()
        return Diagnosis(healthy=False, problem=f"every page is {self._fault}")
