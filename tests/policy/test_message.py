"""What fields stand for: the words about an incident that messages are filled with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import given

from incidentkit import (
    EMERGENCY,
    Directory,
    Incident,
    Role,
    Severity,
    SeverityScheme,
    SupportCalendar,
    Target,
    Targets,
    WorkingDays,
)
from incidentkit.convert import from_json, to_json
from incidentkit.drills import practice_directory
from incidentkit.errors import CalendarInvalid, FieldInvalid
from incidentkit.model.commands import Assign, Link, Summarize
from incidentkit.model.events import REDACTED, Declared, LinkKind
from incidentkit.playbooks.emergency import PROGRESS_UPDATE, SEV_1, SEV_4
from incidentkit.policy.directory import Person
from incidentkit.policy.message import cadence_words, message_values
from incidentkit.policy.planning import preview
from incidentkit.policy.template import FIELDS, PUBLIC_FIELDS, Template
from incidentkit.testing import directories, incidents
from incidentkit.text.plain import to_plain

MINUTE = timedelta(minutes=1)
START = datetime(2026, 3, 29, 0, 50, tzinfo=UTC)  # the clocks of Berlin go forward ten minutes later
DIRECTORY = Directory(people={"ada": Person(id="ada", name="Ada Lovelace"), "grace": Person(id="grace")})
OFFICE = SupportCalendar("office", zone="Europe/Berlin", hours="Mon-Fri 09:00-17:00")


@frozen
class Told:
    """An update, as whoever writes it has it."""

    text: str = "rolled back"
    next_steps: str = ""
    eta: str = ""


def incident(severity: Severity = SEV_1) -> Incident:
    return Incident.declare(
        "INC-7", title="Checkout", at=START + 5 * MINUTE, by="ada", severity=severity, started_at=START
    )


def values(incident: Incident, minutes: int = 20) -> dict[str, str]:
    return message_values(incident, DIRECTORY, at=START + minutes * MINUTE, zone="Europe/Berlin")


def test_times_are_on_the_clock_of_the_zone_and_say_so() -> None:
    told = values(incident())
    assert told["started"] == "2026-03-29 01:50 CET"
    assert told["declared"] == "2026-03-29 01:55 CET"
    assert (told["day"], told["time"]) == ("2026-03-29", "03:10 CEST")
    late = message_values(incident(), DIRECTORY, at=START - 2 * timedelta(hours=1), zone="UTC")
    assert (late["day"], late["time"]) == ("2026-03-28", "22:50 UTC")


def test_what_nobody_has_said_is_said_so_or_empty() -> None:
    told = values(incident())
    assert told["impact"] == "not known yet"
    assert {told[name] for name in ("commander", "technical_lead", "communications_lead")} == {"nobody yet"}
    assert told["cadence"] == "every 15 minutes"
    empty = {name for name, value in told.items() if not value}
    assert empty == {
        *("public_summary", "update_number", "update", "next_steps", "eta"),
        *("number", "channel", "status_page", "resolution", "post_mortem"),
    }
    assert values(incident(SEV_4))["cadence"] == "when there is news"


def test_people_are_called_by_their_names() -> None:
    at = START + 6 * MINUTE
    assigned = incident()
    for role, who in ((Role.COMMANDER, "ada"), (Role.TECHNICAL_LEAD, "grace"), (Role.COMMUNICATIONS_LEAD, "linus")):
        assigned = assigned.apply(Assign(role, to=who, at=at, by="ada"))
    told = values(assigned)
    assert told["commander"] == "Ada Lovelace"
    assert (told["technical_lead"], told["communications_lead"]) == ("grace", "linus")


def test_the_channel_is_the_one_that_was_linked_last() -> None:
    linked = incident()
    for reference in ("#incident-20260329-001", "#incident-20260329-002"):
        linked = linked.apply(Link(LinkKind.CHANNEL, reference, at=START + 6 * MINUTE, by="ada"))
    linked = linked.apply(Link(LinkKind.TICKET, "T-1", at=START + 6 * MINUTE, by="ada"))
    assert values(linked)["channel"] == "#incident-20260329-002"


def test_the_impact_is_what_was_written_for_the_public() -> None:
    told = values(incident().apply(Summarize("Payments fail.", at=START + 6 * MINUTE, by="ada")))
    assert told["impact"] == told["public_summary"] == "Payments fail."


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(), "0s"),
        (timedelta(seconds=59, milliseconds=900), "59s"),
        (timedelta(minutes=1, seconds=59), "1min"),
        (timedelta(days=1, hours=2, minutes=3, seconds=4), "1d2h3min"),
    ],
)
def test_the_duration_is_told_in_whole_minutes(length: timedelta, words: str) -> None:
    assert message_values(incident(), DIRECTORY, at=START + length)["duration"] == words


def test_the_duration_ends_when_it_is_resolved_and_is_never_negative() -> None:
    resolved = incident().resolve(at=START + 30 * MINUTE, by="ada", note="rolled back")
    assert (values(resolved, 90)["duration"], values(resolved)["resolution"]) == ("30min", "rolled back")
    reopened = resolved.reopen(at=START + 40 * MINUTE, by="ada", reason="again")
    assert (values(reopened, 90)["duration"], values(reopened)["resolution"]) == ("1h30min", "")
    assert values(incident(), -5)["duration"] == "0s"


def test_an_update_fills_its_fields() -> None:
    told = message_values(incident(), DIRECTORY, at=START, update=Told(eta="04:00"), update_number=2)
    assert [told[name] for name in ("update_number", "update", "next_steps", "eta")] == [
        "2",
        "rolled back",
        "",
        "04:00",
    ]
    assert "Next Steps" not in to_plain(PROGRESS_UPDATE.fill(told))


def test_what_the_caller_knows_is_passed_on() -> None:
    told = message_values(incident(), DIRECTORY, at=START, number=7, status_page="https://x", post_mortem="Friday")
    assert [told[name] for name in ("number", "status_page", "post_mortem")] == ["007", "https://x", "Friday"]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (None, "when there is news"),
        (Target(15 * MINUTE, repeats=True), "every 15 minutes"),
        (Target(60 * MINUTE, repeats=True), "every hour"),
        (Target(90 * MINUTE, repeats=True), "every 1 hour 30 minutes"),
        (Target(timedelta(days=2)), "within 2 days"),
        (Target(60 * MINUTE), "within 1 hour"),
        (Target(60 * MINUTE, OFFICE, repeats=True), "every hour of office"),
        (Target(WorkingDays(1), OFFICE, repeats=True), "every working day of office"),
        (Target(WorkingDays(2), OFFICE), "within 2 working days of office"),
        (Target(timedelta(microseconds=5), repeats=True), "every 5us"),
    ],
)
def test_a_cadence_in_words(target: Target | None, words: str) -> None:
    assert cadence_words(target) == words


def test_the_cadence_is_that_of_the_severity() -> None:
    (high, _) = SeverityScheme(Severity("high", targets=Targets(update=Target(60 * MINUTE, repeats=True))), "low")
    assert values(incident(high))["cadence"] == "every hour"


def test_a_moment_or_a_zone_that_says_nothing_is_refused() -> None:
    with pytest.raises(FieldInvalid, match="at: "):
        message_values(incident(), DIRECTORY, at=START.replace(tzinfo=None))
    with pytest.raises(CalendarInvalid, match="no time zone known here"):
        message_values(incident(), DIRECTORY, at=START, zone="Europe/Nowhere")


EVERYTHING = Template("Everything", [{name: f"{{{name}}}"} for name in FIELDS])


@given(incidents(), directories())
def test_every_incident_fills_every_field(incident: Incident, directory: Directory) -> None:
    told = message_values(incident, directory, at=incident.as_of)
    assert told.keys() == FIELDS.keys()
    assert to_plain(EVERYTHING.fill(told))


@given(incidents())
def test_what_the_public_reads_does_not_depend_on_the_words_of_those_at_work(incident: Incident) -> None:
    at = incident.as_of
    first = message_values(incident, DIRECTORY, at=at, update=Told())
    public = {name: first[name] for name in PUBLIC_FIELDS}
    declared, *rest = incident.timeline.events
    assert isinstance(declared, Declared)
    title = declared.title if declared.title == REDACTED else "Another title"
    other = Incident.replay([evolve(declared, title=title), *rest])
    second = message_values(other, Directory(), at=at, update=Told("other", "words", "04:00"), post_mortem="Friday")
    assert public == {name: second[name] for name in PUBLIC_FIELDS}


@pytest.mark.parametrize("severity", EMERGENCY.scheme)
def test_an_incident_that_was_kept_is_told_in_the_same_words(severity: Severity[Any]) -> None:
    declared = Incident.declare(
        "INC-7", title="Checkout returns 500", severity=severity, playbook=EMERGENCY, at=START, by="ada", number=1
    )
    kept = from_json(to_json(declared), Incident)
    steps = [
        preview(each, EMERGENCY, practice_directory(), now=START, until=START + 60 * MINUTE)
        for each in (declared, kept)
    ]
    told, told_of_kept = ([action.request for step in each for action in step.actions] for each in steps)
    assert told
    assert told_of_kept == told
