"""What did not work lately, be it an incident, so that it holds up no other, or a part of a loop."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Set
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field, frozen

from incidentkit.model.identity import IncidentId

FIRST: Final = timedelta(seconds=1)
"""For how long an incident is left alone when it could not be looked at for the first time; doubled each time."""

LONGEST: Final = timedelta(minutes=1)
"""For how long it is left alone at the most."""


@define
class Turns:
    """Whose turn it is: first the incidents that nothing is known against, then those that failed, longest ago first.

    So an incident that fails again and again delays none that does not, and none of those that fail delays another for
    ever.
    """

    _well: deque[IncidentId]
    _failed: deque[IncidentId] = field(factory=deque[IncidentId])

    def next(self) -> IncidentId | None:
        """The next one; `None` if there is no other."""
        queue = self._well or self._failed
        return queue.popleft() if queue else None

    def turn_round(self) -> None:
        """Go on at the other end: whatever broke this one broke its neighbours too, rather than the newest."""
        self._well.reverse()


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

    def turns(self, due: Iterable[IncidentId], now: datetime) -> Turns:
        """In which order to look at what is due, but for those to leave alone."""
        held, known = self.held(now), dict(self._setbacks)
        rest = [incident for incident in due if incident not in held]
        failed = sorted((each for each in rest if each in known), key=lambda each: known[each].until)
        return Turns(deque(each for each in rest if each not in known), deque(failed))

    def __len__(self) -> int:
        return len(self._setbacks)

    def add(self, incident: IncidentId, now: datetime) -> None:
        """It could not be looked at."""
        earlier = self._setbacks.get(incident)
        first, times = (now, 0) if earlier is None else (min(earlier.first, now), min(earlier.times + 1, 10))
        self._setbacks[incident] = _Setback(first, times, now, now + min(FIRST * 2**times, LONGEST))

    def clear(self, incident: IncidentId) -> None:
        """It was looked at."""
        self._setbacks.pop(incident, None)

    def keep(self, due: Iterable[IncidentId]) -> None:
        """Forget all but these: whatever is not due any more, somebody else has looked at."""
        for incident in {*self._setbacks}.difference(due):
            self.clear(incident)

    def since_before(self, moment: datetime) -> tuple[IncidentId, ...]:
        """The incidents that could not be looked at since before a moment, those first that fail for longest."""
        failing = [(each.first, incident) for incident, each in [*self._setbacks.items()] if each.first < moment]
        return tuple(incident for _, incident in sorted(failing))


@define
class Lapses:
    """The parts of a loop that were interrupted, and did not work since."""

    _parts: set[str] = field(factory=set[str])

    def add(self, part: str) -> None:
        """It was interrupted."""
        self._parts.add(part)

    def ended_by(self, part: str) -> bool:
        """It works; whether something was interrupted, and all of that works again."""
        if part not in self._parts:
            return False
        self._parts.discard(part)
        return not self._parts
