"""``incidentkit postmortem``: draft what people write about an incident, see what is missing, and show it."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TextIO

from incidentkit.cli.arguments import add_by, add_database, add_directory, add_incident, add_own_rules, person
from incidentkit.cli.command import Action, Command, add_actions, do
from incidentkit.cli.counter import incident_counter
from incidentkit.cli.database import Use, opened
from incidentkit.cli.files import directory_in, playbook_in
from incidentkit.cli.margin import remark
from incidentkit.cli.rules import rules_of
from incidentkit.cli.screen import screen_on
from incidentkit.errors import CommandInvalid, FieldInvalid, StoreMisconfigured, shown
from incidentkit.inbound.warning import ReadWarning
from incidentkit.model.incident import Incident
from incidentkit.policy.directory import Directory
from incidentkit.policy.gap import Gap, Missing
from incidentkit.policy.postmortem import BLANKS, TITLE, PostMortem
from incidentkit.text.document import Block, Bullets, Document, Heading, Paragraph
from incidentkit.text.slack import slack_fallback, to_slack

STANDARD_INPUT: Final = Path("-")
"""Stands for what a pipe brings."""

MOST_BYTES: Final = 20_000_001
"""What is read of a file: more than a post-mortem can have."""

EPILOG: Final = """\
A post-mortem is a Markdown file, in the form of the playbook or in another
one. 'check' says what is not filled in, and what was not understood.

examples:
  incidentkit postmortem draft sqlite:///incidents.db INC-7 > INC-7.md
  incidentkit postmortem check INC-7.md
  incidentkit postmortem check INC-7.md --allow PMT014,PMT015
  incidentkit postmortem owe INC-7.md sqlite:///incidents.db INC-7 --directory people.toml
  incidentkit postmortem render INC-7.md > INC-7.html
  incidentkit postmortem render INC-7.md --slack > message.json
  incidentkit postmortem render INC-7.md --incident sqlite:///incidents.db INC-7

exit status: 0; 1 of 'check' if something is missing; 2 if it could not be done
"""


def _people(options: Namespace) -> Directory | None:
    return None if options.directory is None else directory_in(options.directory)


def _draft(options: Namespace, stream: TextIO) -> int:
    given = None if options.playbook is None else playbook_in(options.playbook)
    with opened(options.database, Use.READS) as store:
        incident = Incident.replay(store.load(options.incident))
        playbook = rules_of(store, incident, given).playbook if given is None else given
    draft = PostMortem.from_incident(incident, playbook=playbook, directory=_people(options))
    stream.write(draft.to_markdown())
    remark("incidentkit", f"{len(draft.missing())} things are left for people to write: 'postmortem check' names them")
    return 0


def _check(options: Namespace, stream: TextIO) -> int:
    read = _read(options.file)
    missing = [each for each in read.postmortem.missing() if each.gap not in options.allow]
    screen_on(stream, 0).page(Document(_findings(missing, read.warnings)))
    return 1 if missing else 0


def _findings(missing: list[Missing], warnings: Iterable[ReadWarning]) -> Iterable[Block]:
    yield Heading("What is missing")
    yield Bullets(map(str, missing)) if missing else Paragraph("Nothing.")
    told = [*map(str, _strange(warnings))]
    if told:
        yield Heading("What was not understood, or does not count")
        yield Bullets(told)


def _strange(warnings: Iterable[ReadWarning]) -> list[ReadWarning]:
    """The warnings of what is no blank of the form, which is missing and told so."""
    return [each for each in warnings if each.words not in BLANKS]


def _render(options: Namespace, stream: TextIO) -> int:
    read = _read(options.file)
    postmortem: PostMortem = read.postmortem
    left = {"not written yet": postmortem.missing(), "not understood": _strange(read.warnings)}
    if told := " and ".join(f"{len(several)} {what}" for what, several in left.items() if several):
        remark("incidentkit", f"of {options.file}, {told}: 'postmortem check' names them")
    if options.form is not None:
        if options.incident is not None:
            raise FieldInvalid("--incident", "draws a picture, which only a page has: leave out --slack or --markdown")
        stream.write(options.form(postmortem))
        return 0
    page: Callable[..., str] = import_module("incidentkit.render.postmortem").postmortem_page
    if options.incident is None:
        stream.write(page(postmortem))
        return 0
    database, id = options.incident
    with opened(database, Use.READS) as store:
        incident = Incident.replay(store.load(id))
    stream.write(page(postmortem, incident=incident, directory=_people(options)))
    return 0


def _slack(postmortem: PostMortem) -> str:
    """What Slack's method chat.postMessage takes beside the channel."""
    notice = Document([Paragraph(f"{TITLE}{postmortem.title}")])
    message = {"text": slack_fallback(notice).strip(), "blocks": to_slack(postmortem.to_document())}
    return f"{json.dumps(message, ensure_ascii=False, indent=2)}\n"


def _read(path: Path) -> Any:
    """What a Markdown file says; the reader needs the extra ``markdown``."""
    try:
        read: Callable[..., Any] = import_module("incidentkit.inbound.postmortem").read_postmortem
    except ModuleNotFoundError as error:
        if error.name != "markdown_it":
            raise
        raise StoreMisconfigured(
            "FILE", "no reader of Markdown is installed: pip install 'incidentkit[markdown]'"
        ) from None
    if path == STANDARD_INPUT:
        return read(sys.stdin.buffer.read(MOST_BYTES), source="standard input")
    with path.open("rb") as file:
        return read(file.read(MOST_BYTES), source=str(path))


def _owe(options: Namespace, stream: TextIO) -> int:
    if options.directory is None:
        raise CommandInvalid("an action item is for somebody, so people are needed: --directory people.toml")
    postmortem: PostMortem = _read(options.file).postmortem
    with incident_counter(options, Use.WRITES) as desk:
        known = desk.load(options.incident).action_items
        given = postmortem.action_commands(desk.charter.directory, at=desk.now(), by=person(options.by))
        for command in given:
            if command.name not in known:
                screen_on(stream, 0).say(desk.say(options.incident, command))
    if not given:
        remark("incidentkit", f"nothing is to be done by {options.file}")
    return 0


def _gaps(codes: str) -> list[Gap]:
    try:
        return [Gap(code.strip().upper()) for code in codes.split(",")]
    except ValueError:
        raise ArgumentTypeError(f"{shown(codes)} is no code: there are {', '.join(Gap)}") from None


def _file(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="the post-mortem, in Markdown; - for standard input")


def _allowed(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--allow",
        metavar="CODE",
        type=_gaps,
        action="extend",
        default=[],
        help="what may be missing, such as PMT014,PMT015",
    )


def _about(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--incident", metavar=("DATABASE", "INCIDENT"), nargs=2, help="draw its timeline above the summary"
    )


def _form(parser: ArgumentParser) -> None:
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--slack",
        dest="form",
        action="store_const",
        const=_slack,
        help="as a message for Slack, in JSON",
    )
    form.add_argument(
        "--markdown",
        dest="form",
        action="store_const",
        const=PostMortem.to_markdown,
        help="as Markdown in the form of the playbook, whatever form it has",
    )


def _by(parser: ArgumentParser) -> None:
    parser.add_argument("--playbook", metavar="TOML", type=Path, help="the playbook; the incident's own if not given")


def _who(parser: ArgumentParser) -> None:
    add_directory(parser, "whose names are told; ids if not given")


def _owners(parser: ArgumentParser) -> None:
    add_own_rules(parser, directory="who the owners are; needed")


ACTIONS: Final = (
    Action("draft", "what the log of an incident says, as Markdown", (add_database, add_incident, _by, _who), _draft),
    Action("check", "what is not filled in, and what was not understood", (_file, _allowed), _check),
    Action("owe", "let people owe its action items", (_file, add_database, add_incident, add_by, _owners), _owe),
    Action("render", "a page to show, as HTML, or a message for Slack", (_file, _form, _about, _who), _render),
)
"""Everything that can be done with post-mortems from a terminal."""


POSTMORTEM = Command(
    name="postmortem",
    help="draft, check and show a post-mortem",
    description="Drafts what people write about an incident, says what is missing, and makes a page of it.",
    epilog=EPILOG,
    add_options=lambda parser: add_actions(parser, ACTIONS),
    run=do,
)
