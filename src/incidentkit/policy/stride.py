"""A step of a run, and how it stands with it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final, cast

from attrs import frozen

from incidentkit.model.action import ActionKey
from incidentkit.policy.shelf import Placed
from incidentkit.policy.step import Check, Failure, Use
from incidentkit.providers.answer import Receipt
from incidentkit.providers.tools import Change, Operation, ToolRequest
from incidentkit.providers.undoing import undoing

UNDO: Final = "//undo"
"""What stands at the end of the name of a step that is undone."""


class Stage(StrEnum):
    """How it stands with a step."""

    LATER = "later"
    """Its turn has not come."""
    NEXT = "next"
    """Its turn has come, and nobody looked since."""
    UNKNOWN = "unknown"
    """Its turn has come, and its guard asks for what nobody knows."""
    HELD = "held"
    """It would destroy evidence, which is held."""
    UNCONFIRMED = "unconfirmed"
    """A person has to say that it may be tried."""
    OPEN = "open"
    """It is for people to do, or to answer."""
    TRYING = "trying"
    """A tool is at it, or will be."""
    FAILED = "failed"
    DONE = "done"
    LEFT_OUT = "left out"
    """A person said that it will not be done."""
    SKIPPED = "skipped"
    """Its guard was false when its turn came."""
    IRREVERSIBLE = "irreversible"
    """It was to be undone, and no tool can."""
    STOPPED = "stopped"
    """It had not ended, and nothing becomes of it as its run stands: cancelled, ended or undone. Reports say so."""


ENDED: Final = frozenset({Stage.DONE, Stage.LEFT_OUT, Stage.SKIPPED, Stage.IRREVERSIBLE})
"""The stages after which nothing becomes of a step any more."""

WAITING: Final = frozenset({Stage.UNKNOWN, Stage.HELD, Stage.UNCONFIRMED, Stage.OPEN, Stage.FAILED})
"""The stages in which a step waits for people."""


@frozen(kw_only=True)
class Stride:
    """A step of a run, and how it stands with it."""

    id: str
    """What it is called as an obligation."""
    placed: Placed
    stage: Stage
    since: datetime
    """From when on it is so; of what has ended, when it did."""
    at: datetime | None = None
    """When it is tried next, if not from then on; of a try that is under way, until when it may be."""
    because: str = ""
    """Why, where that is not plain."""
    key: ActionKey | None = None
    """What is tried next; `None` if nothing is, or a try is under way."""
    attempt: int = 1
    """Which try the next one is, counted from 1."""
    operation: Operation | None = None
    """What a tool is asked; `None` if people do it."""
    former: tuple[str, ...] | None = None
    """What was so before it, if that is to be so again; `None` also for a step that is not being undone."""
    is_undoing: bool = False
    goes_on: bool = False
    """Whether the next step begins though this one has failed."""

    @property
    def name(self) -> str:
        """Its name within the run."""
        return self.placed.name + UNDO if self.is_undoing else self.placed.name

    @property
    def on_failure(self) -> Failure:
        """What becomes of the run if it fails; what is undone waits for a person then."""
        step = self.placed.step
        return step.on_failure if isinstance(step, Use | Check) and not self.is_undoing else Failure.WAIT

    @property
    def is_over(self) -> bool:
        """Whether the next step may begin."""
        return self.stage in ENDED or self.goes_on

    @property
    def is_destructive(self) -> bool:
        """Whether every try needs a confirmation, and none is made while evidence is held."""
        if self.is_undoing:
            is_marked = isinstance(self.placed.step, Use) and self.placed.step.destroys is True
            return self.operation is not None and (is_marked or self.operation.destructive)
        return isinstance(self.placed.step, Use) and self.placed.step.is_destructive

    @property
    def words(self) -> str:
        """What is done, in words."""
        return f"undo: {self.placed.words}" if self.is_undoing else self.placed.words

    def request(self, key: str) -> ToolRequest:
        """What its tool is asked, under an idempotency key."""
        request = self.placed.request(key)
        if not self.is_undoing:
            return request
        opposite = undoing(cast(Change, request), Receipt(former=self.former), key=key)
        assert opposite is not None  # or there would be nothing to ask
        return opposite
