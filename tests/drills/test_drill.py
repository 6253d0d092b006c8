"""Drills: the same drill tells the same story, and each story is the one its people and faults make."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentkit import EMERGENCY, Directory, Incident, Playbook, Status
from incidentkit.convert import to_json
from incidentkit.drills import Drill, Fault, Kind, Line, Outage, Story, Work, Written, practice_directory
from incidentkit.drills.drill import INCIDENT
from incidentkit.errors import (
    CommandInvalid,
    DrillInvalid,
    FieldInvalid,
    IllegalTransition,
    UnknownRecipient,
)
from incidentkit.memory import Acknowledges, Declines, Reaction, Sleeps, Unreachable
from incidentkit.model.commands import Command, Decline, Mitigate, Note, Resolve, StartRunbook
from incidentkit.model.events import Acknowledged, ActionEnded, ActionStarted
from incidentkit.playbooks.emergency import PRODUCTION_DOWN, SCHEME, SECURITY_COMPROMISED, SEV_1, SEV_2, SEV_3
from incidentkit.policy.directory import Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.planning import plan
from incidentkit.policy.recipient import on_call, person, role
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.situation import UNRESOLVED_FOR
from incidentkit.policy.step import Instruct
from incidentkit.providers.pager import Purpose
from incidentkit.testing import faults

START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)

PEOPLE = practice_directory()


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def drill(**changes: Any) -> Drill:
    return evolve(
        Drill(playbook=EMERGENCY, directory=PEOPLE, title="Checkout returns 500", start=START, severity=SEV_1),
        **changes,
    )


def paged(story: Story) -> list[tuple[str, str, str]]:
    return [(line.offset, line.who, line.what) for line in story.lines if line.kind is Kind.PAGED]


MANY = settings(max_examples=max(1, settings().max_examples // 8))
"""Each example is a drill of some hours, which says as much as many of a smaller law."""

REACTIONS: st.SearchStrategy[Reaction] = st.one_of(
    st.builds(Acknowledges, st.integers(0, 90).map(minutes)),
    st.builds(Declines, st.integers(0, 90).map(minutes)),
    st.sampled_from([Sleeps(), Unreachable()]),
)

DRILLS = st.builds(
    drill,
    severity=st.sampled_from([*SCHEME]),
    people=st.dictionaries(st.sampled_from([*PEOPLE.people]), REACTIONS),
    faults=st.dictionaries(
        st.sampled_from(["push", "phone", "mail", "sms", "chat", "status-page", "tracker"]),
        st.sampled_from(Fault) | faults(),
    ),
    work=st.builds(
        Work,
        command=st.none() | st.integers(0, 9).map(minutes),
        resolve=st.none() | st.integers(0, 100).map(minutes),
        updates=st.lists(st.builds(Written, after=st.integers(0, 90).map(minutes), text=st.just("x")), max_size=2),
        fulfil=st.none() | st.integers(0, 9).map(minutes),
        review=st.none() | st.integers(0, 200).map(minutes),
        close=st.none() | st.integers(101, 200).map(minutes),
        waives=st.sampled_from(["", "it was a drill"]),
    ),
    lasts=st.integers(1, 300).map(minutes),
)


@MANY
@given(DRILLS)
def test_the_same_drill_tells_the_same_story(drill: Drill) -> None:
    one, other = drill.run(), drill.run()
    assert one == other
    assert to_json(one.incident) == to_json(other.incident)
    assert str(one) == str(other)


@MANY
@given(DRILLS)
def test_a_story_is_told_in_order_and_as_it_happens(drill: Drill) -> None:
    told: list[Line] = []
    story = drill.run(told.append)
    assert tuple(told) == story.lines
    assert [line.at for line in told] == sorted(line.at for line in told)
    assert all(line.at == drill.start + line.after <= story.ended_at for line in told)


@MANY
@given(DRILLS)
def test_nothing_is_left_to_do_when_it_ends(drill: Drill) -> None:
    story = drill.run()
    planned = plan(story.incident, drill.playbook, drill.directory, now=story.ended_at)
    assert not planned.due
    assert not planned.decisions
    assert planned.wake_at is None or planned.wake_at > story.ended_at


@MANY
@given(DRILLS)
def test_the_log_replays_to_the_incident(drill: Drill) -> None:
    incident = drill.run().incident
    assert Incident.replay(incident.timeline) == incident


@MANY
@given(DRILLS)
def test_nobody_who_acknowledged_makes_paging_exhausted(drill: Drill) -> None:
    story = drill.run()
    first = story.incident.metrics.time_to_acknowledge
    if story.exhausted_at is not None:
        assert first is None or story.exhausted_at <= START + first


@MANY
@given(DRILLS)
def test_nobody_is_paged_again_who_has_acknowledged(drill: Drill) -> None:
    story = drill.run()
    pages = {each.id for each in drill.playbook.obligations if each.purpose is Purpose.PAGE}
    awake: set[str] = set()
    for event in story.timeline:
        if isinstance(event, Acknowledged):
            awake.add(event.by)
        if isinstance(event, ActionStarted) and event.action.obligation in pages:
            assert event.action.person not in awake


@MANY
@given(DRILLS)
def test_what_is_not_duplicated_reaches_nobody_twice(drill: Drill) -> None:
    story = drill.run()
    begun = {each.action.digest("", INCIDENT) for each in story.timeline if isinstance(each, ActionStarted)}
    keys = Counter(page.key for page in story.pages)
    assert {*keys.values()} <= {1}
    duplicates = any(each.fault is Fault.DUPLICATED for outages in drill.faults.values() for each in outages)
    assert duplicates or keys.keys() <= begun


def test_everybody_asleep_is_paged_to_the_end_and_then_paging_is_exhausted() -> None:
    story = drill().run()
    assert Counter(page.person for page in story.pages) == Counter(noor=12, mika=12, esther=12, kwame=12)
    reminded = Counter(each.person for each in story.notices if each.purpose is Purpose.REMINDER)
    assert reminded == Counter(kwame=6, luca=16)  # three for each of two clocks, and every quarter of an hour
    assert story.counts["noor", "phone"] == 3
    assert story.exhausted
    assert story.exhausted_at == START + timedelta(hours=1)
    assert not story.acknowledged
    assert max(line.after for line in story.lines if line.kind is Kind.PAGED) == minutes(111)
    assert {owed.obligation: owed.people for owed in story.owed}["page/executive"] == ("esther",)
    assert SECURITY_COMPROMISED in {question.fact for question in story.questions}


def test_whoever_acknowledges_after_seven_minutes_is_paged_only_before() -> None:
    story = drill(people={"noor": Acknowledges(minutes(7))}, severity=SEV_2, lasts=minutes(29)).run()
    assert paged(story) == [("+00:00", "noor", "paged by push"), ("+00:05", "noor", "paged by phone")]
    assert story.acknowledged
    assert not story.exhausted
    assert story.incident.metrics.time_to_acknowledge == minutes(7)


def test_an_acknowledged_incident_still_reaches_the_next_level() -> None:
    story = drill(people={"noor": Acknowledges(minutes(7))}, severity=SEV_2, lasts=minutes(31)).run()
    assert paged(story)[2:] == [("+00:30", "mika", "paged by push")]


def test_whoever_declines_is_left_alone_and_the_next_level_follows() -> None:
    people = {"noor": Declines(minutes(2), "on a train"), "mika": Acknowledges(minutes(4))}
    story = drill(people=people, severity=SEV_2, lasts=minutes(59)).run()
    pages = [page for page in paged(story) if page[1] != "kwame"]
    assert pages == [("+00:00", "noor", "paged by push"), ("+00:30", "mika", "paged by push")]
    assert ("noor", "declined: on a train") in {(line.who, line.what) for line in story.lines}


def test_when_the_last_one_declines_somebody_else_is_paged_at_once() -> None:
    people = {"noor": Declines(minutes(2)), "kwame": Acknowledges(minutes(1))}
    story = drill(people=people, severity=SEV_2, lasts=minutes(29)).run()
    assert paged(story) == [("+00:00", "noor", "paged by push"), ("+00:02", "kwame", "paged by push")]
    assert story.exhausted_at == START + minutes(2)


def test_everybody_declining_exhausts_paging() -> None:
    story = drill(people={who: Declines(minutes(1)) for who in PEOPLE.people}).run()
    assert story.exhausted_at == START + minutes(1)


def test_a_drill_may_take_a_year_and_everything_in_it_too() -> None:
    year = timedelta(days=365)
    quiet = drill(severity=SEV_3, lasts=year, people={"noor": Acknowledges(year)}, work=Work(resolve=year)).run()
    assert quiet.ended_at == START + year


def test_resolving_ends_paging() -> None:
    script = [Resolve(at=START + minutes(12), by="esther")]
    story = drill(script=script).run()
    assert story.incident.status is Status.RESOLVED
    assert story.pages
    assert max(line.after for line in story.lines if line.kind is Kind.PAGED) < minutes(12)
    assert not story.exhausted
    assert not story.acknowledged
    assert not [owed for owed in story.owed if owed.obligation.startswith("page/")]
    told = [(line.offset, line.who) for line in story.lines if line.what == "stand down by push"]
    assert told == [("+00:12", who) for who in ("noor", "mika")]


def test_the_first_who_acknowledges_does_the_work() -> None:
    work = Work(start_mitigation=minutes(13), mitigated=minutes(38), resolve=minutes(53))
    people = {"noor": Acknowledges(minutes(7)), "mika": Acknowledges(minutes(9))}
    story = drill(people=people, work=work).run()
    assert [(line.offset, line.who, line.what) for line in story.lines if line.kind is Kind.SAID][1:] == [
        ("+00:07", "noor", "acknowledged"),
        ("+00:09", "mika", "acknowledged"),
        ("+00:20", "noor", "mitigation started"),
        ("+00:45", "noor", "mitigated"),
        ("+01:00", "noor", "resolved"),
    ]
    assert story.incident.metrics.time_to_resolve == timedelta(hours=1)


def test_a_script_is_followed_in_the_order_of_its_times() -> None:
    script = [Mitigate(at=START + minutes(3), by="mika"), Note("seen", at=START, by="mika")]
    lines = drill(script=script, lasts=minutes(4), severity=SEV_2).run().lines
    assert [line.what for line in lines if line.who == "mika"] == [
        "noted: seen",
        "mitigated",
    ]


def test_at_a_tie_people_go_before_the_desk() -> None:
    script = [Resolve(at=START + minutes(5), by="mika")]
    assert {method for _, method in drill(script=script).run().counts} == {"push"}


def test_paging_can_be_exhausted_before_somebody_comes_by_chance() -> None:
    story = drill(script=[Decline(at=START + minutes(70), by="noor"), Resolve(at=START + minutes(80), by="mika")]).run()
    assert story.exhausted_at == START + timedelta(hours=1)
    assert story.incident.status is Status.RESOLVED


def test_paging_is_exhausted_again_when_the_next_level_was_reached_in_vain() -> None:
    policy = EscalationPolicy(
        levels=(
            Level("first", role("on-call engineer")),
            Level("second", role("engineering manager"), UNRESOLVED_FOR >= minutes(30)),
        ),
        contact=ContactChain([Attempt("push", minutes(5))], rounds=1),
    )
    short = Playbook(name="short", rules=EMERGENCY.rules, escalation=policy)
    story = drill(playbook=short).run()
    assert [line.at for line in story.lines if line.kind is Kind.EXHAUSTED] == [START + minutes(5), START + minutes(35)]
    assert story.exhausted_at == START + minutes(5)


def with_contacts(**contacts: tuple[str, ...]) -> Directory:
    """The practice, in which some people can be reached by these methods alone."""
    people = {
        who: evolve(each, contacts={method: each.contacts[method] for method in contacts.get(who, each.contacts)})
        for who, each in PEOPLE.people.items()
    }
    return evolve(PEOPLE, people=people)


def skipped(story: Story) -> list[str]:
    return [str(line) for line in story.lines if "reach nobody" in line.what]


def test_a_method_that_nobody_has_is_told_once() -> None:
    without = dict.fromkeys(PEOPLE.people, ("push", "phone", "mail"))
    story = drill(directory=with_contacts(**without)).run()
    assert skipped(story) == ["+00:00  pages by sms reach nobody (nobody in the directory has it)"]
    assert story.lines[1].kind is Kind.TROUBLE


def test_a_method_that_nobody_has_whom_the_playbook_pages_by_it_is_told_once() -> None:
    without = dict.fromkeys(PEOPLE.people, ("push", "phone", "mail"))
    practice = with_contacts(**without)
    bystander = Person(id="zoe", contacts={"sms": "+44 7700 900199"})
    story = drill(directory=evolve(practice, people={**practice.people, "zoe": bystander})).run()
    assert skipped(story) == ["+00:00  pages by sms reach nobody (nobody whom the playbook pages by it has it)"]


def test_a_method_that_somebody_has_is_not_told() -> None:
    assert not skipped(drill(directory=with_contacts(noor=("push",), mika=())).run())
    assert not skipped(drill(directory=evolve(PEOPLE, roles=dict.fromkeys(PEOPLE.roles, ()))).run())


def test_an_incident_that_pages_nobody_exhausts_nothing() -> None:
    story = drill(severity=SEV_3, lasts=timedelta(hours=3)).run()
    assert not story.pages
    assert not story.exhausted
    assert "Nobody was paged." in str(story)


def test_a_role_that_nobody_has_exhausts_paging_at_once() -> None:
    nobody = evolve(PEOPLE, roles=dict.fromkeys(PEOPLE.roles, ()))
    story = drill(directory=nobody).run()
    assert not story.pages
    assert story.exhausted_at == START


def test_a_method_that_refuses_is_followed_by_the_next_at_once() -> None:
    story = drill(faults={"push": Fault.REFUSED}, severity=SEV_2, lasts=minutes(4)).run()
    assert paged(story) == [("+00:00", "noor", "paged by phone")]
    [trouble] = [line for line in story.lines if line.kind is Kind.TROUBLE and line.who == "noor"]
    assert trouble.what == "page by push: failed"
    assert "it does not accept the request" in trouble.why


def test_a_method_that_is_unavailable_is_tried_until_its_wait_ends() -> None:
    story = drill(faults={"push": Fault.UNAVAILABLE}, severity=SEV_2, lasts=minutes(6)).run()
    assert paged(story) == [("+00:05", "noor", "paged by phone")]
    tries = [event for event in story.timeline if isinstance(event, ActionStarted) and event.action.attempt == 0]
    assert len(tries) > 1


def test_an_unknown_outcome_pages_nobody_twice() -> None:
    story = drill(faults={"push": Fault.UNKNOWN}, severity=SEV_2, lasts=minutes(4)).run()
    assert [page.method for page in story.pages] == ["push"]
    tries = [event for event in story.timeline if isinstance(event, ActionEnded) and event.action.person == "noor"]
    assert len(tries) > 1
    assert len({each.action for each in tries}) == 1


def test_a_dropped_page_reaches_nobody_and_nobody_knows() -> None:
    people = {"noor": Acknowledges(minutes(1))}
    story = drill(faults={"push": Fault.DROPPED}, people=people, severity=SEV_2, lasts=minutes(20)).run()
    assert paged(story)[0] == ("+00:00", "noor", "paged by push")
    assert [page.method for page in story.pages] == ["phone"]
    assert story.incident.metrics.time_to_acknowledge == minutes(6)


def test_a_delayed_page_reaches_whom_it_is_for_later() -> None:
    delayed = Outage(Fault.DELAYED, lasts=minutes(4), after=minutes(3))
    people = {"noor": Acknowledges(minutes(1))}
    story = drill(faults={"push": delayed}, people=people, severity=SEV_2, lasts=minutes(20)).run()
    first = next(each for each in story.deliveries if each.page.purpose is Purpose.PAGE)
    assert (first.at, first.page.person) == (START + minutes(3), "noor")
    assert story.incident.metrics.time_to_acknowledge == minutes(4)


def test_a_duplicated_page_reaches_people_twice() -> None:
    story = drill(faults={"push": Fault.DUPLICATED}, severity=SEV_2, lasts=minutes(4)).run()
    assert [page.person for page in story.pages] == ["noor", "noor"]


def test_a_slow_answer_is_waited_for_and_pages_nobody_twice() -> None:
    slow = Outage(Fault.SLOW, after=minutes(2))
    story = drill(faults={"push": slow}, severity=SEV_2, lasts=minutes(4)).run()
    assert [page.person for page in story.pages] == ["noor"]
    assert [line.what for line in story.lines if line.who == "noor"][-1] == "paged by push"
    assert next(each for each in story.setbacks if each.person == "noor").done_at is not None


def test_a_system_that_says_when_to_come_again_is_asked_then() -> None:
    busy = Outage(Fault.UNAVAILABLE, lasts=minutes(2), after=minutes(3))
    story = drill(faults={"push": busy}, severity=SEV_2, lasts=minutes(4)).run()
    assert paged(story) == [("+00:03", "noor", "paged by push")]


def test_whoever_has_no_signal_is_reached_by_nothing() -> None:
    story = drill(people={"noor": Unreachable()}, severity=SEV_2, lasts=minutes(4)).run()
    assert not story.pages
    assert paged(story) == [("+00:00", "noor", "paged by push")]


def test_facts_decide_how_severe_it_is() -> None:
    story = drill(severity=None, facts={PRODUCTION_DOWN: True}).run()
    assert story.incident.severity is SEV_1


def test_a_story_prints_what_happened_and_how_it_came_out() -> None:
    printed = str(drill(people={"noor": Acknowledges(minutes(7))}, lasts=minutes(8)).run())
    assert "\n+00:07  noor: acknowledged\n" in printed
    assert "\nto acknowledge  7min\n" in printed
    assert "\nall     3     3      6\n" in printed


FORGED = st.lists(
    st.sampled_from(["\n", "\r\n", "\u2028", "\x1b[2K\x1b[1A", "\u202e", "   ", "+00:07  noor: acknowledged"])
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
).map("x".join)
"""What would look like other lines of a story, if it were printed as it is."""


@MANY
@given(FORGED)
def test_a_printed_story_has_a_line_for_each_of_its_own_whatever_people_wrote(text: str) -> None:
    said = Decline(at=START + minutes(1), by="noor", reason=text)
    story = drill(title=f"x{text}", script=[said], lasts=minutes(2)).run()
    printed = str(story).split("\n")
    assert all(line.isprintable() for line in printed)
    assert [line.split()[0] for line in printed[: len(story.lines)]] == [line.offset for line in story.lines]
    assert printed[len(story.lines)] == ""


@pytest.mark.parametrize("hours", [0, 1, 99, 100])
def test_offsets_are_hours_and_minutes(hours: int) -> None:
    line = Line(kind=Kind.SAID, at=START, after=timedelta(hours=hours, minutes=5, seconds=59), who="", what="x")
    assert line.offset == f"+{hours:02}:05"
    assert str(line) == f"{line.offset}  x"


def test_what_the_listener_raises_comes_out() -> None:
    class Full(Exception):
        pass

    def tell(line: Line) -> None:
        raise Full

    with pytest.raises(Full):
        drill().run(tell)


def test_a_script_that_is_not_possible_by_then_is_refused() -> None:
    script: list[Command] = [Resolve(at=START, by="mika"), Mitigate(at=START + minutes(1), by="mika")]
    with pytest.raises(IllegalTransition, match="DRILL-1 is resolved"):
        drill(script=script).run()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"start": datetime(2026, 3, 2)}, FieldInvalid, "start: .* is not a datetime with a time zone"),
        ({"lasts": timedelta()}, DrillInvalid, "a drill takes some time, a year at the most, not 0s"),
        ({"lasts": 4}, DrillInvalid, "the length of a drill is a timedelta, not 4"),
        ({"lasts": timedelta.max}, DrillInvalid, "a drill takes some time, a year at the most, not 999999999d"),
        ({"start": datetime(9999, 1, 1, tzinfo=UTC)}, DrillInvalid, "in the year 9990 at the latest, not in 9999"),
        ({"people": {"noro": Sleeps()}}, UnknownRecipient, "Did you mean 'noor'"),
        ({"people": {"noor": 7}}, DrillInvalid, "Acknowledges, Declines, Sleeps, Unreachable or Hears, not 7"),
        ({"people": {"noor": Acknowledges(-minutes(1))}}, DrillInvalid, "noor answers after no time or more"),
        ({"people": {"noor": Declines(timedelta.max)}}, DrillInvalid, "within a year, not after 999999999d"),
        ({"people": {"noor": Acknowledges(7)}}, DrillInvalid, "noor answers after a timedelta, not 7"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        ({"faults": {"fone": Fault.REFUSED}}, DrillInvalid, "nothing goes through 'fone' here.*Did you mean 'phone'"),
        ({"faults": {"phone": "refused"}}, DrillInvalid, "the fault of 'phone' is a Fault or an Outage, or"),
        ({"title": "\0"}, FieldInvalid, "title: .* contains a NUL"),
        ({"title": " "}, FieldInvalid, "title: a title is text that is not blank"),
        ({"by": ""}, FieldInvalid, "by: '' is not a name"),
        ({"playbook": None}, DrillInvalid, "is a Playbook, not None"),
        ({"directory": None}, DrillInvalid, "are in a Directory, not None"),
        ({"directory": Directory()}, UnknownRecipient, "playbook emergency"),
        ({"work": 5}, DrillInvalid, "is Work, not 5"),
        ({"script": [Resolve(at=START + timedelta(hours=5), by="mika")]}, DrillInvalid, "resolve at .* is not within"),
        ({"script": [Resolve(at=START - minutes(1), by="mika")]}, DrillInvalid, "resolve at .* is not within"),
    ],
)
def test_what_does_not_make_a_drill_is_refused(changes: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        drill(**changes)


@pytest.mark.parametrize(
    ("after", "message"),
    [
        (timedelta.max, "resolve comes within a year, not after 999999999d"),
        (-minutes(1), "resolve comes after no time or more, not after -1min"),
        (5, "resolve comes after a timedelta, not 5"),
    ],
)
def test_work_that_nobody_does_is_refused(after: Any, message: str) -> None:
    with pytest.raises(DrillInvalid, match=message):
        Work(resolve=after)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"updates": "x"}, "the updates of work are a list of Written, not 'x'"),
        ({"updates": ["x"]}, "the updates of work are a list of Written, not 'x'"),
        ({"waives": None}, "why something is waived is text, not None"),
        ({"resolution": 1}, "a resolution is text, not 1"),
        ({"fulfil": -minutes(1)}, "fulfil comes after no time or more, not after -1min"),
        ({"close": timedelta.max}, "close comes within a year"),
    ],
)
def test_work_that_makes_no_sense_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DrillInvalid, match=message):
        Work(**changes)


def test_an_update_comes_within_a_year() -> None:
    with pytest.raises(DrillInvalid, match="an update comes within a year"):
        Written(after=timedelta.max, text="x")


def test_an_incident_needs_one_reason_for_its_severity() -> None:
    with pytest.raises(CommandInvalid):
        drill(facts={PRODUCTION_DOWN: True}).run()


def test_a_drill_has_no_on_call_system_and_shows_who_is_paged_without() -> None:
    levels = [Level("on call", on_call("payments"))]
    contact = ContactChain([Attempt("push", minutes(5))], rounds=1)
    escalation = EscalationPolicy(levels=levels, contact=contact, fallback=[person("kwame")])
    story = drill(playbook=Playbook(name="asking", rules=EMERGENCY.rules, escalation=escalation)).run()
    assert [str(line) for line in story.lines if line.kind is Kind.TROUBLE][-1:] == [
        "+00:00  asked who is on call for payments: failed (no on-call system is in the toolbox)"
    ]
    assert paged(story) == [("+00:00", "kwame", "paged by push")]


def test_the_people_of_the_practice_can_all_be_reached() -> None:
    for who in PEOPLE.people:
        assert all(PEOPLE.contact(who, method) for method in ("push", "phone", "mail", "sms"))
    assert all(PEOPLE.find(recipient) for recipient in EMERGENCY.recipients if recipient.kind != "those")
    assert practice_directory() is PEOPLE


def test_a_runbook_that_is_started_is_told_and_people_are_told_of_its_steps() -> None:
    steps = [Instruct("look", what="look at the replicas"), Instruct("switch", what="switch to one of them")]
    book = Runbook("failover", steps, owner=person("noor"), notice=[Attempt("push", minutes(2))])
    playbook = evolve(EMERGENCY, runbooks=[book])
    started = StartRunbook("failover", at=START + minutes(1), by="mika")
    story = drill(playbook=playbook, people={"noor": Sleeps()}, script=[started]).run()
    told = [str(line) for line in story.lines if "failover" in f"{line.what} {line.why}"]
    assert told[0] == "+00:01  mika: started failover #1"
    assert told[1].startswith("+00:01  noor: failover #1/look is in force (failover #1, look: look at the replicas")
    sent = [each for each in story.deliveries if each.page.reason.startswith("failover #1")]
    assert [(each.page.person, each.page.method) for each in sent] == [("noor", "push")]
