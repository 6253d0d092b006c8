"""Where commands print: plain text anywhere, and with colours on a terminal that wants them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from types import MappingProxyType
from typing import Final, Protocol, TextIO

from attrs import frozen

from incidentkit.drills import Kind
from incidentkit.text.document import Document, flat
from incidentkit.text.plain import to_plain

NO_KINDS: Final[Mapping[int, Kind]] = MappingProxyType({})


@frozen(kw_only=True)
class Row:
    """A line of a story in columns. Whatever its words contain is shown as words."""

    kind: Kind
    offset: str
    time: str
    who: str
    what: str
    why: str = ""


@frozen(kw_only=True)
class News:
    """Something that happens to one of several incidents. Whatever its words contain is shown as words."""

    kind: Kind
    at: datetime
    incident: str
    """Empty if it is about no incident."""
    what: str
    message: Document | None = None
    """What was written, if anything was."""

    @property
    def when(self) -> str:
        """The time, in UTC."""
        return f"{self.at:%Y-%m-%d %H:%M:%S}"

    @property
    def line(self) -> str:
        """What happened, on one line."""
        return flat(": ".join(filter(None, (self.incident, self.what))))

    @property
    def below(self) -> str:
        """The message, set off so that no line of it looks like one of ours."""
        text = "" if self.message is None else to_plain(self.message)
        return "".join(f"\n    {line}" if line else "" for line in text.splitlines())


class Screen(Protocol):
    """Something to print on."""

    def news(self, news: News, /) -> None:
        """Print something that happens, at once."""
        ...

    def page(self, document: Document, kinds: Mapping[int, Kind] = NO_KINDS, /) -> None:
        """Print a document that nothing stands before; ``kinds`` are those of rows of its first table, if any."""
        ...

    def row(self, row: Row, /) -> None:
        """Print something that happened, at once: whoever reads along does not wait for the rest."""
        ...

    def say(self, text: str, /) -> None:
        """Print one line."""
        ...

    def document(self, document: Document, /) -> None:
        """Print an empty line, and the document."""
        ...


@frozen
class PlainScreen:
    """Prints text and nothing else: no colours, no control characters."""

    stream: TextIO
    width: int
    """Of the column that says who it was."""

    def news(self, news: News, /) -> None:
        """Print it as one line, and the message below."""
        self._print(f"{news.when}  {news.line}{news.below}")

    def page(self, document: Document, kinds: Mapping[int, Kind] = NO_KINDS, /) -> None:
        """Print it."""
        self._print(to_plain(document))

    def row(self, row: Row, /) -> None:
        """Print it as one line."""
        self._print(f"{row.offset}  {row.time}  {flat(row.who):{self.width}}  {in_words(row)}")

    def say(self, text: str, /) -> None:
        """Print it."""
        self._print(flat(text))

    def document(self, document: Document, /) -> None:
        """Print it."""
        self._print(f"\n{to_plain(document)}")

    def _print(self, text: str) -> None:
        self.stream.write(f"{text}\n")
        self.stream.flush()


def in_words(row: Row) -> str:
    """What happened and why, on one line."""
    return f"{flat(row.what)}{f' ({flat(row.why)})' if row.why else ''}"


def screen_on(stream: TextIO, width: int) -> Screen:
    """The screen for a stream: with colours if it is a terminal, ``rich`` is there, and ``NO_COLOR`` is not set."""
    if stream.isatty() and not os.environ.get("NO_COLOR"):
        try:
            screen: Screen = import_module("incidentkit.cli.rich_screen").RichScreen(stream, width)
        except ImportError:
            return PlainScreen(stream, width)
        return screen
    return PlainScreen(stream, width)
