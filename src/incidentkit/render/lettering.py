"""Letters in a drawing: how wide words are there, and what of them fits into a line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Final
from unicodedata import east_asian_width
from xml.etree.ElementTree import Element, SubElement, tostring

from incidentkit.text.document import flat

NARROW, BROAD, BROADEST = 8.2, 12.5, 14.0
"""Pixels of letters at the size of the text, with some to spare: of most, of capitals and their like, of ideograms."""

LINE: Final = 18
"""Pixels from one line of words to the next."""


def width(words: str) -> float:
    """How wide words are at the most: no program asks a browser for that before it draws."""
    return sum(map(_width_of, words))


def _width_of(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return BROADEST
    return BROAD if letter.isupper() or letter in "mw@%—…" or ord(letter) > 0x24F else NARROW


def short(words: str, longest: float) -> str:
    """Words in one line, of long ones the beginning."""
    said = flat(words)
    if width(said) <= longest:
        return said
    return f"{said[: _fitting(said, longest - BROAD)].rstrip()}…"


def lines(words: str, longest: float, *, most: int) -> list[str]:
    """Words in lines, broken between words where that can be, and shortened where they need more than so many."""
    *first, last = _broken(flat(words), longest)
    several = [*first, last]
    if len(several) > most:
        several[most - 1 :] = [short(" ".join(several[most - 1 :]), longest)]
    return several


def said(words: str) -> str:
    """A drawing that says something, where there is nothing to draw."""
    size = {"width": str(round(width(words))), "height": str(LINE + 12)}
    root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "fill": "var(--quiet)", "font-size": "13", **size})
    SubElement(root, "text", {"x": "0", "y": "20"}).text = words
    return tostring(root, encoding="unicode")


def _broken(words: str, longest: float) -> Iterator[str]:
    line = ""
    for word in words.split(" "):
        joined = f"{line} {word}" if line else word
        if width(joined) <= longest:
            line = joined
            continue
        if line:
            yield line
        line = word
        while width(line) > longest:
            end = max(_fitting(line, longest), 1)
            yield line[:end]
            line = line[end:]
    yield line


def _fitting(words: str, longest: float) -> int:
    """How many letters fit."""
    return sum(each <= longest for each in accumulate(map(_width_of, words)))
