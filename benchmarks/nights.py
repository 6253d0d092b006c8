"""Nights by chance: what one costs, beside folding its log and planning at each of its moments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from benchmarks.desks import Prepared
from benchmarks.measure import Calls, Form, Row
from incidentkit.drills import Drill, Fault, Habit, LogNormal, Mishap, Nights, Outage, Work, practice_directory
from incidentkit.model.events import Event
from incidentkit.model.incident import Incident
from incidentkit.playbooks.emergency import EMERGENCY, SCHEME
from incidentkit.policy.planning import plan

FEW: Final = 8
"""Nights in a sample, each with other luck."""

_HABIT: Final = Habit(answers=LogNormal(timedelta(minutes=4), 0.8), hears=0.9, asleep=0.5, declines=0.05)

NIGHTS: Final = Nights(
    drill=Drill(
        playbook=EMERGENCY,
        directory=practice_directory(),
        title="checkout answers 502",
        start=datetime(2026, 3, 2, 2, 10, tzinfo=UTC),
        severity=SCHEME["SEV-1"],
        work=Work(start_mitigation=timedelta(minutes=10), resolve=timedelta(minutes=30)),
        lasts=timedelta(hours=1),
    ),
    people=dict.fromkeys(("noor", "mika", "esther", "kwame"), _HABIT),
    faults={"push": Mishap(0.2, Outage(Fault.UNAVAILABLE, lasts=timedelta(minutes=30)))},
)


def _fold_and_plan(log: Sequence[Event]) -> int:
    """Fold a log moment by moment, and plan once at each; how many events it has."""
    incident: Incident | None = None
    for at, same in groupby(log, key=lambda event: event.at):
        events = [*same]
        incident = Incident.replay(events) if incident is None else incident.extended(events)
        plan(incident, EMERGENCY, NIGHTS.drill.directory, now=at)
    assert incident is not None
    return incident.version


def _bare() -> Form:
    logs = [tuple(NIGHTS.night(number, seed=0).run().timeline) for number in range(FEW)]
    return Calls(function=_fold_and_plan, inputs=logs)


def _had(number: int) -> int:
    return NIGHTS.night(number, seed=0).run().incident.version


def rows() -> list[Row]:
    """One night of a SEV-1."""
    ours = Calls(function=_had, inputs=[*range(FEW)])
    return [
        Row(
            name="night",
            work="one SEV-1 night by chance, beside folding its log and planning at each of its moments",
            hand=Prepared(_bare),
            ours=ours,
        )
    ]
