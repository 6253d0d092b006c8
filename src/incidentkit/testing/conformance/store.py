"""What an `IncidentStore` promises. A factory gives a store in which nothing is kept."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from incidentkit.providers.store import FindDue, FindForgotten, FindIncidents, TakeNumber
from incidentkit.testing.conformance import store_keeping, store_lasting, store_log, store_queue, store_search
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.histories import HOUR, PLANNED, append_to, declaration
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.provider import closing, has_methods
from incidentkit.testing.conformance.stage import Stage

METHODS: Final = ("now", "append", "load", "due", "find", "audit", "number")


def _comes_back(stage: Stage) -> None:
    stage.attempt("now")
    stage.attempt("append", append_to("INC-1", declaration("INC-1"), version=0))
    stage.attempt("load", "INC-1")
    stage.attempt("due", FindDue(PLANNED, limit=10))
    stage.attempt("find", FindIncidents(limit=10))
    stage.attempt("audit", FindForgotten(HOUR))
    stage.attempt("number", TakeNumber("20260302"))


CHECKS: Final[tuple[Check[Any], ...]] = (
    Check[Any](
        name="has_methods",
        level=Level.MUST,
        promise="It has every method of the protocol, and each takes one request by place.",
        judge=partial(has_methods, {name: 0 if name == "now" else 1 for name in METHODS}),
    ),
    Check[Any](
        name="in_time", level=Level.MUST, promise="Every call comes back in time.", judge=_comes_back, timely=True
    ),
    *store_log.CHECKS,
    *store_queue.CHECKS,
    *store_search.CHECKS,
    *store_lasting.CHECKS,
    *store_keeping.CHECKS,
    closing(),
)
"""Every promise of a store."""
