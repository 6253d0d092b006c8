"""Other desks that look at the same incidents now: they share out what is due, without a word."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from math import log
from typing import Final

from attrs import define, field

from incidentkit.model.identity import IncidentId

ROOM: Final = 10
"""Among how many times as many incidents a desk chooses, if it is not alone."""

PORTION: Final = 5
"""What part of them it looks at then before it asks again: meanwhile others look at the rest."""

LASTING: Final = 50
"""For how many portions it reckons with others after it met one: they leave no trace where they only plan anew."""


@define
class Company:
    """Whether there are others, and in which order this desk looks at what is due then.

    A desk that is alone begins with the earliest. Once it finds that somebody else was first with one, all of them go
    through the same row, one behind the other. So each takes a few out of a longer row, by lot: the earlier one is due,
    the likelier it is taken, and nothing waits for ever. That is only a hint: an incident is with whoever appends
    first, whichever desks thought of it.
    """

    name: str
    """What no other desk is called: by it the lots fall otherwise."""
    _portions: int = field(default=0, init=False)
    """For how many more it reckons with others."""
    _draws: int = field(default=0, init=False)

    @property
    def is_there(self) -> bool:
        """Whether it reckons with others."""
        return self._portions > 0

    def meet(self) -> None:
        """Somebody else was first with an incident."""
        self._portions = LASTING

    def go_on(self) -> None:
        """A portion was looked at."""
        self._portions = max(0, self._portions - 1)

    def asked(self, limit: int) -> int:
        """How many incidents to ask the store for, to look at so many."""
        return limit * ROOM if self.is_there else limit

    def taken(self, limit: int) -> int:
        """At how many to look before asking again."""
        return max(1, limit // PORTION) if self.is_there else limit

    def in_order(self, due: Sequence[IncidentId]) -> list[IncidentId]:
        """What is due, given the earliest first, in the order in which to look at it."""
        if not self.is_there:
            return [*due]
        self._draws += 1
        turns = {incident: self._lot(incident) * place for place, incident in enumerate(due, 1)}
        return sorted(due, key=turns.__getitem__)

    def _lot(self, incident: IncidentId) -> float:
        """A number above zero that another desk, or the next draw, gives otherwise: mostly small, seldom large."""
        digest = sha256(f"{self.name}/{self._draws}/{incident}".encode()).digest()
        return -log((int.from_bytes(digest[:8]) + 1) / (2**64 + 1))
