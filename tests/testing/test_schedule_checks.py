"""Checks of schedules: gaps, crowds, unfair rotations, idle overrides, people out of reach are found, no others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from incidentkit import Directory, Rotation, Schedule
from incidentkit.errors import FieldInvalid, LawsBroken, ScheduleInvalid
from incidentkit.model.identity import PersonId
from incidentkit.policy.directory import Person
from incidentkit.policy.finding import Code
from incidentkit.policy.override import Addition, Removal, Replacement
from incidentkit.policy.participant import Membership, Participant
from incidentkit.testing import Law, check_schedule

START = datetime(2026, 1, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def rota(*participants: Any, name: str = "primary", **rest: Any) -> Rotation:
    given: dict[str, Any] = {"zone": "Europe/Berlin", "starts": date(2025, 1, 6), "every": "1 week on Mon", **rest}
    return Rotation(name=name, at="09:00", participants=participants, **given)


def told(schedule: Schedule, directory: Directory | None = None, **options: Any) -> list[tuple[object, str]]:
    try:
        check_schedule(schedule, directory, start=START, **options)
    except LawsBroken as error:
        return [(breach.law, breach.where) for breach in error.breaches]
    return []


def day(number: int, kind: Any, person: str, **rest: Any) -> Any:
    return kind(start=START + number * DAY, end=START + (number + 1) * DAY, person=person, **rest)


PLAIN = Schedule(rota("ada", "bob", "eve"))


def test_a_plain_rotation_passes() -> None:
    check_schedule(PLAIN, start=START)
    check_schedule(PLAIN, start=START, within=10 * DAY)
    people = {name: Person(id=PersonId(name), contacts={"push": name}) for name in ("ada", "bob", "eve")}
    check_schedule(PLAIN, Directory(people=people), start=START)


def test_pairs_and_people_who_come_later_are_fair() -> None:
    joins = Membership(START + 100 * DAY, (Participant("ada"), Participant("bob"), Participant("zoe")))
    check_schedule(Schedule(rota(["ada", "bob"], ["eve", "zoe"])), start=START)
    check_schedule(Schedule(rota("ada", "bob", changes=[joins])), start=START)


def test_gaps_are_told_with_the_code_of_the_linter() -> None:
    assert told(Schedule(rota("ada", "bob", hours="Mon-Fri 09:00-17:00"))) == [(Code.GAP, "gaps")]


def test_gaps_that_are_not_shown_are_counted() -> None:
    with pytest.raises(LawsBroken) as caught:
        check_schedule(Schedule(rota("ada", "bob", hours="Mon-Fri 09:00-17:00")), start=START, within=21 * DAY)
    (breach,) = caught.value.breaches
    assert breach.what == "Nobody is on call 20 times, for 19d8h in all. Near a change of the clocks: 4 of 20."
    assert breach.rest == "And 10 more, for 11d in all."
    assert str(caught.value).endswith("\n\nAnd 10 more, for 11d in all.")


def test_a_gap_is_told_once_where_the_days_that_are_looked_at_adjoin() -> None:
    schedule = Schedule(rota("ada", "bob", hours="Mon-Fri 09:00-17:00"))
    with pytest.raises(LawsBroken) as caught:
        check_schedule(schedule, start=datetime(2026, 3, 27, 12, tzinfo=UTC), within=DAY)
    (breach,) = caught.value.breaches
    assert breach.table.rows[0][0][0].text == "Fri 2026-03-27 17:00 +0100"
    assert breach.table.rows[0][1][0].text == "Mon 2026-03-30 09:00 +0200"


def test_crowds_that_are_not_shown_are_counted() -> None:
    schedule = Schedule(
        rota("ada", "bob", every="1 day"), overrides=[day(2 * each, Addition, "zoe") for each in range(12)]
    )
    with pytest.raises(LawsBroken) as caught:
        check_schedule(schedule, start=START, within=30 * DAY)
    (breach,) = caught.value.breaches
    assert breach.what.startswith("More people are on call than are meant to be, 24 times: 1 person is ")
    assert breach.rest == "And 14 more, for 7d in all."


def test_a_long_gap_is_near_a_change_of_the_clocks_only_if_it_begins_or_ends_there() -> None:
    for starts, is_near in ((date(2026, 6, 1), False), (date(2026, 3, 30), True)):
        with pytest.raises(LawsBroken) as caught:
            check_schedule(Schedule(rota("ada", "bob", starts=starts)), start=START)
        (breach,) = caught.value.breaches
        assert breach.what.startswith("Nobody is on call once, for ")
        assert ("Near a change of the clocks" in breach.what) is is_near


def test_the_days_on_which_clocks_change_are_looked_at_in_any_case() -> None:
    europe = rota("ada", "bob", hours="Mon-Sun 08:00-20:00")
    america = rota("eve", "zoe", name="america", zone="America/New_York", hours="Mon-Sun 14:00-02:00")
    follows = Schedule([europe, america])
    with pytest.raises(LawsBroken) as caught:
        check_schedule(follows, start=START, within=10 * DAY)
    (breach,) = caught.value.breaches
    assert breach.law is Code.GAP
    assert "Near a change of the clocks" in breach.what
    assert "Sun 2026-03-08" in str(caught.value) or "Mon 2026-03-09" in str(caught.value)


def test_more_people_than_take_a_turn_are_too_many() -> None:
    schedule = Schedule(rota("ada", "bob", "eve"), overrides=[day(3, Addition, "zoe")])
    assert told(schedule) == [(Law.ALONE, "shifts")]
    check_schedule(schedule, start=START, people=2)
    assert told(Schedule(rota(["ada", "bob"], ["eve", "zoe"])), people=1) == [(Law.ALONE, "shifts")]


def test_one_who_takes_two_turns_of_three_has_too_many() -> None:
    schedule = Schedule(rota("ada", "bob", "ada"))
    with pytest.raises(LawsBroken) as caught:
        check_schedule(schedule, start=START)
    (breach,) = caught.value.breaches
    assert (breach.law, breach.where) == (Law.FAIR, "layers[0]")
    assert breach.what == "ada is on call 114d longer than bob; 7d1h is meant at the most."
    check_schedule(schedule, start=START, apart=120 * DAY)
    assert told(PLAIN, apart=timedelta()) == [(Law.FAIR, "layers[0]")]


def test_overrides_do_not_count_for_fairness() -> None:
    schedule = Schedule(rota("ada", "bob"), overrides=[day(each, Replacement, "bob", by="ada") for each in range(20)])
    assert {law for law, _ in told(schedule)} <= {Code.IDLE_OVERRIDE}


def test_an_override_that_changes_nothing_is_told() -> None:
    schedule = Schedule(rota("ada", "bob"), overrides=[day(3, Removal, "zoe")])
    assert told(schedule) == [(Code.IDLE_OVERRIDE, "overrides[0]")]
    assert told(schedule, within=2 * DAY) == []


def test_people_out_of_reach_are_told() -> None:
    people = {"ada": Person(id=PersonId("ada")), "bob": Person(id=PersonId("bob"), contacts={"push": "b"})}
    assert told(PLAIN, Directory(people=people)) == [
        (Code.NO_METHOD, "layers[0].participants[0]"),
        (Code.UNKNOWN_RECIPIENT, "layers[0].participants[2]"),
    ]


def test_what_is_allowed_is_not_told() -> None:
    check_schedule(Schedule(rota("ada", hours="Mon-Fri 09:00-17:00")), start=START, allow=[Code.GAP])
    check_schedule(Schedule(rota("ada", hours="Mon-Fri 09:00-17:00")), start=START, allow=["DIR006"])


@pytest.mark.parametrize(
    ("arguments", "options", "problem"),
    [
        ((rota("ada"),), {}, "schedule: a Schedule is checked, not "),
        ((PLAIN, PLAIN), {}, "directory: people are in a Directory, not "),
        ((PLAIN,), {"start": datetime(2026, 1, 5)}, "start: "),
        ((PLAIN,), {"within": 0}, "within: a schedule is looked at for 7320 days at the most, not 0"),
        ((PLAIN,), {"people": 0}, "people: one person or more is on call, not 0"),
        ((PLAIN,), {"apart": -DAY}, "apart: it is no time or more, not "),
        ((PLAIN,), {"allow": [Code.NOBODY]}, "allow: check_schedule does not look for "),
    ],
)
def test_what_cannot_be_checked_is_refused(arguments: Any, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(FieldInvalid) as caught:
        check_schedule(*arguments, **{"start": START, **options})
    assert str(caught.value).startswith(problem)


def test_a_time_for_which_schedules_do_not_answer_is_refused() -> None:
    with pytest.raises(ScheduleInvalid):
        check_schedule(PLAIN, start=datetime(1960, 1, 1, tzinfo=UTC))
