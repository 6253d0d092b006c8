"""What is left of a document once it is read: no word is dropped without being told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import Final

from incidentkit.inbound.warning import Code, ReadWarning

_MARKS: Final = re.compile(
    r"\A(?:[\s>]*(?:[-*+]|\d{1,9}[.)])(?=\s|\Z))+(?:\s*\[[ xX]\](?=\s))?"  # of lists, quotes and tasks
    r"|\A[\s>]*\[[^\]]*\]:|(?<=\])\[[^\]]*\]"  # the names under which addresses are written down
)
"""What stands in a line and is no word of it."""

_INSIDE: Final = re.compile(r"[*_`\\]")
"""Marks that may stand inside of a word, and are gone from it once they are understood."""

_WORD: Final = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words of a text, whatever marks stand around and between them."""
    return _WORD.findall(_INSIDE.sub("", text))


def left_over(lines: Sequence[str], kept: Iterable[str], code: Code, *, first: int = 1) -> Iterator[ReadWarning]:
    """A warning for each line that has more words than the texts have that were kept; the first has that number."""
    left = Counter(words_of("\n".join(kept)))
    for number, line in enumerate(lines, first):
        said = words_of(unescape(_MARKS.sub("", line)))
        left.subtract(said)
        if any(left[word] < 0 for word in said):
            yield ReadWarning(line=number, code=code, words=line.strip())
