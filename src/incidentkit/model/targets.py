"""The clocks that a severity starts: by when somebody is at work, users are served again, people are told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from attrs import field, fields, frozen

from incidentkit.errors import SchemeInvalid, expect, nearest, shown
from incidentkit.model.calendar import LONGEST, SupportCalendar, WorkingDays
from incidentkit.model.durations import duration_text, parse_duration
from incidentkit.model.vocabulary import aware
from incidentkit.text.printed import PrintedAsCall


@frozen
class Target(PrintedAsCall):
    """One clock of a severity: by when, counted on which time, once or again and again.

    ``within`` counts from the start: wall time, or with a ``calendar`` its support time. `WorkingDays` need a calendar.
    ``repeats`` makes it a cadence: every hour, rather than once after an hour.
    """

    within: timedelta | WorkingDays
    calendar: SupportCalendar | None = None
    repeats: bool = field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        expect(SupportCalendar | None, self.calendar, SchemeInvalid, "the calendar of a target is a SupportCalendar")
        expect(bool, self.repeats, SchemeInvalid, "whether a target repeats is True or False")
        if isinstance(self.within, WorkingDays):
            if self.calendar is None:
                raise SchemeInvalid(f"a target of {self.within} needs a calendar that says which days are worked")
        elif not _is_length(self.within):
            raise SchemeInvalid(f"a target is a length of time above zero, not {shown(self.within)}")
        elif self.calendar is not None and self.within > LONGEST:
            raise SchemeInvalid(
                f"a target of support time has {LONGEST.days} days at the most, not {shown(self.within)}"
            )

    def deadline(self, start: datetime) -> datetime:
        """When the clock runs out that starts at ``start``, in UTC; the deadline itself is still in time.

        Raises `SchemeInvalid`, with a calendar `CalendarInvalid`, for what leaves the years 1 to 9999, and
        `FactValueInvalid` for a start without a zone.
        """
        if isinstance(self.within, timedelta) and self.calendar is None:
            start = aware("start", start)
            try:
                return start.astimezone(UTC) + self.within
            except OverflowError:
                raise SchemeInvalid(f"{self} from {start} leaves the years 1 to 9999") from None
        assert self.calendar is not None
        return self.calendar.after(start, self.within)

    def to_form(self) -> TargetForm:
        """Itself as documents hold it."""
        return TargetForm(self._length, self.calendar.name if self.calendar else "", self.repeats)

    @property
    def _length(self) -> str:
        return duration_text(self.within) if isinstance(self.within, timedelta) else str(self.within)

    def __str__(self) -> str:
        return f"{'every ' if self.repeats else ''}{self._length}{f' of {self.calendar.name}' if self.calendar else ''}"


def _is_length(value: object) -> bool:
    return isinstance(value, timedelta) and value > timedelta()


def _target(value: Target | timedelta | None) -> Target | None:
    return value if value is None or isinstance(value, Target) else Target(value)


@frozen(kw_only=True)
class Targets(PrintedAsCall):
    """The clocks that a severity starts, each a `Target` or, on wall time, just a `timedelta`; or none."""

    respond: Target | None = field(default=None, converter=_target)
    """Somebody is at work on it."""
    contain: Target | None = field(default=None, converter=_target)
    """It spreads no further."""
    mitigate: Target | None = field(default=None, converter=_target)
    """Users are served again, however provisionally."""
    resolve: Target | None = field(default=None, converter=_target)
    """It is over."""
    update: Target | None = field(default=None, converter=_target)
    """Those affected hear of it."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """``respond``, ``contain``, ``mitigate``, ``resolve`` and ``update``."""
        return tuple(attribute.name for attribute in fields(cls))

    @property
    def calendars(self) -> Iterator[SupportCalendar]:
        """The calendars that they count on."""
        for name in self.names():
            target: Target | None = getattr(self, name)
            if target is not None and target.calendar is not None:
                yield target.calendar

    def to_forms(self) -> dict[str, TargetForm]:
        """The clocks that there are, each as documents hold it, by name."""
        targets: dict[str, Target | None] = {name: getattr(self, name) for name in self.names()}
        return {name: target.to_form() for name, target in targets.items() if target is not None}


_WORKING_DAYS = re.compile(r"([0-9]{1,4}) working days?")


@frozen
class TargetForm:
    """A target in a document: ``within`` is a duration or ``2 working days``, the calendar is named."""

    within: str
    calendar: str = ""
    repeats: bool = False

    def target(self, calendars: Mapping[str, SupportCalendar]) -> Target:
        """The target that it describes; `SchemeInvalid` if there is no calendar of that name."""
        if self.calendar and self.calendar not in calendars:
            raise SchemeInvalid(
                f"no calendar is called {shown(self.calendar)}. {nearest(self.calendar, calendars)}".rstrip()
            )
        days = _WORKING_DAYS.fullmatch(self.within)
        try:
            within = WorkingDays(int(days[1])) if days else parse_duration(self.within)
        except ValueError as error:
            raise SchemeInvalid(f"{error}; or '2 working days'") from None
        return Target(within, calendars.get(self.calendar), repeats=self.repeats)
