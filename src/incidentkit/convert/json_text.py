"""JSON text, out and in: the same for both libraries, `orjson` where it is installed and the standard one elsewhere."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from importlib import import_module
from typing import Any, Final, TypeVar

from incidentkit.convert.limits import MAX_CHARACTERS, whole
from incidentkit.convert.plain import from_plain, to_plain
from incidentkit.errors import DocumentInvalid, shown

T = TypeVar("T")


def to_json(value: object, *, indent: int | None = None) -> str:
    """The value as JSON text, compact without ``indent``; `DocumentInvalid` if no document can hold it."""
    plain = to_plain(value)
    text = _fast_text(plain, indent)
    if text is not None:
        return text
    separators = (",", ":") if indent is None else None
    try:
        return json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators)
    except (TypeError, ValueError, OverflowError) as error:
        raise DocumentInvalid("$", f"{type(value).__name__} cannot be written as JSON: {error}") from error


def from_json(text: str | bytes, kind: type[T], *, source: str = "", longest: int = MAX_CHARACTERS) -> T:
    """Read what `to_json` writes.

    Raises `DocumentInvalid` for text that is not JSON, has more characters than ``longest``, is nested too deeply,
    repeats a key, or does not fit.
    """
    with whole(source, text, "JSON", longest):
        plain = _fast_plain(text)
        if plain is None:
            plain = _DECODER.decode(text if isinstance(text, str) else text.decode(json.detect_encoding(text)))
    return from_plain(plain, kind, source=source)


@cache
def _orjson() -> Any:
    """The faster library, or `None` where it is not installed; the first document loads it, not an import."""
    try:
        return import_module("orjson")
    except ImportError:
        return None


def _fast_text(plain: Any, indent: int | None) -> str | None:
    """What the standard library would write, or `None` if the fast one cannot, or might write something else."""
    orjson = _orjson()
    if orjson is None or indent not in (None, 2):
        return None
    try:
        text: bytes = orjson.dumps(plain, option=orjson.OPT_INDENT_2 if indent else None)
    except TypeError:  # a large number, half of a surrogate pair, a key that is no text, or what no document holds
        return None
    return None if b"null" in text else text.decode()  # which stands for NaN too, which no document holds


def _fast_plain(text: str | bytes) -> Any:
    """What the careful decoder would read, or `None` if that is not certain.

    The fast library keeps the last of several equal keys and reads large whole numbers as floats. But if it writes what
    it read with the very same characters, then nothing was lost: each key was there once, and each number is exact.
    """
    orjson = _orjson()
    if orjson is None:
        return None
    try:
        plain = orjson.loads(text)
        same = orjson.dumps(plain) == (text.encode() if isinstance(text, str) else text)
    except (TypeError, ValueError):
        return None
    return plain if same else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise ValueError(f"the key {shown(next(key for key in counts if counts[key] > 1))} comes twice in one object")
    return table


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
