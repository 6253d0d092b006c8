"""Decision trees as pictures: everything that a tree says is there, once, and nothing lies on anything else."""

from __future__ import annotations

from itertools import combinations
from typing import Any, NamedTuple
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from incidentkit import EMERGENCY, Conclusion, DecisionTree, Question, ask
from incidentkit.policy.drawing import branches
from incidentkit.policy.question import is_question
from incidentkit.render.flow import LONGEST, MOST_LINES, decision_flow
from incidentkit.render.lettering import lines, short, width
from incidentkit.testing import decision_trees, texts

STAY, GO = Conclusion("Stay"), Conclusion("Go")


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float
    words: str


def boxes(tree: DecisionTree[Any]) -> list[Box]:
    """The boxes of the drawing of a tree, with the words that stand in them."""
    found: list[Box] = []
    for each in ElementTree.fromstring(decision_flow(tree).svg):
        place = {name: float(value) for name, value in each.attrib.items() if name in ("x", "y", "width", "height")}
        if each.tag.endswith("rect"):
            right, bottom = place["x"] + place["width"], place["y"] + place["height"]
            found.append(Box(place["x"], place["y"], right, bottom, ""))
        elif each.tag.endswith("text") and "font-size" not in each.attrib:
            last = found.pop()
            assert last.left < place["x"] < last.right
            assert last.top < place["y"] < last.bottom
            found.append(last._replace(words=f"{last.words} {each.text}".strip()))
    return found


def answers(tree: DecisionTree[Any]) -> list[str]:
    drawing = ElementTree.fromstring(decision_flow(tree).svg)
    return [each.text or "" for each in drawing if each.tag.endswith("text") and "font-size" in each.attrib]


def test_the_way_down_is_drawn_downwards() -> None:
    first, beside, second, other, last = boxes(
        DecisionTree("Move?", ask("Is it raining?", yes=ask("Is there a roof?", yes=STAY, no=GO), no=STAY))
    )
    assert [first.words, beside.words, second.words] == ["Is it raining?", "Stay", "Is there a roof?"]
    assert first.left == second.left == last.left
    assert first.top == beside.top < second.top == other.top < last.top
    assert beside.left > first.right


def test_a_shared_question_is_drawn_once() -> None:
    shared = ask("Is there a roof?", yes=STAY, no=GO)
    first: Question[Conclusion] = ask("Raining?", yes=shared, no=ask("Snowing?", yes=shared, no=GO))
    tree = DecisionTree("Move?", first)
    assert sorted(each.words for each in boxes(tree)) == [
        "Go",
        "Go",
        "Raining?",
        "Snowing?",
        "Stay",
        "[2] Is there a roof?",
        "on to [2]",
    ]


def test_answers_to_the_same_place_are_one_arrow() -> None:
    assert answers(EMERGENCY.tree("rollback-or-hotfix")) == ["YES", "NO", "YES", "NO/UNSURE"]


def test_it_is_told_to_those_who_do_not_see_it() -> None:
    assert decision_flow(EMERGENCY.tree("rollback-or-hotfix")).alternative == (
        "Rollback vs Hotfix?: a decision tree of 2 questions and 3 ends. First: Can we fix in < 30 min?"
    )


@given(decision_trees())
def test_every_answer_leads_somewhere(tree: DecisionTree[Conclusion]) -> None:
    several = [branch for question in tree.root.questions for branch in branches(question)]
    assert sorted(answers(tree)) == sorted(short(label, 160) for label, _ in several)
    assert len(boxes(tree)) == 1 + len(several)
    numbered = [each.words for each in boxes(tree) if not each.words.startswith("on to [")]
    ends = sum(not is_question(node) for _, node in several)
    assert len(numbered) >= len(tree.root.questions) + ends


@given(decision_trees())
def test_no_box_lies_on_another(tree: DecisionTree[Conclusion]) -> None:
    for one, other in combinations(boxes(tree), 2):
        beside = one.right < other.left or other.right < one.left
        assert beside or one.bottom < other.top or other.bottom < one.top


@given(texts(), st.integers(1, 8))
def test_lines_are_no_longer_than_they_may_be(words: str, most: int) -> None:
    several = lines(words, LONGEST, most=most)
    assert 1 <= len(several) <= most
    assert all(width(each) <= LONGEST for each in several)


@given(st.text("a m", max_size=120))
def test_words_that_fit_are_all_there(words: str) -> None:
    assert "".join(lines(words, LONGEST, most=99)).replace(" ", "") == words.replace(" ", "")


def test_what_does_not_fit_is_shortened() -> None:
    said = lines("word " * 200, LONGEST, most=MOST_LINES)
    assert len(said) == MOST_LINES
    assert said[-1].endswith("…")
