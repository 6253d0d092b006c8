"""Puts the emergency playbook to many bad nights: after how long somebody has it, and what people hear meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product

from attrs import evolve

from incidentkit import EMERGENCY
from incidentkit.drills import Drill, Fault, Outage, Story, Work, Written, practice_directory
from incidentkit.memory import Acknowledges, Declines, Reaction
from incidentkit.model.action import Outcome
from incidentkit.model.durations import duration_text
from incidentkit.model.events import ActionEnded, Closed
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

ILL: Mapping[str, Mapping[str, Outage | Fault]] = {
    "everything works": {},
    "no status page for 20min": {"status-page": Outage(Fault.UNAVAILABLE, lasts=minutes(20))},
    "no status page for 1h": {"status-page": Outage(Fault.UNAVAILABLE, lasts=minutes(60))},
    "no chat for 20min": {"chat": Outage(Fault.UNAVAILABLE, lasts=minutes(20))},
    "the chat refuses": {"chat": Fault.REFUSED},
    "no push for 1h": {"push": Outage(Fault.UNAVAILABLE, lasts=minutes(60))},
}
"""Which systems do not work, and for how long."""

WORK = Work(
    command=minutes(1),
    updates=[
        Written(after=minutes(3), text="we see it too", public="We know of a problem."),
        Written(after=minutes(18), text="rolling back", eta="in half an hour", public="We are undoing the cause."),
        Written(after=minutes(33), text="half of it is rolled back", public="It works again for some of you."),
        Written(after=minutes(48), text="no errors for ten minutes", public="It works again."),
    ],
    start_mitigation=minutes(13),
    mitigated=minutes(38),
    resolve=minutes(53),
    resolution="rolled back",
    fulfil=minutes(5),
    review=minutes(143),
    close=minutes(173),
)
"""What noor does once she has it, an hour of work and the review."""

HEARD = {"channel": "tell/channel", "public": "tell/status page", "stakeholders": "tell/stakeholders"}
"""What is told, by the obligation that wants it."""


def drill(severity: str, people: Mapping[str, Reaction], faults: Mapping[str, Outage | Fault]) -> Drill:
    return Drill(
        playbook=EMERGENCY,
        directory=practice_directory(),
        title="Checkout returns 500",
        start=START,
        severity=EMERGENCY.scheme[severity],
        people=people,
        faults=faults,
        lasts=minutes(190),
    )


def stories(severity: str) -> Iterator[tuple[str, str, Story]]:
    """The story of every night under every fault."""
    for (night, people), (trouble, faults) in product(NIGHTS.items(), FAULTS.items()):
        yield night, trouble, drill(severity, people, faults).run()


def row(night: str, trouble: str, story: Story) -> tuple[str, ...]:
    acknowledged = story.incident.metrics.time_to_acknowledge
    had_it = in_minutes(None if acknowledged is None else START + acknowledged)
    exhausted = "" if story.exhausted_at is None else duration_text(story.exhausted_at - START)
    return night, trouble, had_it, str(len(story.pages)), exhausted


def heard(trouble: str, story: Story) -> tuple[str, ...]:
    """After how long each was told first, and the incident closed; or what keeps it open."""
    tries = [event for event in story.timeline if isinstance(event, ActionEnded)]
    done = [event for event in tries if event.outcome is Outcome.SUCCEEDED]
    first = {event.action.obligation: event.at for event in reversed(done)}
    told = (in_minutes(first.get(each)) for each in HEARD.values())
    closed = next((event.at for event in story.timeline if isinstance(event, Closed)), None)
    owed = ", ".join(blocker.obligation for blocker in story.blockers)
    return trouble, *told, f"open: {owed}" if closed is None else in_minutes(closed)


def in_minutes(at: datetime | None) -> str:
    return "never" if at is None else f"{(at - START) // minutes(1)}min"


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
    blocks += [
        Heading("What people hear of a SEV-1"),
        Table(
            ("trouble", *HEARD, "closed"),
            [
                heard(trouble, evolve(drill("SEV-1", NIGHTS["noor answers"], ill), work=WORK).run())
                for trouble, ill in ILL.items()
            ],
        ),
    ]
    print(to_plain(Document(blocks)))


if __name__ == "__main__":
    main()
