"""Beginning incidents, and recording the commands that people and machines give to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any, Final, get_args

from attrs import evolve, field, frozen

from incidentkit.desk.charter import Charter
from incidentkit.desk.effects import Call, Flow
from incidentkit.desk.flows.log import append, load, stamped
from incidentkit.desk.flows.playbooks import keep, recall
from incidentkit.desk.flows.runbooks import check_confirmation, check_tools, understood
from incidentkit.desk.hearsay import class_of
from incidentkit.desk.notices import Recorded
from incidentkit.errors import (
    ClosureBlocked,
    CommandInvalid,
    SchemesDiffer,
    StaleVersion,
    UnknownLevel,
    UnknownObligation,
    UnknownPlaybook,
    nearest,
    shown,
)
from incidentkit.model.commands import (
    Acknowledge,
    ChangePlaybook,
    Close,
    Command,
    Confirm,
    Decline,
    Escalate,
    Fulfil,
    Link,
    Note,
    StartRunbook,
    TakeBack,
    Unacknowledge,
    Waive,
)
from incidentkit.model.events import (
    ActionItemAdded,
    Declared,
    Event,
    Linked,
    LinkKind,
    Merged,
    Noted,
    Overtaken,
    RoleAssigned,
)
from incidentkit.model.identity import PersonId, moment
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.model.severity import Severity
from incidentkit.model.triage import Triage
from incidentkit.model.vocabulary import FactSource
from incidentkit.policy.planning import decided, preview, settle
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.standing import closure_blockers
from incidentkit.policy.view import View
from incidentkit.providers.store import Append, TakeNumber
from incidentkit.text.document import flat

PATIENCE: Final = 1_000
"""How often a command is tried again because somebody else wrote to the log meanwhile.

Each time somebody else got something done, so this is no limit to wait for, only an end for a store that is broken: a
command that was based on nothing has no reason to be refused, however many people write to an incident at once.
"""

TAKEN_IN: Final = " is merged into this one"
"""What the log of an incident says of another, whose id comes before it."""

ANSWERS: Final = (Acknowledge, Decline, Unacknowledge, Escalate)
"""What people say to pages."""

MOVING: Final = frozenset({LinkKind.TICKET, LinkKind.DOCUMENT})
"""What belongs to the incident that goes on when another one is merged into it."""

HORIZON: Final = timedelta(hours=24)
"""How far ahead the summary of a command looks."""


@frozen(slots=False)
class Result:
    """What came of a command."""

    incident: Incident
    event: Event
    """What the log says of it."""
    changed: bool
    """Whether it took effect; if not, it came too late or said what was so already."""
    _look_ahead: Callable[[], str] = field(repr=False, eq=False)

    @cached_property
    def summary(self) -> str:
        """What it means, in one line: what will happen next if nobody does anything, by what was known then.

        It is computed from the plan, when somebody asks for it: looking ahead takes longer than recording the command.
        """
        return flat(self._look_ahead())  # what people wrote must not look like lines of ours


def declaration(
    charter: Charter,
    *,
    id: str,
    title: str,
    by: str,
    facts: FactSource | None,
    triage: Triage[Any] | None,
    severity: Severity[Any] | None,
    at: datetime | None,
    started_at: datetime | None,
    labels: Mapping[str, str] | None,
) -> Callable[[datetime], Incident]:
    """What makes an incident, once it is given the time; without a severity or a triage, of which facts make one."""

    def make(now: datetime) -> Incident:
        given = triage
        if severity is None and triage is None:
            given = charter.first.triage({} if facts is None else facts, at=now)
        elif facts is not None:
            raise CommandInvalid(f"{id}: an incident is declared with facts, with a triage or with a chosen severity")
        check_scheme(charter.first, severity if given is None else given.severity)
        return Incident.declare(
            id,
            title=title,
            at=now if at is None else min(moment("at", at), now),
            by=by,
            triage=given,
            severity=severity,
            started_at=started_at,
            playbook=charter.first,
            recorded_at=now,
            labels=labels,
        )

    return make


def check_scheme(playbook: Playbook, severity: object) -> None:
    """Raise `SchemesDiffer` for a severity of another scheme: no level and no clock of the playbook would know it."""
    if isinstance(severity, Severity) and severity not in playbook.scheme:
        known = ", ".join(each.key for each in playbook.scheme)
        problem = f"{severity} is of another scheme than the playbook {playbook.name}, whose severities are {known}"
        raise SchemesDiffer(problem)


def declare(charter: Charter, make: Callable[[datetime], Incident]) -> Flow[Incident]:
    """Begin an incident, which is made by what is given the time, with the next number of its day."""
    now: datetime = yield Call(charter.store.now)
    (declared,) = make(now).timeline  # before the number, so that what cannot be declared takes none
    assert isinstance(declared, Declared)
    yield from keep(charter, charter.first, now)
    day = declared.at.astimezone(charter.numbering_zone)
    number: int = yield Call(partial(charter.store.number, TakeNumber(f"{day:%Y%m%d}")))
    request = Append(
        incident=declared.incident,
        events=(evolve(declared, number=number),),
        expected_version=0,
        wake_at=now,
        planned_with=charter.planned_with,
    )
    stored: tuple[Event, ...] = yield Call(partial(charter.store.append, request))
    charter.tell(Recorded(declared.incident, stored[0]))
    return Incident.replay(stored)


def submit(charter: Charter, incident: str, make: Callable[[datetime], Command]) -> Flow[Result]:
    """Record a command, after the decisions that were due before it."""
    tries = 0
    while True:
        before = yield from load(charter, incident)
        clock: datetime = yield Call(charter.store.now)
        now = max(clock, before.as_of)
        command = in_its_time(make(now), before, now)
        playbook = charter.playbook_of(before)
        command = understood(playbook, before, command)
        if isinstance(command, ChangePlaybook):
            yield from _check_playbook(charter, before, command.playbook, now)
        due = (*charter.taking_over(before, now), *settle(before, playbook, charter.directory, before=now))
        settled = before.extended(stamped(due, now)) if due else before
        _check(charter, settled, command, now)
        command = _rebased(command, before, settled)
        events = (*due, settled.apply(command, recorded_at=now).timeline[-1])
        try:
            if isinstance(events[-1], Merged):
                yield from _take_in(charter, before, events[-1])
            after = yield from append(charter, before, events, wake_at=clock)
        except StaleVersion:
            tries += 1
            if tries == PATIENCE:
                raise
            continue
        event = after.timeline[-1]
        charter.tell(Recorded(after.id, event))
        return Result(after, event, not isinstance(event, Overtaken), partial(_summary, charter, after, event, now))


def record(charter: Charter, incident: str, make: Callable[[datetime], Command]) -> Flow[tuple[Incident, Event]]:
    """Record a command and decide nothing: for whoever knows nobody who could be paged.

    A decision says for good whom it is about. So one that is made where nobody is known would page nobody, whoever goes
    on with the incident. What was due before the command is decided by the desk that looks next, which is at once.
    Raises what `submit` raises.
    """
    tries = 0
    while True:
        before = yield from load(charter, incident)
        clock: datetime = yield Call(charter.store.now)
        now = max(clock, before.as_of)
        command = in_its_time(make(now), before, now)
        playbook = charter.playbook_of(before)
        command = understood(playbook, before, command)
        _check_names(View(before, playbook, charter.directory, now), command)
        if isinstance(command, ChangePlaybook):
            yield from _check_playbook(charter, before, command.playbook, now)
        if isinstance(command, Close):
            _check_closure(charter, before, command, now)
        event = before.apply(command, recorded_at=now).timeline[-1]
        try:
            after = yield from append(charter, before, (event,), wake_at=clock)
        except StaleVersion:
            tries += 1
            if tries == PATIENCE:
                raise
            continue
        charter.tell(Recorded(after.id, event))
        return after, after.timeline[-1]


def given(at: datetime | None, now: datetime) -> datetime:
    """The time that somebody gave, or now; what is no time is left to the command, which refuses it."""
    return now if at is None else at


def in_its_time(command: Command, incident: Incident, now: datetime) -> Command:
    """The command as of a time that can be, if its giver's clock is wrong.

    As of now if the clock is ahead: what was meant for later would overtake what is. An answer to a page as of the
    declaration if the clock is behind: nobody can have meant it before that, and were it refused, paging would go on. A
    reopening is no such bound, because what was said before it answers nothing that came after.
    """
    if type(command) not in get_args(Command):
        raise CommandInvalid(f"{shown(command)} is not a command")
    if command.at > now:
        return evolve(command, at=now)
    late = isinstance(command, ANSWERS) and command.at < incident.declared_at
    return evolve(command, at=incident.declared_at) if late else command


def _check(charter: Charter, settled: Incident, command: Command, now: datetime) -> None:
    """Raise an error for a command that would do nothing, or that its giver may not give, once all due is decided."""
    view = View(settled, charter.playbook_of(settled), charter.directory, max(now, settled.as_of))
    _check_names(view, command)
    match command:
        case Close():
            _check_closure(charter, settled, command, now)
        case StartRunbook():
            check_tools(charter, view.playbook, command)
        case Confirm():
            check_confirmation(_looked_at(view), command)
        case _:
            pass


def _looked_at(view: View) -> View:
    """The view once what is due by now is decided: what comes at the same moment as a command is not settled yet.

    That matters for runs alone, of whose steps only those at their turn can be spoken of.
    """
    if not view.incident.runs:
        return view
    decisions = decided(view.incident, view.playbook, view.directory, now=view.now)
    return evolve(view, incident=view.incident.extended(decisions)) if decisions else view


def _check_names(view: View, command: Command) -> None:
    """Raise `UnknownLevel` or `UnknownObligation` for a name that would do nothing: nothing is called that."""
    match command:
        case Escalate(level=level):
            escalation = view.playbook.escalation
            levels = [] if escalation is None else [each.name for each in escalation.levels]
            if level not in levels:
                raise UnknownLevel(level, levels)
        case Fulfil(obligation=name) | Waive(obligation=name) | TakeBack(obligation=name):
            is_done = isinstance(command, Fulfil)
            sayable = (each for each in _looked_at(view).obligations if each.can_be_settled)
            known = [each.id for each in sayable if each.can_be_fulfilled or not is_done]
            if name not in known:
                raise UnknownObligation(name, known)
        case _:
            pass


def _check_closure(charter: Charter, incident: Incident, command: Close, now: datetime) -> None:
    """Raise `ClosureBlocked` for a closure that leaves undone what is neither done nor waived.

    And `UnknownObligation` for a waiver of what the playbook does not want, if that says what has to be done.
    """
    if incident.status is not Status.RESOLVED:  # it is refused, or changes nothing
        return
    playbook = charter.playbook_of(incident)
    wanted = View(incident, playbook, charter.directory, max(now, incident.as_of)).obligations
    known = [each.id for each in wanted if each.can_be_settled]
    for name in command.waivers if any(each.blocks for each in wanted) else ():
        if name not in known:
            raise UnknownObligation(name, known)
    blockers = closure_blockers(incident, playbook, charter.directory, now=now)
    left = [each for each in blockers if each.obligation not in command.waivers]
    if left:
        raise ClosureBlocked(incident.id, [each.obligation for each in left], map(str, left))


def _check_playbook(charter: Charter, incident: Incident, reference: object, now: datetime) -> Flow[None]:
    """Raise `UnknownPlaybook` or `SchemesDiffer` for a playbook by which the incident could not go on here."""
    wanted = reference if isinstance(reference, str) else ""
    yield from recall(charter, wanted)
    playbook = charter.known(wanted)
    if playbook is None:
        raise UnknownPlaybook(str(reference), charter.by_reference)
    check_scheme(playbook, incident.severity)
    yield from keep(charter, playbook, now)


def _take_in(charter: Charter, merged: Incident, event: Merged) -> Flow[None]:
    """Write down what is merged into it in the log of the incident that goes on, before that ends the other one.

    Tickets and documents of the other one are its own from then on. Channels and entries are not: they are closed.
    Raises `CommandInvalid` if it does not go on, and `UnknownIncident` if it is not there. Of desks that merge
    incidents into each other, one at the least finds that its log was written to, or that the incident into which it
    merges has ended, and looks again: so one goes on. Therefore an earlier try that has written it down is enough only
    if nothing is merged into the incident itself.
    """
    into = yield from load(charter, event.into)
    if into.status not in ACTIVE:
        over = into.status if into.merged_into is None else f"merged into {into.merged_into}"
        raise CommandInvalid(f"nothing is merged into {into.id}, which is {over} and does not go on")
    words = f"{event.incident}{TAKEN_IN}"
    is_there = any(each.by == event.by and each.text == words for each in _taken_in(into, merged.generation_at))
    if not is_there or any(_taken_in(merged)):
        version = into.version
        yield from submit(charter, into.id, lambda now: Note(words, at=now, by=event.by, based_on=version))
    for link in merged.links:
        if link.what in MOVING and not any(_is_same(link, each) for each in into.links):
            yield from submit(charter, into.id, partial(_moved, link, event.by))


def _taken_in(incident: Incident, since: datetime | None = None) -> Iterator[Noted]:
    """The notes, those since a moment if there is one, that say that another incident is merged into it."""
    notes = (each for each in incident.timeline if isinstance(each, Noted) and each.text.endswith(TAKEN_IN))
    return (each for each in notes if since is None or each.recorded_at >= since)


def _is_same(link: Linked, other: Linked) -> bool:
    return (link.what, link.reference, link.url) == (other.what, other.reference, other.url)


def _moved(link: Linked, by: str, now: datetime) -> Command:
    """The command that ties to another incident what a link leads to."""
    return Link(link.what, link.reference, url=link.url, at=now, by=by)


def _rebased(command: Command, before: Incident, settled: Incident) -> Command:
    """The command as of the decisions that it settles: nobody could have seen them, so they make it no stale one."""
    if settled is before or command.based_on is None:
        return command
    before.apply(command)
    return evolve(command, based_on=settled.version)


def _named(event: Event) -> Iterator[PersonId]:
    """Whoever says it, and for whom it is something to do."""
    yield event.by
    if isinstance(event, RoleAssigned):
        yield event.to
    elif isinstance(event, ActionItemAdded):
        yield event.owner


def _summary(charter: Charter, incident: Incident, event: Event, now: datetime) -> str:
    """What was recorded, and who will be reached next and when, if nobody does anything.

    Whom the directory does not know is named, because what they say stops no page. The command is in the log by now, so
    whatever is wrong with looking ahead must not look as if it were not.
    """
    playbook = charter.playbook_of(incident)
    said, known = str(event), charter.directory.people
    for person in dict.fromkeys(_named(event)):
        if person not in known:
            said += f" ({f'{person} is nobody in the directory. {nearest(person, known)}'.rstrip('. ')})"
    try:
        steps = preview(incident, playbook, charter.directory, now=now, until=now + HORIZON)
        step = next((step for step in steps if step.actions), None)
    except Exception as error:  # noqa: BLE001
        return f"{said}; what follows cannot be told: {class_of(error)}."
    if step is None:
        return f"{said}; nobody is paged in the {HORIZON // timedelta(hours=1)} hours that follow."
    actions = " | ".join(action.because for action in step.actions)
    when = "now" if step.at <= now else f"at {step.at:%Y-%m-%d %H:%M} UTC"
    return f"{said}; if nothing else happens, {when}: {actions}."
