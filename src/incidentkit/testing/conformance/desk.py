"""What a desk promises, from end to end: an incident is declared, and the right people are paged, once and in time.

A factory gives a desk on a store in which nothing is kept. Its playbook, its people and what it pages them through are
its own: whom to page when is what its `preview` says, and the checks see whether that happens.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from incidentkit.model.commands import Note
from incidentkit.testing.conformance import desk_commands, desk_paging, desk_time
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.desk_story import BY, Story, check
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.stage import Stage

CALLS: Final[Mapping[str, tuple[int, tuple[str, ...]]]] = {
    "declare": (1, ("by", "facts", "severity", "id", "labels")),
    "load": (1, ()),
    "submit": (2, ()),
    "preview": (1, ("within",)),
    "audit": (0, ("grace",)),
    "tick": (0, ()),
    "shut_down": (0, ()),
}
"""The methods that the checks call: how many arguments by place, and which by name."""

METHODS: Final = (*CALLS,)


def _has_methods(stage: Stage) -> None:
    for name, (count, named) in CALLS.items():
        found: Any = getattr(stage.rig.provider, name, None)
        stage.expect(callable(found), f"there is no {name}.")
        try:
            inspect.signature(found).bind(*range(count), **dict.fromkeys(named))
        except TypeError as error:
            stage.fails(f"{name}{inspect.signature(found)}: {error}.")


def _comes_back(stage: Stage) -> None:
    story = Story.begin(stage)
    stage.attempt("load", story.id)
    stage.attempt("submit", story.id, Note("a check of this desk", at=story.now, by=BY))
    stage.attempt("preview", story.id, within=timedelta(hours=1))
    stage.attempt("tick")
    stage.attempt("audit", grace=timedelta(minutes=5))
    stage.attempt("shut_down")


CHECKS: Final[tuple[Check[Any], ...]] = (
    check("has_methods", "It has the methods by which it is used, and each takes what a desk's takes.", _has_methods),
    Check[Any](
        name="in_time", level=Level.MUST, promise="Every call comes back in time.", judge=_comes_back, timely=True
    ),
    *desk_commands.CHECKS,
    *desk_paging.CHECKS,
    *desk_time.CHECKS,
)
"""Every promise of a desk."""
