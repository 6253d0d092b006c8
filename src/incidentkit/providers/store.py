"""Keeping the logs of incidents, and when each must be looked at next."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from attrs import Attribute, field, frozen
from attrs.validators import optional

from incidentkit.errors import FieldInvalid, shown
from incidentkit.model.events import Event
from incidentkit.model.happening import MOST_LABELS, is_name, is_utc
from incidentkit.model.identity import LONGEST_NAME, IncidentId, checked_name, checked_text
from incidentkit.model.lifecycle import Status
from incidentkit.providers.answer import Answer
from incidentkit.providers.words import MOST_WORDS, words_in

MOST: Final = 10**9
"""The largest number that a store is given: what every database takes for one."""


MOST_KEYS: Final = 100
"""Severities that one can look for at once; a scheme has seven at the most."""


def is_plan(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds what something was planned with, which no index of a database could hold if it were long."""
    if len(checked_text(attribute.name, value)) > LONGEST_NAME:
        problem = f"it has {LONGEST_NAME} characters at the most, as a hash has, not {len(str(value))}"
        raise FieldInvalid(attribute.name, problem)


def _is_limit(request: object, attribute: Attribute[Any], value: object) -> None:
    if type(value) is not int or not 1 <= value <= MOST:
        raise FieldInvalid(attribute.name, f"{shown(value)} is no number of incidents, from 1 to {MOST}")


@frozen(kw_only=True)
class Append:
    """Add events to the log of an incident, and say when it must be looked at next."""

    incident: IncidentId = field(validator=is_name)
    events: tuple[Event, ...]
    """May be empty: the log was planned anew, and nothing came of it but another time to look."""
    expected_version: int | None
    """The number of events that the log must have, 0 for an incident that begins; `None` appends to any log."""
    wake_at: datetime | None = field(default=None, validator=optional(is_utc))
    """When the incident must be looked at next though nobody does anything; `None` for never by itself."""
    planned_with: str = field(default="", validator=is_plan)
    """What it was planned with: any text, no longer than a name, that changes with the playbook, the directory and the
    engine."""
    done: bool = False
    """Whether nothing will ever be due again unless somebody sends a command."""


def check_key(what: str, key: object) -> None:
    """Raise `FieldInvalid` for the key of a severity that no index of a database could hold."""
    if len(checked_text(what, key)) > LONGEST_NAME:
        raise FieldInvalid(what, f"a name has {LONGEST_NAME} characters at the most, not {len(str(key))}")


def _has_words(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds words to look for, or nothing."""
    if type(value) is not str:
        raise FieldInvalid(attribute.name, f"one looks for words in a text, not for {shown(value)}")
    if value and not 0 < len(words_in(value)) <= MOST_WORDS:
        raise FieldInvalid(attribute.name, f"one looks for 1 to {MOST_WORDS} words, which {shown(value)} has not")


def _expect(kind: Any, attribute: Attribute[Any], value: object, words: str) -> None:
    """The field holds what is of that class, whatever the type of whoever made the request promised."""
    if not isinstance(value, kind):
        raise FieldInvalid(attribute.name, f"{words}, not {shown(value)}")


def _are_labels(request: object, attribute: Attribute[Any], value: Mapping[object, object]) -> None:
    """The field holds labels by their names."""
    _expect(Mapping, attribute, value, "labels are values by their names")
    if len(value) > MOST_LABELS:
        raise FieldInvalid(attribute.name, f"an incident has {MOST_LABELS} at the most, and none has {len(value)}")
    for each in (*value, *value.values()):
        checked_name(attribute.name, each)


def _are_keys(request: object, attribute: Attribute[Any], value: Set[object]) -> None:
    """The field holds keys of severities."""
    _expect(Set, attribute, value, "severities to look for are a set of keys")
    if len(value) > MOST_KEYS:
        raise FieldInvalid(attribute.name, f"one looks for {MOST_KEYS} at the most, not for {len(value)}")
    for each in value:
        check_key(attribute.name, each)


def _are_statuses(request: object, attribute: Attribute[Any], value: Set[object]) -> None:
    """The field holds statuses."""
    _expect(Set, attribute, value, "statuses to look for are a set")
    for each in value:
        _expect(Status, attribute, each, "one looks for statuses")


def _is_length(request: object, attribute: Attribute[Any], value: timedelta) -> None:
    """The field holds a length of time."""
    words = "it is a timedelta of zero or more"
    _expect(timedelta, attribute, value, words)
    if value < timedelta():
        raise FieldInvalid(attribute.name, f"{words}, not {shown(value)}")


@frozen
class FindDue:
    """Find what must be looked at now."""

    planned_with: str = field(validator=is_plan)
    """What it would be planned with; what was planned with anything else is due, unless it is done."""
    limit: int = field(validator=_is_limit)


@frozen(kw_only=True)
class FindIncidents:
    """Find incidents that are all of what is asked for, a page at a time."""

    statuses: frozenset[Status] | None = field(default=None, validator=optional(_are_statuses))
    """The statuses to look for; `None` for all."""
    severities: frozenset[str] | None = field(default=None, validator=optional(_are_keys))
    """The keys of the severities to look for, such as ``SEV-1``; `None` for all."""
    since: datetime | None = field(default=None, validator=optional(is_utc))
    """Declared then or later."""
    before: datetime | None = field(default=None, validator=optional(is_utc))
    """Declared earlier."""
    labels: Mapping[str, str] = field(factory=dict[str, str], validator=_are_labels, hash=False)
    """Labels that it has, with these values."""
    text: str = field(default="", validator=_has_words)
    """Words that people wrote in it, in any order and in any events; each may be the beginning of a word."""
    limit: int = field(validator=_is_limit)
    after: IncidentId | None = None
    """The last incident of the page before; `None` for the first page."""


@frozen
class TakeNumber:
    """Take the next number of a series, such as the incidents of a day."""

    series: str = field(validator=is_name)
    """What is counted, such as ``20260302``; every series begins with 1."""


def at_its_end(request: TakeNumber) -> FieldInvalid:
    """What is raised for a series whose last number was given."""
    return FieldInvalid("series", f"{shown(request.series)} is at its end, {MOST}: take another series")


@frozen
class FindForgotten:
    """Find what should have been looked at and was not."""

    grace: timedelta = field(validator=_is_length)
    """How late is not yet too late."""

    def latest(self, now: datetime) -> datetime:
        """What had to be looked at earlier than this is forgotten; if the grace is longer than all time, nothing is."""
        try:
            return now - self.grace
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)

    def farthest(self, now: datetime) -> datetime:
        """A log that ends later than this stands still: nothing in it goes on before the clock comes there."""
        try:
            return now + self.grace
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)


@frozen
class Audit:
    """Whether somebody looks at every incident in time."""

    incidents_open: int
    """How many are not done."""
    forgotten: tuple[IncidentId, ...]
    """Those of them that are overdue by more than the grace, those that nothing will ever wake, and those that stand
    still, because their logs end in the future by more than that; in the order of `IncidentStore.due`."""


class IncidentStore(Protocol):
    """Something that keeps logs.

    Every method may be ``def`` or ``async def``. Each is one step: of two that run at once, one sees all of what the
    other did, or nothing. What has been answered is kept.
    """

    def now(self) -> Answer[datetime]:
        """The time by the store's clock, in UTC: the only clock that a desk goes by, so all desks of a store agree."""
        ...

    def append(self, request: Append, /) -> Answer[tuple[Event, ...]]:
        """Add the events, all or none, and give them as they are kept.

        What was given as ``recorded_at`` is replaced: by the store's clock, but never by an earlier time than the last
        event of the log has. The words that a `Redacted` takes out are taken out of the log in the same step.

        With an ``expected_version`` the log is only added to if it has that many events, and ``wake_at``,
        ``planned_with`` and ``done`` replace those that were kept. With 0 the incident begins.

        With ``None`` the events are added to any log, since what came of an action is recorded whatever happened
        meanwhile. But whoever appends has not read that log, so somebody has to plan anew, at ``wake_at`` or, if that
        is `None`, at once. ``wake_at`` therefore only moves earlier, the incident is no longer done whatever ``done``
        says, and what it was planned with stays.

        Raises `IncidentExists` for 0 if the incident is there; `UnknownIncident` for anything else if it is not;
        `StaleVersion` if the log has another version; `LogInvalid` for events that cannot follow: of another incident,
        a first one that is no `Declared`, a later one that is. Then nothing has changed.
        """
        ...

    def load(self, incident: str, /) -> Answer[tuple[Event, ...]]:
        """The log of an incident; raises `UnknownIncident`."""
        ...

    def due(self, request: FindDue, /) -> Answer[tuple[IncidentId, ...]]:
        """What must be looked at now: its ``wake_at`` has come, or it is not done and its plan does not hold any more.

        A plan does not hold if it was made with something else, or at a time that is still to come, because the store's
        clock was put back since. The earliest ``wake_at`` comes first and none comes last; between equals the id
        decides.
        """
        ...

    def find(self, request: FindIncidents, /) -> Answer[tuple[IncidentId, ...]]:
        """Incidents that are all of what is asked for, those first that came to the store last.

        An incident that changes while somebody turns pages hides no other and shows none twice. Raises
        `UnknownIncident` if the store does not know ``after``.
        """
        ...

    def audit(self, request: FindForgotten, /) -> Answer[Audit]:
        """Whether every incident that is not done has been looked at in time and has a time to be looked at again.

        Forgotten is one without ``wake_at``, or with one that is past by more than the grace. So is one whose log ends
        in the future by more than the grace, because a clock was ahead: its waits stand still until then. They are
        given in the order of `due`: the earliest ``wake_at`` first and none last, and between equals by the id.
        """
        ...

    def number(self, request: TakeNumber, /) -> Answer[int]:
        """The next number of a series: 1 for the first, and each is given once, whoever asks.

        What was given never comes back, also if nobody uses it. So a series may have gaps: a number is taken before
        what it is for is kept.

        A series that has come to `MOST` is at its end: `FieldInvalid`, and nothing has changed.
        """
        ...
