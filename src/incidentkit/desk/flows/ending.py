"""What came of a try: an outcome, whatever a provider answered or raised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from inspect import iscoroutine
from math import isfinite
from typing import Any, Final, cast

from attrs import field, fields, frozen

from incidentkit.desk.effects import Unanswered
from incidentkit.desk.hearsay import class_of, words_of
from incidentkit.errors import FieldInvalid, ProviderError
from incidentkit.model.action import Outcome
from incidentkit.model.assessment import Value
from incidentkit.model.events import LinkKind
from incidentkit.model.identity import PersonId, checked_name, keepable
from incidentkit.policy.action import Action
from incidentkit.policy.posting import opened_by
from incidentkit.providers.answer import Receipt
from incidentkit.providers.chat import OpenChannel
from incidentkit.providers.on_call import FindOnCall, OnCallNow
from incidentkit.providers.tools import operations_of

LONGEST_PAUSE: Final = timedelta(days=1)
"""For how long a provider can ask to be left alone."""

LONGEST_REFERENCE: Final = 2_000
"""Characters of a provider's reference that are kept."""

LONGEST_READING: Final = 1_000
"""Characters of a text in a tool's answer that the log keeps; all of it is kept as evidence."""

MOST_NAMED: Final = 100
"""Different people whom an on-call system can name at once; more are a slip, and the log says that there were."""


@frozen
class Ending:
    """What came of a try, before it has a time."""

    outcome: Outcome
    problem: str = ""
    reference: str = ""
    retry_after: timedelta | None = None
    running: bool = False
    """Whether the provider may still be at it."""
    found: tuple[PersonId, ...] = ()
    opened: LinkKind | None = None
    url: str = ""
    readings: Mapping[str, Value] = field(factory=dict[str, Value])
    """What a tool answered, by field."""
    former: tuple[str, ...] | None = None
    """What a tool says was so before."""
    output: bytes = b""
    """What a tool said, as it said it."""
    evidence: str = ""
    """The SHA-256 of that, once it is kept."""


def ending_of_answer(answer: object, action: Action) -> Ending:
    """What came of a try that was answered."""
    request = action.request
    if iscoroutine(answer):
        answer.close()
        return Ending(Outcome.FAILED, "answered with a promise that nobody awaits: give the provider to an AsyncDesk")
    if isinstance(request, FindOnCall):
        return _ending_of_question(answer)
    if action.slot and not isinstance(answer, Receipt):
        return _ending_of_reading(answer, action)
    if not isinstance(answer, Receipt):
        return Ending(Outcome.UNKNOWN, f"answered with {class_of(answer)} and not with a Receipt")
    reference, problem = _reference(answer.reference, "receipt")
    if action.slot:
        former = None if answer.former is None else tuple(keepable(each) for each in answer.former)
        return Ending(Outcome.SUCCEEDED, problem, reference, former=former, output=answer.output)
    opened = opened_by(request)
    if opened is None:
        return Ending(Outcome.SUCCEEDED, problem, reference)
    reference = reference.strip() or (request.name if isinstance(request, OpenChannel) else "")
    if not reference:
        return Ending(Outcome.FAILED, f"its receipt does not say what the {opened} is called: tie it to the incident")
    return Ending(Outcome.SUCCEEDED, problem, reference, opened=opened, url=_reference(answer.url, "receipt")[0])


def _ending_of_question(answer: object) -> Ending:
    """Whom an on-call system named. What cannot be read is no answer, and would be none another time."""
    if not isinstance(answer, OnCallNow):
        return Ending(Outcome.FAILED, f"answered with {class_of(answer)} and not with an OnCallNow")
    named = _sequence(answer.people)
    if named is None:
        return Ending(Outcome.FAILED, f"the people of its answer are {class_of(answer.people)}, no tuple")
    names = dict.fromkeys(map(_name, named))
    found = tuple(PersonId(name) for name in names if name is not None)
    reference, problem = _reference(answer.reference, "answer")
    nameless = "some of those whom it named have no names: printable text without spaces at its ends"
    cut = f"it named {len(found)} people, of whom the first {MOST_NAMED} are kept"
    problems = (problem, nameless if None in names else "", cut if len(found) > MOST_NAMED else "")
    return Ending(Outcome.SUCCEEDED, "; ".join(filter(None, problems)), reference, found=found[:MOST_NAMED])


def _ending_of_reading(answer: object, action: Action) -> Ending:
    """What a tool read. What is no such answer is none, and would be none another time."""
    asked = next(each for each in operations_of(action.slot) if each.request is type(action.request))
    if not isinstance(answer, asked.answer):
        return Ending(Outcome.FAILED, f"answered with {class_of(answer)} and not with {asked.answer.__name__}")
    readings: dict[str, Value] = {}
    for each in fields(type(answer)):
        value: object = getattr(answer, each.name)
        if isinstance(value, tuple):
            readings[each.name] = len(cast("tuple[object, ...]", value))  # of what was found, how much
        elif isinstance(value, bool | int | timedelta) or (isinstance(value, float) and isfinite(value)):
            readings[each.name] = value
        elif isinstance(value, str) and value:
            readings[each.name] = keepable(value)[:LONGEST_READING]
    output: object = getattr(answer, "output", b"")
    return Ending(Outcome.SUCCEEDED, readings=readings, output=output if isinstance(output, bytes) else b"")


def _sequence(people: object) -> tuple[object, ...] | None:
    """What should be a tuple, and may be a list; `None` for anything else."""
    return tuple(cast("tuple[object, ...]", people)) if type(people) in (tuple, list) else None


def _name(person: Any) -> str | None:
    """What somebody is called; `None` for what is no name. Of text of a class of its own the text itself counts."""
    is_text = issubclass(type(person), str)  # whatever its class says that it is
    try:
        return checked_name("found", str.__str__(person) if is_text else person)
    except FieldInvalid:
        return None


def _reference(reference: Any, of: str) -> tuple[str, str]:
    """What can be kept of a reference, and what is wrong with it."""
    problem = "" if isinstance(reference, str) else f"the reference of its {of} is {class_of(reference)}, no text"
    return keepable(reference)[:LONGEST_REFERENCE], problem


def ending_of_error(error: Exception) -> Ending:
    """What came of a try that raised, whatever the error does when it is asked."""
    try:
        return _said_by(error)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001  # such as a property that its author computes from an answer that never came
        return Ending(Outcome.UNKNOWN, f"raised {class_of(error)}, which cannot be read")


def _said_by(error: Exception) -> Ending:
    """What came of it by what the error says. What is no provider's shows its class alone: it may hold secrets."""
    if not isinstance(error, ProviderError):
        return Ending(Outcome.UNKNOWN, f"raised {class_of(error)}, which is no ProviderError")
    output: object = getattr(error, "output", b"")
    said = output if isinstance(output, bytes) else b""
    if error.outcome_unknown:
        return Ending(Outcome.UNKNOWN, words_of(error), running=isinstance(error, Unanswered), output=said)
    if error.transient:
        return Ending(Outcome.POSTPONED, words_of(error), retry_after=_retry_after(error), output=said)
    return Ending(Outcome.FAILED, words_of(error), output=said)


def _retry_after(error: ProviderError) -> timedelta | None:
    """How long a provider wants to be left alone, if what it says makes sense."""
    asked: object = getattr(error, "retry_after", None)
    return min(asked, LONGEST_PAUSE) if isinstance(asked, timedelta) and asked > timedelta() else None
