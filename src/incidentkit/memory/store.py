"""The reference store: a dictionary and a lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import dropwhile, islice
from threading import RLock

from incidentkit.errors import UnknownIncident
from incidentkit.memory.clock import system_clock
from incidentkit.model.events import Event, Redacted, wordless
from incidentkit.model.identity import IncidentId, moment
from incidentkit.providers.store import Append, Audit, FindDue, FindForgotten, FindIncidents, Standing, appended


class MemoryStore:
    """An `IncidentStore` that forgets everything when the program ends. Threads may share it."""

    def __init__(self, clock: Callable[[], datetime] = system_clock) -> None:
        self._clock = clock
        self._lock = RLock()
        self._logs: dict[IncidentId, tuple[Event, ...]] = {}
        self._standing: dict[IncidentId, Standing] = {}
        """In the order in which incidents came."""

    def now(self) -> datetime:
        """The time by the clock that it was given; `FieldInvalid` if that tells a time without zone."""
        return moment("now", self._clock())

    def append(self, request: Append, /) -> tuple[Event, ...]:
        """Add the events, all or none."""
        with self._lock:
            standing, events = appended(request, self._standing.get(request.incident), self.now())
            log = [*self._logs.get(request.incident, ()), *events]
            for event in events:
                if isinstance(event, Redacted):
                    log[event.event] = wordless(log[event.event])
            self._logs[request.incident] = tuple(log)
            self._standing[request.incident] = standing
            return tuple(log[len(log) - len(events) :])

    def load(self, incident: str, /) -> tuple[Event, ...]:
        """The log of an incident."""
        with self._lock:
            return self._logs[self._known(incident)]

    def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        """What must be looked at now, the earliest first."""
        with self._lock:
            now = self.now()
            due = [
                incident
                for incident, standing in self._standing.items()
                if (standing.wake_at is not None and standing.wake_at <= now)
                or (not standing.done and standing.planned_with != request.planned_with)
            ]
            return tuple(sorted(due, key=self._turn)[: request.limit])

    def find(self, request: FindIncidents, /) -> tuple[IncidentId, ...]:
        """Incidents in any of the statuses, the newest first."""
        with self._lock:
            newest_first = reversed(self._standing)
            if request.after is not None:
                after = self._known(request.after)
                newest_first = islice(dropwhile(lambda incident: incident != after, newest_first), 1, None)
            found = (
                incident
                for incident in newest_first
                if request.statuses is None or self._standing[incident].status in request.statuses
            )
            return tuple(islice(found, request.limit))

    def audit(self, request: FindForgotten, /) -> Audit:
        """Which incidents nobody looks at."""
        with self._lock:
            latest = self.now() - request.grace
            undone = {incident: standing for incident, standing in self._standing.items() if not standing.done}
            forgotten = [
                incident
                for incident, standing in undone.items()
                if standing.wake_at is None or standing.wake_at < latest
            ]
            return Audit(len(undone), tuple(sorted(forgotten, key=self._turn)))

    def _known(self, incident: str) -> IncidentId:
        known = IncidentId(incident)
        if known not in self._logs:
            raise UnknownIncident(incident)
        return known

    def _turn(self, incident: IncidentId) -> tuple[bool, datetime | None, IncidentId]:
        """What orders incidents by when they must be looked at; two without a time are never compared by it."""
        wake_at = self._standing[incident].wake_at
        return wake_at is None, wake_at, incident
