"""The ladder of an escalation as a picture: which level is reached when, and who is told through what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from incidentkit.policy.directory import Directory
from incidentkit.policy.explanation import HYPOTHETICAL, Explanation
from incidentkit.policy.obligation import LEVEL
from incidentkit.providers.pager import Purpose
from incidentkit.render.lanes import Bar, Lane, Lanes, Mark, Shade, Shape
from incidentkit.render.lettering import said
from incidentkit.render.picture import Picture

NOBODY: Final = "nobody is paged"
"""What is said of an explanation without pages."""


def escalation_ladder(explanation: Explanation, *, directory: Directory | None = None) -> Picture:
    """What happens while nobody does anything, as `explain` or `explain_hypothetical` found it.

    It ends a little after the last page; without any it says that nobody is paged. ``directory`` knows the names of
    people, who are called by their ids without.
    """
    told = [page.at for page in explanation.pages if page.purpose is Purpose.PAGE]
    found = f"{len(told)} pages, the first {min(told):%Y-%m-%d %H:%M} UTC" if told else NOBODY
    return Picture(
        svg=_drawing(explanation, max(told), directory) if told else said(f"{NOBODY.capitalize()}."),
        alternative=f"Who is paged for {explanation.title} while nobody does anything: {found}.",
        caption=f"{_subject(explanation)}, while nobody does anything, from {explanation.start:%Y-%m-%d}. "
        "Times are UTC.",
    )


def _subject(explanation: Explanation) -> str:
    """What it is about; an incident that is only thought of has no id of its own."""
    thought_of = explanation.incident == HYPOTHETICAL
    called = explanation.severity if thought_of else f"{explanation.incident} ({explanation.severity})"
    return f"{called}: {explanation.title}"


def _drawing(explanation: Explanation, last: datetime, directory: Directory | None) -> str:
    last = max(explanation.start + timedelta(minutes=5), last)
    end = min(last + (last - explanation.start) * 0.1, explanation.end)
    return Lanes([*_lanes(explanation, end, directory)], start=explanation.start, end=end).to_svg()


def _lanes(explanation: Explanation, end: datetime, directory: Directory | None) -> Iterator[Lane]:
    """A lane for each level that is reached, and one below it for each of its people."""
    for reached in explanation.reached:
        yield Lane(name=reached.level, bars=_in_force(max(reached.at, explanation.start), end))
        pages = [page for page in explanation.pages if page.obligation == f"{LEVEL}{reached.level}"]
        for person in dict.fromkeys(page.person for page in pages):
            marks = [Mark(at=each.at, kind="paged", shape=Shape.RING) for each in pages if each.person == person]
            yield Lane(name=directory.name_of(person) if directory else person, marks=marks)


def _in_force(start: datetime, end: datetime) -> Iterator[Bar]:
    if start < end:
        yield Bar(start=start, end=end, kind="level reached", shade=Shade.ACCENT)
