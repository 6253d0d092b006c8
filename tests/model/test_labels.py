"""Labels: small values by name, by which an incident is found later."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import Incident, Status, convert
from incidentkit.errors import CommandInvalid, DocumentInvalid, FieldInvalid, IncidentkitError, TimesContradict
from incidentkit.model.commands import Label, Redact, Unlabel
from incidentkit.model.events import Declared, Labelled, Overtaken, Unlabelled
from incidentkit.model.happening import MOST_LABELS
from incidentkit.testing import histories, incidents, names
from tests.model.test_incident import END, START, declared, t

FULL = {f"label-{number:02}": "x" for number in range(MOST_LABELS)}


def naive(incident: Incident) -> dict[str, str]:
    """What a dict says that follows the log."""
    labels: dict[str, str] = {}
    for event in incident.timeline:
        match event:
            case Declared(labels=given):
                labels.update(given)
            case Labelled(name=name, value=value):
                labels[name] = value
            case Unlabelled(name=name):
                del labels[name]
            case _:
                pass
    return labels


@given(histories(most=20))
def test_labels_are_what_a_dict_says_in_the_order_of_names(history: tuple[Incident, ...]) -> None:
    for incident in history:
        assert [*incident.labels.items()] == sorted(naive(incident).items())


@given(incidents())
def test_labels_read_back_from_json(incident: Incident) -> None:
    again = convert.from_json(convert.to_json(incident), Incident)
    assert [*again.labels.items()] == [*incident.labels.items()]


@given(incidents(at=START), names(), names())
def test_a_label_is_set_and_removed_once_in_any_status(incident: Incident, name: str, value: str) -> None:
    old = incident.apply(Label(name, "another one", at=END, by="ada"))
    label, unlabel = Label(name, value, at=END, by="ada"), Unlabel(name, at=END, by="ada")
    for command, labels in ((label, {**incident.labels, name: value}), (unlabel, {**incident.labels})):
        if command is unlabel:
            labels.pop(name, None)
        new = old.apply(command)
        again = new.apply(command)
        assert (new.labels, new.status) == (labels, incident.status)
        assert not new.can(command)
        assert isinstance(again.timeline[-1], Overtaken)
        assert again.labels == labels
        old = new


@given(st.data())
def test_no_redaction_takes_a_label_out(data: st.DataObject) -> None:
    incident = data.draw(incidents(at=START)).apply(Label("team", "payments", at=END, by="ada"))
    for place, event in enumerate(incident.timeline):
        if isinstance(event, Declared | Labelled | Unlabelled):
            redacted = incident.apply(Redact(place, at=END, by="ada"))
            assert redacted.labels == incident.labels


def test_labels_are_found_in_every_status_and_told_in_the_timeline() -> None:
    incident = declared(labels={"team": "payments", "service": "checkout"})
    moved = incident.apply(Label("team", "search", at=t("14:30"), by="grace"))
    closed = moved.resolve(at=t("15:00"), by="ada").close(at=t("16:00"), by="ada")
    cleared = closed.apply(Unlabel("service", at=t("16:01"), by="ada"))
    assert cleared.status is Status.CLOSED
    assert [dict(each.labels) for each in (incident, closed, cleared)] == [
        {"service": "checkout", "team": "payments"},
        {"service": "checkout", "team": "search"},
        {"team": "search"},
    ]
    assert (str(moved.timeline[-1]), str(cleared.timeline[-1])) == (
        "labelled team=search",
        "removed the label service",
    )


def test_labels_cannot_be_changed_from_outside() -> None:
    given = {"team": "payments"}
    incident = declared(labels=given)
    given["team"] = "search"
    handed_out: Any = incident.labels
    with pytest.raises(TypeError, match="does not support item assignment"):
        handed_out["team"] = "search"
    later = incident.apply(Label("team", "search", at=t("14:30"), by="ada"))
    assert (incident.labels, later.labels) == ({"team": "payments"}, {"team": "search"})


def test_nothing_is_written_without_a_label() -> None:
    plain = convert.to_plain(declared(labels={"team": "payments"}))
    assert plain["events"][0].pop("labels") == {"team": "payments"}
    assert plain == convert.to_plain(declared()) == convert.to_plain(declared(labels={}))
    assert convert.from_plain(plain, Incident).labels == {}


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (0, r"^labels: labels are values by name, not 0"),
        ({"": "x"}, r"^labels: ''='x': '' is not a name"),
        ({" team": "x"}, r"^labels: ' team'='x': ' team' is not a name"),
        ({"team": "a\nb"}, r"^labels: 'team'='a\\nb': 'a\\nb' is not a name"),
        ({"team": ""}, r"^labels: 'team'='': '' is not a name"),
        ({"team": "x" * 201}, r"^labels: 'team'='x+'?\.\.\.: a name has 200 characters at the most, not 201"),
        ({7: "x"}, r"^labels: 7='x': 7 is not text"),
        ({"team": None}, r"^labels: 'team'=None: None is not text"),
        ({**FULL, "team": "x"}, r"^labels: an incident has 100 at the most, not 101"),
    ],
)
def test_an_incident_is_not_declared_with_what_is_no_label(labels: Any, message: str) -> None:
    with pytest.raises(FieldInvalid, match=message):
        declared(labels=labels)


@pytest.mark.parametrize(
    ("command", "error", "message"),
    [
        (Label("", "x", at=END, by="ada"), FieldInvalid, r"^name: '' is not a name"),
        (Label("team", "x ", at=END, by="ada"), FieldInvalid, r"^value: 'x ' is not a name"),
        (Label("x" * 201, "x", at=END, by="ada"), FieldInvalid, r"^name: a name has 200 characters at the most"),
        (Unlabel("a\x00", at=END, by="ada"), FieldInvalid, r"^name: 'a\\x00' is not a name"),
        (Label("team", "x", at=t("14:00"), by="ada"), TimesContradict, "was declared at .* came before"),
        (Unlabel("label-00", at=t("14:00"), by="ada"), TimesContradict, "was declared at .* came before"),
        (Label("team", "x", at=END, by="ada"), CommandInvalid, "has 100 labels, .* Remove one before 'team' is set"),
    ],
)
def test_what_is_no_label_or_one_too_many_is_refused(
    command: Label | Unlabel, error: type[IncidentkitError], message: str
) -> None:
    incident = declared(labels=FULL)
    with pytest.raises(error, match=message):
        incident.apply(command)
    assert incident.can(command)


def test_a_label_can_be_replaced_where_no_other_has_room() -> None:
    full = declared(labels=FULL)
    replaced = full.apply(Label("label-00", "y", at=END, by="ada"))
    assert replaced.labels == {**FULL, "label-00": "y"}
    removed = full.apply(Unlabel("label-00", at=END, by="ada")).apply(Label("team", "x", at=END, by="ada"))
    assert len(removed.labels) == MOST_LABELS


def test_a_document_with_what_is_no_label_is_refused() -> None:
    plain = convert.to_plain(declared(labels={"team": "payments"}))
    plain["events"][0]["labels"]["team"] = " "
    with pytest.raises(DocumentInvalid, match="'team'=' ': ' ' is not a name"):
        convert.from_plain(plain, Incident)
