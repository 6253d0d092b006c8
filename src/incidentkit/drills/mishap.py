"""What goes wrong by chance."""

from __future__ import annotations

from attrs import field, frozen

from incidentkit.drills.fault import Faults, Outage, outages_of
from incidentkit.drills.habit import is_chance


def _outages(faults: Faults) -> tuple[Outage, ...]:
    return outages_of(faults, "what may go wrong")


@frozen
class Mishap:
    """Something that goes wrong in some nights, and not in others."""

    chance: float = field(validator=is_chance)
    """How likely it is in a night."""
    outages: tuple[Outage, ...] = field(converter=_outages)
    """What goes wrong then."""
