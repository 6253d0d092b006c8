"""``incidentkit runbook``: what can be gone through step by step, and what people say of it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from functools import partial
from typing import Any, Final, TextIO

from incidentkit.cli.arguments import (
    add_by,
    add_database,
    add_incident,
    add_own_rules,
    add_playbook,
    number,
    once,
    pair,
    person,
)
from incidentkit.cli.command import Action, Command, add_actions, do
from incidentkit.cli.counter import IncidentCounter, incident_counter
from incidentkit.cli.database import Use
from incidentkit.cli.files import playbook_or_emergency
from incidentkit.cli.screen import screen_on
from incidentkit.cli.steps import rehearsal_table, run_table, runbook_table
from incidentkit.cli.tools import VARIABLES, add_tools, equipped
from incidentkit.desk import Toolbox
from incidentkit.desk.flows.runbooks import check_tools
from incidentkit.errors import CommandInvalid, ToolsMissing, UnknownFact
from incidentkit.model import commands
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.stride import UNDO
from incidentkit.text.document import Block, Document, Heading, Paragraph, Table

EPILOG: Final = """\
examples:
  incidentkit runbook list
  incidentkit runbook show "database down"
  incidentkit runbook dry-run sqlite:///incidents.db INC-7 rollback version=1.4.2
  incidentkit runbook start sqlite:///incidents.db INC-7 rollback version=1.4.2
  incidentkit runbook status sqlite:///incidents.db INC-7
  incidentkit runbook confirm sqlite:///incidents.db INC-7 "rollback #1" rollback

The desk that runs on the database does the steps. What a step of people comes
to is said with 'fulfil' and 'waive', under the names that 'show' tells.
"""


def _list(options: Namespace, stream: TextIO) -> int:
    playbook = playbook_or_emergency(options.playbook)
    rows = [(each.name, each.what, _parameters(each), str(len(each.steps))) for each in playbook.runbooks]
    table = Table(("runbook", "what it is for", "parameters", "steps"), rows)
    screen_on(stream, 0).page(Document([table if rows else Paragraph(f"{playbook.name} has no runbooks.")]))
    return 0


def _parameters(runbook: Runbook) -> str:
    return ", ".join(
        each.name if each.default is None else f"{each.name}={each.default}" for each in runbook.parameters
    )


def _show(options: Namespace, stream: TextIO) -> int:
    playbook = playbook_or_emergency(options.playbook)
    runbook = playbook.shelf[options.runbook]
    steps = runbook_table(playbook, runbook.name)
    blocks: list[Block] = [Heading(runbook.name, level=1)]
    blocks += [Paragraph(text) for text in (runbook.what, f"It is for {runbook.owner}.") if text]
    asked = [(each.name, str(each.kind), each.question, str(each.default or "")) for each in runbook.parameters]
    if asked:
        blocks += [Heading("Parameters"), Table(("name", "kind", "question", "if nobody says"), asked)]
    blocks += [Heading("Steps"), steps]
    screen_on(stream, 0).page(Document(blocks))
    return 0


def _dry_run(options: Namespace, stream: TextIO) -> int:
    toolbox = _toolbox(options)
    with incident_counter(options, Use.READS, toolbox) as desk:
        rehearsal = desk.dry_run(options.incident, options.runbook, once("a parameter", options.parameters))
    table = rehearsal_table(rehearsal, desk.playbook, knows_people=desk.knows_people, knows_tools=toolbox is not None)
    screen_on(stream, 0).page(Document([table]))
    return 0


def _toolbox(options: Namespace) -> Toolbox | None:
    """The tools, if somebody asked whether they are there."""
    return equipped(Toolbox()) if vars(options).get("tools") else None


def _status(options: Namespace, stream: TextIO) -> int:
    with incident_counter(options, Use.READS) as desk:
        incident, reports = desk.load(options.incident), desk.runs(options.incident)
    tables = [run_table(each, incident) for each in reports]
    screen_on(stream, 0).page(Document(tables or [Paragraph("No runbook was started.")]))
    return 0


def _start(options: Namespace, desk: IncidentCounter, said: dict[str, Any]) -> commands.Command:
    given = once("a parameter", options.parameters)
    command = commands.StartRunbook(
        options.runbook, **said, parameters=given, by_hand=tuple(options.by_hand or ()), note=options.note
    )
    try:
        check_tools(desk.charter, desk.playbook, command)
    except ToolsMissing as error:
        needed = ", ".join(f"{step!r} needs {VARIABLES[slot]}" for step, slot in error.steps.items())
        what = "set it in the environment, or leave the step to people with --by-hand STEP"
        raise CommandInvalid(f"{options.runbook}: {needed}: {what}") from None
    return command


def _confirm(options: Namespace, desk: IncidentCounter, said: dict[str, Any]) -> commands.Command:
    return commands.Confirm(options.run_name, options.step, **said, attempt=options.attempt, note=options.note)


def _condition(options: Namespace, desk: IncidentCounter) -> str:
    """On what it depends whether a confirmation counts, where people are not known."""
    if desk.knows_people:
        return ""
    run = desk.load(options.incident).runs[options.run_name]
    confirming = {each.name: each.confirmed_by for each in desk.playbook.shelf.rehearsed(run.runbook)}
    who = ", ".join(map(str, confirming[options.step.removesuffix(UNDO)]))
    return f" It counts only if {person(options.by)} may confirm that step, as {who} may: --directory says who that is."


def _answer(options: Namespace, desk: IncidentCounter, said: dict[str, Any]) -> commands.Command:
    name, answer = options.answer
    known = desk.charter.playbook_of(desk.load(options.incident)).vocabulary
    if name not in known:
        raise UnknownFact(name, known)
    return commands.Answer(options.run_name, name, known[name].answer(answer), **said, note=options.note)


def _cancel(options: Namespace, desk: IncidentCounter, said: dict[str, Any]) -> commands.Command:
    return commands.CancelRunbook(options.run_name, **said, reason=options.reason)


def _resume(options: Namespace, desk: IncidentCounter, said: dict[str, Any]) -> commands.Command:
    return commands.ResumeRunbook(options.run_name, **said, reason=options.reason)


def _undo(options: Namespace, desk: IncidentCounter, said: dict[str, Any]) -> commands.Command:
    return commands.UndoRunbook(options.run_name, **said, step=options.step, reason=options.reason)


def _say(make: Any, options: Namespace, stream: TextIO) -> int:
    with incident_counter(options, Use.WRITES, _toolbox(options)) as desk:
        said = {"at": desk.now(), "by": person(options.by)}
        command = make(options, desk, said)
        summary = desk.say(options.incident, command)
        condition = _condition(options, desk) if isinstance(command, commands.Confirm) else ""
    screen_on(stream, 0).say(f"{summary}{condition}")
    return 0


def _option(name: str, help: str, **how: Any) -> Callable[[ArgumentParser], object]:
    return lambda parser: parser.add_argument(name, help=help, metavar=name.lstrip("-").upper(), **how)


_NOTE: Final = _option("--note", "anything to add", default="")
_REASON: Final = _option("reason", "why")
_RUN: Final = _option("run_name", "what 'status' calls it, such as 'rollback #1'")
_NAME: Final = _option("runbook", "its name in the playbook")
_STEP: Final = _option("step", "its name in the runbook")


def _parameters_given(parser: ArgumentParser) -> None:
    parser.add_argument("parameters", metavar="NAME=VALUE", type=pair, nargs="*", help="what its steps are done with")


def _attempt(parser: ArgumentParser) -> None:
    words = "which try is meant; the first if not given"
    parser.add_argument("--attempt", metavar="N", type=number, default=1, help=words)


def _answer_given(parser: ArgumentParser) -> None:
    parser.add_argument("answer", metavar="FACT=ANSWER", type=pair, help="such as restart_safe=yes")


def _tools(words: str) -> Callable[[ArgumentParser], object]:
    return lambda parser: add_tools(parser, words)


def _rules(words: str) -> Callable[[ArgumentParser], object]:
    return lambda parser: add_own_rules(parser, directory=words)


_TOLD: Final = _rules("with it, who may say so is checked, and you are told what follows")
_WHO: Final = _rules("with it you are told who is asked")
_OF: Final = (add_database, add_incident)
_SAID: Final = (add_by, _TOLD)

ACTIONS: Final = (
    Action("list", "the runbooks of a playbook", (add_playbook,), _list),
    Action("show", "what is done in one, step by step", (_NAME, add_playbook), _show),
    Action(
        "dry-run",
        "what it would do in an incident, without doing any of it",
        (*_OF, _NAME, _parameters_given, _WHO, _tools("tell which steps need a program that the environment lacks")),
        _dry_run,
    ),
    Action(
        "start",
        "begin to go through it",
        (
            *_OF,
            _NAME,
            _parameters_given,
            _option("--by-hand", "a step that people do, though a tool could", action="append"),
            _NOTE,
            *_SAID,
            _tools("refuse it if a step needs a program that the environment lacks"),
        ),
        partial(_say, _start),
    ),
    Action("status", "how far what was started has come", (*_OF, _WHO), _status),
    Action(
        "confirm",
        "say that a step may be tried, this once",
        (*_OF, _RUN, _STEP, _attempt, _NOTE, *_SAID),
        partial(_say, _confirm),
    ),
    Action(
        "answer",
        "answer what a run has to know",
        (*_OF, _RUN, _answer_given, _NOTE, *_SAID),
        partial(_say, _answer),
    ),
    Action("cancel", "stop a run", (*_OF, _RUN, _REASON, *_SAID), partial(_say, _cancel)),
    Action(
        "resume",
        "go on with a run that was stopped",
        (*_OF, _RUN, _option("--reason", "why", default=""), *_SAID),
        partial(_say, _resume),
    ),
    Action(
        "undo",
        "undo what a run did, the latest first",
        (*_OF, _RUN, _option("--step", "only this step", default=""), _REASON, *_SAID),
        partial(_say, _undo),
    ),
)
"""Everything that can be done with runbooks from a terminal."""


RUNBOOK = Command(
    name="runbook",
    help="go through what a playbook says step by step",
    description="Shows the runbooks of a playbook, starts them in an incident, and says what their steps wait for.",
    epilog=EPILOG,
    add_options=lambda parser: add_actions(parser, ACTIONS),
    run=do,
)
