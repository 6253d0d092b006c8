"""The program: which commands there are, and what becomes of what goes wrong."""

from __future__ import annotations

import logging
import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from io import TextIOWrapper
from typing import Final, NoReturn, TextIO

from incidentkit.cli import drill
from incidentkit.errors import IncidentkitError
from incidentkit.text.document import flat

USAGE: Final = 2
"""The exit status of what could not be run."""

INTERRUPTED: Final = 130
CLOSED: Final = 141
"""As shells have it for a program that was interrupted, and for one whose reader went away."""


SILENCE: Final = logging.NullHandler()
"""Where the log goes: a command prints what its reader needs, and stderr has one line at the most."""


class Parser(ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end with the status for it."""
        _complain(_problem(self.prog, f"{message}; see {self.prog} --help"))
        raise SystemExit(USAGE)


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
        problem = f"{error.filename or 'a file'}: {error.strerror or error}"
    _complain(_problem("incidentkit", problem))
    return USAGE


def _run(arguments: Sequence[str] | None) -> int:
    logging.getLogger("incidentkit").addHandler(SILENCE)
    options = parser().parse_args(arguments)
    return drill.run(options, sys.stdout)


def parser() -> Parser:
    """What the program understands."""
    program = Parser(
        prog="incidentkit",
        description="Incident response as data: try your playbook out before you need it.",
        epilog="incidentkit COMMAND --help tells more about a command.",
        allow_abbrev=False,
    )
    program.add_argument("--version", action="version", version=f"incidentkit {version('incidentkit')}")
    commands = program.add_subparsers(title="commands", metavar="COMMAND", required=True)
    command = commands.add_parser(
        "drill",
        help="try a playbook out with scripted people",
        description=drill.DESCRIPTION,
        epilog=drill.EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    drill.add_options(command)
    return program


def _tolerate_letters(stream: TextIO) -> None:
    """Show what a stream has no letter for as its code, rather than fail: a Greek title, say."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def _problem(program: str, problem: str) -> str:
    return f"{program}: error: {flat(problem)}\n"


def _complain(text: str) -> None:
    """Say what is wrong, if there is anywhere to say it: a closed stderr must not change the exit status."""
    with suppress(AttributeError, OSError, ValueError):
        sys.stderr.write(text)
