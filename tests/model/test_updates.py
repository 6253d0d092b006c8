"""What people write for those who wait, and what they say of what is owed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from incidentkit import Incident
from incidentkit.errors import FieldInvalid, TimesContradict
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.commands import Fulfil, LiftRestriction, Restrict, Summarize, TakeBack, Update, Waive
from incidentkit.model.events import ActionEnded, ActionStarted, Fulfilled, LinkKind, Overtaken, Updated, Waived
from incidentkit.testing.incident import incidents
from tests.model.test_incident import START, declared, t


def updated(incident: Incident, text: str = "rolling back", **rest: Any) -> Incident:
    return incident.apply(Update(text, at=t("14:40"), by="linus", **rest))


def test_an_update_is_counted_and_its_public_words_are_the_summary() -> None:
    first = updated(declared(), public="Some payments fail.")
    second = updated(first, "rolled back", next_steps="watch it", eta="15:30")
    assert (second.updates, second.public_summary) == (2, "Some payments fail.")
    assert second.latest_update == second.timeline[-1]
    assert str(second.timeline[-1]) == "updated: rolled back; next: watch it; expected: 15:30"
    assert str(first.timeline[-1]) == "updated: rolling back; for the public: Some payments fail."


def test_a_summary_goes_on_after_an_update_that_says_nothing_to_the_public() -> None:
    summarized = declared().apply(Summarize("Some payments fail.", at=t("14:30"), by="ada"))
    assert updated(summarized).public_summary == "Some payments fail."


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_an_update_has_words(text: str) -> None:
    with pytest.raises(FieldInvalid, match="text: say something: 'updated' has no words"):
        updated(declared(), text)


@pytest.mark.parametrize("command", [TakeBack, Waive])
def test_a_waiver_has_a_reason_and_so_has_what_is_taken_back(command: Any) -> None:
    incident = declared().apply(Fulfil("review", at=t("14:40"), by="ada"))
    with pytest.raises(FieldInvalid, match="reason: say why"):
        incident.apply(command("review", reason=" ", at=t("14:41"), by="ada"))


@pytest.mark.parametrize("command", [Update("x", at=t("14:00"), by="ada"), Fulfil("review", at=t("14:00"), by="ada")])
def test_nothing_is_said_of_an_incident_before_it_was_declared(command: Any) -> None:
    with pytest.raises(TimesContradict):
        declared().apply(command)


def settled(incident: Incident) -> tuple[bool, str] | None:
    said = incident.progress.settled.get("review")
    return None if said is None else (said.done, said.words)


def test_what_is_owed_is_done_taken_back_and_waived() -> None:
    done = declared().apply(Fulfil("review", note="it was short", at=t("14:40"), by="ada"))
    assert settled(done) == (True, "it was short")
    again = done.apply(Fulfil("review", at=t("14:41"), by="linus"))
    assert isinstance(again.timeline[-1], Overtaken)
    owed = again.apply(TakeBack("review", reason="wrong incident", at=t("14:42"), by="ada"))
    assert settled(owed) is None
    waived = owed.apply(Waive("review", reason="a drill", at=t("14:43"), by="ada"))
    assert settled(waived) == (False, "a drill")
    assert settled(waived.apply(Fulfil("review", at=t("14:44"), by="ada"))) == (True, "")


def test_what_was_said_in_an_earlier_generation_can_be_said_again() -> None:
    done = declared().apply(Fulfil("review", at=t("14:40"), by="ada")).resolve(at=t("14:50"), by="ada")
    reopened = done.reopen(at=t("15:00"), by="ada", reason="it is back")
    again = reopened.apply(Fulfil("review", at=t("15:10"), by="ada"))
    assert isinstance(again.timeline[-1], Fulfilled)
    assert isinstance(reopened.apply(Waive("review", reason="x", at=t("15:10"), by="ada")).timeline[-1], Waived)


def test_somebody_said_that_it_is_restricted_or_that_it_is_not_or_nobody_said_either() -> None:
    incident = declared()
    assert (incident.restricted, incident.restriction_lifted) == (False, False)
    restricted = incident.apply(Restrict(reason="a breach", at=t("14:40"), by="ada"))
    assert (restricted.restricted, restricted.restriction_lifted) == (True, False)
    lifted = restricted.apply(LiftRestriction(reason="no breach", at=t("14:41"), by="ada"))
    assert (lifted.restricted, lifted.restriction_lifted) == (False, True)
    assert isinstance(lifted.apply(LiftRestriction(reason="x", at=t("14:42"), by="ada")).timeline[-1], Overtaken)


def test_what_an_action_opened_belongs_to_the_incident() -> None:
    incident, key = declared(), ActionKey("channel", "once")
    common: dict[str, Any] = {"incident": incident.id, "at": START, "by": "desk", "recorded_at": START}
    started = ActionStarted(**common, action=key, lease_until=START + timedelta(seconds=90))
    opened = ActionEnded(
        **common,
        action=key,
        outcome=Outcome.SUCCEEDED,
        reference="C042",
        url="https://chat.example.com/C042",
        opened=LinkKind.CHANNEL,
    )
    (link,) = incident.extended([started, opened]).links
    assert (link.what, link.reference, link.url) == (LinkKind.CHANNEL, "C042", "https://chat.example.com/C042")
    assert not incident.links


@given(incidents(at=START))
def test_updates_are_those_in_the_log(incident: Incident) -> None:
    written = [event for event in incident.timeline if isinstance(event, Updated)]
    assert incident.updates == len(written)
    assert (incident.latest_update is None) == (not written)
    assert incident.progress.generation == incident.generation
