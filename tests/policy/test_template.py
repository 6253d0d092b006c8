"""Message templates: what can be one, and that whatever is filled in stays words in the structure of the template."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from string import Formatter
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incidentkit import convert
from incidentkit.errors import DocumentInvalid, FieldInvalid, PlaybookInvalid, TemplateInvalid
from incidentkit.playbooks.emergency import (
    ANNOUNCEMENT,
    INITIAL_ALERT,
    PROGRESS_UPDATE,
    PUBLIC_NOTICE,
    PUBLIC_RESOLUTION,
    PUBLIC_UPDATE,
    RESOLUTION_NOTICE,
)
from incidentkit.policy.template import FIELDS, LONGEST_TEXT, MOST_LINES, PUBLIC_FIELDS, Section, Template
from incidentkit.testing import texts
from incidentkit.text.document import Bullets, Document, Heading, Paragraph, Strong, Text, flat
from incidentkit.text.plain import to_plain
from incidentkit.text.slack import LONGEST_TEXT as LONGEST_IN_SLACK
from incidentkit.text.slack import MOST_BLOCKS, slack_fallback, to_slack
from tests.text.test_markdown import TEXTS, inlines, parsed, shape
from tests.text.test_plain import strings

PUBLIC = [PUBLIC_NOTICE, PUBLIC_UPDATE, PUBLIC_RESOLUTION]
TEMPLATES = [ANNOUNCEMENT, INITIAL_ALERT, PROGRESS_UPDATE, RESOLUTION_NOTICE, *PUBLIC]

HOSTILE = st.sampled_from(
    [
        *("{title}", "{", "}}", "{{severity}}", "{severity.__class__.__mro__}", "{0}", "%s", "$title"),
        *("<!channel>", "@here @channel", "<@U024BE7LH>", "<https://evil.example|status>", "https://evil.example"),
        *("\u202eback\u202c", "\u200f", "\x00", "\x1b[2J", "\ud800", "\u2028## no heading", "\n\n- no item\n\n"),
        *("**Status**: resolved", "**", "`", "| a | b |", "<script>", "long " * 700),
    ]
)
ANYTHING = HOSTILE | TEXTS | texts()


@st.composite
def filled(draw: st.DrawFn, words: st.SearchStrategy[str] = ANYTHING) -> tuple[Template, dict[str, str]]:
    """A template of the playbook, and what its fields stand for."""
    template = draw(st.sampled_from(TEMPLATES))
    return template, {name: draw(words) for name in template.fields}


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


def formatted(text: str, values: Mapping[str, str]) -> str:
    """What Python's own formatting makes of a text, in one line."""
    return flat(text.format_map({**dict.fromkeys(FIELDS, ""), **values}))


def expected(template: Template, values: Mapping[str, str]) -> list[list[str]]:
    """The lines of each block of a message in which every text has a value."""
    blocks = [[formatted(template.title, values)]]
    for section in template.sections:
        blocks += [[formatted(section.text, values)]] if section.text else []
        lines = [f"{label}: {formatted(text, values)}" for label, text in section.lines.items()]
        blocks += [lines] if lines else []
    return blocks


def harmless(values: Mapping[str, str]) -> dict[str, str]:
    """Plain words in the place of every value that says something."""
    return {name: "word" if flat(value) else "" for name, value in values.items()}


def kinds(json: Any) -> Any:
    """Slack's blocks without their texts."""
    if hasattr(json, "items"):
        return {key: kinds(each) for key, each in json.items() if key != "text"}
    return [kinds(each) for each in json] if hasattr(json, "append") else json


@given(filled())
def test_what_is_filled_in_changes_no_structure(given: tuple[Template, dict[str, str]]) -> None:
    template, values = given
    document, plain_words = template.fill(values), template.fill(harmless(values))
    assert shape(document) == shape(plain_words)
    assert kinds(to_slack(document)) == kinds(to_slack(plain_words))
    assert len(to_plain(document).split("\n")) == len(to_plain(plain_words).split("\n"))
    assert all(line.isprintable() for line in to_plain(document).split("\n"))
    assert not set("<>") & {*slack_fallback(document)}


@given(filled(ANYTHING.filter(flat)))
def test_what_is_filled_in_stays_words(given: tuple[Template, dict[str, str]]) -> None:
    template, values = given
    document, blocks = template.fill(values), expected(template, values)
    lines = [line for block in blocks for line in block]
    assert inlines(document) == lines
    marks = {child.type for token in parsed(document) if token.type == "inline" for child in token.children}
    assert marks <= {"text", "strong_open", "strong_close"}
    (title,), *others = blocks
    heading, underline, *rest = to_plain(document).split("\n")
    assert (heading, {*underline}) == (title, {"="})
    labelled = {label for section in template.sections for label in section.lines}
    bulleted = [[f"- {each}" if each.partition(": ")[0] in labelled else each for each in block] for block in others]
    assert rest == [line for block in bulleted for line in ("", *block)]
    literal = "".join(text for key, text in strings(to_slack(document)) if key == "text")
    assert literal == "".join(lines) or max(map(len, lines)) > LONGEST_IN_SLACK - 10


@given(
    st.lists(st.sampled_from(["{", "}", "severity", "title", ".", "[0]", "!r", ":", ":>5", "0", " ", "x"]), max_size=8)
)
@example(["{", "severity", ":", "}"])
@example(["{", "{", "{", "title", "}", "}", "}"])
@example(["{", "severity", ":", "{", "title", "}", "}"])
def test_exactly_plain_fields_and_doubled_braces_are_accepted(pieces: list[str]) -> None:
    """Python's own parser agrees: a text is accepted if it is made of literals and plain names, and of nothing else."""
    text = f"words {''.join(pieces)}"
    try:
        parts = [*Formatter().parse(text)]
    except ValueError:
        parts = [("", "not a field", "", None)]
    plain = all(name is None or name in FIELDS for _, name, _, _ in parts)
    again = "".join(
        f"{literal.replace('{', '{{').replace('}', '}}')}{'' if name is None else f'{{{name}}}'}"
        for literal, name, _, _ in parts
    )
    if plain and again == text:
        assert Template(text).fields == tuple(dict.fromkeys(name for _, name, _, _ in parts if name is not None))
    else:
        with pytest.raises(TemplateInvalid):
            Template(text)


TEXT_OF_TEMPLATE = (
    st.lists(
        st.sampled_from([*(f"{{{name}}}" for name in FIELDS), "{{", "}}", "a.b.c", "'", '"', "=", "# ", "🚨", "\\n"])
        | st.text(st.characters(exclude_characters="{}"), max_size=4).filter(str.isprintable),
        max_size=6,
    )
    .map("".join)
    .filter(str.strip)
)
LABELS = st.text(st.characters(exclude_characters="{}"), min_size=1, max_size=6).filter(
    lambda text: text.isprintable() and bool(text.strip())
)
SECTIONS = st.builds(Section, TEXT_OF_TEMPLATE, st.dictionaries(LABELS, TEXT_OF_TEMPLATE, max_size=3)) | st.builds(
    Section, lines=st.dictionaries(LABELS, TEXT_OF_TEMPLATE, min_size=1, max_size=3)
)


ANY_TEMPLATE = st.builds(Template, TEXT_OF_TEMPLATE, st.lists(SECTIONS, max_size=4))


@given(ANY_TEMPLATE)
def test_a_template_reads_back_from_toml_and_json(template: Template) -> None:
    assert convert.from_toml(convert.to_toml(template), Template) == template
    assert convert.from_json(convert.to_json(template), Template) == template
    assert hash(convert.from_json(convert.to_json(template), Template)) == hash(template)


@given(
    st.builds(Template, TEXT_OF_TEMPLATE, st.lists(SECTIONS, max_size=4)),
    st.dictionaries(st.sampled_from([*FIELDS]), ANYTHING, max_size=6),
)
def test_any_template_keeps_its_structure_whatever_it_is_filled_with(
    template: Template, values: Mapping[str, str]
) -> None:
    document, plain_words = template.fill(values), template.fill(harmless(values))
    assert len(to_slack(document)) <= MOST_BLOCKS
    assert shape(document) == shape(plain_words)
    assert kinds(to_slack(document)) == kinds(to_slack(plain_words))


@pytest.mark.parametrize("template", TEMPLATES)
def test_templates_of_the_playbook_read_back(template: Template) -> None:
    assert convert.from_toml(convert.to_toml(template), Template) == template


def test_a_text_without_a_value_is_left_out() -> None:
    template = Template("{severity}", ["Since {started}.", {"ETA": "{eta}", "Next Steps": "{next_steps}"}])
    assert template.fill({"severity": "SEV-1", "eta": " \n", "next_steps": "wait"}) == Document(
        [Heading("SEV-1", level=1), Bullets([(Strong("Next Steps"), Text(": wait"))])]
    )


def test_a_text_with_one_value_stays_and_so_does_one_without_fields() -> None:
    template = Template("Now", ["{severity}: {title}", "Stay calm."])
    assert template.fill({"severity": "SEV-1"}) == Document(
        [Heading("Now", level=1), Paragraph("SEV-1:"), Paragraph("Stay calm.")]
    )
    assert template.fill({}) == Document([Heading("Now", level=1), Paragraph("Stay calm.")])


def test_words_that_introduce_lines_go_with_them() -> None:
    lines = {"Commander": "{commander}"}
    assert Template("Now", [Section("Team:", lines)]).fill({}) == Document([Heading("Now", level=1)])
    kept = Template("Now", [Section("{update}", lines)]).fill({"update": "done"})
    assert kept == Document([Heading("Now", level=1), Paragraph("done")])


def test_the_words_of_a_title_stay_and_a_blank_one_is_none() -> None:
    assert Template("Update #{update_number}").fill({}) == Document([Heading("Update #", level=1)])
    assert Template("{title}").fill({"title": "\u200b"}) == Document([])


def test_braces_that_are_doubled_are_braces() -> None:
    document = Template("{{severity}} is {severity}").fill({"severity": "{title}", "title": "no"})
    assert document == Document([Heading("{severity} is {title}", level=1)])


def test_names_that_are_no_fields_are_not_used() -> None:
    assert Template("Now").fill({"sevrity": "SEV-1"}) == Document([Heading("Now", level=1)])


def test_a_value_that_is_no_text_is_refused() -> None:
    with pytest.raises(FieldInvalid, match="update_number: what a field stands for is text, not 3"):
        Template("#{update_number}").fill({"update_number": raw(3)})


def test_fields_are_named_in_their_order_each_once() -> None:
    assert PROGRESS_UPDATE.fields == ("severity", "update_number", "time", "status", "update", "next_steps", "eta")
    assert Template("{title} {title}").fields == ("title",)


@pytest.mark.parametrize("template", PUBLIC)
def test_public_templates_are_for_the_public(template: Template) -> None:
    template.check_public()


@pytest.mark.parametrize("name", sorted(FIELDS.keys() - PUBLIC_FIELDS.keys()))
def test_a_public_template_names_nothing_internal(name: str) -> None:
    with pytest.raises(TemplateInvalid, match=rf"sections\[0\].lines.What: {{{name}}} is not for the public") as caught:
        Template("{severity}", [{"What": f"{{{name}}}"}]).check_public()
    assert (caught.value.path, caught.value.name) == ("sections[0].lines.What", name)


def test_what_names_people_or_what_is_wrong_is_internal() -> None:
    internal = {"title", "incident", "update", "channel", "resolution", "commander", "technical_lead", "impact"}
    assert internal <= FIELDS.keys() - PUBLIC_FIELDS.keys()


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("{severity.name}", "severity.name", "without attribute, index, conversion or format"),
        ("{severity[0]}", "severity[0]", "Did you mean 'severity'?"),
        ("{severity!r}", "severity!r", "without attribute, index, conversion or format"),
        ("{severity:>9}", "severity:>9", "without attribute, index, conversion or format"),
        ("{severity:}", "severity:", "without attribute, index, conversion or format"),
        ("{ severity }", " severity ", "Did you mean 'severity'?"),
        ("{}", "", "'{}' is no field"),
        ("{0}", "0", "'{0}' is no field"),
        ("{sevrity}", "sevrity", "there is no field '{sevrity}'"),
        ("{sevrity}", "sevrity", "Did you mean 'severity'?"),
        ("{xxxxxxxxx}", "xxxxxxxxx", "incidentkit.policy.template.FIELDS has all of them."),
        ("{SEVERITY}", "SEVERITY", "there is no field"),
        ("{severity:{title}}", "", "the { in column 1 stands alone: write {{ if it is meant as such"),
        ("{severity", "", "the { in column 1 stands alone"),
        ("a severity}", "", "the } in column 11 stands alone: write }}"),
        ("", "", "one line of printable words, not ''"),
        (" ", "", "one line of printable words, not ' '"),
        ("a\nb", "", r"one line of printable words, not 'a\nb'"),
        ("\u202eback", "", "one line of printable words"),
        ("x" * (LONGEST_TEXT + 1), "", "1000 characters at the most, not 1001"),
        (raw(5), "", "a text of a template is text, not 5"),
    ],
)
def test_what_is_no_text_of_a_template_is_refused_with_its_place(text: str, name: str, message: str) -> None:
    for make, path in (
        (lambda: Template(text), "title"),
        (lambda: Template("x", ["y", {"A b": text}]), "sections[1].lines.A b"),
        (lambda: Section(lines={"Status": text}), "lines.Status"),
    ):
        with pytest.raises(TemplateInvalid) as caught:
            make()
        assert (caught.value.path, caught.value.name) == (path, name)
        assert message in caught.value.problem
        assert isinstance(caught.value, PlaybookInvalid)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (Section, "a section has a text, lines, or both"),
        (lambda: Section(lines={"{severity}": "x"}), "lines: a label has no fields and no braces"),
        (lambda: Section(lines={" ": "x"}), "lines: a label is one line of printable words"),
        (lambda: Section(lines={"x" * 101: "x"}), "lines: a label has 100 characters at the most"),
        (lambda: Section(lines={raw(1): "x"}), "lines: a label is text, not 1"),
        (lambda: Section(lines=raw([("Status", "x")])), "the lines of a section are a mapping from label to text"),
        (lambda: Template("x", raw("{status}")), "the sections of a template are a list, not '{status}'"),
        (lambda: Template("x", raw({"Status": "x"})), "the sections of a template are a list, not {'Status'"),
        (lambda: Template("x", raw([5])), r"sections[0]: a section is a Section, its text, or a mapping"),
        (lambda: Template("x", [{}]), "sections[0]: a section has a text, lines, or both"),
        (lambda: Template("x", ["y"] * MOST_LINES), "50 lines at the most, its title among them, not 51"),
    ],
)
def test_what_makes_no_template_is_refused(make: Any, message: str) -> None:
    with pytest.raises(TemplateInvalid) as caught:
        make()
    assert message in str(caught.value)


def test_a_template_of_fifty_lines_fits_into_a_message() -> None:
    template = Template("x", ["y"] * (MOST_LINES - 1))
    assert len(to_slack(template.fill({}))) == MOST_LINES == MOST_BLOCKS


def test_the_order_of_lines_counts() -> None:
    assert Section(lines={"a": "1", "b": "2"}) != Section(lines={"b": "2", "a": "1"})


def test_a_template_keeps_its_lines_whatever_becomes_of_the_mapping() -> None:
    lines = {"Status": "{status}"}
    template = Template("x", [lines])
    lines["Status"] = "{status.__class__}"
    assert template.sections[0].lines == {"Status": "{status}"}


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ("{status}", "{text}", "$.sections[0].lines.Status", "there is no field '{text}'"),
        ("{severity} {title}", "{severity.key}", "$.title", "without attribute"),
        ('text = "Team:"', 'text = "}"', "$.sections[1].text", "stands alone"),
        ('text = "Team:"', 'txt = "Team:"', "$.sections[1]", "Did you mean 'text'"),
        ('Status = "{status}"', "Status = 5", "$.sections[0].lines.Status", "5 is not text"),
    ],
)
def test_a_document_names_the_place_of_what_is_wrong(old: str, new: str, path: str, message: str) -> None:
    text = convert.to_toml(ANNOUNCEMENT)
    assert old in text
    with pytest.raises(DocumentInvalid) as caught:
        convert.from_toml(text.replace(old, new), Template, source="messages.toml")
    assert caught.value.path == path
    assert message in str(caught.value)
