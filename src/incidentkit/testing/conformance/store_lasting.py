"""What an `IncidentStore` promises of what lasts: other stores of the same system have it too, and so does the next."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

from incidentkit.errors import StaleVersion
from incidentkit.model.events import Event
from incidentkit.providers.store import FindDue, TakeNumber
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.histories import HOUR, PLANNED, append_to, begin, log_of, noted, now, story
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.stage import Stage
from incidentkit.testing.conformance.store_log import check


@contextmanager
def _another(stage: Stage) -> Generator[Any]:
    """Another store of the same system, as the desk of another program has one."""
    other = stage.another("store")
    try:
        yield other
    finally:
        if other is not stage.rig.provider:
            _close(stage, other)


def _close(stage: Stage, store: Any) -> None:
    for name in ("aclose", "close"):
        if callable(getattr(store, name, None)):
            stage.attempt(name, provider=store)
            return


def _seen_by(stage: Stage, store: Any) -> tuple[Event, ...]:
    outcome = stage.attempt("load", "INC-1", provider=store)
    return () if outcome.error else tuple(outcome.answer)


@contextmanager
def _another_after_beginning(stage: Stage, **plan: Any) -> Generator[Any]:
    """Another store, opened once an incident has begun. Nothing can be seen if it does not even have that."""
    begin(stage, "INC-1", plan=plan)
    with _another(stage) as other:
        if len(_seen_by(stage, other)) != 1:
            raise Untold("another store of the same system does not have what was appended")
        yield other


def _has_what_was_there(stage: Stage) -> None:
    stage.call("append", append_to("INC-1", *story("INC-1"), version=0))
    log = log_of(stage, "INC-1")
    with _another(stage) as other:
        seen = _seen_by(stage, other)
    stage.expect(seen == log, f"{len(seen)} events of {len(log)}, or other ones.")


def _sees_what_comes(stage: Stage) -> None:
    with _another_after_beginning(stage) as other:
        for version, writer, reader in ((1, None, other), (2, other, stage.rig.provider)):
            request = append_to("INC-1", noted("INC-1", "meanwhile"), version=version)
            if error := stage.attempt("append", request, provider=writer).error:
                raise Untold(f"append did not answer: {error}")
            seen = len(_seen_by(stage, reader))
            stage.expect(seen == version + 1, f"{seen} events, where there are {version + 1}.")


def _is_stale_for_both(stage: Stage) -> None:
    with _another_after_beginning(stage) as other:
        stage.call("append", append_to("INC-1", noted("INC-1", "first"), version=1))
        if len(_seen_by(stage, other)) != 2:
            raise Untold("another store of the same system does not see what is appended")
        late = stage.attempt("append", append_to("INC-1", noted("INC-1", "late"), version=1), provider=other)
    stage.expect(isinstance(late.error, StaleVersion), f"{late}.")


def _is_due_for_both(stage: Stage) -> None:
    time = now(stage)
    begin(stage, "INC-2", plan={"wake_at": time + HOUR, "planned_with": PLANNED})
    with _another_after_beginning(stage, wake_at=time - HOUR, planned_with=PLANNED) as other:
        found = stage.attempt("due", FindDue(PLANNED, limit=10), provider=other)
    stage.expect([*(found.answer or ())] == ["INC-1"], f"{found}, where INC-1 alone is to be looked at.")


def _counts_on(stage: Stage) -> None:
    first = stage.call("number", TakeNumber("20260302"))
    with _another_after_beginning(stage) as other:
        second = stage.attempt("number", TakeNumber("20260302"), provider=other)
    stage.expect((first, second.answer) == (1, 2), f"{first}, then {second}.")


def _outlives_its_closing(stage: Stage) -> None:
    with _another_after_beginning(stage):
        pass
    _close(stage, stage.rig.provider)
    with _another(stage) as other:
        seen = len(_seen_by(stage, other))
    stage.expect(seen == 1, f"{seen} events of 1.")


CHECKS: Final[tuple[Check[Any], ...]] = (
    check(
        "elsewhere_kept", "What `append` answers is there for another store of the same system.", _has_what_was_there
    ),
    check("elsewhere_seen", "What one store appends is at once seen by those that were there.", _sees_what_comes),
    check(
        "elsewhere_stale",
        "`append` raises `StaleVersion` for a version to which another store has appended.",
        _is_stale_for_both,
    ),
    check("elsewhere_due", "`due` gives what another store of the same system has planned.", _is_due_for_both),
    check("elsewhere_number", "`number` gives no number that another store gave.", _counts_on),
    check("kept_when_closed", "What was appended is there once the store was closed.", _outlives_its_closing),
)
"""The promises about what lasts."""
