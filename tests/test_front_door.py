"""The front door: what it names, and what opening it must not load."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys

import pytest

import incidentkit

NAMES = [
    *(
        "ALWAYS",
        "EMERGENCY",
        "NEVER",
        "AsyncDesk",
        "Choice",
        "Clock",
        "Conclusion",
        "Condition",
        "DecisionTree",
        "Desk",
        "Directory",
        "Duration",
        "Facts",
    ),
    *(
        "Flag",
        "Incident",
        "IncidentkitError",
        "Number",
        "Playbook",
        "PostMortem",
        "Question",
        "Role",
        "Rotation",
        "Rule",
        "Schedule",
        "Severity",
    ),
    *("SeverityFact", "SeverityRules", "SeverityScheme", "Status", "SupportCalendar", "Target", "Targets"),
    *("Toolbox", "Triage", "Vocabulary", "Walk", "WorkingDays", "Worse", "ask", "choose", "when"),
]

NEVER_LOADED = {"asyncio", "socket", "subprocess", "sqlite3", "httpx", "hypothesis", "pytest", "sqlalchemy"}


def test_it_exports_exactly_these_names() -> None:
    assert incidentkit.__all__ == NAMES
    assert NAMES == sorted(NAMES, key=lambda name: (not name.isupper(), name[0].islower(), name))


@pytest.mark.parametrize("name", NAMES)
def test_every_name_opens(name: str) -> None:
    assert getattr(incidentkit, name) is not None
    assert name in dir(incidentkit)


def test_type_checkers_see_the_same_names_as_python() -> None:
    tree = ast.parse(inspect.getsource(incidentkit))
    imported = {
        (f"{node.module}", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("incidentkit.")
        for alias in node.names
    }
    homes = {(f"incidentkit.{home}", name) for home, names in incidentkit._HOMES.items() for name in names}  # pyright: ignore[reportPrivateUsage]
    assert imported == homes
    assert {name for _, name in homes} == {*NAMES}


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = incidentkit.Nothing


def loaded_by(program: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after a program, beyond those it starts with."""
    report = f"import sys; before = {{*sys.modules}}; {program}; print(*sorted({{*sys.modules}} - before))"
    done = subprocess.run([sys.executable, "-I", "-c", report], capture_output=True, text=True, check=True)
    return {*done.stdout.split()}


def test_importing_the_package_loads_next_to_nothing() -> None:
    loaded = loaded_by("import incidentkit")
    assert not loaded & {"attrs", "attr", "cattrs", "incidentkit.model", "incidentkit.policy"}


def test_using_the_playbook_loads_no_io() -> None:
    loaded = loaded_by("from incidentkit import EMERGENCY; EMERGENCY.triage({'error_rate': 0.34})")
    assert "incidentkit.playbooks.emergency" in loaded
    assert not loaded & NEVER_LOADED


def test_desk_in_the_calling_thread_loads_no_event_loop() -> None:
    loaded = loaded_by("from incidentkit import Desk, Toolbox; Desk.tick, Toolbox()")
    assert "incidentkit.desk.flows" in loaded
    assert not loaded & NEVER_LOADED


def test_only_json_loads_the_fast_library_for_it() -> None:
    use = "from incidentkit import EMERGENCY, convert; convert.from_toml(convert.to_toml(EMERGENCY), type(EMERGENCY))"
    assert "orjson" not in loaded_by(use)
    assert "orjson" in loaded_by(f"{use}; convert.to_json(EMERGENCY)")
