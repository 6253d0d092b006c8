"""The lines of a story: what happened, one thing at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import frozen

from incidentkit.text.document import flat


class Kind(StrEnum):
    """What a line of a story is about."""

    SAID = "said"
    """Somebody declared it, acknowledged, declined, or did something about it."""
    WANTED = "wanted"
    """A level was reached, people owe something from now on, or the incident is restricted."""
    OVERDUE = "overdue"
    """The time for something ran out."""
    PAGED = "paged"
    """A page was sent."""
    TOLD = "told"
    """Somebody was reminded of something, or told what they need not come for."""
    DONE = "done"
    """A channel was opened, a message posted, the public told, or a ticket opened."""
    TROUBLE = "trouble"
    """Something was not sent or done, or cannot be, or nobody knows whether it was; told once however often it is."""
    EXHAUSTED = "exhausted"
    """Nobody is left to page, and nobody has acknowledged."""


@frozen(kw_only=True)
class Line:
    """Something that happened: when, to whom or by whom, what, and why."""

    kind: Kind
    at: datetime
    after: timedelta
    """Since the drill began."""
    who: str
    """A person or several; empty if it is about nobody."""
    what: str
    why: str = ""

    @property
    def offset(self) -> str:
        """The time since the drill began, as ``+00:05`` in hours and minutes."""
        return offset(self.after)

    def __str__(self) -> str:
        """All of it in one line of text: what people wrote must not look like lines of the story."""
        said = f"{': '.join(filter(None, (self.who, self.what)))}{f' ({self.why})' if self.why else ''}"
        return f"{self.offset}  {flat(said)}"


def offset(after: timedelta) -> str:
    """A time since the drill began, as ``+00:05`` in hours and minutes."""
    minutes = after // timedelta(minutes=1)
    return f"+{minutes // 60:02}:{minutes % 60:02}"
