"""``incidentkit rollback``: whether to roll back, by what is known."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Final, TextIO

from incidentkit.cli.arguments import add_playbook, once, pair
from incidentkit.cli.command import Command
from incidentkit.cli.counter import incident_counter
from incidentkit.cli.database import Use
from incidentkit.cli.files import playbook_or_emergency
from incidentkit.cli.rules import fact_in
from incidentkit.cli.screen import screen_on
from incidentkit.errors import CommandInvalid
from incidentkit.model.assessment import Value
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.question import Reply
from incidentkit.policy.situation import STATUS

EPILOG: Final = """\
What is not given is not known, and counts neither as true nor as false. A fact
that nobody can tell is unsure: it is not asked for any more.

examples:
  incidentkit rollback
  incidentkit rollback error_rate=34% well_understood=yes
  incidentkit rollback --playbook playbook.toml time_to_fix=2h rollback_safe=unsure
  incidentkit rollback --incident sqlite:///incidents.db INC-7 --fact time_to_fix=2h

exit status: 0 if the answer is certain; 1 if a fact can still change it; 2 if
none could be given
"""


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("facts", metavar="NAME=VALUE", type=pair, nargs="*", help="something known about the incident")
    parser.add_argument("--fact", metavar="NAME=VALUE", type=pair, action="append", default=[], help="the same")
    parser.add_argument(
        "--incident",
        metavar=("DATABASE", "INCIDENT"),
        nargs=2,
        help="what is known of an incident in a database, by its own playbook; what is given besides goes first",
    )
    add_playbook(parser)


def _of_incident(options: Namespace) -> tuple[Playbook, Mapping[str, Value]]:
    """The playbook of an incident, and what is known of it; without one nothing is."""
    if options.incident is None:
        return playbook_or_emergency(options.playbook), {}
    database, name = options.incident
    asked = Namespace(database=database, incident=name, playbook=options.playbook, directory=None)
    with incident_counter(asked, Use.READS) as desk:
        incident = desk.load(name)
        return desk.playbook, {**incident.facts, STATUS.name: incident.status}


def _run(options: Namespace, stream: TextIO) -> int:
    (playbook, of_incident), given = _of_incident(options), options.playbook is not None
    if playbook.rollback is None:
        raise CommandInvalid(f"the playbook {playbook.name} has no rollback policy")
    said = once("what is known", [*options.facts, *options.fact])
    known = playbook.vocabulary | playbook.rollback.vocabulary(playbook.tree(playbook.rollback.tree))
    answers = {fact_in(playbook, name, known, given=given): answer for name, answer in said.items()}
    unsure = [fact for fact, answer in answers.items() if answer.casefold() == Reply.UNSURE]
    facts = {name: value for name, value in of_incident.items() if name in known and name not in said}
    facts |= {fact.name: fact.answer(answer) for fact, answer in answers.items() if fact not in unsure}
    advice = playbook.advise(facts, unsure=unsure)
    screen_on(stream, 0).page(advice.to_document())
    return 0 if advice.certain else 1


ROLLBACK = Command(
    name="rollback",
    help="say whether to roll back",
    description="Says whether to roll back, by what is known of an incident: what speaks for it, and what against it.",
    epilog=EPILOG,
    add_options=_add_options,
    run=_run,
)
