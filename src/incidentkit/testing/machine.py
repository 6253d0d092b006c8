"""A stateful machine for whole incidents, which users extend with rules and invariants of their own."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from incidentkit.desk.desk import Desk
from incidentkit.desk.notices import Ended, Failed, Interrupted, Notice, Recorded, Unrecorded
from incidentkit.desk.toolbox import Toolbox
from incidentkit.drills.clock import ManualClock
from incidentkit.drills.fault import Fault
from incidentkit.drills.people import practice_directory
from incidentkit.errors import IncidentkitError
from incidentkit.memory import MemoryStore
from incidentkit.model.commands import Acknowledge, Command, Decline, Mitigate, Reopen, Resolve, StartMitigation
from incidentkit.playbooks.emergency import EMERGENCY
from incidentkit.policy.directory import Directory
from incidentkit.policy.playbook import Playbook
from incidentkit.providers.answer import Closes
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import IncidentStore
from incidentkit.testing.commands import commands
from incidentkit.testing.exchange import TROUBLES, Exchange
from incidentkit.testing.ledger import Ledger
from incidentkit.testing.toolbox import memory_toolbox

_ROUNDS: Final = 50
"""How often a desk looks at one moment before it is taken to go on for ever."""

_PASSING: Final = st.sampled_from(
    [timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=30)]
)


def _people(machine: IncidentMachine) -> st.SearchStrategy[str]:
    return st.sampled_from([*machine.directory.people])


def _severities(machine: IncidentMachine) -> st.SearchStrategy[str]:
    """Their keys, so that the steps that are printed can be run."""
    return st.sampled_from(machine.playbook.scheme.keys)


def _sayings(machine: IncidentMachine) -> st.SearchStrategy[Command]:
    people = st.sampled_from([*machine.directory.people])
    return commands(at=machine.clock(), rules=machine.playbook.rules, people=people, version=4)


PEOPLE: Final = st.runner().flatmap(_people)
"""The ids of the people in the directory of a machine, for rules."""


class IncidentMachine(RuleBasedStateMachine):
    """A desk over a store and a toolbox, on a clock that stands still, while all that can happens in any order.

    People declare, acknowledge, decline, move the incident and say anything else; time passes; the desk works, or is
    begun anew on the same store; pagers fail. What must always hold is checked after each step. There is an incident
    from the first step on.

    Subclass it, say what your desk is made of, and give ``YourMachine.TestCase`` a name that pytest collects. Rules of
    your own take the ids of incidents from ``IncidentMachine.incidents``. Providers and stores are called in the thread
    of the test, so they are written with ``def``.
    """

    playbook: ClassVar[Playbook] = EMERGENCY
    """What the desk goes by."""
    directory: ClassVar[Directory] = practice_directory()
    """Whom it knows."""
    start: ClassVar[datetime] = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
    """When it begins."""

    incidents = Bundle("incidents")
    """The ids of all incidents so far."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock(self.start)
        """What everything goes by."""
        self.store = self.make_store(self.clock)
        self.toolbox = self.make_toolbox(self.clock)
        self.toolbox.refuse_async()  # as the desk does, which sees only the exchange in front of it
        """What it reaches the world through, without the trouble that the machine makes."""
        self.exchange = Exchange(self.clock)
        """What makes trouble, and knows whom pagers were asked to reach."""
        self.ledgers: dict[str, Ledger] = {}
        """What was seen of the log of each incident."""
        self.is_at_rest = False
        """Whether the desk has nothing left to do at this moment."""
        self._problems: list[Notice] = []
        self._reached = self.exchange.before(self.toolbox)
        self.desk = self._begun()

    def make_store(self, clock: Callable[[], datetime]) -> IncidentStore:
        """The store of a run; one in memory, unless you override it."""
        return MemoryStore(clock)

    def make_toolbox(self, clock: Callable[[], datetime]) -> Toolbox:
        """The toolbox of a run; one in memory, unless you override it."""
        return memory_toolbox(clock, methods=self.playbook.methods)

    def arrived(self) -> Iterable[SendPage | Hashable] | None:
        """What has really reached people so far, once for each time: pages, or what `mark` gives for them.

        It is what the system behind your pagers knows, such as the messages that a fake of it has kept; never what the
        pagers say. `None`, unless you override it: nothing is known.
        """
        return None

    def mark(self, page: SendPage, /) -> Hashable:
        """By what the system behind knows a page: its key, unless you override it.

        Several pages may have one mark, such as an address and a title; they arrive as often as there are pages.
        """
        return page.key

    def notice(self, notice: Notice, /) -> None:
        """Take note of what the desk tells; an observer of your own is called from here."""
        if isinstance(notice, Failed | Interrupted | Unrecorded):
            self._problems.append(notice)
        elif isinstance(notice, Ended):
            self.ledgers[notice.incident].ended[notice.action.key] += 1
        elif isinstance(notice, Recorded):
            self.ledgers.setdefault(notice.incident, Ledger()).recorded.append(notice.event)

    @initialize(target=incidents, by=PEOPLE, severity=st.runner().flatmap(_severities))
    def begin(self, by: str, severity: str) -> str:
        """Somebody declares the first incident: nearly all other steps need one."""
        return self._declared(by, severity)

    @rule(target=incidents, by=PEOPLE, severity=st.runner().flatmap(_severities))
    def declare(self, by: str, severity: str) -> str:
        """Somebody declares an incident, with the severity of that key."""
        return self._declared(by, severity)

    @rule(incident=incidents, by=PEOPLE)
    def acknowledge(self, incident: str, by: str) -> None:
        """Somebody has it, be it that nobody paged them."""
        self.submit(incident, Acknowledge(at=self.clock(), by=by))

    @rule(incident=incidents, by=PEOPLE)
    def decline(self, incident: str, by: str) -> None:
        """Somebody cannot take it."""
        self.submit(incident, Decline(at=self.clock(), by=by))

    @precondition(lambda self: bool(self.exchange.asked))
    @rule(acknowledges=st.booleans())
    def answer(self, acknowledges: bool) -> None:
        """Whoever was asked to come last says whether they do."""
        page, kind = self.exchange.asked[-1], Acknowledge if acknowledges else Decline
        self.submit(page.incident, kind(at=self.clock(), by=page.person))

    @rule(incident=incidents, by=PEOPLE, is_done=st.booleans())
    def mitigate(self, incident: str, by: str, is_done: bool) -> None:
        """Work on stopping the effects begins, or users are served again."""
        self.submit(incident, (Mitigate if is_done else StartMitigation)(at=self.clock(), by=by))

    @rule(incident=incidents, by=PEOPLE)
    def resolve(self, incident: str, by: str) -> None:
        """It is over."""
        self.submit(incident, Resolve(at=self.clock(), by=by))

    @rule(incident=incidents, by=PEOPLE)
    def reopen(self, incident: str, by: str) -> None:
        """It was not over."""
        self.submit(incident, Reopen(at=self.clock(), by=by, reason="it came back"))

    @rule(incident=incidents, command=st.runner().flatmap(_sayings))
    def say(self, incident: str, command: Command) -> None:
        """Somebody says anything, be it possible or not."""
        self.submit(incident, command)

    @rule(by=_PASSING, is_awake=st.booleans())
    def wait(self, by: timedelta, is_awake: bool) -> None:
        """Time passes; then the desk does what is due, if it is awake."""
        self.is_at_rest = False
        self.clock.advance(by)
        if is_awake:
            self.work()

    @rule()
    def work(self) -> None:
        """The desk does what is due, until nothing is."""
        for _ in range(_ROUNDS):
            if not self.desk.tick():
                self.is_at_rest = True
                return
            self.logs_grow_and_replay()  # a desk that is given too little does the same again and again
        raise AssertionError(f"after {_ROUNDS} ticks at {self.clock()} there is still something due")

    @rule()
    def restart(self) -> None:
        """The desk ends, and another begins on the same store."""
        self.desk.shut_down()
        self.desk = self._begun()

    @rule(trouble=st.none() | st.sampled_from(TROUBLES))
    def change_trouble(self, trouble: Fault | None) -> None:
        """Pagers begin to fail, or stop to."""
        self.exchange.trouble = trouble

    @invariant()
    def logs_grow_and_replay(self) -> None:
        """Nothing that was in a log, or was told to be, is gone, and what a desk loads is what the log says."""
        for id, ledger in self.ledgers.items():
            ledger.read(self.desk.load(id))

    @invariant()
    def everything_claimed_may_be_claimed(self) -> None:
        """No action is claimed twice, and nobody is paged whose own acknowledgement stands."""
        for ledger in self.ledgers.values():
            ledger.check_claims(self.playbook)

    @invariant()
    def every_page_arrives_once(self) -> None:
        """What pagers answered has arrived, and nothing has twice, as far as anybody knows what arrived."""
        arrived = self.arrived()
        if arrived is not None:
            self.exchange.check_arrived(arrived, self.mark)

    @invariant()
    def nothing_goes_wrong_in_the_desk(self) -> None:
        """The desk can look at every incident, and record what it did."""
        assert not self._problems, self._problems[0]

    @precondition(lambda self: self.is_at_rest)
    @invariant()
    def nothing_is_forgotten(self) -> None:
        """Once the desk has worked, whatever is open is waited for, or left to people."""
        forgotten = self.desk.audit(grace=timedelta()).forgotten
        assert not forgotten, f"nobody will look at {', '.join(forgotten)} in time"
        for ledger in self.ledgers.values():
            ledger.check_rest(self.playbook, self.directory, self.clock())

    def submit(self, incident: str, command: Command) -> None:
        """Say something to an incident; what is refused with a typed error never was."""
        self.is_at_rest = False
        try:
            said = self.desk.submit(incident, command)
        except IncidentkitError:
            return
        self.ledgers[incident].read(said.incident)

    def teardown(self) -> None:
        """End the desk, and close what can be closed."""
        self.desk.shut_down()
        self.toolbox.close()
        if isinstance(self.store, Closes):
            self.store.close()

    def _begun(self) -> Desk:
        return Desk(self.playbook, self.directory, self._reached, self.store, places=0, observers=[self])

    def _declared(self, by: str, severity: str) -> str:
        self.is_at_rest = False
        id = f"INC-{len(self.ledgers) + 1}"
        self.ledgers[id] = Ledger()
        self.desk.declare("Checkout fails", id=id, by=by, severity=self.playbook.scheme[severity])
        return id
