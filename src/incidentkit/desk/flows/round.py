"""Looking at what is due: plan, record what was decided and claimed, and begin what was claimed."""

from __future__ import annotations

from collections import deque
from collections.abc import Set
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from attrs import evolve, frozen

from incidentkit.desk.charter import Charter
from incidentkit.desk.company import Company
from incidentkit.desk.effects import Call, Flow, Spawn
from incidentkit.desk.flows.log import append, load, stamped
from incidentkit.desk.flows.performance import perform
from incidentkit.desk.notices import Failed, Planned
from incidentkit.desk.setbacks import Setbacks, Turns
from incidentkit.errors import StaleVersion
from incidentkit.model.events import ActionStarted
from incidentkit.model.identity import IncidentId, keepable
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.policy.action import Action
from incidentkit.policy.planning import due_at, plan
from incidentkit.providers.store import MOST, FindDue

LONGEST_SLEEP: Final = timedelta(days=1)
"""After which an incident is looked at though nothing is due: one that is never to be looked at is a forgotten one."""

LONGEST_IN_VAIN: Final = timedelta(seconds=5)
"""How long a tick goes on while every incident fails, by the store's clock, from the first of them on.

Incidents that are broken fail at once, so hundreds of them are past before it ends. What takes longer waits for a store
that does not answer, and is asked two or three times.
"""

AHEAD: Final = 1_000
"""How many more incidents are looked through for one that may be well, while some fail."""


@frozen
class Round:
    """What a tick came to."""

    looked_at: int
    busy: bool
    """Whether there may be more to do at once: the log of an incident grew, or there are more incidents."""


def tick(charter: Charter, company: Company, setbacks: Setbacks, limit: int) -> Flow[Round]:
    """Look at every incident that is due, and begin what is to be done; in company, a few at a time."""
    request = FindDue(charter.planned_with, limit)
    looked_at, busy, shared, lost = 0, True, True, set[IncidentId]()
    while busy and shared and looked_at < limit:
        shared = company.is_there
        portion = yield from _look(charter, company, setbacks, lost, evolve(request, limit=limit - looked_at))
        looked_at, busy, shared = looked_at + portion.looked_at, portion.busy, shared or company.is_there
    return Round(looked_at, busy)


def _look(
    charter: Charter, company: Company, setbacks: Setbacks, lost: set[IncidentId], request: FindDue
) -> Flow[Round]:
    """Look at what is due until that is done, or until somebody else is found to do the same.

    Those that were ``lost`` to somebody else come last: who writes to one all the time holds up no other.
    """
    turns = yield from _turns(charter, company, setbacks, lost, request)
    looked_at, failing_since, grew, limit = 0, None, False, company.taken(request.limit)
    company.go_on()
    while looked_at < limit and (incident := turns.next()) is not None:
        looked_at += 1
        try:
            grew |= yield from attend(charter, incident)
        except StaleVersion:
            company.meet()
            lost.add(incident)
            grew = True  # somebody else was first, and it stays due if there is anything left
            break
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


def _turns(
    charter: Charter, company: Company, setbacks: Setbacks, lost: Set[IncidentId], request: FindDue
) -> Flow[Turns]:
    """The incidents to look at now, without those that are left alone for a while."""
    request = evolve(request, limit=min(company.asked(request.limit), MOST))
    if not setbacks:
        found: tuple[IncidentId, ...] = yield Call(partial(charter.store.due, request))
        return Turns(deque(sorted(company.in_order(found), key=lost.__contains__)))
    now: datetime = yield Call(charter.store.now)
    # Those that failed are past their time and come first in the store, so whoever is well may be far behind them.
    several = min(request.limit + len(setbacks) + AHEAD, MOST)
    due: tuple[IncidentId, ...] = yield Call(partial(charter.store.due, evolve(request, limit=several)))
    if len(due) < several:
        setbacks.keep(due)
    return setbacks.turns(sorted(company.in_order(due), key=lost.__contains__), now)


def attend(charter: Charter, incident: str) -> Flow[bool]:
    """Plan one incident, record what was decided and claimed, and begin what was claimed; whether the log grew."""
    before = yield from load(charter, incident)
    clock: datetime = yield Call(charter.store.now)
    now = max(clock, before.as_of)
    planned = plan(before, charter.playbook_of(before), charter.directory, now=now, namespace=charter.namespace)
    claims = [_claim(charter, before, action, now) for action in planned.due]
    events = (*charter.taking_over(before, now), *planned.decisions, *claims)
    after = before.extended(stamped(events, now))
    # What has not changed is not planned anew: the plan would be the same.
    next_at = due_at(after, charter.playbook_of(after), charter.directory, now=now) if events else planned.wake_at
    wake_at = _wake_at(after, next_at, clock, now)
    claimed = yield from append(charter, before, events, wake_at=wake_at, done=wake_at is None)
    charter.tell(Planned(before.id, planned))
    for action in planned.due:
        yield Spawn(perform(charter, claimed, action, now + charter.lease_of(action)))
    return bool(events)


def _wake_at(incident: Incident, next_at: datetime | None, clock: datetime, now: datetime) -> datetime | None:
    """When to look at an incident again by the store's clock; `None` if nothing will be due unless somebody acts."""
    if next_at is None and (incident.practice or incident.status not in ACTIVE):
        return None
    if next_at is not None and next_at <= now:
        return clock
    latest = clock + LONGEST_SLEEP
    return latest if next_at is None else min(next_at, latest)


def _claim(charter: Charter, incident: Incident, action: Action, now: datetime) -> ActionStarted:
    """The event by which this desk takes an action on."""
    return ActionStarted(
        incident=incident.id,
        at=now,
        by=charter.by,
        recorded_at=now,
        action=action.key,
        lease_until=now + charter.lease_of(action),
        because=keepable(action.because),
    )
