"""What a line consists of as it was written, and the line of a document that it makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, TypeAlias

from attrs import evolve, frozen

from incidentkit.text.document import Code, Inline, Line, Link, Strong, Text, address, flat, printable

LONGEST_LINE: Final = 20_000
"""Characters up to which links and emphasis are looked for in a line whose structure is kept."""

MOST_MARKS: Final = 2_000
"""The same for the characters that may be marks of emphasis, code and links."""

MOST_OPENED: Final = 100
"""The same for opening brackets, which cost more."""

_MARK: Final = re.compile(r"\\.|[*_`\[<&]", re.DOTALL)
"""A character that may be a mark, unless a backslash stands before it."""

_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")

_BLANK: Final = re.compile(r"\s+")


@frozen
class Part:
    """A part of a line, and whether it is in italics, which lines of a document are not."""

    inline: Inline
    slanted: bool = False


Parts: TypeAlias = tuple[Part, ...]
"""Parts that follow one another."""

BREAK: Final = Part(Text("\n"))
"""Where a line ends and another of the same paragraph begins."""


def is_readable(text: str) -> bool:
    """Whether links and emphasis are looked for in it: what is too long or has too many marks is only words."""
    if len(text) - text.count("\\") > LONGEST_LINE:
        return False
    marks = [mark for mark in _MARK.findall(text) if len(mark) == 1]
    return len(marks) <= MOST_MARKS and marks.count("[") <= MOST_OPENED


def unescaped(text: str) -> str:
    """Markdown without marks as the words that it means."""
    return _ESCAPED.sub(r"\1", text)


def without(parts: Parts, count: int) -> Parts:
    """The parts without that many characters at their beginning."""
    left: list[Part] = []
    for part in parts:
        text = part.inline.text
        if count >= len(text):
            count -= len(text)
        elif count:
            left.append(evolve(part, inline=evolve(part.inline, text=text[count:])))
            count = 0
        else:
            left.append(part)
    return tuple(left)


def words_of_parts(parts: Iterable[Part]) -> str:
    """The words, without how they are shown and where they lead."""
    return "".join(part.inline.text for part in parts)


def lines_of(parts: Parts) -> tuple[Parts, ...]:
    """The lines of a paragraph, as they were broken by its writer."""
    lines: list[list[Part]] = [[]]
    for part in parts:
        if part == BREAK:
            lines.append([])
        else:
            lines[-1].append(part)
    return tuple(tuple(each) for each in lines if words_of_parts(each).strip())


def apart(parts: Parts, begins: Callable[[Parts], bool]) -> list[tuple[int, Parts]]:
    """The pieces of a paragraph, a new one where a line begins it, and how many lines each is below the first."""
    pieces: list[tuple[int, Parts]] = []
    for number, line in enumerate(lines_of(parts)):
        if not pieces or begins(line):
            pieces.append((number, line))
        else:
            start, piece = pieces[-1]
            pieces[-1] = start, (*piece, BREAK, *line)
    return pieces


def is_slanted(parts: Parts) -> bool:
    """Whether all words are in italics."""
    said = [part for part in parts if part.inline.text.strip()]
    return bool(said) and all(part.slanted for part in said)


def _clean(inline: Inline) -> Iterator[Inline]:
    """The part with single spaces, which stand outside of what is emphasised."""
    said = printable(inline.text)
    match inline:
        case Text():
            yield Text(_BLANK.sub(" ", said))
        case Strong():
            yield Text(" " if said[:1] == " " else "")
            yield Strong(flat(said))
            yield Text(" " if said[-1:] == " " else "")
        case Code():
            yield Code(flat(said))
        case Link(url=url):
            written = address(url)
            yield Link(flat(said) or written, written)


def joined(inlines: Iterable[Inline]) -> Line:
    """The parts as one line that Markdown can hold: neighbours of one kind are one, and spaces are single."""
    line: list[Inline] = []
    for inline in (each for one in _runs(inlines) for each in _clean(one)):
        before = line[-1] if line else None
        match before, inline:
            case _ if not inline.text:
                continue
            case Text(text=text), Text(text=more):
                line[-1] = Text(text + more.lstrip(" ") if text.endswith(" ") else text + more)
            case Strong(text=text), Strong(text=more):
                line[-1] = Strong(text + more)
            case _:
                line.append(inline)
    return _stripped(line)


def _runs(inlines: Iterable[Inline]) -> Iterator[Inline]:
    """The parts, those of one kind that follow one another in one: an escaped character is a part of its own."""
    for kind, several in groupby(inlines, type):
        if kind is Text or kind is Strong:
            said = "".join(each.text for each in several)
            yield Text(said) if kind is Text else Strong(said)
        else:
            yield from several


def _stripped(line: Sequence[Inline]) -> Line:
    """The line without spaces at its ends."""
    kept = list(line)
    if kept and isinstance(kept[0], Text):
        kept[0] = Text(kept[0].text.lstrip())
    if kept and isinstance(kept[-1], Text):
        kept[-1] = Text(kept[-1].text.rstrip())
    return tuple(each for each in kept if each.text)
