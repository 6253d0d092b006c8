"""``incidentkit migrate``: make the tables, or bring those of an earlier release up to date."""

from __future__ import annotations

from argparse import Namespace
from typing import TextIO

from incidentkit.cli.arguments import add_database
from incidentkit.cli.command import Command
from incidentkit.cli.database import Use, current_version, name_of, opened, outdated_version
from incidentkit.cli.progress import progress_of
from incidentkit.cli.screen import screen_on


def _run(options: Namespace, stream: TextIO) -> int:
    with opened(options.database, Use.MAKES) as store:
        had = outdated_version(options.database)
        with progress_of("migrating") as show:
            store.migrate(show)
        count = store.count()
    incidents = f"{count} incident{'' if count == 1 else 's'}"
    screen_on(stream, 0).say(f"{name_of(options.database)}: {_done(had)}: {incidents}.")
    return 0


def _done(had: int | None) -> str:
    """What was done to tables that were of an earlier version; 0 for none, and `None` for tables of this release."""
    if had is None:
        return "its tables were up to date already"
    return f"its tables were upgraded from version {had} to {current_version()}" if had else "its tables were made"


MIGRATE = Command(
    name="migrate",
    help="make the tables of a database, or bring them up to date",
    description="Makes the tables, or brings those of an earlier release up to date. Nothing is lost.",
    add_options=add_database,
    run=_run,
)
