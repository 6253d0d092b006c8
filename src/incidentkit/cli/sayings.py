"""What people say about an incident: a command for each, in one table."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TextIO, TypeAlias

from attrs import frozen

from incidentkit.cli.arguments import add_by, add_database, add_incident, add_rules, duration, once, pair, person
from incidentkit.cli.command import Command
from incidentkit.cli.counter import counter
from incidentkit.cli.database import Use
from incidentkit.cli.screen import screen_on
from incidentkit.model import commands
from incidentkit.model.people import Role

Argument: TypeAlias = tuple[str, Mapping[str, Any]]
"""The name of an argument, and how to add it."""

Said: TypeAlias = Mapping[str, Any]
"""When something is said, and by whom."""


@frozen
class Saying:
    """Something that people say: its name, what it means, what belongs to it, and the command that it is."""

    name: str
    help: str
    arguments: tuple[Argument, ...]
    command: Callable[[Namespace, Said], commands.Command]


def _words(name: str, help: str, **how: Any) -> Argument:
    return name, {"help": help, "metavar": name.lstrip("-").upper().replace("-", "_"), **how}


NOTE: Final = _words("--note", "anything to add", default="")
REASON: Final = _words("reason", "why")
OBLIGATION: Final = _words("obligation", "what is owed, as 'show' calls it, such as review")

SAYINGS: Final = (
    Saying("acknowledge", "say that you have it", (NOTE,), lambda to, said: commands.Acknowledge(**said, note=to.note)),
    Saying(
        "decline",
        "say that you cannot take it",
        (_words("--reason", "why", default=""),),
        lambda to, said: commands.Decline(**said, reason=to.reason),
    ),
    Saying(
        "note",
        "write something down",
        (_words("text", "what to write"),),
        lambda to, said: commands.Note(to.text, **said),
    ),
    Saying(
        "update",
        "tell those who wait what goes on",
        (
            _words("text", "what was done, and what is known"),
            _words("--next-steps", "what is done next", default=""),
            _words("--eta", "when it may be over, in words", default=""),
            _words("--public", "what everybody may read of it", default=""),
        ),
        lambda to, said: commands.Update(to.text, **said, next_steps=to.next_steps, eta=to.eta, public=to.public),
    ),
    Saying(
        "start-mitigation",
        "say that work on stopping the effects began",
        (NOTE,),
        lambda to, said: commands.StartMitigation(**said, note=to.note),
    ),
    Saying(
        "mitigated",
        "say that users are served again",
        (NOTE,),
        lambda to, said: commands.Mitigate(**said, note=to.note),
    ),
    Saying("resolve", "say that it is over", (NOTE,), lambda to, said: commands.Resolve(**said, note=to.note)),
    Saying("reopen", "say that it was not over", (REASON,), lambda to, said: commands.Reopen(**said, reason=to.reason)),
    Saying(
        "cancel",
        "say that it was no incident",
        (REASON,),
        lambda to, said: commands.Cancel(**said, reason=to.reason),
    ),
    Saying(
        "close",
        "say that nothing is left to do",
        (_words("--waive", "what will not be done, and why", metavar="OBLIGATION=REASON", type=pair, action="append"),),
        lambda to, said: commands.Close(**said, waivers=once("--waive", to.waive or ())),
    ),
    Saying(
        "fulfil",
        "say that something which is owed is done",
        (OBLIGATION, NOTE),
        lambda to, said: commands.Fulfil(to.obligation, **said, note=to.note),
    ),
    Saying(
        "waive",
        "say that something which is owed will not be done",
        (OBLIGATION, REASON),
        lambda to, said: commands.Waive(to.obligation, **said, reason=to.reason),
    ),
    Saying(
        "assign",
        "give a person a role",
        (_words("role", "which one", choices=[*map(str, Role)]), _words("person", "who has it from now on")),
        lambda to, said: commands.Assign(Role(to.role), **said, to=to.person),
    ),
    Saying(
        "escalate",
        "bring in a level of the escalation now",
        (_words("level", "its name in the playbook"),),
        lambda to, said: commands.Escalate(to.level, **said),
    ),
    Saying(
        "snooze",
        "hold pages for some time; clocks go on",
        (_words("length", "for how long, such as 30min", type=duration), REASON),
        lambda to, said: commands.Snooze(**said, until=said["at"] + to.length, reason=to.reason),
    ),
)
"""Everything that can be said from a terminal."""


def _add_options(saying: Saying, parser: ArgumentParser) -> None:
    add_database(parser)
    add_incident(parser)
    for name, how in saying.arguments:
        parser.add_argument(name, **how)
    add_by(parser)
    add_rules(parser, directory="with it you are told who is reached next")


def _run(saying: Saying, options: Namespace, stream: TextIO) -> int:
    with counter(options, Use.WRITES) as desk:
        said = {"at": desk.now(), "by": person(options.by)}
        summary = desk.say(options.incident, saying.command(options, said))
    screen_on(stream, 0).say(summary)
    return 0


def _command(saying: Saying) -> Command:
    return Command(
        name=saying.name,
        help=saying.help,
        description=f"{saying.help[0].upper()}{saying.help[1:]}.",
        add_options=partial(_add_options, saying),
        run=partial(_run, saying),
    )


COMMANDS: Final = tuple(map(_command, SAYINGS))
"""The commands that they make."""
