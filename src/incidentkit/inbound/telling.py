"""The words of a post-mortem, wherever they stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from incidentkit.policy.postmortem import PostMortem
from incidentkit.text.document import (
    Bullets,
    Checklist,
    CodeBlock,
    Document,
    Heading,
    Line,
    Link,
    Paragraph,
    Steps,
    Table,
)


def texts_of(postmortem: PostMortem) -> Iterator[str]:
    """All words of a post-mortem."""
    yield postmortem.title
    for name, value in postmortem.about.items():
        yield f"{name} {value}"
    impact = postmortem.impact
    yield from (impact.users, impact.lasted, *impact.services, impact.data_loss)
    for entry in postmortem.timeline:
        yield from (entry.when, _line(entry.what))
        yield from _document_texts(entry.details)
    for item in postmortem.action_items:
        yield from (_line(item.what), item.owner)
    yield from dict.fromkeys(item.group for item in postmortem.action_items)
    for measure in postmortem.measures:
        yield from (measure.what, measure.words, measure.target)
    yield from postmortem.people
    prose = (postmortem.summary, impact.details, postmortem.root_cause, postmortem.resolution, postmortem.went_well)
    for document in (*prose, postmortem.could_be_better, postmortem.lessons):
        yield from _document_texts(document)
    for section in postmortem.other:
        yield section.heading
        yield from _document_texts(section.body)


def _document_texts(document: Document) -> Iterator[str]:
    for block in document.blocks:
        match block:
            case Heading(line=line) | Paragraph(line=line):
                yield _line(line)
            case Bullets(items=items) | Steps(items=items):
                yield from map(_line, items)
            case Checklist(tasks=tasks):
                yield from (_line(line) for _, line in tasks)
            case Table(header=header, rows=rows):
                yield from (_line(cell) for row in (header, *rows) for cell in row)
            case CodeBlock(code=code, language=language):
                yield f"{language} {code}"


def _line(line: Line) -> str:
    """The words of a line and its addresses, as they are written and as they are meant."""
    return "".join(f"{each.text} {_address(each)}" if isinstance(each, Link) else each.text for each in line)


def _address(link: Link) -> str:
    said = unquote(link.url)
    return "" if link.text in (link.url, said) else link.url if said == link.url else said
