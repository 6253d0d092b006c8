"""What a command is: its name, its options, and what it does."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from typing import TextIO

from attrs import frozen


@frozen(kw_only=True)
class Command:
    """A command of the program."""

    name: str
    help: str
    """What it is for, in a line."""
    description: str = ""
    epilog: str = ""
    add_options: Callable[[ArgumentParser], None]
    """Says which options it has."""
    run: Callable[[Namespace, TextIO], int]
    """Does it, prints on the stream, and gives the exit status."""


@frozen
class Action:
    """One of the things that a command does: its name, what it means, its options, and what does it."""

    name: str
    help: str
    options: tuple[Callable[[ArgumentParser], object], ...]
    does: Callable[[Namespace, TextIO], int]


def add_actions(parser: ArgumentParser, several: Iterable[Action]) -> None:
    """Let a command do one of several things."""
    actions = parser.add_subparsers(title="what to do", metavar="ACTION", required=True)
    for each in several:
        action = actions.add_parser(each.name, help=each.help, allow_abbrev=False)
        for add in each.options:
            add(action)
        action.set_defaults(does=each.does)


def do(options: Namespace, stream: TextIO) -> int:
    """Do the one that was asked for."""
    status: int = options.does(options, stream)
    return status
