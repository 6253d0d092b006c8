"""Incidents on a virtual clock: people who act by a script, providers that answer by a script, and desks that plan."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from attrs import define, evolve, field, frozen
from hypothesis import strategies as st

from incidentkit import Condition, Flag, Incident, Playbook, Severity, SeverityRules, SeverityScheme, Targets, when
from incidentkit.errors import IncidentkitError
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.commands import (
    Acknowledge,
    Assess,
    Assign,
    Cancel,
    ChangeSeverity,
    Close,
    Command,
    Decline,
    Escalate,
    Mitigate,
    Note,
    Regress,
    Reopen,
    Resolve,
    StartMitigation,
    Unacknowledge,
)
from incidentkit.model.conditions import ALWAYS, NEVER
from incidentkit.model.events import Decision
from incidentkit.model.identity import PersonId
from incidentkit.model.people import Role
from incidentkit.model.targets import Target
from incidentkit.policy import planning
from incidentkit.policy.action import Action
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import EscalationPolicy, Level
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.obligation import Attempt, Obligation
from incidentkit.policy.planning import Plan, Step
from incidentkit.policy.recipient import on_call, person, schedule, team
from incidentkit.policy.rotation import Rotation
from incidentkit.policy.schedule import Schedule
from incidentkit.policy.situation import OVER, UNRESOLVED_FOR
from incidentkit.providers.on_call import FindOnCall
from incidentkit.testing import contact_chains, directories, escalation_policies, obligations, playbooks
from incidentkit.testing.escalation import UNTIL
from incidentkit.testing.planning import answered, claimed, stamped
from incidentkit.testing.situation import BACKOFFS

START: Final = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
HORIZON: Final = timedelta(hours=6)
LEASE: Final = timedelta(seconds=90)
ROUNDS: Final = 300
"""How often a desk looks at one moment before it is taken to go on for ever."""

DOWN: Final = Flag("down", question="Is it down?")
BREACH: Final = Flag("breach", question="Is it a breach?")
P1, P2, P3 = SCHEME = SeverityScheme(
    Severity("P1", targets=Targets(respond=timedelta(minutes=10), resolve=timedelta(minutes=40))),
    Severity("P2", targets=Targets(respond=timedelta(minutes=20))),
    "P3",
)
RULES: Final = SeverityRules(when(DOWN, P1), when(BREACH, P2), otherwise=P3)
PEOPLE: Final = st.sampled_from(["ada", "bob", "eve"])


@frozen(kw_only=True, slots=False)
class Wanting(Playbook):
    """A playbook that wants any obligations."""

    wanted: tuple[Obligation, ...] = ()

    def _obligations(self) -> Iterator[Obligation]:
        yield from super()._obligations()
        yield from self.wanted


@frozen
class Answer:
    """What comes of a try, and when; without an outcome, nothing ever does."""

    outcome: Outcome | None
    after: timedelta = timedelta()
    retry_after: timedelta | None = None
    found: tuple[str, ...] = ()
    """Whom an on-call system names, if it is asked and does not fail."""


@frozen(kw_only=True)
class World:
    """Everything that is not the planner."""

    playbook: Playbook
    directory: Directory
    declared: Incident
    commands: tuple[tuple[datetime, Command], ...]
    """What people say, each with the moment at which the log learns of it."""
    answers: tuple[Answer, ...]
    extra: tuple[datetime, ...] = ()
    """When a desk wakes besides."""
    naps: tuple[tuple[datetime, datetime], ...] = ()
    """Between when no desk is awake."""

    def answer(self, key: ActionKey, tries: int) -> Answer:
        """What comes of a try: always the same, whenever it is made."""
        return self.answers[sha256(f"{key} {tries}".encode()).digest()[0] % len(self.answers)]


@frozen
class Planner:
    """The planner, or something that is to be told from it."""

    plan: Callable[..., Plan] = planning.plan
    settle: Callable[..., tuple[Decision, ...]] = planning.settle
    preview: Callable[..., Iterator[Step]] = planning.preview


@frozen
class Look:
    """A plan, and what it was made of."""

    at: datetime
    before: Incident
    plan: Plan


@frozen
class Decided:
    """Decisions, and the incident for which they were made."""

    before: Incident
    decisions: tuple[Decision, ...]


@define
class Simulation:
    """A desk and a world, up to the horizon."""

    planner: Planner
    world: World
    incident: Incident
    looks: list[Look] = field(factory=list[Look])
    decided: list[Decided] = field(factory=list[Decided])
    _pending: list[tuple[datetime, int, Action, Answer]] = field(factory=list[tuple[datetime, int, Action, Answer]])
    _tries: dict[ActionKey, int] = field(factory=dict[ActionKey, int])

    def run(self, *, looking: bool = True) -> Simulation:
        """Let everything happen; a desk that is not ``looking`` only takes commands, and looks at the very end."""
        commands, extra = [*self.world.commands], [*self.world.extra]
        end = START + HORIZON
        wake_at: datetime | None = self.incident.as_of if looking else end
        while True:
            awaited = [said[0] for said in commands[:1]] + [each[0] for each in self._pending[:1]] + extra[:1]
            now = min(awaited if wake_at is None else [wake_at, *awaited], default=None)
            if now is None or now > end:
                return self
            self._hear(now)
            while commands and commands[0][0] == now:
                self._told(commands.pop(0)[1], now)
            extra = [each for each in extra if each > now]
            if not looking and now < end:
                continue
            nap = next((nap for nap in self.world.naps if nap[0] <= now < nap[1]), None)
            wake_at = nap[1] if nap is not None else self._look(now)
            if not looking:
                return self

    def _hear(self, now: datetime) -> None:
        """Record the outcomes that have come; with the world, not with the desk, since any desk may."""
        while self._pending and self._pending[0][0] <= now:
            _, _, action, answer = self._pending.pop(0)
            self._ended(action, answer, now)

    def _ended(self, action: Action, answer: Answer, now: datetime) -> None:
        assert answer.outcome is not None
        retry_at = None if answer.retry_after is None else now + answer.retry_after
        asked = isinstance(action.request, FindOnCall) and answer.outcome is Outcome.SUCCEEDED
        found = [PersonId(who) for who in answer.found] if asked else []
        self.incident = self.incident.extended([answered(self.incident, action, now, answer.outcome, retry_at, found)])

    def _told(self, command: Command, now: datetime) -> None:
        """Record a command after what was due before it, as a desk does; one that is impossible never was."""
        before = self.incident
        decisions = self.planner.settle(before, self.world.playbook, self.world.directory, before=now)
        settled = before.extended(stamped(decisions, now))
        try:
            self.incident = settled.apply(command, recorded_at=now)
        except IncidentkitError:
            return
        self.decided.append(Decided(before, decisions))

    def _look(self, now: datetime) -> datetime | None:
        """Plan, record and perform until nothing is due; gives when to wake."""
        for _ in range(ROUNDS):
            before = self.incident
            plan = self.planner.plan(before, self.world.playbook, self.world.directory, now=now)
            self.looks.append(Look(now, before, plan))
            if not plan.decisions and not plan.due:
                return plan.wake_at
            self.decided.append(Decided(before, plan.decisions))
            self.incident = before.extended(
                [*stamped(plan.decisions, now), *(claimed(before, each, now, LEASE) for each in plan.due)]
            )
            for action in plan.due:
                self._perform(action, now)
        raise AssertionError(f"it never ends: {ROUNDS} plans at {now}")

    def _perform(self, action: Action, now: datetime) -> None:
        tries = self._tries[action.key] = self._tries.get(action.key, 0) + 1
        answer = self.world.answer(action.key, tries)
        if answer.outcome is not None and answer.after:
            entry = (now + answer.after, len(self.incident.timeline), action, answer)
            places = [each[:2] for each in self._pending]
            self._pending.insert(bisect_left(places, entry[:2]), entry)
        elif answer.outcome is not None:
            self._ended(action, answer, now)


def simulated(planner: Planner, world: World, *, looking: bool = True) -> Simulation:
    """What happens in that world under that planner."""
    return Simulation(planner, world, world.declared).run(looking=looking)


_SECONDS: Final = (st.integers(0, 30) | st.integers(0, 180)).map(lambda halves: timedelta(seconds=30 * halves))
_LATE: Final = st.sampled_from([timedelta(), timedelta(), timedelta(), timedelta(minutes=3)])

_Saying = Callable[[datetime], Command]


def _episodes() -> st.SearchStrategy[Sequence[tuple[timedelta, _Saying]]]:
    """A few commands that belong together, each so long after the one before."""

    def by(kind: Callable[..., Any], who: str, **rest: Any) -> _Saying:
        return lambda at: kind(at=at, by=who, **rest)

    def of(kind: Callable[..., Any]) -> st.SearchStrategy[_Saying]:
        return PEOPLE.map(lambda who: by(kind, who))

    facts = st.fixed_dictionaries({}, optional={DOWN.name: st.booleans(), BREACH.name: st.booleans()})
    triages = facts.map(RULES.triage)
    acknowledge, decline, unacknowledge = of(Acknowledge), of(Decline), of(Unacknowledge)
    escalate = st.sampled_from(["level 1", "level 2", "level 3"]).map(lambda level: by(Escalate, "ada", level=level))
    step = st.just(timedelta()) | _SECONDS.map(lambda length: length / 6)
    single = st.one_of(
        acknowledge,
        acknowledge,
        decline,
        unacknowledge,
        triages.map(lambda triage: by(Assess, "ada", assessment=triage)),
        st.sampled_from([P1, P2, P3]).map(lambda each: by(ChangeSeverity, "ada", severity=each, reason="told so")),
        st.sampled_from([StartMitigation, Mitigate, Resolve, Close]).map(lambda kind: by(kind, "ada")),
        st.sampled_from([Cancel, Reopen, Regress]).map(lambda kind: by(kind, "ada", reason="it seems so")),
        st.tuples(st.sampled_from([Role.COMMANDER, Role.LEGAL_ADVISER]), PEOPLE).map(
            lambda pair: by(Assign, "ada", role=pair[0], to=pair[1])
        ),
        st.just(by(Note, "ada", text="still looking")),
        escalate,
        st.just(by(Mitigate, "ada")),
        st.just(by(Resolve, "zoe")),
    )
    acknowledging = st.permutations(("ada", "bob", "eve")).map(lambda each: [by(Acknowledge, who) for who in each])
    taking_back = PEOPLE.map(lambda who: (by(Acknowledge, who), by(Unacknowledge, who)))
    pairs = st.one_of(
        acknowledging.map(lambda each: each[:2]),
        acknowledging,
        taking_back,
        taking_back,
        PEOPLE.map(lambda who: (by(Decline, who), by(Acknowledge, who))),
        st.just((by(Mitigate, "ada"), by(Regress, "ada", reason="it is back"))),
        st.just((by(Resolve, "ada"), by(Reopen, "ada", reason="it is back"))),
        PEOPLE.map(lambda who: (by(Acknowledge, who), by(Resolve, who), by(Reopen, "zoe", reason="it is back"))),
        PEOPLE.map(lambda who: (by(Acknowledge, who), by(Resolve, "zoe"))),
        st.tuples(escalate, escalate),
        PEOPLE.map(lambda who: (by(Acknowledge, who), by(Escalate, "ada", level="level 1"))),
        PEOPLE.map(
            lambda who: (
                by(ChangeSeverity, "ada", severity=P3, reason="it is not so bad"),
                by(Acknowledge, who),
                by(ChangeSeverity, "ada", severity=P1, reason="it is worse"),
            )
        ),
        PEOPLE.map(lambda who: (by(Acknowledge, who), by(ChangeSeverity, "ada", severity=P1, reason="it is worse"))),
        st.permutations(("ada", "bob", "eve")).map(
            lambda each: (
                by(ChangeSeverity, "ada", severity=P3, reason="it is not so bad"),
                by(Acknowledge, each[0]),
                by(ChangeSeverity, "ada", severity=P1, reason="it is worse"),
                by(Acknowledge, each[1]),
            )
        ),
    )
    alone = st.tuples(_SECONDS, single).map(lambda said: [said])
    return alone | st.tuples(_SECONDS, step, pairs).map(_one_after_another)


def _one_after_another(drawn: tuple[timedelta, timedelta, Sequence[_Saying]]) -> Sequence[tuple[timedelta, _Saying]]:
    begin, step, said = drawn
    return [(begin + place * step, each) for place, each in enumerate(said)]


_EPISODES: Final = st.lists(_episodes(), min_size=1, max_size=5)


@st.composite
def _scripts(draw: st.DrawFn) -> tuple[tuple[datetime, Command], ...]:
    said = [each for episode in draw(_EPISODES) for each in episode]
    late = [draw(_LATE) for _ in said]
    script = [
        (START + after, make(START + max(after - late, timedelta())))
        for (after, make), late in zip(said, late, strict=True)
    ]
    return tuple(sorted(script, key=lambda each: each[0]))


ANSWERS: Final[st.SearchStrategy[Answer]] = st.sampled_from(
    [
        Answer(Outcome.SUCCEEDED, found=("bob", "zoe")),
        Answer(Outcome.FAILED),
        Answer(Outcome.POSTPONED),
        Answer(Outcome.POSTPONED, retry_after=timedelta(minutes=1)),
        Answer(Outcome.POSTPONED, retry_after=timedelta(minutes=20)),
        Answer(Outcome.UNKNOWN),
        Answer(None),
        Answer(Outcome.SUCCEEDED, after=timedelta(seconds=40), found=("eve", "ada")),
        Answer(Outcome.SUCCEEDED, after=timedelta(seconds=80), found=("bob",)),
        Answer(Outcome.FAILED, after=timedelta(seconds=20)),
        Answer(Outcome.UNKNOWN, after=timedelta(seconds=200)),
        Answer(Outcome.POSTPONED, after=timedelta(seconds=100)),
    ]
)

_HALF_MINUTES: Final = st.integers(0, 300).map(lambda halves: START + timedelta(seconds=30 * halves))


def _window(starts: int, lasts: int, severities: Sequence[str]) -> Maintenance:
    begin = START + timedelta(minutes=starts)
    end = begin + timedelta(minutes=lasts)
    return Maintenance(starts=begin, ends=end, severities=severities, by="eve", reason="the storage is exchanged")


_WINDOWS: Final = st.builds(
    _window,
    st.sampled_from([-5, 0, 1, 4, 10, 25]) | st.integers(-10, 60),
    st.sampled_from([3, 6, 15, 40]),
    st.sampled_from([["P1"], ["P1"], ["P2"], ["P3"], ["P2", "P3"], ["P1", "P2", "P3"]]),
)
"""From some minutes before an incident is declared on, for three to forty of them."""

_CLOCK: Final = st.sampled_from([1, 3, 7, 15, 40]).map(lambda each: UNRESOLVED_FOR >= timedelta(minutes=each))
_WHEN: Final = st.none() | _CLOCK | st.sampled_from([OVER, ALWAYS])
_UNTIL: Final = st.one_of(
    st.none(),
    st.just(NEVER),
    _CLOCK.map(lambda clock: ~clock),
    st.tuples(_CLOCK, _CLOCK).map(lambda pair: pair[0] & ~pair[1]),
)

_METHODS: Final = ("push", "phone", "mail")
_TURNS: Final = Schedule(
    Rotation(
        name="turns",
        zone="UTC",
        starts=date(2026, 3, 2),
        every="1 hour",
        at="14:45",
        participants=["ada", "bob", "eve"],
        hours=["Mon-Sun 14:00-16:30", "Mon-Sun 17:15-24:00"],
    )
)
"""Turns of an hour, the second of which begins soon after an incident was declared; for a while nobody is there."""

_EVES: Final = Schedule(
    Rotation(
        name="eves", zone="UTC", starts=date(2026, 3, 2), every="1 hour", at="15:05", participants=["bob", "eve", "ada"]
    )
)
"""Turns of an hour that begin when those of the other schedule have gone on for a while."""

EVERYBODY: Final = Directory(
    people={
        name: Person(id=PersonId(name), contacts={each: f"{name} by {each}" for each in methods})
        for name, methods in (("ada", _METHODS), ("bob", _METHODS[1:]), ("eve", _METHODS))
    },
    teams={"payments": ("ada", "bob"), "Größe": ()},
    roles={"on-call engineer": ("bob",)},
    schedules={"turns": _TURNS, "eves": _EVES},
)
"""Whom playbooks name; the directory of a world may lack some of them, as if they had left."""

_TRIAGES: Final = st.fixed_dictionaries({}, optional={DOWN.name: st.booleans(), BREACH.name: st.booleans()}).map(
    RULES.triage
)
_NAPS: Final = st.lists(st.tuples(_HALF_MINUTES, _SECONDS), max_size=2)
_EXTRA: Final = st.lists(_HALF_MINUTES.map(lambda at: at + timedelta(seconds=7)), max_size=8)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Worlds of a few people, with an escalation in most of them, and obligations of every kind."""
    book = draw(_BOOKS)
    triage = draw(st.none() | _TRIAGES)
    declared = Incident.declare(
        "INC-1",
        title="Checkout fails",
        at=START,
        by="ada",
        triage=triage,
        severity=draw(_SEVERITIES) if triage is None else None,
        recorded_at=START + draw(_LATE),
    )
    begin = declared.as_of
    naps = [(begin, begin + length) for begin, length in draw(_NAPS)]
    world = World(
        playbook=book,
        directory=draw(_DIRECTORIES),
        declared=declared,
        commands=tuple((max(at, begin), command) for at, command in draw(_SCRIPTS)),
        answers=tuple(draw(_ANSWERS)),
        extra=tuple(sorted(at for at in draw(_EXTRA) if at > begin)),
        naps=tuple(nap for nap in naps if nap[0] < nap[1]),
    )
    return evolve(world, directory=evolve(world.directory, maintenance=draw(_MAINTENANCE)))


@st.composite
def _books(draw: st.DrawFn) -> Wanting:
    book = draw(_PLAYBOOKS)
    wanted = (_timed(each, draw(_WHEN), draw(_UNTIL)) if each.id.startswith("duty") else each for each in draw(_DUTIES))
    return Wanting(
        name="simulated", rules=RULES, escalation=book.escalation, response=book.response, wanted=tuple(wanted)
    )


def _timed(obligation: Obligation, when: Condition | None, until: Condition | None) -> Obligation:
    """Often with clocks, which are what time alone changes, and for what is over."""
    obligation = obligation if when is None else evolve(obligation, when=when, outlives=when is OVER)
    return obligation if until is None else evolve(obligation, until=until)


_REACHED: Final = (person("ada"), person("bob"), person("eve"), team("payments"))
_LEVELS: Final = st.lists(
    st.tuples(
        st.lists(
            st.sampled_from([*_REACHED, *[schedule("turns")] * 2, schedule("eves"), team("Größe"), on_call("rota")]),
            min_size=1,
            max_size=2,
        )
        | st.sampled_from([[on_call("rota")], [on_call("rota"), on_call("duty")], [team("Größe")]]),
        st.just(ALWAYS) | _CLOCK,
        UNTIL | st.tuples(UNTIL, _CLOCK).map(lambda pair: pair[0] | pair[1]),
        st.sampled_from([[], [], [person("eve")]]),
    ),
    min_size=1,
    max_size=3,
).map(
    lambda drawn: [
        Level(f"level {n}", to, when, until=until, acknowledgers=who)
        for n, (to, when, until, who) in enumerate(drawn, start=1)
    ]
)
_NOTICE: Final = [Attempt("mail", timedelta(minutes=1)), Attempt("phone", timedelta(minutes=1))]
_PAGING: Final = st.builds(
    EscalationPolicy,
    levels=_LEVELS,
    contact=contact_chains(),
    cumulative=st.booleans(),
    backoff=BACKOFFS,
    grace=st.sampled_from([timedelta(), timedelta(seconds=10), timedelta(minutes=1)]),
    acknowledgement_expires_after=st.none() | st.sampled_from([timedelta(minutes=5), timedelta(minutes=20)]),
    fallback=st.sampled_from([[], [person("eve")], [person("eve")], [schedule("turns")]]),
    waits=st.booleans(),
    follow_shifts=st.sampled_from([True, True, False]),
    catch_all=st.sampled_from([[], [person("eve")], [team("payments")]]),
    hand_over=st.just(_NOTICE),
    raise_notice=st.just(_NOTICE),
    stand_down=st.just(_NOTICE),
)
"""Policies that page somebody in nearly every world, whereas among all policies many reach nobody."""

_PLAYBOOKS: Final = st.one_of(
    playbooks(EVERYBODY, rules=RULES),
    st.builds(Playbook, name=st.just("paging"), rules=st.just(RULES), escalation=_PAGING),
    st.builds(
        Playbook,
        name=st.just("escalating"),
        rules=st.just(RULES),
        escalation=escalation_policies(EVERYBODY, rules=RULES) | _PAGING,
    ),
)
_DUTY: Final = st.tuples(*(obligations(f"duty {place}", EVERYBODY, rules=RULES) for place in range(2)))
_CHAIN: Final = st.lists(
    st.builds(Attempt, st.sampled_from(_METHODS), st.sampled_from([timedelta(minutes=4), timedelta(minutes=9)])),
    min_size=1,
    max_size=3,
)
_AFTERWARDS: Final = st.builds(
    Obligation,
    id=st.just("afterwards"),
    when=st.just(OVER),
    recipients=st.just([person("ada"), person("eve")]),
    due=st.none() | st.just(Target(timedelta(minutes=10))),
    chain=_CHAIN,
    outlives=st.just(True),
)
_PAUSING: Final = st.builds(
    Obligation,
    id=st.just("pausing"),
    when=st.just(ALWAYS),
    until=st.sampled_from([2, 5]).map(
        lambda each: (UNRESOLVED_FOR >= timedelta(minutes=each)) & ~(UNRESOLVED_FOR >= timedelta(minutes=20))
    ),
    recipients=st.just([person("bob")]),
    chain=_CHAIN,
)
_BOTH: Final = st.tuples(_AFTERWARDS, _PAUSING)
_DUTIES: Final = st.one_of(
    st.just(()),
    _DUTY,
    _DUTY.map(lambda pair: pair[:1]),
    st.tuples(_AFTERWARDS, _PAUSING),
    st.tuples(_PAUSING),
    st.tuples(_AFTERWARDS),
)
_BOOKS: Final = _books()
_SEVERITIES: Final = st.sampled_from([P1, P2, P3])
_DIRECTORIES: Final = st.just(EVERYBODY) | directories(people=PEOPLE)
_MAINTENANCE: Final = st.just(list[Maintenance]()) | st.lists(_WINDOWS, min_size=1, max_size=2)
_SCRIPTS: Final = _scripts()
_ANSWERS: Final = st.lists(ANSWERS, min_size=3, max_size=6) | ANSWERS.map(lambda each: [each])
