"""The people of a drill: what they ask of the incident, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from attrs import define, field

from incidentkit.drills.work import Work
from incidentkit.memory import Acknowledges, Declines, Hears, MemoryPager, Reaction
from incidentkit.model.commands import Acknowledge, Close, Command, Decline, Fulfil, Update
from incidentkit.model.events import Acknowledged, Event
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.policy.directory import Directory
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.review import REVIEW
from incidentkit.policy.situation import SAID_DONE
from incidentkit.policy.standing import OWED, Standing, closure_blockers, obligations
from incidentkit.providers.pager import Purpose, SendPage


@define
class Cast:
    """The people of a drill, with what they have learned so far."""

    playbook: Playbook
    directory: Directory
    people: Mapping[str, Reaction]
    """What they do when they are paged, or told of an incident for which nobody is paged."""
    work: Work
    pager: MemoryPager
    script: list[Command]
    """What they will ask, the earliest first, beside what they answer to pages."""
    worker: str = ""
    """Who was the first to have it; empty while nobody has."""
    since: datetime | None = None
    """From when on the worker has it."""
    learned: set[tuple[str, str]] = field(factory=set[tuple[str, str]])
    """What the worker knows to be owed, each instance of it."""
    words: list[Fulfil | Update] = field(factory=list[Fulfil | Update])
    """What the worker means to say, unless nobody waits for it any more by then."""
    read: int = 0
    """How many of the messages that the pager brought they have read."""
    reacted: set[str] = field(factory=set[str])
    """Who has made up their mind although nobody paged them."""

    def next_at(self, now: datetime) -> datetime | None:
        """When somebody asks something next, as far as they know by now."""
        closes = self._closes_at if self._closes_at is not None and self._closes_at > now else None
        times = (self.pager.next_answer_at, self.script[0].at if self.script else None, closes)
        return min((at for at in times if at is not None), default=None)

    def asks(self, present: Callable[[], Incident], now: datetime) -> Iterator[Command]:
        """Take what they ask by now: first what they answer to pages. Each is asked before the next is taken."""
        yield from (command for _, command in self.pager.answers(now))
        while self.script and self.script[0].at <= now:
            command = self.script.pop(0)
            if not self._is_vain(command, present(), now):
                yield command

    def heard(self, event: Event, now: datetime) -> None:
        """Somebody said something: who says first that they have it begins to work."""
        if isinstance(event, Acknowledged) and not self.worker:
            self.worker, self.since = event.by, now
            planned = [*self.work.commands(now, event.by)]
            self.words += [each for each in planned if isinstance(each, Update)]
            self._plan(*planned)
            if self.work.review is not None and self.playbook.review is not None:
                self._mean(REVIEW, now + self.work.review)

    def look(self, incident: Incident, now: datetime) -> None:
        """See what the desk has done: read what it sent, and what is owed."""
        pages = self.pager.pages
        for page in pages[self.read :]:
            self._read(page, incident, now)
        self.read = len(pages)
        if self.worker and self.work.fulfil is not None:
            for each in self._in_force(incident):
                key = (each.id, each.instance(incident))
                if _needs_words(each) and key not in self.learned:
                    self.learned.add(key)
                    self._mean(each.id, now + self.work.fulfil)

    def closing(self, incident: Incident, now: datetime) -> Close | None:
        """What closes the incident, if it is time to and nothing keeps it open that the worker does not waive."""
        at = self._closes_at
        if at is None or at > now or incident.status is not Status.RESOLVED:
            return None
        blockers = closure_blockers(incident, self.playbook, self.directory, now=now)
        if blockers and not (self.work.waives and all(each.code == OWED for each in blockers)):
            return None
        return Close(at=now, by=self.worker, waivers={each.obligation: self.work.waives for each in blockers})

    @property
    def _closes_at(self) -> datetime | None:
        return None if self.since is None or self.work.close is None else self.since + self.work.close

    def _read(self, page: SendPage, incident: Incident, now: datetime) -> None:
        """Take it up, or not, if it is an incident for which nobody is paged."""
        reaction = self.people.get(page.person)
        if page.purpose is not Purpose.NOTICE or page.person in self.reacted or incident.status not in ACTIVE:
            return
        if any(each.purpose is Purpose.PAGE for each in self._in_force(incident)):
            return
        if isinstance(reaction, Hears):
            reaction = reaction.then if reaction.luck < 1 - reaction.missed(now) else None
        self.reacted.add(page.person)
        if isinstance(reaction, Acknowledges):
            self._plan(Acknowledge(at=now + reaction.after, by=page.person))
        elif isinstance(reaction, Declines):
            self._plan(Decline(at=now + reaction.after, by=page.person, reason=reaction.reason))

    def _in_force(self, incident: Incident) -> Iterator[Obligation]:
        for each in self.playbook.obligations:
            if (each.id, each.instance(incident)) in incident.progress.in_force:
                yield each

    def _is_vain(self, command: Command, incident: Incident, now: datetime) -> bool:
        """Whether it is the word of the worker for something that is not owed any more, or not yet, or is over."""
        if not any(command is each for each in self.words):
            return False
        if not isinstance(command, Fulfil):
            return incident.status not in ACTIVE
        owings = obligations(incident, self.playbook, self.directory, now=now)
        open_ones = {each.obligation for each in owings if each.standing in (Standing.OPEN, Standing.OVERDUE)}
        return command.obligation not in open_ones

    def _mean(self, obligation: str, at: datetime) -> None:
        word = Fulfil(obligation, at=at, by=self.worker)
        self.words.append(word)
        self._plan(word)

    def _plan(self, *commands: Command) -> None:
        self.script = sorted([*self.script, *commands], key=lambda command: command.at)


def _needs_words(obligation: Obligation) -> bool:
    """Whether people owe it, and nothing but the word of a person shows that it is done."""
    shown_by = {fact.name for fact in obligation.met.mentioned}
    return obligation.owed and obligation.id != REVIEW and shown_by == {SAID_DONE.name}
