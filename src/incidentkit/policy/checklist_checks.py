"""Checks of checklists by themselves: what is never owed, and who is reminded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from incidentkit.model.durations import duration_text
from incidentkit.policy.checklist import Checklist
from incidentkit.policy.finding import Code, Finding
from incidentkit.policy.worlds import why_never


def _never_owed(path: str, checklist: Checklist) -> Iterator[Finding]:
    for index, (item, obligation) in enumerate(zip(checklist.items, checklist.obligations(), strict=True)):
        why = why_never(obligation, whose="the checklist")
        if why is not None:
            message = f"item {item.name!r} is never owed: {why}"
            yield Finding(Code.NEVER_OWED, f"{path}.items[{index}].when", message)


def _no_reminders(path: str, checklist: Checklist) -> Iterator[Finding]:
    for index, item in enumerate(checklist.items):
        if item.within is not None and not checklist.reminders:
            owner = item.owner or checklist.owner
            message = f"{owner} has {duration_text(item.within)} for item {item.name!r}, and is never reminded"
            yield Finding(Code.NO_REMINDERS, f"{path}.items[{index}].within", message)


def _idle_reminders(path: str, checklist: Checklist) -> Iterator[Finding]:
    if checklist.reminders and all(item.within is None for item in checklist.items):
        message = f"nothing of checklist {checklist.name!r} falls due: give items a time, or leave out its reminders"
        yield Finding(Code.IDLE_REMINDERS, f"{path}.reminders", message)


ChecklistCheck: TypeAlias = Callable[[str, Checklist], Iterator[Finding]]
"""Looks for one thing in a checklist at a path."""

ON_CHECKLIST: Final[tuple[ChecklistCheck, ...]] = (_never_owed, _no_reminders, _idle_reminders)
"""What is looked for in every checklist."""
