"""What a desk does, written once: load, plan, record, perform. Nothing here touches the world.

Flows ask for effects, and a driver carries them out: `Desk` one after the other, `AsyncDesk` awaiting them. The log is
the lock: decisions and claims are appended at the version that was read, so of two desks one is first, and the other
reads again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from inspect import iscoroutine
from typing import Any, Final, assert_never, cast, get_args

from attrs import evolve, frozen

from incidentkit.desk.charter import Charter
from incidentkit.desk.effects import Attempt, Call, Flow, Spawn, Unanswered
from incidentkit.desk.hearsay import class_of, scopes_of, without_address, words_of
from incidentkit.desk.notices import Audited, Decided, Ended, Failed, Planned, Recorded, Started, Unrecorded
from incidentkit.desk.setbacks import Setbacks, Turns
from incidentkit.desk.toolbox import ON_CALL, slot_of
from incidentkit.errors import (
    CommandInvalid,
    DeskInvalid,
    FieldInvalid,
    ProviderError,
    SchemesDiffer,
    StaleVersion,
    UnknownLevel,
    expect,
    listed,
    nearest,
    shown,
)
from incidentkit.model.action import Outcome
from incidentkit.model.commands import Command, Escalate, Note
from incidentkit.model.events import (
    ActionEnded,
    ActionStarted,
    Decision,
    Event,
    Merged,
    Overtaken,
    Redacted,
    RoleAssigned,
    TimeCorrected,
)
from incidentkit.model.identity import IncidentId, PersonId, checked_name, keepable, moment
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.model.severity import Severity
from incidentkit.model.triage import Triage
from incidentkit.model.vocabulary import FactSource
from incidentkit.policy.action import Action
from incidentkit.policy.planning import Plan, Step, plan, preview, settle
from incidentkit.policy.playbook import Playbook
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.on_call import FindOnCall, OnCallNow
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import MOST, Append, Audit, FindDue, FindForgotten, FindIncidents
from incidentkit.text.document import Document, Table, flat
from incidentkit.text.plain import to_plain

PATIENCE: Final = 1_000
"""How often a command is tried again because somebody else wrote to the log meanwhile.

Each time somebody else got something done, so this is no limit to wait for, only an end for a store that is broken: a
command that was based on nothing has no reason to be refused, however many people write to an incident at once.
"""

FARTHEST: Final = timedelta(days=366)
"""How far ahead a preview looks at the most."""

HORIZON: Final = timedelta(hours=24)
"""How far ahead the summary of a command looks."""

LONGEST_SLEEP: Final = timedelta(days=1)
"""After which an incident is looked at though nothing is due: one that is never to be looked at is a forgotten one."""

LONGEST_PAUSE: Final = timedelta(days=1)
"""For how long a provider can ask to be left alone."""

LONGEST_REFERENCE: Final = 2_000
"""Characters of a provider's reference that are kept."""

LONGEST_IN_VAIN: Final = timedelta(seconds=5)
"""How long a tick goes on while every incident fails, by the store's clock, from the first of them on.

Incidents that are broken fail at once, so hundreds of them are past before it ends. What takes longer waits for a store
that does not answer, and is asked two or three times.
"""

AHEAD: Final = 1_000
"""How many more incidents are looked through for one that may be well, while some fail."""

MOST_NAMED: Final = 100
"""Different people whom an on-call system can name at once; more are a slip, and the log says that there were."""

RECORDINGS: Final = 3
"""How often to try to record an outcome."""


@frozen
class Result:
    """What came of a command."""

    incident: Incident
    event: Event
    """What the log says of it."""
    changed: bool
    """Whether it took effect; if not, it came too late or said what was so already."""
    summary: str
    """What it means, in one line: what will happen next if nobody does anything, computed from the plan."""


@frozen
class Preview:
    """What will happen to an incident within some time if nobody does anything; printed, a table."""

    steps: tuple[Step, ...]

    def to_table(self) -> Table:
        """A line for each decision and action."""
        rows: list[tuple[str, str]] = []
        for step in self.steps:
            when = f"{step.at:%Y-%m-%d %H:%M:%S}"
            rows += [(when, str(decision)) for decision in step.decisions]
            rows += [(when, action.because) for action in step.actions]
        return Table(("UTC", "what"), rows)

    def __str__(self) -> str:
        return to_plain(Document([self.to_table()]))


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
        )

    return make


def check_scheme(playbook: Playbook, severity: object) -> None:
    """Raise `SchemesDiffer` for a severity of another scheme: no level and no clock of the playbook would know it."""
    if isinstance(severity, Severity) and severity not in playbook.scheme:
        known = ", ".join(each.key for each in playbook.scheme)
        problem = f"{severity} is of another scheme than the playbook {playbook.name}, whose severities are {known}"
        raise SchemesDiffer(problem)


def declare(charter: Charter, make: Callable[[datetime], Incident]) -> Flow[Incident]:
    """Begin an incident, which is made by what is given the time."""
    now: datetime = yield Call(charter.store.now)
    incident = make(now)
    request = Append(
        incident=incident.id,
        events=incident.timeline.events,
        expected_version=0,
        wake_at=now,
        planned_with=charter.planned_with,
    )
    stored: tuple[Event, ...] = yield Call(partial(charter.store.append, request))
    charter.tell(Recorded(incident.id, stored[0]))
    return Incident.replay(stored)


def load(charter: Charter, incident: str) -> Flow[Incident]:
    """Read an incident."""
    events: tuple[Event, ...] = yield Call(partial(charter.store.load, incident))
    return Incident.replay(events)


def submit(charter: Charter, incident: str, make: Callable[[datetime], Command]) -> Flow[Result]:
    """Record a command, after the decisions that were due before it."""
    tries = 0
    while True:
        before = yield from load(charter, incident)
        clock: datetime = yield Call(charter.store.now)
        now = max(clock, before.as_of)
        command = not_in_the_future(make(now), now)
        playbook = charter.playbook_of(before)
        if isinstance(command, Escalate):
            _check_level(playbook, command.level)
        decisions = settle(before, playbook, charter.directory, before=now)
        settled = before.extended(decisions)
        command = _rebased(command, before, settled)
        events = (*decisions, settled.apply(command, recorded_at=now).timeline[-1])
        try:
            if isinstance(events[-1], Merged):
                yield from _take_in(charter, events[-1])
            after = yield from _append(charter, before, events, wake_at=clock)
        except StaleVersion:
            tries += 1
            if tries == PATIENCE:
                raise
            continue
        _tell_decisions(charter, decisions)
        event = after.timeline[-1]
        charter.tell(Recorded(after.id, event))
        summary = flat(_summary(charter, after, event, now))  # what people wrote must not look like lines of ours
        return Result(after, event, not isinstance(event, Overtaken), summary)


def not_in_the_future(command: Command, now: datetime) -> Command:
    """The command as of now if its giver's clock is ahead: what was meant for later would overtake what is."""
    if type(command) not in get_args(Command):
        raise CommandInvalid(f"{shown(command)} is not a command")
    return evolve(command, at=now) if command.at > now else command


def _check_level(playbook: Playbook, level: str) -> None:
    """Raise `UnknownLevel` for a level that would bring in nobody, because the playbook has none of that name."""
    levels = [] if playbook.escalation is None else [each.name for each in playbook.escalation.levels]
    if level not in levels:
        raise UnknownLevel(level, levels)


def _take_in(charter: Charter, event: Merged) -> Flow[None]:
    """Write down what is merged into it in the log of the incident that goes on, before that ends the other one.

    Raises `CommandInvalid` if it does not go on, and `UnknownIncident` if it is not there. Of two desks that merge two
    incidents into each other, one at the least finds that its log was written to, and looks again: so one goes on.
    """
    into = yield from load(charter, event.into)
    if into.status not in ACTIVE:
        over = into.status if into.merged_into is None else f"merged into {into.merged_into}"
        raise CommandInvalid(f"nothing is merged into {into.id}, which is {over} and does not go on")
    words = f"{event.incident} is merged into this one"
    yield from submit(charter, into.id, lambda now: Note(words, at=now, by=event.by))


def _rebased(command: Command, before: Incident, settled: Incident) -> Command:
    """The command as of the decisions that it settles: nobody could have seen them, so they make it no stale one."""
    if settled is before or command.based_on is None:
        return command
    before.apply(command)
    return evolve(command, based_on=settled.version)


@frozen
class Round:
    """What a tick came to."""

    looked_at: int
    busy: bool
    """Whether there may be more to do at once: the log of an incident grew, or there are more incidents."""


def tick(charter: Charter, setbacks: Setbacks, limit: int) -> Flow[Round]:
    """Look at every incident that is due, and begin what is to be done."""
    turns = yield from _turns(charter, setbacks, limit)
    looked_at, failing_since, grew = 0, None, False
    while looked_at < limit and (incident := turns.next()) is not None:
        looked_at += 1
        try:
            grew |= yield from attend(charter, incident)
        except StaleVersion:
            grew = True  # somebody else was first, and it stays due if there is anything left
        except Exception as error:  # noqa: BLE001  # one incident must not hold up the others, whatever is wrong with it
            charter.tell(Failed(incident, error))
            now: datetime = yield Call(charter.store.now)  # raises if the store cannot be reached, and so ends the tick
            setbacks.add(incident, now)
            failing_since = failing_since or now
            if now - failing_since >= LONGEST_IN_VAIN:
                return Round(looked_at, busy=False)
            turns.turn_round()
            continue
        setbacks.clear(incident)
        failing_since = None
    return Round(looked_at, busy=grew or looked_at == limit)


def _turns(charter: Charter, setbacks: Setbacks, limit: int) -> Flow[Turns]:
    """The incidents to look at now, without those that are left alone for a while."""
    request = FindDue(charter.planned_with, limit)
    if not setbacks:
        found: tuple[IncidentId, ...] = yield Call(partial(charter.store.due, request))
        return Turns(deque(found))
    now: datetime = yield Call(charter.store.now)
    # Those that failed are past their time and come first in the store, so whoever is well may be far behind them.
    several = min(limit + len(setbacks) + AHEAD, MOST)
    due: tuple[IncidentId, ...] = yield Call(partial(charter.store.due, evolve(request, limit=several)))
    if len(due) < several:
        setbacks.keep(due)
    return setbacks.turns(due, now)


def attend(charter: Charter, incident: str) -> Flow[bool]:
    """Plan one incident, record what was decided and claimed, and begin what was claimed; whether the log grew."""
    before = yield from load(charter, incident)
    clock: datetime = yield Call(charter.store.now)
    now = max(clock, before.as_of)
    planned = _plan(charter, before, now)
    claims = [_claim(charter, before, action, now) for action in planned.due]
    after = before.extended(_stamped([*planned.decisions, *claims], now))
    wake_at = _wake_at(after, _plan(charter, after, now), clock)
    yield from _append(charter, before, (*planned.decisions, *claims), wake_at=wake_at, done=wake_at is None)
    _tell_decisions(charter, planned.decisions)
    charter.tell(Planned(before.id, planned))
    for action in planned.due:
        yield Spawn(perform(charter, before.id, action, now + charter.lease))
    return bool(planned.decisions or claims)


def _wake_at(incident: Incident, following: Plan, clock: datetime) -> datetime | None:
    """When to look at an incident again by the store's clock; `None` if nothing will be due unless somebody acts."""
    if following.due:
        return clock
    if following.wake_at is None and incident.status not in ACTIVE:
        return None
    latest = clock + LONGEST_SLEEP
    return latest if following.wake_at is None else min(following.wake_at, latest)


def perform(charter: Charter, incident: IncidentId, action: Action, lease_until: datetime) -> Flow[None]:
    """Do an action that was claimed, and record what came of it whatever else happened."""
    charter.tell(Started(incident, action))
    ending = yield from _try(charter, action, lease_until)
    try:
        recorded = yield from _record(charter, incident, action, ending, lease_until)
    except Exception as error:  # noqa: BLE001  # the loop goes on, and the action is tried again under the same key
        charter.tell(Unrecorded(incident, action, ending.outcome, error))
    else:
        if recorded:
            charter.tell(Ended(incident, action, ending.outcome, ending.problem))


def _try(charter: Charter, action: Action, lease_until: datetime) -> Flow[_Ending]:
    """Ask the provider, and say what came of it."""
    slot, call, missing = _provider(charter, action.request)
    if call is None:
        return _Ending(Outcome.FAILED, missing)
    if (yield from _is_late(charter, lease_until)):
        return _Ending(Outcome.POSTPONED, "the lease had nearly run out before it began")
    try:
        answer: object = yield Attempt(slot, call, charter.deadline)
        ending = _ending(answer, action.request)
    except Exception as error:  # noqa: BLE001  # whatever a provider raises is an outcome, and is recorded as one
        ending = _ending_of(error)
    if isinstance(action.request, SendPage):
        ending = evolve(ending, problem=without_address(ending.problem, action.request.address))
    return ending


def _provider(charter: Charter, request: SendPage | FindOnCall) -> tuple[str, Callable[[], object] | None, str]:
    """The slot of a request, how to call its provider if there is one, and what to say if there is none."""
    match request:
        case SendPage(method=method):
            pager, missing = charter.toolbox.pagers.get(method), f"no pager for {method} is in the toolbox"
            page = None if pager is None else partial(pager.page, request)
            return slot_of(method), page, f"{missing}: somebody has to do it"
        case FindOnCall():
            system = charter.toolbox.on_call
            ask = None if system is None else partial(system.on_call, request)
            return ON_CALL, ask, "no on-call system is in the toolbox"
        case _:
            assert_never(request)


def _is_late(charter: Charter, lease_until: datetime) -> Flow[bool]:
    """Whether so much time went by since the claim that another desk might begin while this one is not done."""
    try:
        now: datetime = yield Call(charter.store.now)
    except Exception:  # noqa: BLE001  # a page is not held up by a clock that cannot be read
        return False
    return now > lease_until - charter.deadline


def _record(
    charter: Charter, incident: IncidentId, action: Action, ending: _Ending, lease_until: datetime
) -> Flow[bool]:
    """Add to the log what came of a try, unless it says nothing; raises what the store raises again and again.

    What says no more than that the lease ran out is not added once it did: it would end the try of whoever came next.
    """
    for left in reversed(range(RECORDINGS)):
        try:
            now: datetime = yield Call(charter.store.now)
            if now >= lease_until and ending.outcome in (Outcome.UNKNOWN, Outcome.POSTPONED):
                return False
            event = ActionEnded(
                incident=incident,
                at=now,
                by=charter.by,
                recorded_at=now,
                action=action.key,
                outcome=ending.outcome,
                problem=ending.problem,
                reference=ending.reference,
                retry_at=_retry_at(ending, now, lease_until),
                found=ending.found,
            )
            events = (event,)
            request = Append(incident=incident, events=events, expected_version=None, planned_with=charter.planned_with)
            yield Call(partial(charter.store.append, request))
            return True
        except Exception:
            if not left:
                raise
    return False


def _retry_at(ending: _Ending, now: datetime, lease_until: datetime) -> datetime | None:
    """Before when not to try again: a call that still runs may still do it, and its lease covers it."""
    if ending.running:
        return lease_until
    return None if ending.retry_after is None else now + ending.retry_after


def foresee(charter: Charter, incident: str, within: timedelta) -> Flow[Preview]:
    """What will happen to an incident if nobody does anything."""
    within = min(_length(within, "one looks ahead by a timedelta"), FARTHEST)
    loaded = yield from load(charter, incident)
    now: datetime = yield Call(charter.store.now)
    until = now + within
    steps = preview(loaded, charter.playbook_of(loaded), charter.directory, now=now, until=until)
    return Preview(tuple(steps))


def diagnose(charter: Charter, slot: str, found: dict[str, Diagnosis]) -> Flow[None]:
    """Find out whether a provider could do its work now."""
    provider = charter.slots[slot]
    if provider is None:
        found[slot] = Diagnosis(healthy=False, problem="no provider is here: what it is for is left to people")
        return
    try:
        answer: object = yield Attempt(slot, provider.diagnose, charter.deadline)
    except Exception as error:  # noqa: BLE001  # a provider that cannot even be asked is an answer as well
        problem = _ending_of(error).problem
        found[slot] = Diagnosis(healthy=False, problem=problem, missing_scopes=scopes_of(error))
    else:
        wrong = f"it answered with {class_of(answer)} and not with a Diagnosis"
        if iscoroutine(answer):
            answer.close()
            wrong = "it answered with a promise that nobody awaits: give the provider to an AsyncDesk"
        found[slot] = answer if isinstance(answer, Diagnosis) else Diagnosis(healthy=False, problem=wrong)


def given(at: datetime | None, now: datetime) -> datetime:
    """The time that somebody gave, or now; what is no time is left to the command, which refuses it."""
    return now if at is None else at


def search(statuses: Iterable[Status], limit: int, after: str | None) -> FindIncidents:
    """What to ask a store for; raises `DeskInvalid` and `FieldInvalid` for what makes no sense."""
    several = "incidents are found by several statuses, as in [Status.RESOLVED], or in Status for all"
    if isinstance(statuses, str):  # which is one of them and a row of letters at once
        raise DeskInvalid(f"{several}, not {shown(statuses)}")
    wanted = frozenset(_status(each) for each in expect(Iterable, statuses, DeskInvalid, several))
    last = None if after is None else IncidentId(expect(str, after, DeskInvalid, "a page begins after an incident"))
    return FindIncidents(statuses=wanted, limit=limit, after=last)


def _status(value: Any) -> Status:
    try:
        return Status(value)
    except ValueError:
        hint = nearest(value, map(str, Status)) if isinstance(value, str) else ""
        raise DeskInvalid(f"no status is called {shown(value)}{listed(tuple(Status))}. {hint}".rstrip()) from None


def lateness(grace: timedelta) -> FindForgotten:
    """What to ask a store for; raises `DeskInvalid` for what is no time that could have passed."""
    return FindForgotten(min(_length(grace, "the grace of an audit is a timedelta"), FARTHEST))


def check_run(poll: timedelta, audit: timedelta, heartbeat: object) -> None:
    """Raise `DeskInvalid` for what a desk cannot run by, before it looks at anything."""
    for name, pause in (("poll", poll), ("audit", audit)):
        if not _length(pause, f"the {name} of a run is a timedelta"):
            raise DeskInvalid(f"the {name} of a run is a timedelta above zero: without a pause it would never rest")
    if heartbeat is not None and not callable(heartbeat):
        raise DeskInvalid(f"a heartbeat is something to call, not {shown(heartbeat)}")


def _length(length: timedelta, words: str) -> timedelta:
    if expect(timedelta, length, DeskInvalid, words) < timedelta():
        raise DeskInvalid(f"{words} of zero or more, not {shown(length)}")
    return length


def find(charter: Charter, request: FindIncidents) -> Flow[tuple[IncidentId, ...]]:
    """Find incidents."""
    found: tuple[IncidentId, ...] = yield Call(partial(charter.store.find, request))
    return found


def audit(charter: Charter, setbacks: Setbacks, request: FindForgotten) -> Flow[Audit]:
    """Find what has been forgotten: what the store knows of, and what this desk tries to look at in vain."""
    audited: Audit = yield Call(partial(charter.store.audit, request))
    if setbacks:
        now: datetime = yield Call(charter.store.now)
        failing = setbacks.since_before(now - request.grace)
        audited = evolve(audited, forgotten=tuple(dict.fromkeys([*audited.forgotten, *failing])))
    charter.tell(Audited(audited.incidents_open, audited.forgotten))
    return audited


@frozen
class _Ending:
    """What came of a try, before it has a time."""

    outcome: Outcome
    problem: str = ""
    reference: str = ""
    retry_after: timedelta | None = None
    running: bool = False
    """Whether the provider may still be at it."""
    found: tuple[PersonId, ...] = ()


def _ending(answer: object, request: SendPage | FindOnCall) -> _Ending:
    """What came of a try that was answered."""
    if iscoroutine(answer):
        answer.close()
        return _Ending(Outcome.FAILED, "answered with a promise that nobody awaits: give the provider to an AsyncDesk")
    if isinstance(request, FindOnCall):
        return _ending_of_question(answer)
    if not isinstance(answer, Receipt):
        return _Ending(Outcome.UNKNOWN, f"answered with {class_of(answer)} and not with a Receipt")
    reference, problem = _reference(answer.reference, "receipt")
    return _Ending(Outcome.SUCCEEDED, problem, reference)


def _ending_of_question(answer: object) -> _Ending:
    """Whom an on-call system named. What cannot be read is no answer, and would be none another time."""
    if not isinstance(answer, OnCallNow):
        return _Ending(Outcome.FAILED, f"answered with {class_of(answer)} and not with an OnCallNow")
    named = _sequence(answer.people)
    if named is None:
        return _Ending(Outcome.FAILED, f"the people of its answer are {class_of(answer.people)}, no tuple")
    names = dict.fromkeys(map(_name, named))
    found = tuple(PersonId(name) for name in names if name is not None)
    reference, problem = _reference(answer.reference, "answer")
    nameless = "some of those whom it named have no names: printable text without spaces at its ends"
    cut = f"it named {len(found)} people, of whom the first {MOST_NAMED} are kept"
    problems = (problem, nameless if None in names else "", cut if len(found) > MOST_NAMED else "")
    return _Ending(Outcome.SUCCEEDED, "; ".join(filter(None, problems)), reference, found=found[:MOST_NAMED])


def _sequence(people: object) -> tuple[object, ...] | None:
    """What should be a tuple, and may be a list; `None` for anything else."""
    return tuple(cast("tuple[object, ...]", people)) if type(people) in (tuple, list) else None


def _name(person: Any) -> str | None:
    """What somebody is called; `None` for what is no name. Of text of a class of its own the text itself counts."""
    is_text = issubclass(type(person), str)  # whatever its class says that it is
    try:
        return checked_name("found", str.__str__(person) if is_text else person)
    except FieldInvalid:
        return None


def _reference(reference: Any, of: str) -> tuple[str, str]:
    """What can be kept of a reference, and what is wrong with it."""
    problem = "" if isinstance(reference, str) else f"the reference of its {of} is {class_of(reference)}, no text"
    return keepable(reference)[:LONGEST_REFERENCE], problem


def _ending_of(error: Exception) -> _Ending:
    """What came of a try that raised, whatever the error does when it is asked."""
    try:
        return _said_by(error)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001  # such as a property that its author computes from an answer that never came
        return _Ending(Outcome.UNKNOWN, f"raised {class_of(error)}, which cannot be read")


def _said_by(error: Exception) -> _Ending:
    """What came of it by what the error says. What is no provider's shows its class alone: it may hold secrets."""
    if not isinstance(error, ProviderError):
        return _Ending(Outcome.UNKNOWN, f"raised {class_of(error)}, which is no ProviderError")
    if error.outcome_unknown:
        return _Ending(Outcome.UNKNOWN, words_of(error), running=isinstance(error, Unanswered))
    if error.transient:
        return _Ending(Outcome.POSTPONED, words_of(error), retry_after=_retry_after(error))
    return _Ending(Outcome.FAILED, words_of(error))


def _retry_after(error: ProviderError) -> timedelta | None:
    """How long a provider wants to be left alone, if what it says makes sense."""
    asked: object = getattr(error, "retry_after", None)
    return min(asked, LONGEST_PAUSE) if isinstance(asked, timedelta) and asked > timedelta() else None


def _plan(charter: Charter, incident: Incident, now: datetime) -> Plan:
    playbook = charter.playbook_of(incident)
    return plan(incident, playbook, charter.directory, now=now, namespace=charter.namespace)


def _claim(charter: Charter, incident: Incident, action: Action, now: datetime) -> ActionStarted:
    """The event by which this desk takes an action on."""
    return ActionStarted(
        incident=incident.id,
        at=now,
        by=charter.by,
        recorded_at=now,
        action=action.key,
        lease_until=now + charter.lease,
        because=keepable(action.because),
    )


def _stamped(events: Iterable[Event], now: datetime) -> list[Event]:
    """The events as the store will record them, if its clock stands still meanwhile."""
    return [evolve(event, recorded_at=now) for event in events]


def _append(
    charter: Charter, before: Incident, events: tuple[Event, ...], *, wake_at: datetime | None, done: bool = False
) -> Flow[Incident]:
    """Add to the log that was read, and give the incident that it is the log of now."""
    request = Append(
        incident=before.id,
        events=events,
        expected_version=before.version,
        wake_at=wake_at,
        planned_with=charter.planned_with,
        done=done,
    )
    stored: tuple[Event, ...] = yield Call(partial(charter.store.append, request))
    if any(isinstance(event, TimeCorrected | Redacted) for event in stored):
        return (yield from load(charter, before.id))
    return before.extended(stored)


def _tell_decisions(charter: Charter, decisions: Iterable[Decision]) -> None:
    for decision in decisions:
        charter.tell(Decided(decision.incident, decision))


def _summary(charter: Charter, incident: Incident, event: Event, now: datetime) -> str:
    """What was recorded, and who will be reached next and when, if nobody does anything.

    Whom the directory does not know is named, because what they say stops no page. The command is in the log by now, so
    whatever is wrong with looking ahead must not look as if it were not.
    """
    playbook = charter.playbook_of(incident)
    said, known = str(event), charter.directory.people
    for person in [event.by, event.to] if isinstance(event, RoleAssigned) else [event.by]:
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
