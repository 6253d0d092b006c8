"""``incidentkit drill``: try a playbook out, and read along."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TextIO

from incidentkit.cli.arguments import duration, moment, once, pair, pair_with
from incidentkit.cli.command import Command
from incidentkit.cli.files import directory_in, drill_in, playbook_or_emergency
from incidentkit.cli.rules import severity_in, value_in
from incidentkit.cli.screen import Row, Screen, screen_on
from incidentkit.cli.shelf import empty_shelf
from incidentkit.cli.usual import usual
from incidentkit.drills import Drill, Fault, Line, Outage, Story, practice_directory
from incidentkit.errors import DrillInvalid, shown
from incidentkit.memory import Acknowledges, Declines, Reaction, Sleeps
from incidentkit.model.durations import duration_text
from incidentkit.text.document import Document, Heading

DESCRIPTION: Final = """\
Tries a playbook out: an incident is declared, people are paged, they answer or
sleep, and a clock that jumps ahead makes hours of it last a moment. Nobody is
really paged. The same drill always tells the same story.
"""

EPILOG: Final = """\
Unless told otherwise, the first person of the first level acknowledges 7
minutes after being paged, and everybody else is asleep. If nobody is paged, the
first who is told takes it up 7 minutes later. Whoever acknowledges first writes
updates, mitigates, resolves an hour after the declaration, does what is owed
and only people can do, holds the review, and closes the incident. One that is
less severe gets a time line instead, and is resolved after two and a half hours.

A fault is for good, or for a time: status-page=unavailable:1h. What can have one
are the contact methods of the playbook, and chat, status-page and tracker.

examples:
  incidentkit drill --severity SEV-3 --messages
  incidentkit drill --asleep noor --acknowledge mika=4min
  incidentkit drill --decline noor=2min --acknowledge mika=4min
  incidentkit drill --asleep all --for 2h
  incidentkit drill --idle --timeline
  incidentkit drill --fact security_compromised=yes
  incidentkit drill --fact error_rate=34% --fact core_functionality=yes
  incidentkit drill --fault push=unavailable --fault status-page=unavailable:1h
  incidentkit drill --playbook playbook.toml --directory people.toml
  incidentkit drill --asleep all --database sqlite:///drill.db
  incidentkit drill night.toml

A file says all of that, and what is expected to come about. Whoever is not in it
sleeps, and only --playbook, --directory and what is printed are said besides.

exit status: 0; 1 if something did not come about that the file expects, or, if
it expects nothing, if paging was exhausted, which means that every chain of pages
came to its end and nobody had acknowledged; 2 if the drill could not be run
"""

TITLE: Final = "Checkout returns 500"
START: Final = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
LASTS: Final = timedelta(hours=4)
"""What a drill is about, when it begins and how long it lasts, if nothing else is said."""

EVERYBODY: Final = "all"
"""What stands for everybody where an option takes a person."""


def _add_options(parser: ArgumentParser) -> None:
    """Say which options the command has."""
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="a drill as TOML, in the place of options")
    parser.add_argument("--title", help=f"what the incident is about; {TITLE!r} if not given")
    severity = parser.add_mutually_exclusive_group()
    severity.add_argument(
        "--severity", metavar="SEV-2", help="how severe it is; the worst of the playbook if not given"
    )
    severity.add_argument(
        "--fact", metavar="NAME=VALUE", type=pair, action="append", default=[], help="something known about it"
    )
    _add_people(parser)
    parser.add_argument("--directory", metavar="TOML", type=Path, help="people and roles; invented ones if not given")
    parser.add_argument("--playbook", metavar="TOML", type=Path, help="the playbook; EMERGENCY if not given")
    parser.add_argument(
        "--start",
        metavar="TIME",
        type=moment,
        help="when it is declared, such as 2026-03-02T02:10:00+00:00",
    )
    parser.add_argument(
        "--for", dest="lasts", metavar="4h", type=duration, help="how long to go on; 4 hours if not given"
    )
    parser.add_argument("--database", metavar="DATABASE", help="keep the incident there; the database has to be empty")
    parser.add_argument("--messages", action="store_true", help="print at the end what was written, word for word")
    parser.add_argument("--timeline", action="store_true", help="print at the end the log of the incident")


def _add_people(parser: ArgumentParser) -> None:
    """What people do, and what does not work."""
    parser.add_argument("--asleep", metavar="PERSON|all", action="append", default=[], help="who does not answer pages")
    parser.add_argument(
        "--acknowledge",
        metavar="PERSON=7min",
        type=pair_with(duration),
        action="append",
        default=[],
        help="who acknowledges, and how long after the first page, or notice if nobody is paged",
    )
    parser.add_argument(
        "--decline",
        metavar="PERSON=5min",
        type=pair_with(duration),
        action="append",
        default=[],
        help="who says that they cannot take it, and how long after the first page",
    )
    parser.add_argument(
        "--fault",
        metavar="METHOD=FAULT[:1h]",
        type=pair_with(_fault),
        action="append",
        default=[],
        help=f"what does not work, and how: {', '.join(Fault)}",
    )
    parser.add_argument("--idle", action="store_true", help="whoever acknowledges does nothing then")


def _run(options: Namespace, stream: TextIO) -> int:
    """Run the drill, print it, and give the exit status."""
    drill = _drill(options)
    with ExitStack() as stack:
        shelf = None if options.database is None else stack.enter_context(empty_shelf(options.database))
        screen = screen_on(stream, min(16, max(map(len, [drill.by, *drill.directory.people]))))
        story = drill.run(_teller(options, drill, screen))
        if shelf is not None:
            screen.say(shelf.keep(story, drill.playbook))
    for document in _ending(options, story):
        screen.document(document)
    return 0 if (story.kept if story.judgements else not story.exhausted) else 1


def _teller(options: Namespace, drill: Drill, screen: Screen) -> Callable[[Line], None]:
    """What prints the lines of a drill, under a line that says which one it is."""
    zone = drill.start.tzinfo if options.start is None else options.start.tzinfo
    starts = f"{drill.start.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
    screen.say(f"A drill of the playbook {drill.playbook.name}: {duration_text(drill.lasts)} from {starts} on")

    def tell(line: Line) -> None:
        time = f"{line.at.astimezone(zone):%H:%M:%S}"
        screen.row(
            Row(kind=line.kind, offset=line.offset, time=time, who=line.who or "-", what=line.what, why=line.why)
        )

    return tell


def _ending(options: Namespace, story: Story) -> Iterator[Document]:
    """What is printed at the end: how it came out comes last, where people look first."""
    if options.messages:
        yield story.messages.to_document()
    if options.timeline:
        yield Document([Heading("Timeline"), story.timeline.to_table()])
    yield story.to_document()


def _drill(options: Namespace) -> Drill:
    """The drill that the options describe; raises what does not make one."""
    playbook = playbook_or_emergency(options.playbook)
    directory = practice_directory() if options.directory is None else directory_in(options.directory)
    if options.file is not None:
        _refuse_besides(options)
        return drill_in(options.file, playbook, directory)
    given = options.playbook is not None
    said = once("--fact", options.fact)
    facts = {name: value_in(playbook, name, answer, given=given) for name, answer in said.items()}
    severity = None
    if not facts:
        key = options.severity
        severity = max(playbook.scheme) if key is None else severity_in(playbook, key, given=given)
    drill = Drill(
        playbook=playbook,
        directory=directory,
        title=TITLE if options.title is None else options.title,
        start=START if options.start is None else options.start,
        facts=facts or None,
        severity=severity,
        people=_people(options),
        faults=once("--fault", options.fault),
        lasts=LASTS if options.lasts is None else options.lasts,
    )
    return usual(drill, everybody_asleep=EVERYBODY in options.asleep, idle=options.idle)


def _refuse_besides(options: Namespace) -> None:
    """Raise `DrillInvalid` for an option that says what the file says."""
    for name in ("title", "severity", "fact", "start", "lasts", "asleep", "acknowledge", "decline", "fault", "idle"):
        if getattr(options, name) not in (None, [], False):
            option = "for" if name == "lasts" else name
            raise DrillInvalid(f"--{option} is said by {options.file}: change it there, or leave out the file")


def _people(options: Namespace) -> Mapping[str, Reaction]:
    """What people do, as far as options say it."""
    acknowledge, decline = once("--acknowledge", options.acknowledge), once("--decline", options.decline)
    reactions: Iterable[tuple[str, str, Reaction]] = (
        *(("--asleep", who, Sleeps()) for who in dict.fromkeys(options.asleep) if who != EVERYBODY),
        *(("--acknowledge", who, Acknowledges(after)) for who, after in acknowledge.items()),
        *(("--decline", who, Declines(after)) for who, after in decline.items()),
    )
    people: dict[str, Reaction] = {}
    said: dict[str, str] = {}
    for option, who, reaction in reactions:
        if who in said:
            raise DrillInvalid(f"{shown(who)} is in {said[who]} and in {option}: a person does one of these")
        people[who], said[who] = reaction, option
    return people


def _fault(text: str) -> Fault | Outage:
    name, colon, lasts = text.partition(":")
    try:
        fault = Fault(name)
    except ValueError:
        raise ArgumentTypeError(f"{shown(name)} is no fault: there are {', '.join(Fault)}") from None
    try:
        return Outage(fault, lasts=duration(lasts)) if colon else fault
    except DrillInvalid as error:
        raise ArgumentTypeError(str(error)) from None


DRILL = Command(
    name="drill",
    help="try a playbook out with scripted people",
    description=DESCRIPTION,
    epilog=EPILOG,
    add_options=_add_options,
    run=_run,
)
