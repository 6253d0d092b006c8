"""How an incident is to be in the end, and by which commands it comes there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import Attribute, field, frozen

from incidentkit.errors import FieldInvalid, shown
from incidentkit.model.commands import (
    Acknowledge,
    Cancel,
    ChangeSeverity,
    Close,
    Command,
    LiftRestriction,
    Mitigate,
    Note,
    Regress,
    Reopen,
    Resolve,
    Restrict,
    StartMitigation,
    Unacknowledge,
)
from incidentkit.model.identity import moment
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status, consequence
from incidentkit.model.severity import Severity

_MOVES: Final[tuple[type[Command], ...]] = (Resolve, Close, Cancel, Reopen, StartMitigation, Mitigate, Regress)
"""What moves an incident; to merge it does what to cancel it does."""


def _nearest(to: Status) -> Mapping[Status, type[Command]]:
    """From each other status, the first command of the shortest way to that one."""
    ways: dict[Status, type[Command]] = {}
    reached = [to]
    for place in reached:
        for kind in _MOVES:
            for status in Status:
                if consequence(kind.tag, status) is place and status not in reached:
                    ways[status] = kind
                    reached.append(status)
    return ways


_LATEST: Final = datetime(2039, 1, 1, tzinfo=UTC)
"""Moments are drawn before that."""

_WAYS: Final = {status: _nearest(status) for status in Status}


def _is_a(kind: type, words: str) -> Callable[[object, Attribute[Any], Any], None]:
    """The field holds what is of that class, or nothing."""

    def check(shape: object, attribute: Attribute[Any], value: Any) -> None:
        if value is not None and not isinstance(value, kind):
            raise FieldInvalid(attribute.name, f"{words}, not {shown(value)}")

    return check


def _passes(shape: object, attribute: Attribute[Any], value: timedelta | None) -> None:
    _is_a(timedelta, "an incident lasts for a timedelta")(shape, attribute, value)
    if value is not None and value < timedelta():
        raise FieldInvalid("lasting", f"an incident lasts for no time or more, not for {value}")


@frozen(kw_only=True)
class Shape:
    """What an incident is to be in the end; `None` for whatever comes."""

    status: Status | None = None
    severity: Severity[Any] | None = None
    restricted: bool | None = field(default=None, validator=_is_a(bool, "whether it is restricted is True or False"))
    acknowledged: bool | None = field(default=None, validator=_is_a(bool, "whether anybody has it is True or False"))
    lasting: timedelta | None = field(default=None, validator=_passes)
    """How much time lies between its declaration and its latest event."""

    def checked(self, at: datetime | None) -> Shape:
        """Itself, unless no incident that is declared then can be so: `FieldInvalid`."""
        try:
            self.last(moment("at", _LATEST if at is None else at))
        except OverflowError:
            raise FieldInvalid("lasting", f"years end with 9999, and no incident lasts for {self.lasting}") from None
        return self

    @property
    def longest(self) -> timedelta:
        """How much time may pass."""
        return timedelta.max if self.lasting is None else self.lasting

    def last(self, at: datetime) -> datetime:
        """When nothing happens any more in an incident that is declared at a moment."""
        return datetime.max.replace(tzinfo=UTC) if self.lasting is None else at + self.lasting

    def next_command(self, incident: Incident, at: datetime) -> type[Command] | None:
        """The kind of the next command that brings an incident there; `None` once it is.

        What is possible only while somebody is at work on it comes before it ends; what a reopening undoes, after that.
        """
        if self._has_to_come_back(incident):
            return Reopen if incident.status not in ACTIVE else Resolve
        if self.severity is not None and incident.possible != frozenset({self.severity}):
            return ChangeSeverity
        if self.acknowledged is not None and self.acknowledged != bool(incident.acknowledged):
            return Acknowledge if self.acknowledged else Unacknowledge
        if self.restricted is not None and self.restricted != incident.restricted:
            return Restrict if self.restricted else LiftRestriction
        if self.status is not None and self.status is not incident.status:
            return _WAYS[self.status][incident.status]
        return Note if self.lasting is not None and incident.as_of < at else None

    def _has_to_come_back(self, incident: Incident) -> bool:
        """Whether the way there goes by a reopening."""
        here = incident.status
        if here not in ACTIVE:
            severity = self.severity is not None and incident.possible != frozenset({self.severity})
            acknowledged = self.acknowledged is not None and self.acknowledged != bool(incident.acknowledged)
            return self.status in ACTIVE or acknowledged or (severity and here is not Status.RESOLVED)
        return self.status is Status.INVESTIGATING and here is not Status.INVESTIGATING


ANY: Final = Shape()
