"""The reference store: dictionaries, a sorted list of when to wake whom, and a lock."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import dropwhile, islice
from operator import itemgetter
from threading import RLock

from incidentkit.errors import FieldInvalid, UnknownIncident, shown
from incidentkit.memory.clock import system_clock
from incidentkit.model.events import Event, Redacted, wordless
from incidentkit.model.identity import IncidentId, moment
from incidentkit.providers.store import (
    Append,
    Audit,
    FindDue,
    FindForgotten,
    FindIncidents,
    Standing,
    TakeNumber,
    appended,
)


class MemoryStore:
    """An `IncidentStore` that forgets everything when the program ends. Threads may share it."""

    def __init__(self, clock: Callable[[], datetime] = system_clock) -> None:
        if not callable(clock):
            raise FieldInvalid("clock", f"the clock of a store is called for the time, and {shown(clock)} cannot be")
        self._clock = clock
        self._lock = RLock()
        self._logs: dict[IncidentId, tuple[Event, ...]] = {}
        self._standing: dict[IncidentId, Standing] = {}
        """In the order in which incidents came."""
        self._wakes: list[tuple[datetime, IncidentId]] = []
        """Every time to wake an incident, sorted, so that to find nothing due takes no time, however many there are."""
        self._undone: defaultdict[str, set[IncidentId]] = defaultdict(set)
        """The incidents that are not done, by what they were planned with."""
        self._latest = datetime.min.replace(tzinfo=UTC)
        """When anything was kept last: what is later than now was planned before the clock was put back."""
        self._numbers: defaultdict[str, int] = defaultdict(int)
        """The last number of each series."""

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
            self._keep(request.incident, standing)
            return tuple(log[len(log) - len(events) :])

    def load(self, incident: str, /) -> tuple[Event, ...]:
        """The log of an incident."""
        with self._lock:
            return self._logs[self._known(incident)]

    def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        """What must be looked at now, the earliest first."""
        with self._lock:
            now = self.now()
            wakes = self._wakes[: bisect_right(self._wakes, now, key=itemgetter(0))]
            others = (each for key, each in self._undone.items() if key != request.planned_with)
            due = {incident for _, incident in wakes}.union(*others, self._planned_after(now))
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

    def number(self, request: TakeNumber, /) -> int:
        """The next number of a series."""
        with self._lock:
            self._numbers[request.series] += 1
            return self._numbers[request.series]

    def _keep(self, incident: IncidentId, standing: Standing) -> None:
        had = self._standing.get(incident)
        if had is not None:
            self._undone[had.planned_with].discard(incident)
            if had.wake_at is not None:
                del self._wakes[bisect_left(self._wakes, (had.wake_at, incident))]
        if not standing.done:
            self._undone[standing.planned_with].add(incident)
        if standing.wake_at is not None:
            insort(self._wakes, (standing.wake_at, incident))
        self._standing[incident] = standing
        self._latest = max(self._latest, standing.kept_at)

    def _planned_after(self, now: datetime) -> Iterator[IncidentId]:
        """The incidents that are not done and were planned at a time that is still to come."""
        if now < self._latest:
            for incident, standing in self._standing.items():
                if standing.kept_at > now and not standing.done:
                    yield incident

    def _known(self, incident: str) -> IncidentId:
        known = IncidentId(incident)
        if known not in self._logs:
            raise UnknownIncident(incident)
        return known

    def _turn(self, incident: IncidentId) -> tuple[bool, datetime | None, IncidentId]:
        """What orders incidents by when they must be looked at; two without a time are never compared by it."""
        wake_at = self._standing[incident].wake_at
        return wake_at is None, wake_at, incident
