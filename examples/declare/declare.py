"""Takes one incident from the first facts to its metrics and its JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incidentkit import EMERGENCY, Incident, IncidentkitError, Role
from incidentkit.convert import from_json, to_json
from incidentkit.model.commands import Assess, Assign, HandOver
from incidentkit.model.durations import duration_text
from incidentkit.text.document import Block, CodeBlock, Document, Heading, Paragraph, Table
from incidentkit.text.plain import to_plain

REPORTED = {"error_rate": 0.34, "core_functionality": True}
"""What is known at first: enough to declare, too little to be certain."""

LOOKED_UP = {"production_down": False, "data_lost": False, "data_at_risk": False, "security_compromised": False}
"""What the responder finds out, which leaves one severity."""


def t(time: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-02T{time}").replace(tzinfo=UTC)


def respond() -> Incident:
    """One incident, from the declaration to the resolution; every step gives the next incident."""
    incident = Incident.declare(
        "INC-7",
        title="Checkout returns 500",
        triage=EMERGENCY.triage(REPORTED),
        playbook=EMERGENCY,
        started_at=t("14:18"),
        at=t("14:23"),
        by="ada",
    )
    incident = incident.apply(Assign(Role.COMMANDER, to="ada", at=t("14:23"), by="ada"))
    incident = incident.acknowledge(at=t("14:25"), by="grace", note="looking at the last release")

    incident = incident.apply(Assess(EMERGENCY.triage(REPORTED | LOOKED_UP), at=t("14:28"), by="grace"))
    incident = incident.start_mitigation(at=t("14:30"), by="grace", note="rolling back to 1.4.2")
    incident = incident.apply(HandOver(Role.COMMANDER, to="linus", at=t("14:40"), by="ada"))
    incident = incident.mitigated(at=t("14:45"), by="grace", note="error rate is back to normal")
    return incident.resolve(at=t("15:00"), by="linus")


def metrics(incident: Incident) -> Table:
    lengths: dict[str, timedelta | None] = {
        "to declare": incident.metrics.time_to_declare,
        "to acknowledge": incident.metrics.time_to_acknowledge,
        "to mitigate": incident.metrics.time_to_mitigate,
        "to resolve": incident.metrics.time_to_resolve,
        **{f"in {status}": spent for status, spent in incident.metrics.time_in.items() if spent},
    }
    rows = [(what, "-" if length is None else duration_text(length)) for what, length in lengths.items()]
    return Table(("time", "length"), rows)


def refusal(incident: Incident) -> str:
    """What the incident says to a command that comes at the wrong time."""
    try:
        incident.start_mitigation(at=t("15:05"), by="grace")
    except IncidentkitError as error:
        return f"{type(error).__name__}: {error}"
    return "accepted"


def main() -> None:
    incident = respond()
    text = to_json(incident, indent=2)
    read_back = from_json(text, Incident, source="INC-7.json")
    blocks: list[Block] = [
        Heading(f"{incident.id}: {incident.title}", level=1),
        Paragraph(f"{incident.severity}, {incident.status}; {incident.roles[Role.COMMANDER]} is {Role.COMMANDER}."),
        *(Heading("Timeline"), incident.timeline.to_table()),
        *(Heading("Metrics"), metrics(incident)),
        *(Heading("A command that is not possible any more"), Paragraph(refusal(incident))),
        *(Heading("As JSON"), CodeBlock(text)),
        Paragraph(f"Read back equal: {'yes' if read_back == incident else 'no'}"),
    ]
    print(to_plain(Document(blocks)))


if __name__ == "__main__":
    main()
