"""Which incidents could not be looked at lately, so that they hold up no other."""

from __future__ import annotations

from collections.abc import Collection, Set
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
    first: datetime
    times: int
    since: datetime
    until: datetime


@define
class Setbacks:
    """Kept in memory only: written to the store as a later time to look, it would hide them from the audit."""

    _setbacks: dict[IncidentId, _Setback] = field(factory=dict[IncidentId, _Setback])

    def held(self, now: datetime) -> Set[IncidentId]:
        """The incidents to leave alone now. A clock that was turned back holds none."""
        return {incident for incident, each in [*self._setbacks.items()] if each.since <= now < each.until}

    def __bool__(self) -> bool:
        return bool(self._setbacks)

    def add(self, incident: IncidentId, now: datetime) -> None:
        """It could not be looked at."""
        earlier = self._setbacks.get(incident)
        first, times = (now, 0) if earlier is None else (min(earlier.first, now), min(earlier.times + 1, 10))
        self._setbacks[incident] = _Setback(first, times, now, now + min(FIRST * 2**times, LONGEST))

    def clear(self, incident: IncidentId) -> None:
        """It was looked at."""
        self._setbacks.pop(incident, None)

    def keep(self, due: Collection[IncidentId]) -> None:
        """Forget all but these: whatever is not due any more, somebody else has looked at."""
        for incident in [*self._setbacks]:
            if incident not in due:
                self.clear(incident)

    def since_before(self, moment: datetime) -> tuple[IncidentId, ...]:
        """The incidents that could not be looked at since before a moment, those first that fail for longest."""
        failing = [(each.first, incident) for incident, each in [*self._setbacks.items()] if each.first < moment]
        return tuple(incident for _, incident in sorted(failing))
