"""The timetable: rosters by the year, each worked out when it is first asked for, and ready to be looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import groupby

from incidentkit.errors import ScheduleInvalid
from incidentkit.policy.roster import Duty, Roster
from incidentkit.policy.rotation import EARLIEST, LATEST
from incidentkit.policy.shift import Shift


class Timetable(dict[int, Roster]):
    """Rosters by the number of their year, from January to December in UTC.

    `ScheduleInvalid` for those for which schedules do not answer.
    """

    def __init__(self, build: Callable[[datetime, datetime], Roster]) -> None:
        super().__init__()
        self._build = build

    def __missing__(self, number: int) -> Roster:
        if not EARLIEST.year <= number < LATEST.year:
            raise ScheduleInvalid(f"schedules answer from {EARLIEST.year} to {LATEST.year - 1}, not for {number}", "at")
        self[number] = self._build(datetime(number, 1, 1, tzinfo=UTC), datetime(number + 1, 1, 1, tzinfo=UTC))
        return self[number]

    def shifts_after(self, moment: datetime) -> Iterator[Shift]:
        """The shifts that end later than a moment, in order and in full."""
        number = moment.year
        while number > EARLIEST.year and self._goes_on(number):
            number -= 1
        for duty, stretches in groupby(self._stretches(number), key=lambda stretch: stretch[2]):
            (start, end, _), *others = stretches
            end = others[-1][1] if others else end
            if duty.people and end > moment:
                yield Shift(start=start, end=end, people=duty.people)

    def _goes_on(self, number: int) -> bool:
        """Whether the first shift of a year began in the year before."""
        first = self[number].duties[0]
        return first.people != () and first == self[number - 1].duties[-1]

    def _stretches(self, number: int) -> Iterator[tuple[datetime, datetime, Duty]]:
        for each in range(number, LATEST.year):
            yield from self[each].stretches()
