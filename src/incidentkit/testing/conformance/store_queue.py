"""What an `IncidentStore` promises of what must be looked at, and of numbers."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import repeat
from typing import Any, Final

from incidentkit.errors import shown
from incidentkit.providers.store import Audit, FindForgotten, TakeNumber
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.crowd import CROWD, ROW
from incidentkit.testing.conformance.histories import HOUR, PLANNED, append_to, begin, due, noted, now
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.stage import Stage
from incidentkit.testing.conformance.store_log import check

SEVERAL: Final = 20
"""More than would fit where somebody thought of a few."""


def _plan(wake_at: object, **more: Any) -> dict[str, Any]:
    return {"wake_at": wake_at, "planned_with": PLANNED, **more}


def _wakes(stage: Stage) -> None:
    time = now(stage)
    for number in range(SEVERAL):
        begin(stage, f"INC-{number}", plan=_plan(time - HOUR))
    begin(stage, "INC-later", plan=_plan(time + HOUR))
    begin(stage, "INC-never", plan=_plan(None))
    found = due(stage)
    kept = sorted(found) == sorted(f"INC-{number}" for number in range(SEVERAL))
    stage.expect(kept, f"{found}, where INC-0 to INC-{SEVERAL - 1} are.")


def _wakes_in_order(stage: Stage) -> None:
    time = now(stage)
    for name, wake_at in (("INC-3", time - HOUR), ("INC-2", time - HOUR), ("INC-1", time - HOUR / 2)):
        begin(stage, name, plan=_plan(wake_at))
    begin(stage, "INC-0", plan={"planned_with": "book-2"})
    wanted, found = ["INC-2", "INC-3", "INC-1", "INC-0"], due(stage)
    if sorted(found) != sorted(wanted):
        raise Untold(f"{found} are due, where {wanted} are")
    stage.expect(found == wanted, f"{found}.")


def _gives_no_more(stage: Stage) -> None:
    time = now(stage)
    for number in range(3):
        begin(stage, f"INC-{number}", plan=_plan(time - HOUR))
    if len(due(stage)) != 3:
        raise Untold("not all that is due is given")
    few = due(stage, limit=2)
    stage.expect(len(few) == 2, f"{few}, where two were asked for.")


def _wakes_other_plans(stage: Stage) -> None:
    time = now(stage)
    begin(stage, "INC-1", plan=_plan(time + HOUR))
    begin(stage, "INC-2", plan={"wake_at": time + HOUR, "planned_with": "book-2"})
    begin(stage, "INC-3", plan={"wake_at": time + HOUR, "planned_with": "book-2", "done": True})
    stage.expect(due(stage) == ["INC-2"], f"{due(stage)}, where INC-2 alone was planned with something else.")


def _replaces_the_plan(stage: Stage) -> None:
    time = now(stage)
    begin(stage, "INC-1", plan=_plan(time - HOUR))
    stage.call("append", append_to("INC-1", version=1, **_plan(time + HOUR)))
    stage.expect(not due(stage), f"{due(stage)}, which is to be looked at in an hour.")
    stage.call("append", append_to("INC-1", version=1, **_plan(time - HOUR)))
    stage.expect(due(stage) == ["INC-1"], f"{due(stage)}, where INC-1 was to be looked at an hour ago.")


def _plans_anew_what_was_recorded(stage: Stage) -> None:
    time = now(stage)
    begin(stage, "INC-1", plan=_plan(time + HOUR))
    begin(stage, "INC-2", plan=_plan(None, done=True))
    for name in ("INC-1", "INC-2"):
        stage.call("append", append_to(name, noted(name, "what came of it"), version=None, done=True))
    found = due(stage)
    stage.expect(sorted(found) == ["INC-1", "INC-2"], f"{found}, where INC-1 and INC-2 have to be planned anew.")


def _wakes_no_later(stage: Stage) -> None:
    time = now(stage)
    begin(stage, "INC-1", plan=_plan(time - HOUR))
    stage.call("append", append_to("INC-1", noted("INC-1", "what came of it"), version=None, wake_at=time + HOUR))
    stage.expect(due(stage) == ["INC-1"], f"{due(stage)}, where INC-1 was to be looked at an hour ago.")


def _audit(stage: Stage, grace: timedelta) -> Audit:
    audit = stage.call("audit", FindForgotten(grace))
    if not isinstance(audit, Audit):
        raise Untold(f"audit gave {audit!r}, which is no Audit")
    return audit


def _counts_what_is_open(stage: Stage) -> None:
    begin(stage, "INC-1", plan=_plan(None))
    begin(stage, "INC-2", plan=_plan(now(stage) + HOUR))
    begin(stage, "INC-3", plan=_plan(None, done=True))
    outcome = stage.attempt("audit", FindForgotten(HOUR))
    stage.expect(getattr(outcome.answer, "incidents_open", None) == 2, f"{outcome}, where two are not done.")


def _finds_what_is_forgotten(stage: Stage) -> None:
    time = now(stage)
    begin(stage, "INC-1", plan=_plan(None))
    begin(stage, "INC-2", plan=_plan(time - 2 * HOUR))
    begin(stage, "INC-3", plan=_plan(time - HOUR / 2))
    begin(stage, "INC-4", plan=_plan(time - 2 * HOUR, done=True))
    forgotten = [*_audit(stage, HOUR).forgotten]
    stage.expect(sorted(forgotten) == ["INC-1", "INC-2"], f"{forgotten}, where INC-1 and INC-2 are, in any order.")


def _audits_in_order(stage: Stage) -> None:
    time = now(stage)
    begin(stage, "INC-0", plan=_plan(None))
    for name, wake_at in (("INC-3", time - 3 * HOUR), ("INC-2", time - 3 * HOUR), ("INC-1", time - 2 * HOUR)):
        begin(stage, name, plan=_plan(wake_at))
    wanted, forgotten = ["INC-2", "INC-3", "INC-1", "INC-0"], [*_audit(stage, HOUR).forgotten]
    if sorted(forgotten) != sorted(wanted):
        raise Untold(f"{forgotten} are forgotten, where {wanted} are")
    stage.expect(forgotten == wanted, f"{forgotten}, where {wanted} are due in that order.")


def _counts(stage: Stage) -> None:
    series = ["20260302", "20260302", "20260303", "20260302", "緊急 '--"]
    numbers = [stage.attempt("number", TakeNumber(each)).answer for each in series]
    stage.expect(numbers == [1, 2, 1, 3, 1], f"{numbers} for {series}.")
    more = [stage.attempt("number", TakeNumber("20260302")).answer for _ in range(SEVERAL)]
    stage.expect(more == [*range(4, 4 + SEVERAL)], f"{more} after 3.")


def _gives_each_number_once(stage: Stage) -> None:
    rows = stage.in_rows("number", [repeat(TakeNumber("20260302"), ROW) for _ in range(CROWD)])
    outcomes = [outcome for row in rows for outcome in row]
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    stage.expect(not failed, f"{len(failed)} of {len(outcomes)} were refused: {next(iter(failed), None)}.")
    numbers = Counter(shown(outcome.answer) for outcome in outcomes)
    often = next((number for number, count in numbers.items() if count > 1), None)
    told = f"{len(outcomes)} numbers were taken at once"
    stage.expect(often is None, f"{told}, and some of them were given more than once, such as {often}.")
    others = [*numbers.keys() - {str(number) for number in range(1, len(outcomes) + 1)}]
    stage.expect(not others, f"{told}, and {next(iter(others), None)} is not from 1 to {len(outcomes)}.")


CHECKS: Final[tuple[Check[Any], ...]] = (
    check("due_when_time_comes", "`due` gives what is to be looked at by now, and nothing else.", _wakes),
    check(
        "due_in_order",
        "`due` gives the earliest first, what has no time last, and between equals goes by the id.",
        _wakes_in_order,
    ),
    check("due_limit", "`due` gives no more than was asked for.", _gives_no_more),
    check("due_other_plan", "`due` gives what was planned with something else, unless it is done.", _wakes_other_plans),
    check("append_replans", "`append` at a version replaces when to look at it next.", _replaces_the_plan),
    check(
        "append_wakes",
        "`append` without a version has the incident looked at at once, done or not, unless told when.",
        _plans_anew_what_was_recorded,
    ),
    check("append_no_later", "`append` without a version never has it looked at later.", _wakes_no_later),
    check("audit_open", "`audit` says how many incidents are not done.", _counts_what_is_open),
    check(
        "audit_forgotten",
        "`audit` gives what is late by more than the grace, and what nothing will wake.",
        _finds_what_is_forgotten,
    ),
    check("audit_in_order", "`audit` gives what is forgotten in the order of `due`.", _audits_in_order),
    check("number_counts", "`number` counts each series from 1.", _counts),
    check("number_once", "`number` gives each number once, whoever asks.", _gives_each_number_once),
)
"""The promises about what must be looked at, and about numbers."""
