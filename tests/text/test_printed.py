"""Values in the printer of Hypothesis: short, a line where they are part of others, and not what nobody is to see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis.vendor.pretty import pretty

from incidentkit import EMERGENCY, Directory, Incident, Number, Severity, SeverityScheme
from incidentkit.model.commands import Acknowledge, ChangeSeverity, Redact
from incidentkit.model.identity import PersonId
from incidentkit.policy.directory import Person
from incidentkit.testing import histories, incidents
from incidentkit.text.printed import LONGEST

NOW = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
SEV_1 = EMERGENCY.scheme["SEV-1"]
INCIDENT = Incident.declare("INC-7", title="Checkout\nfails", at=NOW, by="ada", severity=SEV_1).acknowledge(
    at=NOW + timedelta(minutes=2), by="bob", note="on my way"
)
ADA = Person(id=PersonId("ada"), name="Ada", contacts={"push": "ada@phone.example"})


def test_an_incident_is_printed_with_its_log() -> None:
    assert pretty(INCIDENT).splitlines() == [
        "<incident INC-7: investigating, SEV-1, acknowledged; event 2 was acknowledged at 2026-03-02 14:25+00:00>",
        "       UTC                  by   what",
        "    -  -------------------  ---  --------------------------------",
        "    0  2026-03-02 14:23:00  ada  declared: Checkout fails (SEV-1)",
        "    1  2026-03-02 14:25:00  bob  acknowledged: on my way",
    ]


def test_incidents_among_others_take_a_line_each() -> None:
    assert pretty([INCIDENT, INCIDENT]) == f"[{INCIDENT!r},\n {INCIDENT!r}]"


def test_an_incident_tells_in_one_line_how_it_stands() -> None:
    begun = Incident.declare("INC-8", title="x", at=NOW, by="ada", triage=EMERGENCY.triage({}))
    assert repr(begun) == (
        "<incident INC-8: investigating, SEV-1 or milder; event 1 was declared at 2026-03-02 14:23+00:00>"
    )


def test_words_that_were_taken_out_are_not_printed() -> None:
    redacted = INCIDENT.apply(Redact(1, at=NOW + timedelta(minutes=3), by="ada"))
    assert "on my way" in pretty(INCIDENT)
    assert "on my way" not in pretty(redacted)


def test_commands_are_printed_as_the_calls_that_make_them() -> None:
    moment = "datetime.datetime(2026, 3, 2, 14, 23, tzinfo=datetime.timezone.utc)"
    assert pretty(Acknowledge(at=NOW, by="ada")) == f"Acknowledge(at={moment},\n    by='ada')"
    assert "severity=<severity SEV-1 of emergency>)" in pretty(ChangeSeverity(SEV_1, at=NOW, by="ada"))


def test_what_is_said_of_a_severity_follows_and_a_fact_is_its_name() -> None:
    failed = Number("failed", question="What share?", maximum=1)
    assert pretty(failed) == "Number('failed')"  # Hypothesis prints strategies too, and these hold many facts
    assert pretty(SeverityScheme(Severity[Any]("P1", name="bad"), "P2")).splitlines() == [
        "<scheme P1/P2: P1 > P2>",
        "    P1",
        "        name: 'bad'",
        "    P2",
    ]


@pytest.mark.parametrize("kind", [Incident, Severity, Severity[Any], Acknowledge, Number])
def test_classes_are_printed_as_classes(kind: Any) -> None:
    assert "incidentkit.model." in pretty(kind)


def test_addresses_are_not_printed() -> None:
    for value in (ADA, [ADA], Directory(people={"ada": ADA})):
        assert "ada@phone" not in pretty(value)
        assert "ada" in pretty(value)


def test_what_is_printed_cannot_turn_or_colour_it_and_ends() -> None:
    printed = pretty(Severity[Any]("\x1b[31m\u202e\n", criteria="long " * 300))
    assert printed.isascii()
    assert max(map(len, printed.splitlines())) <= LONGEST + 8


def test_a_playbook_and_its_parts_are_printed_in_a_few_lines() -> None:
    assert len(pretty(EMERGENCY).splitlines()) <= 12
    assert len(pretty(EMERGENCY.rules).splitlines()) == 1 + len(EMERGENCY.rules.rules)
    assert pretty(EMERGENCY.trees["rollback-or-hotfix"]).startswith("<decision tree 'Rollback vs Hotfix?'>\n    ")
    assert pretty([EMERGENCY, EMERGENCY.rules]).count("\n") == 1


def test_a_failing_test_shows_what_it_failed_for() -> None:
    @settings(database=None, derandomize=True, phases=[Phase.generate, Phase.shrink])
    @given(incidents(most=2), histories(most=2))
    def wants_to_be_alone(incident: Incident, history: tuple[Incident, ...]) -> None:
        assert incident.version < 3

    with pytest.raises(AssertionError) as failure:
        wants_to_be_alone()
    shown = "\n".join(failure.value.__notes__)
    assert "incident=<incident " in shown
    assert "  ada  declared: Checkout returns 500 (SEV-1)" in shown
    assert "history=(<incident " in shown
    assert "_state" not in shown
    assert len(shown.splitlines()) < 20
