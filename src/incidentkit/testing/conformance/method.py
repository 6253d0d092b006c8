"""The methods of a protocol as a suite asks them, and the promises that are the same for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeAlias

from attrs import evolve, frozen

from incidentkit.errors import NotFound, ProviderError, RateLimited, shown
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.crowd import CROWD
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.outcome import Outcome
from incidentkit.testing.conformance.samples import LONG, NASTY, OTHER_INCIDENT, fresh, reworded
from incidentkit.testing.conformance.stage import Stage, Untold
from incidentkit.text.number import counted

LONGEST_RETRY: Final = timedelta(days=1)
"""For longer no system asks to wait."""


@frozen(kw_only=True)
class Method:
    """A method of a protocol, and how a suite asks it."""

    name: str
    answer: type[Any]
    """What it gives."""
    request: Callable[[Stage], Any]
    """Makes a request that can be carried out, after whatever has to be there for it."""
    changes: bool = True
    """Whether it changes something, so that its requests have keys."""
    adds: bool = False
    """Whether each of its requests adds something, such as a message: what happened can be counted then."""
    texts: tuple[str, ...] = ()
    """The fields of its request in which any words may stand."""
    cut: tuple[str, ...] = ()
    """Those in which words are cut that are too long."""
    cutting: Level = Level.MUST
    """How much it matters that they are."""
    refuses: tuple[str, ...] = ()
    """The fields of its request that name what has to be there."""


Ruling: TypeAlias = Callable[[Method, Stage], None]
"""Looks whether a method keeps a promise."""


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


def answered(method: Method, stage: Stage, request: Any) -> Any:
    """What it answers; nothing can be seen if that is no answer."""
    answer = stage.call(method.name, request)
    if not isinstance(answer, method.answer):
        raise Untold(f"{method.name} answered {shown(answer)}, which is no {method.answer.__name__}")
    return answer


def remembered(method: Method, stage: Stage, request: Any) -> Any:
    """What it answers twice; nothing can be seen if that differs though nothing else has happened."""
    first = answered(method, stage, request)
    if stage.call(method.name, request) != first:
        raise Untold(f"{method.name} does not give one key one answer, even if nothing else happens")
    return first


def effects_of_one(method: Method, stage: Stage) -> int:
    """How many things happen where it answers a request; 0 if that is not seen, or is not the same each time.

    Whoever asks for it looks whether as many happen in other circumstances too. That nothing happens is for another
    check to say.
    """
    if stage.rig.effects is None or not method.adds:
        return 0
    first, second = (_effects_of(method, stage, method.request(stage)) for _ in range(2))
    return first if first == second else 0


def _effects_of(method: Method, stage: Stage, request: Any) -> int:
    before = stage.effects()
    answered(method, stage, request)
    return len(stage.effects()) - len(before)


def expect_effects(stage: Stage, before: tuple[str, ...], count: int, what: str) -> None:
    """So many things have happened since; whatever has, if how many is not known."""
    happened = len(_effects_if_seen(stage)) - len(before)
    stage.expect(count == 0 or happened == count, f"{what}, and {happened} of {counted(count, 'thing')} happened.")


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
                _expect_answer_or_refusal(stage, stage.attempt(method.name, other), f"{field}={words!r}")


def _expect_answer_or_refusal(stage: Stage, outcome: Outcome, what: str) -> None:
    kept = outcome.error is None or isinstance(outcome.error, ProviderError)
    stage.expect(kept, f"with {what} it raised {outcome}.")


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
    requests, before = [method.request(stage) for _ in range(CROWD)], _effects_if_seen(stage)
    outcomes = stage.at_once(method.name, requests)
    for outcome in outcomes:
        _expect_answer_or_refusal(stage, outcome, f"{CROWD} requests at once")
    answers = sum(outcome.error is None for outcome in outcomes)
    stage.expect(answers > 0, f"all were refused, as in {outcomes[0]}.")
    expect_effects(stage, before, usual * answers, counted(answers, "answer"))


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
    stage.expect(stage.effects() == before, f"{_more(before, stage.effects())}.")


def more_of(before: tuple[str, ...], after: tuple[str, ...]) -> list[str]:
    """What has happened since, although it be the same that happened before."""
    return [each for each in after if each not in before] or [*after[len(before) :]]


def _more(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    more = more_of(before, after)
    return f"something more happened: {shown(more[0]) if more else 'what was there is gone'}"


def _answers_the_same(method: Method, stage: Stage) -> None:
    request = method.request(stage)
    first = answered(method, stage, request)
    again = stage.attempt(method.name, request)
    stage.expect(again.error is None and again.answer == first, f"first {shown(first)}, then {again}.")


def _does_it_once_for_others(method: Method, stage: Stage) -> None:
    another, request = stage.another(), method.request(stage)
    first = answered(method, stage, request)
    before = _effects_if_seen(stage)
    if stage.call(method.name, request) != first or _effects_if_seen(stage) != before:
        raise Untold(f"{method.name} does not even know its own keys")
    outcome = stage.attempt(method.name, request, provider=another)
    stage.expect(outcome.error is None and outcome.answer == first, f"first {shown(first)}, then {outcome}.")
    after = _effects_if_seen(stage)
    stage.expect(after == before, f"{_more(before, after)}.")


def _effects_if_seen(stage: Stage) -> tuple[str, ...]:
    return () if stage.rig.effects is None else stage.effects()


def _does_it_once_for_many(method: Method, stage: Stage) -> None:
    usual, request, before = effects_of_one(method, stage), method.request(stage), _effects_if_seen(stage)
    outcomes = stage.at_once(method.name, [request] * CROWD)
    if strange := _strange(outcomes):
        if _strange(stage.at_once(method.name, [method.request(stage) for _ in range(CROWD)])):
            raise Untold(f"{method.name} does not even answer many keys at once: {strange}")
        stage.fails(f"{strange}.")
    answers = [outcome.answer for outcome in outcomes if outcome.error is None]
    if not answers or not all(isinstance(each, method.answer) for each in answers):
        raise Untold(f"{method.name} did not answer")
    happened = len(_effects_if_seen(stage)) - len(before)
    before = _effects_if_seen(stage)
    remembered(method, stage, request)
    if _effects_if_seen(stage) != before:
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
    request, before = method.request(stage), _effects_if_seen(stage)
    with outage:
        failed = stage.attempt(method.name, request)
    if failed.error is None:
        raise Untold(f"{method.name} answered, though nothing could be reached")
    outcome = stage.attempt(method.name, request)
    stage.expect(outcome.error is None, f"{outcome}.")
    expect_effects(stage, before, usual, "an answer once it could be reached again")


def _changes_nothing(method: Method, stage: Stage) -> None:
    request = method.request(stage)
    before = stage.effects()
    answered(method, stage, request)
    stage.expect(stage.effects() == before, f"{_more(before, stage.effects())}.")


def _cuts(method: Method, field: str, stage: Stage) -> None:
    answered(method, stage, method.request(stage))
    usual = effects_of_one(method, stage)
    request, before = reworded(method.request(stage), field, "long " * (LONG // 5)), _effects_if_seen(stage)
    outcome = stage.attempt(method.name, request)
    stage.expect(isinstance(outcome.answer, method.answer), f"for {LONG} characters, {outcome}.")
    is_seen = usual == 0 or _effects_if_seen(stage) != before
    stage.expect(is_seen, f"for {LONG} characters, an answer, and nothing that happened.")


def _refuses_unknown(method: Method, field: str, stage: Stage) -> None:
    outcome = stage.attempt(method.name, reworded(method.request(stage), field, fresh("nothing")))
    stage.expect(isinstance(outcome.error, NotFound), f"{outcome}.")


Row: TypeAlias = tuple[str, Level, str, Ruling]
"""The end of a check's name, its level, its promise, and what looks at it."""

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

READING: Final[tuple[Row, ...]] = (
    (
        "changes_nothing",
        Level.MUST,
        "`{method}` changes nothing and reaches nobody.",
        _changes_nothing,
    ),
)
"""What a method promises that only reads."""
