"""Drawings of what goes on over time: where bars and marks stand, and that words stay words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import EMERGENCY, Incident, Schedule
from incidentkit.drills import practice_directory
from incidentkit.errors import FieldInvalid
from incidentkit.model.commands import ChangeSeverity
from incidentkit.policy.explanation import explain, explain_hypothetical
from incidentkit.providers.pager import Purpose
from incidentkit.render.ladder import escalation_ladder
from incidentkit.render.lanes import MOST_LANES, MOST_TIMES, NAMES, WIDTH, Bar, Lane, Lanes, Mark, Shade, Shape
from incidentkit.render.picture import Picture
from incidentkit.render.rota import on_call_calendar
from incidentkit.render.timeline import incident_timeline
from incidentkit.testing import histories, texts
from incidentkit.text.plain import plain_line
from tests.policy.rota import weekly

START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
PEOPLE = practice_directory()


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def bar(start: float, end: float, kind: str = "busy") -> Bar:
    return Bar(start=after(start), end=after(end), kind=kind, shade=Shade.STRONG)


def drawn(*lanes: Lane, end: float = 60) -> ElementTree.Element:
    return ElementTree.fromstring(Lanes(lanes, start=START, end=after(end)).to_svg())


def shapes(drawing: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [each for each in drawing if each.tag.rpartition("}")[2] == name]


def words(drawing: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in shapes(drawing, "text")]


def of(picture: Picture) -> ElementTree.Element:
    return ElementTree.fromstring(picture.svg)


# Lanes


def test_a_bar_stands_where_its_time_is() -> None:
    first, second, _ = shapes(drawn(Lane(name="Status", bars=[bar(0, 30), bar(30, 60)])), "rect")
    room = WIDTH - NAMES - 14
    assert float(first.attrib["x"]) == NAMES
    assert float(first.attrib["width"]) == pytest.approx(room / 2, abs=0.2)
    assert float(second.attrib["x"]) == pytest.approx(NAMES + room / 2, abs=0.2)


def test_what_lies_outside_is_cut_off() -> None:
    lane = Lane(
        name="Status",
        bars=[bar(-60, -30), bar(-30, 30)],
        marks=[Mark(at=after(90), kind="paged", shape=Shape.RING)],
    )
    drawing = drawn(lane)
    left, _ = shapes(drawing, "rect")  # the other one is in the legend
    assert float(left.attrib["x"]) == NAMES
    assert len(shapes(drawing, "circle")) == 1  # in the legend


def test_the_legend_has_each_kind_once() -> None:
    marks = [Mark(at=after(n), kind="paged", shape=Shape.RING) for n in (1, 2)]
    drawing = drawn(Lane(name="Status", bars=[bar(0, 1), bar(2, 3)]), Lane(name="Noor", marks=marks))
    assert words(drawing)[-2:] == ["busy", "paged"]


@pytest.mark.parametrize("minutes", [1, 7, 60, 239, 1_440, 40_000, 2_000_000])
def test_the_axis_has_round_times_and_not_too_many(minutes: int) -> None:
    times = words(drawn(Lane(name=""), end=minutes))
    assert 1 <= len([each for each in times if each[:1].isdigit()]) <= MOST_TIMES + 1


def test_of_very_many_lanes_the_first_are_shown() -> None:
    drawing = drawn(*(Lane(name=f"Person {number}") for number in range(MOST_LANES + 3)))
    assert words(drawing)[-1] == "and 3 more"
    assert len([each for each in words(drawing) if each.startswith("Person")]) == MOST_LANES


@given(texts(), texts())
def test_words_stay_words(name: str, kind: str) -> None:
    lanes = Lanes([Lane(name=name, bars=[bar(0, 5, kind)])], start=START, end=after(60))
    plain = Lanes([Lane(name="x", bars=[bar(0, 5, "y")])], start=START, end=after(60))
    hostile, harmless = (Picture(svg=each.to_svg(), alternative="x") for each in (lanes, plain))
    assert [each.tag for each in of(hostile)] == [each.tag for each in of(harmless)]


@pytest.mark.parametrize(
    ("build", "problem"),
    [
        (lambda: Lanes([], start=START, end=START), "end: a drawing ends after it begins"),
        (lambda: Bar(start=datetime(2026, 3, 2), end=START, kind="x", shade=Shade.GOOD), "at: "),
    ],
)
def test_what_cannot_be_drawn(build: Callable[[], object], problem: str) -> None:
    with pytest.raises(FieldInvalid) as caught:
        build()
    assert str(caught.value).startswith(problem)


# The timeline of an incident


def worked_on() -> Incident:
    severity, milder, *_ = EMERGENCY.scheme.severities
    incident = Incident.declare("INC-7", title="Down", at=START, by="noor", severity=milder)
    incident = incident.apply(ChangeSeverity(at=after(5), by="noor", severity=severity, reason="all of it"))
    incident = incident.acknowledge(at=after(7), by="noor").start_mitigation(at=after(20), by="mika")
    return incident.mitigated(at=after(40), by="mika").resolve(at=after(60), by="mika")


def test_a_timeline_has_status_severity_and_people() -> None:
    picture = incident_timeline(worked_on(), directory=PEOPLE)
    names = ["Status", "Severity", "Noor Haddad", "Mika Laine"]
    assert [each for each in words(of(picture)) if not each[:1].isdigit()][:4] == names
    assert picture.alternative.startswith(
        "Timeline of INC-7 from 2026-03-02 02:10 UTC: investigating for 5min as SEV-2"
    )


def test_a_timeline_says_who_declared_it() -> None:
    picture = incident_timeline(Incident.replay(worked_on().timeline[:1]))
    assert words(of(picture))[-4:] == ["noor", "investigating", "SEV-2", "declared it"]


def test_bars_of_what_took_seconds_end_where_the_log_does() -> None:
    milder = EMERGENCY.scheme.severities[1]
    incident = Incident.declare("INC-8", title="Blip", at=START, by="noor", severity=milder)
    picture = incident_timeline(incident.resolve(at=after(0.5), by="noor"))
    room = WIDTH - NAMES - 14
    status, severity, *_ = shapes(of(picture), "rect")
    assert float(status.attrib["width"]) == float(severity.attrib["width"]) == pytest.approx(room / 10, abs=0.2)
    assert "resolved" not in words(of(picture))
    assert picture.alternative.endswith("investigating for 30s as SEV-2.")


def test_captions_say_which_picture_it_is() -> None:
    found = explain_hypothetical(EMERGENCY, PEOPLE, at=START, severity="SEV-2")
    real = explain(worked_on().reopen(at=after(70), by="mika", reason="again"), EMERGENCY, PEOPLE, now=after(70))
    rota = on_call_calendar(Schedule(weekly()), start=START, end=START + timedelta(days=7), name="Payments")
    pictures = [incident_timeline(worked_on()), escalation_ladder(found), escalation_ladder(real), rota]
    assert [plain_line(each.caption) for each in pictures] == [
        "INC-7: Down, from 2026-03-02. Times are UTC.",
        "SEV-2: an incident that is only thought of, while nobody does anything, from 2026-03-02. Times are UTC.",
        "INC-7 (SEV-1): Down, while nobody does anything, from 2026-03-02. Times are UTC.",
        "Payments, from 2026-03-02 to 2026-03-09. Times are UTC.",
    ]


def test_neighbours_of_one_kind_are_one_bar() -> None:
    bars = shapes(of(incident_timeline(worked_on())), "rect")
    assert len(bars) == 3 + 2 + 5  # three statuses, two severities, and all of them in the legend


@given(histories(), st.timedeltas(timedelta(), timedelta(days=400)))
def test_every_incident_has_a_timeline(history: tuple[Incident, ...], later: timedelta) -> None:
    incident = history[-1]
    assert incident_timeline(incident).svg
    assert incident_timeline(incident, until=incident.as_of + later, directory=PEOPLE).alternative


# The ladder, and who is on call


def test_a_ladder_has_levels_and_whom_they_reach() -> None:
    found = explain_hypothetical(EMERGENCY, PEOPLE, at=START, severity="SEV-2")
    picture = escalation_ladder(found, directory=PEOPLE)
    assert "on-call engineer" in words(of(picture))
    assert "Noor Haddad" in words(of(picture))
    assert f"{sum(page.purpose is Purpose.PAGE for page in found.pages)} pages" in picture.alternative


def test_a_ladder_of_nobody() -> None:
    found = explain_hypothetical(EMERGENCY, PEOPLE, at=START, severity="SEV-4")
    picture = escalation_ladder(found)
    assert picture.alternative.endswith("while nobody does anything: nobody is paged.")
    assert words(of(picture)) == ["Nobody is paged."]


def test_a_calendar_has_a_lane_for_each_person() -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    picture = on_call_calendar(Schedule(weekly()), start=start, end=start + timedelta(days=28), names={"ada": "Ada"})
    assert "Ada" in words(of(picture))
    assert "on call" in words(of(picture))
    assert "in 5 shifts" in picture.alternative


def test_a_calendar_of_before_anybody_is_on_call() -> None:
    begin = Schedule(weekly()).layers[0].begins
    picture = on_call_calendar(Schedule(weekly()), start=begin - timedelta(days=9), end=begin - timedelta(days=2))
    assert "nobody" in words(of(picture))


def test_no_time_on_the_axis_is_written_over_another() -> None:
    picture = drawn(Lane(name="x", bars=[bar(0, 60)]), end=4_002 * 24 * 60)
    times = [each for each in shapes(picture, "text") if each.get("text-anchor") == "middle"]
    assert all(float(two.get("x", 0)) - float(one.get("x", 0)) > 80 for one, two in pairwise(times))
