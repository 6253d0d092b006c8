"""How systems do not work, each in its own way, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final, TypeAlias

from attrs import Attribute, field, frozen

from incidentkit.drills.work import LONGEST
from incidentkit.errors import DrillInvalid, each_of, expect, shown
from incidentkit.model.durations import duration_text


class Fault(StrEnum):
    """How a system does not work."""

    DROPPED = "dropped"
    """It says that it took over, and nothing happens."""
    LOST = "lost"
    """Nothing happens, and no answer comes."""
    DELAYED = "delayed"
    """It says that it took over, and does it later."""
    DUPLICATED = "duplicated"
    """It does what it is asked to, and once more, as if that were another request."""
    REFUSED = "refused"
    """It does not accept the request, and never will."""
    UNAVAILABLE = "unavailable"
    """It cannot work now, and may say when it can."""
    UNKNOWN = "unknown"
    """It does what it is asked to, and its answer is lost."""
    SLOW = "slow"
    """It does what it is asked to, and its answer comes too late: whoever asks again in time has none."""
    MISNAMED = "misnamed"
    """It does what it is asked to, and its receipt calls that by a name under which nobody finds it."""


USUALLY: Final[Mapping[Fault, timedelta]] = {
    Fault.DELAYED: timedelta(minutes=5),
    Fault.SLOW: timedelta(minutes=1),
}
"""How late it is if nothing else is said."""

SILENT: Final = frozenset({Fault.DROPPED, Fault.DELAYED, Fault.DUPLICATED, Fault.MISNAMED})
"""The faults of which the system itself does not know."""


def _fault(value: Fault) -> Fault:
    return expect(Fault, value, DrillInvalid, "an outage has a Fault")


def _is_span(outage: Outage, attribute: Attribute[Any], value: timedelta | None) -> None:
    """Some time; ``begins`` may be none at all."""
    if value is None:
        return
    expect(timedelta, value, DrillInvalid, f"{attribute.name} of an outage is a timedelta")
    least = timedelta() if attribute.name == "begins" else timedelta.resolution
    if not least <= value <= LONGEST:
        some = "no time or more" if least == timedelta() else "some time"
        problem = f"{attribute.name} of an outage is {some}, a year at the most, not {duration_text(value)}"
        raise DrillInvalid(problem)


def _is_number(outage: Outage, attribute: Attribute[Any], value: object) -> None:
    if type(value) is not int or value < 1:
        raise DrillInvalid(f"an outage is there for every request, or for every second: not for every {shown(value)}")


def _keys(keys: Iterable[str]) -> tuple[str, ...]:
    return each_of(str, keys, DrillInvalid, "the keys of an outage are a list of texts")


@frozen
class Outage:
    """A fault that comes and goes: at which times, and to which of the requests that come then.

    Raises `DrillInvalid` for what makes no sense.
    """

    fault: Fault = field(converter=_fault)
    begins: timedelta = field(default=timedelta(), kw_only=True, validator=_is_span)
    """So long after the drill begins, or after `Faulty` was put in front of a system."""
    lasts: timedelta | None = field(default=None, kw_only=True, validator=_is_span)
    """For so long; `None` for good."""
    every: int = field(default=1, kw_only=True, validator=_is_number)
    """Of the requests that come in that time, it befalls every so manieth: 3 spares the first two of three."""
    keys: tuple[str, ...] = field(default=(), kw_only=True, converter=_keys)
    """It befalls only requests with these keys, which alone are counted then; empty for all."""
    after: timedelta | None = field(default=None, kw_only=True, validator=_is_span)
    """How late it is what is `DELAYED` or `SLOW`, and after how long to ask again what is `UNAVAILABLE`."""

    TIMED: ClassVar[frozenset[Fault]] = frozenset({Fault.DELAYED, Fault.SLOW, Fault.UNAVAILABLE})
    """The faults that have an ``after``."""

    def __attrs_post_init__(self) -> None:
        if self.after is not None and self.fault not in self.TIMED:
            raise DrillInvalid(f"what is {self.fault} has no 'after': that is for {', '.join(sorted(self.TIMED))}")

    @property
    def late(self) -> timedelta:
        """How late it is; no time at all for a fault that is not late."""
        return self.after or USUALLY.get(self.fault, timedelta())

    def is_on(self, elapsed: timedelta) -> bool:
        """Whether it is there, so long after the beginning."""
        return self.begins <= elapsed and (self.lasts is None or elapsed < self.begins + self.lasts)

    def befalls(self, key: str) -> bool:
        """Whether it is about requests with that key."""
        return not self.keys or key in self.keys


Faults: TypeAlias = Fault | Outage | Iterable[Fault | Outage]
"""What a system may suffer from: one thing for good, one that goes away, or several, of which the first counts."""


def outages_of(faults: Faults, what: str = "a fault") -> tuple[Outage, ...]:
    """Each of them as an `Outage`; raises `DrillInvalid` for anything else, which says ``what`` it was to be."""
    several = (faults,) if isinstance(faults, Fault | Outage) else faults
    words = f"{what} is a Fault or an Outage, or a list of them"
    each = each_of(Fault | Outage, several, DrillInvalid, words)
    return tuple(one if isinstance(one, Outage) else Outage(one) for one in each)
