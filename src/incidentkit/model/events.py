"""What happened to an incident: one frozen class for each kind of event, and nothing else is ever stored.

Every event has two times. ``at`` is when it happened, which metrics use; ``recorded_at`` is when the log learned of it,
which is never earlier than the event before it in the log. Both are in UTC.

An event checks its own fields, so what a document holds is checked as what a command says; `FieldInvalid` names
the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import Any, ClassVar, Final, TypeAlias, cast

from attrs import Attribute, evolve, field, fields, frozen
from attrs.validators import optional

from incidentkit.errors import FieldInvalid, shown
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.assessment import Assessment
from incidentkit.model.identity import IncidentId, PersonId, checked_name, checked_text, checked_title
from incidentkit.model.lifecycle import TABLE, Effect, Status, consequence
from incidentkit.model.people import Role
from incidentkit.model.severity import Severity

REDACTED = "[redacted]"
"""What stands where words were taken out."""

MOST_LABELS: Final = 100
"""Labels that an incident may have."""


def is_name(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds an identifier."""
    checked_name(attribute.name, value)


def are_names(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds identifiers."""
    if not isinstance(value, tuple):
        raise FieldInvalid(attribute.name, f"names stand in a tuple, not in {shown(value)}")
    for each in cast(tuple[object, ...], value):
        checked_name(attribute.name, each)


def is_text(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds text that is not about the incident."""
    checked_text(attribute.name, value)


def is_words(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds what people wrote, which a redaction takes out."""
    checked_text(attribute.name, value)


def is_title(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds what people call the incident."""
    checked_title(attribute.name, value)


def is_reason(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds words that must be there."""
    if not checked_text(attribute.name, value).strip():
        raise FieldInvalid(attribute.name, f"say why: '{event.tag}' needs a reason")


def is_said(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds what people wrote, and they wrote something."""
    if not checked_text(attribute.name, value).strip():
        raise FieldInvalid(attribute.name, f"say something: '{event.tag}' has no words")


def is_reference(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field refers to something, such as a playbook."""
    if not checked_text(attribute.name, value).strip():
        raise FieldInvalid(attribute.name, "name it by its reference, such as 'emergency@0123456789ab'")


def is_waivers(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds words by words, none of them empty."""
    for what, why in cast(Mapping[object, object], value).items():
        checked_text(attribute.name, what)
        if not checked_text(attribute.name, why).strip():
            raise FieldInvalid(attribute.name, f"{shown(what)} is waived without a reason")


def is_labels(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds names by name, as many as an incident may have."""
    labels = cast(Mapping[object, object], value)
    if len(labels) > MOST_LABELS:
        raise FieldInvalid(attribute.name, f"an incident has {MOST_LABELS} at the most, not {len(labels)}")
    for name, text in labels.items():
        try:
            checked_name(attribute.name, name)
            checked_name(attribute.name, text)
        except FieldInvalid as error:
            raise FieldInvalid(attribute.name, f"{shown(name)}={shown(text)}: {error.problem}") from None


WRITTEN: Final = frozenset({is_words, is_title, is_reason, is_said, is_waivers})
"""The checks of fields that hold what people wrote."""


def copied_waivers(waivers: Mapping[str, str]) -> dict[str, str]:
    """A copy that the giver cannot change any more; `FieldInvalid` for what is no mapping."""
    return _copied("waivers", waivers, "waivers are reasons by what is waived")


def copied_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """A copy that the giver cannot change any more; `FieldInvalid` for what is no mapping."""
    return _copied("labels", labels, "labels are values by name")


def _copied(what: str, table: Mapping[str, str], expected: str) -> dict[str, str]:
    try:
        return dict(table)
    except (TypeError, ValueError):
        raise FieldInvalid(what, f"{expected}, not {shown(table)}") from None


def is_utc(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds a moment in UTC."""
    if not isinstance(value, datetime) or value.tzinfo is not UTC:
        raise FieldInvalid(attribute.name, f"a time is kept in UTC, as moment.astimezone(UTC), not {shown(value)}")


def is_command(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds what the table of the lifecycle calls a command."""
    if not isinstance(value, str) or value not in TABLE:
        raise FieldInvalid(attribute.name, f"no command is called {shown(value)}")


def is_place(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds the place of an event in its log, counted from 0."""
    if type(value) is not int or value < 0:
        raise FieldInvalid(attribute.name, f"events are counted from 0, and {shown(value)} is the place of none")


def is_number(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds a number of a series."""
    if type(value) is not int or value < 1:
        raise FieldInvalid(attribute.name, f"a series is counted from 1, and {shown(value)} is no number of it")


def is_a(expected: type) -> Any:
    """The field holds a value of that class."""

    def check(event: object, attribute: Attribute[Any], value: object) -> None:
        if not isinstance(value, expected):
            choice = f"; there are {', '.join(map(str, expected))}" if issubclass(expected, Enum) else ""
            raise FieldInvalid(attribute.name, f"{shown(value)} is no {expected.__name__}{choice}")

    return check


def _because(reason: str) -> str:
    return f", because {reason}" if reason else ""


@frozen(kw_only=True)
class Happening:
    """What every event has."""

    tag: ClassVar[str]
    """What documents call this kind of event."""
    row: ClassVar[str] = ""
    """The row of the lifecycle's table that it follows: the command that it comes from; empty if it comes from none."""

    incident: IncidentId = field(validator=is_name)
    at: datetime = field(validator=is_utc)
    by: PersonId = field(validator=is_name)
    recorded_at: datetime = field(validator=is_utc)

    def __str__(self) -> str:
        """What happened, for people; what they wrote stands in it as they wrote it."""
        said = next((getattr(self, name) for name in ("note", "reason", "text") if getattr(self, name, "")), "")
        return f"{self.tag}: {said}" if said else self.tag


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
        return f"severity changed to {self.severity}{_because(self.reason)}"


@frozen(kw_only=True)
class PlaybookChanged(Happening):
    """It goes on by another playbook, or by another version of its own."""

    tag: ClassVar[str] = "playbook changed"
    row: ClassVar[str] = "change_playbook"

    playbook: str = field(validator=is_reference)
    reason: str = field(validator=is_reason)

    def __str__(self) -> str:
        return f"playbook changed to {self.playbook}{_because(self.reason)}"


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
        return f"{self.obligation} is owed all the same{_because(self.reason)}"


@frozen(kw_only=True)
class Waived(Happening):
    """Something that is owed will not be done, on purpose."""

    tag: ClassVar[str] = "waived"
    row: ClassVar[str] = "waive"

    obligation: str = field(validator=is_name)
    reason: str = field(validator=is_reason)

    def __str__(self) -> str:
        return f"{self.obligation} is waived{_because(self.reason)}"


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
        return f"snoozed until {self.until:%Y-%m-%d %H:%M}{_because(self.reason)}"


@frozen(kw_only=True)
class Escalated(Happening):
    """Somebody brought in a level of the escalation."""

    tag: ClassVar[str] = "escalated"
    row: ClassVar[str] = "escalate"

    level: str = field(validator=is_name)
    reason: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        return f"escalated to {self.level}{_because(self.reason)}"


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


@frozen(kw_only=True)
class StartCorrected(Happening):
    """Users began to feel it at another time than was thought."""

    tag: ClassVar[str] = "start corrected"
    row: ClassVar[str] = "correct_start"

    started_at: datetime = field(validator=is_utc)
    reason: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        return f"it started at {self.started_at:%Y-%m-%d %H:%M:%S}{_because(self.reason)}"


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
        return f"event {self.event} happened at {self.happened_at:%Y-%m-%d %H:%M:%S}{_because(self.reason)}"


@frozen(kw_only=True)
class Redacted(Happening):
    """The words of an event were taken out of the log."""

    tag: ClassVar[str] = "redacted"
    row: ClassVar[str] = "redact"

    event: int = field(validator=is_place)
    """Its place in the log, counted from 0."""
    reason: str = field(default="", validator=is_words)

    def __str__(self) -> str:
        return f"the words of event {self.event} were taken out{_because(self.reason)}"


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
    """What its giver wrote: a note, a reason or a text."""

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
        return f"{self.obligation} came into force{whom}{_because(self.because)}"


@frozen(kw_only=True)
class FellDue(Happening):
    """The time of an obligation ran out, and it was not met."""

    tag: ClassVar[str] = "fell due"

    obligation: str = field(validator=is_name)
    instance: str = field(validator=is_name)
    because: str = field(default="", validator=is_text)

    def __str__(self) -> str:
        return f"{self.obligation} is overdue{_because(self.because)}"


@frozen(kw_only=True)
class Joined(Happening):
    """An obligation in force is about more people from now on."""

    tag: ClassVar[str] = "joined"

    obligation: str = field(validator=is_name)
    instance: str = field(validator=is_name)
    people: tuple[PersonId, ...] = field(validator=are_names)
    because: str = field(default="", validator=is_text)

    def __str__(self) -> str:
        return f"{self.obligation} is for {', '.join(self.people)} too{_because(self.because)}"


@frozen(kw_only=True)
class AcknowledgementExpired(Happening):
    """Somebody who had it was not heard of for so long that it does not count any more."""

    tag: ClassVar[str] = "acknowledgement expired"

    person: PersonId = field(validator=is_name)
    because: str = field(default="", validator=is_text)

    def __str__(self) -> str:
        return f"the acknowledgement of {self.person} expired{_because(self.because)}"


@frozen(kw_only=True)
class ActionStarted(Happening):
    """A desk began to try an action, and nobody else does so until the lease ends."""

    tag: ClassVar[str] = "action started"

    action: ActionKey = field(validator=is_a(ActionKey))
    lease_until: datetime = field(validator=is_utc)
    because: str = field(default="", validator=is_text)

    def __str__(self) -> str:
        return f"trying {self.action}{_because(self.because)}"


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

    def __str__(self) -> str:
        named = f" and named {', '.join(self.found)}" if self.found else ""
        return f"{self.action} {self.outcome}{named}{f': {self.problem}' if self.problem else ''}"


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
    | StartCorrected
    | TimeCorrected
    | Redacted
    | Overtaken
    | Became
    | FellDue
    | Joined
    | AcknowledgementExpired
    | ActionStarted
    | ActionEnded
    | TakenOver
)
"""Everything that can happen to an incident."""

Decision: TypeAlias = Became | FellDue | Joined | AcknowledgementExpired
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
