"""The parts of a playbook in words, each in one line, for people who compare them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeGuard

from attrs import has

from incidentkit import convert
from incidentkit.model.conditions import Condition
from incidentkit.model.durations import duration_text
from incidentkit.model.targets import TargetForm
from incidentkit.model.vocabulary import Fact
from incidentkit.policy.act import Act
from incidentkit.policy.obligation import Attempt, Obligation
from incidentkit.policy.template import Section, Template

NONE: Final = "none"


def words_of(value: Any) -> str:
    """What people read of any part of a playbook."""
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return duration_text(value)
    if _is_row(value):
        return _row(value)
    if _is_table(value):
        return "; ".join(f"{label_of(name)}: {words_of(each)}" for name, each in value.items()) or NONE
    return _said(value) or (words_of(convert.to_plain(value)) if _is_written_only(value) else str(value))


def _said(value: Any) -> str:
    """The words for what is said in a way of its own; empty for everything else."""
    match value:
        case Attempt() | Act():
            what = value.method if isinstance(value, Attempt) else str(value)
            return what if value.wait is None else f"{what} ({duration_text(value.wait)})"
        case TargetForm():
            return f"{'every ' * value.repeats}{value.within}{f' of {value.calendar}' if value.calendar else ''}"
        case Section():
            return " | ".join(filter(None, [value.text, *(f"{label}: {text}" for label, text in value.lines.items())]))
        case Template():
            return " / ".join([value.title, *map(words_of, value.sections)])
        case Obligation():
            return _wanted(value)
        case _:
            return ""


def _wanted(obligation: Obligation) -> str:
    """Why, of whom, when, by what and within what time something is wanted."""
    said = [
        obligation.because,
        f"for {words_of(obligation.recipients)}" if obligation.recipients else "",
        f"when {obligation.when}",
        f"by {words_of(obligation.links)}" if obligation.links else "",
        f"within {obligation.due}" if obligation.due else "",
    ]
    return "; ".join(filter(None, said))


def question_of(value: Any) -> Any:
    """What a fact asks for, in the place of its name, which is all that it is as a condition; all else as it is."""
    return value.question if isinstance(value, Fact) else value


def label_of(name: str) -> str:
    """The name of a field in words."""
    return name.replace("_", " ")


def _row(several: Sequence[object]) -> str:
    """One after the other; what is repeated as a whole is said once."""
    for length in range(1, len(several) // 2 + 1):
        times, rest = divmod(len(several), length)
        if not rest and [*several] == [*several[:length]] * times:
            return f"{times} times: {_row(several[:length])}"
    return ", ".join(map(words_of, several)) or NONE


def _is_written_only(value: object) -> bool:
    """Whether its parts have to be told by their names, since it has no words for itself."""
    return has(type(value)) and not isinstance(value, Condition) and type(value).__str__ is object.__str__


def _is_row(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, tuple | list)


def _is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)
