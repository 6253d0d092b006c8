"""``incidentkit export`` and ``incidentkit import``: a whole database as lines of JSON."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from tempfile import mkstemp
from typing import Any, TextIO

from incidentkit.cli.arguments import add_database
from incidentkit.cli.command import Command
from incidentkit.cli.database import Use, name_of, opened
from incidentkit.cli.margin import remark
from incidentkit.cli.progress import progress_of
from incidentkit.errors import DocumentInvalid


def _add_options(parser: ArgumentParser, file: str) -> None:
    add_database(parser)
    parser.add_argument("file", metavar="FILE", type=Path, nargs="?", help=file)


def _export(options: Namespace, stream: TextIO) -> int:
    count = 0
    is_read_along = options.file is None and stream.isatty()
    with opened(options.database, Use.READS) as store, progress_of("exporting", hidden=is_read_along) as show:
        export_lines: Callable[[Any], Iterator[str]] = import_module("incidentkit.stores").export_lines
        with _target(options.file, stream) as target:
            for count, line in enumerate(export_lines(store), 1):
                target.write(line)
                show(count, None)
    remark("incidentkit", f"exported {_several(count, 'line')} from {name_of(options.database)}")
    return 0


@contextmanager
def _target(path: Path | None, stream: TextIO) -> Generator[TextIO]:
    """Where the lines go."""
    if path is None:
        _as_json_wants(stream)
        yield stream
    elif path.exists() and not path.is_file():  # a device or a pipe, in whose place no file may be put
        with path.open("w", encoding="utf-8", newline="\n") as file:
            yield file
    else:
        with _whole_file(path.resolve()) as file:
            yield file


@contextmanager
def _whole_file(path: Path) -> Generator[TextIO]:
    """A file that is there under its name only once it is whole, and read by nobody else: logs hold secrets."""
    try:
        number, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:  # of which nobody knows the name of the file that was to be made
        raise OSError(error.errno, error.strerror, str(path.parent)) from None
    try:
        with open(number, "w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(number)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _import(options: Namespace, stream: TextIO) -> int:
    source = "stdin" if options.file is None else str(options.file)
    with opened(options.database, Use.MAKES) as store, progress_of("importing") as show:
        import_lines: Callable[..., Any] = import_module("incidentkit.stores").import_lines

        def count(done: int) -> None:
            show(done, None)

        with lines_of(options.file, source) as lines:
            imported = import_lines(store, lines, source=source, progress=count)
    taken = ", ".join(_several(count, kind) for kind, count in imported.taken.items()) or "nothing new"
    remark("incidentkit", f"imported {taken} into {name_of(options.database)}; {imported.known} were there already")
    return 0


@contextmanager
def lines_of(path: Path | None, source: str) -> Generator[Iterable[str]]:
    """The lines of a file that was exported, or of what comes in."""
    try:
        if path is None:
            _as_json_wants(sys.stdin)
            yield sys.stdin
        else:
            with path.open(encoding="utf-8", newline="\n") as file:
                yield file
    except UnicodeDecodeError:
        raise DocumentInvalid("$", "it is not text in UTF-8", source=source) from None


def _as_json_wants(stream: TextIO) -> None:
    """Have a stream in UTF-8, whatever the language of the machine is."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="strict", newline="\n")


def _several(count: int, what: str) -> str:
    plural = {"evidence": "pieces of evidence"}.get(what, f"{what}s")
    return f"{count} {what if count == 1 else plural}"


EXPORT = Command(
    name="export",
    help="write everything that a database has as lines of JSON",
    description="Writes everything that a database has as lines of JSON, with everything that people wrote.",
    add_options=lambda parser: _add_options(parser, "where to write, put there when it is whole; stdout if not given"),
    run=_export,
)

IMPORT = Command(
    name="import",
    help="take in what was exported",
    description="Takes in what 'export' wrote. What is there already stays, so it may be done again.",
    add_options=lambda parser: _add_options(parser, "what to read; stdin if not given"),
    run=_import,
)
