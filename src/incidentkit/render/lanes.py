"""Lanes: what goes on beside what over time, as a drawing. A lane has bars, which last, and marks, which happen.

No meaning is in a colour alone: every kind of bar and mark stands in the legend, and has a shade or a shape of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from attrs import field, frozen

from incidentkit.errors import FieldInvalid, each_of
from incidentkit.model.identity import moment
from incidentkit.render.lettering import short, width

WIDTH: Final = 760
"""Pixels: what a page of `render.html` has beside its margins."""

NAMES: Final = 176
"""Pixels for the names of lanes."""

LANE: Final = 28
"""Pixels of a lane from top to bottom."""

AXIS: Final = 26
"""Pixels for the times above the lanes."""

LONGEST: Final = NAMES - 12
"""Pixels of a name that are shown."""

MOST_LANES: Final = 40
"""Lanes that a drawing shows; of more it is said how many there are."""


class Shade(Enum):
    """How a bar looks: its colour and how much of it."""

    STRONG = ("var(--ink)", "0.85")
    MEDIUM = ("var(--ink)", "0.5")
    LIGHT = ("var(--ink)", "0.25")
    FAINT = ("var(--ink)", "0.1")
    ACCENT = ("var(--accent)", "0.9")
    ACCENT_LIGHT = ("var(--accent)", "0.45")
    GOOD = ("var(--good)", "0.7")
    QUIET = ("var(--line)", "1")


class Shape(Enum):
    """How a mark looks."""

    RING = "ring"
    DOT = "dot"
    CROSS = "cross"
    DIAMOND = "diamond"
    TRIANGLE = "triangle"


def _at(at: datetime) -> datetime:
    return moment("at", at)


@frozen(kw_only=True)
class Bar:
    """Something that lasts."""

    start: datetime = field(converter=_at)
    end: datetime = field(converter=_at)
    kind: str
    """What the legend calls it."""
    shade: Shade


@frozen(kw_only=True)
class Mark:
    """Something that happens."""

    at: datetime = field(converter=_at)
    kind: str
    """What the legend calls it."""
    shape: Shape


def _bars(bars: Iterable[Bar]) -> tuple[Bar, ...]:
    return each_of(Bar, bars, partial(FieldInvalid, "bars"), "bars are a list of Bar")


def _marks(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    return each_of(Mark, marks, partial(FieldInvalid, "marks"), "marks are a list of Mark")


def _lanes(lanes: Iterable[Lane]) -> tuple[Lane, ...]:
    return each_of(Lane, lanes, partial(FieldInvalid, "lanes"), "lanes are a list of Lane")


@frozen(kw_only=True)
class Lane:
    """What goes on of one thing, or of one person."""

    name: str
    bars: tuple[Bar, ...] = field(default=(), converter=_bars)
    marks: tuple[Mark, ...] = field(default=(), converter=_marks)


@frozen
class Lanes:
    """Lanes over the same time, from top to bottom."""

    lanes: tuple[Lane, ...] = field(converter=_lanes)
    start: datetime = field(kw_only=True, converter=_at)
    end: datetime = field(kw_only=True, converter=_at)

    def __attrs_post_init__(self) -> None:
        if self.end <= self.start:
            raise FieldInvalid("end", f"a drawing ends after it begins: {self.end} is not after {self.start}")

    def to_svg(self) -> str:
        """The drawing, for a `Picture`: what lies before its start or after its end is cut off."""
        return tostring(_Drawing(self).root, encoding="unicode")


STEPS: Final = tuple(
    timedelta(minutes=minutes)
    for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080, 20_160, 43_200, 129_600, 525_600)
)
"""How far apart times may stand on the axis."""

MOST_TIMES: Final = 7
"""Times on the axis."""


class _Drawing:
    """Draws lanes once."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._shown = lanes.lanes[:MOST_LANES]
        self._bottom = AXIS + LANE * len(self._shown)
        self.root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "fill": "currentColor", "font-size": "13"})
        self._axis()
        for row, lane in enumerate(self._shown):
            self._lane(lane, AXIS + LANE * row)
        height = self._legend(self._bottom + 22)
        self.root.attrib |= {"width": str(WIDTH), "height": str(height), "viewBox": f"0 0 {WIDTH} {height}"}

    def _x(self, at: datetime) -> float:
        """Where a moment stands from left to right."""
        start, end = self._lanes.start, self._lanes.end
        share = (min(max(at, start), end) - start) / (end - start)
        return round(NAMES + share * (WIDTH - NAMES - 14), 1)

    def _draw(self, shape: str, **attributes: object) -> Element:
        given = {name.replace("_", "-").strip("-"): str(value) for name, value in attributes.items()}
        return SubElement(self.root, shape, given)

    def _write(self, words: str, x: float, y: float, **attributes: object) -> None:
        self._draw("text", x=x, y=y, **attributes).text = words

    def _axis(self) -> None:
        free = 0.0
        times = [*_times(self._lanes.start, self._lanes.end)]
        lasts = self._lanes.end - self._lanes.start
        for at in times:
            x = self._x(at)
            self._draw("path", d=f"M{x} {AXIS - 6}V{self._bottom}", stroke="var(--line)")
            words = _clock(at, lasts)
            middle = min(x, WIDTH - width(words) / 2)  # the last one may not lie outside
            if middle - width(words) / 2 < free:
                continue
            free = middle + width(words) / 2
            self._write(words, round(middle, 1), AXIS - 12, text_anchor="middle", fill="var(--quiet)")

    def _lane(self, lane: Lane, top: float) -> None:
        middle = top + LANE / 2
        self._draw("path", d=f"M0 {top}H{WIDTH}", stroke="var(--line)")
        self._write(short(lane.name, LONGEST), 0, middle + 4.5)
        for bar in lane.bars:
            begin, end = self._x(bar.start), self._x(bar.end)
            if self._is_seen(bar.start, bar.end):
                colour, share = bar.shade.value
                length = max(round(end - begin, 1), 1.5)
                self._draw("rect", x=begin, y=middle - 6, width=length, height=12, fill=colour, fill_opacity=share)
        for mark in lane.marks:
            if self._is_seen(mark.at, mark.at):
                self._mark(mark.shape, self._x(mark.at), middle)

    def _is_seen(self, start: datetime, end: datetime) -> bool:
        return start <= self._lanes.end and end >= self._lanes.start

    def _mark(self, shape: Shape, x: float, y: float) -> None:
        match shape:
            case Shape.RING:
                self._draw("circle", cx=x, cy=y, r=4.5, fill="var(--paper)", stroke="currentColor", stroke_width=1.6)
            case Shape.DOT:
                self._draw("circle", cx=x, cy=y, r=5.5, fill="var(--good)")
            case Shape.CROSS:
                d = f"M{x - 4.5} {y - 4.5}l9 9m0 -9l-9 9"
                self._draw("path", d=d, stroke="currentColor", stroke_width=2, fill="none")
            case Shape.DIAMOND:
                self._draw("path", d=f"M{x} {y - 6.5}l6.5 6.5l-6.5 6.5l-6.5 -6.5z", fill="var(--accent)")
            case Shape.TRIANGLE:
                self._draw("path", d=f"M{x} {y - 6}l6.5 11.5h-13z", fill="currentColor")

    def _legend(self, top: float) -> int:
        """What the bars and marks mean, in rows; gives the height of the drawing."""
        x, y = 0.0, top
        for kind, look in self._kinds():
            room = 22 + width(kind) + 14
            if x > 0 and x + room > WIDTH:
                x, y = 0.0, y + 22
            self._swatch(look, x + 8, y - 4)
            self._write(kind, x + 22, y, fill="var(--quiet)")
            x += room
        left = len(self._lanes.lanes) - len(self._shown)
        if left:
            y += 22 if x > 0 else 0
            self._write(f"and {left} more", 0, y, fill="var(--quiet)")
        return int(y + 10)

    def _swatch(self, look: Shade | Shape, x: float, y: float) -> None:
        if isinstance(look, Shape):
            self._mark(look, x, y)
        else:
            colour, share = look.value
            self._draw("rect", x=x - 6, y=y - 6, width=12, height=12, fill=colour, fill_opacity=share)

    def _kinds(self) -> Iterable[tuple[str, Shade | Shape]]:
        """What is seen, each kind once, bars before marks."""
        bars = {short(bar.kind, WIDTH / 2): bar.shade for lane in self._shown for bar in lane.bars}
        marks = {short(mark.kind, WIDTH / 2): mark.shape for lane in self._shown for mark in lane.marks}
        return (*bars.items(), *marks.items())


def _times(start: datetime, end: datetime) -> Iterator[datetime]:
    """The times that stand on the axis: round ones, and not more than there is room for."""
    step = next((each for each in STEPS if (end - start) / each <= MOST_TIMES), (end - start) / MOST_TIMES)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    number = -(-(start - midnight) // step)
    while (at := midnight + number * step) <= end:
        yield at
        number += 1


def _clock(at: datetime, lasts: timedelta) -> str:
    """A time on an axis that lasts so long: as much of it as says which one it is."""
    if lasts > timedelta(days=360):
        return f"{at:%Y-%m-%d}"
    if at.time() == datetime.min.time() and lasts > timedelta(hours=12):
        return f"{at:%m-%d}"
    return f"{at:%m-%d %H:%M}" if lasts > timedelta(days=2) else f"{at:%H:%M}"


def shades(kinds: Sequence[str]) -> dict[str, Shade]:
    """A shade for each kind, from the gravest to the mildest."""
    order = (Shade.STRONG, Shade.MEDIUM, Shade.LIGHT, Shade.FAINT)
    return {kind: order[min(place * len(order) // max(len(kinds), 1), 3)] for place, kind in enumerate(kinds)}
