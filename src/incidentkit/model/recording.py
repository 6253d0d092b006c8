"""From a command to the event that records it: the checks that need the incident, and the words as they are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import NoneType
from typing import Any, Final, TypeAlias

from incidentkit.errors import (
    CommandInvalid,
    FactValueInvalid,
    IllegalTransition,
    SchemeInvalid,
    SchemesDiffer,
    TimesContradict,
    expect,
    shown,
)
from incidentkit.model.commands import (
    Acknowledge,
    Assess,
    Assign,
    Cancel,
    ChangeSeverity,
    Close,
    Command,
    CorrectStart,
    CorrectTime,
    Decline,
    HandOver,
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
    Snooze,
    StartMitigation,
    Summarize,
    Unacknowledge,
)
from incidentkit.model.events import (
    Acknowledged,
    Assessed,
    Assessment,
    Cancelled,
    Closed,
    Declined,
    Event,
    Linked,
    LinkKind,
    Merged,
    Mitigated,
    MitigationStarted,
    Noted,
    Overtaken,
    Redacted,
    Regressed,
    Reopened,
    Resolved,
    Restricted,
    RestrictionLifted,
    RoleAssigned,
    SeverityChanged,
    Snoozed,
    StartCorrected,
    Summarized,
    TimeCorrected,
    Unacknowledged,
    Value,
)
from incidentkit.model.identity import IncidentId, PersonId, checked_name, checked_text
from incidentkit.model.lifecycle import Effect, Status, outcome, possible
from incidentkit.model.people import Role
from incidentkit.model.severity import Severity
from incidentkit.model.state import State
from incidentkit.model.triage import Triage
from incidentkit.model.vocabulary import aware

When: TypeAlias = dict[str, Any]
"""What every event has: the incident, its two times and who it was."""


def recorded(command: Command, state: State, version: int, recorded_at: datetime | None) -> Event:
    """The event that this command becomes.

    Raises `IllegalTransition`, `TimesContradict`, `CommandInvalid` or `WordsInvalid`; then nothing has happened.
    """
    if type(command) not in _EVENT:
        raise CommandInvalid(f"{state.id}: {shown(command)} is not a command")
    expect(int | NoneType, command.based_on, CommandInvalid, "a version is a whole number")
    if command.based_on is not None and command.based_on != version:
        raise CommandInvalid(
            f"{state.id} has moved on: {command.tag!r} was based on version {command.based_on}, and this is {version}."
            " Look again and decide anew."
        )
    at = moment("at", command.at)
    when: When = {
        "incident": state.id,
        "at": at,
        "by": PersonId(checked_name("by", command.by)),
        "recorded_at": max(state.recorded_at, at if recorded_at is None else moment("recorded_at", recorded_at)),
    }
    result = outcome(command.tag, state.status)
    if result is None:
        since = f"since {state.since:%Y-%m-%d %H:%M} UTC"
        raise IllegalTransition(state.id, state.status, command.tag, possible(state.status), since)
    _check_time(command, state, at, moves=isinstance(result, Status))
    if result is Effect.OVERTAKEN or _ALREADY.get(type(command), _never)(command, state):
        return Overtaken(**when, command=command.tag, status=state.status, note=_words_of(command))
    return _EVENT[type(command)](command, state, when)


def _words_of(command: Command) -> str:
    """What its giver wrote, so that it is kept although the command changes nothing."""
    written = (getattr(command, name, "") for name in ("note", "reason", "text"))
    return next((checked_text("note", text) for text in written if text), "")


def _never(command: Command, state: State) -> bool:
    return False


_ALREADY: Final[Mapping[type[Any], Callable[[Any, State], bool]]] = {
    Acknowledge: lambda command, state: command.by in state.acknowledged,
    Unacknowledge: lambda command, state: command.by not in state.acknowledged,
    Decline: lambda command, state: command.by in state.declined,
    Assign: lambda command, state: state.roles.get(command.role) == command.to,
    Restrict: lambda _, state: state.restricted,
    LiftRestriction: lambda _, state: not state.restricted,
    Summarize: lambda command, state: command.text == state.public_summary,
}
"""When a command that moves no status says what is so already."""


def moment(what: str, value: object) -> datetime:
    """An aware datetime in UTC; `CommandInvalid` names the field for anything else."""
    try:
        return aware(what, value)
    except FactValueInvalid as error:
        raise CommandInvalid(str(error)) from None


def _check_time(command: Command, state: State, at: datetime, *, moves: bool) -> None:
    """Only what is written down about the past may lie before the declaration; statuses follow one another."""
    if at < state.declared_at and not isinstance(command, Note | Link):
        raise TimesContradict(f"{state.id} was declared at {state.declared_at}: {command.tag!r} at {at} came before")
    if moves and at < state.since:
        raise TimesContradict(
            f"{state.id} is {state.status} since {state.since}: {command.tag!r} at {at} came before."
            " If the earlier time is wrong, correct it first."
        )


def assessment_of(triage: Triage[Any]) -> Assessment:
    """What an event keeps of a triage."""
    expect(Triage, triage, CommandInvalid, "a triage is a Triage")
    return Assessment(
        severity=triage.severity,
        possible=tuple(sorted(triage.possible, reverse=True)),
        facts={fact.name: _kept(triage.facts[fact]) for fact in triage.facts},
        because=str(triage.rule) if triage.rule is not None else "",
    )


def chosen(severity: Severity[Any]) -> Assessment:
    """What an event keeps of a severity that a person chose; it must be one of a scheme."""
    expect(Severity, severity, CommandInvalid, "a chosen severity is a Severity")
    try:
        _ = severity.scheme
    except SchemeInvalid as error:
        raise CommandInvalid(str(error)) from None
    return Assessment(severity=severity, possible=(severity,))


def _kept(value: Any) -> Value:
    return value.key if isinstance(value, Severity) else value


def _assess(command: Assess, state: State, when: When) -> Event:
    assessment = assessment_of(command.triage)
    _check_scheme(assessment.severity, state)
    return Assessed(**when, assessment=assessment)


def _change_severity(command: ChangeSeverity, state: State, when: When) -> Event:
    _check_scheme(command.severity, state)
    reason = checked_text("reason", command.reason)
    if command.severity < state.severity and not reason.strip():
        raise CommandInvalid(
            f"{state.id}: a severity is lowered with a reason, from {state.severity} to {command.severity}"
        )
    return SeverityChanged(**when, severity=command.severity, reason=reason)


def _check_scheme(severity: Severity[Any], state: State) -> None:
    expect(Severity, severity, CommandInvalid, "a severity is a Severity")
    try:
        _ = severity < state.severity
    except (SchemesDiffer, SchemeInvalid) as error:
        raise CommandInvalid(f"{state.id}: {error}") from None


def _hand_over(command: HandOver, state: State, when: When) -> Event:
    if command.role not in state.roles:
        raise CommandInvalid(f"{state.id}: nobody is {command.role} who could hand it over; assign it instead")
    return _role(command, when, handed_over=True)


def _role(command: Assign | HandOver, when: When, *, handed_over: bool) -> Event:
    expect(Role, command.role, CommandInvalid, "a role is a Role")
    to = PersonId(checked_name("to", command.to))
    return RoleAssigned(**when, role=command.role, to=to, handed_over=handed_over)


def _merge(command: Merge, state: State, when: When) -> Event:
    into = IncidentId(checked_name("into", command.into))
    if into == state.id:
        raise CommandInvalid(f"{state.id} cannot be merged into itself")
    return Merged(**when, into=into)


def _snooze(command: Snooze, state: State, when: When) -> Event:
    until = moment("until", command.until)
    if until <= when["at"]:
        raise TimesContradict(f"{state.id}: snoozed at {when['at']} until {until} would be over at once")
    return Snoozed(**when, until=until, reason=reason_of(command))


def _correct_start(command: CorrectStart, state: State, when: When) -> Event:
    started_at = moment("started_at", command.started_at)
    if started_at > state.declared_at:
        raise TimesContradict(f"{state.id} was declared at {state.declared_at}, so it did not start at {started_at}")
    return StartCorrected(**when, started_at=started_at, reason=checked_text("reason", command.reason))


def reason_of(command: Cancel | LiftRestriction | Regress | Reopen | Restrict | Snooze) -> str:
    """The reason, which these commands must have."""
    reason = checked_text("reason", command.reason)
    if not reason.strip():
        raise CommandInvalid(f"{command.tag!r} needs a reason")
    return reason


def _close(command: Close, state: State, when: When) -> Event:
    expect(Mapping, command.waivers, CommandInvalid, "waivers are reasons by what is waived")
    waivers = {checked_text("waivers", what): checked_text("waivers", why) for what, why in command.waivers.items()}
    if empty := [what for what, why in waivers.items() if not why.strip()]:
        raise CommandInvalid(f"{state.id}: {shown(empty[0])} is waived without a reason")
    return Closed(**when, waivers=waivers)


def _link(command: Link, state: State, when: When) -> Event:
    expect(LinkKind, command.what, CommandInvalid, "a link leads to a LinkKind")
    reference, url = checked_text("reference", command.reference), checked_text("url", command.url)
    return Linked(**when, what=command.what, reference=reference, url=url)


def _correct_time(command: CorrectTime, state: State, when: When) -> Event:
    happened_at = moment("happened_at", command.happened_at)
    return TimeCorrected(
        **when, event=command.event, happened_at=happened_at, reason=checked_text("reason", command.reason)
    )


_EVENT: Final[Mapping[type[Any], Callable[[Any, State, When], Event]]] = {
    Assess: _assess,
    ChangeSeverity: _change_severity,
    Acknowledge: lambda command, _, when: Acknowledged(**when, note=checked_text("note", command.note)),
    Decline: lambda command, _, when: Declined(**when, reason=checked_text("reason", command.reason)),
    Unacknowledge: lambda command, _, when: Unacknowledged(**when, reason=checked_text("reason", command.reason)),
    Assign: lambda command, _, when: _role(command, when, handed_over=False),
    HandOver: _hand_over,
    Note: lambda command, _, when: Noted(**when, text=checked_text("text", command.text)),
    Summarize: lambda command, _, when: Summarized(**when, text=checked_text("text", command.text)),
    StartMitigation: lambda command, _, when: MitigationStarted(**when, note=checked_text("note", command.note)),
    Mitigate: lambda command, _, when: Mitigated(**when, note=checked_text("note", command.note)),
    Regress: lambda command, _, when: Regressed(**when, reason=reason_of(command)),
    Resolve: lambda command, _, when: Resolved(**when, note=checked_text("note", command.note)),
    Reopen: lambda command, _, when: Reopened(**when, reason=reason_of(command)),
    Close: _close,
    Cancel: lambda command, _, when: Cancelled(**when, reason=reason_of(command)),
    Merge: _merge,
    Snooze: _snooze,
    Restrict: lambda command, _, when: Restricted(**when, reason=reason_of(command)),
    LiftRestriction: lambda command, _, when: RestrictionLifted(**when, reason=reason_of(command)),
    Link: _link,
    CorrectStart: _correct_start,
    CorrectTime: _correct_time,
    Redact: lambda command, _, when: Redacted(
        **when, event=command.event, reason=checked_text("reason", command.reason)
    ),
}
"""What each command is recorded as, once it is known to be possible."""
