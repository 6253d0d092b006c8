"""Briefs: a few blocks about a value that is no text for people and has no picture of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from incidentkit.model.durations import duration_text
from incidentkit.model.incident import Incident
from incidentkit.model.metrics import Metrics
from incidentkit.model.record import UNKNOWN
from incidentkit.model.triage import AnyTriage
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.question import Walk
from incidentkit.policy.schedule import Schedule
from incidentkit.text.document import Bullets, CodeBlock, Document, Heading, Inline, Paragraph, Strong, Table, Text


def incident_brief(incident: Incident) -> Document:
    """Which incident it is, and how it stands."""
    stands: list[Inline] = [Strong(str(incident.status)), Text(f", {incident.severity}")]
    return Document([Heading(f"{incident.id}: {incident.title}"), Paragraph(stands)])


def metrics_brief(metrics: Metrics) -> Document:
    """How long everything took."""
    lengths = {
        "to declare": metrics.time_to_declare,
        "to acknowledge": metrics.time_to_acknowledge,
        "to mitigate": metrics.time_to_mitigate,
        "to resolve": metrics.time_to_resolve,
    } | {str(status): spent for status, spent in metrics.time_in.items() if spent}
    rows = [(what, UNKNOWN if took is None else duration_text(took)) for what, took in lengths.items()]
    return Document([Table(("what", "took"), rows)])


def triage_brief(triage: AnyTriage) -> Document:
    """The severity, and what it rests on."""
    severity, _, why = triage.explain().partition("\n")
    return Document([Paragraph([Strong(severity)]), CodeBlock(why.strip("\n"))])


def walk_brief(walk: Walk[Any]) -> Document:
    """The way so far, and what is asked next or was concluded."""
    *path, end = walk.explain().splitlines()
    return Document([Bullets(path), Paragraph([Strong(end)])])


def schedule_brief(schedule: Schedule) -> Document:
    """Its rotations; who is on call when is a matter of the time that is asked for."""
    rows = [
        (
            *(layer.name, f"{layer.every}, {layer.at:%H:%M} {layer.zone}", f"{layer.starts}"),
            "; ".join(" and ".join(each.people) for each in layer.participants),
        )
        for layer in schedule.layers
    ]
    words = "shifts(start, end) tells who is on call when, and on_call_calendar(schedule, start=..., end=...) draws it."
    return Document([Table(("layer", "turns", "from", "who"), rows), Paragraph(words)])


def playbook_brief(playbook: Playbook) -> Document:
    """What it is called, and what is in it."""
    rows = [(what, ", ".join(names)) for what, names in _contents(playbook) if names]
    return Document([Heading(playbook.reference), Table(("what", "which"), rows)])


def _contents(playbook: Playbook) -> Iterator[tuple[str, list[str]]]:
    yield "severities", [*playbook.scheme.keys]
    yield "facts", [*playbook.vocabulary]
    yield "trees", [*playbook.trees]
    yield "levels", [] if playbook.escalation is None else [level.name for level in playbook.escalation.levels]
    yield "runbooks", [each.name for each in playbook.runbooks]
