"""``incidentkit odds``: have a drill a thousand times by chance, and see how soon somebody comes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final, TextIO

from attrs import evolve

from incidentkit.cli.arguments import number
from incidentkit.cli.command import Command
from incidentkit.cli.files import directory_in, nights_in, playbook_in, playbook_or_emergency
from incidentkit.cli.progress import progress_of
from incidentkit.cli.screen import Screen, screen_on
from incidentkit.drills import Nights, Odds, compare, practice_directory, simulate

DESCRIPTION: Final = """\
Has the same drill again and again, with people who hear a page, answer and
decline by chance, and with systems that fail by chance, and tells how soon
somebody acknowledged, how often nobody did, and whom it cost sleep. The same
seed always gives the same figures.
"""

EPILOG: Final = """\
With --against, another playbook has the same nights, with the same luck, and it
is told which of the two is answered sooner, and by how much. Two of one name are
called by their files besides. Of a copy of the playbook it is said that it is
one, and there is nothing to compare.

examples:
  incidentkit odds nights.toml
  incidentkit odds nights.toml --runs 1000 --seed 7 --processes 4
  incidentkit odds nights.toml --playbook ours.toml --directory people.toml
  incidentkit odds nights.toml --playbook ours.toml --against proposed.toml

exit status: 0; 2 if the nights could not be had
"""


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="the nights as TOML: a drill, and what is by chance")
    parser.add_argument("--playbook", metavar="TOML", type=Path, help="the playbook; EMERGENCY if not given")
    parser.add_argument("--against", metavar="TOML", type=Path, help="another playbook, to be compared with it")
    parser.add_argument("--directory", metavar="TOML", type=Path, help="people and roles; invented ones if not given")
    parser.add_argument("--runs", metavar="N", type=number, default=10_000, help="how many nights; 10000 if not given")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="which nights; those of 0 if not given")
    parser.add_argument("--processes", metavar="N", type=number, default=1, help="how many at once; 1 if not given")


def _run(options: Namespace, stream: TextIO) -> int:
    directory = practice_directory() if options.directory is None else directory_in(options.directory)
    nights = nights_in(options.file, playbook_or_emergency(options.playbook), directory)
    other = None
    if options.against is not None:  # read before the first night: what is wrong with it shows at once
        other = evolve(nights, drill=evolve(nights.drill, playbook=playbook_in(options.against)))
    screen = screen_on(stream, 0)
    if other is None:
        screen.page(_had(nights, options).to_document())
    elif other.drill.playbook.version == nights.drill.playbook.version:
        screen.say(f"{options.against} is the same playbook as {_origin(options)}, so there is nothing to compare.")
        screen.document(_had(nights, options).to_document())
    else:
        _compare(nights, other, options, screen)
    return 0


def _compare(nights: Nights, other: Nights, options: Namespace, screen: Screen) -> None:
    """Have the nights of both, and print what came of them; two playbooks of one name are told apart by their files."""
    files = (_origin(options), str(options.against))
    alike = nights.drill.playbook.name == other.drill.playbook.name
    both: list[Odds] = []
    for file, each in zip(files, (nights, other), strict=True):
        odds = _had(each, options)
        both.append(evolve(odds, name=f"{odds.name} ({file})") if alike else odds)
        screen.page(both[-1].to_document())
    screen.page(compare(*both).to_document())


def _origin(options: Namespace) -> str:
    """Where the playbook comes from that the other one is held against."""
    return "EMERGENCY" if options.playbook is None else str(options.playbook)


def _had(nights: Nights, options: Namespace) -> Odds:
    """The odds, with a bar for somebody who waits for them."""
    with progress_of("nights") as show:
        return simulate(nights, runs=options.runs, seed=options.seed, processes=options.processes, progress=show)


ODDS = Command(
    name="odds",
    help="try a playbook out in a thousand nights, by chance",
    description=DESCRIPTION,
    epilog=EPILOG,
    add_options=_add_options,
    run=_run,
)
