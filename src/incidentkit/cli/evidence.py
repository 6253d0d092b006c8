"""``incidentkit evidence``: what is kept that shows what happened, such as what tools printed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TextIO

from incidentkit.cli.arguments import add_database, add_incident
from incidentkit.cli.command import Command
from incidentkit.cli.database import Use, opened
from incidentkit.cli.screen import screen_on
from incidentkit.errors import CommandInvalid, shown
from incidentkit.text.document import Document, Table

if TYPE_CHECKING:
    from incidentkit.providers.evidence import Evidence

SHORT: Final = 12
"""So many digits of a SHA-256 tell apart what one incident has."""

EPILOG: Final = """\
examples:
  incidentkit evidence sqlite:///incidents.db INC-7
  incidentkit evidence sqlite:///incidents.db INC-7 5feceb66ffc8
  incidentkit evidence sqlite:///incidents.db INC-7 5feceb66ffc8 > logs.txt

A file or a pipe gets every byte as it was kept. On a terminal, characters that
would control it are replaced.
"""


def _add_options(parser: ArgumentParser) -> None:
    add_database(parser)
    add_incident(parser)
    words = "print what is called by it, or by its first digits; else it is listed what there is"
    parser.add_argument("sha256", metavar="SHA256", nargs="?", help=words)


def _run(options: Namespace, stream: TextIO) -> int:
    with opened(options.database, Use.READS) as store:
        kept = store.evidence(options.incident)
        content = None if options.sha256 is None else store.content(_named(kept, options.incident, options.sha256))
    if content is not None:
        _print(content, stream)
    elif kept:
        screen_on(stream, 0).page(Document([_table(kept)]))
    else:
        screen_on(stream, 0).say("Nothing is kept.")
    return 0


def _named(kept: Sequence[Evidence], incident: str, digits: str) -> str:
    """The SHA-256 that begins with these digits; raises `CommandInvalid` unless there is one."""
    found = {each.sha256 for each in kept if digits and each.sha256.startswith(digits.casefold())}
    if len(found) == 1:
        return found.pop()
    problem = "several pieces" if found else "nothing"
    raise CommandInvalid(
        f"{incident} has {problem} whose SHA-256 begins with {shown(digits)}: without it, all is listed"
    )


def _table(kept: Sequence[Evidence]) -> Table:
    rows = [
        (each.sha256[:SHORT], f"{each.kept_at:%Y-%m-%d %H:%M}", str(each.size), each.media_type, each.name)
        for each in kept
    ]
    return Table(("SHA-256", "kept, UTC", "bytes", "kind", "name"), rows)


def _print(content: bytes, stream: TextIO) -> None:
    """Print it: as it is, or on a terminal as words that do nothing else."""
    if stream.isatty():
        stream.writelines(f"{_harmless(line)}\n" for line in content.decode(errors="replace").splitlines())
    else:
        stream.flush()
        stream.buffer.write(content)


def _harmless(line: str) -> str:
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line.expandtabs())


EVIDENCE = Command(
    name="evidence",
    help="what tools printed, and else is kept that shows what happened",
    description="Lists what is kept for an incident, such as what the tools of runbooks printed, and prints it.",
    epilog=EPILOG,
    add_options=_add_options,
    run=_run,
)
