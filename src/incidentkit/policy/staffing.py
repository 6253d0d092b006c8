"""The people whom a playbook is to reach, by a directory: whom its recipients mean, and through what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime, timedelta
from functools import cached_property

from attrs import frozen

from incidentkit.errors import UnknownRecipient
from incidentkit.model.identity import PersonId
from incidentkit.policy.checklist import Checklist
from incidentkit.policy.communication import CommunicationPolicy
from incidentkit.policy.directory import Directory
from incidentkit.policy.escalation import EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import Recipient, RecipientKind
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.shift import Shift
from incidentkit.policy.step import Use


@frozen
class Place:
    """Where a playbook names recipients, and by which chain it is to reach them; none for those whom it does not."""

    path: str
    """In the document of the playbook, such as ``escalation.levels[0].recipients``."""
    what: str
    """In words, for messages."""
    recipients: tuple[Recipient, ...]
    chain: tuple[Attempt, ...] = ()
    is_list: bool = True
    """Whether the document has a list there, and not one recipient."""

    def of(self, index: int) -> str:
        """The path of one of its recipients."""
        return f"{self.path}[{index}]" if self.is_list else self.path


@frozen(slots=False)
class Staffing:
    """A playbook with the people it is to reach, and the time in which it is to reach them."""

    playbook: Playbook
    directory: Directory
    at: datetime | None
    """From when on schedules are looked at; `None` if no moment is known."""
    ahead: timedelta

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Everywhere that the playbook names recipients, levels first."""
        return tuple(_places(self.playbook))

    @cached_property
    def levels(self) -> tuple[tuple[str, Level], ...]:
        """The levels with their paths."""
        escalation = self.playbook.escalation
        levels = () if escalation is None else escalation.levels
        return tuple((f"escalation.levels[{place}]", level) for place, level in enumerate(levels))

    def knows(self, recipient: Recipient) -> bool:
        """Whether the directory knows it."""
        return self.unknown(recipient) is None

    def unknown(self, recipient: Recipient) -> UnknownRecipient | None:
        """Why the directory does not know it; `None` if it does."""
        try:
            self.directory.check((recipient,))
        except UnknownRecipient as error:
            return error
        return None

    def people(self, recipients: Iterable[Recipient]) -> dict[PersonId, None]:
        """Everybody whom these mean now, or at some time if by a schedule."""
        return dict.fromkeys(
            person for each in recipients if self.knows(each) for people in self._groups(each) for person in people
        )

    def together(self, *groups: Sequence[Recipient]) -> Iterator[tuple[Set[PersonId], ...]]:
        """Whom each of several groups of recipients means at once: a row for each moment from which on that differs.

        Without a moment a row for whoever is always meant, and for each person whom a schedule names one in which they
        are on call, and of whom is on call by other schedules nothing is known.
        """
        known = [[each for each in group if self.knows(each)] for group in groups]
        always = [
            frozenset(self.people(each for each in group if each.kind is not RecipientKind.SCHEDULE)) for group in known
        ]
        named = {each.name for group in known for each in group if each.kind is RecipientKind.SCHEDULE}
        for on_call in self._on_call(sorted(named)):
            yield tuple(
                people.union(*(on_call.get(each.name, ()) for each in group if each.kind is RecipientKind.SCHEDULE))
                for people, group in zip(always, known, strict=True)
            )

    def _on_call(self, schedules: Sequence[str]) -> Iterator[Mapping[str, Collection[PersonId]]]:
        """Who is on call by these schedules, by name, in each row of `together`."""
        if self.at is None:
            yield {}
            for name in schedules:
                yield from ({name: (person,)} for _, person in self.directory.schedules[name].mentioned())
            return
        changes: dict[datetime, dict[str, Collection[PersonId]]] = {self.at: {}}
        for name in schedules:
            for shift in self.shifts(name, self.at):
                changes.setdefault(shift.end, {}).setdefault(name, ())
                changes.setdefault(max(shift.start, self.at), {})[name] = shift.people
        on_call: dict[str, Collection[PersonId]] = {}
        for at in sorted(changes):
            on_call = {**on_call, **changes[at]}
            if at < self.at + self.ahead:
                yield on_call

    def most(self, recipients: Sequence[Recipient]) -> int | None:
        """How many they mean at once, at the most.

        `None` if a schedule is among them and no moment is known, or an on-call system, which may name anybody.
        """
        if any(each.kind is RecipientKind.ON_CALL for each in recipients):
            return None
        known = [each for each in recipients if self.knows(each)]
        by_schedule = [each for each in known if each.kind is RecipientKind.SCHEDULE]
        if by_schedule and self.at is None:
            return None
        others = self.people(each for each in known if each.kind is not RecipientKind.SCHEDULE)
        return len(others) + sum(max(map(len, self._groups(each)), default=0) for each in by_schedule)

    def _groups(self, recipient: Recipient) -> list[tuple[PersonId, ...]]:
        """The people whom it means together; by a schedule one group after the other."""
        if recipient.kind is not RecipientKind.SCHEDULE:
            return [self.directory.find(recipient)]
        if self.at is None:
            return [(person,) for _, person in self.directory.schedules[recipient.name].mentioned()]
        return [shift.people for shift in self.shifts(recipient.name, self.at)]

    def shifts(self, schedule: str, at: datetime) -> tuple[Shift, ...]:
        """Who is on call by a schedule from a moment on, for as long as ``ahead`` says; raises `ScheduleInvalid`."""
        return self.directory.schedules[schedule].shifts(at, at + self.ahead)

    def has_any(self, person: str, chain: Iterable[Attempt]) -> bool:
        """Whether somebody has a contact method of the chain."""
        return any(self.directory.contact(person, attempt.method) is not None for attempt in chain)


def _places(playbook: Playbook) -> Iterator[Place]:
    if playbook.escalation is not None:
        yield from _of_escalation(playbook.escalation)
    if playbook.communication is not None:
        yield from _of_communication(playbook.communication)
    if playbook.response is not None:
        owner, reminders = playbook.response.owner, playbook.response.reminders
        yield Place("response.owner", "the owner of the clocks", (owner,), reminders, is_list=False)
    for index, checklist in enumerate(playbook.checklists):
        yield from _of_checklist(f"checklists[{index}]", checklist)
    if playbook.review is not None:
        owner, reminders = playbook.review.owner, playbook.review.reminders
        yield Place("review.owner", "the owner of the review", (owner,), reminders, is_list=False)
    if playbook.preservation is not None:
        guardians, notice = playbook.preservation.guardians, playbook.preservation.notice
        yield Place("preservation.guardians", "who is told that evidence is held", guardians, notice)
    for index, runbook in enumerate(playbook.runbooks):
        yield from _of_runbook(f"runbooks[{index}]", runbook)


def _of_escalation(escalation: EscalationPolicy) -> Iterator[Place]:
    chain = escalation.contact.attempts
    for index, level in enumerate(escalation.levels):
        path, what = f"escalation.levels[{index}]", f"level {level.name!r}"
        yield Place(f"{path}.recipients", what, level.recipients, chain)
        yield Place(f"{path}.acknowledgers", f"who acknowledges {what}", level.acknowledgers)
    yield Place("escalation.fallback", "the fallback", escalation.fallback, chain)
    yield Place("escalation.catch_all", "the catch-all", escalation.catch_all, chain)


def _of_communication(communication: CommunicationPolicy) -> Iterator[Place]:
    notice = communication.notice
    reminders = tuple(map(Attempt, communication.reminders))
    yield Place("communication.owner", "the owner of the updates", (communication.owner,), reminders, is_list=False)
    for index, each in enumerate(communication.announcements):
        yield Place(f"communication.announcements[{index}].to", f"announcement {each.name!r}", each.to, notice)
    guardians = communication.guardians
    yield Place("communication.guardians", "who is told that an incident is restricted", guardians, notice)


def _of_checklist(path: str, checklist: Checklist) -> Iterator[Place]:
    """Its owner, if an item has no other; whoever owes something that takes as long as it takes is not reminded."""
    own = [item for item in checklist.items if item.owner is None]
    if own:
        chain = checklist.reminders if any(item.within is not None for item in own) else ()
        yield Place(f"{path}.owner", f"checklist {checklist.name!r}", (checklist.owner,), chain, is_list=False)
    for index, item in enumerate(checklist.items):
        if item.owner is not None:
            what = f"item {item.name!r} of checklist {checklist.name!r}"
            chain = checklist.reminders if item.within is not None else ()
            yield Place(f"{path}.items[{index}].owner", what, (item.owner,), chain, is_list=False)


def _of_runbook(path: str, runbook: Runbook) -> Iterator[Place]:
    """Whom it and its steps name; those who are named to confirm something are told of it."""
    yield Place(f"{path}.owner", f"runbook {runbook.name!r}", (runbook.owner,), runbook.notice, is_list=False)
    for index, step in enumerate(runbook.steps):
        where, what = f"{path}.steps[{index}]", f"step {step.name!r} of runbook {runbook.name!r}"
        if step.owner is not None:
            yield Place(f"{where}.owner", what, (step.owner,), runbook.notice, is_list=False)
        if isinstance(step, Use):
            chain = runbook.notice if step.is_confirmed else ()
            yield Place(f"{where}.confirmed_by", f"who confirms {what}", step.confirmed_by, chain)
