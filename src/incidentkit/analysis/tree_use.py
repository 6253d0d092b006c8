"""Answers of a tree that the answers before them rule out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from incidentkit.analysis.finding import NeverAnswered, Undecided
from incidentkit.analysis.ways import Answering, Ways
from incidentkit.policy.law import Law
from incidentkit.policy.question import Walk
from incidentkit.policy.tree import DecisionTree


def unused_answers(ways: Ways) -> Iterator[NeverAnswered | Undecided]:
    """Answers that nothing known can give, where the tree asks, nor people who have answered that question before.

    Somebody can always be unsure of what facts answer.
    """
    assert isinstance(ways.subject, DecisionTree)
    return _below(ways, ways.subject.walk(), Answering(ways.world, ways.replies, ways.unsure))


def _below(ways: Ways, walk: Walk[Any], answering: Answering) -> Iterator[NeverAnswered | Undecided]:
    """Those of a question, and of the questions behind the answers that can be given."""
    solver, question = ways.solver, walk.question
    if question is None:
        return
    given = answering.answers(question)
    names = {answer: solver.named(formula) for answer, formula in given.items()}
    can_be = {answer: solver.can_hold(name) for answer, name in names.items()}
    possible = [answer for answer, can in can_be.items() if can is not False]
    for answer, can in can_be.items():
        if can is None:
            what = f"whether {question.text!r} is ever answered {answer!r}"
            yield Undecided(law=Law.UNSHADOWED, what=what)
        elif not can:
            yield NeverAnswered(
                question=question, answer=answer, path=tuple(map(str, walk.path)), is_settled=len(possible) <= 1
            )
    for answer in question.branches:
        if can_be.get(answer, True) is not False:
            with solver.scope():
                solver.add(names.get(answer, solver.always))
                yield from _below(ways, walk.answer(answer), answering)
