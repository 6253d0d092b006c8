"""Puts the emergency playbook to many bad nights, and shows after how long somebody has it, if anybody does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product

from incidentkit import EMERGENCY
from incidentkit.drills import Drill, Fault, Story, practice_directory
from incidentkit.memory import Acknowledges, Declines, Reaction
from incidentkit.model.durations import duration_text
from incidentkit.text.document import Block, Document, Heading, Paragraph, Table
from incidentkit.text.plain import to_plain

START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


NIGHTS: Mapping[str, Mapping[str, Reaction]] = {
    "noor answers": {"noor": Acknowledges(minutes(7))},
    "noor declines, mika answers": {"noor": Declines(minutes(2), "on a train"), "mika": Acknowledges(minutes(4))},
    "noor sleeps, mika answers": {"mika": Acknowledges(minutes(4))},
    "only esther is awake": {"esther": Acknowledges(minutes(12))},
    "everybody sleeps": {},
}
"""What people do when they are paged; whoever is not there sleeps."""

FAULTS: Mapping[str, Mapping[str, Fault]] = {
    "everything works": {},
    "push is down": {"push": Fault.UNAVAILABLE},
    "push drops pages": {"push": Fault.DROPPED},
    "only sms works": dict.fromkeys(("push", "phone", "mail"), Fault.REFUSED),
}
"""Which contact methods do not work."""


def stories(severity: str) -> Iterator[tuple[str, str, Story]]:
    """The story of every night under every fault."""
    for (night, people), (trouble, faults) in product(NIGHTS.items(), FAULTS.items()):
        drill = Drill(
            playbook=EMERGENCY,
            directory=practice_directory(),
            title="Checkout returns 500",
            start=START,
            severity=EMERGENCY.scheme[severity],
            people=people,
            faults=faults,
        )
        yield night, trouble, drill.run()


def row(night: str, trouble: str, story: Story) -> tuple[str, ...]:
    acknowledged = story.incident.metrics.time_to_acknowledge
    had_it = "never" if acknowledged is None else f"{acknowledged // minutes(1)}min"
    exhausted = "" if story.exhausted_at is None else duration_text(story.exhausted_at - START)
    return night, trouble, had_it, str(len(story.pages)), exhausted


def main() -> None:
    header = ("night", "contact methods", "somebody has it", "pages", "exhausted")
    blocks: list[Block] = [Heading("Bad nights under the emergency playbook", level=1)]
    for severity in ("SEV-1", "SEV-2"):
        rows = [row(*told) for told in stories(severity)]
        times = sum(exhausted != "" for *_, exhausted in rows)
        blocks += [
            Heading(severity),
            Table(header, rows),
            Paragraph(f"Paging was exhausted in {times} of {len(rows)}."),
        ]
    print(to_plain(Document(blocks)))


if __name__ == "__main__":
    main()
