"""Other desks that look at the same incidents now: they share out what is due, without a word."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from attrs import define, field

from incidentkit.model.identity import IncidentId

ROOM: Final = 10
"""Among how many times as many incidents a desk chooses, if it is not alone."""

PORTION: Final = 5
"""What part of them it looks at then before it asks again: meanwhile others look at the rest."""


@define
class Company:
    """Whether there are others, and in which order this desk looks at what is due then.

    A desk that is alone begins with the earliest. Once it finds that somebody else was first with one, all of them go
    through the same row, one behind the other. So each takes a few out of a longer row, in an order of its own. That is
    only a hint: an incident is with whoever appends first, whichever desks thought of it.
    """

    name: str
    """What no other desk is called."""
    met: bool = field(default=False, init=False)
    """Whether somebody else was first with any incident lately."""

    def asked(self, limit: int) -> int:
        """How many incidents to ask the store for, to look at so many."""
        return limit * ROOM if self.met else limit

    def taken(self, limit: int) -> int:
        """At how many to look before asking again."""
        return max(1, limit // PORTION) if self.met else limit

    def in_order(self, due: Iterable[IncidentId]) -> list[IncidentId]:
        """What is due, in the order in which to look at it."""
        return sorted(due, key=self._rank) if self.met else [*due]

    def _rank(self, incident: IncidentId) -> bytes:
        return sha256(f"{self.name}/{incident}".encode()).digest()
