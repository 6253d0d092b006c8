"""Tells Hypothesis how to draw what the library is made of, so that ``st.from_type(Incident)`` works.

It stands beside the package, and Hypothesis calls `watch` when it starts. Nothing of the library is imported then: the
classes of a module are registered once somebody else imports it, and their strategies are made once one is asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final

from hypothesis import strategies as st

MODULES: Final = frozenset(
    f"incidentkit.{name}"
    for name in (
        *("desk.async_desk", "desk.desk", "desk.toolbox", "drills.clock"),
        *(
            f"model.{noun}"
            for noun in (
                *("action", "assessment", "calendar", "commands", "conditions", "events", "facts", "happening"),
                *("incident", "run_events", "severity", "targets", "timeline", "triage", "vocabulary"),
            )
        ),
        *(
            f"policy.{noun}"
            for noun in (
                *("checklist", "communication", "directory", "escalation", "maintenance"),
                *("obligation", "playbook", "postmortem", "preservation", "question", "recipient", "response"),
                *("review", "rollback", "rotation", "rules", "runbook", "schedule", "shelf", "template", "tree"),
            )
        ),
    )
)
"""Where the classes are that have a strategy, or of which it is said what to take instead."""


def watch() -> None:
    """Register the classes that are there, and from now on those of every module that is imported."""
    loaded = [sys.modules[name] for name in MODULES if name in sys.modules]
    sys.meta_path.insert(0, _Watcher(MODULES - {module.__name__ for module in loaded}))
    for module in loaded:
        _register(module)


class _Watcher(MetaPathFinder):
    """Leaves finding modules to the others, and takes note of those that are waited for."""

    def __init__(self, names: frozenset[str]) -> None:
        self._awaited = {*names}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module that is waited for is found, with a loader that tells once it is there."""
        if fullname not in self._awaited:
            return None
        self._awaited.remove(fullname)  # so that it is found by the others now
        spec = find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Telling(spec.loader)
        return spec


class _Telling(Loader):
    """Loads a module as its loader does, which it leaves in its place, and registers the classes of it then."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """The module, empty."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module, and register its classes."""
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _register(module)


def _register(module: ModuleType) -> None:
    for name, value in vars(module).items():
        if isinstance(value, type) and value.__module__ == module.__name__ and not name.startswith("_"):
            st.register_type_strategy(value, _strategy)


def _strategy(thing: Any) -> Any:
    """The strategy for a class, or for a generic one with its parameters; `NotImplemented` where there is none."""
    from incidentkit.testing.kind import strategy_of  # noqa: PLC0415  # which imports nearly all there is

    return strategy_of(thing)
