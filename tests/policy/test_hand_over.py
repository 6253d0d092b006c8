"""Who owes a hand-over, of several schedules, and who does not any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from incidentkit import EMERGENCY, Directory, Incident, Playbook, Rotation, Schedule
from incidentkit.model.action import Outcome
from incidentkit.model.commands import Acknowledge, Command, Decline, Unacknowledge
from incidentkit.model.events import Became, Joined
from incidentkit.model.identity import PersonId
from incidentkit.policy.directory import Person
from incidentkit.policy.escalation import EVERYBODY, ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.planning import Plan, plan
from incidentkit.policy.recipient import person, role, schedule
from incidentkit.testing.planning import answered, claimed, stamped

START = datetime(2026, 3, 2, 19, 50, tzinfo=UTC)
PUSH = Attempt("push", timedelta(minutes=5))


def turns(at: str, *who: str) -> Schedule:
    rotation = Rotation(name="r", zone="UTC", starts=START.date(), every="12 hours", at=at, participants=who)
    return Schedule(rotation)


DIRECTORY = Directory(
    people={who: Person(id=PersonId(who), contacts={"push": who}) for who in ("ada", "bob", "eve", "zoe")},
    schedules={"db": turns("08:00", "ada", "eve"), "web": turns("09:00", "bob", "zoe")},
)
"""Ada's turn ends ten minutes after the declaration, and bob's an hour later."""


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def paging(*levels: Level, **rest: Any) -> Playbook:
    contact = ContactChain([PUSH], rounds=1)
    policy = EscalationPolicy(levels=levels, contact=contact, hand_over=[PUSH, Attempt("push")], **rest)
    return Playbook(name="turns", rules=EMERGENCY.rules, escalation=policy)


BOTH = paging(Level("db", schedule("db")), Level("web", schedule("web")))


def declared(*commands: Command) -> Incident:
    incident = Incident.declare("INC-1", title="Down", at=START, by="zoe", severity=EMERGENCY.scheme["SEV-1"])
    for command in commands:
        incident = incident.apply(command)
    return incident


def planned(incident: Incident, minutes: float, book: Playbook = BOTH) -> Plan:
    return plan(incident, book, DIRECTORY, now=at(minutes))


def looked_at(incident: Incident, minutes: float, outcome: Outcome, book: Playbook = BOTH) -> Incident:
    made, now = planned(incident, minutes, book), at(minutes)
    begun = incident.extended([*stamped(made.decisions, now), *(claimed(incident, each, now) for each in made.due)])
    return begun.extended(answered(begun, each, now, outcome) for each in made.due)


def reminded(made: Plan) -> list[str]:
    return [each.key.person for each in made.due if each.key.obligation == "hand over"]


def owing(made: Plan) -> list[tuple[str, ...]]:
    return [each.people for each in made.owed if each.obligation == "hand over"]


TAKEN = (Acknowledge(at=at(1), by="ada"), Acknowledge(at=at(1), by="bob"))


def test_whoever_is_relieved_later_owes_it_too() -> None:
    first = looked_at(looked_at(declared(*TAKEN), 1, Outcome.SUCCEEDED), 10, Outcome.SUCCEEDED)
    assert owing(planned(first, 11)) == [("ada",)]
    later = planned(first, 70)
    assert [(each.people, each.because) for each in later.decisions if isinstance(each, Joined)] == [
        (("bob",), "their shift is over")
    ]
    assert reminded(later) == ["bob"]
    assert owing(planned(looked_at(first, 70, Outcome.SUCCEEDED), 71)) == [("ada", "bob")]


@pytest.mark.parametrize("answer", [Decline(at=at(11), by="ada"), Unacknowledge(at=at(11), by="ada")])
def test_whoever_lets_go_owes_nothing_and_is_not_reminded(answer: Command) -> None:
    begun = looked_at(looked_at(declared(*TAKEN), 1, Outcome.SUCCEEDED), 10, Outcome.POSTPONED)
    assert reminded(planned(begun, 11)) == ["ada"]
    gone = planned(begun.apply(answer), 11)
    assert (reminded(gone), owing(gone)) == ([], [])


def test_whoever_is_on_call_again_and_has_it_owes_nothing() -> None:
    begun = looked_at(looked_at(declared(TAKEN[0]), 1, Outcome.SUCCEEDED), 10, Outcome.SUCCEEDED)
    assert owing(planned(begun, 11)) == [("ada",)]
    next_morning = planned(begun, 12 * 60 + 11)
    assert owing(next_morning) == []
    assert next_morning.wake_at is not None
    assert owing(planned(begun, 24 * 60 + 11)) == [("ada",)]


def test_whoever_goes_on_by_another_schedule_owes_nothing() -> None:
    book = paging(Level("first", schedule("db")), Level("second", schedule("next")))
    directory = evolve(DIRECTORY, schedules={"db": turns("08:00", "eve", "ada"), "next": turns("08:00", "ada", "eve")})
    (second,) = directory.schedules["next"].on_call(at(0))
    taken = declared(Acknowledge(at=at(1), by=second))
    assert directory.schedules["db"].on_call(at(10)) == (second,)
    made = plan(taken, book, directory, now=at(10))
    assert (reminded(made), owing(made)) == ([], [])
    assert owing(plan(taken, book, directory, now=at(1))) == []


@pytest.mark.parametrize("where", ["fallback", "catch_all"])
def test_a_schedule_that_is_only_named_as_the_last_resort_counts(where: str) -> None:
    book = paging(Level("first", person("zoe")), **{where: [schedule("db")]})
    assert book.escalation is not None
    (owed,) = [each for each in book.escalation.obligations() if each.id == "hand over"]
    assert [str(each) for each in owed.recipients] == ["relieved db"]


def test_where_nobody_is_found_nobody_has_acknowledged_and_the_catch_all_is_paged() -> None:
    book = paging(Level("scribes", role("scribe"), until=EVERYBODY), catch_all=[person("zoe")])
    made = planned(declared(), 0, book)
    assert [each.obligation for each in made.decisions if isinstance(each, Became)] == ["page/scribes", "exhausted"]
    assert [each.key.person for each in made.due] == ["zoe"]
