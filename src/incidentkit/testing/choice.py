"""What callers choose from a small set, by the member itself or by its word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from incidentkit.errors import FieldInvalid, several, shown
from incidentkit.model.severity import Severity, SeverityScheme

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


def chosen_word(what: str, kind: type[E], value: E | str) -> E:
    """The member that has this word; else `FieldInvalid`, which names ``what`` it was for, and all words."""
    return _chosen(what, {str(each): each for each in kind}, value)


def chosen_words(what: str, kind: type[E], values: Iterable[E | str]) -> tuple[E, ...]:
    """The members that have these words, at least one; else `FieldInvalid`."""
    words = ", ".join(kind)
    chosen = several(values, lambda problem: FieldInvalid(what, problem), f"a list of {words}")
    if not chosen:
        raise FieldInvalid(what, f"one or more of {words}, not none")
    return tuple(chosen_word(what, kind, each) for each in chosen)


def chosen_severity(what: str, scheme: SeverityScheme[Any], value: Severity[Any] | str) -> Severity[Any]:
    """The severity of that scheme, by itself or by its key; else `FieldInvalid`, which has all keys."""
    if isinstance(value, Severity) and value in scheme:
        return value
    return _chosen(what, {each.key: each for each in scheme}, value)


def _chosen(what: str, known: Mapping[str, T], value: object) -> T:
    if not isinstance(value, str) or value not in known:
        raise FieldInvalid(what, f"one of {', '.join(known)}, not {shown(value)}")
    return known[value]
