"""The check of pages finds what it is there to find, and nothing in a page without faults."""

from __future__ import annotations

import pytest

from tests.browser.conftest import CheckPage

SOUND = "<h1>A heading</h1><p>Words <b>that</b> <a href='https://example.com/'>lead</a> on.</p><ul><li>one</li></ul>"


def page(body: str, style: str = "") -> str:
    viewport = '<meta name="viewport" content="width=device-width">'
    return f"<!DOCTYPE html><html lang=en><title>x</title>{viewport}<style>{style}</style><body>{body}"


@pytest.mark.parametrize(
    ("body", "style"),
    [
        (SOUND, ""),
        (
            f"<div style='overflow-x: auto'><table><tr><td>{'word' * 200}</table></div>",
            "@media print {* {display: none}}",
        ),
        ("<p>upper</p><p style='background: #000c; color: #fff'>lower</p>", "p {line-height: 1.05; margin: 0}"),
        ("<p style='visibility: hidden; width: 9px; overflow: hidden'>invisible</p>", ""),
        ("<svg width=90 height=30><rect width=90 height=30 /><text x=5 y=20 fill=white>drawn</text></svg>", ""),
    ],
)
def test_a_page_without_faults_passes(check_page: CheckPage, body: str, style: str) -> None:
    check_page(page(body, style))


@pytest.mark.parametrize(
    ("body", "style", "fault"),
    [
        (
            f"<p>{'word' * 200}</p>",
            "",
            r'360 px, light: the page is \d+ px wide where 360 px are, by the text "wordword',
        ),
        ("<p>short</p>", "p {width: 900px}", r"^360 px, light: the page is 9\d\d px wide .*, by <p>"),
        ("<p>short</p>", "p {width: 1900px} body {overflow-x: hidden}", "1280 px, dark: the page is 19"),
        ("<p>upper</p><p>lower</p>", "p + p {margin-top: -2.1em}", 'the texts "upper" and "lower" overlap'),
        (
            f"<p>{'lines ' * 400}</p>",
            "p {line-height: 0.5}",
            r'the texts "lines lines .*" and "lines lines .*" overlap',
        ),
        ("<p>left</p><p>right</p>", "p {position: absolute; top: 0}", 'the texts "left" and "right" overlap'),
        (
            "<p>a long text</p>",
            "p {width: 3em; white-space: nowrap; overflow: hidden}",
            'the text "a long text" is cut',
        ),
        (
            "<p>a long text</p>",
            "p {width: 3em; white-space: nowrap; overflow: hidden; text-overflow: ellipsis}",
            'the text "a long text" is cut',
        ),
        (f"<p>{'lines ' * 400}</p>", "p {height: 3em; overflow: clip}", r'the text "lines lines .*" is cut'),
        (f"<pre>{'word' * 200}</pre>", "pre {overflow-x: auto}", r'^680 px, paper: the text "wordword.*" is cut'),
        ("<p>outside</p>", "p {text-indent: -99px}", 'the text "outside" is cut'),
        ("<p>grey</p>", "p {color: #777}", 'light: the text "grey" has a contrast of 4.48, not 4.5'),
        ("<p>pale</p>", "p {opacity: 0.5}", 'the text "pale" has a contrast of 3.9'),
        (
            "<div><p>on it</p></div>",
            "div {background: #555} p {background: #0001}",
            'the text "on it" has a contrast of 2',
        ),
        (SOUND, "@media (prefers-color-scheme: dark) {html {background: #222}}", '^360 px, dark: the text "A heading"'),
        ("<ul><li>one</ul>", "li::marker {color: #ccc}", '::marker of "one" has a contrast of 1.6'),
        ("<p>one</p>", "p::after {content: 'two'; color: #ccc}", '::after of "one" has a contrast of 1.6'),
        ("<p>seen</p>", "p {background: linear-gradient(#fff, #eee)}", 'the text "seen" stands on a picture'),
        ("<svg width=90 height=30><text x=5 y=20 fill='#888'>drawn</text></svg>", "", '"drawn" has a contrast of 3.5'),
        (
            "<svg width=90 height=30><rect width=90 height=30 /><text x=5 y=20>drawn</text></svg>",
            "",
            '"drawn" has a contrast of 1.00',
        ),
        ("<svg width=90 height=30><text x=70 y=20>drawn</text></svg>", "", 'the text "drawn" is cut'),
        (
            "<svg width=90 height=30><text x=1 y=20>drawn</text><text x=9 y=20>over</text></svg>",
            "",
            'the texts "drawn" and "over" overlap',
        ),
        ("<img src='https://example.com/x.png' alt=''>", "", "the page asks for https://example.com/x.png"),
        ("<img src='data:image/svg+xml,<svg></svg>' alt=''>", "", "the picture data:image.* is not shown"),
        ("<script>console.log('hello')</script>", "", "the console says: hello"),
        ("<script>nowhere()</script>", "", "a script failed: nowhere is not defined"),
    ],
)
def test_a_fault_is_found(check_page: CheckPage, body: str, style: str, fault: str) -> None:
    with pytest.raises(AssertionError, match=f"(?m){fault}"):
        check_page(page(body, style))


def test_every_sight_is_looked_at(check_page: CheckPage) -> None:
    with pytest.raises(AssertionError) as found:
        check_page(page("<p>pale</p>", "p {color: #eee}"))
    sights = [line.partition(":")[0] for line in str(found.value).splitlines()]
    assert sights == ["360 px, light", "360 px, dark", "1280 px, light", "1280 px, dark", "680 px, paper"]
