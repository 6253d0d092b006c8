"""HTML: a fragment to put into a page of one's own, or a whole page that needs nothing from elsewhere.

What people wrote stays text, and stays where it stands: words from right to left are isolated, so that they reorder
nothing around them, and characters that turn the direction are gone, as all control characters are.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from html import escape
from typing import Final, Never, TypeAlias, assert_never
from unicodedata import bidirectional

from incidentkit.errors import FieldInvalid
from incidentkit.model.identity import checked_name
from incidentkit.render.palette import STYLE
from incidentkit.render.picture import Picture
from incidentkit.text.document import (
    Block,
    Bullets,
    Checklist,
    Code,
    CodeBlock,
    Document,
    Heading,
    Line,
    Link,
    Paragraph,
    Steps,
    Strong,
    Table,
    Text,
    address,
    flat,
    leads,
    not_a_document,
    printable,
    printable_lines,
    spaced,
)
from incidentkit.text.plain import plain_line

Part: TypeAlias = Document | Picture
"""A part of a page."""

_POLICY: Final = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
"""What a page may do, in the words of Content Security Policy: be styled by its own style sheet, and nothing else."""


def html_page(*parts: Part, title: str | None = None, language: str = "en") -> str:
    """A page that shows these parts from top to bottom, to be kept as a file or served as it is, in UTF-8.

    It runs no script and asks for nothing. It is light or dark as the reader wishes, and made for phones, desks and
    paper. ``title`` is what its window and bookmarks are called; without one it is the first heading. Where no document
    has a heading of level 1, a title that is given is shown as one. ``language`` is that of its words, as a tag of
    BCP 47.

    Raises `FieldInvalid` for a language that is no name, and for a part that is neither a document nor a picture.
    """
    called = flat(_first_heading(parts) if title is None else title) or "Document"
    above = [] if title is None or _has_title(parts) else [Document([Heading(title, level=1)])]
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="{escape(checked_name("language", language))}">\n'
        "<head>\n"
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(called, quote=False)}</title>\n"
        f"<style>{STYLE}</style>\n"
        "</head>\n"
        f"<body>\n<main>\n{to_html(*above, *parts)}</main>\n</body>\n"
        "</html>\n"
    )


def to_html(*parts: Part) -> str:
    """These parts as HTML, without the page around them. A block that has nothing to show leaves nothing behind.

    Raises `FieldInvalid` for a part that is neither a document nor a picture.
    """
    return "".join(f"{element}\n" for part in parts for element in _elements(part))


def _first_heading(parts: Iterable[Part]) -> str:
    return next((plain_line(heading.line) for heading in _headings(parts)), "")


def _has_title(parts: Iterable[Part]) -> bool:
    return any(heading.level <= 1 for heading in _headings(parts))


def _headings(parts: Iterable[Part]) -> Iterator[Heading]:
    blocks = (block for part in parts if isinstance(part, Document) for block in part.blocks)
    return (block for block in blocks if isinstance(block, Heading))


def _elements(part: Part) -> Iterator[str]:
    match part:
        case Document(blocks=blocks):
            for block in blocks:
                yield from _block(block)
        case Picture(svg=svg, alternative=alternative, caption=caption):
            below = "".join(_element("figcaption", caption))
            label = escape(alternative)
            yield f'<figure><div class="wide" role="img" aria-label="{label}">{svg}</div>{below}</figure>'
        case _:
            raise _no_part(part)


def _no_part(part: Never) -> FieldInvalid:
    """What is raised for something else, whatever its type promised."""
    return FieldInvalid("parts", f"a page is made of Documents and Pictures, {not_a_document(part)}")


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(line=line, level=level):
            yield from _element(f"h{min(max(level, 1), 6)}", line)
        case Paragraph(line=line):
            yield from _element("p", line)
        case Bullets(items=items):
            yield from _list("<ul>", map(_item, items), "</ul>")
        case Steps(items=items):
            yield from _list("<ol>", map(_item, items), "</ol>")
        case Checklist(tasks=tasks):
            # A list that shows no bullets has to say that it is one: some screen readers take it for none.
            yield from _list('<ul class="checklist" role="list">', (_task(*task) for task in tasks), "</ul>")
        case Table():
            yield from _table(block)
        case CodeBlock(code=code, language=language):
            yield from _code_block(code, language)
        case _:
            assert_never(block)


def _element(name: str, line: Line) -> Iterator[str]:
    words = _inside(line)
    if words:
        yield f"<{name}{_direction(line)}>{words}</{name}>"


def _list(start: str, items: Iterable[str], end: str) -> Iterator[str]:
    inside = "".join(f"\n{item}" for item in items)
    if inside:
        yield f"{start}{inside}\n{end}"


def _item(line: Line) -> str:
    return f"<li{_direction(line)}>{_inside(line)}</li>"


def _task(done: bool, line: Line) -> str:
    kind, box, said = ("done", "☑", "done") if done else ("open", "☐", "to do")
    return (
        f'<li class="{kind}"{_direction(line)}><span role="img" aria-label="{said}">{box}</span> {_inside(line)}</li>'
    )


def _table(table: Table) -> Iterator[str]:
    header, *rows = table.grid
    if header:
        head = _row(f'<th scope="col"{_direction(line)}>{_inside(line)}</th>' for line in header)
        body = "".join(f"{_row(map(_cell, row))}\n" for row in rows)
        yield f'<div class="wide"><table>\n<thead>\n{head}\n</thead>\n<tbody>\n{body}</tbody>\n</table></div>'


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"


_SHORT: Final = 16
"""Characters up to which the words of a cell stay in one line, such as a time, a quantity or a name."""


def _cell(line: Line) -> str:
    short = ' class="short"' if sum(len(part.text) for part in line) <= _SHORT else ""
    return f"<td{short}{_direction(line)}>{_inside(line)}</td>"


def _code_block(code: str, language: str) -> Iterator[str]:
    lines = printable_lines(code)
    if lines:
        kind = re.sub(r"[^A-Za-z0-9_+-]", "", language)
        named = f' class="language-{kind}"' if kind else ""
        yield f"<pre{_auto(lines)}><code{named}>{escape(lines, quote=False)}</code></pre>"


def _inside(line: Line) -> str:
    return "".join(map(_inline, line)).strip()


def _inline(part: Text | Strong | Code | Link) -> str:
    words = escape(spaced(part.text), quote=False)
    match part:
        case Text(text=text):
            core = words.strip()
            return words.replace(core, f"<bdi>{core}</bdi>") if _turns(text) else words
        case Strong(text=text):
            return f"<strong{_auto(text)}>{words}</strong>" if words.strip() else words
        case Code(text=text):
            return f"<code{_auto(text)}>{words}</code>" if words.strip() else words
        case Link(url=url):
            return _link(part) if leads(url) else _inline(Text(plain_line((part,))))
        case _:
            assert_never(part)


def _link(link: Link) -> str:
    url, words = address(link.url), spaced(link.text)
    # On paper an address is printed behind the words that lead there, unless it is these words.
    itself = "" if words.strip() and words != url else ' class="address"'
    shown = words if words.strip() else url
    return f'<a href="{escape(url)}" rel="noopener noreferrer"{itself}{_auto(shown)}>{escape(shown, quote=False)}</a>'


def _direction(line: Line) -> str:
    return _auto(*(part.text for part in line))


def _auto(*texts: str) -> str:
    """The attribute that isolates an element and gives it the direction of its own words, where that can matter."""
    return ' dir="auto"' if any(map(_turns, texts)) else ""


def _turns(text: str) -> bool:
    """Whether a text has characters that are written from right to left; the classes are those of UAX #9."""
    return any(bidirectional(character) in ("R", "AL", "AN") for character in printable(text))
