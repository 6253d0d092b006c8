"""The track record: how long incidents took, by the month in which they were declared and by their severity."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from attrs import frozen

from incidentkit.model.durations import duration_text
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Status
from incidentkit.model.metrics import Metrics, Summary, summarize
from incidentkit.text.document import Document, Paragraph, Table
from incidentkit.text.plain import to_plain

UNKNOWN: Final = "-"
"""Stands for a length that no incident of a group has."""

LEGEND: Final = (
    "Lengths are medians, with the 90th percentile in brackets, and behind them of how many incidents the length is "
    f"known, if not of all; {UNKNOWN} if of none."
)
"""What the table says about itself."""


@frozen(kw_only=True)
class Group:
    """The incidents of one month and one severity; a length is `None` if none of them has it."""

    month: date
    """Its first day, in UTC."""
    severity: str
    """The key of the severity that they had in the end."""
    count: int
    acknowledge: Summary | None
    """From the declaration to the first acknowledgement."""
    mitigate: Summary | None
    """From when users began to feel it."""
    resolve: Summary | None
    """From when users began to feel it."""


@frozen
class TrackRecord:
    """How long many incidents took; printed, a table.

    Practice counts for nothing, nor do incidents that were cancelled or merged into another.
    """

    groups: tuple[Group, ...]
    """In the order of months, and of severities, the worst first, within each."""

    def to_table(self) -> Table:
        """A line for each group: medians, and behind them the 90th percentiles, and of how many, if not of all."""
        rows = [
            (
                *(f"{each.month:%Y-%m}", each.severity, str(each.count)),
                *(_text(length, each.count) for length in (each.acknowledge, each.mitigate, each.resolve)),
            )
            for each in self.groups
        ]
        return Table(("month", "severity", "incidents", "to acknowledge", "to mitigate", "to resolve"), rows)

    def to_document(self) -> Document:
        """The table, and below it what its brackets mean."""
        return Document([self.to_table(), Paragraph(LEGEND)] if self.groups else [Paragraph("No incident counts.")])

    def __str__(self) -> str:
        return to_plain(self.to_document())


def track_record(incidents: Iterable[Incident]) -> TrackRecord:
    """Sum up incidents, in one pass over them; an incident counts for the month of its declaration.

    Severities of one key are one, also where the scheme has changed. The worst comes first.
    """
    found: dict[tuple[date, str], list[Metrics]] = {}
    ranks: dict[str, int] = {}
    for incident in incidents:
        if incident.status is not Status.CANCELLED and not incident.practice:
            severity, month = incident.severity, incident.declared_at.date().replace(day=1)
            rank = severity.scheme.severities.index(severity)
            ranks[severity.key] = min(rank, ranks.get(severity.key, rank))
            found.setdefault((month, severity.key), []).append(incident.metrics)
    ordered = sorted(found, key=lambda each: (each[0], ranks[each[1]], each[1]))
    return TrackRecord(tuple(_group(*key, found[key]) for key in ordered))


def _group(month: date, severity: str, metrics: list[Metrics]) -> Group:
    return Group(
        month=month,
        severity=severity,
        count=len(metrics),
        acknowledge=summarize(metrics, lambda each: each.time_to_acknowledge),
        mitigate=summarize(metrics, lambda each: each.time_to_mitigate),
        resolve=summarize(metrics, lambda each: each.time_to_resolve),
    )


def _text(length: Summary | None, count: int) -> str:
    if length is None:
        return UNKNOWN
    told = f"{_rounded(length.median)} ({_rounded(length.percentile_90)})"
    return told if length.count == count else f"{told}, {length.count} of {count}"


def _rounded(length: timedelta) -> str:
    """A length to the second, or from an hour on to the minute."""
    unit = timedelta(minutes=1) if length >= timedelta(hours=1) else timedelta(seconds=1)
    return duration_text(round(length / unit) * unit)
