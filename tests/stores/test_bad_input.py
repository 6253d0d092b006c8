"""What no store can keep, or be asked for: one typed error, the same from every kind of store, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from unicodedata import normalize

import pytest
from attrs import evolve

from incidentkit.convert import MAX_CHARACTERS
from incidentkit.errors import FieldInvalid, UnknownEvidence, UnknownIncident, UnknownPlaybook
from incidentkit.model.commands import ChangeSeverity
from incidentkit.model.happening import MOST_LABELS
from incidentkit.model.identity import LONGEST_NAME, IncidentId
from incidentkit.model.lifecycle import Status
from incidentkit.model.severity import SeverityScheme
from incidentkit.providers.evidence import LARGEST, KeepEvidence
from incidentkit.providers.playbooks import KeepPlaybook
from incidentkit.providers.records import EvidenceRecord, LogRecord, NumberRecord, PlaybookRecord
from incidentkit.providers.store import (
    MOST,
    MOST_KEYS,
    Append,
    Audit,
    FindDue,
    FindForgotten,
    FindIncidents,
    TakeNumber,
)
from incidentkit.providers.words import LONGEST_WORD, MOST_WORDS
from tests.stores.kinds import Home, Store
from tests.stores.samples import INC_1, START, declared, noted

NUL = "INC-1\0"
HALF = "INC-1\ud83d"
"""With half of a surrogate pair."""
UNKEEPABLE = [NUL, HALF]


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


@pytest.fixture
def full(place: Home) -> Store:
    """A store of each kind that has something of everything, and has the same after the test."""
    store = place.store
    begin = Append(incident=INC_1, events=declared().timeline.events, expected_version=0, planned_with="book-1")
    store.append(begin)
    store.number(TakeNumber("20260302"))
    store.keep_playbook(KeepPlaybook("emergency@0123456789ab", "{}"))
    store.keep_evidence(KeepEvidence(incident=INC_1, name="log", content=b"500"))
    return store


@pytest.fixture(autouse=True)
def _nothing_changes(request: pytest.FixtureRequest) -> Any:
    if "full" not in request.fixturenames:
        yield
        return
    store, place = request.getfixturevalue("full"), request.getfixturevalue("place")
    before = [*place.archive.records()]
    yield
    assert store.load("INC-1")
    assert [*place.archive.records()] == before


@pytest.mark.parametrize("name", [*UNKEEPABLE, "", "x" * 300, "INC-1 ", "inc-1", "%", 7, b"INC-1", ["INC-1"]])
def test_what_names_no_incident_is_an_incident_that_no_store_knows(full: Store, name: object) -> None:
    def turn_the_page(after: Any) -> object:
        return full.find(FindIncidents(limit=1, after=after))

    for ask in (full.load, full.evidence, turn_the_page):
        with pytest.raises(UnknownIncident) as caught:
            ask(raw(name))
        assert caught.value.incident == name
        assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", [*UNKEEPABLE, "", "emergency", None, 7, ["emergency@0123456789ab"]])
def test_what_names_no_playbook_is_a_playbook_that_no_store_knows(full: Store, name: object) -> None:
    with pytest.raises(UnknownPlaybook, match="there are emergency@0123456789ab") as caught:
        full.playbook(raw(name))
    assert caught.value.reference == name


@pytest.mark.parametrize("name", [*UNKEEPABLE, "", "0" * 64, None, 3, ["0" * 64]])
def test_what_names_no_content_is_evidence_that_no_store_has(full: Store, name: object) -> None:
    with pytest.raises(UnknownEvidence):
        full.content(raw(name))


REFUSED: list[tuple[Callable[[Any], object], str]] = [
    (lambda bad: Append(incident=bad, events=(), expected_version=0), "incident"),
    (lambda bad: Append(incident=INC_1, events=(), expected_version=1, planned_with=bad), "planned_with"),
    (lambda bad: FindDue(bad, limit=1), "planned_with"),
    (lambda bad: FindIncidents(limit=1, labels={bad: "checkout"}), "labels"),
    (lambda bad: FindIncidents(limit=1, labels={"service": bad}), "labels"),
    (lambda bad: FindIncidents(limit=1, severities=frozenset({bad})), "severities"),
    (TakeNumber, "series"),
    (lambda bad: KeepPlaybook(bad, "{}"), "reference"),
    (lambda bad: KeepPlaybook("emergency@0123456789ab", bad), "document"),
    (lambda bad: KeepEvidence(incident=bad, name="log", content=b""), "incident"),
    (lambda bad: KeepEvidence(incident=INC_1, name=bad, content=b""), "name"),
    (lambda bad: KeepEvidence(incident=INC_1, name="log", media_type=bad, content=b""), "media_type"),
    (lambda bad: LogRecord(planned_with=bad, events=declared().timeline.events), "planned_with"),
    (lambda bad: NumberRecord(series=bad, last=1), "series"),
    (lambda bad: PlaybookRecord(reference="emergency", document=bad), "document"),
    (lambda bad: PlaybookRecord(reference="emergency", document=f'{{"name": "{bad}"}}'), "document"),
]
"""What is given a text that cannot be kept, and the field that is to blame."""


@pytest.mark.parametrize("bad", UNKEEPABLE)
@pytest.mark.parametrize(("request_with", "field"), REFUSED)
def test_what_no_store_can_keep_is_refused_before_it_is_sent(
    request_with: Callable[[Any], object], field: str, bad: str
) -> None:
    with pytest.raises(FieldInvalid) as caught:
        request_with(bad)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: FindDue("book-1", limit=0),
        lambda: FindDue("book-1", limit=MOST + 1),
        lambda: FindIncidents(limit=-1),
        lambda: FindIncidents(limit=True),
        lambda: FindIncidents(limit=1, since=datetime(2026, 3, 2)),
        lambda: FindIncidents(limit=1, labels={"service": "x" * 201}),
        lambda: FindIncidents(limit=1, labels=raw(["service"])),
        lambda: FindIncidents(limit=1, labels=raw(None)),
        lambda: FindIncidents(limit=1, labels={"service": raw(["checkout"])}),
        lambda: FindIncidents(limit=1, severities=raw("SEV-1")),
        lambda: FindIncidents(limit=1, severities=raw(7)),
        lambda: FindIncidents(limit=1, statuses=raw(Status.RESOLVED)),
        lambda: FindIncidents(limit=1, statuses=raw({NUL})),
        lambda: FindForgotten(timedelta(microseconds=-1)),
        lambda: FindForgotten(timedelta.min),
        lambda: FindForgotten(raw(300)),
        lambda: FindForgotten(raw(None)),
        lambda: Append(incident=INC_1, events=(), expected_version=1, wake_at=datetime(2026, 3, 2)),
        lambda: Append(incident=INC_1, events=(), expected_version=1, planned_with="x" * (LONGEST_NAME + 1)),
        lambda: LogRecord(events=declared().timeline.events, planned_with="x" * (LONGEST_NAME + 1)),
        lambda: FindDue("x" * (LONGEST_NAME + 1), limit=1),
        lambda: FindIncidents(limit=1, labels={f"label-{number}": "x" for number in range(MOST_LABELS + 1)}),
        lambda: FindIncidents(limit=1, severities=frozenset(f"SEV-{number}" for number in range(MOST_KEYS + 1))),
        lambda: FindIncidents(limit=1, severities=frozenset({"x" * (LONGEST_NAME + 1)})),
        lambda: TakeNumber(""),
        lambda: NumberRecord(series="20260302", last=0),
        lambda: NumberRecord(series="20260302", last=MOST + 1),
        lambda: NumberRecord(series="20260302", last=2**70),
        lambda: LogRecord(events=()).incident,
    ],
)
def test_a_request_that_means_nothing_is_refused_before_it_is_sent(wrong: Callable[[], object]) -> None:
    with pytest.raises(FieldInvalid):
        wrong()


def test_within_a_grace_longer_than_all_time_only_what_nothing_wakes_is_forgotten(store: Store) -> None:
    for name, wake_at in (("INC-1", START - timedelta(days=365)), ("INC-2", None)):
        events = declared(name).timeline.events
        store.append(Append(incident=IncidentId(name), events=events, expected_version=0, wake_at=wake_at))
    assert store.audit(FindForgotten(timedelta.max)) == Audit(2, (IncidentId("INC-2"),))


@pytest.mark.parametrize("text", ["\0", "\ud800", "🚨", " ", "_-_", "%", 7, None])
def test_text_without_words_is_refused(text: object) -> None:
    with pytest.raises(FieldInvalid, match="text: one looks for"):
        FindIncidents(limit=1, text=raw(text))


def test_too_many_words_are_refused() -> None:
    words = [f"w{number}" for number in range(MOST_WORDS + 1)]
    FindIncidents(limit=1, text=" ".join(words[1:]))
    FindIncidents(limit=1, text="again and " * MOST_WORDS)
    with pytest.raises(FieldInvalid, match="text: one looks for 1 to 20 words"):
        FindIncidents(limit=1, text=" ".join(words))


@pytest.mark.parametrize(
    ("text", "is_found"),
    [("checkout\0", True), ("\ud800FAILS", True), ("check\0out", False), ("fails' OR 1=1", False), ("%", None)],
)
def test_what_is_no_letter_only_parts_words(full: Store, text: str, is_found: bool | None) -> None:
    if is_found is None:
        text, is_found = f"{text} fails", True
    assert full.find(FindIncidents(limit=1, text=text)) == (("INC-1",) if is_found else ())


def test_of_a_long_word_only_the_beginning_counts(store: Store) -> None:
    title = "é" * (2 * LONGEST_WORD)
    store.append(Append(incident=INC_1, events=declared(title=title).timeline.events, expected_version=0))
    assert store.find(FindIncidents(limit=1, text=title)) == ("INC-1",)
    assert store.find(FindIncidents(limit=1, text=title[:LONGEST_WORD] + "x")) == ("INC-1",)
    assert store.find(FindIncidents(limit=1, text="x" + title)) == ()


DOCUMENTS_THAT_ARE_NONE: dict[str, tuple[object, str]] = {
    "nothing": ("", "this is not JSON"),
    "half": ('{"name": ', "this is not JSON"),
    "toml": ('name = "emergency"', "this is not JSON"),
    "number": ("1e5", "a playbook is kept as a JSON object: .* is not a table"),
    "list": ("[{}]", "a playbook is kept as a JSON object: .* is not a table"),
    "null": ("null", "a playbook is kept as a JSON object: .* is not a table"),
    "twice": ('{"name": 1, "name": 2}', "the key 'name' comes twice"),
    "nan": ('{"name": NaN}', "NaN is no number"),
    "deep": (f'{{"name": {"[" * 100_000}{"]" * 100_000}}}', "nested too deeply"),
    "long": (f'{{"name": "{"x" * MAX_CHARACTERS}"}}', "16000012 characters are more than the 16000000"),
    "bytes": (b"{}", "a document is text"),
}
"""What is no document, and what is said of it."""


@pytest.mark.parametrize("why", DOCUMENTS_THAT_ARE_NONE)
def test_a_document_that_is_no_json_is_refused(why: str) -> None:
    document, problem = DOCUMENTS_THAT_ARE_NONE[why]
    for refuse in (
        lambda: KeepPlaybook("emergency@0123456789ab", raw(document)),
        lambda: PlaybookRecord(reference="emergency@0123456789ab", document=raw(document)),
    ):
        with pytest.raises(FieldInvalid, match=problem) as caught:
            refuse()
        assert caught.value.field == "document"


@pytest.mark.parametrize(
    "document", ["{}", ' {"of a later release": [1, 2.5, null, {"deep": [true]}]}\n', '{"\\u7dca": 1}']
)
def test_a_document_of_a_later_release_is_kept_as_it_is(place: Home, document: str) -> None:
    place.store.keep_playbook(KeepPlaybook("emergency@0123456789ab", document))
    assert place.store.playbook("emergency@0123456789ab") == document
    assert [*place.archive.records()] == [PlaybookRecord(reference="emergency@0123456789ab", document=document)]


def wide(length: int) -> str:
    """Letters of four bytes each, in an order that no database can make shorter."""
    letters = [letter for code in range(0x20000, 0x2A000) if (letter := chr(code)) == normalize("NFKC", letter)]
    return "".join(Random(length).choices(letters, k=length))


def test_what_is_as_long_as_it_may_be_fits_every_index(store: Store) -> None:
    name, word = wide(LONGEST_NAME), wide(LONGEST_WORD)
    id = IncidentId(name)
    begin = declared(id, title=word, labels={name: name}, severity=SeverityScheme[Any](name, "P2")[name])
    plan = Append(incident=id, events=begin.timeline.events, expected_version=0, planned_with=name)
    store.append(plan)
    store.keep_playbook(KeepPlaybook(name, "{}"))
    store.keep_evidence(KeepEvidence(incident=id, name=name, content=b"", media_type=name))
    assert store.number(TakeNumber(name)) == 1
    for asked in ({"text": word}, {"labels": {name: name}}, {"severities": frozenset({name})}):
        assert store.find(FindIncidents(limit=1, **raw(asked))) == (name,)
    assert store.due(FindDue(name, limit=1)) == ()
    assert store.due(FindDue("another", limit=1)) == (name,)


def test_a_severity_whose_key_fits_no_index_is_refused(place: Home) -> None:
    long, short = SeverityScheme[Any](wide(LONGEST_NAME + 1), "P2")
    refused = declared("INC-2", severity=long).timeline.events
    kept = declared(severity=short)
    place.store.append(Append(incident=INC_1, events=kept.timeline.events, expected_version=0))
    worse = kept.apply(ChangeSeverity(long, at=START, by="ada")).timeline[-1]
    for refuse in (
        lambda: place.store.append(Append(incident=INC_1, events=(worse,), expected_version=1)),
        lambda: place.store.append(Append(incident=IncidentId("INC-2"), events=refused, expected_version=0)),
        lambda: place.archive.take_in(LogRecord(events=refused)),
    ):
        with pytest.raises(FieldInvalid, match="severity: a name has 200 characters at the most, not 201"):
            refuse()
    assert place.store.find(FindIncidents(limit=9)) == (INC_1,)
    assert len(place.store.load(INC_1)) == 1


@pytest.mark.parametrize("content", ["text", bytearray(b"500"), memoryview(b"500"), None, [53]])
def test_evidence_is_bytes(content: object) -> None:
    with pytest.raises(FieldInvalid, match="content: evidence is bytes"):
        KeepEvidence(incident=INC_1, name="log", content=raw(content))


def test_evidence_has_a_largest_size(store: Store) -> None:
    store.append(Append(incident=INC_1, events=declared().timeline.events, expected_version=0))
    largest = KeepEvidence(incident=INC_1, name="dump", content=bytes(LARGEST))
    assert store.keep_evidence(largest).size == LARGEST
    assert store.content(largest.sha256) == largest.content
    with pytest.raises(FieldInvalid, match="content: 10485761 bytes are more than the 10485760"):
        evolve(largest, content=bytes(LARGEST + 1))


def test_what_cannot_be_taken_in_changes_nothing(full: Store, place: Home) -> None:
    kept = EvidenceRecord.of(KeepEvidence(incident=IncidentId("INC-9"), name="log", content=b"500"), START)
    with pytest.raises(UnknownIncident):
        place.archive.take_in(kept)
    with pytest.raises(FieldInvalid, match="base64"):
        place.archive.take_in(evolve(kept, incident=INC_1, base64="no base64"))
    with pytest.raises(FieldInvalid, match="events"):
        place.archive.take_in(LogRecord(events=()))
    with pytest.raises(ValueError, match="begins with its declaration"):
        place.archive.take_in(LogRecord(events=(noted("first", "INC-9"),)))
    assert full.find(FindIncidents(limit=9)) == ("INC-1",)
