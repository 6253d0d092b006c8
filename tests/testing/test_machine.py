"""The machine for whole incidents: it finds nothing wrong with our own parts, and finds what is planted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from attrs import evolve
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from incidentkit import Directory, Playbook, SeverityRules, SeverityScheme
from incidentkit.desk.toolbox import Toolbox
from incidentkit.errors import Misconfigured
from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.model.commands import Acknowledge
from incidentkit.model.events import Acknowledged, ActionEnded, ActionStarted, Became, Event
from incidentkit.model.identity import PersonId
from incidentkit.policy.directory import Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.recipient import person
from incidentkit.providers.answer import Receipt
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import Append, IncidentStore
from incidentkit.stores import SqlStore
from incidentkit.testing import IncidentMachine

THOROUGHLY = settings().max_examples >= 1_000
"""Whether there is time."""


CHECKS = {
    "every_page_arrives_once",
    "everything_claimed_may_be_claimed",
    "logs_grow_and_replay",
    "nothing_goes_wrong_in_the_desk",
    "nothing_is_forgotten",
    "teardown",
}
"""What is no step of a history."""


def look(machine: type[IncidentMachine], examples: int, steps: int = 20, *, repeatable: bool = True) -> None:
    """Run a machine, so many times with so many steps."""
    many = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=repeatable,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        report_multiple_bugs=False,
        print_blob=False,
    )
    run_state_machine_as_test(machine, settings=many)


def history_of(machine: type[IncidentMachine]) -> tuple[list[str], str]:
    """The shortest steps after which a machine finds something wrong, and what that is."""
    with pytest.raises(AssertionError) as caught:
        look(machine, 300, 6)
    said = re.findall(r"state\.(\w+)\(", "\n".join(caught.value.__notes__))
    return [name for name in said if name not in CHECKS], str(caught.value)


class OnDisk(IncidentMachine):
    """The same over SQLite."""

    def make_store(self, clock: Callable[[], datetime]) -> IncidentStore:
        self.folder = TemporaryDirectory()
        return SqlStore(f"sqlite:///{Path(self.folder.name) / 'incidents.db'}", clock=clock)

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


class Small(IncidentMachine):
    """Two people and two levels, between which little time passes."""

    playbook = Playbook(
        name="small",
        rules=SeverityRules(otherwise=SeverityScheme("P1", "P2")["P2"]),
        escalation=EscalationPolicy(
            levels=[Level("first", person("ada")), Level("second", person("bob"))],
            contact=ContactChain([Attempt("push", timedelta(minutes=5))], rounds=3),
            acknowledgement_expires_after=timedelta(minutes=20),
            catch_all=[person("bob")],
        ),
    )
    directory = Directory(
        people={each: Person(id=PersonId(each), contacts={"push": each}) for each in ("ada", "bob")},
    )


def test_nothing_is_wrong_in_memory() -> None:
    look(IncidentMachine, 500 if THOROUGHLY else 5, repeatable=not THOROUGHLY)


def test_nothing_is_wrong_with_another_playbook_and_other_people() -> None:
    look(Small, 1_000 if THOROUGHLY else 12, repeatable=not THOROUGHLY)


def test_nothing_is_wrong_in_a_database() -> None:
    look(OnDisk, 200 if THOROUGHLY else 3, repeatable=not THOROUGHLY)


def test_it_comes_to_everything_that_a_desk_does() -> None:
    happened: set[type[Event]] = set()

    class Watched(Small):
        def teardown(self) -> None:
            for ledger in self.ledgers.values():
                assert ledger.incident is not None
                happened.update(type(event) for event in ledger.incident.timeline)
            super().teardown()

    look(Watched, 30)
    assert {Became, ActionStarted, ActionEnded, Acknowledged} <= happened


def test_every_run_has_an_incident_from_its_first_step() -> None:
    class Watched(Small):
        @invariant()
        def somebody_declared_something(self) -> None:
            assert self.ledgers

    look(Watched, 10)


class Losing(MemoryStore):
    """Forgets the last event of what it is given, unless the incident begins with it."""

    lost: ClassVar[type[Any]] = ActionEnded

    def append(self, request: Append, /) -> tuple[Event, ...]:
        if not any(isinstance(event, self.lost) for event in request.events):
            return super().append(request)
        kept = [event for event in request.events if not isinstance(event, self.lost)]
        super().append(evolve(request, events=(*kept,)))
        return tuple(evolve(event, recorded_at=self.now()) for event in request.events)


class LosingAnswers(Losing):
    lost = Acknowledged


class Sleepy(MemoryStore):
    """Forgets when to look again."""

    def append(self, request: Append, /) -> tuple[Event, ...]:
        return super().append(request if request.expected_version == 0 else evolve(request, wake_at=None))


class Cutting(MemoryStore):
    """Gives the beginning of a long log for all of it."""

    def load(self, incident: str, /) -> tuple[Event, ...]:
        return super().load(incident)[:3]


def over(store: type[MemoryStore]) -> type[IncidentMachine]:
    class Planted(Small):
        def make_store(self, clock: Callable[[], datetime]) -> IncidentStore:
            return store(clock)

    return Planted


@pytest.mark.mutants
@pytest.mark.parametrize(
    ("store", "steps", "found"),
    [
        (Losing, 2, "the log has lost what came of page/first/1/ada/0/0"),
        (LosingAnswers, 3, "events, which are not how it begins now"),
        (Sleepy, 2, "nobody will look at INC-1 in time"),
        (Cutting, 2, "the log has lost what came of page/first/1/ada/0/0"),
    ],
)
def test_a_store_that_forgets_is_found_by_a_short_history(store: type[MemoryStore], steps: int, found: str) -> None:
    history, problem = history_of(over(store))
    assert len(history) <= steps, history
    assert found in problem


def test_a_store_that_gives_too_little_is_found_before_the_desk_has_gone_round_for_long() -> None:
    looked: list[str] = []

    class Counted(Cutting):
        def load(self, incident: str, /) -> tuple[Event, ...]:
            looked.append(incident)
            return super().load(incident)

    machine = over(Counted)()
    machine.declare("ada", "P2")
    with pytest.raises(AssertionError, match="the log has lost what came of page/first/1/ada/0/0"):
        machine.work()
    assert len(looked) < 20
    machine.teardown()


class Paged(Small):
    """A machine that sees which pages have reached people."""

    def arrived(self) -> list[SendPage]:
        return [page for pager in memory_pagers(self) for page in pager.pages]


def memory_pagers(machine: IncidentMachine) -> list[MemoryPager]:
    return [pager for pager in machine.toolbox.pagers.values() if isinstance(pager, MemoryPager)]


class Twice(MemoryPager):
    """Reaches people twice, the second time under another key."""

    def page(self, request: SendPage, /) -> Receipt:
        super().page(evolve(request, key=request.key[::-1]))
        return super().page(request)


class Again(MemoryPager):
    """Forgets keys: what it is asked for again it does again."""

    @property
    def pages(self) -> list[SendPage]:
        return [page for page in super().pages for _ in range(2)]


class Lying(MemoryPager):
    """Answers, and reaches nobody."""

    def page(self, request: SendPage, /) -> Receipt:
        return Receipt(reference="page-1")


def through(pager: type[MemoryPager]) -> type[IncidentMachine]:
    class Planted(Paged):
        def make_toolbox(self, clock: Callable[[], datetime]) -> Toolbox:
            return Toolbox(pagers={method: pager(clock=clock) for method in self.playbook.methods})

    return Planted


@pytest.mark.mutants
@pytest.mark.parametrize(
    ("pager", "found"),
    [
        (Twice, "a message arrived that nobody asked for: "),
        (Again, "a page to ada arrived 2 times: "),
        (Lying, "a page to ada was answered and has not arrived: "),
    ],
)
def test_a_pager_that_does_something_else_than_it_says_is_found_by_a_short_history(
    pager: type[MemoryPager], found: str
) -> None:
    history, problem = history_of(through(pager))
    assert len(history) <= 2, history
    assert found in problem


def test_messages_are_told_apart_by_what_the_machine_says() -> None:
    class Named(Paged):
        """The system behind knows no keys."""

        def mark(self, page: SendPage) -> tuple[str, str]:
            return page.address, page.title

    look(Named, 10)
    machine = Named()
    machine.declare("ada", "P2")
    machine.work()
    machine.every_page_arrives_once()
    memory_pagers(machine)[0].page(evolve(machine.exchange.asked[0], key="f" * 64))
    with pytest.raises(AssertionError, match="arrived 2 times"):
        machine.every_page_arrives_once()
    machine.teardown()


def test_nothing_is_wrong_with_pages_that_arrive() -> None:
    look(Paged, 300 if THOROUGHLY else 10, repeatable=not THOROUGHLY)


class Deaf(Small):
    """A second desk on the same store, which does not hear what people say."""

    @rule(incident=IncidentMachine.incidents)
    def page_whoever_has_it(self, incident: str) -> None:
        """A rule of somebody's own: whoever was paged acknowledges, and is paged all the same."""
        before = self.desk.load(incident)
        for key in [*before.progress.tried][:1]:
            self.submit(incident, Acknowledge(at=self.clock(), by=key.person))
            claim = ActionStarted(
                incident=before.id,
                at=self.clock(),
                by=PersonId("desk"),
                recorded_at=self.clock(),
                action=evolve(key, attempt=2),
                lease_until=self.clock() + timedelta(minutes=1),
            )
            self.store.append(Append(incident=before.id, events=(claim,), expected_version=None))


def test_whoever_has_it_and_is_paged_is_found() -> None:
    machine = Deaf()
    incident = machine.declare("ada", "P2")
    machine.work()
    machine.logs_grow_and_replay()
    machine.everything_claimed_may_be_claimed()
    machine.page_whoever_has_it(incident)
    machine.logs_grow_and_replay()
    with pytest.raises(AssertionError, match="ada has it, and was paged at "):
        machine.everything_claimed_may_be_claimed()
    machine.teardown()


class AsyncPager(MemoryPager):
    async def page(self, request: SendPage, /) -> Receipt:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().page(request)


def test_a_pager_that_has_to_be_awaited_is_refused_as_by_a_desk() -> None:
    class Awaiting(IncidentMachine):
        def make_toolbox(self, clock: Callable[[], datetime]) -> Toolbox:
            return evolve(super().make_toolbox(clock), pagers={"phone": AsyncPager()})

    with pytest.raises(Misconfigured, match="'page' is async: give the provider to an AsyncDesk"):
        Awaiting()
