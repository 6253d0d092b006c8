"""A clock to turn by hand, for code that asks what time it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import define, field

from incidentkit.errors import CommandInvalid, expect, shown
from incidentkit.model.identity import moment


def _start(value: datetime) -> datetime:
    return moment("start", value)


@define(repr=False)
class ManualClock:
    """A clock that stands still until somebody turns it: ``ManualClock(datetime(2026, 3, 2, 14, 23, tzinfo=UTC))``.

    Called, it gives the present moment in UTC, so it stands wherever a function that tells the time does. Moments
    without a time zone are refused with `FieldInvalid`.
    """

    _now: datetime = field(alias="start", converter=_start)

    def __call__(self) -> datetime:
        """The present moment, in UTC."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Let so much time pass, and give the new present.

        Raises `CommandInvalid` for less than nothing, and where the clock would leave the years 1 to 9999.
        """
        if expect(timedelta, by, CommandInvalid, "a clock advances by a timedelta") < timedelta():
            raise CommandInvalid(f"a clock advances by zero or more, not by {shown(by)}; set() also turns it back")
        try:
            self._now += by
        except OverflowError:
            raise CommandInvalid(f"{shown(by)} after {self._now} is no moment: years end with 9999") from None
        return self._now

    def set(self, present: datetime) -> datetime:
        """Turn the clock to a moment, and give it.

        That may be an earlier one, on purpose: real clocks step back when they are corrected, and code that assumes
        otherwise should find out in a test.
        """
        self._now = moment("present", present)
        return self._now

    def __repr__(self) -> str:
        return f"<manual clock at {self._now.isoformat()}>"
