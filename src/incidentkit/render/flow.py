"""A decision tree as a picture: the longest way goes down, what leaves it goes to the right, as in the playbook."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

from attrs import field, frozen

from incidentkit.policy.drawing import branches, ways
from incidentkit.policy.question import Question, is_question
from incidentkit.policy.tree import DecisionTree
from incidentkit.render.lettering import LINE, lines, short, width
from incidentkit.render.picture import Picture

LONGEST: Final = 210
"""Pixels of a line of words in a box."""

MOST_LINES: Final = 6
"""Lines in a box; of longer words the beginning is shown."""

MARGIN: Final = 10
"""Pixels around the words of a box."""

BELOW: Final = 36
"""Pixels between two boxes of which one is below the other: room for an arrow and an answer."""

ANSWER: Final = 160
"""Pixels of an answer that are shown."""

ARROW: Final = 34
"""Pixels of an arrow to the right, beside the answer above it."""


def decision_flow(tree: DecisionTree[Any]) -> Picture:
    """The questions of a tree as boxes, its conclusions as tinted ones with round corners, and the answers on arrows.

    A question that several answers lead to has a number, and is drawn where it is first met: the others go on to that
    number.
    """
    questions = tree.root.questions
    ends = sum(not is_question(node) for question in questions for _, node in branches(question))
    words = f"{tree.title}: a decision tree of {len(questions)} questions and {ends} ends. First: {tree.root.text}"
    return Picture(svg=tostring(_Drawing(tree.root).root, encoding="unicode"), alternative=words, caption=tree.title)


@frozen(eq=False)
class _Box:
    """Words at a place."""

    words: list[str]
    column: int
    row: int
    is_end: bool
    """Whether it is a conclusion."""

    @property
    def width(self) -> float:
        return max(map(width, self.words)) + 2 * MARGIN

    @property
    def height(self) -> float:
        return LINE * len(self.words) + 2 * MARGIN


def _answer(words: str) -> str:
    return short(words, ANSWER)


@frozen
class _Arrow:
    """An answer that leads from a box to another."""

    start: _Box
    end: _Box
    answer: str = field(converter=_answer)

    @property
    def is_down(self) -> bool:
        return self.start.column == self.end.column


class _Plan:
    """Finds a place for each question and conclusion: rows from the top, columns from the left."""

    def __init__(self, root: Question[Any]) -> None:
        parents = Counter(node for each in root.questions for _, node in branches(each) if is_question(node))
        several = [each for each in root.questions if parents[each] > 1]
        self._numbers = {question: number for number, question in enumerate(several, start=2)}
        self._met = set[Question[Any]]()
        self.boxes: list[_Box] = []
        self.arrows: list[_Arrow] = []
        self._place(root, 0, 0)

    def _place(self, node: Any, column: int, row: int) -> tuple[_Box, int]:
        """Place the way down from a node, and to the right what leaves it: its first box, and the row below it all."""
        first = len(self.boxes)
        way = [*self._down(node)]
        self._met.update(way)
        above: tuple[_Box, str] | None = None
        for question in way:
            box = self._box(f"{self._number(question)} {question.text}", column, row, above)
            (answer, node), aside = ways(question)
            below = row
            for other, target in aside:
                beside, below = self._place(target, column + 1, below)
                self.arrows.append(_Arrow(box, beside, other))
            above, row = (box, answer), max(below, row + 1)
        words = f"on to {self._number(node)}" if is_question(node) else str(node)
        self._box(words, column, row, above, is_end=not is_question(node))
        return self.boxes[first], row + 1

    def _down(self, node: Any) -> Iterator[Question[Any]]:
        """The questions on the way down that stand nowhere yet."""
        while is_question(node) and node not in self._met:
            yield node
            (_, node), _ = ways(node)

    def _number(self, question: Question[Any]) -> str:
        """What a question is called by those that lead to it from elsewhere."""
        return f"[{self._numbers[question]}]" if question in self._numbers else ""

    def _box(self, words: str, column: int, row: int, above: tuple[_Box, str] | None, *, is_end: bool = False) -> _Box:
        box = _Box(lines(words, LONGEST, most=MOST_LINES), column, row, is_end)
        self.boxes.append(box)
        if above:
            self.arrows.append(_Arrow(above[0], box, above[1]))
        return box


class _Drawing:
    """Draws a tree once."""

    def __init__(self, root: Question[Any]) -> None:
        plan = _Plan(root)
        widths, heights = defaultdict[int, float](float), defaultdict[int, float](float)
        for box in plan.boxes:
            widths[box.column] = max(widths[box.column], box.width)
            heights[box.row] = max(heights[box.row], box.height)
        gaps = defaultdict[int, float](float)
        for arrow in plan.arrows:
            if not arrow.is_down:
                gaps[arrow.start.column] = max(gaps[arrow.start.column], width(arrow.answer) + ARROW)
        self._lefts = [*accumulate((widths[each] + gaps[each] for each in range(len(widths))), initial=1.0)]
        self._tops = [*accumulate((heights[each] + BELOW for each in range(len(heights))), initial=1.0)]
        size = {"width": str(round(self._lefts[-1]) + 1), "height": str(round(self._tops[-1] - BELOW) + 1)}
        view = {"viewBox": f"0 0 {size['width']} {size['height']}"}
        look = {"xmlns": "http://www.w3.org/2000/svg", "fill": "currentColor", "font-size": "13"}
        self.root = Element("svg", {**look, **size, **view})
        for arrow in plan.arrows:
            self._arrow(arrow)
        for box in plan.boxes:
            self._draw_box(box)

    def _draw(self, shape: str, **attributes: object) -> Element:
        return SubElement(self.root, shape, {name.replace("_", "-"): str(value) for name, value in attributes.items()})

    def _draw_box(self, box: _Box) -> None:
        left, top = self._lefts[box.column], self._tops[box.row]
        look = {"fill": "var(--tint)", "rx": 14} if box.is_end else {"fill": "var(--paper)", "rx": 2}
        colour = "var(--line)" if box.is_end else "currentColor"
        self._draw("rect", x=left, y=top, width=round(box.width, 1), height=box.height, stroke=colour, **look)
        for number, words in enumerate(box.words):
            self._draw("text", x=left + MARGIN, y=top + MARGIN + LINE * number + 13).text = words

    def _arrow(self, arrow: _Arrow) -> None:
        left, top = self._lefts[arrow.start.column], self._tops[arrow.start.row]
        x, y = self._lefts[arrow.end.column], self._tops[arrow.end.row]
        if arrow.is_down:
            begin = top + arrow.start.height
            self._line(f"M{left + 20} {begin}V{y - 6}", f"M{left + 20} {y}l-4.5 -8h9z")
            self._answer(arrow, left + 32, y - BELOW / 2 + 4)
            return
        begin, level = left + arrow.start.width, y + LINE
        bend = left + arrow.start.width + 12 if arrow.end.row > arrow.start.row else begin
        self._line(f"M{begin} {top + LINE}H{bend}V{level}H{x - 6}", f"M{x} {level}l-8 -4.5v9z")
        self._answer(arrow, x - width(arrow.answer) - 12, level - 6)

    def _line(self, way: str, head: str) -> None:
        self._draw("path", d=way, fill="none", stroke="var(--quiet)")
        self._draw("path", d=head, fill="var(--quiet)")

    def _answer(self, arrow: _Arrow, x: float, y: float) -> None:
        self._draw("text", x=round(x, 1), y=round(y, 1), fill="var(--quiet)", font_size=12).text = arrow.answer
