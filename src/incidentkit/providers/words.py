"""The words of a log, by which people find an incident again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from unicodedata import normalize

from incidentkit.model.events import Event, written

LONGEST_WORD: Final = 100
"""Characters of a word that count."""

MOST_WORDS: Final = 20
"""How many words one can look for at once."""

_WORD: Final = re.compile(r"[^\W_]+")


def words_in(text: str) -> frozenset[str]:
    """Its words: letters and digits in a row, whatever their case or their width."""
    plain = normalize("NFKC", normalize("NFKC", text).casefold())
    return frozenset(word[:LONGEST_WORD] for word in _WORD.findall(plain))


def words_of(events: Iterable[Event]) -> frozenset[str]:
    """The words of everything that people wrote in these events."""
    return frozenset[str]().union(*(words_in(text) for event in events for text in written(event)))


def is_said(sought: Iterable[str], words: Iterable[str]) -> bool:
    """Whether each of the words that are sought is one of the words, or the beginning of one."""
    said = (*words,)
    return all(any(word.startswith(part) for word in said) for part in sought)
