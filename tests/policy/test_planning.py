"""The laws of the planner in drawn worlds, and examples that explain them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, event, given, note, settings

from incidentkit import EMERGENCY, NEVER, Condition, Incident, Playbook, Rotation, Schedule, Status
from incidentkit.errors import FieldInvalid
from incidentkit.model.action import Outcome
from incidentkit.model.commands import Acknowledge, Escalate, Merge, Resolve, Snooze
from incidentkit.model.conditions import ALWAYS
from incidentkit.model.events import Became, Declared
from incidentkit.model.identity import PersonId
from incidentkit.model.targets import Target
from incidentkit.policy.action import Action
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import EVERYBODY, EXHAUSTED, ContactChain, EscalationPolicy, Level, quorum
from incidentkit.policy.obligation import Attempt, Backoff, Obligation
from incidentkit.policy.planning import Plan, decided, due_at, plan, preview, settle
from incidentkit.policy.recipient import on_call, person, schedule, those
from incidentkit.policy.situation import OVER, STATUS, UNACKNOWLEDGED_FOR, UNRESOLVED_FOR
from incidentkit.providers.on_call import FindOnCall
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.testing.planning import answered, claimed, stamped
from tests.policy.laws import LAWS, Case, reached
from tests.policy.scenes import SCENES
from tests.policy.simulation import BREACH, DOWN, P1, RULES, START, Answer, Planner, Wanting, World, worlds

MINUTE = timedelta(minutes=1)


@given(worlds())
def test_every_law_holds_in_every_world(world: World) -> None:
    case = Case(Planner(), world)
    for law in LAWS:
        note(law.__name__)
        law(case)


@settings(max_examples=settings().max_examples // 3)
@given(worlds())
def test_what_is_asked_for_alone_is_what_the_plan_says_of_it(world: World) -> None:
    for look in Case(Planner(), world).drowsy.looks:
        given = (look.before, world.playbook, world.directory)
        assert decided(*given, now=look.at) == look.plan.decisions
        assert due_at(*given, now=look.at) == (look.at if look.plan.due else look.plan.wake_at)


def test_of_practice_nothing_is_decided_and_nothing_due() -> None:
    (event,) = Incident.declare("INC-1", title="Checkout fails", at=START, by="bob", severity=P1).timeline
    assert isinstance(event, Declared)
    practice = Incident.replay([evolve(event, practice=True)])
    assert decided(practice, EMERGENCY, Directory(), now=START) == ()
    assert due_at(practice, EMERGENCY, Directory(), now=START) is None


def test_the_scenes_reach_what_the_laws_are_about() -> None:
    came_about = [reached(Case(Planner(), world)) for world in SCENES]
    assert {name for name in came_about[0] if not any(each[name] for each in came_about)} == set()


def test_drawn_worlds_often_reach_what_the_laws_are_about() -> None:
    counted: Counter[str] = Counter()

    @settings(
        max_examples=100,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(worlds())
    def count(world: World) -> None:
        for name, came in reached(Case(Planner(), world)).items():
            if came:
                counted[name] += 1
                event(name)

    count()
    assert all(counted[name] >= 3 for name in ("level 2", "retry", "reopening", "unknown outcome")), counted


# Examples


def at(minutes: float) -> datetime:
    return START + minutes * MINUTE


ADA = Person(id=PersonId("ada"), contacts={"push": "ada", "phone": "1"})
BOB = Person(id=PersonId("bob"), contacts={"phone": "2"})
DIRECTORY = Directory(people={"ada": ADA, "bob": BOB}, roles={"nobody": ()})


def playbook(*obligations: Obligation) -> Wanting:
    return Wanting(name="example", rules=RULES, wanted=obligations)


def duty(when: Condition = ALWAYS, until: Condition = NEVER, **rest: Any) -> Obligation:
    return Obligation(id="duty", when=when, until=until, recipients=[person("ada")], **rest)


def declared() -> Incident:
    return Incident.declare("INC-1", title="Checkout fails", at=START, by="ada", severity=P1)


def planned(incident: Incident, *obligations: Obligation, minutes: float) -> Plan:
    return plan(incident, playbook(*obligations), DIRECTORY, now=at(minutes))


def looked_at(incident: Incident, *obligations: Obligation, minutes: float, outcome: Outcome | None) -> Incident:
    """The incident after a desk planned it, and did what was due."""
    made, now = planned(incident, *obligations, minutes=minutes), at(minutes)
    after = incident.extended([*stamped(made.decisions, now), *(claimed(incident, each, now) for each in made.due)])
    return after if outcome is None else after.extended(answered(incident, each, now, outcome) for each in made.due)


def test_a_level_that_was_renamed_meanwhile_is_exhausted_as_well() -> None:
    def edited(level: Level) -> Playbook:
        contact = ContactChain([Attempt("phone", MINUTE)], rounds=1)
        return Playbook(name="x", rules=RULES, escalation=EscalationPolicy(levels=[level], contact=contact))

    incident, exhausted = declared(), list[str]()
    for minutes, book in ((0, edited(Level("first", person("ada")))), (30, edited(Level("primary", person("bob"))))):
        for step in preview(incident, book, DIRECTORY, now=at(minutes), until=at(minutes + 20)):
            claims = [claimed(incident, each, step.at) for each in step.actions]
            ends = [answered(incident, each, step.at, Outcome.SUCCEEDED) for each in step.actions]
            incident = incident.extended([*stamped(step.decisions, step.at), *claims, *ends])
            became = [each for each in step.decisions if isinstance(each, Became)]
            exhausted += [each.instance for each in became if each.obligation == EXHAUSTED]

    assert exhausted == ["1.2", "1.4"]


def method_of(action: Action) -> str:
    assert isinstance(action.request, SendPage)
    return action.request.method


AT_ONCE = World(
    playbook=playbook(duty(chain=[Attempt("push", MINUTE), Attempt("phone", MINUTE)])),
    directory=DIRECTORY,
    declared=declared(),
    commands=(),
    answers=(Answer(Outcome.SUCCEEDED),),
)

# Who is on call is asked at the moment of the decision, and stays who it was.


def test_who_is_on_call_when_it_comes_into_force_is_paged_and_stays_after_the_hand_over() -> None:
    rota = Rotation(name="r", zone="UTC", starts=START.date(), every="1 hour", at="00:00", participants=["ada", "bob"])
    turn = rota.turn_at(at(20))
    assert turn is not None
    (first,), (second,) = turn.people, rota.people(turn.number + 1)
    handover = (turn.end - START) // MINUTE
    directory = evolve(DIRECTORY, schedules={"r": Schedule(rota)})
    late = evolve(duty(when=UNRESOLVED_FOR >= 20 * MINUTE), recipients=[schedule("r")])
    after = evolve(late, id="after", when=UNRESOLVED_FOR >= (handover + 1) * MINUTE)
    made = plan(declared(), playbook(late, after), directory, now=at(handover + 60))
    assert [(each.obligation, each.people) for each in made.decisions if isinstance(each, Became)] == [
        ("duty", (first,)),
        ("after", (second,)),
    ]


# What stands is not undone by time, and what time alone brings is not missed.


def test_what_is_met_at_first_comes_into_force_when_time_alone_unmeets_it() -> None:
    late = duty(until=~(UNRESOLVED_FOR >= 10 * MINUTE))
    assert planned(declared(), late, minutes=0).wake_at == at(10)
    (became,) = planned(declared(), late, minutes=60).decisions
    assert became.at == at(10)


def test_what_is_met_when_its_time_runs_out_falls_due_when_time_alone_unmeets_it() -> None:
    late = duty(until=UNRESOLVED_FOR >= 5 * MINUTE, due=Target(10 * MINUTE))
    again = duty(until=(UNRESOLVED_FOR >= 5 * MINUTE) & ~(UNRESOLVED_FOR >= 20 * MINUTE), due=Target(10 * MINUTE))
    assert [each.tag for each in planned(declared(), late, minutes=60).decisions] == ["came into force"]
    assert [each.at for each in planned(declared(), again, minutes=60).decisions] == [at(0), at(20)]


def test_it_wakes_when_time_alone_unmeets_what_is_in_force() -> None:
    pausing = duty(
        until=(UNRESOLVED_FOR >= 5 * MINUTE) & ~(UNRESOLVED_FOR >= 20 * MINUTE),
        chain=[Attempt("push", 7 * MINUTE), Attempt("phone", MINUTE)],
    )
    paged = looked_at(declared(), pausing, minutes=0, outcome=Outcome.SUCCEEDED)
    paused = planned(paged, pausing, minutes=7)
    assert not paused.due
    assert paused.wake_at == at(20)
    assert [method_of(each) for each in planned(paged, pausing, minutes=20).due] == ["phone"]


# What is left to people.


def test_a_quorum_of_more_than_there_are_is_left_to_those_who_have_it() -> None:
    paging = duty(until=quorum(2), chain=[Attempt("push", MINUTE)], personal=True)
    paged = looked_at(declared(), paging, minutes=0, outcome=Outcome.SUCCEEDED).acknowledge(at=at(0.5), by="ada")
    (owed,) = planned(paged, paging, minutes=1).owed
    assert owed.people == ("ada",)


def test_a_level_for_everybody_that_is_brought_in_again_asks_nobody_who_has_it() -> None:
    level = duty(until=EVERYBODY, chain=[Attempt("push", MINUTE)], personal=True, level="first")
    again = looked_at(declared(), level, minutes=0, outcome=Outcome.SUCCEEDED)
    again = again.apply(Acknowledge(at=at(1), by="ada")).apply(Escalate("first", at=at(2), by="ada"))
    assert planned(again, level, minutes=2).owed == ()


def test_what_was_tried_in_vain_is_left_to_people_once_the_last_wait_is_over() -> None:
    paging = duty(chain=[Attempt("push", MINUTE), Attempt("phone", 2 * MINUTE)])
    paged = looked_at(declared(), paging, minutes=0, outcome=Outcome.SUCCEEDED)
    paged = looked_at(paged, paging, minutes=1, outcome=Outcome.SUCCEEDED)
    waiting, over = (planned(paged, paging, minutes=minutes) for minutes in (2, 3))
    assert (waiting.owed, waiting.wake_at) == ((), at(3))
    assert [each.people for each in over.owed] == [("ada",)]
    assert over.wake_at is None


def test_reminders_that_have_not_begun_leave_nothing_to_people_yet() -> None:
    clock = duty(due=Target(10 * MINUTE), chain=[Attempt("push")])
    assert planned(declared(), clock, minutes=1).owed == ()


def test_what_nobody_can_be_found_for_is_left_to_nobody_in_particular() -> None:
    lonely = evolve(duty(chain=[Attempt("push")]), recipients=[person("who left")])
    assert [each.people for each in planned(declared(), lonely, minutes=0).owed] == [()]


# Questions.


def test_nothing_is_asked_for_what_does_not_apply() -> None:
    other = duty(when=DOWN, applies=STATUS.is_(Status.MONITORING))
    assert planned(declared(), other, minutes=0).questions == ()
    assert [each.fact for each in planned(declared(), duty(when=DOWN), minutes=0).questions] == [DOWN]


def test_nothing_is_asked_that_an_alternative_has_answered() -> None:
    choice = duty(when=DOWN & (BREACH | STATUS.is_(Status.INVESTIGATING)))
    assert [each.fact for each in planned(declared(), choice, minutes=0).questions] == [DOWN]


def test_an_incident_to_which_the_escalation_does_not_apply_is_not_asked_about_its_levels() -> None:
    directory = Directory(roles={each.name: () for each in EMERGENCY.recipients})
    mild = EMERGENCY.scheme["SEV-4"]
    incident = Incident.declare("INC-1", title="A typo", at=START, by="ada", severity=mild)
    questions = plan(incident, EMERGENCY, directory, now=START).questions
    levels = {each.id for each in EMERGENCY.obligations if each.level}
    assert levels.isdisjoint(held for question in questions for held in question.holds_up)


# Reasons.


def test_what_is_wanted_always_and_without_a_reason_says_so() -> None:
    (became,) = planned(declared(), duty(), minutes=0).decisions
    assert str(became) == "duty came into force for ada, because always"


def test_the_reason_of_alternatives_with_several_parts_is_all_of_those() -> None:
    held = ~STATUS.is_(Status.MONITORING) & (
        (DOWN & BREACH) | STATUS.is_(Status.INVESTIGATING) & (UNRESOLVED_FOR >= MINUTE)
    )
    (became,) = planned(declared(), duty(when=held), minutes=1).decisions
    assert became.because == 'status != "monitoring" and status == "investigating" and unresolved_for >= 1min'


# Tries.


def test_a_definite_failure_moves_to_the_next_method_at_once() -> None:
    paging = duty(chain=[Attempt("push", MINUTE), Attempt("phone", MINUTE)])
    paged = looked_at(declared(), paging, minutes=0, outcome=Outcome.FAILED)
    assert [(method_of(each), each.due_at) for each in planned(paged, paging, minutes=0).due] == [("phone", at(0))]


def test_a_method_that_had_its_turn_waits_though_everything_failed() -> None:
    paging = duty(chain=[Attempt("push", 5 * MINUTE), Attempt("phone", 7 * MINUTE)] * 2)
    paged = looked_at(declared(), paging, minutes=0, outcome=Outcome.FAILED)
    paged = looked_at(paged, paging, minutes=0, outcome=Outcome.FAILED)
    assert planned(paged, paging, minutes=0).due == ()
    assert planned(paged, paging, minutes=0).wake_at == at(12)
    assert [method_of(each) for each in planned(paged, paging, minutes=12).due] == ["push"]


def test_a_chain_that_was_cut_short_has_ended() -> None:
    long, short = (duty(chain=[Attempt("push", MINUTE)] * links) for links in (3, 1))
    paged = looked_at(declared(), long, minutes=0, outcome=Outcome.SUCCEEDED)
    paged = looked_at(paged, long, minutes=1, outcome=Outcome.SUCCEEDED)
    assert planned(paged, short, minutes=2).due == ()
    assert [each.obligation for each in planned(paged, short, minutes=2).owed] == ["duty"]


def test_a_snooze_holds_pages_and_nothing_else() -> None:
    paging = duty(chain=[Attempt("push", MINUTE)], personal=True)
    quiet = declared().apply(Snooze(until=at(60), at=at(0), by="ada", reason="known"))
    assert planned(quiet, paging, minutes=5).due == ()
    assert planned(quiet, paging, minutes=5).decisions
    reached = quiet.extended(planned(quiet, paging, minutes=5).decisions)
    assert planned(reached, paging, minutes=5).wake_at == at(60)
    assert [each.due_at for each in planned(reached, paging, minutes=61).due] == [at(60)]


@pytest.mark.parametrize("now", [datetime(2026, 3, 2, 20), None, "now"])
def test_what_is_no_moment_is_refused_at_once(now: Any) -> None:
    world = declared(), playbook(duty()), DIRECTORY
    with pytest.raises(FieldInvalid, match="now"):
        plan(*world, now=now)
    with pytest.raises(FieldInvalid, match="before"):
        settle(*world, before=now)
    with pytest.raises(FieldInvalid, match="now"):
        preview(*world, now=now, until=START)
    with pytest.raises(FieldInvalid, match="until"):
        preview(*world, now=START, until=now)


def test_what_is_planned_is_in_utc_whatever_zone_the_moment_has() -> None:
    asking = evolve(duty(level="duty", chain=[Attempt("push", MINUTE)]), recipients=[on_call("payments")])
    now = at(1).astimezone(timezone(timedelta(hours=5)))
    (action,) = plan(declared(), playbook(asking), DIRECTORY, now=now).due
    assert isinstance(action.request, FindOnCall)
    assert action.request.at.isoformat() == "2026-03-02T14:24:00+00:00"
    (step,) = preview(declared(), playbook(asking), DIRECTORY, now=now, until=now)
    assert step.at.isoformat() == "2026-03-02T14:24:00+00:00"


def test_a_preview_ends_where_the_calendar_does() -> None:
    late = datetime(9999, 12, 31, 23, 58, 30, tzinfo=UTC)
    incident = Incident.declare("INC-1", title="Checkout fails", at=late, by="ada", severity=P1)
    paging = playbook(duty(chain=[Attempt("push", MINUTE), Attempt("phone", MINUTE)]))
    steps = [*preview(incident, paging, DIRECTORY, now=late, until=datetime.max.replace(tzinfo=UTC))]
    assert [[method_of(action) for action in step.actions] for step in steps] == [["push"]]


def test_an_expired_lease_is_a_try_of_which_nothing_is_known() -> None:
    paging = duty(chain=[Attempt("push", 5 * MINUTE)])
    paged = looked_at(declared(), paging, minutes=0, outcome=None)
    assert planned(paged, paging, minutes=1).due == ()
    assert planned(paged, paging, minutes=1).wake_at == at(1.5)
    (again,) = planned(paged, paging, minutes=1.5).due
    assert again.key == planned(declared(), paging, minutes=0).due[0].key


def test_a_retry_that_comes_too_late_for_its_wait_begins_it_anew_unless_it_reached_nobody() -> None:
    paging = duty(
        chain=[Attempt("push", MINUTE), Attempt("phone", MINUTE)], backoff=Backoff([timedelta(seconds=10)] * 2)
    )
    paged = looked_at(declared(), paging, minutes=0, outcome=Outcome.POSTPONED)
    assert [method_of(each) for each in planned(paged, paging, minutes=30).due] == ["push"]
    retried = looked_at(paged, paging, minutes=30, outcome=None)
    waiting = planned(retried, paging, minutes=30)
    assert (waiting.due, waiting.wake_at) == ((), at(31))
    in_vain = looked_at(paged, paging, minutes=30, outcome=Outcome.POSTPONED)
    assert [method_of(each) for each in planned(in_vain, paging, minutes=30).due] == ["phone"]


def test_a_round_goes_on_from_a_retry_that_was_late_though_the_method_between_is_left_out() -> None:
    paging = evolve(
        duty(chain=[Attempt("phone", 5 * MINUTE), Attempt("push", 4 * MINUTE)] * 2), recipients=[person("bob")]
    )
    late = looked_at(declared(), paging, minutes=0, outcome=Outcome.POSTPONED)
    late = looked_at(late, paging, minutes=20, outcome=Outcome.SUCCEEDED)
    assert planned(late, paging, minutes=20).wake_at == at(29)


def test_an_acknowledgement_by_somebody_whom_nobody_knows_stops_no_clock() -> None:
    boss = duty(UNACKNOWLEDGED_FOR >= 15 * MINUTE, chain=[Attempt("push", MINUTE)])
    misspelt = declared().acknowledge(at=at(1), by="anaa")
    assert [each.at for each in planned(misspelt, boss, minutes=20).decisions] == [at(15)]
    assert planned(misspelt.acknowledge(at=at(2), by="ada"), boss, minutes=20).decisions == ()


def test_whoever_is_on_two_levels_is_called_once_at_a_time() -> None:
    chain = [Attempt("push", 5 * MINUTE), Attempt("phone", 5 * MINUTE)]
    both = [evolve(duty(chain=chain, personal=True), id=each) for each in ("first", "second")]
    incident, calls = declared(), list[tuple[float, str, str]]()
    for minute in (0, 5, 10):
        made = planned(incident, *both, minutes=minute)
        calls += [(minute, each.key.obligation, method_of(each)) for each in made.due]
        incident = looked_at(incident, *both, minutes=minute, outcome=Outcome.SUCCEEDED)
    assert calls == [(0, "first", "push"), (5, "first", "phone"), (5, "second", "push"), (10, "second", "phone")]


def test_whoever_stands_down_after_a_merge_learns_what_goes_on() -> None:
    over = duty(OVER, outlives=True, purpose=Purpose.STAND_DOWN, chain=[Attempt("push")], because="it is over")
    merged = declared().apply(Merge(at=at(1), by="bob", into="INC-2"))
    (action,) = planned(merged, over, minutes=1).due
    assert isinstance(action.request, SendPage)
    assert action.request.reason == "it is over: merged into INC-2, which goes on"


@pytest.mark.parametrize("first", [Outcome.UNKNOWN, None])
@pytest.mark.parametrize("then", [Outcome.POSTPONED, Outcome.FAILED])
def test_whom_the_first_of_several_tries_may_have_reached_is_told_to_stand_down(
    first: Outcome | None, then: Outcome
) -> None:
    paging = duty(until=OVER, chain=[Attempt("push", 9 * MINUTE)], personal=True)
    told = Obligation(
        id="told", when=OVER, recipients=[those("paged")], waits=True, outlives=True, chain=[Attempt("phone")]
    )
    refused = looked_at(declared(), paging, told, minutes=0, outcome=then).apply(Resolve(at=at(4), by="bob"))
    assert planned(refused, paging, told, minutes=4).due == ()

    tried = looked_at(declared(), paging, told, minutes=0, outcome=first)
    tried = looked_at(tried, paging, told, minutes=3, outcome=then).apply(Resolve(at=at(4), by="bob"))
    assert [each.key.person for each in planned(tried, paging, told, minutes=4).due] == ["ada"]


def test_somebody_whom_nobody_knows_stops_no_page() -> None:
    paging = duty(until=quorum(1), chain=[Attempt("push", MINUTE)], personal=True)
    paged = looked_at(declared(), paging, minutes=0, outcome=None)
    misspelt = planned(paged.acknowledge(at=at(1), by="anaa"), paging, minutes=2)
    assert misspelt.owed or misspelt.due
    outsider = planned(paged.acknowledge(at=at(1), by="bob"), paging, minutes=2)
    assert not outsider.owed
    assert not outsider.due
