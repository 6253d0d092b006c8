"""``incidentkit run`` and ``incidentkit tick``: a desk that pages on this terminal."""

from __future__ import annotations

import logging
from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final, TextIO

from attrs import frozen

from incidentkit.cli.arguments import add_database, add_playbook, pause
from incidentkit.cli.command import Command
from incidentkit.cli.database import Use, name_of, opened
from incidentkit.cli.files import directory_in, playbook_or_emergency
from incidentkit.cli.observer import TerminalLog, TerminalObserver
from incidentkit.cli.rules import check_people
from incidentkit.cli.screen import Screen, screen_on
from incidentkit.cli.terminal import Wire, terminal_toolbox
from incidentkit.cli.tools import add_tools, equipped
from incidentkit.desk import Desk
from incidentkit.drills import practice_directory
from incidentkit.errors import CommandInvalid
from incidentkit.model.durations import duration_text
from incidentkit.policy.directory import Directory
from incidentkit.policy.playbook import Playbook

NOBODY: Final = (
    "nobody is known who could be paged: say who with --directory people.toml, which --help shows how to write, or"
    " page invented people with --practice"
)
"""What is wrong without people. Invented ones must not be paged unless somebody wants that: real ones would sleep."""

EPILOG: Final = """\
Pages, posts and what the public is told are printed on this terminal, and reach
nobody else. To reach people, give a Desk of your own program a toolbox with
pagers and the same database, and do not run this beside it: what is printed
here, every other desk takes for done.

people.toml, for the playbook EMERGENCY:

  [people.ada.contacts]
  push = "ada"
  phone = "+44 20 7946 0001"

  [people.grace.contacts]
  push = "grace"

  [roles]
  "on-call engineer" = ["ada"]
  "engineering manager" = ["grace"]
  "executive" = []
  "chief executive" = []
  "legal adviser" = []
  "stakeholders" = []
  "team" = ["ada", "grace"]
  "incident commander" = ["grace"]
  "communications lead" = ["grace"]
  "technical lead" = ["ada"]
  "security lead" = ["grace"]
"""

PLACES: Final = 1
"""A terminal prints one thing at a time, and whoever stops it must not stop the desk."""


@frozen
class Watch:
    """A desk, and the terminal that it prints on."""

    desk: Desk
    wire: Wire
    screen: Screen
    playbook: Playbook

    def end(self) -> int:
        """The exit status; raises what ended the printing, if anything did."""
        if self.wire.failure is not None:
            raise self.wire.failure
        return 0


@contextmanager
def _watch(options: Namespace, stream: TextIO) -> Generator[Watch]:
    """The desk that the options describe."""
    playbook, directory = playbook_or_emergency(options.playbook), _people(options)
    check_people(playbook, directory, given=options.playbook is not None)  # before anything is made in the database
    screen = screen_on(stream, 0)
    wire = Wire(screen)
    log = TerminalLog(wire)
    with opened(options.database, Use.MAKES) as store:
        observer = TerminalObserver(wire, store, since=store.now())
        methods = dict.fromkeys([*playbook.methods, *_methods(directory)])
        logging.getLogger("incidentkit").addHandler(log)
        try:
            toolbox = terminal_toolbox(wire, methods)
            if options.tools:
                toolbox = equipped(toolbox)
            desk = Desk(playbook, directory, toolbox, store, places=PLACES, observers=(observer,))
            yield Watch(desk, wire, screen, playbook)
        finally:
            logging.getLogger("incidentkit").removeHandler(log)


def _people(options: Namespace) -> Directory:
    if options.directory is not None:
        return directory_in(options.directory)
    if not options.practice:
        raise CommandInvalid(NOBODY)
    return practice_directory()


def _methods(directory: Directory) -> list[str]:
    """By which people can be reached: an incident may have a playbook that this desk was not given."""
    return [method for person in directory.people.values() for method in person.contacts]


def _run(options: Namespace, stream: TextIO) -> int:
    with _watch(options, stream) as watch:
        people = "invented people" if options.practice else str(options.directory)
        watch.screen.say(
            f"Incidents of {name_of(options.database)} by the playbook {watch.playbook.name}, people of {people}."
        )
        watch.screen.say(
            f"Pages are printed here and reach nobody else. Times are UTC. When nothing is due, nothing is printed, and"
            f" it looks again every {duration_text(options.poll)}. Ctrl-C ends it."
        )
        watch.desk.run(stop=watch.wire.cut, poll=options.poll)
        return watch.end()


def _tick(options: Namespace, stream: TextIO) -> int:
    with _watch(options, stream) as watch:
        looked_at = 0
        while (more := watch.desk.tick()) and not watch.wire.cut.is_set():
            looked_at += more
        if not watch.wire.cut.is_set() and not looked_at:
            watch.screen.say("Nothing was due.")
        return watch.end()


def _add_options(parser: ArgumentParser) -> None:
    add_database(parser)
    add_playbook(parser)
    people = parser.add_mutually_exclusive_group()
    people.add_argument("--directory", metavar="TOML", type=Path, help="people and roles: whom to page")
    people.add_argument("--practice", action="store_true", help="page invented people, to see how it goes")
    add_tools(parser, "have the programs that the environment names, as in DEPLOY_TOOL=./deploy, do steps of runbooks")


def _add_run_options(parser: ArgumentParser) -> None:
    _add_options(parser)
    parser.add_argument(
        "--poll",
        metavar="1s",
        type=pause,
        default=timedelta(seconds=1),
        help="how long to wait when nothing is due; 1s if not given",
    )


RUN = Command(
    name="run",
    help="page, remind and tell, until Ctrl-C or SIGTERM",
    description="Looks at what is due in a database, again and again, and prints whom it pages and what it tells whom.",
    epilog=EPILOG,
    add_options=_add_run_options,
    run=_run,
)

TICK = Command(
    name="tick",
    help="do once all that is due now",
    description="Looks at all that is due in a database until nothing is, and prints what it did: for cron, say.",
    epilog=EPILOG,
    add_options=_add_options,
    run=_tick,
)
