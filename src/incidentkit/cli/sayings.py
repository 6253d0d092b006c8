"""What people say about an incident: a command for each, in one table."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, TextIO, TypeAlias

from attrs import frozen

from incidentkit.cli.arguments import (
    add_by,
    add_database,
    add_directory,
    add_incident,
    add_own_rules,
    duration,
    end_of_day,
    once,
    pair,
    person,
)
from incidentkit.cli.command import Command
from incidentkit.cli.counter import IncidentCounter, incident_counter
from incidentkit.cli.database import Use
from incidentkit.cli.margin import remark
from incidentkit.cli.screen import screen_on
from incidentkit.errors import ClosureBlocked, CommandInvalid, IllegalTransition, shown
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

MOVE: Final = "change-playbook"

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
    Saying(
        "hold",
        "let nothing be destroyed that shows what happened",
        (REASON,),
        lambda to, said: commands.Hold(**said, reason=to.reason),
    ),
    Saying(
        "lift-hold",
        "say that evidence need not be kept any longer",
        (REASON,),
        lambda to, said: commands.LiftHold(**said, reason=to.reason),
    ),
    Saying(
        "label",
        "set something that it is found by later",
        (_words("name", "of the label, such as service"), _words("value", "such as checkout")),
        lambda to, said: commands.Label(to.name, to.value, **said),
    ),
    Saying(
        "unlabel",
        "remove a label",
        (_words("name", "of the label"),),
        lambda to, said: commands.Unlabel(to.name, **said),
    ),
    Saying(
        "add-action-item",
        "say that something will be done, so that it does not happen again",
        (
            _words("name", "what it is called, such as watch-disk"),
            _words("text", "what will be done"),
            _words("--owner", "the person who does it, as the directory calls them", required=True, metavar="PERSON"),
            _words("--due", "until the end of which day, in UTC", default=None, metavar="2026-04-01", type=end_of_day),
        ),
        lambda to, said: commands.AddActionItem(to.name, to.text, to.owner, **said, due=to.due),
    ),
    Saying(
        MOVE,
        "move it to another playbook",
        (
            REASON,
            _words("--playbook", "the playbook that it goes by from now on", metavar="TOML", type=Path, required=True),
        ),
        lambda to, said: commands.ChangePlaybook(to.playbook, **said, reason=to.reason),
    ),
)
"""Everything that can be said from a terminal."""


def _add_options(saying: Saying, parser: ArgumentParser) -> None:
    add_database(parser)
    add_incident(parser)
    for name, how in saying.arguments:
        parser.add_argument(name, **how)
    add_by(parser)
    directory = "with it you are told who is reached next"
    if saying.name == MOVE:
        add_directory(parser, directory)
    else:
        add_own_rules(parser, directory=directory)


def _run(saying: Saying, options: Namespace, stream: TextIO) -> int:
    with incident_counter(options, Use.WRITES) as desk:
        said = {"at": desk.now(), "by": person(options.by)}
        asked = Namespace(**{**vars(options), "playbook": desk.given})  # read once, since it may come by a pipe
        try:
            summary = desk.say(options.incident, saying.command(asked, said))
        except IllegalTransition as error:
            raise CommandInvalid(_impossible(saying, error)) from None
        except ClosureBlocked as error:
            raise CommandInvalid(_blocked(options.incident, error)) from None
    screen_on(stream, 0).say(summary)
    aside = desk.rules.lack or ("" if saying.name == MOVE else _passed_over(desk, options.incident))
    if aside:
        remark("incidentkit", aside)
    return 0


def _impossible(saying: Saying, error: IllegalTransition) -> str:
    """What is wrong with a command at this moment, in the words of this program."""
    names = {each.name.replace("-", "_"): each.name for each in SAYINGS}
    possible = ", ".join(names[each] for each in error.possible if each in names)
    return f"{error.incident} is {error.status}: {saying.name} is not possible now; possible now: {possible}"


def _blocked(incident: str, error: ClosureBlocked) -> str:
    """What is left to do before it is closed, and how."""
    owed = ", ".join(shown(each, 200) for each in dict.fromkeys(error.owed))
    how = "do it, say so with fulfil, or close it with --waive NAME=REASON for each"
    return f"{incident} is not closed, because this is owed: {owed}; {how}"


def _passed_over(desk: IncidentCounter, incident: str) -> str:
    """That a playbook was given in vain, if it was."""
    if desk.given is None or desk.given.reference == desk.playbook.reference:
        return ""
    return f"{incident} goes by its own playbook {desk.playbook.reference}, not by {desk.given.reference}"


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
