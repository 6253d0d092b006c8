"""Post-mortems that others wrote: no word is lost, what is written is read back, and people's shapes are known."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings

from incidentkit import EMERGENCY, Incident
from incidentkit.drills import practice_directory
from incidentkit.errors import CalendarInvalid, DocumentInvalid
from incidentkit.inbound.encoding import repaired
from incidentkit.inbound.postmortem import MAX_CHARACTERS, ReadPostMortem, read_postmortem, read_postmortems
from incidentkit.inbound.warning import Oddity, Unclear
from incidentkit.policy.account import ActionItem, Entry, Measure, Section, words_in
from incidentkit.policy.gap import Gap
from incidentkit.policy.postmortem import MEASURED, PostMortem
from incidentkit.testing import histories, postmortems
from incidentkit.text.document import Bullets, Code, CodeBlock, Document, Heading, Paragraph, Steps, Strong, Table, Text
from tests.inbound.documents import MESSY, RETOLD, WORDED

FEWER = settings(max_examples=max(1, settings().max_examples // 5))


def read(document: str | bytes) -> PostMortem:
    return read_postmortem(document, zone=UTC).postmortem


def codes(document: str) -> list[tuple[int, Oddity | Unclear]]:
    return [(warning.line, warning.code) for warning in read_postmortem(document, zone=UTC).warnings]


def times(document: str) -> list[str]:
    """The entries of a timeline: when, and what."""
    return [f"{entry.at or entry.when} | {words_in(entry.what)}" for entry in read(document).timeline]


def items(document: str) -> list[tuple[str, str, date | None, bool]]:
    every = read(f"# T\n\n## Action items\n\n{document}").action_items
    return [(words_in(item.what), item.owner, item.due, item.done) for item in every]


def everything(result: ReadPostMortem) -> str:
    """All that can be read of a result."""
    told = "\n".join(warning.words for warning in result.warnings)
    return f"{result.postmortem.to_markdown()}\n{told}"


@given(WORDED | RETOLD)
@example(("## Timeline\n\n| Time | w0w |\n|-|-|", ("w0w",)))
@example(("## Detection w0w\n\n## Trigger\n\nw1w", ("w0w", "w1w")))
def test_every_word_is_in_a_field_or_in_a_warning(worded: tuple[str, tuple[str, ...]]) -> None:
    document, said = worded
    kept = everything(read_postmortem(document))
    assert [word for word in said if word not in kept] == []


@given(MESSY | WORDED.map(lambda worded: worded[0]) | RETOLD.map(lambda worded: worded[0]))
@example("# T\n\n## People\n\n- Ada\n  - on call\n- Bob\n\n## Summary\n\nx")
@example("# Timeline\n## 2018-02-12 14:06([](https)\n## b\nx")
@example("# Impact\n- |||\n  -|-\n  1|?")
@example("# Impact\n- a\n  - Users affected: 10%")
@example("# T\n\n## Timeline\n\n- 2026-03-03 12.50 EUR lost\n- 03/04/2026 10:00 a\n- 11:00 b")
@example("# T\n\n## Summary\n\n\u0645\u06cc\u200c\u062e\n\n    a\u00a0b\u200dc")
def test_what_was_read_is_the_same_once_it_is_written_and_read_again(document: str) -> None:
    result = read_postmortem(document)
    assert read_postmortem(result.postmortem.to_markdown()).postmortem == result.postmortem
    assert list(result.warnings) == sorted(result.warnings, key=lambda each: (each.line, each.code))


@FEWER
@given(postmortems())
def test_a_post_mortem_is_read_back_as_it_was_written(postmortem: PostMortem) -> None:
    assert read(postmortem.to_markdown()) == postmortem


@FEWER
@given(postmortems())
def test_lines_may_end_as_on_windows(postmortem: PostMortem) -> None:
    assert read(postmortem.to_markdown().replace("\n", "\r\n")) == postmortem


@given(MESSY.map(str.encode))
@example(b"\xff")
@example(b"| a |\n|-|\n| b")
def test_any_document_is_read_or_refused(document: bytes) -> None:
    try:
        several = read_postmortems(document)
    except DocumentInvalid as error:
        assert error.path == "$"
        return
    assert several


ROWS = Section("Metrics", [Table(MEASURED, [("Time to repair", "5min", "15min")])])
NAMES = Section("People", [Bullets(["Ada"])])


@pytest.mark.parametrize(
    "other", [[ROWS], [NAMES], [ROWS, NAMES], [NAMES, ROWS], [Section("People")], [Section("Metrics")]]
)
@pytest.mark.parametrize("people", [(), ("Bob",)])
@pytest.mark.parametrize("measures", [(), (Measure(what="Time to detect", words="long"),)])
def test_other_sections_may_be_called_as_those_of_the_form(
    measures: tuple[Measure, ...], people: tuple[str, ...], other: list[Section]
) -> None:
    postmortem = PostMortem(measures=measures, people=people, other=other)
    assert read(postmortem.to_markdown()) == postmortem


def test_action_items_in_no_group_come_first() -> None:
    several = [ActionItem(what="a", group="G"), ActionItem(what="b"), ActionItem(what="c", group="H")]
    postmortem = PostMortem(action_items=several)
    assert [words_in(item.what) for item in postmortem.action_items] == ["b", "a", "c"]
    assert read(postmortem.to_markdown()) == postmortem


def test_what_stands_in_a_list_of_the_impact_is_read_as_if_it_stood_for_itself() -> None:
    found = read("# T\n\n## Impact\n\n- a\n  - Users affected: 10%\n\n  | | |\n  |-|-|\n  | Time to x | 5 minutes |\n")
    assert (found.impact.users, found.impact.details) == ("10%", Document([Bullets(["a"])]))
    assert [each.what for each in found.measures] == ["Time to x"]


def test_the_form_is_read_back_as_empty() -> None:
    result = read_postmortem(PostMortem().to_markdown())
    assert result.postmortem == PostMortem()
    assert {each.code for each in result.warnings} == {Unclear.PLACEHOLDER}


PLAIN = """\
---
title: Shop is slow
---

# Shop is slow

People waited.

## Impact

- Users affected: about 20%
- Duration: 2026-03-02 09:10 to 2026-03-02 10:00 UTC
- Affected services: checkout, search
- Data loss: no
- Some left.

## Timeline

All times in CET.

| Time | Event |
|---|---|
| 2026-03-02 10:10 | Queries pile up |
| 11:00 | An index is built |

## Contributing factors

- No index on `orders`

## Recovery

**Bob** built it. See the [board](https://wiki.example/b).

## Lessons learnt

### What went well

1. We had a replica.

### What went wrong

- Nobody looked.

### Where we got lucky

- It was early.

## Action items

- [x] Add the index - Bob - 2026-03-03
- [ ] Watch slow queries (Owner: Ada, due 2026-03-09)

## Attendees

- Ada, Bob

## Stats

- Category: database
- Time to detection: 5 minutes
- Time to recovery: ?
"""


def test_a_plain_one_is_read_into_its_fields() -> None:
    result = read_postmortem(PLAIN)
    found = result.postmortem
    assert (found.title, dict(found.about), found.people) == (
        "Shop is slow",
        {"Category": "database"},
        ("Ada", "Bob"),
    )
    assert found.summary == Document([Paragraph("People waited.")])
    impact = found.impact
    assert (impact.users, impact.services, impact.data_loss) == ("about 20%", ("checkout", "search"), "no")
    assert (impact.started_at, impact.ended_at) == (
        datetime(2026, 3, 2, 9, 10, tzinfo=UTC),
        datetime(2026, 3, 2, 10, tzinfo=UTC),
    )
    assert impact.details == Document([Bullets(["Some left."])])
    assert [entry.at for entry in found.timeline] == [impact.started_at, impact.ended_at]
    assert found.could_be_better == Document([Bullets(["Nobody looked."])])
    assert found.went_well == Document(
        [Steps(["We had a replica."]), Heading("Where we got lucky", 3), Bullets(["It was early."])]
    )
    assert [(item.owner, item.due, item.done) for item in found.action_items] == [
        ("Bob", date(2026, 3, 3), True),
        ("Ada", date(2026, 3, 9), False),
    ]
    assert [(each.what, each.took, each.words) for each in found.measures] == [
        ("Time to detection", timedelta(minutes=5), ""),
        ("Time to recovery", None, "?"),
    ]
    assert [(each.line, each.code) for each in result.warnings] == [
        (1, Oddity.FRONT_MATTER),
        (61, Unclear.LENGTH),
    ]


BULLETED = """\
# Incident on 2026-03-02 - Queue is stuck

- **Key events**
  - First detected: 2026-03-02 12:15
  - Nobody declared it
  - Repaired 2026-03-02 16.48

- **Time to repair**: 4h 33m

- **Identified**: Somebody saw a queue that grew and grew, and did not know for a long while
  what it was that it held, nor whom to ask about it

- **Impact**: Nothing was sent.

- **Context**:
  - 2026-03-02 12:10: The disk is full
  \N{EN DASH} 2026-03-02 12:30: A second one too

- **Review actions**:
  - Buy a disk
"""


def test_bullets_with_bold_labels_are_sections() -> None:
    found = read(BULLETED)
    assert times(BULLETED) == [
        "2026-03-02 12:15:00+00:00 | First detected",
        " | Nobody declared it",
        "2026-03-02 16:48:00+00:00 | Repaired",
        "2026-03-02 12:10:00+00:00 | The disk is full",
        "2026-03-02 12:30:00+00:00 | A second one too",
    ]
    assert [(each.what, each.took) for each in found.measures] == [("Time to repair", timedelta(hours=4, minutes=33))]
    assert found.impact.details == Document([Paragraph("Nothing was sent.")])
    assert [words_in(item.what) for item in found.action_items] == ["Buy a disk"]
    assert [section.heading for section in found.other] == ["Identified"]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("# Summary", "summary"),
        ("## What happened", "summary"),
        ("### 1. Issue Summary:", "summary"),
        ("**Summary:**", "summary"),
        ("## :seedling: Blameless root cause", "root_cause"),
        ("## \N{BRAIN} Root Causes", "root_cause"),
        ("## Resolution and recovery", "resolution"),
        ("## Mitigation", "resolution"),
        ("## What didn\N{RIGHT SINGLE QUOTATION MARK}t go so well?", "could_be_better"),
        ("## WHAT WENT WELL", "went_well"),
        ("## Lessons learnt", "lessons"),
    ],
)
def test_a_heading_is_known_by_its_meaning(heading: str, name: str) -> None:
    assert getattr(read(f"{heading}\n\nwords"), name) == Document([Paragraph("words")])


def test_headings_of_one_meaning_add_up_and_those_that_say_more_stay() -> None:
    found = read("# T\n\n## Root cause\n\na\n\n## Trigger\n\nb\n\n## Contributing factors\n\nc\n\n## Weather\n\nd")
    assert found.root_cause == Document([Paragraph("a"), Heading("Trigger", 3), Paragraph("b"), Paragraph("c")])
    assert [(each.heading, each.body) for each in found.other] == [("Weather", Document([Paragraph("d")]))]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("14:23 a", "2026-03-02 14:23:00+00:00 | a"),
        ("2:23 PM: a", "2026-03-02 14:23:00+00:00 | a"),
        ("12:05 am - a", "2026-03-02 00:05:00+00:00 | a"),
        ("14.43 - a", "2026-03-02 14:43:00+00:00 | a"),
        ("2021-03-31 12:06 a", "2021-03-31 12:06:00+00:00 | a"),
        ("Sep 29 2017 08:59 a", "2017-09-29 08:59:00+00:00 | a"),
        ("29 September 2017, 08:59 a", "2017-09-29 08:59:00+00:00 | a"),
        ("17:14 UTC a", "2026-03-02 17:14:00+00:00 | a"),
        ("17:14 PDT: a", "2026-03-03 00:14:00+00:00 | a"),
        ("17:14 +02:00 a", "2026-03-02 15:14:00+00:00 | a"),
        ("17:14 Europe/Berlin a", "2026-03-02 16:14:00+00:00 | a"),
        ("2021-03-31T12:06:30Z a", "2021-03-31 12:06:30+00:00 | a"),
        ("12:48 (6:48 PDT): a", "2026-03-02 12:48:00+00:00 | (6:48 PDT): a"),
        ("14:20-2:00 a", "2026-03-02 14:20:00+00:00 | 14:20-2:00 a"),
        ("25:61 a", "25:61 | a"),
        ("ca. 18:30 a", "ca. 18:30 | a"),
        ("17:14pm a", "17:14pm | a"),
        ("2021-09-10 HH:mm a", "2021-09-10 HH:mm | a"),
        ("2021/22-??-?? a", "2021/22-??-?? | a"),
        ("17:14 XYZT a", "17:14 XYZT | a"),
        ("2021-02-30 10:00 a", "2021-02-30 10:00 | a"),
        ("10.20.30.40 is down", " | 10.20.30.40 is down"),
        ("500 errors", " | 500 errors"),
    ],
)
def test_a_time_is_read_or_kept_in_words(said: str, expected: str) -> None:
    assert times(f"# 2026-03-02, T\n\n## Timeline\n\n- {said}\n") == [expected]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("25:61 a", Unclear.TIME),
        ("ca. 18:30 a", Unclear.TIME),
        ("17:14pm a", Unclear.TIME),
        ("14:20-2:00 a", Unclear.SPAN),
        ("12:48 (6:48 PDT): a", Unclear.SPAN),
        ("10:00 IST a", Unclear.ZONE),
        ("10:00 CST a", Unclear.ZONE),
        ("10:00 BST a", Unclear.ZONE),
    ],
)
def test_what_is_doubtful_about_a_time_is_told(said: str, code: Unclear) -> None:
    assert codes(f"# 2026-03-02, T\n\n## Timeline\n\n- {said}\n") == [(5, code)]


def test_a_zone_of_several_is_the_documented_one() -> None:
    assert times("# 2026-03-02, T\n\n## Timeline\n\n- 10:00 IST a\n- 10:00 CST b\n- 18:00 BST c\n") == [
        "2026-03-02 04:30:00+00:00 | a",
        "2026-03-02 16:00:00+00:00 | b",
        "2026-03-02 17:00:00+00:00 | c",
    ]


def test_midnight_turns_to_the_next_day_and_a_little_back_does_not() -> None:
    document = "## Timeline\n\n- 2026-03-02 23:50 a\n- 00:10 b\n- 00:05 c\n"
    assert times(document) == [
        "2026-03-02 23:50:00+00:00 | a",
        "2026-03-03 00:10:00+00:00 | b",
        "2026-03-03 00:05:00+00:00 | c",
    ]
    assert codes(document) == [(4, Unclear.NEXT_DAY), (5, Unclear.ORDER)]


def test_without_a_zone_it_is_utc_with_a_warning_or_that_which_is_given() -> None:
    document = "## Timeline\n\n- 2026-03-02 10:00 a\n- 11:00 b\n"
    result = read_postmortem(document)
    assert [(each.line, each.code) for each in result.warnings] == [(3, Unclear.NO_ZONE)]
    (first, _) = read_postmortem(document, zone=timezone(timedelta(hours=2))).postmortem.timeline
    assert first.at == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_a_time_without_any_date_stays_in_words() -> None:
    assert times("## Timeline\n\n- 10:00 a\n") == ["10:00 | a"]
    assert codes("## Timeline\n\n- 10:00 a\n") == [(3, Unclear.NO_DATE)]


def test_a_date_without_a_year_takes_that_of_all_other_dates() -> None:
    timeline = "## Timeline\n\n- Mar 2 10:00 a\n- 2026-03-02 11:00 b\n"
    assert times(timeline)[0] == "2026-03-02 10:00:00+00:00 | a"
    assert times(f"{timeline}- 2025-03-02 11:00 c\n")[0] == "Mar 2 10:00 | a"
    assert codes(timeline) == [(3, Unclear.NO_YEAR)]


def test_sub_headings_are_entries_with_what_stands_below_them() -> None:
    found = read("## Timeline\n\nAll times in PST\n\n### 2026-03-02 14:03\n\na\n\n- b\n\n### 14:06 - c `d`\n\n    e\n")
    assert found.timeline == (
        Entry(what="a", at=datetime(2026, 3, 2, 22, 3, tzinfo=UTC), details=Document([Bullets(["b"])])),
        Entry(
            what=(Text("c "), Code("d")),
            at=datetime(2026, 3, 2, 22, 6, tzinfo=UTC),
            details=Document([CodeBlock("e")]),
        ),
    )


@pytest.mark.parametrize(
    ("said", "item"),
    [
        ("- [ ] a - Ada - 2026-03-09", ("a", "Ada", date(2026, 3, 9), False)),
        ("- [x] a - b - Ada - 2026-03-09", ("a - b", "Ada", date(2026, 3, 9), True)),
        ("* a (Owner: Ada, due 2026-03-09)", ("a", "Ada", date(2026, 3, 9), False)),
        ("1. a (due 9 March 2026)", ("a", "", date(2026, 3, 9), False)),
        ("- a @ada", ("a", "ada", None, False)),
        ("- @ada: a", ("a", "ada", None, False)),
        ("- a - see below", ("a - see below", "", None, False)),
        ("- ping @here", ("ping @here", "", None, False)),
        ("- @Channel: ping", ("@Channel: ping", "", None, False)),
        ("a", ("a", "", None, False)),
        (
            "| Action | Who | Due | Status |\n|-|-|-|-|\n| a | Ada | 2026-03-09 | done |",
            ("a", "Ada", date(2026, 3, 9), True),
        ),
    ],
)
def test_an_action_item_has_its_owner_and_its_date(said: str, item: tuple[str, str, date | None, bool]) -> None:
    assert items(said) == [item]


@pytest.mark.parametrize(
    ("said", "what", "code"),
    [
        ("- [ ] a -  - 2026-03-09", "a", Unclear.OWNER),
        ("- a (Owner: )", "a", Unclear.OWNER),
        ("- a (Owner: @everyone)", "a", Unclear.OWNER),
        ("- [ ] a - TBD - 2026-03-09", "a", Unclear.OWNER),
        ("- a @todo", "a", Unclear.OWNER),
        ("- [ ] a - Ada - March 9", "a - Ada - March 9", Unclear.DUE),
        ("- a (due March 9)", "a (due March 9)", Unclear.DUE),
    ],
)
def test_an_owner_without_a_name_and_a_date_without_a_year_are_told(said: str, what: str, code: Unclear) -> None:
    assert [item[:2] for item in items(said)] == [(what, "")]
    assert codes(f"## Action items\n\n{said}") == [(3, code)]


@pytest.mark.parametrize(
    ("said", "services"),
    [("none, -", ("none",)), ("checkout, TBD", ("checkout",)), ("\N{EM DASH}", ()), ("a-b", ("a-b",))],
)
def test_a_dash_and_a_blank_are_no_services(said: str, services: tuple[str, ...]) -> None:
    result = read_postmortem(f"# T\n\n## Impact\n\n- Services impacted: {said}\n")
    assert result.postmortem.impact.services == services
    assert [each.words for each in result.warnings] == (["TBD"] if "TBD" in said else [])


def test_action_items_have_the_heading_above_them_and_lines_are_items_only_alone() -> None:
    found = read("## Follow-up\n\n### Process\n\n- a\n\n### Tools\n\n1. b\n\nThat is why.\n")
    assert [(words_in(item.what), item.group) for item in found.action_items] == [("a", "Process"), ("b", "Tools")]
    assert [section.body for section in found.other] == [Document([Paragraph("That is why.")])]
    assert items("a\nb\n") == [("a", "", None, False), ("b", "", None, False)]


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("31 minutes", 31),
        ("4h 33m", 273),
        ("1 day 2 hours", 1560),
        ("1h30min", 90),
        ("2 hours and 5 mins", 125),
        ("1.5 hours", 90),
        ("nearly an hour", None),
        ("N/A", None),
        ("?", None),
    ],
)
def test_a_length_is_read_or_kept_in_words(words: str, minutes: int | None) -> None:
    (measure,) = read(f"## Stats\n\n- Time to recovery: {words}\n").measures
    assert (measure.took, measure.words) == ((None, words) if minutes is None else (timedelta(minutes=minutes), ""))


@pytest.mark.parametrize(
    "words",
    [
        "_Include a **short** sentence._",
        "*Describe how users were impacted*",
        "[what happened]",
        "Brief description of what happened",
        "TBD",
        "todo",
        "To be determined.",
        "...",
        "\N{HORIZONTAL ELLIPSIS}",
        "[not written yet]",
    ],
)
def test_placeholders_are_told_and_not_kept(words: str) -> None:
    result = read_postmortem(f"# T\n\n## Summary\n\n{words}\n")
    assert Gap.SUMMARY in {each.gap for each in result.postmortem.missing()}
    assert [(each.line, each.code) for each in result.warnings] == [(5, Unclear.PLACEHOLDER)]


def test_a_heading_that_resembles_one_of_the_form_is_told() -> None:
    document = "# T\n\n## Summary\n\nx\n\n## Root Casue\n\nA disk.\n\n## Weather\n\nRain.\n"
    assert codes(document) == [(7, Unclear.MISSPELT)]
    assert [each.heading for each in read(document).other] == ["Root Casue", "Weather"]


@pytest.mark.parametrize("zone", ["Europe/Berlin", ZoneInfo("Europe/Berlin")])
def test_a_zone_may_be_given_by_its_name(zone: Any) -> None:
    document = "# T\n\n## Timeline\n\n- 2026-03-02 15:00 Down\n"
    (entry,) = read_postmortem(document, zone=zone).postmortem.timeline
    assert entry.at == datetime(2026, 3, 2, 14, tzinfo=UTC)
    with pytest.raises(CalendarInvalid, match="is no time zone known here"):
        read_postmortem(document, zone="Berlin")


def test_a_table_of_blanks_says_nothing() -> None:
    result = read_postmortem(
        "# Title (incident #)\n\n## Impact\n\n| | |\n|-|-|\n| Time in SEV-1 | ?mins |\n"
        "| Lost | ??% (?? of ??) _often 0_ |\n\n## Responders\n\n* _Who was the IC?_\n"
    )
    assert result.postmortem == PostMortem()
    assert {each.code for each in result.warnings} == {Unclear.PLACEHOLDER}


def test_what_ends_before_it_begins_stays_in_words() -> None:
    document = "# T\n\n## Impact\n\n- Duration: 2026-03-02 10:00 to 2026-03-02 09:00\n"
    assert read(document).impact.lasted == "2026-03-02 10:00 to 2026-03-02 09:00"
    assert codes(document) == [(5, Unclear.BACKWARDS)]


@pytest.mark.parametrize(
    "told",
    [
        "## Timeline\n\n- Incident started: 2026-03-02 15:00 UTC\n- Resolved: 2026-03-02 14:00 UTC\n",
        "## Timeline\n\n- 2026-03-02 15:00 UTC Impact begins\n- 14:00 The incident was resolved\n",
        "## Timeline\n\n- Ended: 2026-03-02 14:00 UTC\n- Began: 2026-03-02 15:00 UTC\n",
        "## Metrics\n\n- Start time: 2026-03-02 15:00 UTC\n- End time: 2026-03-02 14:00 UTC\n",
    ],
)
def test_what_is_over_before_it_began_is_told(told: str) -> None:
    assert (6, Unclear.BACKWARDS) in codes(f"# T\n\n{told}")
    assert Unclear.BACKWARDS not in {code for _, code in codes(f"# T\n\n{told.replace('14:00', '16:00')}")}


@pytest.mark.parametrize(
    "span", ["10:00 to 11:30 CET", "10:00 CET - 11:30 CET", "2026-03-02 09:00 UTC until 2026-03-02 10:30 UTC"]
)
def test_a_zone_behind_a_span_is_that_of_both_its_ends(span: str) -> None:
    impact = read(f"# 2026-03-02, T\n\n## Impact\n\n- Duration: {span}\n").impact
    assert (impact.started_at, impact.ended_at) == (
        datetime(2026, 3, 2, 9, tzinfo=UTC),
        datetime(2026, 3, 2, 10, 30, tzinfo=UTC),
    )


def test_a_time_without_a_date_is_told_once() -> None:
    assert codes("## Impact\n\n- Duration: 10:00 to later\n") == [(3, Unclear.NO_DATE)]


SEVERAL = "# A\n\n## Summary\n\na\n\n## Impact\n\nb\n\n# B\n\n## Summary\n\nc\n\n## Impact\n\nd\n"


def test_several_incidents_are_read_apart() -> None:
    assert [each.postmortem.title for each in read_postmortems(SEVERAL)] == ["A", "B"]
    assert [each.warnings for each in read_postmortems(SEVERAL)] == [(), ()]
    assert len(read_postmortems(PLAIN)) == 1


def _calls(incidents: int) -> int:
    """How many functions are called to read so many incidents."""
    count = 0

    def called(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    document = "# T\n\n## Summary\n\nx\n\n## Impact\n\ny\n\n" * incidents
    before = sys.getprofile()
    sys.setprofile(called)
    try:
        several = read_postmortems(document)
    finally:
        sys.setprofile(before)
    assert len(several) == incidents
    return count


def test_twice_as_many_incidents_are_twice_the_work() -> None:
    assert _calls(1) > 0
    assert _calls(60) < 2.2 * _calls(30)


def test_lines_of_the_second_incident_are_counted_from_the_top() -> None:
    document = "# A\n\n## Summary\n\na\n\n## Impact\n\nb\n\n# B\n\n## Summary\n\nTBD\n\n## Impact\n\nZo\u00c3\u00ab\n"
    assert [[(each.line, each.code) for each in one.warnings] for one in read_postmortems(document)] == [
        [],
        [(15, Unclear.PLACEHOLDER), (19, Unclear.ENCODING)],
    ]


def test_one_of_several_has_the_others_among_its_sections() -> None:
    found = read(SEVERAL)
    assert (found.title, [each.heading for each in found.other]) == ("A", ["B"])
    assert codes(SEVERAL) == [(11, Unclear.SEVERAL)]


def test_words_read_in_a_wrong_encoding_are_told_and_not_changed() -> None:
    wrong = "Zo\u00eb can\u2019t".encode().decode("cp1252")
    result = read_postmortem(f"# T\n\n## Summary\n\n{wrong}\n")
    assert result.postmortem.summary == Document([Paragraph(wrong)])
    assert [(each.code, each.words) for each in result.warnings] == [(Unclear.ENCODING, "Zo\u00eb can\u2019t")]
    assert repaired("Zo\u00eb \u2019 \u00c3 stays") == "Zo\u00eb \u2019 \u00c3 stays"


@pytest.mark.parametrize("document", ["", "\n", "\ufeff", b""])
def test_an_empty_document_is_an_empty_post_mortem(document: str | bytes) -> None:
    assert read_postmortem(document) == ReadPostMortem(postmortem=PostMortem(), warnings=())


def test_what_is_no_post_mortem_is_kept_as_other_sections() -> None:
    document = "# Shopping\n\n## Fruit\n\n- pears\n"
    found = read(document)
    assert [(each.heading, each.body) for each in found.other] == [("Fruit", Document([Bullets(["pears"])]))]
    assert codes(document) == [(1, Unclear.NO_SECTIONS)]


def test_half_a_table_loses_nothing() -> None:
    result = read_postmortem("## Timeline\n\n| Time | Event |\n|-|-|\n| 2026-03-02 10:00 UTC\n| 11:00 | a | beyond |\n")
    assert len(result.postmortem.timeline) == 2
    assert "beyond" in everything(result)


def test_what_a_document_cannot_hold_is_flattened() -> None:
    found = read("## Summary\n\n- a\n  - b\n\n> c\n\n<b>d</b>\n\n![e](f.png)\n\n| g |\n|-|\n| **h** |\n")
    assert found.summary.blocks[:3] == (Bullets(["a", "b"]), Paragraph("c"), Paragraph("<b>d</b>"))
    assert found.summary.blocks[4] == Table(["g"], [[Strong("h")]])


def test_what_is_no_text_or_too_long_is_refused() -> None:
    with pytest.raises(DocumentInvalid, match="Markdown is text in UTF-8"):
        read_postmortem(b"\xff")
    with pytest.raises(DocumentInvalid, match=r"^x\.md, \$: .* more than the 5000000 that are read"):
        read_postmortem(" " * (MAX_CHARACTERS + 1), source="x.md")


@pytest.mark.parametrize("source", [f"{'folder/' * 100}a.md", "a.md ", "a\nb\x1b[31m.md"])
def test_any_path_may_be_the_source(source: str) -> None:
    assert read_postmortem("# T", source=source).postmortem.title == "T"
    with pytest.raises(DocumentInvalid, match=r".md, \$: Markdown is text in UTF-8") as caught:
        read_postmortem(b"\xff", source=source)
    assert caught.value.source.isprintable()


def test_words_beyond_the_longest_text_are_told() -> None:
    result = read_postmortem(f"# {'word ' * 20_001}end\n")
    assert len(result.postmortem.title) <= 100_000
    assert Unclear.LONG in {each.code for each in result.warnings}


def test_every_code_has_a_meaning_and_a_remedy() -> None:
    assert [code for code in Unclear if not (code.meaning.endswith(".") and code.remedy.endswith("."))] == []


@given(histories())
def test_a_draft_reads_back_as_it_is(history: tuple[Incident, ...]) -> None:
    draft = PostMortem.from_incident(history[-1], playbook=EMERGENCY, directory=practice_directory())
    read = read_postmortem(draft.to_markdown())
    assert read.postmortem == draft
    assert {each.code for each in read.warnings} <= {Unclear.PLACEHOLDER, Unclear.ENCODING}
