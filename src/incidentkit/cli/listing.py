"""``incidentkit list``: which incidents there are."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import TextIO

from incidentkit.cli.arguments import add_choice, add_database, moment_before, number, once, pair
from incidentkit.cli.command import Command
from incidentkit.cli.database import Use, opened
from incidentkit.cli.exhaustion import is_left_alone
from incidentkit.cli.screen import screen_on
from incidentkit.desk import flows
from incidentkit.drills import Kind
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.providers.store import FindIncidents
from incidentkit.text.document import Document, Table

HEADER = ("id", "status", "severity", "declared, UTC", "acknowledged by", "title")


def _add_options(parser: ArgumentParser) -> None:
    add_database(parser)
    status = parser.add_mutually_exclusive_group()
    status.add_argument("--status", action="append", choices=[*map(str, Status)], help="only those that are so")
    status.add_argument("--all", action="store_true", help="also those that are over")
    add_choice(parser)
    parser.add_argument(
        "--label", metavar="NAME=VALUE", type=pair, action="append", default=[], help="only those with that label"
    )
    parser.add_argument("--text", metavar="WORDS", default="", help="only those in which people wrote these words")
    parser.add_argument("--limit", metavar="N", type=number, default=50, help="how many at the most; 50 if not given")


def _run(options: Namespace, stream: TextIO) -> int:
    with opened(options.database, Use.READS) as store:
        found = store.find(_request(options, store.now()))
        incidents = [Incident.replay(store.load(each)) for each in found[: options.limit]]
    screen = screen_on(stream, 0)
    if not incidents:
        screen.say("No incident is like that.")
        return 0
    kinds = {row: Kind.EXHAUSTED for row, incident in enumerate(incidents) if is_left_alone(incident)}
    screen.page(Document([Table(HEADER, map(_row, incidents))]), kinds)
    if len(found) > options.limit:
        screen.say(f"There are more than these {options.limit}: --limit shows them.")
    return 0


def _request(options: Namespace, now: datetime) -> FindIncidents:
    """What to look for: one more than is shown, to see whether there are more."""
    return flows.search(
        (Status if options.all else options.status or ACTIVE),
        severities=options.severity,
        since=moment_before(now, options.since),
        before=moment_before(now, options.before),
        labels=once("--label", options.label),
        text=options.text,
        limit=options.limit + 1,
        after=None,
    )


def _row(incident: Incident) -> tuple[str, ...]:
    who = ", ".join(incident.acknowledged)
    status = f"{incident.status}, exhausted" if is_left_alone(incident) else str(incident.status)
    return (
        *(incident.id, status, incident.severity.key),
        *(f"{incident.declared_at:%Y-%m-%d %H:%M}", who, incident.title),
    )


LIST = Command(
    name="list",
    help="which incidents there are",
    description="Lists incidents, the newest first: the active ones unless told otherwise.",
    add_options=_add_options,
    run=_run,
)
