"""``incidentkit show``: how it stands with an incident."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from incidentkit.cli.arguments import add_database, add_directory, add_incident, duration
from incidentkit.cli.command import Command
from incidentkit.cli.counter import IncidentCounter, incident_counter
from incidentkit.cli.database import Use
from incidentkit.cli.exhaustion import exhausted_since, is_left_alone
from incidentkit.cli.hold import hold_of
from incidentkit.cli.rules import Rules
from incidentkit.cli.screen import screen_on
from incidentkit.cli.steps import running_table
from incidentkit.drills import Kind
from incidentkit.errors import CommandInvalid
from incidentkit.model.events import LinkKind
from incidentkit.model.incident import Incident
from incidentkit.policy.standing import Owing, Owings, Standing
from incidentkit.text.document import Block, Bullets, Document, Heading, Paragraph, Table

PAGING: Final = "paging"
"""The line that says that it was in vain."""


def _add_options(parser: ArgumentParser) -> None:
    add_database(parser)
    add_incident(parser)
    parser.add_argument("--timeline", action="store_true", help="its log as well")
    parser.add_argument("--obligations", action="store_true", help="all that people owe or owed, in a table")
    parser.add_argument(
        "--preview", metavar="4h", type=duration, help="what happens within that time if nobody does anything"
    )
    parser.add_argument(
        "--playbook", metavar="TOML", type=Path, help="how it stands by this playbook; by its own if not given"
    )
    add_directory(parser, "needed to tell what happens next")


def _run(options: Namespace, stream: TextIO) -> int:
    if options.preview is not None and options.directory is None:
        raise CommandInvalid("--preview tells who will be reached, so it needs people: --directory people.toml")
    with incident_counter(options, Use.READS) as desk:
        incident = desk.load(options.incident)
        facts = [*_facts(incident, desk.rules)]
        blocks = [*_blocks(options, desk, incident, facts)]
    kinds = {row: Kind.EXHAUSTED for row, (what, _) in enumerate(facts) if what == PAGING and is_left_alone(incident)}
    screen_on(stream, 0).page(Document(blocks), kinds)
    return 0


def _blocks(
    options: Namespace, desk: IncidentCounter, incident: Incident, facts: list[tuple[str, str]]
) -> Iterator[Block]:
    owings = desk.owings(incident.id)
    yield Heading(f"{incident.id}: {incident.title}", level=1)
    yield Table(("what", "how it stands"), facts)
    yield Heading("Owed now")
    yield _owed(owings, "nobody was found" if desk.knows_people else "who is not known here")
    running = running_table(desk.runs(incident.id), incident) if incident.runs else None
    if running is not None:
        yield from (Heading("Runbooks"), running)
    yield Heading("Next")
    yield Paragraph(desk.following(incident.id))
    if options.obligations:
        yield from (Heading("What people owe"), owings.to_table())
    if options.preview is not None:
        yield from (Heading("If nobody does anything"), desk.preview(incident.id, options.preview).to_table())
    if options.timeline:
        yield from (Heading("Timeline"), incident.timeline.to_table())


def _facts(incident: Incident, rules: Rules) -> Iterator[tuple[str, str]]:
    """What it is, who has it, and what belongs to it; without what there is nothing to say of."""
    possible = " or ".join(each.key for each in sorted(incident.possible, reverse=True))
    yield "status", f"{incident.status} since {incident.since:%Y-%m-%d %H:%M} UTC, by {incident.moved_by}"
    yield "severity", possible if len(incident.possible) == 1 else f"{incident.severity.key}, not certain: {possible}"
    yield "declared", f"{incident.declared_at:%Y-%m-%d %H:%M} UTC, by {incident.timeline[0].by}"
    yield "acknowledged", ", ".join(incident.acknowledged) or "by nobody"
    since = exhausted_since(incident)
    if since is not None:
        nobody = ", and nobody has it" if is_left_alone(incident) else ""
        yield PAGING, f"exhausted at {since:%Y-%m-%d %H:%M} UTC{nobody}"
    if incident.declined:
        yield "declined", ", ".join(incident.declined)
    yield from ((str(role), who) for role, who in incident.roles.items())
    if incident.restricted:
        yield "restricted", "only those may know of it who must"
    if held := hold_of(incident):
        yield "evidence", held
    if incident.merged_into is not None:
        yield "merged into", incident.merged_into
    # In the order of what they are: that in which several systems have answered means nothing.
    links = sorted(incident.links, key=lambda link: [*LinkKind].index(link.what))
    yield from ((str(link.what), link.url or link.reference) for link in links)
    yield from ((f"label {name}", value) for name, value in incident.labels.items())
    yield "playbook", _playbook(rules)


def _playbook(rules: Rules) -> str:
    """Its own playbook, and that by which this is told, if that is another one."""
    told_by = rules.playbook.reference
    if told_by == rules.own:
        return rules.own
    return f"{rules.own or 'none'}; this is told by {told_by}{f', because {rules.lack}' if rules.lack else ''}"


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
