"""Schedules: laws that every one keeps, a reckoning by another way, and examples for each thing that goes wrong."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from incidentkit import convert
from incidentkit.errors import CalendarInvalid, DocumentInvalid, FieldInvalid, ScheduleInvalid
from incidentkit.model.identity import PersonId
from incidentkit.policy.load import Load
from incidentkit.policy.override import Addition, Override, Removal, Replacement, TemporarySchedule
from incidentkit.policy.participant import Membership
from incidentkit.policy.rotation import Rotation
from incidentkit.policy.schedule import Schedule
from incidentkit.policy.shift import Gap, Shift, shift_table
from incidentkit.policy.swap import Swap
from incidentkit.testing.schedule import rotations, schedules
from incidentkit.text.document import Document
from incidentkit.text.plain import to_plain
from tests.policy.rota import weekly

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
MICROSECOND: Final = timedelta(microseconds=1)

ADA, GRACE, LINUS, ZOE = map(PersonId, ("ada", "grace", "linus", "zoe"))

FEWER: Final = settings(max_examples=settings().max_examples // 4)
"""Each schedule is worked out for several years."""

AFTER: Final = st.timedeltas(-10 * DAY, 700 * DAY)
"""How long after the start of a schedule to ask."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Who is on call, reckoned for one moment from the turns, without a table


def reckoned(schedule: Schedule, at: datetime) -> tuple[str, ...]:
    for temporary in schedule.temporary:
        if temporary.start <= at < temporary.end:
            return next((shift.people for shift in temporary.shifts if shift.start <= at < shift.end), ())
    people = next((found for layer in reversed(schedule.layers) if (found := of_layer(schedule, layer, at))), ())
    for override in schedule.overrides:
        if override.start <= at < override.end:
            people = overridden(override, people)
    return people


def of_layer(schedule: Schedule, layer: Rotation, at: datetime) -> tuple[str, ...]:
    turn = layer.turn_at(at)
    if turn is None or not has_hours(layer, at):
        return ()
    people: tuple[str, ...] = turn.people
    for swap in schedule.swaps:
        (one, first), (other, second) = swap.turns.items()
        if swap.layer == layer.name and turn.number in (first, second):
            leaves, comes = (one, other) if turn.number == first else (other, one)
            people = tuple(comes if each == leaves else each for each in people)
    return people


def has_hours(layer: Rotation, at: datetime) -> bool:
    """Whether the clock shows the hours, or did before it was turned back, or will once it is."""
    if layer.hours is None:
        return True
    zone = ZoneInfo(layer.zone)
    for hours in layer.hours:
        for day in (at.astimezone(zone).date() - n * DAY for n in range(-1, 3)):
            if day.weekday() in hours.days:
                last = day if hours.closes > hours.opens else day + DAY
                opens, closes = datetime.combine(day, hours.opens), datetime.combine(last, hours.closes)
                if reached(opens, zone, at) and not passed(closes, zone, at):
                    return True
    return False


def reached(clock: datetime, zone: ZoneInfo, at: datetime) -> bool:
    """Whether the clock shows a time or a later one, or has before it was turned back."""
    steps = (at - n * timedelta(minutes=1) for n in range(3 * 60))
    return max(step.astimezone(zone).replace(tzinfo=None) for step in steps) >= clock


def passed(clock: datetime, zone: ZoneInfo, at: datetime) -> bool:
    """Whether the clock shows that time or a later one, and will show it no more."""
    if at.astimezone(zone).replace(tzinfo=None) < clock:
        return False
    steps = (at + n * timedelta(minutes=1) for n in range(1, 3 * 60))
    return min(step.astimezone(zone).replace(tzinfo=None) for step in steps) > clock


def overridden(override: Override, people: tuple[str, ...]) -> tuple[str, ...]:
    match override:
        case Addition(person=person):
            return people if person in people else (*people, person)
        case Removal(person=person):
            return tuple(each for each in people if each != person)
        case Replacement(person=person, by=by) if person in people:
            changed = [by if each == person else each for each in people]
            return tuple(each for place, each in enumerate(changed) if each not in changed[:place])
        case Replacement():
            return people


# Laws


@st.composite
def asked(draw: st.DrawFn) -> tuple[Schedule, datetime, datetime]:
    """A schedule and a range around the time in which it is changed."""
    schedule = draw(schedules())
    start = schedule.layers[0].begins + draw(AFTER)
    return schedule, start, start + draw(st.timedeltas(HOUR, 60 * DAY))


@FEWER
@given(schedules(), st.lists(AFTER, min_size=1, max_size=3))
def test_who_is_on_call_is_who_the_parts_say(schedule: Schedule, after: list[timedelta]) -> None:
    for each in after:
        at = (schedule.layers[0].begins + each).replace(second=0, microsecond=0)
        assert schedule.on_call(at) == reckoned(schedule, at)


@FEWER
@given(asked())
def test_shifts_are_disjoint_in_order_and_say_who_is_on_call(case: tuple[Schedule, datetime, datetime]) -> None:
    schedule, start, end = case
    shifts = schedule.shifts(start, end)
    assert all(one.end <= other.start for one, other in pairwise(shifts))
    assert all(shift.start < end and start < shift.end for shift in shifts)
    for shift in shifts:
        middle = shift.start + (shift.end - shift.start) / 2
        for at in (shift.start, shift.start + MICROSECOND, middle, shift.end - MICROSECOND):
            assert schedule.on_call(at) == shift.people
        assert schedule.shifts(shift.start, shift.start + MICROSECOND) == (shift,)
        assert shift not in schedule.shifts(shift.end, shift.end + MICROSECOND)


@FEWER
@given(asked(), st.data())
def test_gaps_are_where_nobody_is_on_call(case: tuple[Schedule, datetime, datetime], data: st.DataObject) -> None:
    schedule, start, end = case
    gaps = schedule.gaps(start, end)
    for gap in gaps:
        assert start <= gap.start < gap.end <= end
        assert not any(map(schedule.on_call, (gap.start, gap.end - MICROSECOND)))
        assert gap.start == start or schedule.on_call(gap.start - MICROSECOND)
        assert gap.end == end or schedule.on_call(gap.end)
    at = start + data.draw(st.timedeltas(timedelta(), end - start - MICROSECOND))
    assert (schedule.on_call(at) == ()) is any(gap.start <= at < gap.end for gap in gaps)


@given(rotations(restricted=False), AFTER)
def test_a_rotation_at_all_hours_leaves_no_gap(rotation: Rotation, after: timedelta) -> None:
    start = rotation.begins + max(after, timedelta())
    schedule = Schedule(rotation)
    assert schedule.gaps(start, start + 100 * DAY) == ()
    assert all(one.end == other.start for one, other in pairwise(schedule.shifts(start, start + 100 * DAY)))


@FEWER
@given(asked(), st.lists(st.sampled_from([ADA, ZOE]), min_size=1, max_size=2))
def test_changing_the_members_changes_nothing_before_the_change(
    case: tuple[Schedule, datetime, datetime], people: list[PersonId]
) -> None:
    schedule, since, end = case
    first, *others = evolve(schedule, swaps=()).layers
    kept = evolve(first, changes=[each for each in first.changes if each.since < since])
    before = evolve(schedule, layers=[kept, *others], swaps=())
    after = evolve(before, layers=[kept.with_participants(people, since=since), *others])
    for at in (since - MICROSECOND, since - HOUR, since - 9 * DAY, since - 100 * DAY):
        assert after.on_call(at) == before.on_call(at)
    present = kept.turn_at(since)
    if present is not None:
        assert after.layers[0].people(present.number)[0] in people or present.start < since
        if present.start < since:
            assert after.on_call(min(present.end, end) - MICROSECOND) == before.on_call(
                min(present.end, end) - MICROSECOND
            )


@FEWER
@given(asked(), st.sampled_from(["ada", "grace", "linus"]))
def test_the_next_shift_is_the_first_that_starts_later(case: tuple[Schedule, datetime, datetime], person: str) -> None:
    schedule, start, end = case
    assume(any(person == each for _, each in schedule.mentioned()))
    coming = schedule.next_shift(person, start)
    within = [shift for shift in schedule.shifts(start, end) if person in shift.people and shift.start > start]
    if within:
        assert coming == within[0]
    else:
        assert coming is None or coming.start >= end


@FEWER
@given(asked())
def test_the_load_is_the_time_of_the_shifts(case: tuple[Schedule, datetime, datetime]) -> None:
    schedule, start, end = case
    load = schedule.load(start, end, zone="Europe/London")
    free = sum(((gap.end - gap.start) for gap in schedule.gaps(start, end)), timedelta())
    shared = [(min(end, each.end) - max(start, each.start), each.people) for each in schedule.shifts(start, end)]
    assert sum((length for length, _ in shared), timedelta()) + free == end - start
    for person, theirs in load.items():
        assert theirs.time == sum((length for length, people in shared if person in people), timedelta())
        assert theirs.nights <= (end - start) // DAY + 2
        assert theirs.weekends <= (end - start) // (7 * DAY) + 2


@FEWER
@given(schedules())
def test_a_schedule_reads_back_equal(schedule: Schedule) -> None:
    assert convert.from_toml(convert.to_toml(schedule), Schedule) == schedule
    assert convert.from_json(convert.to_json(schedule), Schedule) == schedule
    copy = pickle.loads(pickle.dumps(schedule))
    assert copy == schedule
    assert hash(copy) == hash(schedule)


@FEWER
@given(schedules())
def test_a_schedule_mentions_everybody_it_has_on_call(schedule: Schedule) -> None:
    start = schedule.layers[0].begins
    named = {person for _, person in schedule.mentioned()}
    assert {person for shift in schedule.shifts(start, start + 100 * DAY) for person in shift.people} <= named


# Examples


NIGHTS: Final = weekly(name="nights", hours="Mon-Sun 22:00-06:00", every="1 day", participants=["zoe"])
TUESDAY: Final = utc("2026-03-10T12:00")
"""In turn 1, which is grace's."""


def test_a_higher_layer_covers_a_lower_one_where_it_has_somebody() -> None:
    schedule = Schedule([weekly(), NIGHTS])
    day = [(f"{shift.start:%H:%M}", *shift.people) for shift in schedule.shifts(TUESDAY, TUESDAY + DAY)]
    assert day == [("06:00", "grace"), ("22:00", "zoe"), ("06:00", "grace")]


def test_the_sun_is_followed_by_layers_in_several_zones() -> None:
    offices = {"Asia/Tokyo": "linus", "Europe/Berlin": "ada", "America/New_York": "grace"}
    schedule = Schedule(
        weekly(name=zone, zone=zone, participants=[who], hours="Mon-Sun 09:00-17:00") for zone, who in offices.items()
    )
    july = utc("2026-07-01T00:00")
    people = [schedule.on_call(july + hour * HOUR) for hour in (1, 8, 12, 14, 20, 22)]
    assert people == [("linus",), ("ada",), ("ada",), ("grace",), ("grace",), ()]


def test_overrides_add_remove_and_replace_for_a_half_open_range() -> None:
    start, end = TUESDAY, TUESDAY + HOUR
    common: dict[str, Any] = {"start": start, "end": end}
    cases: dict[Override, tuple[str, ...]] = {
        Addition(**common, person=ZOE): ("grace", "zoe"),
        Removal(**common, person=GRACE): (),
        Removal(**common, person=ADA): ("grace",),
        Replacement(**common, person=GRACE, by=ZOE): ("zoe",),
        Replacement(**common, person=ADA, by=ZOE): ("grace",),
    }
    for override, people in cases.items():
        schedule = Schedule(weekly(), overrides=[override])
        assert schedule.on_call(start) == schedule.on_call(end - MICROSECOND) == people
        assert schedule.on_call(start - MICROSECOND) == schedule.on_call(end) == ("grace",)


def test_an_addition_stands_alone_where_nobody_is_on_call() -> None:
    before = utc("2026-01-01T00:00")
    schedule = Schedule(weekly(), overrides=[Addition(start=before, end=before + DAY, person=ZOE)])
    assert schedule.shifts(before, before + DAY) == (Shift(start=before, end=before + DAY, people=["zoe"]),)


def test_overrides_apply_one_after_the_other() -> None:
    common: dict[str, Any] = {"start": TUESDAY, "end": TUESDAY + HOUR}
    chain: list[Override] = [Replacement(**common, person=GRACE, by=ZOE), Replacement(**common, person=ZOE, by=ADA)]
    assert Schedule(weekly(), overrides=chain).on_call(TUESDAY) == ("ada",)
    assert Schedule(weekly(), overrides=chain[::-1]).on_call(TUESDAY) == ("zoe",)


def test_a_swap_goes_with_its_turns_when_their_hours_move() -> None:
    swap = Swap("primary", {"grace": 1, "ada": 3})
    for every, at in (("1 week on Mon", "09:00"), ("1 week on Thu", "17:00"), ("2 weeks on Mon", "00:00")):
        layer = weekly(every=every, at=at)
        schedule = Schedule(layer, swaps=[swap])
        people = [schedule.on_call(layer.turn(number).start) for number in range(5)]
        assert people == [("ada",), ("ada",), ("linus",), ("grace",), ("grace",)]


def test_two_turns_in_a_row_are_two_shifts() -> None:
    schedule = Schedule(weekly(), swaps=[Swap("primary", {"grace": 1, "ada": 3})])
    shifts = schedule.shifts(utc("2026-03-02T09:00"), utc("2026-03-16T09:00"))
    assert [(shift.end - shift.start, *shift.people) for shift in shifts] == 2 * [(7 * DAY, "ada")]


def test_a_temporary_schedule_stands_in_for_everything_and_leaves_its_own_gaps() -> None:
    start, end = TUESDAY, TUESDAY + DAY
    shift = Shift(start=start + HOUR, end=start + 2 * HOUR, people=["linus", "zoe"])
    schedule = Schedule(
        [weekly(), NIGHTS],
        overrides=[Addition(start=start, end=end, person=ADA)],
        temporary=[TemporarySchedule(start=start, end=end, shifts=[shift])],
    )
    assert shift in schedule.shifts(start, end)
    assert schedule.gaps(start, end) == (Gap(start, shift.start), Gap(shift.end, end))
    assert schedule.on_call(end) == ("grace",)


def test_a_shift_over_the_end_of_a_year_is_one_shift() -> None:
    layer = weekly(every="12 months", starts=date(2026, 3, 2))
    end = utc("2028-03-02T09:00")
    assert [shift.end for shift in Schedule(layer).shifts(utc("2027-12-31T00:00"), utc("2028-01-02T00:00"))] == [end]


def test_nights_and_weekends_are_counted_on_the_clock_of_a_zone() -> None:
    schedule = Schedule(weekly())
    load = schedule.load(utc("2026-03-02T09:00"), utc("2026-03-30T08:00"), zone="Europe/London")
    assert load == {
        "ada": Load(time=14 * DAY - HOUR, nights=14, weekends=2),
        "grace": Load(time=7 * DAY, nights=7, weekends=1),
        "linus": Load(time=7 * DAY, nights=7, weekends=1),
    }
    office = Schedule(weekly(hours="Mon-Fri 09:00-17:00"))
    start, end = utc("2026-03-02T00:00"), utc("2026-03-09T00:00")
    assert office.load(start, end, zone="Europe/London") == {"ada": Load(time=40 * HOUR)}
    assert office.load(start, end, zone="America/Los_Angeles")[ADA].nights == 5


def test_who_is_on_call_next() -> None:
    schedule = Schedule(weekly())
    linus = schedule.next_shift("linus", TUESDAY)
    assert linus is not None
    assert linus.start == utc("2026-03-16T09:00")
    following = schedule.next_shift("linus", linus.start)
    assert following is not None
    assert following.start == utc("2026-04-06T08:00")
    with pytest.raises(ScheduleInvalid, match=r"nobody is called 'lynus' in this schedule. Did you mean 'linus'"):
        schedule.next_shift("lynus", TUESDAY)
    left = Schedule(weekly().with_participants(["ada"], since=TUESDAY))
    assert left.next_shift("linus", TUESDAY) is None


def test_shifts_gaps_and_loads_are_shown_for_people() -> None:
    office = Schedule(weekly(hours="Mon-Fri 09:00-17:00"))
    span = TUESDAY, TUESDAY + DAY
    assert [*map(str, office.shifts(*span))] == [
        "Tue 2026-03-10 09:00Z to Tue 2026-03-10 17:00Z: grace",
        "Wed 2026-03-11 09:00Z to Wed 2026-03-11 17:00Z: grace",
    ]
    assert [*map(str, office.gaps(*span))] == ["Tue 2026-03-10 17:00Z to Wed 2026-03-11 09:00Z: nobody"]
    assert str(office.load(*span, zone="UTC")[GRACE]) == "8h, 0 nights, 0 weekends"
    assert str(Load(time=7 * DAY, nights=7, weekends=1)) == "7d, 7 nights, 1 weekend"
    table = to_plain(Document([shift_table([*office.shifts(*span), *office.gaps(*span)], "America/New_York")]))
    assert table.splitlines()[2] == "Tue 2026-03-10 05:00 -0400  Tue 2026-03-10 13:00 -0400  grace"
    assert table.splitlines()[4].endswith("Wed 2026-03-11 05:00 -0400  nobody")
    with pytest.raises(CalendarInvalid):
        shift_table([], "Mars/Olympus")


def test_nobody_is_on_call_before_the_start() -> None:
    assert Schedule(weekly()).on_call(utc("2026-03-02T08:59")) == ()
    assert Schedule(weekly()).on_call(utc("1970-01-01T00:00")) == ()


def test_a_moment_may_come_in_any_zone() -> None:
    assert Schedule(weekly()).on_call(TUESDAY.astimezone(ZoneInfo("Asia/Tokyo"))) == ("grace",)


# Bad input


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
def test_a_schedule_answers_for_the_years_that_it_says(year: int) -> None:
    at = datetime(year, 12, 30, tzinfo=UTC)
    schedule = Schedule(weekly())
    asks: list[Callable[[], object]] = [
        lambda: schedule.on_call(at),
        lambda: schedule.next_shift("ada", at),
        lambda: schedule.shifts(at, at + HOUR),
        lambda: schedule.gaps(at, at + HOUR),
    ]
    for ask in asks:
        with pytest.raises(ScheduleInvalid, match="schedules answer from 1970 to 2199, not for"):
            ask()


def test_the_last_moments_are_answered() -> None:
    last = datetime(2199, 12, 31, 23, 59, tzinfo=UTC)
    schedule = Schedule(weekly())
    assert schedule.on_call(last)
    assert len(schedule.shifts(last - HOUR, last)) == 1
    assert schedule.next_shift("ada", last) is None


@pytest.mark.parametrize(
    ("end", "problem"),
    [
        (TUESDAY, "it ends at 2026-03-10T12:00Z, not after its start: swap the two, or mend one"),
        (TUESDAY - DAY, "not after its start"),
        (TUESDAY + 21 * 366 * DAY, "a schedule answers for 7320 days at once: ask for one part at a time"),
    ],
)
def test_a_range_goes_forward_and_not_for_ever(end: datetime, problem: str) -> None:
    schedule = Schedule(weekly())
    asks: list[Callable[[datetime, datetime], object]] = [
        schedule.shifts,
        schedule.gaps,
        lambda start, end: schedule.load(start, end, zone="UTC"),
    ]
    for ask in asks:
        with pytest.raises(ScheduleInvalid, match=re.escape(problem)) as caught:
            ask(TUESDAY, end)
        assert caught.value.path == "end"


def test_the_load_is_counted_in_a_zone_that_exists() -> None:
    with pytest.raises(ScheduleInvalid, match="is no time zone known here") as caught:
        Schedule(weekly()).load(TUESDAY, TUESDAY + DAY, zone="Mars/Olympus")
    assert caught.value.path == "zone"


@pytest.mark.parametrize("at", [datetime(2026, 3, 10), date(2026, 3, 10), "2026-03-10T12:00:00Z", None, 7])
def test_moments_have_a_zone(at: Any) -> None:
    schedule = Schedule(weekly())
    with pytest.raises(FieldInvalid, match="is not a datetime with a time zone"):
        schedule.on_call(at)
    with pytest.raises(FieldInvalid, match="is not a datetime with a time zone"):
        schedule.next_shift("ada", at)


def shift(start: int, end: int, *people: str) -> Shift:
    return Shift(start=TUESDAY + start * HOUR, end=TUESDAY + end * HOUR, people=people)


def temporary(start: int, end: int, *shifts: Shift) -> TemporarySchedule:
    return TemporarySchedule(start=TUESDAY + start * HOUR, end=TUESDAY + end * HOUR, shifts=shifts)


BAD: Final[list[tuple[dict[str, Any], str, str]]] = [
    ({"layers": []}, "layers", "a schedule has 1 to 50 layers, not 0: name a rotation or more"),
    ({"layers": 7}, "layers", "layers are a list, not 7"),
    ({"layers": ["primary"]}, "layers[0]", "layers are made of another class, not 'primary'"),
    ({"layers": 2 * [NIGHTS]}, "layers[1].name", "a layer is called 'nights' already"),
    (
        {"layers": [NIGHTS, weekly()]},
        "layers[0]",
        "nobody is ever on call here: the layer 'primary' above it is there at all hours. Put it below this one",
    ),
    ({"overrides": [7]}, "overrides[0]", "overrides are made of another class, not 7"),
    ({"swaps": [Swap("primry", {"ada": 0, "grace": 1})]}, "swaps[0].layer", "Did you mean 'primary'?"),
    ({"swaps": [Swap("primary", {"ada": 1, "grace": 3})]}, "swaps[0].turns", "turn 1 is not ada's, but grace's"),
    ({"swaps": [Swap("primary", {"ada": 10**9, "grace": 1})]}, "swaps[0].turns", "turns are counted from 0 up to"),
    (
        {"swaps": [Swap("primary", {"ada": 0, "grace": 1}), Swap("primary", {"grace": 1, "linus": 2})]},
        "swaps[1].turns",
        "turn 1 is swapped already: make one swap of the two, or take one away",
    ),
    ({"temporary": [7]}, "temporary[0]", "temporary are made of another class, not 7"),
    (
        {"temporary": [temporary(2, 4, shift(2, 3, "ada")), temporary(0, 3, shift(0, 1, "ada"))]},
        "temporary[0].start",
        "it starts before another temporary schedule ends: make one of the two, or shorten one",
    ),
]


@pytest.mark.parametrize(("change", "path", "problem"), BAD)
def test_what_is_no_schedule_names_the_field(change: dict[str, Any], path: str, problem: str) -> None:
    parts: dict[str, Any] = {"layers": weekly(), **change}
    with pytest.raises(ScheduleInvalid, match=re.escape(problem)) as caught:
        Schedule(**parts)
    assert caught.value.path == path


def test_two_of_one_group_have_nothing_to_swap() -> None:
    pairs = weekly(participants=[["ada", "grace"], ["grace", "linus"]])
    with pytest.raises(ScheduleInvalid, match="linus has turn 1 as well as grace: there is nothing to swap"):
        Schedule(pairs, swaps=[Swap("primary", {"grace": 1, "linus": 3})])


@pytest.mark.parametrize(
    ("make", "path", "problem"),
    [
        (lambda: Swap("", {"ada": 1, "grace": 2}), "layer", "'' is not a name"),
        (lambda: Swap("primary", {"ada": 1}), "turns", "two people and two turns, not {'ada': 1}"),
        (lambda: Swap("primary", {"ada": 1, "grace": 1}), "turns", "two people and two turns"),
        (lambda: Swap("primary", {"ada": -1, "grace": 1}), "turns.ada", "turns are counted from 0, not -1"),
        (lambda: Swap("primary", {"ada": True, "grace": 2}), "turns.ada", "turns are counted from 0"),
        (lambda: Swap("primary", [1, 2]), "turns", "a swap says which turn is whose"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (lambda: shift(1, 1, "ada"), "end", "not after its start"),
        (lambda: shift(2, 1, "ada"), "end", "not after its start"),
        (lambda: shift(1, 2), "people", "name who it is"),
        (lambda: Shift(start=datetime(2026, 3, 1), end=TUESDAY, people="ada"), "start", "with a time zone"),
        (lambda: Removal(start=TUESDAY, end=TUESDAY, person=ADA), "end", "not after its start"),
        (lambda: Removal(start=TUESDAY, end=TUESDAY + DAY, person=PersonId("")), "person", "'' is not a name"),
        (lambda: Replacement(start=TUESDAY, end=TUESDAY + DAY, person=ADA, by=ADA), "by", "name somebody else"),
        (lambda: temporary(0, 2), "shifts", "without shifts nobody would be on call: name who is, and when"),
        (lambda: temporary(2, 0, shift(0, 1, "ada")), "end", "not after its start"),
        (lambda: temporary(0, 2, shift(1, 3, "ada")), "shifts[0]", "it lies partly outside of the schedule"),
        (lambda: temporary(0, 4, shift(0, 2, "ada"), shift(1, 3, "zoe")), "shifts[1].start", "make them one shift"),
    ],
)
def test_what_changes_a_schedule_names_the_field_that_is_refused(
    make: Callable[[], object], path: str, problem: str
) -> None:
    with pytest.raises(ScheduleInvalid, match=re.escape(problem)) as caught:
        make()
    assert caught.value.path == path


# Documents

TOML: Final = """
[[layers]]
name = "primary"
zone = "Europe/London"
starts = 2026-03-02
every = "1 week on Mon"
at = 09:00:00
hours = ["Mon-Fri 09:00-17:00"]
participants = ["ada", ["grace", "linus"], { people = "zoe", turns = 2 }]

[[layers.changes]]
since = 2026-06-01T00:00:00Z
participants = ["ada"]

[[overrides]]
kind = "replace"
start = 2026-03-10T12:00:00Z
end = 2026-03-10T13:00:00Z
person = "ada"
by = "zoe"

[[swaps]]
layer = "primary"
turns = { ada = 0, zoe = 2 }

[[temporary]]
start = 2026-03-10T12:00:00Z
end = 2026-03-10T13:00:00Z
shifts = [{ start = 2026-03-10T12:00:00Z, end = 2026-03-10T13:00:00Z, people = ["ada"] }]
"""


def test_a_document_is_read_as_people_write_it() -> None:
    schedule = convert.from_toml(TOML, Schedule)
    assert schedule.layers[0].changes == (Membership(utc("2026-06-01T00:00"), ["ada"]),)
    assert schedule.swaps == (Swap("primary", {"ada": 0, "zoe": 2}),)
    assert schedule.overrides[0].start == TUESDAY
    assert schedule.on_call(TUESDAY) == ("ada",)
    assert 'participants = ["ada", ["grace", "linus"], {people = "zoe", turns = 2}]' in convert.to_toml(schedule)


@pytest.mark.parametrize(
    ("old", "new", "path", "problem"),
    [
        ('"Europe/London"', '"Europe/Londn"', "$.layers[0].zone", "is no time zone known here"),
        ("1 week on Mon", "0 weeks", "$.layers[0].every", "a turn takes 1 to 52 weeks, not 0"),
        ("09:00:00", '"9"', "$.layers[0].at", "'9' is not a time of day such as 09:00"),
        ("09:00:00", "09:00:30", "$.layers[0].at", "hand-overs are at a minute"),
        ("Mon-Fri 09:00-17:00", "9-17", "$.layers[0].hours[0]", "'9-17' are no hours"),
        (
            '["Mon-Fri 09:00-17:00"]',
            '"Mon-Fri 09:00-17:00"',
            "$.layers[0].hours",
            "'Mon-Fri 09:00-17:00' is not a list: put it in square brackets",
        ),
        ("2026-03-02", '"2 March"', "$.layers[0].starts", "'2 March' is not a date such as 2026-03-02"),
        ('["Mon-Fri 09:00-17:00"]', "[]", "$.layers[0].hours", "without any hours nobody is on call"),
        ('"ada", ["grace", "linus"]', "7", "$.layers[0].participants[0]", "people are ids"),
        ('["grace", "linus"]', '["grace", ""]', "$.layers[0].participants[1][1]", "'' is not a name"),
        ("turns = 2", "turns = 0", "$.layers[0].participants[2].turns", "a participant takes 1 to 100 turns"),
        ("turns = 2", "turn = 2", "$.layers[0].participants[2]", "there is no key 'turn' here"),
        ('participants = ["ada"]', "participants = []", "$.layers[0].changes[0].participants", "name who takes turns"),
        ('"replace"', '"swap"', "$.overrides[0]", "swap"),
        ("T13:00:00Z", "T11:00:00Z", "$.overrides[0].end", "not after its start"),
        ('by = "zoe"', 'by = "ada"', "$.overrides[0].by", "cannot stand in for themselves"),
        ('layer = "primary"', 'layer = "second"', "$.swaps[0].layer", "no layer is called 'second'"),
        ("ada = 0", "ada = 1", "$.swaps[0].turns", "turn 1 is not ada's, but grace and linus's"),
        ('people = ["ada"] }', "people = [] }", "$.temporary[0].shifts[0].people", "name who it is"),
        ("[[swaps]]", "[[swap]]", "$", "there is no key 'swap' here"),
    ],
)
def test_a_document_that_describes_no_schedule_names_the_place(old: str, new: str, path: str, problem: str) -> None:
    with pytest.raises(DocumentInvalid, match=re.escape(problem)) as caught:
        convert.from_toml(TOML.replace(old, new), Schedule)
    assert caught.value.path == path
