"""A drill: an incident that never was, run by a real desk with scripted people on a clock that is turned by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import define, field, fields, frozen

from incidentkit.desk import Desk, Toolbox
from incidentkit.desk.notices import Decided, Ended, Failed, Notice, Recorded
from incidentkit.drills.clock import ManualClock
from incidentkit.drills.fault import Fault, FaultyPager
from incidentkit.drills.story import IN_VAIN, Kind, Line, Story
from incidentkit.errors import DrillInvalid, expect, nearest, shown
from incidentkit.memory import (
    Acknowledges,
    Declines,
    MemoryChat,
    MemoryPager,
    MemoryStatusPage,
    MemoryStore,
    MemoryTracker,
    Reaction,
    Sleeps,
)
from incidentkit.model.action import Outcome
from incidentkit.model.commands import Command, Mitigate, Resolve, StartMitigation
from incidentkit.model.durations import duration_text
from incidentkit.model.events import Acknowledged, AcknowledgementExpired, Became, FellDue, Joined
from incidentkit.model.identity import checked_name, checked_title, moment
from incidentkit.model.incident import Incident
from incidentkit.model.severity import Severity
from incidentkit.model.triage import Triage
from incidentkit.model.vocabulary import FactSource
from incidentkit.policy.action import Action
from incidentkit.policy.directory import Directory
from incidentkit.policy.escalation import EXHAUSTED
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.planning import Plan, plan
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.posting import words_of
from incidentkit.policy.recipient import person
from incidentkit.providers.on_call import FindOnCall
from incidentkit.providers.pager import Pager, Purpose, SendPage

INCIDENT: Final = "DRILL-1"
"""What a drill calls its incident, so that every run of it writes the same log."""


LONGEST: Final = timedelta(days=365)
"""How long a drill may take, and anything that people do in it: longer is a slip."""


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


def _check_after(does: str, after: timedelta) -> None:
    """Refuse what no person does: ``does`` says what it would be."""
    if expect(timedelta, after, DrillInvalid, f"{does} after a timedelta") < timedelta():
        raise DrillInvalid(f"{does} after no time or more, not after {duration_text(after)}")
    if after > LONGEST:
        raise DrillInvalid(f"{does} within a year, not after {duration_text(after)}")


def _people(people: Mapping[str, Reaction]) -> dict[str, Reaction]:
    words = "what a person does when paged is Acknowledges, Declines or Sleeps"
    reactions = {
        name: expect(Acknowledges | Declines | Sleeps, each, DrillInvalid, words) for name, each in people.items()
    }
    for name, each in reactions.items():
        if not isinstance(each, Sleeps):
            _check_after(f"{name} answers", each.after)
    return reactions


def _faults(faults: Mapping[str, Fault]) -> dict[str, Fault]:
    return {
        method: expect(Fault, fault, DrillInvalid, f"the fault of {method!r} is a Fault")
        for method, fault in faults.items()
    }


def _script(script: Iterable[Command]) -> tuple[Command, ...]:
    return tuple(sorted(script, key=lambda command: moment("at", command.at)))


@frozen(kw_only=True)
class Work:
    """What the first person who acknowledges does then, each so long after; `None` for never."""

    start_mitigation: timedelta | None = None
    mitigated: timedelta | None = None
    resolve: timedelta | None = None

    def __attrs_post_init__(self) -> None:
        for each in fields(Work):
            after: timedelta | None = getattr(self, each.name)
            if after is not None:
                _check_after(f"{each.name} comes", after)

    def commands(self, since: datetime, by: str) -> Iterator[Command]:
        """What a person asks of the incident who has it since that moment."""
        steps = ((StartMitigation, self.start_mitigation), (Mitigate, self.mitigated), (Resolve, self.resolve))
        for command, after in steps:
            if after is not None:
                yield command(at=since + after, by=by)


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
    """What people do when they are paged, by their id; whoever is not here sleeps."""
    work: Work = field(factory=Work)
    script: tuple[Command, ...] = field(default=(), converter=_script)
    """What else is asked of the incident, each at its own time, whatever has happened by then."""
    faults: Mapping[str, Fault] = field(factory=dict[str, Fault], converter=_faults)
    """The contact methods that do not work, and how."""
    lasts: timedelta = field(default=timedelta(hours=4), converter=_length)
    """How long to go on."""

    def __attrs_post_init__(self) -> None:
        expect(Playbook, self.playbook, DrillInvalid, "what a drill tries out is a Playbook")
        expect(Directory, self.directory, DrillInvalid, "the people of a drill are in a Directory")
        checked_title("title", self.title)
        checked_name("by", self.by)
        expect(Work, self.work, DrillInvalid, "what people do once they have it is Work")
        self.directory.check(self.playbook.recipients, source=f"playbook {self.playbook.name}")
        self.directory.check(map(person, self.people), source="people of the drill")
        for method in self.faults:
            if method not in self.methods:
                known = ", ".join(self.methods) or "none"
                hint = nearest(str(method), self.methods)
                raise DrillInvalid(f"nobody is paged by {shown(method)} here; methods: {known}. {hint}".rstrip())
        for command in self.script:
            if not self.start <= command.at <= self.end:
                raise DrillInvalid(f"{command.tag} at {command.at} is not within {self.start} to {self.end}")

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.start + self.lasts

    @property
    def methods(self) -> tuple[str, ...]:
        """The contact methods that the playbook uses, in the order in which it first does."""
        return self.playbook.methods

    def run(self, tell: Callable[[Line], object] | None = None) -> Story:
        """Let it happen, and give the whole story; ``tell`` gets each line of it as it happens.

        Raises what `Desk.declare` and `Desk.submit` raise, such as for a script that asks for what is not possible by
        then, and whatever ``tell`` raises.
        """
        return _Run(self, tell or (lambda line: None)).run()


@define
class _Run:
    """One run of a drill."""

    drill: Drill
    tell: Callable[[Line], object]
    clock: ManualClock = field(init=False)
    pager: MemoryPager = field(init=False)
    chat: MemoryChat = field(init=False, factory=MemoryChat)
    status_page: MemoryStatusPage = field(init=False, factory=MemoryStatusPage)
    tracker: MemoryTracker = field(init=False, factory=MemoryTracker)
    desk: Desk = field(init=False)
    obligations: Mapping[str, Obligation] = field(init=False)
    script: list[Command] = field(init=False)
    """What will be asked of the incident, the earliest first."""
    told: list[Line] = field(factory=list[Line])
    lines: list[Line] = field(factory=list[Line])
    failed: Exception | None = None
    working: bool = False
    exhausted_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        drill = self.drill
        self.clock = ManualClock(drill.start)
        self.script = [*drill.script]
        self.obligations = {each.id: each for each in drill.playbook.obligations}
        # One pager behind all methods: somebody who is reached by push and by phone answers once.
        self.pager = MemoryPager(drill.people, clock=self.clock)
        pagers: dict[str, Pager] = {
            method: FaultyPager(self.pager, drill.faults[method]) if method in drill.faults else self.pager
            for method in drill.methods
        }
        self.desk = Desk(
            drill.playbook,
            drill.directory,
            Toolbox(pagers=pagers, chat=self.chat, status_page=self.status_page, tracker=self.tracker),
            MemoryStore(self.clock),
            places=0,
            observers=(self,),
        )

    def run(self) -> Story:
        """Declare the incident, and let the desk and the people act in turn until nothing falls due before the end."""
        drill, end = self.drill, self.drill.end
        self.desk.declare(
            drill.title, by=drill.by, facts=drill.facts, triage=drill.triage, severity=drill.severity, id=INCIDENT
        )
        for method, why in self._skipped():
            self._add(Kind.TROUBLE, "", f"pages by {method} reach nobody", why)
        incident, planned = self._let_the_desk_work()
        while (at := self._next(incident, planned)) is not None and at <= end:
            self.clock.set(at)
            self._let_people_act()
            incident, planned = self._let_the_desk_work()
        self.clock.set(end)
        planned = self._plan(incident)
        return Story(
            lines=tuple(self.lines),
            incident=incident,
            ended_at=end,
            pages=tuple(self.pager.pages),
            owed=planned.owed,
            questions=planned.questions,
            exhausted_at=self.exhausted_at,
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

    def _next(self, incident: Incident, planned: Plan) -> datetime | None:
        """When something happens next: somebody answers, the script goes on, or the desk has something to do."""
        times = (self.pager.next_answer_at, self.script[0].at if self.script else None, planned.wake_at)
        return min([*(time for time in times if time is not None), *self._ends_of_waits(incident)], default=None)

    def _ends_of_waits(self, incident: Incident) -> Iterator[datetime]:
        """When the latest attempts have waited long enough. After the last of a chain there is nothing to do then."""
        for key in incident.progress.latest.values():
            wait = self.obligations[key.obligation].links[key.attempt].wait
            if wait is not None and (at := incident.progress.tried[key].first + wait) > self.clock():
                yield at

    def _let_people_act(self) -> None:
        """Give what people ask of the incident now to the desk, before it does anything: at a tie they go first."""
        now = self.clock()
        asked = [command for _, command in self.pager.answers(now)]
        while self.script and self.script[0].at <= now:
            asked.append(self.script.pop(0))
        for command in asked:
            event = self.desk.submit(INCIDENT, command).event
            self._drain()
            if isinstance(event, Acknowledged) and not self.working:
                self.working = True
                self.script = sorted([*self.script, *self.drill.work.commands(now, event.by)], key=lambda each: each.at)

    def _let_the_desk_work(self) -> tuple[Incident, Plan]:
        """Let the desk do what there is to do now; how things stand then, and what comes later."""
        while self.desk.tick():
            if self.failed is not None:
                raise self.failed
            self._drain()
        incident = self.desk.load(INCIDENT)
        return incident, self._plan(incident)

    def _plan(self, incident: Incident) -> Plan:
        return plan(incident, self.drill.playbook, self.drill.directory, now=self.clock())

    def notice(self, notice: Notice, /) -> None:
        """What the desk tells becomes lines; they are told later, because a desk swallows what an observer raises."""
        match notice:
            case Recorded(event=event):
                self._add(Kind.SAID, event.by, str(event))
            case Decided(decision=Became() as decision) if decision.obligation == EXHAUSTED:
                self.exhausted_at = self.exhausted_at or decision.at
                self._add(Kind.EXHAUSTED, "", IN_VAIN, f"now {', '.join(decision.people) or 'nobody is left'}")
            case Decided(decision=Became() as decision):
                self._add(
                    Kind.WANTED, ", ".join(decision.people), f"{decision.obligation} is in force", decision.because
                )
            case Decided(decision=FellDue() as decision):
                self._add(Kind.OVERDUE, "", str(decision))
            case Decided(decision=Joined() as decision):
                self._add(Kind.WANTED, ", ".join(decision.people), f"{decision.obligation}, too", decision.because)
            case Decided(decision=AcknowledgementExpired() as decision):
                self._add(Kind.WANTED, decision.person, "the acknowledgement has expired", decision.because)
            case Ended(action=action, outcome=outcome, problem=problem):
                self._add_try(action, outcome, problem)
            case Failed(error=error):
                self.failed = error
            case _:
                pass

    def _add_try(self, action: Action, outcome: Outcome, problem: str) -> None:
        if isinstance(action.request, FindOnCall):
            self._add(Kind.TROUBLE, "", f"asked who is on call for {action.request.schedule}: {outcome}", problem)
            return
        if not isinstance(action.request, SendPage):
            done = outcome is Outcome.SUCCEEDED
            what = words_of(action.request)
            self._add(Kind.DONE if done else Kind.TROUBLE, "", what if done else f"{what}: {outcome}", problem)
            return
        who, method, purpose = action.request.person, action.request.method, action.request.purpose
        if outcome is not Outcome.SUCCEEDED:
            self._add(Kind.TROUBLE, who, f"{purpose} by {method}: {outcome}", problem)
        elif purpose is Purpose.PAGE:
            self._add(Kind.PAGED, who, f"paged by {method}", action.request.reason)
        else:
            self._add(Kind.TOLD, who, f"{purpose} by {method}", action.request.reason)

    def _add(self, kind: Kind, who: str, what: str, why: str = "") -> None:
        now = self.clock()
        self.told.append(Line(kind=kind, at=now, after=now - self.drill.start, who=who, what=what, why=why))

    def _drain(self) -> None:
        """Tell what has happened since the last time."""
        told, self.told = self.told, []
        for line in told:
            self.lines.append(line)
            self.tell(line)
