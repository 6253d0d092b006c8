"""What the fields of message templates stand for: words about an incident at a moment, for the people who read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from incidentkit.model.calendar import WorkingDays, zone_of
from incidentkit.model.durations import UNITS, duration_text
from incidentkit.model.events import REDACTED, LinkKind, Resolved
from incidentkit.model.identity import PersonId, moment
from incidentkit.model.incident import Incident
from incidentkit.model.people import Role
from incidentkit.model.severity import Severity
from incidentkit.model.targets import Target
from incidentkit.policy.directory import Directory

NOBODY_YET: Final = "nobody yet"
"""Who has a role that nobody has been given."""

NOT_KNOWN_YET: Final = "not known yet"
"""The impact, while nothing has been written about it."""

NO_CADENCE: Final = "when there is news"
"""How often there are updates for a severity that promises none."""

ROLES: Final[Mapping[str, Role]] = {
    "commander": Role.COMMANDER,
    "technical_lead": Role.TECHNICAL_LEAD,
    "communications_lead": Role.COMMUNICATIONS_LEAD,
}
"""The fields that name people, each with the role that they have."""

_UNIT_WORDS: Final = {"d": "day", "h": "hour", "min": "minute", "s": "second"}


class SupportsUpdate(Protocol):
    """What a person wrote about how it goes."""

    @property
    def text(self) -> str:
        """What was done."""
        ...

    @property
    def next_steps(self) -> str:
        """What is done next; empty if that was not said."""
        ...

    @property
    def eta(self) -> str:
        """When it is expected to be over, in words; empty if that is not known."""
        ...


def message_values(
    incident: Incident,
    directory: Directory,
    *,
    at: datetime,
    zone: str = "UTC",
    update: SupportsUpdate | None = None,
    update_number: int = 0,
    number: int | None = None,
    status_page: str = "",
    post_mortem: str = "",
    severity: Severity[Any] | None = None,
) -> dict[str, str]:
    """What every field of `incidentkit.policy.template.FIELDS` stands for in a message that is written at a moment.

    Times are on the clock of ``zone``, an IANA time zone, and say so. ``update`` is the latest one, and
    ``update_number`` how many there were, it included. ``number`` is that of the incident on its day. ``severity`` is
    the one of the incident with its name and its targets, which an incident that was kept does not have. What nobody
    has written is empty, but for a role that nobody has, an impact that is not known and a cadence that was not
    promised, for which there are words.

    Raises `FieldInvalid` for a moment without zone, and `CalendarInvalid` for a zone that is not known.
    """
    at, clock = moment("at", at), zone_of(zone)
    severity = incident.severity if severity is None else severity
    return {
        "severity": severity.key,
        "severity_name": severity.name,
        "status": str(incident.status),
        **_times(incident, at, clock),
        "cadence": cadence_words(severity.targets.update),
        "public_summary": incident.public_summary,
        "status_page": status_page,
        "incident": incident.id,
        "number": "" if number is None else f"{number:03}",
        "title": incident.title,
        "impact": incident.public_summary.strip() or NOT_KNOWN_YET,
        "declared": _day_and_time(incident.declared_at, clock),
        **{field: _holder(incident.roles.get(role), directory) for field, role in ROLES.items()},
        "channel": _channel(incident),
        **_update(update, update_number),
        "resolution": _resolution(incident),
        "post_mortem": post_mortem,
    }


def _times(incident: Incident, at: datetime, clock: ZoneInfo) -> dict[str, str]:
    """The fields that tell when it is, and since when and for how long it has gone on."""
    return {
        "started": _day_and_time(incident.started_at, clock),
        "day": at.astimezone(clock).date().isoformat(),
        "time": _time(at, clock),
        "duration": _duration(incident, at),
    }


def _update(update: SupportsUpdate | None, number: int) -> dict[str, str]:
    """The fields that an update fills."""
    said = ("", "", "") if update is None else (update.text, update.next_steps, update.eta)
    text, next_steps, eta = ("" if words == REDACTED else words for words in said)
    return {"update_number": str(number or ""), "update": text, "next_steps": next_steps, "eta": eta}


def cadence_words(target: Target | None) -> str:
    """How often there are updates, such as ``every 15 minutes``, ``every hour`` or ``within 2 working days``."""
    if target is None:
        return NO_CADENCE
    within = target.within
    parts = [str(within)] if isinstance(within, WorkingDays) else [*_length(within)]
    length = " ".join(parts)
    of = f" of {target.calendar.name}" if target.calendar else ""
    if not target.repeats:
        return f"within {length}{of}"
    return f"every {length if parts[1:] else length.removeprefix('1 ')}{of}"


def _length(length: timedelta) -> Iterator[str]:
    """A length of time in words, unit by unit; what is below a second counts for nothing, unless it is all there is."""
    if length < UNITS["s"]:
        yield duration_text(length)
        return
    for unit, word in _UNIT_WORDS.items():
        count, length = divmod(length, UNITS[unit])
        if count:
            yield f"{count} {word}{'s' if count > 1 else ''}"


def _duration(incident: Incident, at: datetime) -> str:
    """How long it has taken, in whole minutes from the first on: nobody counts an outage in seconds."""
    length = max((incident.resolved_at or at) - incident.started_at, timedelta())
    return duration_text(length - length % UNITS["min" if length >= UNITS["min"] else "s"])


def _day_and_time(at: datetime, clock: ZoneInfo) -> str:
    return f"{at.astimezone(clock).date().isoformat()} {_time(at, clock)}"


def _time(at: datetime, clock: ZoneInfo) -> str:
    return f"{at.astimezone(clock):%H:%M %Z}"


def _holder(person: PersonId | None, directory: Directory) -> str:
    """What people call whoever has a role."""
    return NOBODY_YET if person is None else directory.name_of(person)


def _channel(incident: Incident) -> str:
    """The channel that was tied to it last."""
    return next((link.reference for link in reversed(incident.links) if link.what is LinkKind.CHANNEL), "")


def _resolution(incident: Incident) -> str:
    """What was noted when it was resolved; nothing while it is not."""
    if incident.resolved_at is None:
        return ""
    return next((event.note for event in reversed(incident.timeline.events) if isinstance(event, Resolved)), "")
