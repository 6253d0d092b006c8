"""Omissions: whom something in force is about who is told nothing within the time, and methods that are skipped."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property

from attrs import evolve, frozen

from incidentkit.model.identity import PersonId
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.outlook import Outlook


class Reason(StrEnum):
    """Why a person whom something in force is about is told nothing within the time."""

    ACKNOWLEDGED = "has acknowledged"
    DECLINED = "has declined"
    NO_METHOD = "has no contact method of the chain"
    SNOOZED = "the incident is snoozed"
    FINISHED = "everything was tried already"
    MAINTENANCE = "pages are held by maintenance"
    STOPPED = "nobody on the level is paged any more, by what stops it"
    NOTHING_DUE = "was tried before, and nothing falls due"


@frozen(kw_only=True)
class LeftOut:
    """Somebody whom something in force is about, and who is not told for it within the time."""

    person: PersonId
    obligation: str
    reason: Reason


@frozen(kw_only=True)
class Skipped:
    """Contact methods of a chain that are skipped for a person, who has others of it."""

    person: PersonId
    methods: tuple[str, ...]


@frozen(slots=False)
class Omissions:
    """Who is not told, and through what, while nobody does anything."""

    outlook: Outlook

    def left_out(self) -> Iterator[LeftOut]:
        """Everybody whom something in force at the end is about and who is told nothing for it, with the reason."""
        told = _told(self.outlook)
        for obligation, instance in self.outlook.with_chains():
            for person in instance.people:
                if (obligation.id, person) not in told:
                    reason = self._reason(obligation, person)
                    if reason is not None:
                        yield LeftOut(person=person, obligation=obligation.id, reason=reason)

    def skipped(self) -> Iterator[Skipped]:
        """The methods that people lack who have others of the chain."""
        lacking: dict[PersonId, dict[str, None]] = {}
        for obligation, instance in self.outlook.with_chains():
            methods = dict.fromkeys(attempt.method for attempt in obligation.chain)
            for person in instance.people:
                missing = [each for each in methods if self.outlook.directory.contact(person, each) is None]
                if len(missing) < len(methods):
                    lacking.setdefault(person, {}).update(dict.fromkeys(missing))
        return (Skipped(person=person, methods=tuple(missing)) for person, missing in lacking.items() if missing)

    def _reason(self, obligation: Obligation, person: PersonId) -> Reason | None:
        """Why somebody is told nothing; `None` for what need not tell anybody, such as a clock that is not overdue."""
        incident, directory = self.outlook.after, self.outlook.directory
        if obligation.personal and person in incident.acknowledged:
            return Reason.ACKNOWLEDGED
        if obligation.personal and person in incident.declined:
            return Reason.DECLINED
        if all(directory.contact(person, attempt.method) is None for attempt in obligation.chain):
            return Reason.NO_METHOD
        if not obligation.personal or incident.status not in ACTIVE:
            return None
        if incident.snoozed_until is not None and incident.snoozed_until > self.outlook.end:
            return Reason.SNOOZED
        if (obligation.id, person) in self._finished:
            return Reason.FINISHED
        if (obligation.id, person) in self._told_but_for_maintenance:
            return Reason.MAINTENANCE
        chain = (obligation.id, obligation.instance(incident), person)
        # Who was never tried would be tried at once, unless the level asks for nothing. Of others that cannot be told.
        tried_before = chain in incident.progress.latest or person in incident.progress.armings
        return Reason.NOTHING_DUE if tried_before else Reason.STOPPED

    @cached_property
    def _told_but_for_maintenance(self) -> set[tuple[str, str]]:
        """Who would be told something within the time, and for what, if no window held it."""
        outlook = self.outlook
        if not any(outlook.maintenance()):
            return set()
        return _told(evolve(outlook, directory=evolve(outlook.directory, maintenance=())))

    @cached_property
    def _finished(self) -> set[tuple[str, PersonId]]:
        """For whom nothing was left to try at the start."""
        return {(each.obligation, person) for each in self.outlook.planned.owed for person in each.people}


def _told(outlook: Outlook) -> set[tuple[str, str]]:
    """Who is told something within the time, and for what."""
    return {(action.key.obligation, action.key.person) for step in outlook.steps for action in step.actions}
