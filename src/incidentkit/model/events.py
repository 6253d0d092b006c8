"""What happened to an incident: one frozen class for each kind of event, and nothing else is ever stored.

Every event has two times. ``at`` is when it happened, which metrics use; ``recorded_at`` is when the log learned of it,
which is never earlier than the event before it in the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

from attrs import field, frozen

from incidentkit.errors import CommandInvalid
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.model.lifecycle import Status
from incidentkit.model.people import Role
from incidentkit.model.severity import Severity

Value: TypeAlias = bool | int | float | str | timedelta
"""What was known of a fact, as an event keeps it; a severity by its key, a clock by what it showed."""

REDACTED = "[redacted]"
"""What stands where words were taken out."""


def words(default: str | None = None) -> Any:
    """A field for what people wrote, which a redaction takes out."""
    metadata = {"words": True}
    return field(metadata=metadata) if default is None else field(default=default, metadata=metadata)


@frozen(kw_only=True)
class Happening:
    """What every event has."""

    tag: ClassVar[str]
    """What documents call this kind of event."""

    incident: IncidentId
    at: datetime
    by: PersonId
    recorded_at: datetime


@frozen(kw_only=True)
class Assessment:
    """What a triage said, as an event keeps it: enough to explain it without the rules."""

    severity: Severity[Any]
    possible: tuple[Severity[Any], ...]
    """Worst first; one alone is certain."""
    facts: Mapping[str, Value] = field(factory=dict[str, Value])
    because: str = ""
    """The rule that decided, in words; empty while several might."""

    def __attrs_post_init__(self) -> None:
        if not self.possible or self.severity != max(self.possible):
            raise CommandInvalid(f"the severity of an assessment is the worst of those possible, not {self.severity}")


@frozen(kw_only=True)
class Declared(Happening):
    """The incident begins."""

    tag: ClassVar[str] = "declared"

    title: str = words()
    started_at: datetime | None = None
    """When users began to feel it; `None` if nobody said, and then it counts from the declaration."""
    assessment: Assessment
    chosen: bool = False
    """Whether a person chose the severity."""
    playbook: str = ""


@frozen(kw_only=True)
class Assessed(Happening):
    """Somebody applied the rules again."""

    tag: ClassVar[str] = "assessed"

    assessment: Assessment


@frozen(kw_only=True)
class SeverityChanged(Happening):
    """A person chose another severity."""

    tag: ClassVar[str] = "severity changed"

    severity: Severity[Any]
    reason: str = words("")


@frozen(kw_only=True)
class Acknowledged(Happening):
    """A responder has it."""

    tag: ClassVar[str] = "acknowledged"

    note: str = words("")


@frozen(kw_only=True)
class Declined(Happening):
    """A responder cannot take it."""

    tag: ClassVar[str] = "declined"

    reason: str = words("")


@frozen(kw_only=True)
class Unacknowledged(Happening):
    """A responder does not have it any more."""

    tag: ClassVar[str] = "unacknowledged"

    reason: str = words("")


@frozen(kw_only=True)
class RoleAssigned(Happening):
    """A person plays a part from here on; whoever did so before no longer does."""

    tag: ClassVar[str] = "role assigned"

    role: Role
    to: PersonId
    handed_over: bool = False
    """Whether the one before handed it over."""


@frozen(kw_only=True)
class Noted(Happening):
    """Somebody wrote something down."""

    tag: ClassVar[str] = "noted"

    text: str = words()


@frozen(kw_only=True)
class Summarized(Happening):
    """There is a new summary that the public may read."""

    tag: ClassVar[str] = "summarized"

    text: str = words()


@frozen(kw_only=True)
class MitigationStarted(Happening):
    """Work on stopping the effects began."""

    tag: ClassVar[str] = "mitigation started"

    note: str = words("")


@frozen(kw_only=True)
class Mitigated(Happening):
    """Users are served again."""

    tag: ClassVar[str] = "mitigated"

    note: str = words("")


@frozen(kw_only=True)
class Regressed(Happening):
    """The effects are back."""

    tag: ClassVar[str] = "regressed"

    reason: str = words()


@frozen(kw_only=True)
class Resolved(Happening):
    """It is over."""

    tag: ClassVar[str] = "resolved"

    note: str = words("")


@frozen(kw_only=True)
class Reopened(Happening):
    """It was not over; a new generation begins."""

    tag: ClassVar[str] = "reopened"

    reason: str = words()


@frozen(kw_only=True)
class Closed(Happening):
    """Nothing is left to do."""

    tag: ClassVar[str] = "closed"

    waivers: Mapping[str, str] = field(factory=dict[str, str], metadata={"words": True})
    """What was left undone on purpose, each with the reason."""


@frozen(kw_only=True)
class Cancelled(Happening):
    """It was no incident."""

    tag: ClassVar[str] = "cancelled"

    reason: str = words()


@frozen(kw_only=True)
class Merged(Happening):
    """It is the same as another one, which goes on."""

    tag: ClassVar[str] = "merged"

    into: IncidentId


@frozen(kw_only=True)
class Snoozed(Happening):
    """Pages are held until a time."""

    tag: ClassVar[str] = "snoozed"

    until: datetime
    reason: str = words()


@frozen(kw_only=True)
class Restricted(Happening):
    """Only those who must know may know."""

    tag: ClassVar[str] = "restricted"

    reason: str = words()


@frozen(kw_only=True)
class RestrictionLifted(Happening):
    """Everybody may know."""

    tag: ClassVar[str] = "restriction lifted"

    reason: str = words()


class LinkKind(StrEnum):
    """What a link leads to."""

    TICKET = "ticket"
    CHANNEL = "channel"
    DOCUMENT = "document"


@frozen(kw_only=True)
class Linked(Happening):
    """Something elsewhere belongs to it."""

    tag: ClassVar[str] = "linked"

    what: LinkKind
    reference: str = words()
    url: str = words("")


@frozen(kw_only=True)
class StartCorrected(Happening):
    """Users began to feel it at another time than was thought."""

    tag: ClassVar[str] = "start corrected"

    started_at: datetime
    reason: str = words("")


@frozen(kw_only=True)
class TimeCorrected(Happening):
    """An event happened at another time than it says."""

    tag: ClassVar[str] = "time corrected"

    event: int
    """Its place in the log, counted from 0."""
    happened_at: datetime
    reason: str = words("")


@frozen(kw_only=True)
class Redacted(Happening):
    """The words of an event were taken out of the log."""

    tag: ClassVar[str] = "redacted"

    event: int
    """Its place in the log, counted from 0."""
    reason: str = words("")


@frozen(kw_only=True)
class Overtaken(Happening):
    """A command came too late, or said what was so already; it changed nothing."""

    tag: ClassVar[str] = "overtaken"

    command: str
    status: Status
    """The status that it met."""
    note: str = words("")
    """What its giver wrote: a note, a reason or a text."""


Event: TypeAlias = (
    Declared
    | Assessed
    | SeverityChanged
    | Acknowledged
    | Declined
    | Unacknowledged
    | RoleAssigned
    | Noted
    | Summarized
    | MitigationStarted
    | Mitigated
    | Regressed
    | Resolved
    | Reopened
    | Closed
    | Cancelled
    | Merged
    | Snoozed
    | Restricted
    | RestrictionLifted
    | Linked
    | StartCorrected
    | TimeCorrected
    | Redacted
    | Overtaken
)
"""Everything that can happen to an incident."""
