"""Checks of escalations: what keeps one from paging as anybody expects is found, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve

from incidentkit import ALWAYS, EMERGENCY, Condition, Directory, Playbook, Rotation, Schedule
from incidentkit.drills import practice_directory
from incidentkit.errors import FieldInvalid, LawsBroken
from incidentkit.model.identity import PersonId
from incidentkit.policy.directory import Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level, quorum
from incidentkit.policy.finding import Code
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.recipient import Recipient, on_call, person, role, schedule, team
from incidentkit.policy.situation import UNRESOLVED_FOR, worst_severity_of
from incidentkit.testing import Law, check_policy
from incidentkit.text.plain import to_plain

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
SEV_1, SEV_2, SEV_3, _ = EMERGENCY.scheme
WORST = worst_severity_of(EMERGENCY.scheme)
ADA, BOB, ZOE = (person(name) for name in ("ada", "bob", "zoe"))
PEOPLE = {name: Person(id=PersonId(name), contacts={"push": name}) for name in ("ada", "bob", "zoe")}
OFFICE = Schedule(
    Rotation(
        name="office",
        zone="UTC",
        starts=date(2026, 1, 1),
        every="1 day",
        at="09:00",
        participants=["ada", "bob"],
        hours="Mon-Fri 09:00-17:00",
    )
)
DIRECTORY = Directory(people=PEOPLE, teams={"two": ["ada", "bob"]}, roles={"vacant": []})


def escalation(*levels: Level, **rest: Any) -> Playbook:
    contact = ContactChain([Attempt("push", 5 * MINUTE)], rounds=2)
    given: dict[str, Any] = {"levels": levels, "contact": contact, "catch_all": [ZOE], **rest}
    return Playbook(name="example", rules=EMERGENCY.rules, escalation=EscalationPolicy(**given))


def one(recipients: Recipient | Iterable[Recipient] = ADA, when: Condition = ALWAYS, **rest: Any) -> Level:
    return Level("one", recipients, when, **rest)


def two(recipients: Recipient = BOB, when: Condition = UNRESOLVED_FOR >= 30 * MINUTE) -> Level:
    return Level("two", recipients, when)


def told(policy: Any, directory: Directory | None = DIRECTORY, **options: Any) -> list[tuple[object, str]]:
    try:
        check_policy(policy, directory, **options)
    except LawsBroken as error:
        return [(breach.law, breach.where) for breach in error.breaches]
    return []


GOOD = escalation(one(), two())


@pytest.mark.parametrize("directory", [None, DIRECTORY])
def test_a_catch_all_that_was_paged_in_vain_before_is_told(directory: Directory | None) -> None:
    policy = escalation(one(), catch_all=[*one().recipients])
    assert (Code.CATCH_ALL_PAGED_BEFORE, "escalation.catch_all") in told(policy, directory)


def test_sound_escalations_pass() -> None:
    check_policy(GOOD, DIRECTORY)
    check_policy(GOOD)
    assert GOOD.escalation is not None
    check_policy(GOOD.escalation)


def test_the_escalation_of_the_playbook_passes() -> None:
    check_policy(EMERGENCY)
    check_policy(EMERGENCY, practice_directory())
    assert EMERGENCY.escalation is not None
    check_policy(EMERGENCY.escalation)


def test_without_a_directory_somebody_stands_for_every_recipient() -> None:
    named = [team("payments"), role("lead"), person("ada"), schedule("primary"), on_call("payments")]
    check_policy(escalation(one(named), two(team("payments"))))


@pytest.mark.parametrize(
    ("policy", "laws"),
    [
        (escalation(one(), applies=WORST <= SEV_2), {(Law.PAGED, "SEV-1")}),
        (
            escalation(one(when=WORST.is_(SEV_3))),
            {(Law.PAGED, f"SEV-{number}") for number in (1, 2, 4)},
        ),
        (
            escalation(one(), Level("late", BOB, (WORST <= SEV_3) | (UNRESOLVED_FOR >= 10 * MINUTE)), cumulative=False),
            {(Law.NO_LATER, "SEV-2")},
        ),
        (escalation(one(), catch_all=[]), {(Code.NO_CATCH_ALL, "escalation.catch_all")}),
        (
            escalation(one(), catch_all=[role("vacant")]),
            {
                *((Law.CAUGHT, each.key) for each in EMERGENCY.scheme),
                (Code.NOBODY, "escalation.catch_all[0]"),
            },
        ),
        (escalation(one(person("eve"))), {(Code.UNKNOWN_RECIPIENT, "escalation.levels[0].recipients[0]")}),
        (escalation(one(until=quorum(3))), {(Code.QUORUM_TOO_LARGE, "escalation.levels[0].until")}),
    ],
)
def test_a_planted_fault_is_found_and_no_other(policy: Playbook, laws: set[tuple[object, str]]) -> None:
    assert {*told(policy)} == laws


def test_an_address_that_two_people_share_is_paged_once() -> None:
    shared = {name: Person(id=PersonId(name), contacts={"push": "0700"}) for name in ("ada", "bob", "zoe")}
    with pytest.raises(LawsBroken) as caught:
        check_policy(escalation(one(team("two"))), evolve(DIRECTORY, people=shared))
    assert {breach.law for breach in caught.value.breaches} == {Law.PAGED_ONCE}
    assert caught.value.breaches[0].what == "For SEV-4 one address is paged twice at once by push, that of ada and bob."


def test_what_comes_later_or_never_for_the_worse_is_said_in_one_sentence() -> None:
    late = Level("late", BOB, (WORST <= SEV_3) | (UNRESOLVED_FOR >= 10 * MINUTE))
    never = Level("never", BOB, WORST.is_(SEV_3))
    sentences: list[str] = []
    for level in (late, never):
        with pytest.raises(LawsBroken) as caught:
            check_policy(escalation(one(), level, cumulative=False), DIRECTORY)
        sentences += (each.what for each in caught.value.breaches if each.law is Law.NO_LATER)
    assert sentences == [
        "For SEV-3 level 'late' is reached at once, for SEV-2 later.",
        "For SEV-3 level 'never' is reached at once, for SEV-2 never.",
    ]


def test_an_escalation_by_itself_is_called_so() -> None:
    policy = escalation(one(), applies=WORST <= SEV_2).escalation
    assert policy is not None
    with pytest.raises(LawsBroken, match=r"^1 law does not hold for the escalation policy\."):
        check_policy(policy)


def test_an_end_that_does_not_come_in_time_is_told() -> None:
    assert told(GOOD, within=8 * MINUTE) == [(Law.ENDS, each.key) for each in sorted(EMERGENCY.scheme)]


def test_pages_are_shown_as_a_table() -> None:
    with pytest.raises(LawsBroken) as caught:
        check_policy(escalation(one(), catch_all=[role("vacant")]), DIRECTORY, allow=[Code.NOBODY])
    report = str(caught.value)
    assert report.startswith("1 law does not hold for the escalation of example.\n\ncaught: If nobody reacts, ")
    assert "For SEV-4 nobody of the catch-all is paged, though everybody was paged in vain." in report
    assert "after  who  through  for\n-----  ---  -------  --------\n5min   ada  push     page/one" in report


def test_what_a_report_calls_a_finding_leaves_it_out() -> None:
    policy = escalation(one(person("eve"), when=WORST.is_(SEV_3)), two(role("vacant")), catch_all=[role("vacant")])
    with pytest.raises(LawsBroken) as caught:
        check_policy(policy, DIRECTORY)
    lines = str(caught.value).splitlines()
    words = [above.partition(":")[0] for above, line in pairwise(lines) if line.startswith("---") and ":" in above]
    assert {"DIR001", "DIR002", "paged"} <= {*words}
    check_policy(policy, DIRECTORY, allow=words)


FINDINGS = """\
1 law does not hold for the escalation of example.

DIR001: The directory does not know a recipient.
------------------------------------------------

where                               what
----------------------------------  ---------------------------------
escalation.levels[0].recipients[0]  the directory knows no person eve
escalation.levels[1].recipients[0]  the directory knows no person max"""


def test_each_finding_of_the_linter_is_told_once() -> None:
    with pytest.raises(LawsBroken) as caught:
        check_policy(escalation(one(person("eve")), two(person("max"))), DIRECTORY)
    assert str(caught.value) == FINDINGS
    (first, _) = caught.value.breaches
    assert to_plain(first.document).endswith("escalation.levels[0].recipients[0]  the directory knows no person eve")


def test_schedules_are_looked_at_from_the_moment_on() -> None:
    directory = evolve(DIRECTORY, schedules={"office": OFFICE})
    policy = escalation(one(schedule("office"), acknowledgers=[ADA]))
    assert (Code.GAP, "schedules.office") in told(policy, directory, at=NOW)
    check_policy(policy, directory, at=NOW.replace(hour=10), within=6 * 60 * MINUTE)


def test_gaps_are_told_in_one_table_by_the_clock_of_the_schedule() -> None:
    berlin = evolve(OFFICE, layers=[evolve(OFFICE.layers[0], zone="Europe/Berlin")])
    directory = evolve(DIRECTORY, schedules={"office": berlin})
    policy = escalation(one(schedule("office"), acknowledgers=[ADA]))
    with pytest.raises(LawsBroken) as caught:
        check_policy(policy, directory, at=NOW, within=timedelta(days=20), allow=[Law.NO_LATER])
    (breach,) = [each for each in caught.value.breaches if each.law is Code.GAP]
    assert breach.what == "Nobody is on call by the schedule 'office' 16 times, for 15d in all."
    first, *_ = breach.document.blocks[1].rows
    assert [str(cell[0].text) for cell in first] == [
        "Mon 2026-03-02 03:10 +0100",
        "Mon 2026-03-02 09:00 +0100",
        "nobody",
    ]
    assert breach.rest == "And 6 more, for 6d18h10min in all."


@pytest.mark.parametrize(
    ("arguments", "options", "problem"),
    [
        ((ADA,), {}, "policy: a Playbook or an EscalationPolicy is checked, not "),
        ((evolve(GOOD, escalation=None),), {}, "policy: example has no escalation to check"),
        ((GOOD, PEOPLE), {}, "directory: people are in a Directory, not "),
        ((GOOD,), {"within": timedelta()}, "within: one looks ahead by 366 days at the most, not "),
        ((GOOD,), {"at": NOW.replace(tzinfo=None)}, "at: "),
        ((GOOD,), {"allow": [Law.TOTAL]}, "allow: check_policy does not look for "),
        ((GOOD,), {"allow": [Code.UNUSED_METHOD]}, "allow: check_policy does not look for "),
        ((GOOD, evolve(DIRECTORY, schedules={"office": OFFICE})), {}, "at: schedules and maintenance say who is paged"),
        (
            (
                GOOD,
                evolve(
                    DIRECTORY,
                    maintenance=[
                        Maintenance(
                            starts=NOW, ends=NOW + MINUTE, severities=["SEV-1"], by=PersonId("ada"), reason="moving"
                        )
                    ],
                ),
            ),
            {},
            "at: schedules and maintenance say who is paged",
        ),
    ],
)
def test_what_cannot_be_checked_is_refused(arguments: Any, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(FieldInvalid) as caught:
        check_policy(*arguments, **options)
    assert str(caught.value).startswith(problem)
