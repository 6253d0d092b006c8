"""Documents: limits, hostile text, and the places that errors name."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import Flag, Number, SeverityScheme, convert
from incidentkit.errors import DocumentInvalid

KEYS = st.text(min_size=1, max_size=5).filter(lambda text: text.isprintable()) | st.sampled_from(
    ["a", "b-c", "d.e", '"', "'"]
)
SCALARS = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=20)
)
TABLES = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=10
    ),
    max_size=4,
)


@frozen
class Times:
    """Every value that is text in a document and something else in Python."""

    at: datetime
    on: date
    lasted: timedelta
    rows: tuple[int, ...] = ()
    names: frozenset[str] = frozenset()
    table: dict[str, float] = field(factory=dict[str, float])
    note: str | None = None


@given(TABLES)
def test_a_table_written_as_toml_is_read_back_by_the_standard_library(table: dict[str, Any]) -> None:
    assert tomllib.loads(convert.to_toml(table)) == table


@given(
    st.builds(
        Times,
        at=st.datetimes(timezones=st.just(UTC)),
        on=st.dates(),
        lasted=st.timedeltas(),
        rows=st.lists(st.integers(), max_size=3).map(tuple),
        names=st.frozensets(st.text(max_size=3)),
        table=st.dictionaries(st.text(max_size=3), st.floats(allow_nan=False, allow_infinity=False)),
        note=st.none() | st.text(),
    )
)
def test_values_read_back_from_json(times: Times) -> None:
    assert convert.from_json(convert.to_json(times), Times) == times


def test_times_are_written_in_utc() -> None:
    zone = timezone(timedelta(hours=2))
    plain = convert.to_plain(Times(datetime(2026, 3, 2, 16, 23, tzinfo=zone), date(2026, 3, 2), timedelta(minutes=90)))
    assert plain == {"at": "2026-03-02T14:23:00Z", "on": "2026-03-02", "lasted": "1h30min"}


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


GOOD = {"at": "2026-03-02T14:23:00Z", "on": "2026-03-02", "lasted": "1h"}


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"at": "2026-03-02T14:23:00"}, "$.at", "has no time zone"),
        ({"at": 5}, "$.at", "5 is not a time"),
        ({"at": "yesterday"}, "$.at", "yesterday"),
        ({"on": "2026-02-30"}, "$.on", "day is out of range"),
        ({"lasted": "5"}, "$.lasted", "is not a duration"),
        ({"lasted": 5}, "$.lasted", "5 is not a duration"),
        ({"rows": "12"}, "$.rows", "'12' is not a list"),
        ({"rows": [1, "2"]}, "$.rows[1]", "'2' is not a whole number"),
        ({"rows": [1, True]}, "$.rows[1]", "True is not a whole number"),
        ({"rows": [1, 2.0]}, "$.rows[1]", "2.0 is not a whole number"),
        ({"table": {"a": "1"}}, "$.table.a", "'1' is not a number"),
        ({"table": []}, "$.table", "[] is not a table"),
        ({"nmae": 1}, "$", "there is no key 'nmae' here"),
        ({"note": 1}, "$.note", "1 is not text"),
    ],
)
def test_a_value_that_does_not_fit_names_its_place(change: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        convert.from_json(json.dumps({**GOOD, **change}), Times)
    assert caught.value.path == path
    assert message in caught.value.problem


def test_what_no_document_holds_is_refused() -> None:
    with pytest.raises(DocumentInvalid, match="complex cannot be written as JSON"):
        convert.to_json(1j)


def test_one_fact_alone_is_read_with_its_kind_or_without() -> None:
    flag = Flag("flag", question="Is it so?")
    plain = convert.to_plain(flag)
    assert convert.from_plain(plain, Flag) == flag
    assert convert.from_plain({"name": "flag", "question": "Is it so?"}, Flag) == flag
    with pytest.raises(DocumentInvalid, match="'flag' is not the kind expected here, which is number"):
        convert.from_plain(plain, Number)


def test_a_missing_value_names_its_place() -> None:
    with pytest.raises(DocumentInvalid, match=r"people.json, \$.lasted: missing"):
        convert.from_json(json.dumps({k: v for k, v in GOOD.items() if k != "lasted"}), Times, source="people.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "this is not JSON"),
        ("[1, 2", "this is not JSON"),
        ('{"at": 1, "at": 2}', "comes twice"),
        ('{"at": NaN}', "NaN is no number"),
        ('{"at": -Infinity}', "-Infinity is no number"),
        ("[" * 200_000, "nested too deeply"),
        ('{"a":' * 200_000, "nested too deeply"),
        ('"' + "x" * 16_000_000 + '"', "16000002 characters are more than"),
        ("[]", "[] is not a table"),
        ("{" + ",".join(f'"k{n}": 1' for n in range(90_000)) + ',"k0": 2}', "comes twice"),
        ("null", "None is not a table"),
        (b"\xff\xfe\xff", "this is not JSON"),
        (raw(None), "JSON is read from text, not from None"),
        (raw({"at": 1}), "JSON is read from text, not from {'at': 1}"),
        ("1" * 5_000, "this is not JSON"),
    ],
)
def test_hostile_json_is_one_typed_error(text: str | bytes, message: str) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        convert.from_json(text, Times)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = ", "this is not TOML"),
        ("a = 1\na = 2", "this is not TOML"),
        ("a = " + "[" * 20_000, "nested too deeply"),
        ("a = " + "{b = " * 20_000, "nested too deeply"),
        ("a." * 10_000 + "a = 1", "more than 32 parts"),
        ("a = 1e400", "there is no key 'a'"),
        ("x" * 16_000_001, "are more than"),
    ],
)
def test_hostile_toml_is_one_typed_error(text: str, message: str) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        convert.from_toml(text, SeverityScheme)
    assert message in str(caught.value)
