"""Action items as something that people owe: whoever took one on is reminded once its time has run out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from incidentkit.model.action import ActionKey
from incidentkit.model.conditions import ALWAYS
from incidentkit.model.events import ActionItemAdded
from incidentkit.model.identity import LONGEST_NAME
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Status
from incidentkit.model.progress import ONCE
from incidentkit.model.targets import Target
from incidentkit.policy.obligation import ITEM, Obligation, Recurrence, as_reason
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person
from incidentkit.policy.situation import SAID_DONE, STATUS, WAIVED
from incidentkit.providers.pager import Purpose
from incidentkit.providers.tracker import OpenTicket
from incidentkit.text.document import Bullets, Document, Paragraph, flat


def follow_ups(incident: Incident, playbook: Playbook) -> Iterator[Obligation]:
    """The action items of an incident; of one that was none, nothing is owed.

    Whoever took one on owes it; if the directory does not know them, whoever owes the review does.
    """
    for item in incident.action_items.values():
        yield _follow_up(item, incident, playbook)


def _follow_up(item: ActionItemAdded, incident: Incident, playbook: Playbook) -> Obligation:
    id = f"{ITEM}{item.name}"
    return Obligation(
        id=id,
        when=ALWAYS,
        met=SAID_DONE,
        until=SAID_DONE | WAIVED | STATUS.is_(Status.CANCELLED),
        recipients=(person(item.owner),),
        fallback=() if playbook.review is None else (playbook.review.owner,),
        recurrence=Recurrence.ONCE,
        due=_due(item, id, incident),
        chain=() if playbook.review is None else playbook.review.reminders,
        outlives=True,
        owed=True,
        purpose=Purpose.REMINDER,
        because=as_reason(item.text),
        source="6. Review",
    )


def _due(item: ActionItemAdded, id: str, incident: Incident) -> Target | None:
    """How much time there is from when it came into force, so that it runs out when it was said to, or at once."""
    if item.due is None:
        return None
    instance = incident.progress.in_force.get((id, ONCE))
    begun = item.recorded_at if instance is None else instance.since
    return Target(max(item.due - begun, timedelta.resolution))


def ticket_requests(incident: Incident, *, namespace: str = "") -> tuple[OpenTicket, ...]:
    """What to ask a `Tracker` for, so that each action item that is open has a ticket of its own.

    The same item is the same ticket, however often it is asked for, in the same ``namespace``: that of the desk. Nobody
    sends them by themselves, because a tracker is read by more people than an incident that is restricted.
    """
    settled = incident.progress.settled
    items = (each for each in incident.action_items.values() if f"{ITEM}{each.name}" not in settled)
    return tuple(_ticket(item, incident, namespace) for item in items)


def _ticket(item: ActionItemAdded, incident: Incident, namespace: str) -> OpenTicket:
    due = f"Due: {item.until}" if item.due else ""
    about = [f"Owner: {item.owner}", due, f"Follows from {incident.id}: {incident.title}"]
    return OpenTicket(
        key=ActionKey(f"{ITEM}{item.name}", ONCE).digest(namespace, incident.id),
        incident=incident.id,
        title=flat(item.text)[:LONGEST_NAME] or item.name,
        message=Document([Paragraph(item.text), Bullets(filter(None, about))]),
        severity=incident.severity.key,
    )
