"""Rotations: compared with a clock on the wall that is read every five minutes, then turn by turn with examples."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from incidentkit.errors import FieldInvalid, ScheduleInvalid
from incidentkit.model.calendar import Hours, Weekday
from incidentkit.policy.cadence import Cadence, Unit
from incidentkit.policy.participant import Membership, Participant
from incidentkit.policy.rotation import Rotation
from incidentkit.testing import moments
from incidentkit.testing.schedule import rotations
from tests.policy.rota import weekly

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
MICROSECOND: Final = timedelta(microseconds=1)

CHANGES: Final = (
    ("Europe/London", date(2025, 3, 30)),
    ("Europe/London", date(2025, 10, 26)),
    ("America/New_York", date(2025, 3, 9)),
    ("America/New_York", date(2025, 11, 2)),
    ("Australia/Lord_Howe", date(2025, 4, 6)),  # half an hour back
    ("Australia/Lord_Howe", date(2025, 10, 5)),
    ("America/Havana", date(2025, 3, 9)),  # from midnight to one
    ("America/Havana", date(2025, 11, 2)),
    ("America/Sao_Paulo", date(2018, 2, 18)),  # at midnight, back into Saturday
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("Asia/Beirut", date(2025, 3, 30)),
    ("Asia/Beirut", date(2025, 10, 26)),
    ("Antarctica/Troll", date(2025, 3, 30)),  # two hours
    ("Antarctica/Troll", date(2025, 10, 26)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that never was
)


# A model that steps: who looks at the wall clock every five minutes hands over when it has reached the time for good


@cache
def wall(zone: str, middle: date) -> list[tuple[datetime, datetime]]:
    """Ten days around a date in steps of five minutes: the moment, and what a clock on the wall shows."""
    noon = datetime.combine(middle, time(12), tzinfo=UTC)
    moments = [noon - 5 * DAY + n * 5 * MINUTE for n in range(10 * 24 * 12)]
    return [(moment, moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)) for moment in moments]


def stepped(zone: str, middle: date, handovers: list[datetime]) -> list[tuple[datetime, int]]:
    """At each step, how many hand-overs have been: those that the clock has reached, and will not reach again."""
    steps: list[tuple[datetime, int]] = []
    later = datetime.max
    for moment, clock in reversed(wall(zone, middle)):
        steps.append((moment, min(bisect_right(handovers, clock), bisect_left(handovers, later))))
        later = min(later, clock)
    return steps[::-1]


@pytest.mark.parametrize(("zone", "middle"), CHANGES)
@pytest.mark.parametrize("at", ["00:00", "00:30", "01:30", "02:00", "02:15", "02:30", "09:00", "23:30"])
@pytest.mark.parametrize("every", ["1 hour", "7 hours", "1 day", "1 week"])
def test_turns_are_those_of_who_steps_through_the_change_of_the_clocks(
    zone: str, middle: date, at: str, every: str
) -> None:
    starts = middle - (7 if every == "1 week" else 5) * DAY
    rotation = Rotation(name="r", zone=zone, starts=starts, every=every, at=at, participants=["ada", "grace"])
    length = {"1 hour": HOUR, "7 hours": 7 * HOUR, "1 day": DAY, "1 week": 7 * DAY}[every]
    first = datetime.combine(starts, time.fromisoformat(at))
    steps = stepped(zone, middle, [first + n * length for n in range(12 * DAY // length + 2)])
    expected = {moment: passed - 1 for moment, passed in steps if passed}
    found: dict[datetime, int] = {}
    for begin, end, number in rotation.pieces(steps[0][0], steps[-1][0] + 5 * MINUTE):
        found |= {begin + n * 5 * MINUTE: number for n in range((end - begin) // (5 * MINUTE))}
    assert found == expected
    assert_hands_over(rotation, found)


def assert_hands_over(rotation: Rotation, found: dict[datetime, int]) -> None:
    """Turns looked up at a moment begin and end where those in a range do."""
    for moment, number in found.items():
        before = found.get(moment - 5 * MINUTE, number)
        if before != number:
            turn, ended = rotation.turn_at(moment), rotation.turn_at(moment - MICROSECOND)
            assert turn is not None
            assert ended is not None
            assert (turn.number, turn.start, ended.number) == (number, moment, before)
            assert turn.people == (("ada",), ("grace",))[number % 2]
            assert ended.end == moment or number > before + 1  # turns between them had no length


# Laws


@given(rotations(), st.integers(0, 200))
def test_turns_follow_each_other_without_gap_or_overlap(rotation: Rotation, number: int) -> None:
    turn, following = rotation.turn(number), rotation.turn(number + 1)
    assert turn.start <= turn.end == following.start
    if turn.start < turn.end:
        assert rotation.turn_at(turn.start) == rotation.turn_at(turn.end - MICROSECOND) == turn


@given(rotations(restricted=True), moments(), st.timedeltas(HOUR, 40 * DAY))
def test_pieces_are_disjoint_in_order_and_inside_of_their_turns(
    rotation: Rotation, start: datetime, length: timedelta
) -> None:
    reached = max(start, rotation.turn(0).start)
    for begin, end, number in rotation.pieces(start, start + length):
        turn = rotation.turn(number)
        assert max(reached, turn.start) <= begin < end <= min(turn.end, start + length)
        reached = end


@given(rotations(restricted=False), moments(), st.lists(st.sampled_from(["ada", "new", "grace"]), min_size=1))
def test_other_participants_move_nobody_before_the_change_and_not_who_is_on_call_then(
    rotation: Rotation, since: datetime, people: list[str]
) -> None:
    changed = rotation.with_participants(people, since=since)
    present = changed.turn_at(since)
    first = 0 if present is None else present.number
    for number in range(max(0, first - 20), first + 1):
        if changed.turn(number).start < since:
            assert changed.people(number) == evolve(rotation, changes=changed.changes[:-1]).people(number)
    assert {changed.people(number) for number in range(first + 1, first + 20)} <= {(each,) for each in people}


@given(rotations())
def test_a_cadence_reads_back_from_its_text(rotation: Rotation) -> None:
    assert Cadence.parse(str(rotation.every)) == rotation.every


# Examples: one for each trap


def people(rotation: Rotation, numbers: range) -> str:
    return " ".join("+".join(rotation.people(number)) for number in numbers)


def starts(rotation: Rotation, numbers: range) -> list[str]:
    zone = ZoneInfo(rotation.zone)
    return [f"{rotation.turn(number).start.astimezone(zone):%m-%d %H:%M}" for number in numbers]


def test_a_week_with_a_change_of_the_clocks_has_167_or_169_hours() -> None:
    turns = [weekly().turn(number) for number in range(40)]
    assert {(turn.end - turn.start) // HOUR for turn in turns} == {167, 168, 169}
    assert {turn.start.astimezone(ZoneInfo("Europe/London")).time() for turn in turns} == {time(9)}


def test_a_month_that_is_too_short_hands_over_on_its_last_day_and_the_next_does_not_drift() -> None:
    monthly = weekly(starts=date(2027, 12, 31), every="1 month")
    assert starts(monthly, range(5)) == ["12-31 09:00", "01-31 09:00", "02-29 09:00", "03-31 09:00", "04-30 09:00"]
    assert starts(weekly(starts=date(2026, 1, 10), every="3 months on 31"), range(4)) == [
        "01-10 09:00",
        "03-31 09:00",
        "06-30 09:00",
        "09-30 09:00",
    ]


def test_a_rotation_that_starts_between_two_hand_overs_enters_the_turn_in_the_middle() -> None:
    late = weekly(starts=date(2026, 3, 4))
    assert starts(late, range(3)) == ["03-04 09:00", "03-09 09:00", "03-16 09:00"]
    assert late.turn_at(datetime(2026, 3, 4, 8, 59, tzinfo=UTC)) is None


def test_a_missing_time_is_the_moment_of_the_change_and_a_doubled_one_the_second() -> None:
    missing = weekly(starts=date(2026, 3, 28), every="1 day", at="01:30")
    assert missing.turn(1).start == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    doubled = weekly(starts=date(2026, 10, 24), every="1 day", at="01:30")
    assert doubled.turn(1).start == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert doubled.turn(0).end - doubled.turn(0).start == 25 * HOUR


def test_a_day_that_the_zone_skipped_has_a_turn_of_no_length() -> None:
    samoa = weekly(zone="Pacific/Apia", starts=date(2011, 12, 28), every="1 day", at="00:00")
    lengths = [(samoa.turn(number).end - samoa.turn(number).start) // HOUR for number in range(4)]
    assert lengths == [24, 24, 0, 24]
    assert [number for *_, number in samoa.pieces(samoa.turn(0).start, samoa.turn(4).start)] == [0, 1, 3]


def test_participants_may_take_several_turns_and_be_groups() -> None:
    rotation = weekly(participants=[Participant("ada", turns=2), ["grace", "linus"]])
    assert people(rotation, range(6)) == "ada ada grace+linus ada ada grace+linus"


@pytest.mark.parametrize("at", ["09:00", "00:00", "17:00"])
def test_after_fridays_person_comes_another_one_on_monday(at: str) -> None:
    office = weekly(every="1 day", at=at, hours="Mon-Fri 09:00-17:00")
    monday = datetime(2026, 3, 9, tzinfo=UTC)
    names = [office.people(number)[0] for *_, number in office.pieces(monday, monday + 14 * DAY)]
    order = ["ada", "grace", "linus"]
    assert len(names) == 10
    assert all(order.index(other) == (order.index(one) + 1) % 3 for one, other in pairwise(names))


def test_only_turns_that_have_hours_are_taken() -> None:
    rotation = weekly(every="4 hours", hours="Mon-Fri 09:00-17:00", participants=["ada", "grace", "linus"])
    monday = datetime(2026, 3, 9, tzinfo=UTC)
    names = [rotation.people(number)[0] for *_, number in rotation.pieces(monday, monday + 3 * DAY)]
    assert names == ["grace", "linus", "ada", "grace", "linus", "ada"]  # after the ten turns of the first week


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    nights = weekly(hours="Fri 22:00-06:00")
    friday = datetime(2026, 3, 6, 22, tzinfo=UTC)
    assert [*nights.pieces(friday - DAY, friday + 2 * DAY)] == [(friday, friday + 8 * HOUR, 0)]


JUNE: Final = datetime(2026, 6, 3, 12, tzinfo=UTC)
"""In the middle of turn 13, which is grace's."""


@pytest.mark.parametrize(
    ("participants", "order"),
    [
        (["ada", "grace", "linus"], "grace linus ada grace linus"),
        (["zoe", "ada", "grace", "linus"], "grace linus zoe ada grace"),  # who was next is next
        (["linus", "grace", "ada"], "grace linus grace ada linus"),
        (["ada", "grace"], "grace ada grace ada grace"),  # linus was next and left; ada was next after him
        (["ada", "linus"], "grace linus ada linus ada"),  # grace left, and finishes her turn
        (["ada"], "grace ada ada ada ada"),
        (["zoe", "bob"], "grace zoe bob zoe bob"),  # all left
        ([["linus", "zoe"], "ada"], "grace linus+zoe ada linus+zoe ada"),  # a group of which somebody stayed
        ([Participant("ada", 2), Participant("linus", 2)], "grace linus linus ada ada"),
    ],
)
def test_the_order_goes_on_with_who_was_next(participants: list[Any], order: str) -> None:
    changed = weekly().with_participants(participants, since=JUNE)
    assert people(changed, range(14)) == people(weekly(), range(14))
    assert people(changed, range(13, 18)) == order


def test_who_has_turns_left_in_a_row_takes_them_after_a_change() -> None:
    rotation = weekly(participants=[Participant("ada", 3), "grace"])  # turn 13 is the second of ada's three
    changed = rotation.with_participants([Participant("ada", 3), "grace", "linus"], since=JUNE)
    assert people(changed, range(13, 19)) == "ada ada grace linus ada ada"


def test_a_change_at_a_hand_over_holds_from_it_on() -> None:
    handover = weekly().turn(13).start
    assert weekly().with_participants(["zoe"], since=handover).people(13) == ("zoe",)
    assert weekly().with_participants(["zoe"], since=handover + MICROSECOND).people(13) == ("grace",)


def test_a_later_change_goes_on_from_an_earlier_one_and_one_before_it_drops_it() -> None:
    first = weekly().with_participants(["ada", "grace"], since=JUNE)
    both = first.with_participants(["ada", "grace", "zoe"], since=JUNE + 14 * DAY)
    assert people(both, range(13, 20)) == "grace ada grace ada grace zoe ada"
    assert both.with_participants(["zoe"], since=JUNE - DAY).changes == (Membership(JUNE - DAY, [Participant("zoe")]),)


def test_a_change_before_the_start_holds_from_the_start() -> None:
    assert weekly().with_participants(["zoe"], since=datetime(2020, 1, 1, tzinfo=UTC)).people(0) == ("zoe",)


# Bad input


BAD: Final[list[tuple[dict[str, Any], str, str]]] = [
    ({"name": ""}, "name", "'' is not a name"),
    ({"name": 7}, "name", "7 is not text"),
    ({"zone": "Mars/Olympus"}, "zone", "'Mars/Olympus' is no time zone known here: write an IANA name such as"),
    ({"zone": None}, "zone", "None is no time zone known here"),
    ({"starts": "2026-03-02"}, "starts", "a rotation starts on a date from 1970 to 2199, not '2026-03-02'"),
    ({"starts": datetime(2026, 3, 2)}, "starts", "a rotation starts on a date"),
    ({"starts": date(1969, 12, 31)}, "starts", "a rotation starts on a date from 1970"),
    ({"starts": date(9999, 12, 31)}, "starts", "a rotation starts on a date from 1970"),
    ({"every": "0 weeks"}, "every", "a turn takes 1 to 52 weeks, not 0"),
    ({"every": "-1 week"}, "every", "'-1 week' is not how often: write it like '1 week on Mon'"),
    ({"every": "53 weeks"}, "every", "a turn takes 1 to 52 weeks, not 53"),
    ({"every": "999999999 hours"}, "every", "a turn takes 1 to 8760 hours, not 999999999"),
    ({"every": "9" * 400 + " hours"}, "every", "is not how often"),
    ({"every": "13 months"}, "every", "a turn takes 1 to 12 months"),
    ({"every": "1 week on Moon"}, "every", "'Moon' is no day of the week: write one of Mon, Tue"),
    ({"every": "1 week on 3"}, "every", "weeks hand over on a day of the week"),
    ({"every": "1 month on 32"}, "every", "months on a day from 1 to 31"),
    ({"every": "1 month on 0"}, "every", "months on a day from 1 to 31"),
    ({"every": "1 day on Mon"}, "every", "others say no day: not days on"),
    ({"every": 7}, "every", "how often is text such as '1 week on Mon', not 7"),
    ({"at": "9am"}, "at", "hand-overs are at a minute of the clock, such as '09:00', not '9am'"),
    ({"at": "24:00"}, "at", "hand-overs are at a minute"),
    ({"at": time(9, 0, 30)}, "at", "hand-overs are at a minute"),
    ({"at": time(9, tzinfo=UTC)}, "at", "hand-overs are at a minute"),
    ({"at": 9}, "at", "hand-overs are at a minute"),
    ({"participants": []}, "participants", "a rotation has 1 to 100 participants, not 0: name who takes turns"),
    ({"participants": ["p"] * 101}, "participants", "a rotation has 1 to 100 participants, not 101"),
    ({"participants": "ada"}, "participants", "participants are a list, such as ['ada', 'grace'], not 'ada'"),
    ({"participants": None}, "participants", "participants are a list"),
    ({"participants": ["ada", ""]}, "participants[1]", "'' is not a name"),
    ({"participants": ["ada", []]}, "participants[1]", "a person or a group of up to 100 is on call, not 0"),
    ({"participants": ["ada", 7]}, "participants[1]", "people are ids, such as ['ada', 'grace'], not 7"),
    ({"participants": [["ada", "ada"]]}, "participants[0][1]", "'ada' is in this group already"),
    ({"participants": [["ada", None]]}, "participants[0][1]", "None is not text"),
    ({"hours": []}, "hours", "without any hours nobody is on call: name some, or leave them out for all hours"),
    ({"hours": "9-17"}, "hours", "'9-17' are no hours: write them like 'Mon-Fri 09:00-17:30'"),
    ({"hours": 9}, "hours", "hours are written like"),
    ({"changes": [Membership(datetime(9999, 1, 1, tzinfo=UTC), ["ada"])]}, "changes[0].since", "from 1970 to 2199"),
    ({"changes": [7]}, "changes[0]", "a change is a Membership, not 7"),
    (
        {"changes": [Membership(JUNE, ["ada"]), Membership(JUNE, ["zoe"])]},
        "changes[1].since",
        "put changes in order",
    ),
]


@pytest.mark.parametrize(("change", "path", "problem"), BAD)
def test_what_is_no_rotation_names_the_field(change: dict[str, Any], path: str, problem: str) -> None:
    with pytest.raises(ScheduleInvalid, match=re.escape(problem)) as caught:
        weekly(**change)
    assert caught.value.path == path
    assert str(caught.value) == f"{path}: {caught.value.problem}"


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: Participant("ada", turns=0), "turns"),
        (lambda: Participant("ada", turns=101), "turns"),
        (lambda: Participant([]), "people"),
        (lambda: Membership(datetime(2026, 6, 1), ["ada"]), "since"),
        (lambda: Membership(JUNE, []), "participants"),
        (lambda: weekly().with_participants([], since=JUNE), "participants"),
        (lambda: Cadence(count=1, unit=cast(Unit, "week")), ""),
        (lambda: Cadence(count=True, unit=Unit.DAY), ""),
        (lambda: Cadence(count=1, unit=Unit.MONTH, on=Weekday.TUE), ""),
        (lambda: weekly().turn(-1), ""),
        (lambda: weekly().turn(10**9), ""),
        (lambda: weekly().turn_at(datetime(2200, 1, 1, tzinfo=UTC)), "at"),
        (lambda: weekly().turn_at(datetime(1969, 12, 31, tzinfo=UTC)), "at"),
    ],
)
def test_parts_that_are_refused_name_the_field(make: Callable[[], object], path: str) -> None:
    with pytest.raises(ScheduleInvalid) as caught:
        make()
    assert caught.value.path == path


def test_a_turn_is_looked_up_at_a_moment_with_a_zone() -> None:
    with pytest.raises(FieldInvalid, match="is not a datetime with a time zone"):
        weekly().turn_at(datetime(2026, 6, 3))


def test_clock_times_and_hours_may_be_objects() -> None:
    hours = Hours(frozenset({Weekday.MON}), time(9), time(17))
    assert weekly(at=time(9), hours=hours) == weekly(at="09:00", hours=["Mon 09:00-17:00"])


def test_the_last_turn_for_which_schedules_answer_is_found() -> None:
    last = weekly().turn_at(datetime(2199, 12, 31, 23, tzinfo=UTC))
    assert last is not None
    assert last.end > datetime(2200, 1, 1, tzinfo=UTC)
