"""An incident as the checks of desks tell it: declared, looked after by a desk or two, and time passes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import define, evolve, frozen

from incidentkit.desk.flows.inquiry import Preview
from incidentkit.errors import RigInvalid, shown
from incidentkit.model.commands import Command
from incidentkit.model.events import ActionStarted
from incidentkit.model.incident import Incident
from incidentkit.providers.on_call import FindOnCall
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.testing.conformance.check import Check, Judge
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.rig import DECLARED
from incidentkit.testing.conformance.samples import fresh
from incidentkit.testing.conformance.stage import Stage

BY: Final = "ada"
"""Who declares and commands, where it does not matter who does."""

ROUNDS: Final = 50
"""How often a desk is let look at one moment before it is taken to go on for ever."""

FORESIGHT: Final = timedelta(hours=3)
"""How far ahead a preview is asked for."""

MARGIN: Final = timedelta(seconds=1)
"""How exactly a check hits a moment: clocks that go by themselves go on while it looks."""


@frozen
class Paging:
    """Whom a preview names to be paged at one moment, once for each page."""

    at: datetime
    people: tuple[str, ...]


@frozen
class Dial:
    """Asks any desk that it is given: stands in the place of one where several are asked at once."""

    def tick(self, desk: Any, /) -> Any:
        """What that desk answers."""
        return desk.tick()


def check(name: str, promise: str, judge: Judge, *, level: Level = Level.MUST) -> Check[Any]:
    """A check of a desk."""
    return Check[Any](name=name, level=level, promise=promise, judge=judge)


def declared_with(stage: Stage, **details: Any) -> dict[str, Any]:
    """What a declaration says: what is given, then what the factory knows, then that anybody declares it."""
    known = {name: stage.rig.known[name] for name in DECLARED if name in stage.rig.known}
    return {"by": BY, **known, **details}


def another_desk(stage: Stage) -> Any:
    """Another desk on what should be the same store; nothing can be seen without one."""
    desk = stage.another("desk")
    stage.close_after(desk)
    return desk


def names(item: str, person: str) -> bool:
    """Whether the text of a page has the id of a person, as a word."""
    return re.search(rf"(?<!\w){re.escape(person)}(?!\w)", item) is not None


def unpaged(people: Iterable[str], pages: Iterable[str]) -> list[str]:
    """The people whom fewer of the pages name than were to."""
    arrived = [*pages]
    return [who for who, times in Counter(people).items() if sum(names(page, who) for page in arrived) < times]


@define
class Story:
    """An incident, and how much time has passed since it was declared."""

    stage: Stage
    id: str
    declared_at: datetime
    """By the clock of the desk."""
    passed: timedelta = timedelta()
    before: Counter[str] | None = None
    """The pages that had arrived when it was declared, until somebody looks: a desk may page while it declares."""

    @classmethod
    def begin(cls, stage: Stage, title: str = "Checkout returns 500", **details: Any) -> Story:
        """Let the desk declare an incident; nothing can be seen if it does not."""
        before = None if stage.rig.effects is None else Counter(stage.effects())
        story = cls.of(stage, stage.call("declare", title, **declared_with(stage, id=fresh("INC"), **details)))
        story.before = before
        return story

    @classmethod
    def of(cls, stage: Stage, declared: object) -> Story:
        """The story of what the desk has just declared; nothing can be seen if that is no incident."""
        if not isinstance(declared, Incident):
            raise Untold(f"declare gave {shown(declared)}, which is no Incident")
        return cls(stage, declared.id, declared.declared_at)

    @property
    def now(self) -> datetime:
        """The present, by what has passed."""
        return self.declared_at + self.passed

    @property
    def incident(self) -> Incident:
        """The incident as the desk loads it."""
        incident = self.stage.call("load", self.id)
        if not isinstance(incident, Incident):
            raise Untold(f"load gave {shown(incident)}, which is no Incident")
        return incident

    def another(self) -> Any:
        """Another desk on the same store; nothing can be seen without one, or if it does not know the incident."""
        desk = another_desk(self.stage)
        if not isinstance(self.stage.attempt("load", self.id, provider=desk).answer, Incident):
            raise Untold("another desk does not know what was declared")
        return desk

    def wait(self, length: timedelta) -> None:
        """Let so much time pass; nothing can be seen without a way to."""
        length = max(timedelta(), length)
        self.stage.advance(length)
        self.passed += length

    def wait_until(self, moment: datetime) -> None:
        """Let time pass up to a moment, if that is not over."""
        self.wait(moment - self.now)

    def work(self, desk: Any = None) -> tuple[str, ...]:
        """Let a desk do what is due until nothing is, and give the pages that arrived meanwhile."""
        return self.arriving(lambda: self._work(desk))

    def _work(self, desk: Any) -> None:
        for _ in range(ROUNDS):
            if not self.stage.call("tick", provider=desk):
                return
        raise Untold(f"after {ROUNDS} ticks there is still something due")

    def work_with(self, other: Any) -> tuple[str, ...]:
        """Let two desks look at what is due at once, and give the pages that arrived meanwhile."""
        rig = self.stage.rig
        self.stage.rig = evolve(rig, provider=Dial())
        try:
            return self.arriving(lambda: self.stage.at_once("tick", [rig.provider, other]))
        finally:
            self.stage.rig = rig

    def arriving(self, work: Callable[[], object]) -> tuple[str, ...]:
        """The pages that arrive while something is done."""
        before = Counter(self.stage.effects()) if self.before is None else self.before
        self.before = None
        work()
        return tuple((Counter(self.stage.effects()) - before).elements())

    def paged(self) -> tuple[str, ...]:
        """Let the desk page whom it pages at once, and give them; nothing can be seen if that is nobody."""
        pages = self.work()
        people = tuple(who for who in self.tried(pages) if any(names(page, who) for page in pages))
        if not people:
            raise Untold("nobody was paged at once for an incident that was declared")
        return people

    def tried(self, pages: Sequence[str]) -> tuple[str, ...]:
        """Whom the desk has paged, as its log says, and as these pages have to say."""
        events = (event for event in self.incident.timeline if isinstance(event, ActionStarted))
        people = tuple(dict.fromkeys(str(event.action.person) for event in events if event.action.person))
        if pages and people and not any(names(page, who) for page in pages for who in people):
            whom = " or ".join(people)
            raise RigInvalid(
                "effects", f"what arrived does not name {whom}: let pages name people. {shown(pages[0], 200)}"
            )
        return people

    def expect(self, kept: bool, seen: str) -> None:
        """The promise is broken unless that is so, or the desk goes by another clock than the one that is turned."""
        if not kept and self.passed:
            behind = self.now - Story.begin(self.stage).declared_at
            if behind > self.passed / 2:
                raise RigInvalid("advance", f"the clock of the desk is {behind} behind: give its store the same one")
        self.stage.expect(kept, seen)

    def submit(self, command: Command) -> None:
        """Give the desk a command; nothing can be seen if it refuses it."""
        self.stage.call("submit", self.id, command)

    def ahead(self) -> Sequence[Paging]:
        """Whom the desk's preview names to be paged if nobody does anything, moment by moment."""
        preview = self.stage.call("preview", self.id, within=FORESIGHT)
        if not isinstance(preview, Preview):
            raise Untold(f"preview gave {shown(preview)}, which is no Preview")
        moments: dict[datetime, list[str]] = {}
        for step in preview.steps:
            for action in step.actions:
                request = action.request
                if isinstance(request, FindOnCall):
                    raise Untold("whom an on-call system will name no preview knows")
                if isinstance(request, SendPage) and request.purpose is Purpose.PAGE:
                    moments.setdefault(step.at, []).append(str(request.person))
        return tuple(Paging(at, tuple(people)) for at, people in moments.items())

    def at_once(self) -> tuple[str, ...]:
        """Those of them who are to be paged now."""
        soon = self.now + MARGIN
        return tuple(who for paging in self.ahead() if paging.at <= soon for who in paging.people)

    def next_paging(self, person: str | None = None) -> Paging:
        """The next of them, or the next that names a person; nothing can be seen if there is none."""
        for paging in self.ahead():
            if person is None or person in paging.people:
                return paging
        whom = "anybody" if person is None else person
        raise Untold(f"by its preview, {whom} would not be paged again within {FORESIGHT}")
