"""The life of an incident: one table of statuses and what each command does in them.

The table is the definition. The incident asks it, diagrams and documentation are drawn from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias


class Status(StrEnum):
    """Where an incident stands."""

    INVESTIGATING = "investigating"
    MITIGATING = "mitigating"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Effect(StrEnum):
    """What a command does that moves the incident to no other status."""

    STAYS = "stays"
    """It takes effect, and the status stays."""
    OVERTAKEN = "overtaken"
    """It came too late or says what is so already: it is recorded and changes nothing."""


Consequence: TypeAlias = Status | Effect
"""What a command does in a status."""

I, M, O, R, C, X = Status  # noqa: E741  # the columns of the table, in the order of the statuses
STAYS, OVERTAKEN = Effect

ACTIVE: Final = frozenset({I, M, O})
"""The statuses in which somebody is at work on it."""

TABLE: Final[Mapping[str, Mapping[Status, Consequence]]] = {
    "start_mitigation": {I: M, M: OVERTAKEN},
    "mitigated": {I: O, M: O, O: OVERTAKEN},
    "regressed": {M: OVERTAKEN, O: M},
    "resolve": {I: R, M: R, O: R, R: OVERTAKEN, C: OVERTAKEN},
    "reopen": {I: OVERTAKEN, M: OVERTAKEN, O: OVERTAKEN, R: I, C: I, X: I},
    "close": {R: C, C: OVERTAKEN},
    "cancel": {I: X, M: X, O: X, X: OVERTAKEN},
    "merge": {I: X, M: X, O: X, X: OVERTAKEN},
    "acknowledge": {I: STAYS, M: STAYS, O: STAYS, R: OVERTAKEN, C: OVERTAKEN, X: OVERTAKEN},
    "decline": {I: STAYS, M: STAYS, O: STAYS, R: OVERTAKEN, C: OVERTAKEN, X: OVERTAKEN},
    "unacknowledge": {I: STAYS, M: STAYS, O: STAYS, R: OVERTAKEN, C: OVERTAKEN, X: OVERTAKEN},
    "assess": {I: STAYS, M: STAYS, O: STAYS},
    "change_severity": {I: STAYS, M: STAYS, O: STAYS, R: STAYS},
    "change_playbook": {I: STAYS, M: STAYS, O: STAYS, R: STAYS},
    "snooze": {I: STAYS, M: STAYS, O: STAYS},
    "escalate": {I: STAYS, M: STAYS, O: STAYS},
    "assign": {I: STAYS, M: STAYS, O: STAYS, R: STAYS},
    "hand_over": {I: STAYS, M: STAYS, O: STAYS, R: STAYS},
    "summarize": {I: STAYS, M: STAYS, O: STAYS, R: STAYS},
    "update": {I: STAYS, M: STAYS, O: STAYS},
    "fulfil": dict.fromkeys(Status, STAYS),
    "take_back": dict.fromkeys(Status, STAYS),
    "waive": dict.fromkeys(Status, STAYS),
    "restrict": dict.fromkeys(Status, STAYS),
    "lift_restriction": dict.fromkeys(Status, STAYS),
    "start_runbook": {I: STAYS, M: STAYS, O: STAYS, R: STAYS},
    "cancel_runbook": dict.fromkeys(Status, STAYS),
    "resume_runbook": {I: STAYS, M: STAYS, O: STAYS, R: STAYS},
    "undo_runbook": {I: STAYS, M: STAYS, O: STAYS, R: STAYS},
    "confirm": {I: STAYS, M: STAYS, O: STAYS, R: STAYS},
    "answer": {I: STAYS, M: STAYS, O: STAYS, R: STAYS},
    "hold": dict.fromkeys(Status, STAYS),
    "lift_hold": dict.fromkeys(Status, STAYS),
    "note": dict.fromkeys(Status, STAYS),
    "link": dict.fromkeys(Status, STAYS),
    "label": dict.fromkeys(Status, STAYS),
    "unlabel": dict.fromkeys(Status, STAYS),
    "add_action_item": dict.fromkeys(Status, STAYS),
    "correct_start": dict.fromkeys(Status, STAYS),
    "correct_time": dict.fromkeys(Status, STAYS),
    "redact": dict.fromkeys(Status, STAYS),
}
"""What each command does in each status; where a status is missing, the command is not possible."""


class Phase(StrEnum):
    """Work that goes on, as the playbook's section "Emergency Response Process" divides it; phases overlap."""

    ASSESS = "assess"
    COMMUNICATE = "communicate"
    MITIGATE = "mitigate"
    INVESTIGATE = "investigate"
    RESOLVE = "resolve"
    REVIEW = "review"


PHASES: Final[Mapping[Status, tuple[Phase, ...]]] = {
    I: (Phase.COMMUNICATE, Phase.INVESTIGATE),
    M: (Phase.COMMUNICATE, Phase.MITIGATE, Phase.INVESTIGATE),
    O: (Phase.COMMUNICATE, Phase.INVESTIGATE, Phase.RESOLVE),
    R: (Phase.REVIEW,),
    C: (),
    X: (),
}
"""What work goes on in each status; while the severity of an active incident is not certain, it is assessed besides."""


def phases(status: Status, *, certain: bool) -> tuple[Phase, ...]:
    """The work that goes on in a status, in the order of the playbook."""
    return PHASES[status] if certain or status not in ACTIVE else (Phase.ASSESS, *PHASES[status])


def consequence(command: str, status: Status) -> Consequence | None:
    """What a command does in a status; `None` if it is not possible."""
    return TABLE[command].get(status)


def possible(status: Status) -> tuple[str, ...]:
    """The commands that take effect in a status, in the order of the table."""
    return tuple(command for command, row in TABLE.items() if row.get(status, OVERTAKEN) is not OVERTAKEN)


def to_mermaid() -> str:
    """The moves from status to status as a Mermaid state diagram."""
    moves: dict[tuple[Status, Status], list[str]] = {}
    for command, row in TABLE.items():
        for status, result in row.items():
            if isinstance(result, Status):
                moves.setdefault((status, result), []).append(command)
    arrows = [f"    {start} --> {end}: {', '.join(commands)}" for (start, end), commands in moves.items()]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {I}: declare", *arrows])
