"""Who is meant: the people of an incident, and of a directory, for whom an obligation is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final

from attrs import frozen

from incidentkit.errors import ScheduleInvalid, UnknownRecipient
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.progress import InForce
from incidentkit.policy.directory import Directory
from incidentkit.policy.escalation import is_of_level
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import Recipient, RecipientKind, schedule

SHIFTS: Final = (RecipientKind.SCHEDULE, RecipientKind.RELIEVED)
"""The kinds of recipients who are others when a shift changes."""


@frozen
class Audience:
    """The people of an incident, by its playbook and by today's directory."""

    incident: Incident
    playbook: Playbook
    directory: Directory

    def found(self, recipients: Iterable[Recipient], at: datetime) -> tuple[PersonId, ...]:
        """Who is meant at a moment, each once; a recipient that the directory does not know any more is nobody.

        Nor is a schedule anybody at a time for which it does not answer.
        """
        people: list[PersonId] = []
        named = (*recipients,)
        for recipient in named:
            if recipient.kind is RecipientKind.THOSE:
                people += (who for who in self._involved[recipient.name]() if who in self.directory.people)
            elif recipient.kind is RecipientKind.RELIEVED:
                still = self.found([schedule(each.name) for each in named if each.kind is RecipientKind.RELIEVED], at)
                people += (who for who in self._relieved(schedule(recipient.name), at) if who not in still)
            else:
                with suppress(UnknownRecipient, ScheduleInvalid):
                    people += self.directory.find(recipient, self.incident.roles, at=at)
        return tuple(dict.fromkeys(people))

    def people(self, obligation: Obligation, at: datetime) -> tuple[PersonId, ...]:
        """Who it is about at a moment; the fallback only once nobody is left to ask."""
        found = self.found(obligation.recipients, at)
        return found if found or obligation.asked else self.found(obligation.fallback, at)

    def new(self, obligation: Obligation, instance: InForce, at: datetime) -> tuple[PersonId, ...]:
        """Whom a shift that begins at a moment brings in, or one that ends then: who was not meant before."""
        shifts = [each for each in obligation.recipients if each.kind in SHIFTS]
        return tuple(person for person in self.found(shifts, at) if person not in instance.people)

    def may_join(self, obligation: Obligation, instance: InForce) -> bool:
        """Whether any shift can bring in somebody who is not there yet."""
        may = {*self.directory.scheduled(obligation.recipients)}
        if obligation.relieves:
            may |= self.incident.progress.acknowledged.keys()
        return bool(may - {*instance.people})

    def next_change(self, obligation: Obligation, after: datetime) -> datetime | None:
        """When other people are on call for it next."""
        return self.directory.next_change((*obligation.recipients, *obligation.fallback), after)

    @property
    def _involved(self) -> Mapping[str, Callable[[], Iterable[PersonId]]]:
        return {"paged": self._paged, "acknowledged": self._acknowledged_before_the_raise}

    def _paged(self) -> Iterator[PersonId]:
        """Whom a page reached, or may have, in this generation; not whoever ended it, who knows.

        Be it for a level of the playbook that the incident had before it was moved.
        """
        obligations = self.playbook.obligations
        personal = {obligation.id for obligation in obligations if obligation.personal and not obligation.outlives}
        gone = {key.obligation for key in self.incident.progress.tried} - {each.id for each in obligations}
        personal |= {*filter(is_of_level, gone)}
        for key, tried in self.incident.progress.tried.items():
            if tried.reached and key.obligation in personal and key.person != self.incident.moved_by:
                yield PersonId(key.person)

    def _acknowledged_before_the_raise(self) -> Iterator[PersonId]:
        progress = self.incident.progress
        return (person for person, mark in progress.acknowledged.items() if mark.place < progress.raised_place)

    def _relieved(self, shift: Recipient, at: datetime) -> Iterator[PersonId]:
        """Who has it though their shift is over, as long as there is somebody to hand it over to."""
        acknowledged, on_call = self.incident.progress.acknowledged, self.found([shift], at)
        if on_call and acknowledged.keys().isdisjoint(on_call):
            for person, mark in acknowledged.items():
                if person in self.found([shift], mark.at):
                    yield person
