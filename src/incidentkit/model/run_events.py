"""What happens to the runbooks of an incident: they are started, go on step by step, and come to an end.

A runbook that was started is a run. Its steps are obligations, called by the run and the step: ``failover #1/promote``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from attrs import Attribute, field, frozen

from incidentkit.errors import FieldInvalid, shown
from incidentkit.model.assessment import Value, checked_value
from incidentkit.model.happening import (
    Happening,
    are_names,
    is_name,
    is_reason,
    is_text,
    is_words,
    reason_told,
)
from incidentkit.model.identity import checked_name

MOST_VALUES: Final = 100
"""Parameters that a runbook may have, and values that are kept of an answer."""


def copied_values(values: Mapping[str, Value]) -> dict[str, Value]:
    """A copy that the giver cannot change any more; `FieldInvalid` for what is no mapping."""
    try:
        return dict(values)
    except (TypeError, ValueError):
        raise FieldInvalid("values", f"values are a mapping by name, not {shown(values)}") from None


def are_values(event: object, attribute: Attribute[Any], values: Mapping[str, Value]) -> None:
    """The field holds values by name, as many as are kept."""
    if len(values) > MOST_VALUES:
        raise FieldInvalid(attribute.name, f"there are {MOST_VALUES} values at the most, not {len(values)}")
    for name, value in values.items():
        checked_value(attribute.name, checked_name(attribute.name, name), value)


def is_value(event: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds the value of a fact."""
    checked_value(attribute.name, "it", value)


def is_try(event: object, attribute: Attribute[Any], value: object) -> None:
    """The field says which try of a step is meant, counted from 1."""
    if type(value) is not int or value < 1:
        raise FieldInvalid(attribute.name, f"tries are counted from 1, and {shown(value)} is none")


@frozen(kw_only=True)
class RunbookStarted(Happening):
    """Somebody began to go through a runbook."""

    tag: ClassVar[str] = "runbook started"
    row: ClassVar[str] = "start_runbook"

    runbook: str = field(validator=is_name)
    run: str = field(validator=is_name)
    """What this time through it is called from now on: the runbook, and how often it was started by then."""
    parameters: Mapping[str, Value] = field(
        factory=dict[str, Value], converter=copied_values, validator=are_values, hash=False
    )
    by_hand: tuple[str, ...] = field(default=(), validator=are_names)
    """The steps that people do, though a tool could."""
    note: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"started {self.run}{f' with {given}' if given else ''}{f': {self.note}' if self.note else ''}"


@frozen(kw_only=True)
class RunbookCancelled(Happening):
    """Somebody stopped a run; no further step of it is begun or undone."""

    tag: ClassVar[str] = "runbook cancelled"
    row: ClassVar[str] = "cancel_runbook"

    run: str = field(validator=is_name)
    reason: str = field(validator=is_reason)

    def __str__(self) -> str:
        return f"cancelled {self.run}{reason_told(self.reason)}"


@frozen(kw_only=True)
class RunbookResumed(Happening):
    """A run that was stopped goes on where it was."""

    tag: ClassVar[str] = "runbook resumed"
    row: ClassVar[str] = "resume_runbook"

    run: str = field(validator=is_name)
    reason: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        return f"resumed {self.run}{reason_told(self.reason)}"


@frozen(kw_only=True)
class RunbookUndone(Happening):
    """What a run did is to be undone, the latest first: all of it, or one step."""

    tag: ClassVar[str] = "runbook undone"
    row: ClassVar[str] = "undo_runbook"

    run: str = field(validator=is_name)
    step: str = field(default="", validator=is_text)
    """Which step; empty for all of them."""
    reason: str = field(validator=is_reason)

    def __str__(self) -> str:
        return f"undoing {f'{self.step} of ' if self.step else ''}{self.run}{reason_told(self.reason)}"


@frozen(kw_only=True)
class Confirmed(Happening):
    """Somebody said that a step may be tried, once."""

    tag: ClassVar[str] = "confirmed"
    row: ClassVar[str] = "confirm"

    run: str = field(validator=is_name)
    step: str = field(validator=is_name)
    attempt: int = field(validator=is_try)
    """Which try of the step is meant, counted from 1."""
    note: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        said = f": {self.note}" if self.note else ""
        return f"confirmed try {self.attempt} of {self.step} in {self.run}{said}"


@frozen(kw_only=True)
class Answered(Happening):
    """Somebody answered what a run has to know."""

    tag: ClassVar[str] = "answered"
    row: ClassVar[str] = "answer"

    run: str = field(validator=is_name)
    fact: str = field(validator=is_name)
    value: Value = field(validator=is_value)
    note: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        return f"answered {self.fact} with {self.value} in {self.run}{f': {self.note}' if self.note else ''}"


@frozen(kw_only=True)
class Held(Happening):
    """Nothing may be destroyed that shows what happened."""

    tag: ClassVar[str] = "held"
    row: ClassVar[str] = "hold"

    reason: str = field(validator=is_reason)

    def __str__(self) -> str:
        return f"evidence is held{reason_told(self.reason)}"


@frozen(kw_only=True)
class HoldLifted(Happening):
    """What shows what happened need not be kept any longer."""

    tag: ClassVar[str] = "hold lifted"
    row: ClassVar[str] = "lift_hold"

    reason: str = field(validator=is_reason)

    def __str__(self) -> str:
        return f"the hold on evidence was lifted{reason_told(self.reason)}"


@frozen(kw_only=True)
class Skipped(Happening):
    """The turn of a step came when it was not to be done; it will not be done later either."""

    tag: ClassVar[str] = "skipped"

    obligation: str = field(validator=is_name)
    because: str = field(default="", validator=is_text)

    def __str__(self) -> str:
        return f"{self.obligation} is skipped{reason_told(self.because)}"


@frozen(kw_only=True)
class RunEnded(Happening):
    """Nothing of a run is left to do."""

    tag: ClassVar[str] = "run ended"

    run: str = field(validator=is_name)
    because: str = field(default="", validator=is_text)

    def __str__(self) -> str:
        return f"{self.run} has ended{reason_told(self.because)}"
