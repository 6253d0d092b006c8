"""Omissions: whom something in force is about who is told nothing within the time, and methods that are skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from attrs import evolve, frozen

from incidentkit.model.events import Snoozed
from incidentkit.model.identity import PersonId
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.model.progress import InForce
from incidentkit.policy.chain import Chain
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.outlook import Outlook
from incidentkit.policy.turn import PLANNER


class Reason(StrEnum):
    """Why a person whom something in force is about is told nothing within the time."""

    ACKNOWLEDGED = "has acknowledged"
    DECLINED = "has declined"
    NO_METHOD = "has no contact method of the chain"
    SNOOZED = "the incident is snoozed"
    FINISHED = "everything was tried already"
    MAINTENANCE = "pages are held by maintenance"
    STOPPED = "nobody on the level is paged any more, by what stops it"
    CALLED = "is being called for another level"
    GRACE = "is left alone for a while after their acknowledgement ended"
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
                    reason = self._reason(obligation, instance, person)
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

    def _reason(self, obligation: Obligation, instance: InForce, person: PersonId) -> Reason | None:
        """Why somebody is told nothing; `None` for what need not tell anybody, such as a clock that is not overdue."""
        incident, directory, view = self.outlook.after, self.outlook.directory, self.outlook.view
        if obligation.personal and person in incident.acknowledged:
            return Reason.ACKNOWLEDGED
        if obligation.personal and person in incident.declined:
            return Reason.DECLINED
        if all(directory.contact(person, attempt.method) is None for attempt in obligation.chain):
            return Reason.NO_METHOD
        if not obligation.personal or incident.status not in ACTIVE:
            return None
        if obligation.until.evaluate(view.about(obligation, instance, view.present)) is True:
            return Reason.STOPPED
        chain = self._chains.get((obligation.id, person))
        return None if chain is None else self._waiting(chain)

    def _waiting(self, chain: Chain) -> Reason:
        """Why a chain that asks for somebody tells them nothing."""
        incident, end, view = self.outlook.after, self.outlook.end, self.outlook.view
        key = chain.key
        if key is None:
            return Reason.FINISHED
        if (chain.obligation.id, chain.person) in self._told_but_for_holds:
            snoozed = incident.snoozed_until
            return Reason.SNOOZED if snoozed is not None and snoozed > end else Reason.MAINTENANCE
        if chain.at <= end:
            return Reason.CALLED
        latest = view.incident.progress.latest.get((key.obligation, key.instance, key.person))
        return Reason.NOTHING_DUE if latest is not None and latest.arm == key.arm else Reason.GRACE

    @cached_property
    def _chains(self) -> Mapping[tuple[str, PersonId], Chain]:
        """The chains at the end of what pages people, as if no level waited for the calls of another."""
        view, chains = self.outlook.view, list[Chain]()
        for obligation, instance in self.outlook.with_chains():
            if obligation.after:
                chains += view.latest_chains(obligation)
            else:
                chains += view.chains_of(obligation, instance)
        return {(chain.obligation.id, chain.person): chain for chain in chains}

    @cached_property
    def _told_but_for_holds(self) -> set[tuple[str, str]]:
        """Who would be told something within the time, and for what, if no snooze and no maintenance held it."""
        outlook, snoozed = self.outlook, self.outlook.after.snoozed_until
        held = snoozed is not None and snoozed > outlook.end
        if not held and not any(outlook.maintenance()):
            return set()
        free = evolve(outlook, directory=evolve(outlook.directory, maintenance=()))
        return _told(_awake(free) if held else free)


def _awake(outlook: Outlook) -> Outlook:
    """The same time without its snooze, which another one replaces that is over at once."""
    start, over = outlook.start, outlook.start + timedelta.resolution
    common: dict[str, Any] = {"incident": outlook.before.id, "at": start, "by": PLANNER, "recorded_at": start}
    before = outlook.before.extended([Snoozed(**common, until=over, reason="nothing is held")])
    return evolve(outlook, before=before, end=max(outlook.end, over))


def _told(outlook: Outlook) -> set[tuple[str, str]]:
    """Who is told something within the time, and for what."""
    return {(action.key.obligation, action.key.person) for step in outlook.steps for action in step.actions}
