"""Compares two escalations by the same nights: the emergency playbook, and one that phones after two minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import evolve

from incidentkit import EMERGENCY, Playbook
from incidentkit.drills import (
    Drill,
    Fault,
    Habit,
    IsAcknowledged,
    LogNormal,
    Mishap,
    Nights,
    Outage,
    compare,
    practice_directory,
    simulate,
)
from incidentkit.policy.escalation import ContactChain
from incidentkit.policy.obligation import Attempt

RUNS: Final = 25
"""Few, so that this takes seconds; a thousand tell more."""

SEED: Final = 7


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def sooner() -> Playbook:
    """The emergency playbook, in which the phone rings two minutes after the push, and not five."""
    escalation = EMERGENCY.escalation
    assert escalation is not None
    first, *others = escalation.contact.attempts
    contact = ContactChain([Attempt(first.method, minutes(2)), *others], rounds=escalation.contact.rounds)
    return evolve(EMERGENCY, name="sooner", escalation=evolve(escalation, contact=contact))


SLEEPER: Final = Habit(answers=LogNormal(minutes(3), 0.6), asleep=0.4, hears=0.95, declines=0.05)
"""Hears less than half of the pages at night, and has a laptop open three minutes after one."""

NIGHTS: Final = Nights(
    drill=Drill(
        playbook=EMERGENCY,
        directory=practice_directory(),
        title="Checkout returns 500",
        start=datetime(2026, 3, 2, 2, 10, tzinfo=UTC),
        severity=EMERGENCY.scheme["SEV-1"],
        lasts=minutes(25),
        expectations=[IsAcknowledged(minutes(10))],
    ),
    people=dict.fromkeys(("noor", "mika", "esther"), SLEEPER),
    faults={"push": Mishap(0.2, Outage(Fault.UNAVAILABLE, lasts=minutes(30)))},
)


def main() -> None:
    other = evolve(NIGHTS, drill=evolve(NIGHTS.drill, playbook=sooner()))
    one, two = simulate(NIGHTS, runs=RUNS, seed=SEED), simulate(other, runs=RUNS, seed=SEED)
    print(f"{one}\n")
    print(f"{two}\n")
    print(compare(one, two))


if __name__ == "__main__":
    main()
