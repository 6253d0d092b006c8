"""The reference store: dictionaries, a sorted list of when to wake whom, and a lock."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import dropwhile, islice
from operator import itemgetter
from threading import RLock

from incidentkit.errors import FieldInvalid, UnknownEvidence, UnknownIncident, UnknownPlaybook, shown
from incidentkit.memory.clock import system_clock
from incidentkit.model.events import Event
from incidentkit.model.identity import IncidentId, moment
from incidentkit.providers.entry import Addition, Entry, appended, is_sought, restored
from incidentkit.providers.evidence import Evidence, KeepEvidence
from incidentkit.providers.playbooks import KeepPlaybook
from incidentkit.providers.records import EvidenceRecord, LogRecord, NumberRecord, PlaybookRecord, Record
from incidentkit.providers.store import (
    MOST,
    Append,
    Audit,
    FindDue,
    FindForgotten,
    FindIncidents,
    TakeNumber,
    at_its_end,
)
from incidentkit.providers.words import words_of


class MemoryStore:
    """An `IncidentStore` that forgets everything when the program ends. Threads may share it."""

    def __init__(self, clock: Callable[[], datetime] = system_clock) -> None:
        if not callable(clock):
            raise FieldInvalid("clock", f"the clock of a store is called for the time, and {shown(clock)} cannot be")
        self._clock = clock
        self._lock = RLock()
        self._logs: dict[IncidentId, tuple[Event, ...]] = {}
        self._entries: dict[IncidentId, Entry] = {}
        """In the order in which incidents came."""
        self._wakes: list[tuple[datetime, IncidentId]] = []
        """Every time to wake an incident, sorted, so that to find nothing due takes no time, however many there are."""
        self._undone: defaultdict[str, set[IncidentId]] = defaultdict(set)
        """The incidents that are not done, by what they were planned with."""
        self._latest = datetime.min.replace(tzinfo=UTC)
        """When anything was kept last: what is later than now was planned before the clock was put back."""
        self._numbers: defaultdict[str, int] = defaultdict(int)
        """The last number of each series."""
        self._playbooks: dict[str, str] = {}
        """Documents by their references."""
        self._evidence: dict[tuple[IncidentId, str, str], EvidenceRecord] = {}
        """Pieces of evidence, by the incident, their name and what they hold."""

    def now(self) -> datetime:
        """The time by the clock that it was given; `FieldInvalid` if that tells a time without zone."""
        return moment("now", self._clock())

    def append(self, request: Append, /) -> tuple[Event, ...]:
        """Add the events, all or none."""
        with self._lock:
            log = self._logs.get(request.incident, ())
            addition = appended(request, self._entries.get(request.incident), self.now(), lambda: log)
            self._keep(request.incident, addition, log)
            return addition.events

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
        """Incidents that are all of what is asked for, the newest first."""
        with self._lock:
            newest_first = reversed(self._entries)
            if request.after is not None:
                after = self._known(request.after)
                newest_first = islice(dropwhile(lambda incident: incident != after, newest_first), 1, None)
            found = (
                incident
                for incident in newest_first
                if is_sought(request, self._entries[incident], words_of(self._logs[incident]) if request.text else ())
            )
            return tuple(islice(found, request.limit))

    def audit(self, request: FindForgotten, /) -> Audit:
        """Which incidents nobody looks at."""
        with self._lock:
            now = self.now()
            latest, farthest = request.latest(now), request.farthest(now)
            undone = {incident: entry for incident, entry in self._entries.items() if not entry.done}
            forgotten = [
                incident
                for incident, entry in undone.items()
                if entry.wake_at is None or entry.wake_at < latest or entry.recorded_at > farthest
            ]
            return Audit(len(undone), tuple(sorted(forgotten, key=self._turn)))

    def number(self, request: TakeNumber, /) -> int:
        """The next number of a series."""
        with self._lock:
            if self._numbers.get(request.series) == MOST:
                raise at_its_end(request)
            self._numbers[request.series] += 1
            return self._numbers[request.series]

    def keep_playbook(self, request: KeepPlaybook, /) -> None:
        """Keep a playbook, unless it is there."""
        with self._lock:
            self._playbooks.setdefault(request.reference, request.document)

    def playbook(self, reference: str, /) -> str:
        """The document of a playbook."""
        with self._lock:
            if type(reference) is not str or reference not in self._playbooks:
                raise UnknownPlaybook(reference, self._playbooks)
            return self._playbooks[reference]

    def keep_evidence(self, request: KeepEvidence, /) -> Evidence:
        """Keep a piece of evidence, unless it is there."""
        with self._lock:
            self._known(request.incident)
            key = (request.incident, request.name, request.sha256)
            return self._evidence.setdefault(key, EvidenceRecord.of(request, self.now())).evidence

    def evidence(self, incident: str, /) -> tuple[Evidence, ...]:
        """What is kept for an incident, the oldest first."""
        with self._lock:
            known = self._known(incident)
            return tuple(each.evidence for each in self._evidence.values() if each.incident == known)

    def content(self, sha256: str, /) -> bytes:
        """The content that is called by its SHA-256."""
        with self._lock:
            for (_, _, name), record in self._evidence.items():
                if name == sha256:
                    return record.request.content
            raise UnknownEvidence(sha256)

    def wakes_at(self, incident: str, /) -> datetime | None:
        """When the incident is due next; `None` if it will not be. Raises `UnknownIncident`."""
        with self._lock:
            return self._entries[self._known(incident)].wake_at

    def records(self) -> Iterator[Record]:
        """Everything that it keeps."""
        with self._lock:
            playbooks = [PlaybookRecord(reference=each, document=text) for each, text in self._playbooks.items()]
            numbers = [NumberRecord(series=series, last=last) for series, last in self._numbers.items()]
            incidents = [*self._logs]
        yield from playbooks
        yield from numbers
        for incident in incidents:
            with self._lock:
                entry, log = self._entries[incident], self._logs[incident]
                evidence = [each for each in self._evidence.values() if each.incident == incident]
            yield LogRecord(wake_at=entry.wake_at, planned_with=entry.planned_with, done=entry.done, events=log)
            yield from evidence

    def take_in(self, record: Record, /) -> bool:
        """Keep a record as it is; whether it was not there already."""
        with self._lock:
            match record:
                case LogRecord():
                    addition = restored(record, self._logs.get(record.incident), self.now())
                    if addition is not None:
                        self._keep(record.incident, addition, ())
                    return addition is not None
                case NumberRecord(series=series, last=last):
                    had = self._numbers[series]
                    self._numbers[series] = max(had, last)
                    return had < last
                case PlaybookRecord(reference=reference, document=document):
                    is_there = reference in self._playbooks
                    self._playbooks.setdefault(reference, document)
                    return not is_there
                case EvidenceRecord():
                    key = (self._known(record.incident), record.name, record.request.sha256)
                    is_there = key in self._evidence
                    self._evidence.setdefault(key, record)
                    return not is_there

    def _keep(self, incident: IncidentId, addition: Addition, log: tuple[Event, ...]) -> None:
        had, entry = self._entries.get(incident), addition.entry
        if had is not None:
            self._undone[had.planned_with].discard(incident)
            if had.wake_at is not None:
                del self._wakes[bisect_left(self._wakes, (had.wake_at, incident))]
        if not entry.done:
            self._undone[entry.planned_with].add(incident)
        if entry.wake_at is not None:
            insort(self._wakes, (entry.wake_at, incident))
        self._entries[incident] = entry
        self._logs[incident] = (
            *(addition.rewritten.get(place, event) for place, event in enumerate(log)),
            *addition.events,
        )
        self._latest = max(self._latest, entry.kept_at)

    def _planned_after(self, now: datetime) -> Iterator[IncidentId]:
        """The incidents that are not done and were planned at a time that is still to come."""
        if now < self._latest:
            for incident, entry in self._entries.items():
                if entry.kept_at > now and not entry.done:
                    yield incident

    def _known(self, incident: str) -> IncidentId:
        if type(incident) is not str or (known := IncidentId(incident)) not in self._logs:
            raise UnknownIncident(incident)
        return known

    def _turn(self, incident: IncidentId) -> tuple[bool, datetime | None, IncidentId]:
        """What orders incidents by when they must be looked at; two without a time are never compared by it."""
        wake_at = self._entries[incident].wake_at
        return wake_at is None, wake_at, incident
