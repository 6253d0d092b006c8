"""An incident goes on by another playbook: a person moves it, or a desk that does not have its own takes it over."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import EMERGENCY, Incident
from incidentkit.convert import from_json, to_json
from incidentkit.errors import FieldInvalid, IllegalTransition, LogInvalid, TimesContradict
from incidentkit.model.commands import Cancel, ChangePlaybook, CorrectTime
from incidentkit.model.events import Declared, Overtaken, PlaybookChanged, TakenOver
from incidentkit.testing.incident import incidents
from tests.model.test_incident import START, declared, t

NEW = "emergency@0123456789ab"


def moved(
    incident: Incident, playbook: Any = NEW, *, at: str = "14:40", reason: Any = "the chain was wrong"
) -> Incident:
    return incident.apply(ChangePlaybook(playbook, reason=reason, at=t(at), by="ada"))


def taken_over(incident: Incident, playbook: str = "shop@1", missing: str | None = None) -> TakenOver:
    missing = incident.playbook if missing is None else missing
    common: dict[str, Any] = {
        "incident": incident.id,
        "at": incident.as_of,
        "recorded_at": incident.as_of,
        "by": "desk",
    }
    return TakenOver(**common, playbook=playbook, missing=missing)


def test_an_incident_has_the_playbook_that_it_was_moved_to_last() -> None:
    incident = moved(moved(declared()), "shop@1", at="14:45")
    assert incident.playbook == "shop@1"
    assert str(incident.timeline[1]) == f"playbook changed to {NEW}, because the chain was wrong"
    assert Incident.replay(incident.timeline) == incident


def test_a_playbook_is_given_as_itself_or_by_its_reference() -> None:
    assert moved(declared(), EMERGENCY) == moved(declared(), EMERGENCY.reference)


def test_a_move_to_what_it_has_already_changes_nothing() -> None:
    incident = moved(moved(declared()), reason="to be sure")
    event = incident.timeline[-1]
    assert isinstance(event, Overtaken)
    assert event.note == "to be sure"
    assert not incident.can(ChangePlaybook(NEW, reason="x", at=t("14:50"), by="ada"))


@pytest.mark.parametrize("reason", ["", " ", None])
def test_a_move_has_a_reason(reason: Any) -> None:
    with pytest.raises(FieldInvalid, match="reason"):
        moved(declared(), reason=reason)


@pytest.mark.parametrize("playbook", ["", " \n", "\x00", 7, None])
def test_what_refers_to_no_playbook_is_refused(playbook: Any) -> None:
    with pytest.raises(FieldInvalid, match="playbook"):
        moved(declared(), playbook)


def test_the_name_of_a_playbook_may_be_as_long_as_a_name() -> None:
    long = f"{'p' * 200}@0123456789ab"
    assert moved(declared(), long).playbook == long


def test_an_incident_that_is_over_for_good_is_moved_no_more() -> None:
    resolved = declared().resolve(at=t("14:35"), by="ada")
    assert moved(resolved).playbook == NEW
    for over in (
        resolved.close(at=t("14:36"), by="ada"),
        declared().apply(Cancel(at=t("14:36"), by="ada", reason="x")),
    ):
        with pytest.raises(IllegalTransition):
            moved(over)


def test_nothing_is_moved_before_it_was_declared() -> None:
    with pytest.raises(TimesContradict):
        moved(declared(), at="14:00")


def test_every_playbook_that_took_over_is_known_until_somebody_moves_it() -> None:
    incident = moved(declared())
    for playbook in ("shop@1", "shop@2", "shop@1"):
        incident = incident.extended([taken_over(incident, playbook)])
    assert (incident.playbook, incident.taken_over_by) == (NEW, ("shop@1", "shop@2"))
    assert str(incident.timeline[-1]) == f"shop@1 takes over for {NEW}, which desk does not have"
    assert moved(incident, "shop@1", at="14:45").taken_over_by == ()


def test_what_took_over_for_another_playbook_than_its_own_says_nothing_of_it() -> None:
    incident = moved(declared())
    assert incident.extended([taken_over(incident, missing="shop@0")]).taken_over_by == ()


def test_nobody_corrects_that_a_playbook_took_over() -> None:
    incident = declared()
    incident = incident.extended([taken_over(incident)])
    with pytest.raises(TimesContradict, match="a desk's own"):
        incident.apply(CorrectTime(1, happened_at=START, at=t("14:50"), by="ada"))
    with pytest.raises(LogInvalid):
        Incident.replay([taken_over(incident)])


@given(incidents(at=START), st.sampled_from(["shop@1", "shop@2"]))
def test_the_playbook_is_that_of_the_log(incident: Incident, playbook: str) -> None:
    declared, *rest = incident.timeline
    assert isinstance(declared, Declared)
    moves = [event.playbook for event in rest if isinstance(event, PlaybookChanged)]
    assert incident.playbook == [declared.playbook, *moves][-1]
    longer = incident.extended([taken_over(incident, playbook)])
    assert longer.playbook == incident.playbook
    assert from_json(to_json(longer), Incident) == longer
