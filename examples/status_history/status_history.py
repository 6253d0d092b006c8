"""Replays what a status page published, one incident per line of JSON, and says how long each impact took to resolve.

It ends with a page of charts, by month.

A line that cannot be read, or an incident that cannot have happened so, is named with its reason; the rest goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from attrs import fields_dict, frozen

from incidentkit import Incident, IncidentkitError, SeverityScheme, Status
from incidentkit.convert import from_json
from incidentkit.model.commands import CorrectStart, CorrectTime, Regress
from incidentkit.model.durations import duration_text
from incidentkit.model.events import Mitigated, MitigationStarted, Regressed, Reopened, Resolved
from incidentkit.model.metrics import Metrics, Summary, summarize
from incidentkit.model.record import track_record
from incidentkit.render.charts import length_chart
from incidentkit.render.html import html_page
from incidentkit.text.document import Block, Bullets, Document, Heading, Paragraph, Table
from incidentkit.text.plain import to_plain

SAMPLE = Path(__file__).with_name("sample.jsonl")

PAGE = "status page"
"""Who did everything, as far as the page tells."""

IMPACTS = SeverityScheme("critical", "major", "minor", "none", "maintenance", name="status page")
"""The impacts, worst first. Maintenance comes last: it was announced."""


class Impact(StrEnum):
    """How bad the page said it was."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    NONE = "none"
    MAINTENANCE = "maintenance"


class Word(StrEnum):
    """What stands above an update on the page."""

    INVESTIGATING = "Investigating"
    IDENTIFIED = "Identified"
    MONITORING = "Monitoring"
    UPDATE = "Update"
    RESOLVED = "Resolved"
    POSTMORTEM = "Postmortem"
    SCHEDULED = "Scheduled"
    IN_PROGRESS = "In progress"
    COMPLETED = "Completed"


MEANING: Mapping[Word, Status | None] = {
    Word.INVESTIGATING: Status.INVESTIGATING,
    Word.IDENTIFIED: Status.MITIGATING,
    Word.MONITORING: Status.MONITORING,
    Word.UPDATE: None,
    Word.RESOLVED: Status.RESOLVED,
    Word.POSTMORTEM: None,
    Word.SCHEDULED: Status.INVESTIGATING,
    Word.IN_PROGRESS: Status.MITIGATING,
    Word.COMPLETED: Status.RESOLVED,
}
"""The status that a word announces; a word without one is a note."""


@frozen(kw_only=True)
class Update:
    """One message of the page."""

    at: datetime
    status: Word
    message: str


@frozen
class ImpactWindow:
    """When users felt it, as a write-up states afterwards."""

    start: datetime
    end: datetime | None

    def __attrs_post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"it ends at {self.end}, before it starts at {self.start}")


@frozen(kw_only=True)
class Report:
    """An incident as the page published it."""

    id: str
    title: str
    impact: Impact
    updates: tuple[Update, ...]
    impact_window: ImpactWindow | None

    def __attrs_post_init__(self) -> None:
        if not self.updates:
            raise ValueError("an incident without updates has no times")

    @staticmethod
    def upcast(plain: dict[str, Any]) -> dict[str, Any]:
        """Only what is read here: pages publish more about an incident, such as its address."""
        return {key: value for key, value in plain.items() if key in fields_dict(Report)}


def replayed(report: Report) -> Incident:
    """The incident that the page tells of; an `IncidentkitError` if it cannot have happened so."""
    first, window = report.updates[0], report.impact_window
    over = first.at if window is None or window.end is None else min(first.at, window.end)
    incident = Incident.declare(
        report.id,
        title=report.title,
        severity=IMPACTS[report.impact],
        at=over,  # what was over when the page first told of it is declared after the fact
        recorded_at=first.at,
        by=PAGE,
    )
    for update in report.updates:
        incident = followed(incident, update)
    return incident if window is None else corrected(incident, window, report.updates[-1].at)


def followed(incident: Incident, update: Update) -> Incident:
    """The incident after one more update, whose message is always kept."""
    at, message = update.at, update.message
    goal = MEANING[update.status]
    if incident.status is Status.RESOLVED and goal is not None:
        incident = incident.reopen(at=at, by=PAGE, reason=f"the page goes on: {update.status}")
    match incident.status, goal:
        case Status.INVESTIGATING, Status.MITIGATING:
            return incident.start_mitigation(at=at, by=PAGE, note=message)
        case Status.MONITORING, Status.INVESTIGATING | Status.MITIGATING:
            return incident.apply(Regress(at=at, by=PAGE, reason=message))
        case Status.INVESTIGATING | Status.MITIGATING, Status.MONITORING:
            return incident.mitigated(at=at, by=PAGE, note=message)
        case _, Status.RESOLVED:
            return incident.resolve(at=at, by=PAGE, note=message)
        case _:
            return incident.note(message, at=at, by=PAGE)


def corrected(incident: Incident, window: ImpactWindow, at: datetime) -> Incident:
    """The incident with the times of the write-up: its start, and its end for the resolution and what came later."""
    reason = "stated in the write-up"
    incident = incident.apply(CorrectStart(window.start, at=at, by=PAGE, reason=reason))
    if window.end is None or incident.status is not Status.RESOLVED:
        return incident
    moves = [
        (place, event)
        for place, event in enumerate(incident.timeline)
        if isinstance(event, MitigationStarted | Mitigated | Regressed | Resolved | Reopened)
    ]
    resolution = moves[-1][0]
    for place, event in moves:
        if place == resolution or event.at > window.end:
            correction = CorrectTime(place, happened_at=window.end, at=at, by=PAGE, reason=reason)
            incident = incident.apply(correction)
    return incident


def read(path: Path) -> Iterator[Incident | str]:
    """For every line that is not empty the incident, or what is wrong with it."""
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        source = f"{path.name}, line {number}"
        if line.strip():
            try:
                yield replayed(from_json(line, Report, source=source))
            except IncidentkitError as error:
                text = str(error)
                yield f"{type(error).__name__}: {text if text.startswith(source) else f'{source}: {text}'}"


def resolve_time(metrics: Metrics) -> timedelta | None:
    return metrics.time_to_resolve


def work_time(metrics: Metrics) -> timedelta | None:
    return metrics.time_in.get(Status.MITIGATING)


def row(name: str, summary: Summary | None) -> tuple[str, ...]:
    if summary is None:
        return name, "0", "-", "-"
    return name, str(summary.count), duration_text(summary.median), duration_text(summary.percentile_90)


def history(incidents: list[Incident], refused: list[str]) -> Document:
    of_impact = {
        severity: [incident.metrics for incident in incidents if incident.severity == severity] for severity in IMPACTS
    }
    rows = [row(str(severity), summarize(metrics, resolve_time)) for severity, metrics in of_impact.items()]
    work = row("maintenance, the work alone", summarize(of_impact[IMPACTS["maintenance"]], work_time))
    unresolved = [f"{incident.id} is {incident.status}" for incident in incidents if incident.resolved_at is None]
    blocks: list[Block] = [
        Paragraph(f"{len(incidents)} incidents replayed, {len(refused)} refused, {len(unresolved)} not resolved"),
        Heading("Time to resolve"),
        Table(("impact", "count", "median", "90th percentile"), [*rows, work]),
    ]
    if unresolved:
        blocks += [Heading("Not resolved"), Bullets(unresolved)]
    if refused:
        blocks += [Heading("Refused"), Bullets(refused)]
    return Document(blocks)


def charts(incidents: list[Incident], told: Document) -> str:
    """A page with how long it took, month by month; maintenance was announced, and takes as long as it was said to."""
    troubles = track_record(incident for incident in incidents if incident.severity != IMPACTS["maintenance"])
    heading = Document([Heading("What a status page told", level=1)])
    return html_page(heading, length_chart(troubles), Document(told.blocks))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=SAMPLE, help="JSON lines; the sample beside this program")
    parser.add_argument("--page", type=Path, default=Path("status-history.html"), help="where the charts are put")
    options = parser.parse_args()
    path: Path = options.file
    try:
        outcomes = [*read(path)]
    except OSError as error:
        parser.error(str(error))
    incidents = [outcome for outcome in outcomes if isinstance(outcome, Incident)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, str)]
    told = history(incidents, refused)
    print(to_plain(told))
    options.page.write_text(charts(incidents, told), encoding="utf-8")
    print(f"The charts are in {options.page}.")


if __name__ == "__main__":
    main()
