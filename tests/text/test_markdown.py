"""Markdown: an independent parser reads back exactly the words that went in, and no structure that did not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from incidentkit.text.document import (
    Bullets,
    Checklist,
    Code,
    CodeBlock,
    Document,
    Heading,
    Inline,
    Link,
    Paragraph,
    Steps,
    Strong,
    Table,
    Text,
    flat,
    printable_lines,
)
from incidentkit.text.markdown import to_markdown

HOSTILE = [
    *("# no heading", "- no item", "1. no step", "12) no step", "> no quote", "+ no item", "* no item", "=== no line"),
    *(
        "**not bold**",
        "_not it_",
        "`no code`",
        "``",
        "[no](link)",
        "![no](picture)",
        "<b>no</b>",
        "<script>alert(1)</script>",
    ),
    *(
        "&amp; &lt;",
        "a | b",
        "~~no~~",
        "\\",
        "\\*",
        "https://example.com/?a=b&c=d",
        "<!channel> @here",
        "| - |",
        "---",
        "***",
    ),
    *(
        "a\n\n# b",
        "\t code",
        "    code",
        "a  \nb",
        "\x00\x1b[31m",
        "\u202egnp.exe",
        "\u2067\u200f\u05e9\u05dc\u05d5\u05dd 14:30",
        "[x] done",
        "[^1]: note",
        "$x$",
        ":---",
        "Größe",
        "緊急",
        "🚨",
    ),
]
TEXTS = st.sampled_from(HOSTILE) | st.text(max_size=20) | st.lists(st.sampled_from(HOSTILE), max_size=3).map(" ".join)
PARSER = MarkdownIt("commonmark").enable("table")


def words(token: Any) -> str:
    """The text that a reader sees of an inline token."""
    return "".join(child.content for child in token.children if child.type in ("text", "code_inline", "html_inline"))


def parsed(document: Document) -> list[Any]:
    return PARSER.parse(to_markdown(document))


def shape(document: Document) -> list[str]:
    return [token.type for token in parsed(document)]


def inlines(document: Document) -> list[str]:
    return [words(token) for token in parsed(document) if token.type == "inline"]


@given(TEXTS)
def test_a_paragraph_stays_its_words(text: str) -> None:
    document = Document([Paragraph(text)])
    if flat(text):
        assert shape(document) == ["paragraph_open", "inline", "paragraph_close"]
    assert inlines(document) == ([flat(text)] if flat(text) else [])


@given(TEXTS.filter(flat), st.integers(1, 6))
@example("#", 1)
@example("release ##", 2)
def test_a_heading_stays_its_words(text: str, level: int) -> None:
    document = Document([Heading(text, level)])
    assert shape(document) == ["heading_open", "inline", "heading_close"]
    assert inlines(document) == [flat(text)]


@given(st.lists(TEXTS.filter(flat), min_size=1, max_size=4))
def test_lists_have_as_many_items_as_they_were_given(texts: list[str]) -> None:
    for block, kind in ((Bullets(texts), "bullet_list"), (Steps(texts), "ordered_list")):
        document = Document([block])
        assert shape(document)[0] == f"{kind}_open"
        assert shape(document).count("list_item_open") == len(texts)
        assert inlines(document) == [flat(text) for text in texts]


@given(st.lists(st.tuples(st.booleans(), TEXTS.filter(flat)), min_size=1, max_size=4))
def test_tasks_are_done_or_not(tasks: list[tuple[bool, str]]) -> None:
    assert inlines(Document([Checklist(tasks)])) == [f"[{'x' if done else ' '}] {flat(text)}" for done, text in tasks]


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=4)
    )
)
def test_tables_keep_every_cell(rows: list[list[str]]) -> None:
    document = Document([Table(rows[0], rows[1:])])
    assert shape(document)[0] == "table_open"
    assert inlines(document) == [flat(cell) for row in rows for cell in row]


@given(TEXTS.filter(flat))
def test_strong_words_and_code_stay_their_words(text: str) -> None:
    document = Document([Paragraph([Text("a "), Strong(text), Text(" b "), Code(text), Text(" c")])])
    (inline,) = (token for token in parsed(document) if token.type == "inline")
    assert words(inline).split() == ["a", *flat(text).split(), "b", *flat(text).split(), "c"]
    assert [child.type for child in inline.children].count("code_inline") == 1


@given(st.lists(st.tuples(st.sampled_from([Text, Strong, Code]), TEXTS.filter(flat)), max_size=5))
@example([(Code, "a``<script>alert(1)</script>"), (Code, "x")])
@example([(Strong, "a"), (Strong, "b")])
@example([(Text, "a"), (Strong, "(b)"), (Text, "c")])
@example([(Code, "a"), (Strong, "b!"), (Text, "c")])
@example([(Text, "\N{SNOWMAN}"), (Strong, "(b)"), (Code, "c")])
def test_parts_side_by_side_stay_their_words(parts: list[tuple[type[Text | Strong | Code], str]]) -> None:
    line: list[Inline] = [kind(flat(text)) for kind, text in parts]
    for document in (Document([Paragraph(line)]), Document([Table([line], [])])):
        assert "".join(inlines(document)) == "".join(part.text for part in line)


def test_strong_words_that_markdown_cannot_mark_are_words() -> None:
    line: list[Inline] = [Text("a"), Strong("(b)"), Text("c "), Strong("(d)"), Text(", "), Strong("e"), Text("f")]
    assert to_markdown(Document([Paragraph(line)])) == "a(b)c **(d)**, **e**f\n"


def test_what_is_empty_is_left_out() -> None:
    document = Document([Paragraph("a"), Table([], []), Bullets([]), Steps([]), Checklist([]), Paragraph("b")])
    assert to_markdown(document) == "a\n\nb\n"


@pytest.mark.parametrize(
    "text",
    [
        *("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0d9a\u0dca\u200d\u0dc2"),
        *("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f\u200d\U0001f525"),
    ],
)
def test_joiners_stay_between_letters_and_between_emoji(text: str) -> None:
    assert flat(text) == text
    assert inlines(Document([Paragraph([Text("a "), Strong(text)])])) == [f"a {text}"]


def test_joiners_elsewhere_are_spaces() -> None:
    assert flat("\u200da\u200d \u200cb\u200d\u200dc 1\u200d2\u200b3") == "a b c 1 2 3"


@given(TEXTS, st.text(max_size=30) | st.sampled_from(["https://example.com/a(b)?c=<d>", "a b", "x)y", ">"]))
def test_a_link_is_one_link_with_its_words(text: str, url: str) -> None:
    document = Document([Paragraph([Text("see "), Link(text, url)])])
    (inline,) = (token for token in parsed(document) if token.type == "inline")
    types = [child.type for child in inline.children]
    assert (types.count("link_open"), types.count("image")) == (1, 0)
    assert words(inline) == f"see {flat(text) or 'link'}"


@given(st.text(max_size=40) | st.sampled_from(["```", "~~~\n```\n````", "a\n\nb", "\\"]), TEXTS)
def test_a_code_block_holds_its_lines_to_the_letter(code: str, language: str) -> None:
    (token,) = parsed(Document([CodeBlock(code, language)]))
    assert token.type == "fence"
    assert token.content.splitlines() == printable_lines(code).splitlines()


def test_a_code_block_steers_no_terminal() -> None:
    written = to_markdown(Document([CodeBlock("ls \u202egnp.exe\x1b[31m\x00\u2066\n\tcat a")]))
    assert written == "```\nls  gnp.exe [31m  \n\tcat a\n```\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_blocks_stay_apart(text: str) -> None:
    document = Document(
        [Heading("Title", 1), Paragraph(text), Bullets([text, text]), Paragraph(text), Table([text], [[text]])]
    )
    wanted = [flat(text)] * 6 if flat(text) else [""] * 2
    assert [each for each in inlines(document)[1:] if each or not flat(text)] == wanted


def test_a_bar_behind_a_backslash_in_code_does_not_end_its_cell() -> None:
    written = to_markdown(Document([Table(["h"], [[Code("a\\|b")]])]))
    cells = [each.children or [] for each in PARSER.parse(written) if each.type == "inline"]
    assert [each.content for each in cells[-1]] == ["a\\|b"]


def test_an_address_is_not_read_as_the_name_of_a_character() -> None:
    (line,) = (
        each for each in PARSER.parse(to_markdown(Document([Paragraph(Link("x", "a?b&amp;c"))]))) if each.children
    )
    assert [each.attrGet("href") for each in line.children or [] if each.type == "link_open"] == ["a?b&amp;c"]
