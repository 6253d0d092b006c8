"""The timeline of an incident as a picture: its status and severity over time, who was paged, and who had it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from incidentkit.model.durations import duration_text
from incidentkit.model.events import (
    Acknowledged,
    ActionStarted,
    Declared,
    Declined,
    Event,
    Mitigated,
    MitigationStarted,
    Reopened,
    Resolved,
    Unacknowledged,
    Updated,
)
from incidentkit.model.identity import moment
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Status
from incidentkit.model.stretch import Stretch, happened, stretches
from incidentkit.policy.directory import Directory
from incidentkit.policy.obligation import LEVEL
from incidentkit.render.lanes import Bar, Lane, Lanes, Mark, Shade, Shape, shades
from incidentkit.render.picture import Picture

STATUS_SHADES: Final = {
    Status.INVESTIGATING: Shade.ACCENT,
    Status.MITIGATING: Shade.ACCENT_LIGHT,
    Status.MONITORING: Shade.GOOD,
    Status.RESOLVED: Shade.QUIET,
    Status.CLOSED: Shade.QUIET,
    Status.CANCELLED: Shade.QUIET,
}
"""How each status looks."""

SHORTEST: Final = timedelta(minutes=5)
"""Time on the axis at the least; bars end where the log does."""


def incident_timeline(
    incident: Incident, *, directory: Directory | None = None, until: datetime | None = None
) -> Picture:
    """The timeline from when users began to feel it.

    It ends ``until`` then; without that at the resolution, or with the latest event of what goes on. ``directory``
    knows the names of people, who are called by their ids without it. Raises `FieldInvalid` for a time without zone.
    """
    end = (incident.resolved_at or incident.as_of) if until is None else moment("until", until)
    end = max(end, incident.declared_at)
    several = stretches(incident, end) or (Stretch(incident.status, incident.severity, end, end),)
    lanes = Lanes(
        [_of_status(several), _of_severity(several), *_of_people(incident, directory)],
        start=incident.started_at,
        end=max(end + (end - incident.started_at) * 0.02, incident.started_at + SHORTEST),
    )
    return Picture(
        svg=lanes.to_svg(),
        alternative=_in_words(incident, several),
        caption=f"{incident.id}: {incident.title}, from {incident.started_at:%Y-%m-%d}. Times are UTC.",
    )


def _of_status(several: tuple[Stretch, ...]) -> Lane:
    return Lane(name="Status", bars=_bars((each, str(each.status), STATUS_SHADES[each.status]) for each in several))


def _of_severity(several: tuple[Stretch, ...]) -> Lane:
    looks = shades([each.key for each in several[0].severity.scheme])
    bars = _bars((each, each.severity.key, looks[each.severity.key]) for each in several)
    return Lane(name="Severity", bars=bars)


def _bars(several: Iterable[tuple[Stretch, str, Shade]]) -> Iterator[Bar]:
    """Bars of stretches, neighbours of one kind as one."""
    for (kind, shade), alike in groupby(several, lambda each: each[1:]):
        group = [each for each, *_ in alike]
        yield Bar(start=group[0].start, end=group[-1].end, kind=kind, shade=shade)


def _of_people(incident: Incident, directory: Directory | None) -> Iterator[Lane]:
    """What happened to, and by, each person, in the order in which they came into it."""
    marks: dict[str, list[Mark]] = {}
    for at, event in happened(incident):
        for person, kind, shape in _marks(event):
            marks.setdefault(person, []).append(Mark(at=at, kind=kind, shape=shape))
    for person, several in marks.items():
        yield Lane(name=directory.name_of(person) if directory else person, marks=several)


def _marks(event: Event) -> Iterator[tuple[str, str, Shape]]:
    match event:
        case Declared(by=person):
            yield person, "declared it", Shape.TRIANGLE
        case ActionStarted(action=action) if action.obligation.startswith(LEVEL) and action.person:
            yield action.person, "paged", Shape.RING
        case Acknowledged(by=person):
            yield person, "acknowledged", Shape.DOT
        case Declined(by=person) | Unacknowledged(by=person):
            yield person, "cannot take it", Shape.CROSS
        case Updated() | MitigationStarted() | Mitigated() | Resolved() | Reopened():
            yield event.by, "moved it on, or wrote", Shape.DIAMOND
        case _:
            pass


def _in_words(incident: Incident, several: tuple[Stretch, ...]) -> str:
    lasted = ", ".join(f"{each.status} for {duration_text(each.length)} as {each.severity.key}" for each in several)
    return f"Timeline of {incident.id} from {incident.started_at:%Y-%m-%d %H:%M} UTC: {lasted}."
