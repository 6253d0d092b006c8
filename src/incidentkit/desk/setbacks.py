"""Which incidents could not be looked at lately, so that they hold up no other."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field, frozen

from incidentkit.model.identity import IncidentId

FIRST: Final = timedelta(seconds=1)
"""For how long an incident is left alone when it could not be looked at for the first time; doubled each time."""

LONGEST: Final = timedelta(minutes=1)
"""For how long it is left alone at the most."""


@frozen
class _Setback:
    times: int
    since: datetime
    until: datetime


@define
class Setbacks:
    """Kept in memory only: written to the store as a later time to look, it would hide them from the audit."""

    _setbacks: dict[IncidentId, _Setback] = field(factory=dict[IncidentId, _Setback])

    def held(self, now: datetime) -> Set[IncidentId]:
        """The incidents to leave alone now. A clock that was turned back holds none."""
        return {incident for incident, each in self._setbacks.items() if each.since <= now < each.until}

    def add(self, incident: IncidentId, now: datetime) -> None:
        """It could not be looked at."""
        earlier = self._setbacks.get(incident)
        times = 0 if earlier is None else min(earlier.times + 1, 10)
        self._setbacks[incident] = _Setback(times, now, now + min(FIRST * 2**times, LONGEST))

    def clear(self, incident: IncidentId) -> None:
        """It was looked at."""
        self._setbacks.pop(incident, None)
