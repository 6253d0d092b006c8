"""Tables of examples, as people write them: a text with bars, or a list of mappings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias, cast

from incidentkit.errors import DecisionsInvalid, FieldInvalid, several, shown
from incidentkit.model.vocabulary import is_fact
from incidentkit.testing.checks.traceback import ON_PURPOSE

__tracebackhide__: Final = ON_PURPOSE

Examples: TypeAlias = str | Iterable[Mapping[Any, Any]]
"""A table: text with a line for each row and bars between its cells, or a mapping for each row."""

Row: TypeAlias = Mapping[str, Any]
"""The cells of a row by column; text where a person wrote it."""

_BAR: Final = re.compile(r"(?<!\\)\|")
_OTHER_MARKS: Final = {"\t": "tabs", ";": "semicolons", ",": "commas"}
"""What people put between cells elsewhere."""

_RULE: Final = re.compile(r":?-+:?")


def read_examples(table: Examples) -> tuple[Sequence[str], Sequence[Row]]:
    """The columns and the rows; `DecisionsInvalid` for what is no table, with the place."""
    return _read_text(table) if isinstance(table, str) else _read_rows(table)


def is_told(row: Row, column: str) -> bool:
    """Whether a row says something there; what it does not say is unknown."""
    value = row.get(column)
    return value is not None and value != ""


def _read_text(table: str) -> tuple[Sequence[str], Sequence[Row]]:
    """The columns and the rows of a text; lines of dashes are drawn, and no row."""
    header, *lines = [line.strip() for line in table.splitlines() if line.strip()] or [""]
    if not header:
        raise DecisionsInvalid("there is none: the first line names the columns, with | between them", row=0)
    if other := _parted_by(header):
        raise DecisionsInvalid(f"{other} part its cells: put | between them", row=0)
    columns = _cells(header, header)
    parted = (_cells(line, header) for line in lines)
    rows = [cells for cells in parted if not all(_RULE.fullmatch(cell) for cell in cells)]
    for number, cells in enumerate(rows, start=1):
        if len(cells) != len(columns):
            column = columns[min(len(cells), len(columns) - 1)]
            number_of = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            other = _parted_by(cells[0]) if len(cells) == 1 else ""
            hint = f": {other} part them, put | there" if other else ""
            raise DecisionsInvalid(f"it has {number_of} for {len(columns)} columns{hint}", row=number, column=column)
    return columns, [dict(zip(columns, cells, strict=True)) for cells in rows]


def _parted_by(line: str) -> str:
    """What seems to part the cells of a line that has no bar; an empty text if nothing does."""
    return next((words for mark, words in _OTHER_MARKS.items() if mark in line and not _BAR.search(line)), "")


def _cells(line: str, header: str) -> list[str]:
    """The cells of a line; bars at its ends are drawn, and no cells, if those of the header are."""
    cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(line)]
    if header.startswith("|") and not cells[0]:
        cells = cells[1:]
    if header.endswith("|") and cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _read_rows(table: object) -> tuple[Sequence[str], Sequence[Row]]:
    """The columns and the rows of mappings; a column that a row does not have is unknown there."""
    words = "a table is a text or a list of mappings"
    mappings = several(cast(Iterable[object], table), partial(FieldInvalid, "table"), words)
    rows: list[Row] = []
    for number, row in enumerate(mappings, start=1):
        if not isinstance(row, Mapping):
            raise DecisionsInvalid(f"a row is a mapping by column, not {shown(row)}", row=number)
        rows.append({_column(number, key): value for key, value in cast(Mapping[object, Any], row).items()})
    return [*dict.fromkeys(column for row in rows for column in row)], rows


def _column(number: int, key: object) -> str:
    if is_fact(key):
        return key.name
    if isinstance(key, str):
        return key
    raise DecisionsInvalid(f"a column is a fact or its name, not {shown(key)}", row=number)
