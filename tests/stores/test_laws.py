"""The laws of a store: whatever is asked of it, it answers what a dictionary of whole logs would."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final
from unicodedata import category, normalize

import pytest
from attrs import define, evolve, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from incidentkit.errors import (
    FieldInvalid,
    IncidentExists,
    IncidentkitError,
    StaleVersion,
    UnknownEvidence,
    UnknownIncident,
    UnknownPlaybook,
)
from incidentkit.model.assessment import Assessment
from incidentkit.model.commands import (
    Acknowledge,
    Assess,
    Cancel,
    ChangeSeverity,
    Command,
    CorrectTime,
    Label,
    Merge,
    Note,
    Redact,
    Reopen,
    Resolve,
    Unlabel,
)
from incidentkit.model.events import ActionEnded, Event
from incidentkit.model.identity import IncidentId
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Status
from incidentkit.playbooks.emergency import SEV_1, SEV_2, SEV_3
from incidentkit.providers.evidence import Evidence, KeepEvidence
from incidentkit.providers.playbooks import KeepPlaybook
from incidentkit.providers.records import EvidenceRecord, LogRecord, NumberRecord, PlaybookRecord, Record
from incidentkit.providers.store import MOST, Append, Audit, FindDue, FindForgotten, FindIncidents, TakeNumber
from tests.stores.kinds import Home, Kind, Store
from tests.stores.samples import INC_1, NEVER, START, SetClock, declared, ended, noted, t


@define
class Naive:
    """What a store should have of one incident."""

    log: list[Event]
    wake_at: datetime | None
    planned_with: str
    done: bool
    kept_at: datetime
    evidence: dict[tuple[str, str], tuple[Evidence, bytes]] = field(
        factory=dict[tuple[str, str], tuple[Evidence, bytes]]
    )

    @property
    def incident(self) -> Incident:
        return Incident.replay(self.log)

    @property
    def record(self) -> LogRecord:
        return LogRecord(wake_at=self.wake_at, planned_with=self.planned_with, done=self.done, events=(*self.log,))


IDS = st.sampled_from([IncidentId(f"INC-{number}") for number in range(1, 4)])
SERIES = st.sampled_from(["20260302", "20260303"])
PLANNED_WITH = st.sampled_from(["book-1", "book-2"])
WAKES = st.none() | st.integers(-30, 60).map(t)
PLANS = st.fixed_dictionaries({"wake_at": WAKES, "planned_with": PLANNED_WITH, "done": st.booleans()})
SEVERITIES = (SEV_1, SEV_2, SEV_3)
LABELS = st.dictionaries(st.sampled_from(["service", "地域"]), st.sampled_from(["checkout", "O'Neil %_"]), max_size=2)
BEFORE: Final = t(-30)
TITLES = ("Checkout fails", "ＣＡＦÉ straße 緊急", "the café's data_base", "🚨", "İstanbul में त्रुटि")
DECLARATIONS = st.fixed_dictionaries(
    {
        "title": st.sampled_from(
            ["Checkout fails", "ＣＡＦÉ straße 緊急", "the café's data_base", "🚨", "İstanbul में त्रुटि"]
        ),
        "at": st.sampled_from([START, BEFORE, t(-90)]),
        "severity": st.sampled_from(SEVERITIES),
        "labels": LABELS,
        "practice": st.sampled_from([False, False, True]),
    }
)
COMMANDS: st.SearchStrategy[Command] = st.sampled_from(
    [
        Note("the database is slow", at=START, by="ada"),
        Note("Cafe\u0301 zu, Kasse 3 auch", at=START, by="ada"),
        Acknowledge(at=START, by="grace", note="on my way"),
        Resolve(at=START, by="grace", note="a fix is out"),
        Reopen(at=START, by="ada", reason="it is back"),
        Cancel(at=START, by="ada", reason="a false alarm"),
        Merge(at=START, by="ada", into="INC-9"),
        Label("service", "checkout", at=START, by="ada"),
        Label("service", "search", at=START, by="ada"),
        Unlabel("service", at=START, by="ada"),
        ChangeSeverity(SEV_3, at=START, by="ada", reason="only the test system"),
        ChangeSeverity(SEV_1, at=START, by="ada"),
        Assess(Assessment(severity=SEV_2, possible=(SEV_2, SEV_3)), at=START, by="ada"),
        CorrectTime(0, happened_at=BEFORE, at=START, by="ada", reason="by the graphs"),
        CorrectTime(0, happened_at=START, at=START, by="ada"),
        CorrectTime(1, happened_at=BEFORE, at=START, by="ada"),
        Redact(0, at=START, by="ada"),
        Redact(1, at=START, by="ada", reason="a name"),
    ]
)
SEARCHES = (
    "checkout",
    "FAILS check",
    "cafe",
    "café",
    "ｃａｆé",
    "STRASSE",
    "stra 緊",
    "slow data",
    "base",
    "s",
    "3 kasse",
    "data_base",
    "redacted",
    "fix, fix: a FIX!",
    "nowhere",
    "checkout nowhere",
    "ISTANBUL",
    "त्रु",
    "म",
)
ASKED = {
    "statuses": st.frozensets(st.sampled_from(Status)),
    "severities": st.frozensets(st.sampled_from([each.key for each in SEVERITIES] + ["SEV-9"])),
    "since": st.sampled_from([START, BEFORE, BEFORE + timedelta(microseconds=1)]),
    "before": st.sampled_from([START, BEFORE, BEFORE + timedelta(microseconds=1)]),
    "labels": LABELS,
    "text": st.sampled_from(SEARCHES),
}
EACH_ALONE: Final[list[dict[str, Any]]] = [
    *({"text": text} for text in SEARCHES),
    *({"statuses": frozenset({status})} for status in Status),
    *({"severities": frozenset({severity.key})} for severity in SEVERITIES),
    *({"labels": {"service": value}} for value in ("checkout", "search", "O'Neil %_")),
    *({"since": time} for time in (BEFORE, START)),
]
REQUESTS = st.sampled_from([*ASKED]).flatmap(lambda name: st.fixed_dictionaries({name: ASKED[name]})) | (
    st.fixed_dictionaries({}, optional=ASKED)
)
"""Mostly one thing alone: what is all of several is seldom there."""
REFERENCES = st.sampled_from(["emergency@0123456789ab", "緊急@ba9876543210"])
CONTENTS = st.sampled_from([b"", b"\x00\xff", b"checkout: 500", b"x" * 5_000])
EVIDENCE = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["kubectl logs", "graph 緊急"]),
        "media_type": st.sampled_from(["text/plain", "image/png"]),
        "content": CONTENTS,
    }
)
WORDS_STAND_IN: Final = ("title", "text", "note", "reason")
"""The fields that hold what people wrote, of the events that these commands make."""


def redactable(log: list[Event], index: int) -> bool:
    return index < len(log) and not isinstance(log[index], ActionEnded)


def naive_words(text: str) -> set[str]:
    plain = normalize("NFKC", normalize("NFKC", text).casefold()).replace("i\u0307", "i")
    return {*"".join(each if each.isalnum() or category(each) in ("Mn", "Mc") else " " for each in plain).split()}


def says(log: Iterable[Event], sought: str) -> bool:
    said = " ".join(getattr(event, name, "") for event in log for name in WORDS_STAND_IN)
    return all(any(word.startswith(part) for word in naive_words(said)) for part in naive_words(sought))


class StoreMachine(RuleBasedStateMachine):
    """A store beside a naive one, which moves to another store now and then, and takes everything along."""

    def __init__(self, clock: SetClock, here: Home, there: Home) -> None:
        super().__init__()
        self.clock = clock
        self.clock.now = START
        self.here, self.there = here, there
        self.here.clean()
        self.naive: dict[IncidentId, Naive] = {}
        self.numbers: dict[str, int] = {}
        self.playbooks: dict[str, str] = {}

    @property
    def store(self) -> Store:
        return self.here.store

    def stamp(self, event: Event, log: list[Event]) -> Event:
        return evolve(event, recorded_at=max([self.clock.now, *(each.recorded_at for each in log)]))

    @rule(minutes=st.sampled_from([-60, -5, 1, 10, 30]))
    def time_passes_or_the_clock_is_put_back(self, minutes: int) -> None:
        self.clock.now += timedelta(minutes=minutes)

    @initialize(details=DECLARATIONS, plan=PLANS)
    def begin_the_first(self, details: dict[str, Any], plan: dict[str, Any]) -> None:
        self.begin(INC_1, details, plan)

    @rule(incident=IDS, details=DECLARATIONS, plan=PLANS)
    def begin_another(self, incident: IncidentId, details: dict[str, Any], plan: dict[str, Any]) -> None:
        self.begin(incident, details, plan)

    def begin(self, incident: IncidentId, details: dict[str, Any], plan: dict[str, Any]) -> None:
        said = {name: value for name, value in details.items() if name != "practice"}
        event = evolve(declared(incident, **said).timeline[0], recorded_at=NEVER, practice=details["practice"])
        request = Append(incident=incident, events=(event,), expected_version=0, **plan)
        if incident in self.naive:
            with pytest.raises(IncidentExists):
                self.store.append(request)
            return
        stored = self.store.append(request)
        self.naive[incident] = Naive([self.stamp(event, [])], **plan, kept_at=self.clock.now)
        assert stored == (*self.naive[incident].log,)

    @rule(
        incident=IDS,
        commands=st.lists(COMMANDS, max_size=3),
        plan=PLANS,
        off=st.sampled_from([0, 0, 0, 0, 0, 0, -1, 7]),
    )
    def append_to_a_version(
        self, incident: IncidentId, commands: list[Command], plan: dict[str, Any], off: int
    ) -> None:
        self.append(incident, commands, plan, off)

    def append(self, incident: IncidentId, commands: list[Command], plan: dict[str, Any], off: int = 0) -> None:
        naive = self.naive.get(incident)
        log = [] if naive is None else naive.log.copy()
        events: list[Event] = []
        for command in commands if log else ():
            before = Incident.replay(log)
            if not before.can(command.tag) or (isinstance(command, Redact) and not redactable(log, command.event)):
                continue
            try:
                *before_it, event = before.apply(command, recorded_at=t(40_000)).timeline
            except IncidentkitError:
                continue
            log = [*before_it, self.stamp(event, before_it)]
            events.append(evolve(event, recorded_at=NEVER))
        version = len(naive.log) if naive else 0
        expected = max(1, version + off)
        request = Append(incident=incident, events=(*events,), expected_version=expected, **plan)
        if naive is None:
            with pytest.raises(UnknownIncident):
                self.store.append(request)
        elif expected != version:
            with pytest.raises(StaleVersion):
                self.store.append(request)
        else:
            stored = self.store.append(request)
            self.naive[incident] = evolve(naive, log=log, **plan, kept_at=self.clock.now)
            assert stored == (*log[version:],)

    @precondition(lambda self: self.naive)
    @rule(data=st.data(), commands=st.lists(COMMANDS, min_size=2, max_size=6), plan=PLANS)
    def append_and_look_for_everything(
        self, data: st.DataObject, commands: list[Command], plan: dict[str, Any]
    ) -> None:
        self.append(data.draw(st.sampled_from([*self.naive])), commands, plan)
        self.look_for_everything()

    @rule(incident=IDS, count=st.integers(0, 2), plan=PLANS)
    def record_whatever_the_version(self, incident: IncidentId, count: int, plan: dict[str, Any]) -> None:
        request = Append(incident=incident, events=(ended(incident),) * count, expected_version=None, **plan)
        if incident not in self.naive:
            with pytest.raises(UnknownIncident):
                self.store.append(request)
            return
        naive = self.naive[incident]
        stored = self.store.append(request)
        for event in request.events:
            naive.log.append(self.stamp(event, naive.log))
        assert stored == (*naive.log[len(naive.log) - count :],)
        soon = plan["wake_at"] or self.clock.now
        naive.wake_at = soon if naive.wake_at is None else min(soon, naive.wake_at)
        naive.done = False
        naive.kept_at = self.clock.now

    def in_turn(self, incidents: list[IncidentId]) -> tuple[IncidentId, ...]:
        timed = sorted((wake_at, each) for each in incidents if (wake_at := self.naive[each].wake_at) is not None)
        return (*(each for _, each in timed), *sorted(each for each in incidents if self.naive[each].wake_at is None))

    @rule(planned_with=PLANNED_WITH, limit=st.integers(1, 5))
    def ask_what_is_due(self, planned_with: str, limit: int) -> None:
        self.check_due(planned_with, limit)

    def check_due(self, planned_with: str, limit: int) -> None:
        late = [each for each, naive in self.naive.items() if naive.wake_at and naive.wake_at <= self.clock.now]
        other = [
            each
            for each, naive in self.naive.items()
            if not naive.done and (naive.planned_with != planned_with or naive.kept_at > self.clock.now)
        ]
        expected = self.in_turn(list({*late, *other}))
        assert self.store.due(FindDue(planned_with, limit)) == expected[:limit]

    @precondition(lambda self: self.naive)
    @rule(asked=REQUESTS, limit=st.integers(1, 3))
    def turn_all_pages(self, asked: dict[str, Any], limit: int) -> None:
        found: list[IncidentId] = []
        request = FindIncidents(**asked, limit=limit)
        while page := self.store.find(request):
            assert len(page) <= limit
            found += page
            assert len(found) <= len(self.naive)
            request = evolve(request, after=page[-1])
        assert found == self.sought(asked)

    def sought(self, asked: dict[str, Any]) -> list[IncidentId]:
        return [each for each, naive in reversed(self.naive.items()) if is_sought(naive, **asked)]

    def look_for_everything(self) -> None:
        """All that is asked for by one thing alone: what an append left behind is seen by one of them."""
        for asked in EACH_ALONE:
            found = self.store.find(FindIncidents(**asked, limit=10))
            assert (asked, [*found]) == (asked, self.sought(asked))
        for planned_with in ("book-1", "book-2"):
            self.check_due(planned_with, 10)
        for incident in self.naive:
            self.check_evidence(incident)

    @rule(grace=st.integers(0, 20).map(lambda minutes: timedelta(minutes=minutes)))
    def audit(self, grace: timedelta) -> None:
        opened = [each for each, naive in self.naive.items() if not naive.done]
        forgotten = [
            each
            for each in opened
            if not (wake_at := self.naive[each].wake_at)
            or self.clock.now - wake_at > grace
            or self.naive[each].log[-1].recorded_at - self.clock.now > grace
        ]
        assert self.store.audit(FindForgotten(grace)) == Audit(len(opened), self.in_turn(forgotten))

    @rule(series=SERIES)
    def take_a_number(self, series: str) -> None:
        if self.numbers.get(series) == MOST:
            with pytest.raises(FieldInvalid):
                self.store.number(TakeNumber(series))
            return
        self.numbers[series] = self.numbers.get(series, 0) + 1
        assert self.store.number(TakeNumber(series)) == self.numbers[series]

    @rule(series=SERIES, last=st.sampled_from([5, MOST - 1, MOST]))
    def move_a_series_forward(self, series: str, last: int) -> None:
        had = self.numbers.get(series, 0)
        assert self.here.archive.take_in(NumberRecord(series=series, last=last)) == (last > had)
        self.numbers[series] = max(had, last)

    @rule(reference=REFERENCES, document=st.sampled_from(['{"name": "緊急"}', "{}"]))
    def keep_a_playbook(self, reference: str, document: str) -> None:
        self.store.keep_playbook(KeepPlaybook(reference, document))
        self.playbooks.setdefault(reference, document)

    @rule(reference=REFERENCES)
    def ask_for_a_playbook(self, reference: str) -> None:
        if reference in self.playbooks:
            assert self.store.playbook(reference) == self.playbooks[reference]
        else:
            with pytest.raises(UnknownPlaybook):
                self.store.playbook(reference)

    @rule(incident=IDS, details=EVIDENCE)
    def keep_evidence(self, incident: IncidentId, details: dict[str, Any]) -> None:
        request = KeepEvidence(incident=incident, **details)
        if incident not in self.naive:
            with pytest.raises(UnknownIncident):
                self.store.keep_evidence(request)
            return
        kept = Evidence(
            sha256=sha256(request.content).hexdigest(),
            name=request.name,
            media_type=request.media_type,
            size=len(request.content),
            kept_at=self.clock.now,
        )
        known = self.naive[incident].evidence.setdefault((kept.name, kept.sha256), (kept, request.content))
        assert self.store.keep_evidence(request) == known[0]

    @rule(incident=IDS)
    def list_evidence(self, incident: IncidentId) -> None:
        self.check_evidence(incident)

    def check_evidence(self, incident: IncidentId) -> None:
        if incident not in self.naive:
            with pytest.raises(UnknownIncident):
                self.store.evidence(incident)
        else:
            expected = tuple(each for each, _ in self.naive[incident].evidence.values())
            assert self.store.evidence(incident) == expected

    @rule(content=CONTENTS)
    def read_evidence(self, content: bytes) -> None:
        name = sha256(content).hexdigest()
        if any(each == content for naive in self.naive.values() for _, each in naive.evidence.values()):
            assert self.store.content(name) == content
        else:
            with pytest.raises(UnknownEvidence):
                self.store.content(name)

    def naive_records(self) -> list[Record]:
        return [
            *(PlaybookRecord(reference=each, document=text) for each, text in self.playbooks.items()),
            *(NumberRecord(series=series, last=last) for series, last in self.numbers.items()),
            *(naive.record for naive in self.naive.values()),
            *(
                EvidenceRecord.of(
                    KeepEvidence(incident=incident, name=each.name, media_type=each.media_type, content=content),
                    each.kept_at,
                )
                for incident, naive in self.naive.items()
                for each, content in naive.evidence.values()
            ),
        ]

    @rule()
    def move_to_the_other_store(self) -> None:
        self.there.clean()
        records = [*self.here.archive.records()]
        assert in_kinds(records) == in_kinds(self.naive_records())
        assert all(self.there.archive.take_in(record) for record in records)
        assert not any(self.there.archive.take_in(record) for record in records)
        for naive in self.naive.values():
            naive.kept_at = self.clock.now
            over = (Status.RESOLVED, Status.CLOSED, Status.CANCELLED)
            if naive.done and not (naive.incident.practice or naive.incident.status in over):
                naive.wake_at, naive.planned_with, naive.done = self.clock.now, "", False
        assert in_kinds(self.there.archive.records()) == in_kinds(self.naive_records())
        self.here, self.there = self.there, self.here

    @precondition(lambda self: self.naive or self.numbers)
    @rule(back=st.integers(0, 2))
    def take_in_what_says_something_else(self, back: int) -> None:
        for series, last in self.numbers.items():
            assert not self.here.archive.take_in(NumberRecord(series=series, last=max(1, last - back)))
        for incident, naive in self.naive.items():
            longer = (*naive.log, evolve(noted("not so", incident), recorded_at=naive.log[-1].recorded_at))
            with pytest.raises(IncidentExists):
                self.here.archive.take_in(evolve(naive.record, events=longer))
            unplanned = LogRecord(events=(*naive.log,))
            assert not self.here.archive.take_in(unplanned)

    @precondition(lambda self: self.naive)
    @invariant()
    def logs_are_the_same_and_replay(self) -> None:
        for incident, naive in self.naive.items():
            log = self.store.load(incident)
            assert log == (*naive.log,)
            assert all(earlier.recorded_at <= later.recorded_at for earlier, later in pairwise(log))
            Incident.replay(log)


def is_sought(
    naive: Naive,
    *,
    statuses: frozenset[Status] | None = None,
    severities: frozenset[str] | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
    labels: dict[str, str] | None = None,
    text: str = "",
) -> bool:
    incident = naive.incident
    return all(
        [
            statuses is None or incident.status in statuses,
            severities is None or incident.severity.key in severities,
            since is None or incident.declared_at >= since,
            before is None or incident.declared_at < before,
            all(incident.labels.get(name) == value for name, value in (labels or {}).items()),
            says(naive.log, text),
        ]
    )


def in_kinds(records: Iterable[Record]) -> tuple[list[str], list[LogRecord], dict[str, list[EvidenceRecord]]]:
    """Records as far as their order means something: that of incidents, and that of the evidence of each of them."""
    common: list[str] = []
    logs: list[LogRecord] = []
    evidence: dict[str, list[EvidenceRecord]] = {}
    for record in records:
        match record:
            case LogRecord():
                logs.append(record)
            case EvidenceRecord():
                evidence.setdefault(record.incident, []).append(record)
            case NumberRecord() | PlaybookRecord():
                common.append(str(record))
    return sorted(common), logs, evidence


MOVES: Final = {
    Kind.MEMORY: Kind.SQLITE,
    Kind.SQLITE: Kind.POSTGRESQL,
    Kind.POSTGRESQL: Kind.ASYNC_SQLITE,
    Kind.ASYNC_SQLITE: Kind.ASYNC_POSTGRESQL,
    Kind.ASYNC_POSTGRESQL: Kind.MEMORY,
}
"""From which kind of store to which."""

USUAL: Final = settings()
THOROUGHLY: Final = settings(max_examples=max(1, USUAL.max_examples // 6), stateful_step_count=40)
"""A step that reaches a disk or a server takes a hundred times as long as one in memory."""


@pytest.mark.parametrize(("kind", "other"), MOVES.items(), ids=str)
def test_a_store_does_what_a_naive_one_does(
    kind: Kind, other: Kind, homes: Callable[[Kind], Home], clock: SetClock
) -> None:
    here, there = homes(kind), homes(other)
    machine: Any = lambda: StoreMachine(clock, here, there)  # noqa: E731  # its annotation says that only a class will do
    run_state_machine_as_test(machine, settings=THOROUGHLY)
