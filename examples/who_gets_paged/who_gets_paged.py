"""Says who gets paged in the night in which the clocks go back, if nobody reacts, in local times with their offset."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve

from incidentkit import EMERGENCY, Directory, Playbook, Rotation, Schedule
from incidentkit.drills import practice_directory
from incidentkit.model.durations import duration_text
from incidentkit.policy.explanation import explain_hypothetical
from incidentkit.policy.linting import lint
from incidentkit.policy.recipient import schedule
from incidentkit.text.document import Block, Bullets, Document, Heading, Paragraph
from incidentkit.text.plain import to_plain

ZONE = "Europe/Berlin"

AT = datetime(2026, 10, 25, 2, 10, fold=0, tzinfo=ZoneInfo(ZONE))
"""Ten past two, for the first time: at three the clocks go back to two."""

ON_CALL = Schedule(
    Rotation(
        name="nights",
        zone=ZONE,
        starts=date(2026, 10, 19),
        every="1 day",
        at="02:30",
        participants=["noor", "tomas"],
    )
)
"""Who is on call hands over at half past two, which comes twice in this night."""


def playbook() -> Playbook:
    """The escalation and the clocks of the emergency playbook alone, with a schedule for its first level."""
    assert EMERGENCY.escalation is not None
    first, *others = EMERGENCY.escalation.levels
    levels = [evolve(first, recipients=schedule("nights")), *others]
    escalation = evolve(EMERGENCY.escalation, levels=levels)
    return evolve(EMERGENCY, escalation=escalation, communication=None, checklists=(), review=None)


def directory() -> Directory:
    """The practice, with the schedule; Mika can be reached by phone only."""
    people = practice_directory().people
    mika = people["mika"]
    reachable = evolve(mika, contacts={"phone": mika.contacts["phone"]})
    return evolve(practice_directory(), people={**people, "mika": reachable}, schedules={"nights": ON_CALL})


def shifts() -> Iterator[str]:
    for shift in ON_CALL.shifts(AT, AT + timedelta(hours=24)):
        lasts = duration_text(shift.end - shift.start)
        yield f"{', '.join(shift.people)} from {local(shift.start)} to {local(shift.end)}, {lasts}"


def local(at: datetime) -> str:
    return at.astimezone(ZoneInfo(ZONE)).isoformat(sep=" ", timespec="minutes")


def main() -> None:
    explained = explain_hypothetical(playbook(), directory(), severity="SEV-1", at=AT, within=timedelta(hours=4))
    findings = [str(finding) for finding in lint(playbook(), directory(), at=AT)]
    blocks: list[Block] = [*explained.to_document(ZONE).blocks]
    blocks += [Heading("On call"), Bullets(shifts())]
    blocks += [Heading("What the linter says"), Bullets(findings) if findings else Paragraph("Nothing.")]
    print(to_plain(Document(blocks)))


if __name__ == "__main__":
    main()
