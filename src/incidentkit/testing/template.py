"""Strategies for message templates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from hypothesis import strategies as st

from incidentkit.policy.template import FIELDS, PUBLIC_FIELDS, Section, Template
from incidentkit.testing.identity import WORDS

_LINES: Final = st.sampled_from([word.strip() for word in WORDS if word.isprintable() and len(word) < 100])
_LABELS: Final = _LINES.filter(lambda line: not {*line} & {*"{}"})


@cache
def templates(*, public: bool = False) -> st.SearchStrategy[Template]:
    """Templates with fields, words in several alphabets and braces; with ``public``, only what everybody may read."""
    lines = _texts([*(PUBLIC_FIELDS if public else FIELDS)])
    sections = st.builds(Section, lines) | st.builds(
        Section, st.just("") | lines, st.dictionaries(_LABELS, lines, min_size=1, max_size=2)
    )
    return st.builds(Template, lines, st.lists(sections, max_size=2))


def _texts(fields: Sequence[str]) -> st.SearchStrategy[str]:
    """Lines of words and fields; a brace of a word is doubled."""
    words = _LINES.map(lambda line: line.replace("{", "{{").replace("}", "}}"))
    return st.lists(words | st.sampled_from(fields).map("{{{}}}".format), min_size=1, max_size=3).map(" ".join)
