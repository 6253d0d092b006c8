"""Tables whose columns are found by what their headers say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from incidentkit.inbound.markdown_tree import Rows, Words
from incidentkit.inbound.wording import Part, Parts
from incidentkit.text.document import Text


class Columns:
    """The columns of a table."""

    def __init__(self, table: Rows, *, has_header: bool = True) -> None:
        header, *rows = table.rows
        self._titles = [cell.text.strip() for cell in header] if has_header else ["" for _ in header]
        every = rows if has_header else [header, *rows]
        width = len(header)
        self.rows = [(*row[:width], *(Words(table.line, "") for _ in range(width - len(row)))) for row in every]

    def title(self, column: int) -> str:
        """What stands above a column."""
        return self._titles[column]

    def named(self, pattern: re.Pattern[str], *, other_than: int | None = None) -> int | None:
        """The first column whose title has that in it."""
        fitting = (
            number for number, title in enumerate(self._titles) if pattern.search(title) and number != other_than
        )
        return next(fitting, None)

    def understood(self, column: int | None, pattern: re.Pattern[str]) -> str:
        """The words of a title by which its column was found."""
        found = pattern.search(self._titles[column]) if column is not None else None
        return found[0] if found else ""

    def beside(self, *columns: int | None) -> int | None:
        """The first column that is none of these."""
        return next((number for number in range(len(self._titles)) if number not in columns), None)

    def beyond(self, row: Sequence[Words], columns: Iterable[int | None]) -> Parts:
        """What a row says in other columns than these, each under its title in brackets."""
        taken, parts = set(columns), list[Part]()
        for number, cell in enumerate(row):
            if number not in taken and cell.text.strip():
                title = f"{self._titles[number]}: " if self._titles[number] else ""
                parts += [Part(Text(f" ({title}")), *cell.parts, Part(Text(")"))]
        return tuple(parts)
