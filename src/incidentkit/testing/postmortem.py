"""Strategies for post-mortems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final

from hypothesis import strategies as st

from incidentkit.policy.account import ActionItem, Entry, Impact, Measure, Section
from incidentkit.policy.postmortem import PostMortem
from incidentkit.testing.identity import names, texts
from incidentkit.text.document import (
    Block,
    Bullets,
    Checklist,
    Code,
    CodeBlock,
    Document,
    Heading,
    Inline,
    Line,
    Link,
    Paragraph,
    Steps,
    Strong,
    Table,
    Text,
    flat,
)


def _says_something(words: str) -> bool:
    """Whether it is more than marks, and none of the blanks of templates."""
    return any(map(str.isalnum, words)) and words[0] not in "[?-"


_WORDS: Final = texts(blank=False).map(flat).filter(_says_something)
_NAMES: Final = names().map(flat).filter(lambda name: _says_something(name) and " - " not in f" {name} ")
_TIMES: Final = st.integers(0, 7_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
_WHEN: Final = st.sampled_from(["", "ca. 18:30", "25:61", "17:14pm", "2021-09-10 HH:mm", "in the night", "夜"])
_LENGTHS: Final = st.sampled_from(["N/A", "?", "nearly an hour", "all night", ""])
_SPANS: Final = st.timedeltas(timedelta(), timedelta(days=400))
_PERHAPS_WORDS: Final = st.just("") | _WORDS


@st.composite
def _lines(draw: st.DrawFn) -> Line:
    """A few parts with spaces between them, as Markdown can hold them."""
    parts: list[Inline] = []
    for part in draw(_PARTS_OF_A_LINE):
        match parts[-1:], part:
            case [], _:
                parts.append(part)
            case [Text(text=before)], Text(text=more):
                parts[-1] = Text(f"{before} {more}")
            case [Text(text=before)], _:
                parts[-1:] = [Text(f"{before} "), part]
            case _, Text(text=more):
                parts.append(Text(f" {more}"))
            case _:
                parts += [Text(" "), part]
    return tuple(parts)


_ADDRESSES: Final = st.sampled_from(["https://wiki.example/a_(b)?c=d&e#f", "mailto:ada@example.org", "a%20b", "#x"])
_PARTS: Final = st.one_of(
    st.builds(Text, _WORDS),
    st.builds(Strong, _WORDS),
    st.builds(Code, _WORDS),
    st.builds(Link, _WORDS, _ADDRESSES),
)
_PARTS_OF_A_LINE: Final = st.lists(_PARTS, min_size=1, max_size=3)
_LINES: Final = _lines()
_LISTED: Final = st.lists(_LINES, min_size=1, max_size=3)
_CODE_LINES: Final = st.lists(_WORDS | st.just("") | _WORDS.map(lambda words: f"    {words}"), max_size=3)


def _code() -> st.SearchStrategy[str]:
    """Lines of code, the last of which is not empty."""
    return st.tuples(_CODE_LINES, _WORDS).map(lambda drawn: "\n".join((*drawn[0], drawn[1])))


def _tables(width: int) -> st.SearchStrategy[Table]:
    """Tables of so many columns, with up to three rows."""
    row = st.lists(st.just(()) | _LINES, min_size=width, max_size=width)
    return st.builds(Table, st.lists(_LINES, min_size=width, max_size=width), st.lists(row, max_size=3))


def _bodies(highest: int) -> st.SearchStrategy[Document]:
    """Documents of up to four blocks, whose lists are apart, with headings of that level at the highest."""
    blocks: st.SearchStrategy[Block] = st.one_of(
        st.builds(Paragraph, _LINES),
        st.builds(Bullets, _LISTED),
        st.builds(Steps, _LISTED),
        st.builds(Checklist, st.lists(st.tuples(st.booleans(), _LINES), min_size=1, max_size=3)),
        st.builds(Heading, _LINES, st.integers(highest, 6)),
        st.builds(CodeBlock, _code(), st.sampled_from(["", "sh"])),
        *map(_tables, (1, 2, 3)),
    )
    return st.lists(blocks, max_size=4).map(lambda drawn: Document(_apart(drawn)))


def _apart(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks without a list that would continue the one before it."""
    yield from blocks[:1]
    for before, block in pairwise(blocks):
        if type(before) is not type(block) or not isinstance(block, Bullets | Steps | Checklist):
            yield block


_BODIES: Final = _bodies(highest=3)
_SERVICES: Final = st.lists(st.sampled_from(["checkout", "Größe", "a b", "<b>|`*_"]), max_size=3)
_KNOWN: Final = st.tuples(st.booleans(), st.booleans())
_LASTED: Final = st.sampled_from(["", "45 minutes", "all day", "a to b"])


@st.composite
def _impacts(draw: st.DrawFn) -> Impact:
    start, end = sorted((draw(_TIMES), draw(_TIMES)))
    has_start, has_end = draw(_KNOWN)
    return Impact(
        users=draw(_PERHAPS_WORDS),
        started_at=start if has_start else None,
        ended_at=end if has_end else None,
        lasted="" if has_start or has_end else draw(_LASTED),
        services=draw(_SERVICES),
        data_loss=draw(_PERHAPS_WORDS),
        details=draw(_BODIES),
    )


def _entries(details: st.SearchStrategy[Document]) -> st.SearchStrategy[tuple[Entry, ...]]:
    timed = st.builds(Entry, what=_LINES, at=_TIMES, details=details)
    return st.lists(timed | st.builds(Entry, what=_LINES, when=_WHEN, details=details), max_size=4).map(tuple)


def _action_items() -> st.SearchStrategy[tuple[ActionItem, ...]]:
    """Those under no heading come first, as in a document."""
    items = st.builds(
        ActionItem,
        what=_LINES,
        owner=st.just("") | _NAMES,
        due=st.none() | st.dates(date(1971, 1, 1), date(2199, 1, 1)),
        done=st.booleans(),
        group=st.just("") | st.sampled_from(["Process", "Größe", "# = [x]"]),
    )
    return st.lists(items, max_size=4).map(lambda drawn: tuple(sorted(drawn, key=lambda item: bool(item.group))))


def _measures() -> st.SearchStrategy[Measure]:
    common = {"what": _WORDS, "target": st.sampled_from(["", "15min", "an hour"]), "missed": st.booleans()}
    return st.builds(Measure, **common, took=_SPANS) | st.builds(Measure, **common, words=_LENGTHS)


_ABOUT: Final = st.dictionaries(_WORDS, _PERHAPS_WORDS, max_size=2)
_TIMELINES: Final = _entries(st.just(Document(()))) | _entries(_bodies(highest=4))
_ITEMS: Final = _action_items()
_SOME_MEASURES: Final = st.lists(_measures(), max_size=2).map(tuple)
_SOME_NAMES: Final = st.lists(_NAMES, max_size=3).map(tuple)
_SECTIONS: Final = st.lists(st.builds(Section, _WORDS, _BODIES), max_size=2).map(tuple)
_IMPACTS: Final = _impacts()


@st.composite
def postmortems(draw: st.DrawFn) -> PostMortem:
    """Post-mortems of every completeness, with prose of every kind of block.

    Written as Markdown and read back they are the same: their lines and lists are as Markdown can hold them.
    """
    return PostMortem(
        title=draw(_PERHAPS_WORDS),
        about=draw(_ABOUT),
        summary=draw(_BODIES),
        impact=draw(_IMPACTS),
        timeline=draw(_TIMELINES),
        root_cause=draw(_BODIES),
        resolution=draw(_BODIES),
        went_well=draw(_BODIES),
        could_be_better=draw(_BODIES),
        action_items=draw(_ITEMS),
        lessons=draw(_BODIES),
        measures=draw(_SOME_MEASURES),
        people=draw(_SOME_NAMES),
        other=draw(_SECTIONS),
    )
