"""The converter between values and the dicts, lists and scalars of documents: strict, whatever the text is.

A class takes part by what it carries itself: a ``tag`` makes it a member of a tagged union, written as ``kind``;
``to_form`` and ``from_form`` name the plain class by which it is written and read; ``upcast`` turns what an earlier
version wrote into what this one reads. So nothing here knows the classes of the layers above. Nothing is coerced:
``"false"`` is no flag and ``1`` is no `True`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from enum import Enum, EnumType
from functools import cache
from types import GenericAlias, UnionType
from typing import Any, Final, TypeGuard, Union, get_args, get_origin, get_type_hints

import attrs
from cattrs import Converter
from cattrs.cols import is_mapping
from cattrs.errors import (
    IterableValidationError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from incidentkit.errors import shown
from incidentkit.model.conditions import Condition
from incidentkit.model.durations import duration_text, parse_duration


@cache
def converter() -> Converter:
    """The one converter, made on first use: importing the library does not need it."""
    converter = Converter(unstruct_collection_overrides={frozenset: sorted})
    for kind, words in _SCALARS.items():
        converter.register_structure_hook(kind, _exactly(kind, words))
    for kind, write, read in _TEXTS:
        converter.register_unstructure_hook(kind, write)
        converter.register_structure_hook(kind, read)
    hooks: list[tuple[Callable[[Any], bool], Callable[[Any, Converter], Callable[[Any, Any], Any]]]] = [
        (_is_attrs, _read_attrs),
        (is_mapping, _read_table),
        (_is_row, _read_row),
        (_is_set, _read_set),
        (_is_tagged_union, _read_tagged),
        (_has_form, _read_form),
    ]
    for predicate, factory in hooks:
        converter.register_structure_hook_factory(predicate)(_with(factory, converter))
    converter.register_structure_hook_func(_is_scalar_union, _read_scalar)
    converter.register_unstructure_hook_func(_is_scalar_union, _write_scalar)
    converter.register_unstructure_hook(Enum, lambda member: member.value)
    converter.register_unstructure_hook_factory(_is_attrs)(_with(_write_attrs, converter))
    converter.register_unstructure_hook_func(_is_condition, str)
    converter.register_unstructure_hook_func(_has_form, lambda value: converter.unstructure(value.to_form()))
    return converter


def _with(factory: Callable[[Any, Converter], Any], converter: Converter) -> Callable[[Any], Any]:
    return lambda kind: factory(kind, converter)


_SCALARS: Final[dict[type, str]] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def _exactly(kind: type, words: str) -> Callable[[Any, Any], Any]:
    """A hook that takes only values of that very type; a whole number is a number too, and a word may be of an enum."""
    kinds = (int, float) if kind is float else (kind,)

    def structure(value: Any, target: Any) -> Any:
        if type(value) not in kinds:
            raise TypeError(f"{shown(value)} is not {words}")
        return _member(value, target) if _is_enum(target) else value

    return structure


def _is_enum(kind: Any) -> TypeGuard[type[Enum]]:
    return isinstance(kind, EnumType)


def _member(value: Any, enum: type[Enum]) -> Enum:
    members = {member.value: member for member in enum}
    if value not in members:
        raise ValueError(f"{shown(value)} is not one of {', '.join(map(str, members))}")
    return members[value]


def _only(kind: type, words: str, structure: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A hook that first refuses everything but a list, or but a table."""

    def strictly(value: Any, target: Any) -> Any:
        if not isinstance(value, kind):
            raise TypeError(f"{shown(value)} is not {words}")
        return structure(value, target)

    return strictly


def _read_datetime(value: Any, _: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value, "a time"))
    if moment.tzinfo is None:
        raise ValueError(f"{shown(value)} has no time zone: write it like 2026-03-02T14:23:00Z")
    return moment.astimezone(UTC)


def _write_datetime(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read_date(value: Any, _: Any) -> date:
    return value if type(value) is date else date.fromisoformat(_text(value, "a date"))


def _read_duration(value: Any, _: Any) -> timedelta:
    return parse_duration(_text(value, "a duration"))


def _text(value: Any, words: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{shown(value)} is not {words}")
    return value


_TEXTS: Final[tuple[tuple[type, Callable[[Any], str], Callable[[Any, Any], Any]], ...]] = (
    (datetime, _write_datetime, _read_datetime),
    (date, date.isoformat, _read_date),
    (timedelta, duration_text, _read_duration),
)


def _is_attrs(kind: Any) -> bool:
    return attrs.has(get_origin(kind) or kind)


def _read_attrs(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    fields = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True)
    upcast: Callable[[dict[str, Any]], dict[str, Any]] | None = getattr(kind, "upcast", None)
    if upcast is not None:
        return _only(dict, "a table", lambda value, target: fields(upcast(value), target))
    tag: str | None = getattr(kind, "tag", None)
    return _only(dict, "a table", fields if tag is None else _untagged(tag, fields))


def _untagged(tag: str, structure: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def structure_rest(value: dict[str, Any], target: Any) -> Any:
        if value.get("kind", tag) != tag:
            raise ValueError(f"{shown(value['kind'])} is not the kind expected here, which is {tag}")
        return structure({key: item for key, item in value.items() if key != "kind"}, target)

    return structure_rest


def _write_attrs(kind: Any, converter: Converter) -> Callable[[Any], dict[str, Any]]:
    """Fields that have their default are left out; the tag of a class with one comes first."""
    fields = make_dict_unstructure_fn(kind, converter, _cattrs_omit_if_default=True)
    tag: str | None = getattr(kind, "tag", None)
    return fields if tag is None else lambda value: {"kind": tag, **fields(value)}


def _read_table(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    inner = get_args(kind)[1]

    def structure(table: dict[str, Any], _: Any) -> dict[str, Any]:
        return dict(_each(table.items(), inner, kind, converter))

    return _only(dict, "a table", structure)


def _read_row(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    inner = get_args(kind)[0]

    def structure(row: list[Any], _: Any) -> tuple[Any, ...]:
        return tuple(item for _, item in _each(enumerate(row), inner, kind, converter))

    return _only(list, "a list", structure)


def _each(items: Iterable[tuple[Any, Any]], inner: Any, kind: Any, converter: Converter) -> Iterator[tuple[Any, Any]]:
    """The items, read one by one, up to the first that does not fit: to collect a million errors helps nobody."""
    read = converter.get_structure_hook(inner)
    for place, item in items:
        try:
            if not isinstance(place, int | str):
                raise TypeError(f"the key {shown(place)} is not text")
            yield place, read(item, inner)
        except Exception as error:
            error.__notes__ = [*getattr(error, "__notes__", ()), IterableValidationNote("", place, inner)]
            raise IterableValidationError("", [error], kind) from error  # pyright: ignore[reportCallIssue]  # typed as a group


def _is_row(kind: Any) -> bool:
    return get_origin(kind) is tuple and get_args(kind)[1:] == (...,)


def _is_set(kind: Any) -> bool:
    return get_origin(kind) is frozenset


def _read_set(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    row: Any = GenericAlias(tuple, (*get_args(kind), ...))
    return lambda value, _: frozenset(converter.structure(value, row))


def _is_table(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_scalar_union(kind: Any) -> bool:
    """A union in which a duration has to be told from a text."""
    return get_origin(kind) in (Union, UnionType) and {str, timedelta} <= {*get_args(kind)} <= {*_SCALARS, timedelta}


def _write_scalar(value: Any) -> Any:
    return {"duration": duration_text(value)} if isinstance(value, timedelta) else value


def _read_scalar(value: Any, union: Any) -> Any:
    if _is_table(value) and [*value] == ["duration"]:
        return _read_duration(value["duration"], timedelta)
    if type(value) not in get_args(union):
        raise TypeError(f"{shown(value)} is not a scalar, nor a table with a duration")
    return value


def _is_tagged_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType) and all(hasattr(member, "tag") for member in get_args(kind))


def _read_tagged(union: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    """A hook that looks at ``kind`` first, and then reads the class that has it for a tag."""
    members = {member.tag: member for member in get_args(union)}

    def structure(value: dict[str, Any], _: Any) -> Any:
        tag = value.get("kind")
        if not isinstance(tag, str) or tag not in members:
            raise ValueError(f"{shown(tag)} is not a kind known here; there are {', '.join(members)}")
        return converter.structure(value, members[tag])

    return _only(dict, "a table", structure)


def _has_form(kind: Any) -> bool:
    return hasattr(get_origin(kind) or kind, "to_form")


def _is_condition(kind: Any) -> bool:
    """A condition that is not a fact as well: its text is what documents hold."""
    return isinstance(kind, type) and issubclass(kind, Condition) and not hasattr(kind, "tag")


def _read_form(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    owner = get_origin(kind) or kind
    form = get_type_hints(owner.to_form)["return"]
    return lambda value, _: owner.from_form(converter.structure(value, form))
