"""What a store does, in SQL: each method within one transaction that somebody else began, and will keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Row, func, not_, or_, select
from sqlalchemy.sql.dml import ReturningInsert

from incidentkit.errors import IncidentExists, UnknownEvidence, UnknownIncident, UnknownPlaybook
from incidentkit.model import identity
from incidentkit.model.events import Event
from incidentkit.model.identity import IncidentId
from incidentkit.model.incident import SCHEMA as FORM
from incidentkit.providers.entry import Addition, Entry, appended, restored
from incidentkit.providers.evidence import Evidence, KeepEvidence
from incidentkit.providers.playbooks import KeepPlaybook
from incidentkit.providers.records import EvidenceRecord, LogRecord, NumberRecord, PlaybookRecord, Record
from incidentkit.providers.store import Append, Audit, FindDue, FindForgotten, FindIncidents, TakeNumber, at_its_end
from incidentkit.stores.events import body_of
from incidentkit.stores.rows import can_be_asked, entry_of, event_rows, evidence_of, log_of, record_of, values_of
from incidentkit.stores.schema import VERSION, too_new, versionless
from incidentkit.stores.statements import (
    ADD_CONTENT,
    ADD_EVIDENCE,
    ADD_INCIDENT,
    ADD_LABELS,
    ADD_PLAYBOOK,
    ADD_WORDS,
    APPLIED,
    CLOCK,
    COUNT,
    DUE,
    DUE_BY_SERVER,
    ENTRY,
    ENTRY_BY_SERVER,
    LOG,
    LOSE,
    MOVE_FORWARD,
    NEXT_TURN,
    REWRITE,
    ROW,
    SEQ,
    UPDATE,
    WHOLE,
    asked_for,
)
from incidentkit.stores.tables import (
    CONTENTS,
    EVENTS,
    EVIDENCE,
    INCIDENTS,
    LABELS,
    NUMBERS,
    PLAYBOOKS,
    microseconds,
    moment,
)


@frozen
class Ledger:
    """The tables within one transaction."""

    connection: Connection
    store: str
    """Which store it is, for errors."""
    clock: Callable[[], datetime] | None
    """What tells the time instead of the database."""

    def now(self) -> datetime:
        """The time by the database's clock. SQLite has none of its own: it goes by its machine's, which is this one."""
        if self.clock is not None:
            return identity.moment("now", self.clock())
        if self._by_server:
            return moment(self.connection.execute(select(CLOCK)).scalar_one())
        return datetime.now(UTC)

    def append(self, request: Append) -> tuple[Event, ...]:
        """Add the events."""
        row = self._locked(request.incident)
        now = moment(row.now) if row is not None and self._by_server else self.now()
        had = None if row is None else entry_of(self.store, row)
        addition = appended(request, had, now, lambda: self._log(request.incident))
        if row is None or had is None:
            self._begin(request.incident, addition)
        else:
            self._go_on(row.seq, had, addition)
        return addition.events

    def load(self, incident: str) -> tuple[Event, ...]:
        """The log of an incident."""
        log = self._log(incident) if can_be_asked(incident) else ()
        if not log:
            raise UnknownIncident(incident)
        return log

    def due(self, request: FindDue) -> tuple[IncidentId, ...]:
        """What must be looked at now."""
        values: dict[str, Any] = {"planned_with": request.planned_with, "limit": request.limit}
        if self._by_server:
            statement = DUE_BY_SERVER
        else:
            statement, values["now"] = DUE, microseconds(self.now())
        found = self.connection.execute(statement, values)
        return tuple(map(IncidentId, found.scalars()))

    def find(self, request: FindIncidents) -> tuple[IncidentId, ...]:
        """Incidents that are all of what is asked for."""
        found = select(ROW.id).where(*asked_for(request)).order_by(ROW.seq.desc()).limit(request.limit)
        if request.after is not None:
            found = found.where(ROW.seq < self._known(request.after))
        return tuple(map(IncidentId, self.connection.execute(found).scalars()))

    def audit(self, request: FindForgotten) -> Audit:
        """Which incidents nobody looks at."""
        now = self.now()
        latest, farthest = microseconds(request.latest(now)), microseconds(request.farthest(now))
        undone = not_(ROW.done)
        count = self.connection.execute(select(func.count()).select_from(INCIDENTS).where(undone)).scalar_one()
        late = or_(ROW.wake_at.is_(None), ROW.wake_at < latest, ROW.recorded_at > farthest)
        forgotten = self.connection.execute(select(ROW.id).where(undone, late).order_by(*NEXT_TURN))
        return Audit(count, tuple(map(IncidentId, forgotten.scalars())))

    def number(self, request: TakeNumber) -> int:
        """The next number of a series."""
        self._check_release(self.connection.execute(select(APPLIED)).scalar_one())
        values = {"series": request.series, "last": 1}
        number: int | None = self.connection.execute(COUNT[self._kind], values).scalar_one_or_none()
        if number is None:
            raise at_its_end(request)
        return number

    def keep_playbook(self, request: KeepPlaybook) -> bool:
        """Keep a playbook; whether it was not there."""
        self._check_release(self.connection.execute(select(APPLIED)).scalar_one())
        values = {"reference": request.reference, "document": request.document}
        return self._writes(ADD_PLAYBOOK[self._kind], values)

    def playbook(self, reference: str) -> str:
        """The document of a playbook."""
        if can_be_asked(reference):
            asked = select(PLAYBOOKS.c.document).where(PLAYBOOKS.c.reference == reference)
            document: str | None = self.connection.execute(asked).scalar_one_or_none()
            if document is not None:
                return document
        known = select(PLAYBOOKS.c.reference).order_by(PLAYBOOKS.c.reference).limit(100)
        raise UnknownPlaybook(reference, self.connection.execute(known).scalars().all())

    def keep_evidence(self, request: KeepEvidence, kept_at: datetime | None = None) -> tuple[Evidence, bool]:
        """Keep a piece of evidence; what is kept, and whether it was not there."""
        row = self._locked(request.incident)
        if row is None:
            raise UnknownIncident(request.incident)
        key = {"incident": row.seq, "name": request.name, "sha256": request.sha256}
        of = EVIDENCE.c.incident == row.seq
        count = self.connection.execute(select(func.count()).select_from(EVIDENCE).where(of)).scalar_one()
        when = microseconds(self.now() if kept_at is None else kept_at)
        values = {**key, "seq": count + 1, "media_type": request.media_type, "kept_at": when}
        content = {"sha256": request.sha256, "content": request.content}
        self.connection.execute(ADD_CONTENT[self._kind], content)
        is_new = self._writes(ADD_EVIDENCE[self._kind], values)
        kept = {(each.name, each.sha256): each for each in self._evidence(row.seq)}
        return kept[request.name, request.sha256], is_new

    def evidence(self, incident: str) -> tuple[Evidence, ...]:
        """What is kept for an incident, the oldest first."""
        return tuple(self._evidence(self._known(incident)))

    def content(self, sha256: str) -> bytes:
        """The content that is called by its SHA-256."""
        if can_be_asked(sha256):
            asked = select(CONTENTS.c.content).where(CONTENTS.c.sha256 == sha256)
            content = self.connection.execute(asked).scalar_one_or_none()
            if content is not None:
                return bytes(content)
        raise UnknownEvidence(sha256)

    def common_records(self) -> list[Record]:
        """What is kept of no incident."""
        playbooks = self.connection.execute(select(PLAYBOOKS).order_by(PLAYBOOKS.c.reference)).all()
        numbers = self.connection.execute(select(NUMBERS).order_by(NUMBERS.c.series)).all()
        return record_of(
            self.store,
            lambda: [
                *(PlaybookRecord(reference=row.reference, document=row.document) for row in playbooks),
                *(NumberRecord(series=row.series, last=row.last) for row in numbers),
            ],
        )

    def next_records(self, after: int) -> tuple[int, list[Record]] | None:
        """What is kept of the incident that came next after a place in their order; `None` if none did."""
        rows = self.connection.execute(WHOLE, {"after": after}).all()
        if not rows:
            return None
        row = rows[0]
        entry, events = entry_of(self.store, row), log_of(self.store, row.id, rows)
        records: list[Record] = [
            LogRecord(wake_at=entry.wake_at, planned_with=entry.planned_with, done=entry.done, events=events)
        ]
        # Read later than the log, so that all evidence is there that the log speaks of; none is ever taken away.
        for each in self._evidence(row.seq):
            request = KeepEvidence(
                incident=row.id, name=each.name, media_type=each.media_type, content=self.content(each.sha256)
            )
            records.append(EvidenceRecord.of(request, each.kept_at))
        return row.seq, records

    def count(self) -> int:
        """How many incidents there are."""
        return self.connection.execute(select(func.count()).select_from(INCIDENTS)).scalar_one()

    def take_in(self, record: Record) -> bool:
        """Keep a record as it is; whether it was not there."""
        match record:
            case LogRecord():
                there = self._locked(record.incident) is not None
                addition = restored(record, self._log(record.incident) if there else None, self.now())
                if addition is not None:
                    self._begin(record.incident, addition)
                return addition is not None
            case NumberRecord(series=series, last=last):
                values = {"series": series, "last": last}
                return self._writes(MOVE_FORWARD[self._kind], values)
            case PlaybookRecord(reference=reference, document=document):
                return self.keep_playbook(KeepPlaybook(reference, document))
            case EvidenceRecord():
                return self.keep_evidence(record.request, record.kept_at)[1]

    @property
    def _kind(self) -> str:
        return self.connection.dialect.name

    @property
    def _by_server(self) -> bool:
        """Whether the database has a clock, and that is the one to go by."""
        return self.clock is None and self._kind == "postgresql"

    def _writes(self, statement: ReturningInsert[Any], values: Mapping[str, Any]) -> bool:
        """Whether it wrote a row; asked of the rows, because not every driver counts those of an `INSERT`."""
        return self.connection.execute(statement, values).first() is not None

    def _locked(self, incident: str) -> Row[Any] | None:
        """What is kept of an incident, which nobody else changes before this transaction ends; `None` for nothing."""
        if not can_be_asked(incident):
            raise UnknownIncident(incident)
        entry = ENTRY_BY_SERVER if self._by_server else ENTRY
        row = self.connection.execute(entry, {"id": incident}).one_or_none()
        self._check_release(self.connection.execute(select(APPLIED)).scalar_one() if row is None else row.applied)
        return row

    def _check_release(self, applied: int | None) -> None:
        """Raise `StoreTooNew` if a later release has changed the tables meanwhile: it alone knows what they mean."""
        if applied is None:
            raise versionless(self.store)
        if applied > VERSION:
            raise too_new(self.store, applied)

    def _known(self, incident: str) -> int:
        """The place of an incident in the order in which they came."""
        found: int | None = None
        if can_be_asked(incident):
            found = self.connection.execute(SEQ, {"id": incident}).scalar_one_or_none()
        if found is None:
            raise UnknownIncident(incident)
        return found

    def _log(self, incident: str) -> tuple[Event, ...]:
        """The events of an incident, all of them; none of one that is not there."""
        return log_of(self.store, incident, self.connection.execute(LOG, {"id": incident}).all())

    def _evidence(self, seq: int) -> Iterator[Evidence]:
        asked = (
            select(EVIDENCE, func.length(CONTENTS.c.content).label("size"))
            .join(CONTENTS, CONTENTS.c.sha256 == EVIDENCE.c.sha256)
            .where(EVIDENCE.c.incident == seq)
            .order_by(EVIDENCE.c.seq)
        )
        for row in self.connection.execute(asked):
            yield evidence_of(row)

    def _begin(self, incident: IncidentId, addition: Addition) -> None:
        """Keep an incident that was not there; of two that begin it at once, one finds that it is."""
        values = {"id": incident, **values_of(addition.entry)}
        seq = self.connection.execute(ADD_INCIDENT[self._kind], values).scalar_one_or_none()
        if seq is None:
            raise IncidentExists(incident)
        self._add_events(seq, 0, addition.events)
        self._label(seq, {}, addition.entry.labels)
        self._add_words(seq, addition.words)

    def _go_on(self, seq: int, had: Entry, addition: Addition) -> None:
        """Keep what was added to an incident."""
        self.connection.execute(UPDATE, {"of": seq, **values_of(addition.entry)})
        self._add_events(seq, had.version, addition.events)
        self._label(seq, had.labels, addition.entry.labels)
        self._add_words(seq, addition.words)
        for place, event in addition.rewritten.items():
            self.connection.execute(REWRITE, {"of": seq, "at": place, "form": FORM, "body": body_of(event)})
        if addition.lost:
            self.connection.execute(LOSE, [{"of": seq, "lost": word} for word in sorted(addition.lost)])

    def _add_events(self, seq: int, version: int, events: Iterable[Event]) -> None:
        rows = event_rows(seq, version, events)
        if rows:
            self.connection.execute(EVENTS.insert(), rows)

    def _label(self, seq: int, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        for name, value in before.items() - after.items():
            gone = (LABELS.c.name == name, LABELS.c.value == value, LABELS.c.incident == seq)
            self.connection.execute(LABELS.delete().where(*gone))
        rows = [{"name": name, "value": value, "incident": seq} for name, value in after.items() - before.items()]
        if rows:
            self.connection.execute(ADD_LABELS[self._kind], rows)

    def _add_words(self, seq: int, words: Iterable[str]) -> None:
        rows = [{"word": word, "incident": seq} for word in sorted(words)]
        if rows:
            self.connection.execute(ADD_WORDS[self._kind], rows)
