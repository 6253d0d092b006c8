"""Drawing by class: ``st.from_type`` for what the library is made of, and what that must not load or disturb."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import ResolutionFailed

import hypothesis_incidentkit
import incidentkit
from incidentkit import (
    Conclusion,
    Condition,
    DecisionTree,
    Incident,
    Question,
    Rule,
    Severity,
    SeverityRules,
    SeverityScheme,
    Triage,
    Walk,
)
from incidentkit.model.commands import Command
from incidentkit.model.events import Event
from incidentkit.testing.kind import DRAWN, INSTEAD

NOT_DRAWN: Final = {
    "ALWAYS": "a condition, not a class",
    "NEVER": "a condition, not a class",
    "EMERGENCY": "a playbook, not a class",
    "ask": "a function",
    "choose": "a function",
    "when": "a function",
    "AsyncDesk": "works for a store and a toolbox, which are somebody's",
    "Desk": "works for a store and a toolbox, which are somebody's",
    "Toolbox": "holds the providers of somebody",
}
"""The names of the front door that are not drawn, and why."""


def drawn(kind: Any, count: int = 5) -> list[Any]:
    examples: list[Any] = []

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.from_type(kind))
    def collect(example: Any) -> None:
        examples.append(example)

    collect()
    return examples


@pytest.mark.parametrize("name", incidentkit.__all__)
def test_every_class_of_the_front_door_is_drawn_or_there_is_a_reason(name: str) -> None:
    kind = getattr(incidentkit, name)
    if name in NOT_DRAWN:
        assert not isinstance(kind, type) or kind not in DRAWN
    else:
        assert all(isinstance(example, kind) for example in drawn(kind))


@pytest.mark.parametrize("kind", sorted(DRAWN, key=str), ids=str)
def test_every_class_with_a_strategy_is_drawn(kind: type) -> None:
    assert kind.__module__ in hypothesis_incidentkit.MODULES
    assert all(isinstance(example, kind) for example in drawn(kind, 2))


def test_every_module_that_is_watched_has_a_class_of_which_something_is_said() -> None:
    assert {kind.__module__ for kind in (*DRAWN, *INSTEAD)} == hypothesis_incidentkit.MODULES


@pytest.mark.parametrize(
    ("kind", "origin"),
    [
        (SeverityRules[Any], SeverityRules),
        (Severity[Any], Severity),
        (SeverityScheme[Any], SeverityScheme),
        (Rule[Any], Rule),
        (Triage[Any], Triage),
    ],
)
def test_what_stands_for_the_parameters_of_a_class_makes_no_difference(kind: Any, origin: type) -> None:
    assert all(isinstance(example, origin) for example in drawn(kind))


@pytest.mark.parametrize("end", [Conclusion, Any])
def test_trees_lead_to_conclusions(end: Any) -> None:
    for tree in drawn(DecisionTree[end]):
        assert all(isinstance(node, Question | Conclusion) for node in tree.root.branches.values())


def test_trees_and_walks_lead_to_what_their_parameter_says() -> None:
    for tree in drawn(DecisionTree[int]):
        assert all(isinstance(node, Question | int) for node in tree.root.branches.values())
    assert all(walk.conclusion is None or isinstance(walk.conclusion, int) for walk in drawn(Walk[int], 20))


@pytest.mark.parametrize("name", ["AsyncDesk", "Desk", "Toolbox"])
def test_what_is_not_drawn_says_its_name_and_what_to_take_instead(name: str) -> None:
    kind: Any = getattr(incidentkit, name)
    for wanted in (kind, kind | None, list[kind]):
        with pytest.raises(ResolutionFailed, match=rf"incidentkit\.{name} is not drawn: .*incident_(desk|toolbox)"):
            drawn(wanted, 20)


@pytest.mark.parametrize("union", [Event, Command])
def test_unions_are_drawn_as_their_members(union: Any) -> None:
    kinds: set[type] = {type(each) for each in drawn(union, 40)}
    assert len(kinds) > 10


def test_functions_are_called_with_what_their_annotations_say() -> None:
    def headline(incident: Incident, condition: Condition) -> str:
        return f"{incident.title} {condition}"

    assert all(isinstance(each, str) for each in _built(headline))


def _built(function: Any) -> list[Any]:
    examples: list[Any] = []

    @settings(max_examples=5, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(st.builds(function))
    def collect(example: Any) -> None:
        examples.append(example)

    collect()
    return examples


@pytest.mark.parametrize("kind", [Sequence[int], Mapping[str, int], Sequence, Mapping])
def test_classes_above_ours_are_not_drawn_as_ours(kind: Any) -> None:
    found = {type(example).__module__.partition(".")[0] for example in drawn(kind, 60)}
    assert "incidentkit" not in found


def result_of(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_hypothesis_imports_nothing_of_the_package() -> None:
    program = "import sys, hypothesis; print([name for name in sys.modules if name.startswith('incidentkit')])"
    assert result_of(program) == "[]"


@pytest.mark.parametrize(
    "imports",
    [
        "import hypothesis; from incidentkit import Incident",
        "from incidentkit import Incident; import hypothesis",
        "import incidentkit.testing; from incidentkit import Incident",
    ],
)
def test_the_order_of_imports_makes_no_difference(imports: str) -> None:
    program = f"""
{imports}
import sys
from hypothesis import find, settings, strategies as st
print("incidentkit.testing.kind" in sys.modules)
print(type(find(st.from_type(Incident), lambda _: True, settings=settings(database=None))).__name__)
"""
    assert result_of(program).split() == ["False", "Incident"]


def test_modules_are_as_if_nobody_had_watched() -> None:
    program = """
import hypothesis, importlib, inspect, incidentkit.model.incident as module
print(type(module.__loader__).__name__, module.__spec__.loader is module.__loader__)
print("class Incident" in inspect.getsource(module))
print(importlib.reload(module) is module)
"""
    assert result_of(program).split() == ["SourceFileLoader", "True", "True", "True"]


def test_without_plugins_hypothesis_knows_nothing_of_it() -> None:
    program = """
import os, sys
os.environ["HYPOTHESIS_NO_PLUGINS"] = "1"
import hypothesis
print([finder for finder in sys.meta_path if type(finder).__module__ == "hypothesis_incidentkit"])
"""
    assert result_of(program) == "[]"
