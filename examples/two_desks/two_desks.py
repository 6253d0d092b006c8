"""Runs one incident through a database: a first desk begins it, and a second one goes on with what it left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from incidentkit import EMERGENCY, Desk, Toolbox
from incidentkit.drills import ManualClock, practice_directory
from incidentkit.memory import MemoryChat, MemoryPager, MemoryStatusPage, MemoryTracker
from incidentkit.model.events import ActionStarted
from incidentkit.stores import SqlStore
from incidentkit.text.document import Block, Bullets, Document, Heading, Paragraph, Table
from incidentkit.text.plain import to_plain

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
INCIDENT = "INC-7"
HEADER = ("desk", "what", "who", "how", "why")


class Office:
    """A desk with a store of its own on a database, as a program has one that was just started."""

    def __init__(self, address: str, clock: ManualClock, toolbox: Toolbox) -> None:
        self.clock = clock
        self.store = SqlStore(address, clock=clock)
        self.desk = Desk(EMERGENCY, practice_directory(), toolbox, self.store, places=0, observers=())

    def let_pass(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        while self.desk.tick():
            pass


def first(office: Office) -> None:
    """Declare, page, and be gone before anybody has answered."""
    severity = EMERGENCY.scheme["SEV-2"]
    labels = {"service": "checkout"}
    office.desk.declare("Checkout returns 500", by="ada", severity=severity, id=INCIDENT, labels=labels)
    office.let_pass(0)


def second(office: Office) -> Iterator[str]:
    """Go on: find the incident, wait as long as the first would have, hear who has it, and see it through."""
    (incident,) = office.desk.find(labels={"service": "checkout"})
    office.let_pass(4)
    yield f"found {incident}"
    office.let_pass(1)  # five minutes after the first page, whoever sent it
    yield office.desk.acknowledge(incident, by="noor").summary
    office.let_pass(20)
    yield office.desk.resolve(incident, by="noor", note="rolled back").summary
    office.let_pass(0)


def rows(pager: MemoryPager, before: int) -> list[tuple[str, ...]]:
    """Who was reached, by which desk."""
    return [
        ("first" if number < before else "second", str(page.purpose), page.person, page.method, page.reason)
        for number, page in enumerate(pager.pages)
    ]


def main() -> None:
    clock = ManualClock(START)
    pager, chat = MemoryPager(clock=clock), MemoryChat()
    toolbox = Toolbox(  # the systems outside are the same for every program: who was paged stays paged
        pagers=dict.fromkeys(EMERGENCY.methods, pager),
        chat=chat,
        status_page=MemoryStatusPage(),
        tracker=MemoryTracker(clock=clock),
    )
    with TemporaryDirectory() as folder:
        address = f"sqlite:///{Path(folder) / 'incidents.db'}"
        one = Office(address, clock, toolbox)
        first(one)
        before = len(pager.pages)
        one.store.close()

        other = Office(address, clock, toolbox)
        told = [*second(other)]
        incident = other.desk.load(INCIDENT)
        other.store.close()

    tries = Counter(event.action for event in incident.timeline if isinstance(event, ActionStarted))
    twice = [str(action) for action, count in tries.items() if count > 1]
    done = f"Done twice: {', '.join(twice) or 'nothing'}, of {len(tries)} things."
    blocks: list[Block] = [
        Heading(f"{incident.id}: {incident.title}", level=1),
        Paragraph(f"{incident.severity}, {incident.status}; {len(incident.timeline)} events in the log."),
        *(Heading("Who was reached, and by which desk"), Table(HEADER, rows(pager, before))),
        Paragraph(f"{done} Channels: {len(chat.channels)}."),
        *(Heading("What the second desk said"), Bullets(told)),
    ]
    print(to_plain(Document(blocks)))


if __name__ == "__main__":
    main()
