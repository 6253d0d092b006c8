"""From a command to the event that records it, if the table of the lifecycle allows it.

What the event itself must be like, its class checks; whether it fits the incident, the fold does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import NOTHING, Attribute, fields

from incidentkit.errors import (
    CommandInvalid,
    FieldInvalid,
    IllegalTransition,
    UnknownRun,
    shown,
)
from incidentkit.model.commands import (
    Acknowledge,
    AddActionItem,
    Answer,
    Asking,
    Assess,
    Assign,
    Cancel,
    CancelRunbook,
    ChangePlaybook,
    ChangeSeverity,
    Close,
    Command,
    Confirm,
    CorrectStart,
    CorrectTime,
    Decline,
    Escalate,
    Fulfil,
    HandOver,
    Hold,
    Label,
    LiftHold,
    LiftRestriction,
    Link,
    Merge,
    Mitigate,
    Note,
    Redact,
    Regress,
    Reopen,
    Resolve,
    Restrict,
    ResumeRunbook,
    Snooze,
    StartMitigation,
    StartRunbook,
    Summarize,
    TakeBack,
    Unacknowledge,
    UndoRunbook,
    Unlabel,
    Update,
    Waive,
)
from incidentkit.model.events import (
    Acknowledged,
    ActionItemAdded,
    Answered,
    Assessed,
    Cancelled,
    Closed,
    Confirmed,
    Declined,
    Escalated,
    Event,
    Fulfilled,
    Held,
    HoldLifted,
    Labelled,
    Linked,
    Merged,
    Mitigated,
    MitigationStarted,
    Noted,
    Overtaken,
    PlaybookChanged,
    Redacted,
    Regressed,
    Reopened,
    Resolved,
    Restricted,
    RestrictionLifted,
    RoleAssigned,
    RunbookCancelled,
    RunbookResumed,
    RunbookStarted,
    RunbookUndone,
    SeverityChanged,
    Snoozed,
    StartCorrected,
    Summarized,
    TakenBack,
    TimeCorrected,
    Unacknowledged,
    Unlabelled,
    Updated,
    Waived,
)
from incidentkit.model.identity import checked_name, moment
from incidentkit.model.lifecycle import TABLE, Effect, Status, consequence, possible
from incidentkit.model.runs import RunStanding
from incidentkit.model.state import State


def recorded(command: Command, state: State, recorded_at: datetime | None) -> Event:
    """The event that this command becomes.

    Raises `IllegalTransition`, `CommandInvalid` or `FieldInvalid`; then nothing has happened.
    """
    event = _EVENT.get(type(command))
    if event is None:
        raise CommandInvalid(f"{state.id}: {shown(command)} is not a command")
    at = moment("at", command.at)
    learned_at = at if recorded_at is None else moment("recorded_at", recorded_at)
    when: dict[str, Any] = {
        "incident": state.id,
        "at": at,
        "by": command.by,
        "recorded_at": max(state.recorded_at, at, learned_at),
    }
    result = consequence(command.tag, state.status)
    if result is None:
        raise _impossible(command, state)
    if result is Effect.OVERTAKEN:
        return _overtaken(command, state, when)
    own = _OWN[type(command)](command)
    if isinstance(command, StartRunbook):
        own["run"] = state.progress.runs.next_name(command.runbook)
    said = event(**when, **own)  # also of what is so already, so that what nobody can say is refused each time
    return _overtaken(command, state, when) if says_what_is_so(command, state) else said


def _overtaken(command: Command, state: State, when: dict[str, Any]) -> Overtaken:
    """That a command changed nothing, with what its giver wrote; of a runbook that goes on already, in which run."""
    runs, run = state.progress.runs, ""
    if isinstance(command, StartRunbook):
        run = runs.going_on(command.runbook, command.parameters)
    note = "; ".join(filter(None, (run and f"{run} goes on", _words_of(command))))
    return Overtaken(**when, command=command.tag, status=state.status, note=note)


def _impossible(command: Command, state: State) -> IllegalTransition:
    names = possible(state.status)
    calls = [_CALLS[name] for name in names if any(isinstance(end, Status) for end in TABLE[name].values())]
    since = f"{state.since:%Y-%m-%d %H:%M} UTC, by {state.moved_by}"
    return IllegalTransition(state.id, state.status, command.tag, names, calls, since)


def _words_of(command: Command) -> str:
    """What its giver wrote, so that it is kept although the command changes nothing."""
    if isinstance(command, Close):
        return "; ".join(f"{what}: {why}" for what, why in command.waivers.items())
    written = (getattr(command, name, "") for name in ("note", "reason", "text"))
    return next((text for text in written if text), "")


def says_what_is_so(command: Command, state: State) -> bool:
    """Whether a command that moves no status asks for what is so already."""
    answer = _SAYS_WHAT_IS_SO.get(type(command))
    try:
        return answer is not None and answer(command, state)
    except (TypeError, FieldInvalid, UnknownRun):  # a name that is none, or not even text: the event will say so
        return False


_SAYS_WHAT_IS_SO: Final[Mapping[type[Any], Callable[[Any, State], bool]]] = {
    ChangePlaybook: lambda command, state: command.playbook == state.playbook != "",
    Acknowledge: lambda command, state: command.by in state.acknowledged or _is_of_earlier(command, state),
    Unacknowledge: lambda command, state: command.by not in state.acknowledged or _is_of_earlier(command, state),
    Decline: lambda command, state: command.by in state.declined or _is_of_earlier(command, state),
    Assign: lambda command, state: state.roles.get(command.role) == command.to,
    HandOver: lambda command, state: state.roles.get(command.role) == command.to,
    Restrict: lambda _, state: state.restricted is True,
    LiftRestriction: lambda _, state: state.restricted is False and not state.progress.restricted,
    Summarize: lambda command, state: command.text == state.public_summary,
    Fulfil: lambda command, state: state.progress.said(command.obligation, done=True),
    TakeBack: lambda command, state: command.obligation not in state.progress.settled,
    Waive: lambda command, state: state.progress.said(command.obligation, done=False),
    Link: lambda command, state: any(_leads_there(link, command) for link in state.links),
    Label: lambda command, state: state.labels.get(command.name) == command.value,
    Unlabel: lambda command, state: checked_name("name", command.name) not in state.labels,
    AddActionItem: lambda command, state: _is_that_item(state.action_items.get(command.name), command),
    StartRunbook: lambda command, state: state.progress.runs.going_on(command.runbook, command.parameters) != "",
    CancelRunbook: lambda command, state: state.progress.runs[command.run].is_at_rest,
    ResumeRunbook: lambda command, state: state.progress.runs[command.run].standing is not RunStanding.CANCELLED,
    UndoRunbook: lambda command, state: state.progress.runs[command.run].is_undoing(command.step),
    Answer: lambda command, state: state.progress.runs[command.run].answers.get(command.fact) == command.value,
    Hold: lambda _, state: state.held is True,
    LiftHold: lambda _, state: state.held is not True and not state.progress.held,
}
"""When a command that moves no status asks for what is so already, or for what was over when it was reopened."""


def _is_of_earlier(command: Acknowledge | Unacknowledge | Decline, state: State) -> bool:
    """Whether it was meant for an earlier generation, and says nothing of this one."""
    return state.declared_at <= moment("at", command.at) < state.generation_at


def _is_that_item(item: ActionItemAdded | None, command: AddActionItem) -> bool:
    due = None if command.due is None else moment("due", command.due)
    return item is not None and (item.text, item.owner, item.due) == (command.text, command.owner, due)


def _leads_there(link: Linked, command: Link) -> bool:
    return (link.what, link.reference, link.url) == (command.what, command.reference, command.url)


_EVENT: Final[Mapping[type[Any], Callable[..., Event]]] = {
    Assess: Assessed,
    ChangeSeverity: SeverityChanged,
    ChangePlaybook: PlaybookChanged,
    Acknowledge: Acknowledged,
    Decline: Declined,
    Unacknowledge: Unacknowledged,
    Assign: RoleAssigned,
    HandOver: RoleAssigned,
    Note: Noted,
    Summarize: Summarized,
    Update: Updated,
    Fulfil: Fulfilled,
    TakeBack: TakenBack,
    Waive: Waived,
    StartMitigation: MitigationStarted,
    Mitigate: Mitigated,
    Regress: Regressed,
    Resolve: Resolved,
    Reopen: Reopened,
    Close: Closed,
    Cancel: Cancelled,
    Merge: Merged,
    Snooze: Snoozed,
    Escalate: Escalated,
    Restrict: Restricted,
    LiftRestriction: RestrictionLifted,
    Link: Linked,
    Label: Labelled,
    Unlabel: Unlabelled,
    AddActionItem: ActionItemAdded,
    CorrectStart: StartCorrected,
    CorrectTime: TimeCorrected,
    Redact: Redacted,
    StartRunbook: RunbookStarted,
    CancelRunbook: RunbookCancelled,
    ResumeRunbook: RunbookResumed,
    UndoRunbook: RunbookUndone,
    Confirm: Confirmed,
    Answer: Answered,
    Hold: Held,
    LiftHold: HoldLifted,
}
"""What each command is recorded as."""


def _own(command: type[Any]) -> list[Attribute[Any]]:
    """The fields of a command beyond those of every command."""
    common = {each.name for each in fields(Asking)}
    return [each for each in fields(command) if each.name not in common]


def _reader(command: type[Any]) -> Callable[[Any], dict[str, Any]]:
    """What gives the own fields of a command, as its event takes them."""
    match [each.name for each in _own(command)]:
        case []:
            return lambda given: {}
        case [name]:
            return lambda given: {name: getattr(given, name)}
        case names:
            return lambda given: {name: getattr(given, name) for name in names}


_SHORTCUTS: Final = frozenset({"acknowledge", "start_mitigation", "mitigated", "resolve", "reopen", "close", "note"})
"""The commands that are methods of an incident and of a desk too; both take any other as a value."""


def _call(command: type[Any]) -> str:
    """How to give it, with the arguments that it needs beyond ``at`` and ``by``."""
    needed = [each for each in _own(command) if each.default is NOTHING]
    arguments = ", ".join(f"{each.name}=..." if each.kw_only else "..." for each in needed)
    return f"{command.tag if command.tag in _SHORTCUTS else f'the command {command.__name__}'}({arguments})"


_OWN: Final[Mapping[type[Any], Callable[[Any], dict[str, Any]]]] = {
    **{command: _reader(command) for command in _EVENT},
    HandOver: lambda command: {"role": command.role, "to": command.to, "handed_over": True},
    Snooze: lambda command: {"until": moment("until", command.until), "reason": command.reason},
    AddActionItem: lambda command: {
        "name": command.name,
        "text": command.text,
        "owner": command.owner,
        "due": None if command.due is None else moment("due", command.due),
    },
    CorrectStart: lambda command: {
        "started_at": moment("started_at", command.started_at),
        "reason": command.reason,
    },
    CorrectTime: lambda command: {
        "event": command.event,
        "happened_at": moment("happened_at", command.happened_at),
        "reason": command.reason,
    },
}
"""What the event takes from each command: its own fields, times in UTC."""

_CALLS: Final = {command.tag: _call(command) for command in _EVENT}
"""How to give each command."""
