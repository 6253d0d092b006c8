"""Pictures in a browser: whatever they show, no words overlap, and all of them can be read."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from incidentkit import EMERGENCY, Choice, Conclusion, DecisionTree, Incident, PostMortem, Schedule, ask, choose
from incidentkit.drills import practice_directory
from incidentkit.model.record import track_record
from incidentkit.policy.explanation import explain_hypothetical
from incidentkit.policy.question import Node, is_question
from incidentkit.render.charts import length_chart
from incidentkit.render.flow import decision_flow
from incidentkit.render.html import html_page
from incidentkit.render.ladder import escalation_ladder
from incidentkit.render.lanes import Bar, Lane, Lanes, Mark, Shade, Shape
from incidentkit.render.picture import Picture
from incidentkit.render.postmortem import postmortem_page
from incidentkit.render.rota import on_call_calendar
from incidentkit.render.timeline import incident_timeline
from tests.browser.conftest import CheckPage
from tests.policy.rota import weekly
from tests.render.test_html import HOSTILE

START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
PEOPLE = practice_directory()
DAY = timedelta(days=1)


def everything() -> Picture:
    """Every shade and shape, under names that are hostile, long, or wide."""
    names = [*HOSTILE, "W" * 60, "m" * 22, ""]
    bars = [
        Bar(start=START + number * DAY / 12, end=START + (number + 1) * DAY / 12, kind=shade.name, shade=shade)
        for number, shade in enumerate(Shade)
    ]
    marks = [Mark(at=START + number * DAY / 9, kind="W" * 30, shape=shape) for number, shape in enumerate(Shape)]
    lanes = [Lane(name=name, bars=bars, marks=marks) for name in names]
    return Picture(svg=Lanes(lanes, start=START, end=START + DAY).to_svg(), alternative="everything")


def worked_on() -> Incident:
    incident = Incident.declare("INC-7", title="Down", at=START, by="noor", severity=EMERGENCY.scheme.severities[0])
    incident = incident.acknowledge(at=START + DAY / 24, by="noor")
    return incident.resolve(at=START + DAY / 12, by="mika")


def at_work() -> Iterator[Incident]:
    """Two years of incidents of every severity."""
    several = [(START + month * 30 * DAY, severity) for month in range(24) for severity in EMERGENCY.scheme]
    for number, (at, severity) in enumerate(several):
        incident = Incident.declare(f"INC-{number}", title="Down", at=at, by="noor", severity=severity)
        yield incident.resolve(at=at + DAY * number / 50, by="noor")


def wide() -> DecisionTree[Conclusion]:
    """Questions and answers that are hostile, long, or wide, beside and below one another, some of them shared."""
    ends = [Conclusion(each) for each in (*filter(str.strip, HOSTILE), "W" * 60, "m" * 22)]
    options = ["W" * 40, "m" * 22, "here"]
    node: Node[Conclusion] = ask("Shared?", yes=ends[0], no=ends[1])
    for number, end in enumerate(ends):
        where = Choice(f"where_{number}", options=options, question="Where?")
        beside = choose("W" * 300, where, dict.fromkeys(options, ends[-1]) | {options[0]: node})
        node = ask(f"{number} {end.text}", yes=node, no=end, unsure=beside if number % 5 == 0 else end)
    assert is_question(node)
    return DecisionTree("W" * 60, node)


PICTURES: Mapping[str, Callable[[], Picture]] = {
    "everything": everything,
    "timeline": lambda: incident_timeline(worked_on(), directory=PEOPLE),
    "short": lambda: incident_timeline(Incident.replay(worked_on().timeline[:1])),
    "long": lambda: incident_timeline(worked_on(), until=START + 900 * DAY),
    "ladder": lambda: escalation_ladder(explain_hypothetical(EMERGENCY, PEOPLE, at=START, severity="SEV-1")),
    "chart": lambda: length_chart(track_record(at_work())),
    "no chart": lambda: length_chart(track_record([])),
    "tree": lambda: decision_flow(wide()),
    "calendar": lambda: on_call_calendar(Schedule(weekly()), start=START, end=START + 60 * DAY),
}


def test_a_post_mortem_is_seen_as_it_is_meant(check_page: CheckPage) -> None:
    draft = PostMortem.from_incident(worked_on(), playbook=EMERGENCY, directory=PEOPLE)
    check_page(postmortem_page(draft, incident=worked_on(), directory=PEOPLE))
    check_page(postmortem_page(draft))


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_a_file_of_its_own(check_page: CheckPage, name: str) -> None:
    file = PICTURES[name]().to_svg()
    assert "var(" not in file
    shown = f'<img alt="" src="data:image/svg+xml;base64,{b64encode(file.encode()).decode()}">{file}'
    style = "<style>svg, img {display: block; max-width: 100%; height: auto} div {overflow-x: auto}</style>"
    viewport = '<meta name="viewport" content="width=device-width">'
    check_page(f"<!DOCTYPE html><html lang=en><title>x</title>{viewport}{style}<body><div>{shown}</div>")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_seen_as_it_is_meant(check_page: CheckPage, name: str) -> None:
    check_page(html_page(PICTURES[name](), title=name))
