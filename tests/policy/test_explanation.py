"""Explanations: the laws that tie them to previews, and an example of everything that they say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentkit import (
    EMERGENCY,
    Directory,
    Flag,
    Incident,
    Playbook,
    Rotation,
    Schedule,
)
from incidentkit.drills import practice_directory
from incidentkit.errors import CalendarInvalid, CommandInvalid, FieldInvalid, UnknownSeverity
from incidentkit.model.action import Outcome
from incidentkit.model.commands import Decline, Escalate, Mitigate, Snooze, Unacknowledge
from incidentkit.model.conditions import NEVER
from incidentkit.model.events import Became
from incidentkit.model.identity import PersonId
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.policy.directory import Person
from incidentkit.policy.escalation import EXHAUSTED, ContactChain, EscalationPolicy, Level
from incidentkit.policy.explanation import (
    FARTHEST,
    Explanation,
    LeftOut,
    NotReached,
    Obstacle,
    Reason,
    Skipped,
    Unknown,
    explain,
    explain_hypothetical,
)
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.planning import performed, plan, preview
from incidentkit.policy.recipient import person, schedule, team
from incidentkit.policy.situation import UNRESOLVED_FOR
from incidentkit.policy.view import View
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.testing import attended, directories, playbooks
from incidentkit.testing.planning import answered, claimed
from incidentkit.text.plain import to_plain

MINUTE = timedelta(minutes=1)
START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
WITHIN = timedelta(hours=2)

Drawn = tuple[Incident, Playbook, Directory]

FEW = settings(max_examples=max(1, settings().max_examples // 3))
"""There are several laws, and each draws a world of its own, which takes long."""


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    directory = draw(directories(people=st.sampled_from(["ada", "bob", "eve"])))
    playbook = draw(playbooks(directory))
    incident = draw(attended(playbook, directory, people=st.sampled_from(["ada", "bob", "eve"]), most=8))
    return incident, playbook, directory


@FEW
@given(drawn())
def test_its_pages_are_those_of_the_preview(given: Drawn) -> None:
    incident, playbook, directory = given
    explained = explain(incident, playbook, directory, now=incident.as_of, within=WITHIN)
    steps = preview(incident, playbook, directory, now=incident.as_of, until=incident.as_of + WITHIN)

    expected = [
        (step.at, each.key.person, each.request.method)
        for step in steps
        for each in step.actions
        if isinstance(each.request, SendPage)
    ]
    assert [(page.at, page.person, page.method) for page in explained.pages] == expected
    assert sum(explained.totals.values()) == len(expected)
    assert explained.owed == plan(incident, playbook, directory, now=incident.as_of).owed


@FEW
@given(drawn())
def test_every_level_is_reached_or_has_a_reason(given: Drawn) -> None:
    incident, playbook, directory = given
    explained = explain(incident, playbook, directory, now=incident.as_of, within=WITHIN)
    levels = () if playbook.escalation is None else playbook.escalation.levels

    named = [*(each.level for each in explained.reached), *(each.level for each in explained.not_reached)]
    assert sorted(named) == sorted(level.name for level in levels)
    steps = preview(incident, playbook, directory, now=incident.as_of, until=incident.as_of + WITHIN)
    decided = {each.obligation for step in steps for each in step.decisions if isinstance(each, Became)}
    assert not {f"page/{each.level}" for each in explained.not_reached} & decided
    assert all(each.because for each in explained.not_reached)
    for each in explained.not_reached:
        assert bool(each.questions) == (each.obstacle is Obstacle.UNKNOWN)


@FEW
@given(drawn())
def test_everybody_on_a_level_is_paged_or_left_out_for_a_reason(given: Drawn) -> None:
    incident, playbook, directory = given
    explained = explain(incident, playbook, directory, now=incident.as_of, within=WITHIN)

    paged = {(page.obligation, page.person) for page in explained.pages}
    left_out = {(each.obligation, each.person) for each in explained.left_out}
    assert not paged & left_out
    if incident.status in ACTIVE:
        asked = {(f"page/{each.level}", who) for each in explained.reached for who in each.people}
        assert asked <= paged | left_out


@FEW
@given(drawn())
def test_a_level_that_is_said_to_be_stopped_owes_nothing(given: Drawn) -> None:
    incident, playbook, directory = given
    explained = explain(incident, playbook, directory, now=incident.as_of, within=timedelta())

    in_force = incident.extended(plan(incident, playbook, directory, now=incident.as_of).decisions)
    owed = {each.obligation for each in plan(in_force, playbook, directory, now=incident.as_of).owed}
    stopped = {each.obligation for each in explained.left_out if each.reason is Reason.STOPPED}
    assert not stopped & owed


@FEW
@given(drawn())
def test_who_waits_for_something_is_on_a_level_that_asks_for_them(given: Drawn) -> None:
    incident, playbook, directory = given
    explained = explain(incident, playbook, directory, now=incident.as_of, within=timedelta())

    in_force = incident.extended(plan(incident, playbook, directory, now=incident.as_of).decisions)
    asking = {obligation.id for obligation, _ in View(in_force, playbook, directory, incident.as_of).unmet}
    of_themselves = {Reason.ACKNOWLEDGED, Reason.DECLINED, Reason.NO_METHOD}
    for each in explained.left_out:
        if each.reason not in of_themselves and each.obligation != EXHAUSTED:
            assert (each.obligation in asking) == (each.reason is not Reason.STOPPED)


@FEW
@given(drawn())
def test_explaining_twice_says_the_same_and_can_be_shown(given: Drawn) -> None:
    incident, playbook, directory = given
    version, planned = incident.version, plan(incident, playbook, directory, now=incident.as_of)

    once = explain(incident, playbook, directory, now=incident.as_of, within=WITHIN)

    assert once == explain(incident, playbook, directory, now=incident.as_of, within=WITHIN)
    assert (incident.version, plan(incident, playbook, directory, now=incident.as_of)) == (version, planned)
    assert str(once) == str(explain(incident, playbook, directory, now=incident.as_of, within=WITHIN))


# Examples

SEV_1, SEV_2, SEV_3, _ = EMERGENCY.scheme
LEGAL = Flag("legal", question="Is it a matter for lawyers?")

DIRECTORY = Directory(
    people={
        "ada": Person(id=PersonId("ada"), contacts={"push": "ada", "phone": "1"}),
        "bob": Person(id=PersonId("bob"), contacts={"phone": "2"}),
        "eve": Person(id=PersonId("eve"), contacts={"fax": "3"}),
    },
    teams={"nobody": []},
)


def playbook(*levels: Level, **rest: Any) -> Playbook:
    contact = ContactChain([Attempt("push", 5 * MINUTE), Attempt("phone", 5 * MINUTE)], rounds=2)
    escalation = EscalationPolicy(levels=levels, contact=contact, **rest)
    return Playbook(name="example", rules=EMERGENCY.rules, escalation=escalation)


def at(minutes: float) -> datetime:
    return START + minutes * MINUTE


def incident() -> Incident:
    return Incident.declare("INC-1", title="Checkout fails", at=START, by="zoe", severity=SEV_1)


def told(wanted: Playbook, given: Incident | None = None, within: timedelta = WITHIN) -> Explanation:
    case = incident() if given is None else given
    return explain(case, wanted, DIRECTORY, now=case.as_of, within=within)


def obstacle(wanted: Playbook, given: Incident | None = None, within: timedelta = WITHIN) -> NotReached:
    (missed,) = told(wanted, given, within).not_reached
    return missed


FIRST = Level("first", person("ada"))


def test_it_says_who_is_paged_when_and_through_what() -> None:
    explained = told(playbook(FIRST, Level("second", person("bob"), UNRESOLVED_FOR >= 15 * MINUTE)))

    assert [(page.at, page.person, page.method) for page in explained.pages] == [
        (at(0), "ada", "push"),
        (at(5), "ada", "phone"),
        (at(10), "ada", "push"),
        (at(15), "ada", "phone"),
        (at(15), "bob", "phone"),
        (at(25), "bob", "phone"),
    ]
    assert explained.totals == {"ada": 4, "bob": 2}
    assert explained.skipped == (Skipped(person=PersonId("bob"), methods=("push",)),)
    assert [(each.level, each.at, each.people, each.because) for each in explained.reached] == [
        ("first", at(0), ("ada",), "level first"),
        ("second", at(15), ("bob",), "level second; unresolved_for >= 15min"),
    ]
    assert explained.exhausted_at == at(30)
    assert str(explained).endswith(
        "At 2026-03-02 02:40 nobody was left to page, and nobody had acknowledged: paging is exhausted."
    )


def test_what_was_exhausted_stays_so_though_a_level_is_reached_after_that() -> None:
    early = evolve(FIRST, name="second", recipients=[person("bob")], when=UNRESOLVED_FOR >= timedelta(minutes=21))
    explained = explain(incident(), playbook(FIRST, early), DIRECTORY, now=START, within=timedelta(minutes=22))
    assert explained.exhausted_at == at(20)
    later = explain(incident(), playbook(FIRST, early), DIRECTORY, now=START, within=timedelta(hours=2))
    assert later.exhausted_at == at(20)


def test_what_was_exhausted_is_not_any_more_once_somebody_has_it_or_it_is_over_or_goes_on() -> None:
    late = Level("second", person("bob"), UNRESOLVED_FOR >= 30 * MINUTE)
    wanted = playbook(FIRST, late)
    case = tried(wanted, 25)
    since = "At 2026-03-02 02:30 nobody was left to page, and nobody had acknowledged: paging"

    def end(incident: Incident, within: timedelta = MINUTE) -> tuple[bool, str]:
        explained = explain(incident, wanted, DIRECTORY, now=at(25), within=within)
        assert explained.exhausted_at == at(20)
        return explained.exhausted, str(explained).splitlines()[-1]

    assert end(case) == (True, f"{since} is exhausted.")
    assert end(case, 10 * MINUTE) == (False, f"{since} was exhausted.")
    taken = case.acknowledge(at=at(25), by="bob")
    assert end(taken) == (False, f"{since} was exhausted.")
    assert end(case.acknowledge(at=at(25), by="nobody known"))[0] is True
    assert end(taken.resolve(at=at(25), by="bob")) == (False, f"{since} was exhausted.")
    assert end(case.resolve(at=at(25), by="bob")) == (False, f"{since} was exhausted.")


def test_nothing_is_exhausted_while_a_chain_goes_on() -> None:
    explained = told(playbook(FIRST), within=19 * MINUTE)

    assert explained.exhausted_at is None
    assert str(explained).endswith("Paging is not exhausted in this time.")


def test_that_nobody_was_left_to_page_is_said_where_nobody_was_paged_at_all() -> None:
    explained = told(playbook(Level("first", team("nobody"))))

    assert (explained.pages, explained.exhausted_at) == ((), at(0))
    assert str(explained).endswith(
        "Nobody is told anything in this time.\n\n"
        "At 2026-03-02 02:10 nobody was left to page, and nobody had acknowledged: paging is exhausted."
    )


def test_a_playbook_without_an_escalation_pages_nobody_and_says_so() -> None:
    explained = told(evolve(playbook(FIRST), escalation=None))

    assert explained.escalates is False
    assert str(explained).endswith(
        "Nobody is told anything in this time.\n\nThe playbook has no escalation, so it pages nobody."
    )


SECOND = Level("second", person("bob"), UNRESOLVED_FOR >= timedelta(hours=3))


ASKING = Level("one", person("bob"), LEGAL)


@pytest.mark.parametrize(
    ("wanted", "expected", "because"),
    [
        (playbook(Level("one", person("bob"), NEVER)), Obstacle.FALSE, "it never is"),
        (
            playbook(Level("one", person("bob"), LEGAL)),
            Obstacle.UNKNOWN,
            "legal is unknown (Is it a matter for lawyers?)",
        ),
        (
            playbook(Level("one", person("bob")), applies=NEVER),
            Obstacle.DOES_NOT_APPLY,
            "it never is",
        ),
        (
            playbook(Level("one", person("bob")), until=UNRESOLVED_FOR >= timedelta()),
            Obstacle.STOPPED,
            "unresolved_for >= 0s is true (unresolved_for is 2h at the end of this time)",
        ),
        (playbook(Level("one", team("nobody")), waits=True), Obstacle.NOBODY, "team nobody"),
    ],
    ids=["false", "unknown", "does-not-apply", "stopped", "nobody"],
)
def test_it_says_why_a_level_is_not_reached(wanted: Playbook, expected: Obstacle, because: str) -> None:
    missed = obstacle(wanted)

    assert (missed.obstacle, missed.because) == (expected, because)
    assert missed.questions == ((LEGAL,) if expected is Obstacle.UNKNOWN else ())


def test_a_level_that_is_reached_later_says_when() -> None:
    missed = obstacle(playbook(FIRST, SECOND))

    assert (missed.obstacle, missed.at) == (Obstacle.LATER, at(180))
    assert str(missed) == ("not yet: unresolved_for >= 3h is false (unresolved_for is 2h at the end of this time)")


def test_what_later_levels_bring_along_is_said_to_be_theirs() -> None:
    third = Level("third", person("eve"), LEGAL | (UNRESOLVED_FOR >= timedelta(hours=5)))
    explained = told(playbook(FIRST, SECOND, third))

    assert explained.not_reached[0].because == (
        "by 'third', which brings it along: legal is unknown (Is it a matter for lawyers?)"
    )
    known = evolve(SECOND, name="third", when=UNRESOLVED_FOR >= timedelta(hours=5))
    missed = told(playbook(FIRST, SECOND, known)).not_reached
    value = "(unresolved_for is 2h at the end of this time)"
    assert missed[0].because == (
        f"unresolved_for >= 3h is false {value};"
        f" by 'third', which brings it along: unresolved_for >= 5h is false {value}"
    )
    assert missed[1].because == f"unresolved_for >= 5h is false {value}"
    same = told(playbook(FIRST, SECOND, evolve(SECOND, name="third")))
    assert same.not_reached[0].because == f"unresolved_for >= 3h is false {value}"


def test_a_question_does_not_hide_that_time_will_tell() -> None:
    unsure = Level("second", person("bob"), LEGAL | (UNRESOLVED_FOR >= timedelta(hours=3)))

    explained = told(playbook(FIRST, unsure))

    (missed,) = explained.not_reached
    assert (missed.obstacle, missed.questions, missed.at) == (Obstacle.UNKNOWN, (LEGAL,), at(180))
    assert "Is it a matter for lawyers?; by time alone it is true from 2026-03-02 05:10" in str(explained)


def test_further_levels_are_held_while_somebody_watches() -> None:
    watched = incident().apply(Mitigate(at=at(1), by="zoe"))

    missed = obstacle(playbook(Level("one", person("bob"), UNRESOLVED_FOR >= 15 * MINUTE)), watched)

    assert missed.obstacle is Obstacle.HELD
    assert missed.because == 'status == "monitoring" is true (status is "monitoring")'


def test_nothing_is_reached_of_what_is_over() -> None:
    resolved = incident().resolve(at=at(1), by="zoe")

    assert obstacle(playbook(FIRST), resolved).obstacle is Obstacle.OVER
    assert str(told(playbook(FIRST), resolved)).endswith("Nobody is told anything in this time.")


def left_out(wanted: Playbook, given: Incident | None = None, within: timedelta = WITHIN) -> list[tuple[str, Reason]]:
    return [(each.person, each.reason) for each in told(wanted, given, within).left_out]


BOTH = playbook(Level("first", [person("ada"), person("bob")]))


def test_whoever_has_it_or_declined_is_left_alone_and_says_why() -> None:
    shared = playbook(Level("first", [person("ada"), person("bob")], until=NEVER))

    assert left_out(shared, incident().acknowledge(at=at(0), by="ada")) == [("ada", Reason.ACKNOWLEDGED)]
    assert left_out(shared, incident().apply(Decline(at=at(0), by="ada"))) == [("ada", Reason.DECLINED)]


def test_one_acknowledgement_stops_a_level_for_those_who_were_not_tried_yet() -> None:
    assert left_out(BOTH, incident().acknowledge(at=at(0), by="ada")) == [
        ("ada", Reason.ACKNOWLEDGED),
        ("bob", Reason.STOPPED),
    ]


def tried(wanted: Playbook, minutes: float = 0) -> Incident:
    """What a desk has made of the incident by then."""
    case = incident()
    for step in preview(case, wanted, DIRECTORY, now=START, until=at(minutes)):
        done = [each for action in step.actions for each in performed(case, action, step.at, Outcome.SUCCEEDED)]
        case = case.extended([*step.decisions, *done])
    return case


def test_who_waits_for_the_next_attempt_is_told_from_whom_nobody_pages_any_more() -> None:
    assert left_out(BOTH, tried(BOTH), 4 * MINUTE) == [("ada", Reason.NOTHING_DUE), ("bob", Reason.NOTHING_DUE)]
    case = tried(BOTH).acknowledge(at=at(1), by="ada")
    assert left_out(BOTH, case) == [("ada", Reason.ACKNOWLEDGED), ("bob", Reason.STOPPED)]


def test_who_is_being_called_for_another_level_is_on_none_that_is_stopped() -> None:
    slow = ContactChain([Attempt("push", 30 * MINUTE)], rounds=1)
    levels = [FIRST, evolve(FIRST, name="second")]
    wanted = evolve(playbook(FIRST), escalation=EscalationPolicy(levels=levels, contact=slow))
    explained = explain(tried(wanted), wanted, DIRECTORY, now=at(1), within=20 * MINUTE)
    assert [(each.obligation, each.reason) for each in explained.left_out] == [
        ("page/first", Reason.FINISHED),
        ("page/second", Reason.CALLED),
    ]
    assert [page.at for page in explain(tried(wanted), wanted, DIRECTORY, now=at(1), within=60 * MINUTE).pages] == [
        at(30)
    ]


def test_whose_acknowledgement_has_ended_is_left_alone_for_a_while() -> None:
    wanted = playbook(FIRST, grace=5 * MINUTE)
    case = incident().acknowledge(at=START, by="ada").apply(Unacknowledge(at=at(1), by="ada"))
    assert left_out(wanted, case, 4 * MINUTE) == [("ada", Reason.GRACE)]
    assert told(wanted, case, 5 * MINUTE).pages[0].at == at(6)


def test_the_catch_all_is_left_alone_by_what_it_was_exhausted_for_last() -> None:
    wanted = playbook(FIRST, Level("second", person("bob"), UNRESOLVED_FOR >= 22 * MINUTE), catch_all=[person("bob")])
    case = tried(wanted, 60)
    explained = explain(case, wanted, DIRECTORY, now=at(60), within=MINUTE)
    assert {(each.obligation, each.reason) for each in explained.left_out} == {
        ("page/first", Reason.FINISHED),
        ("page/second", Reason.FINISHED),
        ("exhausted", Reason.FINISHED),
    }


def test_whom_no_method_reaches_is_named() -> None:
    explained = told(playbook(Level("first", [person("ada"), person("eve")])))

    assert explained.left_out == (LeftOut(person=PersonId("eve"), obligation="page/first", reason=Reason.NO_METHOD),)
    assert explained.skipped == ()


def test_a_snoozed_incident_pages_later_or_not_at_all() -> None:
    snoozed = incident().apply(Snooze(until=at(60), reason="a known matter", at=START, by="zoe"))

    explained = told(playbook(FIRST), snoozed)
    assert (explained.snoozed_until, explained.pages[0].at) == (at(60), at(60))
    assert "Snoozed: nobody is paged before 2026-03-02 03:10" in str(explained)
    assert left_out(playbook(FIRST), snoozed, 59 * MINUTE) == [("ada", Reason.SNOOZED)]
    assert left_out(playbook(FIRST), snoozed, timedelta()) == [("ada", Reason.SNOOZED)]


def test_a_snooze_is_no_reason_for_whom_nobody_will_page_after_it() -> None:
    taken = tried(BOTH).acknowledge(at=at(1), by="ada").apply(Snooze(until=at(60), reason="x", at=at(1), by="ada"))
    assert left_out(BOTH, taken, MINUTE) == [("ada", Reason.ACKNOWLEDGED), ("bob", Reason.STOPPED)]
    waiting = tried(BOTH).apply(Snooze(until=at(60), reason="x", at=at(1), by="ada"))
    assert left_out(BOTH, waiting, MINUTE) == [("ada", Reason.NOTHING_DUE), ("bob", Reason.NOTHING_DUE)]
    assert left_out(BOTH, waiting, 9 * MINUTE)[0] == ("ada", Reason.SNOOZED)


def test_whom_a_snooze_and_maintenance_hold_is_left_out_by_the_snooze() -> None:
    held = evolve(DIRECTORY, maintenance=[disk(0, 60)])
    snoozed = incident().apply(Snooze(until=at(60), reason="a known matter", at=START, by="zoe"))
    for within, reason in ((59, Reason.SNOOZED), (60, None)):
        explained = explain(snoozed, playbook(FIRST), held, now=START, within=within * MINUTE)
        assert [each.reason for each in explained.left_out] == ([] if reason is None else [reason])


def test_maintenance_is_told_with_its_times_who_planned_it_and_why() -> None:
    held = evolve(DIRECTORY, maintenance=[disk(10, 60), disk(-60, -10), disk(-5, 30)])

    explained = explain(incident(), playbook(FIRST), held, now=START, within=2 * 60 * MINUTE)
    assert explained.maintenance == (disk(-5, 30), disk(10, 60))
    assert explained.pages[0].at == at(60)
    span = "from 2026-03-02 02:20 until 2026-03-02 03:10"
    assert f"Maintenance: nobody is paged {span}, by zoe: a new disk" in str(explained)


def test_whoever_is_held_by_maintenance_all_the_time_is_left_out_for_that_reason() -> None:
    held = evolve(DIRECTORY, maintenance=[disk(0, 60)])

    explained = explain(incident(), playbook(FIRST), held, now=START, within=59 * MINUTE)
    assert [(each.person, each.reason) for each in explained.left_out] == [("ada", Reason.MAINTENANCE)]
    acknowledged = incident().acknowledge(at=at(0), by="ada")
    explained = explain(acknowledged, playbook(FIRST), held, now=START, within=59 * MINUTE)
    assert [(each.person, each.reason) for each in explained.left_out] == [("ada", Reason.ACKNOWLEDGED)]


def test_maintenance_of_other_severities_is_not_told() -> None:
    held = evolve(DIRECTORY, maintenance=[evolve(disk(0, 60), severities=("none of these",))])

    explained = explain(incident(), playbook(FIRST), held, now=START, within=59 * MINUTE)
    assert explained.maintenance == ()
    assert explained == told(playbook(FIRST), incident(), 59 * MINUTE)


def disk(starts: float, ends: float) -> Maintenance:
    severities, by = (incident().severity.key,), PersonId("zoe")
    return Maintenance(starts=at(starts), ends=at(ends), severities=severities, by=by, reason="a new disk")


def test_everything_was_tried_already() -> None:
    case = incident()
    for step in preview(case, playbook(FIRST), DIRECTORY, now=START, until=at(60)):
        case = case.extended(step.decisions)
        for action in step.actions:
            done = [claimed(case, action, step.at), answered(case, action, step.at, Outcome.SUCCEEDED)]
            case = case.extended(done)

    explained = explain(case, playbook(FIRST), DIRECTORY, now=at(60))

    assert [each.reason for each in explained.left_out] == [Reason.FINISHED]
    assert explained.exhausted_at == at(20)


def test_a_level_that_somebody_brought_in_is_reached_though_its_condition_is_false() -> None:
    called = incident().apply(Escalate("second", at=at(1), by="zoe", reason="big"))

    assert [each.level for each in told(playbook(FIRST, SECOND), called).reached] == ["first", "second"]


def test_a_shift_that_begins_in_the_time_is_paged_too() -> None:
    rota = Rotation(
        name="primary", zone="UTC", starts=date(2026, 3, 1), every="1 day", at="02:20", participants=["ada", "bob"]
    )
    directory = evolve(DIRECTORY, schedules={"primary": Schedule(rota)})

    explained = explain(incident(), playbook(Level("first", schedule("primary"))), directory, now=START)

    assert explained.reached[0].people == ("ada", "bob")
    assert explained.reached[0].joined == (("bob", at(10)),)
    assert "ada, bob (from 2026-03-02 02:20)" in str(explained)
    assert next(page.at for page in explained.pages if page.person == "bob") == at(10)


def test_a_time_before_the_latest_event_is_taken_for_that_and_says_so() -> None:
    acknowledged = incident().acknowledge(at=at(9), by="ada")
    explained = explain(acknowledged, playbook(FIRST), DIRECTORY, now=at(4))

    assert (explained.start, explained.asked_for) == (at(9), at(4))
    assert "That is later than was asked for, 2026-03-02 02:14: the log goes up to there." in str(explained)
    assert explain(acknowledged, playbook(FIRST), DIRECTORY, now=at(9)).asked_for is None
    assert "later than was asked for" not in str(explain(acknowledged, playbook(FIRST), DIRECTORY, now=at(10)))


def test_another_playbook_than_that_of_the_declaration_is_named() -> None:
    old, new = playbook(SECOND), playbook(FIRST)
    declared = Incident.declare("INC-1", title="Checkout fails", at=START, by="zoe", severity=SEV_1, playbook=old)
    explained = told(new, declared)

    assert (explained.playbook, explained.declared_under) == (new.reference, old.reference)
    assert f"By the playbook {new.reference}, and not by {old.reference}, which the incident has" in str(explained)
    assert "which the incident has" not in str(told(old, declared))
    assert "which the incident has" not in str(told(new))


def test_what_is_left_to_people_at_the_start_is_told() -> None:
    rota = Rotation(
        name="primary", zone="UTC", starts=date(2026, 3, 1), every="1 day", at="02:20", participants=["ada", "bob"]
    )
    directory = evolve(DIRECTORY, schedules={"primary": Schedule(rota)})
    wanted = playbook(Level("first", schedule("primary")))
    case = incident()
    case = case.extended(plan(case, wanted, directory, now=START).decisions).acknowledge(at=at(2), by="ada")

    explained = explain(case, wanted, directory, now=at(15))

    assert explained.owed == plan(case, wanted, directory, now=at(15)).owed
    (left,) = explained.owed
    assert (left.obligation, left.people, left.since) == ("hand over", ("ada",), at(10))
    assert "ada  hand over  2026-03-02 02:20" in str(explained)
    assert not explain(case, wanted, directory, now=at(5)).owed


def test_recipients_whom_the_directory_does_not_know_are_named_with_the_nearest() -> None:
    explained = told(playbook(Level("first", [team("nobdy"), schedule("x")])))

    assert explained.unknown == (
        Unknown(recipient=team("nobdy"), hint="Did you mean 'nobody'?"),
        Unknown(recipient=schedule("x")),
    )
    assert "team nobdy  the directory does not know it. Did you mean 'nobody'?" in str(explained)


# Before there is an incident


def test_a_hypothetical_incident_is_declared_by_severity_or_by_facts() -> None:
    people = practice_directory()
    by_severity = explain_hypothetical(EMERGENCY, people, severity="SEV-2", at=START)
    by_facts = explain_hypothetical(EMERGENCY, people, facts={"production_down": True}, at=START)

    assert by_severity.severity.startswith("SEV-2")
    assert by_severity == explain_hypothetical(EMERGENCY, people, severity=SEV_2, at=START)
    assert [each.level for each in by_facts.reached] == ["on-call engineer", "engineering manager", "executive"]
    assert [each.level for each in by_facts.not_reached] == ["chief and legal"]


def test_a_severity_that_nobody_is_paged_for_says_so() -> None:
    explained = explain_hypothetical(EMERGENCY, practice_directory(), severity=SEV_3, at=START, within=WITHIN)

    assert {each.obstacle for each in explained.not_reached} == {Obstacle.DOES_NOT_APPLY}
    assert explained.pages
    assert Purpose.PAGE not in {page.purpose for page in explained.pages}
    assert str(explained).endswith("Nobody is paged in this time.")


def test_what_it_cannot_explain_is_refused() -> None:
    people = practice_directory()
    by: list[dict[str, Any]] = [{}, {"severity": SEV_1, "facts": {}}]
    for how in by:
        with pytest.raises(CommandInvalid, match="give severity, or facts to be triaged, and not both"):
            explain_hypothetical(EMERGENCY, people, at=START, **how)
    with pytest.raises(UnknownSeverity):
        explain_hypothetical(EMERGENCY, people, severity="SEV-9", at=START)
    wrong: Any = 60
    with pytest.raises(FieldInvalid, match="within: a timedelta is expected, not 60"):
        explain_hypothetical(EMERGENCY, people, severity=SEV_1, at=START, within=wrong)
    lengths: list[Any] = [-MINUTE, FARTHEST + MINUTE]
    for within in lengths:
        with pytest.raises(FieldInvalid, match="within: one looks ahead"):
            explain_hypothetical(EMERGENCY, people, severity=SEV_1, at=START, within=within)
    with pytest.raises(FieldInvalid, match="end of the calendar"):
        explain_hypothetical(EMERGENCY, people, severity=SEV_1, at=datetime(9999, 12, 31, 23, tzinfo=UTC))
    with pytest.raises(CalendarInvalid):
        explain_hypothetical(EMERGENCY, people, severity=SEV_1, at=START).to_document("Europe/Lodnon")


def test_times_are_shown_on_the_clock_of_a_zone() -> None:
    explained = explain_hypothetical(EMERGENCY, practice_directory(), severity=SEV_1, at=START)

    assert "2026-03-02 11:10+09:00" in to_plain(explained.to_document("Asia/Tokyo"))


def test_seconds_are_shown_where_there_are_any() -> None:
    at = START + timedelta(seconds=7)
    explained = explain_hypothetical(EMERGENCY, practice_directory(), severity=SEV_1, at=at)

    assert "From 2026-03-02 02:10:07 for 4h, by the clock of UTC" in str(explained)
