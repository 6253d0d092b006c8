"""Maintenance windows: times, planned ahead, in which pages of some severities wait."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeGuard, TypeVar

from attrs import field, frozen

from incidentkit.errors import DirectoryInvalid, FieldInvalid, shown
from incidentkit.model.identity import PersonId, checked_name, checked_text, moment

T = TypeVar("T")


def _checked(check: Callable[[str, object], T], path: str, value: object) -> T:
    try:
        return check(path, value)
    except FieldInvalid as error:
        raise DirectoryInvalid(path, error.problem) from None


def _starts(at: datetime) -> datetime:
    return _checked(moment, "starts", at)


def _ends(at: datetime) -> datetime:
    return _checked(moment, "ends", at)


def _severities(keys: Sequence[str]) -> tuple[str, ...]:
    """There is no default: what was forgotten here would be a page that nobody gets."""
    if not _is_several(keys):
        raise DirectoryInvalid("severities", 'a list of the keys of severities is expected here, such as ["SEV-3"]')
    if not keys:
        raise DirectoryInvalid("severities", "name the severities of which pages wait; there is no default")
    named: list[str] = []
    for index, each in enumerate(keys):
        path = f"severities[{index}]"
        key = _checked(checked_text, path, each)
        if not key.strip():
            raise DirectoryInvalid(path, 'the key of a severity is not blank: write it like "SEV-3"')
        if key in named:
            raise DirectoryInvalid(path, f"{shown(key)} is in this list already")
        named.append(key)
    return tuple(named)


def _is_several(keys: object) -> TypeGuard[Sequence[object]]:
    return isinstance(keys, Sequence) and not isinstance(keys, str)


def _by(person: str) -> PersonId:
    return PersonId(_checked(checked_name, "by", person))


def _reason(reason: str) -> str:
    text = _checked(checked_text, "reason", reason)
    if not text.strip():
        raise DirectoryInvalid("reason", "it is blank: say why nobody is to be paged, for whoever wonders at night")
    return text


@frozen(kw_only=True)
class Maintenance:
    """From one moment up to another, pages for incidents of these severities wait. Clocks go on.

    Raises `DirectoryInvalid` with the field as its path.
    """

    starts: datetime = field(converter=_starts)
    ends: datetime = field(converter=_ends)
    """From when on pages wait no more."""
    severities: tuple[str, ...] = field(converter=_severities)
    """Keys of the severities of which pages wait; of all others they do not."""
    by: PersonId = field(converter=_by)
    """Who planned it; the directory need not know them any more."""
    reason: str = field(converter=_reason)

    def __attrs_post_init__(self) -> None:
        if self.ends <= self.starts:
            problem = f"it ends at {self.ends:%Y-%m-%dT%H:%MZ}, not after its start: swap the two, or mend one"
            raise DirectoryInvalid("ends", problem)

    def covers(self, severity: str, at: datetime) -> bool:
        """Whether pages for incidents of a severity, by its key, wait at a moment; not any more at the end."""
        return severity in self.severities and self.starts <= at < self.ends


@frozen
class Hold:
    """A time in which pages wait without a break, however many windows make it."""

    starts: datetime
    ends: datetime


def holds(windows: Iterable[Maintenance]) -> Mapping[str, Sequence[Hold]]:
    """When pages wait by the key of a severity, the earliest first. Windows that touch or overlap are one."""
    found: defaultdict[str, list[Hold]] = defaultdict(list)
    for each in sorted(windows, key=lambda window: window.starts):
        for severity in each.severities:
            joined = found[severity]
            before = joined.pop() if joined and each.starts <= joined[-1].ends else Hold(each.starts, each.ends)
            joined.append(Hold(before.starts, max(before.ends, each.ends)))
    return dict(found)


def held_until(found: Sequence[Hold], at: datetime) -> datetime | None:
    """The end of that which covers a moment, of those in order; `None` if none does."""
    place = bisect_right(found, at, key=lambda hold: hold.starts)
    return found[place - 1].ends if place and at < found[place - 1].ends else None
