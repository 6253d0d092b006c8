"""Desks as suites see them: with what arrived in view, a clock to turn, and outages."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import Factory, define

from incidentkit import EMERGENCY, AsyncDesk, Desk, Directory, Playbook, Toolbox
from incidentkit.errors import ProviderUnavailable
from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.playbooks.emergency import SEV_1
from incidentkit.policy.directory import Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.recipient import person
from incidentkit.policy.situation import UNRESOLVED_FOR
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.providers.store import IncidentStore
from incidentkit.testing import ManualClock, Rig

START: Final = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
PEOPLE: Final = Directory(
    people={name: Person(id=name, contacts={"phone": "1", "mail": "2"}) for name in ("ada", "grace", "joan")}
)
LEVELS: Final = (
    Level("first", [person("ada"), person("grace")]),
    Level("second", person("joan"), UNRESOLVED_FOR >= timedelta(minutes=30)),
)
CHAIN: Final = ContactChain((Attempt("phone", timedelta(minutes=5)), Attempt("mail", timedelta(minutes=5))))
PLAYBOOK: Final = Playbook(
    name="small", rules=EMERGENCY.rules, escalation=EscalationPolicy(levels=LEVELS, contact=CHAIN)
)


@define
class World:
    """What desks share: a clock, a store and a pager."""

    playbook: Playbook = PLAYBOOK
    directory: Directory = PEOPLE
    kind: Callable[..., Any] = Desk
    clock: ManualClock = Factory(lambda: ManualClock(START))
    store: IncidentStore = Factory(lambda world: MemoryStore(world.clock), takes_self=True)
    pager: MemoryPager = Factory(lambda world: MemoryPager(clock=world.clock), takes_self=True)

    def desk(self) -> Any:
        """A desk, or one more on the same store."""
        return self.kind(self.playbook, self.directory, self.toolbox(), self.store, places=1, observers=())

    def toolbox(self) -> Toolbox:
        """What reaches people."""
        return Toolbox(pagers=dict.fromkeys(self.playbook.methods, self.pager))

    @contextmanager
    def outage(self) -> Generator[None]:
        """Nobody can be reached."""
        self.pager.fault = ProviderUnavailable("nobody answers")
        yield
        self.pager.fault = None

    @property
    def pages(self) -> list[SendPage]:
        """Those that ask somebody to come."""
        return [page for page in self.pager.pages if page.purpose is Purpose.PAGE]

    def rig(self) -> Rig[Any]:
        """A desk in a rig that shows everything."""
        return Rig(
            self.desk(),
            effects=lambda: self.pages,
            known={"severity": SEV_1},
            another=self.desk,
            outage=self.outage,
            advance=self.clock.advance,
        )


def rig_of_desk() -> Rig[Desk]:
    """A desk with everything in memory."""
    return World().rig()


def rig_of_async_desk() -> Rig[AsyncDesk]:
    """The same for an event loop."""
    return World(kind=AsyncDesk).rig()
