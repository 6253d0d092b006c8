"""Planning: what must happen next to an incident, beside a shorter log of the same, and beside code for one policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import cycle, islice, takewhile
from random import Random
from timeit import Timer
from typing import Any, Final, TypeAlias

from attrs import evolve, frozen

from benchmarks.histories import PEOPLE, declared, tried
from benchmarks.measure import Calls, Row
from incidentkit.errors import IncidentkitError
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.commands import Acknowledge, Command, Decline, Mitigate, Note, Regress, Reopen, Resolve
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Status
from incidentkit.model.progress import Progress
from incidentkit.playbooks.emergency import EMERGENCY, RULES, UNRESOLVED_FOR
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt, Backoff
from incidentkit.policy.planning import Plan, plan
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import role
from incidentkit.providers.pager import SendPage

COUNT: Final = 64

EACH: Final = 40
"""Moments of one incident."""

FEW, MANY = 1_000, 10_000
"""Incidents that are planned in turn."""

SHORT, LONG = 20, 200
"""Events of the logs that are planned from."""

CHAIN: Final = (("push", timedelta(minutes=5)), ("phone", timedelta(minutes=5)), ("mail", timedelta(minutes=1)))

ROUND: Final = sum((wait for _, wait in CHAIN), timedelta())

ROUNDS: Final = 3

DELAYS: Final = (timedelta(seconds=30), timedelta(minutes=1))
"""Before a page that failed for the time being is tried again."""

THREE: Final = (
    ("on-call engineer", timedelta()),
    ("engineering manager", timedelta(minutes=30)),
    ("executive", timedelta(hours=1)),
)
"""Levels, and how long an incident is not resolved before each is reached."""

PAGING: Final = Playbook(
    name="paging",
    rules=RULES,
    escalation=EscalationPolicy(
        levels=[Level(name, role(name), UNRESOLVED_FOR >= after) for name, after in THREE],
        contact=ContactChain([Attempt(method, wait) for method, wait in CHAIN], rounds=ROUNDS),
        backoff=Backoff(DELAYS, jitter=0),
    ),
)
"""Three levels and a contact chain, and nothing else."""

ROLES: Final[Mapping[str, Sequence[str]]] = {
    "on-call engineer": ["ada", "grace"],
    "engineering manager": ["linus"],
    "executive": ["barbara"],
    "chief executive": ["barbara"],
    "legal adviser": ["edsger"],
    "incident commander": ["grace"],
    "stakeholders": ["barbara", "edsger"],
    "team": ["ada", "grace"],
}

DIRECTORY: Final = Directory(
    people={name: Person(id=PersonId(name), contacts={way: f"{name}-{way}" for way, _ in CHAIN}) for name in PEOPLE},
    roles=ROLES,
)
"""Everybody can be reached by every method."""

Moment: TypeAlias = tuple[Incident, datetime]
"""An incident, and when it is planned."""

Page: TypeAlias = tuple[str, str, str, int, datetime]
"""The level, the person, the method, the place in the chain, and since when it is due."""

Pages: TypeAlias = tuple[Sequence[Page], datetime | None]
"""The pages to send now, the longest due first, and when to look again."""


def pages_by_hand(moment: Moment) -> Pages:
    """What `PAGING` wants, by somebody who knows that it is all there is."""
    incident, now = moment
    status, progress = incident.status, incident.progress
    if status is not Status.INVESTIGATING and status is not Status.MITIGATING and status is not Status.MONITORING:
        return [], None
    generation = str(incident.generation)
    pages: list[Page] = []
    later: list[datetime] = []
    for name, after in THREE:
        reached = progress.in_force.get((f"page/{name}", generation))
        if reached is not None:
            since: datetime = reached.since
            people: Sequence[str] = reached.people
            place_then = reached.place
        elif status is Status.MONITORING:
            continue
        else:
            since = max(incident.generation_at + after, incident.as_of)
            if since > now:
                later.append(since)
                continue
            people = ROLES[name]
            place_then = progress.places
        if any(person in people or mark.place > place_then for person, mark in progress.acknowledged.items()):
            continue
        for person in people:
            if person in incident.acknowledged or person in incident.declined:
                continue
            place, at = _next_by_hand(incident, f"page/{name}", generation, person, since)
            if place == len(CHAIN) * ROUNDS:  # nothing is left to try, which somebody learns when the last wait is over
                later += [at] if at > now else []
                continue
            if at > now:
                later.append(at)
            else:
                pages.append((name, person, CHAIN[place % len(CHAIN)][0], place, at))
    pages.sort(key=lambda page: page[4])
    return pages, min(later, default=None)


def _next_by_hand(
    incident: Incident, obligation: str, generation: str, person: str, since: datetime
) -> tuple[int, datetime]:
    """The place in the chain that a person has come to, and when it is their turn there."""
    progress = incident.progress
    latest = progress.latest.get((obligation, generation, person))
    if latest is None:
        return 0, since
    tried = progress.tried[latest]
    ended = tried.lease_until if tried.ended is None else tried.ended
    moving_on = tried.first + CHAIN[latest.attempt % len(CHAIN)][1]
    if tried.outcome is Outcome.FAILED:
        return _following_by_hand(progress, latest, ended)
    if tried.outcome is Outcome.SUCCEEDED or tried.tries > len(DELAYS):
        return _following_by_hand(progress, latest, max(moving_on, ended))
    again = ended if tried.ended is None else ended + DELAYS[tried.tries - 1]
    return (latest.attempt, again) if again < moving_on else _following_by_hand(progress, latest, moving_on)


def _following_by_hand(progress: Progress, latest: ActionKey, at: datetime) -> tuple[int, datetime]:
    """The place after one that is done with, a whole round after its method had its turn before, if it had."""
    following = latest.attempt + 1
    if not len(CHAIN) <= following < len(CHAIN) * ROUNDS:
        return following, at
    return following, max(at, progress.tried[evolve(latest, attempt=following - len(CHAIN))].first + ROUND)


def _pages(planned: Plan) -> Pages:
    return [
        (
            action.key.obligation.removeprefix("page/"),
            action.key.person,
            action.request.method if isinstance(action.request, SendPage) else "",
            action.key.attempt,
            action.due_at,
        )
        for action in planned.due
    ], planned.wake_at


def _page(moment: Moment) -> Plan:
    incident, now = moment
    return plan(incident, PAGING, DIRECTORY, now=now)


def _plan(moment: Moment) -> Plan:
    incident, now = moment
    return plan(incident, EMERGENCY, DIRECTORY, now=now)


def _life(random: Random, playbook: Playbook, *, people: bool) -> Iterator[Moment]:
    """The moments of an incident: when its plan wants to be looked at, and some time before each of them.

    Where there are people, they ask for something now and then, and not all that is tried succeeds.
    """
    incident = declared(random)
    now = incident.as_of
    while True:
        yield incident, now
        planned = plan(incident, playbook, DIRECTORY, now=now)
        incident = incident.extended(planned.decisions)
        for action in planned.due:
            outcome = random.choice(OUTCOMES) if people else Outcome.SUCCEEDED
            incident = incident.extended(tried(incident, action.key, now, outcome))
        following = plan(incident, playbook, DIRECTORY, now=now).wake_at or now + timedelta(minutes=10)
        now += random.random() * (following - now)
        yield incident, now
        asked = people and random.random() < 0.2
        incident, now = (_asked(random, incident, now), now) if asked else (incident, following)


OUTCOMES: Final = (*Outcome, *[Outcome.SUCCEEDED] * 4)


def _asked(random: Random, incident: Incident, now: datetime) -> Incident:
    """What somebody does; nobody takes an acknowledgement back."""
    given: Mapping[str, Any] = {"at": now, "by": random.choice(PEOPLE)}
    commands: Sequence[Command] = (
        Acknowledge(**given),
        Decline(**given),
        Mitigate(**given),
        Regress(**given, reason="errors again"),
        Resolve(**given),
        Reopen(**given, reason="it was not over"),
    )
    try:
        return incident.apply(random.choice(commands))
    except IncidentkitError:
        return incident


def _moments(random: Random, playbook: Playbook, *, people: bool, most: int) -> Iterator[Moment]:
    """Moments of many incidents, some of each, from logs of so many events at the most."""
    while True:
        life = islice(_life(random, playbook, people=people), EACH)
        yield from takewhile(lambda moment: moment[0].version <= most, life)


def _is_idle(moment: Moment, playbook: Playbook) -> bool:
    incident, now = moment
    planned = plan(incident, playbook, DIRECTORY, now=now)
    return planned.wake_at is not None and not planned.due and not planned.decisions


def _longer(moment: Moment, events: int) -> Moment:
    """The same with notes, so that the log has so many events."""
    incident, now = moment
    for number in range(incident.version, events):
        incident = incident.apply(Note(f"note {number}", at=incident.as_of, by="ada"))
    return incident, now


@frozen(slots=False)
class _Among:
    """Planning one of so many different incidents. They are many, so they are made when first timed."""

    count: int

    def answers(self) -> Sequence[object]:
        """Nothing: there is no other form, only more of the same."""
        return ()

    def sample(self) -> float:
        """Seconds for one incident, by the next thousand: a pass over all would take as long as all other rows."""
        moments = [*islice(self._turns, FEW)]
        return Timer(lambda: [_page(moment) for moment in moments]).timeit(1) / FEW

    @cached_property
    def _turns(self) -> Iterator[Moment]:
        """Some time after the first pages of each, round and round."""
        random = Random(20_261_025)
        return cycle([_paged(random) for _ in range(self.count)])


def _paged(random: Random) -> Moment:
    incident = declared(random)
    now = incident.as_of
    planned = plan(incident, PAGING, DIRECTORY, now=now)
    pages = (event for action in planned.due for event in tried(incident, action.key, now, Outcome.SUCCEEDED))
    return incident.extended([*planned.decisions, *pages]), now + timedelta(minutes=random.randint(1, 4))


def rows() -> list[Row]:
    """With nothing due: from a longer log, by the whole playbook, and by paging alone; and many incidents."""
    random = Random(20_260_306)
    quiet = (each for each in _moments(random, EMERGENCY, people=False, most=SHORT) if _is_idle(each, EMERGENCY))
    moments = [*islice(quiet, COUNT)]
    paged = [*islice(_moments(random, PAGING, people=True, most=LONG), 10 * COUNT)]
    idle = [each for each in paged if _is_idle(each, PAGING)]
    busy = [each for each in paged if not _is_idle(each, PAGING)]
    return [
        Row(
            name="plan-events",
            work=f"plan from {LONG} events with nothing due, beside plan from {SHORT}",
            hand=Calls(function=_plan, inputs=[_longer(each, SHORT) for each in moments]),
            ours=Calls(function=_plan, inputs=[_longer(each, LONG) for each in moments]),
            limit=1.3,
        ),
        Row(
            name="plan-many",
            work=f"one of {MANY:,} incidents to page for, beside one of {FEW:,}",
            hand=_Among(FEW),
            ours=_Among(MANY),
            limit=1.3,
        ),
        Row(name="plan", work="the emergency playbook, nothing due", ours=Calls(function=_plan, inputs=moments)),
        Row(
            name="plan-paging",
            work="three levels and a contact chain, nothing due",
            hand=Calls(function=pages_by_hand, inputs=idle[:COUNT], hostile=idle[COUNT:] + busy),
            ours=Calls(function=_page, inputs=idle[:COUNT], hostile=idle[COUNT:] + busy, read=_pages),
        ),
    ]
