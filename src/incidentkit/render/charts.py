"""Charts over many incidents. The one module that imports ``altair``, which the extra ``render`` brings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from typing import Any, Final

import altair
import vl_convert

from incidentkit.model.durations import duration_text
from incidentkit.model.metrics import Summary
from incidentkit.model.record import Group, TrackRecord
from incidentkit.render.picture import Picture

COLOURS: Final = (
    *("var(--ink)", "var(--accent)", "var(--good)", "#b7791f", "#9f5fb0"),
    *("var(--quiet)", "var(--line)"),
)
"""For as many severities as a scheme can have, the worst first; those without a name are seen by day and by night."""

WIDTH, HEIGHT = 600, 220

MOST_MONTHS: Final = 8
"""Months that are named below the bars."""


_EMPTY: Final = (
    f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="40" fill="var(--quiet)">'
    '<text x="0" y="24">Nothing to show.</text></svg>'
)


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

    The months of at most two years are shown, the last ones.
    """
    months = sorted({group.month for group in record.groups})[-24:]
    shown = [(group, taken) for group in record.groups if group.month in months and (taken := length.of(group))]
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
    svg = _EMPTY if not rows else vl_convert.vegalite_to_svg(_chart(rows, f"{name} {length.value}").to_dict())
    caption = "Medians, with a line to the 90th percentile."
    return Picture(svg=svg, alternative=_in_words(shown, length), caption=caption)


def _unit(longest: timedelta) -> tuple[timedelta, str]:
    """In what lengths are told, so that the figures are short."""
    if longest >= timedelta(days=4):
        return timedelta(days=1), "days"
    if longest >= timedelta(hours=4):
        return timedelta(hours=1), "hours"
    return timedelta(minutes=1), "minutes"


def _chart(rows: Sequence[dict[str, Any]], title: str) -> Any:
    draw: Any = altair  # its functions are typed in part only
    months = [*dict.fromkeys(row["month"] for row in rows)]
    severities = [*dict.fromkeys(row["severity"] for row in rows)]
    colour = draw.Scale(domain=severities, range=[*COLOURS[: len(severities)]])
    told = draw.Axis(labelAngle=0, values=months[:: -(-len(months) // MOST_MONTHS) or 1])
    base = draw.Chart(draw.Data(values=[*rows])).encode(
        x=draw.X("month:O", title=None, axis=told),
        xOffset=draw.XOffset("severity:N", sort=severities),
    )
    legend = draw.Color("severity:N", scale=colour, sort=severities, title=None, legend=draw.Legend(orient="bottom"))
    bars = base.mark_bar().encode(y=draw.Y("median:Q", title=title), color=legend)
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
    said = ", ".join(f"{group.month:%Y-%m} {group.severity} {duration_text(taken.median)}" for group, taken in shown)
    return f"How long it took {length.value}, medians by month and severity: {said}."
