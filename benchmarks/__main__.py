"""The command: measure all rows, or those whose names begin with an argument, and print the table."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Final

from benchmarks import conditions, desks, documents, imports, incidents, plans, schedules, thousand, trees, triage
from benchmarks.measure import Row, measure
from benchmarks.table import table

ROUNDS: Final = 15


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table. The exit code is 1 for a wrong answer; it never depends on how fast anything was."""
    modules = (triage, thousand, trees, conditions, incidents, documents, plans, desks, schedules, imports)
    rows = [row for module in modules for row in module.rows()]
    options = _options(rows, arguments)
    chosen = [row for row in rows if not options.names or row.name.startswith(tuple(options.names))]
    results = measure(chosen, options.rounds)
    print(table(results))
    return 1 if any(result.wrong for result in results) else 0


def _options(rows: Sequence[Row], arguments: Sequence[str] | None) -> Namespace:
    names = [row.name for row in rows]
    parser = ArgumentParser("python -m benchmarks", description=__doc__, epilog=f"rows: {', '.join(names)}")
    parser.add_argument("names", nargs="*", help="the first letters of a row's name, or all of it")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"samples for each row, {ROUNDS} unless told")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    for name in options.names:
        if not any(each.startswith(name) for each in names):
            parser.error(f"no row is called {name!r}; there are {', '.join(names)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
