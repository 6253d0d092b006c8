"""``incidentkit drill``: try a playbook out, and read along."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TextIO, TypeVar

from incidentkit.cli.screen import Row, screen_on
from incidentkit.cli.usual import usual
from incidentkit.convert import MAX_CHARACTERS, from_toml
from incidentkit.drills import Drill, Fault, Line, Outage, Story, practice_directory
from incidentkit.errors import DocumentInvalid, DrillInvalid, shown
from incidentkit.memory import Acknowledges, Declines, Reaction, Sleeps
from incidentkit.model.durations import duration_text, parse_duration
from incidentkit.playbooks.emergency import EMERGENCY
from incidentkit.policy.directory import Directory
from incidentkit.policy.playbook import Playbook
from incidentkit.text.document import Document, Heading

V = TypeVar("V")

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

exit status: 0; 1 if paging was exhausted, which means that every chain of pages
came to its end and nobody had acknowledged; 2 if the drill could not be run
"""

EVERYBODY: Final = "all"
"""What stands for everybody where an option takes a person."""


def add_options(parser: ArgumentParser) -> None:
    """Say which options the command has."""
    parser.add_argument("--title", default="Checkout returns 500", help="what the incident is about")
    severity = parser.add_mutually_exclusive_group()
    severity.add_argument(
        "--severity", metavar="SEV-2", help="how severe it is; the worst of the playbook if not given"
    )
    severity.add_argument(
        "--fact", metavar="NAME=VALUE", type=_pair, action="append", default=[], help="something known about it"
    )
    _add_people(parser)
    parser.add_argument("--directory", metavar="TOML", type=Path, help="people and roles; invented ones if not given")
    parser.add_argument("--playbook", metavar="TOML", type=Path, help="the playbook; EMERGENCY if not given")
    parser.add_argument(
        "--start",
        metavar="TIME",
        type=_moment,
        default=datetime(2026, 3, 2, 2, 10, tzinfo=UTC),
        help="when it is declared, such as 2026-03-02T02:10:00+00:00",
    )
    parser.add_argument(
        "--for", dest="lasts", metavar="4h", type=_duration, default=timedelta(hours=4), help="how long to go on"
    )
    parser.add_argument("--messages", action="store_true", help="print at the end what was written, word for word")
    parser.add_argument("--timeline", action="store_true", help="print at the end the log of the incident")


def _add_people(parser: ArgumentParser) -> None:
    """What people do, and what does not work."""
    parser.add_argument("--asleep", metavar="PERSON|all", action="append", default=[], help="who does not answer pages")
    parser.add_argument(
        "--acknowledge",
        metavar="PERSON=7min",
        type=_pair_with(_duration),
        action="append",
        default=[],
        help="who acknowledges, and how long after the first page, or notice if nobody is paged",
    )
    parser.add_argument(
        "--decline",
        metavar="PERSON=5min",
        type=_pair_with(_duration),
        action="append",
        default=[],
        help="who says that they cannot take it, and how long after the first page",
    )
    parser.add_argument(
        "--fault",
        metavar="METHOD=FAULT[:1h]",
        type=_pair_with(_fault),
        action="append",
        default=[],
        help=f"what does not work, and how: {', '.join(Fault)}",
    )
    parser.add_argument("--idle", action="store_true", help="whoever acknowledges does nothing then")


def run(options: Namespace, stream: TextIO) -> int:
    """Run the drill, print it, and give the exit status."""
    drill = _drill(options)
    screen = screen_on(stream, min(16, max(map(len, [drill.by, *drill.directory.people]))))
    starts = f"{options.start:%Y-%m-%d %H:%M:%S %Z}"
    screen.say(f"A drill of the playbook {drill.playbook.name}: {duration_text(drill.lasts)} from {starts} on")

    def tell(line: Line) -> None:
        time = f"{line.at.astimezone(options.start.tzinfo):%H:%M:%S}"
        screen.row(
            Row(kind=line.kind, offset=line.offset, time=time, who=line.who or "-", what=line.what, why=line.why)
        )

    story = drill.run(tell)
    for document in _ending(options, story):
        screen.document(document)
    return 1 if story.exhausted else 0


def _ending(options: Namespace, story: Story) -> Iterator[Document]:
    """What is printed at the end: how it came out comes last, where people look first."""
    if options.messages:
        yield story.messages.to_document()
    if options.timeline:
        yield Document([Heading("Timeline"), story.timeline.to_table()])
    yield story.to_document()


def _drill(options: Namespace) -> Drill:
    """The drill that the options describe; raises what does not make one."""
    playbook = EMERGENCY if options.playbook is None else _read(options.playbook, Playbook)
    directory = practice_directory() if options.directory is None else _read_directory(options.directory)
    facts = {name: playbook.vocabulary[name].answer(value) for name, value in _once("--fact", options.fact).items()}
    severity = None
    if not facts:
        severity = max(playbook.scheme) if options.severity is None else playbook.scheme[options.severity]
    drill = Drill(
        playbook=playbook,
        directory=directory,
        title=options.title,
        start=options.start,
        facts=facts or None,
        severity=severity,
        people=_people(options),
        faults=_once("--fault", options.fault),
        lasts=options.lasts,
    )
    return usual(drill, everybody_asleep=EVERYBODY in options.asleep, idle=options.idle)


def _people(options: Namespace) -> Mapping[str, Reaction]:
    """What people do, as far as options say it."""
    acknowledge, decline = _once("--acknowledge", options.acknowledge), _once("--decline", options.decline)
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


def _once(option: str, pairs: Iterable[tuple[str, V]]) -> dict[str, V]:
    """Pairs as a mapping, in which nothing is said twice."""
    mapping: dict[str, V] = {}
    for name, value in pairs:
        if name in mapping:
            raise DrillInvalid(f"{option} says twice what {shown(name)} is")
        mapping[name] = value
    return mapping


def _read(path: Path, kind: type[V]) -> V:
    return from_toml(_text(path), kind, source=str(path))


def _read_directory(path: Path) -> Directory:
    return Directory.from_toml(_text(path), source=str(path))


def _text(path: Path) -> str:
    """The text of a file; no more of it than anybody would try to understand."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_CHARACTERS + 1)
    except UnicodeDecodeError:
        raise DocumentInvalid("$", "it is not text in UTF-8", source=str(path)) from None


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise ArgumentTypeError(f"{shown(text)} is not of the form NAME=VALUE")
    return name, value


def _pair_with(understand: Callable[[str], V]) -> Callable[[str], tuple[str, V]]:
    def pair(text: str) -> tuple[str, V]:
        name, value = _pair(text)
        return name, understand(value)

    return pair


def _duration(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def _fault(text: str) -> Fault | Outage:
    name, colon, lasts = text.partition(":")
    try:
        fault = Fault(name)
    except ValueError:
        raise ArgumentTypeError(f"{shown(name)} is no fault: there are {', '.join(Fault)}") from None
    try:
        return Outage(fault, _duration(lasts)) if colon else fault
    except DrillInvalid as error:
        raise ArgumentTypeError(str(error)) from None


def _moment(text: str) -> datetime:
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{shown(text)} is no time such as 2026-03-02T02:10:00+00:00") from None
    if start.tzinfo is None:
        raise ArgumentTypeError(f"{shown(text)} has no time zone: write it like 2026-03-02T02:10:00+00:00")
    return start
