"""Message templates: what an organisation writes in an incident, as data with fields such as ``{severity}``.

A field is one of the names that are known here, in braces, and nothing besides. Nothing of a template is evaluated, and
nothing that is filled in is read: a value with braces or markup in it stays words, whoever shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from attrs import field, frozen

from incidentkit.errors import FieldInvalid, TemplateInvalid, below, expect, nearest, several, shown
from incidentkit.text.document import Block, Bullets, Document, Heading, Paragraph, Strong, Text, flat

PUBLIC_FIELDS: Final[Mapping[str, str]] = {
    "severity": "the key of the severity, such as SEV-1",
    "severity_name": "what the severity is called, such as Critical",
    "status": "where the incident stands, such as investigating",
    "started": "when users began to feel it: day, time and zone",
    "day": "the day on which the message is written",
    "time": "when the message is written: time and zone",
    "duration": "how long it has taken since it started, until it was resolved",
    "cadence": "how often there are updates, such as every 15 minutes",
    "update_number": "which update this is, counted from 1",
    "public_summary": "what was written for the public; empty until then",
    "status_page": "where the status page is",
}
"""The fields that may stand on a public page, each with what it stands for."""

FIELDS: Final[Mapping[str, str]] = {
    **PUBLIC_FIELDS,
    "incident": "what identifies the incident",
    "number": "the number of the incident on its day, such as 007",
    "title": "what it is about, in the words of whoever declared it",
    "impact": "what it means for users, as far as that was written down",
    "declared": "when it was declared: day, time and zone",
    "commander": "who is incident commander",
    "technical_lead": "who is technical lead",
    "communications_lead": "who leads the communications",
    "channel": "where those at work on it talk",
    "update": "what was done",
    "next_steps": "what is done next",
    "eta": "when it is expected to be over, if that is known",
    "resolution": "what fixed it",
    "post_mortem": "where the post-mortem is, or when it will be",
}
"""Every field that a template can have, each with what it stands for."""

LONGEST_TEXT: Final = 1_000
"""Characters that a text of a template may have."""

LONGEST_LABEL: Final = 100

MOST_LINES: Final = 50
"""Lines that a template may have, the title among them: one message of Slack shows as many."""

_BRACES: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
"""A doubled brace, which stands for one; a field; or a brace that stands alone."""

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _check_value(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise FieldInvalid(name, f"what a field stands for is text, not {shown(value)}")


def _names(text: str) -> tuple[str, ...]:
    """The fields of a text, in their order."""
    return tuple(match[1] for match in _BRACES.finditer(text) if match[1] is not None)


def _put(text: str, values: Mapping[str, str]) -> str:
    """The text with values in the place of its fields, in one line."""
    return flat(_BRACES.sub(lambda match: match[0][0] if match[1] is None else values.get(match[1], ""), text))


def _line(text: str, values: Mapping[str, str]) -> str:
    """The text with its values; empty if it has fields, and no value says anything."""
    names = _names(text)
    return "" if names and not any(flat(values.get(name, "")) for name in names) else _put(text, values)


def _check_words(path: str, what: str, text: str, longest: int) -> None:
    if type(text) is not str:
        raise TemplateInvalid(f"{what} is text, not {shown(text)}", path)
    if not text.isprintable() or not text.strip():
        raise TemplateInvalid(f"{what} is one line of printable words, not {shown(text)}", path)
    if len(text) > longest:
        raise TemplateInvalid(f"{what} has {longest} characters at the most, not {len(text)}", path)


def _check_text(path: str, text: str) -> None:
    """Words and known fields, and nothing that would have to be understood."""
    _check_words(path, "a text of a template", text, LONGEST_TEXT)
    for match in _BRACES.finditer(text):
        if match[0] in ("{", "}"):
            alone = f"the {match[0]} in column {match.start() + 1} stands alone"
            raise TemplateInvalid(f"{alone}: write {match[0] * 2} if it is meant as such", path)
        if match[1] is not None and match[1] not in FIELDS:
            raise TemplateInvalid(_no_field(match[1]), path, match[1])


def _no_field(name: str) -> str:
    """What is wrong with what stands between braces, and what to do about it."""
    known = "incidentkit.policy.template.FIELDS has all of them"
    plain = _PLAIN.match(name.strip())
    hint = nearest(plain[0], FIELDS) if plain else ""
    if _PLAIN.fullmatch(name):
        return f"there is no field {shown(f'{{{name}}}')}: {known}. {hint}".rstrip()
    only = "a field is its name alone, without attribute, index, conversion or format"
    return f"{shown(f'{{{name}}}')} is no field: {only}; {known}. {hint}".rstrip()


def _copy(lines: Mapping[str, str]) -> dict[str, str]:
    return {**expect(Mapping, lines, TemplateInvalid, "the lines of a section are a mapping from label to text")}


def _in_order(lines: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What makes lines equal: dicts themselves disregard the order in which they are read."""
    return tuple(lines.items())


@frozen
class Section:
    """A part of a message: a text, lines under labels, or a text that introduces lines.

    Every text is one line. It is left out if it has fields and no value says anything.
    """

    text: str = ""
    """Without fields of its own it is left out together with all of its lines."""
    lines: Mapping[str, str] = field(factory=dict[str, str], converter=_copy, eq=_in_order)
    """What is said under each label, in this order."""

    def __attrs_post_init__(self) -> None:
        if self.text == "" and not self.lines:
            raise TemplateInvalid("a section has a text, lines, or both")
        for label in self.lines:
            _check_words("lines", "a label", label, LONGEST_LABEL)
            if _BRACES.search(label):
                raise TemplateInvalid(f"a label has no fields and no braces, but {shown(label)} has", "lines")
        for path, text in self.texts():
            _check_text(path, text)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Each text that can have fields, with its place."""
        if self.text != "":
            yield "text", self.text
        yield from ((f"lines.{label}", text) for label, text in self.lines.items())

    def fill(self, values: Mapping[str, str]) -> Iterator[Block]:
        """The blocks that it becomes: a paragraph, a list, both or none."""
        lines = {label: line for label, text in self.lines.items() if (line := _line(text, values))}
        introduces_nothing = self.lines and not lines and not _names(self.text)
        if not introduces_nothing and (text := _line(self.text, values)):
            yield Paragraph(text)
        if lines:
            yield Bullets([(Strong(label), Text(f": {line}")) for label, line in lines.items()])


Part: TypeAlias = Section | str | Mapping[str, str]
"""What a section can be given as: itself, its text, or its lines."""


def _sections(parts: Iterable[Part]) -> tuple[Section, ...]:
    words = "the sections of a template are a list"
    return tuple(_section(index, part) for index, part in enumerate(several(parts, TemplateInvalid, words)))


def _section(index: int, part: Part) -> Section:
    words = "a section is a Section, its text, or a mapping from label to text"
    try:
        if isinstance(part, str):
            return Section(part)
        return Section(lines=part) if isinstance(part, Mapping) else expect(Section, part, TemplateInvalid, words)
    except TemplateInvalid as error:
        raise TemplateInvalid(error.problem, below(f"sections[{index}]", error.path), error.name) from None


@frozen
class Template:
    """A message with fields: a title, and sections under it, each of which can be given as its text or its lines.

    Raises `TemplateInvalid`, with the place, for a field that is not known, for anything else in braces, and for a
    brace alone; ``{{`` and ``}}`` stand for braces.
    """

    title: str
    sections: tuple[Section, ...] = field(default=(), converter=_sections)

    def __attrs_post_init__(self) -> None:
        _check_text("title", self.title)
        count = sum(1 for _ in self.texts())
        if count > MOST_LINES:
            raise TemplateInvalid(f"a template has {MOST_LINES} lines at the most, its title among them, not {count}")

    def texts(self) -> Iterator[tuple[str, str]]:
        """Each text that can have fields, with its place, such as ``sections[2].lines.Status``."""
        yield "title", self.title
        for index, section in enumerate(self.sections):
            yield from ((f"sections[{index}].{path}", text) for path, text in section.texts())

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it has, in their order, each once."""
        return tuple(dict.fromkeys(name for _, text in self.texts() for name in _names(text)))

    def check_public(self) -> None:
        """Raise `TemplateInvalid` for the first field that must not stand on a public page."""
        for path, text in self.texts():
            for name in _names(text):
                if name not in PUBLIC_FIELDS:
                    public = ", ".join(PUBLIC_FIELDS)
                    raise TemplateInvalid(f"{{{name}}} is not for the public. What is: {public}", path, name)

    def fill(self, values: Mapping[str, str]) -> Document:
        """The message, with values in the place of its fields; a field without a value is empty.

        Each value is put in as it is, in one line. A text that has fields is left out if no value says anything, but
        for the title, whose own words stay. Raises `FieldInvalid` for a value that is not text, and nothing else.
        """
        for name in self.fields:
            _check_value(name, values.get(name, ""))
        title = _put(self.title, values)
        blocks = (block for section in self.sections for block in section.fill(values))
        return Document([*([Heading(title, level=1)] if title else []), *blocks])
