"""``incidentkit show``: how it stands with an incident."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TextIO

from incidentkit.cli.arguments import add_database, add_incident, add_rules, duration
from incidentkit.cli.command import Command
from incidentkit.cli.counter import Counter, counter
from incidentkit.cli.database import Use
from incidentkit.cli.screen import screen_on
from incidentkit.errors import CommandInvalid
from incidentkit.model.incident import Incident
from incidentkit.policy.standing import Owing, Owings, Standing
from incidentkit.text.document import Block, Bullets, Document, Heading, Paragraph, Table


def _add_options(parser: ArgumentParser) -> None:
    add_database(parser)
    add_incident(parser)
    parser.add_argument("--timeline", action="store_true", help="its log as well")
    parser.add_argument("--obligations", action="store_true", help="all that people owe or owed, in a table")
    parser.add_argument(
        "--preview", metavar="4h", type=duration, help="what happens within that time if nobody does anything"
    )
    add_rules(parser, directory="needed to tell what happens next")


def _run(options: Namespace, stream: TextIO) -> int:
    if options.preview is not None and options.directory is None:
        raise CommandInvalid("--preview tells who will be reached, so it needs people: --directory people.toml")
    with counter(options, Use.READS) as desk:
        blocks = [*_blocks(options, desk, desk.load(options.incident))]
    screen_on(stream, 0).page(Document(blocks))
    return 0


def _blocks(options: Namespace, desk: Counter, incident: Incident) -> Iterator[Block]:
    owings = desk.owings(incident.id)
    yield Heading(f"{incident.id}: {incident.title}", level=1)
    yield Table(("what", "how it stands"), [*_facts(incident)])
    yield Heading("Owed now")
    yield _owed(owings, "nobody was found" if desk.knows_people else "who is not known here")
    yield Heading("Next")
    yield Paragraph(desk.following(incident.id))
    if options.obligations:
        yield from (Heading("What people owe"), owings.to_table())
    if options.preview is not None:
        yield from (Heading("If nobody does anything"), desk.preview(incident.id, options.preview).to_table())
    if options.timeline:
        yield from (Heading("Timeline"), incident.timeline.to_table())


def _facts(incident: Incident) -> Iterator[tuple[str, str]]:
    """What it is, who has it, and what belongs to it; without what there is nothing to say of."""
    possible = " or ".join(each.key for each in sorted(incident.possible, reverse=True))
    yield "status", f"{incident.status} since {incident.since:%Y-%m-%d %H:%M} UTC, by {incident.moved_by}"
    yield "severity", possible if len(incident.possible) == 1 else f"{incident.severity.key}, not certain: {possible}"
    yield "declared", f"{incident.declared_at:%Y-%m-%d %H:%M} UTC, by {incident.timeline[0].by}"
    yield "acknowledged", ", ".join(incident.acknowledged) or "by nobody"
    if incident.declined:
        yield "declined", ", ".join(incident.declined)
    yield from ((str(role), who) for role, who in incident.roles.items())
    if incident.restricted:
        yield "restricted", "only those may know of it who must"
    if incident.merged_into is not None:
        yield "merged into", incident.merged_into
    yield from ((str(link.what), link.url or link.reference) for link in incident.links)
    yield from ((f"label {name}", value) for name, value in incident.labels.items())
    yield "playbook", incident.playbook


def _owed(owings: Owings, nobody: str) -> Block:
    open_ones = [each for each in owings if each.standing in (Standing.OPEN, Standing.OVERDUE)]
    return Bullets(_line(each, nobody) for each in open_ones) if open_ones else Paragraph("Nothing.")


def _line(owing: Owing, nobody: str) -> str:
    due = "" if owing.due_at is None else f", due {owing.due_at:%Y-%m-%d %H:%M} UTC"
    return f"{owing.standing}: {owing.what} ({', '.join(owing.people) or nobody}{due}), as {owing.obligation!r}"


SHOW = Command(
    name="show",
    help="how it stands with an incident",
    description="Shows what an incident is, how it stands, who has it, what is owed now, and what happens next.",
    add_options=_add_options,
    run=_run,
)
