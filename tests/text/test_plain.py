"""Plain text and Slack: what a document looks like, and what hostile words cannot do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentkit.text.document import (
    Block,
    Bullets,
    Checklist,
    Code,
    CodeBlock,
    Document,
    Heading,
    Link,
    Paragraph,
    Steps,
    Strong,
    Table,
    Text,
    flat,
)
from incidentkit.text.plain import to_plain
from incidentkit.text.slack import LONGEST_TEXT, MOST_BLOCKS, slack_fallback, to_slack
from tests.text.test_markdown import TEXTS

DOCUMENT = Document(
    [
        Heading("Checkout returns 500", 1),
        Paragraph(
            [
                Text("See "),
                Strong("now"),
                Text(": "),
                Link("status", "https://status.example.com"),
                Text(" "),
                Code("x"),
            ]
        ),
        Bullets(["one", "two"]),
        Steps(["first", "second"]),
        Checklist([(True, "paged"), (False, "resolved")]),
        Table(["Time", "Event"], [["14:23", "detected"], ["緊急"], ["14:30", "mitigated", "by grace"]]),
        CodeBlock("a\n  b"),
    ]
)


def test_a_table_that_is_too_wide_is_written_row_by_row() -> None:
    table = Document([Table(["at", "event"], [["14:23", "detected"], ["14:30", "mitigated by grace"], ["", "緊急"]])])
    assert to_plain(table, width=25) == to_plain(table)
    assert to_plain(table, width=24).splitlines() == [
        "at     14:23",
        "event  detected",
        "",
        "at     14:30",
        "event  mitigated by grace",
        "",
        "event  緊急",
    ]
    header = Document([Table(["at", "event"], [])])
    assert to_plain(header, width=3) == to_plain(header)


def test_a_document_in_plain_text() -> None:
    assert to_plain(DOCUMENT).splitlines() == [
        "Checkout returns 500",
        "====================",
        "",
        "See now: status (https://status.example.com) x",
        "",
        "- one",
        "- two",
        "",
        "1. first",
        "2. second",
        "",
        "[x] paged",
        "[ ] resolved",
        "",
        "Time   Event",
        "-----  ---------  --------",
        "14:23  detected",
        "緊急",
        "14:30  mitigated  by grace",
        "",
        "    a",
        "      b",
    ]


@given(st.lists(TEXTS, max_size=3))
def test_plain_text_has_no_control_characters(texts: list[str]) -> None:
    document = Document(
        [Heading(" ".join(texts)), Bullets(texts), Table(texts or [""], []), CodeBlock(" ".join(texts))]
    )
    said = to_plain(document).replace("\N{ZERO WIDTH JOINER}", "").replace("\N{ZERO WIDTH NON-JOINER}", "")
    assert all(line.isprintable() for line in said.split("\n"))


def test_a_joiner_takes_no_column() -> None:
    assert to_plain(Document([Heading("\u0645\u06cc\u200c\u062e")])).splitlines()[1] == "---"


def strings(json: Any, under: str = "") -> list[tuple[str, str]]:
    """Every string in an object, with the key it stands under."""
    if isinstance(json, str):
        return [(under, json)]
    pairs = json.items() if hasattr(json, "items") else ((under, value) for value in json) if json is not True else ()
    return [found for key, value in pairs for found in strings(value, key)]


@given(TEXTS)
def test_slack_shows_words_literally(text: str) -> None:
    blocks = to_slack(Document([Paragraph([Text(text), Strong(text), Code(text)]), Bullets([text])]))
    for key, value in strings(blocks):
        assert key in ("type", "style", "text")
        assert key != "type" or value in ("rich_text", "rich_text_section", "rich_text_list", "text")
    shown = [value for key, value in strings(blocks) if key == "text"]
    assert [value.strip() for value in shown if value.strip()] == [flat(text)] * (4 if flat(text) else 0)


def test_a_document_for_slack() -> None:
    kinds = [block["elements"][0]["type"].removeprefix("rich_text_") for block in to_slack(DOCUMENT)]
    assert kinds == ["section", "section", "list", "list", "list", "preformatted", "preformatted"]
    assert {"type": "link", "url": "https://status.example.com", "text": "status"} in to_slack(DOCUMENT)[1]["elements"][
        0
    ]["elements"]


EMPTY: list[Block] = [Table([], []), Bullets([]), Steps([]), Checklist([])]


def test_what_is_empty_is_left_out() -> None:
    document = Document([Paragraph("a"), *EMPTY, Paragraph("b")])
    assert (to_plain(document), slack_fallback(document)) == ("a\n\nb", "a\n\nb")
    assert to_slack(document) == to_slack(Document([Paragraph("a"), Paragraph("b")]))


@pytest.mark.parametrize("url", ["", "../a b.md", "javascript:alert(1)", "https:", "ftp://example.com"])
def test_slack_shows_an_address_that_is_not_followed(url: str) -> None:
    ((element,),) = (block["elements"] for block in to_slack(Document([Paragraph(Link("x", url))])))
    assert element["elements"] == [{"type": "text", "text": f"x ({url})"}]


def test_slack_leads_to_an_address_without_words() -> None:
    ((element,),) = (block["elements"] for block in to_slack(Document([Paragraph(Link("", "https://a.example/b c"))])))
    assert element["elements"] == [
        {"type": "link", "url": "https://a.example/b%20c", "text": "https://a.example/b%20c"}
    ]


def test_code_for_slack_steers_no_screen() -> None:
    ((element,),) = (block["elements"] for block in to_slack(Document([CodeBlock("ls \u202egnp\x1b[31m\n\tb")])))
    assert element["elements"] == [{"type": "text", "text": "ls  gnp [31m\n\tb"}]


def test_slack_takes_no_more_than_its_limits() -> None:
    blocks = to_slack(Document([Paragraph("x" * 10_000)] * 60))
    assert len(blocks) == MOST_BLOCKS
    assert max(len(value) for key, value in strings(blocks) if key == "text") == LONGEST_TEXT
    assert blocks[-1]["elements"][0]["elements"][0]["text"] == "..."


def test_the_fallback_calls_nobody() -> None:
    assert slack_fallback(Document([Paragraph("<!channel> & <@U1>")])) == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
