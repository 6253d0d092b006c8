"""A screen with colours. Like `rich_progress` it imports ``rich``, which the extra ``cli`` brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TextIO

from rich.console import Console
from rich.text import Text

from incidentkit.cli.screen import News, Row, in_words
from incidentkit.drills import Kind
from incidentkit.text.document import Block, Document, Heading, flat
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


class RichScreen:
    """Prints in colours. Words are given to ``rich`` as text, never as its markup."""

    def __init__(self, stream: TextIO, width: int) -> None:
        self._console = Console(file=stream, markup=False, highlight=False, emoji=False)
        self._width = width

    def news(self, news: News, /) -> None:
        """Print it as one line, and the message below."""
        self._print(Text.assemble((f"{news.when}  ", "cyan"), (news.line, STYLES[news.kind]), (news.below, "dim")))

    def page(self, document: Document, /) -> None:
        """Print it; headings stand out."""
        for number, block in enumerate(document.blocks):
            self._block(block, "\n" if number else "")

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

    def _block(self, block: Block, above: str) -> None:
        style = "bold" if isinstance(block, Heading) else ""
        self._print(Text(f"{above}{to_plain(Document([block]))}", style))

    def _print(self, text: Text) -> None:
        # The terminal wraps long lines: what is copied from it has no line breaks that nobody wrote.
        self._console.print(text, soft_wrap=True)
