"""Systems that do not work, each in its own way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Generic, TypeVar, assert_never

from attrs import field, frozen

from incidentkit.drills.work import LONGEST
from incidentkit.errors import DrillInvalid, OutcomeUnknown, ProviderUnavailable, RequestInvalid, Where, expect
from incidentkit.memory import MemoryChat, MemoryPager, MemoryStatusPage, MemoryTracker
from incidentkit.model.durations import duration_text
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.chat import CloseChannel, OpenChannel, PostMessage
from incidentkit.providers.pager import SendPage
from incidentkit.providers.status_page import PublishStatus
from incidentkit.providers.tracker import CloseTicket, OpenTicket

S = TypeVar("S", bound=MemoryPager | MemoryChat | MemoryStatusPage | MemoryTracker)
R = TypeVar("R")


class Fault(StrEnum):
    """How a system does not work."""

    DROPPED = "dropped"
    """It says that it took over, and nothing happens."""
    REFUSED = "refused"
    """It does not accept the request, and never will."""
    UNAVAILABLE = "unavailable"
    """It cannot work now."""
    UNKNOWN = "unknown"
    """It does what it is asked to, and its answer is lost."""


def _fault(value: Fault) -> Fault:
    return expect(Fault, value, DrillInvalid, "an outage has a Fault")


def _lasts(value: timedelta) -> timedelta:
    if not timedelta() < expect(timedelta, value, DrillInvalid, "an outage lasts for a timedelta") <= LONGEST:
        raise DrillInvalid(f"an outage lasts for some time, a year at the most, not for {duration_text(value)}")
    return value


@frozen
class Outage:
    """A fault that goes away: it is there from the beginning of a drill, for so long."""

    fault: Fault = field(converter=_fault)
    lasts: timedelta = field(converter=_lasts)


def _always() -> bool:
    return True


class Faulty(Generic[S]):
    """A system in memory with a fault in front: a pager, a chat, a status page or a tracker, as the system is one.

    It works while ``ill`` says no. None of its answers ever comes late: it does not hang.
    """

    def __init__(self, system: S, fault: Fault, ill: Callable[[], bool] = _always) -> None:
        self._system = system
        self._fault = fault
        self._ill = ill

    def page(self: Faulty[MemoryPager], request: SendPage, /) -> Receipt:
        """Reach the person, as far as the fault lets it."""
        return self._do(self._system.page, request, Where(provider=request.method, operation="page"))

    def open_channel(self: Faulty[MemoryChat], request: OpenChannel, /) -> Receipt:
        """Open it, as far as the fault lets it."""
        return self._do(self._system.open_channel, request, Where(provider="chat", operation="open_channel"))

    def post(self: Faulty[MemoryChat], request: PostMessage, /) -> Receipt:
        """Post, as far as the fault lets it."""
        return self._do(self._system.post, request, Where(provider="chat", operation="post"))

    def close_channel(self: Faulty[MemoryChat], request: CloseChannel, /) -> Receipt:
        """Close it, as far as the fault lets it."""
        return self._do(self._system.close_channel, request, Where(provider="chat", operation="close_channel"))

    def publish(self: Faulty[MemoryStatusPage], request: PublishStatus, /) -> Receipt:
        """Publish, as far as the fault lets it."""
        return self._do(self._system.publish, request, Where(provider="status-page", operation="publish"))

    def open_ticket(self: Faulty[MemoryTracker], request: OpenTicket, /) -> Receipt:
        """Open it, as far as the fault lets it."""
        return self._do(self._system.open_ticket, request, Where(provider="tracker", operation="open_ticket"))

    def close_ticket(self: Faulty[MemoryTracker], request: CloseTicket, /) -> Receipt:
        """Close it, as far as the fault lets it."""
        return self._do(self._system.close_ticket, request, Where(provider="tracker", operation="close_ticket"))

    def diagnose(self) -> Diagnosis:
        """Unhealthy, and why; a system that drops requests does not know of it."""
        if self._fault is Fault.DROPPED or not self._ill():
            return self._system.diagnose()
        return Diagnosis(healthy=False, problem=f"every request is {self._fault}")

    def _do(self, work: Callable[[R], Receipt], request: R, where: Where) -> Receipt:
        if not self._ill():
            return work(request)
        match self._fault:
            case Fault.DROPPED:
                return Receipt(reference="dropped")
            case Fault.REFUSED:
                raise RequestInvalid("it does not accept the request", **where)
            case Fault.UNAVAILABLE:
                raise ProviderUnavailable("it cannot be reached", **where)
            case Fault.UNKNOWN:
                work(request)
                raise OutcomeUnknown("the answer was lost", **where)
            case _:
                assert_never(self._fault)
