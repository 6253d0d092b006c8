"""The promises of a method that do not depend on what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

from attrs import evolve

from incidentkit.errors import NotFound, ProviderError, RateLimited
from incidentkit.testing.conformance.changing import CHANGING
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.crowd import CROWD
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.method import (
    Method,
    Row,
    answered,
    effects_if_seen,
    effects_of_one,
    expect_answer_or_refusal,
    expect_effects,
    more_in_words,
)
from incidentkit.testing.conformance.outcome import Outcome
from incidentkit.testing.conformance.samples import LONG, NASTY, fresh, reworded
from incidentkit.testing.conformance.stage import Stage
from incidentkit.text.number import counted

LONGEST_RETRY: Final = timedelta(days=1)
"""For longer no system asks to wait."""


def checks_of(method: Method) -> Iterator[Check[Any]]:
    """The promises of a method that do not depend on what it is for."""
    for suffix, level, promise, ruling in (*EVERY, *(CHANGING if method.changes else READING)):
        if suffix == "strange_words" and not method.texts:
            continue
        yield Check[Any](
            name=f"{method.name}_{suffix}",
            level=level,
            promise=promise.format(method=method.name, answer=method.answer.__name__),
            judge=partial(ruling, method),
        )
    for field in method.cut:
        yield Check[Any](
            name=f"{method.name}_cuts_{field}",
            level=method.cutting,
            promise=f"`{method.name}` cuts a {field} that is longer than the system allows, and does not refuse it.",
            judge=partial(_cuts, method, field),
        )
    for field in method.refuses:
        yield Check[Any](
            name=f"{method.name}_unknown_{field}",
            level=Level.MUST,
            promise=f"`{method.name}` raises `NotFound` if what `{field}` names is not there.",
            judge=partial(_refuses_unknown, method, field),
        )


def _answers(method: Method, stage: Stage) -> None:
    outcome = stage.attempt(method.name, method.request(stage))
    stage.expect(isinstance(outcome.answer, method.answer), f"{outcome}.")


def _takes_strange_words(method: Method, stage: Stage) -> None:
    request = method.request(stage)
    for field in method.texts:
        for words in NASTY:
            anew = evolve(request, key=stage.key()) if hasattr(request, "key") else request
            other = reworded(anew, field, words)
            if other is not None:
                expect_answer_or_refusal(stage, stage.attempt(method.name, other), f"{field}={words!r}")


def _tells_of_outage(method: Method, stage: Stage) -> None:
    error = _failure(method, stage)
    kept = isinstance(error, ProviderError) and (error.transient or error.outcome_unknown)
    stage.expect(kept, f"{Outcome(error=error)}." if error else "an answer, though nothing can be reached.")


def _failure(method: Method, stage: Stage) -> BaseException | None:
    """What it raises while the system behind cannot be reached."""
    outage, request = stage.outage(), method.request(stage)
    with outage:
        return stage.attempt(method.name, request).error


def _tells_of_overload(method: Method, stage: Stage) -> None:
    overload, request = stage.overload(), method.request(stage)
    with overload:
        outcome = stage.attempt(method.name, request)
    error = outcome.error
    stage.expect(isinstance(error, RateLimited), f"{outcome}.")
    assert isinstance(error, RateLimited)
    kept = error.retry_after is not None and timedelta() < error.retry_after <= LONGEST_RETRY
    stage.expect(kept, f"retry_after={error.retry_after!r}.")


def _serves_many(method: Method, stage: Stage) -> None:
    usual = effects_of_one(method, stage)
    requests, before = [method.request(stage) for _ in range(CROWD)], effects_if_seen(stage)
    outcomes = stage.at_once(method.name, requests)
    for outcome in outcomes:
        expect_answer_or_refusal(stage, outcome, f"{CROWD} requests at once")
    answers = sum(outcome.error is None for outcome in outcomes)
    stage.expect(answers > 0, f"all were refused, as in {outcomes[0]}.")
    expect_effects(stage, before, usual * answers, counted(answers, "answer"))


def _changes_nothing(method: Method, stage: Stage) -> None:
    request = method.request(stage)
    before = stage.effects()
    answered(method, stage, request)
    stage.expect(stage.effects() == before, f"{more_in_words(before, stage.effects())}.")


def _cuts(method: Method, field: str, stage: Stage) -> None:
    answered(method, stage, method.request(stage))
    usual = effects_of_one(method, stage)
    request, before = reworded(method.request(stage), field, "long " * (LONG // 5)), effects_if_seen(stage)
    outcome = stage.attempt(method.name, request)
    stage.expect(isinstance(outcome.answer, method.answer), f"for {LONG} characters, {outcome}.")
    is_seen = usual == 0 or effects_if_seen(stage) != before
    stage.expect(is_seen, f"for {LONG} characters, an answer, and nothing that happened.")


def _refuses_unknown(method: Method, field: str, stage: Stage) -> None:
    outcome = stage.attempt(method.name, reworded(method.request(stage), field, fresh("nothing")))
    stage.expect(isinstance(outcome.error, NotFound), f"{outcome}.")


EVERY: Final[tuple[Row, ...]] = (
    (
        "answers",
        Level.MUST,
        "`{method}` answers a request that can be carried out, with `{answer}`.",
        _answers,
    ),
    (
        "at_once",
        Level.MUST,
        "`{method}` answers requests that come at once, or refuses some of them with errors below `ProviderError`.",
        _serves_many,
    ),
    (
        "strange_words",
        Level.MUST,
        "`{method}` takes any words and control characters, or refuses them with an error below `ProviderError`.",
        _takes_strange_words,
    ),
    (
        "outage",
        Level.MUST,
        "`{method}` raises an error that says to try again while the system behind cannot be reached.",
        _tells_of_outage,
    ),
    (
        "overload",
        Level.SHOULD,
        "`{method}` raises `RateLimited` with a `retry_after` while there are too many requests.",
        _tells_of_overload,
    ),
)
"""What every method promises."""

READING: Final[tuple[Row, ...]] = (
    (
        "changes_nothing",
        Level.MUST,
        "`{method}` changes nothing and reaches nobody.",
        _changes_nothing,
    ),
)
"""What a method promises that only reads."""
