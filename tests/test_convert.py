"""Documents: limits, hostile text, and the places that errors name."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, date, datetime, timedelta, timezone
from traceback import format_exception
from typing import Any, cast

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import Flag, Number, SeverityScheme, Worse, convert
from incidentkit.errors import DocumentInvalid, FieldInvalid
from incidentkit.model.commands import Link
from incidentkit.model.identity import checked_text

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
        ({"rows": ["2"]}, "$.rows[0]", "write 2, without quotation marks"),
        ({"table": {"a": "1"}}, "$.table.a", "'1' is not a number: write 1, without quotation marks"),
        ({"table": {"a": "-1.10%"}}, "$.table.a", "'-1.10%' is not a number: write -0.011, without quotation marks"),
        ({"table": []}, "$.table", "[] is not a table"),
        ({"nmae": 1}, "$", "there is no key 'nmae' here"),
        ({"note": 1}, "$.note", "1 is not text"),
        ({"at": 5, "nmae": 1}, "$", "there is no key 'nmae' here"),
    ],
)
def test_a_value_that_does_not_fit_names_its_place(change: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        convert.from_json(json.dumps({**GOOD, **change}), Times)
    assert caught.value.path == path
    assert message in caught.value.problem


@pytest.mark.parametrize("text", ["often", "1%%", "1e5", "", "%", "9" * 13])
def test_text_that_is_no_number_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(DocumentInvalid, match=r"is not a number$"):
        convert.from_plain(text, float)


def test_what_no_document_holds_is_refused() -> None:
    with pytest.raises(DocumentInvalid, match="1j is of a kind that no document holds"):
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


def _words(remark: Remark, _: object, value: str) -> None:
    checked_text("text" if remark.by else "elsewhere", value)


@frozen
class Remark:
    """A class that looks at its own words, once it knows whose they are."""

    by: str = ""
    text: str = field(default="", validator=_words)


@pytest.mark.parametrize("words", ["a\x00b", "\ud800", "x" * 100_001])
def test_a_field_that_its_class_refuses_is_the_place(words: str) -> None:
    plain = {"a": [{"text": "good"}, {"text": words, "by": "ada"}]}
    with pytest.raises(DocumentInvalid) as caught:
        convert.from_json(json.dumps(plain), dict[str, tuple[Remark, ...]])
    assert caught.value.path == "$.a[1].text"
    assert isinstance(caught.value.__cause__, FieldInvalid)


def test_a_refusal_that_names_no_field_of_the_class_is_of_the_whole() -> None:
    with pytest.raises(DocumentInvalid) as caught:
        convert.from_plain({"text": "\x00"}, Remark)
    assert caught.value.path == "$"


@pytest.mark.parametrize("key", ["\n", "\ud800", "x" * 1_000_000])
def test_a_hostile_key_does_not_spoil_the_path(key: str) -> None:
    changes: dict[str, dict[str, Any]] = {"$.table[": {"table": {key: "1"}}, "$": {key: 1}}
    for path, change in changes.items():
        with pytest.raises(DocumentInvalid) as caught:
            convert.from_plain({**GOOD, **change}, Times)
        assert caught.value.path.startswith(path)
        assert caught.value.path.isprintable()
        assert str(caught.value).isprintable()
        assert len(caught.value.path) < 100


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.timezones()))
def test_a_time_is_written_as_python_would_but_with_a_z(moment: datetime) -> None:
    written = convert.to_plain(moment)
    assert written == moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    assert convert.from_plain(written, datetime) == moment.astimezone(UTC)


def test_the_words_of_an_enum_are_plain_text() -> None:
    assert type(convert.to_plain(Worse.HIGHER)) is str
    assert convert.from_plain("higher", Worse) is Worse.HIGHER


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_no_document_holds_are_not_read(number: float) -> None:
    with pytest.raises(DocumentInvalid, match=rf"\$\.table\.a: {number} is not a finite number"):
        convert.from_plain({**GOOD, "table": {"a": number}}, Times)


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


def test_text_that_looks_like_a_long_key_survives_toml() -> None:
    plain = {"text": "1.2.3.4. " * 9, "quoted": 'a."b".' * 40}
    assert convert.from_toml(convert.to_toml(plain), dict[str, str]) == plain


def test_a_hostile_time_does_not_flood_a_log() -> None:
    with pytest.raises(DocumentInvalid) as caught:
        convert.from_json(f'{{"at": "{"9" * 5_000_000}"}}', dict[str, datetime])
    assert len("".join(format_exception(caught.value))) < 10_000
    assert len(caught.value.problem) < 1_000


def test_a_value_that_its_class_does_not_foresee_is_not_written() -> None:
    with pytest.raises(DocumentInvalid):
        convert.to_json(Link(cast(Any, "ticket"), "x", at=datetime(2026, 3, 2, tzinfo=UTC), by="ada"))


def test_a_time_without_zone_is_not_written() -> None:
    for write in (convert.to_json, convert.to_plain, convert.to_toml):
        with pytest.raises(DocumentInvalid, match="has no time zone: it would be another moment on every machine"):
            write({"at": datetime(2026, 3, 2)})
