"""The counter at which people say what they do about an incident, whether it is known there whom a playbook pages."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, TypeVar

from attrs import frozen

from incidentkit.cli.database import Use, opened
from incidentkit.cli.files import directory_in, playbook_in, playbook_or_emergency
from incidentkit.cli.rules import Rules, check_people, rules_of
from incidentkit.desk import Preview, Toolbox, flows
from incidentkit.desk.charter import Charter
from incidentkit.desk.crew import Crew
from incidentkit.desk.desk import new_id
from incidentkit.desk.effects import Call, Flow
from incidentkit.model.assessment import Value
from incidentkit.model.commands import Command
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.people import Role
from incidentkit.model.severity import Severity
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.rehearsal import Rehearsal, RunReport
from incidentkit.policy.standing import Owings
from incidentkit.providers.store import IncidentStore

R = TypeVar("R")

HORIZON: Final = timedelta(hours=24)
"""How far ahead it is told what happens next."""


class Nobody(Directory):
    """A directory that finds nobody, whoever is asked for. A desk must not decide by it: nobody would be paged."""

    def find(
        self,
        recipient: Recipient,
        assigned: Mapping[Role, PersonId] = MappingProxyType({}),
        *,
        at: datetime | None = None,
    ) -> tuple[PersonId, ...]:
        """Find nobody."""
        return ()

    def check(self, recipients: Iterable[Recipient], *, source: str = "") -> None:
        """Accept whatever a playbook names."""


LONG: Final = timedelta(seconds=30)
"""For how long a desk that runs leaves nothing undone that is due."""


@frozen(kw_only=True)
class Counter:
    """Takes what people say, and answers what they ask.

    Where people are not known, what is said is recorded and nothing is decided, since a decision says for good whom it
    is about; the desk that runs on the database decides.
    """

    charter: Charter
    knows_people: bool

    @property
    def playbook(self) -> Playbook:
        """The playbook of new incidents."""
        return self.charter.first

    def now(self) -> datetime:
        """The time by the clock of the database."""
        return _carried_out(_now(self.charter))

    def declare(
        self,
        title: str,
        *,
        by: str,
        id: str | None,
        severity: Severity[Any] | None,
        facts: Mapping[str, Value] | None,
        labels: Mapping[str, str],
    ) -> Incident:
        """Begin an incident."""
        make = flows.declaration(
            self.charter,
            id=new_id() if id is None else id,
            title=title,
            by=by,
            facts=facts,
            triage=None,
            severity=severity,
            at=None,
            started_at=None,
            labels=labels,
        )
        make(datetime.now(UTC))  # before the database is asked for the time, so that what is refused makes none
        return _carried_out(flows.declare(self.charter, make))

    def say(self, incident: str, command: Command) -> str:
        """Record a command; what it means, in one line."""
        if self.knows_people:
            return _carried_out(flows.submit(self.charter, incident, lambda now: command)).summary
        _, event = _carried_out(flows.record(self.charter, incident, lambda now: command))
        return f"{event}; what follows is up to the desk that runs on this database."

    def load(self, incident: str) -> Incident:
        """Read an incident."""
        return _carried_out(flows.load(self.charter, incident))

    def owings(self, incident: str) -> Owings:
        """What people owe in it."""
        return _carried_out(flows.standing(self.charter, incident))

    def preview(self, incident: str, within: timedelta) -> Preview:
        """What will happen if nobody does anything, as far as people are known."""
        return _carried_out(flows.foresee(self.charter, incident, within))

    def dry_run(self, incident: str, runbook: str, parameters: Mapping[str, object]) -> Rehearsal:
        """What a runbook would do; whether there are tools for it is told if tools are known here."""
        return _carried_out(flows.rehearse(self.charter, incident, runbook, parameters))

    def runs(self, incident: str) -> Sequence[RunReport]:
        """The runbooks that were started, and how far each has come."""
        return _carried_out(flows.report(self.charter, incident))

    def following(self, incident: str) -> str:
        """Who is reached next and when, if nobody does anything, and who should have been if no desk seems to run."""
        if not self.knows_people:
            return "Who is reached next is not known without --directory."
        step = next((step for step in self.preview(incident, HORIZON).steps if step.actions), None)
        if step is None:
            return "Nobody is reached in the 24 hours that follow."
        actions = " | ".join(action.because for action in step.actions)
        now = self.now()
        if step.at <= now and now - (since := self.load(incident).as_of) > LONG:
            none = "no desk seems to run on this database, as 'incidentkit run' does"
            return f"Due now, and nothing was done since {since:%Y-%m-%d %H:%M:%S} UTC, so {none}: {actions}."
        return f"If nobody does anything, at {step.at:%Y-%m-%d %H:%M:%S} UTC: {actions}."


@frozen(kw_only=True)
class IncidentCounter(Counter):
    """A counter for one incident, which goes by the incident's own playbook."""

    rules: Rules
    given: Playbook | None
    """The playbook that was named, whether it goes by that or not."""


@contextmanager
def counter(options: Namespace, use: Use) -> Generator[Counter]:
    """The counter for new incidents that the options describe."""
    playbook = playbook_or_emergency(options.playbook)
    directory = Nobody() if options.directory is None else directory_in(options.directory)
    check_people(playbook, directory, given=options.playbook is not None)
    with opened(options.database, use) as store:
        charter = _charter(playbook, directory, store)
        yield Counter(charter=charter, knows_people=options.directory is not None)


@contextmanager
def incident_counter(options: Namespace, use: Use, toolbox: Toolbox | None = None) -> Generator[IncidentCounter]:
    """The counter for the incident that the options name, and which asks whether there is a tool, if it knows of any.

    Looking goes by a playbook that was given, since that changes nothing. What is recorded goes by the incident's own,
    as every desk does: decisions by two playbooks in one log would belong to neither.
    """
    given = None if options.playbook is None else playbook_in(options.playbook)
    with opened(options.database, use) as store:
        incident = Incident.replay(store.load(options.incident))
        directory = _everybody_in(incident) if options.directory is None else directory_in(options.directory)
        rules = rules_of(store, incident, given)
        if given is not None and use is Use.READS:
            rules = Rules(given, rules.own)
        rules.check(directory)
        charter = _charter(rules.playbook, directory, store, toolbox)
        if use is Use.READS:
            charter.recalled[rules.own] = rules.playbook
        if given is not None:  # which an incident may be moved to
            check_people(given, directory, given=True)
            charter.recalled[given.reference] = given
        yield IncidentCounter(charter=charter, knows_people=options.directory is not None, rules=rules, given=given)


def _charter(playbook: Playbook, directory: Directory, store: IncidentStore, toolbox: Toolbox | None = None) -> Charter:
    """That of a desk which only records: another one on the same database does what is due, with tools like these."""
    return Charter(
        playbooks=playbook,
        directory=directory,
        toolbox=Toolbox() if toolbox is None else toolbox,
        store=store,
        observers=(),
        performs=toolbox is not None,
    )


def _everybody_in(incident: Incident) -> Directory:
    """A directory that finds nobody, and takes whoever acknowledged for somebody: what that met, is met."""
    acknowledged = incident.acknowledged_in_generation | incident.acknowledged.keys()
    return Nobody(people={str(who): Person(id=who) for who in acknowledged})


def _now(charter: Charter) -> Flow[datetime]:
    now: datetime = yield Call(charter.store.now)
    return now


def _carried_out(flow: Flow[R]) -> R:
    """What comes of a flow that spawns nothing."""
    return Crew(0).run(flow)
