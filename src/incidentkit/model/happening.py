"""What every event has, and the checks of its fields, which name the field that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, ClassVar, Final, cast

from attrs import Attribute, field, frozen

from incidentkit.errors import FieldInvalid, shown
from incidentkit.model.identity import IncidentId, PersonId, checked_name, checked_text, checked_title
from incidentkit.model.lifecycle import TABLE
from incidentkit.text.printed import PrintedAsCall

MOST_LABELS: Final = 100
"""Labels that an incident may have."""


def is_name(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds an identifier."""
    checked_name(attribute.name, value)


def are_names(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds identifiers."""
    if not isinstance(value, tuple):
        raise FieldInvalid(attribute.name, f"names stand in a tuple, not in {shown(value)}")
    for each in cast(tuple[object, ...], value):
        checked_name(attribute.name, each)


def are_texts(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds texts."""
    if not isinstance(value, tuple):
        raise FieldInvalid(attribute.name, f"texts stand in a tuple, not in {shown(value)}")
    for each in cast(tuple[object, ...], value):
        checked_text(attribute.name, each)


def is_text(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds text that is not about the incident."""
    checked_text(attribute.name, value)


def is_words(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds what people wrote, which a redaction takes out."""
    checked_text(attribute.name, value)


def is_title(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds what people call the incident."""
    checked_title(attribute.name, value)


def is_reason(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds words that must be there."""
    if not checked_text(attribute.name, value).strip():
        raise FieldInvalid(attribute.name, f"say why: '{event.tag}' needs a reason")


def is_said(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds what people wrote, and they wrote something."""
    if not checked_text(attribute.name, value).strip():
        raise FieldInvalid(attribute.name, f"say something: '{event.tag}' has no words")


def is_reference(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field refers to something, such as a playbook."""
    if not checked_text(attribute.name, value).strip():
        raise FieldInvalid(attribute.name, "name it by its reference, such as 'emergency@0123456789ab'")


def is_waivers(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds words by words, none of them empty."""
    for what, why in cast(Mapping[object, object], value).items():
        checked_text(attribute.name, what)
        if not checked_text(attribute.name, why).strip():
            raise FieldInvalid(attribute.name, f"{shown(what)} is waived without a reason")


def is_labels(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds names by name, as many as an incident may have."""
    labels = cast(Mapping[object, object], value)
    if len(labels) > MOST_LABELS:
        raise FieldInvalid(attribute.name, f"an incident has {MOST_LABELS} at the most, not {len(labels)}")
    for name, text in labels.items():
        try:
            checked_name(attribute.name, name)
            checked_name(attribute.name, text)
        except FieldInvalid as error:
            raise FieldInvalid(attribute.name, f"{shown(name)}={shown(text)}: {error.problem}") from None


WRITTEN: Final = frozenset({is_words, is_title, is_reason, is_said, is_waivers})
"""The checks of fields that hold what people wrote."""


def copied_waivers(waivers: Mapping[str, str]) -> dict[str, str]:
    """A copy that the giver cannot change any more; `FieldInvalid` for what is no mapping."""
    return _copied("waivers", waivers, "waivers are reasons by what is waived")


def copied_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """A copy that the giver cannot change any more; `FieldInvalid` for what is no mapping."""
    return _copied("labels", labels, "labels are values by name")


def _copied(what: str, table: Mapping[str, str], expected: str) -> dict[str, str]:
    try:
        return dict(table)
    except (TypeError, ValueError):
        raise FieldInvalid(what, f"{expected}, not {shown(table)}") from None


def is_utc(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds a moment in UTC."""
    if not isinstance(value, datetime) or value.tzinfo is not UTC:
        raise FieldInvalid(attribute.name, f"a time is kept in UTC, as moment.astimezone(UTC), not {shown(value)}")


def is_command(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds what the table of the lifecycle calls a command."""
    if not isinstance(value, str) or value not in TABLE:
        raise FieldInvalid(attribute.name, f"no command is called {shown(value)}")


def is_place(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds the place of an event in its log, counted from 0."""
    if type(value) is not int or value < 0:
        raise FieldInvalid(attribute.name, f"events are counted from 0, and {shown(value)} is the place of none")


def is_number(event: Happening, attribute: Attribute[Any], value: object) -> None:
    """The field holds a number of a series."""
    if type(value) is not int or value < 1:
        raise FieldInvalid(attribute.name, f"a series is counted from 1, and {shown(value)} is no number of it")


def is_a(expected: type) -> Any:
    """The field holds a value of that class."""

    def check(event: object, attribute: Attribute[Any], value: object) -> None:
        if not isinstance(value, expected):
            choice = f"; there are {', '.join(map(str, expected))}" if issubclass(expected, Enum) else ""
            raise FieldInvalid(attribute.name, f"{shown(value)} is no {expected.__name__}{choice}")

    return check


def reason_told(reason: str) -> str:
    """What stands after what happened, if somebody said why."""
    return f", because {reason}" if reason else ""


@frozen(kw_only=True)
class Happening(PrintedAsCall):
    """What every event has."""

    tag: ClassVar[str]
    """What documents call this kind of event."""
    row: ClassVar[str] = ""
    """The row of the lifecycle's table that it follows: the command that it comes from; empty if it comes from none."""

    incident: IncidentId = field(validator=is_name)
    at: datetime = field(validator=is_utc)
    by: PersonId = field(validator=is_name)
    recorded_at: datetime = field(validator=is_utc)

    def __str__(self) -> str:
        """What happened, for people; what they wrote stands in it as they wrote it."""
        said = next((getattr(self, name) for name in ("note", "reason", "text") if getattr(self, name, "")), "")
        return f"{self.tag}: {said}" if said else self.tag
