"""What a command is: its name, its options, and what it does."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
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
