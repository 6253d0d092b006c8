"""How long what a check does may take."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Final

from attrs import define, field

PREPARATION: Final = timedelta(minutes=1)
"""How long a factory may take at the least, and each part of a rig."""


@define
class Watch:
    """What is running, and until when: written by the thread of a check, read by whoever waits for it."""

    limit: timedelta
    """How long a call may take."""
    call: str = ""
    part: str = ""
    """The part of the rig that is running, if no call is: it is to blame if it does not come back, and no provider."""
    seconds: float = field(init=False)
    """How long what is running may take."""
    until: float | None = None
    is_closing: bool = False
    """Whether all has been seen that is to be seen."""
    judged: BaseException | None = None
    """What came of that."""

    def __attrs_post_init__(self) -> None:
        self.seconds = self.limit.total_seconds()

    def begin(self, call: str, part: str = "") -> None:
        """From now on that call is running, or that part of the rig."""
        limit = max(self.limit, PREPARATION) if part else self.limit
        self.call, self.part, self.seconds = call, part, limit.total_seconds()
        self.until = time.monotonic() + self.seconds

    def extend(self) -> None:
        """Whoever awaits it sees to its time: wait for that, and no longer than twice."""
        self.until = time.monotonic() + 2 * self.seconds

    def end(self) -> None:
        """It came back."""
        self.until = None

    @property
    def patience(self) -> float:
        """For how many seconds nothing is late, whatever begins meanwhile."""
        until, limit = self.until, self.limit.total_seconds()
        return limit if until is None else min(limit, max(0.001, until - time.monotonic()))

    @property
    def is_over(self) -> bool:
        """Whether the call should have come back."""
        until = self.until
        return until is not None and time.monotonic() >= until


class Overdue(Exception):
    """What was running did not come back in time."""

    def __init__(self, watch: Watch) -> None:
        self.part = watch.part
        self.is_closing = watch.is_closing
        super().__init__(f"{watch.call or 'it'} did not come back within {watch.seconds:g} s.")
