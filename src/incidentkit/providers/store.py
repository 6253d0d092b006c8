"""Keeping the logs of incidents, and when each must be looked at next."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from typing import Any, Final, Protocol

from attrs import Attribute, evolve, field, frozen
from attrs.validators import optional

from incidentkit.errors import FieldInvalid, IncidentExists, LogInvalid, StaleVersion, UnknownIncident, shown
from incidentkit.model.events import Declared, Event, Redacted, is_name, is_utc
from incidentkit.model.identity import IncidentId
from incidentkit.model.lifecycle import Status, consequence
from incidentkit.providers.answer import Answer

MOST: Final = 10**9
"""How many incidents can be asked for: what every database takes for a number."""


def _is_limit(request: object, attribute: Attribute[Any], value: object) -> None:
    if type(value) is not int or not 1 <= value <= MOST:
        raise FieldInvalid(attribute.name, f"{shown(value)} is no number of incidents, from 1 to {MOST}")


@frozen(kw_only=True)
class Append:
    """Add events to the log of an incident, and say when it must be looked at next."""

    incident: IncidentId
    events: tuple[Event, ...]
    """May be empty: the log was planned anew, and nothing came of it but another time to look."""
    expected_version: int | None
    """The number of events that the log must have, 0 for an incident that begins; `None` appends to any log."""
    wake_at: datetime | None = field(default=None, validator=optional(is_utc))
    """When the incident must be looked at next though nobody does anything; `None` for never by itself."""
    planned_with: str = ""
    """What it was planned with: any text that changes with the playbook, the directory and the engine."""
    done: bool = False
    """Whether nothing will ever be due again unless somebody sends a command."""


@frozen
class FindDue:
    """Find what must be looked at now."""

    planned_with: str
    """What it would be planned with; what was planned with anything else is due, unless it is done."""
    limit: int = field(validator=_is_limit)


@frozen(kw_only=True)
class FindIncidents:
    """Find incidents, a page at a time."""

    statuses: frozenset[Status] | None = None
    """The statuses to look for; `None` for all."""
    limit: int = field(validator=_is_limit)
    after: IncidentId | None = None
    """The last incident of the page before; `None` for the first page."""


@frozen
class TakeNumber:
    """Take the next number of a series, such as the incidents of a day."""

    series: str = field(validator=is_name)
    """What is counted, such as ``20260302``; every series begins with 1."""


@frozen
class FindForgotten:
    """Find what should have been looked at and was not."""

    grace: timedelta
    """How late is not yet too late."""


@frozen
class Audit:
    """Whether somebody looks at every incident in time."""

    incidents_open: int
    """How many are not done."""
    forgotten: tuple[IncidentId, ...]
    """Those of them that are overdue by more than the grace, and those that nothing will ever wake."""


class IncidentStore(Protocol):
    """Something that keeps logs.

    Every method may be ``def`` or ``async def``. Each is one step: of two that run at once, one sees all of what the
    other did, or nothing. What has been answered is kept.
    """

    def now(self) -> Answer[datetime]:
        """The time by the store's clock, in UTC: the only clock that a desk goes by, so all desks of a store agree."""
        ...

    def append(self, request: Append, /) -> Answer[tuple[Event, ...]]:
        """Add the events, all or none, and give them as they are kept.

        What was given as ``recorded_at`` is replaced: by the store's clock, but never by an earlier time than the last
        event of the log has. The words that a `Redacted` takes out are taken out of the log in the same step.

        With an ``expected_version`` the log is only added to if it has that many events, and ``wake_at``,
        ``planned_with`` and ``done`` replace those that were kept. With 0 the incident begins.

        With ``None`` the events are added to any log, since what came of an action is recorded whatever happened
        meanwhile. But whoever appends has not read that log, so somebody has to plan anew, at ``wake_at`` or, if that
        is `None`, at once. ``wake_at`` therefore only moves earlier, the incident is no longer done whatever ``done``
        says, and what it was planned with stays.

        Raises `IncidentExists` for 0 if the incident is there; `UnknownIncident` for anything else if it is not;
        `StaleVersion` if the log has another version; `LogInvalid` for events that cannot follow: of another incident,
        a first one that is no `Declared`, a later one that is. Then nothing has changed.
        """
        ...

    def load(self, incident: str, /) -> Answer[tuple[Event, ...]]:
        """The log of an incident; raises `UnknownIncident`."""
        ...

    def due(self, request: FindDue, /) -> Answer[tuple[IncidentId, ...]]:
        """What must be looked at now: its ``wake_at`` has come, or it is not done and its plan does not hold any more.

        A plan does not hold if it was made with something else, or at a time that is still to come, because the store's
        clock was put back since. The earliest ``wake_at`` comes first and none comes last; between equals the id
        decides.
        """
        ...

    def find(self, request: FindIncidents, /) -> Answer[tuple[IncidentId, ...]]:
        """Incidents in any of the statuses, those first that came to the store last.

        An incident that changes while somebody turns pages hides no other and shows none twice. Raises
        `UnknownIncident` if the store does not know ``after``.
        """
        ...

    def audit(self, request: FindForgotten, /) -> Answer[Audit]:
        """Whether every incident that is not done has been looked at in time and has a time to be looked at again.

        Forgotten is one without ``wake_at``, or with one that is past by more than the grace; in the order of `due`.
        """
        ...

    def number(self, request: TakeNumber, /) -> Answer[int]:
        """The next number of a series: 1 for the first, and each is given once, whoever asks.

        What was given never comes back, also if nobody uses it. So a series may have gaps: a number is taken before
        what it is for is kept.
        """
        ...


@frozen(kw_only=True)
class Standing:
    """What a store keeps of an incident beside its log."""

    version: int
    """The number of events in the log."""
    recorded_at: datetime
    """When the last of them was recorded."""
    kept_at: datetime
    """When this was kept, by the store's clock; unlike what was recorded it goes back when the clock does."""
    status: Status
    wake_at: datetime | None
    planned_with: str
    done: bool


def appended(request: Append, had: Standing | None, now: datetime) -> tuple[Standing, tuple[Event, ...]]:
    """What a store has after an append, and the events as they are recorded: one meaning of `append` for every store.

    ``had`` is what it had of the incident, `None` for nothing. What is left to the store is to do it in one step, and
    to take out the words that a `Redacted` among the events names. Raises what `append` raises.
    """
    version = 0 if had is None else had.version
    _check_version(request, version)
    recorded_at = now if had is None else max(now, had.recorded_at)
    events = tuple(evolve(event, recorded_at=recorded_at) for event in request.events)
    _check_log(request, version)
    plan = (request.wake_at, request.planned_with, request.done)
    if request.expected_version is None and had is not None:
        times = (had.wake_at, request.wake_at or now)
        plan = (min(time for time in times if time is not None), had.planned_with, False)
    wake_at, planned_with, done = plan
    standing = Standing(
        version=version + len(events),
        recorded_at=recorded_at if events or had is None else had.recorded_at,
        kept_at=now,
        status=reduce(_moved, events, Status.INVESTIGATING if had is None else had.status),
        wake_at=wake_at,
        planned_with=planned_with,
        done=done,
    )
    return standing, events


def _check_version(request: Append, version: int) -> None:
    expected = request.expected_version
    if expected == 0 < version:
        raise IncidentExists(request.incident)
    if expected != 0 == version:
        raise UnknownIncident(request.incident)
    if expected is not None and expected != version:
        raise StaleVersion(request.incident, "append", expected, version)


def _check_log(request: Append, version: int) -> None:
    if not version and not request.events:
        raise LogInvalid(0, "the log of an incident begins with its declaration")
    for index, event in enumerate(request.events, version):
        if event.incident != request.incident:
            raise LogInvalid(index, f"it is of the incident {event.incident}, and the log of {request.incident}")
        if isinstance(event, Declared) != (index == 0):
            raise LogInvalid(index, "the log of an incident begins with its declaration, and has no other")
        if isinstance(event, Redacted) and event.event >= index:
            raise LogInvalid(index, f"'{event.tag}': event {event.event} is not before it")


def _moved(status: Status, event: Event) -> Status:
    """The status after an event, by the table of the lifecycle."""
    result = consequence(event.row, status) if event.row else None
    return result if isinstance(result, Status) else status
