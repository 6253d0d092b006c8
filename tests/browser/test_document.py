"""Documents in a browser: whatever is in them, the page of them has no faults."""

from __future__ import annotations

import pytest

from incidentkit.render.html import html_page
from incidentkit.render.picture import Picture
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
    Words,
)
from tests.browser.conftest import CheckPage
from tests.render.test_html import HOSTILE

URL = "https://status.example.com/incidents/42"
LONG = "a" * 300

PARAGRAPH = Paragraph(
    [
        *(Strong("SEV-1"), Text(", resolved after 42 minutes. See "), Link("the status page", URL), Text(", ")),
        *(Link(URL, URL), Text(" or "), Link("write to us", "mailto:sre@example.com"), Text(". The fix was ")),
        *(Code("pay --retry --max-attempts=3"), Text(".")),
    ]
)
EVERYTHING: list[Block] = [
    Heading("Checkout returned 500 for a third of all customers", 1),
    PARAGRAPH,
    *(block for level in range(2, 7) for block in (Heading(f"A heading of level {level}", level), PARAGRAPH)),
    Bullets(["one", PARAGRAPH.line]),
    Steps(["a step"] * 12),
    Checklist([(True, "Page the team"), (False, PARAGRAPH.line), (True, "שלום"), (False, "")]),
    Table(["Time", "Event", "By"], [["14:18", PARAGRAPH.line, "Ada Lovelace"], ["14:25", "Declared", "Grace Hopper"]]),
    CodeBlock("kubectl rollout undo deployment/checkout --namespace=production\n\tindented " + "word " * 60, "sh"),
]
LINES: list[Words] = [
    LONG,
    Strong(LONG),
    Code(LONG),
    Link(LONG, URL),
    Link("here", f"https://example.com/{LONG}"),
    Code("a b " * 90),
]
EVENTS = [(60, "14:18 began"), (230, "14:23 detected"), (420, "14:41 mitigated"), (620, "15:02 resolved")]
MARKS = "".join(
    f'<circle cx="{x}" cy="15" r="6" fill="var(--accent)"/><text x="{x}" y="45" text-anchor="middle">{event}</text>'
    for x, event in EVENTS
)
DRAWING = f"""
<svg xmlns="http://www.w3.org/2000/svg" width="680" height="60" fill="currentColor" font-size="13">
  <path d="M10 15H670" stroke="var(--line)"/>
  {MARKS}
  <rect x="300" y="5" width="80" height="20" fill="var(--good)"/>
  <text x="310" y="20" fill="var(--paper)">better</text>
</svg>
"""


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param(EVERYTHING, id="everything"),
        pytest.param(
            [block for words in LINES for block in (Heading(words), Paragraph(words), Bullets([words]))], id="long"
        ),
        pytest.param([Table(["Long", "b"], [[words, words] for words in LINES])], id="long cells"),
        pytest.param([Table(["Column"] * 12, [["short cell"] * 12, ["some longer words in a cell"] * 2])], id="wide"),
        pytest.param([Table(HOSTILE[:3], [HOSTILE]), Bullets(HOSTILE), Paragraph(" ".join(HOSTILE))], id="hostile"),
        pytest.param([CodeBlock("\n".join(HOSTILE)), Heading(HOSTILE[0], 1), Checklist([(True, "a")])], id="ends"),
        pytest.param([], id="nothing"),
    ],
)
def test_a_document_is_seen_as_it_is_meant(check_page: CheckPage, blocks: list[Block]) -> None:
    check_page(html_page(Document(blocks)))


def test_a_picture_is_seen_as_it_is_meant(check_page: CheckPage) -> None:
    picture = Picture(
        svg=DRAWING, alternative="From 14:18 to 15:02.", caption=[Text("The whole incident "), Code("INC-42")]
    )
    check_page(html_page(Document([Heading("Before", 1)]), picture, Document([PARAGRAPH])))
