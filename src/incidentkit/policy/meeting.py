"""The meeting about an incident that is over (playbook, section 6): who comes, what is spoken about, and how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen

from incidentkit.errors import PlaybookInvalid
from incidentkit.model.durations import duration_text
from incidentkit.model.identity import moment
from incidentkit.model.incident import Incident
from incidentkit.policy.directory import Directory
from incidentkit.policy.draft import Draft
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.review import Topic
from incidentkit.policy.view import View
from incidentkit.text.document import Block, Bullets, Document, Heading, Paragraph, Table
from incidentkit.text.plain import to_plain

RESPONDER: Final = "incident responder"
"""As what those are invited who took part."""

NO_ADDRESS: Final = ", of whom no mail address is known"
"""What is said of whoever an invitation by mail does not reach."""

VACANT: Final = "Nobody was found for these roles, so nobody is invited for them:"
"""What is said above roles that nobody has."""


def _start(start: datetime) -> datetime:
    return moment("start", start).replace(microsecond=0)


def _as_of(as_of: datetime) -> datetime:
    return moment("as_of", as_of).replace(microsecond=0)


@frozen(kw_only=True)
class Attendee:
    """Somebody who is invited."""

    name: str
    """What people call them."""
    roles: tuple[str, ...]
    """As what they are invited."""
    address: str = ""
    """Where mail reaches them; empty if the directory does not say."""

    def __str__(self) -> str:
        roles = f" ({', '.join(self.roles)})" if self.roles else ""
        return f"{self.name}{roles}{'' if self.address else NO_ADDRESS}"


@frozen(kw_only=True)
class Meeting:
    """A meeting about one incident; printed, an invitation."""

    title: str
    start: datetime = field(converter=_start)
    agenda: tuple[Topic, ...]
    attendees: tuple[Attendee, ...]
    vacant: tuple[str, ...] = ()
    """Roles that the playbook invites, and that nobody has: whoever sends the invitation has to find somebody."""
    as_of: datetime = field(converter=_as_of)
    """When the latest event happened that it was planned from."""
    uid: str
    """What identifies it in calendars: the same for the same incident, also when it is moved."""

    @property
    def end(self) -> datetime:
        """When all has been spoken about."""
        return self.start + sum((topic.length for topic in self.agenda), timedelta())

    def to_document(self) -> Document:
        """When, who and what, for whoever shows it."""
        return Document(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        yield Heading(self.title, level=1)
        yield Paragraph(f"{self.start:%Y-%m-%d %H:%M} to {self.end:%H:%M} UTC")
        yield Heading("Agenda")
        yield Table(("from", "what", "how long"), self.timed())
        yield Heading("Attendees")
        yield Bullets(map(str, self.attendees))
        if self.vacant:
            yield Paragraph(VACANT)
            yield Bullets(self.vacant)

    def timed(self) -> Iterator[tuple[str, str, str]]:
        """Of each topic, in its order: at what time it begins, in UTC, what it is, and how long it takes."""
        start = self.start
        for topic in self.agenda:
            yield f"{start:%H:%M}", topic.what, duration_text(topic.length)
            start += topic.length

    def __str__(self) -> str:
        return to_plain(self.to_document())


def meeting(incident: Incident, playbook: Playbook, directory: Directory, *, start: datetime) -> Meeting:
    """The meeting about an incident, by its playbook: those who took part are invited, and whom the playbook names.

    Of an incident that is restricted, the title says no more than its id: more people are invited than may know of it.

    Raises `PlaybookInvalid` for a playbook whose review has no agenda, and `FieldInvalid` for a start without zone.
    """
    if playbook.review is None or not playbook.review.agenda:
        raise PlaybookInvalid(f"{playbook.name} has no agenda: ReviewPolicy(agenda=...) takes one")
    view = View(incident, playbook, directory, max(moment("start", start), incident.as_of))
    roles: dict[str, list[str]] = {each: [RESPONDER] for each in Draft(incident, playbook, directory).responders}
    vacant: list[str] = []
    for invitation in playbook.review.invited:
        if invitation.when.evaluate(view.present) is not False:
            found = view.audience.found([invitation.to], view.now)
            for each in found:
                roles.setdefault(each, []).append(invitation.to.name)
            if not found:
                vacant.append(invitation.to.name)
    return Meeting(
        title=f"Post-mortem: {incident.id if incident.restricted else incident.title}",
        start=start,
        agenda=playbook.review.agenda,
        attendees=tuple(_attendee(directory, each, named) for each, named in roles.items()),
        vacant=tuple(vacant),
        as_of=incident.as_of,
        uid=f"review-{incident.id}",
    )


def _attendee(directory: Directory, id: str, roles: list[str]) -> Attendee:
    address = directory.contact(id, "mail") or ""
    return Attendee(name=directory.name_of(id), roles=tuple(dict.fromkeys(roles)), address=address)
