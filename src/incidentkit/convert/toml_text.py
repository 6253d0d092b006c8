"""TOML text, out and in."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeGuard, TypeVar

from incidentkit.convert.limits import whole
from incidentkit.convert.plain import from_plain, to_plain
from incidentkit.errors import DocumentInvalid, shown

T = TypeVar("T")

_LONG_KEY: Final = re.compile(r"(?<![A-Za-z0-9_-])(?:[A-Za-z0-9_-]+[ \t]*\.[ \t]*){33}")


def to_toml(value: object) -> str:
    """The value as TOML text; `DocumentInvalid` if it is not one that has a table as its form."""
    try:
        plain = to_plain(value)
        if not _is_dict(plain):
            raise TypeError(f"{shown(plain)} is not a table")
        return "\n".join(_table(plain, ())).strip() + "\n"
    except (TypeError, OverflowError) as error:
        raise DocumentInvalid("$", f"{type(value).__name__} cannot be written as TOML: {error}") from error


def from_toml(text: str, kind: type[T], *, source: str = "") -> T:
    """Read what `to_toml` writes; raises as `from_json` does."""
    with whole(source, text, "TOML"):
        if _LONG_KEY.search(text):
            raise ValueError("a key has more than 32 parts")  # which the parser would read, in quadratic time
        plain = tomllib.loads(text)
    return from_plain(plain, kind, source=source)


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """The lines of a table: its own values, the tables inside it, and the rows of tables inside it."""
    tables = {key: value for key, value in table.items() if _is_dict(value)}
    rows = {key: value for key, value in table.items() if _is_row_of_tables(value)}
    for key, value in table.items():
        if key not in tables and key not in rows:
            yield f"{_key(key)} = {_value(value)}"
    for key in table:
        name = _path(*path, key)
        for inner in rows.get(key, ()):
            yield from ("", f"[[{name}]]", *_table(inner, (*path, key)))
        if key in tables:
            if not tables[key] or not all(
                map(_is_dict, tables[key].values())
            ):  # the name of what only holds tables is implied
                yield from ("", f"[{name}]")
            yield from _table(tables[key], (*path, key))


def _path(*keys: str) -> str:
    return ".".join(map(_key, keys))


def _is_dict(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _is_row_of_tables(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return _is_list(value) and len(value) > 0 and all(map(_is_dict, value))


def _key(key: str) -> str:
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else _text(key)


def _text(text: str) -> str:
    """Text with quotes in it is written between single quotes, where nothing needs escaping.

    The dots of what could be taken for a long key are escaped: `from_toml` looks for such keys before it knows strings.
    """
    if _LONG_KEY.search(text):
        return json.dumps(text).replace(".", "\\u002e").replace("\x7f", "\\u007f")
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    """A value in one line."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if _is_list(value):
        return f"[{', '.join(map(_value, value))}]"
    if _is_dict(value):
        return f"{{{', '.join(f'{_key(key)} = {_value(item)}' for key, item in value.items())}}}"
    raise TypeError(f"TOML has no way to write {shown(value)}")
