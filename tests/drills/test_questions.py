"""Every question that other systems leave open, with each answer that a policy can give, lived through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from incidentkit.desk import Desk, Toolbox
from incidentkit.drills import Drill, Fault, Kind, Story
from incidentkit.memory import Acknowledges, Declines, MemoryPager, MemoryStore, Reaction
from incidentkit.model.commands import (
    Acknowledge,
    Cancel,
    ChangeSeverity,
    Command,
    Decline,
    Escalate,
    Mitigate,
    Regress,
    Reopen,
    Resolve,
    Snooze,
    Unacknowledge,
)
from incidentkit.model.conditions import NEVER
from incidentkit.model.events import Became, Joined
from incidentkit.model.incident import Incident
from incidentkit.playbooks.emergency import RULES, SEV_1, SEV_2, SEV_3, WORST_SEVERITY
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import ANYBODY, EVERYBODY, ContactChain, EscalationPolicy, Level, quorum
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.override import Replacement
from incidentkit.policy.planning import plan
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person, role, schedule, team
from incidentkit.policy.rotation import Rotation
from incidentkit.policy.schedule import Schedule
from incidentkit.policy.situation import UNRESOLVED_FOR
from incidentkit.testing import ManualClock

START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WAYS = {"push": "1", "phone": "2"}
TURNS = Schedule(
    Rotation(name="turns", zone="UTC", starts=date(2026, 3, 1), every="1 hour", at="02:30", participants=["bob", "ada"])
)
DIRECTORY = Directory(
    people={name: Person(id=name, contacts=WAYS) for name in ("ada", "bob", "eve", "kay")},
    teams={"payments": ["ada", "bob", "eve"], "nobody": []},
    roles={"lead": ["eve"]},
    schedules={"turns": TURNS},
)
CONTACT = ContactChain([Attempt("push", 5 * MINUTE), Attempt("phone", 5 * MINUTE)], rounds=1)
NOTICE = (Attempt("push", MINUTE), Attempt("phone", MINUTE))
FIRST, SECOND = Level("first", person("ada")), Level("second", person("bob"), UNRESOLVED_FOR >= 30 * MINUTE)
TEAM = Level("first", team("payments"))


def t(minutes: float) -> datetime:
    return START + minutes * MINUTE


def night(
    *levels: Level,
    script: Sequence[Command] = (),
    people: Mapping[str, Reaction] | None = None,
    lasts: float = 120,
    directory: Directory = DIRECTORY,
    severity: Any = SEV_1,
    faults: Mapping[str, Fault] | None = None,
    **policy: Any,
) -> Story:
    """What happens under a policy of these levels, in the way of the story."""
    settings: dict[str, Any] = {"contact": CONTACT, **policy}
    escalation = EscalationPolicy(levels=levels or (FIRST, SECOND), **settings)
    return Drill(
        playbook=Playbook(name="night", rules=RULES, escalation=escalation),
        directory=directory,
        start=START,
        title="Checkout fails",
        severity=severity,
        script=script,
        people=people or {},
        faults=faults or {},
        lasts=lasts * MINUTE,
    ).run()


def told(story: Story, *kinds: Kind) -> list[tuple[float, str]]:
    """Who was paged after how many minutes."""
    wanted = kinds or (Kind.PAGED,)
    return [(line.after / MINUTE, line.who) for line in story.lines if line.kind in wanted]


def paged(story: Story, who: str) -> list[float]:
    return [minutes for minutes, each in told(story) if each == who]


def by(kind: Any, who: str, minutes: float, **rest: Any) -> Command:
    command: Command = kind(at=t(minutes), by=who, **rest)
    return command


# To which incidents, and when


def test_it_applies_to_incidents_as_severe_as_it_says() -> None:
    assert told(night(applies=WORST_SEVERITY >= SEV_2, severity=SEV_3)) == []
    assert told(night(applies=WORST_SEVERITY >= SEV_2, severity=SEV_2, lasts=1)) == [(0, "ada")]


def test_a_level_is_reached_by_the_clock_of_the_generation() -> None:
    assert paged(night(), "bob") == [30, 35]
    again = [by(Resolve, "eve", 10), by(Reopen, "eve", 20, reason="it is back")]
    assert paged(night(script=again), "bob") == [50, 55]


@pytest.mark.parametrize(("cumulative", "ada"), [(True, [30, 35]), (False, [60, 65])])
def test_a_level_that_is_reached_brings_those_before_it_if_it_is_said_so(cumulative: bool, ada: list[float]) -> None:
    late = evolve(FIRST, when=UNRESOLVED_FOR >= 60 * MINUTE)
    assert paged(night(late, SECOND, cumulative=cumulative), "ada") == ada


def test_while_somebody_watches_no_further_level_is_reached_unless_nothing_holds_it() -> None:
    watched = [by(Mitigate, "eve", 20), by(Regress, "eve", 50, reason="it is back")]
    assert paged(night(script=watched), "bob") == [50, 55]
    assert paged(night(script=watched, held=NEVER), "bob") == [30, 35]


# What stops it


@pytest.mark.parametrize(
    ("until", "eve"), [(ANYBODY, [0]), (quorum(2), [0, 5]), (EVERYBODY, [0, 5, 10]), (NEVER, [0, 5, 10])]
)
def test_a_level_is_stopped_by_so_many_acknowledgements(until: Any, eve: list[float]) -> None:
    chain = ContactChain([Attempt("push", 5 * MINUTE), Attempt("phone", 5 * MINUTE), Attempt("push", 5 * MINUTE)], 1)
    script = [by(Acknowledge, "ada", 2), by(Acknowledge, "bob", 7)]
    assert paged(night(evolve(TEAM, until=until), script=script, contact=chain), "eve") == eve


def test_one_person_is_no_quorum_however_often_they_say_it() -> None:
    script = [by(Acknowledge, "ada", 1), by(Acknowledge, "ada", 2), by(Acknowledge, "ada", 3)]
    assert paged(night(evolve(TEAM, until=quorum(2)), script=script), "eve") == [0, 5]


def test_only_those_may_stop_a_level_whom_it_says() -> None:
    level = evolve(TEAM, acknowledgers=[role("lead")])
    assert paged(night(level, script=[by(Acknowledge, "ada", 2)]), "bob") == [0, 5]
    assert paged(night(level, script=[by(Acknowledge, "eve", 2)]), "bob") == [0]


def test_an_acknowledged_incident_goes_on_to_the_next_level_until_it_is_resolved() -> None:
    assert paged(night(script=[by(Acknowledge, "ada", 2)]), "bob") == [30, 35]
    assert paged(night(script=[by(Acknowledge, "ada", 2), by(Resolve, "ada", 29)]), "bob") == []


def test_who_declines_is_left_alone_and_the_catch_all_follows_at_once_if_nobody_is_left() -> None:
    story = night(people={"ada": Declines(2 * MINUTE)}, catch_all=[person("kay")], lasts=29)
    assert told(story) == [(0, "ada"), (2, "kay"), (7, "kay")]


@pytest.mark.parametrize(
    "end",
    [
        by(Resolve, "eve", 3),
        by(Cancel, "eve", 3, reason="it was a test"),
    ],
)
def test_the_end_stops_everything_and_everybody_who_was_paged_is_told(end: Command) -> None:
    story = night(TEAM, script=[end], stand_down=NOTICE, catch_all=[person("kay")])
    assert {minutes for minutes, _ in told(story)} == {0}
    assert told(story, Kind.TOLD) == [(3, "ada"), (3, "bob")]


# What starts it again


@pytest.mark.parametrize(("expires", "ada"), [(None, [0]), (20 * MINUTE, [0, 22 + 1 / 6, 27 + 1 / 6])])
def test_an_acknowledgement_counts_for_as_long_as_it_is_said(expires: timedelta | None, ada: list[float]) -> None:
    story = night(FIRST, script=[by(Acknowledge, "ada", 2)], acknowledgement_expires_after=expires)
    assert paged(story, "ada") == ada


def test_an_acknowledgement_that_expires_pages_nobody_anew_but_its_giver() -> None:
    script = [by(Acknowledge, "ada", 2), by(Acknowledge, "bob", 8)]
    story = night(TEAM, script=script, acknowledgement_expires_after=10 * MINUTE, lasts=17)
    assert [who for minutes, who in told(story) if minutes > 2] == []
    story = night(evolve(TEAM, until=NEVER), script=script, acknowledgement_expires_after=10 * MINUTE, lasts=17)
    assert [who for minutes, who in told(story) if minutes > 11] == ["ada"]


def test_who_takes_an_acknowledgement_back_is_paged_again_after_the_grace() -> None:
    script = [by(Acknowledge, "ada", 2), by(Unacknowledge, "ada", 8)]
    assert paged(night(FIRST, script=script, grace=MINUTE), "ada") == [0, 9, 14]


def test_a_reopening_waits_for_no_grace_of_before() -> None:
    script = [
        by(Acknowledge, "ada", 2),
        by(Unacknowledge, "ada", 3),
        by(Resolve, "eve", 4),
        by(Reopen, "eve", 5, reason="it is back"),
    ]
    assert paged(night(FIRST, script=script, grace=8 * MINUTE), "ada") == [0, 5, 10]


def test_a_snooze_holds_pages_while_clocks_go_on() -> None:
    script = [by(Snooze, "eve", 2, until=t(40), reason="it is being deployed")]
    story = night(script=script)
    assert (paged(story, "ada"), paged(story, "bob")) == ([0, 40], [40, 45])


def test_a_person_brings_in_a_level_and_again() -> None:
    script = [by(Escalate, "eve", 3, level="second"), by(Escalate, "eve", 20, level="second")]
    assert paged(night(script=script), "bob") == [3, 8, 20, 25]


def test_who_has_it_can_ask_for_the_others_of_the_level() -> None:
    script = [by(Acknowledge, "ada", 2), by(Escalate, "ada", 4, level="first")]
    story = night(TEAM, script=script, lasts=8)
    assert [who for minutes, who in told(story) if minutes > 2] == ["bob", "eve"]


def test_when_the_last_acknowledgement_has_expired_paging_is_exhausted_again() -> None:
    policy: dict[str, Any] = {"catch_all": [person("kay")], "acknowledgement_expires_after": 20 * MINUTE}
    story = night(FIRST, script=[by(Acknowledge, "kay", 12)], **policy)
    assert paged(story, "kay")[:3] == [10, 32 + 1 / 6, 37 + 1 / 6]


def test_people_who_have_it_learn_that_it_is_worse() -> None:
    worse = ChangeSeverity(severity=SEV_1, at=t(10), by="eve", reason="the database too")
    story = night(script=[by(Acknowledge, "ada", 2), worse], severity=SEV_2, raise_notice=NOTICE, lasts=29)
    assert told(story, Kind.TOLD) == [(10, "ada")]
    assert told(night(script=[worse], severity=SEV_2, raise_notice=NOTICE, lasts=29), Kind.TOLD) == []


# What happens when nobody is there


def test_a_level_of_nobody_is_skipped_or_falls_back_or_waits() -> None:
    nobody = Level("first", team("nobody"))
    assert told(night(nobody)) == []
    assert told(night(nobody, fallback=[person("kay")], lasts=1)) == [(0, "kay")]
    evening = Schedule(
        Rotation(
            name="night", zone="UTC", starts=date(2026, 3, 2), every="1 day", at="00:00", participants=["ada"],
            hours="Mon-Sun 02:40-12:00",
        )
    )  # fmt: skip
    directory = evolve(DIRECTORY, schedules={"turns": evening})
    assert told(night(Level("first", schedule("turns")), waits=True, directory=directory, lasts=31)) == [(30, "ada")]
    assert told(night(Level("first", schedule("turns")), directory=directory, follow_shifts=False)) == []


def test_exhaustion_is_decided_for_every_set_of_levels_and_reaches_the_catch_all() -> None:
    story = night(catch_all=[person("kay")])
    assert told(story, Kind.EXHAUSTED) == [(10, ""), (40, "")]
    assert paged(story, "kay") == [10, 15, 40, 45]
    assert told(night(), Kind.EXHAUSTED) == [(10, ""), (40, "")]


def test_exhaustion_is_found_by_who_looks_only_when_the_level_asks_for_nothing_any_more() -> None:
    limited = evolve(FIRST, until=ANYBODY | (UNRESOLVED_FOR >= 60 * MINUTE))
    book = Playbook(name="night", rules=RULES, escalation=EscalationPolicy(levels=[limited], contact=CONTACT))
    (exhausted,) = plan(night(limited, lasts=9).incident, book, DIRECTORY, now=t(90)).decisions
    assert isinstance(exhausted, Became)
    assert (exhausted.obligation, exhausted.at) == ("exhausted", t(10))


def test_another_level_that_is_reached_puts_off_no_page_of_the_catch_all() -> None:
    soon = evolve(SECOND, when=UNRESOLVED_FOR >= 12 * MINUTE)
    assert paged(night(FIRST, soon, catch_all=[person("kay")]), "kay") == [10, 15, 22, 27]
    script = [by(Escalate, "eve", each, level="first") for each in (11, 12, 13)]
    assert paged(night(FIRST, script=script, catch_all=[person("kay")], lasts=16), "kay") == [10, 15]


def test_a_level_waits_for_a_shift_only_as_long_as_it_would_be_reached() -> None:
    evening = evolve(TURNS.layers[0], hours=["Mon-Sun 02:50-12:00"])
    directory = evolve(DIRECTORY, schedules={"turns": Schedule(evening)})
    early = Level("first", schedule("turns"), ~(UNRESOLVED_FOR >= 20 * MINUTE))
    assert told(night(early, waits=True, directory=directory)) == []


def test_the_new_shift_is_paged_too_unless_somebody_has_it() -> None:
    on_call = Level("first", schedule("turns"))
    chain = ContactChain([Attempt("push", 5 * MINUTE)], rounds=6)
    assert paged(night(on_call, contact=chain, lasts=24), "bob") == [20]
    assert paged(night(on_call, contact=chain, lasts=24, follow_shifts=False), "bob") == []
    assert paged(night(on_call, contact=chain, lasts=24, script=[by(Acknowledge, "ada", 2)]), "bob") == []


def test_a_service_that_escalates_by_itself_is_told_once_and_not_given_up_on() -> None:
    service = Person(id="pagerduty", contacts=WAYS, escalates=True)
    directory = evolve(DIRECTORY, people={**DIRECTORY.people, "pagerduty": service})
    delegated = Level("first", person("pagerduty"))
    story = night(delegated, SECOND, directory=directory, catch_all=[person("kay")], lasts=29)
    assert told(story, Kind.PAGED, Kind.EXHAUSTED) == [(0, "pagerduty")]
    refused = night(delegated, SECOND, directory=directory, faults={"push": Fault.REFUSED}, lasts=29)
    assert told(refused) == [(0, "pagerduty")]
    assert paged(night(delegated, SECOND, directory=directory), "bob") == [30, 35]


# What other systems are known to get wrong


def test_an_acknowledgement_after_the_end_reopens_nothing() -> None:
    story = night(script=[by(Resolve, "eve", 3), by(Acknowledge, "ada", 4)], stand_down=NOTICE)
    assert story.incident.status == "resolved"
    assert [minutes for minutes, _ in told(story)] == [0]


def test_an_acknowledgement_of_an_earlier_generation_stops_no_page() -> None:
    script = [by(Acknowledge, "ada", 2), by(Resolve, "ada", 3), by(Reopen, "eve", 6, reason="it is back")]
    assert paged(night(FIRST, script=script), "ada") == [0, 6, 11]


def test_whoever_has_it_when_their_shift_ends_owes_a_hand_over_until_the_next_has_it() -> None:
    level, script = Level("first", schedule("turns")), [by(Acknowledge, "ada", 2)]
    story = night(level, script=script, hand_over=NOTICE, lasts=30)
    assert told(story, Kind.TOLD) == [(20, "ada")]
    assert [(each.obligation, each.people) for each in story.owed] == [("hand over", ("ada",))]
    assert [each.people for each in night(level, script=script, lasts=30).owed] == [("ada",)]
    taken = night(level, script=[*script, by(Acknowledge, "bob", 25)], hand_over=NOTICE, lasts=30)
    assert taken.owed == ()
    let_go = night(level, script=[*script, by(Unacknowledge, "ada", 25)], hand_over=NOTICE, lasts=30)
    assert "hand over" not in {each.obligation for each in let_go.owed}


def test_nobody_owes_a_hand_over_who_was_never_on_call_or_if_the_next_has_it_already() -> None:
    level = Level("first", schedule("turns"))
    for script in ([by(Acknowledge, "eve", 2)], [by(Acknowledge, "ada", 2), by(Acknowledge, "bob", 3)]):
        story = night(level, script=script, hand_over=NOTICE, lasts=79)
        assert [each.obligation for each in story.owed] == []


def test_the_new_shift_is_not_paged_while_users_are_served_again_and_somebody_watches() -> None:
    level, mitigated = Level("first", schedule("turns")), by(Mitigate, "eve", 2)
    assert paged(night(level, script=[mitigated], lasts=40), "bob") == []
    back = by(Regress, "eve", 30, reason="it is back")
    assert paged(night(level, script=[mitigated, back], lasts=40), "bob") == [30, 35]


def test_an_override_that_is_made_meanwhile_is_followed() -> None:
    escalation = EscalationPolicy(levels=[Level("first", schedule("turns"))], contact=CONTACT)
    book = Playbook(name="night", rules=RULES, escalation=escalation)
    incident = Incident.declare("INC-1", title="Checkout fails", at=START, by="eve", severity=SEV_1)
    (reached,) = plan(incident, book, DIRECTORY, now=START).decisions
    assert isinstance(reached, Became)
    assert reached.people == ("ada",)
    away = Replacement(start=t(4), end=t(20), person="ada", by="eve")
    meanwhile = evolve(DIRECTORY, schedules={"turns": evolve(TURNS, overrides=[away])})
    (joined,) = plan(incident.extended([reached]), book, meanwhile, now=t(6)).decisions
    assert isinstance(joined, Joined)
    assert (joined.at, joined.people) == (t(4), ("eve",))


def test_a_policy_that_is_edited_meanwhile_changes_nothing_of_what_was_declared_under_the_old_one() -> None:
    old, new = (
        Playbook(name=name, rules=RULES, escalation=EscalationPolicy(levels=levels, contact=CONTACT))
        for name, levels in (("old", [FIRST]), ("new", [Level("first", person("kay"))]))
    )
    clock, pager = ManualClock(START), MemoryPager()
    store = MemoryStore(clock)
    toolbox = Toolbox(pagers={"push": pager, "phone": pager})
    before = Desk(old, DIRECTORY, toolbox, store, places=0)
    before.declare("Checkout fails", by="eve", severity=SEV_1, id="INC-1")
    before.tick()
    clock.advance(5 * MINUTE)
    after = Desk([new, old], DIRECTORY, toolbox, store, places=0)
    while after.tick():
        pass
    assert [(page.person, page.method) for page in pager.pages] == [("ada", "push"), ("ada", "phone")]


def test_hours_of_downtime_end_in_no_storm() -> None:
    clock, pager = ManualClock(START), MemoryPager()
    book = Playbook(
        name="night",
        rules=RULES,
        escalation=EscalationPolicy(levels=[FIRST, SECOND], contact=evolve(CONTACT, rounds=3)),
    )
    desk = Desk(book, DIRECTORY, Toolbox(pagers={"push": pager, "phone": pager}), MemoryStore(clock), places=0)
    desk.declare("Checkout fails", by="eve", severity=SEV_1, id="INC-1")
    desk.tick()
    clock.advance(timedelta(hours=3))
    while desk.tick():
        pass
    assert [(page.person, page.method) for page in pager.pages] == [("ada", "push"), ("ada", "phone"), ("bob", "push")]


def test_a_clock_that_steps_back_an_hour_pages_nobody_twice_and_loses_nobody() -> None:
    clock, pager = ManualClock(START), MemoryPager()
    escalation = EscalationPolicy(levels=[FIRST, SECOND], contact=CONTACT)
    book = Playbook(name="night", rules=RULES, escalation=escalation)
    desk = Desk(book, DIRECTORY, Toolbox(pagers={"push": pager, "phone": pager}), MemoryStore(clock), places=0)
    desk.declare("Checkout fails", by="eve", severity=SEV_1, id="INC-1")
    desk.tick()
    clock.set(t(-60))
    for _ in range(150):
        while desk.tick():
            pass
        clock.advance(MINUTE)
    assert [(page.person, page.method) for page in pager.pages] == [
        (who, way) for who in ("ada", "bob") for way in ("push", "phone")
    ]


def test_a_raise_in_the_middle_of_a_chain_neither_restarts_nor_stops_it() -> None:
    worse = ChangeSeverity(severity=SEV_1, at=t(3), by="eve", reason="the database too")
    assert paged(night(FIRST, script=[worse], severity=SEV_2), "ada") == [0, 5]


def test_when_every_method_is_rejected_paging_is_exhausted_and_not_forgotten() -> None:
    faults = {"push": Fault.REFUSED, "phone": Fault.REFUSED}
    story = night(FIRST, faults=faults, catch_all=[person("kay")])
    assert told(story, Kind.EXHAUSTED) == [(0, "")]
    assert {each.obligation for each in story.owed} == {"page/first", "exhausted"}


def test_who_is_on_two_levels_answers_once_and_is_left_alone_by_both() -> None:
    both = (FIRST, Level("second", person("ada"), UNRESOLVED_FOR >= 7 * MINUTE))
    assert paged(night(*both, people={"ada": Acknowledges(8 * MINUTE)}), "ada") == [0, 5, 7]
    assert paged(night(*both, script=[by(Decline, "ada", 1)]), "ada") == [0]
