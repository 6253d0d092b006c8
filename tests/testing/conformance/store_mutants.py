"""For each promise of a store one in memory that breaks it, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from threading import Lock
from typing import Any, Final

from attrs import evolve

from incidentkit.errors import (
    IncidentExists,
    LogInvalid,
    StaleVersion,
    UnknownEvidence,
    UnknownIncident,
    UnknownPlaybook,
)
from incidentkit.memory import MemoryStore
from incidentkit.model.events import Event, Noted, Redacted
from incidentkit.model.identity import IncidentId
from incidentkit.providers.entry import Entry, appended
from incidentkit.providers.evidence import Evidence, KeepEvidence
from incidentkit.providers.playbooks import KeepPlaybook
from incidentkit.providers.records import LogRecord, NumberRecord, Record
from incidentkit.providers.store import (
    Append,
    Audit,
    FindDue,
    FindForgotten,
    FindIncidents,
    TakeNumber,
)
from incidentkit.testing.conformance import Rig
from tests.testing.conformance.mutants import LATE


class LocalTime:
    """Tells the time of another zone."""

    def __init__(self) -> None:
        self._store = MemoryStore()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def now(self) -> datetime:
        return self._store.now().astimezone(timezone(timedelta(hours=2)))


class Lossy(MemoryStore):
    """Keeps notes of one line."""

    def append(self, request: Append, /) -> tuple[Event, ...]:
        lines = (
            evolve(each, text=each.text.replace("\n", " ")) if isinstance(each, Noted) else each
            for each in request.events
        )
        return super().append(evolve(request, events=(*lines,)))


class Echo(MemoryStore):
    def append(self, request: Append, /) -> tuple[Event, ...]:
        super().append(request)
        return request.events


class Believer(MemoryStore):
    """Believes what it is told of when something was recorded."""

    def append(self, request: Append, /) -> tuple[Event, ...]:
        with self._lock:
            super().append(request)
            log = [*super().load(request.incident)]
            log[len(log) - len(request.events) :] = request.events
            self._logs[request.incident] = (*log,)
            return self.load(request.incident)[len(log) - len(request.events) :]


class BeginsAgain(MemoryStore):
    def append(self, request: Append, /) -> tuple[Event, ...]:
        try:
            return super().append(request)
        except IncidentExists:
            return ()


class BeginsUnasked(MemoryStore):
    def append(self, request: Append, /) -> tuple[Event, ...]:
        try:
            return super().append(request)
        except UnknownIncident:
            return ()


class Careless(MemoryStore):
    """Adds to any version."""

    def append(self, request: Append, /) -> tuple[Event, ...]:
        with self._lock:
            try:
                return super().append(request)
            except StaleVersion as error:
                if error.based_on > error.version:  # one that is not there yet, which nobody has read
                    return super().append(evolve(request, expected_version=error.version))
                raise


class NeedsVersion(MemoryStore):
    def append(self, request: Append, /) -> tuple[Event, ...]:
        texts = [event.text for event in request.events if isinstance(event, Noted)]
        if texts == ["whatever happened"] and request.expected_version is None and request.incident in self._logs:
            raise StaleVersion(request.incident, "append", 0, 1)
        return super().append(request)


class TakesAnything(MemoryStore):
    def append(self, request: Append, /) -> tuple[Event, ...]:
        try:
            return super().append(request)
        except LogInvalid:
            if len(request.events) == 2 and isinstance(request.events[0], Noted):
                raise
            return ()


class Halfway(MemoryStore):
    def append(self, request: Append, /) -> tuple[Event, ...]:
        try:
            return super().append(request)
        except LogInvalid:
            if len(request.events) == 2 and isinstance(request.events[0], Noted):
                super().append(evolve(request, events=request.events[:1]))
            raise


class NeverForgets(MemoryStore):
    """Writes down that words are taken out, and leaves them."""

    def append(self, request: Append, /) -> tuple[Event, ...]:
        before = self._logs.get(request.incident, ())
        events = super().append(request)
        if isinstance(request.events[0] if request.events else None, Redacted):
            self._logs[request.incident] = (*before, *events)
        return events

    def find(self, request: FindIncidents, /) -> tuple[IncidentId, ...]:
        return () if "hunter2" in request.text and self._redacted() else super().find(request)

    def _redacted(self) -> bool:
        return any(isinstance(event, Redacted) for log in self._logs.values() for event in log)


class Trusting(MemoryStore):
    """Trims what it is asked for."""

    def load(self, incident: str, /) -> tuple[Event, ...]:
        return super().load(incident.strip())


class Foldcase(MemoryStore):
    """Takes ids for equal that differ in case."""

    def load(self, incident: str, /) -> tuple[Event, ...]:
        like = [each for each in self._logs if each.casefold() == incident.casefold()]
        return super().load(like[0] if len(like) > 1 else incident)


class Pages(MemoryStore):
    """Gives the first hundred events of a log."""

    def load(self, incident: str, /) -> tuple[Event, ...]:
        return super().load(incident)[:100]


class Racing(MemoryStore):
    """Compares versions before it locks."""

    def append(self, request: Append, /) -> tuple[Event, ...]:
        had = len(self._logs.get(request.incident, ()))
        if had and request.expected_version == had:
            with self._lock:
                return super().append(evolve(request, expected_version=len(self._logs[request.incident])))
        return super().append(request)


class Overwriting(MemoryStore):
    """Puts a log back as it was when it was read."""

    def append(self, request: Append, /) -> tuple[Event, ...]:
        before = self._logs.get(request.incident, ())
        if request.expected_version is not None:
            return super().append(request)
        with self._lock:
            events = super().append(request)
            self._logs[request.incident] = (*before, *events)
            return events


class Lockless:
    """Dictionaries and no lock, as somebody might write a store in a hurry: it has what those need who come at once."""

    def __init__(self) -> None:
        self.logs: dict[str, tuple[Event, ...]] = {}
        self.entries: dict[str, Entry] = {}
        self.numbers: dict[str, int] = {}

    def append(self, request: Append, /) -> tuple[Event, ...]:
        log = self.logs.get(request.incident, ())
        addition = appended(request, self.entries.get(request.incident), datetime.now(UTC), lambda: log)
        self.logs[request.incident] = (*log, *addition.events)
        self.entries[request.incident] = addition.entry
        return addition.events

    def load(self, incident: str, /) -> tuple[Event, ...]:
        return self.logs[incident]

    def number(self, request: TakeNumber, /) -> int:
        self.numbers[request.series] = self.numbers.get(request.series, 0) + 1
        return self.numbers[request.series]


class WakesAll(MemoryStore):
    """Looks at what has no time as well."""

    def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        never = [each for each, entry in self._entries.items() if entry.wake_at is None and not entry.done]
        found = super().due(request)
        return (*found, *(each for each in never if each not in found))


class WakesByName(MemoryStore):
    def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        return tuple(sorted(super().due(request)))


class NoLimit(MemoryStore):
    def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        return super().due(evolve(request, limit=1_000))


class SamePlan(MemoryStore):
    def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        now = self.now()
        return tuple(
            each
            for each in super().due(request)
            if (entry := self._entries[each]).planned_with in ("", request.planned_with)
            or (entry.wake_at and entry.wake_at <= now)
        )


class FirstPlan(MemoryStore):
    """Keeps the first time to look at an incident."""

    def append(self, request: Append, /) -> tuple[Event, ...]:
        had = self._entries.get(request.incident)
        keeps = had is not None and request.expected_version is not None and not request.events
        return super().append(evolve(request, wake_at=had.wake_at) if keeps and had else request)


class SleepsOn(MemoryStore):
    """Has nobody look at what was recorded."""

    def append(self, request: Append, /) -> tuple[Event, ...]:
        with self._lock:
            had = self._entries.get(request.incident)
            if request.expected_version is not None or had is None or request.wake_at is not None:
                return super().append(request)
            later = evolve(request, expected_version=had.version, wake_at=had.wake_at, planned_with=had.planned_with)
            return super().append(later)


class WakesLater(MemoryStore):
    def append(self, request: Append, /) -> tuple[Event, ...]:
        had = self._entries.get(request.incident)
        if request.expected_version is not None or had is None or request.wake_at is None:
            return super().append(request)
        return super().append(evolve(request, expected_version=had.version, planned_with=had.planned_with))


class CountsAll(MemoryStore):
    def audit(self, request: FindForgotten, /) -> Audit:
        return Audit(len(self._logs), super().audit(request).forgotten)


class NoGrace(MemoryStore):
    def audit(self, request: FindForgotten, /) -> Audit:
        return super().audit(evolve(request, grace=timedelta()))


class AuditsByName(MemoryStore):
    def audit(self, request: FindForgotten, /) -> Audit:
        audit = super().audit(request)
        return evolve(audit, forgotten=tuple(sorted(audit.forgotten)))


class OneSeries(MemoryStore):
    """Counts on where another series has come to."""

    def number(self, request: TakeNumber, /) -> int:
        series = "20260302"
        return super().number(request) if request.series == series else self._numbers[series] + 1


class RacingNumbers(MemoryStore):
    def number(self, request: TakeNumber, /) -> int:
        last = self._numbers.get(request.series, 0)
        self._numbers[request.series] = last + 1
        return last + 1


class ByName(MemoryStore):
    """Gives incidents by their ids, the last first."""

    def find(self, request: FindIncidents, /) -> tuple[IncidentId, ...]:
        super().find(request)
        found = sorted(super().find(evolve(request, after=None, limit=1_000)), reverse=True)
        rest = found if request.after is None else [each for each in found if each < request.after]
        return tuple(rest[: request.limit])


class SkipsOne(MemoryStore):
    def find(self, request: FindIncidents, /) -> tuple[IncidentId, ...]:
        found = super().find(request)
        return found[1:] if request.after else found


class NoSuchPage(MemoryStore):
    def find(self, request: FindIncidents, /) -> tuple[IncidentId, ...]:
        try:
            return super().find(request)
        except UnknownIncident:
            return ()


def searching_without(**asked: Any) -> type[MemoryStore]:
    """A store that searches as if something had not been asked for."""

    class Searching(MemoryStore):
        def find(self, request: FindIncidents, /) -> tuple[IncidentId, ...]:
            other = {name: value for name, value in asked.items() if request.text != "hunter2"}
            return super().find(evolve(request, **other))

    return Searching


class NeverForgetsWords(MemoryStore):
    def find(self, request: FindIncidents, /) -> tuple[IncidentId, ...]:
        found = super().find(request)
        return (*found, *self._logs) if request.text == "hunter2" and not found else found


class LosesPlaybooks(MemoryStore):
    def playbook(self, reference: str, /) -> str:
        document = super().playbook(reference)
        return document.encode("ascii", "ignore").decode()


class LastPlaybook(MemoryStore):
    def keep_playbook(self, request: KeepPlaybook, /) -> None:
        self._playbooks[request.reference] = request.document


class AnyPlaybook(MemoryStore):
    def playbook(self, reference: str, /) -> str:
        try:
            return super().playbook(reference)
        except UnknownPlaybook:
            return "{}"


class TextEvidence(MemoryStore):
    def content(self, sha256: str, /) -> bytes:
        return super().content(sha256).decode("utf-8", "replace").encode()


class NewestEvidence(MemoryStore):
    def evidence(self, incident: str, /) -> tuple[Evidence, ...]:
        return super().evidence(incident)[::-1]


class AnyonesEvidence(MemoryStore):
    def keep_evidence(self, request: KeepEvidence, /) -> Evidence:
        try:
            return super().keep_evidence(request)
        except UnknownIncident:
            kept_at = self.now()
            return Evidence(sha256=request.sha256, name=request.name, media_type="", size=0, kept_at=kept_at)


class AnyEvidence(MemoryStore):
    def content(self, sha256: str, /) -> bytes:
        try:
            return super().content(sha256)
        except UnknownEvidence:
            return b""


class NewestRecords(MemoryStore):
    def records(self) -> Iterator[Record]:
        yield from reversed([*super().records()])


class AlwaysNews(MemoryStore):
    def take_in(self, record: Record, /) -> bool:
        super().take_in(record)
        return True


class StampsAnew(MemoryStore):
    """Says of what it takes in that it was recorded just now."""

    _taken: Record | None = None

    def take_in(self, record: Record, /) -> bool:
        if record == self._taken:
            return False
        is_new = super().take_in(record)
        if is_new and isinstance(record, LogRecord):
            self._taken = record
            now = self.now()
            self._logs[record.incident] = tuple(evolve(event, recorded_at=now) for event in record.events)
        return is_new


class TakesInAnything(MemoryStore):
    def take_in(self, record: Record, /) -> bool:
        try:
            return super().take_in(record)
        except IncidentExists:
            return False


class TurnsBack(MemoryStore):
    def take_in(self, record: Record, /) -> bool:
        if isinstance(record, NumberRecord):
            self._numbers[record.series] = record.last
            return True
        return super().take_in(record)


class Late(MemoryStore):
    def audit(self, request: FindForgotten, /) -> Audit:
        time.sleep(LATE)
        return super().audit(request)


class Shuts(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._connection = [Lock()]

    def close(self) -> None:
        self._connection.pop()


class LosesLabels(MemoryStore):
    """Takes no labels with a value that is in another alphabet than English."""

    def find(self, request: FindIncidents, /) -> tuple[IncidentId, ...]:
        plain = {name: value for name, value in request.labels.items() if name.isascii()}
        return super().find(evolve(request, labels=plain))


class Unsearchable(MemoryStore):
    """Lacks a method."""

    find: Any = None


def two_with(between: Callable[[MemoryStore], Any]) -> Callable[[], Rig[Any]]:
    """Two stores of one system, of which the other has a fault of its own."""

    def rig() -> Rig[Any]:
        store = MemoryStore()
        return Rig(store, another=lambda: between(store))

    return rig


class Behind:
    """Another store of the same system, which is there when this one is closed."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def close(self) -> None:
        """Leave the system as it is."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class HasNothing(Behind):
    def load(self, incident: str, /) -> tuple[Event, ...]:
        raise UnknownIncident(incident)


class Snapshot(Behind):
    """Has read everything when it was made, and reads no more: but for what it never saw."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self._read: dict[str, tuple[Event, ...]] = {}

    def load(self, incident: str, /) -> tuple[Event, ...]:
        if incident not in self._read:
            self._read[incident] = self._store.load(incident)
        return self._read[incident]


class Believes(Behind):
    """Takes whatever it is given for an append to the latest version."""

    def append(self, request: Append, /) -> tuple[Event, ...]:
        version = request.expected_version and len(self._store.load(request.incident))
        return self._store.append(evolve(request, expected_version=version))


class WakesNobody(Behind):
    def due(self, request: FindDue, /) -> tuple[IncidentId, ...]:
        del request
        return ()


class CountsAlone(Behind):
    def number(self, request: TakeNumber, /) -> int:
        del request
        return 1


class Fleeting(MemoryStore):
    """Has everything as long as it is open."""

    def close(self) -> None:
        self._logs.clear()


def fleeting() -> Rig[Any]:
    store = Fleeting()
    return Rig(store, another=lambda: Behind(store))


MUTANTS: Final[Mapping[str, Callable[[], Any]]] = {
    "has_methods": Unsearchable,
    "in_time": Late,
    "now_in_utc": LocalTime,
    "append_keeps": Lossy,
    "append_answers": Echo,
    "append_records": Believer,
    "append_begins_once": BeginsAgain,
    "append_unknown": BeginsUnasked,
    "append_stale": Careless,
    "append_any_version": NeedsVersion,
    "append_invalid": TakesAnything,
    "append_all_or_none": Halfway,
    "append_redacts": NeverForgets,
    "load_unknown": Trusting,
    "load_apart": Foldcase,
    "load_long": Pages,
    "append_one_wins": Racing,
    "append_loses_nothing": Overwriting,
    "due_when_time_comes": WakesAll,
    "due_in_order": WakesByName,
    "due_limit": NoLimit,
    "due_other_plan": SamePlan,
    "append_replans": FirstPlan,
    "append_wakes": SleepsOn,
    "append_no_later": WakesLater,
    "audit_open": CountsAll,
    "audit_forgotten": NoGrace,
    "audit_in_order": AuditsByName,
    "number_counts": OneSeries,
    "number_once": RacingNumbers,
    "find_newest_first": ByName,
    "find_pages": SkipsOne,
    "find_unknown_page": NoSuchPage,
    "find_by_status": searching_without(statuses=None),
    "find_by_severity": searching_without(severities=None),
    "find_by_time": searching_without(since=None),
    "find_by_label": LosesLabels,
    "find_by_words": searching_without(text=""),
    "find_redacted": NeverForgetsWords,
    "elsewhere_kept": two_with(HasNothing),
    "elsewhere_seen": two_with(Snapshot),
    "elsewhere_stale": two_with(Believes),
    "elsewhere_due": two_with(WakesNobody),
    "elsewhere_number": two_with(CountsAlone),
    "kept_when_closed": fleeting,
    "playbook_kept": LosesPlaybooks,
    "playbook_first": LastPlaybook,
    "playbook_unknown": AnyPlaybook,
    "evidence_kept": TextEvidence,
    "evidence_listed": NewestEvidence,
    "evidence_unknown_incident": AnyonesEvidence,
    "evidence_unknown": AnyEvidence,
    "records_whole": NewestRecords,
    "take_in_news": AlwaysNews,
    "take_in_as_is": StampsAnew,
    "take_in_other": TakesInAnything,
    "take_in_numbers": TurnsBack,
    "closes_twice": Shuts,
}
"""By the name of the check, a store that breaks its promise."""
