"""``incidentkit rollback``: whether to roll back, by what is known."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Final, TextIO

from incidentkit.cli.arguments import add_playbook, once, pair
from incidentkit.cli.command import Command
from incidentkit.cli.files import playbook_or_emergency
from incidentkit.cli.rules import fact_in
from incidentkit.cli.screen import screen_on
from incidentkit.errors import CommandInvalid
from incidentkit.policy.question import Reply

EPILOG: Final = """\
What is not given is not known, and counts neither as true nor as false. A fact
that nobody can tell is unsure: it is not asked for any more.

examples:
  incidentkit rollback
  incidentkit rollback error_rate=34% well_understood=yes
  incidentkit rollback --playbook playbook.toml time_to_fix=2h rollback_safe=unsure

exit status: 0 if the answer is certain; 1 if a fact can still change it; 2 if
none could be given
"""


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("facts", metavar="NAME=VALUE", type=pair, nargs="*", help="something known about the incident")
    add_playbook(parser)


def _run(options: Namespace, stream: TextIO) -> int:
    playbook, given = playbook_or_emergency(options.playbook), options.playbook is not None
    if playbook.rollback is None:
        raise CommandInvalid(f"the playbook {playbook.name} has no rollback policy")
    said = once("what is known", options.facts)
    known = playbook.vocabulary | playbook.rollback.vocabulary(playbook.tree(playbook.rollback.tree))
    answers = {fact_in(playbook, name, known, given=given): answer for name, answer in said.items()}
    unsure = [fact for fact, answer in answers.items() if answer.casefold() == Reply.UNSURE]
    facts = {fact: fact.answer(answer) for fact, answer in answers.items() if fact not in unsure}
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
