"""For each promise of a desk one that breaks it, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from secrets import token_hex
from threading import get_ident
from typing import Any, Final

from attrs import evolve, frozen

from incidentkit import Incident, Status
from incidentkit.desk import Preview
from incidentkit.errors import IllegalTransition, IncidentExists, ProviderError, UnknownIncident
from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.model.commands import Acknowledge, Mitigate, Note, Snooze
from incidentkit.model.events import ActionStarted, Event
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.providers.answer import Receipt
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import Append
from incidentkit.testing import ManualClock, Rig
from tests.testing.conformance.desk_rigs import START, World
from tests.testing.conformance.mutants import LATE, Forgetful


class Faulty:
    """A desk that does some of it wrongly."""

    def __init__(self, world: World, *, is_another: bool) -> None:
        self.world = world
        self.desk = world.desk()
        self.is_another = is_another
        self.made_in = get_ident()
        self.had = [page.incident for page in world.pager.pages]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.desk, name)

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.world.clock.advance(by)

    def arrived(self) -> Iterable[object]:
        """The pages that arrived."""
        return self.world.pages

    @property
    def newest(self) -> Incident | None:
        """The incident that came last."""
        ids = self.desk.find(statuses=Status, limit=1)
        return self.desk.load(ids[0]) if ids else None

    def page_again(self, incident: str) -> None:
        """Send once more what was sent last for an incident, as if it were something new."""
        for page in [page for page in self.world.pager.pages if page.incident == incident][-1:]:
            with suppress(ProviderError):
                self.world.pager.page(evolve(page, key=token_hex(32)))

    @property
    def has_gone_on(self) -> bool:
        """Whether time has passed since somebody was paged."""
        deliveries = self.world.pager.deliveries
        return bool(deliveries) and self.world.clock() > deliveries[-1].at


class CountsFromZero(Faulty):
    """Calls every incident the same unless it has a name."""

    def declare(self, *title: Any, **details: Any) -> Any:
        return self.desk.declare(*title, **{"id": "INC-0", **details})


class LoadsOtherWords(Faulty):
    def load(self, incident: str) -> Any:
        loaded = self.desk.load(incident)
        first, *others = loaded.timeline
        return loaded if first.title.isascii() else Incident.replay([evolve(first, title="?"), *others])


class DeclaresAgain(Faulty):
    def declare(self, *title: Any, **details: Any) -> Any:
        try:
            return self.desk.declare(*title, **details)
        except IncidentExists:
            return self.desk.load(details["id"])


class StoreOfItsOwn(Faulty):
    """Another desk that is not on the same store."""

    def __init__(self, world: World, *, is_another: bool) -> None:
        super().__init__(world, is_another=is_another)
        if is_another:
            self.desk = World(clock=world.clock, pager=world.pager).desk()


class ForeseesNothing(Faulty):
    """Foresees that nothing will happen to an incident that is not there."""

    def preview(self, incident: str, *, within: timedelta) -> Any:
        try:
            return self.desk.preview(incident, within=within)
        except UnknownIncident:
            return Preview(())


class Lossy(Faulty):
    """Keeps notes of one line."""

    def submit(self, incident: str, command: Any) -> Any:
        if isinstance(command, Note):
            command = evolve(command, text=command.text.replace("\n", " "))
        return self.desk.submit(incident, command)


class Stuck(Faulty):
    """Never takes it that users are served again."""

    def submit(self, incident: str, command: Any) -> Any:
        if isinstance(command, Mitigate):
            command = Note("mitigated", at=command.at, by=command.by)
        return self.desk.submit(incident, command)


class TakesAnything(Faulty):
    def submit(self, incident: str, command: Any) -> Any:
        with suppress(IllegalTransition):
            return self.desk.submit(incident, command)


class NeverStale(Faulty):
    def submit(self, incident: str, command: Any) -> Any:
        return self.desk.submit(incident, evolve(command, based_on=None))


class AlwaysChanges(Faulty):
    def submit(self, incident: str, command: Any) -> Any:
        return evolve(self.desk.submit(incident, command), changed=True)


class NotesWhatItForesees(Faulty):
    def preview(self, incident: str, *, within: timedelta) -> Any:
        self.desk.note(incident, "somebody looked ahead", by="ada")
        return self.desk.preview(incident, within=within)


class PagesTwice(Faulty):
    """Sends one page too many when an incident is new."""

    def tick(self) -> Any:
        looked_at = self.desk.tick()
        incident = self.newest
        is_paged = incident is not None and any(page.incident == incident.id for page in self.world.pages)
        if is_paged and incident is not None and incident.id not in self.had and not self.is_another:
            self.had.append(incident.id)
            self.page_again(incident.id)
        return looked_at


class NeverRests(Faulty):
    def tick(self) -> Any:
        return self.desk.tick() or 1


class PagesAgain(Faulty):
    """Sends something more when it is let look at what it has just looked at."""

    seen: Any = None

    def tick(self) -> Any:
        looked_at = self.desk.tick()
        incident = self.newest
        now = (self.world.clock(), incident and (incident.id, incident.version))
        if looked_at == 0 and self.seen == now and incident is not None and not self.is_another:
            self.page_again(incident.id)
        self.seen = now if looked_at == 0 else None
        return looked_at


class PagesAnew(Faulty):
    """Another desk that sends again what was sent before it was made."""

    def tick(self) -> Any:
        incident = self.newest
        if self.is_another and incident is not None and incident.id in self.had:
            self.had.clear()
            self.page_again(incident.id)
        return self.desk.tick()


class PagesBesideOthers(Faulty):
    """Sends what another sends at the same time, too."""

    def tick(self) -> Any:
        looked_at = self.desk.tick()
        incident = self.newest
        if get_ident() != self.made_in and incident is not None:
            self.page_again(incident.id)
        return looked_at


class PagesForOne(Faulty):
    """Pages for one incident each time."""

    def __init__(self, world: World, *, is_another: bool) -> None:
        super().__init__(world, is_another=is_another)
        self.lost: list[str] = []

    def tick(self) -> Any:
        before = len(self.world.pages)
        looked_at = self.desk.tick()
        sent = self.world.pages[before:]
        self.lost += [page.key for page in sent if page.incident != sent[0].incident]
        return looked_at

    def arrived(self) -> Iterable[object]:
        return [page for page in self.world.pages if page.key not in self.lost]


class FailsAtStrangeWords(Faulty):
    def declare(self, title: str, **details: Any) -> Any:
        if "DROP TABLE" in title:
            raise ValueError("near 'DROP': syntax error")
        return self.desk.declare(title, **details)


class Early(Faulty):
    """Is ahead of its time."""

    def tick(self) -> Any:
        if self.is_another or not self.has_gone_on:
            return self.desk.tick()
        now = self.world.clock()
        self.world.clock.advance(timedelta(seconds=2))
        looked_at = self.desk.tick()
        self.world.clock.set(now)
        return looked_at


class EarlyElsewhere(Early):
    """Another desk that is."""

    def __init__(self, world: World, *, is_another: bool) -> None:
        super().__init__(world, is_another=not is_another)


class WakesWhoHasIt(Faulty):
    def tick(self) -> Any:
        incident = self.newest
        if not self.is_another and self.has_gone_on and incident is not None and incident.status in ACTIVE:
            pages = [page for page in self.world.pager.pages if page.incident == incident.id]
            for page in [page for page in pages if page.person in incident.acknowledged][:1]:
                self.world.pager.page(evolve(page, key=token_hex(32)))
        return self.desk.tick()


class WakesWhoHasItElsewhere(WakesWhoHasIt):
    """Another desk that does."""

    def __init__(self, world: World, *, is_another: bool) -> None:
        super().__init__(world, is_another=not is_another)


class AcknowledgesEverything(Faulty):
    """Takes it that whoever has one incident has all of them."""

    def submit(self, incident: str, command: Any) -> Any:
        if isinstance(command, Acknowledge):
            for other in self.desk.find():
                if other != incident:
                    self.desk.submit(other, command)
        return self.desk.submit(incident, command)


class PagesOn(Faulty):
    """Pages though it is over."""

    def tick(self) -> Any:
        incident = self.newest
        if incident is not None and incident.status is Status.RESOLVED and self.has_gone_on:
            self.page_again(incident.id)
        return self.desk.tick()


class PagesInOneGeneration(Faulty):
    def tick(self) -> Any:
        incident = self.newest
        return 0 if incident is not None and incident.generation > 1 else self.desk.tick()


class NeverSnoozes(Faulty):
    def submit(self, incident: str, command: Any) -> Any:
        if isinstance(command, Snooze):
            command = Note("snoozed", at=command.at, by=command.by)
        return self.desk.submit(incident, command)


class GoesOn(Faulty):
    """Goes on after its end."""

    is_shut = False

    def shut_down(self) -> Any:
        self.is_shut = True
        return self.desk.shut_down()

    def advance(self, by: timedelta) -> None:
        super().advance(by)
        if self.is_shut:
            self.desk.tick()


class LosesLetters(Faulty):
    def arrived(self) -> Iterable[object]:
        return [str(page).encode("ascii", "ignore").decode() for page in self.world.pages]


class SeesNothing(Faulty):
    def audit(self, *, grace: timedelta) -> Any:
        return evolve(self.desk.audit(grace=grace), forgotten=())


class SeesEverything(Faulty):
    def audit(self, *, grace: timedelta) -> Any:
        return evolve(self.desk.audit(grace=grace), forgotten=self.desk.find())


class Late(Faulty):
    def load(self, incident: str) -> Any:
        time.sleep(LATE)
        return self.desk.load(incident)


class Silent(MemoryStore):
    """Keeps no reasons."""

    def append(self, request: Append, /) -> tuple[Event, ...]:
        events = (evolve(each, because="") if isinstance(each, ActionStarted) else each for each in request.events)
        return super().append(evolve(request, events=(*events,)))


class Optimist(MemoryPager):
    """Takes a failure for a success."""

    def page(self, request: SendPage, /) -> Receipt:
        try:
            return super().page(request)
        except ProviderError:
            return Receipt(reference="page")


@frozen
class Mutant:
    """What a rig is made of in which something is wrong."""

    kind: Callable[..., Any] = Faulty
    make_store: Callable[..., MemoryStore] = MemoryStore
    make_pager: Callable[..., MemoryPager] = MemoryPager

    def rig(self, around: Callable[[Any], Any] = lambda desk: desk) -> Rig[Any]:
        """A desk in a rig that shows everything."""
        clock = ManualClock(START)
        world = World(clock=clock, store=self.make_store(clock), pager=self.make_pager(clock=clock))
        desk = self.kind(world, is_another=False)
        return evolve(
            world.rig(),
            provider=around(desk),
            another=lambda: around(self.kind(world, is_another=True)),
            effects=desk.arrived,
            advance=desk.advance,
        )


def lacks_an_audit(world: World, *, is_another: bool) -> Any:
    """A desk without that method."""
    return Forgetful(Faulty(world, is_another=is_another), "audit")


MUTANTS: Final[Mapping[str, Mutant]] = {
    "has_methods": Mutant(lacks_an_audit),
    "in_time": Mutant(Late),
    "declare_makes_up_ids": Mutant(CountsFromZero),
    "declare_kept": Mutant(LoadsOtherWords),
    "declare_once": Mutant(DeclaresAgain),
    "declare_elsewhere": Mutant(StoreOfItsOwn),
    "unknown_incident": Mutant(ForeseesNothing),
    "submit_kept": Mutant(Lossy),
    "submit_moves": Mutant(Stuck),
    "submit_impossible": Mutant(TakesAnything),
    "submit_stale": Mutant(NeverStale),
    "submit_again": Mutant(AlwaysChanges),
    "reading_changes_nothing": Mutant(NotesWhatItForesees),
    "tick_pages": Mutant(PagesTwice),
    "tick_rests": Mutant(NeverRests),
    "tick_again": Mutant(PagesAgain),
    "tick_elsewhere": Mutant(PagesAnew),
    "tick_at_once": Mutant(PagesBesideOthers),
    "incidents_apart": Mutant(PagesForOne),
    "page_strange_words": Mutant(FailsAtStrangeWords),
    "page_shows_words": Mutant(LosesLetters),
    "log_explains": Mutant(make_store=Silent),
    "pages_in_time": Mutant(Early),
    "pages_in_time_elsewhere": Mutant(EarlyElsewhere),
    "acknowledged_stops": Mutant(WakesWhoHasIt),
    "acknowledged_stops_elsewhere": Mutant(WakesWhoHasItElsewhere),
    "acknowledged_apart": Mutant(AcknowledgesEverything),
    "resolved_stops": Mutant(PagesOn),
    "reopened_pages": Mutant(PagesInOneGeneration),
    "snoozed_holds": Mutant(NeverSnoozes),
    "page_after_outage": Mutant(make_pager=Optimist),
    "shut_down_ends": Mutant(GoesOn),
    "audit_forgotten": Mutant(SeesNothing),
    "audit_rests": Mutant(SeesEverything),
}
"""By the name of a check, what breaks that promise."""
