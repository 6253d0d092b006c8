"""What a desk works with, and by which rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

from attrs import field, frozen

from incidentkit.desk.errand import SLOTS
from incidentkit.desk.hearsay import class_of
from incidentkit.desk.notices import LOGGER, LogObserver, Notice, Observer
from incidentkit.desk.toolbox import ON_CALL, Toolbox, check_methods, slot_of
from incidentkit.errors import DeskInvalid, expect, nearest, shown
from incidentkit.model.calendar import zone_of
from incidentkit.model.events import TakenOver
from incidentkit.model.identity import PersonId, checked_name, checked_text, keepable
from incidentkit.model.incident import Incident
from incidentkit.policy.action import Action
from incidentkit.policy.directory import Directory
from incidentkit.policy.playbook import Playbook
from incidentkit.providers.playbooks import KeepsPlaybooks
from incidentkit.providers.store import IncidentStore

ENGINE: Final = "1"
"""Changes whenever the same log is planned otherwise than before, so that stored wake-ups are planned anew."""

STORE: Final[Mapping[str, int]] = {"now": 0, "append": 1, "load": 1, "due": 1, "find": 1, "audit": 1, "number": 1}
"""The methods of a store that a desk calls, and how many arguments each is called with."""

KEEPING: Final[Mapping[str, int]] = {"keep_playbook": 1, "playbook": 1}
"""Those of a store that keeps playbooks as well."""

LONGEST_LEASE: Final = timedelta(days=1)
"""So long a crash may hold up an action."""


def _playbooks(playbooks: Playbook | Iterable[Playbook]) -> tuple[Playbook, ...]:
    several = expect(Playbook | Iterable, playbooks, DeskInvalid, "a desk works by a playbook, or by several")
    row = (several,) if isinstance(several, Playbook) else tuple(several)
    for playbook in row:
        expect(Playbook, playbook, DeskInvalid, "a desk works by playbooks")
    if not row:
        raise DeskInvalid("a desk works by one playbook or more")
    return row


def _observers(observers: Iterable[Observer]) -> tuple[Observer, ...]:
    return tuple(expect(Iterable, observers, DeskInvalid, "the observers of a desk are several, each with a notice()"))


@frozen(kw_only=True, slots=False)
class Charter:
    """Playbooks, people, providers and a store, and how long things may take.

    New incidents are declared under the first playbook. One that has another stays with it until it is moved. If that
    is not here, the store may have kept it; if it has not, the first one takes over rather than nobody.
    """

    playbooks: tuple[Playbook, ...] = field(converter=_playbooks)
    directory: Directory
    toolbox: Toolbox
    store: IncidentStore
    name: str = "desk"
    namespace: str = ""
    """Tells installations apart that share a provider."""
    deadline: timedelta = timedelta(seconds=30)
    """How long a provider may take."""
    lease: timedelta = timedelta(seconds=90)
    """For how long a try is left to the desk that began it; more than twice the deadline."""
    performs: bool = True
    """Whether it does what is due; otherwise another desk does, which has the tools."""
    observers: tuple[Observer, ...] = field(factory=lambda: (LogObserver(),), converter=_observers)
    recalled: dict[str, Playbook | str] = field(factory=dict[str, "Playbook | str"], init=False, eq=False)
    """The playbooks that were found in the store, by their references; why not, for one that nobody can go by here."""
    kept: dict[str, datetime] = field(factory=dict[str, datetime], init=False, eq=False)
    """When the store was given each playbook to keep last, by its reference."""

    def __attrs_post_init__(self) -> None:
        expect(Directory, self.directory, DeskInvalid, "the people of a desk are a Directory")
        expect(Toolbox, self.toolbox, DeskInvalid, "the providers of a desk are in a Toolbox")
        checked_name("the name of a desk", self.name)
        checked_text("the namespace of a desk", self.namespace)
        for length in (self.deadline, self.lease):
            expect(timedelta, length, DeskInvalid, "the deadline and the lease of a desk are timedeltas")
        if not timedelta() < self.deadline < self.lease / 2 <= LONGEST_LEASE / 2:
            raise DeskInvalid(
                f"a lease of {self.lease} is to be more than twice a deadline of {self.deadline}, both above zero and"
                " no more than a day: otherwise a slow provider would be asked again while it still works"
            )
        check_methods("store", self.store, self.store_methods)
        for observer in self.observers:
            check_methods("observers", observer, {"notice": 1})
        for playbook in self.playbooks:
            self.directory.check(playbook.recipients, source=f"playbook {playbook.name}")
            self._warn_of_methods(playbook)
            self._warn_of_acts(playbook)
            if playbook.asks and self.toolbox.on_call is None:
                LOGGER.warning("%s asks who is on call, for which no on-call system is in the toolbox", playbook.name)

    def _warn_of_acts(self, playbook: Playbook) -> None:
        """Say what is left to people here because nobody else can do it; that is no error."""
        filled = dict(self.toolbox.slots())
        for slot in dict.fromkeys(SLOTS[kind] for kind in playbook.acts):
            if slot not in filled:
                what = ", ".join(kind for kind in playbook.acts if SLOTS[kind] == slot)
                LOGGER.warning("%s wants to %s, for which no %s is in the toolbox", playbook.name, what, slot)

    def _warn_of_methods(self, playbook: Playbook) -> None:
        """Say which contact methods of a playbook reach nobody here; that is work for people, and no error."""
        for method in playbook.methods:
            if method not in self.toolbox.pagers:
                hint = nearest(method, self.toolbox.pagers)
                problem = f"{playbook.name} pages by {method}, for which no pager is in the toolbox. {hint}"
                LOGGER.warning("%s", problem.rstrip())
            if not any(method in person.contacts for person in self.directory.people.values()):
                known = {known for person in self.directory.people.values() for known in person.contacts}
                hint = nearest(method, known)
                problem = f"{playbook.name} pages by {method}, which nobody has in the directory. {hint}"
                LOGGER.warning("%s", problem.rstrip())

    @cached_property
    def slots(self) -> Mapping[str, Any]:
        """Every slot that is filled or that a playbook needs, with its provider; `None` where there is none."""
        needed = [slot_of(method) for playbook in self.playbooks for method in playbook.methods]
        needed += [ON_CALL for playbook in self.playbooks if playbook.asks]
        needed += [SLOTS[kind] for playbook in self.playbooks for kind in playbook.acts]
        return {**dict.fromkeys(needed), **dict(self.toolbox.slots())}

    @property
    def store_methods(self) -> Mapping[str, int]:
        """The methods of the store that are called, and how many arguments each is called with."""
        return {**STORE, **(KEEPING if isinstance(self.store, KeepsPlaybooks) else {})}

    def deadline_of(self, action: Action) -> timedelta:
        """How long the provider of an action may take: as long as the step says, which may know better."""
        return self.deadline if action.within is None else min(action.within, LONGEST_LEASE / 3)

    def lease_of(self, action: Action) -> timedelta:
        """For how long a try of an action is left to the desk that began it."""
        return self.lease if action.within is None else max(self.lease, 3 * self.deadline_of(action))

    @property
    def by(self) -> PersonId:
        """Who the log says began and ended actions."""
        return PersonId(self.name)

    @property
    def numbering_zone(self) -> tzinfo:
        """Where a day begins and ends whose incidents are counted: where the channels are that are called by it."""
        return UTC if self.first.communication is None else zone_of(self.first.communication.zone)

    @cached_property
    def planned_with(self) -> str:
        """What stored wake-ups depend on beside the log: the engine, the playbooks and the directory."""
        parts = (ENGINE, *(playbook.version for playbook in self.playbooks), self.directory.fingerprint)
        return sha256("/".join(parts).encode()).hexdigest()

    @cached_property
    def by_reference(self) -> Mapping[str, Playbook]:
        """The playbooks, in their order, by what incidents keep of them."""
        return {playbook.reference: playbook for playbook in self.playbooks}

    def known(self, reference: str) -> Playbook | None:
        """The playbook of that reference, if it is here or was found in the store."""
        recalled = self.recalled.get(reference)
        return self.by_reference.get(reference) or (recalled if isinstance(recalled, Playbook) else None)

    def playbook_of(self, incident: Incident) -> Playbook:
        """The playbook of an incident, else the first."""
        playbook = self.known(incident.playbook)
        if playbook is not None:
            return playbook
        if incident.playbook:
            why = self.recalled.get(incident.playbook, "it is not here")
            problem = "%s: %s takes over for its playbook %s: %s"
            LOGGER.error(problem, incident.id, self.first.reference, incident.playbook, why)
        return self.first

    def taking_over(self, incident: Incident, now: datetime) -> tuple[TakenOver, ...]:
        """What its log is told, ahead of what the first playbook decides, if that takes over.

        Once for each playbook that does, whoever comes back meanwhile: desks that have different playbooks would tell
        it in turns otherwise, for ever.
        """
        missing, first = incident.playbook, self.first.reference
        if not missing or self.known(missing) is not None or first in incident.taken_over_by:
            return ()
        common: dict[str, Any] = {"incident": incident.id, "at": now, "by": self.by, "recorded_at": now}
        because = self.recalled.get(missing, "")
        return (TakenOver(**common, playbook=first, missing=missing, because=keepable(str(because))),)

    @property
    def first(self) -> Playbook:
        """The playbook of new incidents."""
        return self.playbooks[0]

    def tell(self, notice: Notice) -> None:
        """Tell everybody who watches."""
        for observer in self.observers:
            try:
                observer.notice(notice)
            except Exception as error:  # noqa: BLE001  # whoever only watches must not stop the work
                LOGGER.error("an observer failed at %s: %s", class_of(notice), class_of(error))


def checked_places(places: int, least: int) -> int:
    """How many calls a slot allows at once; `DeskInvalid` for fewer than the least."""
    if type(places) is not int or places < least:
        raise DeskInvalid(f"a slot has places from {least}, not {shown(places)}")
    return places
