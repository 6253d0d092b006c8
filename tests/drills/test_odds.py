"""Odds: the same seed gives the same nights, however they are had; figures are right; playbooks are told apart."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from math import exp, inf, isclose, sqrt
from multiprocessing import active_children
from random import Random
from statistics import NormalDist
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentkit import Directory, Playbook
from incidentkit.drills import (
    Better,
    Drill,
    Exponential,
    Fault,
    Habit,
    IsAcknowledged,
    LogNormal,
    Mishap,
    Night,
    Nights,
    Odds,
    Outage,
    Share,
    Uniform,
    compare,
    simulate,
)
from incidentkit.drills.estimate import Estimate, mean, percentile
from incidentkit.drills.habit import hours
from incidentkit.errors import DocumentInvalid, DrillInvalid, NightsLost, UnknownRecipient
from incidentkit.memory import Acknowledges, Declines, Hears, Unreachable
from incidentkit.model.commands import Note
from incidentkit.playbooks.emergency import EMERGENCY, SEV_1, SEV_2
from incidentkit.policy.directory import Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.recipient import person
from incidentkit.testing import faults

START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def small(*waits: float) -> Playbook:
    """A playbook that pages ada by push, and bea if ada's wait is over and nobody came; quick to run."""
    levels = [Level("ada", person("ada")), Level("bea", person("bea"))]
    chain = ContactChain([Attempt("push", minutes(wait)) for wait in waits], rounds=1)
    return Playbook(name="small", rules=EMERGENCY.rules, escalation=EscalationPolicy(levels=levels, contact=chain))


PEOPLE = Directory(
    people={
        "ada": Person(id="ada", timezone="Asia/Tokyo", contacts={"push": "ada"}),
        "bea": Person(id="bea", contacts={"push": "bea"}),
    }
)


def nights(playbook: Playbook | None = None, **changes: Any) -> Nights:
    drill = Drill(
        playbook=small(5, 5) if playbook is None else playbook,
        directory=PEOPLE,
        title="Checkout returns 500",
        start=START,
        severity=SEV_1,
        lasts=minutes(30),
        expectations=[IsAcknowledged(minutes(5))],
    )
    habit = Habit(answers=Uniform(minutes(1), minutes(9)), hears=0.5)
    return evolve(Nights(drill=drill, people={"ada": habit, "bea": habit}), **changes)


FEW = settings(max_examples=max(1, settings().max_examples // 8))

SHARES = st.floats(0, 1)

TIMES = st.integers(0, 3600).map(lambda seconds: timedelta(seconds=seconds))

DISTRIBUTIONS = st.one_of(
    st.tuples(TIMES, TIMES).map(lambda pair: Uniform(min(pair), max(pair))),
    st.builds(Exponential, TIMES),
    st.builds(LogNormal, TIMES, st.floats(0, 10)),
)

HABITS = st.builds(
    Habit,
    answers=DISTRIBUTIONS,
    hears=SHARES,
    asleep=st.none() | SHARES,
    declines=SHARES,
    unreachable=SHARES,
)


@FEW
@given(
    people=st.dictionaries(st.sampled_from(["ada", "bea"]), HABITS),
    faults=st.dictionaries(
        st.just("push"), st.builds(Mishap, SHARES, st.sampled_from(Fault).map(Outage).map(lambda one: [one]))
    ),
    seed=st.integers(),
    number=st.integers(0, 10**6),
)
def test_a_night_with_the_same_seed_tells_the_same_story(
    people: dict[str, Habit], faults: dict[str, Mishap], seed: int, number: int
) -> None:
    several = nights(people=people, faults=faults)
    night = several.night(number, seed=seed)
    assert night == nights(people=people, faults=faults).night(number, seed=seed)
    story = night.run()
    assert story == night.run()
    acknowledged: dict[str, datetime] = {}
    for event in story.timeline:
        if event.tag == "acknowledged":
            acknowledged.setdefault(event.by, event.at)
    late = any(each.fault is Fault.DELAYED for outages in night.faults.values() for each in outages)
    for each in story.deliveries:
        paged_by_name = each.page.purpose == "page"
        assert late or not paged_by_name or each.at <= acknowledged.get(each.page.person, each.at)


def test_the_same_seed_gives_the_same_figures_on_one_process_and_on_several() -> None:
    alone = simulate(nights(), runs=60, seed=3)
    assert simulate(nights(), runs=60, seed=3, processes=2) == alone
    assert str(simulate(nights(), runs=60, seed=3)) == str(alone)


def test_another_seed_gives_other_figures() -> None:
    assert simulate(nights(), runs=10, seed=3).nights != simulate(nights(), runs=10, seed=4).nights


def test_the_first_nights_of_many_are_those_of_few() -> None:
    assert simulate(nights(), runs=40).nights[:7] == simulate(nights(), runs=7).nights


def test_a_night_is_a_drill_that_can_be_read() -> None:
    odds = simulate(nights(), runs=20, seed=1)
    for number, night in enumerate(odds.nights):
        story = nights().night(number, seed=1).run()
        took = story.incident.metrics.time_to_acknowledge
        assert night.number == number
        assert night.acknowledged == (inf if took is None else took.total_seconds())
        assert sum(night.pages.values()) == len(story.pages)
        assert night.kept == (story.kept,)


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    simulate(nights(), runs=60, progress=lambda done, of: told.append((done, of)))
    assert told == [(25, 60), (50, 60), (60, 60)]


def test_the_work_grows_as_the_nights_do() -> None:
    simulate(nights(), runs=1)  # what is compiled on first use
    alike = nights(people={})
    few, many = (_calls(partial(simulate, alike, runs=runs)) for runs in (10, 40))
    assert many == pytest.approx(4 * few, rel=0.02)


def _calls(work: Callable[[], object]) -> int:
    """How many functions were called in it."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


# Luck.


def test_people_have_their_luck_whoever_else_is_there() -> None:
    alone = nights(people={"ada": nights().people["ada"]}).night(5, seed=2)
    assert alone.people["ada"] == nights().night(5, seed=2).people["ada"]
    assert nights(small(1, 1)).night(5, seed=2).people == nights().night(5, seed=2).people


def test_two_people_have_not_the_same_luck() -> None:
    night = nights().night(5, seed=2)
    assert night.people["ada"] != night.people["bea"]


@given(distribution=DISTRIBUTIONS, shares=st.tuples(SHARES, SHARES))
def test_a_time_grows_with_its_share_and_is_never_less_than_nothing(
    distribution: Uniform | Exponential | LogNormal, shares: tuple[float, float]
) -> None:
    low, high = sorted(shares)
    assert timedelta() <= distribution.at(low) <= distribution.at(high) <= timedelta(days=365)


def test_the_times_have_the_shares_that_their_distribution_says() -> None:
    assert Uniform(minutes(2), minutes(4)).at(0.5) == minutes(3)
    assert Exponential(minutes(10)).at(1 - exp(-1)) == minutes(10)
    assert LogNormal(minutes(10), 0.5).at(0.5) == minutes(10)
    upper = LogNormal(minutes(10), 0.5).at(NormalDist().cdf(1)).total_seconds()
    assert isclose(upper, 600 * exp(0.5), rel_tol=1e-5)


def test_habits_come_as_often_as_they_say() -> None:
    habit = Habit(answers=Uniform(minutes(1), minutes(1)), declines=0.25, unreachable=0.2, hears=0.5)
    drawn = [habit.drawn(Random(number), START, START, "") for number in range(4000)]
    unreachable = [each for each in drawn if each == Unreachable()]
    declining = [each for each in drawn if isinstance(each, Hears) and isinstance(each.then, Declines)]
    assert len(unreachable) / 4000 == pytest.approx(0.2, abs=0.02)
    assert len(declining) / 3200 == pytest.approx(0.25, abs=0.025)


def test_a_second_page_may_wake_whom_the_first_did_not() -> None:
    hears = Hears(then=Acknowledges(minutes(1)), luck=0.6, awake=0.5)
    drill = evolve(nights().drill, people={"ada": hears})
    assert drill.run().incident.metrics.time_to_acknowledge == minutes(6)
    assert evolve(drill, people={"ada": evolve(hears, luck=0.49)}).run().acknowledged
    assert not evolve(drill, people={"ada": evolve(hears, luck=0.76)}).run().acknowledged


def test_whoever_sleeps_hears_what_sleepers_hear() -> None:
    sleeper = Habit(answers=Uniform(minutes(1), minutes(1)), asleep=0.0)
    awake = nights(people={"ada": sleeper})  # ten past eleven in Tokyo
    assert simulate(awake, runs=5).nobody_answered.count == 0
    asleep = nights(people={"bea": sleeper})
    assert simulate(asleep, runs=5).nobody_answered.count == 5
    half_past_six = evolve(asleep, drill=evolve(asleep.drill, start=datetime(2026, 3, 2, 6, 57, tzinfo=UTC)))
    assert simulate(half_past_six, runs=5).time_to_acknowledge(0.5).value == 6 * 60


def test_mishaps_befall_as_many_nights_as_they_say() -> None:
    several = nights(faults={"push": [Mishap(0.3, Fault.LOST), Mishap(0.1, Outage(Fault.DROPPED, lasts=minutes(1)))]})
    befell = [several.night(number, seed=9).faults["push"] for number in range(1000)]
    lost, dropped = Outage(Fault.LOST), Outage(Fault.DROPPED, lasts=minutes(1))
    assert sum(lost in each for each in befell) / 1000 == pytest.approx(0.3, abs=0.05)
    assert sum(dropped in each for each in befell) / 1000 == pytest.approx(0.1, abs=0.03)


def test_a_spread_moves_the_start_and_the_script() -> None:
    said = Note("it is quiet", at=START + minutes(1), by="ada")
    moved = nights(spread=timedelta(hours=24))
    moved = evolve(moved, drill=evolve(moved.drill, script=[said]))
    starts = [moved.night(number, seed=0) for number in range(50)]
    assert all(START <= each.start < START + timedelta(days=1) for each in starts)
    assert all(each.script[0].at == each.start + minutes(1) for each in starts)
    assert len({each.start for each in starts}) == 50


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo", ""])
def test_hours_of_sleep_are_on_the_clock_where_somebody_is(zone: str) -> None:
    place = ZoneInfo(zone or "UTC")
    # The night in which clocks go forward in Berlin.
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    found = [*hours(start, start + timedelta(days=1), zone, time(23), time(7))]
    local = [(each.begins.astimezone(place).time(), each.ends.astimezone(place).time()) for each in found]
    assert {*local} == {(time(23), time(7))}
    assert any(each.begins > start for each in found)
    assert found[0].begins < start


def test_a_page_interrupts_the_night_of_whom_it_reaches_there() -> None:
    silent = nights(people={})
    odds = simulate(silent, runs=1)
    assert odds.pages("ada").value == odds.pages("bea").value == 2
    assert odds.interruptions("ada").value == 0  # it is late morning in Tokyo
    assert odds.interruptions("bea").value == 2
    assert odds.interrupted("bea") == Share(1, 1)


# Figures.


def test_the_interval_of_a_share_is_that_of_wilson() -> None:
    # As in Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    share = Share(81, 263)
    assert (round(share.low, 4), round(share.high, 4)) == (0.2553, 0.3662)
    assert (round(Share(0, 20).low, 4), round(Share(0, 20).high, 4)) == (0.0, 0.1611)
    assert (round(Share(1, 29).low, 4), round(Share(1, 29).high, 4)) == (0.0061, 0.1718)


@given(of=st.integers(1, 10_000), data=st.data())
def test_the_interval_of_a_share_holds_the_share(of: int, data: st.DataObject) -> None:
    share = Share(data.draw(st.integers(0, of)), of)
    assert 0 <= share.low <= share.value <= share.high <= 1


@pytest.mark.parametrize(("count", "student"), [(6, 2.57058), (11, 2.22814), (31, 2.04227), (1001, 1.96234)])
def test_a_mean_has_the_interval_of_student(count: int, student: float) -> None:
    estimate = mean(range(count))
    half = student * sqrt((count + 1) / 12)
    assert estimate.value == (count - 1) / 2
    assert (estimate.high - estimate.value, estimate.value - estimate.low) == pytest.approx((half, half), rel=1e-3)


def test_of_fewer_than_six_nothing_is_known() -> None:
    assert mean([7] * 5) == Estimate(value=7, low=-inf, high=inf)
    assert mean([7] * 6) == Estimate(value=7, low=7, high=7)


@pytest.mark.parametrize("count", [6, 10, 20, 50])
def test_the_interval_of_a_mean_holds_the_true_one_19_times_of_20(count: int) -> None:
    random = Random(count)
    means = [mean([random.gauss(3, 2) for _ in range(count)]) for _ in range(2_000)]
    assert 0.94 <= sum(each.low <= 3 <= each.high for each in means) / 2_000 <= 0.96


@given(st.lists(st.floats(0, 1e6) | st.just(inf), min_size=1).map(sorted), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_so_large_a_share_lies_below_a_percentile(ordered: list[float], share: float) -> None:
    estimate = percentile(ordered, share)
    assert sum(each <= estimate.value for each in ordered) >= share * len(ordered) - 1e-6
    assert sum(each < estimate.value for each in ordered) <= share * len(ordered)
    assert estimate.low <= estimate.value <= estimate.high


@pytest.mark.parametrize(("count", "share"), [(200, 0.9), (20, 0.5), (7, 0.5), (2, 0.5), (1, 0.9)])
def test_the_interval_of_a_percentile_holds_the_true_one_19_times_of_20(count: int, share: float) -> None:
    random = Random(5)
    held = 0
    for _ in range(400):
        estimate = percentile(sorted(random.random() for _ in range(count)), share)
        held += estimate.low <= share <= estimate.high
    assert held / 400 >= 0.93


def night(number: int, acknowledged: float, pages: int = 1) -> Night:
    return Night(
        number=number,
        first_page=0.0,
        acknowledged=acknowledged,
        exhausted=acknowledged == inf,
        pages={"ada": pages},
        interruptions={},
        kept=(acknowledged <= 300,),
    )


def of_another_drill(**changes: Any) -> Nights:
    return nights(drill=evolve(nights().drill, **changes))


def odds_of(*acknowledged: float, **changes: Any) -> Odds:
    usual = Odds(
        name="small",
        of=nights(),
        seed=0,
        nights=tuple(night(number, seconds) for number, seconds in enumerate(acknowledged)),
    )
    return evolve(usual, **changes)


def test_odds_are_told() -> None:
    odds = odds_of(*[60.0] * 80, *[600.0] * 15, *[inf] * 5)
    assert odds.nobody_answered == odds.exhausted == Share(5, 100)
    assert odds.time_to_acknowledge(0.5).value == 60
    assert odds.time_to_acknowledge(0.9).value == 600
    assert odds.time_to_acknowledge(0.99).value == inf
    assert odds.kept == {"acknowledged within 5min": Share(80, 100)}
    told = [" ".join(line.split()) for line in str(odds).splitlines()]
    assert "90% of nights 0s 10min (10min to never)" in told
    assert "99% of nights 0s (0s to never) never" in told
    assert "nobody answered 5.0% (2.2% to 11.2%)" in told
    assert "ada 1.00 (1.00 to 1.00) 0.00 (0.00 to 0.00) 0.0% (0.0% to 3.7%)" in told


# Two playbooks.


def test_the_quicker_playbook_is_better_and_by_how_much_is_told() -> None:
    slow, quick = nights(small(10, 10)), nights(small(3, 3))
    one, other = (simulate(each, runs=150, seed=4) for each in (slow, quick))
    comparison = compare(one, evolve(other, name="quick"))
    assert comparison.better is Better.OTHER
    assert comparison.waited.more.high < 0
    assert comparison.verdict.startswith("quick is answered ")
    assert compare(evolve(other, name="quick"), one).better is Better.ONE
    assert "nobody answered" in str(comparison)
    assert compare(one, other).other == other.playbook  # both are called the same


def test_one_night_is_told_as_one() -> None:
    one = odds_of(60)
    assert str(one).startswith("1 night of small\n")
    assert "told from 1 night which" in compare(one, one).verdict


def test_a_playbook_is_not_better_than_itself() -> None:
    odds = simulate(nights(), runs=20)
    comparison = compare(odds, odds)
    assert (comparison.one, comparison.other) == ("the one", "the other")
    assert comparison.better is Better.NEITHER
    assert comparison.waited.more == Estimate(value=0, low=0, high=0)
    assert "It cannot be told from 20 nights which is answered sooner: 0s" in comparison.verdict


def test_nights_with_the_same_luck_tell_more_than_others() -> None:
    slow, quick = nights(small(6, 6)), nights(small(5, 5))
    one, paired, other = (simulate(each, runs=100, seed=seed) for each, seed in ((slow, 4), (quick, 4), (quick, 5)))
    same = compare(one, paired).waited.more
    different = compare(one, evolve(other, seed=4)).waited.more
    assert same.high - same.low < different.high - different.low


def test_a_night_in_which_nobody_came_counts_as_long_as_it_lasted() -> None:
    comparison = compare(odds_of(60, inf), odds_of(60, 60))
    assert comparison.waited.more.value == (60 - 30 * 60) / 2


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"seed": 1}, "seed"),
        ({"nights": (night(0, 1),)}, "number of nights"),
        ({"of": of_another_drill(lasts=minutes(31))}, "length"),
        ({"of": of_another_drill(start=START + minutes(1))}, "start in their drill"),
        ({"of": of_another_drill(severity=SEV_2)}, "severity in their drill"),
        ({"of": nights(spread=minutes(1))}, "spread"),
        ({"of": nights(people={"ada": Habit(answers=Exponential(minutes(1)))})}, "habit of ada"),
        ({"of": nights(faults={"push": Mishap(0.5, [Outage(Fault.DROPPED)])})}, "faults"),
    ],
)
def test_other_nights_are_not_compared(changes: dict[str, Any], what: str) -> None:
    with pytest.raises(DrillInvalid, match=f"nights are compared that have the same {what}, and not"):
        compare(odds_of(60, 60), odds_of(60, 60, **changes))


def test_who_is_in_the_directory_may_differ() -> None:
    assert compare(odds_of(60), odds_of(60, of=nights(people={}))).better is Better.NEITHER


def test_chance_alone_puts_five_nights_on_one_side() -> None:
    few, many = (compare(odds_of(*[60] * count), odds_of(*[30] * count)) for count in (5, 6))
    assert (few.better, many.better) == (Better.NEITHER, Better.OTHER)
    assert few.verdict == "It cannot be told from 5 nights which is answered sooner: -30s (too few to tell)."
    assert "1.00 (too few to tell)" in str(odds_of(60))


def test_a_process_that_is_ended_from_outside_is_told() -> None:
    def end_one(over: int, of: int) -> None:
        os.kill(active_children()[0].pid or 0, signal.SIGKILL)

    with pytest.raises(NightsLost, match=r"ended from outside, when \d+ of 400 were over") as lost:
        simulate(nights(), runs=400, processes=2, progress=end_one)
    assert (lost.value.runs, lost.value.processes) == (400, 2)
    assert not active_children()


# What makes no sense.


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"runs": 0}, "runs is a number from 1 to 1000000, not 0"),
        ({"runs": True}, "runs is a number"),
        ({"processes": 0}, "processes is a number from 1 to 256"),
        ({"seed": 0.5}, "a seed is a whole number, not 0.5"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(DrillInvalid, match=message):
        simulate(nights(), **given)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Habit(answers=minutes(1)), DrillInvalid, "a Uniform, Exponential or LogNormal"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (lambda: Habit(answers=Exponential(minutes(1)), hears=1.1), DrillInvalid, "hears is a chance from 0 to 1"),
        (lambda: Habit(answers=Exponential(minutes(1)), asleep=True), DrillInvalid, "asleep is a chance from 0 to 1"),
        (lambda: Uniform(minutes(2), minutes(1)), DrillInvalid, "the most is less here"),
        (lambda: Exponential(minutes(-1)), DrillInvalid, "mean comes after no time or more"),
        (lambda: LogNormal(minutes(1), inf), DrillInvalid, "a number from 0 to 10, not inf"),
        (lambda: Mishap(2, Fault.LOST), DrillInvalid, "chance is a chance from 0 to 1, not 2"),
        (lambda: Mishap(0.5, 5), DrillInvalid, "what may go wrong is a Fault or an Outage"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (lambda: nights(people={"eve": nights().people["ada"]}), UnknownRecipient, "people of the nights"),
        (lambda: nights(people={"ada": 5}), DrillInvalid, "what a person usually does is a Habit"),
        (lambda: nights(faults={"fax": Mishap(1, Fault.LOST)}), DrillInvalid, "nothing goes through 'fax'"),
        (lambda: nights(spread=minutes(-1)), DrillInvalid, "no time or more"),
    ],
)
def test_what_makes_no_nights_is_refused(make: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


# Nights in a file.

FILE = """\
spread = "12h"
night_begins = "21:00"

[drill]
title = "Checkout returns 500"
start = "2026-03-02T02:10:00Z"
severity = "SEV-1"
lasts = "30min"

[[drill.expectations]]
kind = "acknowledged"
within = "5min"

[people.ada]
hears = 0.9
asleep = 0.4
declines = 0.05

[people.ada.answers]
kind = "lognormal"
median = "3min"
sigma = 0.6

[[faults.push]]
chance = 0.1

[[faults.push.outages]]
fault = "unavailable"
lasts = "20min"
"""


def read(text: str) -> Nights:
    return Nights.from_toml(text, playbook=small(5, 5), directory=PEOPLE, source="nights.toml")


def test_nights_are_read_from_toml() -> None:
    habit = Habit(answers=LogNormal(minutes(3), 0.6), hears=0.9, asleep=0.4, declines=0.05)
    assert read(FILE) == nights(
        people={"ada": habit},
        faults={"push": Mishap(0.1, Outage(Fault.UNAVAILABLE, lasts=minutes(20)))},
        spread=timedelta(hours=12),
        night_begins=time(21),
    )


@given(
    people=st.dictionaries(st.sampled_from(["ada", "bea"]), HABITS),
    outages=st.lists(st.builds(Mishap, SHARES, faults()), max_size=2),
    spread=TIMES,
)
def test_nights_are_written_as_they_are_read(
    people: dict[str, Habit], outages: list[Mishap], spread: timedelta
) -> None:
    several = nights(people=people, faults={"push": outages}, spread=spread)
    assert read(several.to_toml()) == several


@pytest.mark.parametrize(
    ("old", "new", "path", "problem"),
    [
        ('"lognormal"', '"normal"', "$.people.ada.answers", "'normal' is not a kind known here"),
        ("hears = 0.9", "hears = 9", "$.people.ada", "hears is a chance from 0 to 1, not 9"),
        ("hears = 0.9", 'hears = "often"', "$.people.ada.hears", "is not a number"),
        ("people.ada", "people.adda", "$", "Did you mean 'ada'"),
        ("chance = 0.1", "", "$.faults.push[0].chance", "missing"),
        ("faults.push", "faults.posh", "$", "Did you mean 'push'"),
        ('severity = "SEV-1"', 'severity = "SEV-9"', "$.drill.severity", "no severity is called"),
        ('lasts = "30min"', 'lasts = "0s"', "$.drill", "a drill takes some time"),
        ("hears = 0.9", 'hears = "12.5%"', "$.people.ada.hears", "write 0.125, without quotation marks"),
        ("[drill]", "[dril]", "$", "Did you mean 'drill'"),
    ],
)
def test_what_are_no_nights_is_refused_with_its_place(old: str, new: str, path: str, problem: str) -> None:
    assert old in FILE
    with pytest.raises(DocumentInvalid, match=problem) as caught:
        read(FILE.replace(old, new))
    assert caught.value.path == path
    assert caught.value.source == "nights.toml"
