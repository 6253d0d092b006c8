"""Doing an action that was claimed: ask the provider, and record what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from attrs import evolve

from incidentkit.desk.charter import Charter
from incidentkit.desk.effects import Attempt, Call, Flow, Pause
from incidentkit.desk.errand import errand_of
from incidentkit.desk.flows.ending import Ending, ending_of_answer, ending_of_error
from incidentkit.desk.flows.log import reload
from incidentkit.desk.hearsay import class_of, without_address
from incidentkit.desk.notices import Ended, Started, Unrecorded
from incidentkit.errors import IncidentkitError, StoreError
from incidentkit.model.action import Outcome
from incidentkit.model.events import ActionEnded, Event
from incidentkit.model.identity import LONGEST_NAME, IncidentId, keepable
from incidentkit.model.incident import Incident
from incidentkit.policy.action import Action
from incidentkit.providers.evidence import Evidence, KeepEvidence, KeepsEvidence
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import Append

FIRST_PAUSE: Final = timedelta(seconds=0.1)
"""How long to wait for the store before an outcome is recorded again; then twice as long each time."""

LONGEST_PAUSE: Final = timedelta(seconds=5)
"""Up to how long."""

LONGEST_PAUSES: Final = timedelta(seconds=30)
"""How long in sum, or a third of the lease if that is less; a desk that is shut down waits for it.

A try that begins at once has ended by the middle of its lease, since a deadline is less than half of it. So a third
more is over before anybody else can begin the action, unless the store takes its time to fail.
"""


def perform(charter: Charter, claimed: Incident, action: Action, lease_until: datetime) -> Flow[None]:
    """Do an action that was claimed, as the incident was then, and record what came of it whatever else happened."""
    incident = claimed.id
    charter.tell(Started(incident, action))
    ending = yield from _try(charter, claimed, action, lease_until)
    ending = yield from _keep(charter, incident, action, ending)
    try:
        recorded = yield from _record(charter, incident, action, ending, lease_until)
    except Exception as error:  # noqa: BLE001  # the loop goes on, and the action is tried again under the same key
        charter.tell(Unrecorded(incident, action, ending.outcome, error))
    else:
        if recorded:
            charter.tell(Ended(incident, action, ending.outcome, ending.problem))


def _try(charter: Charter, claimed: Incident, action: Action, lease_until: datetime) -> Flow[Ending]:
    """Ask the provider, and say what came of it."""
    errand = errand_of(action, charter.toolbox)
    if errand.call is None:
        return Ending(Outcome.FAILED, errand.missing)
    if (yield from _is_late(charter, action, lease_until)):
        return Ending(Outcome.POSTPONED, "the lease had nearly run out before it began")
    if obstacle := (yield from _obstacle(charter, claimed, action)):
        return Ending(Outcome.POSTPONED, obstacle)
    try:
        answer: object = yield Attempt(errand.slot, errand.call, charter.deadline_of(action))
        ending = ending_of_answer(answer, action)
    except Exception as error:  # noqa: BLE001  # whatever a provider raises is an outcome, and is recorded as one
        ending = ending_of_error(error)
    if isinstance(action.request, SendPage):
        ending = evolve(ending, problem=without_address(ending.problem, action.request.address))
    return ending


def _obstacle(charter: Charter, claimed: Incident, action: Action) -> Flow[str]:
    """Why an action must not be done that was claimed before somebody said otherwise; empty if it may be.

    What cannot be found out is taken to be so. What was said to everybody cannot be unsaid, and what is destroyed is
    gone, while either can wait.
    """
    if not (action.is_for_all or action.is_destructive):
        return ""
    try:
        present = yield from reload(charter, claimed)
    except Exception:  # noqa: BLE001  # whatever keeps the log from being read
        present = None
    if action.is_for_all and (present is None or present.restricted):
        return "the incident was restricted meanwhile, or its log could not be read"
    if action.is_destructive and (present is None or present.evidence_held):
        return "evidence is held meanwhile, or the log of the incident could not be read"
    return ""


def _keep(charter: Charter, incident: IncidentId, action: Action, ending: Ending) -> Flow[Ending]:
    """Keep what a tool said as evidence, if the store keeps any; what came of the try is recorded in any case."""
    if not ending.output or not isinstance(charter.store, KeepsEvidence):
        return ending
    name = keepable(f"{action.key.obligation}, {action.slot}")[:LONGEST_NAME]
    request = KeepEvidence(incident=incident, name=name, content=ending.output)
    try:
        kept: Evidence = yield Call(partial(charter.store.keep_evidence, request))
    except Exception as error:  # noqa: BLE001  # it is less than the outcome, which is recorded next
        lost = f"what it said could not be kept: {class_of(error)}"
        return evolve(ending, problem="; ".join(filter(None, (ending.problem, lost))))
    return evolve(ending, evidence=kept.sha256)


def _is_late(charter: Charter, action: Action, lease_until: datetime) -> Flow[bool]:
    """Whether so much time went by since the claim that another desk might begin while this one is not done."""
    try:
        now: datetime = yield Call(charter.store.now)
    except Exception:  # noqa: BLE001  # a page is not held up by a clock that cannot be read
        return False
    return now > lease_until - charter.deadline_of(action)


def _record(
    charter: Charter, incident: IncidentId, action: Action, ending: Ending, lease_until: datetime
) -> Flow[bool]:
    """Add to the log what came of a try, unless it says nothing; whether the log has it.

    Tries again, with pauses, while the store cannot do it. Raises what it raised last, and at once what no further try
    could change. What says no more than that the lease ran out is not added once it did: it would end the try of
    whoever came next.
    """
    pauses = _pauses(charter.lease)
    event: ActionEnded | None = None
    while True:
        try:
            if event is not None and (yield from _is_there(charter, event)):
                return True
            now: datetime = yield Call(charter.store.now)
            if now >= lease_until and ending.outcome in (Outcome.UNKNOWN, Outcome.POSTPONED):
                return False
            event = event or _event(charter, incident, action, ending, now, lease_until)
            request = Append(
                incident=incident, events=(event,), expected_version=None, planned_with=charter.planned_with
            )
            yield Call(partial(charter.store.append, request))
            return True
        except Exception as error:
            pause = None if _is_final(error) else next(pauses, None)
            if pause is None:
                raise
        yield Pause(pause)


def _pauses(lease: timedelta) -> Iterator[timedelta]:
    """How long to wait before each further try to record an outcome."""
    pause, left = FIRST_PAUSE, min(lease / 3, LONGEST_PAUSES)
    while left > timedelta():
        yield min(pause, left)
        left -= pause
        pause = min(2 * pause, LONGEST_PAUSE)


def _is_final(error: Exception) -> bool:
    """Whether trying again cannot help: the store knows no such incident, say, or the event cannot follow.

    What is wrong with the store itself, such as a password that was changed, may be mended within seconds.
    """
    if isinstance(error, StoreError):
        return False
    return isinstance(error, IncidentkitError) and isinstance(error, LookupError | ValueError)


def _is_there(charter: Charter, event: ActionEnded) -> Flow[bool]:
    """Whether the log has an outcome already, because an append kept it whose answer was lost.

    It does if it has one that is like it in all but when it was recorded. If ours was kept, it is found: it is made
    once, so it has the same time however often it is tried, and nothing takes words out of it. An append that the store
    has not carried out yet cannot be seen; then the log says the same twice.

    What is found may be of another try of the action, also by another desk of the same name, if the clock gave both the
    same time. Then nothing is lost, for it says all that ours would. It may even be of an earlier try, if the clock was
    turned back. Then both are unknown or postponed, since nothing is tried again after a definite outcome, and the
    lease of ours runs out, which means the same.
    """
    log: tuple[Event, ...] = yield Call(partial(charter.store.load, event.incident))
    ended = (each for each in log if isinstance(each, ActionEnded))
    return any(evolve(each, recorded_at=event.recorded_at) == event for each in ended)


def _event(
    charter: Charter, incident: IncidentId, action: Action, ending: Ending, now: datetime, lease_until: datetime
) -> ActionEnded:
    """What the log is to say of a try."""
    return ActionEnded(
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
        opened=ending.opened,
        url=ending.url,
        readings=ending.readings,
        former=ending.former,
        evidence=ending.evidence,
    )


def _retry_at(ending: Ending, now: datetime, lease_until: datetime) -> datetime | None:
    """Before when not to try again: a call that still runs may still do it, and its lease covers it."""
    if ending.running:
        return lease_until
    return None if ending.retry_after is None else now + ending.retry_after
