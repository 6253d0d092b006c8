"""Values as dicts, lists and scalars, and back; what does not fit is refused with its place."""

from __future__ import annotations

from typing import Any, TypeVar

import attrs
from cattrs import BaseValidationError
from cattrs.errors import AttributeValidationNote, ForbiddenExtraKeysError, IterableValidationNote

from incidentkit.convert.converter import converter
from incidentkit.errors import DocumentInvalid, nearest

T = TypeVar("T")


def to_plain(value: object) -> Any:
    """The value as dicts, lists and scalars: what `from_plain` reads."""
    return converter().unstructure(value)


def from_plain(plain: Any, kind: type[T], *, source: str = "") -> T:
    """Read what `to_plain` gives; `DocumentInvalid` names the first place that does not fit."""
    try:
        return converter().structure(plain, kind)
    except Exception as error:  # noqa: BLE001  # whatever a hook or a constructor raises, the path to it is the answer
        path, cause = _innermost(error, "$")
        if isinstance(cause, DocumentInvalid):
            raise DocumentInvalid(path + cause.path[1:], cause.problem, source=source) from cause.__cause__
        raise DocumentInvalid(path, _problem(cause), source=source) from cause


def _innermost(error: BaseException, path: str) -> tuple[str, BaseException]:
    """The first problem inside the nested ones that cattrs collects, and the path to it."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            path += f".{note.name}"
        elif isinstance(note, IterableValidationNote):
            path += f"[{note.index}]" if isinstance(note.index, int) else f".{note.index}"
    if isinstance(error, BaseValidationError):
        # A key that is not known here is often what explains that another one is missing.
        surplus = (inner for inner in error.exceptions if isinstance(inner, ForbiddenExtraKeysError))
        return _innermost(next(surplus, error.exceptions[0]), path)
    return path, error


def _problem(error: BaseException) -> str:
    match error:
        case ForbiddenExtraKeysError():
            known = [attribute.name for attribute in attrs.fields(error.cl)] if attrs.has(error.cl) else []
            key = min(map(str, error.extra_fields))
            return f"there is no key {key!r} here; there are {', '.join(known)}. {nearest(key, known)}".rstrip()
        case KeyError():
            return "missing"
        case _:
            return str(error)
