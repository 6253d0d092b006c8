"""What a scripted person does about an incident, from "I have it" to closing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen

from incidentkit.errors import DrillInvalid, expect, several
from incidentkit.model.commands import Assign, Command, Mitigate, Resolve, StartMitigation, Update
from incidentkit.model.durations import duration_text
from incidentkit.model.people import Role

LONGEST: Final = timedelta(days=365)
"""How long a drill may take, and anything that people do in it: longer is a slip."""


def check_after(does: str, after: timedelta) -> None:
    """Refuse what no person does: ``does`` says what it would be."""
    if expect(timedelta, after, DrillInvalid, f"{does} after a timedelta") < timedelta():
        raise DrillInvalid(f"{does} after no time or more, not after {duration_text(after)}")
    if after > LONGEST:
        raise DrillInvalid(f"{does} within a year, not after {duration_text(after)}")


@frozen(kw_only=True)
class Written:
    """An update that somebody writes: how long after they have it, and in which words."""

    after: timedelta
    text: str
    """What was done, and what is known."""
    next_steps: str = ""
    eta: str = ""
    """When it may be over, in words."""
    public: str = ""
    """What the public may read of it."""

    def __attrs_post_init__(self) -> None:
        check_after("an update comes", self.after)

    def command(self, since: datetime, by: str) -> Update:
        """What the person asks of the incident who has it since that moment."""
        at = since + self.after
        return Update(self.text, at=at, by=by, next_steps=self.next_steps, eta=self.eta, public=self.public)


def _updates(updates: Iterable[Written]) -> tuple[Written, ...]:
    words = "the updates of work are a list of Written"
    return tuple(expect(Written, each, DrillInvalid, words) for each in several(updates, DrillInvalid, words))


TIMES: Final = ("command", "start_mitigation", "mitigated", "resolve", "fulfil", "review", "close")
"""The fields of `Work` that say after how long."""


@frozen(kw_only=True)
class Work:
    """What the first person who acknowledges does then, each so long after; `None` for never."""

    command: timedelta | None = None
    """Takes the role of incident commander."""
    start_mitigation: timedelta | None = None
    mitigated: timedelta | None = None
    resolve: timedelta | None = None
    resolution: str = ""
    """What fixed it, in words for those who were told of it."""
    updates: tuple[Written, ...] = field(default=(), converter=_updates)
    """What those who wait read."""
    fulfil: timedelta | None = None
    """Does what is owed and what only the word of a person shows, each so long after it is, but for the review."""
    review: timedelta | None = None
    """Holds the review."""
    close: timedelta | None = None
    """Closes it, or as soon after that as nothing is owed that keeps it open."""
    waives: str = ""
    """The reason for which the person closes it though something is owed; empty to leave it open then."""

    def __attrs_post_init__(self) -> None:
        for name in TIMES:
            after: timedelta | None = getattr(self, name)
            if after is not None:
                check_after(f"{name} comes", after)
        expect(str, self.waives, DrillInvalid, "why something is waived is text")
        expect(str, self.resolution, DrillInvalid, "a resolution is text")

    def commands(self, since: datetime, by: str) -> Iterator[Command]:
        """What a person asks of the incident who has it since that moment, whatever else happens."""
        if self.command is not None:
            yield Assign(Role.COMMANDER, to=by, at=since + self.command, by=by)
        if self.start_mitigation is not None:
            yield StartMitigation(at=since + self.start_mitigation, by=by)
        if self.mitigated is not None:
            yield Mitigate(at=since + self.mitigated, by=by)
        if self.resolve is not None:
            yield Resolve(at=since + self.resolve, note=self.resolution, by=by)
        yield from (each.command(since, by) for each in self.updates)
