"""What an `IncidentStore` promises that keeps more than logs: playbooks, evidence, and records to move."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from incidentkit.errors import IncidentExists, UnknownEvidence, UnknownIncident, UnknownPlaybook
from incidentkit.model.identity import IncidentId
from incidentkit.providers.evidence import Evidence, KeepEvidence, KeepsEvidence
from incidentkit.providers.playbooks import KeepPlaybook, KeepsPlaybooks
from incidentkit.providers.records import KeepsRecords, LogRecord, NumberRecord, Record
from incidentkit.providers.store import TakeNumber
from incidentkit.testing.conformance.check import Check, Judge
from incidentkit.testing.conformance.histories import append_to, begin, log_of, noted, story
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.stage import Stage
from incidentkit.testing.conformance.store_log import check


def _needs(stage: Stage, ability: type[Any], what: str) -> None:
    if not isinstance(stage.rig.provider, ability):
        raise Untold(f"it keeps no {what}, which is an ability that it need not have")


def _keeps_playbooks(stage: Stage) -> None:
    _needs(stage, KeepsPlaybooks, "playbooks")
    stage.attempt("keep_playbook", KeepPlaybook("book-1", '{"name": "緊急"}'))
    stage.attempt("keep_playbook", KeepPlaybook("book-2", "{}"))
    outcome = stage.attempt("playbook", "book-1")
    stage.expect(outcome.answer == '{"name": "緊急"}', f"{outcome}.")


def _keeps_the_first_playbook(stage: Stage) -> None:
    _needs(stage, KeepsPlaybooks, "playbooks")
    stage.call("keep_playbook", KeepPlaybook("book-1", '{"name": "first"}'))
    stage.call("keep_playbook", KeepPlaybook("book-1", '{"name": "second"}'))
    kept = stage.call("playbook", "book-1")
    stage.expect("second" not in kept, f"{kept}.")


def _knows_its_playbooks(stage: Stage) -> None:
    _needs(stage, KeepsPlaybooks, "playbooks")
    stage.call("keep_playbook", KeepPlaybook("book-1", "{}"))
    for reference in ("book-2", "BOOK-1", "", "%"):
        outcome = stage.attempt("playbook", reference)
        stage.expect(isinstance(outcome.error, UnknownPlaybook), f"for {reference!r}, {outcome}.")


def _piece(name: str, content: bytes) -> KeepEvidence:
    return KeepEvidence(incident=IncidentId("INC-1"), name=name, content=content)


BYTES: Final = bytes(range(256)) * 4_096
"""What no text can hold."""


def _keeps_evidence(stage: Stage) -> None:
    _needs(stage, KeepsEvidence, "evidence")
    begin(stage, "INC-1")
    request = _piece("kubectl logs 緊急", BYTES)
    outcome = stage.attempt("keep_evidence", request)
    stage.expect(isinstance(outcome.answer, Evidence), f"{outcome}.")
    content = stage.attempt("content", request.sha256)
    whole = content.answer == BYTES
    stage.expect(whole, f"{len(content.answer)} other bytes." if isinstance(content.answer, bytes) else f"{content}.")


def _lists_evidence(stage: Stage) -> None:
    _needs(stage, KeepsEvidence, "evidence")
    begin(stage, "INC-1")
    for name, content in (("df", b"full"), ("df", b"empty"), ("df", b"full"), ("ps", b"full")):
        stage.call("keep_evidence", _piece(name, content))
    kept = [(each.name, each.size) for each in stage.call("evidence", "INC-1")]
    stage.expect(kept == [("df", 4), ("df", 5), ("ps", 4)], f"{kept}.")


def _knows_whose_evidence(stage: Stage) -> None:
    _needs(stage, KeepsEvidence, "evidence")
    begin(stage, "INC-2")
    for outcome in (stage.attempt("keep_evidence", _piece("df", b"full")), stage.attempt("evidence", "INC-1")):
        stage.expect(isinstance(outcome.error, UnknownIncident), f"{outcome}.")


def _knows_its_contents(stage: Stage) -> None:
    _needs(stage, KeepsEvidence, "evidence")
    begin(stage, "INC-1")
    stage.call("keep_evidence", _piece("df", b"full"))
    for name in ("0" * 64, "", "df"):
        outcome = stage.attempt("content", name)
        stage.expect(isinstance(outcome.error, UnknownEvidence), f"for {name!r}, {outcome}.")


def _records(stage: Stage) -> list[Record]:
    return [*stage.settled(stage.rig.provider.records())]


def _gives_everything(stage: Stage) -> None:
    _needs(stage, KeepsRecords, "records to move")
    stage.call("append", append_to("INC-1", *story("INC-1"), version=0))
    begin(stage, "INC-2")
    stage.call("number", TakeNumber("20260302"))
    records = _records(stage)
    logs = [each.events for each in records if isinstance(each, LogRecord)]
    wanted = [log_of(stage, name) for name in ("INC-1", "INC-2")]
    counted = NumberRecord(series="20260302", last=1) in records
    stage.expect(logs == wanted and counted, f"{len(logs)} logs of 2, with the number: {counted}.")


def _takes_in_what_it_has_not(stage: Stage) -> None:
    _needs(stage, KeepsRecords, "records to move")
    begin(stage, "INC-1")
    other = LogRecord(events=story("INC-2"))
    answers = [stage.attempt("take_in", each).answer for each in (*_logs(stage), other, other)]
    stage.expect(answers == [False, True, False], f"{answers} for what it had, what it had not, and the same again.")


def _logs(stage: Stage) -> list[LogRecord]:
    return [each for each in _records(stage) if isinstance(each, LogRecord)]


def _keeps_times_that_it_takes_in(stage: Stage) -> None:
    _needs(stage, KeepsRecords, "records to move")
    record = LogRecord(events=story("INC-2"))
    stage.call("take_in", record)
    stage.expect(log_of(stage, "INC-2") == record.events, "another log.")


def _takes_in_no_other_log(stage: Stage) -> None:
    _needs(stage, KeepsRecords, "records to move")
    begin(stage, "INC-1")
    log = log_of(stage, "INC-1")
    more = evolve(noted("INC-1", "not so"), recorded_at=log[-1].recorded_at)
    outcome = stage.attempt("take_in", LogRecord(events=(*log, more)))
    stage.expect(isinstance(outcome.error, IncidentExists), f"{outcome}.")


def _moves_numbers_forward(stage: Stage) -> None:
    _needs(stage, KeepsRecords, "records to move")
    for last in (7, 3):
        stage.call("take_in", NumberRecord(series="20260302", last=last))
    number = stage.call("number", TakeNumber("20260302"))
    stage.expect(number == 8, f"{number} after 7.")


def _ability(name: str, promise: str, judge: Judge) -> Check[Any]:
    return check(name, promise, judge, level=Level.MAY)


CHECKS: Final[tuple[Check[Any], ...]] = (
    _ability("playbook_kept", "`keep_playbook`, if there is one, keeps what `playbook` gives.", _keeps_playbooks),
    _ability("playbook_first", "`keep_playbook` leaves what is there as it is.", _keeps_the_first_playbook),
    _ability("playbook_unknown", "`playbook` raises `UnknownPlaybook` for what is not there.", _knows_its_playbooks),
    _ability("evidence_kept", "`keep_evidence`, if there is one, keeps what `content` gives.", _keeps_evidence),
    _ability(
        "evidence_listed",
        "`evidence` gives the oldest first, and the same content under one name once.",
        _lists_evidence,
    ),
    _ability(
        "evidence_unknown_incident",
        "`keep_evidence` and `evidence` raise `UnknownIncident` for what is not there.",
        _knows_whose_evidence,
    ),
    _ability("evidence_unknown", "`content` raises `UnknownEvidence` for what is not there.", _knows_its_contents),
    _ability(
        "records_whole", "`records`, if there is one, gives all logs as they came, and numbers.", _gives_everything
    ),
    _ability("take_in_news", "`take_in` says whether a record was not there already.", _takes_in_what_it_has_not),
    _ability("take_in_as_is", "`take_in` keeps a log with the times in it.", _keeps_times_that_it_takes_in),
    _ability(
        "take_in_other", "`take_in` raises `IncidentExists` for another log of an incident.", _takes_in_no_other_log
    ),
    _ability("take_in_numbers", "`take_in` moves a series forward, and never back.", _moves_numbers_forward),
)
"""The promises about what else may be kept."""
