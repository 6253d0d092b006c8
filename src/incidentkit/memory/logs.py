"""The reference logs: what a test writes, and what a production in memory complains of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar, Final

from attrs import frozen

from incidentkit.errors import ProviderError
from incidentkit.memory.clock import system_clock
from incidentkit.memory.production import MemoryProduction
from incidentkit.memory.tool import MemoryTool
from incidentkit.model.identity import moment
from incidentkit.providers.answer import Receipt
from incidentkit.providers.logs import ArchiveLogs, LogLines, SearchLogs, TailLogs

ERROR: Final = "error"
"""The level of what is wrong."""


@frozen
class LogLine:
    """A line of a log."""

    at: datetime
    level: str
    text: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.level} {self.text}"


class MemoryLogs(MemoryTool):
    """`Logs` that keep what is written to them. Each trouble of the production is one line more, while it lasts.

    A filter is a part of a line, in capitals or not. Lines among which none is an error are well.
    """

    name: ClassVar[str] = "logs"

    def __init__(
        self,
        production: MemoryProduction,
        *,
        clock: Callable[[], datetime] = system_clock,
        fault: ProviderError | None = None,
    ) -> None:
        super().__init__(fault=fault)
        self._production = production
        self._clock = clock
        self._lines: list[LogLine] = []
        self._archives: list[tuple[LogLine, ...]] = []

    def write(self, text: str, *, level: str = "info") -> None:
        """Add a line, at this moment."""
        with self._lock:
            self._lines.append(LogLine(moment("now", self._clock()), level, text))

    @property
    def archives(self) -> list[tuple[LogLine, ...]]:
        """The lines of each archive, in the order in which they were made."""
        with self._lock:
            return [*self._archives]

    def tail(self, request: TailLogs, /) -> LogLines:
        """The lines that have the filter in them."""
        wanted = request.filter.casefold()
        return self._read(request, lambda: self._found(request.last, lambda line: wanted in str(line).casefold()))

    def search(self, request: SearchLogs, /) -> LogLines:
        """The lines of the level."""
        return self._read(request, lambda: self._found(request.last, lambda line: request.level in ("", line.level)))

    def archive(self, request: ArchiveLogs, /) -> Receipt:
        """Copy the lines, unless the key did so before."""
        return self._change(request, lambda: self._archive(request.last))

    def _found(self, last: timedelta, fits: Callable[[LogLine], bool]) -> LogLines:
        lines = [line for line in self._since(last) if fits(line)]
        texts = tuple(map(str, lines))
        output = "".join(f"{text}\n" for text in texts).encode("utf-8", "replace")
        return LogLines(healthy=all(line.level != ERROR for line in lines), lines=texts, output=output)

    def _archive(self, last: timedelta) -> Receipt:
        self._archives.append(self._since(last))
        return Receipt(reference=f"archive-{len(self._archives)}")

    def _since(self, last: timedelta) -> tuple[LogLine, ...]:
        now = moment("now", self._clock())
        complaints = (LogLine(now, ERROR, trouble.name) for trouble in self._production.troubles)
        return (*(line for line in self._lines if line.at >= now - last), *complaints)
