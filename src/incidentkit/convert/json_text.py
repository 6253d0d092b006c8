"""JSON text, out and in."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from incidentkit.convert.limits import whole
from incidentkit.convert.plain import from_plain, to_plain
from incidentkit.errors import DocumentInvalid, shown

T = TypeVar("T")


def to_json(value: object, *, indent: int | None = None) -> str:
    """The value as JSON text; `DocumentInvalid` if it is of a kind that no document holds."""
    try:
        return json.dumps(to_plain(value), ensure_ascii=False, allow_nan=False, indent=indent)
    except (TypeError, ValueError, OverflowError) as error:
        raise DocumentInvalid("$", f"{type(value).__name__} cannot be written as JSON: {error}") from error


def from_json(text: str | bytes, kind: type[T], *, source: str = "") -> T:
    """Read what `to_json` writes.

    Raises `DocumentInvalid` for text that is not JSON, is too long or too deep, repeats a key, or does not fit.
    """
    with whole(source, text, "JSON"):
        plain = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    return from_plain(plain, kind, source=source)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            raise ValueError(f"the key {shown(key)} comes twice in one object")
        table[key] = value
    return table


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number")
