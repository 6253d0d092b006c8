"""Values as dicts, lists and scalars, and back; what does not fit is refused with its place."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from attrs import fields, has
from cattrs import BaseValidationError
from cattrs.errors import AttributeValidationNote, IterableValidationNote

from incidentkit.convert.converter import converter
from incidentkit.errors import DocumentInvalid, IncidentkitError, ScheduleInvalid, TemplateInvalid, below, shown

T = TypeVar("T")

LONGEST_KEY: Final = 60
"""Characters of a key that a path shows as it is."""


def to_plain(value: object) -> Any:
    """The value as dicts, lists and scalars: what `from_plain` reads; `DocumentInvalid` if no document can hold it."""
    try:
        return converter().unstructure(value)
    except IncidentkitError:
        raise
    except Exception as error:  # a field that holds what its class does not say, and nothing checked
        raise DocumentInvalid("$", f"{type(value).__name__} cannot be written: {error}") from error


def from_plain(plain: Any, kind: type[T], *, source: str = "") -> T:
    """Read what `to_plain` gives; `DocumentInvalid` names the first place that does not fit."""
    try:
        return converter().structure(plain, kind)
    except Exception as error:  # noqa: BLE001  # whatever a hook or a constructor raises, the path to it is the answer
        path, cause = _innermost(error, "$")
        if isinstance(cause, DocumentInvalid):
            raise DocumentInvalid(path + cause.path[1:], cause.problem, source=source) from cause.__cause__
        if isinstance(cause, ScheduleInvalid | TemplateInvalid):
            raise DocumentInvalid(below(path, cause.path), cause.problem, source=source) from cause
        raise DocumentInvalid(path, "missing" if type(cause) is KeyError else str(cause), source=source) from cause


def _innermost(error: BaseException, path: str, owner: Any = None) -> tuple[str, BaseException]:
    """The first problem inside the nested ones that cattrs collects, and the path to it; ``owner`` was being read."""
    places = "".join(map(_place, getattr(error, "__notes__", ())))
    if isinstance(error, BaseValidationError):
        return _innermost(error.exceptions[0], path + places, error.cl)
    return path + (places or _field(error, owner)), error


def _place(note: object) -> str:
    if isinstance(note, AttributeValidationNote):
        return f".{note.name}"
    if isinstance(note, IterableValidationNote):
        return f"[{note.index}]" if isinstance(note.index, int) else _key(note.index)
    return ""


def _key(key: str) -> str:
    """The place of a key that somebody chose: quoted and cut, if it would spoil the line that shows it."""
    return f".{key}" if key.isprintable() and len(key) <= LONGEST_KEY else f"[{shown(key, LONGEST_KEY)}]"


def _field(error: BaseException, owner: Any) -> str:
    """The place of a field that a constructor refused, if its error says which one that was."""
    field: object = getattr(error, "field", None)
    known = [attribute.name for attribute in fields(owner)] if has(owner) else []
    return f".{field}" if field in known else ""
