"""Strategies for names and words as people and machines give them, the nasty ones among them."""

from __future__ import annotations

from functools import cache
from typing import Final

from hypothesis import strategies as st

WORDS: Final = (
    "Checkout returns 500",
    "Größe",
    "緊急",
    "срочно",
    "عاجل",
    'say "no"',
    "it's",
    "a\nb\tc",
    "first line\r\n\r\nsecond line\n",
    " both ends ",
    "👩\u200d🚒🚨",  # one picture of several characters
    "e\u0301",  # an accent that is a character of its own
    "\u202eback\u202c",  # turns the direction of writing
    "zero\u200bwidth",
    "\x7f\x1b[31m",
    "\\",
    "<script>alert(1)</script>",
    "<!channel> &amp; <@U024BE7LH>",
    "**bold** [free](https://evil.example) `code`",
    "| a | b |",
    "# = [x]",
    "```\n- [ ] done",
    "%s {0} ${HOME}",
    "'; DROP TABLE incidents; --",
    "or",
    "true",
    "null",
    "007",
    "long " * 60,
)
"""Words that have broken programs: in several alphabets and directions, with markup, control characters and quotes."""

BLANK: Final = ("", " ", "\n", "\t \r\n")

_CHARACTERS: Final = st.characters(codec="utf-8", exclude_characters="\x00")

PEOPLE: Final = st.sampled_from(["ada", "grace", "linus", "李雷", "أحمد", "o'neil | <@U024BE7LH>"])
"""A few people, so that the same one often comes again."""

_NAMES: Final = st.sampled_from(["INC-1", "INC-2", "7", "a b", "Größe", "緊急", "عاجل", "🚨", "<b>|`*_", "x" * 200])


@cache
def texts(*, blank: bool = True) -> st.SearchStrategy[str]:
    """Texts that people write: in many alphabets, with line breaks, emoji, markup, quotes and what breaks programs.

    Every one is a text that a log can hold. ``blank=False`` leaves out the empty one and those of white space only.
    """
    written = st.sampled_from(WORDS) | st.text(_CHARACTERS, min_size=1, max_size=12).filter(str.strip)
    return written | st.sampled_from(BLANK) if blank else written


@cache
def names() -> st.SearchStrategy[str]:
    """Names of incidents and people: printable, without spaces at the ends, at most 200 characters."""
    return _NAMES | st.text(_CHARACTERS, min_size=1, max_size=12).filter(_is_name)


def _is_name(text: str) -> bool:
    return text.isprintable() and text == text.strip()
