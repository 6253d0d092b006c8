"""A drill: an incident that never was, run by a real desk with scripted people on a clock that is turned by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from attrs import define, evolve, field, frozen

from incidentkit import convert
from incidentkit.desk import Desk, Toolbox
from incidentkit.desk.errand import SLOTS
from incidentkit.desk.toolbox import CHAT, STATUS_PAGE, TRACKER
from incidentkit.drills.cast import Cast
from incidentkit.drills.clock import ManualClock
from incidentkit.drills.expectation import Expectation, FewPages, IsPaged, IsPublished
from incidentkit.drills.fault import Faults, Outage, outages_of
from incidentkit.drills.faulty import Faulty
from incidentkit.drills.form import DrillForm, drill_form, facts_form, facts_of, of_file, script_form, script_of
from incidentkit.drills.line import Kind, Line
from incidentkit.drills.messages import Messages
from incidentkit.drills.story import Story
from incidentkit.drills.telling import Teller
from incidentkit.drills.work import LONGEST, Work, check_after
from incidentkit.errors import DrillInvalid, each_of, expect, nearest, place, shown
from incidentkit.memory import (
    Acknowledges,
    Declines,
    MemoryChat,
    MemoryPager,
    MemoryStatusPage,
    MemoryStore,
    MemoryTracker,
    Reaction,
)
from incidentkit.model.commands import Command
from incidentkit.model.durations import duration_text
from incidentkit.model.identity import checked_name, checked_title, moment
from incidentkit.model.incident import Incident
from incidentkit.model.severity import Severity
from incidentkit.model.triage import Triage
from incidentkit.model.vocabulary import FactSource
from incidentkit.policy.directory import Directory
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.planning import plan
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person
from incidentkit.policy.standing import closure_blockers, obligations
from incidentkit.providers.pager import Pager, Purpose

INCIDENT: Final = "DRILL-1"
"""What a drill calls its incident, so that every run of it writes the same log."""


LATEST: Final = 9990
"""The last year in which a drill may begin: what is planned in it has to come before the end of the calendar."""


def _start(value: datetime) -> datetime:
    start = moment("start", value)
    if start.year > LATEST:
        raise DrillInvalid(f"a drill begins in the year {LATEST} at the latest, not in {start.year}")
    return start


def _length(value: timedelta) -> timedelta:
    if not timedelta() < expect(timedelta, value, DrillInvalid, "the length of a drill is a timedelta") <= LONGEST:
        raise DrillInvalid(f"a drill takes some time, a year at the most, not {duration_text(value)}")
    return value


def _people(people: Mapping[str, Reaction]) -> dict[str, Reaction]:
    words = "what a person does when paged is Acknowledges, Declines, Sleeps, Unreachable or Hears"
    reactions = {name: expect(Reaction, each, DrillInvalid, words) for name, each in people.items()}
    for name, each in reactions.items():
        if isinstance(each, Acknowledges | Declines):
            check_after(f"{name} answers", each.after)
    return reactions


def _faults(faults: Mapping[str, Faults]) -> dict[str, tuple[Outage, ...]]:
    return {name: outages_of(each, f"the fault of {name!r}") for name, each in faults.items()}


def _expectations(expectations: Iterable[Expectation]) -> tuple[Expectation, ...]:
    words = "what is expected of a drill is a list of expectations, such as IsAcknowledged(timedelta(minutes=10))"
    return each_of(Expectation, expectations, DrillInvalid, words)


def _script(script: Iterable[Command]) -> tuple[Command, ...]:
    return tuple(sorted(script, key=lambda command: moment("at", command.at)))


@frozen(kw_only=True)
class Drill:
    """An incident to try a playbook out with: what happens, and what everybody does about it.

    `run` puts it to a real desk, with a store, pagers and people in memory, and a clock that jumps from one thing that
    happens to the next. So hours take milliseconds, and the same drill always tells the same story.

    Raises `DrillInvalid` for what does not fit together, `FieldInvalid` for a time without zone, and
    `UnknownRecipient` for somebody whom the directory does not know.
    """

    playbook: Playbook
    directory: Directory
    title: str
    start: datetime = field(converter=_start)
    """When the incident is declared."""
    facts: FactSource | None = None
    triage: Triage[Any] | None = None
    severity: Severity[Any] | None = None
    """One of these three says how severe it is, as for `Desk.declare`."""
    by: str = "monitoring"
    """Who declares it."""
    people: Mapping[str, Reaction] = field(factory=dict[str, Reaction], converter=_people)
    """What people do when they are paged, by their id; whoever is not here sleeps.

    Of an incident for which nobody is paged, they do it once they are told of it.
    """
    work: Work = field(factory=Work)
    """What whoever acknowledges first does then."""
    script: tuple[Command, ...] = field(default=(), converter=_script)
    """What else is asked of the incident, each at its own time, whatever has happened by then."""
    faults: Mapping[str, tuple[Outage, ...]] = field(factory=dict[str, tuple[Outage, ...]], converter=_faults)
    """What does not work, and how: contact methods by their names, and ``chat``, ``status-page`` and ``tracker``."""
    lasts: timedelta = field(default=timedelta(hours=4), converter=_length)
    """How long to go on."""
    expectations: tuple[Expectation, ...] = field(default=(), converter=_expectations)
    """What is to come about, or must not; the story says of each whether it held."""

    def __attrs_post_init__(self) -> None:
        expect(Playbook, self.playbook, DrillInvalid, "what a drill tries out is a Playbook")
        expect(Directory, self.directory, DrillInvalid, "the people of a drill are in a Directory")
        checked_title("title", self.title)
        checked_name("by", self.by)
        expect(Work, self.work, DrillInvalid, "what people do once they have it is Work")
        self.directory.check(self.playbook.recipients, source=f"playbook {self.playbook.name}")
        self.directory.check(map(person, self.people), source="people of the drill")
        for name in (*self.faults, *self._expected_of):
            if name not in self.providers:
                known = ", ".join(self.providers) or "none"
                hint = nearest(str(name), self.providers)
                raise DrillInvalid(f"nothing goes through {shown(name)} here; providers: {known}. {hint}".rstrip())
        for person_expected in (each.person for each in self.expectations if isinstance(each, IsPaged | FewPages)):
            if person_expected:
                self.directory.check([person(person_expected)], source="expectations of the drill")
        for command in self.script:
            if not self.start <= command.at <= self.end:
                raise DrillInvalid(f"{command.tag} at {command.at} is not within {self.start} to {self.end}")

    @property
    def _expected_of(self) -> Iterator[str]:
        """The providers without which what is expected never comes about."""
        for each in self.expectations:
            if isinstance(each, IsPublished):
                yield STATUS_PAGE
            if isinstance(each, IsPaged) and each.method:
                yield each.method

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.start + self.lasts

    @property
    def methods(self) -> tuple[str, ...]:
        """The contact methods that the playbook uses, in the order in which it first does."""
        return self.playbook.methods

    @property
    def providers(self) -> tuple[str, ...]:
        """What can have a fault: the contact methods, and the chat, the status page and the tracker as far as used."""
        return (*self.methods, *dict.fromkeys(SLOTS[act] for act in self.playbook.acts))

    def run(self, tell: Callable[[Line], object] | None = None) -> Story:
        """Let it happen, and give the whole story; ``tell`` gets each line of it as it happens.

        Raises what `Desk.declare` and `Desk.submit` raise, such as for a script that asks for what is not possible by
        then, and whatever ``tell`` raises.
        """
        return _Run(self, tell or (lambda line: None)).run()

    @classmethod
    def from_toml(cls, text: str, *, playbook: Playbook, directory: Directory, source: str = "") -> Drill:
        """Read what `to_toml` writes, for a playbook and for the people of a directory.

        Raises `DocumentInvalid`, which names the place, and ``source`` as the file if that is given.
        """
        form = drill_form(text, source)
        with of_file(source):
            return cls.of_form(form, playbook=playbook, directory=directory)

    @classmethod
    def of_form(cls, form: DrillForm, *, playbook: Playbook, directory: Directory) -> Drill:
        """The drill that a document describes; `DocumentInvalid` names the place in the form."""
        with place("severity"):
            severity = None if form.severity is None else playbook.scheme[form.severity]
        return cls(
            playbook=playbook,
            directory=directory,
            title=form.title,
            start=form.start,
            facts=facts_of(form, playbook) or None,
            severity=severity,
            by=form.by,
            people=form.people,
            work=form.work,
            script=script_of(form),
            faults=form.faults,
            lasts=form.lasts,
            expectations=form.expectations,
        )

    def to_toml(self) -> str:
        """The drill as people write it, without its playbook and its directory; raises what `form` does."""
        return convert.to_toml(self.form)

    @property
    def form(self) -> DrillForm:
        """Itself as documents hold it.

        Raises `DrillInvalid` for a triage, and for facts that are attributes of an object: give a severity, or a
        mapping.
        """
        if self.triage is not None:
            raise DrillInvalid("a triage cannot be written: give the drill its facts, or a severity")
        return DrillForm(
            title=self.title,
            start=self.start,
            severity=None if self.severity is None else self.severity.key,
            facts=facts_form(self.facts),
            by=self.by,
            lasts=self.lasts,
            people={**self.people},
            work=self.work,
            script=script_form(self.script, self.start),
            faults={**self.faults},
            expectations=self.expectations,
        )


T = TypeVar("T", MemoryPager, MemoryChat, MemoryStatusPage, MemoryTracker)


@define
class _Run:
    """One run of a drill."""

    drill: Drill
    tell: Callable[[Line], object]
    clock: ManualClock = field(init=False)
    pager: MemoryPager = field(init=False)
    chat: MemoryChat = field(init=False, factory=MemoryChat)
    status_page: MemoryStatusPage = field(init=False, factory=MemoryStatusPage)
    tracker: MemoryTracker = field(init=False)
    store: MemoryStore = field(init=False)
    desk: Desk = field(init=False)
    cast: Cast = field(init=False)
    teller: Teller = field(init=False)
    obligations: Mapping[str, Obligation] = field(init=False)
    ill: list[Faulty[Any]] = field(factory=list[Faulty[Any]])
    """The systems that have faults."""
    lines: list[Line] = field(factory=list[Line])
    known: Incident | None = None
    """The incident, as it was when somebody last looked."""
    published_at: datetime | None = None
    """When the status page first had an entry."""

    def __attrs_post_init__(self) -> None:
        drill = self.drill
        self.clock = ManualClock(drill.start)
        self.obligations = {each.id: each for each in drill.playbook.obligations}
        # One pager behind all methods: somebody who is reached by push and by phone answers once.
        self.pager = MemoryPager(drill.people, clock=self.clock)
        self.tracker = MemoryTracker(clock=self.clock)
        self.teller = Teller(drill.start, self.clock, self.obligations, lambda: self.chat.channels)
        self.cast = Cast(drill.playbook, drill.directory, drill.people, drill.work, self.pager, [*drill.script])
        self.store = MemoryStore(self.clock)
        self.desk = Desk(
            drill.playbook,
            drill.directory,
            self._toolbox(),
            self.store,
            places=0,
            observers=(self.teller,),
        )

    def _toolbox(self) -> Toolbox:
        """The systems in memory, each behind its fault if it has one."""
        pagers: dict[str, Pager] = {method: self._ill(method, self.pager) for method in self.drill.methods}
        return Toolbox(
            pagers=pagers,
            chat=self._ill(CHAT, self.chat),
            status_page=self._ill(STATUS_PAGE, self.status_page),
            tracker=self._ill(TRACKER, self.tracker),
        )

    def _ill(self, name: str, system: T) -> T | Faulty[T]:
        """A system, or one with its faults in front."""
        outages = self.drill.faults.get(name)
        if not outages:
            return system
        self.ill.append(Faulty(system, outages, clock=self.clock, since=self.drill.start))
        return self.ill[-1]

    def run(self) -> Story:
        """Declare the incident, and let the desk and the people act in turn until nothing falls due before the end."""
        drill, end = self.drill, self.drill.end
        self.desk.declare(
            drill.title, by=drill.by, facts=drill.facts, triage=drill.triage, severity=drill.severity, id=INCIDENT
        )
        for method, why in self._skipped():
            self.teller.add(Kind.TROUBLE, "", f"pages by {method} reach nobody", why)
        incident = self._let_the_desk_work()
        while (at := self._next(incident)) is not None and at <= end:
            self.clock.set(at)
            for system in self.ill:
                system.catch_up()
            self._let_people_act()
            incident = self._let_the_desk_work()
        self.clock.set(end)
        story = self._story(incident)
        return evolve(story, judgements=tuple(each.judge(story) for each in drill.expectations))

    def _story(self, incident: Incident) -> Story:
        """How everything stands at the end."""
        drill, now = self.drill, self.clock()
        planned = plan(incident, drill.playbook, drill.directory, now=now)
        deliveries = tuple(self.pager.deliveries)
        return Story(
            lines=tuple(self.lines),
            incident=incident,
            ended_at=now,
            deliveries=deliveries,
            messages=Messages(
                channels=tuple(self.chat.channels),
                entries=tuple(self.status_page.entries),
                tickets=tuple(self.tracker.tickets),
                letters=tuple(each.page for each in deliveries if each.page.purpose is not Purpose.PAGE),
            ),
            owed=planned.owed,
            questions=planned.questions,
            obligations=obligations(incident, drill.playbook, drill.directory, now=now),
            blockers=closure_blockers(incident, drill.playbook, drill.directory, now=now),
            exhausted_at=self.teller.exhausted_at,
            published_at=self.published_at,
        )

    def _skipped(self) -> Iterator[tuple[str, str]]:
        """The contact methods of the playbook that are skipped for everybody, as the directory stands, and why.

        Of a method whose pages are for roles and teams that have nobody, nothing can be said.
        """
        for method in self.drill.methods:
            has_it = {each.id for each in self.drill.directory.people.values() if method in each.contacts}
            paged_by_it = self._paged_by(method)
            if not has_it:
                known = dict.fromkeys(each for who in self.drill.directory.people.values() for each in who.contacts)
                hint = nearest(method, known)
                yield method, f"nobody in the directory has it{f'. {hint}' if hint else ''}"
            elif paged_by_it and not paged_by_it & has_it:
                yield method, "nobody whom the playbook pages by it has it"

    def _paged_by(self, method: str) -> set[str]:
        """Whom the directory has for the obligations that page by a method."""
        paging = (each for each in self.obligations.values() if method in {link.method for link in each.chain})
        recipients = (recipient for obligation in paging for recipient in obligation.recipients)
        return {who for recipient in recipients for who in self.drill.directory.find(recipient, at=self.drill.start)}

    def _next(self, incident: Incident) -> datetime | None:
        """When something happens next: somebody says something, a system is late, or the desk has something to do."""
        times = (
            self.cast.next_at(self.clock()),
            self.store.wakes_at(INCIDENT),
            *(system.next_at for system in self.ill),
        )
        return min([*(time for time in times if time is not None), *self._ends_of_waits(incident)], default=None)

    def _ends_of_waits(self, incident: Incident) -> Iterator[datetime]:
        """When the latest attempts have waited long enough. After the last of a chain there is nothing to do then.

        Of steps of runs and of action items, which are not among what the playbook itself wants, the store knows it.
        """
        for key in incident.progress.latest.values():
            known = self.obligations.get(key.obligation)
            wait = None if known is None else known.links[key.attempt].wait
            if wait is not None and (at := incident.progress.tried[key].first + wait) > self.clock():
                yield at

    def _let_people_act(self) -> None:
        """Give what people ask of the incident now to the desk, before it does anything: at a tie they go first."""
        now = self.clock()
        for command in self.cast.asks(self._present, now):
            self._ask(command)

    def _ask(self, command: Command) -> None:
        event = self.desk.submit(INCIDENT, command).event
        self._drain()
        self.cast.heard(event, self.clock())

    def _let_the_desk_work(self) -> Incident:
        """Let the desk do what there is to do now; how things stand then.

        Somebody closes the incident as soon as nothing keeps it open any more, be it that the desk has just done it.
        """
        while self.desk.tick():
            if self.teller.failed is not None:
                raise self.teller.failed
            self._drain()
        if self.published_at is None and self.status_page.entries:
            self.published_at = self.clock()
        incident = self._present()
        self.cast.look(incident, self.clock())
        if (close := self.cast.closing(incident, self.clock())) is not None:
            self._ask(close)
            return self._let_the_desk_work()
        return incident

    def _present(self) -> Incident:
        """The incident as it is now: what was known of it, with what has happened since."""
        log = self.store.load(INCIDENT)
        known = Incident.replay(log) if self.known is None else self.known
        self.known = known.extended(log[len(known.timeline) :])
        return self.known

    def _drain(self) -> None:
        """Tell what has happened since the last time."""
        for line in self.teller.take():
            self.lines.append(line)
            self.tell(line)
