"""The table of results, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import Final

from benchmarks.measure import Result

HEADINGS: Final = ("row", "work", "by hand", "ours", "ratio", "10-90 %", "limit", "met")
LEFT: Final = 2
"""Columns of text; those after them are figures."""


def table(results: Iterable[Result]) -> str:
    """One line for each result, and below the table how wrong answers differ."""
    results = tuple(results)
    cells = [HEADINGS, *map(_cells, results)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join([*(_line(line, widths) for line in cells), *_wrong(results)])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.ljust(width) if column < LEFT else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def _cells(result: Result) -> tuple[str, ...]:
    row, spread = result.row, result.spread
    return (
        row.name,
        row.work,
        _time(result.hand),
        "WRONG" if result.wrong else _time(result.ours),
        "" if result.ratio is None else f"{result.ratio:.2f}",
        "" if spread is None else f"{spread[0]:.2f}-{spread[1]:.2f}",
        "" if row.limit is None else f"{row.limit:.2f}",
        "" if result.met is None else "yes" if result.met else "NO",
    )


def _time(seconds: Sequence[float]) -> str:
    """The median, in nanoseconds."""
    return f"{median(seconds) * 1e9:,.0f} ns" if seconds else ""


def _wrong(results: Iterable[Result]) -> Iterator[str]:
    return (f"WRONG: {result.row.name}, {result.wrong}" for result in results if result.wrong)
