"""The text of a document that somebody else wrote: its size, its characters, and what stands before it."""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen

from incidentkit.errors import DocumentInvalid, shown
from incidentkit.inbound.warning import Oddity, ReadWarning

MAX_CHARACTERS: Final = 400_000
"""Length up to which a document is read: more than twice what the steps of a runbook can hold."""

REPLACED: Final = "\N{REPLACEMENT CHARACTER}"
"""Stands for a character that cannot be kept, or that would change how a screen shows those around it."""

_LINE_END: Final = re.compile(r"\r\n?")

_HARMFUL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Control characters, halves of surrogate pairs, and what turns the direction in which a line is read."""

_KEY: Final = re.compile(r"[\w.-]+[ \t]*:(?:\s|\Z)")

_SETTING: Final = re.compile(rf"{_KEY.pattern}|\s|-\s|#|\Z")
"""How a line of settings in YAML begins: a key, the rest of a value, an item, a comment; or it is empty."""

_TITLE: Final = re.compile(r"title[ \t]*:[ \t]*(.*\S)")


@frozen(kw_only=True)
class SourceText:
    """A document as text whose lines are counted as in the source."""

    text: str
    """What is left to read; the lines that are taken out are empty."""
    title: str
    """What its front matter calls it; empty if that says nothing."""
    settings: tuple[str, ...]
    """The lines of its front matter."""
    warnings: tuple[ReadWarning, ...]


def source_text(document: str | bytes, source: str, *, longest: int = MAX_CHARACTERS) -> SourceText:
    """The text of a document; `DocumentInvalid` if it is none, or has more than ``longest`` characters."""
    text = _decoded(document, source)
    if len(text) > longest:
        problem = f"{len(text)} characters are more than the {longest} that are read: split the document"
        raise DocumentInvalid("$", problem, source=source)
    text, warnings = _harmless(_LINE_END.sub("\n", text.removeprefix("\ufeff")))
    settings, rest = _apart(text)
    if settings:
        left_out = ReadWarning(line=1, code=Oddity.FRONT_MATTER, words="\n".join(settings))
        warnings = (left_out, *warnings)
    title = next(filter(None, map(_TITLE.match, settings)), None)
    called = title[1].strip("'\"") if title else ""
    return SourceText(text=rest, title=called, settings=tuple(settings), warnings=warnings)


def _apart(text: str) -> tuple[list[str], str]:
    """The settings of whatever publishes the document, between two lines of hyphens at its beginning, and the rest."""
    first, *lines = text.split("\n")
    if first.rstrip() != "---" or not lines or not _KEY.match(lines[0]):
        return [], text
    for index, line in enumerate(lines):
        if line.rstrip() in ("---", "..."):
            return lines[:index], "\n" * (index + 2) + "\n".join(lines[index + 1 :])
        if not _SETTING.match(line):
            break
    return [], text


def _decoded(document: str | bytes, source: str) -> str:
    if isinstance(document, bytes):
        try:
            return document.decode()
        except UnicodeDecodeError as error:
            raise DocumentInvalid("$", f"Markdown is text in UTF-8, and this is not: {error}", source=source) from None
    if not isinstance(document, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # whatever its caller promised
        raise DocumentInvalid(
            "$", f"Markdown is read from text, not from {shown(document)}: of a file, give its text", source=source
        )
    return document


def _harmless(text: str) -> tuple[str, tuple[ReadWarning, ...]]:
    """The text without harmful characters, and a warning for each line that had some."""
    if not _HARMFUL.search(text):
        return text, ()
    lines = text.split("\n")
    clean = [_HARMFUL.sub(REPLACED, line) for line in lines]
    warnings = [
        ReadWarning(line=number, code=Oddity.CHARACTERS, words=after)
        for number, (before, after) in enumerate(zip(lines, clean, strict=True), 1)
        if before != after
    ]
    return "\n".join(clean), tuple(warnings)
