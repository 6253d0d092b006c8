"""What a run wants now: the step that is at its turn, and the word of people that it waits for, as obligations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from incidentkit.model.conditions import ALWAYS, NEVER, Condition
from incidentkit.model.lifecycle import Status
from incidentkit.policy.announcement import FINISHED
from incidentkit.policy.course import Course
from incidentkit.policy.obligation import Obligation, Recurrence, as_reason
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.situation import BROUGHT_ABOUT, EVIDENCE_HELD, OVER, SAID_DONE, STATUS, WAIVED
from incidentkit.policy.step import Failure, Use
from incidentkit.policy.stride import UNDO, WAITING, Stage, Stride
from incidentkit.providers.pager import Purpose

FAILED: Final = "//failed"
"""What stands at the end of the name of a step whose failure made the run go on, or be undone."""

LASTING: Final = "//lasting"
"""What stands at the end of the name of a step that is to be undone or made permanent."""

SETTLED_BY_THEN: Final[Condition] = STATUS.is_(Status.MONITORING) | OVER
"""From then on it is time to undo what was done for the time being, or to make it permanent."""


def demands(course: Course) -> Iterator[Obligation]:
    """What it wants now."""
    for stride in course.current:
        yield _step(course, stride)
        if stride.stage in WAITING and not _tells_itself(stride):
            yield _word(course, stride)
    for stride in course.forward:
        step = stride.placed.step
        if stride.stage is Stage.FAILED and stride.on_failure is not Failure.WAIT and not course.is_stopped:
            yield _failed(course, stride)
        if isinstance(step, Use) and step.temporary and course.has_worked(stride):
            yield _lasting(course, stride)


def _tells_itself(stride: Stride) -> bool:
    """Whether the step is an obligation of people itself, which tells them."""
    return stride.stage is Stage.OPEN and stride.operation is None


def _step(course: Course, stride: Stride) -> Obligation:
    """That the step is done, by a tool or by people."""
    is_for_people, placed = stride.operation is None, stride.placed
    met = SAID_DONE | BROUGHT_ABOUT
    return Obligation(
        id=stride.id,
        when=ALWAYS if stride.is_undoing else placed.step.when,
        not_before=stride.since if stride.stage is Stage.NEXT else None,
        is_decided=not stride.is_undoing,
        met=met,
        until=met | WAIVED | FINISHED,
        held=EVIDENCE_HELD.is_(True) if stride.is_destructive else NEVER,
        recipients=(placed.owner,),
        recurrence=Recurrence.ONCE,
        chain=placed.notice if is_for_people else (),
        suffices=True,
        outlives=True,
        owed=is_for_people,
        purpose=Purpose.REMINDER,
        because=as_reason(f"{course.run.name}, {stride.name}: {stride.words}{_in_brackets(stride.because)}"),
        source=placed.step.source,
    )


def _word(course: Course, stride: Stride) -> Obligation:
    """That people learn what a step waits for; asked once for each try, and again once a confirmation is too old."""
    words = course.incident.progress.runs.confirmed.get(stride.id, ())
    asked = sum(word.attempt == stride.attempt for word in words)
    again = f", asked again after {asked}" if asked else ""
    which = f"try {stride.attempt}{again}" if stride.stage in (Stage.UNCONFIRMED, Stage.FAILED) else str(stride.stage)
    for_whom = stride.placed.confirmed_by if stride.stage is Stage.UNCONFIRMED else (stride.placed.owner,)
    waits = _WAITS[stride.stage].format(attempt=stride.attempt)
    return _told(course, stride, f"{stride.id}//{which}", for_whom, waits)


def _failed(course: Course, stride: Stride) -> Obligation:
    """That people learn of a step whose failure nobody was asked about: once, whatever becomes of it."""
    waits = _THEN[stride.on_failure]
    return _told(course, stride, f"{stride.id}{FAILED}", (stride.placed.owner,), waits)


def _told(course: Course, stride: Stride, id: str, for_whom: tuple[Recipient, ...], waits: str) -> Obligation:
    """That people are told how it stands with a step, by the notice of its runbook."""
    because = f": {stride.because}" if stride.because else ""
    return Obligation(
        id=id,
        when=ALWAYS,
        not_before=stride.since if stride.since > course.incident.as_of else None,
        until=FINISHED,
        recipients=for_whom,
        recurrence=Recurrence.ONCE,
        chain=stride.placed.notice,
        suffices=True,
        outlives=True,
        purpose=Purpose.REMINDER,
        because=as_reason(f"{course.run.name}, {stride.name} {waits}{because}{_in_brackets(stride.words)}"),
        source=stride.placed.step.source,
    )


def _in_brackets(words: str) -> str:
    return f" ({words})" if words else ""


_WAITS: Final = {
    Stage.UNKNOWN: "waits for an answer",
    Stage.HELD: "waits until the hold on evidence is lifted",
    Stage.UNCONFIRMED: "is to be confirmed, for try {attempt}",
    Stage.OPEN: "is for people to look at, and to say whether it is done",
    Stage.FAILED: "has failed: confirm try {attempt}, say that it is done, or waive it",
}
"""What people are told of a step that waits for them."""

_THEN: Final = {
    Failure.GO_ON: "has failed, and the run goes on",
    Failure.UNDO: "has failed, so what the run did is undone",
}
"""What people are told of a step that has failed and waits for nobody."""


def _lasting(course: Course, stride: Stride) -> Obligation:
    """That what was done for the time being is undone or made permanent; met as soon as it is undone, by whomever."""
    is_undone = course.is_undone(stride)
    said = SAID_DONE | BROUGHT_ABOUT
    met = said | ALWAYS if is_undone else said
    words = f"undo what was done for the time being, or make it permanent: {stride.words}"
    return Obligation(
        id=f"{stride.id}{LASTING}",
        when=ALWAYS if is_undone else SETTLED_BY_THEN,
        met=met,
        until=met | WAIVED | FINISHED,
        done_by=(f"{stride.id}{UNDO}",),
        recipients=(stride.placed.owner,),
        recurrence=Recurrence.ONCE,
        outlives=True,
        owed=True,
        blocks=True,
        purpose=Purpose.REMINDER,
        because=as_reason(f"{course.run.name}, {stride.name}: {words}"),
        source=stride.placed.step.source,
    )
