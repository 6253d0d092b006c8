"""The program: which commands there are, and what becomes of what goes wrong."""

from __future__ import annotations

import logging
import os
import re
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper
from typing import Final, NoReturn, TextIO

from incidentkit.cli.conform import CONFORM
from incidentkit.cli.declare import DECLARE
from incidentkit.cli.drill import DRILL
from incidentkit.cli.evidence import EVIDENCE
from incidentkit.cli.listing import LIST
from incidentkit.cli.margin import remark
from incidentkit.cli.metrics import METRICS
from incidentkit.cli.migration import MIGRATE
from incidentkit.cli.odds import ODDS
from incidentkit.cli.postmortem import POSTMORTEM
from incidentkit.cli.rollback import ROLLBACK
from incidentkit.cli.runbook import RUNBOOK
from incidentkit.cli.sayings import COMMANDS as SAYINGS
from incidentkit.cli.show import SHOW
from incidentkit.cli.transfer import EXPORT, IMPORT
from incidentkit.cli.watch import RUN, TICK
from incidentkit.errors import IncidentkitError, nearest

USAGE: Final = 2
"""The exit status of what could not be run."""

INTERRUPTED: Final = 130
CLOSED: Final = 141
"""As shells have it for a program that was interrupted, and for one whose reader went away."""


COMMANDS: Final = (
    DRILL,
    ODDS,
    ROLLBACK,
    DECLARE,
    LIST,
    SHOW,
    EVIDENCE,
    *SAYINGS,
    RUNBOOK,
    RUN,
    TICK,
    POSTMORTEM,
    METRICS,
    EXPORT,
    IMPORT,
    MIGRATE,
    CONFORM,
)
"""In the order of the help: what can be tried without a database, what people do, what keeps a database going, and what
those need who write a provider."""

SILENCE: Final = logging.NullHandler()
"""Where the log goes: a command prints what its reader needs, and stderr has one line at the most."""

_CHOICE: Final = re.compile(r"(.*invalid choice: '(.*?)') \(choose from (.*)\)", re.DOTALL)
"""How argparse says that a name is none of those there are, each of which it lists."""


class Parser(ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end with the status for it."""
        remark(self.prog, f"error: {_with_the_nearest(message)}; see {self.prog} --help")
        raise SystemExit(USAGE)


def _with_the_nearest(message: str) -> str:
    """The message, with the one name that was probably meant in place of all."""
    found = _CHOICE.fullmatch(message)
    hint = nearest(found[2], re.findall(r"[\w-]+", found[3])) if found else ""
    return f"{found[1]}. {hint}" if found and hint else message


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with these arguments, or with those it was started with, and give its exit status."""
    if sys.stdout is None:  # it was closed before the program began
        return CLOSED
    _tolerate_letters(sys.stdout)
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has seen enough, and Python must not complain about it when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except IncidentkitError as error:
        problem = str(error)
    except OSError as error:
        problem = f"{error.filename or 'writing'}: {error.strerror or error}"
    remark("incidentkit", f"error: {problem}")
    return USAGE


def _run(arguments: Sequence[str] | None) -> int:
    logging.getLogger("incidentkit").addHandler(SILENCE)
    options = parser().parse_args(arguments)
    status: int = options.run(options, sys.stdout)
    return status


def parser() -> Parser:
    """What the program understands."""
    program = Parser(
        prog="incidentkit",
        description="Incident response as data: try your playbook out, and let it page for incidents in a database.",
        epilog="incidentkit COMMAND --help tells more about a command.",
        allow_abbrev=False,
    )
    program.add_argument("--version", action="version", version=f"incidentkit {version('incidentkit')}")
    commands = program.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for each in COMMANDS:
        command = commands.add_parser(
            each.name,
            help=each.help,
            description=each.description,
            epilog=each.epilog,
            formatter_class=RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        each.add_options(command)
        command.set_defaults(run=each.run)
    return program


def _tolerate_letters(stream: TextIO) -> None:
    """Show what a stream has no letter for as its code, rather than fail: a Greek title, say."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
