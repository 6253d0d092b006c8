"""Labels in post-mortems that others wrote: bold ones under the title, and lines that have one each."""

from __future__ import annotations

import pytest

from incidentkit.inbound.postmortem import read_postmortem
from incidentkit.inbound.warning import Oddity, Unclear
from incidentkit.policy.account import Section
from incidentkit.policy.postmortem import PostMortem
from incidentkit.text.document import Bullets, Document, Paragraph, Strong

LOST = "All payments of March were lost"


def read(document: str) -> PostMortem:
    return read_postmortem(document).postmortem


def codes(document: str) -> list[tuple[int, Oddity | Unclear]]:
    return [(warning.line, warning.code) for warning in read_postmortem(document).warnings]


@pytest.mark.parametrize(
    ("said", "block"),
    [
        (f"**{LOST}**", Paragraph(Strong(LOST))),
        (f"- **{LOST}**", Bullets([Strong(LOST)])),
        (f"**Data loss: {LOST}**", Paragraph(Strong(f"Data loss: {LOST}"))),
    ],
)
def test_a_bold_line_under_the_title_is_part_of_the_summary(said: str, block: Paragraph | Bullets) -> None:
    document = f"# T\n\n{said}\n\n## Summary\n\nx"
    assert read(document) == PostMortem(title="T", summary=Document([block, Paragraph("x")]))
    assert codes(document) == []


def test_two_bold_lines_are_no_label_of_what_stands_below_them() -> None:
    found = read("# T\n\n**All is lost.**\n\n**And all orders.**\n\nText.\n\n## Impact\n\nx")
    assert dict(found.about) == {}
    assert found.summary.blocks == (
        Paragraph(Strong("All is lost.")),
        Paragraph(Strong("And all orders.")),
        Paragraph("Text."),
    )


@pytest.mark.parametrize("label", ["Severity", "Everything was lost"])
def test_a_label_with_nothing_behind_it_is_a_blank(label: str) -> None:
    result = read_postmortem(f"# T\n\n**{label}:**\n\n## Summary\n\nx")
    assert dict(result.postmortem.about) == {}
    assert [(each.line, each.code, each.words) for each in result.warnings] == [(3, Unclear.PLACEHOLDER, f"{label}:")]


@pytest.mark.parametrize("end", ["\n", "  \n", "\\\n"])
@pytest.mark.parametrize("mark", ["", "**"])
def test_lines_of_one_paragraph_are_fields_of_the_impact(mark: str, end: str) -> None:
    fields = (
        ("Users affected", "10%"),
        ("Duration", "45 minutes"),
        ("Services impacted", "a, b"),
        ("Data loss", "yes"),
    )
    lines = end.join(f"{mark}{name}:{mark} {value}" for name, value in fields)
    impact = read(f"# T\n\n## Impact\n\n{lines}\n").impact
    assert (impact.users, impact.lasted, impact.services, impact.data_loss) == ("10%", "45 minutes", ("a", "b"), "yes")
    assert impact.details == Document(())


def test_a_line_without_a_label_goes_on_with_the_one_before_it_and_other_labels_are_details() -> None:
    impact = read("# T\n\n## Impact\n\n- Users affected: 10%\n  of those in Europe\n  Cause for concern: none\n").impact
    assert (impact.users, impact.details) == (
        "10% of those in Europe",
        Document([Bullets(["Cause for concern: none"])]),
    )


@pytest.mark.parametrize("item", ["", "- "])
def test_lines_of_one_paragraph_are_labels_under_the_title(item: str) -> None:
    labels = ("Severity", "1"), ("Status", "open"), ("Date", "2026-01-01"), ("Authors", "Ada, Bob")
    lines = f"\n{' ' * len(item)}".join(f"**{name}:** {value}" for name, value in labels)
    document = f"# T\n\n{item}{lines}\n\nNobody could pay.\n\n## Impact\n\nx"
    found = read(document)
    assert (dict(found.about), found.people) == (dict(labels[:3]), ("Ada", "Bob"))
    assert found.summary == Document([Paragraph("Nobody could pay.")])
    assert codes(document) == []


def test_lines_of_one_paragraph_are_measures() -> None:
    found = read("# T\n\n## Stats\n\nTime to detect: 5 minutes\nTime to repair: 1 hour\nCategory: disk\n")
    assert [each.what for each in found.measures] == ["Time to detect", "Time to repair"]
    assert dict(found.about) == {"Category": "disk"}


def test_what_stands_under_a_label_without_words_of_its_own_is_its_section() -> None:
    found = read("# T\n\n**Weather:**\n\n- Rain.\n- Snow.\n\n## Impact\n\nx")
    assert found.other == (Section("Weather", Document([Bullets(["Rain.", "Snow."])])),)
