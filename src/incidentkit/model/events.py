"""What happened to an incident: one frozen class for each kind of event, and nothing else is ever stored.

Every event has two times. ``at`` is when it happened, which metrics use; ``recorded_at`` is when the log learned of it,
which is never earlier than the event before it in the log. Both are in UTC.

An event checks its own fields, so what a document holds is checked as what a command says; `FieldInvalid` names
the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final, TypeAlias

from attrs import Attribute, evolve, field, fields, frozen
from attrs.validators import optional

from incidentkit.errors import FieldInvalid
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.assessment import Assessment, Value
from incidentkit.model.happening import (
    WRITTEN,
    Happening,
    are_names,
    are_texts,
    copied_labels,
    copied_waivers,
    is_a,
    is_command,
    is_labels,
    is_name,
    is_number,
    is_place,
    is_reason,
    is_reference,
    is_said,
    is_text,
    is_title,
    is_utc,
    is_waivers,
    is_words,
    reason_told,
)
from incidentkit.model.identity import IncidentId, PersonId, checked_name
from incidentkit.model.lifecycle import Effect, Status, consequence
from incidentkit.model.people import Role
from incidentkit.model.run_events import Answered as Answered
from incidentkit.model.run_events import Confirmed as Confirmed
from incidentkit.model.run_events import Held as Held
from incidentkit.model.run_events import HoldLifted as HoldLifted
from incidentkit.model.run_events import RunbookCancelled as RunbookCancelled
from incidentkit.model.run_events import RunbookResumed as RunbookResumed
from incidentkit.model.run_events import RunbookStarted as RunbookStarted
from incidentkit.model.run_events import RunbookUndone as RunbookUndone
from incidentkit.model.run_events import RunEnded as RunEnded
from incidentkit.model.run_events import Skipped as Skipped
from incidentkit.model.run_events import are_values, copied_values
from incidentkit.model.severity import Severity

REDACTED: Final = "[redacted]"
"""What stands where words were taken out."""


@frozen(kw_only=True)
class Declared(Happening):
    """The incident begins."""

    tag: ClassVar[str] = "declared"

    title: str = field(validator=is_title)
    started_at: datetime | None = field(default=None, validator=optional(is_utc))
    """When users began to feel it; `None` if nobody said, and then it counts from the declaration."""
    assessment: Assessment = field(validator=is_a(Assessment))
    chosen: bool = field(default=False, validator=is_a(bool))
    """Whether a person chose the severity."""
    playbook: str = field(default="", validator=is_text)
    number: int | None = field(default=None, validator=optional(is_number))
    """Its number among those that were declared that day, for names that people read; `None` if nobody counted."""
    labels: Mapping[str, str] = field(factory=dict[str, str], converter=copied_labels, validator=is_labels, hash=False)
    """What it is found by later, by name; no redaction takes them out, so nothing that may have to be belongs there."""
    practice: bool = field(default=False, validator=is_a(bool))
    """Whether it was only practised: nothing follows from it any more, whatever somebody says about it."""

    def __str__(self) -> str:
        return f"declared{' for practice' if self.practice else ''}: {self.title} ({self.assessment})"


@frozen(kw_only=True)
class Assessed(Happening):
    """Somebody applied the rules again."""

    tag: ClassVar[str] = "assessed"
    row: ClassVar[str] = "assess"

    assessment: Assessment = field(validator=is_a(Assessment))

    def __str__(self) -> str:
        return f"assessed as {self.assessment}"


@frozen(kw_only=True)
class SeverityChanged(Happening):
    """A person chose another severity."""

    tag: ClassVar[str] = "severity changed"
    row: ClassVar[str] = "change_severity"

    severity: Severity[Any] = field(validator=is_a(Severity))
    reason: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        return f"severity changed to {self.severity}{reason_told(self.reason)}"


@frozen(kw_only=True)
class PlaybookChanged(Happening):
    """It goes on by another playbook, or by another version of its own."""

    tag: ClassVar[str] = "playbook changed"
    row: ClassVar[str] = "change_playbook"

    playbook: str = field(validator=is_reference)
    reason: str = field(validator=is_reason)

    def __str__(self) -> str:
        return f"playbook changed to {self.playbook}{reason_told(self.reason)}"


@frozen(kw_only=True)
class Acknowledged(Happening):
    """A responder has it."""

    tag: ClassVar[str] = "acknowledged"
    row: ClassVar[str] = "acknowledge"

    note: str = field(default="", validator=is_words)


@frozen(kw_only=True)
class Declined(Happening):
    """A responder cannot take it."""

    tag: ClassVar[str] = "declined"
    row: ClassVar[str] = "decline"

    reason: str = field(default="", validator=is_words)


@frozen(kw_only=True)
class Unacknowledged(Happening):
    """A responder does not have it any more."""

    tag: ClassVar[str] = "unacknowledged"
    row: ClassVar[str] = "unacknowledge"

    reason: str = field(default="", validator=is_words)


@frozen(kw_only=True)
class RoleAssigned(Happening):
    """A person plays a part from here on; whoever did so before no longer does."""

    tag: ClassVar[str] = "role assigned"
    row: ClassVar[str] = "assign"

    role: Role = field(validator=is_a(Role))
    to: PersonId = field(validator=is_name)
    handed_over: bool = field(default=False, validator=is_a(bool))
    """Whether somebody who had it passed it on."""

    def __str__(self) -> str:
        return f"{self.role} {'handed over to' if self.handed_over else 'is'} {self.to}"


@frozen(kw_only=True)
class Noted(Happening):
    """Somebody wrote something down."""

    tag: ClassVar[str] = "noted"
    row: ClassVar[str] = "note"

    text: str = field(validator=is_words)


@frozen(kw_only=True)
class Summarized(Happening):
    """There is a new summary that the public may read."""

    tag: ClassVar[str] = "summarized"
    row: ClassVar[str] = "summarize"

    text: str = field(validator=is_words)


@frozen(kw_only=True)
class Updated(Happening):
    """Somebody told those who wait what goes on."""

    tag: ClassVar[str] = "updated"
    row: ClassVar[str] = "update"

    text: str = field(validator=is_said)
    next_steps: str = field(default="", validator=is_words)
    eta: str = field(default="", validator=is_words)
    """When it may be over, in words."""
    public: str = field(default="", validator=is_words)
    """What the public may read of it."""

    def __str__(self) -> str:
        rest = ("next", self.next_steps), ("expected", self.eta), ("for the public", self.public)
        return "; ".join([f"updated: {self.text}", *(f"{name}: {words}" for name, words in rest if words)])


@frozen(kw_only=True)
class Fulfilled(Happening):
    """Somebody said that something which is owed is done."""

    tag: ClassVar[str] = "fulfilled"
    row: ClassVar[str] = "fulfil"

    obligation: str = field(validator=is_name)
    note: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        return f"{self.obligation} is done{f': {self.note}' if self.note else ''}"


@frozen(kw_only=True)
class TakenBack(Happening):
    """Something that was said to be done, or was waived, is owed all the same."""

    tag: ClassVar[str] = "taken back"
    row: ClassVar[str] = "take_back"

    obligation: str = field(validator=is_name)
    reason: str = field(validator=is_reason)

    def __str__(self) -> str:
        return f"{self.obligation} is owed all the same{reason_told(self.reason)}"


@frozen(kw_only=True)
class Waived(Happening):
    """Something that is owed will not be done, on purpose."""

    tag: ClassVar[str] = "waived"
    row: ClassVar[str] = "waive"

    obligation: str = field(validator=is_name)
    reason: str = field(validator=is_reason)

    def __str__(self) -> str:
        return f"{self.obligation} is waived{reason_told(self.reason)}"


@frozen(kw_only=True)
class MitigationStarted(Happening):
    """Work on stopping the effects began."""

    tag: ClassVar[str] = "mitigation started"
    row: ClassVar[str] = "start_mitigation"

    note: str = field(default="", validator=is_words)


@frozen(kw_only=True)
class Mitigated(Happening):
    """Users are served again."""

    tag: ClassVar[str] = "mitigated"
    row: ClassVar[str] = "mitigated"

    note: str = field(default="", validator=is_words)


@frozen(kw_only=True)
class Regressed(Happening):
    """The effects are back."""

    tag: ClassVar[str] = "regressed"
    row: ClassVar[str] = "regressed"

    reason: str = field(validator=is_reason)


@frozen(kw_only=True)
class Resolved(Happening):
    """It is over."""

    tag: ClassVar[str] = "resolved"
    row: ClassVar[str] = "resolve"

    note: str = field(default="", validator=is_words)


@frozen(kw_only=True)
class Reopened(Happening):
    """It was not over; a new generation begins."""

    tag: ClassVar[str] = "reopened"
    row: ClassVar[str] = "reopen"

    reason: str = field(validator=is_reason)


@frozen(kw_only=True)
class Closed(Happening):
    """Nothing is left to do."""

    tag: ClassVar[str] = "closed"
    row: ClassVar[str] = "close"

    waivers: Mapping[str, str] = field(
        factory=dict[str, str], converter=copied_waivers, validator=is_waivers, hash=False
    )
    """What was left undone on purpose, each with the reason."""

    def __str__(self) -> str:
        waived = "; ".join(f"{what}, because {why}" for what, why in self.waivers.items())
        return f"closed without {waived}" if waived else self.tag


@frozen(kw_only=True)
class Cancelled(Happening):
    """It was no incident."""

    tag: ClassVar[str] = "cancelled"
    row: ClassVar[str] = "cancel"

    reason: str = field(validator=is_reason)


@frozen(kw_only=True)
class Merged(Happening):
    """It is the same as another one, which goes on."""

    tag: ClassVar[str] = "merged"
    row: ClassVar[str] = "merge"

    into: IncidentId = field(validator=is_name)

    def __str__(self) -> str:
        return f"merged into {self.into}"


@frozen(kw_only=True)
class Snoozed(Happening):
    """Pages are held until a time."""

    tag: ClassVar[str] = "snoozed"
    row: ClassVar[str] = "snooze"

    until: datetime = field(validator=is_utc)
    reason: str = field(validator=is_reason)

    def __str__(self) -> str:
        return f"snoozed until {self.until:%Y-%m-%d %H:%M}{reason_told(self.reason)}"


@frozen(kw_only=True)
class Escalated(Happening):
    """Somebody brought in a level of the escalation."""

    tag: ClassVar[str] = "escalated"
    row: ClassVar[str] = "escalate"

    level: str = field(validator=is_name)
    reason: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        return f"escalated to {self.level}{reason_told(self.reason)}"


@frozen(kw_only=True)
class Restricted(Happening):
    """Only those who must know may know."""

    tag: ClassVar[str] = "restricted"
    row: ClassVar[str] = "restrict"

    reason: str = field(validator=is_reason)


@frozen(kw_only=True)
class RestrictionLifted(Happening):
    """Everybody may know."""

    tag: ClassVar[str] = "restriction lifted"
    row: ClassVar[str] = "lift_restriction"

    reason: str = field(validator=is_reason)


class LinkKind(StrEnum):
    """What a link leads to."""

    TICKET = "ticket"
    CHANNEL = "channel"
    PRIVATE_CHANNEL = "private channel"
    STATUS_ENTRY = "status entry"
    """An entry on a page that tells the public how things stand."""
    DOCUMENT = "document"


@frozen(kw_only=True)
class Linked(Happening):
    """Something elsewhere belongs to it."""

    tag: ClassVar[str] = "linked"
    row: ClassVar[str] = "link"

    what: LinkKind = field(validator=is_a(LinkKind))
    reference: str = field(validator=is_words)
    url: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        return f"linked the {self.what} {self.reference}{f' ({self.url})' if self.url else ''}"


@frozen(kw_only=True)
class Labelled(Happening):
    """A label has this value from here on.

    No redaction takes it out: what may have to be taken out belongs in no label.
    """

    tag: ClassVar[str] = "labelled"
    row: ClassVar[str] = "label"

    name: str = field(validator=is_name)
    value: str = field(validator=is_name)

    def __str__(self) -> str:
        return f"labelled {self.name}={self.value}"


@frozen(kw_only=True)
class Unlabelled(Happening):
    """A label was removed."""

    tag: ClassVar[str] = "unlabelled"
    row: ClassVar[str] = "unlabel"

    name: str = field(validator=is_name)

    def __str__(self) -> str:
        return f"removed the label {self.name}"


LONGEST_ITEM: Final = 100
"""Characters that the name of an action item may have."""


def is_item_name(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds a name from which an obligation can be called."""
    if len(checked_name(attribute.name, value)) > LONGEST_ITEM:
        raise FieldInvalid(attribute.name, f"an action item is called by {LONGEST_ITEM} characters at the most")


@frozen(kw_only=True)
class ActionItemAdded(Happening):
    """Something is to be done, so that it does not happen again, or does less harm."""

    tag: ClassVar[str] = "action item added"
    row: ClassVar[str] = "add_action_item"

    name: str = field(validator=is_item_name)
    text: str = field(validator=is_said)
    owner: PersonId = field(validator=is_name)
    due: datetime | None = field(default=None, validator=optional(is_utc))

    @property
    def until(self) -> str:
        """By when, in words: of a whole day, its date; empty if that is open."""
        if self.due is None:
            return ""
        end = self.due - timedelta.resolution
        is_midnight = end.date() != self.due.date()
        return f"the end of {end:%Y-%m-%d} UTC" if is_midnight else f"{self.due:%Y-%m-%d %H:%M} UTC"

    def __str__(self) -> str:
        due = f", by {self.until}" if self.due else ""
        return f"action item {self.name} for {self.owner}{due}: {self.text}"


@frozen(kw_only=True)
class StartCorrected(Happening):
    """Users began to feel it at another time than was thought."""

    tag: ClassVar[str] = "start corrected"
    row: ClassVar[str] = "correct_start"

    started_at: datetime = field(validator=is_utc)
    reason: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        return f"it started at {self.started_at:%Y-%m-%d %H:%M:%S}{reason_told(self.reason)}"


@frozen(kw_only=True)
class TimeCorrected(Happening):
    """An event happened at another time than it says."""

    tag: ClassVar[str] = "time corrected"
    row: ClassVar[str] = "correct_time"

    event: int = field(validator=is_place)
    """Its place in the log, counted from 0."""
    happened_at: datetime = field(validator=is_utc)
    reason: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        return f"event {self.event} happened at {self.happened_at:%Y-%m-%d %H:%M:%S}{reason_told(self.reason)}"


@frozen(kw_only=True)
class Redacted(Happening):
    """The words of an event were taken out of the log."""

    tag: ClassVar[str] = "redacted"
    row: ClassVar[str] = "redact"

    event: int = field(validator=is_place)
    """Its place in the log, counted from 0."""
    reason: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        return f"the words of event {self.event} were taken out{reason_told(self.reason)}"


OF_A_GENERATION: Final = frozenset({"acknowledge", "unacknowledge", "decline"})
"""The commands that say nothing of an incident that was reopened since."""


@frozen(kw_only=True)
class Overtaken(Happening):
    """A command came too late, or said what was so already; it changed nothing."""

    tag: ClassVar[str] = "overtaken"

    command: str = field(validator=is_command)
    status: Status = field(validator=is_a(Status))
    """The status that it met."""
    note: str = field(default="", validator=is_words)
    """What its giver wrote: a note, a reason or a text; of a runbook that goes on already, first in which run."""

    def __str__(self) -> str:
        asked = self.command.replace("_", " ")
        return f"{asked!r} changed nothing, because {self._why}{f': {self.note}' if self.note else ''}"

    @property
    def _why(self) -> str:
        if consequence(self.command, self.status) is Effect.OVERTAKEN:
            return f"the incident was {self.status} already"
        earlier = ", or was meant before a reopening" if self.command in OF_A_GENERATION else ""
        return f"that was so already{earlier}"


@frozen(kw_only=True)
class Became(Happening):
    """An obligation of the playbook came into force."""

    tag: ClassVar[str] = "came into force"

    obligation: str = field(validator=is_name)
    instance: str = field(validator=is_name)
    people: tuple[PersonId, ...] = field(default=(), validator=are_names)
    """Whom it is about; fixed here, whoever takes over later."""
    because: str = field(default="", validator=is_text)

    def __str__(self) -> str:
        whom = f" for {', '.join(self.people)}" if self.people else ""
        return f"{self.obligation} came into force{whom}{reason_told(self.because)}"


@frozen(kw_only=True)
class FellDue(Happening):
    """The time of an obligation ran out, and it was not met."""

    tag: ClassVar[str] = "fell due"

    obligation: str = field(validator=is_name)
    instance: str = field(validator=is_name)
    because: str = field(default="", validator=is_text)

    def __str__(self) -> str:
        return f"{self.obligation} is overdue{reason_told(self.because)}"


@frozen(kw_only=True)
class Joined(Happening):
    """An obligation in force is about more people from now on."""

    tag: ClassVar[str] = "joined"

    obligation: str = field(validator=is_name)
    instance: str = field(validator=is_name)
    people: tuple[PersonId, ...] = field(validator=are_names)
    because: str = field(default="", validator=is_text)

    def __str__(self) -> str:
        return f"{self.obligation} is for {', '.join(self.people)} too{reason_told(self.because)}"


@frozen(kw_only=True)
class AcknowledgementExpired(Happening):
    """Somebody who had it was not heard of for so long that it does not count any more."""

    tag: ClassVar[str] = "acknowledgement expired"

    person: PersonId = field(validator=is_name)
    because: str = field(default="", validator=is_text)

    def __str__(self) -> str:
        return f"the acknowledgement of {self.person} expired{reason_told(self.because)}"


@frozen(kw_only=True)
class ActionStarted(Happening):
    """A desk began to try an action, and nobody else does so until the lease ends."""

    tag: ClassVar[str] = "action started"

    action: ActionKey = field(validator=is_a(ActionKey))
    lease_until: datetime = field(validator=is_utc)
    because: str = field(default="", validator=is_text)

    def __str__(self) -> str:
        return f"trying {self.action}{reason_told(self.because)}"


@frozen(kw_only=True)
class ActionEnded(Happening):
    """What came of trying an action."""

    tag: ClassVar[str] = "action ended"

    action: ActionKey = field(validator=is_a(ActionKey))
    outcome: Outcome = field(validator=is_a(Outcome))
    problem: str = field(default="", validator=is_text)
    """What went wrong, without addresses or secrets."""
    reference: str = field(default="", validator=is_text)
    """What the provider calls what it did."""
    retry_at: datetime | None = field(default=None, validator=optional(is_utc))
    """Before when the provider wants no other try."""
    found: tuple[PersonId, ...] = field(default=(), validator=are_names)
    """Whom an on-call system named; the directory need not know them."""
    opened: LinkKind | None = field(default=None, validator=optional(is_a(LinkKind)))
    """What it opened, which belongs to the incident from then on under that reference."""
    url: str = field(default="", validator=is_text)
    """Where a person can look at it."""
    readings: Mapping[str, Value] = field(
        factory=dict[str, Value], converter=copied_values, validator=are_values, hash=False
    )
    """What a tool answered, by what the answer calls it."""
    former: tuple[str, ...] | None = field(default=None, validator=optional(are_texts))
    """What a tool says was so before, by which it is undone; `None` if it does not say."""
    evidence: str = field(default="", validator=is_text)
    """The SHA-256 of what a tool said, which is kept as evidence; empty if nothing is kept."""

    def __str__(self) -> str:
        read = ", ".join(f"{name}={value}" for name, value in self.readings.items())
        named = f" and named {', '.join(self.found)}" if self.found else ""
        answered = f" with {read}" if read else ""
        return f"{self.action} {self.outcome}{named}{answered}{f': {self.problem}' if self.problem else ''}"


@frozen(kw_only=True)
class TakenOver(Happening):
    """A desk that does not have the playbook of the incident goes by another one."""

    tag: ClassVar[str] = "taken over"

    playbook: str = field(validator=is_reference)
    """The one that takes over."""
    missing: str = field(validator=is_text)
    """The one that the incident has, and the desk has not."""
    because: str = field(default="", validator=is_text)
    """Why the desk does not go by it, if it found it."""

    def __str__(self) -> str:
        why = f"by which {self.by} cannot go: {self.because}" if self.because else f"which {self.by} does not have"
        return f"{self.playbook} takes over for {self.missing}, {why}"


Event: TypeAlias = (
    Declared
    | Assessed
    | SeverityChanged
    | PlaybookChanged
    | Acknowledged
    | Declined
    | Unacknowledged
    | RoleAssigned
    | Noted
    | Summarized
    | Updated
    | Fulfilled
    | TakenBack
    | Waived
    | MitigationStarted
    | Mitigated
    | Regressed
    | Resolved
    | Reopened
    | Closed
    | Cancelled
    | Merged
    | Snoozed
    | Escalated
    | Restricted
    | RestrictionLifted
    | Linked
    | Labelled
    | Unlabelled
    | ActionItemAdded
    | StartCorrected
    | TimeCorrected
    | Redacted
    | RunbookStarted
    | RunbookCancelled
    | RunbookResumed
    | RunbookUndone
    | Confirmed
    | Answered
    | Held
    | HoldLifted
    | Overtaken
    | Became
    | FellDue
    | Joined
    | AcknowledgementExpired
    | Skipped
    | RunEnded
    | ActionStarted
    | ActionEnded
    | TakenOver
)
"""Everything that can happen to an incident."""

Decision: TypeAlias = Became | FellDue | Joined | AcknowledgementExpired | Skipped | RunEnded
"""What a desk only writes down: it has become true by the playbook, and nobody did it."""


def written(event: Event) -> Iterator[str]:
    """Everything that people wrote in an event."""
    for each in fields(type(event)):
        if each.validator in WRITTEN:
            value: str | Mapping[str, str] = getattr(event, each.name)
            yield from (value,) if isinstance(value, str) else (*value, *value.values())


def wordless(event: Event) -> Event:
    """The event without anything that people wrote in it."""
    taken = {
        each.name: _taken_out(getattr(event, each.name)) for each in fields(type(event)) if each.validator in WRITTEN
    }
    return evolve(event, **taken)


def _taken_out(words: Any) -> Any:
    if isinstance(words, str):
        return REDACTED if words else ""
    return {f"{REDACTED} {number}": REDACTED for number in range(1, len(words) + 1)}
