"""Promises about what reaches people: each message, and as it was written."""

from __future__ import annotations

from functools import partial
from typing import Any

from attrs import evolve

from incidentkit.errors import shown
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.method import Method, answered, more_of
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.samples import ALPHABETS, reworded
from incidentkit.testing.conformance.stage import Stage


def does_it_for_another_key(method: Method) -> Check[Any]:
    """What is said twice under two keys is meant twice."""
    return Check[Any](
        name=f"{method.name}_another_key",
        level=Level.MUST,
        promise=f"`{method.name}` does for another key what it did before, although all else is the same.",
        judge=partial(_does_it_again, method),
    )


def shows_words(method: Method, field: str) -> Check[Any]:
    """Words are not lost on the way to people."""
    return Check[Any](
        name=f"{method.name}_shows_words",
        level=Level.SHOULD,
        promise=f"The {field} of `{method.name}` arrives as it was written, in any alphabet.",
        judge=partial(_shows_words, method, field),
    )


def _does_it_again(method: Method, stage: Stage) -> None:
    request = method.request(stage)
    nothing = stage.effects()
    answered(method, stage, request)
    before = stage.effects()
    if before == nothing:
        raise Untold(f"nothing happened when {method.name} answered")
    answered(method, stage, evolve(request, key=stage.key()))
    stage.expect(stage.effects() != before, "an answer, and nothing that happened.")


def _shows_words(method: Method, field: str, stage: Stage) -> None:
    """Each word comes alone: of several in a row the last could be missing because they were cut."""
    request = method.request(stage)
    arrived = {word: _arrived(method, stage, reworded(request, field, word)) for word in ALPHABETS}
    if not any(arrived.values()):
        raise Untold(f"nothing happened when {method.name} answered")
    lost = [word for word, items in arrived.items() if not any(word in item for item in items)]
    if lost:
        seen = next((shown(item, 200) for item in arrived[lost[0]]), "nothing")
        stage.fails(f"{', '.join(lost)} did not arrive. What arrived for {lost[0]} is {seen}.")


def _arrived(method: Method, stage: Stage, request: Any) -> list[str]:
    """What happens if that is asked under a key of its own."""
    before = stage.effects()
    answered(method, stage, evolve(request, key=stage.key()))
    return more_of(before, stage.effects())
