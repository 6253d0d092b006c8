"""Charts over many incidents. The one module that imports ``altair``, which the extra ``render`` brings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from enum import Enum
from functools import partial
from typing import Any, Final

import altair
import vl_convert
from attrs import frozen

from incidentkit.errors import FieldInvalid, expect
from incidentkit.model.durations import duration_text
from incidentkit.model.metrics import Summary
from incidentkit.model.record import Group, TrackRecord
from incidentkit.render.lettering import said
from incidentkit.render.picture import Picture

COLOURS: Final = (
    *("var(--ink)", "var(--accent)", "var(--good)", "#b7791f", "#9f5fb0"),
    *("var(--quiet)", "var(--line)"),
)
"""For as many severities as a scheme can have, the worst first; those without a name are seen by day and by night."""

WIDTH, HEIGHT = 600, 220

MOST_MONTHS: Final = 8
"""Months that are named below the bars."""

MOST_SHOWN: Final = 24
"""Months that are shown, the last ones."""


class Length(Enum):
    """What a chart is about: its title."""

    ACKNOWLEDGE = "to acknowledge"
    MITIGATE = "to mitigate"
    RESOLVE = "to resolve"

    def of(self, group: Group) -> Summary | None:
        """How long it took the incidents of a group."""
        match self:
            case Length.ACKNOWLEDGE:
                return group.acknowledge
            case Length.MITIGATE:
                return group.mitigate
            case Length.RESOLVE:
                return group.resolve


def length_chart(record: TrackRecord, length: Length = Length.RESOLVE) -> Picture:
    """How long incidents took, by month and severity: bars of medians, each with a line up to the 90th percentile.

    The months of at most two years are shown, the last ones; one in which the length is known of no incident keeps its
    place, so charts of several lengths have the same months. Raises `FieldInvalid` for what is no track record.
    """
    words = "a chart is drawn of a TrackRecord, such as track_record(incidents)"
    groups = expect(TrackRecord, record, partial(FieldInvalid, "record"), words).groups
    months = _months([group.month for group in groups])[-MOST_SHOWN:]
    recent = [group for group in groups if group.month in months]
    shown = [(group, taken) for group in recent if (taken := length.of(group))]
    longest = max((taken.percentile_90 for _, taken in shown), default=timedelta())
    unit, name = _unit(longest)
    rows = [
        {
            "month": f"{group.month:%Y-%m}",
            "severity": group.severity,
            "median": taken.median / unit,
            "most": taken.percentile_90 / unit,
        }
        for group, taken in shown
    ]
    chart = _Chart(
        rows=rows,
        title=f"{name} {length.value}",
        months=[f"{month:%Y-%m}" for month in months],
        severities=[*dict.fromkeys(group.severity for group in recent)],
    )
    svg = vl_convert.vegalite_to_svg(chart.drawn().to_dict()) if rows else said("Nothing to show.")
    caption = f"How long it took {length.value}, by month and severity: medians, with a line to the 90th percentile."
    return Picture(svg=svg, alternative=_in_words(shown, length), caption=caption)


def _months(several: Sequence[date]) -> list[date]:
    """All months from the first to the last."""
    if not several:
        return []
    first, last = min(several), max(several)
    count = 12 * (last.year - first.year) + last.month - first.month + 1
    places = (first.month - 1 + number for number in range(count))
    return [date(first.year + place // 12, place % 12 + 1, 1) for place in places]


def _unit(longest: timedelta) -> tuple[timedelta, str]:
    """In what lengths are told, so that the figures are short."""
    if longest >= timedelta(days=4):
        return timedelta(days=1), "days"
    if longest >= timedelta(hours=4):
        return timedelta(hours=1), "hours"
    return timedelta(minutes=1), "minutes"


@frozen(kw_only=True)
class _Chart:
    """What is drawn: a bar for each row, and a place for every month and severity, also where no row is."""

    rows: Sequence[dict[str, Any]]
    title: str
    months: Sequence[str]
    severities: Sequence[str]

    def drawn(self) -> Any:
        draw: Any = altair  # its functions are typed in part only
        colour = draw.Scale(domain=self.severities, range=[*COLOURS[: len(self.severities)]])
        told = draw.Axis(labelAngle=0, values=self.months[:: -(-len(self.months) // MOST_MONTHS)])
        base = draw.Chart(draw.Data(values=[*self.rows])).encode(
            x=draw.X("month:O", title=None, axis=told, scale=draw.Scale(domain=self.months)),
            xOffset=draw.XOffset("severity:N", scale=draw.Scale(domain=self.severities)),
        )
        legend = draw.Color("severity:N", scale=colour, title=None, legend=draw.Legend(orient="bottom"))
        bars = base.mark_bar().encode(y=draw.Y("median:Q", title=self.title), color=legend)
        lines = base.mark_rule(color="var(--quiet)", strokeWidth=1.5).encode(y="median:Q", y2="most:Q")
        quiet = {"labelColor": "var(--quiet)", "titleColor": "var(--quiet)", "labelFontSize": 12, "titleFontSize": 12}
        return (
            (bars + lines)
            .properties(width=WIDTH, height=HEIGHT, padding=dict.fromkeys(("left", "right", "top", "bottom"), 24))
            .configure(background="transparent", font="inherit")
            .configure_axis(gridColor="var(--line)", domainColor="var(--line)", tickColor="var(--line)", **quiet)
            .configure_legend(**quiet)
            .configure_view(stroke=None)
        )


def _in_words(shown: Sequence[tuple[Group, Summary]], length: Length) -> str:
    if not shown:
        return f"How long it took {length.value}: of no incident is that known."
    told = ", ".join(f"{group.month:%Y-%m} {group.severity} {duration_text(taken.median)}" for group, taken in shown)
    return f"How long it took {length.value}, medians by month and severity: {told}."
