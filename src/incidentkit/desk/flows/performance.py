"""Doing an action that was claimed: ask the provider, and record what came of it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final

from attrs import evolve

from incidentkit.desk.charter import Charter
from incidentkit.desk.effects import Attempt, Call, Flow
from incidentkit.desk.errand import errand_of
from incidentkit.desk.flows.ending import Ending, ending_of_answer, ending_of_error
from incidentkit.desk.flows.log import load
from incidentkit.desk.hearsay import without_address
from incidentkit.desk.notices import Ended, Started, Unrecorded
from incidentkit.model.action import Outcome
from incidentkit.model.events import ActionEnded
from incidentkit.model.identity import IncidentId
from incidentkit.policy.action import Action
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import Append

RECORDINGS: Final = 3
"""How often to try to record an outcome."""


def perform(charter: Charter, incident: IncidentId, action: Action, lease_until: datetime) -> Flow[None]:
    """Do an action that was claimed, and record what came of it whatever else happened."""
    charter.tell(Started(incident, action))
    ending = yield from _try(charter, incident, action, lease_until)
    try:
        recorded = yield from _record(charter, incident, action, ending, lease_until)
    except Exception as error:  # noqa: BLE001  # the loop goes on, and the action is tried again under the same key
        charter.tell(Unrecorded(incident, action, ending.outcome, error))
    else:
        if recorded:
            charter.tell(Ended(incident, action, ending.outcome, ending.problem))


def _try(charter: Charter, incident: IncidentId, action: Action, lease_until: datetime) -> Flow[Ending]:
    """Ask the provider, and say what came of it."""
    errand = errand_of(action.request, charter.toolbox)
    if errand.call is None:
        return Ending(Outcome.FAILED, errand.missing)
    if (yield from _is_late(charter, lease_until)):
        return Ending(Outcome.POSTPONED, "the lease had nearly run out before it began")
    if action.is_for_all and (yield from _may_be_restricted(charter, incident)):
        return Ending(Outcome.POSTPONED, "the incident was restricted meanwhile, or its log could not be read")
    try:
        answer: object = yield Attempt(errand.slot, errand.call, charter.deadline)
        ending = ending_of_answer(answer, action.request)
    except Exception as error:  # noqa: BLE001  # whatever a provider raises is an outcome, and is recorded as one
        ending = ending_of_error(error)
    if isinstance(action.request, SendPage):
        ending = evolve(ending, problem=without_address(ending.problem, action.request.address))
    return ending


def _may_be_restricted(charter: Charter, incident: IncidentId) -> Flow[bool]:
    """Whether only those may know of it by now who must; so it is taken to be if that cannot be found out."""
    try:
        present = yield from load(charter, incident)
    except Exception:  # noqa: BLE001  # what is for everybody can wait, and what was said to everybody cannot be unsaid
        return True
    return present.restricted


def _is_late(charter: Charter, lease_until: datetime) -> Flow[bool]:
    """Whether so much time went by since the claim that another desk might begin while this one is not done."""
    try:
        now: datetime = yield Call(charter.store.now)
    except Exception:  # noqa: BLE001  # a page is not held up by a clock that cannot be read
        return False
    return now > lease_until - charter.deadline


def _record(
    charter: Charter, incident: IncidentId, action: Action, ending: Ending, lease_until: datetime
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
                opened=ending.opened,
                url=ending.url,
            )
            events = (event,)
            request = Append(incident=incident, events=events, expected_version=None, planned_with=charter.planned_with)
            yield Call(partial(charter.store.append, request))
            return True
        except Exception:
            if not left:
                raise
    return False


def _retry_at(ending: Ending, now: datetime, lease_until: datetime) -> datetime | None:
    """Before when not to try again: a call that still runs may still do it, and its lease covers it."""
    if ending.running:
        return lease_until
    return None if ending.retry_after is None else now + ending.retry_after
