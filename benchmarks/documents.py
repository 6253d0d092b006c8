"""Incidents as JSON and back: ours beside functions that somebody wrote for these kinds of events alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from random import Random
from typing import Any, Final

from benchmarks.histories import history
from benchmarks.measure import Calls, Row
from incidentkit.convert import from_json, to_json
from incidentkit.model.assessment import Assessment
from incidentkit.model.durations import duration_text, parse_duration
from incidentkit.model.events import (
    Acknowledged,
    Assessed,
    Declared,
    Declined,
    Event,
    Linked,
    LinkKind,
    Mitigated,
    MitigationStarted,
    Noted,
    Overtaken,
    Regressed,
    Reopened,
    Resolved,
    RoleAssigned,
    SeverityChanged,
    Snoozed,
    Summarized,
    Unacknowledged,
)
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Status
from incidentkit.model.people import Role
from incidentkit.model.severity import Severity
from incidentkit.playbooks.emergency import SCHEME

try:
    orjson: Any = import_module("orjson")
except ImportError:
    orjson = None

LIBRARY: Final = "json" if orjson is None else "orjson"
"""Which library both forms use: ours takes `orjson` where it is installed."""

loads: Final[Callable[[str], Any]] = json.loads if orjson is None else orjson.loads

COUNT: Final = 16

EVENTS: Final = 30

SEVERITIES: Final = {severity.key: severity for severity in SCHEME}

ORDER: Final = list(SCHEME.keys)

ROLES: Final = {role.value: role for role in Role}

LINKS: Final = {kind.value: kind for kind in LinkKind}


def incident_to_json(incident: Incident) -> str:
    """What `to_json` gives, for incidents of one scheme."""
    events = [_written(event) for event in incident.timeline.events]
    return dumps({"schema": 1, "events": events})


def dumps(plain: Any) -> str:
    """The text, by the library that both forms use."""
    if orjson is not None:
        return str(orjson.dumps(plain), "utf-8")
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _written(event: Any) -> dict[str, Any]:
    plain = {
        "kind": event.tag,
        "incident": event.incident,
        "at": time_text(event.at),
        "by": event.by,
        "recorded_at": time_text(event.recorded_at),
    }
    kind = type(event)  # pyright: ignore[reportUnknownVariableType]  # of anything, on purpose
    if kind is Noted or kind is Summarized:
        plain["text"] = event.text
    elif kind is Acknowledged or kind is MitigationStarted or kind is Mitigated or kind is Resolved:
        if event.note:
            plain["note"] = event.note
    elif kind is RoleAssigned:
        plain["role"] = event.role.value
        plain["to"] = event.to
        if event.handed_over:
            plain["handed_over"] = True
    elif kind is Assessed:
        plain["assessment"] = _assessment_plain(event.assessment)
    elif kind is Reopened or kind is Regressed:
        plain["reason"] = event.reason
    elif kind is Declined or kind is Unacknowledged:
        if event.reason:
            plain["reason"] = event.reason
    elif kind is SeverityChanged:
        plain["severity"] = _severity_plain(event.severity)
        if event.reason:
            plain["reason"] = event.reason
    elif kind is Linked:
        plain["what"] = event.what.value
        plain["reference"] = event.reference
        if event.url:
            plain["url"] = event.url
    elif kind is Snoozed:
        plain["until"] = time_text(event.until)
        plain["reason"] = event.reason
    elif kind is Overtaken:
        plain["command"] = event.command
        plain["status"] = event.status
        if event.note:
            plain["note"] = event.note
    elif kind is Declared:
        plain["title"] = event.title
        plain["assessment"] = _assessment_plain(event.assessment)
        if event.started_at is not None:
            plain["started_at"] = time_text(event.started_at)
        if event.chosen:
            plain["chosen"] = True
        if event.playbook:
            plain["playbook"] = event.playbook
        if event.number is not None:
            plain["number"] = event.number
        if event.labels:
            plain["labels"] = event.labels
    return plain


def time_text(moment: datetime) -> str:
    """A time as documents have it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _severity_plain(severity: Severity[Any]) -> dict[str, Any]:
    return {"key": severity.key, "scheme": SCHEME.name, "order": ORDER}


def _assessment_plain(assessment: Assessment) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "severity": _severity_plain(assessment.severity),
        "possible": [_severity_plain(severity) for severity in assessment.possible],
    }
    if assessment.facts:
        plain["facts"] = {
            name: {"duration": duration_text(value)} if isinstance(value, timedelta) else value
            for name, value in assessment.facts.items()
        }
    if assessment.because:
        plain["because"] = assessment.because
    return plain


def incident_from_json(text: str) -> Incident:
    """What `from_json` gives, without a check: what is missing is a `KeyError`, what is wrong is taken as it is."""
    return Incident.replay([event_from_plain(plain) for plain in loads(text)["events"]])


def event_from_plain(plain: dict[str, Any]) -> Event:
    """What `from_json` gives for an event, without a check."""
    when = {
        "incident": plain["incident"],
        "at": datetime.fromisoformat(plain["at"]),
        "by": plain["by"],
        "recorded_at": datetime.fromisoformat(plain["recorded_at"]),
    }
    return READ[plain["kind"]](plain, when)


def _assessment(plain: dict[str, Any]) -> Assessment:
    facts: dict[str, Any] = plain.get("facts", {})
    return Assessment(
        severity=SEVERITIES[plain["severity"]["key"]],
        possible=tuple(SEVERITIES[severity["key"]] for severity in plain["possible"]),
        facts={
            name: parse_duration(value["duration"]) if value.__class__ is dict else value
            for name, value in facts.items()
        },
        because=plain.get("because", ""),
    )


READ: Final[Mapping[str, Callable[[dict[str, Any], dict[str, Any]], Event]]] = {
    "declared": lambda plain, when: Declared(
        **when,
        title=plain["title"],
        started_at=datetime.fromisoformat(plain["started_at"]) if "started_at" in plain else None,
        assessment=_assessment(plain["assessment"]),
        chosen=plain.get("chosen", False),
        playbook=plain.get("playbook", ""),
        number=plain.get("number"),
        labels=plain.get("labels", {}),
    ),
    "assessed": lambda plain, when: Assessed(**when, assessment=_assessment(plain["assessment"])),
    "severity changed": lambda plain, when: SeverityChanged(
        **when, severity=SEVERITIES[plain["severity"]["key"]], reason=plain.get("reason", "")
    ),
    "acknowledged": lambda plain, when: Acknowledged(**when, note=plain.get("note", "")),
    "declined": lambda plain, when: Declined(**when, reason=plain.get("reason", "")),
    "unacknowledged": lambda plain, when: Unacknowledged(**when, reason=plain.get("reason", "")),
    "role assigned": lambda plain, when: RoleAssigned(
        **when, role=ROLES[plain["role"]], to=plain["to"], handed_over=plain.get("handed_over", False)
    ),
    "noted": lambda plain, when: Noted(**when, text=plain["text"]),
    "summarized": lambda plain, when: Summarized(**when, text=plain["text"]),
    "mitigation started": lambda plain, when: MitigationStarted(**when, note=plain.get("note", "")),
    "mitigated": lambda plain, when: Mitigated(**when, note=plain.get("note", "")),
    "regressed": lambda plain, when: Regressed(**when, reason=plain["reason"]),
    "resolved": lambda plain, when: Resolved(**when, note=plain.get("note", "")),
    "reopened": lambda plain, when: Reopened(**when, reason=plain["reason"]),
    "snoozed": lambda plain, when: Snoozed(
        **when, until=datetime.fromisoformat(plain["until"]), reason=plain["reason"]
    ),
    "linked": lambda plain, when: Linked(
        **when, what=LINKS[plain["what"]], reference=plain["reference"], url=plain.get("url", "")
    ),
    "overtaken": lambda plain, when: Overtaken(
        **when, command=plain["command"], status=Status(plain["status"]), note=plain.get("note", "")
    ),
}


def _from_json(text: str) -> Incident:
    return from_json(text, Incident)


def rows() -> list[Row]:
    """Out and in; reading ends with a replay in both forms."""
    random = Random(20_260_305)
    incidents = [history(random, EVENTS) for _ in range(COUNT)]
    texts = [to_json(incident) for incident in incidents]
    return [
        Row(
            name="json-out",
            work=f"to_json(incident of 30 events), {LIBRARY}",
            hand=Calls(function=incident_to_json, inputs=incidents),
            ours=Calls(function=to_json, inputs=incidents),
            limit=1.0,
        ),
        Row(
            name="json-in",
            work=f"from_json(text, Incident) of 30 events, {LIBRARY}; all checks and replay, by hand only replay",
            hand=Calls(function=incident_from_json, inputs=texts),
            ours=Calls(function=_from_json, inputs=texts),
            limit=1.8,
        ),
    ]
