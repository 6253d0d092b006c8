"""What an `IncidentStore` promises of finding incidents."""

from __future__ import annotations

from typing import Any, Final

from incidentkit.errors import UnknownIncident
from incidentkit.model.lifecycle import Status
from incidentkit.playbooks.emergency import SEV_1, SEV_3
from incidentkit.providers.store import FindIncidents
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.histories import HOUR, append_to, begin, found, log_of, noted, now, redacted, story
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.stage import Stage
from incidentkit.testing.conformance.store_log import check


def _finds_the_newest_first(stage: Stage) -> None:
    _begin_several(stage)
    stage.expect(found(stage) == ["INC-2", "INC-9", "INC-1"], f"{found(stage)}.")


def _begin_several(stage: Stage) -> None:
    """Let three incidents begin, and something happen in the first of them."""
    for name in ("INC-1", "INC-9", "INC-2"):
        begin(stage, name)
    stage.call("append", append_to("INC-1", noted("INC-1", "later"), version=1))


def _turns_pages(stage: Stage) -> None:
    _begin_several(stage)
    for name in ("INC-3", "INC-8"):
        begin(stage, name)
    whole = found(stage)
    first = found(stage, limit=2)
    stage.call("append", append_to("INC-9", noted("INC-9", "meanwhile"), version=1))
    rest = found(stage, limit=10, after=first[-1] if first else None)
    stage.expect(len(first) == 2 and [*first, *rest] == whole, f"{first}, then {rest}, of {whole}.")


def _turns_no_unknown_page(stage: Stage) -> None:
    begin(stage, "INC-1")
    outcome = stage.attempt("find", FindIncidents(limit=1, after="INC-2"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    stage.expect(isinstance(outcome.error, UnknownIncident), f"{outcome}.")


def _expect_only(stage: Stage, wanted: list[str], **asked: Any) -> None:
    got = found(stage, **asked)
    stage.expect(sorted(got) == sorted(wanted), f"{got} for {asked}, where {wanted} are.")


def _finds_by_status(stage: Stage) -> None:
    begin(stage, "INC-1")
    stage.call("append", append_to("INC-2", *story("INC-2"), version=0))
    _expect_only(stage, ["INC-1"], statuses=frozenset({Status.INVESTIGATING}))
    _expect_only(stage, ["INC-2"], statuses=frozenset({Status.RESOLVED, Status.CLOSED}))


def _finds_by_severity(stage: Stage) -> None:
    begin(stage, "INC-1", severity=SEV_1)
    begin(stage, "INC-2", severity=SEV_3)
    _expect_only(stage, ["INC-1"], severities=frozenset({"SEV-1", "SEV-2"}))
    _expect_only(stage, [], severities=frozenset({"sev-1", "SEV-%"}))


def _finds_by_time(stage: Stage) -> None:
    time = now(stage)
    for name, ago in (("INC-1", 3), ("INC-2", 2), ("INC-3", 1)):
        begin(stage, name, at=time - ago * HOUR)
    _expect_only(stage, ["INC-2", "INC-3"], since=time - 2 * HOUR)
    _expect_only(stage, ["INC-1"], before=time - 2 * HOUR)


def _finds_by_label(stage: Stage) -> None:
    begin(stage, "INC-1", labels={"service": "checkout", "地域": "東京"})
    begin(stage, "INC-2", labels={"service": "search"})
    _expect_only(stage, ["INC-1"], labels={"service": "checkout", "地域": "東京"})
    _expect_only(stage, ["INC-2"], labels={"service": "search"})
    _expect_only(stage, [], labels={"service": "search", "地域": "東京"})


def _finds_by_words(stage: Stage) -> None:
    begin(stage, "INC-1", title="Größe der Warteschlange")
    begin(stage, "INC-2", title="Checkout returns 500")
    stage.call("append", append_to("INC-2", noted("INC-2", "緊急 the queue is full"), version=1))
    for words, wanted in (("grÖSSE", "INC-1"), ("check queue", "INC-2"), ("緊急", "INC-2"), ("500 RETURNS", "INC-2")):
        _expect_only(stage, [wanted], text=words)
    _expect_only(stage, [], text="heckout")


def _finds_nothing_taken_out(stage: Stage) -> None:
    begin(stage, "INC-1")
    stage.call("append", append_to("INC-1", noted("INC-1", "hunter2"), version=1))
    if found(stage, text="hunter2") != ["INC-1"]:
        raise Untold("it does not find by words")
    stage.call("append", append_to("INC-1", redacted("INC-1", 1), version=2))
    if "hunter2" in str(log_of(stage, "INC-1")):
        raise Untold("it does not take words out")
    stage.expect(found(stage, text="hunter2") == [], "it is found by words that were taken out.")


CHECKS: Final[tuple[Check[Any], ...]] = (
    check(
        "find_newest_first",
        "`find` gives those first that came last, whatever happened since.",
        _finds_the_newest_first,
    ),
    check("find_pages", "`find` goes on after the last incident of a page, and leaves out none.", _turns_pages),
    check(
        "find_unknown_page", "`find` raises `UnknownIncident` for a page that ends with none.", _turns_no_unknown_page
    ),
    check("find_by_status", "`find` gives those alone whose status is asked for.", _finds_by_status),
    check("find_by_severity", "`find` gives those alone whose severity is asked for.", _finds_by_severity),
    check("find_by_time", "`find` gives those alone that were declared in the time asked for.", _finds_by_time),
    check("find_by_label", "`find` gives those alone that have every label asked for.", _finds_by_label),
    check(
        "find_by_words", "`find` gives those alone that have every word asked for, or its beginning.", _finds_by_words
    ),
    check("find_redacted", "`find` finds nothing by words that were taken out.", _finds_nothing_taken_out),
)
"""The promises about finding incidents."""
