"""The promises of a method that changes something: what it answers is done, once for each key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import evolve

from incidentkit.errors import ProviderError, shown
from incidentkit.testing.conformance.crowd import CROWD
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.method import (
    Method,
    Row,
    answered,
    effects_if_seen,
    effects_of_one,
    expect_effects,
    more_in_words,
    remembered,
)
from incidentkit.testing.conformance.outcome import Outcome
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.samples import OTHER_INCIDENT
from incidentkit.testing.conformance.stage import Stage


def _does_it(method: Method, stage: Stage) -> None:
    request = method.request(stage)
    before = stage.effects()
    answered(method, stage, request)
    stage.expect(stage.effects() != before, "an answer, and nothing that happened.")


def _does_it_once(method: Method, stage: Stage) -> None:
    request = method.request(stage)
    answered(method, stage, request)
    before = stage.effects()
    stage.attempt(method.name, request)
    stage.attempt(method.name, request)
    stage.expect(stage.effects() == before, f"{more_in_words(before, stage.effects())}.")


def _answers_the_same(method: Method, stage: Stage) -> None:
    request = method.request(stage)
    first = answered(method, stage, request)
    again = stage.attempt(method.name, request)
    stage.expect(again.error is None and again.answer == first, f"first {shown(first)}, then {again}.")


def _does_it_once_for_others(method: Method, stage: Stage) -> None:
    another, request = stage.another(), method.request(stage)
    first = answered(method, stage, request)
    before = effects_if_seen(stage)
    if stage.call(method.name, request) != first or effects_if_seen(stage) != before:
        raise Untold(f"{method.name} does not even know its own keys")
    outcome = stage.attempt(method.name, request, provider=another)
    stage.expect(outcome.error is None and outcome.answer == first, f"first {shown(first)}, then {outcome}.")
    after = effects_if_seen(stage)
    stage.expect(after == before, f"{more_in_words(before, after)}.")


def _does_it_once_for_many(method: Method, stage: Stage) -> None:
    usual, request, before = effects_of_one(method, stage), method.request(stage), effects_if_seen(stage)
    outcomes = stage.at_once(method.name, [request] * CROWD)
    if strange := _strange(outcomes):
        if _strange(stage.at_once(method.name, [method.request(stage) for _ in range(CROWD)])):
            raise Untold(f"{method.name} does not even answer many keys at once: {strange}")
        stage.fails(f"{strange}.")
    answers = [outcome.answer for outcome in outcomes if outcome.error is None]
    if not answers or not all(isinstance(each, method.answer) for each in answers):
        raise Untold(f"{method.name} did not answer")
    happened = len(effects_if_seen(stage)) - len(before)
    before = effects_if_seen(stage)
    remembered(method, stage, request)
    if effects_if_seen(stage) != before:
        raise Untold(f"{method.name} does not even know its own keys")
    others = [each for each in answers if each != answers[0]]
    stage.expect(not others, f"{shown(answers[0])} and {shown(next(iter(others), None))}.")
    stage.expect(usual in (0, happened), f"{happened} things happened for one key.")


def _strange(outcomes: Iterable[Outcome]) -> Outcome | None:
    """One that is neither an answer nor a refusal."""
    return next((each for each in outcomes if each.error and not isinstance(each.error, ProviderError)), None)


def _goes_by_the_key(method: Method, stage: Stage) -> None:
    request = method.request(stage)
    first = remembered(method, stage, request)
    other = stage.attempt(method.name, evolve(request, incident=OTHER_INCIDENT))
    kept = other.answer == first if other.error is None else isinstance(other.error, ProviderError)
    stage.expect(kept, f"first {shown(first)}, then {other}.")


def _comes_back(method: Method, stage: Stage) -> None:
    outage, usual = stage.outage(), effects_of_one(method, stage)
    request, before = method.request(stage), effects_if_seen(stage)
    with outage:
        failed = stage.attempt(method.name, request)
    if failed.error is None:
        raise Untold(f"{method.name} answered, though nothing could be reached")
    outcome = stage.attempt(method.name, request)
    stage.expect(outcome.error is None, f"{outcome}.")
    expect_effects(stage, before, usual, "an answer once it could be reached again")


CHANGING: Final[tuple[Row, ...]] = (
    (
        "done",
        Level.MUST,
        "What `{method}` answers has been done.",
        _does_it,
    ),
    (
        "done_once",
        Level.MUST,
        "`{method}` does nothing a second time for a key that was used before.",
        _does_it_once,
    ),
    (
        "same_answer",
        Level.MUST,
        "`{method}` gives for a key that was used before the answer of the first time.",
        _answers_the_same,
    ),
    (
        "known_elsewhere",
        Level.SHOULD,
        "A key that `{method}` was given is known to another provider of the same system, as another desk has one.",
        _does_it_once_for_others,
    ),
    (
        "other_request",
        Level.SHOULD,
        "`{method}` goes by the key: with another request it gives the first answer, or refuses it.",
        _goes_by_the_key,
    ),
    (
        "same_key_at_once",
        Level.SHOULD,
        "`{method}` gives all who ask at once with one key the same answer.",
        _does_it_once_for_many,
    ),
    (
        "after_outage",
        Level.MUST,
        "`{method}` carries out what failed in an outage when it is asked again with the same key.",
        _comes_back,
    ),
)
"""What a method promises that changes something."""
