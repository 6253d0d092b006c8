"""``incidentkit migrate``: make the tables, or bring those of an earlier release up to date."""

from __future__ import annotations

from argparse import Namespace
from typing import TextIO

from incidentkit.cli.arguments import add_database
from incidentkit.cli.command import Command
from incidentkit.cli.database import Use, name_of, opened
from incidentkit.cli.progress import progress_of
from incidentkit.cli.screen import screen_on


def _run(options: Namespace, stream: TextIO) -> int:
    with opened(options.database, Use.MAKES) as store:
        with progress_of("migrating") as show:
            store.migrate(show)
        screen_on(stream, 0).say(f"{name_of(options.database)} is up to date: {store.count()} incidents.")
    return 0


MIGRATE = Command(
    name="migrate",
    help="make the tables of a database, or bring them up to date",
    description="Makes the tables, or brings those of an earlier release up to date. Nothing is lost.",
    add_options=add_database,
    run=_run,
)
