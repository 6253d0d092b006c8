"""What people and machines ask of an incident: one frozen class for each command.

A command says when it was meant (``at``) and by whom (``by``). One that was decided on what somebody saw may carry the
version it was ``based_on``; if the incident has moved on since, it is refused rather than misunderstood. A time without
a zone is `FieldInvalid` at once; whether the rest makes sense is seen when the command is applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

from attrs import Attribute, field, frozen
from attrs.validators import optional

from incidentkit.errors import FieldInvalid, shown
from incidentkit.model.assessment import Assessment, Value, assessed
from incidentkit.model.events import LinkKind
from incidentkit.model.happening import copied_waivers
from incidentkit.model.identity import moment, reference_of
from incidentkit.model.people import Role
from incidentkit.model.run_events import copied_values
from incidentkit.model.severity import Severity
from incidentkit.text.printed import PrintedAsCall


def is_aware(command: Asking, attribute: Attribute[Any], value: object) -> None:
    """The field holds a moment with a time zone."""
    moment(attribute.name, value)


def _row(names: Iterable[str]) -> tuple[str, ...]:
    try:
        return (names,) if isinstance(names, str) else tuple(names)
    except TypeError:
        raise FieldInvalid("by_hand", f"names of steps stand in a list, not in {shown(names)}") from None


@frozen(kw_only=True)
class Asking(PrintedAsCall):
    """What every command has."""

    tag: ClassVar[str]
    """What the table of the lifecycle calls it."""

    at: datetime = field(validator=is_aware)
    by: str
    based_on: int | None = None
    """The version that the incident had when this was decided; `None` if that does not matter."""


@frozen
class Assess(Asking):
    """Take a triage as the latest word on severity: it raises at once, and lowers only what was never certain."""

    tag: ClassVar[str] = "assess"

    assessment: Assessment = field(converter=assessed)
    """Given as a triage, of which this is what the log keeps."""


@frozen
class ChangeSeverity(Asking):
    """Set the severity by hand; lowering it takes a reason."""

    tag: ClassVar[str] = "change_severity"

    severity: Severity[Any]
    reason: str = field(default="", kw_only=True)


@frozen
class ChangePlaybook(Asking):
    """Move it to another playbook, or to another version of its own."""

    tag: ClassVar[str] = "change_playbook"

    playbook: str = field(converter=reference_of)
    """Given as a playbook, or as its reference, which is what the log keeps."""
    reason: str = field(kw_only=True)


@frozen
class Acknowledge(Asking):
    """Say "I have it"."""

    tag: ClassVar[str] = "acknowledge"

    note: str = field(default="", kw_only=True)


@frozen
class Decline(Asking):
    """Say "I cannot take it"."""

    tag: ClassVar[str] = "decline"

    reason: str = field(default="", kw_only=True)


@frozen
class Unacknowledge(Asking):
    """Take an acknowledgement back."""

    tag: ClassVar[str] = "unacknowledge"

    reason: str = field(default="", kw_only=True)


@frozen
class Assign(Asking):
    """Give a person a role."""

    tag: ClassVar[str] = "assign"

    role: Role
    to: str = field(kw_only=True)


@frozen
class HandOver(Asking):
    """Pass a role on; whoever had it, though nobody wrote that down, may do so too."""

    tag: ClassVar[str] = "hand_over"

    role: Role
    to: str = field(kw_only=True)


@frozen
class Note(Asking):
    """Write something down."""

    tag: ClassVar[str] = "note"

    text: str


@frozen
class Summarize(Asking):
    """Write what the public may read."""

    tag: ClassVar[str] = "summarize"

    text: str


@frozen
class Update(Asking):
    """Tell those who wait what goes on, in words of a person."""

    tag: ClassVar[str] = "update"

    text: str
    """What was done, and what is known."""
    next_steps: str = field(default="", kw_only=True)
    eta: str = field(default="", kw_only=True)
    """When it may be over, in words; empty if that is not known."""
    public: str = field(default="", kw_only=True)
    """What the public may read of it, which is the summary from then on; empty for nothing new."""


@frozen
class Fulfil(Asking):
    """Say that something which is owed is done."""

    tag: ClassVar[str] = "fulfil"

    obligation: str
    note: str = field(default="", kw_only=True)


@frozen
class TakeBack(Asking):
    """Say that something which was said to be done, or waived, is owed all the same."""

    tag: ClassVar[str] = "take_back"

    obligation: str
    reason: str = field(kw_only=True)


@frozen
class Waive(Asking):
    """Say that something which is owed will not be done, and why."""

    tag: ClassVar[str] = "waive"

    obligation: str
    reason: str = field(kw_only=True)


@frozen
class StartMitigation(Asking):
    """Begin to stop the effects."""

    tag: ClassVar[str] = "start_mitigation"

    note: str = field(default="", kw_only=True)


@frozen
class Mitigate(Asking):
    """Say that users are served again."""

    tag: ClassVar[str] = "mitigated"

    note: str = field(default="", kw_only=True)


@frozen
class Regress(Asking):
    """Say that the effects are back."""

    tag: ClassVar[str] = "regressed"

    reason: str = field(kw_only=True)


@frozen
class Resolve(Asking):
    """Say that it is over."""

    tag: ClassVar[str] = "resolve"

    note: str = field(default="", kw_only=True)


@frozen
class Reopen(Asking):
    """Say that it was not over."""

    tag: ClassVar[str] = "reopen"

    reason: str = field(kw_only=True)


@frozen
class Close(Asking):
    """Say that nothing is left to do; what is left undone on purpose is waived, each with a reason."""

    tag: ClassVar[str] = "close"

    waivers: Mapping[str, str] = field(factory=dict[str, str], kw_only=True, converter=copied_waivers, hash=False)


@frozen
class Cancel(Asking):
    """Say that it was no incident."""

    tag: ClassVar[str] = "cancel"

    reason: str = field(kw_only=True)


@frozen
class Merge(Asking):
    """Say that it is the same as another one."""

    tag: ClassVar[str] = "merge"

    into: str = field(kw_only=True)


@frozen
class Snooze(Asking):
    """Hold pages until a time."""

    tag: ClassVar[str] = "snooze"

    until: datetime = field(kw_only=True, validator=is_aware)
    reason: str = field(kw_only=True)


@frozen
class Escalate(Asking):
    """Bring in a level of the escalation now, whatever it waits for; once it was reached, page its people again.

    But those who have it, and those who declined.
    """

    tag: ClassVar[str] = "escalate"

    level: str
    reason: str = field(default="", kw_only=True)


@frozen
class Restrict(Asking):
    """Let only those know who must."""

    tag: ClassVar[str] = "restrict"

    reason: str = field(kw_only=True)


@frozen
class LiftRestriction(Asking):
    """Let everybody know again."""

    tag: ClassVar[str] = "lift_restriction"

    reason: str = field(kw_only=True)


@frozen
class Link(Asking):
    """Tie a ticket, a channel or a document to it."""

    tag: ClassVar[str] = "link"

    what: LinkKind
    reference: str
    url: str = field(default="", kw_only=True)


@frozen
class Label(Asking):
    """Set a label by which it is found later, in place of an earlier value.

    Name and value are names: a service, a team, a region. No redaction takes them out, so what may have to be taken
    out, such as whom it is about, belongs in no label.
    """

    tag: ClassVar[str] = "label"

    name: str
    value: str


@frozen
class Unlabel(Asking):
    """Remove a label."""

    tag: ClassVar[str] = "unlabel"

    name: str


@frozen
class AddActionItem(Asking):
    """Say that something will be done, so that it does not happen again; its owner owes it from then on."""

    tag: ClassVar[str] = "add_action_item"

    name: str
    """What it is called among the action items of the incident."""
    text: str
    """What will be done."""
    owner: str
    """The person who does it."""
    due: datetime | None = field(default=None, kw_only=True, validator=optional(is_aware))


@frozen
class CorrectStart(Asking):
    """Say when users really began to feel it."""

    tag: ClassVar[str] = "correct_start"

    started_at: datetime = field(validator=is_aware)
    reason: str = field(default="", kw_only=True)


@frozen
class CorrectTime(Asking):
    """Say when an event of the log really happened."""

    tag: ClassVar[str] = "correct_time"

    event: int
    happened_at: datetime = field(kw_only=True, validator=is_aware)
    reason: str = field(default="", kw_only=True)


@frozen
class Redact(Asking):
    """Take the words of an event out of the log."""

    tag: ClassVar[str] = "redact"

    event: int
    reason: str = field(default="", kw_only=True)


@frozen
class StartRunbook(Asking):
    """Begin to go through a runbook of the playbook."""

    tag: ClassVar[str] = "start_runbook"

    runbook: str
    parameters: Mapping[str, Value] = field(factory=dict[str, Value], kw_only=True, converter=copied_values, hash=False)
    by_hand: tuple[str, ...] = field(default=(), kw_only=True, converter=_row)
    """The steps that people do, though a tool could."""
    note: str = field(default="", kw_only=True)


@frozen
class CancelRunbook(Asking):
    """Stop a run: no further step of it is begun, and none undone that was to be undone by then."""

    tag: ClassVar[str] = "cancel_runbook"

    run: str
    """What the log calls it, such as ``failover #1``."""
    reason: str = field(kw_only=True)


@frozen
class ResumeRunbook(Asking):
    """Go on with a run that was stopped, where it was."""

    tag: ClassVar[str] = "resume_runbook"

    run: str
    reason: str = field(default="", kw_only=True)


@frozen
class UndoRunbook(Asking):
    """Undo what a run did, the latest first, or one step of it; nothing more of it is done then."""

    tag: ClassVar[str] = "undo_runbook"

    run: str
    step: str = field(default="", kw_only=True)
    """Which step; empty for all of them."""
    reason: str = field(kw_only=True)


@frozen
class Confirm(Asking):
    """Say that a step of a run may be tried, this once."""

    tag: ClassVar[str] = "confirm"

    run: str
    step: str
    attempt: int = field(default=1, kw_only=True)
    """Which try of the step is meant, counted from 1: one more than were made."""
    note: str = field(default="", kw_only=True)


@frozen
class Answer(Asking):
    """Answer what a run has to know, such as whether a restart is safe."""

    tag: ClassVar[str] = "answer"

    run: str
    fact: str
    value: Value
    note: str = field(default="", kw_only=True)


@frozen
class Hold(Asking):
    """Let nothing be destroyed that shows what happened."""

    tag: ClassVar[str] = "hold"

    reason: str = field(kw_only=True)


@frozen
class LiftHold(Asking):
    """Say that what shows what happened need not be kept any longer."""

    tag: ClassVar[str] = "lift_hold"

    reason: str = field(kw_only=True)


Command: TypeAlias = (
    Assess
    | ChangeSeverity
    | ChangePlaybook
    | Acknowledge
    | Decline
    | Unacknowledge
    | Assign
    | HandOver
    | Note
    | Summarize
    | Update
    | Fulfil
    | TakeBack
    | Waive
    | StartMitigation
    | Mitigate
    | Regress
    | Resolve
    | Reopen
    | Close
    | Cancel
    | Merge
    | Snooze
    | Escalate
    | Restrict
    | LiftRestriction
    | Link
    | Label
    | Unlabel
    | AddActionItem
    | CorrectStart
    | CorrectTime
    | Redact
    | StartRunbook
    | CancelRunbook
    | ResumeRunbook
    | UndoRunbook
    | Confirm
    | Answer
    | Hold
    | LiftHold
)
"""Everything that can be asked of an incident that has been declared."""
