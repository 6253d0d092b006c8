"""Stretches of an incident: from when to when it had a status and a severity."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from incidentkit.model.events import Event
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Status
from incidentkit.model.severity import Severity


@frozen
class Stretch:
    """A time in which neither the status nor the severity changed."""

    status: Status
    severity: Severity[Any]
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it was."""
        return self.end - self.start


def happened(incident: Incident) -> list[tuple[datetime, Event]]:
    """Its events, each with when it happened as far as anybody knows: corrections are taken into account."""
    corrected = incident.timeline.corrections
    return [(corrected.get(place, event.at), event) for place, event in enumerate(incident.timeline)]


def stretches(incident: Incident, until: datetime) -> tuple[Stretch, ...]:
    """The stretches from its declaration to a moment, without gaps, in their order.

    What was reported late counts from the report before it: the log says what was known in which order.
    """
    return tuple(_joined(_stretches(incident, until)))


def _stretches(incident: Incident, until: datetime) -> Iterator[Stretch]:
    events = happened(incident)
    present, start = Incident.replay([events[0][1]]), events[0][0]
    for at, event in events[1:]:
        end = min(max(at, start), until)
        if end > start:
            yield Stretch(present.status, present.severity, start, end)
            start = end
        present = present.extended([event])
    if until > start:
        yield Stretch(present.status, present.severity, start, until)


def _joined(several: Iterator[Stretch]) -> Iterator[Stretch]:
    """Neighbours that are alike as one."""
    last: Stretch | None = None
    for each in several:
        if last is not None and (last.status, last.severity) == (each.status, each.severity):
            last = Stretch(last.status, last.severity, last.start, each.end)
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last
