"""Notebooks: what a cell shows of a value, by IPython itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import html5lib
import pytest
from IPython.core.interactiveshell import InteractiveShell

from incidentkit import EMERGENCY, Incident, PostMortem, Schedule
from incidentkit.drills import Drill, practice_directory
from incidentkit.errors import FieldInvalid, IncidentkitError
from incidentkit.model.record import track_record
from incidentkit.policy.explanation import explain_hypothetical
from incidentkit.policy.meeting import meeting
from incidentkit.policy.rehearsal import dry_run_without_incident
from incidentkit.policy.shift import Gap
from incidentkit.policy.standing import obligations
from incidentkit.render.notebook import SHOWN, as_html, enable
from incidentkit.render.timeline import incident_timeline
from tests.policy.rota import weekly

AT = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
PEOPLE = practice_directory()
INCIDENT = Incident.declare(
    "INC-7", title="<script>alert(1)</script>", at=AT, by="noor", severity=EMERGENCY.scheme.severities[0]
)


def values() -> Mapping[str, Any]:
    """One of each kind that is shown."""
    mildest = EMERGENCY.scheme.severities[-1]
    story = Drill(playbook=EMERGENCY, directory=PEOPLE, title="Slow", start=AT, severity=mildest).run()
    several = [
        PostMortem().to_document(),
        incident_timeline(INCIDENT),
        INCIDENT,
        INCIDENT.timeline,
        track_record([INCIDENT]),
        EMERGENCY.advise({}),
        EMERGENCY.diff(EMERGENCY),
        explain_hypothetical(EMERGENCY, PEOPLE, at=AT, severity="SEV-1"),
        meeting(INCIDENT, EMERGENCY, PEOPLE, start=AT),
        PostMortem(title="Down"),
        dry_run_without_incident(EMERGENCY, "rollback"),
        EMERGENCY.runbooks[0],
        obligations(INCIDENT, EMERGENCY, PEOPLE, now=AT),
        EMERGENCY.tree("declaration"),
        EMERGENCY.tree("declaration").walk(),
        EMERGENCY.triage({"production_down": True}),
        EMERGENCY,
        INCIDENT.metrics,
        Schedule(weekly()),
        Schedule(weekly()).shifts(AT, AT + timedelta(days=1))[0],
        Gap(AT, AT + timedelta(days=1)),
        story.messages,
        story,
    ]
    return {type(each).__name__: each for each in several}


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Generator[Any]:
    """A shell as a notebook has one."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)  # of another environment it would warn
    running: Any = InteractiveShell.instance()
    yield running
    InteractiveShell.clear_instance()


def test_every_kind_is_shown_as_html(shell: Any) -> None:
    enable()
    shown = values()
    assert {name for _, name in SHOWN} - shown.keys() == {"RunReport"}
    for name, value in shown.items():
        formats, _ = shell.display_formatter.format(value)
        assert formats["text/html"] == as_html(value), name
        parser: Any = html5lib.HTMLParser(strict=True)
        parser.parseFragment(formats["text/html"])


def test_names_lead_somewhere() -> None:
    for module, name in SHOWN:
        assert hasattr(import_module(f"incidentkit.{module}"), name)


def test_words_stay_words() -> None:
    assert "<script" not in as_html(INCIDENT)
    assert "&lt;script" in as_html(INCIDENT)


def test_an_incident_says_which_it_is_and_how_it_stands() -> None:
    shown = as_html(Incident.declare("INC-7", title="Down", at=AT, by="noor", severity=EMERGENCY.scheme.severities[0]))
    assert "<h2>INC-7: Down</h2>\n<p><strong>investigating</strong>, SEV-1</p>\n<figure>" in shown


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Walk", "Next question: Are users affected?"),
        ("Triage", "SEV-1 if production_down"),
        ("Playbook", "rollback-or-hotfix"),
        ("Metrics", "to acknowledge"),
        ("Schedule", "ada; grace"),
        ("Shift", "ada"),
        ("Gap", "nobody"),
        ("TrackRecord", "the 90th percentile in brackets"),
    ],
)
def test_what_is_told_of_a_value(name: str, words: str) -> None:
    assert words in as_html(values()[name])


@pytest.mark.parametrize("value", [{"a": 1}, None, [INCIDENT], PostMortem])
def test_what_cannot_be_shown_is_told_what_can(value: object) -> None:
    with pytest.raises(FieldInvalid, match=r"cannot be shown; what can is Document, Picture, Incident, .*to_document"):
        as_html(value)


def test_other_values_are_shown_as_before(shell: Any) -> None:
    enable()
    formats, _ = shell.display_formatter.format({"a": 1})
    assert "text/html" not in formats


def test_outside_of_a_notebook_it_says_so() -> None:
    with pytest.raises(IncidentkitError, match="no notebook runs here"):
        enable()


def test_nothing_of_a_notebook_is_loaded_before() -> None:
    program = "import sys, incidentkit.render.notebook; sys.exit('IPython' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
