"""A screen with colours. Like `rich_progress` it imports ``rich``, which the extra ``cli`` brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TextIO

from rich.console import Console
from rich.text import Text

from incidentkit.cli.screen import NO_KINDS, News, Row, in_words
from incidentkit.drills import Kind
from incidentkit.text.document import Block, Document, Heading, Table, flat
from incidentkit.text.plain import to_plain

STYLES: Final[Mapping[Kind, str]] = {
    Kind.SAID: "green",
    Kind.WANTED: "dim",
    Kind.OVERDUE: "yellow",
    Kind.PAGED: "",
    Kind.TOLD: "dim",
    Kind.DONE: "dim",
    Kind.TROUBLE: "yellow",
    Kind.EXHAUSTED: "bold red",
}
"""How each kind of line looks, in the words of ``rich``; empty for plain text."""


HEADER: Final = 2
"""The lines of a table above its rows."""


class RichScreen:
    """Prints in colours. Words are given to ``rich`` as text, never as its markup."""

    def __init__(self, stream: TextIO, width: int) -> None:
        self._console = Console(file=stream, markup=False, highlight=False, emoji=False)
        self._width = width

    def news(self, news: News, /) -> None:
        """Print it as one line, and the message below."""
        self._print(Text.assemble((f"{news.when}  ", "cyan"), (news.line, STYLES[news.kind]), (news.below, "dim")))

    def page(self, document: Document, kinds: Mapping[int, Kind] = NO_KINDS, /) -> None:
        """Print it; headings stand out, and rows of a kind look like it."""
        table = next((block for block in document.blocks if isinstance(block, Table)), None)
        for number, block in enumerate(document.blocks):
            self._block(block, "\n" if number else "", kinds if block is table else NO_KINDS)

    def row(self, row: Row, /) -> None:
        """Print it as one line."""
        who = f"{flat(row.who):{self._width}}  "
        when = f"{row.offset}  {row.time}  "
        self._print(Text.assemble((when, "cyan"), (who, "bold"), (in_words(row), STYLES[row.kind])))

    def say(self, text: str, /) -> None:
        """Print it."""
        self._print(Text(flat(text), "bold"))

    def document(self, document: Document, /) -> None:
        """Print it; headings stand out."""
        for block in document.blocks:
            self._block(block, "\n")

    def _block(self, block: Block, above: str, kinds: Mapping[int, Kind] = NO_KINDS) -> None:
        style = "bold" if isinstance(block, Heading) else ""
        styles = {row + HEADER: STYLES[kind] for row, kind in kinds.items()}
        lines = to_plain(Document([block])).split("\n")
        styled = [Text(line, styles.get(number, style)) for number, line in enumerate(lines)]
        self._print(Text.assemble(above, Text("\n").join(styled)))

    def _print(self, text: Text) -> None:
        # The terminal wraps long lines: what is copied from it has no line breaks that nobody wrote.
        self._console.print(text, soft_wrap=True)
