"""The words of a log, by which people find an incident again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from unicodedata import category, name, normalize

from incidentkit.model.events import Event, written

LONGEST_WORD: Final = 100
"""Characters of a word that count."""

MOST_WORDS: Final = 20
"""How many words one can look for at once."""

_SIGN: Final = re.compile(r"[\W_]")
_WORD: Final = re.compile(r"[^\W_]+")
_MARKED: Final = re.compile(r"[^\W_]\S*")

_BREAK: Final = "\u200b"
"""The space without a width, which Khmer and Thai have between words; all other signs of its kind stand in words."""


def words_in(text: str) -> frozenset[str]:
    """Its words: letters and digits in a row, with the marks on them, whatever their case or their width.

    A vowel sign of Hindi or an accent is part of its word, and makes another word of it. The dot of an i is none. Signs
    that nobody sees, such as the place where a word may be broken, are left out.

    A database keeps the words of what it has. Another rule needs a step of `incidentkit.stores.schema` that makes them
    anew, because a search goes by the rule of its own release.
    """
    words = _WORD.findall(text.lower()) if text.isascii() else _MARKED.findall(_SIGN.sub(_apart, _folded(text)))
    return frozenset(word[:LONGEST_WORD] for word in words)


def words_of(events: Iterable[Event]) -> frozenset[str]:
    """The words of everything that people wrote in these events."""
    return frozenset[str]().union(*(words_in(text) for event in events for text in written(event)))


def is_said(sought: Iterable[str], words: Iterable[str]) -> bool:
    """Whether each of the words that are sought is one of the words, or the beginning of one."""
    said = (*words,)
    return all(any(word.startswith(part) for word in said) for part in sought)


def _folded(text: str) -> str:
    """The text in one case and one form; what comes of it comes of itself again, so that a search finds it."""
    folded = normalize("NFKD", normalize("NFKD", _SIGN.sub(_unseen, text)).casefold()).casefold()
    return normalize("NFKC", folded.replace("i\u0307", "i"))


def _unseen(sign: re.Match[str]) -> str:
    return "" if _kind(sign[0]) == "unseen" else sign[0]


def _apart(sign: re.Match[str]) -> str:
    return sign[0] if _kind(sign[0]) == "mark" else " "


@lru_cache(maxsize=10_000)
def _kind(sign: str) -> str:
    """What a sign that is no letter does: it is a mark on one, is not seen, or parts words."""
    kind = category(sign)
    if kind == "Cf":
        return "" if sign == _BREAK else "unseen"
    if kind in ("Mn", "Mc"):
        return "unseen" if "VARIATION SELECTOR" in name(sign, "") else "mark"
    return ""
