"""HTML: a strict parser reads back exactly the words that went in, and no element or attribute that did not."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Any

import html5lib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incidentkit.errors import FieldInvalid
from incidentkit.inbound.postmortem import read_postmortem
from incidentkit.model.record import TrackRecord
from incidentkit.policy.postmortem import PostMortem
from incidentkit.render.html import html_page, to_html
from incidentkit.render.picture import Picture
from incidentkit.render.postmortem import postmortem_page
from incidentkit.text.document import (
    Block,
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
)
from tests.text.test_markdown import TEXTS as MARKDOWN_TEXTS

HOSTILE = [
    *(
        "</p><script>alert(1)</script>",
        "</code></pre>",
        "<!-- no comment",
        "-->",
        "]]>",
        "<style>*{display:none}</style>",
    ),
    *(
        '" onmouseover="alert(1)',
        "' autofocus onfocus=x '",
        "&lt;b&gt;",
        "&#x202e;",
        "&nbsp",
        "<p dir=rtl>",
        "<!DOCTYPE x>",
    ),
    *("\u202egnp.exe", "\u2066\u200f\u061c", "שלום", "مرحبا ١٤:٣٠", "a שלום b", "\ufeff", "\u2028", "\r\n", "\ud800"),
    *("\x1b]8;;https://evil.example\x07no link\x1b]8;;\x07", "\x9b31m", "\x00", "\x7f", "\n"),
]
TEXTS = st.sampled_from(HOSTILE) | MARKDOWN_TEXTS
FOLLOWED = ["https://example.com/?a=b&c=d", "HTTP://example.com", "mailto:a@b.example"]
LINES = TEXTS | st.lists(
    TEXTS.map(Text)
    | TEXTS.map(Strong)
    | TEXTS.map(Code)
    | st.builds(Link, TEXTS.filter(flat), st.sampled_from(FOLLOWED)),
    max_size=4,
)
ITEMS = st.lists(LINES, max_size=3)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, LINES, st.integers(-1, 8)),
    LINES.map(Paragraph),
    ITEMS.map(Bullets),
    ITEMS.map(Steps),
    st.lists(st.tuples(st.booleans(), LINES), max_size=3).map(Checklist),
    st.builds(Table, ITEMS, st.lists(ITEMS, max_size=3)),
    st.builds(CodeBlock, TEXTS, TEXTS),
)
DOCUMENTS = st.lists(BLOCKS, max_size=5).map(Document)

BARE = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "bdi", "pre", "ol", "table", "thead", "tbody", "tr"]
ATTRIBUTES: dict[str, dict[str, str]] = {
    **{name: {} for name in BARE},
    "code": {"class": r"language-[A-Za-z0-9_+-]+"},
    "ul": {"class": "checklist", "role": "list"},
    "li": {"class": "done|open"},
    "span": {"role": "img", "aria-label": "done|to do"},
    "div": {"class": "wide"},
    "th": {"scope": "col"},
    "td": {"class": "short"},
    "a": {"href": "|".join(map(re.escape, FOLLOWED)), "rel": "noopener noreferrer", "class": "address"},
}
"""The elements that a document is made of, and what their attributes may be, beside ``dir``, which any may have."""

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text x="1" y="15">A &amp; B</text></svg>'


PARSER: Any = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)  # its methods are typed in part only


def written(document: Document) -> Any:
    """The elements of a document in HTML, below one root."""
    return PARSER.parseFragment(to_html(document))


def text(element: Any) -> str:
    return "".join(element.itertext())


def words(line: tuple[Inline, ...]) -> str:
    return flat("".join(part.text for part in line))


def words_of(block: Block) -> list[str]:
    """The words of each line of a block, whoever shows them."""
    match block:
        case Heading(line=line) | Paragraph(line=line):
            return [words(line)] if words(line) else []
        case Bullets(items=items) | Steps(items=items):
            return [*map(words, items)]
        case Checklist(tasks=tasks):
            return [flat(f"{'☑' if done else '☐'} {words(line)}") for done, line in tasks]
        case Table():
            return [words(cell) for row in block.grid for cell in row]
        case CodeBlock(code=code):
            return [flat(code)] if "\n".join(code.splitlines()) else []


@given(DOCUMENTS)
def test_a_document_is_its_words_and_the_elements_that_were_written(document: Document) -> None:
    (root, *elements) = written(document).iter()
    for element in elements:
        attributes = {name: value for name, value in element.attrib.items() if (name, value) != ("dir", "auto")}
        allowed = ATTRIBUTES[element.tag]
        assert all(re.fullmatch(allowed[name], value) for name, value in attributes.items())
    holders = ("h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "th", "td", "pre")
    found = [flat(text(element)) for element in elements if element.tag in holders]
    assert found == [each for block in document.blocks for each in words_of(block)]
    assert "".join(text(root).split()) == "".join(" ".join(found).split())  # and no words stand beside these elements


@given(TEXTS)
@example("\u202egnp.exe")
def test_a_line_is_exactly_its_flat_words(words: str) -> None:
    assert text(written(Document([Paragraph(words)]))).rstrip("\n") == flat(words)


@given(st.lists(TEXTS, max_size=4).map("\n".join), TEXTS)
@example("\n\n first", "sh")
@example("all:\n\tmake \x1b[31m", "")
def test_a_code_block_keeps_its_lines_and_nothing_that_steers_a_screen(code: str, language: str) -> None:
    shown = text(written(Document([CodeBlock(code, language)]))).removesuffix("\n")
    assert len(shown) == len("\n".join(code.splitlines()))
    assert all(character.isprintable() or character in "\t\n" for character in shown)
    wanted = "\n".join(code.splitlines())
    assert all(a == b or (a == " " and not b.isprintable()) for a, b in zip(shown, wanted, strict=True))


MIXED = st.text("a 1\u05d0\u0645\u0663\u202e\u200f", max_size=4)


@given(st.lists(MIXED.map(Text) | MIXED.map(Strong) | MIXED.map(Code), max_size=4))
def test_words_from_right_to_left_are_isolated(parts: list[Inline]) -> None:
    for element in written(Document([Paragraph(parts)])):
        turned = [flat(part.text) for part in parts if re.search("[\u05d0\u0645\u0663]", part.text)]
        assert ("dir" in element.attrib) == bool(turned)
        isolated = [flat(text(each)) for each in element if each.tag == "bdi" or "dir" in each.attrib]
        assert isolated == turned


@pytest.mark.parametrize(
    "url",
    [
        *(
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            " javascript:alert(1)",
            "\x01javascript:x",
        ),
        *(
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "//evil.example",
            "/path",
            "#here",
            "",
            "https:",
            "https:///",
        ),
        *("http:\\\\evil.example", "https:evil.example", "mailto:", "mailto:?bcc=x", "ftp://example.com"),
    ],
)
def test_an_address_that_is_not_followed_is_shown(url: str) -> None:
    root = written(Document([Paragraph([Text("See "), Link("this", url), Text(".")])]))
    assert [element.tag for element in root.iter()][1:] == ["p"]
    assert flat(text(root)) == flat(f"See this ({url}).")


@given(st.text(max_size=20) | st.sampled_from(HOSTILE))
def test_an_address_that_is_followed_stays_one_attribute(end: str) -> None:
    (link,) = written(Document([Paragraph(Link("here", f"https://example.com/{end}"))])).iter("a")
    assert {*link.attrib} == {"href", "rel"}
    assert re.fullmatch(r"https://example\.com/[!-~]*", link.get("href"))


def test_a_link_without_words_shows_its_address() -> None:
    url = "https://example.com/?a=b&c=d"
    root = written(Document([Paragraph([Link(" ", url), Text(" "), Link(url, url), Text(" "), Link("c", url)])]))
    assert [(link.text, link.get("class")) for link in root.iter("a")] == [
        (url, "address"),
        (url, "address"),
        ("c", None),
    ]


def test_tasks_say_whether_they_are_done() -> None:
    root = written(Document([Checklist([(True, "Page"), (False, "Tell")])]))
    marks = [(mark.get("role"), mark.get("aria-label"), mark.tail) for mark in root.iter("span")]
    assert marks == [("img", "done", " Page"), ("img", "to do", " Tell")]


def test_a_document_in_html() -> None:
    document = Document(
        [
            Heading("A & B", 1),
            Paragraph([Text("Run "), Code("x < y"), Text(", "), Strong("now"), Text(".")]),
            Bullets(["one", "two"]),
            Steps(["first"]),
            Checklist([(False, "שלום")]),
            Table(["Time", "Event"], [["14:23", "somebody noticed it"], ["14:30"]]),
            CodeBlock("a\n  b", "c++ !"),
        ]
    )
    assert to_html(document).splitlines() == [
        "<h1>A &amp; B</h1>",
        "<p>Run <code>x &lt; y</code>, <strong>now</strong>.</p>",
        *("<ul>", "<li>one</li>", "<li>two</li>", "</ul>"),
        *("<ol>", "<li>first</li>", "</ol>"),
        '<ul class="checklist" role="list">',
        '<li class="open" dir="auto"><span role="img" aria-label="to do">☐</span> <bdi>שלום</bdi></li>',
        "</ul>",
        *('<div class="wide"><table>', "<thead>"),
        '<tr><th scope="col">Time</th><th scope="col">Event</th></tr>',
        *("</thead>", "<tbody>"),
        '<tr><td class="short">14:23</td><td>somebody noticed it</td></tr>',
        '<tr><td class="short">14:30</td><td class="short"></td></tr>',
        *("</tbody>", "</table></div>"),
        '<pre><code class="language-c++">a',
        "  b</code></pre>",
    ]


def test_blocks_without_content_leave_nothing_behind() -> None:
    empty: list[Block] = [
        Heading(" "),
        Paragraph([]),
        Bullets([]),
        Steps([]),
        Checklist([]),
        Table([], []),
        CodeBlock(""),
    ]
    assert to_html(Document(empty)) == ""


@given(TEXTS, DOCUMENTS)
def test_a_page_is_valid_and_has_its_title(title: str, document: Document) -> None:
    page = PARSER.parse(html_page(document, title=title))
    assert page.find("head/title").text == (flat(title) or "Document")
    assert [*page.iter("script"), *page.iter("link"), *page.iter("img")] == []


@pytest.mark.parametrize(
    ("blocks", "title"),
    [([Paragraph("x"), Heading("a <b>", 3), Heading("c", 1)], "a <b>"), ([Paragraph("x")], "Document")],
)
def test_a_page_is_called_by_its_first_heading(blocks: list[Block], title: str) -> None:
    assert PARSER.parse(html_page(Document(blocks))).find("head/title").text == title


def test_a_title_is_seen_once() -> None:
    picture = Picture(svg="<svg></svg>", alternative="x")
    first, later = Document([Heading("Ours", 1)]), Document([Paragraph("a"), Heading("Ours", 1)])
    assert "<main>\n<h1>Both &lt;b&gt;</h1>\n<figure>" in html_page(picture, picture, title="Both <b>")
    assert "<h1>Both</h1>" in html_page(picture, Document([Heading("Part", 2)]), title="Both")
    assert "<h1>" not in html_page(picture)
    for document in (first, later):
        page = html_page(picture, document, title="Both")
        assert (page.count("<h1>"), page.count("<title>Both</title>")) == (1, 1)


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        (PostMortem(), "not of PostMortem: give its to_document()"),
        (PostMortem().to_document().blocks[0], "not of Heading"),
        (TrackRecord(()).to_table(), "not of Table"),
        ("words", "not of str"),
    ],
)
def test_what_is_no_part_of_a_page_is_refused(part: Any, problem: str) -> None:
    for write in (html_page, to_html):
        with pytest.raises(FieldInvalid, match=rf"^parts: a page is made of .*{re.escape(problem)}$"):
            write(part)


def test_what_is_no_post_mortem_is_refused() -> None:
    read: Any = read_postmortem("# Down")
    with pytest.raises(
        FieldInvalid, match=r"^postmortem: a page is made of a PostMortem, which is in its \.postmortem"
    ):
        postmortem_page(read)


def test_a_page_allows_its_own_style_sheet_and_nothing_else() -> None:
    page = PARSER.parse(html_page(Document([Paragraph("x")]), language="de-CH"))
    (policy,) = (
        meta.get("content") for meta in page.iter("meta") if meta.get("http-equiv") == "Content-Security-Policy"
    )
    digest = b64encode(sha256(page.find("head/style").text.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert page.get("lang") == "de-CH"


def test_a_page_in_no_language_is_refused() -> None:
    with pytest.raises(FieldInvalid, match=r"^language: "):
        html_page(Document([]), language="")


@given(TEXTS.filter(flat), TEXTS)
def test_a_picture_stands_in_the_page_with_words_for_it(alternative: str, caption: str) -> None:
    page = html_page(Document([Paragraph("before")]), Picture(svg=DRAWING, alternative=alternative, caption=caption))
    (figure,) = PARSER.parse(page).iter("figure")
    (holder, *below) = figure
    assert (holder.get("role"), holder.get("aria-label")) == ("img", flat(alternative))
    assert [text(each) for each in holder] == ["A & B"]
    assert [text(each) for each in below] == ([flat(caption)] if flat(caption) else [])


@pytest.mark.parametrize(
    ("svg", "problem"),
    [
        ("", "does not begin"),
        ("<?xml version='1.0'?><svg/>", "does not begin"),
        ("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>", "does not begin"),
        ("<p/>", "does not begin"),
        ("<svg>", "is not well-formed XML"),
        ("<svg/><script/>", "is not well-formed XML"),
        ("<svg>&nbsp;</svg>", "is not well-formed XML"),
        ("<svg><text>\ud800</text></svg>", "is not well-formed XML"),
        ("<svg-x/>", "<svg-x> may not stand"),
        ("<svg><script>alert(1)</script></svg>", "<script> may not stand"),
        ("<svg><style>p {display: none}</style></svg>", "<style> may not stand"),
        ("<svg><foreignObject/></svg>", "<foreignObject> may not stand"),
        ("<svg><image href='https://evil.example'/></svg>", "<image> may not stand"),
        ("<svg xmlns:h='http://www.w3.org/1999/xhtml'><h:text/></svg>", "<text> may not stand"),
        ("<svg onload='alert(1)'/>", "<svg> has onload"),
        ("<svg><rect style='x'/></svg>", "<rect> has style"),
        ("<svg><path href='#a'/></svg>", "<path> has href"),
        ("<svg xmlns:x='http://www.w3.org/1999/xlink'><path x:href='#a'/></svg>", "<path> has {http"),
    ],
)
def test_what_is_no_plain_drawing_is_refused(svg: str, problem: str) -> None:
    with pytest.raises(FieldInvalid, match=rf"^svg: {re.escape(problem)}"):
        Picture(svg=svg, alternative="x")


def test_what_browsers_read_otherwise_is_not_passed_on() -> None:
    svg = "<svg><!-- > <p> --><?x > <b> ?><text><![CDATA[<i>]]></text><g></g></svg>"
    assert Picture(svg=svg, alternative="x").svg == "<svg><text>&lt;i&gt;</text><g /></svg>"


@given(st.text("a <&>'\u05d0\u202e\u200f\t\n\x9b"))
def test_words_in_a_picture_are_printable_words(words: str) -> None:
    picture = Picture(svg=f"<svg><text>{escape(words)}</text>{escape(words)}</svg>", alternative="x")
    shown = text(PARSER.parseFragment(to_html(picture)))
    assert shown.rstrip("\n") == 2 * "".join(each if each.isprintable() else " " for each in words)


def test_a_picture_without_words_is_refused() -> None:
    with pytest.raises(FieldInvalid, match=r"^alternative: "):
        Picture(svg=DRAWING, alternative=" \u202e ")
