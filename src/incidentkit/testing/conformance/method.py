"""The methods of a protocol as a suite asks them, and what comes of that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from attrs import frozen

from incidentkit.errors import ProviderError, shown
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.outcome import Outcome
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.stage import Stage
from incidentkit.text.number import counted


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

Row: TypeAlias = tuple[str, Level, str, Ruling]
"""The end of a check's name, its level, its promise, and what looks at it."""


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


def expect_answer_or_refusal(stage: Stage, outcome: Outcome, what: str) -> None:
    """The promise is broken unless it is an answer, or an error that a desk understands."""
    kept = outcome.error is None or isinstance(outcome.error, ProviderError)
    stage.expect(kept, f"with {what} it raised {outcome}.")


def effects_if_seen(stage: Stage) -> tuple[str, ...]:
    """What has happened; nothing, where the rig does not show it."""
    return () if stage.rig.effects is None else stage.effects()


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
    happened = len(effects_if_seen(stage)) - len(before)
    stage.expect(count == 0 or happened == count, f"{what}, and {happened} of {counted(count, 'thing')} happened.")


def more_of(before: tuple[str, ...], after: tuple[str, ...]) -> list[str]:
    """What has happened since, although it be the same that happened before."""
    return [each for each in after if each not in before] or [*after[len(before) :]]


def more_in_words(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    """What is there besides, or is gone, where nothing was to happen."""
    more = more_of(before, after)
    return f"something more happened: {shown(more[0]) if more else 'what was there is gone'}"
