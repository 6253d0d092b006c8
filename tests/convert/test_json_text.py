"""JSON text: the same with the fast library and without it, and hostile text is one typed error."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import Incident, SeverityScheme, convert
from incidentkit.convert import json_text
from incidentkit.errors import DocumentInvalid
from incidentkit.testing import incidents

LIBRARIES = ("orjson", "json")

ANYTHING = cast(type[Any], Any)

TEXTS = st.text(max_size=5) | st.text(st.characters(), max_size=3)
"""Half of a surrogate pair is among the characters of the second."""

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(2**63 - 2, 2**64 + 1) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)

FRAGMENTS = (
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    '"a"',
    '"b"',
    '"é"',
    '"\\u00e9"',
    '"\\ud800"',
    '"\x01"',
    "1",
    "-0",
    "0.5",
)
FRAGMENTS_OF_NUMBERS = (
    "1.50",
    "1e400",
    "1e-7",
    "1e+16",
    "18446744073709551616",
    "NaN",
    "null",
    "true",
    '{"a":1,"a":2}',
)


@contextmanager
def only(library: str) -> Generator[None]:
    """As if nothing but the standard library were installed, unless it is the other one that is wanted."""
    with pytest.MonkeyPatch.context() as patch:
        if library == "json":
            patch.setattr(json_text, "_orjson", lambda: None)
        yield


def written(value: object, **options: Any) -> str:
    """The text, or what is said of the value."""
    try:
        return convert.to_json(value, **options)
    except DocumentInvalid as error:
        return str(error)


def read(text: str | bytes, kind: type[Any]) -> str:
    """The repr of what is read, which tells 1 from 1.0 and from true, or what is said of the text."""
    try:
        return repr(convert.from_json(text, kind))
    except DocumentInvalid as error:
        return f"{error.path}: {error.problem}"


@frozen
class Times:
    """Some values that are text in a document and something else in Python."""

    at: datetime
    on: date
    lasted: timedelta
    table: dict[str, float] = field(factory=dict[str, float])
    note: str | None = None


TIMES = st.builds(
    Times,
    at=st.datetimes(timezones=st.just(UTC)),
    on=st.dates(),
    lasted=st.timedeltas(),
    table=st.dictionaries(TEXTS, st.floats(allow_nan=False, allow_infinity=False) | st.integers()),
    note=st.none() | TEXTS,
)


def test_the_fast_library_is_tried_too() -> None:
    with only("orjson"):
        assert json_text._orjson() is not None  # pyright: ignore[reportPrivateUsage]
    with only("json"):
        assert json_text._orjson() is None  # pyright: ignore[reportPrivateUsage]


@given(TIMES | incidents(), st.sampled_from(LIBRARIES), st.sampled_from(LIBRARIES), st.sampled_from([None, 1, 2]))
def test_what_one_library_writes_either_reads_back(value: Any, out: str, into: str, indent: int | None) -> None:
    with only(out):
        text = convert.to_json(value, indent=indent)
    with only(into):
        assert convert.from_json(text, Incident if isinstance(value, Incident) else Times) == value


@given(PLAIN, st.sampled_from([None, 0, 2, 3]))
def test_both_libraries_write_the_same_value(plain: Any, indent: int | None) -> None:
    texts: list[str] = []
    for library in LIBRARIES:
        with only(library):
            texts.append(written(plain, indent=indent))
    if "Infinity" in repr(plain) or "inf" in repr(plain):
        assert texts[0] == texts[1]
    else:
        assert [repr(json.loads(text)) for text in texts] == [repr(plain)] * 2


@given(PLAIN, st.sampled_from([None, 2]), st.booleans(), st.sampled_from([(",", ":"), (", ", ": ")]), st.booleans())
def test_both_libraries_read_the_same_value_however_it_is_written(
    plain: Any, indent: int | None, escaped: bool, separators: tuple[str, str], as_bytes: bool
) -> None:
    dumped = json.dumps(plain, indent=indent, ensure_ascii=escaped, separators=separators)
    text = dumped.encode("utf-8", "surrogatepass") if as_bytes else dumped
    with only("json"):
        careful = read(text, ANYTHING)
    with only("orjson"):
        assert read(text, ANYTHING) == careful


@given(st.lists(st.sampled_from(FRAGMENTS + FRAGMENTS_OF_NUMBERS), max_size=8).map("".join))
def test_both_libraries_refuse_the_same_text_in_the_same_words(text: str) -> None:
    with only("json"):
        careful = read(text, ANYTHING)
    with only("orjson"):
        assert read(text, ANYTHING) == careful


@pytest.mark.parametrize("library", LIBRARIES)
def test_text_is_compact_unless_it_is_indented(library: str) -> None:
    with only(library):
        assert convert.to_json({"a": [1, "é"], "b": {}}) == '{"a":[1,"é"],"b":{}}'
        assert convert.to_json({"a": [1]}, indent=2) == '{\n  "a": [\n    1\n  ]\n}'
        assert convert.to_json({"a": [1]}, indent=1) == '{\n "a": [\n  1\n ]\n}'


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("value", [{"a": 2**64}, {"a": -(2**63) - 1}, {"a": [10**4_000]}, {"a": "\ud800"}, {"a": None}])
def test_what_the_fast_library_cannot_hold_is_written_and_read_all_the_same(library: str, value: Any) -> None:
    with only(library):
        assert convert.from_json(convert.to_json(value), ANYTHING) == value


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    "value", [1j, float("nan"), [float("inf")], {"a": -float("inf")}, UUID(int=1), [b"x"], {"a": object()}, [10**5_000]]
)
def test_what_no_document_holds_is_not_written(library: str, value: Any) -> None:
    with only(library), pytest.raises(DocumentInvalid):
        convert.to_json(value)


HOSTILE: list[tuple[str | bytes, str]] = [
    ("", "this is not JSON"),
    ("[1, 2", "this is not JSON"),
    ('{"at": "2026-03-02T14:23:00Z", "on', "this is not JSON: Unterminated string"),
    ('{"at": 1, "at": 2}', "the key 'at' comes twice"),
    ('{"at":1,"at":2}', "the key 'at' comes twice"),
    ('{"at":{"a":[{"b":1,"b":1}]}}', "the key 'b' comes twice"),
    ('{"at": NaN}', "NaN is no number"),
    ('{"at": Infinity}', "Infinity is no number"),
    ('{"at": -Infinity}', "-Infinity is no number"),
    ("[" * 100_000, "nested too deeply"),
    ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
    ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deeply"),
    ('"' + "x" * 50_000_000 + '"', "50000002 characters are more than"),
    (b'"' + b"x" * 50_000_000 + b'"', "50000002 characters are more than"),
    ('"' + "x" * 15_999_998 + '"', "is not a table"),
    ("[" + "1," * 1_000_000 + "1]", "is not a table"),
    ("[]", "[] is not a table"),
    ("{" + ",".join(f'"k{n}": 1' for n in range(90_000)) + ',"k0": 2}', "the key 'k0' comes twice"),
    ("{" + ",".join(f'"k{n}":1' for n in range(90_000)) + "}", "there is no key 'k0' here"),
    ("null", "None is not a table"),
    (b"\xff\xfe\xff", "this is not JSON"),
    (b'{"note": "\xff"}', "this is not JSON: 'utf-8' codec can't decode byte 0xff in position 10"),
    (b'{"note":"\xed\xa0\x80"}', "this is not JSON: 'utf-8' codec can't decode byte 0xed in position 9"),
    ("1" * 10_000, "this is not JSON: Exceeds the limit"),
    ('{"at":-' + "1" * 10_000 + "}", "this is not JSON: Exceeds the limit"),
    (cast(str, None), "JSON is read from text, not from None"),
    (cast(str, {"at": 1}), "JSON is read from text, not from {'at': 1}"),
]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("text", "message"), HOSTILE, ids=[str(n) for n in range(len(HOSTILE))])
def test_hostile_json_is_one_typed_error(library: str, text: str | bytes, message: str) -> None:
    with only(library), pytest.raises(DocumentInvalid) as caught:
        convert.from_json(text, Times)
    assert message in str(caught.value)
    assert caught.value.path == "$"
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("kind", "text", "path", "message"),
    [
        (Times, '{"at":"\\ud800"}', "$.at", "is not a time such as 2026-03-02T14:23:00Z"),
        (
            Times,
            '{"at":"2026-03-02T14:23:00Z","on":"2026-03-02","lasted":"1h","table":{"a":1e400}}',
            "$.table.a",
            "finite",
        ),
        (Incident, '{"schema":1,"events":[{"kind":"ended"}]}', "$.events[0]", "'ended' is not a kind known here"),
        (Incident, '{"schema":1,"events":[{"kind":["declared"]}]}', "$.events[0]", "is not a kind known here"),
        (Incident, '{"schema":1,"events":[{"at":1}]}', "$.events[0]", "None is not a kind known here"),
        (Incident, '{"schema":1,"events":[null]}', "$.events[0]", "None is not a table"),
        (Incident, '{"schema":2,"events":[]}', "$.schema", "written by a later release"),
        (Incident, '{"schema":1' + "0" * 30 + ',"events":[]}', "$.schema", "written by a later release"),
        (SeverityScheme, '{"name":"x","severities":[{"key":1}]}', "$.severities[0].key", "1 is not text"),
        (
            SeverityScheme,
            '{"name":"x","severities":[{"key":"a","labels":{"b":' + "[" * 200 + "]" * 200 + "}},{}]}",
            "$.severities[1].key",
            "missing",
        ),
    ],
)
def test_json_of_the_wrong_shape_names_the_place(
    library: str, kind: type[Any], text: str, path: str, message: str
) -> None:
    with only(library), pytest.raises(DocumentInvalid) as caught:
        convert.from_json(text, kind)
    assert (caught.value.path, message in caught.value.problem) == (path, True)
