"""What an `IncidentStore` promises of logs: what is appended is kept, whole and once, whoever else writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise, zip_longest
from typing import Any, Final

from attrs import evolve

from incidentkit.errors import IncidentExists, IncidentkitError, LogInvalid, StaleVersion, UnknownIncident
from incidentkit.model.events import Event
from incidentkit.model.incident import Incident
from incidentkit.providers.store import Append
from incidentkit.testing.conformance.check import Check, Judge
from incidentkit.testing.conformance.crowd import CROWD, ROW
from incidentkit.testing.conformance.histories import (
    NEVER,
    append_to,
    begin,
    declaration,
    log_of,
    noted,
    now,
    redacted,
    story,
)
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.outcome import Outcome
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.stage import Stage

MANY: Final = 1_000
"""Events of a log that is long."""


def _tells_the_time(stage: Stage) -> None:
    outcome = stage.attempt("now")
    kept = outcome.error is None and getattr(outcome.answer, "utcoffset", lambda: None)() == timedelta()
    stage.expect(kept, f"{outcome}.")


def _keeps_what_it_is_given(stage: Stage) -> None:
    given = story("INC-1")
    outcome = stage.attempt("append", append_to("INC-1", *given, version=0))
    stage.expect(outcome.error is None, f"{outcome}.")
    kept = log_of(stage, "INC-1")
    stage.expect(_unrecorded(kept) == _unrecorded(given), f"{_difference(_unrecorded(given), _unrecorded(kept))}.")


def _unrecorded(events: tuple[Event, ...]) -> list[Event]:
    """The events, but for when they were recorded."""
    return [evolve(event, recorded_at=NEVER) for event in events]


def _difference(given: list[Event], kept: list[Event]) -> str:
    if len(given) != len(kept):
        return f"{len(kept)} events where {len(given)} were appended"
    pairs = zip(given, kept, strict=True)
    return next((f"{other!r} for {event!r}" for event, other in pairs if event != other), "the same events")


def _gives_what_it_keeps(stage: Stage) -> None:
    for events, version in ((story("INC-1"), 0), ((noted("INC-1", "later"),), len(story("INC-1")))):
        gave = stage.call("append", append_to("INC-1", *events, version=version))
        kept = log_of(stage, "INC-1")[version:]
        stage.expect(isinstance(gave, tuple) and gave == kept, f"{len(kept)} events are kept, and another answer.")


def _records_by_its_clock(stage: Stage) -> None:
    before = now(stage)
    begin(stage, "INC-1")
    stage.call("append", append_to("INC-1", noted("INC-1", "later"), version=1))
    after = now(stage)
    times = [event.recorded_at for event in log_of(stage, "INC-1")]
    stage.expect(all(before <= time <= after for time in times), f"{times} between {before} and {after}.")
    stage.expect(all(earlier <= later for earlier, later in pairwise(times)), f"{times}.")


def _begins_once(stage: Stage) -> None:
    begin(stage, "INC-1")
    _expect_refusal(stage, append_to("INC-1", declaration("INC-1"), version=0), IncidentExists)


def _expect_refusal(stage: Stage, request: object, kind: type[IncidentkitError]) -> None:
    outcome = stage.attempt("append", request)
    stage.expect(isinstance(outcome.error, kind), f"{outcome}.")


def _appends_to_what_is_there(stage: Stage) -> None:
    for version in (3, None):
        _expect_refusal(stage, append_to("INC-1", noted("INC-1", "lost"), version=version), UnknownIncident)


def _refuses_stale_appends(stage: Stage) -> None:
    begin(stage, "INC-1")
    stage.call("append", append_to("INC-1", noted("INC-1", "first"), version=1))
    for version in (1, 3):
        _expect_refusal(stage, append_to("INC-1", noted("INC-1", "late"), version=version), StaleVersion)
    stage.expect(len(log_of(stage, "INC-1")) == 2, "the log has changed all the same.")


def _appends_to_any_version(stage: Stage) -> None:
    begin(stage, "INC-1")
    outcome = stage.attempt("append", append_to("INC-1", noted("INC-1", "whatever happened"), version=None))
    stage.expect(outcome.error is None, f"{outcome}.")
    stage.expect(len(log_of(stage, "INC-1")) == 2, "nothing was appended.")


def _refuses_what_is_no_log(stage: Stage) -> None:
    begin(stage, "INC-1")
    first, other = declaration("INC-2"), noted("INC-2", "elsewhere")
    for request in (
        append_to("INC-2", version=0),
        append_to("INC-2", noted("INC-2", "first"), version=0),
        append_to("INC-2", first, first, version=0),
        append_to("INC-1", other, version=1),
        append_to("INC-1", declaration("INC-1"), version=None),
    ):
        _expect_refusal(stage, request, LogInvalid)


def _appends_all_or_nothing(stage: Stage) -> None:
    begin(stage, "INC-1")
    for version in (1, None):
        request = append_to("INC-1", noted("INC-1", "fits"), noted("INC-2", "does not"), version=version)
        if stage.attempt("append", request).error is None:
            raise Untold("it takes events of another incident")
    kept = len(log_of(stage, "INC-1"))
    stage.expect(kept == 1, f"{kept - 1} events of what was refused.")


def _takes_words_out(stage: Stage) -> None:
    begin(stage, "INC-1")
    stage.call("append", append_to("INC-1", noted("INC-1", "the password is hunter2"), version=1))
    stage.call("append", append_to("INC-1", redacted("INC-1", 1), version=2))
    log = log_of(stage, "INC-1")
    if len(log) != 3:
        raise Untold(f"{len(log)} of 3 events are kept")
    stage.expect("hunter2" not in str(log), "the words are in the log.")


def _knows_what_it_has(stage: Stage) -> None:
    begin(stage, "INC-1")
    for name in ("INC-2", "inc-1", "INC-1 ", "", "%", "INC_1", "' OR '1'='1", "../INC-1", "緊急"):
        outcome = stage.attempt("load", name)
        stage.expect(isinstance(outcome.error, UnknownIncident), f"for {name!r}, {outcome}.")


def _keeps_logs_apart(stage: Stage) -> None:
    names = ["INC-1", "inc-1", "INC-10", "INC%", "緊急", "' OR '1'='1"]
    for name in names:
        begin(stage, name, title=f"of {name}")
    for name in names:
        log = log_of(stage, name)
        stage.expect([event.incident for event in log] == [name], f"for {name!r}, {[each.incident for each in log]}.")


def _keeps_long_logs(stage: Stage) -> None:
    begin(stage, "INC-1")
    events = tuple(noted("INC-1", str(number)) for number in range(MANY))
    stage.call("append", append_to("INC-1", *events, version=1))
    log = log_of(stage, "INC-1")
    texts = [getattr(event, "text", "") for event in log[1:]]
    stage.expect(texts == [*map(str, range(MANY))], f"{len(texts)} events, or in another order.")
    Incident.replay(log)


def _lets_one_writer_win(stage: Stage) -> None:
    """Each of many appends at one version after the other, which is there by then: itself or another has won before."""
    begin(stage, "INC-1")
    outcomes = stage.in_rows("append", [_notes(each, lambda place: place) for each in range(CROWD)])
    for version, at_one in enumerate(zip_longest(*outcomes), 1):
        _expect_one_winner(stage, version, [outcome for outcome in at_one if outcome is not None])
    won = sum(outcome.error is None for row in outcomes for outcome in row)
    kept = len(log_of(stage, "INC-1")) - 1
    stage.expect(kept == won, f"{won} won, one at each version, and {kept} of their notes are in the log.")


def _expect_one_winner(stage: Stage, version: int, outcomes: list[Outcome]) -> None:
    told = f"{len(outcomes)} appended to version {version} at once"
    won = [outcome for outcome in outcomes if outcome.error is None]
    odd = [outcome for outcome in outcomes if outcome.error and not isinstance(outcome.error, StaleVersion)]
    stage.expect(not odd, f"{told}, and one of them was told, instead of StaleVersion, {next(iter(odd), None)}.")
    stage.expect(len(won) == 1, f"{told}, and {len(won) or 'none'} of them won.")


def _notes(who: int, version: Callable[[int], int | None]) -> Iterator[Append]:
    """What one of many appends, by the place in a row that begins with 1, to the versions that follow from that."""
    for place in range(1, ROW + 1):
        yield append_to("INC-1", noted("INC-1", f"{place} of {who}"), version=version(place))


def _loses_nothing(stage: Stage) -> None:
    begin(stage, "INC-1")
    rows = [_notes(each, lambda place: None) for each in range(CROWD)]
    outcomes = [outcome for row in stage.in_rows("append", rows) for outcome in row]
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    stage.expect(not failed, f"{len(failed)} of {len(outcomes)} were refused: {next(iter(failed), None)}.")
    kept = [getattr(event, "text", "") for event in log_of(stage, "INC-1")[1:]]
    told = f"{len(outcomes)} notes were appended at once, and {len(kept)} are in the log"
    stage.expect(len({*kept}) == len(kept) == len(outcomes), f"{told}, {len({*kept})} of them different.")


def check(name: str, promise: str, judge: Judge, *, level: Level = Level.MUST) -> Check[Any]:
    """A check of a store."""
    return Check[Any](name=name, level=level, promise=promise, judge=judge)


CHECKS: Final[tuple[Check[Any], ...]] = (
    check("now_in_utc", "`now` tells the time in UTC.", _tells_the_time),
    check("append_keeps", "What `append` answers is loaded as it was given, in any words.", _keeps_what_it_is_given),
    check("append_answers", "`append` gives the events as they are kept, and no others.", _gives_what_it_keeps),
    check(
        "append_records",
        "`append` replaces `recorded_at` by the store's clock, which never goes back in a log.",
        _records_by_its_clock,
    ),
    check("append_begins_once", "`append` raises `IncidentExists` for 0 if the incident is there.", _begins_once),
    check(
        "append_unknown",
        "`append` raises `UnknownIncident` for any version but 0 if the incident is not there.",
        _appends_to_what_is_there,
    ),
    check(
        "append_stale",
        "`append` raises `StaleVersion` for a log of another version, and changes nothing.",
        _refuses_stale_appends,
    ),
    check("append_any_version", "`append` adds to any log without a version.", _appends_to_any_version),
    check("append_invalid", "`append` raises `LogInvalid` for events that cannot follow.", _refuses_what_is_no_log),
    check("append_all_or_none", "`append` adds all of its events, or none.", _appends_all_or_nothing),
    check("append_redacts", "`append` takes out the words that a `Redacted` takes out.", _takes_words_out),
    check(
        "load_unknown",
        "`load` raises `UnknownIncident` for what is not there, however it is spelt.",
        _knows_what_it_has,
    ),
    check("load_apart", "Logs of ids that look alike are kept apart.", _keeps_logs_apart),
    check("load_long", "`load` gives a thousand events in the order in which they were appended.", _keeps_long_logs),
    check("append_one_wins", "Of those that append to one version at once, one wins.", _lets_one_writer_win),
    check("append_loses_nothing", "What is appended at once without a version is all kept.", _loses_nothing),
)
"""The promises about logs."""
