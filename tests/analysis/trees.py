"""Trees that ask people the same more than once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from incidentkit import Conclusion, DecisionTree, Flag, Question, SeverityScheme, ask

TEXTS = ("Does it hurt?", "Do users notice?")
FLAGS = tuple(Flag(f"flag_{number}", question="?") for number in range(3))


@st.composite
def repeating_trees(draw: st.DrawFn, scheme: SeverityScheme[Any]) -> DecisionTree[Conclusion]:
    """Trees that ask people the same again, on one way or on several, and that somebody may be unsure in."""

    def question(flags: Sequence[Flag], depth: int) -> Question[Conclusion]:
        flag = draw(st.sampled_from([*flags, None, None]))
        left = [each for each in flags if each is not flag]
        text = draw(st.sampled_from(TEXTS))
        unsure = node(left, depth) if draw(st.booleans()) else None
        return ask(text, flag, yes=node(left, depth), no=node(left, depth), unsure=unsure)

    def node(flags: Sequence[Flag], depth: int) -> Question[Conclusion] | Conclusion:
        if depth and draw(st.integers(0, 3)):
            return question(flags, depth - 1)
        return Conclusion(severities=(draw(st.sampled_from(scheme.severities)),))

    return DecisionTree("?", question(FLAGS, 2))
