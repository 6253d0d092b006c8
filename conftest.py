"""Runs the Python of README.md and of docs/, and holds what the pages show against what it really prints.

A Python block with prompts is a doctest. One without prompts is a program: what it prints stands right after it, in a
fenced block or as a table. A TOML block that was not printed is a file, named by its first line, that later programs of
the page can read. A table that was not printed is there as ``table``, the rows of its cells, for later programs to
check. A program in a comment, ``<!--- invisible-code-block: python ... --->``, runs like the others and is not shown.

The blocks of a page go on from each other, so pytest-xdist has to keep a page together: ``--dist loadfile``.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sybil import Document, Example, Region, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

PRINTED = "__printed__"
"""Where a page keeps what its last program printed and the page has not shown yet."""


class Programs(PythonCodeBlockParser):
    """Python blocks; those without prompts keep what they print."""

    def __init__(self) -> None:
        super().__init__()
        self.codeblock_parser = CodeBlockParser("python", run)


def run(example: Example) -> None:
    """Run a program and keep what it prints."""
    refuse_unshown(example.namespace)
    printed = io.StringIO()
    with redirect_stdout(printed):
        PythonEvaluator()(example)
    example.namespace[PRINTED] = printed.getvalue()


def compare(example: Example) -> None:
    """Compare a block with what the program before it printed, if it printed anything."""
    printed: str = example.namespace.pop(PRINTED, "")
    if printed:
        assert printed.strip("\n") == example.parsed.strip("\n"), f"printed was:\n\n{printed}"


def compare_or_save(example: Example) -> None:
    """A TOML block: what was printed, or a file."""
    if example.namespace.get(PRINTED):
        compare(example)
        return
    named = re.match(r"# (\w+\.toml)\n", example.parsed)
    assert named, "this TOML was neither printed nor does its first line name a file, as in '# rules.toml'"
    Path(named[1]).write_text(example.parsed, encoding="utf-8")


def compare_or_keep(example: Example) -> None:
    """A table: what was printed, or rows to check."""
    if example.namespace.get(PRINTED):
        compare(example)
        return
    _, _, *rows = example.parsed.splitlines()
    example.namespace["table"] = [[cell.strip(" `") for cell in row.strip("|").split(" | ")] for row in rows]


def tables(document: Document) -> Iterator[Region]:
    """The tables of a page."""
    for table in re.finditer(r"(?:^\|.*\n)+", document.text, re.MULTILINE):
        yield Region(table.start(), table.end(), table[0], compare_or_keep)


def refuse_unshown(namespace: dict[str, Any]) -> None:
    """What a program prints, its page shows."""
    printed: str = namespace.pop(PRINTED, "")
    assert not printed, f"no block on the page shows this:\n\n{printed}"


def enter_directory(namespace: dict[str, Any]) -> None:
    """Give a page a directory of its own for its files."""
    namespace["__home__"], namespace["__directory__"] = Path.cwd(), TemporaryDirectory()
    os.chdir(namespace["__directory__"].name)


def leave_directory(namespace: dict[str, Any]) -> None:
    """Go back, and see that nothing printed was left out at the end."""
    os.chdir(namespace["__home__"])
    namespace["__directory__"].cleanup()
    refuse_unshown(namespace)


pytest_collect_file = Sybil(
    parsers=[
        Programs(),
        CodeBlockParser("toml", compare_or_save),
        *(CodeBlockParser(language, compare) for language in ("text", "json", "mermaid")),
        tables,
    ],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    setup=enter_directory,
    teardown=leave_directory,
).pytest()
