"""``incidentkit declare``: begin an incident."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Final, TextIO

from incidentkit.cli.arguments import add_by, add_database, add_rules, once, pair, person
from incidentkit.cli.command import Command
from incidentkit.cli.counter import counter
from incidentkit.cli.database import Use
from incidentkit.cli.rules import severity_in, value_in
from incidentkit.cli.screen import screen_on

UNTIL_THEN: Final = "Nobody is paged until a desk runs on this database, as 'incidentkit run' does."


def _add_options(parser: ArgumentParser) -> None:
    add_database(parser)
    parser.add_argument("title", metavar="TITLE", help="what it is about")
    severity = parser.add_mutually_exclusive_group()
    severity.add_argument("--severity", metavar="SEV-2", help="how severe it is; else the worst that is possible")
    severity.add_argument(
        "--fact", metavar="NAME=VALUE", type=pair, action="append", default=[], help="something known about it"
    )
    parser.add_argument(
        "--label", metavar="NAME=VALUE", type=pair, action="append", default=[], help="what it is found by later"
    )
    parser.add_argument("--id", metavar="INC-7", help="what it is called from now on; made up if not given")
    add_by(parser)
    add_rules(parser, directory="with it you are told who is reached first")


def _run(options: Namespace, stream: TextIO) -> int:
    facts, labels = once("--fact", options.fact), once("--label", options.label)
    with counter(options, Use.MAKES) as desk:
        playbook, given = desk.playbook, options.playbook is not None
        incident = desk.declare(
            options.title,
            by=person(options.by),
            id=options.id,
            severity=None if options.severity is None else severity_in(playbook, options.severity, given=given),
            facts={name: value_in(playbook, name, answer, given=given) for name, answer in facts.items()} or None,
            labels=labels,
        )
        screen = screen_on(stream, 0)
        screen.say(f"{incident.id}: {incident.timeline[0]}")
        screen.say(desk.following(incident.id) if desk.knows_people else UNTIL_THEN)
    return 0


DECLARE = Command(
    name="declare",
    help="begin an incident",
    description="Begins an incident. Whom it concerns is paged by the desk that runs on the database: incidentkit run.",
    epilog="example:\n  incidentkit declare sqlite:///incidents.db 'Checkout returns 500' --severity SEV-2 --id INC-7",
    add_options=_add_options,
    run=_run,
)
