"""Checks of runbooks by themselves: guards that say nothing, and steps that nobody confirms, undoes or hears of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final, TypeAlias

from incidentkit.model.conditions import ALWAYS, Condition
from incidentkit.model.durations import duration_text
from incidentkit.model.lifecycle import Status
from incidentkit.policy.finding import Code, Finding
from incidentkit.policy.runbook import Runbook, parameters_of
from incidentkit.policy.situation import UNCERTAIN
from incidentkit.policy.step import Check, Decide, Failure, Include, Instruct, Step, Use
from incidentkit.policy.worlds import OF_ONE_IN_FORCE, worlds

LONGEST_PATIENCE: Final = timedelta(hours=1)
"""For how long a check may wait until something is well."""

_NEVER_KNOWN: Final = (*OF_ONE_IN_FORCE, UNCERTAIN)
"""The facts that are known only of something that is wanted, and never of an incident."""


def _never_answered(path: str, runbook: Runbook) -> Iterator[Finding]:
    for place, condition in (("fits", runbook.fits), *((f"{each}.when", step.when) for each, step in _steps(runbook))):
        for fact in condition.vocabulary.values():
            if fact in _NEVER_KNOWN:
                message = f"{condition} asks for {fact.name}, which is known only of something that is wanted"
                yield Finding(Code.NEVER_ANSWERED, f"{path}.{place}", message)


def _idle_guards(path: str, runbook: Runbook) -> Iterator[Finding]:
    for place, step in _steps(runbook):
        answers = _answers(step.when)
        if answers and True not in answers:
            message = f"step {step.name!r} is never done: there can be no incident with {step.when}"
            yield Finding(Code.NEVER_DONE, f"{path}.{place}.when", message)
        if answers and False not in answers and step.when != ALWAYS:
            message = f"step {step.name!r} needs no guard: there can be no incident without {step.when}"
            yield Finding(Code.IDLE_GUARD, f"{path}.{place}.when", message)


def _answers(guard: Condition) -> set[bool | None]:
    """How a guard can come out; nothing if that is not decided, or is never known."""
    possible = None if any(fact in _NEVER_KNOWN for fact in guard.vocabulary.values()) else worlds((guard,), Status)
    return set() if possible is None else {guard.evaluate(world) for world in possible}


def _nobody_named(path: str, runbook: Runbook) -> Iterator[Finding]:
    for place, step in _steps(runbook):
        if isinstance(step, Use) and step.is_destructive and not step.confirmed_by:
            owner = step.owner or runbook.owner
            message = f"step {step.name!r} is destructive, and {owner}, who does it, confirms it too: name somebody"
            yield Finding(Code.NOBODY_NAMED, f"{path}.{place}.confirmed_by", message)


def _not_undone(path: str, runbook: Runbook) -> Iterator[Finding]:
    undoing = [index for index, step in enumerate(runbook.steps) if _undoes(step)]
    last = max(undoing, default=-1)
    for index, step in enumerate(runbook.steps):
        if not isinstance(step, Use) or not step.tool.changes or step.tool.undone_by:
            continue
        if step.temporary:
            message = f"step {step.name!r} is temporary, and nothing undoes {step.operation}"
            yield Finding(Code.NOT_UNDONE, f"{path}.steps[{index}].temporary", message)
        elif index < last:
            why = f"the failure of step {runbook.steps[last].name!r} undoes what was done"
            message = f"{why}, and nothing undoes {step.operation} of step {step.name!r}"
            yield Finding(Code.NOT_UNDONE, f"{path}.steps[{index}].operation", message)


def _undoes(step: Step) -> bool:
    return isinstance(step, Use | Check) and step.on_failure is Failure.UNDO


def _patient(path: str, runbook: Runbook) -> Iterator[Finding]:
    for place, step in _steps(runbook):
        if isinstance(step, Check) and step.patience > LONGEST_PATIENCE:
            message = f"step {step.name!r} waits for {duration_text(step.patience)} until anybody hears that it failed"
            yield Finding(Code.PATIENT, f"{path}.{place}.patience", message)


def _nobody_told(path: str, runbook: Runbook) -> Iterator[Finding]:
    waiting = [repr(step.name) for step in runbook.steps if _is_for_people(step)]
    if waiting and not runbook.notice:
        message = f"nobody is told when runbook {runbook.name!r} waits for people, as it does at {', '.join(waiting)}"
        yield Finding(Code.NOBODY_TOLD, f"{path}.notice", message)


def _is_for_people(step: Step) -> bool:
    return isinstance(step, Instruct | Decide) or (isinstance(step, Use) and step.is_confirmed)


def _unused_parameters(path: str, runbook: Runbook) -> Iterator[Finding]:
    used = {name for step in runbook.steps for name in parameters_of(step)}
    for index, parameter in enumerate(runbook.parameters):
        if parameter.name not in used:
            message = f"no step of runbook {runbook.name!r} has {{{parameter.name}}}"
            yield Finding(Code.UNUSED_PARAMETER, f"{path}.parameters[{index}]", message)


def _learnt_twice(path: str, runbook: Runbook) -> Iterator[Finding]:
    """A step that may be skipped leaves to later ones what it learns; so does everything that may change the answer."""
    learnt: dict[str, str] = {}
    for place, step in _steps(runbook):
        if isinstance(step, Instruct | Include) or (isinstance(step, Use) and step.tool.changes):
            learnt.clear()
        for name, fact in _learns(step):
            if fact in learnt:
                message = (
                    f"step {step.name!r} learns {fact} again, after step {learnt[fact]!r}: the later answer counts"
                )
                yield Finding(Code.LEARNT_TWICE, f"{path}.{place}.learns.{name}", message)
            if step.when == ALWAYS:
                learnt[fact] = step.name


def _learns(step: Step) -> Iterator[tuple[str, str]]:
    """The facts that a tool tells, by what they are called in its answer."""
    if isinstance(step, Use | Check):
        yield from ((name, fact.name) for name, fact in step.learns.items())


def _steps(runbook: Runbook) -> Iterator[tuple[str, Step]]:
    """Every step, with its place in the document of its runbook."""
    return ((f"steps[{index}]", step) for index, step in enumerate(runbook.steps))


RunbookCheck: TypeAlias = Callable[[str, Runbook], Iterator[Finding]]
"""Looks for one thing in a runbook at a path."""

ON_RUNBOOK: Final[tuple[RunbookCheck, ...]] = (
    _never_answered,
    _idle_guards,
    _nobody_named,
    _not_undone,
    _patient,
    _nobody_told,
    _unused_parameters,
    _learnt_twice,
)
"""What is looked for in every runbook."""
