"""Severities are in one total order within their scheme, and a scheme survives being written down."""

from __future__ import annotations

import copy
import operator
import pickle
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import Severity, SeverityScheme, SupportCalendar, Target, Targets, WorkingDays, convert
from incidentkit.errors import DocumentInvalid, SchemeInvalid, SchemesDiffer, UnknownSeverity
from incidentkit.model.severity import Label, is_severity
from incidentkit.testing import severity_schemes
from incidentkit.testing.severity import KEYS, ordered_schemes, unbound_severities

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def through_toml(scheme: SeverityScheme[Any]) -> SeverityScheme[Any]:
    return convert.from_toml(convert.to_toml(scheme), SeverityScheme)


def through_json(scheme: SeverityScheme[Any]) -> SeverityScheme[Any]:
    return convert.from_json(convert.to_json(scheme), SeverityScheme)


# Laws


@given(ordered_schemes(), st.data())
def test_any_two_severities_of_a_scheme_are_in_order(scheme: SeverityScheme[Any], data: st.DataObject) -> None:
    one, other = (data.draw(st.sampled_from(scheme.severities)) for _ in range(2))
    assert [one < other, one == other, one > other].count(True) == 1
    assert (one <= other) is (one < other or one == other)
    assert (one >= other) is (other <= one)
    assert (one != other) is not (one == other)
    assert (one < other) is (one.rank < other.rank)


@given(ordered_schemes(), st.data())
def test_worse_than_something_worse_is_worse(scheme: SeverityScheme[Any], data: st.DataObject) -> None:
    one, two, three = (data.draw(st.sampled_from(scheme.severities)) for _ in range(3))
    if one <= two and two <= three:
        assert one <= three
    if one <= two and two <= one:
        assert one == two


@given(ordered_schemes(), st.randoms())
def test_sorting_puts_the_severities_back_in_their_order(scheme: SeverityScheme[Any], random: Any) -> None:
    shuffled = [*scheme]
    random.shuffle(shuffled)
    assert sorted(shuffled, reverse=True) == [*scheme]
    assert max(shuffled) is scheme.worst is scheme.severities[0]
    assert min(shuffled) is scheme.mildest is scheme.severities[-1]


@given(ordered_schemes())
def test_the_rank_counts_the_milder_ones(scheme: SeverityScheme[Any]) -> None:
    for severity in scheme:
        assert severity.rank == sum(other < severity for other in scheme)


@given(ordered_schemes(), st.data())
def test_a_scheme_holds_exactly_its_own_severities(scheme: SeverityScheme[Any], data: st.DataObject) -> None:
    assert len(scheme) == len({*scheme}) == len(scheme.keys)
    for severity in scheme:
        assert severity in scheme
        assert severity.scheme is scheme
        assert scheme[severity.key] is severity
    stranger = data.draw(KEYS.filter(lambda key: key not in scheme.keys))
    with pytest.raises(UnknownSeverity):
        scheme[stranger]


@given(ordered_schemes(), ordered_schemes())
def test_severities_of_two_schemes_have_no_order(one: SeverityScheme[Any], other: SeverityScheme[Any]) -> None:
    if (one.name, one.keys) == (other.name, other.keys):
        return
    for compare in (lambda: one.worst < other.worst, lambda: one.worst >= other.mildest, lambda: max(*one, *other)):
        with pytest.raises(SchemesDiffer):
            compare()
    assert one.worst != other.worst
    assert other.worst not in one
    assert one != other


@given(severity_schemes())
def test_schemes_survive_toml(scheme: SeverityScheme[Any]) -> None:
    again = through_toml(scheme)
    assert again == scheme
    assert convert.to_toml(again) == convert.to_toml(scheme)


@given(severity_schemes())
def test_schemes_survive_json_with_all_that_their_severities_say(scheme: SeverityScheme[Any]) -> None:
    again = through_json(scheme)
    assert again == scheme
    assert hash(again) == hash(scheme)
    assert convert.to_json(again) == convert.to_json(scheme)
    assert [severity.targets for severity in again] == [severity.targets for severity in scheme]
    assert [severity.labels for severity in again] == [severity.labels for severity in scheme]
    assert again.calendars == scheme.calendars


@given(ordered_schemes())
def test_the_severities_of_a_scheme_read_back_are_the_same_ones(scheme: SeverityScheme[Any]) -> None:
    again = through_json(scheme)
    assert [*again] == [*scheme]
    assert {*again} == {*scheme}
    assert again.worst > scheme.mildest
    assert scheme.worst in again


@given(severity_schemes())
def test_copies_of_a_scheme_are_equal_and_hold_their_own_severities(scheme: SeverityScheme[Any]) -> None:
    pickled, copied = pickle.loads(pickle.dumps(scheme)), copy.deepcopy(scheme)
    for again in (pickled, copied, SeverityScheme[Any](*scheme, name=scheme.name, labels=scheme.labels)):
        assert again == scheme
        assert all(severity.scheme is again for severity in again)
    assert all(severity.scheme is scheme for severity in scheme)


@given(ordered_schemes())
def test_a_scheme_of_another_name_is_another_scheme(scheme: SeverityScheme[Any]) -> None:
    renamed = SeverityScheme[Any](*scheme, name=f"{scheme.name} of another team")
    assert renamed != scheme
    assert renamed.worst != scheme.worst


@given(st.lists(unbound_severities(KEYS | st.sampled_from(["P1", "P2"])), max_size=9))
def test_severities_make_a_scheme_or_a_typed_error(rows: list[Severity[Any]]) -> None:
    keys = [severity.key for severity in rows]
    if 2 <= len(rows) <= 7 and len({*keys}) == len(keys):
        assert SeverityScheme[Any](*rows).keys == tuple(keys)
    else:
        with pytest.raises(SchemeInvalid):
            SeverityScheme[Any](*rows)


@given(st.text(max_size=5), st.integers(2, 7), st.integers(-3, 3), st.booleans())
def test_counted_schemes_are_counted_from_anywhere_in_either_direction(
    prefix: str, count: int, first: int, highest_is_worst: bool
) -> None:
    scheme = SeverityScheme[Any].numbered(prefix, count, first=first, highest_is_worst=highest_is_worst)
    numbers = [int(key.removeprefix(prefix)) for key in scheme.keys]
    assert sorted(numbers, reverse=highest_is_worst) == numbers
    assert {*numbers} == {*range(first, first + count)}


# Five schemes of our own

LIBRARY = SupportCalendar(
    "reading room",
    zone="Europe/London",
    hours=["Mon-Fri 09:00-17:30", "Sat 10:00-13:00"],
    # The Easter of 2024 and the Saturday in it; the clock goes forward on its Sunday.
    holidays=[date(2024, 3, 29), date(2024, 3, 30), date(2024, 4, 1)],
)
"""Weekdays and Saturday mornings in London, closed over Easter."""

FERRY = SupportCalendar("night boat", zone="America/New_York", hours="Fri-Sun 22:00-06:00")
"""A shift that the clock changes in, twice a year."""

SMOKE = SeverityScheme[Any]("on fire", "smouldering")
"""Two words, and nothing else said."""

RELEASES = SeverityScheme[Any](
    Severity[Any](
        "P0",
        name="Nobody can pay",
        targets=Targets(respond=5 * MINUTE, contain=30 * MINUTE, mitigate=HOUR, resolve=DAY),
    ),
    Severity[Any]("P1", name="Some cannot pay", targets=Targets(respond=15 * MINUTE, mitigate=4 * HOUR)),
    Severity[Any]("P2", targets=Targets(update=Target(DAY, repeats=True))),
    Severity[Any]("P3"),
    name="checkout",
    labels={"owner": "payments", "reviewed": True, "edition": 3},
)
"""Counted down to 0, the worst, on wall time."""

REACTOR = SeverityScheme[Any].numbered("level ", 7, highest_is_worst=True, name="reactor")
"""Seven levels, counted up."""

WEATHER = SeverityScheme[Any](
    Severity[Any](
        "red", criteria='Roof or "glass" at risk', labels={"close": ("garden", "tower"), "wind": {"from": "118 km/h"}}
    ),
    Severity[Any]("amber", criteria="Branches fall,\nbenches move", labels={"close": ("garden",), "factor": 0.5}),
    Severity[Any]("yellow", name="Vigilance météo", labels={"close": ()}),
    name="storm",
)
"""Colours, worst first, with what the gardeners say about them."""

CATALOGUE = SeverityScheme[Any](
    Severity[Any](
        "urgent",
        criteria="Readers cannot order books",
        targets=Targets(
            respond=Target(4 * HOUR, LIBRARY),
            resolve=Target(WorkingDays(2), LIBRARY),
            update=Target(2 * HOUR, LIBRARY, repeats=True),
        ),
    ),
    Severity[Any]("boat", targets=Targets(respond=Target(9 * HOUR, FERRY), update=Target(8 * HOUR))),
    Severity[Any](
        "routine", targets=Targets(respond=Target(WorkingDays(1), LIBRARY), resolve=Target(WorkingDays(5), LIBRARY))
    ),
    name="catalogue",
)
"""Words, with clocks on two support calendars and on wall time."""

OURS = (SMOKE, RELEASES, REACTOR, WEATHER, CATALOGUE)


@pytest.mark.parametrize("scheme", OURS, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("through", [through_toml, through_json])
def test_our_schemes_survive_being_written_down(
    scheme: SeverityScheme[Any], through: Callable[[SeverityScheme[Any]], SeverityScheme[Any]]
) -> None:
    again = through(scheme)
    assert again == scheme
    assert [severity.targets for severity in again] == [severity.targets for severity in scheme]
    assert [severity.labels for severity in again] == [severity.labels for severity in scheme]


@pytest.mark.parametrize(
    ("scheme", "keys"),
    [
        (SMOKE, ("on fire", "smouldering")),
        (RELEASES, ("P0", "P1", "P2", "P3")),
        (REACTOR, ("level 7", "level 6", "level 5", "level 4", "level 3", "level 2", "level 1")),
        (WEATHER, ("red", "amber", "yellow")),
        (CATALOGUE, ("urgent", "boat", "routine")),
    ],
    ids=lambda case: getattr(case, "name", ""),
)
def test_our_schemes_are_in_order_worst_first(scheme: SeverityScheme[Any], keys: tuple[str, ...]) -> None:
    assert scheme.keys == keys
    assert all(worse > milder for worse, milder in pairwise(scheme))
    assert [severity.rank for severity in scheme] == [*range(len(keys))][::-1]


def test_a_deadline_across_a_holiday_a_weekend_and_a_change_of_the_clock_is_exact_to_the_minute() -> None:
    # Reported on Thursday, 28 March 2024, at 16:43. London is on GMT, so that is 16:43 UTC.
    #   Thu 28 March   16:43 to 17:30   47 minutes pass; 3 h 13 min are left of the four hours
    #   Fri 29 March   Good Friday, a holiday
    #   Sat 30 March   a holiday too; the reading room would have been open from 10:00
    #   Sun 31 March   never open; at 01:00 UTC the clock goes from 01:00 to 02:00, London is on BST now
    #   Mon  1 April   Easter Monday, a holiday
    #   Tue  2 April   opens at 09:00 BST, which is 08:00 UTC; 3 h 13 min later it is 12:13 BST, which is 11:13 UTC
    reported = datetime(2024, 3, 28, 16, 43, tzinfo=UTC)
    respond = CATALOGUE["urgent"].targets.respond
    assert respond is not None
    due = datetime(2024, 4, 2, 11, 13, tzinfo=UTC)
    assert respond.deadline(reported) == due
    assert respond.deadline(reported).astimezone(ZoneInfo("Europe/London")).isoformat() == "2024-04-02T12:13:00+01:00"
    # A minute earlier or later there is exactly a minute less or more.
    assert LIBRARY.between(reported, due - MINUTE) == 3 * HOUR + 59 * MINUTE
    assert respond.deadline(reported + MINUTE) == due + MINUTE
    # Two working days after Thursday 16:43 are Wednesday 16:43, on BST: 15:43 UTC.
    resolve = CATALOGUE["urgent"].targets.resolve
    assert resolve is not None
    assert resolve.deadline(reported) == datetime(2024, 4, 3, 15, 43, tzinfo=UTC)


def test_a_deadline_in_a_shift_that_is_an_hour_short_is_exact_to_the_minute() -> None:
    # New York, the night of 9 March 2024: from 02:00 EST the clock goes to 03:00 EDT, at 07:00 UTC.
    #   Sat 20:00 EST                    reported; the shift begins at 22:00 EST, which is 03:00 UTC on Sunday
    #   Sat 22:00 EST to Sun 06:00 EDT   03:00 to 10:00 UTC: seven hours, not the eight that the clock shows
    #   Sun 22:00 EDT                    the next shift, 02:00 UTC on Monday; two hours are left, until 04:00 UTC
    respond = CATALOGUE["boat"].targets.respond
    assert respond is not None
    assert respond.deadline(datetime(2024, 3, 10, 1, 0, tzinfo=UTC)) == datetime(2024, 3, 11, 4, 0, tzinfo=UTC)
    # In November the same shift has nine hours, from 02:00 to 11:00 UTC.
    assert respond.deadline(datetime(2024, 11, 3, 0, 0, tzinfo=UTC)) == datetime(2024, 11, 3, 11, 0, tzinfo=UTC)


# Examples


def test_a_scheme_unpacks_worst_first() -> None:
    p0, p1, p2, p3 = RELEASES
    assert p0 is RELEASES.worst
    assert p3 is RELEASES.mildest
    assert p0 > p1 > p2 > p3
    assert max(p2, p1, p3) is p1
    assert [severity.key for severity in RELEASES if severity >= p1] == ["P0", "P1"]


def test_a_scheme_without_a_name_is_called_by_its_keys() -> None:
    assert SeverityScheme[Any]("P1", "P2").name == "P1/P2"


def test_schemes_and_severities_show_what_they_are() -> None:
    scheme = SeverityScheme[Any]("P1", "P2", name="shop")
    assert repr(scheme) == "<scheme shop: P1 > P2>"
    assert str(scheme.worst) == "P1"
    assert repr(scheme.worst) == "<severity P1 of shop>"
    assert repr(Severity[Any]("P1")) == "<severity P1>"


def test_a_severity_is_the_same_one_whatever_its_targets_are() -> None:
    before = SeverityScheme[Any](Severity[Any]("P1", targets=Targets(respond=HOUR)), "P2")
    after = SeverityScheme[Any](Severity[Any]("P1", targets=Targets(respond=MINUTE), labels={"new": True}), "P2")
    assert before != after
    assert before.worst == after.worst
    assert hash(before.worst) == hash(after.worst)
    assert before.mildest < after.worst


@pytest.mark.parametrize(
    "other",
    [
        SeverityScheme[Any](*RELEASES, name="till", labels=RELEASES.labels),
        SeverityScheme[Any](*RELEASES, name="checkout", labels={**RELEASES.labels, "edition": 4}),
        SeverityScheme[Any](*reversed([*RELEASES]), name="checkout", labels=RELEASES.labels),
        SeverityScheme[Any](*[*RELEASES][:3], name="checkout", labels=RELEASES.labels),
        SeverityScheme[Any](*[*RELEASES][:3], "P4", name="checkout", labels=RELEASES.labels),
        SeverityScheme[Any](*[*RELEASES][:3], Severity[Any]("P3", name="x"), name="checkout", labels=RELEASES.labels),
        SeverityScheme[Any](
            *[*RELEASES][:3], Severity[Any]("P3", criteria="x"), name="checkout", labels=RELEASES.labels
        ),
        SeverityScheme[Any](
            *[*RELEASES][:3], Severity[Any]("P3", labels={"a": "b"}), name="checkout", labels=RELEASES.labels
        ),
        SeverityScheme[Any](
            *[*RELEASES][:3], Severity[Any]("P3", targets=Targets(update=DAY)), name="checkout", labels=RELEASES.labels
        ),
        RELEASES.keys,
        "checkout",
    ],
)
def test_schemes_differ_when_anything_about_them_does(other: object) -> None:
    assert other != RELEASES
    assert SeverityScheme[Any](*RELEASES, name="checkout", labels=RELEASES.labels) == RELEASES


def test_a_key_is_no_severity() -> None:
    assert "P0" not in RELEASES
    assert RELEASES["P0"] != "P0"
    assert is_severity(RELEASES["P0"])
    assert not is_severity("P0")


def test_a_calendar_is_written_once_and_named_by_the_targets() -> None:
    plain = convert.to_plain(CATALOGUE)
    assert [calendar["name"] for calendar in plain["calendars"]] == ["reading room", "night boat"]
    assert plain["severities"][0]["respond"] == {"within": "4h", "calendar": "reading room"}
    assert plain["severities"][0]["resolve"] == {"within": "2 working days", "calendar": "reading room"}
    assert plain["severities"][1]["update"] == {"within": "8h"}


def test_a_scheme_can_be_written_by_hand() -> None:
    text = """
        name = "shop"
        labels.owner = "tills"

        [[severities]]
        key = "closed"
        respond = { within = "15min" }
        update = { within = "1h", repeats = true }

        [[severities]]
        key = "slow"
        criteria = "A queue"
        resolve = { within = "1 working day", calendar = "shop hours" }
        labels = { tills = ["1", "2"], since = 2024 }

        [[calendars]]
        name = "shop hours"
        zone = "Europe/Paris"
        hours = ["Mon-Sat 10:00-19:00"]
        holidays = [2026-05-01]
    """
    shop = SupportCalendar("shop hours", zone="Europe/Paris", hours="Mon-Sat 10:00-19:00", holidays=[date(2026, 5, 1)])
    assert convert.from_toml(text, SeverityScheme) == SeverityScheme[Any](
        Severity[Any]("closed", targets=Targets(respond=15 * MINUTE, update=Target(HOUR, repeats=True))),
        Severity[Any](
            "slow",
            criteria="A queue",
            targets=Targets(resolve=Target(WorkingDays(1), shop)),
            labels={"tills": ("1", "2"), "since": 2024},
        ),
        name="shop",
        labels={"owner": "tills"},
    )


def test_nobody_changes_the_labels_of_a_severity_from_outside() -> None:
    wind = {"from": "118 km/h"}
    given_labels: dict[str, Label] = {"wind": wind}
    scheme = SeverityScheme[Any](Severity[Any]("red", labels=given_labels), "green", labels=given_labels)
    given_labels["new"] = True
    wind["from"] = "0 km/h"
    assert scheme.worst.labels == {"wind": {"from": "118 km/h"}}
    assert scheme.labels == {"wind": {"from": "118 km/h"}}
    form = scheme.to_form()
    form.labels["new"] = True
    form.severities[0].labels["new"] = True
    assert scheme.worst.labels == scheme.labels == {"wind": {"from": "118 km/h"}}


# Bad input


@pytest.mark.parametrize("count", [0, 1, 8, 20])
def test_a_scheme_has_two_to_seven_severities(count: int) -> None:
    with pytest.raises(SchemeInvalid, match=f"^a scheme has 2 to 7 severities, not {count}$"):
        SeverityScheme[Any](*map(str, range(count)))
    with pytest.raises(SchemeInvalid, match=f"^a scheme has 2 to 7 severities, not {count}$"):
        SeverityScheme[Any].numbered("P", count)


def test_two_severities_of_one_key_are_refused() -> None:
    with pytest.raises(SchemeInvalid, match=r"^two severities are called 'P1'$"):
        SeverityScheme[Any]("P0", "P1", Severity[Any]("P1", name="another"))


@pytest.mark.parametrize("value", [None, 1, ["P1"], SMOKE])
def test_a_scheme_is_made_of_severities_or_keys(value: Any) -> None:
    with pytest.raises(SchemeInvalid, match=r"^a scheme is made of severities or their keys, not of"):
        SeverityScheme[Any]("P0", value)


@pytest.mark.parametrize("key", ["", " ", "\n\t", None, 1, True, b"P1"])
def test_the_key_of_a_severity_is_text_that_is_not_blank(key: Any) -> None:
    with pytest.raises(SchemeInvalid, match=f"^the key of a severity is text, not {re.escape(repr(key))}$"):
        Severity[Any](key)


@pytest.mark.parametrize("attribute", ["name", "criteria"])
@pytest.mark.parametrize("value", [None, 1, b"x"])
def test_what_a_severity_says_is_text(attribute: str, value: Any) -> None:
    with pytest.raises(SchemeInvalid, match=f"^the {attribute} of a severity is text, not {re.escape(repr(value))}$"):
        Severity[Any]("P1", **{attribute: value})


@pytest.mark.parametrize("targets", [None, 15, {"respond": MINUTE}, MINUTE, Target(MINUTE)])
def test_the_targets_of_a_severity_are_targets(targets: Any) -> None:
    with pytest.raises(SchemeInvalid, match="targets"):
        Severity[Any]("P1", targets=targets)


@pytest.mark.parametrize("name", [3, b"shop", ("P1",)])
def test_the_name_of_a_scheme_is_text(name: Any) -> None:
    with pytest.raises(SchemeInvalid, match="name"):
        SeverityScheme[Any]("P1", "P2", name=name)


@pytest.mark.parametrize("labels", [3, "owner", ["owner"], [("owner", "tills")]])
def test_labels_are_a_mapping(labels: Any) -> None:
    with pytest.raises(SchemeInvalid, match="labels"):
        Severity[Any]("P1", labels=labels)
    with pytest.raises(SchemeInvalid, match="labels"):
        SeverityScheme[Any]("P1", "P2", labels=labels)


@pytest.mark.parametrize(
    "label", [None, date(2026, 1, 1), HOUR, b"x", {"a", "b"}, float("nan"), float("inf"), {"a": None}, (None, "a")]
)
def test_a_label_that_documents_would_lose_is_refused(label: Any) -> None:
    # TOML has no null, JSON neither dates nor infinity: a label is one of the types that `Label` lists.
    with pytest.raises(SchemeInvalid, match="owner"):
        Severity[Any]("P1", labels={"owner": label})
    with pytest.raises(SchemeInvalid, match="owner"):
        SeverityScheme[Any]("P1", "P2", labels={"owner": label})


def test_a_label_has_text_for_a_name() -> None:
    labels: Any = {1: "x"}
    with pytest.raises(SchemeInvalid, match="label"):
        Severity[Any]("P1", labels=labels)


def test_a_severity_that_is_in_no_scheme_has_neither_rank_nor_order() -> None:
    alone, other = Severity[Any]("P1"), Severity[Any]("P2")
    message = "^P1 is in no scheme yet: take it from the SeverityScheme it was given to$"
    asks: list[Callable[[], object]] = [
        lambda: alone.scheme,
        lambda: alone.rank,
        lambda: alone < other,
        lambda: alone >= other,
    ]
    for ask in asks:
        with pytest.raises(SchemeInvalid, match=message):
            ask()
    SeverityScheme[Any](alone, other)
    with pytest.raises(SchemeInvalid, match=message):
        _ = alone.scheme


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_severities_of_two_schemes_say_which_when_they_are_compared(compare: Callable[[Any, Any], bool]) -> None:
    message = "P0 of checkout and red of storm have no order: severities compare within one scheme"
    with pytest.raises(SchemesDiffer, match=f"^{re.escape(message)}$"):
        compare(RELEASES.worst, WEATHER.worst)


@pytest.mark.parametrize("other", ["P1", 1, None])
def test_severities_compare_with_severities_only(other: Any) -> None:
    message = f"P0 is a severity and compares with severities, not with {other!r}"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        _ = RELEASES.worst < other


def test_an_unknown_severity_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(UnknownSeverity) as caught:
        RELEASES["P11"]
    assert str(caught.value) == "no severity is called 'P11'; there are P0, P1, P2, P3. Did you mean 'P1'?"
    assert caught.value.key == "P11"
    with pytest.raises(UnknownSeverity, match=r"^no severity is called 'rain'; there are red, amber, yellow\.$"):
        WEATHER["rain"]


def test_a_hostile_key_does_not_flood_a_log() -> None:
    with pytest.raises(UnknownSeverity) as caught:
        RELEASES["P" * 1_000_000]
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("key", [0, None, RELEASES.worst])
def test_whatever_is_no_key_is_an_unknown_severity(key: Any) -> None:
    with pytest.raises(UnknownSeverity):
        RELEASES[key]


def test_two_calendars_of_one_name_are_refused() -> None:
    winter = SupportCalendar("shop", zone="UTC", hours="Mon 09:00-17:00")
    summer = SupportCalendar("shop", zone="UTC", hours="Mon 09:00-21:00")
    with pytest.raises(SchemeInvalid, match=r"^two different calendars of P1/P2 are called 'shop'$"):
        SeverityScheme[Any](
            Severity[Any]("P1", targets=Targets(respond=Target(HOUR, winter))),
            Severity[Any]("P2", targets=Targets(respond=Target(HOUR, summer))),
        )


VALID: dict[str, Any] = {
    "name": "shop",
    "severities": [{"key": "P1", "respond": {"within": "1h", "calendar": "shop hours"}}, {"key": "P2"}],
    "calendars": [{"name": "shop hours", "zone": "UTC", "hours": ["Mon 09:00-17:00"]}],
}


def with_severity(**changes: Any) -> dict[str, Any]:
    return {**VALID, "severities": [{**VALID["severities"][0], **changes}, *VALID["severities"][1:]]}


def test_the_document_that_the_bad_ones_differ_from_is_fine() -> None:
    assert convert.from_plain(VALID, SeverityScheme).keys == ("P1", "P2")


@pytest.mark.parametrize(
    ("plain", "path", "problem"),
    [
        ([], "$", "[] is not a table"),
        ({"name": "shop"}, "$.severities", "missing"),
        ({**VALID, "severities": {}}, "$.severities", "{} is not a list"),
        ({**VALID, "severities": []}, "$", "a scheme has 2 to 7 severities, not 0"),
        ({**VALID, "severities": VALID["severities"] * 2}, "$", "two severities are called 'P1'"),
        ({**VALID, "severities": ["P1", "P2"]}, "$.severities[0]", "'P1' is not a table"),
        ({**VALID, "name": 3}, "$.name", "3 is not text"),
        ({**VALID, "sevs": []}, "$", "there is no key 'sevs' here; there are name, severities, calendars, labels"),
        (with_severity(key=1), "$.severities[0].key", "1 is not text"),
        (with_severity(respnd={}), "$.severities[0]", "Did you mean 'respond'?"),
        (with_severity(respond="1h"), "$.severities[0].respond", "'1h' is not a table"),
        (with_severity(respond={}), "$.severities[0].respond.within", "missing"),
        (with_severity(respond={"within": 60}), "$.severities[0].respond.within", "60 is not text"),
        (
            with_severity(respond={"within": "1h", "repeats": 1}),
            "$.severities[0].respond.repeats",
            "1 is not true or false",
        ),
        (
            with_severity(respond={"within": "1h", "repeats": "no"}),
            "$.severities[0].respond.repeats",
            "'no' is not true or false",
        ),
        (
            {**VALID, "calendars": [{"name": "c", "zone": "Mars", "hours": ["Mon 09:00-17:00"]}]},
            "$.calendars[0]",
            "'Mars' is no",
        ),
    ],
)
def test_a_document_that_describes_no_scheme_names_the_place(plain: Any, path: str, problem: str) -> None:
    with pytest.raises(DocumentInvalid, match=re.escape(problem)) as caught:
        convert.from_plain(plain, SeverityScheme)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("respond", "problem"),
    [
        ({"within": "1h", "calendar": "shop hour"}, "no calendar is called 'shop hour'. Did you mean 'shop hours'?"),
        ({"within": "soon"}, "'soon' is not a duration: write it like 15min, 1h30min or 2d; or '2 working days'"),
        ({"within": "0s"}, "a target is a length of time above zero"),
        ({"within": "1 working day"}, "a target of 1 working day needs a calendar that says which days are worked"),
    ],
)
def test_a_target_that_cannot_be_kept_is_found_by_severity_and_clock(respond: Any, problem: str) -> None:
    with pytest.raises(DocumentInvalid, match=re.escape(problem)) as caught:
        convert.from_plain(with_severity(respond=respond), SeverityScheme)
    assert caught.value.path == "$.severities[0].respond"


def test_a_blank_key_in_a_document_is_found_by_its_place() -> None:
    with pytest.raises(DocumentInvalid, match="the key of a severity is text, not ' '") as caught:
        convert.from_plain(with_severity(key=" "), SeverityScheme)
    assert caught.value.path.startswith("$.severities[0]")


def test_a_document_with_two_calendars_of_one_name_is_refused() -> None:
    twice = [*VALID["calendars"], {"name": "shop hours", "zone": "Europe/Paris", "hours": ["Tue 09:00-17:00"]}]
    with pytest.raises(DocumentInvalid, match="shop hours"):
        convert.from_plain({**VALID, "calendars": twice}, SeverityScheme)


def test_a_calendar_that_no_target_counts_on_is_refused_rather_than_dropped() -> None:
    more = [*VALID["calendars"], {"name": "spare", "zone": "UTC", "hours": ["Tue 09:00-17:00"]}]
    with pytest.raises(DocumentInvalid, match="spare"):
        convert.from_plain({**VALID, "calendars": more}, SeverityScheme)


@pytest.mark.parametrize("labels", [[1], "x", 3])
def test_labels_in_a_document_are_a_table(labels: Any) -> None:
    with pytest.raises(DocumentInvalid, match="is not a table") as caught:
        convert.from_plain({**VALID, "labels": labels}, SeverityScheme)
    assert caught.value.path == "$.labels"


def test_documents_that_name_a_scheme_share_it_unless_it_is_suspiciously_long() -> None:
    def named(scheme: str) -> SeverityScheme[Any]:
        return convert.from_plain({"key": "P1", "scheme": scheme, "order": ["P1", "P2"]}, Severity).scheme

    assert named("payments") is named("payments")
    assert named("x" * 2_000) == named("x" * 2_000)
    assert named("x" * 2_000) is not named("x" * 2_000)
