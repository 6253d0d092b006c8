"""What is asked of a chat, a status page or a tracker for an incident: the requests that acts become."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias, assert_never

from attrs import frozen

from incidentkit.model.action import ActionKey
from incidentkit.model.calendar import zone_of
from incidentkit.model.events import Linked, LinkKind
from incidentkit.model.identity import IncidentId
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.model.severity import SeverityScheme
from incidentkit.policy.act import ActKind
from incidentkit.policy.communication import LONGEST_SLUG, PRIVATE, CommunicationPolicy, channel_name
from incidentkit.policy.directory import Directory
from incidentkit.policy.message import message_values
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.situation import channel_of
from incidentkit.providers.chat import CloseChannel, OpenChannel, PostMessage
from incidentkit.providers.status_page import PublicStatus, PublishStatus
from incidentkit.providers.tools import ToolRequest
from incidentkit.providers.tracker import CloseTicket, OpenTicket
from incidentkit.text.document import Document, Heading

Posting: TypeAlias = OpenChannel | PostMessage | CloseChannel | PublishStatus | OpenTicket | CloseTicket
"""A request that an act becomes."""

PUBLICLY: Final[Mapping[Status, PublicStatus]] = {
    Status.INVESTIGATING: PublicStatus.INVESTIGATING,
    Status.MITIGATING: PublicStatus.IDENTIFIED,
    Status.MONITORING: PublicStatus.MONITORING,
    Status.RESOLVED: PublicStatus.RESOLVED,
    Status.CLOSED: PublicStatus.RESOLVED,
    Status.CANCELLED: PublicStatus.RESOLVED,
}
"""How far it has come, as the public is told."""


@frozen
class Postings:
    """The messages and requests of an incident."""

    incident: Incident
    directory: Directory
    communication: CommunicationPolicy
    scheme: SeverityScheme[Any]
    """The severities of the playbook: one that was kept with an incident has neither name nor targets."""

    def message(self, obligation: Obligation, since: datetime) -> Document | None:
        """What an obligation says that came into force at a moment, which is the moment that it tells."""
        if obligation.message is None:
            return None
        return obligation.message.fill(self._values(since, public=self._is_public(obligation)))

    def request(self, obligation: Obligation, key: ActionKey, digest: str, since: datetime) -> Posting:
        """What the act of an obligation becomes that its chain has come to."""
        act = obligation.acts[key.attempt]
        common: dict[str, Any] = {"key": digest, "incident": IncidentId(self.incident.id)}
        message = self.message(obligation, since) or Document([])
        title, rest = _parted(message)
        match act.kind:
            case ActKind.OPEN_CHANNEL | ActKind.OPEN_PRIVATE_CHANNEL:
                private = act.kind is ActKind.OPEN_PRIVATE_CHANNEL
                name = self._channel_name(key.attempt, PRIVATE if private else "")
                topic = f"{self.incident.severity.key}: {self.incident.title}"
                return OpenChannel(**common, name=name, private=private, topic=topic)
            case ActKind.POST:
                return PostMessage(
                    **common, channel=act.where or _reference(channel_of(self.incident)), message=message
                )
            case ActKind.CLOSE_CHANNEL:
                return CloseChannel(**common, channel=_reference(self.incident.linked(LinkKind.CHANNEL)))
            case ActKind.CLOSE_PRIVATE_CHANNEL:
                return CloseChannel(**common, channel=_reference(self.incident.linked(LinkKind.PRIVATE_CHANNEL)))
            case ActKind.PUBLISH:
                entry = _reference(self.incident.linked(LinkKind.STATUS_ENTRY))
                status = PUBLICLY[self.incident.status]
                return PublishStatus(**common, entry=entry, status=status, title=title, message=rest)
            case ActKind.OPEN_TICKET:
                severity = self.incident.severity.key
                return OpenTicket(**common, title=title, message=rest, severity=severity)
            case ActKind.CLOSE_TICKET:
                ticket = _reference(self.incident.linked(LinkKind.TICKET))
                return CloseTicket(**common, ticket=ticket, message=message)
            case _:
                assert_never(act.kind)

    def _channel_name(self, attempt: int, end: str) -> str:
        """What the channel is called; from the second attempt on, another name, because somebody has the first."""
        policy, number = self.communication, self.incident.number
        day = self.incident.declared_at.astimezone(zone_of(policy.zone)).date()
        name = channel_name(policy.channel, day, _slug(self.incident.id) if number is None else f"{number:03}")
        return f"{name}{end}-{attempt + 1}" if attempt else f"{name}{end}"

    def _is_public(self, obligation: Obligation) -> bool:
        return any(act.kind is ActKind.PUBLISH for act in obligation.acts)

    def _values(self, at: datetime, *, public: bool) -> dict[str, str]:
        """What the fields of templates stand for."""
        policy, incident = self.communication, self.incident
        values = message_values(
            incident,
            self.directory,
            at=at,
            zone=policy.zone,
            update=incident.latest_update,
            update_number=incident.updates,
            number=incident.number,
            status_page=policy.status_page,
            severity=self.scheme[incident.severity.key] if incident.severity in self.scheme else None,
        )
        written_at = incident.summarized_at
        is_stale = written_at is not None and written_at < incident.generation_at  # what was so before it came back
        if public and (is_stale or not values["public_summary"].strip()):
            goes_on = incident.status in ACTIVE or incident.merged_into is not None
            values["public_summary"] = policy.neutral if goes_on else policy.neutral_end
        return values


def opened_by(request: object) -> LinkKind | None:
    """What belongs to the incident once a request is done; `None` if nothing does that did not before."""
    match request:
        case OpenChannel(private=private):
            return LinkKind.PRIVATE_CHANNEL if private else LinkKind.CHANNEL
        case PublishStatus(entry=""):
            return LinkKind.STATUS_ENTRY
        case OpenTicket():
            return LinkKind.TICKET
        case _:
            return None


def words_of(request: Posting | ToolRequest) -> str:
    """What is to be done, in words that follow on a "to"; of what a tool is asked, what its request is called."""
    match request:
        case OpenChannel(name=name, private=private):
            return f"open the {'private ' if private else ''}channel {name}"
        case PostMessage(channel=channel):
            return f"post in {channel}"
        case CloseChannel(channel=channel):
            return f"close the channel {channel}"
        case PublishStatus(status=status):
            return f"publish '{status}' on the status page"
        case OpenTicket():
            return "open a ticket"
        case CloseTicket(ticket=ticket):
            return f"close the ticket {ticket}"
        case _:
            return re.sub(r"(?<!^)(?=[A-Z])", " ", type(request).__name__).lower()


def _slug(id: str) -> str:
    """What identifies an incident that has no number, in the letters of a channel's name."""
    return re.sub(r"[^a-z0-9_]+", "-", id.lower())[:LONGEST_SLUG].strip("-") or "x"


def _reference(link: Linked | None) -> str:
    return "" if link is None else link.reference


def _parted(message: Document) -> tuple[str, Document]:
    """The title of a message, and what comes after it."""
    head, *rest = message.blocks or (None,)
    if not isinstance(head, Heading):
        return "", message
    return "".join(part.text for part in head.line), Document(rest)
