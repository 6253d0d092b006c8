"""The programs that the environment names as tools, and what to do about a step that there is none for."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Final

from attrs import evolve

from incidentkit.adapters import CommandTools
from incidentkit.desk import Toolbox
from incidentkit.providers.tools import TOOLS

VARIABLES: Final[Mapping[str, str]] = {tool.slot: tool.variable for tool in TOOLS}
"""By which variable the environment names the program for each slot."""


def add_tools(parser: ArgumentParser, help: str) -> None:
    """Say whether the programs count that the environment names."""
    parser.add_argument("--tools", action="store_true", help=help)


def equipped(toolbox: Toolbox) -> Toolbox:
    """The toolbox with the programs that the environment names."""
    return evolve(toolbox, **CommandTools.from_environment().slots())


def advice_on_lack(slot: str, problem: str) -> str:
    """What to do about a step that nothing was there to do; empty for any other problem."""
    is_lack = slot in VARIABLES and problem.startswith(f"no {slot} is in the toolbox")
    return f"run with --tools, and with {VARIABLES[slot]} in the environment" if is_lack else ""
