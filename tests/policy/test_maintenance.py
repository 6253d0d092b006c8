"""Maintenance windows: what they may be, what they hold, and that nothing is lost or hurried when they end."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import NEVER, Condition, Directory, Incident, convert
from incidentkit.errors import DirectoryInvalid, DocumentInvalid, FieldInvalid
from incidentkit.model.action import Outcome
from incidentkit.model.commands import ChangeSeverity, Escalate, Snooze
from incidentkit.model.conditions import ALWAYS
from incidentkit.model.identity import PersonId
from incidentkit.model.targets import Target
from incidentkit.policy.action import Action
from incidentkit.policy.directory import Person
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.obligation import Attempt, Backoff, Obligation
from incidentkit.policy.planning import Plan, plan, preview
from incidentkit.policy.recipient import person
from incidentkit.policy.situation import UNRESOLVED_FOR
from incidentkit.providers.pager import SendPage
from incidentkit.testing import maintenance_windows
from incidentkit.testing.planning import answered, claimed, stamped
from tests.policy.simulation import P1, P2, RULES, START, Wanting

MINUTE = timedelta(minutes=1)


def at(minutes: float) -> datetime:
    return START + minutes * MINUTE


def window(starts: float, ends: float, *severities: str) -> Maintenance:
    keys = severities or ("P2", "P3")
    return Maintenance(starts=at(starts), ends=at(ends), severities=keys, by=PersonId("zoe"), reason="a new disk")


PEOPLE = {
    "ada": Person(id=PersonId("ada"), contacts={"push": "ada", "phone": "1"}),
    "bob": Person(id=PersonId("bob"), contacts={"push": "bob"}),
}


def directory(*windows: Maintenance) -> Directory:
    return Directory(people=PEOPLE, maintenance=windows)


# What a window is


@given(maintenance_windows())
def test_it_covers_its_start_and_not_its_end(each: Maintenance) -> None:
    severity = each.severities[0]
    assert each.covers(severity, each.starts)
    assert each.covers(severity, each.ends - timedelta.resolution)
    assert not each.covers(severity, each.starts - timedelta.resolution)
    assert not each.covers(severity, each.ends)
    assert not each.covers("another", each.starts)


@given(st.lists(maintenance_windows(severities=["P1", "P2"]), max_size=3), st.data())
def test_pages_are_held_until_the_first_moment_that_no_window_covers(
    windows: list[Maintenance], data: st.DataObject
) -> None:
    moments = [when for each in windows for when in (each.starts, each.ends, each.starts + MINUTE)]
    when = data.draw(st.sampled_from([*moments, START]))
    held = directory(*windows)
    until, covered = held.held_until("P1", when), [each for each in windows if each.covers("P1", when)]
    assert (until is None) is (not covered)
    if until is not None:
        assert until > when
        assert not any(each.covers("P1", until) for each in windows)
        between = [each.ends for each in windows if "P1" in each.severities and when < each.ends < until]
        assert all(any(each.covers("P1", moment) for each in windows) for moment in between)


def test_windows_that_touch_or_overlap_are_one() -> None:
    held = directory(window(20, 30), window(0, 10), window(10, 15), window(12, 20, "P2"), window(40, 50))
    assert held.held_until("P2", at(5)) == at(30)
    assert held.held_until("P3", at(5)) == at(15)
    assert held.held_until("P2", at(30)) is None
    assert held.held_until("P1", at(5)) is None


def held_by_hand(windows: Iterable[Maintenance], severity: str, when: datetime) -> datetime | None:
    """From the end of one window to the end of the next that covers it, as long as there is one."""
    until = None
    while ends := [each.ends for each in windows if each.covers(severity, when)]:
        until = when = max(ends)
    return until


@given(st.lists(maintenance_windows(severities=["P1", "P2"]), max_size=8), st.data())
def test_pages_are_held_as_long_as_going_from_window_to_window_takes(
    windows: list[Maintenance], data: st.DataObject
) -> None:
    held = directory(*windows)
    moments = [when + by for each in windows for when in (each.starts, each.ends) for by in (timedelta(), -MINUTE)]
    for when in data.draw(st.lists(st.sampled_from([*moments, START]), min_size=1)):
        for severity in ("P1", "P2", "P3"):
            assert held.held_until(severity, when) == held_by_hand(windows, severity, when)


def test_a_moment_without_a_zone_is_refused_also_where_no_page_waits() -> None:
    for held in (directory(), directory(window(0, 10))):
        with pytest.raises(FieldInvalid, match="at"):
            held.held_until("P2", at(5).replace(tzinfo=None))
    london = at(5).astimezone(timezone(timedelta(hours=1)))
    assert directory(window(0, 10)).held_until("P2", london) == at(10)


def test_times_are_kept_in_utc() -> None:
    london = Maintenance(
        starts=datetime(2026, 7, 1, 2, tzinfo=timezone(timedelta(hours=1))),
        ends=datetime(2026, 7, 1, 3, tzinfo=UTC),
        severities=["P2"],
        by="zoe",
        reason="a new disk",
    )
    assert (london.starts.isoformat(), london.severities) == ("2026-07-01T01:00:00+00:00", ("P2",))


@pytest.mark.parametrize(
    ("changed", "path", "problem"),
    [
        ({"starts": datetime(2026, 3, 2)}, "starts", "is not a datetime with a time zone"),
        ({"starts": "today"}, "starts", "'today' is not a datetime"),
        ({"ends": datetime(2026, 3, 2)}, "ends", "is not a datetime with a time zone"),
        ({"ends": at(0)}, "ends", "not after its start: swap the two, or mend one"),
        ({"ends": at(-1)}, "ends", "it ends at 2026-03-02T14:22Z, not after its start"),
        ({"severities": ()}, "severities", "name the severities of which pages wait; there is no default"),
        ({"severities": "P1"}, "severities", "a list of the keys of severities is expected here"),
        ({"severities": None}, "severities", "a list of the keys of severities is expected here"),
        ({"severities": ("P2", " ")}, "severities[1]", "the key of a severity is not blank"),
        ({"severities": (P2,)}, "severities[0]", "is not text"),
        ({"severities": ("P2", "P3", "P2")}, "severities[2]", "'P2' is in this list already"),
        ({"by": ""}, "by", "'' is not a name"),
        ({"by": None}, "by", "None is not text"),
        ({"reason": ""}, "reason", "it is blank: say why nobody is to be paged"),
        ({"reason": " \n"}, "reason", "it is blank"),
        ({"reason": "\0"}, "reason", "contains a NUL"),
    ],
)
def test_what_is_no_window_is_refused(changed: dict[str, Any], path: str, problem: str) -> None:
    with pytest.raises(DirectoryInvalid) as caught:
        evolve(window(0, 60), **changed)
    assert caught.value.path == path
    assert problem in caught.value.problem
    assert pickle.loads(pickle.dumps(caught.value)).path == path


# In a directory

DOCUMENT = """
[[maintenance]]
starts = 2026-03-02T22:00:00Z
ends = 2026-03-02T23:30:00+01:00
severities = ["P2"]
by = "zoe"
reason = "a new disk"
"""


def test_a_document_has_a_row_of_windows() -> None:
    (read,) = Directory.from_toml(DOCUMENT).maintenance
    assert (read.ends - read.starts, read.severities, read.by) == (30 * MINUTE, ("P2",), "zoe")
    assert Directory.from_toml(Directory.from_toml(DOCUMENT).to_toml()) == Directory.from_toml(DOCUMENT)


@pytest.mark.parametrize(
    ("old", "new", "path", "problem"),
    [
        ("[[maintenance]]", "[maintenance]", "maintenance", "write each as [[maintenance]]"),
        ('by = "zoe"', "", "maintenance[0].by", "missing"),
        ('by = "zoe"', "by = 7", "maintenance[0].by", "7 is not text"),
        ("2026-03-02T22:00:00Z", '"at night"', "maintenance[0].starts", "'at night' is not a time such as 2026-"),
        ("22:00:00Z", "22:00:00", "maintenance[0].starts", "has no time zone: write it like 2026-03-02T14:23:00Z"),
        ("22:00:00Z", "23:00:00Z", "maintenance[0].ends", "not after its start"),
        ('["P2"]', "[]", "maintenance[0].severities", "there is no default"),
        ('severities = ["P2"]', "", "maintenance[0].severities", "missing"),
        ('["P2"]', '["P2", ""]', "maintenance[0].severities[1]", "is not blank"),
        ('"a new disk"', '""', "maintenance[0].reason", "say why nobody is to be paged"),
        ("reason", "raeson", "maintenance[0]", "there is no key 'raeson' here"),
    ],
)
def test_a_document_that_does_not_fit_names_the_place(old: str, new: str, path: str, problem: str) -> None:
    assert DOCUMENT.count(old) == 1
    with pytest.raises(DirectoryInvalid) as caught:
        Directory.from_toml(DOCUMENT.replace(old, new), source="people.toml")
    assert (caught.value.path, caught.value.source) == (path, "people.toml")
    assert problem in caught.value.problem


def test_a_place_in_json_begins_with_the_document() -> None:
    with pytest.raises(DocumentInvalid) as caught:
        convert.from_json('{"maintenance": [7]}', Directory)
    assert (caught.value.path, caught.value.problem) == ("$.maintenance[0]", "a table is expected here")


NOT_WINDOWS: list[tuple[Any, str]] = [("no", "maintenance"), ([7], "maintenance[0]"), (None, "maintenance")]


@pytest.mark.parametrize(("windows", "path"), NOT_WINDOWS)
def test_a_directory_has_only_windows_in_a_list(windows: Any, path: str) -> None:
    with pytest.raises(DirectoryInvalid) as caught:
        Directory(maintenance=windows)
    assert caught.value.path == path


def test_windows_are_part_of_the_fingerprint_and_of_the_repr() -> None:
    assert directory().fingerprint != directory(window(0, 1)).fingerprint != directory(window(0, 2)).fingerprint
    assert repr(directory(window(0, 1))) == "<directory: people 2, teams 0, roles 0, maintenance 1>"


# What it holds


def paging(when: Condition = ALWAYS, until: Condition = NEVER, **rest: Any) -> Obligation:
    given: dict[str, Any] = {
        "id": "page",
        "recipients": [person("ada")],
        "chain": [Attempt("push", 5 * MINUTE), Attempt("phone", 5 * MINUTE)],
        **rest,
    }
    return Obligation(when=when, until=until, personal=True, **given)


def declared() -> Incident:
    return Incident.declare("INC-1", title="Checkout fails", at=START, by="bob", severity=P2)


def ways(actions: Iterable[Action]) -> list[str]:
    """By which methods people are reached."""
    return [each.request.method for each in actions if isinstance(each.request, SendPage)]


def planned(incident: Incident, where: Directory, *wanted: Obligation, minutes: float) -> Plan:
    return plan(incident, Wanting(name="example", rules=RULES, wanted=wanted), where, now=at(minutes))


def looked_at(
    incident: Incident,
    where: Directory,
    *wanted: Obligation,
    minutes: float,
    outcome: Outcome = Outcome.SUCCEEDED,
) -> Incident:
    """The incident after a desk planned it, and did what was due."""
    made, now = planned(incident, where, *wanted, minutes=minutes), at(minutes)
    after = incident.extended([*stamped(made.decisions, now), *(claimed(incident, each, now) for each in made.due)])
    return after.extended(answered(incident, each, now, outcome) for each in made.due)


def told(incident: Incident, where: Directory, *wanted: Obligation, until: float) -> list[tuple[float, str, str]]:
    """Who is told when and how up to some minute, if nobody does anything."""
    book = Wanting(name="example", rules=RULES, wanted=wanted)
    steps = preview(incident, book, where, now=incident.as_of, until=at(until))
    actions = [(step.at, each, each.request) for step in steps for each in step.actions]
    return [
        ((when - START) / MINUTE, each.key.person, request.method)
        for when, each, request in actions
        if isinstance(request, SendPage)
    ]


def test_pages_wait_until_the_window_ends_and_what_is_decided_does_not() -> None:
    made = planned(declared(), directory(window(0, 60)), paging(), minutes=5)
    assert (made.due, made.owed) == ((), ())
    assert [each.at for each in made.decisions] == [at(0)]
    assert made.wake_at == at(60)


def test_the_chain_goes_on_with_its_waits_from_the_first_try_after_the_window() -> None:
    assert told(declared(), directory(window(0, 60)), paging(), until=80) == [(60, "ada", "push"), (65, "ada", "phone")]


def test_a_window_in_the_middle_of_a_chain_holds_what_comes_then() -> None:
    assert told(declared(), directory(window(3, 60)), paging(), until=80) == [(0, "ada", "push"), (60, "ada", "phone")]


def test_a_window_that_is_over_before_the_next_attempt_changes_nothing() -> None:
    assert told(declared(), directory(window(1, 4)), paging(), until=80) == told(
        declared(), directory(), paging(), until=80
    )


def test_what_could_not_be_tried_before_the_window_is_held_too() -> None:
    late = looked_at(declared(), directory(), paging(chain=[]), minutes=0)
    made = planned(late, directory(window(2, 60)), paging(), minutes=30)
    assert (made.due, made.wake_at) == ((), at(60))


def test_what_is_due_when_no_window_covers_it_keeps_its_time() -> None:
    late = looked_at(declared(), directory(), paging(chain=[]), minutes=0)
    assert [
        each.due_at for each in planned(late, directory(window(-9, -5), window(2, 4)), paging(), minutes=5).due
    ] == [at(0)]


def test_another_severity_is_paged() -> None:
    assert planned(declared(), directory(window(0, 60, "P1", "P3")), paging(), minutes=0).due


def test_a_severity_that_is_raised_out_of_the_window_pages_at_once() -> None:
    where = directory(window(0, 60, "P2"))
    quiet = looked_at(declared(), where, paging(), minutes=0)
    raised = quiet.apply(ChangeSeverity(P1, at=at(10), by="bob", reason="it is worse"))
    assert planned(quiet, where, paging(), minutes=10).due == ()
    assert ways(planned(raised, where, paging(), minutes=10).due) == ["push"]


def test_a_severity_that_is_lowered_into_the_window_pages_no_more() -> None:
    where = directory(window(0, 60, "P3"))
    (_, _, p3) = P1.scheme
    paged = looked_at(declared(), where, paging(), minutes=0)
    lowered = paged.apply(ChangeSeverity(p3, at=at(1), by="bob", reason="it is not so bad"))
    assert ways(planned(paged, where, paging(), minutes=5).due) == ["phone"]
    assert planned(lowered, where, paging(), minutes=5).due == ()
    assert planned(lowered, where, paging(), minutes=5).wake_at == at(60)


def test_a_severity_that_is_not_known_yet_is_taken_for_the_worst_that_it_can_be() -> None:
    unknown = Incident.declare("INC-1", title="Checkout fails", at=START, by="bob", triage=RULES.triage({}))
    assert unknown.severity == P1
    assert planned(unknown, directory(window(0, 60, "P2", "P3")), paging(), minutes=0).due
    assert not planned(unknown, directory(window(0, 60, "P1")), paging(), minutes=0).due


@pytest.mark.parametrize(("snoozed", "starts", "ends"), [(30, 20, 60), (60, 0, 50), (20, 20, 60), (60, 10, 60)])
def test_a_snooze_and_a_window_hold_until_both_are_over(snoozed: float, starts: float, ends: float) -> None:
    quiet = declared().apply(Snooze(until=at(snoozed), at=at(0), by="bob", reason="known"))
    assert told(quiet, directory(window(starts, ends)), paging(), until=62) == [(60, "ada", "push")]


def test_a_retry_is_held_and_begins_its_wait_anew_as_after_downtime() -> None:
    trying = paging(backoff=Backoff([MINUTE]))
    failed = looked_at(declared(), directory(), trying, minutes=0, outcome=Outcome.POSTPONED)
    where = directory(window(0.5, 60))
    assert planned(failed, where, trying, minutes=2).due == ()
    assert ways(planned(failed, where, trying, minutes=60).due) == ["push"]
    retried = looked_at(failed, where, trying, minutes=60)
    assert ways(planned(retried, where, trying, minutes=60).due) == []
    assert ways(planned(retried, where, trying, minutes=65).due) == ["phone"]


def test_levels_come_into_force_by_their_clocks_and_their_people_are_paged_at_the_end() -> None:
    second = paging(UNRESOLVED_FOR >= 20 * MINUTE, id="second", recipients=[person("bob")])
    later = paging(UNRESOLVED_FOR >= 70 * MINUTE, id="later", recipients=[person("bob")])
    where = directory(window(0, 60))
    assert told(declared(), where, paging(), second, later, until=75) == [
        (60, "ada", "push"),
        (60, "bob", "push"),
        (65, "ada", "phone"),
        (70, "bob", "push"),
    ]
    decided = planned(declared(), where, paging(), second, later, minutes=59).decisions
    assert [each.at for each in decided] == [at(0), at(20)]


def test_whom_somebody_brings_in_waits_too() -> None:
    manager = paging(UNRESOLVED_FOR >= 600 * MINUTE, id="page/manager", level="manager")
    called = declared().apply(Escalate("manager", at=at(1), by="bob", reason="big"))
    assert told(called, directory(window(0, 60)), manager, until=61) == [(60, "ada", "push")]


def test_what_is_no_page_is_not_held() -> None:
    clock = Obligation(
        id="respond",
        when=ALWAYS,
        until=NEVER,
        recipients=[person("ada")],
        due=Target(10 * MINUTE),
        chain=[Attempt("push")],
    )
    assert told(declared(), directory(window(0, 60)), clock, until=61) == [(10, "ada", "push")]


def test_whoever_acknowledges_meanwhile_is_not_paged_at_the_end() -> None:
    acknowledged = looked_at(declared(), directory(window(0, 60)), paging(), minutes=0).acknowledge(at=at(9), by="ada")
    assert told(acknowledged, directory(window(0, 60)), paging(), until=90) == []
