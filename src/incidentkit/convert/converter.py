"""The converter between values and the dicts, lists and scalars of documents: strict, whatever the text is.

A class takes part by what it carries itself: a ``tag`` makes it a member of a tagged union, written as ``kind``;
``to_form`` and ``from_form`` name the plain class by which it is written and read; ``upcast`` turns what an earlier
version wrote into what this one reads. So nothing here knows the classes of the layers above. Nothing is coerced:
``"false"`` is no flag and ``1`` is no `True`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from types import GenericAlias, NoneType, UnionType
from typing import Any, Final, NewType, TypeAlias, TypeGuard, Union, get_args, get_origin, get_type_hints

import attrs
from cattrs import Converter
from cattrs.cols import is_mapping
from cattrs.errors import IterableValidationError, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from incidentkit.convert import scalars
from incidentkit.errors import nearest, shown
from incidentkit.model.conditions import Condition
from incidentkit.model.durations import duration_text


@cache
def converter() -> Converter:
    """The one converter, made on first use: importing the library does not need it."""
    converter = Converter(
        unstruct_collection_overrides={frozenset: sorted}, unstructure_fallback_factory=lambda _: scalars.write_scalar
    )
    for kind, read in scalars.READ.items():
        converter.register_structure_hook(kind, read)
    for kind, write in scalars.WRITTEN.items():
        converter.register_unstructure_hook(kind, write)
    for predicate, reader in _READERS:
        converter.register_structure_hook_factory(predicate, _with(reader, converter))
    for predicate, writer in _WRITERS:
        converter.register_unstructure_hook_factory(predicate, _with(writer, converter))
    return converter


def _with(factory: Callable[[Any, Converter], Any], converter: Converter) -> Callable[[Any], Any]:
    return lambda kind: factory(kind, converter)


def _is_attrs(kind: Any) -> bool:
    return attrs.has(get_origin(kind) or kind)


def _read_attrs(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    """A hook that reads a class from a table: its fields, its tag if that is there, and no other key."""
    fields = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=False)
    upcast: Callable[[dict[str, Any]], dict[str, Any]] | None = getattr(kind, "upcast", None)
    tag: str | None = getattr(kind, "tag", None)
    names = [field.name for field in attrs.fields(get_origin(kind) or kind) if field.init]
    known = {*names} if tag is None else {*names, "kind"}

    def structure(value: dict[str, Any], _: Any) -> Any:
        _check_table(value)
        if upcast is not None:
            value = upcast(value)
        if tag is not None and value.get("kind", tag) != tag:
            raise ValueError(f"{shown(value['kind'])} is not the kind expected here, which is {tag}")
        if not value.keys() <= known:  # which often explains that another key is missing, so it comes first
            key = min(map(str, value.keys() - known))
            raise ValueError(
                f"there is no key {shown(key)} here; there are {', '.join(names)}. {nearest(key, names)}".rstrip()
            )
        return fields(value, kind)

    return structure


def _check_table(value: object) -> None:
    if not _is_table(value):
        raise TypeError(f"{shown(value)} is not a table")


def _write_attrs(kind: Any, converter: Converter) -> Callable[[Any], dict[str, Any]]:
    """Fields that have their default are left out; the tag of a class with one comes first."""
    fields = make_dict_unstructure_fn(kind, converter, _cattrs_omit_if_default=True)
    tag: str | None = getattr(kind, "tag", None)
    return fields if tag is None else lambda value: {"kind": tag, **fields(value)}


def _read_table(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    inner = get_args(kind)[1]
    read = converter.get_structure_hook(inner)

    def structure(table: dict[Any, Any], _: Any) -> dict[str, Any]:
        _check_table(table)
        items: dict[str, Any] = {}
        key: object = ""
        try:
            for key, item in table.items():
                if not isinstance(key, str):
                    raise TypeError(f"the key {shown(key)} is not text")
                items[key] = read(item, inner)
        except Exception as error:
            raise _at(str(key), error, kind) from error
        return items

    return structure


def _read_row(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    inner = get_args(kind)[0]
    read = converter.get_structure_hook(inner)

    def structure(row: list[Any], _: Any) -> tuple[Any, ...]:
        _check_list(row)
        items: list[Any] = []
        try:
            for item in row:
                items.append(read(item, inner))  # noqa: PERF401  # how far it came is the place of what is refused
        except Exception as error:
            raise _at(len(items), error, kind) from error
        return tuple(items)

    return structure


def _check_list(value: object) -> None:
    if not isinstance(value, list):
        hint = ": put it in square brackets" if isinstance(value, str) else ""
        raise TypeError(f"{shown(value)} is not a list{hint}")


def _at(place: int | str, error: Exception, kind: Any) -> IterableValidationError:
    """The error with its place. Only the first in a row or table is told: to collect a million helps nobody."""
    error.__notes__ = [*getattr(error, "__notes__", ()), IterableValidationNote("", place, kind)]
    return IterableValidationError("", [error], kind)  # pyright: ignore[reportCallIssue]  # typed as a group


def _is_row(kind: Any) -> bool:
    return get_origin(kind) is tuple and get_args(kind)[1:] == (...,)


def _write_row(kind: Any, converter: Converter) -> Callable[[Any], list[Any]]:
    write = converter.get_unstructure_hook(get_args(kind)[0])
    return lambda row: [write(item) for item in row]


def _is_set(kind: Any) -> bool:
    return get_origin(kind) is frozenset


def _read_set(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    row: Any = GenericAlias(tuple, (*get_args(kind), ...))
    read = converter.get_structure_hook(row)
    return lambda value, _: frozenset(read(value, row))


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _is_optional(kind: Any) -> bool:
    return _is_union(kind) and len(get_args(kind)) == 2 and NoneType in get_args(kind)


def _read_optional(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    (inner,) = {*get_args(kind)} - {NoneType}
    read = converter.get_structure_hook(inner)
    return lambda value, _: None if value is None else read(value, inner)


def _is_new_type(kind: Any) -> bool:
    return isinstance(kind, NewType)


def _read_new_type(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    return converter.get_structure_hook(kind.__supertype__)


def _is_scalar_union(kind: Any) -> bool:
    """A union in which a duration has to be told from a text; it may have lists of text and nothing in it, too."""
    return _is_union(kind) and {str, timedelta} <= {*get_args(kind)} <= _SCALARS | {_TEXTS, NoneType}


_TEXTS: Final = tuple[str, ...]

_SCALARS: Final[frozenset[Any]] = frozenset({bool, int, float, str, timedelta})


def _write_scalar_union(_: Any, __: Converter) -> Callable[[Any], Any]:
    def unstructure(value: Any) -> Any:
        if isinstance(value, timedelta):
            return {"duration": duration_text(value)}
        return [*value] if isinstance(value, tuple) else value

    return unstructure


def _read_scalar_union(union: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    members: set[object] = {*get_args(union)}
    kinds = members & _SCALARS - {timedelta}
    read_texts = converter.get_structure_hook(_TEXTS)

    def structure(value: object, _: Any) -> Any:
        if value is None and NoneType in members:
            return None
        if _TEXTS in members and _is_list(value):
            return read_texts(value, _TEXTS)
        if (kind := type(value)) in kinds:
            return scalars.READ[kind](value, kind)
        if _is_table(value) and [*value] == ["duration"]:
            return scalars.read_duration(value["duration"], timedelta)
        raise TypeError(f"{shown(value)} is not a scalar, nor a table with a duration")

    return structure


def _is_table(value: object) -> TypeGuard[dict[Any, Any]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _is_tagged_union(kind: Any) -> bool:
    return _is_union(kind) and all(hasattr(member, "tag") for member in get_args(kind))


def _read_tagged(union: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    """A hook that looks at ``kind`` first, and then reads the class that has it for a tag."""
    members = {member.tag: member for member in get_args(union)}

    def structure(value: dict[str, Any], _: Any) -> Any:
        _check_table(value)
        tag = value.get("kind")
        if not isinstance(tag, str) or tag not in members:
            raise ValueError(f"{shown(tag)} is not a kind known here; there are {', '.join(members)}")
        member = members[tag]
        return converter.get_structure_hook(member)(value, member)

    return structure


def _is_condition(kind: Any) -> bool:
    """A condition that is not a fact as well: its text is what documents hold."""
    return isinstance(kind, type) and issubclass(kind, Condition) and not hasattr(kind, "tag")


def _write_condition(_: Any, __: Converter) -> Callable[[Any], str]:
    return str


def _has_form(kind: Any) -> bool:
    return hasattr(get_origin(kind) or kind, "to_form")


def _form(kind: Any) -> Any:
    return get_type_hints((get_origin(kind) or kind).to_form)["return"]


def _read_form(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    owner, form = get_origin(kind) or kind, _form(kind)
    read = converter.get_structure_hook(form)
    return lambda value, _: owner.from_form(read(value, form))


def _write_form(kind: Any, converter: Converter) -> Callable[[Any], Any]:
    write = converter.get_unstructure_hook(_form(kind))
    return lambda value: write(value.to_form())


Predicate: TypeAlias = Callable[[Any], bool]
"""Whether a type is of some kind, for which there are hooks."""

_READERS: Final[tuple[tuple[Predicate, Callable[[Any, Converter], Callable[[Any, Any], Any]]], ...]] = (
    (_is_attrs, _read_attrs),
    (is_mapping, _read_table),
    (_is_row, _read_row),
    (_is_set, _read_set),
    (_is_optional, _read_optional),
    (_is_new_type, _read_new_type),
    (_is_scalar_union, _read_scalar_union),
    (_is_tagged_union, _read_tagged),
    (_has_form, _read_form),
)
"""What makes the hook that reads a kind; of several that fit, the last counts."""

_WRITERS: Final[tuple[tuple[Predicate, Callable[[Any, Converter], Callable[[Any], Any]]], ...]] = (
    (_is_row, _write_row),
    (_is_scalar_union, _write_scalar_union),
    (_is_attrs, _write_attrs),
    (_is_condition, _write_condition),
    (_has_form, _write_form),
)
"""What makes the hook that writes a kind; of several that fit, the last counts."""
